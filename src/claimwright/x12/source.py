"""Where stretches come from: the bytes of a file, read window by window, and where in them interchanges begin.

Delimiters come from the ISA, never from a guess; what stands before, between and after interchanges is reported. The
time it takes grows with the length of the input and with nothing else; of a stream no more is held than a window and
the segment that begins in it. Places are bytes of the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import BinaryIO, NamedTuple

from claimwright.findings import Finding, Where
from claimwright.x12.bounds import FindSets, SetBounds
from claimwright.x12.catalogue import finding
from claimwright.x12.settings import Limits
from claimwright.x12.stretch import BLANKS, BinaryStretch, Stretch, decoded
from claimwright.x12.tree import BINARY, Delimiters, Segment

BOM = b"\xef\xbb\xbf"
WINDOW = 1 << 20
"""How many bytes are read and handed to an engine at once."""
_ISA = re.compile(rb"ISA[^A-Za-z0-9\r\n\t ]")
_ISA_LAST_SEPARATOR = 103
_ISA_LONGEST = 400
_ISA_SEEN = _ISA_LONGEST + 8
"""How far beyond its beginning one must see to know an ISA."""
_FIRST_WITH_REPETITION = "00402"
"""The first version of an interchange in which ISA11 is the mark between repetitions."""
_SET = re.compile(rb"ST([^A-Za-z0-9\r\n\t ])\d{3}\1")
_SET_LENGTH = 7
_NOT_BLANK = re.compile(rb"[^\r\n\t ]")
_NO_DATA = BLANKS.encode() + b"\x1a\x00"
"""Blanks, and what old systems put at the end of a file."""
_NAME_LENGTH = 16
_BINARY_HEAD = 40
"""How far beyond its beginning one must see to know how long binary data are."""

Found = Callable[[str, Finding], None]
"""Takes what is wrong about the `file`, the open `interchange`, `group` or `set`."""


class Buffer:
    """The bytes of the file that are at hand: `data` begins at byte `base`; `ended` when no more will come."""

    def __init__(self, source: bytes | BinaryIO, window: int = WINDOW) -> None:
        self.base = 0
        self.window = window
        if isinstance(source, bytes):
            self.data, self.ended = source, True
            self._source: BinaryIO | None = None
        else:
            self.data, self.ended = b"", False
            self._source = source

    @property
    def end(self) -> int:
        return self.base + len(self.data)

    def more(self, keep: int) -> None:
        """Read on; what stands before byte `keep` of the file may be forgotten."""
        if self._source is None or self.ended:
            return
        chunk = self._source.read(self.window)
        self.ended = not chunk
        self.data = self.data[max(0, keep - self.base) :] + chunk
        self.base = max(self.base, keep)

    def upto(self, offset: int, keep: int) -> None:
        """Read on until byte `offset` is at hand, or the file ends."""
        while self.end < offset and not self.ended:
            self.more(keep)


class CutStretch(Stretch):
    """One segment that the file's end or the next interchange cuts off; a terminator was put behind it."""

    __slots__ = ()


class TooLong(NamedTuple):
    """A segment that is too long to be looked at: the bytes `begin` to `end` of the file."""

    begin: int
    end: int


