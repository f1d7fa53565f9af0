"""Filing with the next payer ourselves, where the primary payer's crossover does not come."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from claimwright.office.claims.models import Adjudication
from claimwright.office.core.access import Permission
from claimwright.office.followup.crossovers import file_next_payer
from claimwright.office.followup.models import WorkItem
from claimwright.office.web.acting import act
from claimwright.office.web.allowing import allow
from claimwright.office.web.middleware import OfficeRequest

REASON_MAX = 200


@allow(Permission.SEND_CLAIMS, post=True)
def file_next(request: OfficeRequest, item_id: int) -> HttpResponse:
    """Bill the payer that the item's claim was forwarded to; before day 30 only with a reason."""
    item = get_object_or_404(WorkItem.objects.exclude(claim=None), pk=item_id)
    level = Adjudication.objects.filter(claim=item.claim_id, state=Adjudication.State.FORWARDED).first()
    if level is None:
        messages.error(request, "This claim does not wait for a crossover any more.")
        return redirect("item", item.pk)
    because = request.POST.get("because", "").strip()[:REASON_MAX]
    act(request, lambda: file_next_payer(level, because=because), "Built for the next payer: it goes out next.")
    return redirect("item", item.pk)
