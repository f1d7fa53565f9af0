"""The ledger: accounts as of any day, an account's entries, and one entry with its sides and its bytes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render

from claimwright.office.core import clock
from claimwright.office.core.access import Permission
from claimwright.office.core.models import StoredFile
from claimwright.office.ledger.balances import account_totals
from claimwright.office.ledger.models import Account, JournalEntry, Posting
from claimwright.office.posting.decisions import is_decision
from claimwright.office.posting.models import Remittance
from claimwright.office.web.allowing import allow
from claimwright.office.web.days import read_day
from claimwright.office.web.middleware import OfficeRequest
from claimwright.office.web.paging import page_of
from claimwright.office.web.showing import note_patient
from claimwright.office.web.views.decisions import may_undo
from claimwright.office.web.words import owner_word
from claimwright.remittance.table import ROWS


@dataclass(frozen=True, slots=True)
class Row:
    """An account with its balance in cents, a debit positive."""

    account: str
    label: str
    cents: int

    @property
    def debit_cents(self) -> int | None:
        return self.cents if self.cents > 0 else None

    @property
    def credit_cents(self) -> int | None:
        return -self.cents if self.cents < 0 else None


@allow(Permission.SEE_MONEY)
def show_ledger(request: OfficeRequest) -> HttpResponse:
    """Every account that moved, with its balance as of `?at=` (a day; today without one)."""
    text = request.GET.get("at", "").strip()
    at = read_day(text, clock.today()) if text else clock.today()
    totals = account_totals(at=at or clock.today())
    rows = [Row(account, str(label), totals.get(account, 0)) for account, label in Account.choices if account in totals]
    context = {
        "section": "ledger",
        "at": at or clock.today(),
        "at_text": text,
        "at_error": "" if at else "Write a day such as 2026-01-31, 1/31/26, or t for today.",
        "rows": rows,
        "debit_cents": sum(row.cents for row in rows if row.cents > 0),
        "credit_cents": -sum(row.cents for row in rows if row.cents < 0),
    }
    return render(request, "web/ledger.html", context)


@allow(Permission.SEE_MONEY)
def show_account(request: OfficeRequest, account: str) -> HttpResponse:
    """The entries that touched an account, newest first; `?from=`, `?to=` days, `?kind=` of entry."""
    if account not in Account.values:
        raise Http404
    typed = {name: request.GET.get(name, "").strip() for name in ("from", "to", "kind")}
    rows = _chosen(account, typed)
    page = page_of(rows.select_related("entry").order_by("-entry_id", "-pk"), request)
    shown = list(page)
    reversed_ones = set(
        JournalEntry.objects.filter(reverses__in=[side.entry_id for side in shown]).values_list(
            "reverses_id", flat=True
        )
    )
    kinds = Posting.objects.filter(account=account).order_by("entry__kind")
    sums = rows.order_by().aggregate(cents=Sum("cents"), entries=Count("entry_id", distinct=True))
    context = {
        "section": "ledger",
        "account": account,
        "label": Account(account).label,
        "page": page,
        "rows": [
            (side, owner_word(side.owner) if side.owner else "", side.entry_id in reversed_ones) for side in shown
        ],
        "cents": sums["cents"] or 0,
        "entries": sums["entries"],
        "typed": typed,
        "kinds": list(kinds.values_list("entry__kind", flat=True).distinct()),
    }
    return render(request, "web/ledger_account.html", context)


def _chosen(account: str, typed: dict[str, str]) -> QuerySet[Posting]:
    rows = Posting.objects.filter(account=account)
    first, last = (_day(typed[name]) for name in ("from", "to"))
    wanted = Q()
    if first:
        wanted &= Q(entry__entry_date__gte=first)
    if last:
        wanted &= Q(entry__entry_date__lte=last)
    if typed["kind"]:
        wanted &= Q(entry__kind=typed["kind"])
    return rows.filter(wanted)


def _day(text: str) -> date | None:
    return read_day(text, clock.today()) if text else None


@allow(Permission.SEE_MONEY)
def show_entry(request: OfficeRequest, number: int) -> HttpResponse:
    """One entry: its sides, why, by which rule, the bytes that it came from, what reverses it."""
    entry = get_object_or_404(JournalEntry.objects.prefetch_related("postings", "reversed_by"), pk=number)
    if entry.patient_id is not None:
        note_patient("ledger.entry", f"entry {entry.pk}", entry.patient_id)
    sides = sorted(entry.postings.all(), key=lambda side: (side.cents < 0, side.pk))
    context: dict[str, Any] = {
        "section": "ledger",
        "entry": entry,
        "sides": [(side, Account(side.account).label, owner_word(side.owner) if side.owner else "") for side in sides],
        "total_cents": sum(side.cents for side in sides if side.cents > 0),
        "can_undo": is_decision(entry) and not entry.reversed_by.all() and may_undo(request, entry),
        "rule": ROWS.get(entry.row),
        "reversal": next(iter(entry.reversed_by.all()), None),
        **_source(entry),
    }
    return render(request, "web/ledger_entry.html", context)


def _source(entry: JournalEntry) -> dict[str, Any]:
    file = StoredFile.objects.filter(sha256=entry.file_sha256).first() if entry.file_sha256 else None
    remittances = Remittance.objects.defer("record", "plan", "findings")
    remittance = remittances.filter(pk=entry.remittance_id).first() if entry.remittance_id is not None else None
    data = file.data[entry.offset : entry.offset + entry.length] if file else b""
    return {"file": file, "text": data[:2000].decode("utf-8", "replace"), "remittance": remittance}
