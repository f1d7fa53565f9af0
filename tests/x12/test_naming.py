"""Plain words for places and codes."""

from __future__ import annotations

import doctest
import re
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimwright.x12 import naming
from claimwright.x12.guides import guide_names, load_guide
from claimwright.x12.guides.language import ElementRule
from claimwright.x12.naming import code_words, name_elements, readable_amount, readable_days
from claimwright.x12.rules.binding import positions_of
from claimwright.x12.standard import segments
from claimwright.x12.tree import Delimiters, Segment

LINES = files("claimwright.x12").joinpath("names.txt").read_text(encoding="utf-8").splitlines()


def told(text: str, outside=lambda name, code: "") -> list[str]:
    """The elements of a segment in the usual delimiters, in words."""
    segment = Segment(text.split("*"), Delimiters(), 1, 0, len(text))
    return [str(named) for named in name_elements(segment, outside)]


def test_examples():
    assert doctest.testmod(naming).failed == 0


def test_a_segment_is_named_element_by_element():
    assert told("CLP*CLAIM1*22*-150*0**MB*ICN1") == [
        "claim number: CLAIM1",
        "status: 22 (reversal of an earlier payment)",
        "charge: -150.00",
        "paid: 0.00",
        "kind of payer: MB (Medicare part B)",
        "payer's claim number: ICN1",
    ]


def test_a_composite_is_named_by_its_components_and_a_repetition_one_by_one():
    assert told("SV1*HC:99213:25*100*UN*1***1:2") == [
        "list: HC (HCPCS or CPT)", "procedure: 99213", "modifier: 25", "charge: 100.00", "unit: UN (units)",
        "units: 1", "diagnosis: 1", "diagnosis: 2",
    ]  # fmt: skip
    assert told("EB*1**30^98")[1:] == ["service type: 30 (plan as a whole)", "service type: 98 (office visit)"]


def test_codes_of_lists_that_are_kept_elsewhere_are_asked_for():
    words = told("CAS*CO*45*20**253*1", lambda name, code: f"{name} {code}")
    assert words[1] == "reason: 45 (carc 45)"
    assert words[3] == "reason: 253 (carc 253)"


def test_one_code_says_different_things_at_different_places():
    assert code_words("CLP02", "1029", "1") == "processed as primary"
    assert code_words("NM102", "1065", "1") == "person"
    assert code_words("CLP02", "1029", "99") == ""


def test_a_segment_that_the_standard_does_not_know_is_named_by_its_places():
    assert told("ZZZ*A**B") == ["ZZZ01: A", "ZZZ03: B"]


@pytest.mark.parametrize(
    ("text", "readable"),
    [("20260302", "2026-03-02"), ("260302", "2026-03-02"), ("20260302-20260304", "2026-03-02 to 2026-03-04"),
     ("20260230", ""), ("2026", ""), ("x", ""), ("20260302-", "")],
)  # fmt: skip
def test_a_day_is_shown_with_dashes_only_when_it_is_one(text, readable):
    assert readable_days(text) == readable


@pytest.mark.parametrize(
    ("text", "readable"), [("-1234567.5", "-1,234,567.50"), (".07", "0.07"), ("1.234", ""), ("-", ""), ("1e5", "")]
)
def test_an_amount_is_shown_in_dollars_and_cents_only_when_it_is_one(text, readable):
    assert readable_amount(text) == readable


@given(st.text(max_size=40))
def test_whatever_stands_in_a_segment_is_named_or_left_out(text):
    for fields in (["CLP", text], ["DTP", "472", "D8", text], ["SV1", text, text], [text, text]):
        segment = Segment(fields, Delimiters(), 1, 0, 0)
        assert all(named.value for named in name_elements(segment))


def test_every_name_is_of_a_place_that_the_standard_has():
    places = [line.split()[1] for line in LINES if line.startswith("place ")]
    places += [word for line in LINES if line.startswith("outside ") for word in line.split()[2:]]
    for place in places:
        segment_id, element, component = re.fullmatch(r"(\w{2,3}?)(\d\d)(?:-(\d))?", place).groups()
        if segment_id in ("AK3", "AK4"):
            continue  # Those of the 997, which there is no guide for.
        standard = segments()[segment_id]
        assert int(element) <= len(standard.places), place
        if component:
            assert int(component) <= len(standard.places[int(element) - 1].parts), place


def test_no_code_is_said_twice():
    seen, keys = set(), []
    for line in LINES:
        word = line.partition(" ")[0]
        if word == "codes":
            keys = line.split()[1:]
        elif line and word not in ("#", "place", "outside"):
            assert not {(key, word) for key in keys} & seen, line
            seen |= {(key, word) for key in keys}


def _coded(elements: tuple[ElementRule, ...]):
    for element in elements:
        yield from _coded(element.parts)
        if element.codes and element.place.element:
            yield element


SHOWN = ("98", "66", "128", "374", "1250", "522", "673", "1069", "1032", "1138", "1033", "365", "366", "1270", "426")
"""Data elements of qualifiers that a reader meets on every page."""


BARE = {"128 9K", "128 EL", "128 T4", "66 AC"}
"""Shown without words, because we are not sure of theirs: no word is better than a wrong one."""


def test_the_qualifiers_that_the_guides_allow_are_known():
    """A reader of 837, 835, 270 to 277 meets no bare qualifier of names, references, days, amounts."""
    unknown = set()
    for name in guide_names():
        guide = load_guide(name)
        if guide.set_code not in ("837", "835", "270", "276"):
            continue
        for position in positions_of(guide):
            for element in _coded(position.rule.elements):
                number = element.place.element.number
                if number in SHOWN:
                    unknown |= {f"{number} {code}" for code in element.codes if not code_words("", number, code)}
    assert unknown == BARE
