"""Reading: any bytes, every delimiter, every way in which files arrive damaged."""

from __future__ import annotations

import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from claimwright import x12
from tests.x12.files import (
    CLAIM,
    DEPENDENT,
    ISA,
    PAYMENT,
    codes,
    errors,
    file_of,
    only_error,
    set_of,
    spoil_bytes,
    with_delimiters,
)

CLAIMS = file_of("837", CLAIM)
PAYMENTS = file_of("835", PAYMENT)
ONE_LINE = CLAIMS.replace(b"\n", b"")


@pytest.mark.parametrize("body", [CLAIM, DEPENDENT])
def test_a_right_claim_file_has_no_finding(body):
    assert x12.read(file_of("837", body)).findings == []


def test_a_right_payment_file_has_no_finding():
    assert x12.read(PAYMENTS).findings == []


def test_a_reading_knows_who_sent_what_to_whom():
    (interchange,) = x12.read(CLAIMS).interchanges

    assert interchange.sender == ("ZZ", "SENDER")
    assert interchange.receiver == ("ZZ", "RECEIVER")
    assert (interchange.control, interchange.usage) == ("000000001", "T")
    (group,) = interchange.groups
    assert (group.functional_id, group.control, group.version) == ("HC", "1", "005010X222A1")
    (claims,) = group.sets
    assert (claims.st01, claims.control, claims.version) == ("837", "0001", "005010X222A1")


def test_each_segment_knows_its_number_and_its_bytes():
    for segment in x12.read(CLAIMS).segments():
        assert CLAIMS[segment.offset : segment.offset + segment.length].decode() == str(segment)
    assert [segment.index for segment in x12.read(CLAIMS).segments()] == list(range(1, CLAIMS.count(b"~") + 1))


def test_a_set_knows_its_own_bytes():
    (claims,) = x12.read(CLAIMS).sets()

    text = CLAIMS[claims.offset : claims.offset + claims.length].decode()
    assert text == set_of("837", CLAIM).replace("\n", "~\n").removesuffix("~\n")


@pytest.mark.parametrize(
    ("element", "component", "repetition", "terminator"),
    [
        ("|", ":", "^", "~"),
        ("~", ">", "^", "!"),  # A tilde may separate elements ...
        ("*", ":", "~", "!"),  # ... or repetitions.
        ("*", "\\", "^", "~"),  # A backslash may separate components ...
        ("*", "|", "^", "\\"),  # ... or end segments.
        ("*", ":", "`", "_"),
        ("*", "@", "}", "~"),
        ("*", "^", "|", "~"),
        ("\x1d", "\x1f", "\x1e", "\x1c"),
    ],
)
def test_delimiters_are_those_that_the_isa_declares(element, component, repetition, terminator):
    data = with_delimiters(CLAIMS, element, component, repetition, terminator)

    reading = x12.read(data)

    assert reading.findings == []
    assert reading.interchanges[0].delimiters == x12.Delimiters(element, component, repetition, terminator)


@pytest.mark.parametrize("line_end", ["\n", "\r"])
def test_a_line_end_may_be_the_terminator(line_end):
    data = ONE_LINE.replace(b"~", line_end.encode())

    assert x12.read(data).findings == []
    assert x12.read(data).interchanges[0].delimiters.terminator == line_end


@pytest.mark.parametrize("after", ["", "\n", "\r\n", "\r\n   ", " \n", "\n\n", "\t"])
def test_blanks_and_line_ends_after_the_terminator_do_not_matter(after):
    data = ONE_LINE.replace(b"~", b"~" + after.encode())

    reading = x12.read(data)

    assert reading.findings == []
    assert reading.rewrite() == data


def test_a_terminator_that_is_a_carriage_return_may_be_followed_by_a_line_feed():
    assert x12.read(ONE_LINE.replace(b"~", b"\r\n")).findings == []


def test_before_version_00402_isa11_is_no_separator():
    data = spoil_bytes(CLAIMS, "*^*00501*", "*U*00401*")

    assert x12.read(data).interchanges[0].delimiters.repetition == ""


def test_a_byte_order_mark_is_told_and_no_error():
    reading = x12.read(b"\xef\xbb\xbf" + CLAIMS)

    assert [found.code for found in reading.findings] == ["X12-ENV-003"]
    assert reading.accepted


def test_text_before_the_isa_is_warned_of():
    reading = x12.read(b"Here is our ISA file as promised, VISA payments to follow.\n\n" + CLAIMS)

    assert [found.code for found in reading.findings] == ["X12-ENV-002"]
    assert reading.accepted


