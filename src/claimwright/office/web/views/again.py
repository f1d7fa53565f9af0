"""A payment that waits for its claim: what posting it again would do, tried before it is done."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from claimwright.documents.plain import from_plain
from claimwright.documents.remittance import RemittanceClaim as DocumentClaim
from claimwright.office.claims.models import Claim
from claimwright.office.core.access import Permission
from claimwright.office.posting.models import Remittance, RemittanceClaim
from claimwright.office.posting.posting import post_claim_again, waits_for_claim
from claimwright.office.posting.waiting import claims_that_may_be_meant, plan_of_claim
from claimwright.office.web.acting import act
from claimwright.office.web.allowing import allow
from claimwright.office.web.middleware import OfficeRequest
from claimwright.office.web.showing import note_list
from claimwright.office.web.views.remittances import Decision
from claimwright.remittance.plan import Plan

_POSTED = (Remittance.State.POSTED, Remittance.State.REVIEW)


@allow(Permission.POST_MONEY)
def show(request: OfficeRequest, row_id: int) -> HttpResponse:
    """The payment, the claims that may be meant, and what posting it now would do if nobody names a claim."""
    row = _row(row_id)
    if row.remittance.state not in _POSTED or not waits_for_claim(row):
        messages.error(request, "This payment does not wait for a claim any more.")
        return _back(row)
    return _page(request, row, None)


@allow(Permission.POST_MONEY, post=True)
def attempt(request: OfficeRequest, row_id: int) -> HttpResponse:
    """A dry run for the claim whose number was typed."""
    row = _row(row_id)
    if row.remittance.state not in _POSTED or not waits_for_claim(row):
        messages.error(request, "This payment does not wait for a claim any more.")
        return _back(row)
    claim, wrong = _named(request)
    return _page(request, row, claim, wrong)


@allow(Permission.POST_MONEY, post=True)
def post(request: OfficeRequest, row_id: int) -> HttpResponse:
    """Post it: to the claim that was tried, or as the rules find it now."""
    row = _row(row_id)
    claim, wrong = _named(request)
    if wrong:
        return _page(request, row, None, wrong)
    plans: list[Plan] = []
    if act(request, lambda: plans.append(post_claim_again(row, claim=claim)), "") and not plans[0].moves:
        messages.error(request, "Nothing was posted: see what is in the way.")
        return redirect("remittance-claim-again", row.pk)
    if plans:
        messages.success(request, f"Posted to claim {_number_of(plans[0])}.")
    return _back(row)


def _row(row_id: int) -> RemittanceClaim:
    related = RemittanceClaim.objects.select_related("remittance__payer", "remittance__file")
    return get_object_or_404(related.defer("remittance__file__content"), pk=row_id)


def _back(row: RemittanceClaim) -> HttpResponse:
    return redirect(f"{reverse('remittance', args=[row.remittance_id])}#clp-{row.position}")


def _named(request: OfficeRequest) -> tuple[Claim | None, str]:
    """The claim of the number that was typed, and what is wrong with the number."""
    number = request.POST.get("claim", "").strip()
    claim = Claim.objects.filter(number__iexact=number).first() if number else None
    return claim, f"There is no claim {number}." if number and claim is None else ""


def _number_of(plan: Plan) -> str:
    keys = [outcome.claim_key for outcome in plan.outcomes if outcome.claim_key is not None]
    return ", ".join(Claim.objects.filter(pk__in=keys).values_list("number", flat=True))


def _page(request: OfficeRequest, row: RemittanceClaim, claim: Claim | None, wrong: str = "") -> HttpResponse:
    candidates = claims_that_may_be_meant(row)
    note_list("remittance.again", [one.patient_id for one in candidates], f"remittance {row.remittance_id}")
    plan = plan_of_claim(row, claim=claim)
    context = {
        "section": "remittances",
        "row": row,
        "remittance": row.remittance,
        "answer": from_plain(DocumentClaim, row.record),
        "candidates": candidates,
        "claim": claim,
        "typed": request.POST.get("claim", "").strip(),
        "wrong": wrong,
        "plan": plan,
        "decisions": [Decision(move, is_posted=False) for move in plan.moves],
        "number": _number_of(plan),
    }
    return render(request, "web/again.html", context, status=422 if wrong else 200)
