"""The remittance (835, 005010X221A1) as a record. Amounts in cents; nothing a payer said is dropped.

X12 reading and writing is in `remittance_x12`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from claimwright.documents.adjustments import Adjustment
from claimwright.documents.parties import NOBODY, Contact, Party, Period, Procedure, Provider, Reference
from claimwright.origin import NOWHERE, Origin


@dataclass(frozen=True, slots=True)
class Amount:
    """A supplemental amount (AMT): information only, never part of a balance (X12 RFI 1324)."""

    qualifier: str
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Quantity:
    """A supplemental quantity (QTY): information only."""

    qualifier: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class RemittanceLine:
    """One adjudicated service (2110). `charge_cents - sum(adjustments) = paid_cents`.

    `submitted` is SVC06, there when the payer changed the code; `control_number` is REF 6R, ours, when it came back.
    """

    procedure: Procedure
    charge_cents: int
    paid_cents: int
    adjustments: tuple[Adjustment, ...] = ()
    submitted: Procedure | None = None
    revenue_code: str = ""
    quantity: Decimal | None = None
    original_quantity: Decimal | None = None
    period: Period | None = None
    control_number: str = ""
    remarks: tuple[str, ...] = ()
    amounts: tuple[Amount, ...] = ()
    quantities: tuple[Quantity, ...] = ()
    references: tuple[Reference, ...] = ()
    rendering: Provider | None = None
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class RemittanceClaim:
    """One adjudicated claim (2100). `charge - sum(all adjustments) = paid`, in cents.

    `status` is CLP02 (1, 2, 3 processed as primary, secondary, tertiary; 4 patient unknown; 19, 20, 21 the same and
    forwarded; 22 reversal; 23 not ours, forwarded; 25 predetermination). `payer_claim_number` is CLP07.
    `remarks` are the MIA/MOA remark codes; `outpatient`/`inpatient` keep those segments' elements as written.
    """

    control_number: str
    status: str
    charge_cents: int
    paid_cents: int
    patient_responsibility_cents: int | None = None
    filing_code: str = ""
    payer_claim_number: str = ""
    facility_code: str = ""
    frequency: str = ""
    patient: Party = field(default=NOBODY)
    subscriber: Party | None = None
    corrected_insured: Party | None = None
    rendering: Provider | None = None
    crossover_carrier: Party | None = None
    corrected_payer: Party | None = None
    other_subscriber: Party | None = None
    adjustments: tuple[Adjustment, ...] = ()
    remarks: tuple[str, ...] = ()
    inpatient: tuple[str, ...] = ()
    outpatient: tuple[str, ...] = ()
    lines: tuple[RemittanceLine, ...] = ()
    dates: tuple[tuple[str, date], ...] = ()
    amounts: tuple[Amount, ...] = ()
    quantities: tuple[Quantity, ...] = ()
    references: tuple[Reference, ...] = ()
    contacts: tuple[Contact, ...] = ()
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    @property
    def service_period(self) -> Period | None:
        """From the earliest to the latest day of service that the payer names (lines, then DTM 232/233)."""
        days = [day for line in self.lines if line.period for day in (line.period.start, line.period.end)]
        days = days or [day for qualifier, day in self.dates if qualifier in ("232", "233")]
        return Period(min(days), max(days)) if days else None

    @property
    def all_adjustments(self) -> tuple[Adjustment, ...]:
        """The claim's own adjustments and those of its lines."""
        return self.adjustments + tuple(adjustment for line in self.lines for adjustment in line.adjustments)


@dataclass(frozen=True, slots=True)
class ProviderAdjustment:
    """One pair of a PLB: money that moves outside of any claim. A positive amount LOWERS the payment (X12 RFI 2184)."""

    provider_id: str
    fiscal_date: date | None
    reason: str
    reference: str
    amount_cents: int
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Remittance:
    """One 835 transaction set: `sum(claims' paid) - sum(provider adjustments) = payment_cents`.

    `handling` is BPR01 (I, H, C, D, U, X, P), `credit_or_debit` BPR03 (C, D), `method` BPR04 (ACH, CHK, NON, FWT, BOP),
    `trace_number` TRN02, `payer_tax_id` TRN03 as written (its leading 1 included).
    """

    handling: str
    payment_cents: int
    credit_or_debit: str
    method: str
    payment_date: date | None
    trace_number: str
    payer_tax_id: str
    payer: Party
    payee: Provider
    claims: tuple[RemittanceClaim, ...]
    provider_adjustments: tuple[ProviderAdjustment, ...] = ()
    trace_suffix: str = ""
    sender_bank: tuple[str, str, str] = ("", "", "")
    receiver_bank: tuple[str, str, str] = ("", "", "")
    currency: str = ""
    production_date: date | None = None
    receiver_id: str = ""
    version_id: str = ""
    is_test: bool = False
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)
    raw: tuple[str, ...] = field(default=(), init=False, compare=False, repr=False)
