"""Writing: right counts and control numbers, nothing that X12 cannot say, and what is written reads back as it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimwright import x12
from claimwright.errors import InputError
from claimwright.x12.writing import SegmentText
from tests.judges import pyx12_errors
from tests.x12.files import CLAIM, DEPENDENT, ISA, PAYMENT, file_of

ENVELOPE = x12.Envelope("ZZ", "SENDER", "ZZ", "RECEIVER", datetime(2026, 3, 2, 9, 30, tzinfo=UTC), 1, 1)


def outgoing(kind: str, body: str) -> x12.OutgoingSet:
    version = {"837": "005010X222A1", "835": "005010X221A1"}[kind]
    return x12.OutgoingSet(kind, version, [tuple(line.split("*")) for line in body.splitlines()])


def write_plain(segments: Sequence[x12.OutgoingSegment], envelope: x12.Envelope = ENVELOPE) -> list[str]:
    """The segments between ST and SE as they are written."""
    data = x12.write_interchange(envelope, [x12.OutgoingSet("276", "005010X212", segments)])
    return data.decode().split(envelope.delimiters.terminator)[3:-4]


def test_what_is_written_is_what_a_person_would_write():
    # Components are tuples, so this body has none.
    body = "".join(line + "\n" for line in PAYMENT.splitlines() if ":" not in line)
    data = x12.write_interchange(ENVELOPE, [outgoing("835", body)])

    assert data.decode().replace("~", "~\n").encode() == file_of("835", body)


def test_the_isa_has_its_fixed_length():
    data = x12.write_interchange(ENVELOPE, [])

    assert data.decode() == f"{ISA}~IEA*0*000000001~"
    assert len(ISA) == 105


def test_counts_and_control_numbers_are_right_for_several_groups_and_sets():
    header = [("BHT", "0019", "00", "B1", "20260302", "0930", "CH")]
    claims = x12.OutgoingSet("837", "005010X222A1", header)
    payments = x12.OutgoingSet("835", "005010X221A1", [("TRN", "1", "1", "1512345678")])

    reading = x12.read(x12.write_interchange(ENVELOPE, [claims, claims, payments, claims]))

    assert [found for found in reading.findings if found.code.startswith("X12-ENV")] == []
    groups = reading.interchanges[0].groups
    assert [(group.functional_id, group.control, len(group.sets)) for group in groups] == [
        ("HC", "1", 2), ("HP", "2", 1), ("HC", "3", 1),
    ]  # fmt: skip
    assert [found.control for found in reading.sets()] == ["0001", "0002", "0001", "0001"]


def test_an_835_has_no_version_in_its_st():
    data = x12.write_interchange(ENVELOPE, [x12.OutgoingSet("835", "005010X221A1", [])])

    assert "~ST*835*0001~" in data.decode()


def test_empty_elements_and_components_at_the_end_are_left_out():
    segments: list[x12.OutgoingSegment] = [
        ("REF", "EA", "1", "", ""),
        ("SV1", ("HC", "99213", "", ""), "100", ("", ""), ""),
        ("CLM", "A", "", "", ""),
    ]
    assert write_plain(segments) == ["REF*EA*1", "SV1*HC:99213*100", "CLM*A"]


def test_composites_and_repetitions_are_written_with_their_own_marks():
    segments: list[x12.OutgoingSegment] = [
        ("EB", "1", "", ["30", "98"]),
        ("DMG", "D8", "20000101", "F", "", [("C", "RET", "2106-3"), ("C", "RET", "2028-9")]),
    ]
    assert write_plain(segments) == ["EB*1**30^98", "DMG*D8*20000101*F**C:RET:2106-3^C:RET:2028-9"]


def test_other_delimiters_are_used_everywhere():
    envelope = replace(ENVELOPE, delimiters=x12.Delimiters("|", ">", "!", "\n"))
    segments: list[x12.OutgoingSegment] = [("A", ("1", "2"), ["3", "4"], "5~*:^")]

    data = x12.write_interchange(envelope, [x12.OutgoingSet("276", "005010X212", segments)])

    assert x12.read(data).interchanges[0].delimiters == envelope.delimiters
    assert write_plain(segments, envelope) == ["A|1>2|3!4|5~*:^"]


@pytest.mark.parametrize("mark", ["*", ":", "^", "~", "\n", "\r", "\x00", "\x7f"])
@pytest.mark.parametrize(
    "place",
    [lambda text: text, lambda text: ("HC", text), lambda text: ["30", text], lambda text: [("C", text), ("C", "X")]],
)
def test_a_delimiter_or_control_character_in_a_value_is_refused_with_its_place(mark, place):
    segment: x12.OutgoingSegment = ("NM1", "IL", "1", place(f"DO{mark}E"))

    with pytest.raises(InputError) as refusal:
        write_plain([("BHT", "X"), segment])

    (found,) = refusal.value.findings
    assert (found.code, found.where.segment, found.where.element) == ("X12-WRT-001", "NM1", 3)
    assert repr(f"DO{mark}E") in found.message


def test_bytes_are_written_as_they_are_where_a_segment_counts_them():
    segments: list[x12.OutgoingSegment] = [
        ("REF", "EA", ("1", "2"), ""),
        ("BDS", "B64", "5", b"*:~*\x00"),
        ("SE", "", ""),
    ]

    data = x12.write_interchange(ENVELOPE, [x12.OutgoingSet("276", "005010X212", segments)])

    assert b"~REF*EA*1:2~BDS*B64*5**:~*\x00~SE~SE*5*0001~" in data


@pytest.mark.parametrize(
    "segment", [("BDS", "B64", "6", b"*:~*\x00"), ("REF", "5", b"*:~*\x00"), ("BDS", "B64", b"", "0")]
)
def test_bytes_that_nothing_counts_are_refused(segment):
    with pytest.raises(InputError):
        write_plain([segment])


def test_a_set_that_was_read_is_written_with_any_delimiters_without_the_empty_ends_of_its_segments():
    text = "SV1*HC:99213::*100*^*UN**:~HI*ABK:J069*ABF:~K3*A^B:~ZZ~~"
    read_as = x12.Delimiters()
    raw = SegmentText(text, read_as)
    other = x12.Delimiters("|", ">", "!", "\n")

    same = write_plain(raw)
    changed = write_plain(raw, replace(ENVELOPE, delimiters=other))

    assert same == ["SV1*HC:99213*100*^*UN", "HI*ABK:J069*ABF", "K3*A^B", "ZZ", ""]
    assert changed == ["SV1|HC>99213|100|!|UN", "HI|ABK>J069|ABF", "K3|A!B", "ZZ", ""]
    assert (len(raw), raw[3], raw[1:3]) == (
        5,
        ("ZZ",),
        [("HI", ("ABK", "J069"), ("ABF", "")), ("K3", [("A",), ("B", "")])],
    )


def test_a_control_character_of_a_set_that_was_read_is_refused():
    raw = SegmentText("BHT*0019~NM1*IL*1*DO\x07E~", x12.Delimiters())

    with pytest.raises(InputError, match="NM103"):
        write_plain(raw)


@pytest.mark.parametrize(
    "change",
    [
        {"sender_id": ""},
        {"sender_id": "SIXTEEN LETTERS."},
        {"sender_id": "A*B"},
        {"receiver_id": "A~B"},
        {"sender_qualifier": "Z"},
        {"application_sender": "SIXTEEN LETTERS."},
        {"control": 0},
        {"control": 1_000_000_000},
        {"group_control": -1},
        {"usage": "TEST"},
        {"delimiters": x12.Delimiters("*", "*", "^", "~")},
    ],
)
def test_an_envelope_that_does_not_fit_is_refused(change):
    with pytest.raises(InputError) as refusal:
        x12.write_interchange(replace(ENVELOPE, **change), [])

    (found,) = refusal.value.findings
    assert found.code == "X12-WRT-002"
    assert found.where.field == next(iter(change))


def test_a_set_that_belongs_to_no_group_is_refused():
    with pytest.raises(InputError, match="no group is known"):
        x12.write_interchange(ENVELOPE, [x12.OutgoingSet("850", "005010", [])])


def test_an_interchange_may_carry_acknowledgements_alone():
    data = x12.write_interchange(ENVELOPE, [], acks=[("TA1", "000000009", "260301", "1015", "A", "000")])

    assert x12.read(data).findings == []


_TEXTS = st.text(st.characters(exclude_characters="*:^~", exclude_categories=["Cs", "Cc"]), max_size=12)
_ELEMENTS = st.one_of(_TEXTS, st.tuples(_TEXTS, _TEXTS), st.lists(_TEXTS, min_size=1, max_size=3))


@given(st.lists(st.lists(_ELEMENTS, min_size=1, max_size=5), min_size=1, max_size=5))
def test_what_is_written_reads_back_as_it_was(rows):
    segments: list[x12.OutgoingSegment] = [("ZZ", *row) for row in rows]

    data = x12.write_interchange(ENVELOPE, [x12.OutgoingSet("276", "005010X212", segments)])
    (read_set,) = x12.read(data).sets()

    assert len(read_set.segments) == len(segments) + 2
    for segment, row in zip(read_set.segments[1:-1], rows, strict=True):
        for number, element in enumerate(row, 1):
            if isinstance(element, str):
                assert segment[number] == element
            elif isinstance(element, tuple):
                assert segment[number] == ":".join(element).rstrip(":")
            else:
                assert segment[number] == "^".join(element)


@pytest.mark.parametrize("data", [file_of("837", CLAIM), file_of("837", DEPENDENT), file_of("835", PAYMENT)])
def test_our_right_files_are_right_for_pyx12_too(data):
    assert pyx12_errors(data.replace(b"\n", b"")) == []
