"""The search over diagnoses and HCPCS level II finds what billers type."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from claimwright.clock import MovedClock
from claimwright.codesets.library import CodeLibrary
from claimwright.codesets.releases import open_store
from claimwright.codesets.searching import CodeSearch, Entry, abbreviations

DAY = date(2026, 5, 1)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> CodeLibrary:
    clock = MovedClock(datetime(2026, 5, 1, tzinfo=UTC))
    return CodeLibrary(open_store(tmp_path_factory.mktemp("search") / "codes.sqlite3", clock))


@pytest.fixture(scope="module")
def search(library: CodeLibrary) -> CodeSearch:
    return CodeSearch.of(library.icd10cm(DAY), library.hcpcs(DAY))


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("copd", "J449"),
        ("t2dm", "E119"),
        ("uti", "N390"),
        ("htn", "I10"),
        ("chf", "I509"),
        ("sob", "R0602"),
        ("E11.9", "E119"),
        ("e119", "E119"),
        ("low back pain", "M5450"),
        ("screening pelvic cancer", "G0101"),
        ("high blood pressure", "I10"),
    ],
)
def test_the_code_that_was_meant_is_among_the_first_five(search: CodeSearch, typed: str, code: str) -> None:
    assert code in [found.entry.code for found in search.find(typed, most=5)]


def test_words_may_come_in_any_order(search: CodeSearch) -> None:
    one, other = (search.find(typed) for typed in ("femur neck fracture right", "right fracture neck femur"))
    assert [found.entry.code for found in one] == [found.entry.code for found in other]


def test_a_beginning_of_a_code_lists_what_begins_with_it(search: CodeSearch) -> None:
    assert all(found.entry.code.startswith("J45") for found in search.find("J45", system="icd10cm"))


def test_a_system_can_be_named(search: CodeSearch) -> None:
    assert {found.entry.system for found in search.find("wheelchair", system="hcpcs")} == {"hcpcs"}


def test_nothing_is_found_for_nothing(search: CodeSearch) -> None:
    assert search.find("") == search.find("zzzzqqq") == []


def test_what_the_office_uses_comes_first() -> None:
    entries = [Entry("A1", "icd10cm", "Cough, dry", True), Entry("A2", "icd10cm", "Cough, wet", True)]
    assert CodeSearch.over(entries).find("cough")[0].entry.code == "A1"
    assert CodeSearch.over(entries, {"A2": 30}).find("cough")[0].entry.code == "A2"


def test_where_no_code_has_every_word_those_with_most_are_shown() -> None:
    entries = [Entry("A1", "icd10cm", "Dry cough", True), Entry("A2", "icd10cm", "Fever", True)]
    assert [found.entry.code for found in CodeSearch.over(entries).find("dry cough purple")] == ["A1"]


def test_every_abbreviation_finds_something(search: CodeSearch) -> None:
    assert [short for short in abbreviations() if not search.find(short)] == []
    empty = [short for short, words in abbreviations().items() if not search.find(words)]
    assert empty == []
