"""Work items: opened by what happens, closed by what happens next or by a person, counted for the list of today.

An item is opened for a subject (`"claim 12 level P"`, `"coverage 7"`): while one is open for the same subject in the
same queue, opening it again refreshes its words and money and makes no second one.

A posted remittance is "to review" while an item about it is open; closing the last one, by whatever way, says so.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Min, Q, QuerySet, Sum

from claimwright.errors import ConflictError
from claimwright.office.core import clock
from claimwright.office.followup import subjects
from claimwright.office.followup.models import WorkItem, WorkNote
from claimwright.office.posting.reviewing import mark_for_review, mark_reviewed

if TYPE_CHECKING:
    from claimwright.office.core.models import User

Queue = WorkItem.Queue
State = WorkItem.State

_REVIEWS = Q(remittance__isnull=False, subject__startswith=subjects.REMITTANCE, rule__startswith="row ")
"""The items that a posting left to a person."""


@dataclass(frozen=True, slots=True)
class QueueCount:
    """One line of today's list: how many open items, how much money in cents, the oldest and the next due day."""

    queue: str
    label: str
    items: int
    money_cents: int
    oldest_at: Any
    next_due_date: date | None
    overdue: int


def open_item(queue: str, subject: str, *, title: str, reason: str, **details: Any) -> WorkItem:
    """The open item for this subject, made or refreshed.

    `details` are columns of `WorkItem`: claim, patient, coverage, remittance, next_action, rule, money_cents, due_date.
    """
    values = {"title": title[:160], "reason": reason[:400], **details}
    item = WorkItem.objects.exclude(state=State.DONE).filter(queue=queue, subject=subject).first()
    if item is None:
        item = WorkItem(queue=queue, subject=subject, opened_at=clock.now())
    for name, value in values.items():
        setattr(item, name, value)
    item.save()
    _follow_remittances(item.remittance_id)
    return item


@dataclass(frozen=True, slots=True)
class NewItem:
    """An item to open; the fields are those of `WorkItem`. `is_waiting`: nothing to do before its due day."""

    queue: str
    subject: str
    title: str
    reason: str
    next_action: str = ""
    rule: str = ""
    money_cents: int = 0
    due_date: date | None = None
    is_waiting: bool = False
    claim_id: int | None = None
    patient_id: int | None = None
    remittance_id: int | None = None


def open_many(new: Sequence[NewItem]) -> dict[tuple[str, str], WorkItem]:
    """What `open_item` does, for many at once in a few statements: the open items by queue and subject."""
    wanted = {(item.queue, item.subject): item for item in new}
    if not wanted:
        return {}
    subjects = {subject for _, subject in wanted}
    standing = WorkItem.objects.exclude(state=State.DONE).filter(subject__in=subjects)
    found = {(item.queue, item.subject): item for item in standing if (item.queue, item.subject) in wanted}
    for key, item in found.items():
        _fill(item, wanted[key])
        item.save()
    now = clock.now()
    fresh = [
        _fill(WorkItem(queue=queue, subject=subject, opened_at=now), item)
        for (queue, subject), item in wanted.items()
        if (queue, subject) not in found
    ]
    created = WorkItem.objects.bulk_create(fresh)
    _follow_remittances(*{item.remittance_id for item in created})
    return found | {(item.queue, item.subject): item for item in created}


def _fill(row: WorkItem, item: NewItem) -> WorkItem:
    row.title, row.reason, row.next_action = item.title[:160], item.reason[:400], item.next_action[:400]
    row.rule, row.money_cents, row.due_date = item.rule[:20], item.money_cents, item.due_date
    row.claim_id, row.patient_id, row.remittance_id = item.claim_id, item.patient_id, item.remittance_id
    row.state = State.BLOCKED if item.is_waiting else State.OPEN
    return row


def close_many(subjects: Collection[str], *, queues: Collection[str], resolution: str) -> int:
    """Close the open items of these subjects in these queues; how many were closed."""
    return close_open(WorkItem.objects.filter(queue__in=queues, subject__in=subjects), resolution=resolution)


def close_open(items: QuerySet[WorkItem], *, resolution: str) -> int:
    """Close those of the items that are open; how many were closed."""
    open_ones = items.exclude(state=State.DONE)
    remittances = set(open_ones.filter(_REVIEWS).values_list("remittance_id", flat=True))
    closed = open_ones.update(state=State.DONE, closed_at=clock.now(), resolution=resolution[:200])
    _follow_remittances(*remittances)
    return closed


