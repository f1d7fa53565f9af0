"""Looking up codes: by words, by day, by what was used before; each card says what holds and what is not loaded."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client as Browser
from django.urls import reverse

from claimwright.clock import SystemClock
from claimwright.codesets.releases import CodeStore
from claimwright.office.charges.code_lookup import code_uses, describe_code, find_codes
from claimwright.office.core import codesets

DAY = date(2026, 5, 1)


@pytest.fixture
def bob(people) -> Browser:
    browser = Browser()
    browser.force_login(people["bob"])
    return browser


def test_a_page_finds_codes_by_an_abbreviation(bob):
    text = bob.get(reverse("codes"), {"q": "t2dm", "on": "2026-05-01"}).content.decode()
    assert "E11.9" in text
    assert "Type 2 diabetes mellitus without complications" in text


def test_the_first_one_found_is_shown_with_its_place_and_its_notes(bob):
    text = bob.get(reverse("codes"), {"q": "E119", "on": "2026-05-01"}).content.decode()
    assert "Endocrine, nutritional and metabolic diseases" in text
    assert "Excludes1" in text


def test_a_heading_says_which_characters_are_missing(bob):
    text = bob.get(reverse("codes-card"), {"code": "S72.00", "on": "2026-05-01"}).content.decode()
    assert "needs more characters" in text
    assert "S72.001A" in text
    assert "initial encounter for closed fracture" in text


def test_a_day_before_the_loaded_release_is_answered_by_it_and_says_so(bob):
    text = bob.get(reverse("codes-find"), {"q": "copd", "on": "2026-01-07"}).content.decode()
    assert "is not loaded: diagnoses are shown as they hold from Apr 1, 2026" in text
    assert "J44.9" in text


def test_a_supply_says_what_medicare_does_with_it_and_since_when_it_is_used(world):
    card = describe_code("E0100", DAY)
    assert (card.system, card.state, card.uses) == ("hcpcs", "valid", 0)
    assert card.hcpcs is not None
    assert card.hcpcs.added == date(1986, 1, 1)
    assert card.coverage


def test_a_code_of_no_loaded_set_says_what_is_not_loaded(bob):
    text = bob.get(reverse("codes-card"), {"code": "99213", "on": "2026-05-01"}).content.decode()
    assert "not in the loaded sets" in text
    assert "NCCI procedure-to-procedure edits, practitioners" in text


def test_what_the_practice_used_is_counted_and_comes_first(world):
    assert code_uses()["99214"] == 4
    assert code_uses()["J069"] == 4
    assert describe_code("J06.9", DAY).uses == 4
    assert find_codes("acute", DAY)[0].entry.code == "J069"


def test_nothing_typed_shows_what_is_used_most(bob, world):
    assert "J06.9" in bob.get(reverse("codes-find"), {"system": "icd10cm"}).content.decode()


def test_the_partners_of_a_code_are_told_from_both_sides(world, monkeypatch):
    store = CodeStore(":memory:")
    clock = SystemClock()
    with store.writing():
        release = store.add_release(
            "ptp-practitioner", edition="", effective_date=DAY, source="ours", sha256="0", loaded_at=clock.now()
        )
        rows = [("A0001", "B0001", date(2020, 1, 1), None, "1", "a reason"),
                ("C0001", "A0001", date(2020, 1, 1), None, "0", "a reason"),
                ("A0001", "B0002", date(2020, 1, 1), date(2021, 1, 1), "1", "a reason"),
                ("A0001", "B0003", date(2020, 1, 1), None, "9", "a reason")]  # fmt: skip
        store.add_rows(release, "ptp_practitioner", rows)
        store.count_rows(release)
    from claimwright.codesets.library import CodeLibrary

    monkeypatch.setattr(codesets, "library", lambda: CodeLibrary(store))
    monkeypatch.setattr(codesets, "first_day", lambda code_set: None)
    card = describe_code("A0001", DAY)
    assert [(one.code, one.indicator) for one in card.includes] == [("B0001", "1")]
    assert [(one.code, one.indicator) for one in card.part_of] == [("C0001", "0")]


def test_words_that_fit_nothing_say_so(bob):
    assert "Nothing was found" in bob.get(reverse("codes-find"), {"q": "zzzz"}).content.decode()
