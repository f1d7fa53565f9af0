"""Limits: whatever is sent, time grows with its length alone, memory does not, and what is too much is said."""

from __future__ import annotations

import io
import tracemalloc

import pytest

from claimwright import x12
from claimwright.findings import Finding
from claimwright.x12 import source
from claimwright.x12.native import available
from tests.x12.defects.kit import base_text
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


def _levels(kinds: str, count: int) -> str:
    codes = kinds.split()
    return "".join(f"HL*{n}*{n - 1 or ''}*{codes[min(n, len(codes)) - 1]}*1\n" for n in range(1, count + 1))


@pytest.mark.parametrize("kinds", ["20 22 23", "20 22", "20", "22", "19"])
def test_levels_without_end_nest_no_deeper_than_the_guide(kinds):
    head, _ = CLAIM.split("HL*1*")
    data = file_of("837", head + _levels(kinds, 5_000))

    (transaction_set,) = x12.read(data).sets()
    loops, depth = [transaction_set.root], 0
    while loops:
        loops, depth = [inner for loop in loops for inner in loop.loops], depth + 1
    assert depth <= 4
    verdict = x12.check(data, engine="python")
    assert verdict.counts["segments"] == data.count(b"~")
    assert x12.check(data).findings == verdict.findings


def test_marks_of_nested_loops_without_end_are_said_once():
    head, rest = CLAIM.split("HL*1*")
    data = file_of("837", head + "LS*2000\n" * 5_000 + "LE*2000\n" * 5_000 + "HL*1*" + rest)

    assert [found.code for found in x12.read(data).findings] == ["X12-SEG-002"]
    assert x12.check(data).findings == tuple(x12.read(data).findings)


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


def found_everywhere(data: bytes, **limits: int) -> list[Finding]:
    """What is found under these limits: by reading and by both engines, whole and in windows."""
    settings = x12.Settings(limits=x12.Limits(**limits))
    found = x12.read(data, settings=settings).findings
    for engine in ("python", *(("native",) if available() else ())):
        assert list(x12.check(data, settings=settings, engine=engine).findings) == found
        for window in (1, 64, 777):
            verdict = x12.check(io.BytesIO(data), settings=settings, engine=engine, window=window)
            assert list(verdict.findings) == found
    return found


def claims_of_one_set(*numbers: str) -> bytes:
    head, claim = CLAIM.split("CLM*CLAIM1*")
    return file_of("837", head + "".join(f"CLM*{number}*{claim}" for number in numbers))


def test_more_values_than_a_limit_are_said_once_and_not_compared():
    data = claims_of_one_set("A", "B", "A", "C", "B", "C", "D", "C")

    assert [found.code for found in found_everywhere(data)] == ["X12-CLM-003"] * 4
    known, (full, again) = "X12-CLM-003", found_everywhere(data, values=2)[1:]
    assert (full.code, full.severity, full.where.loop) == ("X12-LIM-001", "warning", "2000A/2000B/2300")
    assert (full.where.offset, full.where.element) == (data.index(b"CLM*C"), 1)
    assert "More than 2 values like CLM01" in full.message
    assert (again.code, again.where.offset) == (known, data.rindex(b"CLM*B"))


def test_a_limit_of_values_is_said_anew_in_each_loop():
    lines = "".join(f"LX*{number}\nSV1*HC:99213*1*UN*1***1\nDTP*472*D8*20260115\n" for number in (1, 2))
    claim = CLAIM[CLAIM.index("CLM*") : CLAIM.index("LX*1")]
    third = "SBR*T*18*******16\nOI***Y***Y\nNM1*IL*1*DOE*JANE****MI*MEM9001\nNM1*PR*2*THIRD PLAN*****PI*PLAN3\n"
    payers = spoil(claim, "CLM*CLAIM1*150*", "CLM*CLAIM1*2*").replace("AMT*D*80\n", "") + third
    body = CLAIM[: CLAIM.index("CLM*")] + "".join(
        payers.replace("CLAIM1", f"CLAIM{number}") + lines for number in (1, 2, 3)
    )

    found = [one for one in found_everywhere(file_of("837", body, body), values=1) if one.where.segment == "SBR"]

    assert [(one.code, one.where.element) for one in found] == [("X12-LIM-001", 1)] * 6


def test_a_payer_that_may_be_named_beyond_a_limit_is_not_said_to_be_missing():
    data = file_of("837", spoil(CLAIM, "SVD*PLAN1*80", "SVD*PLAN7*80"))

    assert "X12-COB-008" in [found.code for found in found_everywhere(data)]
    found = found_everywhere(data, values=0)
    assert "X12-COB-008" not in [one.code for one in found]
    assert [one.where.segment for one in found if one.code == "X12-LIM-001"] == ["CLM", "HI", "SBR", "NM1"]


def test_a_loop_that_is_too_long_to_be_looked_at_is_said_once():
    data = claims_of_one_set("A", "B").replace(b"AMT*D*80~", b"AMT*D*81~", 1)
    count = CLAIM[CLAIM.index("CLM*") :].count("\n")

    (wrong,) = found_everywhere(data, look_segments=count)
    assert wrong.code == "X12-CLM-004"
    (found,) = found_everywhere(data, look_segments=count - 1)
    assert (found.code, found.severity, found.where.loop) == ("X12-LIM-002", "warning", "2000A/2000B/2300")
    assert found.where.offset == data.index(b"CLM*B")
    assert f"more than {count - 1} segments" in found.message
    assert "X12-CLM-004" in found.message


@pytest.mark.parametrize("most", [0, 11, 12, 33, 34, 53, 54])
def test_a_loop_within_one_that_is_too_long_is_looked_at(most):
    """A 277CA has totals of its receiver and of each provider."""
    data = base_text("acknowledgement").replace("QTY*QA*3", "QTY*QA*4").replace("QTY*AA*2", "QTY*AA*3").encode()

    found = [one.code for one in found_everywhere(data, look_segments=most)]

    first, second, receiver = 34, 12, 54
    of_first = "X12-LIM-002" if most < first else "X12-STA-003"
    of_second = ["X12-LIM-002"] if most < second else []
    assert found == [of_first, *of_second, "X12-LIM-002" if most < receiver else "X12-STA-003"]


def test_what_is_no_limit_is_refused():
    with pytest.raises(ValueError, match="values is -1"):
        x12.Limits(values=-1)
    with pytest.raises(ValueError, match="more than 8388608"):
        x12.Limits(values=1 << 24)


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
