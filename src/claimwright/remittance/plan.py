"""What a posting plan is made of. A plan is data: it can be shown, stored and carried out, and changes nothing.

Signs. `cents` of a cash move is the money that came in (negative: taken by the payer). `cents` of a write-off, of a
transfer and of an amount left open is the part of the charge it settles, moves or leaves; negative when it is undone.

For every matched account (a line, or the claim as a whole where the payer gave no lines)

    charge reported = payments + write-offs + transfers + left open + information

and over the whole remittance the cash moves sum to BPR02. A small-balance write-off stands outside of the first
equation: it settles what a transfer has moved to the patient.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from claimwright.findings import Finding
from claimwright.origin import NOWHERE, Origin
from claimwright.remittance.table import ROWS

PATIENT = "PATIENT"
"""The owner of what the patient owes. The other owners are payer levels as SBR01 writes them: P, S, T, A ..."""


class MoveKind(StrEnum):
    """What a move does. Each kind is one balanced journal entry (debit / credit), or none.

    Cash kinds debit `cash due from this remittance`; write-offs and transfers credit `receivable (line, owner)`.
    """

    PAYMENT = "payment"
    """Cash / receivable of the line, owner `level`."""
    UNAPPLIED = "unapplied"
    """Cash / unapplied money, kept under the trace number and `reference`."""
    INTEREST = "interest"
    """Cash / interest income. Never a claim payment."""
    RECOUPMENT = "recoupment"
    """Cash / recoupments due (WO): positive opens, negative settles."""
    FORWARD_BALANCE = "forward_balance"
    """Cash / balances carried forward (FB): positive opens, negative settles."""
    REFUND_ACKNOWLEDGED = "refund_acknowledged"
    """Cash / refunds sent (72)."""
    ADVANCE = "advance"
    """Cash / advances of the payer (AP, PI): positive opens, negative settles."""
    TAX_WITHHELD = "tax_withheld"
    """Cash / tax withheld receivable (IR): negative when withheld."""
    PAYER_CHARGE = "payer_charge"
    """Cash / charges by payers (50, 51): negative when charged."""
    PROVIDER_ADJUSTMENT = "provider_adjustment"
    """Cash / the account that the practice has confirmed for this PLB code (`account`)."""

    CONTRACTUAL = "contractual"
    """Contractual adjustments / receivable."""
    SEQUESTRATION = "sequestration"
    """Sequestration / receivable."""
    STATUTORY = "statutory"
    """Statutory reductions / receivable."""
    INCENTIVE = "incentive"
    """Incentives and penalties / receivable."""
    WITHHOLD = "withhold"
    """Withholds due from the payer (an asset) / receivable."""
    AUTO_CLOSE = "auto_close"
    """Write-offs by the auto-close list / receivable."""
    PATIENT_PROTECTION = "patient_protection"
    """Write-offs of shares that may not be asked of the patient / receivable."""
    SMALL_BALANCE = "small_balance"
    """Small-balance write-offs / receivable of the patient."""

    TRANSFER = "transfer"
    """Receivable of owner `to` / receivable of owner `level`. The amount owed stays the same."""

    LEFT_OPEN = "left_open"
    """No entry: says which part of the charge stays owed by `level`, and why."""
    INFORMATION = "information"
    """No entry: an amount the payer reports that changes nothing here (OA-23)."""


CASH_KINDS = frozenset(
    {
        MoveKind.PAYMENT,
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
)
"""The kinds whose cents sum to BPR02."""

WRITE_OFF_KINDS = frozenset(
    {
        MoveKind.CONTRACTUAL,
        MoveKind.SEQUESTRATION,
        MoveKind.STATUTORY,
        MoveKind.INCENTIVE,
        MoveKind.WITHHOLD,
        MoveKind.AUTO_CLOSE,
        MoveKind.PATIENT_PROTECTION,
        MoveKind.SMALL_BALANCE,
    }
)
"""The kinds that lower what is owed without money."""

SILENT_KINDS = frozenset({MoveKind.LEFT_OPEN, MoveKind.INFORMATION})
"""The kinds that make no journal entry; they explain the balance."""


class Move(NamedTuple):
    """One thing to do, or to know, about some cents. A named tuple because a remittance makes hundreds of thousands.

    `claim_key`, `line_key` are the keys that `Books` gave (a line key of None: the claim as a whole); `level` is the
    owner the move is about; `to` the new owner of a transfer; `group`, `reason` the CAS it came from, if any;
    `row` the row of the decision table; `detail` what that row's words leave out; `reverses` the key of the
    `PostedResult` that the move undoes (negative: the result of that CLP position of this very remittance);
    `reference` and `account` serve unapplied money and provider adjustments; `position` is the CLP it came from, from
    1 (0: a provider adjustment).
    """

    kind: MoveKind
    cents: int
    row: int
    origin: Origin = NOWHERE
    claim_key: int | None = None
    line_key: int | None = None
    level: str = ""
    to: str = ""
    group: str = ""
    reason: str = ""
    detail: str = ""
    reverses: int | None = None
    reference: str = ""
    account: str = ""
    position: int = 0

    @property
    def because(self) -> str:
        """The reason in plain words: the row's action, and what is particular to this move."""
        action = ROWS[self.row].action
        return f"{action}: {self.detail}" if self.detail else action

    @property
    def is_cash(self) -> bool:
        return self.kind in CASH_KINDS

    def to_plain(self) -> dict[str, Any]:
        """The move as JSON data, without what has its default value."""
        plain: dict[str, Any] = {"kind": self.kind, "cents": self.cents, "row": self.row}
        for (name, default), value in zip(_OPTIONAL_FIELDS, self[_OPTIONAL_FROM:], strict=True):
            if value != default:
                plain[name] = value
        origin = self.origin
        if origin is not NOWHERE and origin != NOWHERE:
            plain["origin"] = [origin.sha256, origin.offset, origin.length, origin.index]
        return plain

    @classmethod
    def from_plain(cls, data: dict[str, Any]) -> Move:
        """The move that `to_plain` turned into `data`."""
        fields = dict(data, kind=MoveKind(data["kind"]), origin=Origin(*data.get("origin", ())))
        return cls(**fields)


