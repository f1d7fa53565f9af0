"""The ledger's screens."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse

from claimwright.office.core import clock
from claimwright.office.posting.models import PatientPayment


@pytest.fixture
def desk(world, people) -> Browser:
    desk = Browser()
    desk.force_login(people["bob"])
    return desk


def text_of(response) -> str:
    return response.content.decode()


def test_the_accounts_are_balanced_on_any_day(desk):
    page = text_of(desk.get(reverse("ledger")))
    assert "balanced" in page
    assert "not balanced" not in page
    assert "Receivable" in page
    long_ago = clock.today() - timedelta(days=400)
    assert "Nothing stands in the ledger by that day" in text_of(desk.get(reverse("ledger"), {"at": str(long_ago)}))
    assert "Today is shown" in text_of(desk.get(reverse("ledger"), {"at": "someday"}))


def test_the_entries_of_an_account_are_narrowed_by_day_and_kind(desk):
    address = reverse("ledger-account", args=["cash_due"])
    assert "130.00" in text_of(desk.get(address, {"kind": "payment", "from": "t"}))
    tomorrow = str(clock.today() + timedelta(days=1))
    assert "No entry is like that" in text_of(desk.get(address, {"from": tomorrow}))
    assert desk.get(reverse("ledger-account", args=["nothing"])).status_code == 404


def test_an_entry_shows_its_sides_its_reason_and_its_bytes(desk, world):
    row = world.paid.remittance_claims.get()
    number = next(move["entry"] for move in row.moves if move.get("entry"))
    page = text_of(desk.get(reverse("ledger-entry", args=[number])))
    assert "Row " in page
    assert f"{reverse('file', args=[world.remittance.file_id])}?at=" in page
    assert "EFT0001" in page


def test_a_reversed_entry_names_its_reversal_and_the_other_way_round(desk, world):
    (number,) = PatientPayment.objects.get(pk=world.payment.pk).entries
    desk.post(reverse("payment-undo", args=[world.payment.pk]), {"reason": "card refused"})
    page = text_of(desk.get(reverse("ledger-entry", args=[number])))
    assert "reversed by" in page
