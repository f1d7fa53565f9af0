"""The door: posting entries and reversing them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from django.db import connection, transaction
from django.dispatch import Signal

from claimwright.errors import ConflictError
from claimwright.office.core import clock
from claimwright.office.core.numbers import take_installation_numbers
from claimwright.office.core.rows import Row, database_instant, insert_rows
from claimwright.office.ledger.models import Account, JournalEntry, Posting
from claimwright.office.ledger.periods import JOURNAL_SERIES, first_open_day
from claimwright.origin import NOWHERE, Origin

entries_posted = Signal()
"""Sent within the transaction with `first` and `last`: the numbers of the entries that were posted, without a gap."""

_TEXT_MAX = 300
_PLAIN_ACCOUNTS = {account: account.value for account in Account}
_ENTRY_COLUMNS = (
    "id",
    "seal_id",
    "kind",
    "entry_date",
    "effective_date",
    "recorded_at",
    "text",
    "patient_id",
    "encounter_id",
    "remittance_id",
    "row",
    "file_sha256",
    "offset",
    "length",
    "segment_index",
    "reverses_id",
)
_POSTING_COLUMNS = (
    "entry_id",
    "account",
    "cents",
    "patient_id",
    "encounter_id",
    "charge_id",
    "owner",
    "payer_id",
    "reference",
)
_SEAL_ALL = "INSERT INTO ledger_seal (entry_id) SELECT id FROM ledger_journalentry WHERE id BETWEEN %s AND %s"


class NewPosting(NamedTuple):
    """One side of an entry to post; see `models.Posting`."""

    account: Account
    cents: int
    charge_id: int | None = None
    owner: str = ""
    payer_id: int | None = None
    reference: str = ""


class NewEntry(NamedTuple):
    """An entry to post; see `models.JournalEntry`. `entry_date` is the day it is about, None means today."""

    kind: str
    postings: tuple[NewPosting, ...]
    text: str = ""
    entry_date: date | None = None
    patient_id: int | None = None
    encounter_id: int | None = None
    remittance_id: int | None = None
    row: int = 0
    origin: Origin = NOWHERE
    reverses_id: int | None = None


def post_entries(entries: Sequence[NewEntry]) -> list[int]:
    """Post the entries, all or none, and give their numbers. One about a day of a closed month is dated on the first
    open day, and keeps its own as `effective_date`.

    Raises `ValueError` for an entry that does not balance, has fewer than two sides, or a side of zero.
    """
    return [number for numbers in post_parts([entries]) for number in numbers]


def post_parts(parts: Iterable[Sequence[NewEntry]]) -> Iterator[range]:
    """`post_entries` for more entries than memory should hold: part by part, to be consumed whole in a transaction.

    Gives the numbers of each part when it is posted. `entries_posted` is sent once, after the last.
    """
    first = last = 0
    with transaction.atomic():
        for entries in parts:
            if entries:
                numbers = _post(entries)
                first, last = first or numbers[0], numbers[-1]
                yield numbers
            else:
                yield range(0)
        if first:
            entries_posted.send(JournalEntry, first=first, last=last)


def _post(entries: Sequence[NewEntry]) -> range:
    for entry in entries:
        _check(entry)
    first = take_installation_numbers(JOURNAL_SERIES, len(entries))
    last = first + len(entries) - 1
    insert_rows(JournalEntry, _ENTRY_COLUMNS, _entry_rows(entries, first, clock.today(), first_open_day()))
    insert_rows(Posting, _POSTING_COLUMNS, _posting_rows(entries, first))
    with connection.cursor() as cursor:
        cursor.execute(_SEAL_ALL, [first, last])
    return range(first, last + 1)


def _entry_rows(entries: Sequence[NewEntry], first: int, today: date, open_from: date) -> Iterator[Row]:
    now = database_instant(clock.now())
    dates: dict[date | None, tuple[str, str | None]] = {}
    for number, entry in enumerate(entries, first):
        days = dates.get(entry.entry_date)
        if days is None:
            day = entry.entry_date or today
            late = day.isoformat() if day < open_from else None
            days = dates[entry.entry_date] = max(day, open_from).isoformat(), late
        origin = entry.origin
        yield (
            number,
            number,
            entry.kind,
            *days,
            now,
            entry.text[:_TEXT_MAX],
            entry.patient_id,
            entry.encounter_id,
            entry.remittance_id,
            entry.row,
            origin.sha256,
            origin.offset,
            origin.length,
            origin.index,
            entry.reverses_id,
        )


def _posting_rows(entries: Sequence[NewEntry], first: int) -> Iterator[Row]:
    for number, entry in enumerate(entries, first):
        patient_id, encounter_id = entry.patient_id, entry.encounter_id
        for account, cents, charge_id, owner, payer_id, reference in entry.postings:
            yield (
                number,
                _PLAIN_ACCOUNTS[account],
                cents,
                patient_id,
                encounter_id,
                charge_id,
                owner,
                payer_id,
                reference,
            )


def reverse_entries(entry_ids: Iterable[int], *, text: str, origin: Origin = NOWHERE, row: int = 0) -> list[int]:
    """Undo entries by entries that mirror them, and give the new numbers.

    Raises `ConflictError` when one of them was reversed before, or is not this client's.
    """
    wanted = sorted(set(entry_ids))
    found = list(JournalEntry.objects.filter(pk__in=wanted).prefetch_related("postings"))
    if len(found) != len(wanted):
        raise ConflictError("An entry to reverse does not exist.")
    if JournalEntry.objects.filter(reverses__in=wanted).exists():
        raise ConflictError("An entry was reversed already; reload and look at what it was reversed by.")
    return post_entries([_mirror(entry, text, origin, row) for entry in found])


def _mirror(entry: JournalEntry, text: str, origin: Origin, row: int) -> NewEntry:
    return NewEntry(
        kind="reversal",
        postings=tuple(
            NewPosting(Account(side.account), -side.cents, side.charge_id, side.owner, side.payer_id, side.reference)
            for side in entry.postings.all()
        ),
        text=text,
        patient_id=entry.patient_id,
        encounter_id=entry.encounter_id,
        remittance_id=entry.remittance_id,
        row=row,
        origin=origin,
        reverses_id=entry.pk,
    )


def _check(entry: NewEntry) -> None:
    cents = [side[1] for side in entry.postings]
    total = sum(cents)
    if total:
        raise ValueError(f"the entry {entry.kind!r} does not balance: its sides sum to {total} cents")
    if len(cents) < 2 or 0 in cents:
        raise ValueError(f"the entry {entry.kind!r} needs two sides or more, none of them zero")
