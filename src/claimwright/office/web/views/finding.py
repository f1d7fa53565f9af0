"""Find anything: claim and trace numbers, names, member IDs. What is typed is never part of an address."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from claimwright.office.claims.models import Claim
from claimwright.office.core.access import Permission
from claimwright.office.patients.models import Patient
from claimwright.office.posting.models import Remittance
from claimwright.office.web.allowing import allow
from claimwright.office.web.middleware import OfficeRequest
from claimwright.office.web.showing import note_list
from claimwright.office.web.views.patients import matching

ASKED = "asked for"
RESULTS_MAX = 20
_SEE = (Permission.SEE_PATIENTS, Permission.SEE_CLAIMS, Permission.SEE_MONEY)


@dataclass
class Found:
    """What fits, as far as the user's role may see it; at most `RESULTS_MAX` of each kind."""

    claims: list[Claim] = field(default_factory=list)
    patients: list[Patient] = field(default_factory=list)
    remittances: list[Remittance] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.claims) + len(self.patients) + len(self.remittances)

    @property
    def only_address(self) -> str:
        """Where the one result is; empty when there are none or several."""
        if self.count != 1:
            return ""
        if self.claims:
            return reverse("claim", args=[self.claims[0].pk])
        if self.patients:
            return reverse("patient", args=[self.patients[0].pk])
        return reverse("remittance", args=[self.remittances[0].pk])


@allow(*_SEE, post=True)
def ask(request: OfficeRequest) -> HttpResponse:
    """Look for something; the one thing that fits is opened at once."""
    text = request.POST.get("q", "").strip()[:80]
    request.session[ASKED] = text
    return redirect(_look(request, text).only_address or "find")


@allow(*_SEE)
def show_found(request: OfficeRequest) -> HttpResponse:
    """What fits what was last asked for."""
    text = request.session.get(ASKED, "")
    found = _look(request, text)
    shown = [*(claim.patient_id for claim in found.claims), *(patient.pk for patient in found.patients)]
    note_list("find", shown)
    return render(request, "web/find.html", {"section": "find", "query": text, "found": found, "most": RESULTS_MAX})


def _look(request: OfficeRequest, text: str) -> Found:
    found = Found()
    if not text:
        return found
    if Permission.SEE_CLAIMS in request.allowed:
        numbered = Q(number__istartswith=text) | Q(adjudications__payer_claim_number__iexact=text)
        claims = Claim.objects.filter(numbered).select_related("patient").defer("record")
        found.claims = list(claims.distinct().order_by("-pk")[:RESULTS_MAX])
    if Permission.SEE_PATIENTS in request.allowed:
        found.patients = list(matching(text).order_by("last_name", "first_name", "pk")[:RESULTS_MAX])
    if Permission.SEE_MONEY in request.allowed:
        remittances = Remittance.objects.filter(trace_number__istartswith=text).defer("record", "plan", "findings")
        found.remittances = list(remittances.order_by("-pk")[:RESULTS_MAX])
    return found