def test_a_set_before_the_first_isa_is_no_noise_but_a_lost_set():
    assert only_error(set_of("837", CLAIM).encode() + CLAIMS).code == "X12-ENV-022"


def test_what_stands_between_interchanges_may_be_lost_data():
    assert only_error(CLAIMS + b"GS*HC*SENDER~" + CLAIMS).code == "X12-ENV-022"


def test_what_stands_after_the_last_interchange_may_be_lost_data():
    assert only_error(CLAIMS + b"and so on").code == "X12-ENV-022"


@pytest.mark.parametrize("tail", [b"\x1a", b"\x00\x00\x00", b"\r\n \r\n"])
def test_end_of_file_marks_and_blanks_after_the_last_interchange_do_not_matter(tail):
    assert x12.read(CLAIMS + tail).findings == []


def test_elements_of_the_isa_may_be_trimmed_or_too_long():
    trimmed = CLAIMS.replace(b"*SENDER         *", b"*SENDER*", 1)
    too_long = CLAIMS.replace(b"*RECEIVER       *", b"*RECEIVER" + b" " * 30 + b"*", 1)

    for data in (trimmed, too_long):
        assert codes(data) == ["X12-ENV-005"]
        assert x12.read(data).accepted


def test_several_interchanges_may_stand_in_one_file_with_delimiters_of_their_own():
    data = CLAIMS + b"\r\n" + with_delimiters(PAYMENTS, "|", ">", "^", "!") + ONE_LINE

    reading = x12.read(data)

    assert reading.findings == []
    assert [found.st01 for found in reading.sets()] == ["837", "835", "837"]
    assert reading.rewrite() == data


def test_a_cut_file_does_not_swallow_the_file_that_follows_it():
    """Appended files are common; the first may have been cut anywhere, even in the middle of a segment."""
    for end in range(CLAIMS.index(b"ST*"), len(CLAIMS) - 3, 7):
        reading = x12.read(CLAIMS[:end] + PAYMENTS)

        assert reading.interchanges[-1].findings == []
        assert [found.st01 for found in reading.sets()][-1] == "835"
        assert not reading.accepted


def test_a_ta1_may_stand_before_the_groups():
    data = spoil_bytes(CLAIMS, "GS*", "TA1*000000123*260301*1015*A*000~\nGS*")

    (interchange,) = x12.read(data).interchanges

    assert interchange.findings == []
    assert [str(ack) for ack in interchange.acks] == ["TA1*000000123*260301*1015*A*000"]


def test_an_interchange_may_hold_nothing_but_a_ta1():
    data = f"{ISA}~TA1*000000123*260301*1015*R*006~IEA*0*000000001~".encode()

    assert x12.read(data).findings == []


def test_a_set_whose_group_never_closes_is_read_and_the_missing_trailers_are_named():
    data = CLAIMS[: CLAIMS.index(b"\nSE*") + 1]

    reading = x12.read(data)

    assert [found.code for found in errors(data)] == ["X12-ENV-006", "X12-ENV-010", "X12-ENV-013"]
    assert [loop.value("CLM", 1) for loop in next(reading.sets()).root.walk() if loop.id == "2300"] == ["CLAIM1"]


@pytest.mark.parametrize("data", [CLAIMS, ONE_LINE, PAYMENTS])
def test_every_cut_is_noticed(data):
    """No strict prefix of a file passes for a whole one; only the line end after the last terminator may be missing."""
    whole = data.rstrip(b"\n")
    for end in range(len(whole)):
        assert errors(whole[:end]), f"cut after {end} of {len(whole)} bytes"


def test_the_last_line_end_may_be_missing_where_line_ends_are_terminators():
    data = ONE_LINE.replace(b"~", b"\n")

    assert x12.read(data[:-1]).findings == []
    assert errors(data[:-2])


def test_every_removed_segment_is_noticed():
    lines = CLAIMS.splitlines(keepends=True)
    for number, line in enumerate(lines):
        assert errors(b"".join(lines[:number] + lines[number + 1 :])), line


@pytest.mark.parametrize("byte", [b"\x00", b"*", b"~", b":", b"^", b"\n", b" ", b"X", b"9", b"\xff", b"\xc3"])
def test_no_changed_byte_raises_or_is_lost(byte):
    for at in range(len(CLAIMS)):
        data = CLAIMS[:at] + byte + CLAIMS[at + 1 :]
        assert x12.read(data).rewrite() == data


@given(st.binary(max_size=400))
@example(b"")
@example(b"ISA")
@example(b"ISA*")
@example(ISA.encode())
@example(b"\x00" * 200)
def test_no_bytes_raise_and_all_come_back(data):
    reading = x12.read(data)

    assert reading.rewrite() == data
    assert reading.findings


