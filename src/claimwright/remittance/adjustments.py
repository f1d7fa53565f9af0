"""Rows 14 to 31: what each adjustment of a matched account becomes.

Payments are posted first. Of a first payer every cent of an adjustment is posted; of a later payer only what its level
still owes, in this order: shares of the patient, amounts left open, write-offs; the rest is information (row 31).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from types import MappingProxyType

from claimwright.codesets.reasons import carc
from claimwright.findings import Finding, Severity, Where
from claimwright.money import format_dollars
from claimwright.remittance.draft import Account, Draft, Entry, Pool
from claimwright.remittance.plan import PATIENT, WRITE_OFF_KINDS, DeniedAmount, Move, MoveKind, Queue
from claimwright.remittance.treatments import PROTECTING_REMARKS, Treatment, why_unclassified

SHARES = frozenset({Treatment.COST_SHARE, Treatment.PROTECTED, Treatment.PATIENT_WAS_PAID, Treatment.PATIENT_REVIEW})
OPEN = frozenset(
    {Treatment.DENIAL, Treatment.PENDING, Treatment.UNCLASSIFIED, Treatment.UNDECIDED, Treatment.FORWARDED}
)
_LEFT_TO_SOMEBODY = OPEN | {Treatment.PATIENT_REVIEW, Treatment.PATIENT_WAS_PAID}

WRITE_OFFS = MappingProxyType(
    {
        Treatment.SEQUESTRATION: (MoveKind.SEQUESTRATION, 19),
        Treatment.WITHHOLD: (MoveKind.WITHHOLD, 28),
        Treatment.INCENTIVE: (MoveKind.INCENTIVE, 28),
        Treatment.STATUTORY: (MoveKind.STATUTORY, 28),
    }
)
"""The reductions that are written off as they come, to accounts of their own."""

SEQUESTRATION_PERCENT = 2
SEQUESTRATION_TOLERANCE_CENTS = 2


def decide(draft: Draft, pool: Pool) -> None:
    """Add to the draft what becomes of every cent of a pool."""
    start = len(draft.moves)
    for account in pool.accounts:
        if account.paid_cents:
            _pay(draft, account)
    _judge_contract(draft, pool)
    for entry in sorted(pool.entries, key=_turn) if draft.is_later else pool.entries:
        if draft.is_unknown_patient and entry.treatment is not Treatment.INFORMATION:
            _unknown_patient(draft, pool, entry)
        else:
            HANDLERS[entry.treatment](draft, pool, entry)
    if draft.is_later:
        _explain_rest(draft, pool, start)
    elif pool.has_negative:
        _check_negative(draft, pool, start)
    if pool.cents.get(Treatment.SEQUESTRATION):
        _check_sequestration(draft, pool)


def _turn(entry: Entry) -> int:
    """The order in which a later payer's adjustments may use what its level owes; negative ones give room first."""
    if entry.cents < 0:
        return 0
    if entry.treatment in SHARES:
        return 1
    return 2 if entry.treatment in OPEN else 3


def _pay(draft: Draft, account: Account) -> None:
    is_whole = account.line is None and draft.claim.lines
    detail = "what the claim's own adjustments take from its lines" if is_whole else ""
    row = 13 if is_whole else draft.match_row
    draft.moves.append(
        Move(
            MoveKind.PAYMENT,
            account.paid_cents,
            row,
            account.origin,
            draft.claim_key,
            account.line_key,
            draft.level,
            "",
            "",
            "",
            detail,
            None,
            "",
            "",
            draft.position,
        )
    )


def _add(draft: Draft, entry: Entry, kind: MoveKind, cents: int, row: int, *, to: str = "", detail: str = "") -> None:
    adjustment, _, _, line_key, _, _, origin = entry
    draft.moves.append(
        Move(
            kind,
            cents,
            row,
            origin,
            draft.claim_key,
            line_key,
            draft.level,
            to,
            adjustment.group,
            adjustment.reason,
            detail,
            None,
            "",
            "",
            draft.position,
        )
    )


