"""What a person decides about an amount: give it up, ask somebody else for it, say what unapplied money was; and its
undoing."""

from __future__ import annotations

import re

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from claimwright.money import format_dollars
from claimwright.office.charges.models import Encounter
from claimwright.office.core.access import Permission
from claimwright.office.ledger.models import JournalEntry
from claimwright.office.posting.decisions import WRITE_OFF, ask_next, explain_unapplied, undo_decision
from claimwright.office.posting.models import Remittance
from claimwright.office.posting.write_offs import write_off
from claimwright.office.web.acting import REASON_MAX, act, cents_of, reason_of
from claimwright.office.web.allowing import allow
from claimwright.office.web.middleware import OfficeRequest

_OPEN_AMOUNT = re.compile(r"(\d{1,18})-([A-Z]{1,8})-(\d{1,15})", re.ASCII)


def open_amount_key(charge_id: int | None, owner: str, cents: int) -> str:
    """How a form names an amount that somebody owes, and what of it was seen: `17-P-5000`."""
    return f"{charge_id or 0}-{owner}-{cents}"


@allow(Permission.WRITE_OFF, post=True)
def give_up(request: OfficeRequest, encounter_id: int) -> HttpResponse:
    """Write an open amount off, all of it or a part, for one of the reasons there are."""
    encounter = get_object_or_404(Encounter, pk=encounter_id)
    charge_id, owner, seen = _open_amount(request)
    cents = cents_of(request, empty=seen)
    if cents is not None:
        act(
            request,
            lambda: write_off(
                encounter,
                owner=owner,
                cents=cents,
                reason=request.POST.get("why", ""),
                actor=request.user,
                charge_id=charge_id,
                note=_note(request),
                seen_cents=seen,
            ),
            f"Written off: {format_dollars(cents)}.",
        )
    return redirect("encounter", encounter.pk)


@allow(Permission.WRITE_OFF, Permission.POST_MONEY, post=True)
def ask(request: OfficeRequest, encounter_id: int) -> HttpResponse:
    """Ask another payer or the patient for an open amount, all of it or a part, for one of the reasons there are."""
    encounter = get_object_or_404(Encounter, pk=encounter_id)
    charge_id, owner, seen = _open_amount(request)
    cents = cents_of(request, empty=seen)
    if cents is not None:
        act(
            request,
            lambda: ask_next(
                encounter,
                owner=owner,
                to=request.POST.get("to", ""),
                cents=cents,
                reason=request.POST.get("why", ""),
                charge_id=charge_id,
                note=_note(request),
                seen_cents=seen,
            ),
            f"Moved: {format_dollars(cents)}.",
        )
    return redirect("encounter", encounter.pk)


@allow(Permission.POST_MONEY, post=True)
def explain(request: OfficeRequest, remittance_id: int) -> HttpResponse:
    """Say what unapplied money of a remittance was."""
    remittance = get_object_or_404(Remittance, pk=remittance_id)
    text = request.POST.get("seen", "")
    seen = int(text) if re.fullmatch(r"-?\d{1,15}", text, re.ASCII) else 0
    cents = cents_of(request, empty=seen)
    if cents is not None:
        act(
            request,
            lambda: explain_unapplied(
                remittance.pk,
                reference=request.POST.get("reference", ""),
                cents=cents,
                as_what=request.POST.get("what", ""),
                reason=request.POST.get("reason", "").strip()[:REASON_MAX],
                seen_cents=seen,
            ),
            f"Explained: {format_dollars(cents)}.",
        )
    return redirect("remittance", remittance.pk)


@allow(Permission.WRITE_OFF, Permission.POST_MONEY, post=True)
def undo(request: OfficeRequest, number: int) -> HttpResponse:
    """Take a write-off, a transfer or an explanation back, by an entry that reverses it."""
    entry = get_object_or_404(JournalEntry, pk=number)
    reason = reason_of(request)
    if reason and may_undo(request, entry):
        act(request, lambda: undo_decision(number, reason=reason), "Undone, by an entry that reverses it.")
    elif reason:
        messages.error(request, "Your role may not undo this; ask who may.")
    return redirect("ledger-entry", number)


def may_undo(request: OfficeRequest, entry: JournalEntry) -> bool:
    """Write-offs by who may write off; what moved money by who may post it, or may write off what it moved."""
    needed = {Permission.WRITE_OFF} if entry.kind == WRITE_OFF else {Permission.POST_MONEY, Permission.WRITE_OFF}
    if entry.remittance_id is not None:
        needed = {Permission.POST_MONEY}
    return bool(needed & request.allowed)


def _open_amount(request: OfficeRequest) -> tuple[int | None, str, int]:
    """The charge (None: the encounter as a whole), who owes, and the cents that were seen. Nothing owed for nonsense,
    which the verb refuses."""
    match = _OPEN_AMOUNT.fullmatch(request.POST.get("amount", ""))
    if match is None:
        return None, "", 0
    charge, owner, cents = match.groups()
    return int(charge) or None, owner, int(cents)


def _note(request: OfficeRequest) -> str:
    return request.POST.get("note", "").strip()[:REASON_MAX]
