"""Money with the keyboard alone: a paper EOB typed to a remainder of zero, a deposit given to its remittance."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from playwright.sync_api import expect

from claimwright.office.posting.models import Deposit, Remittance
from tests.journeys.conftest import sign_in
from tests.journeys.test_looks import _faults


def _type(page: Any, *words: str) -> None:
    """What is typed into one field after the other, Tab between them."""
    for number, word in enumerate(words):
        if number:
            page.keyboard.press("Tab")
        page.keyboard.type(word)


def test_a_paper_eob_is_typed_until_nothing_is_left_and_posted(office, live_server, world):
    sign_in(office)
    office.goto(live_server.url + reverse("remittances"))
    office.wait_for_load_state("load")
    office.get_by_role("link", name="Type a paper EOB").focus()
    office.keyboard.press("Enter")
    expect(office.get_by_label("Payer", exact=True)).to_be_focused()
    _type(office, world.practice.aetna.name, "8811", "t", "130", world.sent.number)
    office.keyboard.press("Enter")
    first = office.get_by_label("Paid on 99214")
    expect(first).to_be_focused()
    expect(office.locator("[data-remainder]")).to_have_text("130.00")
    _type(office, "115", "145", "PR-3 30", "15", "", "CO-45 9")
    expect(office.locator("[data-remainder]")).to_have_text("0.00")
    office.keyboard.press("Control+Enter")
    expect(office.get_by_text("1.00 is without a reason")).to_be_visible()
    assert list(_faults(office, "paper-typed-light-1360")) == []
    office.get_by_label("Adjustments of 36415").fill("CO-45 10")
    office.keyboard.press("Control+Enter")
    expect(office.get_by_role("status")).to_contain_text("Posted: the remainder is zero.")
    assert Remittance.objects.get(trace_number="8811").payment_cents == 130_00


def test_a_deposit_is_given_to_its_remittance_and_taken_back(office, live_server, world):
    sign_in(office)
    office.goto(live_server.url + reverse("deposits"))
    office.wait_for_load_state("load")
    expect(office.locator("a.row-link").first).to_be_focused()
    office.keyboard.press("2")
    expect(office.get_by_role("link", name="No remittance yet")).to_have_attribute("aria-current", "page")
    office.wait_for_load_state("load")
    office.keyboard.press("Enter")
    expect(office.get_by_role("checkbox", name="Pays EFT0001")).to_be_focused()
    office.keyboard.press("Space")
    expect(office.locator("[data-remainder]")).to_have_text("0.00")
    office.keyboard.press("Control+Enter")
    expect(office.get_by_role("status").first).to_contain_text("Posted = banked")
    assert list(_faults(office, "deposit-matched-light-1360")) == []
    office.get_by_label("Why?").focus()
    office.keyboard.type("of another practice")
    office.keyboard.press("Enter")
    expect(office.get_by_role("status").first).to_contain_text("open again")
    assert Deposit.objects.get(pk=world.deposit.pk).state == Deposit.State.OPEN
