"""Enrollments of members into coverage, and their maintenance (834, 005010X220A1), as records.

X12 reading and writing is in `enrollment_x12`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from claimwright.documents.adjustments import Amount
from claimwright.documents.other import OtherSegment
from claimwright.documents.parties import Party, Period, Person, Reference
from claimwright.origin import NOWHERE, Origin
from claimwright.x12.writing import OutgoingSet

Dates = tuple[tuple[str, Period], ...]


@dataclass(frozen=True, slots=True)
class RelatedParty:
    """Somebody beside the member or the coverage: `role` is NM101.

    Of a member: 31 the mailing address, 36 an employer, M8 a school, S3 the custodial parent, 45 where cards are
    dropped off, QD and others a responsible person. Of another coverage: IN its insurer, 36 its employer, GW its group.
    """

    role: str
    party: Party
    others: tuple[OtherSegment, ...] = ()


@dataclass(frozen=True, slots=True)
class CoverageProvider:
    """A provider whom the member chose (2310): `role` is NM101 (P3 primary care ...), `relationship` NM110 (25
    established patient, 26 not, 72 unknown). `changed_on` and `change_reason` (PLA) are there when it replaces one.
    """

    number: str
    role: str
    party: Party
    relationship: str = ""
    changed_on: date | None = None
    change_reason: str = ""
    others: tuple[OtherSegment, ...] = ()


@dataclass(frozen=True, slots=True)
class OtherCoverage:
    """Coverage by somebody else (COB): `level` is COB01 (P, S, T, U), `policy_number` COB02, `status` COB03 (1
    coordination, 5 unknown, 6 none), `service_types` COB04.
    """

    level: str
    policy_number: str = ""
    status: str = "1"
    service_types: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    dates: Dates = ()
    parties: tuple[RelatedParty, ...] = ()
    others: tuple[OtherSegment, ...] = ()


@dataclass(frozen=True, slots=True)
class IdentificationCard:
    """A card that is to be made (IDC): `kind` H health, D dental, P drug; `action` 1 add, 2 change, RX replace."""

    plan: str
    kind: str
    count: Decimal | None = None
    action: str = ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """One kind of coverage of a member (HD): `maintenance` is HD01 (021 addition, 024 cancellation ...), `line` HD03
    (HLT, HMO, DEN, VIS ...), `plan` HD04, `level` HD05 (EMP, FAM, IND ...).

    `dates` are 348 begins, 349 ends, 303 changed ...; `prior_months` is REF QQ.
    """

    maintenance: str
    line: str
    plan: str = ""
    level: str = ""
    is_late: bool | None = None
    dates: Dates = ()
    amounts: tuple[Amount, ...] = ()
    references: tuple[Reference, ...] = ()
    prior_months: str = ""
    cards: tuple[IdentificationCard, ...] = ()
    providers: tuple[CoverageProvider, ...] = ()
    other_coverages: tuple[OtherCoverage, ...] = ()
    others: tuple[OtherSegment, ...] = ()
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Disability:
    """A disability of the member (DSB): `kind` 1 short term, 2 long term, 3 permanent or total, 4 none."""

    kind: str
    diagnosis: str = ""
    diagnosis_qualifier: str = ""
    dates: Dates = ()
    others: tuple[OtherSegment, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportingCategory:
    """A fact for somebody's reports (2750): its name, and the value (REF) and days that it has."""

    number: str
    name: str = ""
    reference: Reference | None = None
    period: Period | None = None


@dataclass(frozen=True, slots=True)
class Demographics:
    """What DMG says beside birth date and sex: marital status, origins (each code, list and detail), citizenship."""

    marital_status: str = ""
    origins: tuple[tuple[str, ...], ...] = ()
    citizenship: str = ""
    collection: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Member:
    """One member and what becomes of the coverage (2000).

    `is_subscriber` is INS01, `relationship` INS02 (18 the subscriber), `maintenance` INS03 (021 addition, 001 change,
    024 cancellation, 025 reinstatement, 030 audit), `reason` INS04, `benefit_status` INS05 (A active, C COBRA, S
    surviving, T TEFRA). `subscriber_number` (REF 0F) joins a family; `policy_number` is REF 1L. `dates` are 336
    employed, 356 eligible, 357 no longer, 303 changed ... `corrects` says that the name stands for a wrong one
    (NM101 74), which `former` is. `county` are N405 and N406.
    """

    person: Person
    subscriber_number: str
    is_subscriber: bool = True
    relationship: str = "18"
    maintenance: str = "030"
    reason: str = ""
    benefit_status: str = "A"
    medicare: tuple[str, ...] = ()
    cobra_event: str = ""
    employment_status: str = ""
    student_status: str = ""
    is_handicapped: bool | None = None
    death_date: date | None = None
    confidentiality: str = ""
    birth_sequence: str = ""
    policy_number: str = ""
    references: tuple[Reference, ...] = ()
    dates: Dates = ()
    corrects: bool = False
    county: tuple[str, str] = ("", "")
    demographics: Demographics | None = None
    former: Person | None = None
    former_demographics: Demographics | None = None
    amounts: tuple[Amount, ...] = ()
    related: tuple[RelatedParty, ...] = ()
    disabilities: tuple[Disability, ...] = ()
    coverages: tuple[Coverage, ...] = ()
    categories: tuple[ReportingCategory, ...] = ()
    others: tuple[OtherSegment, ...] = ()
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Broker:
    """A broker (BO) or third party administrator (TV) with its account numbers."""

    role: str
    party: Party
    accounts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Enrollment:
    """One 834 set: what a sponsor tells an insurer of its members.

    `purpose` is BGN01 (00 original, 15 resubmission, 22 copy), `action` BGN08 (2 changes, 4 verification, RX all
    anew), `time_zone` BGN05, `policy_number` REF 38, `totals` QTY (TO all, ET employees, DT dependents).
    """

    reference: str
    created_at: datetime
    sponsor: Party
    insurer: Party
    members: tuple[Member, ...]
    purpose: str = "00"
    action: str = "2"
    time_zone: str = ""
    original_reference: str = ""
    policy_number: str = ""
    dates: Dates = ()
    totals: tuple[tuple[str, Decimal], ...] = ()
    brokers: tuple[Broker, ...] = ()
    others: tuple[OtherSegment, ...] = ()
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)
    raw: OutgoingSet | None = field(default=None, init=False, compare=False, repr=False)