_OPTIONAL_FROM = Move._fields.index("origin") + 1
_OPTIONAL_FIELDS = tuple((name, Move._field_defaults[name]) for name in Move._fields[_OPTIONAL_FROM:])


class Queue(StrEnum):
    """Where a thing for a person belongs."""

    OUT_OF_BALANCE = "out_of_balance"
    NOT_OURS = "not_ours"
    DUPLICATE_REMITTANCE = "duplicate_remittance"
    UNUSUAL_PAYMENT = "unusual_payment"
    CASH_NOT_SEEN = "cash_not_seen"
    UNMATCHED_CLAIM = "unmatched_claim"
    LINE_MISMATCH = "line_mismatch"
    REVERSAL = "reversal"
    TAKEBACK_OR_DOUBLE = "takeback_or_double"
    FORWARDED = "forwarded"
    CODES = "codes"
    PATIENT_DENIAL = "patient_denial"
    PATIENT_PROTECTED = "patient_protected"
    PATIENT_WAS_PAID = "patient_was_paid"
    UNDERPAID = "underpaid"
    OVERPAID = "overpaid"
    UNPRICED = "unpriced"
    FULL_CHARGE_REDUCTION = "full_charge_reduction"
    DENIAL = "denial"
    COB_ORDER = "cob_order"
    CREDIT_BALANCE = "credit_balance"
    PROVIDER_ADJUSTMENT = "provider_adjustment"


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """Something that no row decides: a person must, in this queue, for this reason.

    `position` counts the CLPs of the remittance from 1; `cents` is what is at stake (for an unapplied claim, its cash).
    """

    queue: Queue
    row: int
    reason: str
    cents: int = 0
    position: int | None = None
    claim_key: int | None = None
    line_key: int | None = None
    level: str = ""
    reference: str = ""
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class DeniedAmount:
    """One adjustment of a denial: the line (None: the claim as a whole), its code, its remark codes, its cents."""

    line_key: int | None
    group: str
    reason: str
    cents: int
    remarks: tuple[str, ...] = ()
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class PlannedDenial:
    """One denial case to open: a claim, a payer level and a category, over all lines that share it.

    `category` is the CARC's (see `codesets.carc`); `queue` is DENIAL, PATIENT_DENIAL (the payer put the amount in
    group PR: look before billing the patient) or FULL_CHARGE_REDUCTION. Deadlines come from `denials`.
    """

    claim_key: int
    level: str
    category: str
    row: int
    amounts: tuple[DeniedAmount, ...]
    queue: Queue = Queue.DENIAL
    position: int = 0

    @property
    def cents(self) -> int:
        return sum(amount.cents for amount in self.amounts)


