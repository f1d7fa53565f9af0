"""Money of patients at the desk: taken for the visit that is chosen, kept, applied, given back, undone."""

from __future__ import annotations

import re

import pytest
from django.test import Client as Browser
from django.urls import reverse

from claimwright.office.core.models import Membership
from claimwright.office.ledger.balances import owed_by_patients
from claimwright.office.posting.models import PatientPayment
from claimwright.office.posting.patient_payments import credit_cents, last_payment_id, take_payment


@pytest.fixture
def desk(world, people) -> Browser:
    desk = Browser()
    desk.force_login(people["bob"])
    return desk


def text_of(response) -> str:
    return response.content.decode().replace("&#x27;", "'")


def test_a_payment_is_taken_at_the_desk_undone_for_a_reason_and_credit_given_back(desk, world):
    patient = world.payment.patient_id
    take, refund = reverse("payment-take", args=[patient]), reverse("payment-refund", args=[patient])
    assert "Write dollars and cents" in text_of(desk.post(take, {"cents": "some", "method": "cash"}, follow=True))
    assert "is not a way of payment" in text_of(desk.post(take, {"cents": "5", "method": "shells"}, follow=True))
    assert "Taken: 5.00." in text_of(desk.post(take, {"cents": "$5", "method": "cash"}, follow=True))
    asked = {"cents": "31", "method": "check", "why": "asked"}
    assert "credit is smaller" in text_of(desk.post(refund, asked, follow=True))
    assert "is not a reason" in text_of(desk.post(refund, {**asked, "why": "a friend"}, follow=True))
    page = text_of(desk.post(refund, {**asked, "cents": "30", "reference": "77"}, follow=True))
    assert "Given back: 30.00." in page
    undo = reverse("payment-undo", args=[world.payment.pk])
    assert "Say why" in text_of(desk.post(undo, follow=True))
    assert "undo the refund first" in text_of(desk.post(undo, {"reason": "bounced"}, follow=True))


def test_a_payment_is_for_the_visit_that_was_chosen_or_for_one_to_come(desk, world):
    page = text_of(desk.get(reverse("patient", args=[world.patient.pk])))
    assert re.search(rf'<option value="{world.paid.encounter_id}">\s*[^<]*owes 30\.00', page)
    take = reverse("payment-take", args=[world.patient.pk])
    desk.post(take, {"cents": "12", "method": "cash", "encounter": "0"})
    assert credit_cents(world.patient) == 12_00
    desk.post(take, {"cents": "10", "method": "cash", "encounter": str(world.paid.encounter_id)})
    assert owed_by_patients([world.patient.pk], owner="PATIENT") == {world.patient.pk: 20_00}
    answer = desk.post(take, {"cents": "1", "method": "cash", "encounter": str(world.sent.encounter_id)}, follow=True)
    assert "not on the account of this patient" in text_of(answer)


def test_credit_is_applied_where_it_is_owed_and_says_so_when_it_is_not(desk, world):
    take_payment(world.patient, cents=12_00, method="cash", encounter_id=0)
    address = reverse("credit-apply", args=[world.patient.pk])
    page = text_of(desk.get(reverse("patient", args=[world.patient.pk])))
    assert "Apply the credit of 12.00" in page
    page = text_of(desk.post(address, {"encounter": str(world.paid.encounter_id)}, follow=True))
    assert "Applied: 12.00 of the credit." in page
    assert "Nothing was applied" in text_of(desk.post(address, follow=True))


def test_what_was_paid_too_much_is_kept_as_credit(desk, world):
    take_payment(world.patient, cents=30_00, method="cash")
    desk.post(reverse("remittance-undo", args=[world.remittance.pk]), {"reason": "wrong practice"})
    page = text_of(desk.get(reverse("patient", args=[world.patient.pk])))
    assert "30.00 was paid more than is owed now." in page
    address = reverse("credit-keep", args=[world.patient.pk])
    assert "30.00 is the patient's credit now." in text_of(desk.post(address, follow=True))
    assert "Nothing is paid too much any more" in text_of(desk.post(address, follow=True))


def test_a_form_sent_twice_takes_once_and_gives_back_once(desk, world):
    patient = world.payment.patient_id
    page = text_of(desk.get(reverse("patient", args=[patient])))
    assert f'name="seen" value="{world.payment.pk}"' in page
    typed = {"cents": "5", "method": "cash", "seen": str(world.payment.pk)}
    address = reverse("payment-take", args=[patient])
    assert "Taken: 5.00." in text_of(desk.post(address, typed, follow=True))
    assert "meanwhile" in text_of(desk.post(address, typed, follow=True))
    typed |= {"why": "asked", "seen": str(last_payment_id(world.payment.patient))}
    address = reverse("payment-refund", args=[patient])
    assert "Given back: 5.00." in text_of(desk.post(address, typed, follow=True))
    assert "meanwhile" in text_of(desk.post(address, typed, follow=True))
    assert PatientPayment.objects.filter(patient=patient).count() == 3


def test_the_front_desk_takes_a_copay_and_sees_no_balance(world, people, lakeside):
    Membership.objects.filter(user=people["bob"], client=lakeside).update(role=Membership.Role.FRONT_DESK)
    desk = Browser()
    desk.force_login(people["bob"])
    page = text_of(desk.get(reverse("patient", args=[world.patient.pk])))
    assert "30.00" not in page
    typed = {"cents": "20", "method": "card", "encounter": "0", "seen": "0"}
    page = text_of(desk.post(reverse("payment-take", args=[world.patient.pk]), typed, follow=True))
    assert "Taken: 20.00." in page
    assert PatientPayment.objects.get(patient=world.patient).taken_by == people["bob"]
    assert desk.post(reverse("payment-refund", args=[world.patient.pk])).status_code == 403


def test_more_than_ones_role_may_give_back_is_said_in_words(world, people, lakeside):
    Membership.objects.filter(user=people["bob"], client=lakeside).update(role=Membership.Role.POSTER)
    patient = world.payment.patient
    take_payment(patient, cents=500_00, method="check")
    desk = Browser()
    desk.force_login(people["bob"])
    typed = {"cents": "250.01", "method": "check", "why": "asked"}
    page = text_of(desk.post(reverse("payment-refund", args=[patient.pk]), typed, follow=True))
    assert "up to 250.00; ask a manager" in page
