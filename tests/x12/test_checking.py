"""Checking a stream: the findings of reading, whatever the windows; a verdict as people and programs want it."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from claimwright import x12
from claimwright.x12 import checking
from claimwright.x12.engine import engine_maker
from tests.x12.files import CLAIM, DEPENDENT, ISA, PAYMENT, file_of, spoil, spoil_bytes, with_delimiters

CLAIMS = file_of("837", CLAIM)
PAYMENTS = file_of("835", PAYMENT)
SPOILT = file_of("837", spoil(spoil(DEPENDENT, "25*100*UN", "25*101*UN"), "HI*ABK", "K9*X\nHI*ABK"), CLAIM)
OTHER_MARKS = with_delimiters(PAYMENTS, "|", ">", "^", "!")
KEYS = ["code", "severity", "snip", "loop", "segment", "index", "element", "offset", "message", "hint"]


class _Drips(io.RawIOBase):
    """A stream that gives no more than so many bytes at once, and fewer if it likes."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def read(self, size: int = -1) -> bytes:
        return self._data.read(size)


def streamed(data: bytes, window: int, **options) -> x12.Verdict:
    return x12.check(_Drips(data), window=window, engine="python", **options)


FILES = {
    "claims": CLAIMS,
    "payments": PAYMENTS,
    "spoilt": SPOILT,
    "one line": SPOILT.replace(b"\n", b""),
    "line ends as terminators": SPOILT.replace(b"\n", b"").replace(b"~", b"\r\n"),
    "letters of other alphabets": SPOILT.replace(b"DOE*JANE", "DÖE*ŻANE".encode()),
    "no UTF-8": SPOILT.replace(b"DOE*JANE", b"D\xd6E*JANE"),
    "several interchanges": b"\xef\xbb\xbfnoise " + CLAIMS + b"ISA*" + OTHER_MARKS + b"tail",
    "cut and joined": SPOILT[:900] + PAYMENTS[:-30],
    "no guide": CLAIMS.replace(b"005010X222A1", b"004010X098A1"),
    "nothing": b"",
    "no X12": b"%PDF-1.7" * 300,
    "a set before the ISA": CLAIMS[CLAIMS.index(b"ST*") : 700] + PAYMENTS,
    "a TA1 inside of a set": spoil_bytes(SPOILT, "HI*ABK", "TA1*000000123*260301*1015*A*000~\nHI*ABK"),
    "empty segments": spoil_bytes(CLAIMS, "HI*ABK", "~~\n ~HI*ABK"),
}  # fmt: skip


@pytest.mark.parametrize("window", [1, 2, 3, 7, 64, 105, 106, 107, 1000, 65536])
@pytest.mark.parametrize("data", FILES.values(), ids=FILES)
def test_a_stream_gives_the_findings_of_reading_whatever_the_windows(data, window):
    reading, verdict = x12.read(data), streamed(data, window)

    assert list(verdict.findings) == reading.findings
    assert (verdict.readable, verdict.accepted) == (reading.readable, reading.accepted)
    assert [(one.st01, one.control, one.offset, one.accepted) for one in verdict.sets] == [
        (one.st01, one.control, one.offset, one.accepted) for one in reading.sets()
    ]


_PIECES = st.one_of(
    st.builds(
        lambda file, a, b: file[min(a, b) : max(a, b)],
        st.sampled_from([CLAIMS, PAYMENTS, SPOILT, FILES["several interchanges"]]),
        st.integers(0, 2400),
        st.integers(0, 2400),
    ),
    st.binary(max_size=8),
    st.just(ISA.encode() + b"~"),
    st.sampled_from([b"ISA*", b"~", b"\n", b"BDS*ASC*5*"]),
)


@given(st.lists(_PIECES, max_size=6).map(b"".join), st.integers(1, 300))
@example(ISA.encode() + b"~" + b"ISA*00*~" * 3, 5)
@settings(deadline=None)
def test_no_damage_makes_a_stream_differ_from_reading(data, window):
    assert list(streamed(data, window).findings) == x12.read(data).findings


