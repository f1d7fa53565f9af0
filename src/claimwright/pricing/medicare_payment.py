"""From what Medicare allows to what it pays and what the patient owes (42 CFR 410.152, 2 USC 901a).

Non-participating practitioners are allowed 95 %, and may charge 115 % of that where they do not take assignment. The
deductible comes first, then 80 %. Sequestration takes 2 % of Medicare's own payment (CARC 253, group CO), never of the
patient's share.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from claimwright.money import format_dollars, percent_of

_NON_PARTICIPATING_PERCENT = 95
_LIMITING_PERCENT = 115
_MEDICARE_PERCENT = 80


@dataclass(frozen=True, slots=True)
class Payment:
    """In cents: allowed = paid + sequestered + deductible + coinsurance, always."""

    allowed_cents: int
    deductible_cents: int
    coinsurance_cents: int
    sequestered_cents: int
    paid_cents: int
    steps: tuple[str, ...]


def split_allowed(
    allowed_cents: int, *, deductible_left_cents: int = 0, sequestration_percent: Decimal = Decimal(2)
) -> Payment:
    """Who pays what of an allowed amount."""
    deductible = min(allowed_cents, max(0, deductible_left_cents))
    medicare = percent_of(allowed_cents - deductible, _MEDICARE_PERCENT)
    sequestered = percent_of(medicare, sequestration_percent)
    coinsurance = allowed_cents - deductible - medicare
    steps = (
        f"deductible: {format_dollars(deductible)}",
        f"{_MEDICARE_PERCENT} % of the rest: {format_dollars(medicare)}",
        f"coinsurance: {format_dollars(coinsurance)}",
        f"sequestration, {sequestration_percent} % of Medicare's payment: {format_dollars(sequestered)}",
    )
    return Payment(allowed_cents, deductible, coinsurance, sequestered, medicare - sequestered, steps)


def non_participating_cents(fee_cents: int) -> int:
    """What is allowed to a practitioner who does not participate."""
    return percent_of(fee_cents, _NON_PARTICIPATING_PERCENT)


def limiting_charge_cents(fee_cents: int) -> int:
    """The most that a practitioner without assignment may charge: 115 % of the non-participating amount."""
    return percent_of(non_participating_cents(fee_cents), _LIMITING_PERCENT)
