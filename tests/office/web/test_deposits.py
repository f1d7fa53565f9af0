"""The deposits screen: a bank's file in, its deposits matched, confirmed, undone and set aside."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import reverse

from claimwright.office.posting.models import Deposit
from claimwright.office.web.segments import list_segments
from tests.deposits.bank_files import Entry, ach


@pytest.fixture
def desk(world, people) -> Browser:
    desk = Browser()
    desk.force_login(people["bob"])
    return desk


def text_of(response) -> str:
    return response.content.decode()


def give(desk: Browser, data: bytes, name: str = "bank.ach"):
    return desk.post(reverse("deposits-file"), {"file": SimpleUploadedFile(name, data)}, follow=True)


def statement(cents: int, trace: str) -> bytes:
    return ach((Entry(cents, f"TRN*1*{trace}*1987654321~"),), day="260105").encode()


def test_a_file_of_the_bank_is_taken_and_its_deposit_is_matched_by_its_trace(desk, world):
    page = text_of(give(desk, statement(13_000, "EFT0001")))
    assert "1 deposit taken." in page
    deposit = Deposit.objects.get(trace_number="EFT0001")
    assert deposit.state == Deposit.State.MATCHED
    page = text_of(desk.get(reverse("deposit", args=[deposit.pk])))
    assert "posted = banked" in page
    assert f"at={deposit.offset}" in page
    page = text_of(desk.get(reverse("file", args=[deposit.file_id]), {"at": deposit.offset}))
    assert "EFT0001" in page
    assert "no ISA" not in page
    assert "DEP-" not in page


def test_a_file_that_is_cut_short_is_refused_with_what_to_do(desk):
    response = give(desk, statement(13_000, "EFT0001")[:300])
    page = text_of(response)
    assert response.status_code == 422
    assert "The file was not taken" in page
    assert "DEP-FILE-" in page
    assert 'class="remedy"' in page
    assert not Deposit.objects.filter(trace_number="EFT0001").exists()


def test_no_file_at_all_is_said_in_words(desk):
    response = desk.post(reverse("deposits-file"))
    assert response.status_code == 422
    assert "Choose the file" in text_of(response)


def test_a_check_is_entered_by_hand_and_what_was_typed_stays_when_it_is_wrong(desk):
    typed = {"reference": "9001", "cents": "12,5.0.0", "day": "someday", "kind": "check", "text": "Lockbox two"}
    response = desk.post(reverse("deposits-enter"), typed)
    page = text_of(response)
    assert response.status_code == 422
    assert "Write an amount" in page
    assert "Write a day" in page
    assert 'value="9001"' in page
    assert "Lockbox two" in page
    response = desk.post(reverse("deposits-enter"), {**typed, "cents": "$1,250.5", "day": "t"}, follow=True)
    assert "1,250.50 at the bank" in text_of(response)


def test_a_person_chooses_the_remittance_and_can_undo_it_for_a_reason(desk, world):
    address = reverse("deposit", args=[world.deposit.pk])
    page = text_of(desk.get(address))
    assert "EFT0001" in page
    assert "EFT0002" not in page, "it is not posted yet"
    confirm = reverse("deposit-confirm", args=[world.deposit.pk])
    assert "Tick the remittances" in text_of(desk.post(confirm, follow=True))
    page = text_of(desk.post(confirm, {"remittance": world.remittance.pk}, follow=True))
    assert "Posted = banked: this deposit is closed." in page
    assert "confirmed by a person" in page
    undo = reverse("deposit-undo", args=[world.deposit.pk])
    assert "Say why" in text_of(desk.post(undo, follow=True))
    page = text_of(desk.post(undo, {"reason": "another practice's"}, follow=True))
    assert "open again" in page
    assert "Undone before" in page


def test_amounts_that_do_not_sum_to_the_deposit_close_nothing(desk, world):
    Deposit.objects.filter(pk=world.deposit.pk).update(cents=12_999)
    confirm = reverse("deposit-confirm", args=[world.deposit.pk])
    page = text_of(desk.post(confirm, {"remittance": world.remittance.pk}, follow=True))
    assert "the deposit is 129.99" in page
    assert Deposit.objects.get(pk=world.deposit.pk).state == Deposit.State.OPEN


def test_what_pays_no_remittance_is_set_aside_with_a_note_and_taken_up_again(desk, world):
    aside = reverse("deposit-aside", args=[world.deposit.pk])
    assert "Say what the deposit is" in text_of(desk.post(aside, follow=True))
    assert "cards of Monday" in text_of(desk.post(aside, {"note": "cards of Monday"}, follow=True))
    page = text_of(desk.post(reverse("deposit-reopen", args=[world.deposit.pk]), follow=True))
    assert "waits for its remittance again" in page


def test_the_tabs_count_deposits_and_money(desk, world):
    page = text_of(desk.get(reverse("deposits"), {"state": "open"}))
    assert "4711" in page
    assert "All 1" in page
    assert "No deposit is in this state" in text_of(desk.get(reverse("deposits"), {"state": "proposed"}))


def test_a_word_that_ends_in_isa_makes_no_x12_of_a_banks_file():
    assert list_segments(b"05,VISA SETTLEMENT\n06,next" + b"x" * 120).total == 2
