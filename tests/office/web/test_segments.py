from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimwright.office.web.days import read_day
from claimwright.office.web.segments import WINDOW, list_claim, list_segments

ISA = b"ISA*00*          *00*          *ZZ*A              *ZZ*B              *260105*0900*^*00501*000000001*0*T*:~"


def test_a_file_is_cut_at_the_terminator_that_its_isa_declares():
    data = ISA.replace(b"~", b"|") + b"\nGS*HP~X|\r\nIEA*0*000000001|\n"
    texts = [line.text for line in list_segments(data).lines]
    assert texts[1:] == ["GS*HP~X", "IEA*0*000000001"]


def test_the_segment_that_holds_the_byte_is_the_one_in_question():
    data = ISA + b"GS*1~ST*835~SE*2~"
    at = data.index(b"835")
    assert [line.text for line in list_segments(data, at=at).lines if line.is_here] == ["ST*835"]


def test_a_long_file_is_shown_in_windows_that_meet():
    data = ISA + b"".join(b"N1*%d~" % number for number in range(1000))
    seen, start = [], 0
    while start is not None:
        listing = list_segments(data, start=start)
        seen += [line.index for line in listing.lines]
        assert len(listing.lines) <= WINDOW
        start = listing.next_at
    assert seen == list(range(1, 1002))


def test_the_window_around_a_byte_holds_what_comes_before_it_too():
    data = ISA + b"".join(b"N1*%d~" % number for number in range(1000))
    listing = list_segments(data, at=data.index(b"N1*900~"))
    assert any(line.is_here and line.text == "N1*900" for line in listing.lines)
    assert listing.lines[0].index < 900
    assert listing.previous_at is not None


@given(st.binary(max_size=300), st.integers(0, 400), st.integers(0, 50))
def test_any_bytes_can_be_shown_and_none_is_shown_twice(data, at, length):
    for content in (data, ISA + data):
        listing = list_segments(content, at=at, length=length)
        offsets = [line.offset for line in listing.lines]
        assert offsets == sorted(set(offsets))
        assert sum(line.is_here for line in listing.lines) <= 1


@given(st.binary(max_size=120), st.integers(0, 300), st.integers(0, 300))
def test_a_part_is_shown_from_its_first_byte_to_its_last(data, offset, length):
    content = ISA + data
    for line in list_claim(content, offset, length).lines:
        assert offset <= line.offset < offset + length


def test_the_services_in_question_are_marked_from_their_lx_to_the_next():
    claim = b"CLM*A~HI*ABK:R05~LX*1~SV1*HC:1~LX*2~SV1*HC:2~DTP*472~"
    listing = list_claim(ISA + claim, len(ISA), len(claim), services={2})
    assert [line.text for line in listing.lines if line.is_question] == ["LX*2", "SV1*HC:2", "DTP*472"]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("t", date(2026, 1, 5)),
        ("+3", date(2026, 1, 8)),
        ("2026-02-28", date(2026, 2, 28)),
        ("2/28/26", date(2026, 2, 28)),
        ("022826", date(2026, 2, 28)),
        ("2026-02-30", None),
        ("+99999", None),
        ("soon", None),
        ("", None),
    ],
)
def test_days_are_read_as_people_type_them(text, day):
    assert read_day(text, date(2026, 1, 5)) == day
