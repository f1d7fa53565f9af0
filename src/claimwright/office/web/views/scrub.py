"""The scrub queue: claims that edits stopped or warned about, mended on the spot and edited again at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from claimwright.codesets.places import place
from claimwright.errors import ConflictError, InputError
from claimwright.findings import Severity
from claimwright.office.claims.building import record_of
from claimwright.office.claims.lifecycle import REJECTED, UNSENT, S, hold_claim
from claimwright.office.claims.mending import mend_claim, overrule_edits
from claimwright.office.claims.models import Claim, ClaimFinding, Submission
from claimwright.office.claims.scrub_queue import (
    BY_CODE,
    by_edit,
    describe_claims,
    ready_to_send,
    waiting_claims,
    waiting_findings,
)
from claimwright.office.claims.scrubbing import EDIT, scrub_claims
from claimwright.office.core import clock
from claimwright.office.core.access import Permission
from claimwright.office.followup.sending_back import send_back, take_back
from claimwright.office.patients.models import Provider
from claimwright.office.patients.records import clinician_record
from claimwright.office.web.acting import act
from claimwright.office.web.allowing import allow
from claimwright.office.web.claim_form import ClaimForm, Providers, TypedField, read, show
from claimwright.office.web.middleware import OfficeRequest
from claimwright.office.web.paging import page_of
from claimwright.office.web.showing import note_list, note_patient

REASON_MAX = 200
_MENDED = "Mended in the scrub queue"
_FILTERS = ("by", "edit", "weight")


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks for: grouped `by` claim or edit, one edit, one weight; anything unknown is left out."""

    by: str = "claim"
    edit: str = ""
    weight: str = ""

    @classmethod
    def of(cls, query: QueryDict) -> Filters:
        weight = query.get("weight", "")
        return cls(
            "edit" if query.get("by") == "edit" else "claim",
            str(query.get("edit", ""))[:60],
            str(weight) if weight in (Severity.ERROR, Severity.WARNING) else "",
        )

    @property
    def query(self) -> str:
        """The filters as the end of an address."""
        query = QueryDict(mutable=True)
        query.update({"edit": self.edit} if self.edit else {})
        query.update({"weight": self.weight} if self.weight else {})
        query.update({"by": self.by} if self.by == "edit" else {})
        return f"?{query.urlencode()}" if query else ""


@allow(Permission.SEE_CLAIMS)
def queue(request: OfficeRequest) -> HttpResponse:
    """The claims that wait, by claim or by edit; `?by=`, `?edit=`, `?weight=`."""
    filters = Filters.of(request.GET)
    keys = waiting_claims(code=filters.edit, severity=filters.weight)
    page = page_of(keys, request)
    groups = by_edit(severity=filters.weight)
    rows = describe_claims(list(page)) if filters.by == "claim" else []
    note_list("scrub.view", (row.claim.patient_id for row in rows), filters.edit)
    ready, ready_cents = ready_to_send()
    context = {
        "section": "scrub",
        "filters": filters,
        "page": page,
        "rows": rows,
        "groups": groups,
        "chosen": next((group for group in groups if group.code == filters.edit), None),
        "counts": {weight.value: len(waiting_claims(severity=weight)) for weight in (Severity.ERROR, Severity.WARNING)},
        "ready": ready,
        "ready_cents": ready_cents,
        "can_mend": Permission.EDIT_CLAIMS in request.allowed,
    }
    return render(request, "web/scrub.html", context)


@allow(Permission.EDIT_CLAIMS, post=True)
def run(request: OfficeRequest) -> HttpResponse:
    """Edit every claim of the queue again, and those that were never edited."""
    filters = Filters.of(request.POST)
    keys = waiting_claims(code=filters.edit, severity=filters.weight)
    result = scrub_claims(list(Claim.objects.filter(pk__in=keys).defer("record")))
    new = scrub_claims()
    passed, stopped = len(result.ready) + len(new.ready), len(result.stopped) + len(new.stopped)
    messages.success(request, f"Scrubbed: {passed} may go out, {stopped} stopped.")
    return redirect(f"{reverse('scrub')}{filters.query}")


