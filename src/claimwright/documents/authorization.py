"""Requests for authorizations and their answers (278, 005010X217) as records: prior authorization, referral, admission.

X12 reading and writing is in `authorization_x12`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from claimwright.documents.eligibility import TRACE_ORIGIN, Rejection, Trace
from claimwright.documents.other import OtherSegment
from claimwright.documents.parties import Party, Period, Person, Procedure, Provider
from claimwright.origin import NOWHERE, Origin
from claimwright.x12.writing import OutgoingSet


@dataclass(frozen=True, slots=True)
class Review:
    """What is to be reviewed, or was (UM).

    `category` is UM01 (AR admission, HS health services, SC specialty care, IN reservation), `certification` UM02
    (I initial, R renewal, S revised, 3 cancel, 4 extension ...), `service_type` UM03, `place` and `place_qualifier`
    UM04 (B: a place of service, A: a type of bill), `related_causes` UM05 with state and country where they are given,
    `level_of_service` UM06 (03 emergency, U urgent); then condition, prognosis, release, delay reason, as UM has them.
    """

    category: str
    certification: str = ""
    service_type: str = ""
    place: str = ""
    place_qualifier: str = ""
    related_causes: tuple[str, ...] = ()
    level_of_service: str = ""
    condition: str = ""
    prognosis: str = ""
    release: str = ""
    delay_reason: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What the reviewer decided (HCR).

    `action` is HCR01 (A1 certified, A2 certified in part, A3 not certified, A4 pended, A6 modified, CT call, NA nothing
    required, C cancelled), `certification_number` the authorization number that a claim needs, `reasons` the decision
    reason codes.
    """

    action: str
    certification_number: str = ""
    reasons: tuple[str, ...] = ()
    second_opinion: str = ""

    @property
    def is_certified(self) -> bool:
        """True when care may begin as asked, or as the answer changed it."""
        return self.action in ("A1", "A2", "A6")


@dataclass(frozen=True, slots=True)
class ReviewDiagnosis:
    """One diagnosis of the event: `qualifier` as HI has it (ABK principal, ABF other, ABJ admitting, BK ICD-9 ...)."""

    code: str
    qualifier: str = "ABF"
    known_on: date | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """How much, how often, for how long (HSD): 2 visits (VS) each week (WK) for 4 weeks (35)."""

    unit: str = ""
    quantity: Decimal | None = None
    frequency_unit: str = ""
    frequency: Decimal | None = None
    period_unit: str = ""
    periods: str = ""
    pattern: str = ""
    time: str = ""


@dataclass(frozen=True, slots=True)
class Paperwork:
    """An attachment that is sent or asked for (PWK): what, how, under which control number."""

    report_type: str
    transmission: str
    control_number: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class ReviewParty:
    """Somebody in the event: `role` is NM101 (SJ service provider, 71 attending, FA facility, PW pick-up ...).

    `specialty_role` is PRV01 of a provider with a taxonomy. `rejections` say what was wrong with this one.
    `others` are segments that have no field here.
    """

    role: str
    party: Provider
    specialty_role: str = "PE"
    rejections: tuple[Rejection, ...] = ()
    others: tuple[OtherSegment, ...] = ()


@dataclass(frozen=True, slots=True)
class OtherReviewer:
    """Another reviewing organization that denied before (2010EC): its role, name, reason and day."""

    role: str
    name: str
    reason: str = ""
    denied_on: date | None = None


