"""What only an institutional claim says (837I; the form UB-04): the stay, its codes, and lines by revenue code.

Codes are those of the National Uniform Billing Committee unless said otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from claimwright.documents.diagnoses import Diagnosis
from claimwright.documents.parties import Period, Provider


@dataclass(frozen=True, slots=True)
class DatedProcedure:
    """A procedure of the claim as a whole (HI) and its day.

    `qualifier` is BBR (principal) or BBQ for ICD-10-PCS, BR or BQ for ICD-9, CAH for an advanced billing concept code.
    """

    code: str
    date: date | None
    qualifier: str = "BBQ"


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Something that happened on a day: an occurrence code."""

    code: str
    date: date | None


@dataclass(frozen=True, slots=True)
class OccurrenceSpan:
    """Something that lasted: an occurrence span code."""

    code: str
    period: Period | None


@dataclass(frozen=True, slots=True)
class ValueAmount:
    """A value code with its number: dollars for most codes, days, units or other counts for some (80 covered days)."""

    code: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class InstitutionalPart:
    """What a hospital's or other facility's claim says beyond `Claim`.

    `facility_type` is the first two characters of the type of bill (CLM05-1), the third is `Claim.frequency`.
    `statement` is the run of days that the claim covers (DTP 434); times are HHMM. `admission_type`,
    `admission_source` and `patient_status` are CL1; `patient_due_cents` AMT F3, what the provider expects the patient
    to owe. The principal and the other diagnoses are in `Claim.diagnoses`.
    """

    facility_type: str
    statement: Period | None = None
    admission_date: date | None = None
    admission_time: str = ""
    discharge_time: str = ""
    admission_type: str = ""
    admission_source: str = ""
    patient_status: str = ""
    admitting_diagnosis: Diagnosis | None = None
    reasons_for_visit: tuple[Diagnosis, ...] = ()
    external_causes: tuple[Diagnosis, ...] = ()
    drg: str = ""
    principal_procedure: DatedProcedure | None = None
    procedures: tuple[DatedProcedure, ...] = ()
    occurrences: tuple[Occurrence, ...] = ()
    occurrence_spans: tuple[OccurrenceSpan, ...] = ()
    values: tuple[ValueAmount, ...] = ()
    conditions: tuple[str, ...] = ()
    treatments: tuple[str, ...] = ()
    patient_due_cents: int | None = None
    attending: Provider | None = None
    operating: Provider | None = None
    other_operating: Provider | None = None


@dataclass(frozen=True, slots=True)
class RevenueLine:
    """What a line of an institutional claim says beyond `ClaimLine` (SV2).

    `code` is the revenue code; `noncovered_cents` the part of the charge that the payer does not cover (SV207);
    `unit_rate` the price of a day or unit (SV206), which only the older guide (004010X096A1) has a place for.
    """

    code: str
    noncovered_cents: int | None = None
    unit_rate: Decimal | None = None
