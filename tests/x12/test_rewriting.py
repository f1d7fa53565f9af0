"""A stream comes out as it went in, whatever it holds and however it is cut into windows."""

from __future__ import annotations

import io
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claimwright import x12
from claimwright.x12.rewriting import rewrite
from tests.x12.files import ACKNOWLEDGEMENT, CLAIM, DEPENDENT, ISA, PAYMENT, file_of, with_delimiters
from tests.x12.snippets import EXAMPLES

FILES = {
    "claims": file_of("837", CLAIM, DEPENDENT),
    "payment": with_delimiters(file_of("835", PAYMENT), "|", ">", "!", "\\"),
    "noise": b"\xef\xbb\xbf noise "
    + file_of("999", ACKNOWLEDGEMENT)
    + b"\r\nbetween\r\n"
    + file_of("835", PAYMENT)
    + b"\x1a",
    "no guide": file_of("835", PAYMENT).replace(b"ST*835", b"ST*850"),
    "names in UTF-8": file_of("837", CLAIM.replace("JANE", "ZO\u00cb")),
    "bytes that are no text": file_of("837", CLAIM).replace(b"JANE", b"JA\xff\xfeE"),
    "nothing": b"",
    "only an ISA": ISA.encode(),
}


def again(data: bytes, window: int) -> bytes:
    target = io.BytesIO()
    assert rewrite(io.BytesIO(data), target, window=window) == x12.read(data).readable
    return target.getvalue()


@pytest.mark.parametrize("window", [1, 7, 64, 1 << 20])
@pytest.mark.parametrize("name", FILES)
def test_it_comes_out_as_it_went_in(name, window):
    assert again(FILES[name], window) == FILES[name]


@pytest.mark.parametrize("code", EXAMPLES)
def test_what_is_wrong_with_a_file_stays_in_it(code):
    assert again(EXAMPLES[code], 64) == EXAMPLES[code]


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_damage_stays_where_it_is(data):
    whole = FILES["noise"]
    at = data.draw(st.integers(0, len(whole)))
    noise = data.draw(st.one_of(st.binary(max_size=8), st.sampled_from([b"*", b"~", b"ISA*", b"~ISA*00*", b"\r\n"])))
    damaged = whole[:at] + noise + whole[at + data.draw(st.integers(0, 20)) :]
    assert again(damaged, data.draw(st.integers(1, 4096))) == damaged


def test_every_published_file_comes_out_as_it_went_in(samples):
    for path in (path for path in samples.rglob("*") if path.is_file()):
        data = path.read_bytes()
        assert again(data, 4096) == data, path


class _Endless(io.RawIOBase):
    """A long file that is made while it is read, and a place to write to that keeps nothing but the length."""

    def __init__(self, times: int) -> None:
        super().__init__()
        head, _, tail = file_of("835", PAYMENT).partition(b"CLP*")
        claims, _, end = tail.partition(b"SE*")
        self._parts = iter([head, *[b"CLP*" + claims] * times, b"SE*" + end])
        self.read_bytes = self.written_bytes = 0

    def read(self, size: int = -1) -> bytes:
        part = next(self._parts, b"")
        self.read_bytes += len(part)
        return part

    def write(self, data) -> int:
        self.written_bytes += len(data)
        return len(data)


def test_memory_does_not_grow_with_the_file():
    peaks = []
    for times in (500, 5_000):
        file = _Endless(times)
        tracemalloc.start()
        rewrite(file, file)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert file.written_bytes == file.read_bytes
    assert peaks[1] < peaks[0] + (1 << 18)
