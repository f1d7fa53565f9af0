"""The door: posting entries and reversing them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.dispatch import Signal

from claimwright.errors import ConflictError
from claimwright.office.core import clock
from claimwright.office.core.numbers import take_installation_numbers
from claimwright.office.ledger.models import Account, JournalEntry, Posting, Seal
from claimwright.office.ledger.periods import JOURNAL_SERIES, first_open_day
from claimwright.origin import NOWHERE, Origin

entries_posted = Signal()
"""Sent within the transaction with `first` and `last`: the numbers of the entries that were posted, without a gap."""

_TEXT_MAX = 300


@dataclass(frozen=True, slots=True)
class NewPosting:
    """One side of an entry to post; see `models.Posting`."""

    account: Account
    cents: int
    charge_id: int | None = None
    owner: str = ""
    payer_id: int | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class NewEntry:
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
    if not entries:
        return []
    for entry in entries:
        _check(entry)
    now, today = clock.now(), clock.today()
    with transaction.atomic():
        first = take_installation_numbers(JOURNAL_SERIES, len(entries))
        open_from = first_open_day()
        numbered = [(number, entry, entry.entry_date or today) for number, entry in enumerate(entries, first)]
        JournalEntry.objects.bulk_create(
            [
                JournalEntry(
                    id=number,
                    seal_id=number,
                    kind=entry.kind,
                    entry_date=max(day, open_from),
                    effective_date=day if day < open_from else None,
                    recorded_at=now,
                    text=entry.text[:_TEXT_MAX],
                    patient_id=entry.patient_id,
                    encounter_id=entry.encounter_id,
                    remittance_id=entry.remittance_id,
                    row=entry.row,
                    file_sha256=entry.origin.sha256,
                    offset=entry.origin.offset,
                    length=entry.origin.length,
                    segment_index=entry.origin.index,
                    reverses_id=entry.reverses_id,
                )
                for number, entry, day in numbered
            ]
        )
        Posting.objects.bulk_create(
            [
                Posting(
                    entry_id=number,
                    account=side.account,
                    cents=side.cents,
                    patient_id=entry.patient_id,
                    encounter_id=entry.encounter_id,
                    charge_id=side.charge_id,
                    owner=side.owner,
                    payer_id=side.payer_id,
                    reference=side.reference,
                )
                for number, entry, _ in numbered
                for side in entry.postings
            ]
        )
        numbers = [number for number, *_ in numbered]
        Seal.objects.bulk_create([Seal(entry_id=number) for number in numbers])
        entries_posted.send(JournalEntry, first=numbers[0], last=numbers[-1])
    return numbers


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
    total = sum(side.cents for side in entry.postings)
    if total:
        raise ValueError(f"the entry {entry.kind!r} does not balance: its sides sum to {total} cents")
    if len(entry.postings) < 2 or any(side.cents == 0 for side in entry.postings):
        raise ValueError(f"the entry {entry.kind!r} needs two sides or more, none of them zero")
