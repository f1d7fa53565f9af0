"""A patient's money goes to the oldest debt first; what is left is a credit; undoing restores everything."""

from __future__ import annotations

from datetime import date

import pytest

from claimwright.errors import ConflictError, InputError
from claimwright.office.core import audit
from claimwright.office.core.access import NotAllowed
from claimwright.office.core.models import Membership
from claimwright.office.ledger.balances import account_totals
from claimwright.office.ledger.models import Account
from claimwright.office.posting.patient_payments import (
    NO_ENCOUNTER,
    apply_credit,
    credit_cents,
    last_payment_id,
    refund_credit,
    release_overpaid,
    take_payment,
    undo_payment,
)
from claimwright.office.reports import check_practice
from claimwright.remittance.plan import PATIENT
from tests.office.posting.scenes import PAID, REVERSED_AND_CORRECTED, owed


def test_the_oldest_service_is_paid_first(practice):
    patient = practice.patient()
    later = practice.bill("B", [("99213", 100_00)], (), patient=patient, service_date=date(2025, 12, 20))
    earlier = practice.bill("A", [("99213", 60_00)], (), patient=patient, service_date=date(2025, 11, 2))
    take_payment(patient, cents=70_00, method="card")
    assert owed(earlier) == {}
    assert owed(later) == {PATIENT: 90_00}
    assert account_totals()[Account.CASH] == 70_00


def test_what_is_not_owed_is_kept_as_credit_and_applied_later(practice):
    patient = practice.patient()
    practice.bill("A", [("99213", 60_00)], (), patient=patient)
    take_payment(patient, cents=100_00, method="check", reference="1007")
    assert credit_cents(patient) == 40_00
    later = practice.bill("B", [("99213", 25_00)], (), patient=patient)
    assert apply_credit(patient) == 25_00
    assert owed(later) == {}
    assert credit_cents(patient) == 15_00


def test_a_guarantor_pays_for_dependents(practice):
    parent, child = practice.patient("ROE"), practice.patient("ROE")
    child.guarantor = parent
    child.save()
    visit = practice.bill("A", [("99213", 60_00)], (), patient=child)
    take_payment(parent, cents=60_00, method="cash")
    assert owed(visit) == {}
    assert credit_cents(parent) == 0


def test_a_payment_for_one_visit_leaves_the_others_alone(practice):
    patient = practice.patient()
    first = practice.bill("A", [("99213", 60_00)], (), patient=patient)
    second = practice.bill("B", [("99213", 60_00)], (), patient=patient)
    take_payment(patient, cents=60_00, method="cash", encounter_id=second.encounter_id)
    assert (owed(first), owed(second)) == ({PATIENT: 60_00}, {})


def test_what_payers_owe_is_never_paid_by_the_patient(practice):
    claim = practice.bill("A", [("99213", 60_00)], ("medicare",))
    take_payment(claim.patient, cents=20_00, method="card")
    assert owed(claim) == {"P": 60_00}
    assert credit_cents(claim.patient) == 20_00


def test_undoing_restores_every_balance_and_can_be_done_once(practice):
    patient = practice.patient()
    claim = practice.bill("A", [("99213", 60_00)], (), patient=patient)
    before = account_totals()
    payment = take_payment(patient, cents=100_00, method="check")
    undo_payment(payment, reason="The check bounced")
    assert {name: cents for name, cents in account_totals().items() if cents} == before
    assert owed(claim) == {PATIENT: 60_00}
    with pytest.raises(ConflictError):
        undo_payment(payment, reason="again")


def test_undoing_a_payment_whose_credit_was_applied_makes_the_patient_owe_again(practice, lakeside):
    patient = practice.patient()
    bounced = take_payment(patient, cents=40_00, method="check")
    take_payment(patient, cents=5_00, method="cash")
    first = practice.bill("A", [("99213", 30_00)], (), patient=patient)
    second = practice.bill("B", [("99213", 15_00)], (), patient=patient, service_date=date(2025, 12, 20))
    assert apply_credit(patient) == 45_00
    undo_payment(bounced, reason="The check bounced")
    assert credit_cents(patient) == 0
    assert (owed(first), owed(second)) == ({PATIENT: 25_00}, {PATIENT: 15_00})
    assert check_practice(lakeside) == []


def test_a_payment_whose_credit_was_given_back_is_not_undone(practice, people):
    patient = practice.patient()
    payment = take_payment(patient, cents=40_00, method="check")
    refund_credit(patient, cents=40_00, method="check", reason="overpaid", actor=people["bob"])
    before = account_totals()
    with pytest.raises(ConflictError):
        undo_payment(payment, reason="The check bounced")
    payment.refresh_from_db()
    assert (account_totals(), payment.undone_at) == (before, None)


