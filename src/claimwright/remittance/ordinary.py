"""The ordinary answer, decided without detours: nine claims in ten.

A first payer answers every line of ours under its own control number, pays it, reduces it by the contract and leaves
shares to the patient; what it allows is what was expected. Rows 12, 15, 20 and 23 decide it line by line, and nothing
is left to a person. Whatever is different in any respect is decided by `accounts` and `adjustments`, which would have
decided the ordinary answer in the same way.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import cache

from claimwright.documents.remittance import RemittanceLine
from claimwright.origin import NOWHERE
from claimwright.remittance.books import KnownLine
from claimwright.remittance.draft import Draft
from claimwright.remittance.plan import PATIENT, Move, MoveKind
from claimwright.remittance.standing import Standing
from claimwright.remittance.treatments import PROTECTING_REMARKS, Treatment, treatment_of

_KINDS = {Treatment.CONTRACT: MoveKind.CONTRACTUAL, Treatment.COST_SHARE: MoveKind.TRANSFER}


def decide_ordinary(draft: Draft, standing: Standing, remarks: Collection[str]) -> bool:
    """Decide the answer if it is ordinary; False: it is not, and the draft is as it was. `remarks` are all of it."""
    claim, known = draft.claim, standing.known
    if draft.is_later or draft.is_unknown_patient or not draft.share_owner or claim.adjustments:
        return False
    if draft.share_owner == PATIENT and (draft.is_protected or not PROTECTING_REMARKS.isdisjoint(remarks)):
        return False
    lines = {line.control_number: line for line in known.lines if line.control_number}
    if not lines or not len(lines) == len(known.lines) == len(claim.lines):
        return False
    moves: list[Move] = []
    for answered in claim.lines:
        line = lines.pop(answered.control_number, None)
        if line is None or not _add_line(draft, line, answered, moves):
            return False
    draft.moves += moves
    draft.reported = {line.key: line.charge_cents for line in known.lines}
    return True


def _add_line(draft: Draft, line: KnownLine, answered: RemittanceLine, moves: list[Move]) -> bool:
    """Add the moves of a line; False: it is not ordinary after all, and the moves are of no use."""
    paid_cents, origin = answered.paid_cents, answered.origin
    if paid_cents < 0 or answered.charge_cents != line.charge_cents:
        return False
    claim_key, key, level, position = draft.claim_key, line.key, draft.level, draft.position
    day = draft.context.remittance.payment_date
    contract_row = 23 if line.expected_cents is None else 20
    contract_cents = share_cents = 0
    if paid_cents:
        row = draft.match_row
        moves.append(
            Move(
                MoveKind.PAYMENT, paid_cents, row, origin, claim_key, key, level, "", "", "", "", None, "", "", position
            )
        )
    for adjustment in answered.adjustments:
        group, reason, cents = adjustment.group, adjustment.reason, adjustment.amount_cents
        kind = _kind(group, reason, day)
        if kind is None or cents <= 0:
            return False
        if kind is MoveKind.TRANSFER:
            row, to = 15, draft.share_owner
            share_cents += cents
        else:
            row, to = contract_row, ""
            contract_cents += cents
        place = adjustment.origin
        if not place.length and place == NOWHERE:
            place = origin
        moves.append(
            Move(kind, cents, row, place, claim_key, key, level, to, group, reason, "", None, "", "", position)
        )
    return _is_expected(draft, line, paid_cents + share_cents, contract_cents)


@cache
def _kind(group: str, reason: str, day: date | None) -> MoveKind | None:
    """What becomes of an adjustment of an ordinary line; None: only the general rules know."""
    return _KINDS.get(treatment_of(group, reason, day))


def _is_expected(draft: Draft, line: KnownLine, allowed_cents: int, contract_cents: int) -> bool:
    """Whether something is allowed, and no more and no less than the contract says; unpriced, that nobody need look."""
    if allowed_cents <= 0:
        return False
    policy, expected_cents = draft.context.policy, line.expected_cents
    if expected_cents is None:
        return policy.unpriced_review_cents is None or contract_cents <= policy.unpriced_review_cents
    tolerance_cents = max(policy.tolerance_cents, expected_cents * policy.tolerance_permille // 1000)
    return abs(allowed_cents - expected_cents) <= tolerance_cents
