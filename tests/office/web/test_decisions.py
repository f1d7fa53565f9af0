"""What a person decides about money on its page: tried first, done once, told to whoever comes second, and undone."""

from __future__ import annotations

import re

import pytest
from django.test import Client as Browser
from django.urls import reverse

from claimwright.office.core.models import Membership
from claimwright.office.ledger.models import JournalEntry
from claimwright.office.patients.models import Payer
from claimwright.office.posting.decisions import waiting_money
from claimwright.office.posting.models import Remittance
from tests.office.posting.scenes import owed
from tests.office.web.world import post_unmatched


@pytest.fixture
def desk(world, people) -> Browser:
    desk = Browser()
    desk.force_login(people["bob"])
    return desk


@pytest.fixture
def unmatched(world) -> Remittance:
    return post_unmatched(world)


def text_of(response) -> str:
    return response.content.decode().replace("&#x27;", "'").replace("&quot;", '"')


def words_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text_of(response)))


def amount_of(desk: Browser, encounter_id: int, label: str) -> str:
    """The key by which the page names an open amount."""
    page = text_of(desk.get(reverse("encounter", args=[encounter_id])))
    found = re.search(rf'<option value="([^"]+)">{label}', page)
    assert found, label
    return found[1]


def last_entry() -> JournalEntry:
    return JournalEntry.objects.latest("pk")


def test_a_payment_without_a_claim_is_tried_and_posted_to_the_claim_that_is_named(desk, world, unmatched):
    row = unmatched.claims.get()
    again = reverse("remittance-claim-again", args=[row.pk])
    assert again in text_of(desk.get(reverse("remittance", args=[unmatched.pk])))
    page = words_of(desk.get(again))
    assert "nothing would be posted" in page
    assert world.sent.number in page, "its charge and its patient agree, so it is offered"
    entries = JournalEntry.objects.count()
    attempt = reverse("remittance-claim-try", args=[row.pk])
    page = words_of(desk.post(attempt, {"claim": world.sent.number.lower()}))
    assert f"Posting it to claim {world.sent.number} can be posted" in page
    assert "Row 20" in page or "Row 23" in page
    assert JournalEntry.objects.count() == entries, "a dry run changes nothing"
    post = reverse("remittance-claim-post", args=[row.pk])
    page = words_of(desk.post(post, {"claim": world.sent.number}, follow=True))
    assert f"Posted to claim {world.sent.number}" in page
    assert owed(world.sent) == {"PATIENT": 30_00}
    assert waiting_money(unmatched.pk) == {"OLD-12": -12_50}


def test_who_posts_it_second_is_told_and_posts_nothing(desk, world, unmatched):
    row = unmatched.claims.get()
    post = reverse("remittance-claim-post", args=[row.pk])
    desk.post(post, {"claim": world.sent.number})
    entries = JournalEntry.objects.count()
    assert "does not wait for a claim" in words_of(desk.post(post, {"claim": world.sent.number}, follow=True))
    for name in ("remittance-claim-again", "remittance-claim-try"):
        ask = desk.get if name.endswith("again") else desk.post
        assert "does not wait for a claim any more" in words_of(ask(reverse(name, args=[row.pk]), follow=True))
    assert JournalEntry.objects.count() == entries


def test_a_number_that_is_no_claim_and_a_claim_that_does_not_fit_post_nothing(desk, world, unmatched):
    row = unmatched.claims.get()
    for name in ("remittance-claim-try", "remittance-claim-post"):
        response = desk.post(reverse(name, args=[row.pk]), {"claim": "NO-SUCH"})
        assert response.status_code == 422
        assert "There is no claim NO-SUCH." in words_of(response)
    response = desk.post(reverse("remittance-claim-post", args=[row.pk]), follow=True)
    assert "Nothing was posted: see what is in the way." in words_of(response)
    assert waiting_money(unmatched.pk)["OLD-77"] == 130_00


def test_one_service_is_undone_on_its_claims_card_and_once_only(desk, world):
    row = world.paid.remittance_claims.get()
    charge = world.paid.lines.get(code="36415").charge_id
    page = text_of(desk.get(reverse("remittance", args=[world.remittance.pk])))
    assert f'<option value="{charge}">36415, paid 15.00' in page
    address = reverse("remittance-line-undo", args=[row.pk])
    assert "Say why it is undone" in words_of(desk.post(address, {"charge": charge}, follow=True))
    typed = {"charge": charge, "reason": "another patient's"}
    page = words_of(desk.post(address, typed, follow=True))
    assert "the money of this service waits unapplied" in page
    assert "Posted, items to review" in page
    assert waiting_money(world.remittance.pk) == {world.paid.number: 15_00}
    assert "reload and look again" in words_of(desk.post(address, typed, follow=True))
    assert waiting_money(world.remittance.pk) == {world.paid.number: 15_00}
    assert f'<option value="{charge}">36415' not in text_of(desk.get(reverse("remittance", args=[row.remittance_id])))


def test_money_that_waits_is_explained_on_the_remittances_page_and_the_explanation_taken_back(desk, unmatched):
    address = reverse("remittance-explain", args=[unmatched.pk])
    page = words_of(desk.get(reverse("remittance", args=[unmatched.pk])))
    assert "Money that waits unapplied" in page
    assert "OLD-12 -12.50" in page
    typed = {"reference": "OLD-12", "seen": "-1250", "cents": "", "what": "refund", "reason": "our refund of May"}
    assert "Say why" in words_of(desk.post(address, {**typed, "reason": ""}, follow=True))
    assert "Say why, and which of" in words_of(desk.post(address, {**typed, "what": "a gift"}, follow=True))
    page = words_of(desk.post(address, typed, follow=True))
    assert "Explained: -12.50." in page
    assert "OLD-12: our refund of May" in page
    assert "0.00 waits there now" in words_of(desk.post(address, typed, follow=True))
    undo = reverse("entry-undo", args=[last_entry().pk])
    assert "Undo this decision" in words_of(desk.get(reverse("ledger-entry", args=[last_entry().pk])))
    assert "by an entry that reverses it" in words_of(desk.post(undo, {"reason": "not ours"}, follow=True))
    assert waiting_money(unmatched.pk)["OLD-12"] == -12_50