def _post(
    draft: Draft,
    pool: Pool,
    entry: Entry,
    kind: MoveKind,
    row: int,
    *,
    to: str = "",
    detail: str = "",
    cents: int | None = None,
) -> int:
    """Post an entry (or `cents` of it) as far as the pool has room, the rest as information; the cents posted."""
    cents = entry.cents if cents is None else cents
    posted = pool.take(cents)
    if posted:
        _add(draft, entry, kind, posted, row, to=to, detail=detail)
    if posted != cents:
        rest_row, why = (26, "a duplicate") if draft.is_repeat else (31, "more than this payer's level owes")
        _add(draft, entry, MoveKind.INFORMATION, cents - posted, rest_row, detail=why)
    return posted


def _leave_open(draft: Draft, pool: Pool, entry: Entry, row: int, detail: str = "", cents: int | None = None) -> int:
    """Leave an entry owed by the payer. A negative one fits no row but 30, so a person sees it; then 0 is returned."""
    if entry.cents < 0:
        _post(draft, pool, entry, MoveKind.LEFT_OPEN, 30, detail=detail)
        reason = f"{entry.adjustment} of {format_dollars(entry.cents)} is negative without being a reversal"
        draft.review(Queue.CODES, 30, reason, entry.cents, entry.line_key, entry.origin)
        return 0
    return _post(draft, pool, entry, MoveKind.LEFT_OPEN, row, detail=detail, cents=cents)


def _deny(
    draft: Draft, pool: Pool, entry: Entry, queue: Queue, row: int, category: str, cents: int | None = None
) -> None:
    """Leave an entry open and add it to the denial case of its category."""
    posted = _leave_open(draft, pool, entry, row, cents=cents)
    if posted:
        adjustment = entry.adjustment
        draft.denied[queue, category, row].append(
            DeniedAmount(entry.line_key, adjustment.group, adjustment.reason, posted, entry.remarks, entry.origin)
        )


def _day(draft: Draft) -> date | None:
    return draft.context.remittance.payment_date


def _category(reason: str, default: str) -> str:
    known = carc(reason)
    return known.category if known else default


def _unclassified(draft: Draft, pool: Pool, entry: Entry) -> None:
    posted = _leave_open(draft, pool, entry, 14)
    if posted:
        adjustment = entry.adjustment
        reason = f"{adjustment}: {why_unclassified(adjustment.group, adjustment.reason, _day(draft))}"
        draft.review(Queue.CODES, 14, reason, posted, entry.line_key, entry.origin)


def _undecided(draft: Draft, pool: Pool, entry: Entry) -> None:
    posted = _leave_open(draft, pool, entry, 14, "no row decides it")
    if posted:
        reason = f"no row of the table decides {entry.adjustment}"
        draft.review(Queue.CODES, 14, reason, posted, entry.line_key, entry.origin)


def _share(draft: Draft, pool: Pool, entry: Entry, row: int = 15) -> None:
    """Deductible, coinsurance, copay: to the next payer, else to the patient unless a rule protects the patient."""
    row = 30 if entry.cents < 0 else row
    if not draft.share_owner:
        _leave_open(draft, pool, entry, 11, "forwarded to a payer that is not on file")
    elif draft.share_owner == PATIENT and (draft.is_protected or not PROTECTING_REMARKS.isdisjoint(entry.remarks)):
        _post(draft, pool, entry, MoveKind.PATIENT_PROTECTION, 17)
    else:
        _post(draft, pool, entry, MoveKind.TRANSFER, row, to=draft.share_owner)


def _protected(draft: Draft, pool: Pool, entry: Entry) -> None:
    """CO-303, OA-209: never to the patient; to the next payer, else written off."""
    if not draft.share_owner:
        _leave_open(draft, pool, entry, 11, "forwarded to a payer that is not on file")
    elif draft.share_owner == PATIENT:
        _post(draft, pool, entry, MoveKind.PATIENT_PROTECTION, 17)
    else:
        _post(draft, pool, entry, MoveKind.TRANSFER, 17, to=draft.share_owner)


