"""The one driver: from bytes to interchanges, groups and sets, whoever listens and whichever engine walks the sets.

Delimiters come from the ISA, never from a guess; what stands before, between and after interchanges is reported. The
time it takes grows with the length of the input and with nothing else; of a stream no more is held than a window and
the segment that begins in it. Places are bytes of the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Iterator
from functools import cache
from typing import BinaryIO, Protocol

from claimwright.findings import Finding, Where
from claimwright.x12 import envelope
from claimwright.x12.catalogue import finding
from claimwright.x12.elements import is_digits
from claimwright.x12.engine import MakesEngine, SetEngine
from claimwright.x12.guides import Guide, find_guide, nearest_guide
from claimwright.x12.settings import Settings
from claimwright.x12.stretch import BLANKS, BinaryStretch, Stretch, decoded
from claimwright.x12.tree import BINARY, Delimiters, Loop, Segment

BOM = b"\xef\xbb\xbf"
WINDOW = 1 << 20
"""How many bytes are read and handed to an engine at once."""
_ISA = re.compile(rb"ISA[^A-Za-z0-9\r\n\t ]")
_ISA_LAST_SEPARATOR = 103
_ISA_LONGEST = 400
_ISA_SEEN = _ISA_LONGEST + 8
"""How far beyond its beginning one must see to know an ISA."""
_SET = re.compile(rb"ST([^A-Za-z0-9\r\n\t ])\d{3}\1")
_SET_LENGTH = 7
_BLANKS = BLANKS.encode()
_NOT_BLANK = re.compile(rb"[^\r\n\t ]")
_END_OF_FILE_MARKS = b"\x1a\x00"
_NAME_LENGTH = 16
_BINARY_SETS = frozenset(("102", "275", "841"))
"""The sets that may hold binary data, which only their length tells from what follows."""
_BINARY_HEAD = 40
"""How far beyond its beginning one must see to know how long binary data are."""


class Listener(Protocol):
    """Is told what the driver reads, in the order of the file; a part that closes may lack its last segment.

    `keeps_tree`: the engine must build the trees; `takes_nearest`: sets without a guide of their own are walked by the
    nearest one, which finds no fault with them.
    """

    keeps_tree: bool
    takes_nearest: bool

    def found(self, level: str, found: Finding) -> None:
        """Something is wrong about the `file`, the open `interchange`, `group` or `set`."""

    def interchange_opens(self, isa: Segment, delimiters: Delimiters) -> None: ...

    def interchange_closes(self, iea: Segment | None) -> None: ...

    def group_opens(self, gs: Segment) -> None: ...

    def group_closes(self, ge: Segment | None) -> None: ...

    def set_opens(self, st: Segment, guide: Guide | None) -> None: ...

    def set_closes(self, se: Segment | None, engine: SetEngine) -> None: ...

    def aside(self, segment: Segment) -> None:
        """A TA1, or a segment that belongs to nothing that is open, or is too long to be looked at."""


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


class _Flat:
    """The engine of sets that no guide knows: it only counts their segments, and keeps them if asked to."""

    name = "python"

    def __init__(self, *, keeps: bool) -> None:
        self._keeps = keeps
        self.segments: list[Segment] = []
        self.root = Loop("ST", self.segments)

    def begin(self, guide: Guide, opening: Segment, day: int = 0) -> None:
        raise NotImplementedError

    def open(self, opening: Segment) -> None:
        if self._keeps:
            self.segments.append(opening)

    def run(self, stretch: Stretch, position: int, index: int) -> tuple[int, int]:
        pieces = stretch.pieces
        mark = stretch.delimiters.element
        start = number = pieces.at(stretch.base + position)
        for number in range(start, len(pieces.texts)):
            if pieces.texts[number].partition(mark)[0] in _PLACES:
                return pieces.edge(number) - stretch.base, index + number - start
            if self._keeps:
                self.segments.append(pieces.segment(number, index + number - start))
        return stretch.end, index + len(pieces.texts) - start

    def end(self, closing: Segment | None) -> None:
        if closing is not None and self._keeps:
            self.segments.append(closing)


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
        if data.strip(_BLANKS + _END_OF_FILE_MARKS):
            self.is_blank = False
            self.has_set = self.has_set or bool(_SET.search(self._tail + data))
        self._tail = (self._tail + data)[1 - _SET_LENGTH :]


class Driver:
    """Reads one file. `run` once; the listener is told everything."""

    def __init__(
        self, buffer: Buffer, listener: Listener, make: MakesEngine, settings: Settings, *, rules: bool
    ) -> None:
        self._buffer = buffer
        self._listener = listener
        self._make = make
        self._find_isa: Callable[[bytes, int], int] = getattr(make, "find_isa", find_isa)
        self._settings = settings
        self._rules = rules
        self._index = 1
        self._border = self._border_end = -1
        self._isa: Segment | None = None
        self._gs: Segment | None = None
        self._st: Segment | None = None
        self._engine: SetEngine | None = None
        self._walking: SetEngine | None = None
        self._is_silent = False
        self._may_be_binary = False

    @property
    def segments(self) -> int:
        """How many segments were read so far."""
        return self._index - 1

    def run(self) -> None:
        """Read the file to its end."""
        for _ in self.steps():
            pass

    def steps(self) -> Iterator[None]:
        """Read the file stretch by stretch, so that what the listener was told can be taken from it in between."""
        position, is_first = self._mark(), True
        while (found := self._seek(position, is_first=is_first)) is not None:
            start, delimiters, body = found
            raw = self._buffer.data[start - self._buffer.base : body - 1 - self._buffer.base]
            self._open_interchange(self._segment(raw, start, delimiters), delimiters)
            position, is_first = (yield from self._body(body)), False
        if is_first:
            self._found("file", finding("X12-ENV-001", Where(offset=0)))

    def _mark(self) -> int:
        """Past the byte order mark, if there is one."""
        self._buffer.upto(len(BOM), 0)
        if not self._buffer.data.startswith(BOM):
            return 0
        self._found("file", finding("X12-ENV-003", Where(offset=0)))
        return len(BOM)

    # What stands outside of interchanges.

    def _seek(self, position: int, *, is_first: bool) -> tuple[int, Delimiters, int] | None:
        """The next interchange: where its ISA begins, its delimiters, where the next segment begins."""
        buffer, outside = self._buffer, _Outside(position)
        fed = at = position
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
                outside.feed(buffer.data[fed - buffer.base : at - buffer.base])
                self._report_outside(outside, is_first=is_first)
                return at, delimiters, body + buffer.base
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

    # What stands inside.

    def _body(self, position: int) -> Generator[None, None, int]:
        """Read segments from `position` to the IEA, the next interchange or the end; gives where that is."""
        buffer = self._buffer
        assert self._isa is not None
        delimiters = self._isa.delimiters
        mark = delimiters.terminator.encode("latin-1")
        self._border = -1
        reach = min(WINDOW, self._settings.limits.segment_bytes)  # So what is too long is in no stretch.
        while self._isa is not None:
            start = position - buffer.base
            border = self._next_border(position) - buffer.base
            if self._may_be_binary:
                border = self._next_binary(start, min(start + reach, border))
            end = buffer.data.rfind(mark, start, min(start + reach, border))
            if end >= 0:
                stretch = Stretch(buffer.data, start, end + 1, buffer.base, delimiters)
                position = buffer.base + self._take(stretch)
                yield
                continue
            position, is_over = self._take_one(position, mark)
            if is_over:
                break
        self._close_interchange(None)
        return position

    def _next_border(self, position: int) -> int:
        """Where the next ISA may begin, as far as the bytes at hand tell: between here and there, none does."""
        buffer = self._buffer
        if self._border < position or self._border_end != buffer.end:
            start = position
            if position <= self._border:
                start = self._border
            self._border = buffer.base + self._find_isa(buffer.data, start - buffer.base)
            self._border_end = buffer.end
        return self._border

    def _next_binary(self, start: int, end: int) -> int:
        """Where in the bytes at hand the next segment of binary data begins, `end` when none does before it."""
        data, isa = self._buffer.data, self._isa
        assert isa is not None
        opening, after_another = _binary_openings(isa.delimiters)
        match = opening.match(data, start) or after_another.search(data, start, end)
        return min(end, match.end()) if match else end

    def _take_one(self, position: int, mark: bytes) -> tuple[int, bool]:
        """One segment near an ISA, at the end of what is at hand, or long; gives what is next, and if nothing is."""
        buffer = self._buffer
        begin = self._skip_blanks(position)
        if begin == buffer.end:
            return begin, True
        if self._may_be_binary and (after := self._take_binary(begin, mark)):
            return after, False
        end, is_cut = self._find_end(begin, mark)
        isa = self._isa
        assert isa is not None
        if begin == end and is_cut:
            return end, True
        if end - begin > self._settings.limits.segment_bytes:
            self._skip(begin, end)
            return (end, True) if is_cut else (end + 1, False)
        raw = buffer.data[begin - buffer.base : end - buffer.base]
        if is_cut:
            first = self._segment(raw, begin, isa.delimiters, self._index)
        self._take(Stretch(raw + mark, 0, len(raw) + 1, begin, isa.delimiters))
        if is_cut:
            self._report_cut(first)
        return (end, True) if is_cut else (end + 1, False)

    def _take_binary(self, begin: int, mark: bytes) -> int:
        """A segment of binary data, as long as it says; gives what is next, 0 when that is not what begins here."""
        buffer, isa = self._buffer, self._isa
        assert isa is not None
        buffer.upto(begin + _BINARY_HEAD, begin)
        at = begin - buffer.base
        head = read_binary_head(buffer.data[at : at + _BINARY_HEAD], isa.delimiters)
        if head is None:
            return 0
        element, length, before = head
        end = begin + before + length
        where = Where(index=self._index, offset=begin)
        if length > self._settings.limits.binary_bytes:
            words = {"value": end - begin, "expected": self._settings.limits.binary_bytes}
            self._found("set", finding("X12-SEG-009", where, **words))
            return 0
        buffer.upto(end + 1, begin)
        raw = buffer.data[begin - buffer.base : end + 1 - buffer.base]
        if len(raw) <= end - begin or raw[end - begin :] != mark:
            name = raw[:3].decode("latin-1")
            where = Where(segment=name, index=self._index, element=element, offset=begin)
            self._found("set", finding("X12-ELM-017", where, segment=name, element=element, value=length))
            return 0
        self._take(BinaryStretch(raw[:-1], before, begin, isa.delimiters))
        return end + 1

    def _skip_blanks(self, position: int) -> int:
        buffer = self._buffer
        while True:
            match = _NOT_BLANK.search(buffer.data, position - buffer.base)
            if match:
                return match.start() + buffer.base
            position = buffer.end
            if buffer.ended:
                return position
            buffer.more(position)

    def _find_end(self, begin: int, mark: bytes) -> tuple[int, bool]:
        """Where the segment at `begin` ends, and whether the file or the next interchange cuts it off there."""
        buffer, limit = self._buffer, self._settings.limits.segment_bytes
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

    def _report_cut(self, segment: Segment) -> None:
        """A last line without its line end is whole when it is the IEA; with any other terminator it may be cut."""
        if segment.id != "IEA" or segment.delimiters.terminator not in BLANKS:
            where = Where(segment=segment.id, index=segment.index, offset=segment.offset)
            self._found("interchange", finding("X12-ENV-019", where))

    def _skip(self, begin: int, end: int) -> None:
        """A segment that is too long to be looked at."""
        buffer, isa = self._buffer, self._isa
        assert isa is not None
        raw = buffer.data[max(0, begin - buffer.base) : end - buffer.base] if self._listener.keeps_tree else b""
        segment = self._segment(raw, begin, isa.delimiters)
        where = Where(index=segment.index, offset=begin)
        words = {"value": end - begin, "expected": self._settings.limits.segment_bytes}
        self._found("set" if self._st else "interchange", finding("X12-SEG-009", where, **words))
        self._listener.aside(segment)

    def _take(self, stretch: Stretch) -> int:
        """Read the segments of a stretch, up to its end or to the IEA; gives the position after them."""
        position = stretch.start
        while position < stretch.end:
            if self._walking is not None:
                position, self._index = self._walking.run(stretch, position, self._index)
                if position == stretch.end:
                    break
            could_be_binary = self._may_be_binary
            position = self._control(stretch, position)
            if self._isa is None or (self._may_be_binary and not could_be_binary):
                break
        return position

    def _control(self, stretch: Stretch, position: int) -> int:
        """Read one segment that is no engine's; gives the position after it."""
        data, delimiters = stretch.data, stretch.delimiters
        end = data.index(delimiters.terminator.encode("latin-1"), position)
        whole = data[position:end]
        raw = whole.lstrip(_BLANKS)
        if raw or delimiters.terminator not in BLANKS:
            segment = self._segment(raw, stretch.base + end - len(raw), delimiters)
            place = _PLACES.get(segment.id)
            if place is None:
                self._stray(segment)
            else:
                place(self, segment)
        return end + 1

    def _segment(self, raw: bytes, offset: int, delimiters: Delimiters, index: int = 0) -> Segment:
        if not index:
            index = self._index
            self._index += 1
        text = raw.decode("latin-1")
        return Segment(text if raw.isascii() else decoded(text), delimiters, index, offset, len(raw))

    # Envelopes.

    def _found(self, level: str, found: Finding) -> None:
        applied = self._settings.applied(found)
        if applied is not None:
            self._listener.found(level, applied)

    def _found_all(self, level: str, found: Iterable[Finding]) -> None:
        for one in found:
            self._found(level, one)

    def _report_of_set(self, found: Finding) -> None:
        if not self._is_silent:
            self._found("set", found)

    def _open_interchange(self, isa: Segment, delimiters: Delimiters) -> None:
        self._isa = isa
        self._groups = 0
        self._group_controls = _Controls(self._settings.limits.control_numbers)
        self._listener.interchange_opens(isa, delimiters)
        self._found_all("interchange", envelope.isa_findings(isa))

    def _close_interchange(self, iea: Segment | None) -> None:
        self._close_group(None)
        isa, self._isa = self._isa, None
        self._engine = None  # It holds on to the driver, which must not need a collector of cycles.
        if isa is not None:
            self._found_all("interchange", envelope.iea_findings(isa, iea, self._groups))
            self._listener.interchange_closes(iea)

    def _open_group(self, gs: Segment) -> None:
        self._close_group(None)
        self._gs = gs
        self._groups += 1
        self._sets = 0
        self._set_controls = _Controls(self._settings.limits.control_numbers)
        self._listener.group_opens(gs)
        self._found_all("group", envelope.gs_findings(gs))
        if self._group_controls.has(gs[6]):
            self._found("group", envelope.repeated("X12-ENV-017", gs, gs[6]))

    def _close_group(self, ge: Segment | None) -> None:
        self._close_set(None)
        gs, self._gs = self._gs, None
        if gs is not None:
            self._found_all("group", envelope.ge_findings(gs, ge, self._sets))
            self._listener.group_closes(ge)

    def _open_set(self, st: Segment) -> None:
        self._close_set(None)
        gs = self._gs
        if gs is None:
            self._stray(st)
            return
        self._st = st
        self._may_be_binary = st[1] in _BINARY_SETS
        self._sets += 1
        self._asides = 0
        version = st[3] or gs[8]
        guide = find_guide(st[1], version) or find_guide(st[1], gs[8])
        guide = self._settings.guide(guide) if guide else None
        self._listener.set_opens(st, guide)
        self._found_all("set", envelope.st_findings(st, gs))
        if self._set_controls.has(st[2]):
            self._found("set", envelope.repeated("X12-ENV-016", st, st[2]))
        if guide is None:
            self._found("set", envelope.unguided(st, version))
        self._walking = self._engine_for(st, guide, version)

    def _engine_for(self, st: Segment, guide: Guide | None, version: str) -> SetEngine:
        self._is_silent = guide is None
        walked = guide or (nearest_guide(st[1], version) if self._listener.takes_nearest else None)
        if walked is None:
            flat = _Flat(keeps=self._listener.keeps_tree)
            flat.open(st)
            return flat
        if self._engine is None:
            self._engine = self._make(st.delimiters, self._report_of_set, rules=self._rules, settings=self._settings)
        assert self._gs is not None
        day = self._gs[4]
        self._engine.begin(walked, st, int(day) if len(day) == 8 and is_digits(day) else 0)
        return self._engine

    def _close_set(self, se: Segment | None) -> None:
        st, self._st, engine, self._walking = self._st, None, self._walking, None
        self._may_be_binary = False
        if st is None or engine is None:
            return
        engine.end(se)
        last = se.index if se else self._index - 1
        self._found_all("set", envelope.se_findings(st, se, last - st.index + 1 - self._asides))
        self._listener.set_closes(se, engine)

    def _end_set(self, se: Segment) -> None:
        if self._st is None:
            self._stray(se)
        else:
            self._close_set(se)

    def _end_group(self, ge: Segment) -> None:
        if self._gs is None:
            self._stray(ge)
        else:
            self._close_group(ge)

    def _acknowledge(self, ta1: Segment) -> None:
        self._asides = 1 + (self._asides if self._st else 0)
        self._listener.aside(ta1)
        self._found_all("interchange", envelope.ta1_findings(ta1))

    def _stray(self, segment: Segment) -> None:
        where = Where(segment=segment.id, index=segment.index, offset=segment.offset)
        self._found("interchange", finding("X12-ENV-009", where, segment=segment.id or "An empty segment"))
        self._listener.aside(segment)


