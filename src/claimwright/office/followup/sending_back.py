"""A claim sent back to those who entered it: it is held until they have put right what only they can know."""

from __future__ import annotations

from django.db import transaction

from claimwright.errors import InputError
from claimwright.office.claims.lifecycle import hold_claim, release_claim
from claimwright.office.claims.models import Claim
from claimwright.office.core.models import User
from claimwright.office.followup.models import WorkItem
from claimwright.office.followup.worklists import finish_item, open_item

_QUEUE = WorkItem.Queue.OTHER


def send_back(claim: Claim, why: str) -> WorkItem:
    """Hold a claim and ask for what is missing, on the worklist.

    Raises `InputError` when nothing is asked, `ConflictError` when the claim is held or closed already.
    """
    if not why.strip():
        raise InputError("Say what is missing, so that the next person knows.")
    with transaction.atomic():
        hold_claim(claim, f"Sent back: {why.strip()}")
        return open_item(
            _QUEUE,
            _subject(claim),
            title=f"Claim {claim.number} was sent back",
            reason=why.strip(),
            next_action="Put right what is asked, then end the hold.",
            claim=claim,
            patient=claim.patient,
            money_cents=claim.charge_cents,
        )


def take_back(claim: Claim, actor: User) -> None:
    """End a hold, and the question with it where there is one. Raises `ConflictError` when the claim is not held."""
    with transaction.atomic():
        release_claim(claim)
        item = WorkItem.objects.exclude(state=WorkItem.State.DONE).filter(queue=_QUEUE, subject=_subject(claim)).first()
        if item is not None:
            finish_item(item, resolution="The hold was ended", actor=actor)


def _subject(claim: Claim) -> str:
    return f"claim {claim.pk} sent back"
