"""Listening to claims and to the other side: what stops a claim, a coverage or a file becomes work, in the same
transaction; and the work closes itself when what stopped it is gone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

from django.dispatch import receiver

from claimwright.codesets.acknowledgements import status_category, status_code
from claimwright.findings import Finding, Severity
from claimwright.office.claims.lifecycle import REJECTED, chunks, submissions_moved
from claimwright.office.claims.models import Adjudication, Claim, ClaimFinding, Submission
from claimwright.office.core import clock
from claimwright.office.exchange.eligibility import coverage_answered
from claimwright.office.exchange.intake import file_set_aside
from claimwright.office.exchange.models import EligibilityCheck, StatusCheck, Transmission
from claimwright.office.exchange.status import claim_answered
from claimwright.office.followup import subjects
from claimwright.office.followup.models import WorkItem
from claimwright.office.followup.worklists import NewItem, close_items, close_many, open_item, open_many

MEND_WITHIN_DAYS = 3
"""A stopped or rejected claim earns nothing, and its filing clock runs."""

_FINISHED = "finalized"
_STATUS_DAYS = {
    _FINISHED: 7,
    **dict.fromkeys(("info_requested", "patient_requested", "not_found", "rejected", "error"), MEND_WITHIN_DAYS),
}
"""What a payer may answer about a claim that is work for us, and within how many days."""

_Queue = WorkItem.Queue
_State = Submission.State
_WORDS = {
    _Queue.SCRUB: "was stopped by the edits",
    _Queue.REJECTION: "was rejected before any payer decided",
}
_OPENS = {_State.SCRUB_FAILED: _Queue.SCRUB, **dict.fromkeys(REJECTED, _Queue.REJECTION)}
_CLOSES = {
    _State.READY: (_Queue.SCRUB,),
    _State.SENT: (_Queue.SCRUB, _Queue.REJECTION),
}


@receiver(submissions_moved, dispatch_uid="followup.follow_submissions")
def follow_submissions(submissions: Sequence[Submission], to: Submission.State, **_: Any) -> None:
    """Open an item for each claim that was stopped; close those of claims that go on."""
    names = {row: subjects.of_claim(row.claim_id, row.level, "stopped") for row in submissions}
    if closing := _CLOSES.get(to):
        close_many(list(names.values()), queues=closing, resolution="Mended: the claim goes on")
    queue = _OPENS.get(to)
    if queue is not None:
        open_many(_stopped(queue, names))


def _stopped(queue: WorkItem.Queue, names: dict[Submission, str]) -> list[NewItem]:
    claim_ids = [row.claim_id for row in names]
    claims = {claim.pk: claim for chunk in chunks(claim_ids) for claim in Claim.objects.filter(pk__in=chunk)}
    findings = _open_errors(claim_ids)
    limits = _filing_limits(claim_ids)
    return [
        _item(queue, subject, claims[row.claim_id], findings[row.pk], limits.get((row.claim_id, row.level)))
        for row, subject in names.items()
    ]


def _item(
    queue: WorkItem.Queue, subject: str, claim: Claim, findings: Sequence[ClaimFinding], limit: date | None
) -> NewItem:
    messages = list(dict.fromkeys(finding.message for finding in findings)) or [
        "The answer does not say what is wrong."
    ]
    if limit:
        messages.append(f"It must reach the payer by {limit:%Y-%m-%d}.")
    look = clock.today() + timedelta(days=MEND_WITHIN_DAYS)
    return NewItem(
        queue,
        subject,
        title=f"Claim {claim.number} {_WORDS[queue]}",
        reason=" ".join(messages),
        next_action=next((finding.hint for finding in findings if finding.hint), ""),
        rule=findings[0].code if findings else "",
        claim_id=claim.pk,
        patient_id=claim.patient_id,
        money_cents=claim.charge_cents,
        due_date=min(look, limit or look),
    )


def _filing_limits(claim_ids: Collection[int]) -> dict[tuple[int, str], date]:
    """The last day on which each payer takes the claim, by claim and level, where the payer's limit is known."""
    found = {}
    for chunk in chunks(list(claim_ids)):
        rows = Adjudication.objects.filter(claim__in=chunk, claim__service_date__isnull=False)
        limited = rows.filter(payer__filing_limit_days__isnull=False)
        for claim_id, level, day, days in limited.values_list(
            "claim_id", "level", "claim__service_date", "payer__filing_limit_days"
        ):
            if day is not None and days is not None:
                found[claim_id, level] = day + timedelta(days=days)
    return found


