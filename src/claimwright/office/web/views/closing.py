"""Closing: the months with their state, what a month would be closed with and what is still open in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from claimwright.errors import InputError
from claimwright.findings import Finding, Severity
from claimwright.office.core.access import Permission
from claimwright.office.ledger.models import Account, PeriodClosing
from claimwright.office.ledger.periods import Period, PeriodState, periods, reopen_period
from claimwright.office.reports.closing import ClosingPreview, close_month, open_work, preview_closing
from claimwright.office.web.acting import act
from claimwright.office.web.allowing import allow
from claimwright.office.web.middleware import OfficeRequest

REASON_MAX = 300

_PLACES = {
    "CLS-101": ("deposits", "state=open"),
    "CLS-102": ("remittances", "tab=exceptions"),
    "CLS-103": ("remittances", "tab=review"),
    "CLS-104": ("remittances", ""),
    "CLS-105": ("patients", ""),
}
"""Where the work is that speaks against closing."""


@dataclass(frozen=True, slots=True)
class Row:
    """An account of the closing report, in cents, debit positive."""

    account: str
    label: str
    opening_cents: int
    debit_cents: int
    credit_cents: int
    closing_cents: int


@allow(Permission.SEE_MONEY)
def list_periods(request: OfficeRequest) -> HttpResponse:
    """The months, newest first, and what is open in the one that is to be closed next."""
    listed = periods()
    following = next((one for one in listed if one.closing is None and one.is_over), None)
    context = {
        "section": "closing",
        "months": listed[::-1],
        "following": following,
        "findings": list(open_work(following.period)) if following else [],
        "can_close": Permission.CLOSE_BOOKS in request.allowed,
    }
    return render(request, "web/closing.html", context)


@allow(Permission.SEE_MONEY)
def show_period(request: OfficeRequest, month: str) -> HttpResponse:
    """One month: its report, what speaks against closing it, and the form that closes or opens it."""
    state = _state_of(month)
    return _show(request, state, preview_closing(state.period) if state.closing is None and state.is_over else None)


@allow(Permission.CLOSE_BOOKS, post=True)
def close(request: OfficeRequest, month: str) -> HttpResponse:
    """Close the month. Refused, the page says what forbids it, and keeps what was typed."""
    state = _state_of(month)
    because = request.POST.get("because", "").strip()[:REASON_MAX]
    try:
        close_month(state.period, because=because)
    except InputError as refused:
        return _show(request, state, preview_closing(state.period), status=422, refused=str(refused), because=because)
    messages.success(request, f"{state.period} is closed: what comes late goes to the first open day.")
    return redirect("closing-period", str(state.period))


@allow(Permission.CLOSE_BOOKS, post=True)
def reopen(request: OfficeRequest, month: str) -> HttpResponse:
    """Open the newest closed month again, for a reason."""
    period = _state_of(month).period
    reason = request.POST.get("reason", "").strip()[:REASON_MAX]
    act(request, lambda: reopen_period(period, reason=reason), f"{period} is open again.")
    return redirect("closing-period", str(period))


def _state_of(month: str) -> PeriodState:
    try:
        period = Period.parse(month)
    except InputError as wrong:
        raise Http404 from wrong
    closing = PeriodClosing.objects.filter(reopened_at=None, last_date=period.last_date).first()
    return PeriodState(period, closing)


def _show(
    request: OfficeRequest, state: PeriodState, preview: ClosingPreview | None, *, status: int = 200, **said: Any
) -> HttpResponse:
    report = _report_of(state, preview)
    history = PeriodClosing.objects.filter(last_date=state.period.last_date).exclude(reopened_at=None)
    newest = PeriodClosing.objects.filter(reopened_at=None).order_by("-last_date").first()
    context = {
        "section": "closing",
        "state": state,
        "preview": preview,
        "findings": [(finding, _place(finding)) for finding in preview.findings] if preview else [],
        "report": report,
        "rows": _rows(report) if report else [],
        "history": history.select_related("closed_by", "reopened_by").order_by("-pk"),
        "is_newest": newest is not None and newest.last_date == state.period.last_date,
        "can_close": Permission.CLOSE_BOOKS in request.allowed,
        **said,
    }
    return render(request, "web/closing_period.html", context, status=status)


def _report_of(state: PeriodState, preview: ClosingPreview | None) -> Mapping[str, Any] | None:
    """The report that the month was closed with, or would be."""
    if state.closing is not None:
        return dict(state.closing.report)
    return preview.report.to_plain() if preview else None


def _rows(report: Mapping[str, Any]) -> list[Row]:
    return [
        Row(
            one["account"],
            str(Account(one["account"]).label),
            one["opening_cents"],
            one["debit_cents"],
            one["credit_cents"],
            one["closing_cents"],
        )
        for one in report["accounts"]
    ]


def _place(finding: Finding) -> str:
    if finding.severity is Severity.ERROR or finding.code not in _PLACES:
        return ""
    name, query = _PLACES[finding.code]
    return f"{reverse(name)}?{query}" if query else reverse(name)