@given(st.data())
def test_no_damage_raises_and_all_bytes_come_back(data):
    """Slices of right files, repeated, joined with noise: closer to what arrives than random bytes are."""
    right = st.sampled_from([CLAIMS, PAYMENTS, ONE_LINE])
    piece = st.builds(lambda file, a, b: file[min(a, b) : max(a, b)], right, st.integers(0, 1800), st.integers(0, 1800))
    file = b"".join(
        data.draw(st.lists(st.one_of(piece, st.binary(max_size=8), st.just(ISA.encode() + b"~")), max_size=6))
    )

    assert x12.read(file).rewrite() == file


@given(
    st.text(st.characters(exclude_characters="*:^~\r\n\t ", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20)
)
def test_letters_of_every_alphabet_are_kept(name):
    data = CLAIMS.replace(b"*DOE*JANE****MI*MEM0001", f"*{name}*JANE****MI*MEM0001".encode())

    reading = x12.read(data)

    subscriber = next(loop for loop in next(reading.sets()).root.walk() if loop.id == "2010BA")
    assert subscriber.value("NM1", 3) == name
    assert reading.rewrite() == data


def test_bytes_that_are_no_utf8_are_kept():
    data = CLAIMS.replace(b"*DOE*JANE****MI*MEM0001", b"*MU\xd1OZ*JANE****MI*MEM0001")

    assert x12.read(data).rewrite() == data
    assert x12.read(data).accepted


@pytest.mark.parametrize("marks", ["\xa7:^~", "*\xa7^~", "*:^\xa7"])
def test_delimiters_outside_of_ascii_are_refused(marks):
    text = CLAIMS.decode().translate(str.maketrans("*:^~", marks))

    assert "X12-ENV-004" in codes(text.encode("latin-1"))


def test_an_isa_without_readable_delimiters_is_named_and_the_rest_is_still_read():
    reading = x12.read(b"ISA*00*cut~\n" + PAYMENTS)

    assert [found.code for found in reading.own_findings] == ["X12-ENV-004", "X12-ENV-002"]
    assert [found.st01 for found in reading.sets()] == ["835"]


def test_words_that_end_in_isa_are_no_isa():
    data = CLAIMS.replace(b"REF*EA*MRN1", b"REF*EA*VISA")

    assert x12.read(data).findings == []


def test_an_isa_inside_a_segment_is_no_new_interchange_unless_it_is_a_whole_one():
    data = CLAIMS.replace(b"REF*EA*MRN1", b"REF*EA*ISA")

    reading = x12.read(data)

    assert len(reading.interchanges) == 1
    assert reading.findings == []


def test_a_segment_answers_questions_about_its_elements():
    segment = x12.Segment(["SV1", "HC:99213:25", "100", "UN", "1", "", "", "1:2^3"], x12.Delimiters(), 1, 0, 32)

    assert segment.id == "SV1"
    assert len(segment) == 7
    assert segment[2] == "100"
    assert segment[5] == segment[40] == ""
    assert segment.components(1) == ["HC", "99213", "25"]
    assert segment.component(1, 3) == "25"
    assert segment.component(1, 9) == segment.component(5, 1) == ""
    assert segment.repeats(7) == ["1:2", "3"]
    assert segment.repeats(6) == []
    assert str(segment) == "SV1*HC:99213:25*100*UN*1***1:2^3"


def test_a_tree_answers_questions_about_its_loops():
    root = next(x12.read(CLAIMS).sets()).root

    subscriber = root.loop("2000A").loop("2000B")
    claim = subscriber.loop("2300")
    assert [loop.id for loop in subscriber.loops] == ["2010BA", "2010BB", "2300"]
    assert [line.value("LX", 1) for line in claim.loops_of("2400")] == ["1", "2"]
    assert claim.value("REF", 2, "EA") == "MRN1"
    assert claim.value("REF", 2, "G1") == ""
    assert claim.first("NTE") is None
    assert claim.loop("2310A") is None
    assert sum(len(loop.segments) for loop in root.walk()) == len(CLAIM.splitlines()) + 2


@pytest.mark.parametrize("name", ["reading", string.ascii_lowercase])
def test_a_reading_keeps_the_name_it_was_given(name):
    assert x12.read(CLAIMS, name=name).name == name


def test_rules_beyond_the_guide_can_be_left_out():
    data = spoil_bytes(CLAIMS, "CLM*CLAIM1*150*", "CLM*CLAIM1*151*")

    assert codes(data) == ["X12-CLM-001", "X12-CLM-004"]
    assert x12.read(data, rules=False).findings == []
