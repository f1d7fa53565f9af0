"""Claim status questions and answers (276 and 277, 005010X212) as records.

X12 reading and writing is in `status_x12`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from claimwright.documents.parties import Party, Period, Person, Procedure, Provider
from claimwright.origin import NOWHERE, Origin


@dataclass(frozen=True, slots=True)
class StatusInquiry:
    """Where is this claim? `trace` is ours; `payer_claim_number` when the payer gave one (REF 1K)."""

    trace: str
    payer: Party
    receiver: Party
    provider: Provider
    subscriber: Person
    control_number: str
    charge_cents: int
    period: Period | None
    patient: Person | None = None
    payer_claim_number: str = ""
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class StatusInquiryBatch:
    """One 276 transaction set."""

    reference: str
    created_at: datetime
    inquiries: tuple[StatusInquiry, ...]
    raw: tuple[str, ...] = field(default=(), init=False, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class StatusCode:
    """One composite of an STC: category (A1, P1, F1 ...), status code (20, 65 ...), entity it is about (PR, 85 ...)."""

    category: str
    code: str
    entity: str = ""

    def __str__(self) -> str:
        return ":".join(part for part in (self.category, self.code, self.entity) if part)


@dataclass(frozen=True, slots=True)
class StatusInformation:
    """One STC: up to three codes, the day they hold for, and the money the payer names, in cents.

    `action` is STC03, used by the 277CA: U rejected, WQ accepted.
    """

    codes: tuple[StatusCode, ...]
    effective_date: date | None = None
    action: str = ""
    charge_cents: int | None = None
    paid_cents: int | None = None
    payment_date: date | None = None
    check_number: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class LineStatus:
    """What the payer says about one service of the claim (2220)."""

    procedure: Procedure | None
    charge_cents: int | None
    statuses: tuple[StatusInformation, ...]
    control_number: str = ""
    period: Period | None = None


@dataclass(frozen=True, slots=True)
class ClaimStatus:
    """The answer about one claim: the 277's 2200D/E, and the 277CA's 2200D.

    `trace` is TRN02: the 276's in a 277, our claim's control number (CLM01) in a 277CA.
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
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class StatusResponseBatch:
    """One 277 transaction set."""

    reference: str
    created_at: datetime
    claims: tuple[ClaimStatus, ...]
    raw: tuple[str, ...] = field(default=(), init=False, compare=False, repr=False)
