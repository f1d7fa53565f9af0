"""Claim status questions and answers (276 and 277, 005010X212) as records.

X12 reading and writing is in `status_x12`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from claimwright.documents.parties import NOBODY, Party, Period, Person, Procedure, Provider, Reference
from claimwright.origin import NOWHERE, Origin
from claimwright.x12.writing import OutgoingSet


@dataclass(frozen=True, slots=True)
class LineInquiry:
    """Where is this service of the claim (2210)?"""

    procedure: Procedure
    charge_cents: int
    period: Period | None
    control_number: str = ""
    revenue_code: str = ""
    quantity: Decimal | None = None


@dataclass(frozen=True, slots=True)
class StatusInquiry:
    """Where is this claim? `trace` is ours; `payer_claim_number` when the payer gave one (REF 1K).

    `patient` is None when the subscriber is the patient. `references` are REFs without a field of their own: BLT bill
    type, 6P group number, D9 the clearinghouse's claim number, XZ prescription, LU location.
    """

    trace: str
    payer: Party
    receiver: Party
    provider: Provider
    subscriber: Person
    control_number: str
    charge_cents: int | None
    period: Period | None
    patient: Person | None = None
    payer_claim_number: str = ""
    references: tuple[Reference, ...] = ()
    lines: tuple[LineInquiry, ...] = ()
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class StatusInquiryBatch:
    """One 276 transaction set; `raw` is it as read, written again unless the batch was changed."""

    reference: str
    created_at: datetime
    inquiries: tuple[StatusInquiry, ...]
    raw: OutgoingSet | None = field(default=None, init=False, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class StatusCode:
    """One composite of an STC: category (A1, P1, F1 ...), status code (20, 65 ...), entity it is about (PR, 85 ...).

    `code_list` is RX when `code` is a pharmacy reject code of NCPDP instead of a claim status code.
    """

    category: str
    code: str
    entity: str = ""
    code_list: str = ""

    def __str__(self) -> str:
        return ":".join(part for part in (self.category, self.code, self.entity) if part)


@dataclass(frozen=True, slots=True)
class StatusInformation:
    """One STC: up to three codes, the day they hold for, and the money the payer names, in cents.

    `action` is STC03, used by the 277CA: U rejected, WQ accepted. `finalized_date` is STC06, `payment_date` STC08,
    `method` STC07.
    """

    codes: tuple[StatusCode, ...]
    effective_date: date | None = None
    action: str = ""
    charge_cents: int | None = None
    paid_cents: int | None = None
    payment_date: date | None = None
    check_number: str = ""
    message: str = ""
    finalized_date: date | None = None
    method: str = ""


@dataclass(frozen=True, slots=True)
class LineStatus:
    """What the payer says about one service of the claim (2220)."""

    procedure: Procedure | None
    charge_cents: int | None
    statuses: tuple[StatusInformation, ...]
    control_number: str = ""
    period: Period | None = None
    paid_cents: int | None = None
    revenue_code: str = ""
    quantity: Decimal | None = None
    prescription: str = ""
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ClaimStatus:
    """The answer about one claim: the 277's 2200D/E, and the 277CA's 2200D.

    `trace` is TRN02: the 276's in a 277, our claim's control number (CLM01) in a 277CA, where `payer` is whoever took
    the claim in and may be a clearinghouse. `subscriber` and `receiver` are told by a 277 only; `subscriber` is None
    when the patient is the subscriber. `references` are REFs without a field of their own (BLT, XZ, VV).
    """

    trace: str
    statuses: tuple[StatusInformation, ...]
    payer: Party
    provider: Provider
    patient: Person
    control_number: str = ""
    payer_claim_number: str = ""
    clearinghouse_number: str = ""
    period: Period | None = None
    lines: tuple[LineStatus, ...] = ()
    subscriber: Person | None = None
    receiver: Party = NOBODY
    references: tuple[Reference, ...] = ()
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class StatusRefusal:
    """A payer who answers nothing of this receiver (2200B), or nothing of this provider (2200C), and why."""

    trace: str
    statuses: tuple[StatusInformation, ...]
    payer: Party
    receiver: Party
    provider: Provider | None = None
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class StatusResponseBatch:
    """One 277 transaction set; `refusals` stand for every question of a receiver or provider."""

    reference: str
    created_at: datetime
    claims: tuple[ClaimStatus, ...]
    refusals: tuple[StatusRefusal, ...] = ()
    raw: OutgoingSet | None = field(default=None, init=False, compare=False, repr=False)