class Source:
    """A file as interchanges and their stretches; a cursor over it.

    `position` is the byte and `index` the number of the segment that comes next. A stretch that was given counts as
    read to its end: whoever takes less of it puts `position` back, and counts the segments of each one that it takes.
    `delimiters`, and the `terminator` as a byte, are those of the interchange.
    """

    def __init__(self, buffer: Buffer, limits: Limits, found: Found, find_isa: Callable[[bytes, int], int]) -> None:
        self.position = 0
        self.index = 1
        self.delimiters = Delimiters()
        self._buffer = buffer
        self._limits = limits
        self._found = found
        self._find_isa = find_isa
        self.terminator = b""
        self._reach = min(WINDOW, limits.segment_bytes)  # So what is too long is in no stretch.
        self._border = self._border_end = -1

    def segment(self, raw: bytes, offset: int) -> Segment:
        """The bytes of the next segment as one."""
        text = raw.decode("latin-1") if raw.isascii() else decoded(raw.decode("latin-1"))
        segment = Segment(text, self.delimiters, self.index, offset, len(raw))
        segment.fields = text.split(self.delimiters.element)  # It is one of an envelope: they are asked for at once.
        self.index += 1
        return segment

    def bytes_of(self, long: TooLong) -> bytes:
        """What is at hand of a segment that is too long: all of it when the whole file is."""
        return self._buffer.data[max(0, long.begin - self._buffer.base) : long.end - self._buffer.base]

    # What stands outside of interchanges.

    def skip_mark(self) -> None:
        """Past the byte order mark, if the file begins with one."""
        self._buffer.upto(len(BOM), 0)
        if self._buffer.data.startswith(BOM):
            self._found("file", finding("X12-ENV-003", Where(offset=0)))
            self.position = len(BOM)

    def next_interchange(self, *, is_first: bool) -> Segment | None:
        """The ISA that comes next, or `None`; what is passed over is reported. Its delimiters hold from there on."""
        buffer = self._buffer
        if buffer.ended and self.position == buffer.end:
            return None
        outside, fed, at = _Outside(self.position), self.position, self.position
        while True:
            match = _ISA.search(buffer.data, at - buffer.base)
            if match is None:
                at = max(at, buffer.end - 3)
                outside.feed(buffer.data[fed - buffer.base : at - buffer.base])
                fed = at
                if buffer.ended:
                    break
                buffer.more(at - 1 if at else 0)
                continue
            at = match.start() + buffer.base
            if at + _ISA_SEEN > buffer.end and not buffer.ended:
                outside.feed(buffer.data[fed - buffer.base : at - buffer.base])
                fed = at
                buffer.upto(at + _ISA_SEEN, at - 1 if at else 0)
            delimiters, body = read_delimiters(buffer.data, at - buffer.base)
            if delimiters is not None:
                if at > outside.start:
                    outside.feed(buffer.data[fed - buffer.base : at - buffer.base])
                    self._report_outside(outside, is_first=is_first)
                return self._enter(at, delimiters, body)
            before = buffer.data[max(0, at - 1 - buffer.base) : at - buffer.base].decode("latin-1")
            if not before.isalnum():
                self._found("file", finding("X12-ENV-004", Where(segment="ISA", offset=at)))
            at += 3
        outside.feed(buffer.data[fed - buffer.base :])
        if not is_first:
            self._report_outside(outside, is_first=False)
        return None

    def _report_outside(self, outside: _Outside, *, is_first: bool) -> None:
        """What stands before the first ISA is noise unless it holds a set; anywhere else it may be lost data."""
        if outside.is_blank:
            return
        code = "X12-ENV-002" if is_first and not outside.has_set else "X12-ENV-022"
        start = 0 if is_first else outside.start
        self._found("file", finding(code, Where(offset=start), count=outside.count))

    def _enter(self, at: int, delimiters: Delimiters, body: int) -> Segment:
        """Go into the interchange whose ISA begins at byte `at` and ends before byte `body` of what is at hand."""
        buffer = self._buffer
        self.delimiters = delimiters
        self.position = buffer.base + body
        self.terminator = delimiters.terminator.encode("latin-1")
        self._border = -1
        return self.segment(buffer.data[at - buffer.base : body - 1], at)

    # What stands inside.

    def next_stretch(self, *, may_be_binary: bool) -> Stretch | TooLong | None:
        """What comes next of the interchange, `None` when the next one or nothing does.

        Segments that are near an ISA or at the end of what is at hand, that are cut off or binary come by themselves.
        """
        buffer = self._buffer
        start = self.position - buffer.base
        end = min(start + self._reach, self._next_border() - buffer.base)
        if may_be_binary:
            end = self._next_binary(start, end)
        last = buffer.data.rfind(self.terminator, start, end)
        if last >= 0:
            self.position = buffer.base + last + 1
            return Stretch(buffer.data, start, last + 1, buffer.base, self.delimiters)
        begin = self._skip_blanks()
        if begin == buffer.end:
            return None
        if may_be_binary and (binary := self._binary_stretch(begin)) is not None:
            return binary
        return self._one_segment(begin)

    def next_sets(self, find: FindSets, wanted: int, reach: int) -> tuple[bytes, int, list[SetBounds]]:
        """Whole sets that come next: the bytes they stand in, the byte of the file with which those begin, and their
        bounds in the file. Of so many `wanted` bytes, or as many as there are; one is looked for in `reach` bytes.

        They count as read, but their segments are not counted.
        """
        buffer, at, longest = self._buffer, self.position, self._limits.segment_bytes
        while True:
            base, end = buffer.base, min(self._next_border(), at + reach)
            found, is_cut = find(buffer.data, at - base, end - base, self.delimiters, wanted=wanted, longest=longest)
            if found or not is_cut or end < buffer.end or buffer.ended:
                break
            try:
                buffer.more(at)
            except OSError:  # Whoever reads what is at hand comes to it again.
                break
        sets = [one.moved(base) for one in found]
        self.position = sets[-1].end if sets else at
        return buffer.data, base, sets

    def _next_border(self) -> int:
        """Where the next ISA may begin, as far as the bytes at hand tell: between here and there, none does."""
        buffer, position = self._buffer, self.position
        if self._border < position or self._border_end != buffer.end:
            start = self._border if position <= self._border else position
            self._border = buffer.base + self._find_isa(buffer.data, start - buffer.base)
            self._border_end = buffer.end
        return self._border

    def _skip_blanks(self) -> int:
        """Where the next segment begins, or the file ends."""
        buffer = self._buffer
        while True:
            match = _NOT_BLANK.search(buffer.data, self.position - buffer.base)
            self.position = match.start() + buffer.base if match else buffer.end
            if match or buffer.ended:
                return self.position
            buffer.more(self.position)

    def _one_segment(self, begin: int) -> Stretch | TooLong | None:
        end, is_cut = self._find_end(begin)
        self.position = end if is_cut else end + 1
        if begin == end and is_cut:
            return None
        if end - begin > self._limits.segment_bytes:
            return TooLong(begin, end)
        raw = self._buffer.data[begin - self._buffer.base : end - self._buffer.base]
        make = CutStretch if is_cut else Stretch
        return make(raw + self.terminator, 0, len(raw) + 1, begin, self.delimiters)

    def _find_end(self, begin: int) -> tuple[int, bool]:
        """Where the segment at `begin` ends, and whether the file or the next interchange cuts it off there."""
        buffer, limit, mark = self._buffer, self._limits.segment_bytes, self.terminator
        scanned = border = begin
        while True:
            at = buffer.data.find(mark, scanned - buffer.base)
            end = at + buffer.base if at >= 0 else buffer.end
            while (match := _ISA.search(buffer.data, border - buffer.base, end - buffer.base)) is not None:
                border = match.start() + buffer.base
                if border + _ISA_SEEN > buffer.end and not buffer.ended:
                    break
                if self._begins_interchange(border, begin):
                    return border, True
                border += 3
            if match is None and (at >= 0 or buffer.ended):
                return end, at < 0
            scanned = end
            border = border if match else max(border, end - 3)
            is_long = end - begin > limit + _NAME_LENGTH
            buffer.more(border if is_long else begin)

    def _begins_interchange(self, at: int, segment_begin: int) -> bool:
        """An ISA where a segment begins, or one in the middle of a segment (the file before was cut) of exact form."""
        start = at - self._buffer.base
        delimiters, body = read_delimiters(self._buffer.data, start)
        return delimiters is not None and (at == segment_begin or body == start + _ISA_LAST_SEPARATOR + 3)

    # Binary data.

    def _next_binary(self, start: int, end: int) -> int:
        """Where in the bytes at hand the next segment of binary data begins, `end` when none does before it."""
        data = self._buffer.data
        opening, after_another = _binary_openings(self.delimiters)
        match = opening.match(data, start) or after_another.search(data, start, end)
        return min(end, match.end()) if match else end

    def _binary_stretch(self, begin: int) -> Stretch | None:
        """A segment of binary data, as long as it says; `None` when that is not what begins here."""
        buffer = self._buffer
        buffer.upto(begin + _BINARY_HEAD, begin)
        at = begin - buffer.base
        head = read_binary_head(buffer.data[at : at + _BINARY_HEAD], self.delimiters)
        if head is None:
            return None
        element, length, before = head
        end = begin + before + length
        where = Where(index=self.index, offset=begin)
        if length > self._limits.binary_bytes:
            words = {"value": end - begin, "expected": self._limits.binary_bytes}
            self._found("set", finding("X12-SEG-009", where, **words))
            return None
        buffer.upto(end + 1, begin)
        raw = buffer.data[begin - buffer.base : end + 1 - buffer.base]
        if len(raw) <= end - begin or raw[end - begin :] != self.terminator:
            name = raw[:3].decode("latin-1")
            where = Where(segment=name, index=self.index, element=element, offset=begin)
            self._found("set", finding("X12-ELM-017", where, segment=name, element=element, value=length))
            return None
        self.position = end + 1
        return BinaryStretch(raw[:-1], before, begin, self.delimiters)


