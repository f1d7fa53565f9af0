"""What is collected while one CLP is decided: its accounts, and the moves and items that come of them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple, cast

from claimwright.documents.adjustments import Adjustment
from claimwright.documents.drafts import maker
from claimwright.documents.remittance import Remittance, RemittanceClaim
from claimwright.findings import Finding
from claimwright.origin import NOWHERE, Origin
from claimwright.remittance.books import KnownLine, PostingPolicy
from claimwright.remittance.plan import (
    ClaimOutcome,
    ClaimState,
    Confidence,
    DeniedAmount,
    Move,
    MoveKind,
    PlannedDenial,
    Queue,
    ReviewItem,
    Tickler,
)
from claimwright.remittance.standing import Standing
from claimwright.remittance.treatments import COST_SHARE_REASONS, Treatment


@dataclass(frozen=True, slots=True)
class Context:
    """What is the same for every CLP of a remittance."""

    remittance: Remittance
    policy: PostingPolicy
    today: date
    payer_key: int | None


class Entry(NamedTuple):
    """One adjustment, where it stands, and how it is treated. `code` is the procedure as billed."""

    adjustment: Adjustment
    cents: int
    treatment: Treatment
    line_key: int | None
    code: str
    remarks: tuple[str, ...]
    origin: Origin


class Account(NamedTuple):
    """A line of ours, or the claim as a whole (`line` None), with what the payer reports about it."""

    line: KnownLine | None
    charge_cents: int
    paid_cents: int
    entries: tuple[Entry, ...]
    origin: Origin

    @property
    def line_key(self) -> int | None:
        return self.line.key if self.line else None


class Pool:
    """Accounts that are judged together: one line, or everything where the payer adjusted the claim as a whole.

    `room_cents` is what may still be posted against the level (row 31); None: no limit. `cents` sums the entries by
    treatment, `first` is the first of each; `patient_cents` those of group PR, `share_cents` the deductible,
    coinsurance and copay among them.
    `row` and `gap_cents` are for the contract reductions: the row that decides them, and what of them stays open.
    """

    __slots__ = (
        "accounts",
        "cents",
        "charge_cents",
        "entries",
        "expected_cents",
        "first",
        "gap_cents",
        "has_negative",
        "line_key",
        "paid_cents",
        "patient_cents",
        "room_cents",
        "row",
        "share_cents",
    )

    def __init__(self, accounts: tuple[Account, ...], expected_cents: int | None, room_cents: int | None) -> None:
        self.accounts = accounts
        self.expected_cents = expected_cents
        self.room_cents = room_cents
        _, self.charge_cents, self.paid_cents, entries, _ = accounts[0]
        self.line_key = accounts[0].line_key if len(accounts) == 1 else None
        for account in accounts[1:]:
            self.charge_cents += account.charge_cents
            self.paid_cents += account.paid_cents
            entries += account.entries
        self.entries: tuple[Entry, ...] = entries
        self.row = self.gap_cents = self.patient_cents = self.share_cents = 0
        self.has_negative = False
        self.cents: dict[Treatment, int] = {}
        self.first: dict[Treatment, Entry] = {}
        for entry in entries:
            self._count(entry)

    def _count(self, entry: Entry) -> None:
        adjustment, cents, treatment = entry[:3]
        if treatment in self.first:
            self.cents[treatment] += cents
        else:
            self.cents[treatment], self.first[treatment] = cents, entry
        if cents < 0:
            self.has_negative = True
        if adjustment.group == "PR":
            self.patient_cents += cents
            if adjustment.reason in COST_SHARE_REASONS:
                self.share_cents += cents

    def take(self, cents: int) -> int:
        """How much of an adjustment may be posted; the room shrinks by it."""
        if self.room_cents is None:
            return cents
        posted = cents if cents < 0 else min(cents, max(self.room_cents, 0))
        self.room_cents -= posted
        return posted

    def cents_of(self, treatment: Treatment) -> int:
        """Cents of the entries treated so."""
        return self.cents.get(treatment, 0)


_make_outcome = maker(ClaimOutcome)
_UNDECIDED = ClaimOutcome(0, ClaimState.REVIEW)


@dataclass(slots=True)
class Draft:
    """The decision about one CLP, as far as it has come.

    `share_owner` owes what the payer leaves to the patient: the next payer, the patient, or nobody we know (`''`: it
    was forwarded to a payer that is not on file). `is_later`: an earlier result stands, so row 31 holds.
    `is_unknown_patient`: status 4 with nothing paid. `is_repeat`: a second result that only says "duplicate".
    """

    context: Context
    claim: RemittanceClaim
    position: int
    standing: Standing | None = None
    level: str = ""
    match_row: int = 0
    is_later: bool = False
    is_forwarded: bool = False
    is_protected: bool = False
    is_unknown_patient: bool = False
    is_repeat: bool = False
    share_owner: str = ""
    moves: list[Move] = field(default_factory=list)
    reviews: list[ReviewItem] = field(default_factory=list)
    ticklers: list[Tickler] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    denied: dict[tuple[Queue, str, int], list[DeniedAmount]] = field(default_factory=lambda: defaultdict(list))
    reported: dict[int | None, int] = field(default_factory=dict)
    outcome: ClaimOutcome = _UNDECIDED

    @property
    def claim_key(self) -> int | None:
        return self.standing.known.key if self.standing else None

    @property
    def posts(self) -> bool:
        """Whether anything is posted to the claim: a result, or the undoing of one."""
        return bool(self.reported) or self.outcome.reverses is not None

    @property
    def denials(self) -> tuple[PlannedDenial, ...]:
        """One case per queue, category and row, over all lines."""
        key = self.claim_key
        if key is None or not self.denied:
            return ()
        return tuple(
            PlannedDenial(key, self.level, category, row, tuple(amounts), queue, self.position)
            for (queue, category, row), amounts in self.denied.items()
        )

    def review(
        self,
        queue: Queue,
        row: int,
        reason: str,
        cents: int = 0,
        line_key: int | None = None,
        origin: Origin = NOWHERE,
    ) -> None:
        """Leave something to a person."""
        origin = self.claim.origin if origin == NOWHERE else origin
        number = self.claim.control_number
        self.reviews.append(
            ReviewItem(queue, row, reason, cents, self.position, self.claim_key, line_key, self.level, number, origin)
        )

    def tickle(self, row: int, due_date: date, reason: str, line_key: int | None = None, level: str = "") -> None:
        """Ask to look at the claim, which was found, again on a day."""
        key = cast("int", self.claim_key)
        self.ticklers.append(Tickler(key, due_date, row, reason, line_key, level or self.level, self.claim.origin))

    def set_aside(self, state: ClaimState, row: int, queue: Queue, reason: str) -> None:
        """Post nothing to the claim: its money waits unapplied, and a person gets the item."""
        self.moves.clear()
        self.denied.clear()
        self.ticklers.clear()
        self.reported.clear()
        self.reviews.clear()
        claim = self.claim
        self.hold_cash(row, reason)
        self.review(queue, row, reason, claim.paid_cents)
        self.outcome = self.result(state, row)

    def hold_cash(self, row: int, reason: str) -> None:
        """Keep the money of the CLP under the trace number and the claim's number."""
        claim = self.claim
        if claim.paid_cents:
            self.moves.append(
                Move(
                    MoveKind.UNAPPLIED,
                    claim.paid_cents,
                    row,
                    claim.origin,
                    detail=reason,
                    reference=claim.control_number,
                    position=self.position,
                )
            )

    def result(self, state: ClaimState, row: int, **more: str | int | None) -> ClaimOutcome:
        """The outcome of this CLP; the match is kept from the one set before."""
        before = self.outcome
        return _make_outcome(
            self.position,
            state,
            self.claim_key,
            self.level,
            row,
            before.confidence,
            before.match_reason,
            **more,  # type: ignore[arg-type]
        )

    def matched(self, confidence: Confidence, reason: str) -> None:
        """Remember how the claim was found."""
        self.outcome = _make_outcome(self.position, ClaimState.REVIEW, self.claim_key, "", 0, confidence, reason)
