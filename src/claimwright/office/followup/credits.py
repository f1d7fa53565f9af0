"""Credit of patients that nothing waits for: a person gives it back (billing rules G.4)."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Sum

from claimwright.money import format_dollars
from claimwright.office.charges.models import Encounter
from claimwright.office.core import clock
from claimwright.office.followup.models import WorkItem
from claimwright.office.followup.worklists import NewItem, close_many, open_many
from claimwright.office.ledger.models import Account, Posting
from claimwright.office.patients.models import Patient

REFUND_WITHIN_DAYS = 14
_QUEUE = WorkItem.Queue.CREDIT
_SUBJECT = "credit of patient "


def show_idle_credits() -> int:
    """Open an item for each patient whose credit no visit can need any more, close those whose credit is gone or needed
    again; how many are idle.

    A credit may be needed while anybody owes on a visit of the patient or of a dependent, or a visit is not released.
    An item that is open already is left as it is: somebody may have set its date.
    """
    idle = {f"{_SUBJECT}{patient.pk}": (patient, cents) for patient, cents in _idle_credits()}
    standing = WorkItem.objects.exclude(state=WorkItem.State.DONE).filter(queue=_QUEUE, subject__startswith=_SUBJECT)
    known = set(standing.values_list("subject", flat=True))
    close_many(known - idle.keys(), queues=(_QUEUE,), resolution="The credit was used or given back")
    open_many([_item(subject, *idle[subject]) for subject in idle if subject not in known])
    return len(idle)


def _idle_credits() -> list[tuple[Patient, int]]:
    rows = Posting.objects.filter(account=Account.PATIENT_CREDIT).values_list("reference").annotate(total=Sum("cents"))
    held = {account: -total for account, total in rows.order_by() if total < 0}
    busy = _busy_patients()
    patients = Patient.objects.filter(account_number__in=held).order_by("pk")
    return [(patient, held[patient.account_number]) for patient in patients if patient.pk not in busy]


def _busy_patients() -> set[int]:
    """The patients, and guarantors of patients, on whose visits somebody owes or who have a visit to be released."""
    owed = Posting.objects.filter(account=Account.RECEIVABLE).values_list("patient_id", "encounter_id", "owner")
    totals = owed.annotate(total=Sum("cents")).exclude(total=0).order_by()
    unreleased = Encounter.objects.exclude(state=Encounter.State.RELEASED).values_list("patient_id", flat=True)
    busy = {patient_id for patient_id, *_ in totals if patient_id is not None} | set(unreleased)
    dependents = Patient.objects.exclude(guarantor=None).values_list("pk", "guarantor_id")
    return busy | {guarantor for patient, guarantor in dependents if patient in busy and guarantor is not None}


def _item(subject: str, patient: Patient, cents: int) -> NewItem:
    return NewItem(
        _QUEUE,
        subject,
        title=f"Credit of {format_dollars(cents)} on account {patient.account_number}",
        reason="The patient paid it, and nothing is open that it could be for.",
        next_action="Give it back to the patient.",
        rule="row 33",
        money_cents=cents,
        due_date=clock.today() + timedelta(days=REFUND_WITHIN_DAYS),
        patient_id=patient.pk,
    )