class _Outside:
    """What stands outside of interchanges, as far as it was looked at."""

    def __init__(self, start: int) -> None:
        self.start = start
        self.count = 0
        self.is_blank = True
        self.has_set = False
        self._tail = b""

    def feed(self, data: bytes) -> None:
        self.count += len(data)
        if data.strip(_NO_DATA):
            self.is_blank = False
            self.has_set = self.has_set or bool(_SET.search(self._tail + data))
        self._tail = (self._tail + data)[1 - _SET_LENGTH :]


def read_delimiters(data: bytes, start: int) -> tuple[Delimiters | None, int]:
    """The delimiters that the ISA at `start` declares, and where the next segment begins.

    The separators are counted, because elements of wrong length are common. Delimiters are ASCII, no letter or digit.
    """
    text = data[start : start + _ISA_SEEN].decode("latin-1")
    separator = text[3:4]
    fields = text.split(separator, 16) if separator else []
    last = len(text) - len(fields[-1]) if len(fields) == 17 else _ISA_SEEN
    if last > _ISA_LONGEST:
        return None, start
    repetition = fields[11] if len(fields[11]) == 1 and fields[12] >= _FIRST_WITH_REPETITION else ""
    delimiters = _delimiters(separator, text[last : last + 2], repetition)
    return delimiters, start + last + 2 if delimiters else start


