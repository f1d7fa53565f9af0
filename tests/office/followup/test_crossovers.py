"""A crossover that never comes is work on day 30, and the next payer is billed by us, never while it may still come."""

from __future__ import annotations

import pytest

from claimwright.errors import ConflictError, InputError
from claimwright.office.claims.building import record_of
from claimwright.office.claims.models import Adjudication, Submission
from claimwright.office.followup import subjects
from claimwright.office.followup.crossovers import file_next_payer, show_crossovers
from claimwright.office.followup.models import WorkItem
from claimwright.office.followup.worklists import set_due_date
from claimwright.office.posting.models import Remittance
from claimwright.office.posting.next_payers import next_levels
from tests.office.posting.scenes import PAID, SECOND

FORWARDED = PAID.replace("CLP*A1*1*", "CLP*A1*19*")


@pytest.fixture
def second(practice) -> Adjudication:
    """The supplement's level of a claim that Medicare paid and says it sent on, on Monday 5 January."""
    claim = practice.bill("A1", [("99213", 150_00)], payers=("medicare", "supplement"))
    practice.post("T1", 80_00, FORWARDED)
    return Adjudication.objects.get(claim=claim, level="S")


def item() -> WorkItem:
    return WorkItem.objects.exclude(state="done").get(queue=WorkItem.Queue.NO_RESPONSE)


def test_the_wait_has_an_item_from_the_first_day_that_is_due_after_fifteen_business_days(second):
    assert (item().state, item().due_date.isoformat()) == (WorkItem.State.BLOCKED, "2026-01-26")


def test_on_day_thirty_the_same_item_says_that_it_never_came(second, office_clock):
    office_clock.advance(days=29)
    assert show_crossovers() == 0
    first = item()
    office_clock.advance(days=1)
    assert show_crossovers() == 1
    assert (item().pk, item().state) == (first.pk, WorkItem.State.OPEN)
    assert item().title == "The crossover of claim A1 to SUPPLEMENT never came"
    assert "file it yourselves" in item().next_action


def test_the_day_that_somebody_set_for_it_stays(second, office_clock):
    office_clock.advance(days=30)
    show_crossovers()
    set_due_date(item(), office_clock.today().replace(day=28))
    show_crossovers()
    assert item().due_date.day == 28


def test_the_answer_of_the_next_payer_closes_it(practice, second, office_clock):
    office_clock.advance(days=30)
    show_crossovers()
    practice.post("T2", 15_00, SECOND, payer="supplement")
    assert show_crossovers() == 0
    assert not WorkItem.objects.exclude(state="done").filter(queue=WorkItem.Queue.NO_RESPONSE).exists()


def test_an_item_whose_crossover_was_called_back_closes_itself(second, office_clock):
    office_clock.advance(days=30)
    show_crossovers()
    Adjudication.objects.filter(pk=second.pk).update(state=Adjudication.State.NOT_SUBMITTED)
    assert show_crossovers() == 0
    assert WorkItem.objects.get(subject=subjects.of_claim(second.claim_id, "S", subjects.ANSWER)).state == "done"


def test_after_thirty_days_the_next_payer_is_billed_with_what_the_first_decided(second, office_clock):
    office_clock.advance(days=30)
    show_crossovers()
    submission = file_next_payer(second)
    assert (submission.level, submission.state) == ("S", Submission.State.BUILT)
    (prior,) = record_of(submission).other_payers
    assert prior.paid_cents == 80_00
    second.refresh_from_db(from_queryset=Adjudication.objects.all())
    assert (second.state, second.submitted_by_payer) == (Adjudication.State.NOT_SUBMITTED, False)
    assert not WorkItem.objects.exclude(state="done").exists()
    events = list(second.claim.events.values_list("text", flat=True))
    assert "Filed by us: The crossover of 2026-01-05 never came" in events


def test_it_is_filed_once(second, office_clock):
    office_clock.advance(days=30)
    file_next_payer(second)
    with pytest.raises(ConflictError, match="does not wait"):
        file_next_payer(second)
    assert next_levels() == []


def test_nothing_is_filed_while_the_crossover_may_still_come(second, office_clock):
    office_clock.advance(days=20)
    with pytest.raises(ConflictError, match="before 2026-01-26, it would be a duplicate"):
        file_next_payer(second, because="the patient called")
    assert not Submission.objects.filter(level="S").exists()


def test_filed_before_day_thirty_it_needs_a_reason_which_the_timeline_keeps(second, office_clock):
    office_clock.advance(days=21)
    with pytest.raises(InputError, match="Say why"):
        file_next_payer(second)
    file_next_payer(second, because="the supplement says that it never came")
    assert second.claim.events.filter(text="Filed by us: the supplement says that it never came").exists()


def test_what_cannot_be_built_stays_forwarded(second, office_clock, monkeypatch):
    from claimwright.office.posting import next_payers

    def refuse(*_):
        raise InputError("no")

    monkeypatch.setattr(next_payers, "next_payer_claim", refuse)
    office_clock.advance(days=30)
    with pytest.raises(InputError, match="cannot be sent on"):
        file_next_payer(second)
    second.refresh_from_db(from_queryset=Adjudication.objects.all())
    assert second.state == Adjudication.State.FORWARDED


def test_a_claim_on_hold_is_not_filed(second, office_clock):
    second.claim.held_reason = "the lawyer writes"
    second.claim.save()
    office_clock.advance(days=30)
    with pytest.raises(ConflictError, match="not the turn"):
        file_next_payer(second)
    assert Remittance.objects.count() == 1
