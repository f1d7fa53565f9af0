"""Money is an integer number of cents, in every layer; never a float.

X12 writes amounts as decimal text without a currency sign (data type R): `125`, `125.5`, `.07`, `-40.00`.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

_AMOUNT = re.compile(r"-?(?:\d+(?:\.\d*)?|\.\d+)\Z", re.ASCII)
_PLAIN = re.compile(r"(-?\d{1,12})(?:\.(\d{1,2}))?\Z", re.ASCII)  # Nearly all amounts, and quickly read.

_SHORTEST_FRACTIONS = ("", *(f".{fraction:02d}".rstrip("0") for fraction in range(1, 100)))

CENTS_MAX = 10**15
"""Ten thousand billion dollars: beyond any claim, within a 64-bit database integer even when summed by the thousand."""


def parse_cents(text: str) -> int:
    """`'125.5'` → 12550.

    Raises `ValueError` for anything that is not a plain decimal number of whole cents below `CENTS_MAX`.
    """
    if plain := _PLAIN.match(text):
        return int(plain[1] + (plain[2] or "").ljust(2, "0"))
    if not _AMOUNT.match(text):
        raise ValueError(f"{text!r} is not an amount")
    sign = -1 if text[0] == "-" else 1
    whole, _, fraction = text.lstrip("-").partition(".")
    fraction = fraction.rstrip("0")
    if len(fraction) > 2:
        raise ValueError(f"{text!r} has more than two decimals")
    if len(whole) > 18:
        raise ValueError("an amount of more than 18 digits")
    cents = int(whole or "0") * 100 + int(fraction.ljust(2, "0"))
    if cents >= CENTS_MAX:
        raise ValueError(f"{text!r} is beyond the largest amount")
    return sign * cents


def x12_amount(cents: int) -> str:
    """12550 → `'125.5'`: the shortest form, as X12 wants it (no trailing zeros, no bare leading zero removed)."""
    whole, fraction = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole}{_SHORTEST_FRACTIONS[fraction]}"


def format_dollars(cents: int) -> str:
    """1234550 → `'12,345.50'`, as people read it."""
    whole, fraction = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole:,}.{fraction:02d}"


def percent_of(cents: int, percent: Decimal | int) -> int:
    """`percent` % of an amount, rounded half up to the cent (away from zero), as payers round."""
    return int((Decimal(cents) * Decimal(percent) / 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))
