"""What a person decides about money that the rules left alone: whom to ask for an amount, what unapplied money was."""

from __future__ import annotations

from types import MappingProxyType

from django.db import models, transaction
from django.db.models import Sum
from django.dispatch import Signal

from claimwright.errors import ConflictError, InputError
from claimwright.money import format_dollars
from claimwright.office.charges.models import Encounter
from claimwright.office.claims.models import Adjudication
from claimwright.office.core import audit
from claimwright.office.ledger.balances import owed_on_encounters
from claimwright.office.ledger.journal import NewEntry, NewPosting, post_entries, reverse_entries
from claimwright.office.ledger.models import Account, JournalEntry, Posting
from claimwright.office.posting.closing import close_settled
from claimwright.office.posting.models import Remittance
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

TRANSFER, WRITE_OFF = "transfer", "write_off"
DECISIONS = (EXPLANATION, TRANSFER, WRITE_OFF)
"""The kinds of entries that a person's decision makes, and that can be taken back one by one."""

money_waits = Signal()
"""Sent within the transaction when money of a posted remittance waits (again) that was settled before: `remittance`,
`row` (its CLP, or None), `cents`, `reason`; of money that stands under a reference alone `reference` too."""

money_explained = Signal()
"""Sent within the transaction when money that waited was explained: `remittance`, `reference`, `cents`, `words`."""


class TransferReason(models.TextChoices):
    """Why somebody else is asked for an amount."""

    NOTICE_SIGNED = "notice_signed", "The patient was told beforehand and signed for it"
    NOT_COVERED = "not_covered", "Not covered by the plan, and the patient's by the plan's terms"
    COVERAGE_ENDED = "coverage_ended", "The coverage had ended"
    OTHER_COVERAGE = "other_coverage", "The other coverage pays for it"
    PAYER_PAID_PATIENT = "payer_paid_patient", "The payer paid the patient"
    PATIENT_SILENT = "patient_silent", "The patient did not answer the payer's questions"
    NOT_THE_PATIENTS = "not_the_patients", "The patient does not owe it after all"
    AGREED = "agreed", "Agreed with whom it is asked of"


def ask_next(
    encounter: Encounter,
    *,
    owner: str,
    to: str,
    cents: int,
    reason: str,
    charge_id: int | None = None,
    note: str = "",
    seen_cents: int | None = None,
) -> int:
    """Let another owner (a payer level of the claim, or PATIENT) owe `cents` of what `owner` owes on a charge; the
    journal entry's number. This is the person's decision on a reduction that the rules do not pass on by themselves.

    `reason` is one of `TransferReason`; `seen_cents` is what the person saw owed there. Raises `InputError` for another
    reason, for an amount not above zero, or for an owner that the claim does not have; `ConflictError` when less is
    owed, or not what was seen. A patient whom a rule protects is never asked.
    """
    if reason not in TransferReason.values:
        raise InputError(f"{reason!r} is not a reason; choose one of {', '.join(TransferReason.values)}.")
    if cents <= 0:
        raise InputError("Say how much: an amount above zero.")
    levels = Adjudication.objects.filter(claim__encounter=encounter).select_related("payer")
    if to == PATIENT and any(level.payer.protects_patient for level in levels):
        raise InputError("By rule nothing may be asked of this patient.")
    if to == owner or to not in {PATIENT, *(level.level for level in levels)}:
        raise InputError(f"{to!r} is no other payer of this claim and not PATIENT.")
    with transaction.atomic():
        take_turn()
        refuse_if_changed(encounter, charge_id, owner, cents, seen_cents)
        label = str(TransferReason(reason).label)
        sides = (
            NewPosting(Account.RECEIVABLE, cents, charge_id=charge_id, owner=to),
            NewPosting(Account.RECEIVABLE, -cents, charge_id=charge_id, owner=owner),
        )
        (number,) = post_entries(
            [
                NewEntry(
                    TRANSFER,
                    sides,
                    f"{label}: {note}" if note else label,
                    patient_id=encounter.patient_id,
                    encounter_id=encounter.pk,
                )
            ]
        )
        close_settled([encounter.pk])
        audit.record("transfer", f"entry {number}", patient_id=encounter.patient_id, cents=cents, to=to, reason=reason)
    return number


