"""Closing a month of a practice: work that is open warns, what does not hold forbids, a closed month says one thing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.db.models import F

from claimwright.errors import InputError
from claimwright.office.charges.models import Encounter
from claimwright.office.ledger.models import PeriodClosing
from claimwright.office.ledger.periods import Period, closed_through, reopen_period
from claimwright.office.posting.deposits import enter_deposit, set_aside
from claimwright.office.posting.models import Remittance
from claimwright.office.posting.undoing import undo_remittance
from claimwright.office.reports import check_practice, close_month, closing, preview_closing
from claimwright.office.reports.ageing import age_balances
from tests.office.posting.scenes import IN_FULL, PAID

JANUARY = Period(date(2026, 1, 1))
WHY = "the bank's statement comes on the 10th"


@pytest.fixture
def february(practice, office_clock):
    """A month with a claim that was paid, and the third of the next one."""
    practice.bill("A1", [("99213", 150_00)])
    remittance = practice.post("T1", 100_00, IN_FULL)
    office_clock.advance(days=29)
    return remittance


def codes() -> list[str]:
    return [finding.code for finding in preview_closing(JANUARY).findings]


def test_a_month_without_open_work_closes_with_its_report(february, lakeside) -> None:
    preview = preview_closing(JANUARY)
    assert (preview.findings, preview.is_forbidden) == ((), False)
    rolled = preview.report.receivable
    assert (rolled.charges_cents, rolled.payments_cents, rolled.adjustments_cents) == (150_00, 100_00, 50_00)
    closed = close_month(JANUARY)
    assert closed.report == preview.report.to_plain()
    assert closed_through() == date(2026, 1, 31)
    assert check_practice(lakeside) == []


def test_what_was_told_of_a_closed_month_is_told_again_after_its_remittance_is_undone(february, lakeside) -> None:
    close_month(JANUARY)
    before = age_balances(JANUARY.last_date).to_plain()
    undo_remittance(february, reason="wrong practice")
    assert age_balances(JANUARY.last_date).to_plain() == before
    assert age_balances().cents == 150_00
    assert check_practice(lakeside) == []
    rolled = preview_closing(JANUARY.following()).report.receivable
    assert (rolled.opening_cents, rolled.payments_cents, rolled.adjustments_cents) == (0, -100_00, -50_00)


def test_a_deposit_of_a_closed_month_is_booked_in_the_open_one(february, lakeside) -> None:
    close_month(JANUARY)
    deposit = enter_deposit(cents=12_00, deposit_date=date(2026, 1, 30), reference="4711")
    told = preview_closing(JANUARY.following()).report
    assert (told.entries, told.late_entries) == (1, 1)
    assert deposit.deposit_date == date(2026, 1, 30)
    assert check_practice(lakeside) == []


def test_open_work_is_named_with_its_number_and_money_and_closing_needs_a_reason(february, practice) -> None:
    enter_deposit(cents=12_00, deposit_date=date(2026, 1, 30), reference="4711")
    (finding, *_) = preview_closing(JANUARY).findings
    assert (finding.code, finding.message) == ("CLS-101", "1 deposit at the bank without a remittance: 12.00.")
    with pytest.raises(InputError, match="say why") as refused:
        close_month(JANUARY)
    assert [one.code for one in refused.value.findings] == codes()
    assert close_month(JANUARY, because=WHY).note == WHY


def test_a_reason_without_open_work_is_not_kept(february) -> None:
    assert close_month(JANUARY, because=WHY).note == ""


def test_a_deposit_that_was_set_aside_does_not_speak_against_closing(february) -> None:
    deposit = enter_deposit(cents=12_00, deposit_date=date(2026, 1, 30), reference="4711")
    set_aside(deposit, note="the tenant's rent")
    assert "CLS-101" not in codes()


def test_remittances_that_wait_speak_against_closing(february, practice) -> None:
    undo_remittance(february, reason="wrong practice")
    assert codes() == ["CLS-102"]


def test_remittances_in_review_speak_against_closing(february) -> None:
    Remittance.objects.filter(pk=february.pk).update(state=Remittance.State.REVIEW)
    assert codes() == ["CLS-103"]


def test_remittances_whose_money_is_not_at_the_bank_speak_against_closing_where_the_bank_is_known(february) -> None:
    assert codes() == []
    deposit = enter_deposit(cents=12_00, deposit_date=date(2026, 1, 30), reference="4711")
    set_aside(deposit, note="the tenant's rent")
    assert codes() == ["CLS-104"]


def test_visits_that_are_not_released_speak_against_closing_once_each(february, practice) -> None:
    Encounter.objects.update(state=Encounter.State.HELD)
    finding = next(one for one in preview_closing(JANUARY).findings if one.code == "CLS-105")
    assert finding.message == "1 visit not released, with charges that are not in the books: 150.00."


def test_work_of_a_later_month_does_not_speak_against_closing(february, practice) -> None:
    practice.receive("T9", 80_00, PAID)
    deposit_date = date(2026, 2, 2)
    enter_deposit(cents=12_00, deposit_date=deposit_date, reference="4711")
    assert {"CLS-101", "CLS-102"}.isdisjoint(codes())


def test_a_month_out_of_its_turn_is_forbidden_whatever_the_reason(february) -> None:
    for period in (JANUARY.following(), Period(date(2026, 3, 1))):
        assert preview_closing(period).is_forbidden
        with pytest.raises(InputError, match="cannot be closed") as refused:
            close_month(period, because=WHY)
        assert refused.value.findings[0].code == "CLS-001"


def test_books_that_do_not_balance_are_forbidden_whatever_the_reason(february, monkeypatch) -> None:
    crooked = closing.report_days(JANUARY.first_date, JANUARY.last_date)
    crooked = replace(crooked, receivable=replace(crooked.receivable, charges_cents=1))
    monkeypatch.setattr(closing, "report_days", lambda first, last: crooked)
    with pytest.raises(InputError) as refused:
        close_month(JANUARY, because=WHY)
    assert [finding.code for finding in refused.value.findings] == ["CLS-002"]


def test_money_that_is_not_explained_is_forbidden_whatever_the_reason(february) -> None:
    Remittance.objects.update(payment_cents=F("payment_cents") + 1)
    with pytest.raises(InputError) as refused:
        close_month(JANUARY, because=WHY)
    assert "CHK-REM-001" in {finding.code for finding in refused.value.findings}
    assert not PeriodClosing.objects.exists()


def test_books_of_a_closed_month_that_say_something_else_are_found(february, lakeside, monkeypatch) -> None:
    closed = close_month(JANUARY)
    reopen_period(JANUARY, reason="to write a false report")
    report = {**closed.report, "entries": closed.report["entries"] + 1}
    closed.pk, closed.report, closed.reopened_at, closed.reopened_by = None, report, None, None
    closed.save(force_insert=True)
    assert [finding.code for finding in check_practice(lakeside)] == ["CHK-LED-005"]
