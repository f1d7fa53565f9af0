"""Filing with the next payer from the item that waits for its crossover."""

from __future__ import annotations

import pytest
from django.test import Client as Browser
from django.urls import reverse

from claimwright.office.claims.models import Submission
from claimwright.office.followup.crossovers import show_crossovers
from claimwright.office.followup.models import WorkItem
from tests.office.posting.scenes import PAID, Practice


@pytest.fixture
def item(people) -> WorkItem:
    """What waits for the supplement's answer on a claim that Medicare sent on."""
    practice = Practice()
    practice.bill("A1", [("99213", 150_00)], payers=("medicare", "supplement"))
    practice.post("T1", 80_00, PAID.replace("CLP*A1*1*", "CLP*A1*19*"))
    return WorkItem.objects.get(queue=WorkItem.Queue.NO_RESPONSE)


@pytest.fixture
def desk(people) -> Browser:
    desk = Browser()
    desk.force_login(people["bob"])
    return desk


def text_of(response) -> str:
    return response.content.decode()


def test_the_next_payer_is_billed_from_the_item_when_the_crossover_never_came(desk, item, office_clock):
    office_clock.advance(days=30)
    show_crossovers()
    address = reverse("item-file-next", args=[item.pk])
    assert address in text_of(desk.get(reverse("item", args=[item.pk])))
    page = text_of(desk.post(address, follow=True))
    assert "Built for the next payer" in page
    assert "We filed the claim with the next payer ourselves" in page
    assert address not in page
    assert Submission.objects.filter(level="S").count() == 1
    assert "does not wait for a crossover any more" in text_of(desk.post(address, follow=True))


def test_too_early_it_is_refused_in_words(desk, item, office_clock):
    address = reverse("item-file-next", args=[item.pk])
    assert "it would be a duplicate" in text_of(desk.post(address, {"because": "asked"}, follow=True))
    office_clock.advance(days=22)
    assert "Say why" in text_of(desk.post(address, follow=True))
    assert "Built for the next payer" in text_of(desk.post(address, {"because": "the payer says so"}, follow=True))


def test_who_may_not_send_claims_is_not_offered_it(desk, item, people):
    desk.force_login(people["audrey"])
    assert reverse("item-file-next", args=[item.pk]) not in text_of(desk.get(reverse("item", args=[item.pk])))