def _patient_review(draft: Draft, pool: Pool, entry: Entry) -> None:
    reason = entry.adjustment.reason
    if reason in draft.context.policy.patient_reasons:
        _share(draft, pool, entry, 16)
    else:
        _deny(draft, pool, entry, Queue.PATIENT_DENIAL, 16, _category(reason, "PATIENT_RESP"))


def _patient_was_paid(draft: Draft, pool: Pool, entry: Entry) -> None:
    """Only in group PR may the money be asked of the patient who has it."""
    if entry.adjustment.group == "PR" and entry.cents > 0:
        posted = _post(draft, pool, entry, MoveKind.TRANSFER, 29, to=PATIENT)
    else:
        posted = _leave_open(draft, pool, entry, 29)
    if posted:
        reason = f"the payer sent {format_dollars(posted)} to the patient: ask the patient for it"
        draft.review(Queue.PATIENT_WAS_PAID, 29, reason, posted, entry.line_key, entry.origin)


def _information(draft: Draft, pool: Pool, entry: Entry) -> None:
    """What earlier payers did. From the payer that we hold for the first it is a question of the order of payers."""
    if draft.is_later:
        _add(draft, entry, MoveKind.INFORMATION, entry.cents, 18)
        return
    posted = _leave_open(draft, pool, entry, 18, "no payer before this one is on file")
    if posted:
        reason = f"the payer counts {format_dollars(posted)} of an earlier payer, and this is our first"
        draft.review(Queue.COB_ORDER, 18, reason, posted, entry.line_key, entry.origin)


def _write_off(draft: Draft, pool: Pool, entry: Entry) -> None:
    kind, row = WRITE_OFFS[entry.treatment]
    _post(draft, pool, entry, kind, 30 if entry.cents < 0 else row)


def _negative_only(draft: Draft, pool: Pool, entry: Entry) -> None:
    """CARC 94, processed in excess of charges: how a payer unbundles (X12 RFI 2283)."""
    if entry.cents < 0:
        _post(draft, pool, entry, MoveKind.CONTRACTUAL, 30)
    else:
        _undecided(draft, pool, entry)


def _denial(draft: Draft, pool: Pool, entry: Entry) -> None:
    if entry.cents > 0 and is_auto_closed(draft, entry.adjustment.group, entry.adjustment.reason, entry.code):
        _post(draft, pool, entry, MoveKind.AUTO_CLOSE, 26)
    else:
        _deny(draft, pool, entry, Queue.DENIAL, 25, _category(entry.adjustment.reason, "OTHER"))


def is_auto_closed(draft: Draft, group: str, reason: str, code: str) -> bool:
    """Whether the practice closes this denial without work (row 26)."""
    return any(
        (close.group, close.reason) == (group, reason)
        and (not close.codes or code in close.codes)
        and (not close.needs_paid_original or (draft.standing is not None and draft.standing.has_paid(draft.level)))
        for close in draft.context.policy.auto_close
    )


def _pending(draft: Draft, pool: Pool, entry: Entry) -> None:
    if _leave_open(draft, pool, entry, 27):
        due_date = draft.context.today + timedelta(days=draft.context.policy.pending_wait_days)
        draft.tickle(27, due_date, f"{entry.adjustment}: the payer has not finished", entry.line_key)


def _forwarded(draft: Draft, pool: Pool, entry: Entry) -> None:
    posted = _leave_open(draft, pool, entry, 11, "the payer passed it on")
    if posted:
        reason = f"{entry.adjustment}: passed on to another payer; find out which and follow it there"
        draft.review(Queue.FORWARDED, 11, reason, posted, entry.line_key, entry.origin)