class ClaimState(StrEnum):
    """What a remittance makes of a claim at one payer level; the last four post nothing to the claim."""

    PAID = "paid"
    PARTIAL = "partial"
    DENIED = "denied"
    ZERO_PATIENT = "zero_patient"
    PENDED = "pended"
    REVERSED = "reversed"
    FORWARDED = "forwarded"
    ESTIMATED = "estimated"
    REPEATED = "repeated"
    REVIEW = "review"


RESULT_STATES = frozenset(
    {ClaimState.PAID, ClaimState.PARTIAL, ClaimState.DENIED, ClaimState.ZERO_PATIENT, ClaimState.PENDED}
)
"""The states that leave a result of the payer on the claim, which a later reversal can undo."""


class Confidence(StrEnum):
    """How sure a match is: posted, posted with a flag, or left to a person."""

    EXACT = "exact"
    FLAGGED = "flagged"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ClaimOutcome:
    """What became of one CLP: its match, and the state its payer level takes.

    `position` counts the CLPs from 1. `forwarded_to` is the level that the payer itself has passed the claim on to
    (status 19, 20, 21). `reverses` is the `PostedResult` undone. `bill_next` is the level whose claim must now be
    built and sent, because amounts were transferred to it and nobody forwarded them.
    """

    position: int
    state: ClaimState
    claim_key: int | None = None
    level: str = ""
    row: int = 0
    confidence: Confidence = Confidence.NONE
    match_reason: str = ""
    forwarded_to: str = ""
    bill_next: str = ""
    reverses: int | None = None


@dataclass(frozen=True, slots=True)
class Tickler:
    """Something to look at again on a day: a pending line, a reversal without its correction, a crossover."""

    claim_key: int
    due_date: date
    row: int
    reason: str
    line_key: int | None = None
    level: str = ""
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ItemChange:
    """A payer-side item opened (`item_key` None) or settled, in full or in part, by a PLB.

    `cents` is positive when it opens and negative when it settles that much of what is open. `code` is the PLB code
    that opened the item (WO, FB, 72, AP, PI), `reference` the reference it is looked up by. One that settles what its
    own plan opens has no `item_key`: `opening` says which of the plan's openings it is, counted from 1.
    """

    code: str
    reference: str
    cents: int
    item_key: int | None = None
    opening: int = 0
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do with one remittance. Not `accepted`: nothing may be posted, and `reviews` and `findings` say why.

    `moves` are in the order in which they are to be posted. `cash_confirmed` is False when the money itself was not
    seen yet: patient statements that come from this plan wait until `hold_statements_until`.
    """

    accepted: bool
    payment_cents: int
    findings: tuple[Finding, ...] = ()
    moves: tuple[Move, ...] = ()
    outcomes: tuple[ClaimOutcome, ...] = ()
    denials: tuple[PlannedDenial, ...] = ()
    reviews: tuple[ReviewItem, ...] = ()
    ticklers: tuple[Tickler, ...] = ()
    item_changes: tuple[ItemChange, ...] = ()
    cash_confirmed: bool = True
    hold_statements_until: date | None = None

    @property
    def cash_cents(self) -> int:
        """The sum of the cash moves; equal to `payment_cents` in every accepted plan."""
        return sum(move.cents for move in self.moves if move.kind in CASH_KINDS)

    def moves_of(self, position: int) -> tuple[Move, ...]:
        """The moves that came from one CLP, counted from 1; those of 0 came from provider adjustments."""
        return tuple(move for move in self.moves if move.position == position)

    @property
    def moves_by_position(self) -> dict[int, tuple[Move, ...]]:
        """All moves by the CLP that they came from, in one pass; positions in the order of posting."""
        found: dict[int, list[Move]] = {}
        for move in self.moves:
            found.setdefault(move.position, []).append(move)
        return {position: tuple(moves) for position, moves in found.items()}

    @property
    def totals_cents(self) -> dict[MoveKind, int]:
        """Cents by kind of move."""
        totals: Counter[MoveKind] = Counter()
        for move in self.moves:
            totals[move.kind] += move.cents
        return dict(totals)
