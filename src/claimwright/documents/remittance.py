"""The remittance (835, 005010X221A1) as a record. Amounts in cents; nothing a payer said is dropped.

X12 reading and writing is in `remittance_x12`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from claimwright.documents.adjustments import Adjustment, remarks_of
from claimwright.documents.adjustments import Amount as Amount
from claimwright.documents.other import OtherSegment
from claimwright.documents.parties import NOBODY, Contact, Party, Period, Procedure, Provider, Reference
from claimwright.origin import NOWHERE, Origin
from claimwright.x12.writing import OutgoingSet


@dataclass(frozen=True, slots=True)
class Quantity:
    """A supplemental quantity (QTY): information only."""

    qualifier: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class RemittanceLine:
    """One adjudicated service (2110). `charge_cents - sum(adjustments) = paid_cents`.

    `submitted` is SVC06, there when the payer changed the code; `control_number` is REF 6R, ours, when it came back;
    `rendering` is who gave the service when the payer names an NPI (REF HPI). `remarks` are the remark codes (LQ HE),
    `pharmacy_remarks` those of NCPDP (LQ RX). `others` are segments that have no field here.
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
    pharmacy_remarks: tuple[str, ...] = ()
    amounts: tuple[Amount, ...] = ()
    quantities: tuple[Quantity, ...] = ()
    references: tuple[Reference, ...] = ()
    rendering: Provider | None = None
    others: tuple[OtherSegment, ...] = ()
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class RemittanceClaim:
    """One adjudicated claim (2100). `charge - sum(all adjustments) = paid`, in cents.

    `status` is CLP02 (1, 2, 3 processed as primary, secondary, tertiary; 4 patient unknown; 19, 20, 21 the same and
    forwarded; 22 reversal; 23 not ours, forwarded; 25 predetermination). `payer_claim_number` is CLP07.
    `inpatient` and `outpatient` are the elements of MIA and MOA as written; `remarks` are the remark codes among them,
    kept in step: give the elements and the codes are picked out, give only codes and they are an MOA of themselves.
    `header_number` is the LX under which the claim stands. `others` are segments that have no field here.

    Raises `ValueError` for remarks that the given elements do not have, or more of them than an MOA can hold.
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
    patient_status: str = ""
    drg: str = ""
    drg_weight: Decimal | None = None
    discharge_fraction: Decimal | None = None
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
    others: tuple[OtherSegment, ...] = ()
    header_number: str = "1"
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not (self.inpatient or self.outpatient or self.remarks):
            return
        if not self.inpatient and not self.outpatient:
            object.__setattr__(self, "outpatient", ("", "", *self.remarks))
        told = remarks_of(self.inpatient, self.outpatient)
        if self.remarks and self.remarks != told:
            raise ValueError(f"the remarks {self.remarks} are not those of MIA and MOA, {told}")
        object.__setattr__(self, "remarks", told)

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
class RemittanceHeader:
    """A header number (LX) about which the payer says more: TS3 and TS2, totals of a facility's claims, as written."""

    number: str
    provider_summary: tuple[str, ...] = ()
    supplemental_summary: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BankAccount:
    """One end of the money's way (BPR06 to 09, BPR12 to 15): the bank (01 an ABA number) and the account (DA, SG)."""

    bank_id: str = ""
    account: str = ""
    bank_qualifier: str = "01"
    account_qualifier: str = "DA"


@dataclass(frozen=True, slots=True)
class Remittance:
    """One 835 transaction set: `sum(claims' paid) - sum(provider adjustments) = payment_cents`.

    `handling` is BPR01 (I, H, C, D, U, X, P), `credit_or_debit` BPR03 (C, D), `method` BPR04 (ACH, CHK, NON, FWT, BOP),
    `payment_format` BPR05 (CCP, CTX), `originator_id` BPR10 and `originator_supplement` BPR11. `trace_number` is TRN02,
    `payer_tax_id` TRN03 as written (its leading 1 included), `trace_suffix` TRN04. `delivery` are the elements of RDM
    as written. `raw` is the set as it was read: an unchanged remittance writes it again, a copy that
    `dataclasses.replace` changed has none and is written anew.
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
    payment_format: str = ""
    sender_bank: BankAccount | None = None
    receiver_bank: BankAccount | None = None
    originator_id: str = ""
    originator_supplement: str = ""
    currency: str = ""
    exchange_rate: Decimal | None = None
    production_date: date | None = None
    receiver_id: str = ""
    version_id: str = ""
    delivery: tuple[str, ...] = ()
    headers: tuple[RemittanceHeader, ...] = ()
    others: tuple[OtherSegment, ...] = ()
    is_test: bool = False
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)
    raw: OutgoingSet | None = field(default=None, init=False, compare=False, repr=False)