def _unknown_patient(draft: Draft, pool: Pool, entry: Entry) -> None:
    """Status 4 with nothing paid: whatever the codes, the payer does not know the patient (row 11)."""
    known = carc(entry.adjustment.reason)
    category = known.category if known is not None and known.is_denial else "ELIGIBILITY"
    _deny(draft, pool, entry, Queue.DENIAL, 11, category)


def _contract(draft: Draft, pool: Pool, entry: Entry) -> None:
    """Rows 20 to 24, and 31 for a later payer, as `_judge_contract` found for the pool."""
    if pool.row == 24:
        _unpaid_contract(draft, pool, entry)
        return
    left_cents = min(max(entry.cents, 0), pool.gap_cents)
    pool.gap_cents -= left_cents
    if entry.cents - left_cents:
        row = 30 if entry.cents < 0 else pool.row
        _post(draft, pool, entry, MoveKind.CONTRACTUAL, row, cents=entry.cents - left_cents)
    if left_cents:
        _leave_open(draft, pool, entry, 21, "less than the contract's amount", left_cents)


def _unpaid_contract(draft: Draft, pool: Pool, entry: Entry) -> None:
    """A reduction where nothing was paid is no reduction: it belongs to the denial beside it, or is one itself."""
    denial = pool.first.get(Treatment.DENIAL)
    if denial is not None:
        _deny(draft, pool, entry, Queue.DENIAL, 25, _category(denial.adjustment.reason, "OTHER"))
    elif not _LEFT_TO_SOMEBODY.isdisjoint(pool.first):
        _leave_open(draft, pool, entry, 24, "nothing was paid")
    else:
        _deny(draft, pool, entry, Queue.FULL_CHARGE_REDUCTION, 24, _category(entry.adjustment.reason, "CONTRACTUAL"))


def _judge_contract(draft: Draft, pool: Pool) -> None:
    """Find the row for the contract reductions of a pool, and how much of them is more than the contract allows."""
    cents_of = pool.cents.get
    contract_cents = cents_of(Treatment.CONTRACT, 0) + cents_of(Treatment.NEGATIVE_ONLY, 0)
    patient_cents, share_cents = pool.patient_cents, pool.share_cents
    to_patient_cents = cents_of(Treatment.PATIENT_WAS_PAID, 0)
    allowed_cents = pool.paid_cents + share_cents + to_patient_cents + cents_of(Treatment.SEQUESTRATION, 0)
    if pool.paid_cents <= 0 and patient_cents <= 0 and to_patient_cents <= 0:
        is_whole = contract_cents == pool.charge_cents
        is_denied = Treatment.DENIAL in pool.cents
        pool.row = 24 if not draft.is_later or is_whole or is_denied else 31
    elif draft.is_later:
        pool.row = 31
    elif pool.expected_cents is None:
        is_allowed = max(pool.paid_cents, share_cents, to_patient_cents) > 0
        _judge_unpriced(draft, pool, contract_cents, is_allowed=is_allowed)
    else:
        _judge_priced(draft, pool, contract_cents, allowed_cents, pool.expected_cents)


def _judge_unpriced(draft: Draft, pool: Pool, contract_cents: int, *, is_allowed: bool) -> None:
    pool.row = 23 if is_allowed else 24
    limit = draft.context.policy.unpriced_review_cents
    if is_allowed and limit is not None and contract_cents > limit:
        reason = f"{format_dollars(contract_cents)} written off without a contract rate on file"
        draft.review(Queue.UNPRICED, 23, reason, contract_cents, pool.line_key)


