"""A claim that no payer has confirmed escalates 30, 15 and 7 days before its last day, and closes with the proof."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from claimwright.office.claims.models import Adjudication, Claim
from claimwright.office.core import clock
from claimwright.office.followup.filing_limits import show_filing_limits
from claimwright.office.followup.models import WorkItem
from claimwright.office.followup.worklists import set_due_date
from claimwright.office.patients.models import Payer
from tests.office.posting.scenes import PAID

SERVICE = date(2025, 12, 1)
LIMIT_DAYS = 120


@pytest.fixture
def claim(practice) -> Claim:
    """A claim that was sent, to a payer whose contract gives 120 days: until 31 March 2026."""
    Payer.objects.filter(name="COMMERCIAL").update(filing_limit_days=LIMIT_DAYS)
    return practice.bill("A1", [("99213", 150_00)], payers=("commercial",), service_date=SERVICE)


@pytest.fixture
def days_left(office_clock):
    """Move the clock to so many days before the last one, and look."""

    def move(days: int) -> int:
        wanted = SERVICE + timedelta(days=LIMIT_DAYS - days)
        office_clock.advance(days=(wanted - clock.today()).days)
        return show_filing_limits()

    return move


def item() -> WorkItem:
    return WorkItem.objects.get(queue=WorkItem.Queue.FILING)


def test_nothing_is_said_before_thirty_days(claim, days_left):
    assert days_left(31) == 0
    assert not WorkItem.objects.exists()


def test_at_thirty_days_it_is_work_that_names_the_day_and_what_it_rests_on(claim, days_left):
    assert days_left(30) == 1
    assert item().title == "Claim A1 to COMMERCIAL: 30 days left to file"
    assert "The last day is 2026-03-31: 120 days after the service, by this payer's terms." in item().reason
    assert "Nothing proves that the payer has the claim" in item().reason
    assert item().due_date == date(2026, 3, 16), "the day of the next step"
    assert item().money_cents == 150_00


def test_it_escalates_once_at_each_step_whatever_day_somebody_set(claim, days_left):
    days_left(30)
    set_due_date(item(), date(2026, 12, 24))
    days_left(16)
    assert item().due_date == date(2026, 12, 24)
    days_left(15)
    assert item().due_date == date(2026, 3, 24)
    days_left(14)
    days_left(7)
    assert (item().due_date, item().title) == (date(2026, 3, 24), "Claim A1 to COMMERCIAL: 7 days left to file")
    escalations = item().notes.filter(text__startswith="Escalated").values_list("text", flat=True)
    assert list(escalations) == ["Escalated: 15 days left to file", "Escalated: 7 days left to file"]


def test_one_day_is_one_day_and_after_the_last_it_says_so(claim, days_left):
    days_left(7)
    days_left(1)
    assert "7 days left" in item().title, "the step is the same"
    days_left(-1)
    assert item().title.endswith("the filing limit has passed")
    assert "proof that it was filed in time" in item().next_action


def test_first_seen_on_the_last_day_but_one_it_says_one_day(claim, days_left):
    days_left(1)
    assert item().title.endswith("1 day left to file")


def test_the_payers_own_acceptance_closes_it(claim, days_left):
    days_left(30)
    Adjudication.objects.filter(claim=claim).update(accepted_at=clock.now())
    assert days_left(29) == 0
    assert (item().state, item().resolution) == (WorkItem.State.DONE, "The payer has it")


def test_a_decision_closes_it(practice, claim, days_left):
    days_left(30)
    practice.post("T1", 80_00, PAID, payer="commercial")
    assert days_left(29) == 0


def test_a_limit_that_no_contract_says_asks_for_its_confirmation(practice, days_left, office_clock):
    practice.bill("A1", [("99213", 150_00)], payers=("commercial",), service_date=SERVICE)
    Payer.objects.filter(name="COMMERCIAL").update(filing_limit_days=None)
    assert days_left(60) == 1
    assert "not confirmed. Confirm it with the payer." in item().reason


def test_a_later_payer_counts_from_the_earlier_ones_decision_once_it_is_its_turn(practice, office_clock):
    Payer.objects.filter(name="SUPPLEMENT").update(rules={"secondary_limit_days": 40})
    claim = practice.bill("A1", [("99213", 150_00)], payers=("medicare", "supplement"), service_date=SERVICE)
    assert show_filing_limits() == 0
    practice.post("T1", 80_00, PAID)
    assert claim.adjudications.get(level="S").state == Adjudication.State.NOT_SUBMITTED
    office_clock.advance(days=10)
    assert show_filing_limits() == 1
    assert "40 days after the earlier payer's decision" in item().reason
    assert item().next_action == "Send it today, or mend what stops it."


def test_a_claim_that_came_to_the_office_after_its_last_day_is_not_counted_down(practice, office_clock):
    Payer.objects.filter(name="COMMERCIAL").update(filing_limit_days=LIMIT_DAYS)
    practice.bill("A1", [("99213", 150_00)], payers=("commercial",), service_date=date(2025, 1, 2))
    assert show_filing_limits() == 0
    payer_without = practice.bill("A2", [("99213", 150_00)], payers=("commercial",), service_date=SERVICE)
    Payer.objects.update(filing_limit_days=None, kind=Payer.Kind.OTHER)
    office_clock.advance(days=300)
    assert show_filing_limits() == 0, "no limit is known"
    assert payer_without.service_date == SERVICE
