"""What a patient statement says. Amounts in cents, every line explained and adding up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from claimwright.errors import InputError
from claimwright.money import format_dollars


@dataclass(frozen=True, slots=True)
class Practice:
    """Who asks for payment. `address` are the lines of a letter; `remit_address` where checks go, if elsewhere.

    `pay_url` is where payment is taken online; it is printed and drawn as a QR code.
    """

    name: str
    address: tuple[str, ...]
    phone: str
    hours: str = ""
    pay_url: str = ""
    remit_address: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recipient:
    """The guarantor, who gets the bill: name and the lines of the postal address."""

    name: str
    address: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One service: `charge = insurance paid + adjusted + patient paid + owed`, all finished by every payer.

    `description` is plain language, never a licensed descriptor. `why` says why the patient owes it: deductible,
    coinsurance, copay, not covered.
    """

    description: str
    charge_cents: int
    insurance_paid_cents: int
    adjusted_cents: int
    patient_paid_cents: int
    owed_cents: int
    why: str = ""

    @property
    def is_balanced(self) -> bool:
        """Whether the columns explain the charge to the cent."""
        explained = self.insurance_paid_cents + self.adjusted_cents + self.patient_paid_cents + self.owed_cents
        return explained == self.charge_cents


@dataclass(frozen=True, slots=True)
class Visit:
    """The services of one day for one patient."""

    service_date: date
    patient_name: str
    lines: tuple[StatementLine, ...]
    provider_name: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class AgeingBucket:
    """How much of the amount due is that old; `label` for example `31-60 days`."""

    label: str
    cents: int


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement to one guarantor, all visits together.

    `credit_cents` is money on account that lowers the amount due. `notices` are paragraphs of the practice's own, such
    as a state's required text.
    """

    number: str
    statement_date: date
    due_date: date
    practice: Practice
    guarantor: Recipient
    account_number: str
    visits: tuple[Visit, ...]
    ageing: tuple[AgeingBucket, ...] = ()
    credit_cents: int = 0
    notices: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[StatementLine, ...]:
        """Every line of every visit."""
        return tuple(line for visit in self.visits for line in visit.lines)

    @property
    def amount_due_cents(self) -> int:
        """What all lines leave owed, less the credit."""
        return sum(line.owed_cents for line in self.lines) - self.credit_cents

    def check(self) -> None:
        """Raise `InputError` for a statement that must not be sent: it does not add up, or asks for nothing."""
        for line in self.lines:
            if not line.is_balanced:
                raise InputError(
                    f"statement {self.number}: a line charged {format_dollars(line.charge_cents)} is not explained by"
                    " what was paid, adjusted and is owed"
                )
        due = self.amount_due_cents
        if self.ageing and sum(bucket.cents for bucket in self.ageing) != due:
            raise InputError(f"statement {self.number}: the ageing does not sum to {format_dollars(due)}")
        if due <= 0:
            raise InputError(f"statement {self.number}: nothing is due ({format_dollars(due)})")
        if self.due_date < self.statement_date:
            raise InputError(f"statement {self.number}: due on {self.due_date}, before its own date")
