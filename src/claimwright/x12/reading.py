"""Reading X12: from bytes to interchanges, groups, sets and trees, tolerant of everything, strict in its verdict.

Delimiters come from the ISA, never from a guess; what stands before, between and after interchanges is reported and
kept. The time it takes grows with the length of the file and with nothing else.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import ClassVar

from claimwright.findings import Finding, Where, has_errors
from claimwright.x12.catalogue import finding
from claimwright.x12.envelope import check_group, check_interchange, check_set
from claimwright.x12.guides import Guide, find_guide, nearest_guide
from claimwright.x12.rules import apply_rules
from claimwright.x12.tree import Delimiters, Loop, Segment
from claimwright.x12.walk import Walk

BOM = b"\xef\xbb\xbf"
_ISA = re.compile(r"ISA[^A-Za-z0-9\r\n\t ]")
_ISA_LAST_SEPARATOR = 103
_ISA_LONGEST = 400
_SET = re.compile(r"ST([^A-Za-z0-9\r\n\t ])\d{3}\1")
_BLANKS = "\r\n\t "
_BLOCK = 1 << 20
_END_OF_FILE_MARKS = "\x1a\x00"


@dataclass(eq=False, slots=True)
class TransactionSet:
    """One ST to SE. `guide` is `None` when no guide answers to its version; `root` then is as good as can be."""

    segments: list[Segment]
    group: Group = field(repr=False)
    guide: Guide | None = field(default=None, repr=False)
    root: Loop = field(default_factory=lambda: Loop("ST"))
    findings: list[Finding] = field(default_factory=list)

    @property
    def opening(self) -> Segment:
        return self.segments[0]

    @property
    def st01(self) -> str:
        return self.segments[0][1]

    @property
    def control(self) -> str:
        return self.segments[0][2]

    @property
    def version(self) -> str:
        return self.segments[0][3] or self.group.version

    @property
    def accepted(self) -> bool:
        return not has_errors(self.findings)

    @property
    def offset(self) -> int:
        return self.segments[0].offset

    @property
    def length(self) -> int:
        last = self.segments[-1]
        return last.offset + last.length - self.offset


@dataclass(eq=False, slots=True)
class Group:
    """One GS to GE."""

    gs: Segment
    interchange: Interchange = field(repr=False)
    ge: Segment | None = None
    sets: list[TransactionSet] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def opening(self) -> Segment:
        return self.gs

    @property
    def functional_id(self) -> str:
        return self.gs[1]

    @property
    def control(self) -> str:
        return self.gs[6]

    @property
    def version(self) -> str:
        return self.gs[8]


@dataclass(eq=False, slots=True)
class Interchange:
    """One ISA to IEA; `acks` are its TA1 segments."""

    isa: Segment
    delimiters: Delimiters
    iea: Segment | None = None
    groups: list[Group] = field(default_factory=list)
    acks: list[Segment] = field(default_factory=list)
    stray: list[Segment] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def control(self) -> str:
        return self.isa[13]

    @property
    def sender(self) -> tuple[str, str]:
        return self.isa[5], self.isa[6].strip()

    @property
    def receiver(self) -> tuple[str, str]:
        return self.isa[7], self.isa[8].strip()

    @property
    def usage(self) -> str:
        return self.isa[15]


@dataclass(eq=False, slots=True)
class Reading:
    """What was read from one file: the interchanges, and everything that is wrong, in the order of the file."""

    data: bytes
    name: str
    interchanges: list[Interchange] = field(default_factory=list)
    own_findings: list[Finding] = field(default_factory=list)

    @property
    def readable(self) -> bool:
        return bool(self.interchanges)

    @property
    def accepted(self) -> bool:
        return self.readable and not has_errors(self.findings)

    @property
    def findings(self) -> list[Finding]:
        """Every finding, those about the file first, then interchange by interchange."""
        found = list(self.own_findings)
        for interchange in self.interchanges:
            found += interchange.findings
            for group in interchange.groups:
                found += group.findings
                for transaction_set in group.sets:
                    found += transaction_set.findings
        return found

    def sets(self) -> Iterator[TransactionSet]:
        """Every transaction set, in the order of the file."""
        for interchange in self.interchanges:
            for group in interchange.groups:
                yield from group.sets

    def segments(self) -> Iterator[Segment]:
        """Every segment of the file as it was read, the envelopes' included."""
        pieces: list[Segment] = []
        for interchange in self.interchanges:
            pieces += [interchange.isa, *interchange.acks, *interchange.stray]
            pieces += [interchange.iea] if interchange.iea else []
            for group in interchange.groups:
                pieces += [group.gs] + ([group.ge] if group.ge else [])
                for transaction_set in group.sets:
                    pieces += transaction_set.segments
        return iter(sorted(pieces, key=lambda segment: segment.index))

    def rewrite(self) -> bytes:
        """The file again from its segments, with what stood between them: the same bytes."""
        written, end = [], 0
        for segment in self.segments():
            written.append(self.data[end : segment.offset])
            text = str(segment)
            written.append(text.encode("utf-8", "surrogateescape"))
            end = segment.offset + segment.length
        written.append(self.data[end:])
        return b"".join(written)


