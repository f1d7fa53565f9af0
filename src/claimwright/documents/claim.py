"""The professional claim (837P, 005010X222A1) as a record.

X12 reading and writing is in `claim_x12`. Loop numbers in the docstrings say where each record comes from.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from claimwright.documents.adjustments import Adjustment
from claimwright.documents.parties import Party, Period, Person, Procedure, Provider, Reference
from claimwright.origin import NOWHERE, Origin


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One diagnosis; `qualifier` ABK (principal) or ABF in ICD-10, BK or BF in ICD-9. The code has no dot."""

    code: str
    qualifier: str = "ABF"


@dataclass(frozen=True, slots=True)
class LineAdjudication:
    """What an earlier payer decided about this line (2430): its SVD, its CAS, its date.

    `charge = paid_cents + sum(adjustments)` for every earlier payer, or the claim is refused.
    """

    payer_id: str
    paid_cents: int
    procedure: Procedure
    quantity: Decimal
    adjustments: tuple[Adjustment, ...] = ()
    adjudication_date: date | None = None
    remaining_cents: int | None = None
    bundled_into: int | None = None


@dataclass(frozen=True, slots=True)
class Drug:
    """The national drug code given with a line (2410)."""

    ndc: str
    quantity: Decimal | None = None
    unit: str = ""
    prescription: str = ""


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """One service (2400). `pointers` are positions in `Claim.diagnoses`, from 1. `unit` is UN or MJ (minutes)."""

    number: int
    procedure: Procedure
    charge_cents: int
    quantity: Decimal
    unit: str
    period: Period | None
    pointers: tuple[int, ...] = ()
    place_of_service: str = ""
    emergency: bool = False
    control_number: str = ""
    prior_authorization: str = ""
    note: str = ""
    drug: Drug | None = None
    rendering: Provider | None = None
    references: tuple[Reference, ...] = ()
    adjudications: tuple[LineAdjudication, ...] = ()
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
    """Another payer of the same claim (2320 with 2330A, 2330B), with what it decided if it came first."""

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
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim (2300) with everyone it names. Amounts in cents.

    `control_number` is CLM01, the provider's own number; `frequency` CLM05-3 (1 original, 7 replacement, 8 void);
    `original_reference` the payer's number of the claim that a 7 or 8 is about (REF F8).
    `patient` is None when the subscriber is the patient. `dates` are the claim's own DTPs by qualifier (431 onset,
    439 accident, 435 admission, 096 discharge ...); `references` those REFs that have no field of their own.
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
    rendering: Provider | None = None
    referring: Provider | None = None
    supervising: Provider | None = None
    facility: Provider | None = None
    other_payers: tuple[OtherPayer, ...] = ()
    provider_signature: str = "Y"
    assignment: str = "A"
    benefits_assigned: str = "Y"
    release_of_information: str = "Y"
    patient_signature: str = ""
    related_causes: tuple[str, ...] = ()
    accident_state: str = ""
    patient_paid_cents: int | None = None
    prior_authorization: str = ""
    referral: str = ""
    original_reference: str = ""
    clearinghouse_number: str = ""
    medical_record: str = ""
    note: str = ""
    dates: tuple[tuple[str, Period], ...] = ()
    references: tuple[Reference, ...] = ()
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

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


@dataclass(frozen=True, slots=True)
class ClaimBatch:
    """One 837P transaction set: who sends, who receives, and the claims.

    `reference` is BHT03. `raw` are the segments as read, set only by reading: a changed copy (made by
    `dataclasses.replace`) has none, so an unchanged batch writes its own bytes again and a changed one is written anew.
    """

    reference: str
    created_at: datetime
    submitter: Party
    receiver: Party
    claims: tuple[Claim, ...]
    kind: str = "CH"
    raw: tuple[str, ...] = field(default=(), init=False, compare=False, repr=False)
