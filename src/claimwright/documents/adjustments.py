"""Why a payer did not pay what was charged: the CAS segment, which claims (COB) and remittances share."""

from __future__ import annotations

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