@allow(Permission.SEE_CLAIMS)
def mend(request: OfficeRequest, claim_id: int) -> HttpResponse:
    """One claim: what was found, with the fields to mend it in."""
    return _page(request, _claim(claim_id))


@allow(Permission.EDIT_CLAIMS, post=True)
def save(request: OfficeRequest, claim_id: int) -> HttpResponse:
    """Change the fields that were typed and edit the claim again; what was typed stays when it cannot be done."""
    claim = _claim(claim_id)
    record = record_of(claim)
    reading = read(record, request.POST, _providers(), clock.today())
    if reading.errors:
        return _page(request, claim, typed=request.POST, errors=reading.errors, status=422)
    if request.POST.get("version", "") != str(claim.version):
        return _overtaken(request, claim, "Somebody else changed this claim meanwhile. Nothing of yours was stored.")
    why = request.POST.get("why", "").strip()[:REASON_MAX] or _MENDED
    try:
        if reading.changes:
            mend_claim(claim, reading.changes, why=why)
        else:
            scrub_claims([claim])
    except ConflictError as conflict:
        return _overtaken(request, _claim(claim_id), str(conflict))
    except InputError as refused:
        messages.error(request, str(refused))
        return _page(request, claim, typed=request.POST, status=422)
    return _next(request, claim)


def _overtaken(request: OfficeRequest, claim: Claim, words: str) -> HttpResponse:
    """Somebody was faster: what was typed stays to be compared with what stands now, and is not stored."""
    messages.error(
        request, f"{words} Below is what you typed; compare it with the claim as it stands, then save again."
    )
    return _page(request, claim, typed=request.POST, status=422, is_overtaken=True)


def _next(request: OfficeRequest, claim: Claim) -> HttpResponse:
    """The claim again while an error stands; else the next one of the queue."""
    filters = Filters.of(request.POST)
    left = waiting_findings().filter(claim=claim)
    errors = sum(finding.severity == Severity.ERROR for finding in left)
    if errors:
        messages.warning(
            request, f"Saved. {errors} error{'s' if errors > 1 else ''} still stand{'' if errors > 1 else 's'}."
        )
        return redirect(f"{reverse('scrub-claim', args=[claim.pk])}{filters.query}")
    messages.success(
        request, f"Claim {claim.number} passes the edits{' with a warning' if left else ''}: it may go out."
    )
    following = next(
        (key for key in waiting_claims(code=filters.edit, severity=Severity.ERROR) if key != claim.pk), None
    )
    if following is None:
        return redirect("scrub")
    return redirect(f"{reverse('scrub-claim', args=[following])}{filters.query}")


@allow(Permission.OVERRULE_EDITS, post=True)
def overrule(request: OfficeRequest, claim_id: int) -> HttpResponse:
    """Let a stopped claim go out all the same; asks why."""
    claim = _claim(claim_id)
    why = request.POST.get("reason", "").strip()[:REASON_MAX]
    if not why:
        messages.error(request, "Say what you know that the edits do not.")
        return _back(request, claim)
    if act(request, lambda: overrule_edits(claim, why=why), f"Overruled: claim {claim.number} may go out."):
        return redirect("scrub")
    return _back(request, claim)


@allow(Permission.EDIT_CLAIMS, post=True)
def hold(request: OfficeRequest, claim_id: int) -> HttpResponse:
    """Keep the claim from being sent; asks why."""
    claim = _claim(claim_id)
    why = request.POST.get("reason", "").strip()[:REASON_MAX]
    if not why:
        messages.error(request, "Say what it waits for, so that the next person knows.")
    else:
        act(request, lambda: hold_claim(claim, why), f"Claim {claim.number} is held.")
    return _back(request, claim)


