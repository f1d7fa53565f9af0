"""Rows 33 and 34, and the loose ends of row 9: what is seen only when every CLP has been decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta

from claimwright.money import format_dollars
from claimwright.remittance.books import PostingPolicy
from claimwright.remittance.draft import Draft
from claimwright.remittance.plan import PATIENT, RESULT_STATES, ClaimState, Move, MoveKind, Queue, ReviewItem
from claimwright.remittance.standing import Standing


def close_claims(drafts: Sequence[Draft], policy: PostingPolicy) -> None:
    """Look at every claim that was posted to; what is found is added to the last draft of each."""
    last = {id(draft.standing): (draft, draft.standing) for draft in drafts if draft.posts and draft.standing}
    for draft, standing in last.values():
        _write_off_small_balance(draft, standing, policy)
        draft.reviews.extend(_credits(draft, standing))
    if any(draft.standing is not None and draft.standing.known.results for draft in drafts):
        _look_at_later_payers(drafts)
    for draft in drafts:
        if draft.outcome.state is ClaimState.REVERSED and draft.standing is not None:
            _await_correction(draft, draft.standing)


def _look_at_later_payers(drafts: Sequence[Draft]) -> None:
    """What a payer leaves to a later one has changed after that one has decided: a person looks at it again.

    After a reversal (row 9), or when an earlier payer decides at last (row 15).
    """
    last: dict[tuple[int, str], Draft] = {}
    transferred: Counter[tuple[int, str]] = Counter()
    reversed_at: set[tuple[int, str]] = set()
    for draft in drafts:
        key = (id(draft.standing), draft.level)
        if draft.posts:
            last[key] = draft
            transferred[key] += sum(move.cents for move in draft.moves if move.kind is MoveKind.TRANSFER)
        if draft.outcome.state is ClaimState.REVERSED:
            reversed_at.add(key)
    for key, draft in last.items():
        if transferred[key] and draft.standing is not None:
            for level in _decided_before(draft.standing, draft.level):
                reason = f"payer {level} has decided before what payer {draft.level} leaves to it has changed"
                row = 9 if key in reversed_at else 15
                draft.review(Queue.COB_ORDER, row, reason, abs(transferred[key]))


def _decided_before(standing: Standing, level: str) -> Iterable[str]:
    """The later payers with a result from before this plan that still stands."""
    standing_keys = {result.key for result in standing.results}
    decided = {result.level for result in standing.known.results if result.key in standing_keys}
    after = standing.known.level_after(level)
    while after is not None:
        if after.level in decided:
            yield after.level
        after = standing.known.level_after(after.level)


def _credits(draft: Draft, standing: Standing) -> Iterable[ReviewItem]:
    """Row 33: who has a credit now. What the patient paid ahead counts when every payer is done, or when it grows."""
    if not standing.has_credit:
        return
    are_done = all(level.level in standing.settled for level in standing.known.levels)
    for owner in sorted({owner for owed in standing.owed.values() for owner in owed}):
        for line_key in _credit_accounts(standing, owner):
            now, before = _owed(standing, owner, line_key)
            if now < 0 and (now < before or are_done or owner != PATIENT):
                who = "the patient" if owner == PATIENT else f"payer {owner}"
                clock = "; a government payer: the 60-day clock runs" if _is_government(standing, owner) else ""
                reason = f"{format_dollars(-now)} more than {who} owed{clock}"
                yield ReviewItem(
                    Queue.CREDIT_BALANCE,
                    33,
                    reason,
                    -now,
                    draft.position,
                    standing.known.key,
                    line_key,
                    owner,
                    draft.claim.control_number,
                    draft.claim.origin,
                )


def _credit_accounts(standing: Standing, owner: str) -> list[int | None]:
    """Line by line; where money or adjustments stand on the claim as a whole, only the whole can be judged (None)."""
    if standing.owed_cents(owner, None):
        return [None]
    return [key for key in standing.owed if key is not None]


def _owed(standing: Standing, owner: str, line_key: int | None) -> tuple[int, int]:
    """What is owed now and what was owed before the plan, on a line or (None) on the claim in all."""
    before = standing.before or {}
    if line_key is None:
        return standing.total_owed_cents(owner), sum(owed.get(owner, 0) for owed in before.values())
    return standing.owed_cents(owner, line_key), before.get(line_key, {}).get(owner, 0)


def _is_government(standing: Standing, owner: str) -> bool:
    return any(level.is_government for level in standing.known.levels if level.level == owner)


def _write_off_small_balance(draft: Draft, standing: Standing, policy: PostingPolicy) -> None:
    """Row 34: what the patient owes on the claim is at most the limit, and no payer owes or is still to answer."""
    if policy.small_balance_limit_cents <= 0:
        return
    known = standing.known
    total_cents = standing.total_owed_cents(PATIENT)
    if not 0 < total_cents <= policy.small_balance_limit_cents or draft.outcome.state not in RESULT_STATES:
        return
    if any(level.level not in standing.settled or standing.total_owed_cents(level.level) for level in known.levels):
        return
    moves = [
        Move(
            MoveKind.SMALL_BALANCE,
            owed[PATIENT],
            34,
            draft.claim.origin,
            known.key,
            line_key,
            PATIENT,
            position=draft.position,
        )
        for line_key, owed in standing.owed.items()
        if owed.get(PATIENT, 0)
    ]
    standing.carry(moves)
    draft.moves.extend(moves)


def _await_correction(draft: Draft, standing: Standing) -> None:
    """A reversal without its correction is looked at again when it should have come (row 9)."""
    if not standing.results_at(draft.level):
        due_date = draft.context.today + timedelta(days=draft.context.policy.reversal_wait_days)
        draft.tickle(9, due_date, "reversed: is the correction there?")
