"""The claim as a record, in its three kinds: professional (837P), institutional (837I) and dental (837D).

What the kinds share stands in `Claim` and `ClaimLine`. What only one of them says is a part of its own: `institutional`
with a `revenue` part in every line, `dental` with a `dental` part in every line; a professional claim has neither. The
parts are in `institutional` and `dental`, reading and writing X12 in `claim_x12`. Loop numbers in the docstrings say
where each record comes from.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from claimwright.documents.adjustments import Adjustment, Amount, remarks_of
from claimwright.documents.dental import DentalLine, DentalPart
from claimwright.documents.diagnoses import Diagnosis
from claimwright.documents.institutional import InstitutionalPart, RevenueLine
from claimwright.documents.other import OtherSegment
from claimwright.documents.parties import Party, Period, Person, Procedure, Provider, Reference
from claimwright.origin import NOWHERE, Origin
from claimwright.x12.writing import OutgoingSet

__all__ = [
    "NO_PROCEDURE",
    "Claim",
    "ClaimBatch",
    "ClaimKind",
    "ClaimLine",
    "DentalLine",
    "DentalPart",
    "Diagnosis",
    "Drug",
    "InstitutionalPart",
    "LineAdjudication",
    "OtherPayer",
    "RevenueLine",
    "Subscriber",
]

NO_PROCEDURE = Procedure("", qualifier="")
"""The procedure of a line that names none, as lines of an institutional claim may: its revenue code says it all."""


class ClaimKind(StrEnum):
    """The kinds of claims; a set (837) holds claims of one kind."""

    PROFESSIONAL = "professional"
    INSTITUTIONAL = "institutional"
    DENTAL = "dental"


@dataclass(frozen=True, slots=True)
class LineAdjudication:
    """What an earlier payer decided about this line (2430): its SVD, its CAS, its date.

    `charge = paid_cents + sum(adjustments)` for every earlier payer, or the claim is refused. `payer_id` is the id of
    one of the claim's other payers; `bundled_into` the number of the line that this one was paid with; `revenue_code`
    (SVD04) what an institutional line was paid as.
    """

    payer_id: str
    paid_cents: int
    procedure: Procedure
    quantity: Decimal | None
    adjustments: tuple[Adjustment, ...] = ()
    adjudication_date: date | None = None
    remaining_cents: int | None = None
    bundled_into: int | None = None
    revenue_code: str = ""


@dataclass(frozen=True, slots=True)
class Drug:
    """The drug given with a line (2410). `qualifier` N4 says that `ndc` is a national drug code.

    `prescription` is the prescription's number (REF XZ), `link_number` (REF VY) ties the parts of a compound.
    """

    ndc: str
    quantity: Decimal | None = None
    unit: str = ""
    prescription: str = ""
    link_number: str = ""
    qualifier: str = "N4"


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """One service (2400). `pointers` are positions in `Claim.diagnoses`, from 1. `unit` is UN, MJ (minutes), DA (days).

    `providers` are those of the line who have no field of their own, each with its part (NM101: DK ordering,
    DN referring, DQ supervising, 77 facility, QB purchased from, PW and 45 ambulance, 72 operating, ZZ other operating,
    DD assistant surgeon); `dates` the DTPs but the service date; `note_kind` ADD, DCP ...; `others` segments that have
    no field here. `period` may be absent where the claim tells it: see `Claim.period_of`.

    `revenue` is what only a line of an institutional claim says, `dental` what only one of a dental claim does.
    """

    number: int
    procedure: Procedure
    charge_cents: int
    quantity: Decimal
    unit: str
    period: Period | None
    pointers: tuple[int, ...] = ()
    place_of_service: str = ""
    emergency: bool = False
    epsdt: bool = False
    family_planning: bool = False
    copay_exempt: bool = False
    control_number: str = ""
    prior_authorization: str = ""
    referral: str = ""
    note: str = ""
    note_kind: str = "ADD"
    drug: Drug | None = None
    rendering: Provider | None = None
    providers: tuple[tuple[str, Provider], ...] = ()
    dates: tuple[tuple[str, Period], ...] = ()
    amounts: tuple[Amount, ...] = ()
    references: tuple[Reference, ...] = ()
    adjudications: tuple[LineAdjudication, ...] = ()
    others: tuple[OtherSegment, ...] = ()
    revenue: RevenueLine | None = None
    dental: DentalLine | None = None
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Who holds the policy at one payer (2000B/2010BA, 2320/2330A), and how this claim stands with that payer.

    `payer_level` is SBR01: P, S, T, A ...; `relationship` is the patient's to the subscriber (18 = self);
    `filing_code` is SBR09 (MB Medicare part B, MC Medicaid, CI commercial, 16 MA HMO, BL Blue Cross ...).
    """

    payer_level: str
    person: Person
    relationship: str = "18"
    group_number: str = ""
    group_name: str = ""
    insurance_type: str = ""
    filing_code: str = ""

    @property
    def member_id(self) -> str:
        return self.person.id


