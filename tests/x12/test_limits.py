"""Limits: whatever is sent, time grows with its length alone, memory does not, and what is too much is said."""

from __future__ import annotations

import io
import tracemalloc

import pytest

from claimwright import x12
from claimwright.x12 import source
from tests.x12.files import CLAIM, ISA, PAYMENT, file_of, spoil

CLAIMS = file_of("837", CLAIM)
SMALL = x12.Settings(limits=x12.Limits(segment_bytes=1000))
LONG = CLAIMS.replace(b"REF*EA*MRN1", b"REF*EA*" + b"9" * 1000)


class _Endless(io.RawIOBase):
    """A file that is made while it is read: a head, a piece many times, a tail."""

    def __init__(self, head: bytes, piece: bytes, times: int, tail: bytes) -> None:
        self._pieces = iter([head, *[piece] * times, tail])
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        while len(self._rest) < size:
            piece = next(self._pieces, b"")
            if not piece:
                break
            self._rest += piece
        given, self._rest = self._rest[:size], self._rest[size:]
        return given


def test_a_segment_that_is_too_long_is_said_and_kept_and_the_rest_is_read():
    reading = x12.read(LONG, settings=SMALL)

    (found,) = reading.findings
    assert (found.code, found.where.offset) == ("X12-SEG-009", LONG.index(b"REF*EA*"))
    assert "1007 bytes" in found.message
    assert reading.rewrite() == LONG


@pytest.mark.parametrize("window", [1, 100, 1006, 1008, 5000])
def test_where_the_windows_end_does_not_matter_to_what_is_too_long(window):
    for data in (LONG, LONG[: LONG.index(b"HI*") - 400], LONG[: LONG.index(b"HI*") - 400] + CLAIMS):
        verdict = x12.check(io.BytesIO(data), settings=SMALL, window=window, engine="python")
        assert list(verdict.findings) == x12.read(data, settings=SMALL).findings


def test_an_element_without_end_needs_no_memory():
    head, tail = CLAIMS.split(b"MRN1")
    file = _Endless(head, b"9" * 100_000, 300, tail)
    few = x12.Settings(limits=x12.Limits(segment_bytes=200_000))

    tracemalloc.start()
    verdict = x12.check(file, settings=few, window=65_536, engine="python")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert [found.code for found in verdict.findings] == ["X12-SEG-009"]
    assert most < 30_000_000 / 4


def test_an_isa_that_promises_another_terminator_ends_in_findings():
    data = CLAIMS.replace(b":~\n", b":!\n", 1)

    verdict = x12.check(data)

    assert not verdict.accepted
    assert {found.code for found in verdict.findings} >= {"X12-ENV-006", "X12-ENV-019"}
    assert list(verdict.findings) == x12.read(data).findings


def test_a_million_empty_segments_are_said_once():
    head, tail = CLAIMS.split(b"HI*ABK", 1)
    verdict = x12.check(_Endless(head, b"~" * 1000, 1000, b"HI*ABK" + tail), engine="python")

    assert [found.code for found in verdict.findings] == ["X12-SEG-008", "X12-ENV-015"]
    assert verdict.counts["segments"] == 1_000_000 + CLAIMS.count(b"~")


def test_more_sets_than_a_limit_are_counted_and_not_listed():
    few = x12.Settings(limits=x12.Limits(sets=2))
    verdict = x12.check(file_of("837", *[CLAIM] * 3), settings=few)

    assert len(verdict.sets) == 2
    assert verdict.counts["sets"] == 3


def test_more_control_numbers_than_a_limit_are_said_once_and_not_compared():
    few = x12.Settings(limits=x12.Limits(control_numbers=2))
    data = file_of("837", *[CLAIM] * 5).replace(b"*0005", b"*0003")

    assert [found.code for found in x12.check(data).findings] == ["X12-ENV-016"]
    (found,) = x12.check(data, settings=few).findings
    assert (found.code, found.severity, found.where.segment) == ("X12-ENV-024", "warning", "ST")
    assert found.where.offset == data.index(b"ST*837*0003")
    assert x12.read(data, settings=few).findings == [found]


def test_memory_does_not_grow_with_the_file():
    head, rest = file_of("835", PAYMENT).split(b"ST*", 1)
    body, tail = rest.split(b"GE*", 1)

    def most(times: int) -> int:
        tracemalloc.start()
        x12.check(_Endless(head, (b"ST*" + body) * 50, times, b"GE*" + tail), window=65_536, engine="python")
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    once = most(20)
    assert most(80) < once + 8_000_000


class _Counted:
    """A pattern that counts the bytes it looks at."""

    def __init__(self, pattern, counts: list[int]) -> None:
        self._pattern = pattern
        self._counts = counts

    def search(self, data, start=0, end=None):
        end = len(data) if end is None else end
        match = self._pattern.search(data, start, end)
        self._counts[0] += (match.end() if match else end) - start
        return match


class _CountedBytes(bytes):
    """Bytes that count how many of them were searched or copied."""

    counts: list[int]

    def find(self, sub, start=0, end=None):
        found = super().find(sub, start, len(self) if end is None else end)
        self.counts[0] += (len(self) if found < 0 else found) - start + 1
        return found

    def rfind(self, sub, start, end):
        found = super().rfind(sub, start, end)
        self.counts[0] += min(len(self), end) - max(found, start)
        return found

    def __getitem__(self, key):
        piece = super().__getitem__(key)
        self.counts[0] += len(piece) if isinstance(key, slice) else 1
        return piece


@pytest.mark.parametrize(
    "data",
    [
        b"\n" * 20_000,
        b"ISA*" * 20_000,
        ISA.encode() + b"\n" + b"\n" * 20_000,
        ISA.encode() + b"~" + b"ISA*" * 5_000,
        (ISA.encode() + b"~IEA*0*000000001~x ") * 300,
        ISA.encode() + b"~" + b"~" * 20_000,
        file_of("837", *[CLAIM] * 60),
    ],
    ids=["line ends", "ISAs", "blanks", "ISAs in a segment", "interchanges", "empty segments", "sets"],
)
def test_each_byte_is_looked_at_a_bounded_number_of_times(data, monkeypatch):
    """Linear time as structure: what could be looked at again and again is counted, in files made to provoke it."""
    counted = _CountedBytes(data)
    counted.counts = counts = [0]
    for name in ("_ISA", "_NOT_BLANK"):
        monkeypatch.setattr(source, name, _Counted(getattr(source, name), counts))

    x12.read(counted)

    assert counts[0] < 120 * len(data) + 10_000


def test_what_is_no_severity_is_refused_and_what_is_set_holds():
    wrong = file_of("837", spoil(CLAIM, "NM1*82*1*WELBY*MARCUS****XX*1234567893", "NM1*82*1*W*M****XX*1234567890"))

    with pytest.raises(ValueError, match="fatal"):
        x12.Settings(severities={"X12-IDN-001": "fatal"})
    assert x12.check(wrong).accepted
    assert not x12.check(wrong, settings=x12.Settings(severities={"X12-IDN-001": "error"})).accepted
    assert x12.read(wrong, settings=x12.Settings(severities={"X12-IDN-001": "off"})).findings == []
