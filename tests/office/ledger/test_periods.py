"""Months close in their order; what comes late goes to the first open day; a closed day never says anything else."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from claimwright.clock import MovedClock
from claimwright.errors import ConflictError, InputError
from claimwright.office.core import audit, clock
from claimwright.office.core.models import AuditEntry, Client
from claimwright.office.core.scope import client_scope
from claimwright.office.ledger.balances import account_totals, owed_by_patients, owed_on_encounters
from claimwright.office.ledger.journal import NewEntry, NewPosting, post_entries, reverse_entries
from claimwright.office.ledger.models import Account, JournalEntry, PeriodClosing
from claimwright.office.ledger.periods import (
    Period,
    close_period,
    closed_through,
    first_open_day,
    periods,
    reopen_period,
)

NOVEMBER, DECEMBER, JANUARY = (Period(date(2025, 11, 1)), Period(date(2025, 12, 1)), Period(date(2026, 1, 1)))


def charge(cents: int = 100_00, *, on: date | None = None) -> JournalEntry:
    sides = (NewPosting(Account.RECEIVABLE, cents, 7, "P"), NewPosting(Account.CHARGES, -cents))
    (number,) = post_entries([NewEntry("charge", sides, entry_date=on, patient_id=1, encounter_id=3)])
    return JournalEntry.objects.get(pk=number)


def test_a_month_has_its_last_day_and_a_month_after_it() -> None:
    assert Period.of(date(2024, 2, 17)).last_date == date(2024, 2, 29)
    assert Period.parse("2025-12") == DECEMBER
    assert DECEMBER.following() == JANUARY
    assert str(JANUARY) == "2026-01"


@pytest.mark.parametrize("text", ["2026-13", "January", "2026-01-05", ""])
def test_what_is_no_month_is_refused_in_words(text: str) -> None:
    with pytest.raises(InputError, match="no month"):
        Period.parse(text)


def test_an_entry_about_a_closed_month_goes_to_the_first_open_day_and_keeps_its_own(lakeside) -> None:
    early = charge(on=date(2025, 12, 30))
    assert (early.entry_date, early.effective_date, early.is_late) == (date(2025, 12, 30), None, False)
    close_period(DECEMBER)
    late = charge(on=date(2025, 12, 31))
    assert (late.entry_date, late.effective_date, late.is_late) == (date(2026, 1, 1), date(2025, 12, 31), True)
    on_time = charge()
    assert (on_time.entry_date, on_time.is_late) == (date(2026, 1, 5), False)


def test_a_reversal_of_an_entry_in_a_closed_month_is_dated_today(lakeside) -> None:
    old = charge(on=date(2025, 12, 30))
    close_period(DECEMBER)
    (number,) = reverse_entries([old.pk], text="wrong patient")
    assert JournalEntry.objects.get(pk=number).entry_date == date(2026, 1, 5)
    assert account_totals(at=date(2025, 12, 31)) == {"receivable": 100_00, "charges": -100_00}


def test_the_database_refuses_an_entry_dated_in_a_closed_month(lakeside) -> None:
    close_period(DECEMBER)
    with pytest.raises(IntegrityError, match="closed month"), transaction.atomic():
        JournalEntry.objects.create(id=99, seal_id=99, kind="x", entry_date="2025-11-30", recorded_at=clock.now())
    reopen_period(DECEMBER, reason="the auditor asked")
    assert charge(on=date(2025, 11, 30)).entry_date == date(2025, 11, 30)


def test_a_closed_month_of_one_practice_is_open_in_another(lakeside, hillcrest) -> None:
    close_period(DECEMBER)
    with client_scope(hillcrest):
        assert first_open_day() == date.min
        assert charge(on=date(2025, 12, 31)).entry_date == date(2025, 12, 31)


def test_months_close_in_their_order(lakeside, office_clock) -> None:
    close_period(NOVEMBER)
    office_clock.advance(days=60)
    with pytest.raises(ConflictError, match="2025-12 comes first"):
        close_period(JANUARY)
    with pytest.raises(ConflictError, match="2025-11 is closed already"):
        close_period(NOVEMBER)
    close_period(DECEMBER)
    assert closed_through() == date(2025, 12, 31)


def test_a_month_that_is_not_over_stays_open(lakeside, office_clock) -> None:
    with pytest.raises(ConflictError, match="not over"):
        close_period(JANUARY)
    office_clock.advance(days=26)
    assert clock.today() == date(2026, 1, 31)
    with pytest.raises(ConflictError, match="not over"):
        close_period(JANUARY)
    office_clock.advance(days=1)
    close_period(JANUARY)


def test_months_are_opened_again_from_the_newest_and_for_a_reason(lakeside) -> None:
    close_period(NOVEMBER)
    close_period(DECEMBER)
    with pytest.raises(InputError, match="Say why"):
        reopen_period(DECEMBER, reason="  ")
    with pytest.raises(ConflictError, match="2025-12 comes first"):
        reopen_period(NOVEMBER, reason="a late charge")
    with pytest.raises(ConflictError, match="2026-01 is not closed"):
        reopen_period(JANUARY, reason="a late charge")
    reopen_period(DECEMBER, reason="a late charge")
    assert closed_through() == date(2025, 11, 30)
    reopen_period(NOVEMBER, reason="a late charge")
    assert closed_through() is None
    with pytest.raises(ConflictError, match="not closed"):
        reopen_period(NOVEMBER, reason="a late charge")


def test_a_month_that_was_opened_again_takes_entries_and_is_closed_again_by_another_row(lakeside) -> None:
    charge(on=date(2025, 12, 30))
    first = close_period(DECEMBER)
    reopen_period(DECEMBER, reason="a charge was forgotten")
    assert charge(50_00, on=date(2025, 12, 30)).entry_date == date(2025, 12, 30)
    second = close_period(DECEMBER, note="the deposit of the 31st is in dispute")
    assert PeriodClosing.objects.count() == 2
    assert first.report["receivable"]["closing_cents"] == 100_00
    assert second.report["receivable"]["closing_cents"] == 150_00
    assert second.note == "the deposit of the 31st is in dispute"


def test_closing_and_opening_stand_in_the_audit_trail_with_who_did_it_and_why(lakeside, people) -> None:
    with audit.acting_as(people["bob"], source="web"):
        closing = close_period(DECEMBER)
        reopen_period(DECEMBER, reason="the auditor asked")
    closing.refresh_from_db(from_queryset=PeriodClosing.objects.all())
    assert (closing.closed_by, closing.reopened_by) == (people["bob"], people["bob"])
    entries = AuditEntry.objects.filter(action__startswith="period.").order_by("number")
    told = [(entry.action, entry.subject, entry.actor) for entry in entries]
    assert told == [
        ("period.close", "period 2025-12", people["bob"]),
        ("period.reopen", "period 2025-12", people["bob"]),
    ]
    assert "the auditor asked" in entries[1].body


def test_the_months_are_listed_from_the_first_entry_to_this_one(lakeside) -> None:
    assert [str(state.period) for state in periods()] == ["2026-01"]
    charge(on=date(2025, 11, 5))
    close_period(NOVEMBER)
    listed = periods()
    assert [(str(one.period), one.closing is not None, one.is_over) for one in listed] == [
        ("2025-11", True, True),
        ("2025-12", False, True),
        ("2026-01", False, False),
    ]


def test_a_month_closed_before_the_first_entry_is_listed_too(lakeside) -> None:
    close_period(NOVEMBER)
    charge()
    assert [str(state.period) for state in periods()] == ["2025-11", "2025-12", "2026-01"]


@pytest.mark.parametrize(
    "change",
    [{"note": "other"}, {"last_entry": 9_999}, {"report": {}}, {"last_date": date(2025, 12, 30)}],
    ids=["note", "last entry", "report", "last day"],
)
def test_the_database_keeps_what_a_closing_said(lakeside, change) -> None:
    close_period(DECEMBER)
    with pytest.raises(IntegrityError, match="only be opened again"), transaction.atomic():
        PeriodClosing.objects.update(**change)


def test_the_database_refuses_to_close_quietly_what_was_opened_again(lakeside) -> None:
    close_period(DECEMBER)
    reopen_period(DECEMBER, reason="the auditor asked")
    with pytest.raises(IntegrityError, match="only be opened again"), transaction.atomic():
        PeriodClosing.objects.update(reopened_at=None)


def test_the_database_refuses_to_open_an_older_month_first(lakeside) -> None:
    november = close_period(NOVEMBER)
    close_period(DECEMBER)
    with pytest.raises(IntegrityError, match="from the newest"), transaction.atomic():
        PeriodClosing.objects.filter(pk=november.pk).update(reopened_at=clock.now())


def test_the_database_refuses_to_delete_a_closing(lakeside) -> None:
    close_period(DECEMBER)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM ledger_periodclosing")


def test_a_month_is_closed_once(lakeside) -> None:
    closing = close_period(DECEMBER)
    closing.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        closing.save(force_insert=True)


_DAYS = st.dates(date(2025, 10, 1), date(2026, 3, 31))
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("charge"), _DAYS),
        st.tuples(st.just("reverse"), st.integers(0, 20)),
        st.tuples(st.just("close"), st.none()),
        st.tuples(st.just("wait"), st.integers(1, 40)),
    ),
    max_size=25,
)


@pytest.mark.django_db
@settings(max_examples=40, deadline=None)
@given(steps=_STEPS)
def test_what_is_told_of_a_closed_day_never_changes(steps) -> None:
    """Whatever is posted, back-dated, reversed or closed afterwards."""
    told: dict[date, object] = {}
    moved = MovedClock(datetime(2025, 11, 15, 9, 0, tzinfo=UTC))
    practice = Client.objects.create(name="Lakeside", code=f"lakeside-{Client.objects.count()}")
    with clock.use_clock(moved), client_scope(practice):
        for step, value in steps:
            _take_step(moved, step, value)
            last = closed_through()
            for day in [] if last is None else [last - timedelta(days=days) for days in range(0, 60, 7)]:
                assert told.setdefault(day, _told_of(day)) == _told_of(day)


def _take_step(moved: MovedClock, step: str, value) -> None:
    if step == "charge":
        charge(on=value)
    elif step == "wait":
        moved.advance(days=value)
    elif step == "reverse":
        standing = JournalEntry.objects.filter(reversed_by=None, reverses=None)
        if standing.exists():
            reverse_entries([standing[value % standing.count()].pk], text="any")
    else:
        last = closed_through()
        period = Period.of(last + timedelta(days=1)) if last else NOVEMBER
        if period.last_date < clock.today():
            close_period(period)


def _told_of(day: date) -> object:
    return account_totals(at=day), owed_by_patients(at=day), owed_on_encounters([3], at=day)


def test_what_is_no_month_is_refused_with_the_way_to_write_it() -> None:
    with pytest.raises(InputError, match=r"^'January' is no month; write it as 2026-01\.$"):
        Period.parse("January")


def test_months_open_again_from_the_newest_and_only_closed_ones(lakeside) -> None:
    with pytest.raises(ConflictError, match=r"^2025-12 is not closed\.$"):
        reopen_period(DECEMBER, reason="too early")
    close_period(NOVEMBER)
    with pytest.raises(ConflictError, match=r"^2025-12 is not closed\.$"):
        reopen_period(DECEMBER, reason="only November is")
    close_period(DECEMBER)
    with pytest.raises(ConflictError, match=r"^Months are opened again from the newest: 2025-12 comes first\.$"):
        reopen_period(NOVEMBER, reason="the wrong order")
    reopen_period(DECEMBER, reason="right")
    assert closed_through() == NOVEMBER.last_date
    assert reopen_period(NOVEMBER, reason=" " + "r" * 301).reopen_reason == "r" * 300
    assert closed_through() is None


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_month_is_opened_again_for_a_reason(lakeside, reason: str) -> None:
    close_period(DECEMBER)
    with pytest.raises(InputError, match=r"^Say why the month is opened again\.$"):
        reopen_period(DECEMBER, reason=reason)


def test_the_months_go_from_the_oldest_entry_or_closing_to_this_one(lakeside) -> None:
    assert [str(one.period) for one in periods()] == ["2026-01"]
    charge(on=date(2025, 12, 31))
    assert [str(one.period) for one in periods()] == ["2025-12", "2026-01"]
    closing = close_period(NOVEMBER)
    states = periods()
    assert [(str(one.period), one.closing, one.is_over) for one in states] == [
        ("2025-11", closing, True),
        ("2025-12", None, True),
        ("2026-01", None, False),
    ]
