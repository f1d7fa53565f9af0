"""Binary data (BIN, BDS) are as long as they say, whatever they hold; what does not fit is said and read as text."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimwright import x12
from claimwright.x12 import native
from claimwright.x12.checking import check
from claimwright.x12.driver import Driver
from claimwright.x12.settings import DEFAULTS, Limits, Settings
from claimwright.x12.source import Buffer, read_binary_head
from claimwright.x12.tree import Delimiters
from claimwright.x12.walk import Walk
from tests.x12.test_guides_of_other_sets import BODIES, KEYS
from tests.x12.test_guides_of_questions import ISA

CONTENT = b"%PDF-1.7~\nISA*00*  \r\n~SE*1*0001~IEA*1*000000001~\x00\xff*:^BIN*3*abc~"


def file_with(*contents: bytes, version: str = "005010X210", binary: str = "BIN*{}*", isa: str = ISA) -> bytes:
    """A 275 with one attachment for each content."""
    head, _, rest = BODIES[KEYS["275"]].strip().partition("LX*1\n")
    attachment = rest.rpartition("BIN*")[0].splitlines()
    lines = [line.encode() for line in head.splitlines()]
    for number, content in enumerate(contents, 1):
        lines += [f"LX*{number}".encode(), *(line.encode() for line in attachment)]
        lines.append(binary.format(len(content)).encode() + content)
    opening = [f"GS*PI*SENDER*RECEIVER*20260302*0930*1*X*{version}", f"ST*275*0001*{version}"]
    closing = [f"SE*{len(lines) + 2}*0001", "GE*1*1", "IEA*1*000000001"]
    return isa.encode() + b"~".join(
        [*(one.encode() for one in opening), *lines, *(one.encode() for one in closing), b""]
    )


def binaries(data: bytes) -> list[bytes]:
    return [
        segment[len(segment)].encode("utf-8", "surrogateescape")
        for segment in x12.read(data).segments()
        if segment.id in ("BIN", "BDS")
    ]


def test_binary_data_may_hold_delimiters_and_any_byte():
    data = file_with(CONTENT, b"plain text")

    assert binaries(data) == [CONTENT, b"plain text"]
    assert x12.read(data).findings == []


@given(st.lists(st.binary(min_size=1, max_size=200) | st.text("~*:^ISABN0\n", min_size=1).map(str.encode), min_size=1))
def test_any_bytes_are_read_and_written_again(contents):
    data = file_with(*contents)
    reading = x12.read(data)

    assert binaries(data) == contents
    assert reading.accepted
    assert reading.rewrite() == data


class Heard:
    """A listener that keeps the findings and counts the segments that were walked."""

    keeps_tree = takes_nearest = False

    def __init__(self) -> None:
        self.findings, self.last = [], None

    def found(self, level, found):
        self.findings.append(found.code)

    def interchange_closes(self, iea):
        self.last = iea

    def __getattr__(self, name):
        return lambda *told: None


@pytest.mark.parametrize("window", [1, 7, 64, 1000])
def test_the_window_of_a_stream_does_not_matter(window):
    data = file_with(CONTENT, CONTENT, b"x" * 300)
    heard = Heard()
    Driver(Buffer(io.BytesIO(data), window), heard, Walk, DEFAULTS, rules=True).run()

    assert heard.findings == []
    assert (heard.last.offset, heard.last.index) == (data.rindex(b"IEA*"), len(list(x12.read(data).segments())))


def test_segments_after_the_data_keep_their_places():
    data = file_with(CONTENT, b"x")
    last = list(x12.read(data).segments())[-1]

    assert (last.id, last.offset) == ("IEA", data.rindex(b"IEA*"))


def test_the_newer_form_is_read_in_a_set_without_a_guide():
    data = file_with(CONTENT, version="006020X314", binary="BDS*B64*{}*")

    assert binaries(data) == [CONTENT]
    assert [found.code for found in x12.read(data).findings] == ["X12-ENV-021"]


@pytest.mark.parametrize("length", ["10", "12", "999", "999999999999999"])
def test_a_wrong_length_is_said_and_the_segment_is_read_as_text(length):
    data = file_with(b"Hello there").replace(b"BIN*11*", f"BIN*{length}*".encode())
    reading = x12.read(data)
    code = "X12-SEG-009" if len(length) == 15 else "X12-ELM-017"

    assert [found.code for found in reading.findings] == [code]
    assert binaries(data) == [b"Hello there"]
    assert reading.rewrite() == data


def test_a_length_that_is_no_number_is_a_fault_of_the_element():
    data = file_with(b"Hello there").replace(b"BIN*11*", b"BIN*X1*")

    assert [found.code for found in x12.read(data).findings] == ["X12-ELM-005"]


def test_data_longer_than_the_limit_are_said_to_be():
    settings = Settings(limits=Limits(binary_bytes=10))

    assert [found.code for found in x12.read(file_with(b"Hello there"), settings=settings).findings] == ["X12-SEG-009"]


def test_a_name_that_ends_like_the_segments_is_none():
    data = file_with(b"x").replace(b"NM1*QC*1*DOE*JANE", b"NM1*QC*1*ROBIN*JANE")

    assert x12.read(data).findings == []


def test_in_a_claim_there_are_no_binary_data():
    data = file_with(CONTENT).replace(b"ST*275*", b"ST*837*").replace(b"005010X210", b"005010X222A1")

    assert binaries(data) == [b"%PDF-1.7"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"BIN*11*Hel", (1, 11, 7)),
        (b"BDS*B64*4*QUJD", (2, 4, 10)),
        (b"BIN*11", None),
        (b"BIN**x", None),
        (b"BIN*1234567890123456*x", None),
        (b"BINX*1*x", None),
        (b"", None),
    ],
)
def test_the_head_of_binary_data_tells_element_length_and_where_they_begin(text, expected):
    assert read_binary_head(text, Delimiters()) == expected


@pytest.mark.parametrize("engine", ["python", "native"])
@pytest.mark.parametrize("length", ["63", "64", "5"])
def test_every_engine_says_the_same_of_binary_data(engine, length):
    if engine == "native" and not native.available():
        pytest.skip(f"no native engine: {native.why_not()}")
    data = file_with(CONTENT, b"x").replace(b"BIN*63*", f"BIN*{length}*".encode())
    told = [(found.code, found.where) for found in check(data, engine=engine).findings]

    assert told == [(found.code, found.where) for found in x12.read(data).findings]
    assert (told == []) == (length == "63")
