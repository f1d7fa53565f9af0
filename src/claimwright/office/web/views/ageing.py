"""Ageing: who owes, and for how long; every cell opens the encounters behind it."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render

from claimwright.office.charges.models import Encounter
from claimwright.office.claims.status_word import status_words
from claimwright.office.core.access import Permission
from claimwright.office.reports.ageing import LABELS, OLDEST, Ageing, Row, age_balances
from claimwright.office.web.allowing import allow
from claimwright.office.web.middleware import OfficeRequest
from claimwright.office.web.paging import page_of
from claimwright.office.web.showing import note_list

_OLD = ("91-120", OLDEST)
ALL = "all"


@allow(Permission.SEE_MONEY)
def show_ageing(request: OfficeRequest) -> HttpResponse:
    """The table."""
    ageing = age_balances()
    totals = ageing.totals
    rows = [(row, [(label, row.cells[label].cents, _address(row, label)) for label in LABELS]) for row in ageing.rows]
    old_cents = sum(totals[label] for label in _OLD)
    context = {
        "section": "ageing",
        "ageing": ageing,
        "labels": LABELS,
        "rows": [(row, cells, _address(row, ALL)) for row, cells in rows],
        "totals": [totals[label] for label in LABELS],
        "old_percent": (200 * old_cents + ageing.cents) // (2 * ageing.cents) if ageing.cents > 0 else None,
    }
    return render(request, "web/ageing.html", context)


def _address(row: Row, label: str) -> str:
    owner = row.owner
    return "?" + urlencode({"level": owner.level, "kind": owner.kind, "name": owner.name, "age": label})


@allow(Permission.SEE_MONEY)
def show_cell(request: OfficeRequest) -> HttpResponse:
    """The encounters behind a cell (or a whole row): `?level=&kind=&name=&age=`. They sum to what the table shows."""
    row, label = _find(age_balances(), request)
    labels = LABELS if label == ALL else (label,)
    pairs = sorted((pair for one in labels for pair in row.cells[one].encounters), key=lambda pair: -pair[1])
    page = page_of(pairs, request)
    keys = [key for key, _ in page]
    encounters = Encounter.objects.filter(pk__in=keys).select_related("patient").prefetch_related("claims").in_bulk()
    claims = {key: next(iter(encounter.claims.all()), None) for key, encounter in encounters.items()}
    words = status_words([claim for claim in claims.values() if claim])
    note_list("ageing.view", (encounter.patient_id for encounter in encounters.values()))
    rows = [
        (encounters[key], claim, words[claim.pk] if claim else None, cents)
        for key, cents in page
        for claim in (claims[key],)
    ]
    context = {
        "section": "ageing",
        "owner": row.owner,
        "age": label,
        "page": page,
        "rows": rows,
        "total_cents": sum(cents for _, cents in pairs),
    }
    return render(request, "web/ageing_cell.html", context)


def _find(ageing: Ageing, request: OfficeRequest) -> tuple[Row, str]:
    wanted = tuple(request.GET.get(name, "") for name in ("level", "kind", "name"))
    label = request.GET.get("age", "")
    for row in ageing.rows:
        if (row.owner.level, row.owner.kind, row.owner.name) == wanted and label in (*LABELS, ALL):
            return row, label
    raise Http404
