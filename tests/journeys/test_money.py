"""Money with the keyboard alone: a paper EOB typed to a remainder of zero, a deposit given to its remittance."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from playwright.sync_api import expect

from claimwright.office.ledger.models import JournalEntry
from claimwright.office.posting.decisions import waiting_money
from claimwright.office.posting.models import Deposit, Remittance
from tests.journeys.conftest import sign_in
from tests.journeys.test_looks import _faults
from tests.office.posting.scenes import owed
from tests.office.web.world import post_unmatched


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


def test_a_payment_without_a_claim_is_tried_and_posted_from_its_item(office, live_server, world):
    unmatched = post_unmatched(world)
    sign_in(office)
    office.goto(live_server.url + reverse("worklist") + "?queue=unmatched")
    office.wait_for_load_state("load")
    office.keyboard.press("Enter")
    expect(office.get_by_role("link", name="Find its claim, post it again")).to_be_focused()
    office.wait_for_load_state("load")
    office.keyboard.press("Enter")
    expect(office.get_by_label("Claim number")).to_be_focused()
    expect(office.get_by_text("nothing would be posted")).to_be_visible()
    office.keyboard.type("NO-SUCH")
    office.keyboard.press("Enter")
    expect(office.get_by_text("There is no claim NO-SUCH.")).to_be_visible()
    expect(office.get_by_label("Claim number")).to_be_focused()
    office.get_by_label("Claim number").fill(world.sent.number)
    office.keyboard.press("Enter")
    expect(office.get_by_text("can be posted")).to_be_visible()
    assert list(_faults(office, "claim-again-tried-light-1360")) == []
    office.get_by_role("button", name="Post it to claim").focus()
    office.keyboard.press("Control+Enter")
    expect(office.get_by_role("status")).to_contain_text(f"Posted to claim {world.sent.number}")
    assert waiting_money(unmatched.pk) == {"OLD-12": -12_50}
    assert owed(world.sent) == {"PATIENT": 30_00}


def test_what_a_payer_keeps_is_typed_beside_the_claims_and_explained_afterwards(office, live_server, world):
    sign_in(office)
    office.goto(live_server.url + reverse("paper"))
    expect(office.get_by_label("Payer", exact=True)).to_be_focused()
    expect(office.locator("[data-remainder]")).to_be_hidden()
    _type(office, world.practice.aetna.name, "8812", "t", "117.50", world.sent.number)
    expect(office.locator("[data-remainder]")).to_have_text("117.50")
    office.keyboard.press("Enter")
    expect(office.get_by_label("Paid on 99214")).to_be_focused()
    _type(office, "115", "145", "PR-3 30", "15", "", "CO-45 10")
    expect(office.locator("[data-remainder]")).to_have_text("-12.50")
    office.get_by_role("button", name="Add something outside of claims").focus()
    office.keyboard.press("Enter")
    expect(office.get_by_label("What adjustment 1 is")).to_be_focused()
    _type(office, "WO", "", "12.50", "OLD-12")
    expect(office.locator("[data-remainder]")).to_have_text("0.00")
    assert list(_faults(office, "paper-outside-light-1360")) == []
    office.keyboard.press("Control+Enter")
    expect(office.get_by_role("status")).to_contain_text("Posted: the remainder is zero.")
    office.get_by_text("Say what it was").focus()
    office.keyboard.press("Enter")
    office.get_by_label("It was").focus()
    _type(office, "Refund", "", "our refund of May")
    office.keyboard.press("Enter")
    expect(office.get_by_role("status")).to_contain_text("Explained: -12.50.")
    assert waiting_money(Remittance.objects.get(trace_number="8812").pk) == {}


def test_a_denied_amount_is_asked_of_the_patient_written_off_and_given_back(office, live_server, world):
    sign_in(office)
    office.goto(live_server.url + reverse("encounter", args=[world.denied.encounter_id]))
    office.wait_for_load_state("load")
    office.get_by_text("Ask the next payer or the patient for it").focus()
    office.keyboard.press("Enter")
    office.get_by_label("What", exact=True).locator("visible=true").focus()
    _type(office, "36415", "the patient", "", "The patient was told", "ABN on file")
    office.keyboard.press("Control+Enter")
    expect(office.get_by_role("status")).to_contain_text("Moved: 25.00.")
    assert owed(world.denied) == {"P": 195_00, "PATIENT": 25_00}
    office.wait_for_load_state("load")
    office.get_by_text("Write it off").first.focus()
    office.keyboard.press("Enter")
    office.get_by_label("What", exact=True).locator("visible=true").focus()
    _type(office, "36415: patient", "5", "Courtesy")
    office.keyboard.press("Control+Enter")
    expect(office.get_by_role("status")).to_contain_text("Written off: 5.00.")
    assert list(_faults(office, "encounter-decided-light-1360")) == []
    office.goto(live_server.url + reverse("ledger-entry", args=[JournalEntry.objects.latest("pk").pk]))
    office.wait_for_load_state("load")
    office.get_by_label("Why?").focus()
    office.keyboard.type("the patient paid")
    office.keyboard.press("Enter")
    expect(office.get_by_role("status")).to_contain_text("by an entry that reverses it")
    assert owed(world.denied) == {"P": 195_00, "PATIENT": 25_00}


def test_a_payment_at_the_desk_is_taken_once_where_two_tabs_are_open(office, live_server, world):
    sign_in(office)
    account = live_server.url + reverse("patient", args=[world.patient.pk])
    office.goto(account)
    office.wait_for_load_state("load")
    other = office.context.new_page()
    other.goto(account)
    office.get_by_label("Amount").first.focus()
    _type(office, "30", "card", "6011", f"{world.paid.service_date:%b} {world.paid.service_date.day}")
    office.keyboard.press("Control+Enter")
    expect(office.get_by_role("status")).to_contain_text("Taken: 30.00.")
    assert owed(world.paid) == {}
    other.get_by_label("Amount").first.fill("30")
    other.keyboard.press("Enter")
    expect(other.get_by_role("status")).to_contain_text("Another payment was entered on this account meanwhile")
    assert world.patient.payments.count() == 1