@allow(Permission.EDIT_CLAIMS, post=True)
def return_it(request: OfficeRequest, claim_id: int) -> HttpResponse:
    """Send the claim back to those who entered it; asks for what."""
    claim = _claim(claim_id)
    why = request.POST.get("reason", "")[:REASON_MAX]
    act(request, lambda: send_back(claim, why), f"Claim {claim.number} is held, and the question is on the worklist.")
    return _back(request, claim)


@allow(Permission.EDIT_CLAIMS, post=True)
def release(request: OfficeRequest, claim_id: int) -> HttpResponse:
    """End a hold, and edit the claim again."""
    claim = _claim(claim_id)
    if act(request, lambda: take_back(claim, request.user), f"Claim {claim.number} is no longer held."):
        scrub_claims([claim])
    return _back(request, claim)


def _back(request: OfficeRequest, claim: Claim) -> HttpResponse:
    return redirect(f"{reverse('scrub-claim', args=[claim.pk])}{Filters.of(request.POST).query}")


def _claim(claim_id: int) -> Claim:
    return get_object_or_404(Claim.objects.select_related("patient", "billing", "rendering"), pk=claim_id)


def _providers() -> Providers:
    """Who of the practice may stand on a claim as who gave or ordered care, by NPI."""
    return {row.npi: clinician_record(row) for row in Provider.objects.exclude(npi="").order_by("-is_person", "pk")}


def _page(
    request: OfficeRequest,
    claim: Claim,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
    is_overtaken: bool = False,
) -> HttpResponse:
    note_patient("scrub.claim", f"claim {claim.pk}", claim.patient_id)
    record = record_of(claim)
    filters = Filters.of(request.GET if request.method == "GET" else request.POST)
    findings = list(claim.findings.filter(resolved_at=None).order_by("pk"))
    findings.sort(key=lambda finding: finding.severity != Severity.ERROR)
    form = show(record, questioned=[finding.field for finding in findings], typed=typed, errors=errors)
    submission = Submission.objects.filter(claim=claim).order_by("pk").only("state", "level", "attempt").last()
    state = S(submission.state) if submission else None
    keys = waiting_claims(code=filters.edit, severity=filters.weight)
    at = keys.index(claim.pk) if claim.pk in keys else None
    is_open = state is not None and state in UNSENT | REJECTED and claim.closed_at is None
    context = {
        "section": "scrub",
        "claim": claim,
        "record": record,
        "place": place(record.place_of_service),
        "form": form,
        "is_overtaken": is_overtaken,
        "findings": _shown(findings, form),
        "first": next((field.name for _, field in form.all_fields() if field.error or field.is_questioned), ""),
        "submission": submission,
        "filters": filters,
        "service_date": claim.service_date or clock.today(),
        "before": keys[at - 1] if at else None,
        "after": keys[at + 1] if at is not None and at + 1 < len(keys) else None,
        "position": None if at is None else at + 1,
        "total": len(keys),
        "can_mend": Permission.EDIT_CLAIMS in request.allowed and is_open,
        "can_overrule": Permission.OVERRULE_EDITS in request.allowed and state is S.SCRUB_FAILED,
        "history": list(claim.findings.filter(source=EDIT).exclude(resolved_at=None).order_by("-resolved_at")[:20]),
    }
    return render(request, "web/scrub_claim.html", context, status=status)


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding with where its rule comes from, and the field of the form that it is about, None when it has none."""

    finding: ClaimFinding
    source: str
    label: str = ""
    field: TypedField | None = None


def _shown(findings: Sequence[ClaimFinding], form: ClaimForm) -> list[Shown]:
    fields = list(form.all_fields())
    shown = []
    for finding in findings:
        said = finding.field
        about = (pair for pair in fields if said and (pair[1].name == said or pair[1].name.startswith(f"{said}.")))
        label, field = next(about, ("", None))
        source = BY_CODE[finding.code].source if finding.code in BY_CODE else ""
        shown.append(Shown(finding, source, label, field))
    return shown
