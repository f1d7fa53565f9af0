"""Today: what is to be done, by queue; what cannot wait; and what is open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render

from claimwright.office.core import clock
from claimwright.office.core.access import Permission
from claimwright.office.exchange.models import Transmission
from claimwright.office.followup.worklists import QueueCount, count_queues, open_items
from claimwright.office.ledger.balances import account_totals
from claimwright.office.ledger.models import Account
from claimwright.office.web.allowing import allow
from claimwright.office.web.middleware import OfficeRequest
from claimwright.office.web.showing import note_list
from claimwright.office.web.views.worklist import visible_queues

DEADLINE_DAYS = 7
DEADLINES_MAX = 15
DIGITS = 9
FILES_MAX = 6
FILE_READERS = {Permission.SEE_CLAIMS, Permission.SEE_MONEY}


@dataclass(frozen=True, slots=True)
class Figures:
    """The sums at the top of the page."""

    items: int
    money_cents: int
    overdue: int


@allow(*Permission)
def today(request: OfficeRequest) -> HttpResponse:
    """The first page after signing in. An administrator, who sees no patient, finds nothing to do here."""
    seen = visible_queues(request)
    queues = [count for count in count_queues() if count.queue in seen]
    last_day = clock.today() + timedelta(days=DEADLINE_DAYS)
    pressing = open_items().filter(queue__in=seen, due_date__lte=last_day)
    deadlines = list(pressing[:DEADLINES_MAX])
    note_list("today.view", (item.patient_id for item in deadlines))
    transmissions = Transmission.objects.order_by("-pk").select_related("file").defer("file__content", "findings")
    received = Transmission.objects.filter(direction=Transmission.Direction.IN).order_by("-created_at")
    return render(
        request,
        "web/today.html",
        {
            "section": "today",
            "queues": [(number if number <= DIGITS else None, count) for number, count in enumerate(queues, 1)],
            "figures": _figures(queues),
            "deadlines": deadlines,
            "pressing": pressing.count(),
            "next_due": min((count.next_due_date for count in queues if count.next_due_date), default=None),
            "receivable_cents": _receivable_cents(request),
            "latest": list(transmissions[:FILES_MAX]) if FILE_READERS & request.allowed else None,
            "last_received": received.values_list("created_at", flat=True).first(),
        },
    )


def _figures(queues: list[QueueCount]) -> Figures:
    return Figures(
        sum(count.items for count in queues),
        sum(count.money_cents for count in queues),
        sum(count.overdue for count in queues),
    )


def _receivable_cents(request: OfficeRequest) -> int | None:
    if Permission.SEE_MONEY not in request.allowed:
        return None
    return account_totals().get(Account.RECEIVABLE, 0)
