"""Closing months on screen: what is open, what it would be closed with, closed, late, opened again."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client as Browser
from django.urls import reverse

from claimwright.office.ledger.models import JournalEntry, PeriodClosing
from claimwright.office.posting.deposits import enter_deposit
from claimwright.office.posting.models import Remittance

CLOSING = reverse("closing")
JANUARY = reverse("closing-period", args=["2026-01"])
CLOSE = reverse("closing-close", args=["2026-01"])
REOPEN = reverse("closing-reopen", args=["2026-01"])


@pytest.fixture
def desk(world, people, office_clock) -> Browser:
    """A manager's browser on the first Monday of February; the world's work is of January."""
    office_clock.advance(days=28)
    desk = Browser()
    desk.force_login(people["bob"])
    return desk


def text_of(response) -> str:
    return response.content.decode()


def test_the_months_are_listed_with_what_is_open_in_the_next_one(desk):
    page = text_of(desk.get(CLOSING))
    assert "January 2026 is next" in page
    assert "work is open" in page
    assert "CLS-101" in page
    assert "not over" in page, "February"


def test_a_month_is_looked_at_before_it_is_closed(desk):
    page = text_of(desk.get(JANUARY))
    assert "Nothing is changed by looking" in page
    assert "equal to the ledger" in page
    assert reverse("deposits") + "?state=open" in page
    assert not PeriodClosing.objects.exists()


def test_closing_with_open_work_needs_a_reason_which_is_kept(desk, people):
    refused = desk.post(CLOSE, {"because": " "})
    assert refused.status_code == 422
    assert "say why to close now" in text_of(refused)
    page = text_of(desk.post(CLOSE, {"because": "the bank is late"}, follow=True))
    assert "2026-01 is closed" in page
    assert "in spite of open work: the bank is late" in page
    assert PeriodClosing.objects.get().closed_by == people["bob"]


def test_what_does_not_balance_cannot_be_closed_and_has_no_button(desk):
    Remittance.objects.update(payment_cents=1)
    refused = desk.post(CLOSE, {"because": "never mind"})
    assert refused.status_code == 422
    assert "2026-01 cannot be closed" in text_of(refused)
    assert CLOSE not in text_of(desk.get(JANUARY))


def test_a_late_entry_is_marked_where_it_is_shown(desk):
    desk.post(CLOSE, {"because": "the bank is late"})
    deposit = enter_deposit(cents=5_00, deposit_date=date(2026, 1, 30), reference="4712")
    assert JournalEntry.objects.get(pk=deposit.entries[0]).entry_date == date(2026, 2, 1)
    page = text_of(desk.get(reverse("ledger-entry", args=[deposit.entries[0]])))
    assert "about Jan 30, 2026, whose month was closed" in page
    assert "late" in text_of(desk.get(reverse("ledger-account", args=["bank"])))


def test_the_newest_closed_month_is_opened_again_for_a_reason(desk):
    desk.post(CLOSE, {"because": "the bank is late"})
    assert "Say why the month is opened again" in text_of(desk.post(REOPEN, follow=True))
    page = text_of(desk.post(REOPEN, {"reason": "a charge was forgotten"}, follow=True))
    assert "2026-01 is open again" in page
    assert "a charge was forgotten" in page
    assert "is not closed" in text_of(desk.post(REOPEN, {"reason": "again"}, follow=True))


def test_an_older_closed_month_says_that_the_newest_comes_first(desk, office_clock):
    desk.post(CLOSE, {"because": "the bank is late"})
    office_clock.advance(days=28)
    desk.post(reverse("closing-close", args=["2026-02"]), {"because": "the bank is late"})
    assert "from the newest" in text_of(desk.get(JANUARY))
    assert "2026-02 comes first" in text_of(desk.post(REOPEN, {"reason": "a charge"}, follow=True))


def test_a_month_that_is_not_over_has_no_report_yet(desk):
    page = text_of(desk.get(reverse("closing-period", args=["2026-02"])))
    assert "There is no report yet" in page
    assert "closed after its last day, February 28" in page
    refused = desk.post(reverse("closing-close", args=["2026-02"]))
    assert "2026-02 cannot be closed" in text_of(refused)


def test_who_may_not_close_sees_the_report_and_no_form(desk, people):
    desk.force_login(people["audrey"])
    page = text_of(desk.get(JANUARY))
    assert "Receivables" in page
    assert CLOSE not in page
    assert "Look at it and close" not in text_of(desk.get(CLOSING))


def test_what_is_no_month_does_not_exist(desk):
    assert desk.get(reverse("closing-period", args=["never"])).status_code == 404
