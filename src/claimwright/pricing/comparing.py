"""What a payer allowed, against what the contract says."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from claimwright.money import percent_of


class Comparison(StrEnum):
    """How the allowed amount stands to the expected one."""

    AGREES = "agrees"
    UNDERPAID = "underpaid"
    OVERPAID = "overpaid"
    UNPRICED = "unpriced"


class Tolerance(NamedTuple):
    """How far amounts may lie apart and still agree: the greater of an amount and a percentage of the expected."""

    cents: int = 100
    percent: Decimal = Decimal("0.5")

    def of(self, expected_cents: int) -> int:
        """The tolerance in cents for that expected amount."""
        return max(self.cents, percent_of(abs(expected_cents), self.percent))


class Difference(NamedTuple):
    """The result; `cents` is allowed less expected, negative when too little was allowed."""

    comparison: Comparison
    cents: int = 0


USUAL = Tolerance()
"""One dollar, or half a percent."""


def compare(allowed_cents: int, expected_cents: int | None, tolerance: Tolerance = USUAL) -> Difference:
    """Compare at the level of the allowed amount of one line, before deductible, coinsurance and sequestration."""
    if expected_cents is None:
        return Difference(Comparison.UNPRICED)
    cents = allowed_cents - expected_cents
    if abs(cents) <= tolerance.of(expected_cents):
        return Difference(Comparison.AGREES, cents)
    return Difference(Comparison.UNDERPAID if cents < 0 else Comparison.OVERPAID, cents)
