"""Chance that is no chance: the same seed and the same claim always fall the same way, on every machine."""

from __future__ import annotations

from hashlib import blake2b

PER_MILLE = 1000


def draw(seed: int, *what: str | int) -> int:
    """A number from 0 to 999 for whatever is named, evenly spread and independent of the order of the questions."""
    return number(seed, *what) % PER_MILLE


def choose(seed: int, count: int, *what: str | int) -> int:
    """A position below `count` for whatever is named."""
    return number(seed, *what) % count


def number(seed: int, *what: str | int) -> int:
    """A 64-bit number for whatever is named."""
    text = "\x1f".join(map(str, (seed, *what)))
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogateescape"), digest_size=8).digest(), "big")