def _open_errors(claim_ids: Collection[int]) -> dict[int | None, list[ClaimFinding]]:
    """The open errors by submission."""
    found: dict[int | None, list[ClaimFinding]] = defaultdict(list)
    for chunk in chunks(list(claim_ids)):
        rows = ClaimFinding.objects.filter(claim__in=chunk, resolved_at=None, severity=Severity.ERROR)
        for row in rows:
            found[row.submission_id].append(row)
    return found


@receiver(coverage_answered, dispatch_uid="followup.follow_coverage")
def follow_coverage(check: EligibilityCheck, findings: Sequence[Finding], **_: Any) -> None:
    """Open an item for a coverage that the payer could not find or that is not in force; close it when it is."""
    subject = f"coverage {check.coverage_id}"
    if not findings:
        close_items(_Queue.ELIGIBILITY, subject, resolution="The payer says that the coverage is in force")
        return
    open_item(
        _Queue.ELIGIBILITY,
        subject,
        title=f"Coverage at {check.coverage.payer} needs a look",
        reason=" ".join(finding.message for finding in findings),
        next_action=next((finding.hint for finding in findings if finding.hint), ""),
        rule=findings[0].code,
        coverage=check.coverage,
        patient_id=check.coverage.patient_id,
        due_date=clock.today() + timedelta(days=1),
    )


@receiver(claim_answered, dispatch_uid="followup.follow_status")
def follow_status(check: StatusCheck, area: str, **_: Any) -> None:
    """Open an item when a payer says anything but that it works on the claim, or took it; close it when it does.

    A payer that has finished sends its remittance within days, so until then there is nothing to do.
    """
    subject = subjects.of_claim(check.claim_id, check.level, subjects.STATUS)
    category = status_category(check.category)
    if category is None or area not in _STATUS_DAYS:
        close_items(_Queue.NO_RESPONSE, subject, resolution="The payer works on the claim")
        return
    about = status_code(check.code)
    item = NewItem(
        _Queue.NO_RESPONSE,
        subject,
        title=f"The payer says of claim {check.claim.number}: {category.meaning.lower()}",
        reason=f"Answer {check.category}:{check.code} to our question{f': {about.meaning}' if about else ''}.",
        next_action=category.action,
        rule=f"277 {check.category}",
        money_cents=check.claim.charge_cents,
        due_date=clock.today() + timedelta(days=_STATUS_DAYS[area]),
        is_waiting=area == _FINISHED,
        claim_id=check.claim_id,
        patient_id=check.claim.patient_id,
    )
    open_many([item])


@receiver(file_set_aside, dispatch_uid="followup.show_file")
def show_file(transmission: Transmission, findings: Sequence[Finding], **_: Any) -> None:
    """Show a received file that could not be used, or not all of it, to a person."""
    is_unused = transmission.state == Transmission.State.QUARANTINED
    open_item(
        _Queue.OTHER,
        f"file {transmission.pk}",
        title=f"{'Set aside' if is_unused else 'Partly understood'}: the file {transmission.file_name}",
        reason=" ".join(dict.fromkeys(finding.message for finding in findings)),
        next_action=next((finding.hint for finding in findings if finding.hint), ""),
        rule=findings[0].code if findings else "",
        due_date=clock.today() + timedelta(days=1),
    )
