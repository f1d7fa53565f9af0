"""Reading X12: from bytes to interchanges, groups, sets and trees, tolerant of everything, strict in its verdict.

Delimiters come from the ISA, never from a guess; what stands before, between and after interchanges is reported and kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from claimwright.findings import Finding, Where, has_errors
from claimwright.x12.catalogue import finding
from claimwright.x12.envelope import check_group, check_interchange, check_set
from claimwright.x12.guides import Guide, find_guide, nearest_guide
from claimwright.x12.rules import apply_rules
from claimwright.x12.tree import Delimiters, Loop, Segment
from claimwright.x12.walk import Walk

BOM = b"\xef\xbb\xbf"
_ISA_LENGTH = 105
_ISA = re.compile(r"ISA[^A-Za-z0-9\s]")
_BLANKS = "\r\n\t "


@dataclass(eq=False, slots=True)
class TransactionSet:
    """One ST to SE. `guide` is `None` when no guide answers to its version; `root` then is as good as can be."""

    segments: list[Segment]
    group: Group
    guide: Guide | None = None
    root: Loop = field(default_factory=lambda: Loop("ST"))
    findings: list[Finding] = field(default_factory=list)

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
    interchange: Interchange
    ge: Segment | None = None
    sets: list[TransactionSet] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

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

    `rules=False` leaves out the rules beyond the guide's structure (balances, pointers, check digits: SNIP 3 and up).
    """
    reading = Reading(data, name)
    text = data.decode("latin-1")
    for interchange in _Splitter(reading, text).interchanges():
        check_interchange(interchange)
        for group in interchange.groups:
            check_group(group)
            for transaction_set in group.sets:
                check_set(transaction_set)
                _walk(transaction_set)
                if rules and transaction_set.guide:
                    transaction_set.findings += apply_rules(transaction_set.guide.set_code, transaction_set)
        reading.interchanges.append(interchange)
    if not reading.interchanges:
        reading.own_findings.append(finding("X12-ENV-001", Where(offset=0)))
    return reading


def _walk(transaction_set: TransactionSet) -> None:
    """Build the tree; only a guide of the set's own version may find fault with it."""
    guide = find_guide(transaction_set.st01, transaction_set.version)
    guide = guide or find_guide(transaction_set.st01, transaction_set.group.version)
    nearest = guide or nearest_guide(transaction_set.st01, transaction_set.version)
    transaction_set.guide = guide
    if nearest is None:
        transaction_set.root.segments.extend(transaction_set.segments)
    else:
        walk = Walk(nearest)
        walk.run(transaction_set.segments)
        transaction_set.root = walk.root
        if guide:
            transaction_set.findings += walk.findings
    if guide is None:
        at = transaction_set.segments[0]
        where = Where(segment="ST", index=at.index, offset=at.offset)
        words = {"value": at[1], "version": transaction_set.version or "(none)"}
        transaction_set.findings.append(finding("X12-ENV-021", where, **words))


