"""Money of patients at the desk: taken, undone, given back. The account's page shows it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from claimwright.money import format_dollars
from claimwright.office.core.access import Permission
from claimwright.office.patients.models import Patient
from claimwright.office.posting.models import PatientPayment
from claimwright.office.posting.paper import read_cents
from claimwright.office.posting.patient_payments import refund_credit, take_payment, undo_payment
from claimwright.office.web.acting import act
from claimwright.office.web.allowing import allow
from claimwright.office.web.middleware import OfficeRequest


@allow(Permission.POST_MONEY, post=True)
def take(request: OfficeRequest, patient_id: int) -> HttpResponse:
    """Take a payment: applied to what is owed, the oldest service first; the rest is kept as credit."""
    patient = get_object_or_404(Patient, pk=patient_id)
    cents = _cents(request)
    if cents is not None:
        method, reference = request.POST.get("method", ""), request.POST.get("reference", "").strip()
        act(
            request,
            lambda: take_payment(patient, cents=cents, method=method, reference=reference),
            f"Taken: {format_dollars(cents)}.",
        )
    return redirect("patient", patient.pk)


@allow(Permission.POST_MONEY, post=True)
def refund(request: OfficeRequest, patient_id: int) -> HttpResponse:
    """Give the patient's credit back."""
    patient = get_object_or_404(Patient, pk=patient_id)
    cents = _cents(request)
    if cents is not None:
        method, reference = request.POST.get("method", ""), request.POST.get("reference", "").strip()
        act(
            request,
            lambda: refund_credit(patient, cents=cents, method=method, reference=reference),
            f"Given back: {format_dollars(cents)}.",
        )
    return redirect("patient", patient.pk)


@allow(Permission.POST_MONEY, post=True)
def undo(request: OfficeRequest, payment_id: int) -> HttpResponse:
    """Take a payment or a refund back, for a reason: a bounced check, a wrong patient."""
    payment = get_object_or_404(PatientPayment.objects.select_related("patient"), pk=payment_id)
    reason = request.POST.get("reason", "").strip()[:200]
    if reason:
        act(request, lambda: undo_payment(payment, reason=reason), "Undone, by entries that reverse.")
    else:
        messages.error(request, "Say why it is undone, so that the next person knows.")
    return redirect("patient", payment.patient.pk)


def _cents(request: OfficeRequest) -> int | None:
    try:
        return read_cents(request.POST.get("cents", ""))
    except ValueError:
        messages.error(request, "Write dollars and cents, such as 25 or 25.50; nothing was changed.")
        return None