def _judge_priced(draft: Draft, pool: Pool, contract_cents: int, allowed_cents: int, expected_cents: int) -> None:
    policy = draft.context.policy
    tolerance_cents = max(policy.tolerance_cents, expected_cents * policy.tolerance_permille // 1000)
    difference_cents = allowed_cents - expected_cents
    pool.row = 20
    if abs(difference_cents) <= tolerance_cents:
        return
    said = f"allowed {format_dollars(allowed_cents)}, expected {format_dollars(expected_cents)}"
    if difference_cents > 0:
        pool.row = 22
        clock = "; a government payer: the 60-day clock runs" if _is_government(draft) else ""
        draft.review(Queue.OVERPAID, 22, said + clock, difference_cents, pool.line_key)
    else:
        by_contract_cents = max(pool.charge_cents - expected_cents, 0)
        pool.gap_cents = max(contract_cents - by_contract_cents, 0)
        if pool.gap_cents:
            draft.review(Queue.UNDERPAID, 21, said, pool.gap_cents, pool.line_key)


def _is_government(draft: Draft) -> bool:
    levels = draft.standing.known.levels if draft.standing else ()
    return any(level.is_government for level in levels if level.level == draft.level)


def _explain_rest(draft: Draft, pool: Pool, start: int) -> None:
    """A later payer that leaves something of its level without a reason: it stays open, and a person asks."""
    rest_cents = pool.room_cents or 0
    if rest_cents <= 0:
        return
    draft.review(
        Queue.COB_ORDER, 31, "this payer leaves a part of its level without a reason", rest_cents, pool.line_key
    )
    for index in range(len(draft.moves) - 1, start - 1, -1):
        move = draft.moves[index]
        if move.kind is MoveKind.INFORMATION and move.cents > 0 and rest_cents > 0:
            part_cents = min(rest_cents, move.cents)
            rest_cents -= part_cents
            left = move._replace(kind=MoveKind.LEFT_OPEN, cents=part_cents, row=31, detail="left without a reason")
            kept = move._replace(cents=move.cents - part_cents)
            draft.moves[index : index + 1] = [left] if not kept.cents else [kept, left]


def _check_negative(draft: Draft, pool: Pool, start: int) -> None:
    """Row 30: a negative adjustment is posted; when the write-offs exceed the charge all the same, a person looks."""
    written_off = sum(move.cents for move in draft.moves[start:] if move.kind in WRITE_OFF_KINDS)
    if written_off > pool.charge_cents:
        reason = f"{format_dollars(written_off)} written off of a charge of {format_dollars(pool.charge_cents)}"
        draft.review(Queue.CODES, 30, reason, written_off - pool.charge_cents, pool.line_key)


def _check_sequestration(draft: Draft, pool: Pool) -> None:
    """CO-253 is 2 % of the payment before it (row 19); anything else is told, and posted."""
    cut_cents = pool.cents_of(Treatment.SEQUESTRATION)
    off_percent_cents = cut_cents * 100 - (pool.paid_cents + cut_cents) * SEQUESTRATION_PERCENT
    if abs(off_percent_cents) > SEQUESTRATION_TOLERANCE_CENTS * 100:
        number = draft.claim.control_number
        message = f"Claim {number}: sequestration of {format_dollars(cut_cents)} is not 2 % of the payment before it."
        hint = "It is posted as the payer wrote it; ask the payer if it repeats."
        draft.findings.append(Finding("REM-SEQ-001", Severity.WARNING, message, hint, Where(record=number)))


HANDLERS: MappingProxyType[Treatment, Callable[[Draft, Pool, Entry], None]] = MappingProxyType(
    {
        Treatment.UNCLASSIFIED: _unclassified,
        Treatment.COST_SHARE: _share,
        Treatment.PATIENT_REVIEW: _patient_review,
        Treatment.PROTECTED: _protected,
        Treatment.INFORMATION: _information,
        Treatment.SEQUESTRATION: _write_off,
        Treatment.CONTRACT: _contract,
        Treatment.DENIAL: _denial,
        Treatment.PENDING: _pending,
        Treatment.WITHHOLD: _write_off,
        Treatment.INCENTIVE: _write_off,
        Treatment.STATUTORY: _write_off,
        Treatment.PATIENT_WAS_PAID: _patient_was_paid,
        Treatment.NEGATIVE_ONLY: _negative_only,
        Treatment.FORWARDED: _forwarded,
        Treatment.UNDECIDED: _undecided,
    }
)
"""Who decides which treatment."""
