"""What claims (to a second payer) and remittances say alike: why a payer paid less than was charged, in which words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from claimwright.origin import NOWHERE, Origin


@dataclass(frozen=True, slots=True)
class Adjustment:
    """One triplet of a CAS: group (CO, PR, OA, PI; CR in old files), CARC, amount in cents, units when they changed.

    A positive amount lowers the payment. A CAS with six triplets gives six adjustments, in order.
    """

    group: str
    reason: str
    amount_cents: int
    quantity: Decimal | None = None
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.group}-{self.reason}"


@dataclass(frozen=True, slots=True)
class Amount:
    """A supplemental amount (AMT): information only, never part of a balance (X12 RFI 1324)."""

    qualifier: str
    amount_cents: int


def remarks_of(inpatient: Sequence[str], outpatient: Sequence[str]) -> tuple[str, ...]:
    """The remark codes of an MIA (elements 5 and 20 to 23) and an MOA (3 to 7), given as their elements from 1."""
    told = (*inpatient[4:5], *inpatient[19:23], *outpatient[2:7])
    return tuple([code for code in told if code])
