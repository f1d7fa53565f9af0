"""What a month did: accounts from opening to closing, and receivables explained by what stands against them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from claimwright.errors import ConflictError
from claimwright.office.ledger import periods
from claimwright.office.ledger.journal import NewEntry, NewPosting, post_entries
from claimwright.office.ledger.models import Account
from claimwright.office.ledger.periods import Period, close_period
from claimwright.office.ledger.rollforward import AccountMonth, RollForward, report_days

DECEMBER = (date(2025, 12, 1), date(2025, 12, 31))


def post(debit: Account, credit: Account, cents: int, on: date) -> None:
    sides = (NewPosting(debit, cents, 7, "P"), NewPosting(credit, -cents, 7, "P"))
    post_entries([NewEntry("any", sides, entry_date=on, patient_id=1, encounter_id=3)])


@pytest.fixture
def two_months(lakeside):
    """A charge in November, and in December a charge, a payment, an adjustment, a deposit and interest."""
    post(Account.RECEIVABLE, Account.CHARGES, 100_00, date(2025, 11, 30))
    post(Account.RECEIVABLE, Account.CHARGES, 40_00, date(2025, 12, 1))
    post(Account.CASH_DUE, Account.RECEIVABLE, 60_00, date(2025, 12, 15))
    post(Account.CONTRACTUAL, Account.RECEIVABLE, 25_00, date(2025, 12, 15))
    post(Account.BANK, Account.CASH_DUE, 60_00, date(2025, 12, 31))
    post(Account.CASH_DUE, Account.INTEREST, 1_00, date(2025, 12, 31))
    post(Account.RECEIVABLE, Account.CHARGES, 7_00, date(2026, 1, 1))


def test_receivables_close_at_opening_and_charges_less_payments_and_adjustments(two_months) -> None:
    report = report_days(*DECEMBER)
    assert report.receivable == RollForward(100_00, 40_00, 60_00, 25_00, 55_00)
    assert report.receivable.difference_cents == 0
    assert report.is_balanced


def test_every_account_goes_from_opening_to_closing(two_months) -> None:
    report = report_days(*DECEMBER)
    assert report.accounts == (
        AccountMonth(Account.RECEIVABLE, 100_00, 40_00, 85_00, 55_00),
        AccountMonth(Account.CASH_DUE, 0, 61_00, 60_00, 1_00),
        AccountMonth(Account.BANK, 0, 60_00, 0, 60_00),
        AccountMonth(Account.CHARGES, -100_00, 0, 40_00, -140_00),
        AccountMonth(Account.CONTRACTUAL, 0, 25_00, 0, 25_00),
        AccountMonth(Account.INTEREST, 0, 0, 1_00, -1_00),
    )
    assert (report.entries, report.late_entries) == (5, 0)


def test_late_entries_are_counted_in_the_month_that_they_went_to(two_months) -> None:
    close_period(Period.of(DECEMBER[0]))
    post(Account.CASH_DUE, Account.RECEIVABLE, 5_00, date(2025, 12, 20))
    report = report_days(date(2026, 1, 1), date(2026, 1, 31))
    assert (report.entries, report.late_entries) == (2, 1)
    assert report.receivable == RollForward(55_00, 7_00, 5_00, 0, 57_00)


def test_the_closing_keeps_the_report_as_data(two_months) -> None:
    closing = close_period(Period.of(DECEMBER[0]))
    assert closing.report == report_days(*DECEMBER).to_plain()
    assert closing.report["receivable"] == {
        "opening_cents": 100_00,
        "charges_cents": 40_00,
        "payments_cents": 60_00,
        "adjustments_cents": 25_00,
        "closing_cents": 55_00,
    }
    assert closing.report["accounts"][0]["account"] == "receivable"


def test_a_month_without_entries_has_a_report(lakeside) -> None:
    report = report_days(*DECEMBER)
    assert (report.accounts, report.entries, report.is_balanced) == ((), 0, True)


@pytest.mark.parametrize(
    "wrong", ["an account that moved elsewhere", "accounts that do not sum to zero", "receivables"]
)
def test_books_that_do_not_balance_are_seen_and_never_closed(two_months, monkeypatch, wrong) -> None:
    whole = report_days(*DECEMBER)
    first, *others = whole.accounts
    crooked = {
        "an account that moved elsewhere": replace(whole, accounts=(replace(first, debit_cents=1), *others)),
        "accounts that do not sum to zero": replace(whole, accounts=tuple(others)),
        "receivables": replace(whole, receivable=replace(whole.receivable, charges_cents=41_00)),
    }[wrong]
    assert not crooked.is_balanced
    monkeypatch.setattr(periods, "report_days", lambda first, last: crooked)
    with pytest.raises(ConflictError, match="do not balance"):
        close_period(Period.of(DECEMBER[0]))


def test_a_report_is_kept_as_plain_data_with_every_figure(two_months) -> None:
    plain = report_days(*DECEMBER).to_plain()
    assert {name: plain[name] for name in ("first_date", "last_date", "entries", "late_entries")} == {
        "first_date": "2025-12-01",
        "last_date": "2025-12-31",
        "entries": 5,
        "late_entries": 0,
    }
    assert plain["receivable"] == {
        "opening_cents": 100_00,
        "charges_cents": 40_00,
        "payments_cents": 60_00,
        "adjustments_cents": 25_00,
        "closing_cents": 55_00,
    }
    assert plain["accounts"][0] == {
        "account": "receivable",
        "opening_cents": 100_00,
        "debit_cents": 40_00,
        "credit_cents": 85_00,
        "closing_cents": 55_00,
    }
    assert [row["account"] for row in plain["accounts"]] == [
        "receivable",
        "cash_due",
        "bank",
        "charges",
        "contractual",
        "interest",
    ]
    assert set(plain) == {"first_date", "last_date", "entries", "late_entries", "receivable", "accounts"}


def test_what_moves_no_receivable_is_no_payment_of_one_and_no_adjustment(two_months) -> None:
    """A deposit and interest stand against cash; only what stands against a receivable explains receivables."""
    post(Account.BANK, Account.REFUND, 9_00, date(2025, 12, 31))
    post(Account.CONTRACTUAL, Account.CASH_DUE, 4_00, date(2025, 12, 31))
    assert report_days(*DECEMBER).receivable == RollForward(100_00, 40_00, 60_00, 25_00, 55_00)
