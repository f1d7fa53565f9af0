"""Row 9: a payer takes back an earlier result, and that result's entries are undone one by one (billing rules B.4).

A reversal must be the exact negative of a posted result: every charge, payment and adjustment with its group. Anything
else, and everything that was posted by hand, is a person's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from claimwright.documents.adjustments import Adjustment
from claimwright.documents.remittance import RemittanceClaim
from claimwright.remittance.books import PostedResult
from claimwright.remittance.draft import Draft
from claimwright.remittance.plan import ClaimState, MoveKind, Queue
from claimwright.remittance.standing import Standing

Likeness = tuple[int, int, tuple[tuple[str, str, int], ...], tuple[tuple[object, int], ...]]


def reverse(draft: Draft, standing: Standing) -> None:
    """Undo the result that the CLP negates, or leave it to a person."""
    claim = draft.claim
    candidates = standing.results_at(draft.level) if draft.level else standing.results
    found = exact_original(claim, candidates)
    if found is None:
        reason = "no posted result of this payer is its exact negative" if candidates else "nothing posted to reverse"
        draft.set_aside(ClaimState.REVIEW, 9, Queue.REVERSAL, reason)
        return
    if found.by_hand:
        draft.set_aside(ClaimState.REVIEW, 9, Queue.REVERSAL, "the result was posted by hand, so a person undoes it")
        return
    draft.level = found.level
    draft.moves.extend(
        move._replace(
            cents=-move.cents,
            row=9,
            origin=claim.origin,
            detail=f"row {move.row} undone",
            reverses=found.key,
            position=draft.position,
        )
        for move in reversed(found.moves)
        if move.kind is not MoveKind.UNAPPLIED  # a result that had waited has taken its money from there: that stays
    )
    draft.outcome = draft.result(ClaimState.REVERSED, 9, reverses=found.key)


def exact_original(claim: RemittanceClaim, results: Sequence[PostedResult]) -> PostedResult | None:
    """The result that the claim negates to the cent: one with the same payer number before others, the latest first."""
    wanted = likeness(claim, -1)
    alike = [result for result in reversed(results) if likeness(result.result, 1) == wanted]
    same_number = [result for result in alike if result.result.payer_claim_number == claim.payer_claim_number]
    return next(iter(same_number or alike), None)


def likeness(claim: RemittanceClaim, sign: int) -> Likeness:
    """A result's amounts times `sign`, in a form that can be compared: by account, group, reason and code.

    Modifiers and line control numbers are left out: payers drop them from reversals, and the amounts decide.
    """
    lines: Counter[object] = Counter()
    for line in claim.lines:
        amounts = _amounts(line.adjustments, sign)
        lines[line.procedure.code, sign * line.charge_cents, sign * line.paid_cents, amounts] += 1
    whole = _amounts(claim.adjustments, sign)
    return sign * claim.charge_cents, sign * claim.paid_cents, whole, tuple(sorted(lines.items(), key=repr))


def _amounts(adjustments: Sequence[Adjustment], sign: int) -> tuple[tuple[str, str, int], ...]:
    sums: Counter[tuple[str, str]] = Counter()
    for adjustment in adjustments:
        sums[adjustment.group, adjustment.reason] += sign * adjustment.amount_cents
    return tuple(sorted((group, reason, cents) for (group, reason), cents in sums.items() if cents))