def refuse_if_changed(
    encounter: Encounter, charge_id: int | None, owner: str, cents: int, seen_cents: int | None
) -> None:
    """Raises `ConflictError` when less than `cents` is owed there now, or something else than what a person saw."""
    owed = owed_on_encounters([encounter.pk]).get(encounter.pk, {}).get(charge_id, {}).get(owner, 0)
    if cents > owed or (seen_cents is not None and seen_cents != owed):
        raise ConflictError(f"{'Only ' * (cents > owed)}{format_dollars(owed)} is owed there now; look again.")


def undo_decision(number: int, *, reason: str) -> int:
    """Take back a write-off, a transfer or an explanation that a person made, by an entry that reverses it; its number.

    Raises `InputError` without a reason, or for an entry that no person decided; `ConflictError` when it was taken
    back before, or when what it moved has been settled since.
    """
    if not reason.strip():
        raise InputError("Say why it is undone.")
    with transaction.atomic():
        take_turn()
        entry = JournalEntry.objects.filter(pk=number).first()
        if entry is None or not is_decision(entry):
            raise InputError("This entry is no decision of a person; undo the posting that made it.")
        if JournalEntry.objects.filter(reverses=number).exists():
            raise ConflictError("This was undone already; nothing was changed.")
        _refuse_if_moved_on(entry)
        (undone,) = reverse_entries([number], text=f"Undone: {reason}")
        if entry.encounter_id is not None:
            close_settled([entry.encounter_id])
        audit.record("decision.undo", f"entry {number}", patient_id=entry.patient_id, kind=entry.kind)
        if entry.remittance_id is not None:
            side = entry.postings.get(account=Account.UNAPPLIED)
            remittance = Remittance.objects.get(pk=entry.remittance_id)
            told = {"row": None, "reference": side.reference, "cents": side.cents, "reason": f"Undone: {reason}"}
            money_waits.send(Remittance, remittance=remittance, **told)
    return undone


def is_decision(entry: JournalEntry) -> bool:
    """Whether a person's decision made the entry, rather than a remittance or a rule."""
    of_payer = entry.kind == EXPLANATION
    return entry.kind in DECISIONS and entry.reverses_id is None and (entry.remittance_id is not None) == of_payer


def _refuse_if_moved_on(entry: JournalEntry) -> None:
    """Whom a transfer made owe an amount may have paid it since: then there is nothing left to take back."""
    for side in entry.postings.filter(account=Account.RECEIVABLE, cents__gt=0):
        balances = owed_on_encounters([entry.encounter_id or 0]).get(entry.encounter_id or 0, {})
        owed = balances.get(side.charge_id, {}).get(side.owner, 0)
        if owed < side.cents:
            raise ConflictError(f"Only {format_dollars(owed)} of it is still owed: it was paid or moved since.")


def explain_unapplied(
    remittance_id: int, *, reference: str, cents: int, as_what: str, reason: str, seen_cents: int | None = None
) -> int:
    """Say what unapplied money of a remittance was (negative: money that was taken); the journal entry's number.

    `as_what` is one of `EXPLANATIONS`; `seen_cents` is what the person saw waiting. Raises `InputError` for another one
    or without a reason, `ConflictError` when not so much waits under that reference, or not what was seen.
    """
    if as_what not in EXPLANATIONS or not reason.strip():
        raise InputError(f"Say why, and which of {', '.join(EXPLANATIONS)} it was.")
    with transaction.atomic():
        take_turn()
        waiting = unapplied_cents(remittance_id, reference)
        is_too_much = not cents or abs(cents) > abs(waiting) or (cents > 0) != (waiting > 0)
        if is_too_much or seen_cents not in (None, waiting):
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
        words = f"Explained as {as_what.replace('_', ' ')}: {reason}"
        remittance = Remittance.objects.get(pk=remittance_id)
        money_explained.send(Remittance, remittance=remittance, reference=reference, cents=cents, words=words)
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


def waiting_money(remittance_id: int) -> dict[str, int]:
    """What of a remittance's money waits unapplied, by reference; below zero: money that was taken."""
    waiting = Posting.objects.filter(account=Account.UNAPPLIED, entry__remittance_id=remittance_id)
    sums = waiting.values_list("reference").annotate(total=Sum("cents")).order_by("reference")
    return {reference: -cents for reference, cents in sums if cents}


def explanations_of(remittance_id: int) -> list[JournalEntry]:
    """What persons have said of a remittance's money, and not taken back."""
    said = JournalEntry.objects.filter(remittance_id=remittance_id, kind=EXPLANATION, reversed_by=None)
    return list(said.filter(reverses=None).prefetch_related("postings").order_by("pk"))
