"""Money from patients: applied to what is owed, oldest service first; the rest is kept as the patient's credit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from django.db import models, transaction
from django.db.models import Sum

from claimwright.errors import ConflictError, InputError
from claimwright.office.charges.models import Encounter
from claimwright.office.core import audit, clock
from claimwright.office.core.models import Membership, User
from claimwright.office.ledger.journal import NewEntry, NewPosting, post_entries, reverse_entries
from claimwright.office.ledger.models import Account, JournalEntry, Posting
from claimwright.office.patients.models import Patient
from claimwright.office.posting.closing import close_settled
from claimwright.office.posting.limits import check_limit
from claimwright.office.posting.models import PatientPayment
from claimwright.office.posting.turns import take_turn
from claimwright.remittance.plan import PATIENT

METHODS = frozenset({"cash", "check", "card", "transfer", "online"})

NO_ENCOUNTER = 0
"""In place of an encounter: apply nothing, keep all of it as the patient's credit."""

REFUND_LIMITS_CENTS = MappingProxyType({Membership.Role.POSTER: 250_00, Membership.Role.MANAGER: None})
"""The most that a role may give back at once (None: any amount); roles that are not here may not. A practice sets its
own under `Client.settings["refund_limits_cents"]`."""


class RefundReason(models.TextChoices):
    """Why a patient's credit is given back."""

    OVERPAID = "overpaid", "Paid more than was owed"
    TWICE = "twice", "Paid twice"
    PAYER_PAID = "payer_paid", "The payer paid after all"
    NOT_OWED = "not_owed", "Not owed after a correction"
    ASKED = "asked", "The patient asked for it"


def take_payment(
    patient: Patient,
    *,
    cents: int,
    method: str,
    reference: str = "",
    received_date: date | None = None,
    encounter_id: int | None = None,
    seen_id: int | None = None,
) -> PatientPayment:
    """Take a payment of a patient and apply it: to one encounter if named, else oldest service first, dependents' too.

    What is left over becomes the patient's credit (all of it for `NO_ENCOUNTER`). `seen_id` is the newest payment on
    the account that the person saw (0: none). Raises `InputError` for an amount not above zero, an unknown method, or
    an encounter that is not of this account; `ConflictError` when another payment was taken since `seen_id`. The acting
    user is who took it.
    """
    _check_input(cents, method)
    with transaction.atomic():
        take_turn()
        _refuse_if_stale(patient, seen_id)
        _check_encounter(patient, encounter_id)
        payment = _new_payment(patient, cents, method, reference, received_date)
        payment.entries = post_entries(list(_apply(payment, encounter_id)))
        payment.save(update_fields=["entries"])
        _close(payment.entries)
        audit.record("payment.take", f"patient payment {payment.pk}", patient_id=patient.pk, cents=cents)
    return payment


def _check_input(cents: int, method: str) -> None:
    if cents <= 0:
        raise InputError(
            "A payment is an amount above zero. To give money back, undo the payment or refund the credit."
        )
    if method not in METHODS:
        raise InputError(f"{method!r} is not a way of payment; one of {', '.join(sorted(METHODS))} is.")


def _refuse_if_stale(patient: Patient, seen_id: int | None) -> None:
    """The same form sent twice, or two people at one account: the second looks again before money moves twice."""
    if seen_id is not None and last_payment_id(patient) != seen_id:
        raise ConflictError("Another payment was entered on this account meanwhile; look at it, then enter this one.")


def last_payment_id(patient: Patient) -> int:
    """The newest payment or refund on an account; 0 when there is none."""
    return patient.payments.order_by("-pk").values_list("pk", flat=True).first() or 0


def _check_encounter(patient: Patient, encounter_id: int | None) -> None:
    if encounter_id is None or encounter_id == NO_ENCOUNTER:
        return
    if not Encounter.objects.filter(patient__in=_account_of(patient), pk=encounter_id).exists():
        raise InputError("This encounter is not on the account of this patient.")


def _account_of(patient: Patient) -> list[int]:
    """The patient and the dependents whose bills go to him."""
    return [patient.pk, *Patient.objects.filter(guarantor=patient).values_list("pk", flat=True)]


def _new_payment(
    patient: Patient, cents: int, method: str, reference: str, received_date: date | None
) -> PatientPayment:
    return PatientPayment.objects.create(
        patient=patient,
        cents=cents,
        method=method,
        reference=reference[:50],
        received_date=received_date or clock.today(),
        taken_by_id=audit.current_actor_id(),
        posted_at=clock.now(),
    )