class _Splitter:
    """Cuts a text (one character a byte) into interchanges."""

    def __init__(self, reading: Reading, text: str) -> None:
        self.reading = reading
        self.text = text
        self.index = 0

    def interchanges(self) -> Iterator[Interchange]:
        position = 0
        while match := _ISA.search(self.text, position):
            start = match.start()
            self._report_gap(position, start)
            delimiters, body = _delimiters(self.text, start)
            if delimiters is None:
                where = Where(segment="ISA", offset=start, index=self.index + 1)
                self.reading.own_findings.append(finding("X12-ENV-004", where))
                position = start + 3
                continue
            interchange, position = self._interchange(start, body, delimiters)
            yield interchange
        self._report_rest(position)

    def _report_gap(self, position: int, start: int) -> None:
        before = self.text[position:start]
        if position == 0 and before.startswith(BOM.decode("latin-1")):
            self.reading.own_findings.append(finding("X12-ENV-003", Where(offset=0)))
            before = before[len(BOM) :]
        if before.strip(_BLANKS):
            self.reading.own_findings.append(finding("X12-ENV-002", Where(offset=position), count=len(before)))

    def _report_rest(self, position: int) -> None:
        rest = self.text[position:]
        if self.reading.interchanges and rest.strip(_BLANKS + "\x1a\x00"):
            self.reading.own_findings.append(finding("X12-ENV-022", Where(offset=position), count=len(rest)))

    def _interchange(self, start: int, body: int, delimiters: Delimiters) -> tuple[Interchange, int]:
        text = self.text
        separator, terminator = delimiters.element, delimiters.terminator
        following = re.compile(re.escape(terminator) + r"\s*(?=ISA[^A-Za-z0-9\s])").search(text, body)
        limit = following.end() if following else len(text)
        isa = self._segment(text[start : body - 1], start, delimiters)
        interchange = Interchange(isa, delimiters)
        collector = _Collector(interchange)
        position = body
        while position < limit:
            end = text.find(terminator, position, limit)
            if end < 0:
                end = limit
            begin = position
            while begin < end and text[begin] in _BLANKS:
                begin += 1
            position = end + 1
            if begin == end and end == limit:
                break
            if begin == end and text[begin - 1] in _BLANKS and terminator in _BLANKS:
                continue
            raw = text[begin:end]
            if end == limit and separator not in raw and raw[:3] != "IEA":
                position = begin
                break
            segment = self._segment(raw, begin, delimiters)
            collector.take(segment)
            if segment.fields[0] == "IEA":
                break
        collector.finish()
        return interchange, min(position, limit)

    def _segment(self, raw: str, offset: int, delimiters: Delimiters) -> Segment:
        self.index += 1
        length = len(raw)
        if not raw.isascii():
            raw = raw.encode("latin-1").decode("utf-8", "surrogateescape")
        return Segment(raw.split(delimiters.element), delimiters, self.index, offset, length)


def _delimiters(text: str, start: int) -> tuple[Delimiters | None, int]:
    """The delimiters that the ISA at `start` declares, and where the next segment begins."""
    separator = text[start + 3]
    position = start + 3
    edges = []
    for _ in range(16):
        edges.append(position)
        position = text.find(separator, position + 1, start + 400)
        if position < 0:
            break
    if len(edges) < 16 or edges[15] + 2 >= len(text):
        return None, start
    component, terminator = text[edges[15] + 1], text[edges[15] + 2]
    if len({separator, component, terminator}) < 3 or terminator.isalnum() or component.isalnum():
        return None, start
    repetition = text[edges[10] + 1 : edges[11]]
    version = text[edges[11] + 1 : edges[12]]
    has_repetition = len(repetition) == 1 and not repetition.isalnum() and version >= "00402"
    repetition = repetition if has_repetition and repetition not in (separator, component, terminator) else ""
    return Delimiters(separator, component, repetition, terminator), edges[15] + 3


class _Collector:
    """Puts the segments of one interchange into groups and sets."""

    def __init__(self, interchange: Interchange) -> None:
        self.interchange = interchange
        self.group: Group | None = None
        self.set: TransactionSet | None = None

    def take(self, segment: Segment) -> None:
        handle = getattr(self, f"_take_{segment.id.lower()}", None) if segment.id in _ENVELOPE else None
        if handle:
            handle(segment)
        elif self.set is not None:
            self.set.segments.append(segment)
        else:
            self._stray(segment)

    def finish(self) -> None:
        """The interchange ends here, whatever is open."""
        self.set = self.group = None

    def _take_gs(self, segment: Segment) -> None:
        self.set = None
        self.group = Group(segment, self.interchange)
        self.interchange.groups.append(self.group)

    def _take_ge(self, segment: Segment) -> None:
        self.set = None
        if self.group is None:
            self._stray(segment)
            return
        self.group.ge = segment
        self.group = None

    def _take_st(self, segment: Segment) -> None:
        if self.group is None:
            self._stray(segment)
            return
        self.set = TransactionSet([segment], self.group)
        self.group.sets.append(self.set)

    def _take_se(self, segment: Segment) -> None:
        if self.set is None:
            self._stray(segment)
            return
        self.set.segments.append(segment)
        self.set = None

    def _take_iea(self, segment: Segment) -> None:
        self.interchange.iea = segment

    def _take_ta1(self, segment: Segment) -> None:
        self.interchange.acks.append(segment)

    def _stray(self, segment: Segment) -> None:
        self.interchange.stray.append(segment)
        where = Where(segment=segment.id, index=segment.index, offset=segment.offset)
        self.interchange.findings.append(finding("X12-ENV-009", where, segment=segment.id or "An empty segment"))


_ENVELOPE = frozenset(("GS", "GE", "ST", "SE", "IEA", "TA1"))
