"""A stored X12 file as lines on a screen: one segment each, the one in question set apart, findings beside them.

Cuts at the terminator that the ISA declares and looks no further, so that any file can be shown, broken ones too. A
file that is no X12 is shown as its lines. Shows `WINDOW` segments at a time.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from claimwright import x12
from claimwright.findings import Finding

WINDOW = 400
BEFORE = 40
READ_MAX_BYTES = 1_000_000
"""Beyond this a file is not read again for its findings when it is shown."""

_ISA_LENGTH = 106
_ISA = re.compile(rb"(?<![A-Za-z0-9])ISA(?=[^A-Za-z0-9\s])")
_BLANKS = b"\r\n\t "


@dataclass(frozen=True, slots=True)
class Line:
    """One segment: `index` from 1 in the file, `is_here` the one asked for, `is_part` within the bytes asked for,
    `is_question` of a service that somebody refused."""

    index: int
    offset: int
    text: str
    is_here: bool = False
    is_part: bool = False
    findings: tuple[Finding, ...] = ()
    is_question: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """Some segments of a file; `previous_at` and `next_at` are where the neighbouring windows begin."""

    lines: tuple[Line, ...]
    total: int
    separator: str
    previous_at: int | None = None
    next_at: int | None = None
    other_findings: tuple[Finding, ...] = field(default=())

    @property
    def first(self) -> int:
        return self.lines[0].index if self.lines else 0

    @property
    def last(self) -> int:
        return self.lines[-1].index if self.lines else 0


def list_segments(
    data: bytes, *, at: int | None = None, length: int = 0, start: int = 0, findings: Sequence[Finding] = ()
) -> Listing:
    """The window around byte `at` (with `length`, the part from there on is marked), else the one from byte `start`."""
    pieces = list(_cut(data))
    first = _position(pieces, at if at is not None else start)
    first = max(0, first - BEFORE) if at is not None else first
    window = pieces[first : first + WINDOW]
    by_offset, others = _placed(findings, {offset for offset, _ in pieces})
    lines = tuple(
        Line(
            index=first + number + 1,
            offset=offset,
            text=data[offset:end].decode("utf-8", "replace"),
            is_here=at is not None and offset <= at < max(end, offset + 1),
            is_part=at is not None and at <= offset < at + length,
            findings=tuple(by_offset.get(offset, ())),
        )
        for number, (offset, end) in enumerate(window)
    )
    after = first + WINDOW
    return Listing(
        lines,
        len(pieces),
        _separator(data),
        previous_at=pieces[max(0, first - WINDOW)][0] if first else None,
        next_at=pieces[after][0] if after < len(pieces) else None,
        other_findings=others,
    )


def list_claim(data: bytes, offset: int, length: int, *, services: Collection[int] = ()) -> Listing:
    """The segments of a claim's bytes in an 837, at most `WINDOW`; those of the services (LX) in question marked."""
    terminator = _terminator(data)
    end = min(offset + length, len(data))
    pieces = list(_cut_by(data, terminator, offset, end) if terminator else _cut_lines(data, offset, end))
    separator = _separator(data)
    lines = []
    service = 0
    for number, (start, stop) in enumerate(pieces[:WINDOW], 1):
        text = data[start:stop].decode("utf-8", "replace")
        name, _, rest = text.partition(separator)
        if name == "LX" and rest.isdecimal():
            service = int(rest)
        lines.append(Line(number, start, text, is_question=service in services))
    return Listing(tuple(lines), len(pieces), separator)


def findings_of(data: bytes, name: str) -> tuple[Finding, ...] | None:
    """What is wrong with a file as X12; None when it is too large to be read while somebody waits."""
    return tuple(x12.read(data, name=name).findings) if len(data) <= READ_MAX_BYTES else None


def _placed(findings: Sequence[Finding], offsets: set[int]) -> tuple[Mapping[int, list[Finding]], tuple[Finding, ...]]:
    placed: dict[int, list[Finding]] = defaultdict(list)
    others = []
    for finding in findings:
        if finding.where.offset in offsets:
            placed[finding.where.offset or 0].append(finding)
        else:
            others.append(finding)
    return placed, tuple(others)


def _position(pieces: Sequence[tuple[int, int]], at: int) -> int:
    """The piece that holds byte `at`, or the last one before it."""
    found = 0
    for position, (offset, _) in enumerate(pieces):
        if offset > at:
            break
        found = position
    return found


def _cut(data: bytes) -> Iterator[tuple[int, int]]:
    """Start and end of every segment, without its terminator."""
    terminator = _terminator(data)
    if terminator:
        yield from _cut_by(data, terminator, 0, len(data))
    else:
        yield from _cut_lines(data, 0, len(data))


def _cut_by(data: bytes, terminator: bytes, start: int, stop: int) -> Iterator[tuple[int, int]]:
    while start < stop:
        while start < stop and data[start] in _BLANKS and data[start : start + 1] != terminator:
            start += 1
        end = data.find(terminator, start, stop)
        end = stop if end < 0 else end
        if end > start:
            yield start, end
        start = end + 1


def _cut_lines(data: bytes, start: int, stop: int) -> Iterator[tuple[int, int]]:
    for line in data[start:stop].splitlines(keepends=True):
        end = start + len(line.rstrip(b"\r\n"))
        if end > start:
            yield start, end
        start += len(line)


def _terminator(data: bytes) -> bytes:
    start = _isa(data)
    return data[start + _ISA_LENGTH - 1 : start + _ISA_LENGTH] if start >= 0 else b""


def _separator(data: bytes) -> str:
    start = _isa(data)
    return data[start + 3 : start + 4].decode("latin-1") if start >= 0 else "*"


def _isa(data: bytes) -> int:
    """Where the first ISA begins: the name alone, not a word that it is part of (`VISA`); -1 where there is none."""
    found = _ISA.search(data)
    return found.start() if found else -1
