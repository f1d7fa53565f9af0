"""Somebody posts while another closes the month: the entry is in the report, or behind the line, never in between."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import copy_context
from datetime import date

import pytest
from django.db import connection, transaction

from claimwright.office.ledger.journal import NewEntry, NewPosting, post_entries
from claimwright.office.ledger.models import Account, JournalEntry, PeriodClosing
from claimwright.office.ledger.periods import Period, close_period
from claimwright.office.ledger.rollforward import report_days

DECEMBER = Period(date(2025, 12, 1))
LONG_S, A_WHILE_S = 60, 1
SIDES = (NewPosting(Account.RECEIVABLE, 100, 7, "P"), NewPosting(Account.CHARGES, -100))


@pytest.fixture
def at_once(db) -> Callable[[Callable[[], None]], threading.Thread]:
    """Start something in a thread of its own, with the scope and the clock of the test and its own connection."""
    if connection.vendor != "postgresql":
        pytest.skip("the embedded database writes one transaction at a time")

    def start(work: Callable[[], None]) -> threading.Thread:
        def run() -> None:
            try:
                work()
            finally:
                connection.close()

        thread = threading.Thread(target=copy_context().run, args=(run,), daemon=True)
        thread.start()
        return thread

    return start


@pytest.mark.django_db(transaction=True)
def test_who_closes_waits_for_who_posts(at_once, lakeside):
    posted, may_end = threading.Event(), threading.Event()

    def post() -> None:
        with transaction.atomic():
            post_entries([NewEntry("charge", SIDES, entry_date=date(2025, 12, 30))])
            posted.set()
            may_end.wait(LONG_S)

    poster = at_once(post)
    assert posted.wait(LONG_S)
    closer = at_once(lambda: close_period(DECEMBER) and None)
    closer.join(A_WHILE_S)
    may_end.set()
    for thread in (poster, closer):
        thread.join(LONG_S)
    assert PeriodClosing.objects.get().report["entries"] == 1
    assert report_days(DECEMBER.first_date, DECEMBER.last_date).entries == 1


@pytest.mark.django_db(transaction=True)
def test_who_posts_waits_for_who_closes_and_is_late(at_once, lakeside):
    closed, may_end = threading.Event(), threading.Event()

    def close() -> None:
        with transaction.atomic():
            close_period(DECEMBER)
            closed.set()
            may_end.wait(LONG_S)

    closer = at_once(close)
    assert closed.wait(LONG_S)
    poster = at_once(lambda: post_entries([NewEntry("charge", SIDES, entry_date=date(2025, 12, 30))]) and None)
    poster.join(A_WHILE_S)
    may_end.set()
    for thread in (closer, poster):
        thread.join(LONG_S)
    entry = JournalEntry.objects.get()
    assert (entry.entry_date, entry.effective_date) == (date(2026, 1, 1), date(2025, 12, 30))
