"""Typing a paper EOB: the check once, its claims by number, each line with what was paid and why not more, and what
moves outside of claims.

Everything that was typed stays in the form until the check is posted; nothing of it is kept anywhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from claimwright.documents.parties import Party
from claimwright.errors import ConflictError, InputError
from claimwright.findings import Finding
from claimwright.office.claims.models import Adjudication, Claim, ClaimLine
from claimwright.office.core import clock
from claimwright.office.core.access import Permission
from claimwright.office.patients.models import Payer, Provider
from claimwright.office.posting.paper import (
    GROUPS,
    PROVIDER_REASONS,
    PaperAdjustment,
    PaperCheck,
    PaperClaim,
    PaperLine,
    PaperService,
    payee_of,
    post_paper,
    read_cents,
)
from claimwright.office.web.allowing import allow
from claimwright.office.web.days import read_day
from claimwright.office.web.middleware import OfficeRequest
from claimwright.office.web.showing import note_list

CLAIMS_MAX = 100
ADJUSTMENTS_MAX = 30
_CHECK = ("payer", "number", "day", "cents")
_LINE = ("paid", "allowed", "reasons")
_ADJUSTMENT = ("adjustment-code", "adjustment-way", "adjustment-reference", "adjustment-amount")
_RAISES = "raises"


@dataclass(frozen=True, slots=True)
class TypedLine:
    """A line of the form: the service as our books know it, what was typed, and what is wrong with it."""

    row: ClaimLine
    typed: dict[str, str]
    wrong: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class TypedClaim:
    """A claim of the form; `wrong` is what is wrong with it as a whole."""

    claim: Claim
    payer_number: str
    lines: tuple[TypedLine, ...]
    wrong: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class TypedAdjustment:
    """A row about money outside of claims: what was typed, and what is wrong with it."""

    typed: PaperAdjustment
    wrong: tuple[Finding, ...] = ()


@allow(Permission.POST_MONEY)
def show_paper(request: OfficeRequest) -> HttpResponse:
    """An empty form."""
    return _form(request, [], {}, ())


@allow(Permission.POST_MONEY, post=True)
def enter_paper(request: OfficeRequest) -> HttpResponse:
    """`do=add` puts a claim on the form, `do=drop-KEY` takes one off; `do=adjust` and `do=without-N` do so with what
    moves outside of claims; `do=post` posts the check. Without one of them (the Enter key) a claim whose number was
    typed is put on the form, and else the check is posted."""
    claims = _claims_of(request)
    action = request.POST.get("do", "")
    if action == "adjust":
        more = [*_adjustments_of(request), PaperAdjustment("", "", "")][:ADJUSTMENTS_MAX]
        return _form(request, claims, {}, (), adjustments=more, starts_at=len(more))
    if action.startswith("without-"):
        rows = enumerate(_adjustments_of(request), 1)
        return _form(request, claims, {}, (), adjustments=[one for at, one in rows if f"without-{at}" != action])
    if action == "add" or (not action and request.POST.get("add", "").strip()):
        return _add(request, claims)
    if action.startswith("drop-"):
        return _form(request, [one for one in claims if f"drop-{one.pk}" != action], {}, ())
    return _post(request, claims)


def _claims_of(request: OfficeRequest) -> list[Claim]:
    """The claims on the form, in the order in which they were added."""
    keys = [int(key) for key in request.POST.getlist("claim") if key.isascii() and key.isdigit() and len(key) < 19]
    keys = list(dict.fromkeys(keys))[:CLAIMS_MAX]
    found = Claim.objects.select_related("patient", "billing").defer("record").prefetch_related("lines").in_bulk(keys)
    return [found[key] for key in keys if key in found]


def _adjustments_of(request: OfficeRequest) -> list[PaperAdjustment]:
    """The rows about money outside of claims, in their order."""
    rows = zip(*(request.POST.getlist(name)[:ADJUSTMENTS_MAX] for name in _ADJUSTMENT), strict=False)
    return [
        PaperAdjustment(code.strip()[:2], reference.strip()[:50], amount.strip()[:20], raises=way == _RAISES)
        for code, way, reference, amount in rows
    ]


def _add(request: OfficeRequest, claims: list[Claim]) -> HttpResponse:
    number = request.POST.get("add", "").strip()
    rows = Claim.objects.select_related("patient", "billing").defer("record").prefetch_related("lines")
    claim = rows.filter(number__iexact=number).first() if number else None
    errors = {}
    if claim is None:
        errors["add"] = f"There is no claim {number}." if number else "Write the number of a claim first."
    elif claim.pk in {one.pk for one in claims}:
        errors["add"] = f"Claim {claim.number} is on this check already."
    elif len(claims) == CLAIMS_MAX:
        errors["add"] = f"A check has at most {CLAIMS_MAX} claims here; post the rest as a check of their own."
    else:
        claims.append(claim)
    added = claims[-1].pk if claim and not errors else None
    return _form(request, claims, errors, (), status=422 if errors else 200, added=added)


def _post(request: OfficeRequest, claims: Sequence[Claim]) -> HttpResponse:
    payer, day, cents, errors = _read_head(request)
    if errors or payer is None or day is None:
        return _form(request, claims, errors, (), status=422)
    levels = dict(
        Adjudication.objects.filter(claim__in=claims, payer=payer).order_by("-pk").values_list("claim_id", "level")
    )
    strangers = [claim.number for claim in claims if claim.pk not in levels]
    if strangers:
        errors["payer"] = f"{payer.name} is no payer of claim {', '.join(strangers)}."
        return _form(request, claims, errors, (), status=422)
    check = PaperCheck(
        payer=payer,
        number=request.POST.get("number", "").strip()[:50],
        check_date=day,
        cents=cents,
        claims=tuple(_paper_claim(request, claim, levels[claim.pk]) for claim in claims),
        adjustments=tuple(one for one in _adjustments_of(request) if one.code or one.reference or one.amount),
    )
    payee = claims[0].billing if claims else Provider.objects.filter(is_billing=True).order_by("pk").first()
    if payee is None or not (claims or check.adjustments):
        return _form(request, claims, {"add": "Add the claims that the check pays first."}, (), status=422)
    try:
        remittance = post_paper(check, payee_of(payee))
    except InputError as wrong:
        return _form(request, claims, {}, wrong.findings, status=422, refused=str(wrong))
    except ConflictError as wrong:
        return _form(request, claims, {}, (), status=422, refused=str(wrong))
    messages.success(request, "Posted: the remainder is zero.")
    return redirect("remittance", remittance.pk)


def _read_head(request: OfficeRequest) -> tuple[Payer | None, date | None, int, dict[str, str]]:
    errors = {}
    key = request.POST.get("payer", "")
    payer = Payer.objects.filter(pk=int(key)).first() if key.isascii() and key.isdigit() and len(key) < 19 else None
    if payer is None:
        errors["payer"] = "Choose who pays."
    if not request.POST.get("number", "").strip():
        errors["number"] = "Write the number on the check."
    day = read_day(request.POST.get("day", ""), clock.today())
    if day is None:
        errors["day"] = "Write a day such as 2026-01-31, 1/31/26, or t for today."
    cents = 0
    try:
        cents = read_cents(request.POST.get("cents", ""))
    except ValueError:
        errors["cents"] = "Write dollars and cents, such as 125 or 125.50."
    return payer, day, cents, errors


def _paper_claim(request: OfficeRequest, claim: Claim, level: str) -> PaperClaim:
    patient = claim.patient
    return PaperClaim(
        number=claim.number,
        level=level,
        lines=tuple(PaperLine(_service(line), **_typed(request, line)) for line in claim.lines.all()),
        payer_number=request.POST.get(f"payer-number-{claim.pk}", "").strip()[:50],
        patient=Party(last_name=patient.last_name, first_name=patient.first_name, is_person=True),
    )


def _service(line: ClaimLine) -> PaperService:
    return PaperService(line.control_number, line.code, line.charge_cents, tuple(line.modifiers), line.service_date)


def _typed(request: OfficeRequest, line: ClaimLine) -> dict[str, str]:
    return {name: request.POST.get(f"{name}-{line.pk}", "").strip()[:200] for name in _LINE}


def _form(
    request: OfficeRequest,
    claims: Sequence[Claim],
    errors: dict[str, str],
    findings: Iterable[Finding],
    *,
    status: int = 200,
    adjustments: Sequence[PaperAdjustment] | None = None,
    **said: Any,
) -> HttpResponse:
    note_list("paper.view", (claim.patient_id for claim in claims))
    found = tuple(findings)
    shown = [_typed_claim(request, claim, found) for claim in claims]
    rows = _typed_adjustments(_adjustments_of(request) if adjustments is None else adjustments, found)
    placed = {id(one) for claim in shown for one in (*claim.wrong, *(w for line in claim.lines for w in line.wrong))}
    placed |= {id(one) for row in rows for one in row.wrong}
    context = {
        "section": "remittances",
        "payers": list(Payer.objects.order_by("name")),
        "typed": {name: request.POST.get(name, "") for name in _CHECK},
        "add": request.POST.get("add", "") if "add" in errors else "",
        "errors": errors,
        "claims": shown,
        "adjustments": rows,
        "adjustment_reasons": PROVIDER_REASONS.items(),
        "other_findings": [one for one in found if id(one) not in placed],
        "groups": ", ".join(GROUPS),
        **said,
    }
    return render(request, "web/paper.html", context, status=status)


def _typed_claim(request: OfficeRequest, claim: Claim, findings: Sequence[Finding]) -> TypedClaim:
    own = [one for one in findings if one.where.record == claim.number]
    rows = list(claim.lines.all())
    lines = tuple(
        TypedLine(
            row,
            _typed(request, row),
            tuple(one for one in own if (one.where.field or "").startswith(f"lines[{number}]")),
        )
        for number, row in enumerate(rows, 1)
    )
    whole = tuple(one for one in own if not (one.where.field or "").startswith("lines["))
    return TypedClaim(claim, request.POST.get(f"payer-number-{claim.pk}", ""), lines, whole)


def _typed_adjustments(typed: Sequence[PaperAdjustment], findings: Sequence[Finding]) -> list[TypedAdjustment]:
    """The rows with what is wrong with each. Findings count the rows that are not empty."""
    rows, number = [], 0
    for one in typed:
        number += bool(one.code or one.reference or one.amount)
        place = f"adjustments[{number}]"
        wrong = tuple(finding for finding in findings if (finding.where.field or "").startswith(place))
        rows.append(TypedAdjustment(one, wrong if one.code or one.reference or one.amount else ()))
    return rows
