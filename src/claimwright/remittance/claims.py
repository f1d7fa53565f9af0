"""Rows 5 to 13 and 32: one CLP, from the question which claim it is about to the decision about its every cent."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from claimwright.documents.remittance import RemittanceClaim
from claimwright.money import format_dollars
from claimwright.remittance.accounts import lay_out, repeated_dollars
from claimwright.remittance.adjustments import decide, is_auto_closed
from claimwright.remittance.books import Books, KnownClaim
from claimwright.remittance.draft import Context, Draft, Pool
from claimwright.remittance.matching import REVERSAL, ClaimMatch, level_of, match_claim
from claimwright.remittance.ordinary import decide_ordinary
from claimwright.remittance.plan import PATIENT, ClaimState, Confidence, MoveKind, Queue
from claimwright.remittance.reversals import reverse
from claimwright.remittance.standing import PENDING_ROW, Standing
from claimwright.remittance.treatments import FORWARDING_REMARKS, NOT_FORWARDED_REMARKS
from claimwright.workdays import business_days_after

UNKNOWN_PATIENT = "4"
FORWARDED = frozenset({"19", "20", "21"})
NOT_OURS_FORWARDED = "23"
PREDETERMINATION = "25"

WAITING_ROWS = frozenset({9, 10, 32})
"""The rows that another CLP of the same remittance may resolve: a correction before its reversal, a payer too early."""


def decide_claim(
    context: Context, books: Books, standings: dict[int, Standing], claim: RemittanceClaim, position: int
) -> Draft:
    """What becomes of one CLP, given what the plan has decided so far. Changes nothing but the draft it returns."""

    def standing_of(known: KnownClaim) -> Standing:
        standing = standings.get(known.key)
        if standing is None:
            standing = standings[known.key] = Standing(known)
        return standing

    draft = Draft(context, claim, position)
    match = match_claim(claim, context.remittance, books, standing_of)
    if claim.status in (PREDETERMINATION, NOT_OURS_FORWARDED):
        _post_nothing(draft, match)
    elif match.standing is None:
        draft.set_aside(ClaimState.REVIEW, 7, Queue.UNMATCHED_CLAIM, match.reason)
    else:
        draft.standing = match.standing
        _decide_matched(draft, match.standing, match)
    return draft


def decide_known_claim(context: Context, standing: Standing, claim: RemittanceClaim, position: int) -> Draft:
    """The same for a claim that a person has named."""
    draft = Draft(context, claim, position, standing)
    _decide_matched(draft, standing, ClaimMatch(standing, Confidence.EXACT, 5, "named by a person"))
    return draft


def _post_nothing(draft: Draft, match: ClaimMatch) -> None:
    """Rows 8 and 11: an estimate, or a claim that the payer has sent on to another; neither comes with money."""
    claim, draft.standing = draft.claim, match.standing
    draft.matched(match.confidence, match.reason)
    is_estimate = claim.status == PREDETERMINATION
    row, state = (8, ClaimState.ESTIMATED) if is_estimate else (11, ClaimState.FORWARDED)
    if claim.paid_cents:
        reason = f"status {claim.status} comes with {format_dollars(claim.paid_cents)}, and should come with nothing"
        draft.set_aside(ClaimState.REVIEW, row, Queue.UNUSUAL_PAYMENT, reason)
        return
    draft.outcome = draft.result(state, row)
    if not is_estimate:
        payer = claim.corrected_payer or claim.crossover_carrier
        name = payer.name if payer is not None and payer.name else "a payer that it does not name"
        draft.review(Queue.FORWARDED, 11, f"not this payer's claim: sent on to {name}")


def _decide_matched(draft: Draft, standing: Standing, match: ClaimMatch) -> None:
    """Rows 9 to 11 and 32: may this result be posted at all?"""
    claim, context = draft.claim, draft.context
    level, is_sure = level_of(standing, claim, context.payer_key)
    draft.matched(match.confidence if is_sure else Confidence.FLAGGED, match.reason)
    draft.match_row = match.row
    draft.level = level.level if level else ""
    if claim.status == REVERSAL:
        reverse(draft, standing)
        return
    if claim.charge_cents < 0 or claim.paid_cents < 0:
        reason = "negative without being a reversal: a takeback?"
        draft.set_aside(ClaimState.REVIEW, 10, Queue.TAKEBACK_OR_DOUBLE, reason)
        return
    if level is None:
        reason = f"claim {standing.known.control_number} is known, but this payer is none of its payers"
        draft.set_aside(ClaimState.REVIEW, 7, Queue.UNMATCHED_CLAIM, reason)
        return
    is_repeat = standing.has_moved(draft.level)
    if is_repeat and not _is_closed_repeat(draft):
        reason = "this payer's result is posted already, and was not reversed: paid twice?"
        draft.set_aside(ClaimState.REPEATED, 10, Queue.TAKEBACK_OR_DOUBLE, reason)
        return
    waited_for = standing.waits_for(draft.level)
    if waited_for is not None:
        reason = f"the result of payer {waited_for.level} is not posted yet"
        draft.set_aside(ClaimState.REVIEW, 32, Queue.COB_ORDER, reason)
        return
    draft.is_repeat = is_repeat
    draft.is_later = is_repeat or standing.known.levels[0].level != draft.level
    _decide_amounts(draft, standing)


def _is_closed_repeat(draft: Draft) -> bool:
    """Whether a second result only says "duplicate", with a reason that the practice closes (row 26)."""
    adjustments = draft.claim.all_adjustments
    return draft.claim.paid_cents == 0 and all(is_auto_closed(draft, one.group, one.reason, "") for one in adjustments)


def _decide_amounts(draft: Draft, standing: Standing) -> None:
    """Rows 12 to 31, when the lines can be matched."""
    claim = draft.claim
    repeated = repeated_dollars(claim)
    if repeated:
        reason = f"{repeated} stands on the claim and, with the same amount, on its lines"
        draft.set_aside(ClaimState.REVIEW, 13, Queue.LINE_MISMATCH, reason)
        return
    remarks = _all_remarks(claim)
    _find_share_owner(draft, standing, remarks)
    if not decide_ordinary(draft, standing, remarks):
        pools, problem = lay_out(draft, standing)
        if problem:
            draft.set_aside(ClaimState.REVIEW, 12, Queue.LINE_MISMATCH, problem)
            return
        _decide_pools(draft, pools)
    _follow_forwarding(draft, standing)
    state = ClaimState.REPEATED if draft.is_repeat else _state(draft)
    bill_next = forwarded_to = ""
    if draft.share_owner != PATIENT:
        to_next = any(move.kind is MoveKind.TRANSFER and move.to == draft.share_owner for move in draft.moves)
        if draft.is_forwarded:
            forwarded_to = draft.share_owner
        elif to_next and draft.share_owner not in standing.settled:
            bill_next = draft.share_owner
    row = 26 if draft.is_repeat else draft.match_row
    draft.outcome = draft.result(state, row, forwarded_to=forwarded_to, bill_next=bill_next)


def _decide_pools(draft: Draft, pools: Iterable[Pool]) -> None:
    for pool in pools:
        if draft.is_repeat:
            pool.room_cents = 0
        decide(draft, pool)
        for account in pool.accounts:
            draft.reported[account.line_key] = account.charge_cents


def _all_remarks(claim: RemittanceClaim) -> tuple[str, ...]:
    """The remark codes of the claim and of its lines."""
    remarks = claim.remarks
    for line in claim.lines:
        if line.remarks:
            remarks += line.remarks
    return remarks


def _find_share_owner(draft: Draft, standing: Standing, remarks: Collection[str]) -> None:
    """Who owes what this payer leaves to the patient (rows 11, 15, 17)."""
    claim = draft.claim
    is_told = claim.crossover_carrier is not None or not FORWARDING_REMARKS.isdisjoint(remarks)
    draft.is_forwarded = claim.status in FORWARDED or (is_told and NOT_FORWARDED_REMARKS.isdisjoint(remarks))
    draft.is_protected = standing.known.is_patient_protected
    draft.is_unknown_patient = claim.status == UNKNOWN_PATIENT and claim.paid_cents == 0
    after = standing.next_level(draft.level)
    if after is not None:
        draft.share_owner = after.level
    else:
        draft.share_owner = "" if draft.is_forwarded else PATIENT


def _follow_forwarding(draft: Draft, standing: Standing) -> None:
    if not draft.is_forwarded:
        return
    if draft.share_owner:
        due_date = business_days_after(draft.context.today, draft.context.policy.crossover_business_days)
        draft.tickle(11, due_date, "forwarded by the payer: is the next payer's result there?", level=draft.share_owner)
        return
    carrier = draft.claim.crossover_carrier
    name = carrier.name if carrier is not None and carrier.name else "a payer that it does not name"
    left_cents = sum(move.cents for move in draft.moves if move.kind is MoveKind.LEFT_OPEN and move.row == 11)
    draft.review(Queue.FORWARDED, 11, f"forwarded to {name}, which is not on file for this claim", left_cents)


def _state(draft: Draft) -> ClaimState:
    """The state that the moves make of the claim at this level. A gap to the contract (row 21) is still paid."""
    left, has_share = set[int](), False
    for move in draft.moves:
        if move.kind is MoveKind.TRANSFER:
            has_share = True
        elif move.kind is MoveKind.LEFT_OPEN and move.row != 21:
            left.add(move.row)
    if left == {PENDING_ROW} and not draft.claim.paid_cents:
        return ClaimState.PENDED
    if left:
        return ClaimState.PARTIAL if draft.claim.paid_cents or has_share else ClaimState.DENIED
    return ClaimState.ZERO_PATIENT if has_share and not draft.claim.paid_cents else ClaimState.PAID