def undo_payment(payment: PatientPayment, *, reason: str) -> list[int]:
    """Take a payment back by entries that reverse its own (a bounced check, a wrong patient); the entries' numbers.

    What of it was credit and has been applied since is owed again. Raises `ConflictError` when it was undone before, or
    when its credit was given back to the patient.
    """
    with transaction.atomic():
        take_turn()
        if not PatientPayment.objects.filter(pk=payment.pk, undone_at=None).update(undone_at=clock.now()):
            raise ConflictError("This payment was undone already; nothing was changed.")
        payment.refresh_from_db(from_queryset=PatientPayment.objects.all())
        numbers = reverse_entries(payment.entries, text=reason)
        numbers += _take_from_visits(payment.patient, reason)
        _close(numbers)
        audit.record("payment.undo", f"patient payment {payment.pk}", patient_id=payment.patient_id)
    return numbers


def _take_from_visits(patient: Patient, reason: str) -> list[int]:
    """Undo applied credit, the newest first, until the patient's credit is not below zero; the entries' numbers."""
    missing = -credit_cents(patient)
    if missing <= 0:
        return []
    applied = Posting.objects.filter(
        account=Account.PATIENT_CREDIT,
        reference=patient.account_number,
        entry__kind="credit_applied",
        entry__reversed_by=None,
    )
    undone = []
    for entry_id, cents in applied.order_by("-entry_id").values_list("entry_id", "cents"):
        if missing > 0:
            undone.append(entry_id)
            missing -= cents
    if missing > 0:
        raise ConflictError("The credit of this payment was given back to the patient; undo the refund first.")
    return reverse_entries(undone, text=reason) + _apply_credit(patient)


def apply_credit(patient: Patient, *, encounter_id: int | None = None) -> int:
    """Apply the patient's credit to what is owed now, of one encounter or oldest service first; the cents applied.

    Raises `InputError` for an encounter that is not of this account.
    """
    with transaction.atomic():
        take_turn()
        _check_encounter(patient, encounter_id)
        before = credit_cents(patient)
        _close(_apply_credit(patient, encounter_id))
        applied = before - credit_cents(patient)
        if applied:
            audit.record("credit.apply", f"patient {patient.pk}", patient_id=patient.pk, cents=applied)
        return applied


def _apply_credit(patient: Patient, encounter_id: int | None = None) -> list[int]:
    source = _credit_of(patient)
    debts = _spread(credit_cents(patient), _debts(patient, encounter_id))
    return post_entries([_entry(debt, source, "credit_applied", "The patient's credit was applied") for debt in debts])


def release_overpaid(patient: Patient) -> int:
    """Turn what was paid too much on visits (a payer corrected its result afterwards) into the patient's credit; the
    cents released."""
    with transaction.atomic():
        take_turn()
        overpaid = _balances(patient, None, lambda cents: cents < 0)
        source, text = _credit_of(patient), "Paid more than is owed now: kept as credit"
        _close(post_entries([_entry(debt, source, "credit_released", text) for debt in overpaid]))
        released = -sum(debt.cents for debt in overpaid)
        if released:
            audit.record("credit.release", f"patient {patient.pk}", patient_id=patient.pk, cents=released)
    return released


def refund_credit(
    patient: Patient,
    *,
    cents: int,
    method: str,
    reason: str,
    actor: User,
    reference: str = "",
    seen_id: int | None = None,
) -> PatientPayment:
    """Give the patient's credit back: a payment below zero. Undo it with `undo_payment`.

    `reason` is one of `RefundReason`; `seen_id` as in `take_payment`. Raises `InputError` for another reason, an amount
    not above zero or an unknown method, `NotAllowed` beyond the limit of the actor's role, `ConflictError` when the
    credit is smaller or another payment was entered meanwhile.
    """
    if reason not in RefundReason.values:
        raise InputError(f"{reason!r} is not a reason to give back; choose one of {', '.join(RefundReason.values)}.")
    _check_input(cents, method)
    check_limit(actor, cents, REFUND_LIMITS_CENTS, "refund_limits_cents", "give back")
    with transaction.atomic():
        take_turn()
        _refuse_if_stale(patient, seen_id)
        if cents > credit_cents(patient):
            raise ConflictError("The patient's credit is smaller than that now; reload and look again.")
        credit = _credit_of(patient)
        sides = (
            NewPosting(credit.account, cents, reference=credit.reference),
            NewPosting(Account.CASH, -cents, reference=reference[:50]),
        )
        refund = _new_payment(patient, -cents, method, reference, None)
        refund.entries = post_entries(
            [
                NewEntry(
                    "patient_refund",
                    sides,
                    f"{RefundReason(reason).label}: given back ({method})",
                    patient_id=patient.pk,
                )
            ]
        )
        refund.save(update_fields=["entries"])
        subject = f"patient payment {refund.pk}"
        audit.record("payment.refund", subject, patient_id=patient.pk, cents=cents, reason=reason)
    return refund


