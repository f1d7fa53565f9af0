"""Billing the next payer: a claim whose earlier payers have decided, and on which a later one owes something now.

What is to be billed is read from the ledger and the states, not from a list that could be lost: a level that owes, was
neither sent nor forwarded, and has no undecided payer before it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import Sum
from django.dispatch import Signal

from claimwright.documents.plain import from_plain
from claimwright.documents.remittance import RemittanceClaim as DocumentClaim
from claimwright.errors import ConflictError, InputError
from claimwright.findings import Finding
from claimwright.office.claims.building import build_next_claim, record_of, with_facts_of
from claimwright.office.claims.lifecycle import DECIDED, chunks
from claimwright.office.claims.models import Adjudication, Claim, Submission
from claimwright.office.ledger.models import Account, Posting
from claimwright.office.patients.records import payer_record
from claimwright.office.posting.models import RemittanceClaim
from claimwright.remittance.cob import PAYER_LEVELS, PriorResult, next_payer_claim
from claimwright.remittance.plan import PATIENT, RESULT_STATES, ClaimState

next_claim_refused = Signal()
"""Sent with `claim`, `level` and `findings` when the claim to the next payer cannot be built."""


@dataclass(frozen=True, slots=True)
class NotBuilt:
    """A claim that the rules do not let us send to its next payer, and why."""

    claim: Claim
    level: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class NextBilled:
    """What `bill_next_payers` made, and what it could not make."""

    submissions: tuple[Submission, ...]
    not_built: tuple[NotBuilt, ...]


def bill_next_payers() -> NextBilled:
    """A submission for every claim that is the next payer's turn; what cannot be built stops no other claim."""
    submissions: list[Submission] = []
    refused: list[NotBuilt] = []
    for chunk in chunks(next_levels()):
        results = _prior_results([level.claim_id for level in chunk])
        with transaction.atomic():
            for level in chunk:
                built = _build(level, results[level.claim_id])
                if isinstance(built, Submission):
                    submissions.append(built)
                else:
                    refused.append(built)
    return NextBilled(tuple(submissions), tuple(refused))


def bill_level(level: Adjudication) -> Submission:
    """A submission to this one payer. Raises `ConflictError` when it is not its turn, `InputError` with the findings
    when the claim cannot be built."""
    turn = next((one for one in next_levels() if one.pk == level.pk), None)
    if turn is None:
        raise ConflictError(f"It is not the turn of level {level.level} of claim {level.claim.number}.")
    built = _build(turn, _prior_results([turn.claim_id])[turn.claim_id])
    if isinstance(built, NotBuilt):
        raise InputError(f"Claim {level.claim.number} cannot be sent on.", built.findings)
    return built


def _build(level: Adjudication, results: Sequence[PriorResult]) -> Submission | NotBuilt:
    claim = level.claim
    try:
        record = with_facts_of(level, next_payer_claim(record_of(claim), level.level, results))
    except InputError as wrong:
        next_claim_refused.send(Claim, claim=claim, level=level.level, findings=wrong.findings)
        return NotBuilt(claim, level.level, wrong.findings)
    return build_next_claim(claim, record, text=f"Built from what {_payers(results)} decided")


def next_levels() -> list[Adjudication]:
    """The payer levels whose turn it is: they owe, nothing was sent to them, and every earlier payer has decided."""
    unsent = Adjudication.objects.filter(state=Adjudication.State.NOT_SUBMITTED, submitted_by_payer=False)
    candidates = (
        unsent.exclude(level=PAYER_LEVELS[0])
        .select_related("claim", "payer", "coverage__patient", "coverage__payer")
        .order_by("claim", "pk")
    )
    levels = [level for level in candidates if not level.claim.held_reason]
    owed = _owed({level.claim.encounter_id for level in levels if level.claim.encounter_id is not None})
    sent = set(
        Submission.objects.filter(claim__in={level.claim_id for level in levels}).values_list("claim_id", "level")
    )
    undecided = _undecided({level.claim_id for level in levels})
    return [
        level
        for level in levels
        if owed.get((level.claim.encounter_id or 0, level.level), 0) > 0
        and (level.claim_id, level.level) not in sent
        and not any(_rank(other) < _rank(level.level) for other in undecided[level.claim_id])
    ]


def _owed(encounter_ids: Collection[int]) -> dict[tuple[int, str], int]:
    rows = (
        Posting.objects.filter(account=Account.RECEIVABLE, encounter_id__in=encounter_ids)
        .exclude(owner=PATIENT)
        .values_list("encounter_id", "owner")
        .annotate(total=Sum("cents"))
        .order_by()
    )
    return {(encounter_id, owner): total for encounter_id, owner, total in rows if encounter_id is not None}


def _undecided(claim_ids: Collection[int]) -> dict[int, list[str]]:
    """The levels of each claim whose payer has not decided."""
    done = (*DECIDED, Adjudication.State.VOID)
    rows = Adjudication.objects.filter(claim__in=claim_ids, decided_elsewhere=False).exclude(state__in=done)
    undecided: dict[int, list[str]] = defaultdict(list)
    for claim_id, level in rows.values_list("claim_id", "level"):
        undecided[claim_id].append(level)
    return undecided


def _prior_results(claim_ids: Collection[int]) -> dict[int, list[PriorResult]]:
    """What the payers of these claims have decided and not taken back, oldest first."""
    payers = {
        (level.claim_id, level.level): replace(payer_record(level.payer), address=None)
        for level in Adjudication.objects.filter(claim__in=claim_ids).select_related("payer")
    }
    rows = RemittanceClaim.objects.filter(claim__in=claim_ids, outcome__in=RESULT_STATES - {ClaimState.PENDED})
    results: dict[int, list[PriorResult]] = defaultdict(list)
    for row in rows.filter(reversed_by=None).select_related("remittance").order_by("pk"):
        if row.claim_id is not None and (row.claim_id, row.level) in payers:
            payer = payers[row.claim_id, row.level]
            decided = from_plain(DocumentClaim, row.record)
            results[row.claim_id].append(PriorResult(row.level, payer, decided, row.remittance.payment_date))
    return results


def _payers(results: Sequence[PriorResult]) -> str:
    return ", ".join(dict.fromkeys(result.payer.name for result in results)) or "the earlier payer"


def _rank(level: str) -> int:
    return PAYER_LEVELS.find(level)
