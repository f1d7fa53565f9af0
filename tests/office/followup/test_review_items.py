"""What no rule decides is shown to a person in the right queue, and goes away when it is answered."""

from __future__ import annotations

from datetime import timedelta

import pytest

from claimwright.office.core import clock
from claimwright.office.followup.models import WorkItem
from claimwright.office.followup.review_items import _TITLES, QUEUES, show_unsettled_items
from claimwright.office.followup.worklists import finish_item, open_item, reopen_item, set_due_date
from claimwright.office.posting.decisions import explain_unapplied, undo_decision
from claimwright.office.posting.models import Remittance
from claimwright.office.posting.posting import post_claim_again, post_remittance, remittance_posted
from claimwright.office.posting.undoing import undo_line
from claimwright.remittance.plan import Queue
from tests.office.posting.scenes import PAID, PAID_A2, TAKEN_BACK


def open_items():
    return WorkItem.objects.exclude(state=WorkItem.State.DONE)


PAID_AS_AGREED = """CLP*A1*1*150*120**MB*ICN2
    SVC*HC:99213*150*120**1
    CAS*CO*45*30
    REF*6R*A1-1
"""


def test_every_queue_of_the_rules_has_a_worklist_and_a_title():
    assert set(QUEUES) == set(Queue) == set(_TITLES)


def test_money_without_a_claim_is_one_item_with_the_money_at_stake(practice):
    practice.post("T1", 80_00, PAID)
    (item,) = open_items()
    assert (item.queue, item.money_cents) == ("unmatched", 80_00)
    assert item.reason
    assert item.due_date is not None


def test_it_goes_away_when_the_claim_is_found(practice):
    remittance = practice.post("T1", 80_00, PAID.replace("A1", "OLD"))
    claim = practice.bill("A1", [("99213", 150_00)])
    post_claim_again(remittance.claims.get(), claim=claim)
    assert not open_items().exists()


def test_a_duplicate_and_a_refused_remittance_are_shown(practice):
    practice.bill("A1", [("99213", 150_00)])
    practice.post("T1", 80_00, PAID)
    practice.receive("T1", 80_00, PAID)
    practice.receive("T2", 80_00, PAID.replace("CO*45*50", "CO*45*49"))
    titles = sorted(item.title.split(":")[0] for item in open_items())
    assert titles == ["Came before", "Cannot be posted"]


def test_a_reversal_without_its_correction_waits_for_its_day_and_closes_with_the_correction(practice):
    practice.bill("A1", [("99213", 150_00)])
    practice.post("T1", 80_00, PAID)
    practice.post("T2", 0, TAKEN_BACK + "\nPLB*1999999984*20261231*FB:T2*-80")
    waiting = open_items().get(queue="no_response")
    assert waiting.state == WorkItem.State.BLOCKED
    practice.post("T3", 80_00, PAID.replace("ICN1", "ICN7"))
    waiting.refresh_from_db()
    assert waiting.state == WorkItem.State.DONE


def test_items_are_lost_with_the_posting_that_opened_them(practice):
    remittance = practice.receive("T1", 80_00, PAID)

    def fail(**_):
        raise RuntimeError("after the items")

    remittance_posted.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            post_remittance(remittance)
    finally:
        remittance_posted.disconnect(fail)
    assert not WorkItem.objects.exists()


def test_what_waited_for_an_answer_closes_when_it_comes(practice):
    claim = practice.bill("A2", [("99213", 150_00)])
    item = WorkItem.objects.create(
        queue="no_response",
        subject=f"claim {claim.pk} level P",
        claim=claim,
        title="x",
        reason="y",
        opened_at="2026-01-05T09:00Z",
    )
    practice.post("T1", 80_00, PAID_A2)
    item.refresh_from_db()
    assert item.state == WorkItem.State.DONE


def test_a_balance_that_nobody_settles_for_two_months_is_shown(practice, office_clock):
    practice.bill("A1", [("99213", 150_00)])
    practice.post("T1", 80_00, PAID)
    practice.post("T2", 0, TAKEN_BACK + "\nPLB*1999999984*20261231*FB:T2*-80")
    office_clock.advance(days=60)
    assert show_unsettled_items() == 0
    office_clock.advance(days=1)
    assert show_unsettled_items() == 1
    item = open_items().get(queue="recoupment")
    assert (item.money_cents, item.remittance.trace_number) == (80_00, "T2")