def credit_cents(patient: Patient) -> int:
    """What the practice holds of the patient's money."""
    credit = Posting.objects.filter(account=Account.PATIENT_CREDIT, reference=patient.account_number)
    return -(credit.aggregate(total=Sum("cents"))["total"] or 0)


@dataclass(frozen=True, slots=True)
class Debt:
    """What the patient owes on one encounter of the account; below zero: what was paid too much there."""

    encounter: Encounter
    cents: int


def owed_by_patient(patient: Patient) -> list[Debt]:
    """By encounter, oldest first, the dependents' too; those where something is owed or was paid too much."""
    cents: dict[int, int] = {}
    for debt in _balances(patient, None, bool):
        cents[debt.encounter_id] = cents.get(debt.encounter_id, 0) + debt.cents
    visits = Encounter.objects.filter(pk__in=cents).select_related("patient").order_by("service_date", "pk")
    return [Debt(visit, cents[visit.pk]) for visit in visits if cents[visit.pk]]


def _close(entries: Sequence[int]) -> None:
    touched = JournalEntry.objects.filter(pk__in=entries, encounter_id__isnull=False)
    close_settled([key for key in touched.values_list("encounter_id", flat=True).distinct() if key is not None])


@dataclass(frozen=True, slots=True)
class _Debt:
    """What a patient owes on one charge (None: the encounter as a whole)."""

    patient_id: int
    encounter_id: int
    charge_id: int | None
    cents: int


@dataclass(frozen=True, slots=True)
class _Source:
    """Where applied money comes from: an account, and the reference by which it is known there."""

    account: Account
    reference: str


def _credit_of(patient: Patient) -> _Source:
    return _Source(Account.PATIENT_CREDIT, patient.account_number)


def _apply(payment: PatientPayment, encounter_id: int | None) -> Iterator[NewEntry]:
    patient = payment.patient
    cash = _Source(Account.CASH, payment.reference)
    text = f"Paid by the patient ({payment.method})"
    left = payment.cents
    for debt in _spread(payment.cents, _debts(patient, encounter_id)):
        left -= debt.cents
        yield _entry(debt, cash, "patient_payment", text)
    if left:
        credit = _credit_of(patient)
        sides = (
            NewPosting(cash.account, left, reference=cash.reference),
            NewPosting(credit.account, -left, reference=credit.reference),
        )
        yield NewEntry("patient_payment", sides, f"{text}, not owed yet: kept as credit", patient_id=patient.pk)


def _spread(cents: int, debts: Iterable[_Debt]) -> Iterator[_Debt]:
    """The parts of an amount that settle these debts, in their order."""
    for debt in debts:
        part = min(cents, debt.cents)
        if part > 0:
            yield replace(debt, cents=part)
            cents -= part


def _debts(patient: Patient, encounter_id: int | None) -> list[_Debt]:
    """What the patient and the dependents owe, oldest service first."""
    return _balances(patient, encounter_id, lambda cents: cents > 0)


def _balances(patient: Patient, encounter_id: int | None, wanted: Callable[[int], bool]) -> list[_Debt]:
    accounts = _account_of(patient)
    owed = Posting.objects.filter(account=Account.RECEIVABLE, owner=PATIENT, patient_id__in=accounts)
    if encounter_id is not None:
        owed = owed.filter(encounter_id=encounter_id)
    rows = owed.values_list("patient_id", "encounter_id", "charge_id").annotate(total=Sum("cents")).order_by()
    debts = [_Debt(who, visit, charge, cents) for who, visit, charge, cents in rows if who and visit and wanted(cents)]
    visits = {debt.encounter_id for debt in debts}
    days = dict(Encounter.objects.filter(pk__in=visits).values_list("pk", "service_date"))
    return sorted(debts, key=lambda debt: (days[debt.encounter_id], debt.encounter_id, debt.charge_id or 0))


def _entry(debt: _Debt, source: _Source, kind: str, text: str) -> NewEntry:
    sides = (
        NewPosting(source.account, debt.cents, reference=source.reference),
        NewPosting(Account.RECEIVABLE, -debt.cents, charge_id=debt.charge_id, owner=PATIENT),
    )
    return NewEntry(kind, sides, text, patient_id=debt.patient_id, encounter_id=debt.encounter_id)