def test_an_open_amount_is_written_off_for_a_reason_and_given_back(desk, world):
    encounter = world.denied.encounter_id
    address = reverse("encounter-write-off", args=[encounter])
    typed = {"amount": amount_of(desk, encounter, "36415"), "cents": "10.00", "why": "appeal_lost", "note": "2nd level"}
    assert "is not a reason to write off" in words_of(desk.post(address, {**typed, "why": ""}, follow=True))
    page = words_of(desk.post(address, typed, follow=True))
    assert "Written off: 10.00." in page
    assert "Appeal lost: 2nd level" in page
    assert owed(world.denied) == {"P": 210_00}
    assert "15.00 is owed there now" in words_of(desk.post(address, typed, follow=True))
    undo = reverse("entry-undo", args=[last_entry().pk])
    desk.post(undo, {"reason": "they paid after all"})
    assert owed(world.denied) == {"P": 220_00}
    assert "undone already" in words_of(desk.post(undo, {"reason": "once more"}, follow=True))


def test_without_an_amount_all_of_it_is_written_off(desk, world):
    encounter = world.denied.encounter_id
    typed = {"amount": amount_of(desk, encounter, "99214"), "cents": "", "why": "appeal_lost"}
    page = words_of(desk.post(reverse("encounter-write-off", args=[encounter]), typed, follow=True))
    assert "Written off: 195.00." in page
    assert owed(world.denied) == {"P": 25_00}


def test_a_limit_of_a_role_is_said_in_words(world, people):
    desk = Browser()
    desk.force_login(people["alice"])
    encounter = world.denied.encounter_id
    typed = {"amount": amount_of(desk, encounter, "99214"), "cents": "50.01", "why": "courtesy"}
    page = words_of(desk.post(reverse("encounter-write-off", args=[encounter]), typed, follow=True))
    assert "may write off up to 50.00; ask a manager" in page
    assert owed(world.denied) == {"P": 220_00}


def test_an_open_amount_is_asked_of_the_patient_or_refused_where_a_rule_protects_him(desk, world):
    encounter = world.denied.encounter_id
    address = reverse("encounter-ask", args=[encounter])
    amount = amount_of(desk, encounter, "36415")
    typed = {"amount": amount, "to": "PATIENT", "cents": "", "why": "notice_signed", "note": "ABN of Nov 20"}
    assert "is not a reason" in words_of(desk.post(address, {**typed, "why": ""}, follow=True))
    assert "is no other payer of this claim" in words_of(desk.post(address, {**typed, "to": "T"}, follow=True))
    page = words_of(desk.post(address, typed, follow=True))
    assert "Moved: 25.00." in page
    assert "signed for it: ABN of Nov 20" in page
    assert owed(world.denied) == {"P": 195_00, "PATIENT": 25_00}
    assert "0.00 is owed there now" in words_of(desk.post(address, typed, follow=True))
    Payer.objects.filter(pk=world.practice.aetna.pk).update(protects_patient=True)
    typed["amount"] = amount_of(desk, encounter, "99214")
    assert "nothing may be asked of this patient" in words_of(desk.post(address, typed, follow=True))


@pytest.mark.parametrize("amount", ["", "x", "1-P", "0-P-1", "999-P-1", "1-P-99999999999999999999"])
def test_an_amount_that_is_none_changes_nothing(desk, world, amount):
    entries = JournalEntry.objects.count()
    for name in ("encounter-write-off", "encounter-ask"):
        typed = {"amount": amount, "to": "PATIENT", "why": "courtesy"}
        assert desk.post(reverse(name, args=[world.denied.encounter_id]), typed, follow=True).status_code == 200
    assert JournalEntry.objects.count() == entries


def test_roles_see_the_decisions_that_they_may_make(world, people, lakeside):
    desk = Browser()
    desk.force_login(people["bob"])
    page = reverse("encounter", args=[world.denied.encounter_id])
    for role, sees in (("auditor", ()), ("biller", ("Write it off", "Ask for it")), ("poster", ("Write it off",))):
        Membership.objects.filter(user=people["bob"], client=lakeside).update(role=role)
        text = words_of(desk.get(page))
        assert all(words in text for words in sees), role
        assert ("Decide about what is open" in text) is bool(sees), role


def test_a_dry_run_says_what_posting_comes_to_and_each_reason_its_row_and_segment(desk, world):
    response = desk.get(reverse("remittance", args=[world.waiting_remittance.pk]))
    page = words_of(response)
    assert "What posting it now would do A dry run: nothing was changed" in page
    assert re.search(r"Payment 2. 130\.00", page)
    assert "Row 15: deductible, coinsurance or copay: owed by the next payer, else by the patient" in page
    assert f"{reverse('file', args=[world.waiting_remittance.file_id])}?at=" in text_of(response)


def test_a_provider_adjustment_that_nothing_explains_names_its_row(desk, world, unmatched):
    desk.post(reverse("remittance-undo", args=[unmatched.pk]), {"reason": "to look at its plan"})
    page = words_of(desk.get(reverse("remittance", args=[unmatched.pk])))
    assert "Provider adjustments: what would be made of them" in page
    assert "Row 36: a provider adjustment that nothing explains: unapplied until a person explains it" in page
