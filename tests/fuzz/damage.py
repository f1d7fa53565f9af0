"""Damaged X12: clean files of every kind, and ways to spoil them, all from one seed number.

A damage is one to four small accidents of the kinds that files in the wild show: bytes changed, segments lost, doubled,
exchanged or moved in from another file, elements edited, the end cut off, other delimiters, line ends.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random

from bench.x12_files import claims, remittances

from tests.x12.defects.kit import HERE, base_text
from tests.x12.files import ACKNOWLEDGEMENT, CLAIM, DEPENDENT, PAYMENT, file_of

_SAMPLES = Path(__file__).parents[3] / "shared" / "x12-samples"
_LARGEST_SAMPLE = 20_000
_DELIMITERS = (b"|:^~", b"*>^~", b"*:^\n", b"*:^\r", b"+:\\'", b"\x1d\x1f\x1e\x1c", b"*-^~", b"*.^~", b"* ^~", b"*:^ ")
_VALUES = (
    b"", b" ", b"0", b"-1", b"1.5", b"99999999999999", b".07", b"1.", b"-", b"X", b"XX", b"20260230", b"20240229",
    b"20260101-20260131", b"2400", b"0930", b"1234567893", b"1234567890", b"12345", b"A:B", b"A^B", b"\xc3\xa9",
    b"\xff", b"\x00", b"\t", b" A", b"A ", b"ZZ", b"1", b"2", b"999", b"D8", b"RD8", b"HC:99213", b"1E5", b"00000000",
)  # fmt: skip


@cache
def bases() -> tuple[bytes, ...]:
    """Clean files: small ones of every kind, two of our writer's, and published samples where they are."""
    own = [
        file_of("837", CLAIM),
        file_of("837", DEPENDENT, CLAIM),
        file_of("835", PAYMENT),
        file_of("835", PAYMENT, PAYMENT),
    ]
    own += [file_of("999", ACKNOWLEDGEMENT), claims(5), remittances(5), *_right_files()]
    samples = sorted(path for path in _SAMPLES.rglob("*") if path.is_file() and path.suffix not in (".tsv", ".md"))
    read = [path.read_bytes() for path in samples if path.stat().st_size < _LARGEST_SAMPLE]
    return (*own, *(data for data in read if b"ISA" in data))


def _right_files() -> list[bytes]:
    return [base_text(path.stem).encode() for path in sorted((HERE / "bases").glob("*.x12"))]


def damaged(seed: int) -> bytes:
    """The damaged file of that number."""
    random = Random(seed)
    data = random.choice(bases())
    for _ in range(random.choice((1, 1, 1, 2, 3, 4))):
        data = random.choice(_ACCIDENTS)(random, data)
    return data


def _flip(random: Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(random.choice((1, 1, 2, 5))):
        if changed:
            changed[random.randrange(len(changed))] = random.choice((random.randrange(256), *b"*:~^ \n0A-."))
    return bytes(changed)


def _cut(random: Random, data: bytes) -> bytes:
    return data[: random.randrange(len(data) + 1)]


def _pieces(data: bytes) -> tuple[list[bytes], bytes]:
    mark = data[105:106] or b"~"
    return data.split(mark), mark


def _lose(random: Random, data: bytes) -> bytes:
    pieces, mark = _pieces(data)
    start = random.randrange(len(pieces))
    del pieces[start : start + random.choice((1, 1, 1, 2, 6))]
    return mark.join(pieces)


def _double(random: Random, data: bytes) -> bytes:
    pieces, mark = _pieces(data)
    at, size = random.randrange(len(pieces)), random.choice((1, 1, 2, 8))
    pieces[at:at] = pieces[at : at + size] * random.choice((1, 1, 3, 12))
    return mark.join(pieces)


def _exchange(random: Random, data: bytes) -> bytes:
    pieces, mark = _pieces(data)
    first, second = (random.randrange(len(pieces)) for _ in range(2))
    pieces[first], pieces[second] = pieces[second], pieces[first]
    return mark.join(pieces)


def _move_in(random: Random, data: bytes) -> bytes:
    pieces, mark = _pieces(data)
    others, _ = _pieces(random.choice(bases()))
    pieces.insert(random.randrange(len(pieces) + 1), random.choice(others))
    return mark.join(pieces)


def _edit(random: Random, data: bytes) -> bytes:
    pieces, mark = _pieces(data)
    at = random.randrange(len(pieces))
    separator = data[3:4] or b"*"
    fields = pieces[at].split(separator)
    where = random.randrange(len(fields) + 1)
    fields[where : where + random.choice((0, 1, 1, 1, 1))] = [random.choice(_VALUES)]
    pieces[at] = separator.join(fields)
    return mark.join(pieces)


def _delimit(random: Random, data: bytes) -> bytes:
    marks = data[3:4] + data[104:105] + data[82:83] + data[105:106]
    wanted = random.choice(_DELIMITERS)
    return data.translate(bytes.maketrans(marks, wanted)) if len(marks) == len(wanted) else data


def _break_lines(random: Random, data: bytes) -> bytes:
    mark = data[105:106] or b"~"
    return data.replace(mark + b"\n", mark).replace(mark, mark + random.choice((b"\n", b"\r\n", b"\n\n ", b"")))


def _swell(random: Random, data: bytes) -> bytes:
    at = random.randrange(len(data) + 1)
    return data[:at] + random.choice((b"X", b"9", b" ", b"\n", b"*", b":")) * random.choice((40, 300, 5000)) + data[at:]


_ACCIDENTS: tuple[Callable[[Random, bytes], bytes], ...] = (
    _flip, _flip, _cut, _lose, _lose, _double, _exchange, _move_in, _edit, _edit, _edit, _edit, _delimit, _break_lines,
    _swell,
)  # fmt: skip