@dataclass(frozen=True, slots=True)
class ReviewedService:
    """One service of the event (2000F): what is asked for, and what was decided about it.

    `kind` is SV1 professional, SV2 institutional (with `revenue_code`), SV3 dental, or `''` for none. `decision`,
    `rejections` and `information_requested` (LOINC codes) are the answer's; `contact` is whom to send it to.
    `dates` are 472 service, 102 issued, 036 expires, 007 good for. `details` are the elements of the service's segment
    after those that have a field, as written; `others` segments without a field (TOO for one).
    """

    trace: str = ""
    review: Review | None = None
    kind: str = ""
    procedure: Procedure | None = None
    revenue_code: str = ""
    charge_cents: int | None = None
    unit: str = ""
    quantity: Decimal | None = None
    decision: Decision | None = None
    earlier_authorization: str = ""
    administrative_number: str = ""
    dates: tuple[tuple[str, Period], ...] = ()
    information_requested: tuple[str, ...] = ()
    delivery: Delivery | None = None
    paperwork: tuple[Paperwork, ...] = ()
    message: str = ""
    providers: tuple[ReviewParty, ...] = ()
    contact: ReviewParty | None = None
    rejections: tuple[Rejection, ...] = ()
    trace_origin: str = TRACE_ORIGIN
    trace_suffix: str = ""
    further_traces: tuple[Trace, ...] = ()
    details: tuple[tuple[str, ...], ...] = ()
    others: tuple[OtherSegment, ...] = ()
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class PatientEvent:
    """What the patient needs (2000E): the event with its services; in an answer, with its decision.

    `trace` is ours (TRN02) and comes back with the answer. `dates` are AAH event, 435 admission, 096 discharge,
    439 accident, 431 onset, 484 last menstrual period, ABC estimated birth; of answers also 102, 036, 007.
    `providers` are whom it is about, `transport` the places of an ambulance, `contact` whom to send more information
    to. `others` are segments without a field: conditions (CRC), admission (CL1), ambulance (CR1) and the like.
    """

    trace: str = ""
    review: Review | None = None
    decision: Decision | None = None
    earlier_authorization: str = ""
    administrative_number: str = ""
    dates: tuple[tuple[str, Period], ...] = ()
    diagnoses: tuple[ReviewDiagnosis, ...] = ()
    information_requested: tuple[str, ...] = ()
    delivery: Delivery | None = None
    paperwork: tuple[Paperwork, ...] = ()
    message: str = ""
    providers: tuple[ReviewParty, ...] = ()
    transport: tuple[ReviewParty, ...] = ()
    other_reviewers: tuple[OtherReviewer, ...] = ()
    contact: ReviewParty | None = None
    services: tuple[ReviewedService, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    trace_origin: str = TRACE_ORIGIN
    trace_suffix: str = ""
    further_traces: tuple[Trace, ...] = ()
    others: tuple[OtherSegment, ...] = ()
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """One 278 set that asks: `reviewer` is the utilization management organization, `requester` the provider.

    `purpose` is BHT02 (13 request, 01 cancellation, 36 reservation). `patient` is None when the subscriber is the
    patient, `relationship` the patient's to the subscriber. `raw` is the set as read, written again unless changed.
    """

    reference: str
    created_at: datetime
    reviewer: Party
    requester: Provider
    subscriber: Person
    event: PatientEvent
    patient: Person | None = None
    relationship: str = "18"
    purpose: str = "13"
    kind: str = ""
    requester_role: str = "1P"
    reviewer_role: str = "X3"
    specialty_role: str = "PE"
    others: tuple[OtherSegment, ...] = ()
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)
    raw: OutgoingSet | None = field(default=None, init=False, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class AuthorizationResponse:
    """One 278 set that answers, matched to its request by `reference` and by the events' `trace`.

    `kind` is BHT06 (18 final, 19 more to come, AT administrative). `requester`, `subscriber` are None when the answer
    stops before them; `rejections` then say why (levels 2000A, 2010A, 2010B, 2010C, 2010D).
    """

    reference: str
    created_at: datetime
    reviewer: Party
    requester: Provider | None = None
    subscriber: Person | None = None
    patient: Person | None = None
    relationship: str = "18"
    events: tuple[PatientEvent, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    kind: str = "18"
    requester_role: str = "1P"
    reviewer_role: str = "X3"
    specialty_role: str = "PE"
    others: tuple[OtherSegment, ...] = ()
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)
    raw: OutgoingSet | None = field(default=None, init=False, compare=False, repr=False)

    @property
    def is_certified(self) -> bool:
        """True when every event with a decision is certified and nothing was rejected."""
        decisions = [event.decision for event in self.events if event.decision]
        return bool(decisions) and not self.rejections and all(decision.is_certified for decision in decisions)