@lru_cache(maxsize=64)
def _delimiters(separator: str, marks: str, repetition: str) -> Delimiters | None:
    """The separator, the component's mark and the terminator, and perhaps the repetition's; `None` when they are none.

    One object for all interchanges that declare the same ones.
    """
    distinct = {separator, *marks}
    if len(distinct) < 3 or not _are_marks("".join(distinct)):
        return None
    is_used = _are_marks(repetition) and repetition not in distinct
    return Delimiters(separator, marks[0], repetition if is_used else "", marks[1])


def _are_marks(text: str) -> bool:
    return text.isascii() and not any(map(str.isalnum, text))


def find_isa(data: bytes, begin: int) -> int:
    """Where an ISA may begin, at or after `begin`; the end of the data when nowhere."""
    match = _ISA.search(data, begin)
    return match.start() if match else len(data)


@cache
def _binary_openings(delimiters: Delimiters) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """What comes before the name of a segment of binary data: blanks, and blanks after another segment."""
    element, terminator = (re.escape(mark.encode("latin-1")) for mark in (delimiters.element, delimiters.terminator))
    names = "|".join(BINARY).encode()
    blanks = rb"[\r\n\t ]*(?=(?:" + names + rb")" + element + rb")"
    return re.compile(blanks), re.compile(terminator + blanks)


def read_binary_head(data: bytes, delimiters: Delimiters) -> tuple[int, int, int] | None:
    """Of a BIN or BDS: the element that says how long its data are, how long, and the bytes before them."""
    mark = delimiters.element.encode("latin-1")
    name, *fields = data.split(mark, 3)
    element = {b"BIN": 1, b"BDS": 2}.get(name)
    if element is None or len(fields) <= element:
        return None
    digits = fields[element - 1]
    if not digits.isdigit() or len(digits) > 15:
        return None
    return element, int(digits), len(mark.join((name, *fields[:element]))) + 1
