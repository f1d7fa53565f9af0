"""Premium payments for groups and their members (820, 005010X218) as records. Amounts in cents.

X12 reading and writing is in `premium_x12`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from claimwright.documents.other import OtherSegment
from claimwright.documents.parties import NOBODY, Party, Period, Reference
from claimwright.documents.remittance import BankAccount
from claimwright.origin import NOWHERE, Origin
from claimwright.x12.writing import OutgoingSet


@dataclass(frozen=True, slots=True)
class PremiumAdjustment:
    """One ADX: money added to what is paid (positive) or taken from it, and why (ADX02: 52 credit, 53 earlier ...)."""

    amount_cents: int
    reason: str
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class MemberCount:
    """How many are paid for in a line (SLN): `unit` is 10 groups, IE persons, PR pairs."""

    number: str
    quantity: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class PremiumCharge:
    """A charge within a line (SAC), by its code: A172 administrative, B680, D940, G740 service fees."""

    code: str
    amount_cents: int


@dataclass(frozen=True, slots=True)
class PremiumLine:
    """A line of a summary item (IT1), with charges and counts of members."""

    number: str
    charges: tuple[PremiumCharge, ...] = ()
    members: tuple[MemberCount, ...] = ()


@dataclass(frozen=True, slots=True)
class PremiumItem:
    """One thing that is paid for (RMR): an invoice (`qualifier` IK), a policy (AZ), a contract (CT) ...

    `paid_cents` is RMR04, `billed_cents` RMR05; where it is given, billed + adjustments = paid. `action` is RMR03 (PI
    pay item, PP part of it, PO on account, PA in advance). `period` is what is paid for, `period_qualifier` 582 or AAG.
    """

    qualifier: str
    number: str
    paid_cents: int
    billed_cents: int | None = None
    action: str = ""
    references: tuple[Reference, ...] = ()
    period: Period | None = None
    period_qualifier: str = "582"
    line: PremiumLine | None = None
    adjustments: tuple[PremiumAdjustment, ...] = ()
    others: tuple[OtherSegment, ...] = ()
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    @property
    def difference_cents(self) -> int:
        """What paid, billed and adjustments leave unexplained; 0 where nothing was billed."""
        if self.billed_cents is None:
            return 0
        return self.paid_cents - self.billed_cents - sum(one.amount_cents for one in self.adjustments)


@dataclass(frozen=True, slots=True)
class PremiumRemittance:
    """What is paid for one organization (2000A) or one individual (2000B); ENT's elements name it.

    `role` is ENT02: 2J an individual; 2L, AG, NH, RGA, UN organizations. `names` are (NM101, party) of an individual.
    `adjustments` are of earlier payments, and count in the payment by themselves.
    """

    number: str
    role: str
    id_qualifier: str
    id: str
    items: tuple[PremiumItem, ...]
    names: tuple[tuple[str, Party], ...] = ()
    adjustments: tuple[PremiumAdjustment, ...] = ()
    others: tuple[OtherSegment, ...] = ()
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    @property
    def is_individual(self) -> bool:
        return self.role == INDIVIDUAL

    @property
    def paid_cents(self) -> int:
        """What this one explains of the payment."""
        return sum(item.paid_cents for item in self.items) + sum(one.amount_cents for one in self.adjustments)


INDIVIDUAL = "2J"


@dataclass(frozen=True, slots=True)
class PremiumParty:
    """Receiver, payer or a bank between them: `role` is N101 (PE, PR, 04 ...), `further_name` N201."""

    role: str
    party: Party = NOBODY
    further_name: str = ""
    others: tuple[OtherSegment, ...] = ()


@dataclass(frozen=True, slots=True)
class PremiumPayment:
    """One 820 set: a payment of premiums and what it is for; `payment_cents` is the sum of what is explained.

    `trace_number` is TRN02, which comes with the money (`trace_kind` 1, or 3 for advice without it); `handling` BPR01,
    `method` BPR04 (ACH, CHK, NON ...), `payment_format` BPR05. `dates` are DTM 009 processed, 035 delivered, 097 made;
    `coverage` is DTM 582. `raw` is the set as read, written again unless the record was changed.
    """

    trace_number: str
    payment_cents: int
    receiver: PremiumParty
    payer: PremiumParty
    remittances: tuple[PremiumRemittance, ...]
    handling: str = "I"
    credit_or_debit: str = "C"
    method: str = "ACH"
    payment_format: str = ""
    sender_bank: BankAccount | None = None
    receiver_bank: BankAccount | None = None
    originator_id: str = ""
    originator_supplement: str = ""
    payment_date: date | None = None
    trace_kind: str = "1"
    trace_origin: str = ""
    trace_suffix: str = ""
    currency: str = ""
    currency_party: str = "PR"
    references: tuple[Reference, ...] = ()
    dates: tuple[tuple[str, date], ...] = ()
    coverage: Period | None = None
    intermediaries: tuple[PremiumParty, ...] = ()
    others: tuple[OtherSegment, ...] = ()
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)
    raw: OutgoingSet | None = field(default=None, init=False, compare=False, repr=False)

    @property
    def difference_cents(self) -> int:
        """What the remittances leave unexplained of the payment (BPR02)."""
        return self.payment_cents - sum(one.paid_cents for one in self.remittances)
