"""Undoing a posting on its page, and the parts of the inbox."""

from __future__ import annotations

import pytest
from django.test import Client as Browser
from django.urls import reverse

from claimwright.office.posting.deposits import confirm_match
from claimwright.office.posting.models import Remittance


@pytest.fixture
def desk(world, people) -> Browser:
    desk = Browser()
    desk.force_login(people["bob"])
    return desk


def text_of(response) -> str:
    return response.content.decode()


def test_a_posting_is_undone_for_a_reason_and_can_be_posted_again(desk, world):
    address = reverse("remittance-undo", args=[world.remittance.pk])
    assert "Say why it is undone" in text_of(desk.post(address, follow=True))
    page = text_of(desk.post(address, {"reason": "wrong practice"}, follow=True))
    assert "Undone: it waits" in page
    assert "Post it" in page
    assert Remittance.objects.get(pk=world.remittance.pk).state == Remittance.State.UNDONE
    page = text_of(desk.post(reverse("remittance-post", args=[world.remittance.pk]), follow=True))
    assert "Posted; " in page


def test_one_claim_is_undone_and_the_remittance_is_among_the_unmatched(desk, world):
    row = world.paid.remittance_claims.get()
    page = text_of(
        desk.post(reverse("remittance-claim-undo", args=[row.pk]), {"reason": "another patient's"}, follow=True)
    )
    assert "the money of this claim waits unapplied" in page
    assert "EFT0001" in text_of(desk.get(reverse("remittances"), {"tab": "unmatched"}))
    assert "EFT0001" not in text_of(desk.get(reverse("remittances"), {"tab": "exceptions"}))


def test_a_second_undo_is_refused_in_words(desk, world):
    address = reverse("remittance-undo", args=[world.remittance.pk])
    desk.post(address, {"reason": "wrong practice"})
    assert "nothing to undo" in text_of(desk.post(address, {"reason": "again"}, follow=True))


def test_the_page_of_a_remittance_names_the_deposit_that_pays_it(desk, world):
    confirm_match(world.deposit, [world.remittance])
    page = text_of(desk.get(reverse("remittance", args=[world.remittance.pk])))
    assert "posted = banked" in page
    assert reverse("deposit", args=[world.deposit.pk]) in page


def test_the_next_remittance_of_a_part_of_the_inbox_is_one_key_away(desk, world):
    page = text_of(desk.get(reverse("remittance", args=[world.waiting_remittance.pk])))
    assert f'rel="next" href="{reverse("remittance", args=[world.remittance.pk])}"' in page
    page = text_of(desk.get(reverse("remittance", args=[world.waiting_remittance.pk]), {"tab": "exceptions"}))
    assert 'rel="next"' not in page
