"""Making statements: one for each guarantor, for what the ledger says is the patient's after every payer is done.

run = run_statements(as_of)
run.statements      made now, each with its PDF
run.held            what is owed and not asked for yet, each with its gate
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Max, Sum

from claimwright import forms
from claimwright.office.charges.models import Charge, Encounter
from claimwright.office.core import audit, clock
from claimwright.office.core.files import store_file
from claimwright.office.core.models import Client
from claimwright.office.core.numbers import take_number
from claimwright.office.core.scope import required_client_id
from claimwright.office.ledger.balances import newest_entry
from claimwright.office.ledger.models import Account, Posting
from claimwright.office.patients.models import Patient, PostalAddress, Provider
from claimwright.office.posting.patient_payments import credit_cents
from claimwright.office.posting.turns import take_turn
from claimwright.office.statements.accounts import PAID_BY_PATIENT, Accounts, ChargeAccount, charge_accounts
from claimwright.office.statements.following import follow, supersede
from claimwright.office.statements.gates import Gate, closed_gates, has_address
from claimwright.office.statements.models import Statement, StatementVisit
from claimwright.remittance.plan import PATIENT

_BUCKETS = ((30, "0-30 days"), (60, "31-60 days"), (90, "61-90 days"), (120, "91-120 days"))
_OLDER = "over 120 days"


@dataclass(frozen=True, slots=True)
class HeldBack:
    """An amount that the patient owes and is not asked for now; `encounter_id` None: all of the guarantor's.

    `is_new`: it is more than what the last statement asked for, so no statement has asked for some of it yet.
    """

    guarantor_id: int
    encounter_id: int | None
    cents: int
    gate: Gate
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class StatementRun:
    """What one run made, and what it held back."""

    statements: tuple[Statement, ...]
    held: tuple[HeldBack, ...]

    @property
    def asked_cents(self) -> int:
        return sum(statement.amount_cents for statement in self.statements)


@dataclass(frozen=True, slots=True)
class _Terms:
    """What the practice has chosen: `Client.settings["statements"]`."""

    minimum_cents: int = 500
    interval_days: int = 30
    due_days: int = 21
    hours: str = ""
    phone: str = ""
    pay_url: str = ""
    notices: Sequence[str] = ()


def run_statements(as_of: date | None = None) -> StatementRun:
    """Make the statements that are due on that day (today when None). Made once: the next run finds them recent. One
    that corrects another does not wait for the interval.

    Each statement is a transaction of its own: a run that is interrupted goes on where it stopped.
    """
    day = as_of or clock.today()
    last_entry = newest_entry()
    owing, overpaid = _owing_encounters()
    accounts = charge_accounts(owing.keys())
    gates = closed_gates(owing.keys(), accounts, day)
    held = [
        HeldBack(guarantor, key, _owed(accounts[key]), gate) for key, gate in gates.items() if (guarantor := owing[key])
    ]
    by_guarantor: dict[int, list[int]] = defaultdict(list)
    for key, guarantor in owing.items():
        if key not in gates and _owed(accounts[key]) > 0:
            by_guarantor[guarantor].append(key)
    press = _Press(day, last_entry, accounts, overpaid)
    statements = []
    for guarantor_id, encounter_ids in sorted(by_guarantor.items()):
        made = press.make(guarantor_id, encounter_ids)
        if isinstance(made, Statement):
            statements.append(made)
        else:
            held.append(made)
    return StatementRun(tuple(statements), tuple(held))


def _owing_encounters() -> tuple[dict[int, int], dict[int, int]]:
    """The encounters on which a patient owes something, each with its guarantor; and by guarantor, in cents, what was
    paid too much on other encounters."""
    rows = (
        Posting.objects.filter(account=Account.RECEIVABLE, owner=PATIENT, encounter_id__isnull=False)
        .values_list("encounter_id", "patient_id")
        .annotate(total=Sum("cents"))
        .order_by("encounter_id")
    )
    totals = [(encounter, patient, total) for encounter, patient, total in rows if encounter and patient and total]
    patients = Patient.objects.filter(pk__in={patient for _, patient, _ in totals})
    guarantors = dict(patients.values_list("pk", "guarantor_id"))
    owing: dict[int, int] = {}
    overpaid: dict[int, int] = defaultdict(int)
    for encounter, patient, total in totals:
        guarantor = guarantors[patient] or patient
        if total > 0:
            owing[encounter] = guarantor
        else:
            overpaid[guarantor] -= total
    return owing, overpaid


def _owed(charges: Mapping[int | None, ChargeAccount]) -> int:
    return sum(account.owed_cents for account in charges.values())


class _Press:
    """Makes the statements of one run."""

    def __init__(self, day: date, last_entry: int, accounts: Accounts, overpaid: Mapping[int, int]) -> None:
        client = Client.objects.get(pk=required_client_id())
        self.day = day
        self.last_entry = last_entry
        self.accounts = accounts
        self.overpaid = overpaid
        self.terms = _Terms(**client.settings.get("statements", {}))
        self.practice = _practice(client, self.terms)
        self.charges = {row.pk: row for row in Charge.objects.filter(encounter__in=accounts.keys())}
        rows = Encounter.objects.filter(pk__in=accounts.keys()).select_related("patient", "billing", "rendering")
        self.encounters = {row.pk: row for row in rows}

    def make(self, guarantor_id: int, encounter_ids: Collection[int]) -> Statement | HeldBack:
        """The statement to one guarantor, or why there is none."""
        with transaction.atomic():
            take_turn()
            guarantor = Patient.objects.get(pk=guarantor_id)
            owed = sum(_owed(self.accounts[key]) for key in encounter_ids)
            credit = credit_cents(guarantor) + self.overpaid.get(guarantor_id, 0)
            gate = self._gate(guarantor, owed - credit)
            if gate is not None:
                return HeldBack(guarantor_id, None, owed, gate, self._is_new(guarantor, owed - credit))
            return self._print(guarantor, encounter_ids, credit)

    def _gate(self, guarantor: Patient, due_cents: int) -> Gate | None:
        standing = guarantor.statements.exclude(state=Statement.State.SUPERSEDED)
        last = standing.aggregate(last=Max("statement_date"))["last"]
        if last is not None and (self.day - last).days < self.terms.interval_days:
            return Gate.RECENT
        if due_cents <= 0:
            return Gate.CREDIT
        if due_cents < self.terms.minimum_cents:
            return Gate.TOO_SMALL
        return None if has_address(guarantor) else Gate.NO_ADDRESS

    def _is_new(self, guarantor: Patient, due_cents: int) -> bool:
        """Whether more is due than the last statement asked for and nobody has paid since."""
        last = guarantor.statements.order_by("created_at").last()
        if last is None:
            return due_cents > 0
        family = [guarantor.pk, *guarantor.dependents.values_list("pk", flat=True)]
        paid = Posting.objects.filter(
            account=Account.RECEIVABLE,
            owner=PATIENT,
            patient_id__in=family,
            entry__kind__in=PAID_BY_PATIENT,
            entry__recorded_at__gt=last.created_at,
        )
        paid_cents = -(paid.aggregate(total=Sum("cents"))["total"] or 0)
        return due_cents > max(last.amount_cents - paid_cents, 0)

    def _print(self, guarantor: Patient, encounter_ids: Collection[int], credit: int) -> Statement:
        number = f"S{take_number('statement'):06d}"
        earlier = [old for old in guarantor.statements.filter(superseded_by=None) if old.state != Statement.State.PAID]
        due_date = self.day + timedelta(days=self.terms.due_days)
        visits = sorted((self._visit(key) for key in encounter_ids), key=lambda visit: visit.service_date)
        form = forms.Statement(
            number=number,
            statement_date=self.day,
            due_date=due_date,
            practice=self.practice,
            guarantor=forms.Recipient(_name(guarantor), _letter_lines(guarantor)),
            account_number=guarantor.account_number,
            visits=tuple(visits),
            ageing=tuple(self._ageing(encounter_ids, credit)),
            credit_cents=credit,
            notices=(*(_correction(old) for old in earlier if old.awaits_correction), *self.terms.notices),
        )
        file, _ = store_file(f"statement-{number}.pdf", forms.statement_pdf(form))
        audit.record("statement.make", f"statement {number}", patient_id=guarantor.pk, cents=form.amount_due_cents)
        for old in earlier:
            if old.state == Statement.State.OPEN:
                supersede(old, f"Statement {number} asks for what is still owed")
        made = Statement.objects.create(
            number=number,
            guarantor=guarantor,
            statement_date=self.day,
            due_date=due_date,
            amount_cents=form.amount_due_cents,
            file=file,
            created_at=clock.now(),
            last_entry=self.last_entry,
        )
        StatementVisit.objects.bulk_create(
            [
                StatementVisit(statement=made, encounter_id=key, owed_cents=_owed(self.accounts[key]))
                for key in sorted(encounter_ids)
            ]
        )
        Statement.objects.filter(pk__in=[old.pk for old in earlier]).update(superseded_by=made)
        follow(made)
        return made

    def _visit(self, encounter_id: int) -> forms.Visit:
        row = self.encounters[encounter_id]
        lines = [self._line(key, account) for key, account in self.accounts[encounter_id].items() if account.owed_cents]
        return forms.Visit(
            service_date=row.service_date,
            patient_name=_name(row.patient),
            lines=tuple(lines),
            provider_name=str(row.rendering or row.billing),
            reference=row.number,
        )

    def _line(self, charge_id: int | None, account: ChargeAccount) -> forms.StatementLine:
        charge = self.charges.get(charge_id or 0)
        description = (charge.description or f"Service {charge.code}") if charge else "All services of the visit"
        return forms.StatementLine(
            description=description,
            charge_cents=account.charge_cents,
            insurance_paid_cents=account.insurance_paid_cents,
            adjusted_cents=account.adjusted_cents,
            patient_paid_cents=account.patient_paid_cents,
            owed_cents=account.owed_cents,
            why=account.why,
        )

    def _ageing(self, encounter_ids: Collection[int], credit_cents: int) -> Iterator[forms.AgeingBucket]:
        """What is due by how long it has been the patient's; a credit lowers the oldest first."""
        totals: dict[str, int] = dict.fromkeys([*(label for _, label in _BUCKETS), _OLDER], 0)
        for key in encounter_ids:
            for account in self.accounts[key].values():
                days = (self.day - (account.since_date or self.day)).days
                totals[next((label for most, label in _BUCKETS if days <= most), _OLDER)] += account.owed_cents
        for label in reversed(totals):
            used = min(credit_cents, max(totals[label], 0))
            totals[label] -= used
            credit_cents -= used
        return (forms.AgeingBucket(label, cents) for label, cents in totals.items())


def _correction(old: Statement) -> str:
    """What a corrected statement says of the one that it stands for."""
    return (
        f"This corrects statement {old.number} of {old.statement_date:%B} {old.statement_date.day},"
        f" {old.statement_date.year}. Please pay this one only."
    )


def _practice(client: Client, terms: _Terms) -> forms.Practice:
    billing = Provider.objects.filter(is_billing=True).order_by("pk").first()
    address = _letter_lines(billing) if billing else ()
    phone = terms.phone or (billing.phone if billing else "")
    return forms.Practice(client.name, address, phone, terms.hours, terms.pay_url)


def _name(patient: Patient) -> str:
    return f"{patient.first_name} {patient.last_name}".strip()


def _letter_lines(row: PostalAddress) -> tuple[str, ...]:
    last = f"{row.city}, {row.state} {row.postal_code}".strip(", ")
    return tuple(line for line in (row.line1, row.line2, last) if line)
