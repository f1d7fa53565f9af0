"""Rules of the practice's own: the list, the editor with its back-test beside it, and rules proposed from denials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from claimwright.edits.written import BackTest, failed_examples, read_rule
from claimwright.errors import ConflictError, InputError
from claimwright.findings import Finding
from claimwright.office.claims.models import OwnRule
from claimwright.office.claims.rules import accept, decline, keep_back_test, save_rule, switch_off, switch_on
from claimwright.office.core.access import Permission
from claimwright.office.followup.own_rules import denied_groups, propose_from, try_rule
from claimwright.office.patients.models import Payer
from claimwright.office.web import rule_form
from claimwright.office.web.acting import number_of
from claimwright.office.web.allowing import allow
from claimwright.office.web.middleware import OfficeRequest
from claimwright.office.web.paging import page_of

_TURNS = {
    "on": (switch_on, "It is on: claims that are edited from now on are asked."),
    "off": (switch_off, "It is off and stops nothing."),
    "accept": (accept, "Accepted: it is on."),
    "decline": (decline, "Declined; it will not be proposed again."),
}
_ORDER = {state: place for place, state in enumerate(("proposed", "on", "off", "declined"))}


@allow(Permission.SEE_CLAIMS)
def list_rules(request: OfficeRequest) -> HttpResponse:
    """Every rule, those that wait for a person first."""
    rows = sorted(OwnRule.objects.all(), key=lambda row: (_ORDER[row.state], row.name.casefold()))
    page = page_of(rows, request)
    return render(request, "web/rules.html", {"section": "rules", "page": page, "can_write": _can_write(request)})


@allow(Permission.SEE_CLAIMS)
def list_denied(request: OfficeRequest) -> HttpResponse:
    """What payers denied, by payer, reason and code: what rules can be proposed from."""
    page = page_of(denied_groups(), request)
    return render(
        request, "web/rules_denied.html", {"section": "rules", "page": page, "can_write": _can_write(request)}
    )


@allow(Permission.WRITE_RULES, post=True)
def propose(request: OfficeRequest) -> HttpResponse:
    """Look for the rule that would have stopped a group of denials."""
    payer = Payer.objects.filter(pk=number_of(request, "payer") or 0).first()
    reason, code = request.POST.get("reason", ""), request.POST.get("code", "")
    row = propose_from(payer, reason, code, actor=request.user) if payer and reason and code else None
    if row is None:
        messages.error(request, "No rule would catch more of these denials than it stops claims that are paid.")
        return redirect("rules-denied")
    return redirect("rule", row.pk)


@allow(Permission.WRITE_RULES)
def write_rule(request: OfficeRequest) -> HttpResponse:
    """An empty form."""
    return _page(request, None, {})


@allow(Permission.SEE_CLAIMS)
def show_rule(request: OfficeRequest, rule_id: int) -> HttpResponse:
    """A rule with its tests, its back-test, its history, and the denials it is made of."""
    row = get_object_or_404(OwnRule, pk=rule_id)
    read, _ = read_rule(row.data)
    return _page(request, row, row.data, findings=failed_examples(read) if read else ())


@allow(Permission.WRITE_RULES, post=True)
def add(request: OfficeRequest) -> HttpResponse:
    """Save a new rule, or try it without saving."""
    return _save(request, None)


@allow(Permission.WRITE_RULES, post=True)
def save(request: OfficeRequest, rule_id: int) -> HttpResponse:
    """Save a rule's next version, or try it without saving."""
    return _save(request, get_object_or_404(OwnRule, pk=rule_id))


@allow(Permission.WRITE_RULES, post=True)
def turn(request: OfficeRequest, rule_id: int) -> HttpResponse:
    """Switch a rule on or off, accept or decline a proposed one."""
    row = get_object_or_404(OwnRule, pk=rule_id)
    verb, said = _TURNS.get(request.POST.get("to", ""), (None, ""))
    if verb is None:
        return redirect("rule", row.pk)
    try:
        verb(row, actor=request.user)
    except InputError as refused:
        return _page(request, row, row.data, findings=refused.findings, refused=str(refused))
    except ConflictError as conflict:
        messages.error(request, str(conflict))
    else:
        messages.success(request, said)
    return redirect("rule", row.pk)


def _save(request: OfficeRequest, row: OwnRule | None) -> HttpResponse:
    data = rule_form.typed(request.POST)
    if "try" in request.POST:
        return _try(request, row, data)
    try:
        saved = save_rule(data, rule=row, version=number_of(request, "version"), actor=request.user)
    except InputError as refused:
        return _page(request, row, data, findings=refused.findings, refused=str(refused))
    except ConflictError as conflict:
        return _page(request, row, data, refused=str(conflict))
    messages.success(request, f"Saved as version {saved.version}.")
    return redirect("rule", saved.pk)


def _try(request: OfficeRequest, row: OwnRule | None, data: dict[str, Any]) -> HttpResponse:
    """Ask the rule as it was typed about the claims of the past; what is saved keeps its result."""
    read, findings = read_rule({**data, "slug": row.slug} if row else data)
    if read is None:
        return _page(request, row, data, findings=findings, refused="The rule cannot be tried like this.")
    result = try_rule(read)
    if row is not None and read.to_data() == row.data:
        keep_back_test(row, result)
    return _page(request, row, data, findings=failed_examples(read), result=result)


def _page(
    request: OfficeRequest,
    row: OwnRule | None,
    data: Mapping[str, Any],
    *,
    findings: Sequence[Finding] = (),
    refused: str = "",
    result: BackTest | None = None,
) -> HttpResponse:
    """The editor. `refused` says why nothing was done, with status 422."""
    if row is None and not _can_write(request):
        raise Http404
    context = {
        "section": "rules",
        "row": row,
        "sections": rule_form.filled(data, findings),
        "elsewhere": rule_form.elsewhere(findings),
        "failed": bool(findings),
        "refused": refused,
        "result": result,
        "kept": _verdicts(row.back_test) if row and row.back_test else None,
        "tried": _verdicts(result.to_data()) if result else None,
        "versions": list(row.versions.select_related("actor")) if row else [],
        "can_write": _can_write(request),
    }
    return render(request, "web/rule.html", context, status=422 if refused else 200)


def _verdicts(data: Mapping[str, Any]) -> dict[str, Any]:
    """A back-test as a table: verdict, claims, cents."""
    rows = [(verdict, found["claims"], found["cents"]) for verdict, found in data["verdicts"].items()]
    return {"looked_at": data["looked_at"], "stopped": data["stopped"], "rows": rows}


def _can_write(request: OfficeRequest) -> bool:
    return Permission.WRITE_RULES in request.allowed
