"""Why a balance is what it is: every entry that touched it, in plain words, down to the bytes that it came from.

explanation = explain(encounter, charge_id=..)
explanation.owed_cents        by owner, now
explanation.entries           what changed it, in order; the running balance beside each
explanation.left_open         what a payer left open without an entry, and why (a denial, an underpayment)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from claimwright.office.charges.models import Encounter
from claimwright.office.core.models import StoredFile
from claimwright.office.ledger.models import Account, JournalEntry
from claimwright.office.posting.known_claims import move_from_plain
from claimwright.office.posting.models import RemittanceClaim
from claimwright.origin import Origin
from claimwright.remittance.plan import SILENT_KINDS, Move
from claimwright.remittance.table import ROWS

_KIND_WORDS: Mapping[str, str] = {
    "charge": "Charge",
    "payment": "Insurance payment",
    "patient_payment": "Patient payment",
    "credit_applied": "Patient credit applied",
    "credit_released": "Overpaid by the patient: kept as credit",
    "contractual": "Contract reduction",
    "sequestration": "Sequestration",
    "statutory": "Statutory reduction",
    "incentive": "Incentive or penalty",
    "withhold": "Withheld by the payer",
    "auto_close": "Written off by the auto-close list",
    "patient_protection": "Written off: may not be asked of the patient",
    "small_balance": "Small balance written off",
    "write_off": "Written off",
    "transfer": "Moved to another payer or the patient",
    "reversal": "Reversal",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a fact came from: the file and its bytes, and the text of the segment that stands there."""

    origin: Origin
    file_id: int | None = None
    file_name: str = ""
    segment: str = ""


@dataclass(frozen=True, slots=True)
class ExplainedEntry:
    """One journal entry: what it did to what each owner owes, why, by which row of the decision table, from where."""

    number: int
    entry_date: date
    recorded_at: datetime
    kind: str
    words: str
    text: str
    row: int
    rule: str
    owed_change_cents: Mapping[str, int]
    owed_cents: Mapping[str, int]
    place: Place
    remittance_id: int | None = None
    reverses: int | None = None
    reversed_by: int | None = None

    @property
    def change_cents(self) -> int:
        """What it did to the balance as a whole."""
        return sum(self.owed_change_cents.values())


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """An amount that a payer's answer left as it was: no entry, but part of why the balance is there."""

    level: str
    cents: int
    text: str
    row: int
    rule: str
    remittance_id: int
    place: Place


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that made the balance of an encounter, or of one of its charges."""

    encounter_id: int
    charge_id: int | None
    owed_cents: Mapping[str, int]
    entries: tuple[ExplainedEntry, ...]
    left_open: tuple[LeftOpen, ...]

    @property
    def balance_cents(self) -> int:
        return sum(self.owed_cents.values())


def explain(encounter: Encounter, *, charge_id: int | None = None) -> Explanation:
    """Why the balance of this encounter (or of that charge of it) is what it is."""
    journal = list(
        JournalEntry.objects.filter(encounter_id=encounter.pk)
        .prefetch_related("postings", "reversed_by")
        .order_by("pk")
    )
    silent = list(_silent_moves(encounter, charge_id))
    places = _Places([_origin(entry) for entry in journal] + [origin for _, _, origin in silent])
    owed: dict[str, int] = {}
    entries = []
    for entry in journal:
        change = _change(entry, charge_id)
        if change:
            for owner, cents in change.items():
                owed[owner] = owed.get(owner, 0) + cents
            entries.append(_explained(entry, change, dict(owed), places))
    return Explanation(
        encounter_id=encounter.pk,
        charge_id=charge_id,
        owed_cents={owner: cents for owner, cents in owed.items() if cents},
        entries=tuple(entries),
        left_open=tuple(_left_open(row, move, places.at(origin)) for row, move, origin in silent),
    )


def _change(entry: JournalEntry, charge_id: int | None) -> dict[str, int]:
    change: dict[str, int] = {}
    for side in entry.postings.all():
        if side.account == Account.RECEIVABLE and charge_id in (None, side.charge_id):
            change[side.owner] = change.get(side.owner, 0) + side.cents
    return change


def _explained(
    entry: JournalEntry, change: Mapping[str, int], owed: Mapping[str, int], places: _Places
) -> ExplainedEntry:
    reversal = next(iter(entry.reversed_by.all()), None)
    return ExplainedEntry(
        number=entry.pk,
        entry_date=entry.entry_date,
        recorded_at=entry.recorded_at,
        kind=entry.kind,
        words=_KIND_WORDS.get(entry.kind, entry.kind.replace("_", " ").capitalize()),
        text=entry.text,
        row=entry.row,
        rule=_rule(entry.row),
        owed_change_cents=change,
        owed_cents=owed,
        place=places.at(_origin(entry)),
        remittance_id=entry.remittance_id,
        reverses=entry.reverses_id,
        reversed_by=reversal.pk if reversal else None,
    )


def _rule(row: int) -> str:
    return f"{ROWS[row].condition}: {ROWS[row].action}" if row in ROWS else ""


def _origin(entry: JournalEntry) -> Origin:
    return Origin(entry.file_sha256, entry.offset, entry.length, entry.segment_index)


def _silent_moves(encounter: Encounter, charge_id: int | None) -> Iterable[tuple[RemittanceClaim, Move, Origin]]:
    rows = RemittanceClaim.objects.filter(claim__encounter=encounter, reversed_by=None).select_related(
        "remittance__file"
    )
    for row in rows.order_by("pk"):
        for move in map(move_from_plain, row.moves):
            if move.kind in SILENT_KINDS and move.cents and charge_id in (None, move.line_key):
                place = move.origin
                yield row, move, Origin(row.remittance.file.sha256, place.offset, place.length, place.index)


def _left_open(row: RemittanceClaim, move: Move, place: Place) -> LeftOpen:
    adjustment = f"{move.group}-{move.reason} " if move.reason else ""
    text = f"{adjustment}{move.because}"
    return LeftOpen(move.level, move.cents, text, move.row, _rule(move.row), row.remittance_id, place)


class _Places:
    """The files that some facts came from, read once."""

    def __init__(self, origins: Sequence[Origin]) -> None:
        digests = {origin.sha256 for origin in origins} - {""}
        self._files: dict[str, Any] = {file.sha256: file for file in StoredFile.objects.filter(sha256__in=digests)}

    def at(self, origin: Origin) -> Place:
        file = self._files.get(origin.sha256)
        if file is None:
            return Place(origin)
        text = file.data[origin.offset : origin.offset + origin.length].decode("utf-8", "replace")
        return Place(origin, file.pk, file.name, text)
