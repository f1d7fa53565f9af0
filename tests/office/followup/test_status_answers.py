"""What a payer answers about a claim becomes work unless it works on it, and the work closes itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from claimwright.office.core import clock
from claimwright.office.exchange.models import StatusCheck
from claimwright.office.exchange.status import claim_answered
from claimwright.office.followup.models import WorkItem
from tests.office.posting.scenes import PAID


@pytest.fixture
def answer(practice):
    """Let the payer of a claim answer with a category and code."""
    claim = practice.bill("A1", [("99213", 150_00)])

    def say(category: str, code: str, area: str) -> WorkItem | None:
        check = StatusCheck.objects.create(
            claim=claim,
            level="P",
            trace=f"S{StatusCheck.objects.count()}",
            asked_at=clock.now(),
            category=category,
            code=code,
        )
        claim_answered.send(StatusCheck, check=check, area=area)
        return WorkItem.objects.exclude(state="done").first()

    return say


@pytest.mark.parametrize(
    ("category", "area"), [("R4", "info_requested"), ("P4", "patient_requested"), ("A4", "not_found"), ("E1", "error")]
)
def test_an_answer_that_asks_for_something_is_work_with_a_day(answer, category, area):
    item = answer(category, "294", area)
    assert (item.queue, item.state, item.money_cents) == ("no_response", WorkItem.State.OPEN, 150_00)
    assert item.due_date == clock.today() + timedelta(days=3)
    assert "A1" in item.title
    assert item.next_action


def test_that_the_payer_works_on_it_is_no_work_and_closes_what_was(answer):
    assert answer("P1", "20", "pended") is None
    assert answer("A4", "35", "not_found") is not None
    assert answer("P1", "20", "pended") is None


def test_a_finished_claim_waits_for_its_remittance_which_closes_the_item(answer, practice):
    item = answer("F1", "65", "finalized")
    assert (item.state, item.due_date) == (WorkItem.State.BLOCKED, clock.today() + timedelta(days=7))
    practice.post("T1", 80_00, PAID)
    item.refresh_from_db()
    assert item.state == WorkItem.State.DONE