def _follow_remittances(*keys: int | None) -> None:
    """Let these remittances say whether something of them waits."""
    wanted = {key for key in keys if key is not None}
    if not wanted:
        return
    waiting = WorkItem.objects.exclude(state=State.DONE).filter(_REVIEWS, remittance__in=wanted)
    for_review = set(waiting.values_list("remittance_id", flat=True))
    mark_for_review(for_review)
    mark_reviewed(wanted - for_review)


def close_items(queue: str, subject: str, *, resolution: str) -> int:
    """Close the open item for this subject, if there is one; how many were closed."""
    return close_open(WorkItem.objects.filter(queue=queue, subject=subject), resolution=resolution)


def finish_item(item: WorkItem, *, resolution: str, actor: User | None = None) -> None:
    """Close one item by hand. Raises `ConflictError` when it was closed already."""
    now = clock.now()
    changed = (
        WorkItem.objects.filter(pk=item.pk)
        .exclude(state=State.DONE)
        .update(state=State.DONE, closed_at=now, touched_at=now, resolution=resolution[:200])
    )
    if not changed:
        raise ConflictError("This item was closed already; reload the list.")
    write_note(item, f"Done: {resolution}", author=actor)
    item.refresh_from_db()
    _follow_remittances(item.remittance_id)


def reopen_item(item: WorkItem, *, actor: User | None = None) -> None:
    """Undo `finish_item`. Raises `ConflictError` when the item is open, or another one is for the same subject."""
    others = WorkItem.objects.exclude(state=State.DONE).filter(queue=item.queue, subject=item.subject)
    if others.exists():
        raise ConflictError("There is an open item for this already; reload the list.")
    WorkItem.objects.filter(pk=item.pk).update(state=State.OPEN, closed_at=None, resolution="")
    write_note(item, "Opened again", author=actor)
    item.refresh_from_db()
    _follow_remittances(item.remittance_id)


def take_item(item: WorkItem, *, actor: User) -> None:
    """Make somebody the owner. Raises `ConflictError` when somebody else took it first."""
    mine = Q(owner=None) | Q(owner=actor)
    if not WorkItem.objects.filter(mine, pk=item.pk).update(owner=actor, touched_at=clock.now()):
        item.refresh_from_db()
        raise ConflictError(f"{item.owner} took this item first.")
    item.refresh_from_db()


def leave_item(item: WorkItem, *, actor: User) -> None:
    """Undo `take_item`. Raises `ConflictError` when the item is not the actor's."""
    if not WorkItem.objects.filter(pk=item.pk, owner=actor).update(owner=None, touched_at=clock.now()):
        raise ConflictError("This item is not yours; reload the list.")
    item.refresh_from_db()


def set_due_date(item: WorkItem, due_date: date | None, *, actor: User | None = None) -> None:
    """Say when to look at it again; None: no day is set."""
    WorkItem.objects.filter(pk=item.pk).update(due_date=due_date, touched_at=clock.now())
    write_note(item, f"Look again on {due_date:%Y-%m-%d}" if due_date else "No day is set", author=actor)
    item.refresh_from_db()


def write_note(item: WorkItem, text: str, *, author: User | None = None) -> WorkNote:
    """Add a note to an item; notes are never changed."""
    return WorkNote.objects.create(item=item, author=author, text=text, written_at=clock.now())


def open_items(queue: str | None = None) -> QuerySet[WorkItem]:
    """What is to be done, most pressing first: due date, then money at stake."""
    items = WorkItem.objects.exclude(state=State.DONE).select_related("claim", "patient", "owner")
    if queue:
        items = items.filter(queue=queue)
    return items.order_by(F("due_date").asc(nulls_last=True), "-money_cents", "id")


def count_queues() -> list[QueueCount]:
    """Today's list: every queue that has open items, in the order of `WorkItem.Queue`."""
    today = clock.today()
    rows = {
        row["queue"]: row
        for row in WorkItem.objects.exclude(state=State.DONE)
        .values("queue")
        .annotate(
            items=Count("id"),
            money=Sum("money_cents"),
            oldest=Min("opened_at"),
            due=Min("due_date"),
            overdue=Count("id", filter=Q(due_date__lt=today)),
        )
        .order_by()
    }
    return [
        QueueCount(
            queue.value, str(queue.label), row["items"], row["money"] or 0, row["oldest"], row["due"], row["overdue"]
        )
        for queue in Queue
        if (row := rows.get(queue.value))
    ]
