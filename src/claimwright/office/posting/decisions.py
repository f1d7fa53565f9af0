"""What a person decides about money that the rules left alone: whom to ask for an amount, what unapplied money was."""

from __future__ import annotations

from types import MappingProxyType

from django.db import transaction
from django.db.models import Sum

from claimwright.errors import ConflictError, InputError
from claimwright.money import format_dollars
from claimwright.office.charges.models import Encounter
from claimwright.office.claims.models import Adjudication
from claimwright.office.core import audit
from claimwright.office.ledger.balances import owed_on_encounters
from claimwright.office.ledger.journal import NewEntry, NewPosting, post_entries
from claimwright.office.ledger.models import Account, Posting
from claimwright.office.posting.closing import close_settled
from claimwright.office.posting.turns import take_turn
from claimwright.remittance.plan import PATIENT

EXPLANATIONS = MappingProxyType(
    {
        "interest": Account.INTEREST,
        "recoupment": Account.RECOUPMENT,
        "refund": Account.REFUND,
        "advance": Account.ADVANCE,
        "tax_withheld": Account.TAX_WITHHELD,
        "payer_charge": Account.PAYER_CHARGE,
        "provider_adjustment": Account.PROVIDER_ADJUSTMENT,
    }
)
"""What unapplied money of a payer may turn out to be."""

EXPLANATION = "explanation"
"""The kind of the entries that say so."""


def ask_next(
    encounter: Encounter, *, owner: str, to: str, cents: int, reason: str, charge_id: int | None = None
) -> int:
    """Let another owner (a payer level of the claim, or PATIENT) owe `cents` of what `owner` owes on a charge; the
    journal entry's number. This is the person's decision on a reduction that the rules do not pass on by themselves.

    Raises `InputError` without a reason, for an amount not above zero, or for an owner that the claim does not have;
    `ConflictError` when less than that is owed. A patient whom a rule protects is never asked.
    """
    if cents <= 0 or not reason.strip():
        raise InputError("Say how much above zero, and why.")
    levels = Adjudication.objects.filter(claim__encounter=encounter).select_related("payer")
    if to == PATIENT and any(level.payer.protects_patient for level in levels):
        raise InputError("By rule nothing may be asked of this patient.")
    if to == owner or to not in {PATIENT, *(level.level for level in levels)}:
        raise InputError(f"{to!r} is no other payer of this claim and not PATIENT.")
    with transaction.atomic():
        take_turn()
        owed = owed_on_encounters([encounter.pk]).get(encounter.pk, {}).get(charge_id, {}).get(owner, 0)
        if cents > owed:
            raise ConflictError(f"Only {format_dollars(owed)} is owed there now; reload and look again.")
        sides = (
            NewPosting(Account.RECEIVABLE, cents, charge_id=charge_id, owner=to),
            NewPosting(Account.RECEIVABLE, -cents, charge_id=charge_id, owner=owner),
        )
        (number,) = post_entries(
            [NewEntry("transfer", sides, reason, patient_id=encounter.patient_id, encounter_id=encounter.pk)]
        )
        close_settled([encounter.pk])
        audit.record("transfer", f"entry {number}", patient_id=encounter.patient_id, cents=cents, to=to)
    return number


def explain_unapplied(remittance_id: int, *, reference: str, cents: int, as_what: str, reason: str) -> int:
    """Say what unapplied money of a remittance was (negative: money that was taken); the journal entry's number.

    `as_what` is one of `EXPLANATIONS`. Raises `InputError` for another one or without a reason, `ConflictError` when
    not so much waits under that reference.
    """
    if as_what not in EXPLANATIONS or not reason.strip():
        raise InputError(f"Say why, and which of {', '.join(EXPLANATIONS)} it was.")
    with transaction.atomic():
        take_turn()
        waiting = unapplied_cents(remittance_id, reference)
        if not cents or abs(cents) > abs(waiting) or (cents > 0) != (waiting > 0):
            raise ConflictError(f"{format_dollars(waiting)} waits there now; reload and look again.")
        payer_id = (
            Posting.objects.filter(account=Account.UNAPPLIED, entry__remittance_id=remittance_id, reference=reference)
            .values_list("payer_id", flat=True)
            .first()
        )
        sides = (
            NewPosting(Account.UNAPPLIED, cents, payer_id=payer_id, reference=reference),
            NewPosting(EXPLANATIONS[as_what], -cents, payer_id=payer_id, reference=reference),
        )
        (number,) = post_entries([NewEntry(EXPLANATION, sides, reason, remittance_id=remittance_id)])
        audit.record("unapplied.explain", f"entry {number}", cents=cents, as_what=as_what)
    return number


def explained_cents(remittance_id: int, reference: str) -> int:
    """What of a remittance's money under a reference a person has explained, and not taken back."""
    said = Posting.objects.filter(account=Account.UNAPPLIED, entry__remittance_id=remittance_id, reference=reference)
    standing = said.filter(entry__kind=EXPLANATION, entry__reversed_by=None, entry__reverses=None)
    return standing.aggregate(total=Sum("cents"))["total"] or 0


def unapplied_cents(remittance_id: int, reference: str) -> int:
    """What of a remittance's money waits under a reference."""
    waiting = Posting.objects.filter(account=Account.UNAPPLIED, entry__remittance_id=remittance_id, reference=reference)
    return -(waiting.aggregate(total=Sum("cents"))["total"] or 0)
