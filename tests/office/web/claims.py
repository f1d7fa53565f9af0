"""The mending form of a claim as a browser would send it."""

from __future__ import annotations

from claimwright.office.claims.building import record_of
from claimwright.office.claims.models import Claim
from claimwright.office.web.claim_form import show


def form_of(claim: Claim) -> dict[str, str]:
    """Every field of the form, with what stands in the claim."""
    form = show(record_of(claim))
    fields = {field.name: field.text for _, field in form.all_fields()}
    orders = {one.order.name: one.order.text for one in form.diagnoses}
    return {**fields, **orders, "version": str(claim.version)}
