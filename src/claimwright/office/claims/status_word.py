"""The one word for a claim that a user sees, derived from the four machines and the ledger; never stored."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from claimwright.office.claims.lifecycle import DECIDED, A, S, balance_owners, chunks, latest_submissions
from claimwright.office.claims.models import Adjudication, Claim, Submission

_PATIENT = "PATIENT"


@dataclass(frozen=True, slots=True)
class StatusWord:
    """The word, who acts next (practice, payer, patient, nobody), and the tone it is said in (ok, wait, stop, off)."""

    word: str
    actor: str
    tone: str


_BY_SUBMISSION = {
    S.BUILT: StatusWord("New", "practice", "wait"),
    S.SCRUB_FAILED: StatusWord("Needs correction", "practice", "stop"),
    S.READY: StatusWord("Ready to send", "practice", "wait"),
    S.BATCHED: StatusWord("In a batch", "practice", "wait"),
    S.SENT: StatusWord("Sent", "payer", "wait"),
    S.TA1_REJECTED: StatusWord("File rejected", "practice", "stop"),
    S.F999_REJECTED: StatusWord("File rejected", "practice", "stop"),
    S.F999_ACCEPTED: StatusWord("Received", "payer", "wait"),
    S.CH_REJECTED: StatusWord("Rejected", "practice", "stop"),
    S.CH_ACCEPTED: StatusWord("At the clearinghouse", "payer", "wait"),
    S.PAYER_REJECTED: StatusWord("Rejected", "practice", "stop"),
    S.PAYER_ACCEPTED: StatusWord("With the payer", "payer", "wait"),
}

_BY_ADJUDICATION = {
    A.PENDED: StatusWord("Pended", "payer", "wait"),
    A.INFO_REQUESTED: StatusWord("Information wanted", "practice", "stop"),
    A.NO_RESPONSE: StatusWord("No answer", "practice", "stop"),
    A.PAID: StatusWord("Paid", "practice", "ok"),
    A.PARTIAL: StatusWord("Partly paid", "practice", "stop"),
    A.ZERO_PATIENT: StatusWord("All to the patient", "patient", "wait"),
    A.DENIED: StatusWord("Denied", "practice", "stop"),
    A.REVERSED: StatusWord("Taken back", "payer", "wait"),
    A.FORWARDED: StatusWord("Forwarded", "payer", "wait"),
    A.VOID: StatusWord("Void", "nobody", "off"),
}

HELD = StatusWord("On hold", "practice", "stop")
SETTLED = StatusWord("Settled", "nobody", "ok")
CLOSED = StatusWord("Closed", "nobody", "off")
PATIENT_OWES = StatusWord("Patient owes", "patient", "wait")
CREDIT = StatusWord("Credit", "practice", "stop")
_NOTHING = StatusWord("New", "practice", "wait")

_LIVE = frozenset(S) - {S.F999_ACCEPTED, S.CH_ACCEPTED, S.PAYER_ACCEPTED}
"""States of a submission that say more than what the payer decided before it."""


def status_words(claims: Collection[Claim]) -> dict[int, StatusWord]:
    """The word for each claim, by its key, in a handful of queries."""
    keys = [claim.pk for claim in claims]
    submissions = latest_submissions(keys)
    levels = {
        (row.claim_id, row.level): row for chunk in chunks(keys) for row in Adjudication.objects.filter(claim__in=chunk)
    }
    owners = balance_owners(claims)
    return {
        claim.pk: _word(
            claim, submissions.get(claim.pk), levels.get((claim.pk, claim.current_level)), owners.get(claim.pk, {})
        )
        for claim in claims
    }


def status_word(claim: Claim) -> StatusWord:
    """The word for one claim."""
    return status_words([claim])[claim.pk]


def _word(
    claim: Claim, submission: Submission | None, decision: Adjudication | None, owed: dict[str, int]
) -> StatusWord:
    if claim.held_reason:
        return HELD
    if any(cents < 0 for cents in owed.values()) and sum(owed.values()) < 0:
        return CREDIT
    is_decided = decision is not None and A(decision.state) in DECIDED
    if is_decided and not owed:
        return SETTLED
    if claim.closed_at:
        return CLOSED
    if submission and submission.level == claim.current_level and S(submission.state) in _LIVE:
        is_answered = is_decided and S(submission.state) is S.SENT
        return _BY_ADJUDICATION.get(A(decision.state), _NOTHING) if is_answered and decision else _of(submission)
    if set(owed) == {_PATIENT} and is_decided:
        return PATIENT_OWES
    if decision and A(decision.state) in _BY_ADJUDICATION:
        return _BY_ADJUDICATION[A(decision.state)]
    return _of(submission) if submission else _NOTHING


def _of(submission: Submission) -> StatusWord:
    return _BY_SUBMISSION[S(submission.state)]
