"""The worklist: items in order, filters in the address, and what can be done with an item, each with its undo."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet, Sum
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from claimwright.errors import ConflictError
from claimwright.office.core import clock
from claimwright.office.core.access import Permission
from claimwright.office.exchange.models import Transmission
from claimwright.office.followup import subjects
from claimwright.office.followup.models import WorkItem
from claimwright.office.followup.worklists import (
    finish_item,
    leave_item,
    open_items,
    reopen_item,
    set_due_date,
    take_item,
    write_note,
)
from claimwright.office.posting.models import RemittanceClaim
from claimwright.office.posting.posting import waits_for_claim
from claimwright.office.web.allowing import allow
from claimwright.office.web.days import read_day
from claimwright.office.web.middleware import OfficeRequest
from claimwright.office.web.paging import page_of
from claimwright.office.web.showing import note_list, note_patient

_Q = WorkItem.Queue

QUEUE_PERMISSIONS: Mapping[str, Permission] = MappingProxyType(
    {
        _Q.ELIGIBILITY: Permission.SEE_PATIENTS,
        **dict.fromkeys(
            (_Q.SCRUB, _Q.REJECTION, _Q.DENIAL, _Q.FILING, _Q.NO_RESPONSE, _Q.OTHER), Permission.SEE_CLAIMS
        ),
        **dict.fromkeys(
            (_Q.REMITTANCE, _Q.UNMATCHED, _Q.UNDERPAID, _Q.RECOUPMENT, _Q.CREDIT, _Q.PATIENT_REVIEW),
            Permission.SEE_MONEY,
        ),
    }
)
"""What a role must be able to see to see the items of a queue."""

FILTERS = ("queue", "owner", "due", "state")
WEEK_DAYS = 7
NOTE_MAX = 2000


def visible_queues(request: OfficeRequest) -> list[str]:
    """The queues that the user's role may see, in their order."""
    return [queue.value for queue in _Q if QUEUE_PERMISSIONS[queue] in request.allowed]


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks for; anything unknown is left out."""

    queue: str = ""
    owner: str = ""
    due: str = ""
    state: str = ""

    @classmethod
    def of(cls, query: QueryDict) -> Filters:
        known = {
            "queue": set(_Q.values),
            "owner": {"me", "none"},
            "due": {"overdue", "week", "none"},
            "state": {"blocked", "done"},
        }
        return cls(**{name: str(query[name]) for name in FILTERS if query.get(name) in known[name]})

    @property
    def query(self) -> str:
        """The filters as the end of an address."""
        query = QueryDict(mutable=True)
        query.update({name: getattr(self, name) for name in FILTERS if getattr(self, name)})
        return f"?{query.urlencode()}" if query else ""

    def items(self, request: OfficeRequest) -> QuerySet[WorkItem]:
        """The items asked for, most pressing first; closed ones latest first."""
        rows = open_items()
        if self.state == "done":
            closed = WorkItem.objects.filter(state=WorkItem.State.DONE)
            rows = closed.select_related("claim", "patient", "owner").order_by("-closed_at", "-id")
        elif self.state == "blocked":
            rows = rows.filter(state=WorkItem.State.BLOCKED)
        rows = rows.filter(queue=self.queue) if self.queue else rows
        rows = rows.filter(queue__in=visible_queues(request))
        if self.owner:
            rows = rows.filter(owner=request.user if self.owner == "me" else None)
        if self.due == "none":
            rows = rows.filter(due_date=None)
        elif self.due:
            day = clock.today() + timedelta(days=WEEK_DAYS if self.due == "week" else -1)
            rows = rows.filter(due_date__lte=day)
        return rows


@allow(Permission.WORK_ITEMS, Permission.SEE_CLAIMS)
def worklist(request: OfficeRequest) -> HttpResponse:
    """The items that the filters in the address leave."""
    filters = Filters.of(request.GET)
    rows = filters.items(request)
    page = page_of(rows, request)
    note_list("worklist.view", (item.patient_id for item in page), filters.queue)
    context = {
        "section": "worklist",
        "filters": filters,
        "page": page,
        "money_cents": rows.aggregate(total=Sum("money_cents"))["total"] or 0,
        "queues": [(queue.value, queue.label) for queue in _Q if queue.value in visible_queues(request)],
        "title": _Q(filters.queue).label if filters.queue else "Worklist",
        "undo": request.session.pop("undo", None),
    }
    return render(request, "web/worklist.html", context)


@allow(Permission.WORK_ITEMS, Permission.SEE_CLAIMS)
def show_item(request: OfficeRequest, item_id: int) -> HttpResponse:
    """One item: why it is here, what to do next, where to look, what was noted."""
    item = _item(request, item_id)
    if item.patient_id:
        note_patient("worklist.item", f"item {item.pk}", item.patient_id)
    filters = Filters.of(request.GET)
    return render(request, "web/item.html", _item_context(request, item, filters))


def _item_context(request: OfficeRequest, item: WorkItem, filters: Filters, **more: Any) -> dict[str, Any]:
    before, after = _neighbours(list(filters.items(request).values_list("pk", flat=True)), item.pk)
    denial = getattr(item, "denial", None)
    return {
        "section": "worklist",
        "item": item,
        "denial": denial,
        "transmission": _transmission(item),
        "waiting": _waiting(request, item),
        "notes": list(item.notes.select_related("author")),
        "filters": filters,
        "before": before,
        "after": after,
        "undo": request.session.pop("undo", None),
        "can_act": Permission.WORK_ITEMS in request.allowed,
        **more,
    }


def _transmission(item: WorkItem) -> Transmission | None:
    """The file that an item is about, when its subject says so."""
    what, _, key = item.subject.partition(" ")
    return Transmission.objects.filter(pk=key).first() if what == "file" and key.isdecimal() else None


def _waiting(request: OfficeRequest, item: WorkItem) -> RemittanceClaim | None:
    """The payment that an item is about, when it waits for its claim and the user may post it."""
    position = subjects.position_in(item.subject)
    if position is None or item.remittance_id is None or Permission.POST_MONEY not in request.allowed:
        return None
    row = RemittanceClaim.objects.filter(remittance=item.remittance_id, position=position).first()
    return row if row and waits_for_claim(row) else None


def _neighbours(keys: list[int], key: int) -> tuple[int | None, int | None]:
    if key not in keys:
        return None, None
    place = keys.index(key)
    return (keys[place - 1] if place else None), (keys[place + 1] if place + 1 < len(keys) else None)


def _item(request: OfficeRequest, item_id: int) -> WorkItem:
    rows = WorkItem.objects.filter(queue__in=visible_queues(request))
    related = ("claim", "patient", "owner", "remittance", "denial__remittance", "coverage__payer")
    return get_object_or_404(rows.select_related(*related), pk=item_id)


def _act(
    request: OfficeRequest, item: WorkItem, act: Callable[[], Any], *, done: str, undo: Mapping[str, str] | None = None
) -> HttpResponse:
    """Do it, say so, and offer the way back; when somebody was faster, say that and change nothing."""
    filters = Filters.of(request.POST)
    try:
        act()
    except ConflictError as conflict:
        messages.error(request, str(conflict))
    else:
        messages.success(request, done)
        if undo:
            request.session["undo"] = {"item": item.pk, **undo}
    return redirect(f"{reverse('item', args=[item.pk])}{filters.query}")


@allow(Permission.WORK_ITEMS, post=True)
def take(request: OfficeRequest, item_id: int) -> HttpResponse:
    """Make the item one's own."""
    item = _item(request, item_id)
    undo = None if item.owner_id else {"action": reverse("item-leave", args=[item.pk])}
    return _act(request, item, lambda: take_item(item, actor=request.user), done="It is yours now.", undo=undo)


