"""Amounts as the rules need them: cents where the text is an amount, nothing where it is not (its own finding then)."""

from __future__ import annotations

from functools import lru_cache

from claimwright.money import parse_cents
from claimwright.x12.tree import Loop


@lru_cache(maxsize=4096)
def cents(text: str) -> int:
    """The cents of an amount; 0 for an absent one or one that is no amount."""
    try:
        return parse_cents(text) if text else 0
    except ValueError:
        return 0


def adjusted(loop: Loop) -> int:
    """The sum of all CAS amounts that stand in this loop itself."""
    return sum(cents(text) for segment in loop.all("CAS") for text in segment.fields[3:19:3])
