"""Typing a paper EOB: claims by number, the remainder to zero, nothing that was typed lost."""

from __future__ import annotations

import re

import pytest
from django.test import Client as Browser
from django.urls import reverse

from claimwright.office.posting.models import Remittance


@pytest.fixture
def desk(world, people) -> Browser:
    desk = Browser()
    desk.force_login(people["bob"])
    return desk


@pytest.fixture
def typed(world) -> dict[str, object]:
    first, second = world.sent.lines.order_by("number")
    return {
        "payer": world.practice.aetna.pk,
        "number": "8811",
        "day": "t",
        "cents": "130.00",
        "claim": world.sent.pk,
        f"paid-{first.pk}": "115",
        f"allowed-{first.pk}": "145",
        f"reasons-{first.pk}": "PR-3 30",
        f"paid-{second.pk}": "15",
        f"reasons-{second.pk}": "CO-45 10",
        "do": "post",
    }


def text_of(response) -> str:
    return response.content.decode()


def send(desk: Browser, typed: dict[str, object], **changes: object):
    return desk.post(reverse("paper-enter"), {**typed, **changes}, follow=True)


def test_a_claim_is_added_by_its_number_and_its_services_are_there_to_fill_in(desk, world, typed):
    head = {name: typed[name] for name in ("payer", "number", "day", "cents")}
    page = text_of(send(desk, head, add=world.sent.number.lower(), do="add"))
    assert 'aria-label="Paid on 99214"' in page
    assert 'value="8811"' in page
    again = send(desk, head, claim=world.sent.pk, add=world.sent.number, do="add")
    assert again.status_code == 422
    assert "on this check already" in text_of(again)
    assert "There is no claim NONE" in text_of(send(desk, head, add="NONE", do="add"))
    assert "Paid on 99214" not in text_of(send(desk, head, claim=world.sent.pk, do=f"drop-{world.sent.pk}"))


def test_the_enter_key_adds_the_claim_that_was_typed_and_posts_nothing(desk, world, typed):
    page = text_of(send(desk, typed, add=world.paid.number, do=""))
    assert world.paid.number in page
    assert not Remittance.objects.filter(trace_number="8811").exists()


def test_a_check_that_adds_up_is_posted_and_its_page_shown(desk, typed):
    page = text_of(send(desk, typed))
    assert "Posted: the remainder is zero." in page
    remittance = Remittance.objects.get(trace_number="8811")
    assert remittance.method == "CHK"
    assert reverse("file", args=[remittance.file_id]) in page


def test_a_wrong_line_is_named_where_it_stands_and_everything_typed_stays(desk, world, typed):
    second = world.sent.lines.order_by("number")[1]
    response = send(desk, typed, **{f"reasons-{second.pk}": "CO-45 9"})
    page = text_of(response)
    assert response.status_code == 422
    assert "PAPER-009" in page
    assert "1.00 is without a reason" in page
    assert f'id="wrong-{second.pk}"' in page
    assert 'value="CO-45 9"' in page
    assert 'value="PR-3 30"' in page


def test_a_cent_that_is_left_posts_nothing(desk, typed):
    page = text_of(send(desk, typed, cents="130.01"))
    assert "0.01 of the check is not given out" in page
    assert not Remittance.objects.filter(trace_number="8811").exists()


def test_a_head_that_cannot_be_read_and_a_payer_of_another_claim_are_said_in_words(desk, world, typed):
    page = text_of(send(desk, typed, payer="", number="", day="someday", cents="lots"))
    for words in ("Choose who pays", "Write the number on the check", "Write a day", "Write dollars and cents"):
        assert words in page
    assert "is no payer of claim" in text_of(send(desk, typed, payer=world.practice.supplement.pk))


def test_the_same_check_twice_is_refused(desk, typed):
    send(desk, typed)
    page = text_of(send(desk, typed))
    assert "came before" in page


ADJUSTED = {
    "adjustment-code": ["WO", "L6"],
    "adjustment-way": ["lowers", "raises"],
    "adjustment-reference": ["OLD-12", ""],
    "adjustment-amount": ["12.50", "2"],
}


def test_nothing_is_left_of_a_check_whose_amount_nobody_typed_yet(desk):
    assert re.search(r"<p data-remainder-line hidden>", text_of(desk.get(reverse("paper"))))


def test_what_the_payer_keeps_and_adds_counts_for_the_remainder_and_is_posted(desk, typed):
    assert "2.00 more than the check is given out" in text_of(send(desk, {**typed, **ADJUSTED}, cents="117.50"))
    page = text_of(send(desk, {**typed, **ADJUSTED}, cents="119.50"))
    assert "Posted: the remainder is zero." in page
    remittance = Remittance.objects.get(trace_number="8811")
    said = [(one["reason"], one["reference"], one["amount_cents"]) for one in remittance.record["provider_adjustments"]]
    assert said == [("WO", "OLD-12", 12_50), ("L6", "", -2_00)]


def test_a_row_outside_of_claims_is_added_and_taken_off_and_keeps_what_was_typed(desk, typed):
    page = text_of(send(desk, {**typed, **ADJUSTED}, do="adjust"))
    assert page.count("data-adjustment") == 3
    assert 'value="OLD-12"' in page
    page = text_of(send(desk, {**typed, **ADJUSTED}, do="without-1"))
    assert page.count("data-adjustment") == 1
    assert 'value="OLD-12"' not in page
    assert 'value="PR-3 30"' in page, "the lines stay as they are"
    assert not Remittance.objects.filter(trace_number="8811").exists()


def test_a_wrong_row_outside_of_claims_is_named_where_it_stands_and_an_empty_one_is_nothing(desk, typed):
    rows = {
        "adjustment-code": ["", "WO"],
        "adjustment-way": ["lowers", "lowers"],
        "adjustment-reference": ["", "OLD-12"],
        "adjustment-amount": ["", "some"],
    }
    page = text_of(send(desk, {**typed, **rows}))
    assert re.search(r'id="wrong-adjustment-2">.*PAPER-011', page, re.DOTALL)
    assert 'id="wrong-adjustment-1"' not in page
    empty = {**rows, "adjustment-code": ["", ""], "adjustment-reference": ["", ""], "adjustment-amount": ["", ""]}
    assert "Posted: the remainder is zero." in text_of(send(desk, {**typed, **empty}))


def test_a_check_of_interest_alone_needs_no_claim(desk, typed):
    head = {name: typed[name] for name in ("payer", "number", "day")}
    assert "Add the claims that the check pays first" in text_of(send(desk, head, cents="2", do="post"))
    interest = {
        "adjustment-code": "L6",
        "adjustment-way": "raises",
        "adjustment-reference": "",
        "adjustment-amount": "2",
    }
    assert "Posted: the remainder is zero." in text_of(send(desk, {**head, **interest}, cents="2", do="post"))