@allow(Permission.WORK_ITEMS, post=True)
def leave(request: OfficeRequest, item_id: int) -> HttpResponse:
    """Give an item of one's own back."""
    item = _item(request, item_id)
    undo = {"action": reverse("item-take", args=[item.pk])}
    return _act(request, item, lambda: leave_item(item, actor=request.user), done="It is nobody's now.", undo=undo)


@allow(Permission.WORK_ITEMS, post=True)
def note(request: OfficeRequest, item_id: int) -> HttpResponse:
    """Write a note."""
    item = _item(request, item_id)
    text = request.POST.get("text", "").strip()
    if not 1 <= len(text) <= NOTE_MAX:
        wrong = "Write something first." if not text else f"A note has at most {NOTE_MAX} characters."
        return _again(request, item, note_error=wrong, note_text=text)
    return _act(request, item, lambda: write_note(item, text, author=request.user), done="Noted.")


@allow(Permission.WORK_ITEMS, post=True)
def date_item(request: OfficeRequest, item_id: int) -> HttpResponse:
    """Say when to look at it again."""
    item = _item(request, item_id)
    text = request.POST.get("due_date", "")
    day = read_day(text, clock.today())
    if day is None and text.strip():
        wrong = "Write a day as 2026-01-31, 1/31/26, t for today, or +3 for in three days."
        return _again(request, item, date_error=wrong, date_text=text)
    before = item.due_date.isoformat() if item.due_date else ""
    undo = {"action": reverse("item-date", args=[item.pk]), "due_date": before}
    words = f"Look again on {day:%Y-%m-%d}." if day else "No day is set any more."
    return _act(request, item, lambda: set_due_date(item, day, actor=request.user), done=words, undo=undo)


@allow(Permission.WORK_ITEMS, post=True)
def finish(request: OfficeRequest, item_id: int) -> HttpResponse:
    """Close the item with a word on what was done."""
    item = _item(request, item_id)
    resolution = request.POST.get("resolution", "").strip()
    if not resolution:
        return _again(request, item, done_error="Say what was done: the next person will want to know.")
    undo = {"action": reverse("item-reopen", args=[item.pk])}
    return _act(
        request, item, lambda: finish_item(item, resolution=resolution, actor=request.user), done="Done.", undo=undo
    )


@allow(Permission.WORK_ITEMS, post=True)
def reopen(request: OfficeRequest, item_id: int) -> HttpResponse:
    """Open a closed item again."""
    item = _item(request, item_id)
    return _act(request, item, lambda: reopen_item(item, actor=request.user), done="Open again.")


def _again(request: OfficeRequest, item: WorkItem, **more: str) -> HttpResponse:
    """The item's page with what was typed and what is wrong with it."""
    context = _item_context(request, item, Filters.of(request.POST), **more)
    return render(request, "web/item.html", context, status=422)
