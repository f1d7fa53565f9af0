"""The catalogue: every code has an example, every finding says what, where and what to do."""

from __future__ import annotations

import re

import pytest

from claimwright import x12
from claimwright.x12.catalogue import kinds
from tests.x12 import snippets
from tests.x12.defects.kit import defects
from tests.x12.snippets import TOLD_ELSEWHERE

_KIT = {expected.code: defect for defect in reversed(defects()) for expected in defect.finds}
EXAMPLES = {code: defect.spoilt().data for code, defect in _KIT.items()} | snippets.EXAMPLES


def test_every_code_has_an_example_that_triggers_it():
    assert set(EXAMPLES) | TOLD_ELSEWHERE == set(kinds())


@pytest.mark.parametrize("code", EXAMPLES)
def test_the_example_of_a_code_triggers_it(code):
    assert code in [found.code for found in x12.read(EXAMPLES[code]).findings]


@pytest.mark.parametrize("code", EXAMPLES)
def test_a_finding_says_what_where_and_what_to_do(code):
    for found in x12.read(EXAMPLES[code]).findings:
        assert found.message
        assert found.hint
        assert "{" not in found.message + found.hint
        assert found.where.offset is not None
        assert found.snip in range(1, 8)


@pytest.mark.parametrize("code", EXAMPLES)
def test_the_place_of_a_finding_is_the_first_byte_of_the_segment_it_names(code):
    data = EXAMPLES[code]
    places = {segment.index: segment for segment in x12.read(data).segments()}
    for found in x12.read(data).findings:
        if found.where.index:
            assert found.where.offset == places[found.where.index].offset


def test_codes_are_stable_names():
    assert all(re.fullmatch(r"X12-[A-Z]{2,3}-\d{3}", code) for code in kinds())


def test_what_stops_a_set_has_a_code_of_the_999_or_breaks_a_balance():
    """SNIP 1 and 2 are answered by 999 and TA1; what lies beyond is said in words, and in a 277CA."""
    for kind in kinds().values():
        if kind.severity == "error" and kind.code not in TOLD_ELSEWHERE | {"X12-ENV-001", "X12-ENV-022"}:
            assert (kind.ack is not None) == (kind.snip <= 2), kind.code
