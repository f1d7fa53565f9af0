"""How a claim stands while a plan is being made: what the books know, and what this plan has already decided.

Several results of one remittance may touch the same claim (a reversal and its correction, a duplicate): each is planned
on what the ones before have left.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from claimwright.documents.drafts import maker
from claimwright.documents.remittance import RemittanceClaim
from claimwright.remittance.books import KnownClaim, KnownLevel, PostedResult
from claimwright.remittance.plan import RESULT_STATES, SILENT_KINDS, ClaimOutcome, ClaimState, Move, MoveKind

ACCOUNT_KINDS = frozenset(MoveKind) - {
    MoveKind.UNAPPLIED,
    MoveKind.INTEREST,
    MoveKind.RECOUPMENT,
    MoveKind.FORWARD_BALANCE,
    MoveKind.REFUND_ACKNOWLEDGED,
    MoveKind.ADVANCE,
    MoveKind.TAX_WITHHELD,
    MoveKind.PAYER_CHARGE,
    MoveKind.PROVIDER_ADJUSTMENT,
}
"""The kinds that concern an account of a claim: a line, or the claim as a whole."""

_CHANGING_KINDS = ACCOUNT_KINDS - SILENT_KINDS
_make_result = maker(PostedResult)

PENDING_ROW = 27


class Standing:
    """A claim with everything posted and planned so far.

    `owed` is cents by account (a line's key; None: the claim as a whole) and owner. `results` are those not reversed.
    """

    __slots__ = ("before", "known", "owed", "results", "settled")

    def __init__(self, known: KnownClaim) -> None:
        self.known = known
        self.owed: dict[int | None, dict[str, int]] = {line.key: dict(line.owed_cents) for line in known.lines}
        self.owed[None] = dict(known.owed_cents)
        self.before: dict[int | None, dict[str, int]] | None = None
        self.results: list[PostedResult] = list(known.results)
        self.settled = {level.level for level in known.levels if level.is_settled}

    def owed_cents(self, owner: str, line_key: int | None) -> int:
        """What that owner owes on one account."""
        return self.owed.get(line_key, {}).get(owner, 0)

    def total_owed_cents(self, owner: str) -> int:
        """What that owner owes on the claim, lines and whole."""
        return sum(owed.get(owner, 0) for owed in self.owed.values())

    @property
    def has_credit(self) -> bool:
        """Whether anybody has a credit on any account."""
        return any(min(owed.values()) < 0 for owed in self.owed.values() if owed)

    def results_at(self, level: str) -> list[PostedResult]:
        """The results of that level, oldest first."""
        return [result for result in self.results if result.level == level]

    def has_moved(self, level: str) -> bool:
        """Whether a result of that level has moved anything; one that left all open may just be followed by another."""
        if not self.results:
            return False
        return any(move.kind not in SILENT_KINDS for result in self.results_at(level) for move in result.moves)

    def has_paid(self, level: str) -> bool:
        """Whether a result of that level, not reversed, came with money."""
        return any(result.result.paid_cents > 0 for result in self.results_at(level))

    def waits_for(self, level: str) -> KnownLevel | None:
        """The first earlier payer whose result is not there yet (row 32)."""
        for known in self.known.levels:
            if known.level == level:
                return None
            if known.level not in self.settled:
                return known
        return None

    def next_level(self, level: str) -> KnownLevel | None:
        """The payer to ask after that one: a payer set aside on purpose (settled without a result) is passed over."""
        after = self.known.level_after(level)
        while after is not None and after.level in self.settled and not self.results_at(after.level):
            after = self.known.level_after(after.level)
        return after

    def carry(self, moves: Iterable[Move]) -> None:
        """Change what is owed by these moves."""
        if self.before is None:
            self.before = {key: dict(owed) for key, owed in self.owed.items()}
        accounts = self.owed
        for move in moves:
            kind, cents, _, _, _, line_key, level, to = move[:8]
            if kind not in _CHANGING_KINDS:
                continue
            owed = accounts.get(line_key)
            if owed is None:
                owed = accounts[line_key] = {}
            owed[level] = owed.get(level, 0) - cents
            if kind is MoveKind.TRANSFER:
                owed[to] = owed.get(to, 0) + cents

    def record(self, outcome: ClaimOutcome, claim: RemittanceClaim, moves: tuple[Move, ...], key: int) -> None:
        """Keep the result that came of a CLP under `key`, or take away the one it reversed."""
        if outcome.state in RESULT_STATES:
            self.results.append(_make_result(key, outcome.level, claim, moves))
            if outcome.state is not ClaimState.PENDED:
                self.settled.add(outcome.level)
        elif outcome.state is ClaimState.REVERSED:
            self.results = [result for result in self.results if result.key != outcome.reverses]
            if all(_is_pending(result) for result in self.results_at(outcome.level)):
                self.settled.discard(outcome.level)

    def to_known(self) -> KnownClaim:
        """The claim as the books would know it after the plan was carried out."""
        lines = tuple(replace(line, owed_cents=_without_zeros(self.owed[line.key])) for line in self.known.lines)
        levels = tuple(replace(level, is_settled=level.level in self.settled) for level in self.known.levels)
        owed_cents = _without_zeros(self.owed[None])
        return replace(self.known, lines=lines, levels=levels, owed_cents=owed_cents, results=tuple(self.results))


def _is_pending(result: PostedResult) -> bool:
    return any(move.row == PENDING_ROW for move in result.moves)


def _without_zeros(owed: dict[str, int]) -> dict[str, int]:
    return {owner: cents for owner, cents in owed.items() if cents}
