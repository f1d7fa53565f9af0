"""A patient's credit that nothing waits for is work once, and the work closes itself when the credit is gone."""

from __future__ import annotations

from claimwright.office.followup.credits import show_idle_credits
from claimwright.office.followup.models import WorkItem
from claimwright.office.posting.patient_payments import refund_credit, take_payment
from tests.office.posting.scenes import IN_FULL, PAID


def test_a_credit_that_a_visit_may_still_need_is_no_work(practice):
    claim = practice.bill("A1", [("99213", 150_00)])
    take_payment(claim.patient, cents=25_00, method="card")
    assert show_idle_credits() == 0


def test_a_credit_that_nothing_waits_for_is_work_until_it_is_given_back(practice, people):
    claim = practice.bill("A1", [("99213", 150_00)])
    take_payment(claim.patient, cents=25_00, method="card")
    practice.post("T1", 100_00, IN_FULL)
    assert show_idle_credits() == 1
    assert show_idle_credits() == 1
    item = WorkItem.objects.get(queue="credit")
    assert (item.money_cents, item.patient, item.state) == (25_00, claim.patient, WorkItem.State.OPEN)
    refund_credit(claim.patient, cents=25_00, method="check", reason="asked", actor=people["bob"])
    assert show_idle_credits() == 0
    item.refresh_from_db()
    assert item.state == WorkItem.State.DONE


def test_a_guarantor_keeps_a_credit_that_a_dependent_may_need(practice):
    parent, child = practice.patient("ROE"), practice.patient("ROE")
    child.guarantor = parent
    child.save()
    take_payment(parent, cents=25_00, method="card")
    practice.bill("A1", [("99213", 150_00)], patient=child)
    assert show_idle_credits() == 0
    practice.post("T1", 80_00, PAID)
    assert show_idle_credits() == 0
    take_payment(parent, cents=20_00, method="card")
    assert show_idle_credits() == 1
