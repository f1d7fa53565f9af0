"""Coverage questions and answers (270 and 271, 005010X279A1) as records.

X12 reading and writing is in `eligibility_x12`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from claimwright.documents.parties import Party, Period, Person, Provider, Reference
from claimwright.origin import NOWHERE, Origin


@dataclass(frozen=True, slots=True)
class EligibilityInquiry:
    """One question: is this person covered on this day, and for which kinds of service (EQ01; 30 = the plan's summary)?

    `trace` is ours (TRN02) and comes back with the answer. `patient` is None when the subscriber is the patient.
    """

    trace: str
    payer: Party
    provider: Provider
    subscriber: Person
    service_date: date
    service_types: tuple[str, ...] = ("30",)
    patient: Person | None = None
    relationship: str = "18"
    group_number: str = ""
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class EligibilityInquiryBatch:
    """One 270 transaction set."""

    reference: str
    created_at: datetime
    inquiries: tuple[EligibilityInquiry, ...]
    raw: tuple[str, ...] = field(default=(), init=False, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Benefit:
    """What the plan says about one kind of service, in one EB.

    `information` is EB01 (1 active, 6 inactive, A coinsurance, B copay, C deductible, G out of pocket, F limit,
    I not covered, R other payer ...), `level` EB02 (IND, FAM), `service_types` EB03, `period` EB06 (29 = remaining,
    23 = calendar year), `percent` EB08 (0.2 = 20 %), `in_network` EB12 (Y, N, W).
    """

    information: str
    level: str = ""
    service_types: tuple[str, ...] = ()
    insurance_type: str = ""
    plan: str = ""
    period: str = ""
    amount_cents: int | None = None
    percent: Decimal | None = None
    quantity_qualifier: str = ""
    quantity: Decimal | None = None
    authorization_required: str = ""
    in_network: str = ""
    procedure: str = ""
    dates: tuple[tuple[str, Period], ...] = ()
    messages: tuple[str, ...] = ()
    entities: tuple[Party, ...] = ()
    references: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejection:
    """One AAA: why a question was not answered, and whether to ask again.

    `reason` is AAA03 (42 cannot respond, 71 birth date, 72 member ID, 73 name, 75 subscriber not found ...),
    `follow_up` AAA04 (C correct and resubmit, N no resubmission, R resubmission allowed ...), `level` its loop.
    """

    reason: str
    follow_up: str
    level: str


@dataclass(frozen=True, slots=True)
class EligibilityResponse:
    """One answer, matched to its question by `trace`."""

    trace: str
    payer: Party
    provider: Provider
    subscriber: Person
    patient: Person | None = None
    group_number: str = ""
    plan_dates: tuple[tuple[str, Period], ...] = ()
    benefits: tuple[Benefit, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    references: tuple[Reference, ...] = ()
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    @property
    def is_active(self) -> bool:
        """True when a benefit says active coverage (EB01 1 to 5) and nothing was rejected."""
        return not self.rejections and any(benefit.information in "12345" for benefit in self.benefits)


@dataclass(frozen=True, slots=True)
class EligibilityResponseBatch:
    """One 271 transaction set; `rejections` are those of the payer or provider levels, about the whole request."""

    reference: str
    created_at: datetime
    responses: tuple[EligibilityResponse, ...]
    rejections: tuple[Rejection, ...] = ()
    raw: tuple[str, ...] = field(default=(), init=False, compare=False, repr=False)