def read(data: bytes, *, name: str = "", rules: bool = True) -> Reading:
    """Read any bytes as X12. Never raises: what is wrong is in `Reading.findings`.

    `name` is kept in the reading for those who show it. `rules=False` leaves out the rules beyond the guide's
    structure (balances, pointers, check digits: SNIP 3 and up).

    >>> reading = read(b"no X12 at all")
    >>> reading.accepted, reading.findings[0].code, reading.findings[0].message
    (False, 'X12-ENV-001', 'There is no interchange in this file: no ISA was found.')
    """
    reading = Reading(data, name)
    with _collector_paused():
        for interchange in _Splitter(reading).interchanges():
            _check(interchange, rules=rules)
            reading.interchanges.append(interchange)
    if not reading.interchanges:
        reading.own_findings.append(finding("X12-ENV-001", Where(offset=0)))
    return reading


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Python's cycle collector looks at every living object again and again; here all of them stay alive."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _check(interchange: Interchange, *, rules: bool) -> None:
    check_interchange(interchange)
    for group in interchange.groups:
        check_group(group)
        for transaction_set in group.sets:
            check_set(transaction_set)
            _walk(transaction_set)
            if rules and transaction_set.guide:
                transaction_set.findings += apply_rules(transaction_set.guide.set_code, transaction_set)


def _walk(transaction_set: TransactionSet) -> None:
    """Build the tree; only a guide of the set's own version may find fault with it."""
    guide = find_guide(transaction_set.st01, transaction_set.version)
    guide = guide or find_guide(transaction_set.st01, transaction_set.group.version)
    nearest = guide or nearest_guide(transaction_set.st01, transaction_set.version)
    transaction_set.guide = guide
    if nearest is None:
        transaction_set.root.segments.extend(transaction_set.segments)
    else:
        walk = Walk(nearest, transaction_set.group.interchange.delimiters)
        walk.run(transaction_set.segments)
        transaction_set.root = walk.root
        if guide:
            transaction_set.findings += walk.findings
    if guide is None:
        at = transaction_set.segments[0]
        where = Where(segment="ST", index=at.index, offset=at.offset)
        words = {"value": at[1] or "(none)", "version": transaction_set.version or "(none)"}
        transaction_set.findings.append(finding("X12-ENV-021", where, **words))


class _Splitter:
    """Cuts the file into interchanges and segments, as a text of one character a byte, so that places are bytes."""

    def __init__(self, reading: Reading) -> None:
        self.found = reading.own_findings
        self.text = reading.data.decode("latin-1")
        self.is_ascii = self.text.isascii()
        self.openings = [match.start() for match in _ISA.finditer(self.text)]
        self.index = 0

    def interchanges(self) -> Iterator[Interchange]:
        """Every interchange; what stands outside of them becomes findings about the file."""
        end = 0
        for number, start in enumerate(self.openings):
            if start < end:
                continue
            delimiters, body = _delimiters(self.text, start)
            if delimiters is None:
                if not self.text[start - 1 : start].isalnum():
                    self.found.append(finding("X12-ENV-004", Where(segment="ISA", offset=start)))
                continue
            self._report_outside(end, start)
            interchange = Interchange(self._segment(self.text[start : body - 1], start, delimiters), delimiters)
            end = self._split(interchange, body, number + 1)
            yield interchange
        self._report_outside(end, len(self.text))

    def _report_outside(self, start: int, end: int) -> None:
        """What stands before the first ISA is noise unless it holds a set; anywhere else it may be lost data."""
        outside = self.text[start:end]
        if start == 0 and outside.startswith(BOM.decode("latin-1")):
            self.found.append(finding("X12-ENV-003", Where(offset=0)))
            outside = outside[len(BOM) :]
        if not outside.strip(_BLANKS + _END_OF_FILE_MARKS) or (start == 0 and end == len(self.text)):
            return
        is_noise = start == 0 and not _SET.search(outside)
        self.found.append(
            finding("X12-ENV-002" if is_noise else "X12-ENV-022", Where(offset=start), count=len(outside))
        )

    def _split(self, interchange: Interchange, position: int, number: int) -> int:
        """Read segments from `position` up to the IEA, the next ISA (the first to try is `number`) or the end."""
        text, size, terminator = self.text, len(self.text), interchange.delimiters.terminator
        collector = _Collector(interchange)
        border = self._opening(number)
        while position < size and interchange.iea is None:
            plain_end = text.rfind(terminator, position, min(position + _BLOCK, border))
            if plain_end >= 0:
                position = self._take_plain(collector, position, plain_end)
                continue
            begin, end = position, text.find(terminator, position)
            is_cut = end < 0
            end = size if is_cut else end
            while begin < end and text[begin] in _BLANKS:
                begin += 1
            while border < end:
                if self._begins_interchange(border, begin):
                    is_cut, end = True, border
                    break
                number += 1
                border = self._opening(number)
            position = end if is_cut else end + 1
            if begin < end or not (is_cut or terminator in _BLANKS):
                segment = self._segment(text[begin:end], begin, interchange.delimiters)
                collector.take(segment)
                if is_cut:
                    self._report_cut(interchange, segment)
            if is_cut:
                break
        return position

    def _take_plain(self, collector: _Collector, position: int, end: int) -> int:
        """Read the whole segments up to the terminator at `end`, among which no ISA can stand, or up to the IEA."""
        interchange = collector.interchange
        delimiters = interchange.delimiters
        skips_empty = delimiters.terminator in _BLANKS
        for raw in self.text[position:end].split(delimiters.terminator):
            begin = position
            position += len(raw) + 1
            if not raw or raw[0] in _BLANKS:
                stripped = raw.lstrip(_BLANKS)
                begin += len(raw) - len(stripped)
                raw = stripped  # noqa: PLW2901
                if not raw and skips_empty:
                    continue
            collector.take(self._segment(raw, begin, delimiters))
            if interchange.iea is not None:
                break
        return position

    def _opening(self, number: int) -> int:
        return self.openings[number] if number < len(self.openings) else len(self.text)

    def _begins_interchange(self, at: int, segment_begin: int) -> bool:
        """An ISA where a segment begins, or one in the middle of a segment (the file before was cut) of exact form."""
        delimiters, body = _delimiters(self.text, at)
        return delimiters is not None and (at == segment_begin or body == at + _ISA_LAST_SEPARATOR + 3)

    def _report_cut(self, interchange: Interchange, segment: Segment) -> None:
        """A last line without its line end is whole when it is the IEA; with any other terminator it may be cut."""
        if segment.fields[0] != "IEA" or interchange.delimiters.terminator not in _BLANKS:
            where = Where(segment=segment.id, index=segment.index, offset=segment.offset)
            interchange.findings.append(finding("X12-ENV-019", where))

    def _segment(self, raw: str, offset: int, delimiters: Delimiters) -> Segment:
        self.index += 1
        length = len(raw)
        if not self.is_ascii and not raw.isascii():
            raw = raw.encode("latin-1").decode("utf-8", "surrogateescape")
        return Segment(raw.split(delimiters.element), delimiters, self.index, offset, length)


