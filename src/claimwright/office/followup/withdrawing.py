"""When results are undone: the work they made is closed, and what went out on their strength is shown to a person."""

from __future__ import annotations

from collections.abc import Sequence

from claimwright.office.claims.models import Submission
from claimwright.office.followup import subjects
from claimwright.office.followup.denials import OPEN_STATES
from claimwright.office.followup.models import Denial, WorkItem
from claimwright.office.followup.worklists import NewItem, close_open, open_many
from claimwright.office.posting.models import Remittance, RemittanceClaim
from claimwright.remittance.cob import PAYER_LEVELS


def withdraw(remittance: Remittance, rows: Sequence[RemittanceClaim], reason: str) -> None:
    """Close the items and denials of these results; open an item for each claim already sent to a later payer."""
    positions = [row.position for row in rows]
    words = f"The posting was undone: {reason}"
    is_whole = remittance.claim_count <= len(positions)
    items = WorkItem.objects.filter(remittance=remittance)
    if not is_whole:
        items = items.filter(claim__in=[row.claim_id for row in rows if row.claim_id is not None])
    close_open(items, resolution=words)
    claims = [row.claim_id for row in rows if row.claim_id is not None]
    denials = Denial.objects.filter(remittance=remittance, claim__in=claims, state__in=OPEN_STATES)
    close_open(WorkItem.objects.filter(denial__in=denials), resolution=words)
    denials.update(state=Denial.State.WITHDRAWN)
    open_many([_sent_on(remittance, submission, reason) for submission in _sent_since(remittance, rows)])


def _sent_since(remittance: Remittance, rows: Sequence[RemittanceClaim]) -> list[Submission]:
    """The claims that went to a payer after the one whose result is undone, since it was posted."""
    level_of = {row.claim_id: row.level for row in rows if row.claim_id is not None and row.level}
    later = Submission.objects.filter(claim__in=level_of, created_at__gte=remittance.posted_at).select_related("claim")
    return [one for one in later if _rank(one.level) > _rank(level_of[one.claim_id])]


def _rank(level: str) -> int:
    return PAYER_LEVELS.find(level)


def _sent_on(remittance: Remittance, submission: Submission, reason: str) -> NewItem:
    claim = submission.claim
    return NewItem(
        WorkItem.Queue.OTHER,
        subjects.of_claim(claim.pk, submission.level, "undone"),
        title=f"Claim {claim.number} went to its next payer with a result that was undone",
        reason=f"Trace {remittance.trace_number}: {reason}",
        next_action="Hold it, or send the next payer a replacement once the right result is posted.",
        rule="row 38",
        money_cents=claim.charge_cents,
        claim_id=claim.pk,
        patient_id=claim.patient_id,
    )
