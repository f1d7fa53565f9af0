"""Accounting periods are months. A closed month takes no entry any more: what comes late is dated on the first open
day and keeps its own day beside it, so that what was told of a closed day stays true.

    close_period(period, note="")        after every earlier month; its report is kept with it
    reopen_period(period, reason="...")  the newest closed month only
    first_open_day()                     where late entries go

Whether a month should be closed (deposits, remittances, the checks) is for `reports.closing` to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from django.db import transaction
from django.db.models import Min

from claimwright.errors import ConflictError, InputError
from claimwright.office.core import audit, clock
from claimwright.office.core.numbers import take_installation_numbers
from claimwright.office.ledger.models import JournalEntry, PeriodClosing
from claimwright.office.ledger.rollforward import report_days

JOURNAL_SERIES = "journal entry"
"""The counted series of entry numbers. Whoever holds its next number holds the journal of the installation."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A month. Made by `of`, `parse` or `following`."""

    first_date: date

    @classmethod
    def of(cls, day: date) -> Self:
        """The month of a day."""
        return cls(day.replace(day=1))

    @classmethod
    def parse(cls, text: str) -> Self:
        """From `2026-01`. Raises `InputError` for anything else."""
        try:
            return cls(date.fromisoformat(f"{text}-01"))
        except ValueError as wrong:
            raise InputError(f"{text!r} is no month; write it as 2026-01.") from wrong

    @property
    def last_date(self) -> date:
        return self.following().first_date - _DAY

    def following(self) -> Period:
        """The next month."""
        return Period.of(self.first_date.replace(day=28) + timedelta(days=4))

    def __str__(self) -> str:
        return f"{self.first_date:%Y-%m}"


@dataclass(frozen=True, slots=True)
class PeriodState:
    """A month as the books have it: `closing` is the standing one, None while the month is open."""

    period: Period
    closing: PeriodClosing | None

    @property
    def is_over(self) -> bool:
        return self.period.last_date < clock.today()


def closed_through() -> date | None:
    """The last closed day; None when no month is closed."""
    standing = PeriodClosing.objects.filter(reopened_at=None)
    return standing.order_by("-last_date").values_list("last_date", flat=True).first()


def first_open_day() -> date:
    """The first day that takes entries; the first day there is when no month is closed."""
    last = closed_through()
    return last + _DAY if last else date.min


def periods() -> list[PeriodState]:
    """Every month from the first entry (or closing) to the current one, oldest first."""
    standing = {closing.last_date: closing for closing in PeriodClosing.objects.filter(reopened_at=None)}
    first = JournalEntry.objects.aggregate(first=Min("entry_date"))["first"] or clock.today()
    first = min([first, *(closing.first_date for closing in standing.values())])
    return [PeriodState(period, standing.get(period.last_date)) for period in _months(first, clock.today())]


def _months(first: date, last: date) -> Iterator[Period]:
    period = Period.of(first)
    while period.first_date <= last:
        yield period
        period = period.following()


def hold_journal() -> int:
    """Let nobody post until this transaction ends; the number of the newest entry. Postings wait for their numbers, and
    ask for the first open day once they have them: so none slips into a month that is being closed."""
    return take_installation_numbers(JOURNAL_SERIES, 0) - 1


def close_period(period: Period, *, note: str = "") -> PeriodClosing:
    """Close a month with its report. `note` says why it is closed in spite of what is open.

    Raises `ConflictError` when it is not over, closed already, not the next to be closed, or does not balance.
    """
    with transaction.atomic():
        last_entry = hold_journal()
        if why_not := why_not_closable(period):
            raise ConflictError(why_not)
        report = report_days(period.first_date, period.last_date)
        if not report.is_balanced:
            raise ConflictError(f"The books of {period} do not balance; run `claimwright check` and report it.")
        closing = PeriodClosing.objects.create(
            first_date=period.first_date,
            last_date=period.last_date,
            closed_at=clock.now(),
            closed_by_id=audit.current_actor_id(),
            note=note[:300],
            last_entry=last_entry,
            report=report.to_plain(),
        )
        audit.record("period.close", f"period {period}", last_entry=last_entry, note=note[:300])
    return closing


def why_not_closable(period: Period) -> str:
    """Why it is not the month's turn to be closed, in words; nothing when it is."""
    if period.last_date >= clock.today():
        return f"{period} is not over; a month is closed after its last day."
    last = closed_through()
    if last is None:
        return ""
    if period.last_date <= last:
        return f"{period} is closed already."
    following = Period.of(last + _DAY)
    return "" if period == following else f"Months are closed in their order: {following} comes first."


def reopen_period(period: Period, *, reason: str) -> PeriodClosing:
    """Open the newest closed month again. Late entries that went to a later day stay where they are.

    Raises `InputError` without a reason, `ConflictError` when it is not closed or a later month is.
    """
    if not reason.strip():
        raise InputError("Say why the month is opened again.")
    with transaction.atomic():
        hold_journal()
        closing = PeriodClosing.objects.filter(reopened_at=None).order_by("-last_date").first()
        if closing is None or closing.last_date < period.first_date:
            raise ConflictError(f"{period} is not closed.")
        if closing.first_date != period.first_date:
            newest = Period(closing.first_date)
            raise ConflictError(f"Months are opened again from the newest: {newest} comes first.")
        closing.reopened_at, closing.reopened_by_id = clock.now(), audit.current_actor_id()
        closing.reopen_reason = reason.strip()[:300]
        closing.save(update_fields=["reopened_at", "reopened_by", "reopen_reason"])
        audit.record("period.reopen", f"period {period}", reason=closing.reopen_reason)
    return closing
