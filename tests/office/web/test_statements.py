"""Statements on screen: which stand, which are to be corrected and why, what took their place."""

from __future__ import annotations

import pytest
from django.test import Client as Browser
from django.urls import reverse

from claimwright.office.posting.patient_payments import take_payment
from claimwright.office.posting.posting import post_remittance
from claimwright.office.posting.undoing import undo_remittance
from claimwright.office.statements.models import Statement

STATEMENTS = reverse("statements")


@pytest.fixture
def desk(world, people) -> Browser:
    desk = Browser()
    desk.force_login(people["bob"])
    return desk


def text_of(response) -> str:
    return response.content.decode()


def test_the_statements_are_listed_by_state_with_what_is_asked_for(desk, world):
    page = text_of(desk.get(STATEMENTS))
    assert world.statement.number in page
    assert "30.00 asked for by open statements" in page
    assert "No statement is here" in text_of(desk.get(STATEMENTS, {"tab": "paid"}))
    assert world.statement.number in text_of(desk.get(STATEMENTS, {"tab": "nonsense"}))


def test_a_statement_shows_the_visits_that_it_billed_and_what_is_still_due(desk, world):
    take_payment(world.patient, cents=10_00, method="card")
    page = text_of(desk.get(reverse("statement-page", args=[world.statement.pk])))
    assert reverse("encounter", args=[world.paid.encounter_id]) in page
    assert "30.00" in page
    assert "20.00" in page, "still due"
    assert reverse("statement", args=[world.statement.pk]) in page, "the PDF"


def test_an_undone_remittance_shows_the_statement_as_to_be_corrected_and_why(desk, world):
    undo_remittance(world.remittance, reason="wrong practice")
    page = text_of(desk.get(STATEMENTS, {"tab": "correct"}))
    assert "to be corrected" in page
    assert "Undone: wrong practice" in page
    assert "to be corrected" in text_of(desk.get(reverse("patient", args=[world.patient.pk])))
    page = text_of(desk.get(reverse("statement-page", args=[world.statement.pk])))
    assert "Nothing is owed now" in page


def test_the_corrected_one_is_made_and_each_names_the_other(desk, world):
    undo_remittance(world.remittance, reason="wrong practice")
    post_remittance(world.remittance)
    page = text_of(desk.post(reverse("statements-make"), follow=True))
    assert "1 made, asking for 30.00" in page
    corrected = Statement.objects.get(state="open")
    page = text_of(desk.get(reverse("statement-page", args=[corrected.pk])))
    assert "It asks instead of" in page
    assert world.statement.number in page
    assert corrected.number in text_of(desk.get(reverse("statement-page", args=[world.statement.pk])))


def test_an_auditor_sees_statements_and_makes_none(desk, people):
    desk.force_login(people["audrey"])
    assert reverse("statements-make") not in text_of(desk.get(STATEMENTS))
    assert desk.post(reverse("statements-make")).status_code == 403
