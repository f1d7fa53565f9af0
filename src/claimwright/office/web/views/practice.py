"""Switching between the practices of a user."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from claimwright.office.core.access import Permission
from claimwright.office.web.allowing import allow
from claimwright.office.web.middleware import OfficeRequest


@allow(*Permission, post=True)
def switch_practice(request: OfficeRequest) -> HttpResponse:
    """Work for another practice from now on; one that the user has no part in does not exist for him."""
    wanted = request.POST.get("client", "")
    client = next((one for one in request.practices if str(one.pk) == wanted), None)
    if client is None:
        raise Http404
    request.session["client"] = client.pk
    return redirect("today")