@dataclass(frozen=True, slots=True)
class OtherPayer:
    """Another payer of the same claim (2320 with 2330A, 2330B), with what it decided if it came first.

    `inpatient` and `outpatient` are the elements of MIA and MOA as written, `remarks` the remark codes among them, kept
    in step as in `RemittanceClaim`. `providers` are the claim's providers as this payer numbers them (2330C to I), by
    NM101.
    """

    subscriber: Subscriber
    payer: Party
    paid_cents: int | None = None
    adjustments: tuple[Adjustment, ...] = ()
    remaining_cents: int | None = None
    noncovered_cents: int | None = None
    benefits_assigned: str = "Y"
    release_of_information: str = "Y"
    payer_claim_number: str = ""
    adjudication_date: date | None = None
    patient_signature: str = ""
    outpatient: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    providers: tuple[tuple[str, Provider], ...] = ()
    others: tuple[OtherSegment, ...] = ()
    inpatient: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.remarks and not self.outpatient and not self.inpatient:
            object.__setattr__(self, "outpatient", ("", "", *self.remarks))
        told = remarks_of(self.inpatient, self.outpatient)
        if self.remarks and self.remarks != told:
            raise ValueError(f"the remarks {self.remarks} are not those of MIA and MOA, {told}")
        object.__setattr__(self, "remarks", told)


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim (2300) with everyone it names. Amounts in cents.

    `control_number` is CLM01, the provider's own number; `frequency` CLM05-3 (1 original, 7 replacement, 8 void);
    `original_reference` the payer's number of the claim that a 7 or 8 is about (REF F8).
    `patient` is None when the subscriber is the patient. `diagnoses` are the principal one and the others, in order;
    `dates` the claim's own DTPs by qualifier (431 onset, 439 accident, 435 admission, 096 discharge ...); `references`
    those REFs that have no field of their own; `providers` those who have none, by NM101 (P3 primary care, PW and 45
    ambulance); `others` further segments (PWK, CN1, K3, CR1, CRC, HCP, condition codes of professional claims ...).
    `note_kind` is NTE01, `special_program` CLM12, `delay_reason` CLM20.

    An institutional claim has an `institutional` part and no `place_of_service`, for its type of bill says what kind of
    facility it is; a dental claim has a `dental` part; a professional claim has neither.
    """

    control_number: str
    charge_cents: int
    place_of_service: str
    frequency: str
    billing: Provider
    subscriber: Subscriber
    payer: Party
    diagnoses: tuple[Diagnosis, ...]
    lines: tuple[ClaimLine, ...]
    patient: Person | None = None
    pay_to: Party | None = None
    pay_to_plan: Party | None = None
    currency: str = ""
    rendering: Provider | None = None
    referring: Provider | None = None
    supervising: Provider | None = None
    facility: Provider | None = None
    providers: tuple[tuple[str, Provider], ...] = ()
    other_payers: tuple[OtherPayer, ...] = ()
    provider_signature: str = "Y"
    assignment: str = "A"
    benefits_assigned: str = "Y"
    release_of_information: str = "Y"
    patient_signature: str = ""
    related_causes: tuple[str, ...] = ()
    accident_state: str = ""
    accident_country: str = ""
    special_program: str = ""
    delay_reason: str = ""
    patient_paid_cents: int | None = None
    prior_authorization: str = ""
    referral: str = ""
    original_reference: str = ""
    clearinghouse_number: str = ""
    medical_record: str = ""
    note: str = ""
    note_kind: str = "ADD"
    dates: tuple[tuple[str, Period], ...] = ()
    references: tuple[Reference, ...] = ()
    others: tuple[OtherSegment, ...] = ()
    institutional: InstitutionalPart | None = None
    dental: DentalPart | None = None
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.institutional and self.dental:
            raise ValueError("a claim is institutional or dental, not both")

    @property
    def kind(self) -> ClaimKind:
        """What kind of claim it is."""
        if self.institutional:
            return ClaimKind.INSTITUTIONAL
        return ClaimKind.DENTAL if self.dental else ClaimKind.PROFESSIONAL

    @property
    def type_of_bill(self) -> str:
        """The three characters of a UB-04's type of bill, as `111`; `''` for claims that have none."""
        return self.institutional.facility_type + self.frequency if self.institutional else ""

    @property
    def facility_code(self) -> str:
        """CLM05-1: the place of service, or the first two characters of the type of bill."""
        return self.institutional.facility_type if self.institutional else self.place_of_service

    @property
    def is_patient_subscriber(self) -> bool:
        return self.patient is None

    @property
    def patient_person(self) -> Person:
        """The person who received the care, subscriber or not."""
        return self.patient or self.subscriber.person

    @property
    def lines_cents(self) -> int:
        """The sum of the line charges, which must equal `charge_cents`."""
        return sum(line.charge_cents for line in self.lines)

    def period_of(self, line: ClaimLine) -> Period | None:
        """When a line's service was: as the line says, or as the claim does for all of its lines."""
        told = self.institutional.statement if self.institutional else dict(self.dates).get("472")
        return line.period or told


@dataclass(frozen=True, slots=True)
class ClaimBatch:
    """One 837 transaction set: who sends, who receives, and the claims, which are all of one kind.

    `reference` is BHT03, `purpose` BHT02 (00 original, 18 sent again), `kind` BHT06 (CH charges, RP encounters to be
    reported). `raw` is the set as it was read: an unchanged batch writes it again, a copy that `dataclasses.replace`
    changed has none and is written anew.
    """

    reference: str
    created_at: datetime
    submitter: Party
    receiver: Party
    claims: tuple[Claim, ...]
    kind: str = "CH"
    purpose: str = "00"
    raw: OutgoingSet | None = field(default=None, init=False, compare=False, repr=False)

    @property
    def claim_kind(self) -> ClaimKind:
        """The kind of the claims (professional when there are none). Raises `ValueError` when there are several."""
        kinds = sorted({claim.kind for claim in self.claims}) or [ClaimKind.PROFESSIONAL]
        if len(kinds) > 1:
            raise ValueError(f"a set holds claims of one kind, not {' and '.join(kinds)} ones")
        return kinds[0]
