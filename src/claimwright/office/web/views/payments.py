"""Money of patients at the desk: taken, applied, undone, given back. The account's page shows it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from claimwright.money import format_dollars
from claimwright.office.core.access import Permission
from claimwright.office.patients.models import Patient
from claimwright.office.posting.models import PatientPayment
from claimwright.office.posting.patient_payments import (
    apply_credit,
    refund_credit,
    release_overpaid,
    take_payment,
    undo_payment,
)
from claimwright.office.web.acting import act, cents_of, number_of, reason_of
from claimwright.office.web.allowing import allow
from claimwright.office.web.middleware import OfficeRequest


@allow(Permission.TAKE_PAYMENTS, post=True)
def take(request: OfficeRequest, patient_id: int) -> HttpResponse:
    """Take a payment: for the encounter that was chosen, or the oldest service first; the rest is kept as credit."""
    patient = get_object_or_404(Patient, pk=patient_id)
    cents = cents_of(request)
    if cents is not None:
        act(
            request,
            lambda: take_payment(
                patient,
                cents=cents,
                method=request.POST.get("method", ""),
                reference=request.POST.get("reference", "").strip(),
                encounter_id=number_of(request, "encounter"),
                seen_id=number_of(request, "seen"),
            ),
            f"Taken: {format_dollars(cents)}.",
        )
    return redirect("patient", patient.pk)


@allow(Permission.POST_MONEY, post=True)
def refund(request: OfficeRequest, patient_id: int) -> HttpResponse:
    """Give the patient's credit back, for one of the reasons there are."""
    patient = get_object_or_404(Patient, pk=patient_id)
    cents = cents_of(request)
    if cents is not None:
        act(
            request,
            lambda: refund_credit(
                patient,
                cents=cents,
                method=request.POST.get("method", ""),
                reason=request.POST.get("why", ""),
                actor=request.user,
                reference=request.POST.get("reference", "").strip(),
                seen_id=number_of(request, "seen"),
            ),
            f"Given back: {format_dollars(cents)}.",
        )
    return redirect("patient", patient.pk)


@allow(Permission.POST_MONEY, post=True)
def apply(request: OfficeRequest, patient_id: int) -> HttpResponse:
    """Apply the patient's credit: to the encounter that was chosen, or the oldest service first."""
    patient = get_object_or_404(Patient, pk=patient_id)
    applied: list[int] = []
    act(request, lambda: applied.append(apply_credit(patient, encounter_id=number_of(request, "encounter"))), "")
    if applied and applied[0]:
        messages.success(request, f"Applied: {format_dollars(applied[0])} of the credit.")
    elif applied:
        messages.error(request, "Nothing was applied: the patient owes nothing there, or has no credit any more.")
    return redirect("patient", patient.pk)


@allow(Permission.POST_MONEY, post=True)
def release(request: OfficeRequest, patient_id: int) -> HttpResponse:
    """Keep what was paid too much on visits as the patient's credit."""
    patient = get_object_or_404(Patient, pk=patient_id)
    cents = release_overpaid(patient)
    if cents:
        messages.success(request, f"{format_dollars(cents)} is the patient's credit now.")
    else:
        messages.error(request, "Nothing is paid too much any more; nothing was changed.")
    return redirect("patient", patient.pk)


@allow(Permission.POST_MONEY, post=True)
def undo(request: OfficeRequest, payment_id: int) -> HttpResponse:
    """Take a payment or a refund back, for a reason: a bounced check, a wrong patient."""
    payment = get_object_or_404(PatientPayment.objects.select_related("patient"), pk=payment_id)
    reason = reason_of(request)
    if reason:
        act(request, lambda: undo_payment(payment, reason=reason), "Undone, by entries that reverse.")
    return redirect("patient", payment.patient.pk)
