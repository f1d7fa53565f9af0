"""Contracts on screen: what holds for whom, checked and tried before it is stored, explained step by step."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import reverse

from claimwright.office.core.models import AuditEntry
from claimwright.office.patients.models import Contract

TERMS = '[tables_cents.schedule]\n99214 = 13000\n\n[[rates]]\ntable = "schedule"\npercent = 110\n'


@pytest.fixture
def bob(people) -> Browser:
    browser = Browser()
    browser.force_login(people["bob"])
    return browser


def _add(browser: Browser, world, **changed):
    typed = {"payer": world.practice.aetna.pk, "name": "Harbor 2026", "since": "1/1/26", "until": "", "terms": TERMS}
    return browser.post(reverse("contract-add"), {**typed, "do": "save", **changed})


def test_the_list_says_what_holds_for_whom_and_who_has_none(bob, world):
    text = bob.get(reverse("contracts")).content.decode()
    assert "Second Sail 2026" in text
    assert "1 fee in schedule; 1 rate" in text
    assert 'Enter one<span class="visually-hidden"> for Harbor Health' in text


def test_a_contract_is_stored_as_it_was_written(bob, people, world):
    response = _add(bob, world)
    contract = Contract.objects.get(name="Harbor 2026")
    assert response["Location"] == reverse("contract", args=[contract.pk])
    assert (contract.effective_date, contract.end_date) == (date(2026, 1, 1), None)
    assert contract.terms["tables_cents"] == {"schedule": {"99214": 13000}}
    assert AuditEntry.objects.filter(action="patients.contract.add", actor=people["bob"]).exists()


def test_a_price_is_tried_before_anything_is_stored_and_shows_its_steps(bob, world):
    tried = {"do": "try", "services": "99214", "on": "2026-02-01", "charge": "195"}
    text = _add(bob, world, **tried).content.decode()
    assert "143.00" in text
    assert "schedule has 130.00 for 99214" in text
    assert not Contract.objects.filter(name="Harbor 2026").exists()


def test_a_stored_contract_prices_services_of_a_day(bob, world):
    address = reverse("contract", args=[world.contract.pk])
    text = bob.get(address, {"services": "99213x2 99999", "on": "2026-02-01", "charge": "150"}).content.decode()
    assert "184.00" in text
    assert "no price" in text
    before = bob.get(address, {"services": "99213", "on": "2025-02-01", "charge": "150"})
    assert before.status_code == 200


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"terms": "rates = 1\n[["}, "cannot be read"),
        ({"terms": "lesser_of_charge = 7"}, "lesser_of_charge"),
        ({"terms": "discount = 7"}, "discount"),
        ({"since": "soon"}, "Write a day"),
        ({"until": "later"}, "Write a day"),
        ({"name": " "}, "Give it a name"),
        ({"payer": "0"}, "Choose the payer"),
        ({"until": "12/31/25"}, "ends before it begins"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(bob, world, changed, said):
    response = _add(bob, world, **changed)
    assert response.status_code == 422
    text = response.content.decode()
    assert said in text
    assert "13000" in text or "terms" in changed
    assert not Contract.objects.filter(name="Harbor 2026").exists()


def test_fees_of_a_file_are_shown_before_they_are_stored(bob, world):
    fees = SimpleUploadedFile("fees.csv", b"code,modifier,amount\n99213,,92.00\n70551,26,71.50\n")
    text = _add(bob, world, do="fees", fees=fees, table="imaging").content.decode()
    assert "2 fees taken into the terms" in text
    assert "70551-26 = 7150" in text
    assert "No rate uses it yet" in text
    assert not Contract.objects.filter(name="Harbor 2026").exists()


def test_a_file_of_fees_with_a_wrong_row_changes_nothing(bob, world):
    fees = SimpleUploadedFile("fees.csv", b"code,amount\n99213,92.00\n9921,1\n")
    response = _add(bob, world, do="fees", fees=fees, table="imaging")
    assert response.status_code == 422
    assert "9921 is no code of five characters" in response.content.decode()
    assert "line 3" in response.content.decode()


def test_a_table_is_not_replaced_behind_ones_back(bob, world):
    fees = SimpleUploadedFile("fees.csv", b"code,amount\n99213,92.00\n")
    assert "have a table schedule already" in _add(bob, world, do="fees", fees=fees).content.decode()


def test_a_contract_ends_on_its_day_and_not_before_it_began(bob, world):
    address = reverse("contract-end", args=[world.contract.pk])
    bob.post(address, {"until": "12/31/25"})
    assert Contract.objects.get(pk=world.contract.pk).end_date is None
    bob.post(address, {"until": "2026-06-30"})
    assert Contract.objects.get(pk=world.contract.pk).end_date == date(2026, 6, 30)


def test_a_new_one_begins_with_the_terms_of_another(bob, world):
    text = bob.get(reverse("contract-new"), {"like": world.contract.pk}).content.decode()
    assert "99213 = 9200" in text


def test_enter_in_a_field_stores_nothing(bob, world):
    assert "The terms can be read" in _add(bob, world, do="enter").content.decode()
    tried = {"do": "enter", "services": "99214", "on": "2026-02-01", "charge": "195"}
    assert "143.00" in _add(bob, world, **tried).content.decode()
    assert not Contract.objects.filter(name="Harbor 2026").exists()
