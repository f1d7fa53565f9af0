"""Amounts as the rules need them: cents where the text is an amount, nothing where it is not (its own finding then)."""

from __future__ import annotations

import re
from functools import lru_cache

from claimwright.money import parse_cents
from claimwright.x12.tree import Loop

UNKNOWN = 1 << 80
"""What a text that is no number adds to a sum: no sum of amounts comes near it, so nothing is said about such a sum."""

_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)\Z", re.ASCII)


@lru_cache(maxsize=4096)
def cents(text: str) -> int:
    """The cents of an amount; 0 for an absent one or one that is no amount."""
    try:
        return parse_cents(text) if text else 0
    except ValueError:
        return 0


_FILLS = ("00", "0", "")
_LONGEST_PLAIN = 14


def addend(text: str) -> int:
    """What a sum takes: the cents, 0 for a number that is no amount (of too many decimals), `UNKNOWN` for no number."""
    whole, _, fraction = text.partition(".")
    if whole and len(fraction) <= 2:  # Nearly all of them.
        digits = whole + fraction + _FILLS[len(fraction)]
        if digits.isdigit() and len(digits) <= _LONGEST_PLAIN and digits.isascii():
            return int(digits)
    try:
        return parse_cents(text)
    except ValueError:
        return 0 if _NUMBER.match(text) else UNKNOWN


def is_known(sum_or_number: int) -> bool:
    """False when something that is no number went into the sum."""
    return -UNKNOWN // 2 < sum_or_number < UNKNOWN // 2


def adjusted(loop: Loop) -> int:
    """The sum of all CAS amounts that stand in this loop itself."""
    return sum(cents(text) for segment in loop.all("CAS") for text in segment.fields[3:19:3])
