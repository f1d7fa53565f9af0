"""Row 37: what a plan proves about itself before it calls itself accepted.

The cash moves sum to BPR02; every account of every posted CLP is explained to the cent; nothing of group CO, PI or
OA is asked of the patient; no denial is written off but by the practice's own list. A plan that fails is a defect of
ours: nothing of it may be posted, and the finding names the failing equation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from claimwright.findings import Finding, Severity, Where
from claimwright.money import format_dollars
from claimwright.remittance.draft import Draft
from claimwright.remittance.plan import CASH_KINDS, PATIENT, WRITE_OFF_KINDS, Move, MoveKind
from claimwright.remittance.treatments import Treatment, treatment_of

_OUTSIDE = frozenset({MoveKind.SMALL_BALANCE, MoveKind.UNAPPLIED})
_WRITTEN_OFF_ROWS = frozenset({9, 26})
"""The rows by which a denial's amount may move: undone with its result, or closed by the practice's list."""


def prove(moves: Sequence[Move], drafts: Sequence[Draft], payment_cents: int) -> tuple[Finding, ...]:
    """What does not hold. Codes: REM-END-001 cash, -002 an account, -003 the patient, -004 a denial written off."""
    found: list[Finding] = []
    cash_cents = sum([move.cents for move in moves if move.kind in CASH_KINDS])
    if cash_cents != payment_cents:
        message = f"{format_dollars(cash_cents)} would be posted of a payment of {format_dollars(payment_cents)}."
        found.append(_finding("REM-END-001", message))
    found.extend(_unexplained_accounts(moves, drafts))
    found.extend(_forbidden(moves))
    return tuple(found)


def _unexplained_accounts(moves: Iterable[Move], drafts: Sequence[Draft]) -> Iterator[Finding]:
    explained = _explained(moves)
    for draft in drafts:
        number, accounts = draft.claim.control_number, explained.get(draft.position, {})
        for line_key, charge_cents in draft.reported.items():
            cents = accounts.get(line_key, 0)
            if cents != charge_cents:
                said = f"{format_dollars(cents)} of {format_dollars(charge_cents)} explained"
                yield _finding("REM-END-002", f"Claim {number}, account {line_key}: {said}.", number)
        if draft.posts and sum(accounts.values()) != draft.claim.charge_cents:
            said = f"{format_dollars(sum(accounts.values()))} of {format_dollars(draft.claim.charge_cents)} explained"
            yield _finding("REM-END-002", f"Claim {number}: {said}.", number)


def _explained(moves: Iterable[Move]) -> dict[int, dict[int | None, int]]:
    """What the moves of each CLP explain of each account, in cents."""
    explained: dict[int, dict[int | None, int]] = {}
    for move in moves:
        position = move.position
        if position and move.kind not in _OUTSIDE:
            accounts = explained.get(position)
            if accounts is None:
                accounts = explained[position] = {}
            accounts[move.line_key] = accounts.get(move.line_key, 0) + move.cents
    return explained


def _forbidden(moves: Iterable[Move]) -> Iterator[Finding]:
    for move in moves:
        kind = move.kind
        if kind is MoveKind.TRANSFER:
            if move.to == PATIENT and move.group != "PR":
                message = f"{move.group}-{move.reason} of {format_dollars(move.cents)} would be asked of the patient."
                yield _finding("REM-END-003", message)
        elif kind in WRITE_OFF_KINDS and _is_denial_written_off(move):
            yield _finding("REM-END-004", f"The denial {move.group}-{move.reason} would be written off.")


def _is_denial_written_off(move: Move) -> bool:
    return (
        move.row not in _WRITTEN_OFF_ROWS
        and bool(move.reason)
        and treatment_of(move.group, move.reason) is Treatment.DENIAL
    )


def _finding(code: str, message: str, record: str = "") -> Finding:
    hint = "Nothing is posted. Report this with the file: it is a defect of the planner."
    return Finding(code, Severity.ERROR, message, hint, Where(record=record or None))
