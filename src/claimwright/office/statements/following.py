"""Statements follow the ledger, within the transaction of the posting: what was billed is paid, or is not what it was.

A payment, credit that was applied or given back, settles; whatever else changes what the patient owes on a billed visit
(a reversal, an undo, a correction, a write-off) makes the statement wrong, and a corrected one is made by the next run.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.dispatch import receiver

from claimwright.money import format_dollars
from claimwright.office.core import audit, clock
from claimwright.office.ledger.journal import entries_posted
from claimwright.office.ledger.models import Account, Posting
from claimwright.office.patients.models import Patient
from claimwright.office.posting.patient_payments import credit_cents
from claimwright.office.statements.accounts import PAID_BY_PATIENT
from claimwright.office.statements.models import Statement
from claimwright.remittance.plan import PATIENT

State = Statement.State


@receiver(entries_posted, dispatch_uid="statements.follow_entries")
def follow_entries(first: int, last: int, **_: Any) -> None:
    """Look again at the statements of guarantors whose accounts these entries touch."""
    if not Statement.objects.filter(superseded_by=None).exists():
        return
    patients_sides = Q(account=Account.RECEIVABLE, owner=PATIENT) | Q(account=Account.PATIENT_CREDIT)
    touched = (
        Posting.objects.filter(patients_sides, entry_id__gte=first, entry_id__lte=last).order_by().values("patient_id")
    )
    guarantors = Patient.objects.filter(Q(pk__in=touched) | Q(dependents__pk__in=touched)).values("pk")
    for statement in newest_statements().filter(guarantor__in=guarantors).select_related("guarantor"):
        follow(statement)


def newest_statements() -> QuerySet[Statement]:
    """The open statements, and those that are paid or to be corrected and that no later statement follows."""
    later = Statement.objects.filter(guarantor=OuterRef("guarantor"), pk__gt=OuterRef("pk"))
    return Statement.objects.filter(Q(state=State.OPEN) | Q(Q(superseded_by=None) & ~Exists(later)))


def follow(statement: Statement) -> None:
    """Say what became of a statement: open, paid, or superseded because what it billed has changed."""
    visits = list(statement.visits.values_list("encounter_id", flat=True))
    changed_cents, reason = _changes(statement, visits)
    if changed_cents and statement.state == State.OPEN:
        supersede(statement, f"What it billed has changed by {format_dollars(changed_cents)}: {reason}")
        return
    is_settled = still_due_cents(statement.guarantor, visits) <= 0
    if is_settled and statement.state == State.OPEN:
        _move(statement, State.PAID, "")
    elif is_settled and statement.state == State.SUPERSEDED and _has_paid(statement, visits):
        _move(statement, State.PAID, statement.state_reason)
    elif not is_settled and not changed_cents and statement.state == State.PAID:
        _move(statement, State.OPEN, "A payment was undone")


def supersede(statement: Statement, reason: str) -> None:
    """The statement does not stand any more."""
    _move(statement, State.SUPERSEDED, reason)
    audit.record("statement.supersede", f"statement {statement.number}", patient_id=statement.guarantor_id)


def still_due_cents(guarantor: Patient, encounter_ids: Collection[int]) -> int:
    """What the guarantor has still to pay on these visits, after all credit of the family."""
    family = [guarantor.pk, *guarantor.dependents.values_list("pk", flat=True)]
    owed = Posting.objects.filter(account=Account.RECEIVABLE, owner=PATIENT, patient_id__in=family)
    rows = owed.values_list("encounter_id").annotate(total=Sum("cents")).order_by()
    due_cents = sum(int(cents) for encounter, cents in rows if encounter in encounter_ids or cents < 0)
    return due_cents - credit_cents(guarantor)


def _changes(statement: Statement, encounter_ids: Collection[int]) -> tuple[int, str]:
    """By how much others than the patient changed what was billed since then, in cents; and the first entry's words."""
    since = _since(statement, encounter_ids, is_payment=False).order_by("entry_id")
    changed = list(since.values_list("cents", "entry__text"))
    return sum(cents for cents, _ in changed), next((text for _, text in changed), "")


def _has_paid(statement: Statement, encounter_ids: Collection[int]) -> bool:
    """Whether the patient has paid on what was billed since then, and it was not undone."""
    paid = _since(statement, encounter_ids, is_payment=True)
    return sum(paid.values_list("cents", flat=True)) < 0


def _since(statement: Statement, encounter_ids: Collection[int], *, is_payment: bool) -> QuerySet[Posting]:
    """What the patient, or others, did to the patient's part of these visits since the statement; a reversal counts
    with the kind of what it reverses."""
    owed = Posting.objects.filter(account=Account.RECEIVABLE, owner=PATIENT, encounter_id__in=encounter_ids)
    kinds = owed.filter(entry_id__gt=statement.last_entry).annotate(
        kind=Coalesce("entry__reverses__kind", "entry__kind")
    )
    return kinds.filter(kind__in=PAID_BY_PATIENT) if is_payment else kinds.exclude(kind__in=PAID_BY_PATIENT)


def _move(statement: Statement, state: Statement.State, reason: str) -> None:
    statement.state, statement.state_reason, statement.state_at = state, reason[:300], clock.now()
    statement.save(update_fields=["state", "state_reason", "state_at"])