_ENVELOPES = st.tuples(
    st.sampled_from([CLAIMS, PAYMENTS, SPOILT, FILES["one line"], FILES["line ends as terminators"]]),
    st.integers(0, 400),
    st.booleans(),
    st.integers(0, 3),
    st.sampled_from([b"", b"~", b"*", b"0", b" ", b"\n", b"9", b"Z", b"TA1*~", "\u00e9".encode(), b"\xff", b"ISA*"]),
)


@given(_ENVELOPES)
@settings(deadline=None, max_examples=500)
@pytest.mark.parametrize("engine", ["python", "auto"])
def test_a_small_file_gives_the_verdict_that_a_stream_of_it_gives(engine, damage):
    data, at, is_from_end, length, put = damage
    at = max(0, len(data) - at) if is_from_end else at
    data = data[:at] + put + data[at + length :]

    assert x12.check(data, engine=engine) == x12.check(io.BytesIO(data), engine=engine)


@pytest.mark.parametrize("data", [CLAIMS, PAYMENTS, PAYMENTS.replace(b"\n", b"").replace(b"~", b"\n")])
def test_a_small_file_with_a_right_envelope_needs_no_driver(data, monkeypatch):
    wanted = x12.check(io.BytesIO(data))
    monkeypatch.setattr(checking, "Driver", None)

    assert x12.check(data) == wanted


def test_every_sample_gives_the_same_findings_in_windows(samples):
    everything = x12.Settings(limits=x12.Limits(findings=10**6))
    for path in sorted(samples.rglob("*")):
        if path.is_file() and path.suffix != ".tsv":
            data = path.read_bytes()
            found = x12.read(data).findings
            assert list(streamed(data, 4093, settings=everything).findings) == found, path.name
            assert list(x12.check(data, engine="python", settings=everything).findings) == found, path.name


def test_a_path_is_read_as_a_stream_and_names_the_verdict(tmp_path):
    path = tmp_path / "claims.837"
    path.write_bytes(CLAIMS)

    assert x12.check(path).accepted
    assert x12.check(str(path)).name == str(path)
    assert x12.check(path, name="claims").name == "claims"
    with pytest.raises(FileNotFoundError):
        x12.check(tmp_path / "nothing.837")


def test_a_verdict_is_an_object_for_programs():
    verdict = x12.check(SPOILT, name="spoilt.837")

    told = json.loads(json.dumps(verdict.as_json()))

    assert list(told) == ["file", "readable", "accepted", "sets", "findings"]
    assert (told["file"], told["readable"], told["accepted"]) == ("spoilt.837", True, False)
    assert told["sets"] == [
        {"st01": "837", "guide": "005010X222A1", "control": "0001", "accepted": False},
        {"st01": "837", "guide": "005010X222A1", "control": "0002", "accepted": True},
    ]
    assert [list(found) for found in told["findings"]] == [KEYS] * len(verdict.findings)
    assert told["findings"][0]["severity"] == "error"


def test_a_verdict_counts_what_it_read():
    counts = x12.check(SPOILT).counts

    assert (counts["interchanges"], counts["groups"], counts["sets"]) == (1, 1, 2)
    assert counts["segments"] == SPOILT.count(b"~")
    assert counts["error"] == len([found for found in x12.read(SPOILT).findings if found.severity == "error"])


def test_rules_beyond_the_guide_can_be_left_out():
    data = spoil_bytes(CLAIMS, "CLM*CLAIM1*150*", "CLM*CLAIM1*151*")

    assert not x12.check(data).accepted
    assert x12.check(data, rules=False).accepted


def test_an_engine_that_is_not_there_is_refused_by_name(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "claimwright.x12.native", None)
    monkeypatch.delattr(x12, "native", raising=False)
    monkeypatch.setattr(checking, "engine_maker", engine_maker.__wrapped__)

    assert x12.check(CLAIMS).engine == "python"
    with pytest.raises(ValueError, match="no native engine"):
        x12.check(CLAIMS, engine="native")


def test_more_findings_than_a_limit_are_counted_and_not_kept():
    few = x12.Settings(limits=x12.Limits(findings=1))
    verdict = x12.check(SPOILT, settings=few)

    assert len(verdict.findings) == 1
    assert sum(verdict.counts[severity] for severity in ("error", "warning", "info")) == len(x12.read(SPOILT).findings)
    assert not verdict.accepted
