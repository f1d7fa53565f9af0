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
    last = {id(draft.standing): draft for draft in drafts if draft.posts}
    transferred = _transferred_cents(drafts)
    for draft in last.values():
        if draft.standing is not None:
            _write_off_small_balance(draft, draft.standing, policy)
            draft.reviews.extend(_credits(draft, draft.standing))
    for draft in drafts:
        if draft.outcome.state is ClaimState.REVERSED and draft.standing is not None:
            _follow_reversal(draft, draft.standing, transferred[draft.standing.known.key, draft.level])


def _transferred_cents(drafts: Sequence[Draft]) -> Counter[tuple[int | None, str]]:
    """By claim and level, what the plan has moved from that level to others in all."""
    transferred: Counter[tuple[int | None, str]] = Counter()
    for draft in drafts:
        for move in draft.moves:
            if move.kind is MoveKind.TRANSFER:
                transferred[move.claim_key, move.level] += move.cents
    return transferred


def _credits(draft: Draft, standing: Standing) -> Iterable[ReviewItem]:
    """Row 33: who has a credit now. What the patient paid ahead counts when every payer is done, or when it grows."""
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


def _follow_reversal(draft: Draft, standing: Standing, transferred_cents: int) -> None:
    """A reversal waits for its correction; what later payers decided on the old result is looked at again."""
    if not standing.results_at(draft.level):
        due_date = draft.context.today + timedelta(days=draft.context.policy.reversal_wait_days)
        draft.tickle(9, due_date, "reversed: is the correction there?")
    if not transferred_cents:
        return
    after = standing.known.level_after(draft.level)
    while after is not None:
        if standing.results_at(after.level):
            reason = f"payer {after.level} has decided on a result of payer {draft.level} that is reversed"
            draft.review(Queue.COB_ORDER, 9, reason, abs(transferred_cents))
        after = standing.known.level_after(after.level)
