"""Coverage questions and answers (270 and 271, 005010X279A1) as records.

X12 reading and writing is in `eligibility_x12`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from claimwright.documents.other import OtherSegment
from claimwright.documents.parties import Party, Period, Person, Procedure, Provider, Reference
from claimwright.origin import NOWHERE, Origin
from claimwright.x12.writing import OutgoingSet

TRACE_ORIGIN = "9CLMWRIGHT"
"""TRN03 of the traces that claimwright gives: ten characters, the first a 9 for an identifier of our own choice."""


@dataclass(frozen=True, slots=True)
class Trace:
    """A trace number beside the one that is ours: `kind` TRN01 (1 of this message, 2 of the one it answers)."""

    kind: str
    number: str
    origin: str = TRACE_ORIGIN
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class EligibilityInquiry:
    """One question: is this person covered on this day, and for which kinds of service (EQ01; 30 = the plan's summary)?

    `trace` is ours (TRN02) and comes back with the answer; `trace_origin` (TRN03) and `trace_suffix` (TRN04) say whose
    it is. `patient` is None when the subscriber is the patient; `relationship` is the patient's to the subscriber
    (18 self, 01 spouse, 19 child; a 270 knows no other but 34). `service_end_date` is there when a run of days is asked
    about, `procedure` when the question is about one service (EQ02), `coverage_level` FAM when it is about the family
    (EQ03). `others` are segments that have no field here.
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
    service_end_date: date | None = None
    procedure: Procedure | None = None
    coverage_level: str = ""
    trace_origin: str = TRACE_ORIGIN
    trace_suffix: str = ""
    further_traces: tuple[Trace, ...] = ()
    others: tuple[OtherSegment, ...] = ()
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class EligibilityInquiryBatch:
    """One 270 transaction set; `raw` is it as read, written again unless the batch was changed."""

    reference: str
    created_at: datetime
    inquiries: tuple[EligibilityInquiry, ...]
    raw: OutgoingSet | None = field(default=None, init=False, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Rejection:
    """One AAA: why a question was not answered, and whether to ask again.

    `reason` is AAA03 (42 cannot respond, 71 birth date, 72 member ID, 73 name, 75 subscriber not found ...),
    `follow_up` AAA04 (C correct and resubmit, N no resubmission, R resubmission allowed ...), `level` its loop:
    2000A, 2100A the payer, 2100B the provider, 2100C the subscriber, 2100D the dependent. `payer` and `provider` are
    given for the first three, which stand for every question to that payer or of that provider.
    `is_request_valid` is AAA01: the question was well put, and there is another reason.
    """

    reason: str
    follow_up: str
    level: str
    is_request_valid: bool = False
    payer: Party | None = None
    provider: Provider | None = None


@dataclass(frozen=True, slots=True)
class BenefitEntity:
    """Somebody whom a benefit names (2120): `role` is NM101 (P3 primary care, PR payer, PRP primary payer, 1P ...).

    `relationship` is NM110, `party.taxonomy` the PRV's.
    """

    role: str
    party: Provider
    relationship: str = ""


@dataclass(frozen=True, slots=True)
class Benefit:
    """What the plan says about one kind of service, in one EB.

    `information` is EB01 (1 active, 6 inactive, A coinsurance, B copay, C deductible, G out of pocket, F limit,
    I not covered, R other payer ...), `level` EB02 (IND, FAM), `service_types` EB03, `period` EB06 (29 = remaining,
    23 = calendar year), `percent` EB08 (0.2 = 20 %), `in_network` EB12 (Y, N, W), `pointers` EB14.
    `rejections` say why this one kind of service was not answered. `others` are HSD (how often) and III (where).
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
    procedure: Procedure | None = None
    pointers: tuple[int, ...] = ()
    dates: tuple[tuple[str, Period], ...] = ()
    messages: tuple[str, ...] = ()
    entities: tuple[BenefitEntity, ...] = ()
    references: tuple[Reference, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    others: tuple[OtherSegment, ...] = ()
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class EligibilityResponse:
    """One answer, matched to its question by `trace` (the TRN that comes back; `''` when the payer sent none).

    `plan_dates` are the days of the plan and coverage (291 plan, 346 plan begins, 356 eligible from ...);
    `group_number` is REF 6P of the subscriber, `group_name` its REF03. `is_corrected` says that the payer changed
    identifying data of the patient (INS03 001, INS04 25): take them over before billing.
    """

    trace: str
    payer: Party
    provider: Provider
    subscriber: Person
    patient: Person | None = None
    group_number: str = ""
    group_name: str = ""
    plan_dates: tuple[tuple[str, Period], ...] = ()
    benefits: tuple[Benefit, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    relationship: str = "18"
    is_corrected: bool = False
    trace_origin: str = TRACE_ORIGIN
    trace_suffix: str = ""
    further_traces: tuple[Trace, ...] = ()
    others: tuple[OtherSegment, ...] = ()
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    @property
    def is_active(self) -> bool:
        """True when a benefit says active coverage (EB01 1 to 5) and nothing was rejected."""
        return not self.rejections and any(benefit.information in ACTIVE for benefit in self.benefits)

    @property
    def patient_person(self) -> Person:
        """The person whom the answer is about, subscriber or not."""
        return self.patient or self.subscriber


ACTIVE = frozenset("12345")
"""EB01 codes of active coverage; 2 to 4 are capitated, 5 is under investigation."""


@dataclass(frozen=True, slots=True)
class EligibilityResponseBatch:
    """One 271 transaction set; `rejections` are those of the payer or provider levels, about every question to them."""

    reference: str
    created_at: datetime
    responses: tuple[EligibilityResponse, ...]
    rejections: tuple[Rejection, ...] = ()
    raw: OutgoingSet | None = field(default=None, init=False, compare=False, repr=False)
