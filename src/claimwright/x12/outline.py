"""An outline of a reading for people: interchanges, groups, sets, loops and segments, each with its name and depth.

The names of loops and segments are those of the set's guide; without a guide a set is a flat list of segments.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from claimwright.findings import Finding
from claimwright.x12.guides import nearest_guide
from claimwright.x12.guides.language import CHOICE, LoopNode, Position
from claimwright.x12.reading import Reading, TransactionSet
from claimwright.x12.tree import Loop, Segment

_CLAIMS = {"CLM": 1, "CLP": 1, "TRN": 2}
"""Where the number of a claim, or of the question about one, stands in the segment that names it."""


class Kind(StrEnum):
    """What an entry of an outline is."""

    INTERCHANGE = "interchange"
    GROUP = "group"
    SET = "set"
    LOOP = "loop"
    SEGMENT = "segment"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of an outline: how deep it stands, what it is, its name (`''` where nobody names it), its segment.

    A loop's entry comes before those of its segments and has no segment of its own; `is_accepted` is told of sets.
    `findings` are those about this very segment.
    """

    depth: int
    kind: Kind
    name: str
    segment: Segment | None = None
    loop: str = ""
    is_accepted: bool | None = None
    findings: tuple[Finding, ...] = ()


def outline(reading: Reading, *, set_number: int | None = None, claim: str = "") -> Iterator[Entry]:
    """Every entry of a reading in the order of the file.

    `set_number` (from 1, within the file) leaves the other sets out; `claim` leaves everything out but the loops that
    hold a claim of that number, and the levels above them by their first segments.
    """
    about = _findings_by_segment(reading)
    number = 0
    for interchange in reading.interchanges:
        yield Entry(0, Kind.INTERCHANGE, "", interchange.isa, findings=about.get(interchange.isa.index, ()))
        for ack in interchange.acks:
            yield Entry(1, Kind.SEGMENT, "Interchange acknowledgement", ack, findings=about.get(ack.index, ()))
        for segment in interchange.stray:
            yield Entry(1, Kind.SEGMENT, "Outside of any set", segment, findings=about.get(segment.index, ()))
        for group in interchange.groups:
            yield Entry(1, Kind.GROUP, "", group.gs, findings=about.get(group.gs.index, ()))
            for transaction_set in group.sets:
                number += 1
                if set_number in (None, number):
                    yield from _Set(transaction_set, about, claim).entries()
            yield from _closing(1, "End of the group", group.ge, about)
        yield from _closing(0, "End of the interchange", interchange.iea, about)


_About = dict[int, tuple[Finding, ...]]


def _findings_by_segment(reading: Reading) -> _About:
    about: dict[int, list[Finding]] = {}
    for found in reading.findings:
        if found.where.index is not None:
            about.setdefault(found.where.index, []).append(found)
    return {index: tuple(found) for index, found in about.items()}


def _closing(depth: int, name: str, segment: Segment | None, about: _About) -> Iterator[Entry]:
    if segment:
        yield Entry(depth, Kind.SEGMENT, name, segment, findings=about.get(segment.index, ()))


class _Set:
    """The outline of one set."""

    def __init__(self, transaction_set: TransactionSet, about: _About, claim: str) -> None:
        self.set, self.about, self.claim = transaction_set, about, claim
        self.guide = transaction_set.guide or nearest_guide(transaction_set.st01, transaction_set.version)

    def entries(self) -> Iterator[Entry]:
        name = self.set.guide.name if self.set.guide else f"no guide for version {self.set.version or '(none)'}"
        root, opening = self.set.root, self.set.opening
        if not self.claim or self._holds_claim(root):
            about = self.about.get(opening.index, ())
            yield Entry(2, Kind.SET, name, opening, is_accepted=self.set.accepted, findings=about)
            entries = self._loop(root, self.guide.root if self.guide else None, 3)
            yield from (entry for entry in entries if entry.segment is not opening)

    def _loop(self, loop: Loop, node: LoopNode | None, depth: int) -> Iterator[Entry]:
        """The loop's own segments, then the loops inside it, with segments that follow inner loops in their place."""
        is_whole = not self.claim or self._names_claim(loop)
        inner = self if not is_whole else _Set(self.set, self.about, "")
        shown = loop.segments if is_whole else loop.segments[:1]
        parts: list[Loop | Segment] = sorted([*shown, *loop.loops], key=_first_index)
        for part in parts:
            if isinstance(part, Segment):
                position = position_of(node, part)
                name = position.rule.name if position else "" if node is None else "not expected here"
                yield Entry(depth, Kind.SEGMENT, name, part, findings=self.about.get(part.index, ()))
            elif is_whole or self._holds_claim(part):
                below = node_of(node, part)
                is_named = part.id != CHOICE
                if is_named:
                    yield Entry(depth, Kind.LOOP, below.name if below else "", loop=part.id)
                yield from inner._loop(part, below, depth + is_named)

    def _holds_claim(self, loop: Loop) -> bool:
        return any(map(self._names_claim, loop.walk()))

    def _names_claim(self, loop: Loop) -> bool:
        opening = loop.segments[:1]
        return any(segment[_CLAIMS[segment.id]] == self.claim for segment in opening if segment.id in _CLAIMS)


def _first_index(part: Loop | Segment) -> int:
    return part.index if isinstance(part, Segment) else part.segments[0].index


def node_of(parent: LoopNode | None, loop: Loop) -> LoopNode | None:
    """The guide's node for a loop that stands in the loop of `parent`; of several of one name, the one that fits."""
    members = (member for group in parent.groups for member in group) if parent else ()
    named = [member for member in members if isinstance(member, LoopNode) and member.id == loop.id]
    return next((node for node in named if _fits(node.trigger, loop.segments[0])), named[0] if named else None)


def position_of(node: LoopNode | None, segment: Segment) -> Position | None:
    """The guide's position for a segment of that loop: by name and qualifier, else by name alone."""
    if node is None:
        return None
    members = (member for group in node.groups for member in group)
    named = [member for member in members if isinstance(member, Position) and member.id == segment.id]
    return next((position for position in named if _fits(position, segment)), named[0] if named else None)


def _fits(position: Position, segment: Segment) -> bool:
    if not position.values:
        return True
    element, component = position.qualifier
    value = segment.component(element, component) if component else segment[element]
    return value in position.values
