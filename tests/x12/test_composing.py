"""Composed sets: the same segments as text and as tuples, and no value that passes for a delimiter."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimwright import x12
from claimwright.errors import InputError
from claimwright.x12.composing import Composer, compose
from claimwright.x12.writing import SegmentText

ENVELOPE = x12.Envelope("ZZ", "CLINIC", "ZZ", "HOUSE", datetime(2026, 3, 2, 9, 30, tzinfo=UTC), 7, 7)
texts = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"], exclude_characters="*:^~"))
marked = st.text(alphabet="AB*:^~ ", max_size=4)


def written(segments) -> list[str]:
    data = x12.write_interchange(ENVELOPE, [x12.OutgoingSet("837", "005010X222A1", segments)])
    return data.decode().split("~")[3:-4]


def said(out: Composer, values: list[str]) -> None:
    first, second, third = values
    out.add("REF", first, second)
    start = len(out.said)
    out.add("SV1", out.composite("HC", third, first), "", out.composite(), second)
    out.add("HI", *[out.composite("ABK", value) for value in values])
    out.add_all([("LX", second, ""), ("K3", [(third, "X"), first], ("Y", second))])
    out.sort(start, "LX HI SV1")
    for _ in range(2):
        out.again("82", values, lambda: [("NM1", "82", first), ("SV2", ("HC", third))])


@given(st.lists(texts, min_size=3, max_size=3))
def test_a_set_is_composed_as_the_text_that_its_segments_are_written_as(values):
    plain = Composer()
    said(plain, values)

    composed = compose(lambda out: said(out, values))

    assert isinstance(composed, SegmentText)
    assert written(composed) == written(plain.said)
    assert len(composed) == len(plain.said)


@given(st.lists(marked, min_size=3, max_size=3))
def test_no_value_that_holds_a_delimiter_is_composed_as_text(values):
    composed = compose(lambda out: said(out, values))

    assert isinstance(composed, SegmentText) is not any(mark in value for value in values for mark in "*:^~")


def test_a_value_with_a_usual_delimiter_is_written_where_others_delimit():
    composed = compose(lambda out: out.add("NTE", "ADD", "2 * 3: 6~7"))
    marks = x12.Delimiters("|", ">", "!", "\n")
    envelope = x12.Envelope(
        "ZZ", "CLINIC", "ZZ", "HOUSE", datetime(2026, 3, 2, 9, 30, tzinfo=UTC), 7, 7, delimiters=marks
    )

    data = x12.write_interchange(envelope, [x12.OutgoingSet("837", "005010X222A1", composed)])

    assert b"\nNTE|ADD|2 * 3: 6~7\n" in data


@pytest.mark.parametrize("value", ["A*B", "A:B", "A^B", "A~B", "A\nB", "A\x7fB"])
def test_a_value_that_cannot_be_written_is_named(value):
    composed = compose(lambda out: out.add("NM1", "IL", "1", value))

    with pytest.raises(InputError, match="NM103"):
        written(composed)