def _delimiters(text: str, start: int) -> tuple[Delimiters | None, int]:
    """The delimiters that the ISA at `start` declares, and where the next segment begins.

    The separators are counted, because elements of wrong length are common. Delimiters are ASCII, no letter or digit.
    """
    separator = text[start + 3]
    edges = [start + 3]
    while len(edges) < 16:
        edge = text.find(separator, edges[-1] + 1, start + _ISA_LONGEST)
        if edge < 0:
            return None, start
        edges.append(edge)
    marks = text[edges[15] + 1 : edges[15] + 3]
    if len({separator, *marks}) < 3 or any(mark.isalnum() or not mark.isascii() for mark in (separator, *marks)):
        return None, start
    repetition = text[edges[10] + 1 : edges[11]]
    is_mark = len(repetition) == 1 and repetition.isascii() and not repetition.isalnum()
    is_used = is_mark and text[edges[11] + 1 : edges[12]] >= "00402" and repetition not in (separator, *marks)
    return Delimiters(separator, marks[0], repetition if is_used else "", marks[1]), edges[15] + 3


class _Collector:
    """Puts the segments of one interchange into groups and sets."""

    def __init__(self, interchange: Interchange) -> None:
        self.interchange = interchange
        self.group: Group | None = None
        self.segments: list[Segment] | None = None
        """Those of the set that is open."""

    def take(self, segment: Segment) -> None:
        """Put the segment where it belongs."""
        place = self._PLACES.get(segment.fields[0])
        if place is not None:
            place(self, segment)
        elif self.segments is not None:
            self.segments.append(segment)
        else:
            self._stray(segment)

    def _open_group(self, segment: Segment) -> None:
        self.segments = None
        self.group = Group(segment, self.interchange)
        self.interchange.groups.append(self.group)

    def _close_group(self, segment: Segment) -> None:
        self.segments = None
        if self.group is None:
            self._stray(segment)
        else:
            self.group.ge = segment
            self.group = None

    def _open_set(self, segment: Segment) -> None:
        if self.group is None:
            self._stray(segment)
        else:
            self.segments = [segment]
            self.group.sets.append(TransactionSet(self.segments, self.group))

    def _close_set(self, segment: Segment) -> None:
        if self.segments is None:
            self._stray(segment)
        else:
            self.segments.append(segment)
            self.segments = None

    def _close_interchange(self, segment: Segment) -> None:
        self.interchange.iea = segment

    def _acknowledge(self, segment: Segment) -> None:
        self.interchange.acks.append(segment)

    def _stray(self, segment: Segment) -> None:
        self.interchange.stray.append(segment)
        where = Where(segment=segment.id, index=segment.index, offset=segment.offset)
        self.interchange.findings.append(finding("X12-ENV-009", where, segment=segment.id or "An empty segment"))

    _PLACES: ClassVar[dict[str, Callable[[_Collector, Segment], None]]] = {
        "GS": _open_group,
        "GE": _close_group,
        "ST": _open_set,
        "SE": _close_set,
        "IEA": _close_interchange,
        "TA1": _acknowledge,
    }