def test_a_balance_that_is_shown_keeps_the_day_somebody_set_and_closes_when_settled(practice, office_clock):
    practice.bill("A1", [("99213", 150_00)])
    practice.post("T1", 80_00, PAID)
    practice.post("T2", 0, TAKEN_BACK + "\nPLB*1999999984*20261231*FB:T2*-80")
    office_clock.advance(days=61)
    show_unsettled_items()
    item = open_items().get(queue="recoupment")
    set_due_date(item, clock.today() + timedelta(days=1))
    office_clock.advance(days=1)
    show_unsettled_items()
    item.refresh_from_db()
    assert item.due_date == clock.today()
    practice.bill("A2", [("99213", 150_00)])
    practice.post("T3", 0, PAID_A2 + "\nPLB*1999999984*20261231*FB:T2*80")
    assert show_unsettled_items() == 0
    item.refresh_from_db()
    assert (item.state, item.resolution) == (WorkItem.State.DONE, "A later remittance settled it")


def test_what_was_asked_about_a_result_is_closed_when_the_payer_takes_it_back(practice):
    practice.bill("A1", [("99213", 150_00)], expected={"99213": 120_00})
    practice.post("T1", 80_00, PAID)
    item = open_items().get(queue="underpaid")
    practice.post("T2", 40_00, TAKEN_BACK + PAID_AS_AGREED)
    item.refresh_from_db()
    assert item.state == WorkItem.State.DONE
    assert "Taken back" in item.resolution
    assert not open_items().filter(queue="underpaid").exists()


def state_of(remittance: Remittance) -> str:
    return Remittance.objects.values_list("state", flat=True).get(pk=remittance.pk)


def test_a_remittance_is_reviewed_when_its_last_item_is_done_and_to_review_when_one_comes_back(practice, people):
    remittance = practice.post("T1", 160_00, PAID + PAID_A2)
    first, second = open_items().filter(remittance=remittance)
    finish_item(first, resolution="looked at", actor=people["bob"])
    assert state_of(remittance) == "review"
    finish_item(second, resolution="looked at", actor=people["bob"])
    assert state_of(remittance) == "posted"
    reopen_item(second, actor=people["bob"])
    assert state_of(remittance) == "review"


def test_a_remittance_is_reviewed_when_the_office_closes_its_items(practice):
    remittance = practice.post("T1", 80_00, PAID.replace("A1", "OLD"))
    assert state_of(remittance) == "review"
    post_claim_again(remittance.claims.get(), claim=practice.bill("A1", [("99213", 150_00)]))
    assert state_of(remittance) == "posted"


def test_an_item_about_its_deposit_does_not_make_a_remittance_one_to_review(practice):
    practice.bill("A1", [("99213", 150_00)])
    remittance = practice.post("T1", 80_00, PAID)
    open_item("remittance", f"remittance {remittance.pk} deposit", title="late", reason="late", rule="halves",
              remittance=remittance)  # fmt: skip
    assert state_of(remittance) == "posted"


def test_money_that_an_undoing_leaves_waiting_is_work_until_it_is_explained(practice):
    claim = practice.bill("A1", [("99213", 150_00)])
    remittance = practice.post("T1", 80_00, PAID)
    (row,) = remittance.claims.all()
    undo_line(row, claim.lines.get().charge_id, reason="the wrong line")
    (item,) = open_items().filter(remittance=remittance)
    assert (item.queue, item.money_cents, state_of(remittance)) == ("unmatched", 80_00, "review")
    number = explain_unapplied(remittance.pk, reference="A1", cents=80_00, as_what="advance", reason="paid ahead")
    item.refresh_from_db()
    assert (item.state, item.resolution) == ("done", "Explained as advance: paid ahead")
    assert state_of(remittance) == "posted"
    undo_decision(number, reason="said too soon")
    assert open_items().get(remittance=remittance).subject == item.subject
    assert state_of(remittance) == "review"


def test_a_part_that_was_explained_leaves_the_item_open(practice):
    remittance = practice.post("T1", 80_00, PAID)
    explain_unapplied(remittance.pk, reference="A1", cents=30_00, as_what="advance", reason="a payer's advance")
    assert open_items().filter(remittance=remittance).exists()