class _Controls:
    """Control numbers that came, up to a limit."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._seen: set[str] = set()

    def has(self, control: str) -> bool:
        """Whether it came before; remembers it."""
        if control in self._seen:
            return True
        if len(self._seen) < self._most:
            self._seen.add(control)
        return False


_PLACES = {
    "GS": Driver._open_group,
    "GE": Driver._end_group,
    "ST": Driver._open_set,
    "SE": Driver._end_set,
    "IEA": Driver._close_interchange,
    "TA1": Driver._acknowledge,
    "ISA": Driver._stray,
}


def read_delimiters(data: bytes, start: int) -> tuple[Delimiters | None, int]:
    """The delimiters that the ISA at `start` declares, and where the next segment begins.

    The separators are counted, because elements of wrong length are common. Delimiters are ASCII, no letter or digit.
    """
    text = data[start : start + _ISA_SEEN].decode("latin-1")
    separator = text[3:4]
    fields = text[4:].split(separator, 15) if separator else []
    last = len(text) - len(fields[-1]) if len(fields) == 16 else _ISA_SEEN
    marks = text[last : last + 2]
    distinct = {separator, *marks}
    if last > _ISA_LONGEST or len(distinct) < 3 or not _are_marks("".join(distinct)):
        return None, start
    repetition, version = fields[10:12]
    is_used = len(repetition) == 1 and _are_marks(repetition) and repetition not in distinct and version >= "00402"
    delimiters = Delimiters(separator, marks[0], repetition if is_used else "", marks[1])
    return delimiters, start + last + 2


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
