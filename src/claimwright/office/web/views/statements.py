"""Statements: which stand, which are to be corrected and why, which are paid; one with the visits that it billed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.contrib import messages
from django.db.models import Count, Q, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from claimwright.money import format_dollars
from claimwright.office.core import clock
from claimwright.office.core.access import Permission
from claimwright.office.statements.billing import run_statements
from claimwright.office.statements.following import still_due_cents
from claimwright.office.statements.models import Statement
from claimwright.office.web.allowing import allow
from claimwright.office.web.middleware import OfficeRequest
from claimwright.office.web.paging import page_of
from claimwright.office.web.showing import note_list, note_patient

_S = Statement.State

TABS: Mapping[str, tuple[str, Q]] = MappingProxyType(
    {
        "open": ("Open", Q(state=_S.OPEN)),
        "correct": ("To be corrected", Q(state=_S.SUPERSEDED, superseded_by=None)),
        "paid": ("Paid", Q(state=_S.PAID)),
        "superseded": ("Superseded", Q(state=_S.SUPERSEDED) & ~Q(superseded_by=None)),
    }
)


@dataclass(frozen=True, slots=True)
class Tab:
    """The statements of one kind: how many."""

    name: str
    label: str
    count: int


@allow(Permission.SEE_MONEY)
def list_statements(request: OfficeRequest) -> HttpResponse:
    """The statements, newest first; `?tab=`."""
    tab = request.GET.get("tab", "")
    tab = tab if tab in TABS else ""
    rows = Statement.objects.filter(TABS[tab][1]) if tab else Statement.objects.all()
    counts = Statement.objects.aggregate(
        all=Count("pk"), **{name: Count("pk", filter=q) for name, (_, q) in TABS.items()}
    )
    page = page_of(rows.select_related("guarantor", "superseded_by").order_by("-pk"), request)
    note_list("statements.view", (one.guarantor_id for one in page), tab)
    context = {
        "section": "statements",
        "page": page,
        "tab": tab,
        "tabs": [
            Tab("", "All", counts["all"]),
            *(Tab(name, label, counts[name]) for name, (label, _) in TABS.items()),
        ],
        "open_cents": Statement.objects.filter(state=_S.OPEN).aggregate(cents=Sum("amount_cents"))["cents"] or 0,
        "can_make": Permission.POST_MONEY in request.allowed,
    }
    return render(request, "web/statements.html", context)


@allow(Permission.SEE_MONEY)
def show_statement(request: OfficeRequest, statement_id: int) -> HttpResponse:
    """One statement: what it asked for and of which visits, whether it stands, and what took its place."""
    related = ("guarantor", "superseded_by")
    statement = get_object_or_404(Statement.objects.select_related(*related), pk=statement_id)
    note_patient("statement.look", f"statement {statement.number}", statement.guarantor_id)
    visits = list(statement.visits.select_related("encounter__patient"))
    context = {
        "section": "statements",
        "statement": statement,
        "visits": visits,
        "billed_cents": sum(visit.owed_cents for visit in visits),
        "due_cents": still_due_cents(statement.guarantor, [visit.encounter_id for visit in visits]),
        "earlier": list(statement.supersedes.all()),
    }
    return render(request, "web/statement.html", context)


@allow(Permission.POST_MONEY, post=True)
def make(request: OfficeRequest) -> HttpResponse:
    """Make the statements that are due today, the corrected ones among them."""
    run = run_statements(clock.today())
    words = f"{len(run.statements)} made, asking for {format_dollars(run.asked_cents)}; {len(run.held)} held back."
    messages.success(request, words)
    return redirect("statements")