@pytest.mark.parametrize(("cents", "method"), [(0, "cash"), (-5, "cash"), (100, "barter")])
def test_nonsense_is_refused_before_anything_is_written(practice, cents, method):
    with pytest.raises(InputError):
        take_payment(practice.patient(), cents=cents, method=method)
    assert account_totals() == {}


def test_who_took_the_money_is_kept(practice, people):
    with audit.acting_as(people["alice"], source="web"):
        payment = take_payment(practice.patient(), cents=10_00, method="cash")
    assert payment.taken_by == people["alice"]


def test_what_a_correction_leaves_overpaid_becomes_credit_and_is_refunded(practice, lakeside, people):
    claim = practice.bill("A1", [("99213", 150_00)])
    practice.post("T1", 80_00, PAID)
    take_payment(claim.patient, cents=20_00, method="card")
    practice.post("T2", 20_00, REVERSED_AND_CORRECTED)
    assert owed(claim) == {PATIENT: -20_00}
    assert release_overpaid(claim.patient) == 20_00
    assert (owed(claim), credit_cents(claim.patient)) == ({}, 20_00)
    refund = refund_credit(
        claim.patient, cents=20_00, method="check", reason="payer_paid", actor=people["bob"], reference="2001"
    )
    assert refund.cents == -20_00
    assert account_totals()[Account.CASH] == 0
    assert check_practice(lakeside) == []
    undo_payment(refund, reason="the check was never cashed")
    assert credit_cents(claim.patient) == 20_00
    assert check_practice(lakeside) == []


def test_no_more_than_the_credit_is_refunded(practice, people):
    with pytest.raises(ConflictError):
        refund_credit(practice.patient(), cents=1, method="check", reason="asked", actor=people["bob"])


def test_credit_is_applied_to_the_visit_that_was_chosen(practice, lakeside):
    patient = practice.patient()
    take_payment(patient, cents=30_00, method="card", encounter_id=NO_ENCOUNTER)
    first = practice.bill("A", [("99213", 25_00)], (), patient=patient)
    second = practice.bill("B", [("99213", 25_00)], (), patient=patient)
    assert apply_credit(patient, encounter_id=second.encounter_id) == 25_00
    assert (owed(first), owed(second), credit_cents(patient)) == ({PATIENT: 25_00}, {}, 5_00)
    assert check_practice(lakeside) == []


def test_a_visit_of_somebody_else_is_neither_paid_nor_credited(practice):
    patient, other = practice.patient("ROE"), practice.patient("DOE")
    take_payment(patient, cents=5_00, method="cash", encounter_id=NO_ENCOUNTER)
    visit = practice.bill("A", [("99213", 25_00)], (), patient=other)
    before = account_totals()
    with pytest.raises(InputError, match="not on the account"):
        take_payment(patient, cents=25_00, method="cash", encounter_id=visit.encounter_id)
    with pytest.raises(InputError, match="not on the account"):
        apply_credit(patient, encounter_id=visit.encounter_id)
    assert account_totals() == before


def test_a_form_that_is_sent_twice_takes_and_gives_back_once(practice, people):
    patient = practice.patient()
    take_payment(patient, cents=10_00, method="cash", seen_id=0)
    with pytest.raises(ConflictError, match="meanwhile"):
        take_payment(patient, cents=10_00, method="cash", seen_id=0)
    told = {"cents": 4_00, "method": "cash", "reason": "asked", "actor": people["bob"]}
    seen = last_payment_id(patient)
    refund_credit(patient, seen_id=seen, **told)
    with pytest.raises(ConflictError, match="meanwhile"):
        refund_credit(patient, seen_id=seen, **told)
    assert credit_cents(patient) == 6_00


@pytest.mark.parametrize(
    ("role", "cents", "is_allowed"),
    [("poster", 250_00, True), ("poster", 250_01, False), ("manager", 900_00, True), ("biller", 1, False)],
)
def test_giving_back_has_a_limit_by_role(practice, lakeside, people, role, cents, is_allowed):
    patient = practice.patient()
    take_payment(patient, cents=900_00, method="check")
    Membership.objects.filter(user=people["alice"], client=lakeside).update(role=role)
    told = {"cents": cents, "method": "check", "reason": "asked", "actor": people["alice"]}
    if is_allowed:
        assert refund_credit(patient, **told).cents == -cents
    else:
        with pytest.raises(NotAllowed, match="ask a manager"):
            refund_credit(patient, **told)
    assert credit_cents(patient) == 900_00 - cents * is_allowed


def test_a_reason_of_ones_own_gives_nothing_back(practice, people):
    patient = practice.patient()
    take_payment(patient, cents=9_00, method="check")
    with pytest.raises(InputError, match="not a reason"):
        refund_credit(patient, cents=9_00, method="check", reason="a friend", actor=people["bob"])
    assert credit_cents(patient) == 9_00
