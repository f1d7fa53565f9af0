"""Reading X12: from bytes to interchanges, groups, sets and trees, tolerant of everything, strict in its verdict.

Everything that is read is kept, so that it can be written again byte for byte; `checking` gives the same findings
without keeping anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

from claimwright.collecting import collector_paused
from claimwright.findings import Finding, has_errors
from claimwright.x12.driver import Driver
from claimwright.x12.engine import Report, SetEngine
from claimwright.x12.guides import Guide
from claimwright.x12.settings import DEFAULTS, Settings
from claimwright.x12.source import Buffer
from claimwright.x12.tree import Delimiters, Loop, Segment
from claimwright.x12.walk import Walk


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


def read(data: bytes, *, name: str = "", rules: bool = True, settings: Settings = DEFAULTS) -> Reading:
    """Read any bytes as X12. Never raises: what is wrong is in `Reading.findings`.

    `name` is kept in the reading for those who show it. `rules=False` leaves out the rules beyond the guide's
    structure (balances, pointers, check digits: SNIP 3 and up). `settings` change severities and limits.

    >>> reading = read(b"no X12 at all")
    >>> reading.accepted, reading.findings[0].code, reading.findings[0].message
    (False, 'X12-ENV-001', 'There is no interchange in this file: no ISA was found.')
    """
    reading = Reading(data, name)
    with collector_paused():
        Driver(Buffer(data), _Builder(reading), _walk_with_tree, settings, rules=rules).run()
    return reading


def _walk_with_tree(delimiters: Delimiters, report: Report, *, rules: bool, settings: Settings) -> SetEngine:
    return Walk(delimiters, report, rules=rules, settings=settings, keeps_tree=True)


class _Builder:
    """Puts what the driver reads into a reading."""

    keeps_tree = takes_nearest = True

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._findings = {"file": reading.own_findings}

    def found(self, level: str, found: Finding) -> None:
        self._findings[level].append(found)

    def interchange_opens(self, isa: Segment, delimiters: Delimiters) -> None:
        self._interchange = Interchange(isa, delimiters)
        self._reading.interchanges.append(self._interchange)
        self._findings["interchange"] = self._interchange.findings

    def interchange_closes(self, iea: Segment | None) -> None:
        self._interchange.iea = iea

    def group_opens(self, gs: Segment) -> None:
        self._group = Group(gs, self._interchange)
        self._interchange.groups.append(self._group)
        self._findings["group"] = self._group.findings

    def group_closes(self, ge: Segment | None) -> None:
        self._group.ge = ge

    def set_opens(self, st: Segment, guide: Guide | None) -> None:
        self._set = TransactionSet([st], self._group, guide)
        self._group.sets.append(self._set)
        self._findings["set"] = self._set.findings

    def set_closes(self, se: Segment | None, engine: SetEngine) -> None:
        """Take the set's segments and tree from the engine, whose root holds every segment where no guide is."""
        walk = cast("Walk", engine)
        self._set.segments = walk.segments
        self._set.root = walk.root

    def aside(self, segment: Segment) -> None:
        """TA1 segments have a place of their own."""
        (self._interchange.acks if segment.id == "TA1" else self._interchange.stray).append(segment)
