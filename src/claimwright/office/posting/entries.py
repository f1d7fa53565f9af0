"""From the moves of a plan to journal entries: which accounts each kind debits and credits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from claimwright.office.ledger.journal import NewEntry, NewPosting
from claimwright.office.ledger.models import Account
from claimwright.remittance.plan import CASH_KINDS, SILENT_KINDS, WRITE_OFF_KINDS, Move, MoveKind
from claimwright.remittance.table import ROWS

CASH_COUNTERPARTS = MappingProxyType(
    {
        MoveKind.PAYMENT: Account.RECEIVABLE,
        MoveKind.UNAPPLIED: Account.UNAPPLIED,
        MoveKind.INTEREST: Account.INTEREST,
        MoveKind.RECOUPMENT: Account.RECOUPMENT,
        MoveKind.FORWARD_BALANCE: Account.FORWARD_BALANCE,
        MoveKind.REFUND_ACKNOWLEDGED: Account.REFUND,
        MoveKind.ADVANCE: Account.ADVANCE,
        MoveKind.TAX_WITHHELD: Account.TAX_WITHHELD,
        MoveKind.PAYER_CHARGE: Account.PAYER_CHARGE,
        MoveKind.PROVIDER_ADJUSTMENT: Account.PROVIDER_ADJUSTMENT,
    }
)
"""What the cash of a remittance is credited to."""

WRITE_OFF_ACCOUNTS = MappingProxyType({kind: Account(kind.value) for kind in WRITE_OFF_KINDS})
"""What a write-off is debited to: the account of the same name."""


class Subject(NamedTuple):
    """Whose account a claim is on; of no claim: nobody's."""

    patient_id: int | None = None
    encounter_id: int | None = None


_NOBODY = Subject()


@dataclass(frozen=True, slots=True)
class Source:
    """The remittance that moves come from."""

    remittance_id: int
    sha256: str
    trace_number: str
    payer_id: int | None
    payer_name: str = ""


def makes_entry(move: Move) -> bool:
    """Whether a move changes the ledger at all."""
    return move.cents != 0 and move.kind not in SILENT_KINDS


def entry_of(move: Move, source: Source, subjects: Mapping[int, Subject], reverses_id: int | None = None) -> NewEntry:
    """The journal entry of one move; `subjects` are those of the claims by their key."""
    subject = subjects[move.claim_key] if move.claim_key is not None else _NOBODY
    origin = move.origin
    return NewEntry(
        move.kind.value,
        _sides(move, source),
        _words(
            move.kind,
            move.row,
            move.group,
            move.reason,
            move.detail,
            source.payer_name,
            source.trace_number,
            is_taken=move.cents <= 0,
        ),
        None,
        subject.patient_id,
        subject.encounter_id,
        source.remittance_id,
        move.row,
        origin if origin.sha256 == source.sha256 else replace(origin, sha256=source.sha256),
        reverses_id,
    )


@lru_cache(maxsize=4096)
def _words(
    kind: MoveKind, row: int, group: str, reason: str, detail: str, payer_name: str, trace: str, *, is_taken: bool
) -> str:
    """What the entry says: the same for thousands of moves of a remittance."""
    action = ROWS[row].action
    because = f"{action}: {detail}" if detail else action
    if kind is MoveKind.PAYMENT:
        verb = "took back" if is_taken else "paid"
        return f"{payer_name or 'The payer'} {verb}, trace {trace}: {because}"
    return f"{group}-{reason} {because}" if reason else because


def _sides(move: Move, source: Source) -> tuple[NewPosting, NewPosting]:
    kind, cents, line_key = move.kind, move.cents, move.line_key
    code = f"{move.group}-{move.reason}" if move.reason else ""
    receivable = NewPosting(Account.RECEIVABLE, -cents, line_key, move.level, None, code)
    if kind in CASH_KINDS:
        cash = NewPosting(Account.CASH_DUE, cents, None, "", source.payer_id, source.trace_number[:50])
        return cash, receivable if kind is MoveKind.PAYMENT else _payer_side(move, source)
    if kind is MoveKind.TRANSFER:
        return NewPosting(Account.RECEIVABLE, cents, line_key, move.to, None, code), receivable
    return NewPosting(WRITE_OFF_ACCOUNTS[kind], cents, line_key, move.level, None, code), receivable


def _payer_side(move: Move, source: Source) -> NewPosting:
    reference = move.account or move.reference or source.trace_number
    account = CASH_COUNTERPARTS[move.kind]
    return NewPosting(account, -move.cents, payer_id=source.payer_id, reference=reference[:50])
