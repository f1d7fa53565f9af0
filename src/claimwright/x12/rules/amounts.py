"""Amounts as the rules need them: cents where the text is an amount, nothing where it is not (its own finding then)."""

from __future__ import annotations

from claimwright.money import parse_cents
from claimwright.x12.tree import Loop


def cents(text: str) -> int:
    """The cents of an amount; 0 for an absent one or one that is no amount."""
    try:
        return parse_cents(text) if text else 0
    except ValueError:
        return 0


def adjusted(loop: Loop) -> int:
    """The sum of all CAS amounts that stand in this loop itself."""
    return sum(cents(segment[element]) for segment in loop.all("CAS") for element in range(3, 19, 3))
