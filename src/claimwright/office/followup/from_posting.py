"""Listening to postings and claims: work opens and closes in the transaction that calls for it; none is ever lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver

from claimwright.findings import Finding
from claimwright.office.claims.lifecycle import submissions_moved
from claimwright.office.claims.models import Claim, Submission
from claimwright.office.followup import subjects
from claimwright.office.followup.denials import close_overturned, note_corrections, open_denials
from claimwright.office.followup.models import WorkItem
from claimwright.office.followup.review_items import (
    close_answered,
    close_explained,
    close_found,
    close_taken_back,
    open_reviews,
    open_ticklers,
    show_money_that_waits,
)
from claimwright.office.followup.withdrawing import withdraw
from claimwright.office.followup.worklists import open_item
from claimwright.office.posting.decisions import money_explained, money_waits
from claimwright.office.posting.models import Remittance, RemittanceClaim
from claimwright.office.posting.next_payers import next_claim_refused
from claimwright.office.posting.posting import remittance_posted
from claimwright.office.posting.receiving import remittance_set_aside
from claimwright.office.posting.undoing import results_undone
from claimwright.remittance.plan import Plan


@receiver(remittance_posted, dispatch_uid="followup.open_work")
def open_work(remittance: Remittance, plan: Plan, **_: Any) -> None:
    """Close what the remittance answers, then open what it leaves to a person."""
    close_answered(remittance, plan)
    close_found(remittance, plan)
    close_taken_back(remittance, plan)
    close_overturned(remittance, plan)
    open_denials(remittance, plan)
    open_ticklers(remittance, plan.ticklers)
    open_reviews(remittance, plan.reviews)


@receiver(remittance_set_aside, dispatch_uid="followup.show_set_aside")
def show_set_aside(remittance: Remittance, reason: str, findings: Sequence[Finding], **_: Any) -> None:
    """Show a remittance that was refused or came twice to a person."""
    is_duplicate = remittance.state == Remittance.State.DUPLICATE
    open_item(
        WorkItem.Queue.REMITTANCE,
        subjects.of_remittance(remittance.pk),
        title=f"{'Came before' if is_duplicate else 'Cannot be posted'}: remittance in {remittance.file.name}",
        reason=reason,
        next_action=next(
            (finding.hint for finding in reversed(findings) if finding.hint), "Ask the payer for it again."
        ),
        rule="row 2" if is_duplicate else "row 1",
        money_cents=abs(remittance.payment_cents),
        remittance=remittance,
    )


@receiver(results_undone, dispatch_uid="followup.withdraw_work")
def withdraw_work(remittance: Remittance, rows: Sequence[RemittanceClaim], reason: str, **_: Any) -> None:
    """Close the work that the undone results made, and show what was sent on their strength."""
    withdraw(remittance, rows, reason)


@receiver(money_waits, dispatch_uid="followup.show_money_that_waits")
def show_waiting_money(
    remittance: Remittance, row: RemittanceClaim | None, cents: int, reason: str, reference: str = "", **_: Any
) -> None:
    """Show money to a person that was settled before and waits again."""
    show_money_that_waits(remittance, row, cents=cents, reason=reason, reference=reference)


@receiver(money_explained, dispatch_uid="followup.close_explained")
def close_what_is_explained(remittance: Remittance, reference: str, words: str, **_: Any) -> None:
    """Close the items about money of which nothing waits any more."""
    close_explained(remittance, reference, words)


@receiver(next_claim_refused, dispatch_uid="followup.show_refused_claim")
def show_refused_claim(claim: Claim, level: str, findings: Sequence[Finding], **_: Any) -> None:
    """Show a claim that cannot be sent to its next payer to a person."""
    open_item(
        WorkItem.Queue.OTHER,
        subjects.of_claim(claim.pk, level, "next payer"),
        title=f"Claim {claim.number} cannot be sent to its next payer",
        reason="; ".join(finding.message for finding in findings) or "It cannot be built.",
        next_action=next((finding.hint for finding in findings if finding.hint), ""),
        rule=findings[0].code if findings else "",
        claim=claim,
        patient_id=claim.patient_id,
    )


@receiver(submissions_moved, dispatch_uid="followup.note_corrections")
def follow_sent_claims(submissions: Sequence[Submission], to: Submission.State, **_: Any) -> None:
    """A denied claim that was sent again waits for its payer's answer."""
    if to == Submission.State.SENT:
        note_corrections(submissions)
