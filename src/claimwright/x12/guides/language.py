"""The guide language: its parser, and the compiled shapes that the walk runs on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from operator import attrgetter

from claimwright.x12.standard import Note, Place, StandardSegment, segments

UNLIMITED = 10**9
CHOICE = "-"
"""The name of a loop that is none of the guide's: it holds what follows one kind of opening (a 278's BHT02)."""

QUALIFIERS = {
    "BHT": (2, 0), "ENT": (2, 0), "HL": (3, 0), "HI": (1, 1), "PWK": (2, 0), "CAS": (0, 0), "CLM": (0, 0),
    "CLP": (0, 0), "LX": (0, 0), "EB": (0, 0),
}  # fmt: skip
"""Which element (and component, 0 for none) tells positions of the same segment apart; element 1 unless said here."""


@dataclass(frozen=True, slots=True)
class ElementRule:
    """One element (or component) as the guide wants it; `codes` is empty when any value of the type will do."""

    place: Place
    usage: str
    min: int = 0
    max: int = 0
    codes: frozenset[str] = frozenset()
    parts: tuple[ElementRule, ...] = ()


@dataclass(eq=False, slots=True)
class SegmentRule:
    """A segment as the guide wants it, shared by every position that uses it.

    `doubtful_notes` are the syntax notes that a segment may break although it keeps every element's usage, by `first`.
    """

    standard: StandardSegment
    elements: tuple[ElementRule, ...]
    notes: tuple[Note, ...]
    name: str
    doubtful_notes: tuple[Note, ...] = ()

    @property
    def id(self) -> str:
        return self.standard.id


@dataclass(eq=False, slots=True)
class Position:
    """A place in the guide where a segment may stand."""

    rule: SegmentRule
    usage: str
    repeat: int
    qualifier: tuple[int, int]
    values: frozenset[str]
    loop: LoopNode
    group: int = 0
    forks: dict[str, Fork] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return self.rule.id

    def fork(self, segment_id: str) -> Fork:
        """Where a segment of that name may stand after this position; remembered once worked out."""
        found = self.forks.get(segment_id)
        if found is None:
            found = _fork(self, segment_id)
            if found.candidates:
                self.forks[segment_id] = found
        return found


@dataclass(eq=False, slots=True)
class LoopNode:
    """A loop in the guide: its members in groups, a group being neighbours that begin with the same segment name."""

    id: str
    usage: str
    repeat: int
    name: str
    parent: LoopNode | None
    groups: list[list[Position | LoopNode]] = field(default_factory=list)
    group: int = 0
    required: list[Position | LoopNode] = field(default_factory=list)

    @property
    def trigger(self) -> Position:
        """The segment that opens the loop."""
        first = self.groups[0][0]
        return first if isinstance(first, Position) else first.trigger

    @property
    def path(self) -> str:
        above = [node.id for node in self.ancestry() if node.parent and node.id != CHOICE]
        return "/".join(reversed(above))

    def ancestry(self) -> list[LoopNode]:
        """This loop and the loops around it, innermost first."""
        node: LoopNode | None = self
        nodes = []
        while node:
            nodes.append(node)
            node = node.parent
        return nodes


@dataclass(frozen=True, eq=False, slots=True)
class Candidate:
    """A way on: `closes` loops end, then `position` matches; `opens` is the loop it opens, if it opens one.

    `member` is what is counted in the loop that is then open: the loop opened, or the position itself.
    """

    position: Position
    closes: int
    opens: LoopNode | None
    member: Position | LoopNode


@dataclass(frozen=True, eq=False, slots=True)
class Fork:
    """The ways on for segments of one name, nearest first: all of them, by qualifier, and for any other qualifier."""

    qualifier: tuple[int, int]
    candidates: tuple[Candidate, ...]
    by_qualifier: dict[str, tuple[Candidate, ...]]
    unqualified: tuple[Candidate, ...]


@dataclass(eq=False, slots=True)
class Guide:
    """One implementation guide, ready to walk: `root` holds the positions from ST to SE."""

    set_code: str
    functional_id: str
    versions: tuple[str, ...]
    name: str
    root: LoopNode
    extra_rules: str = ""
    """Rules of this guide alone, in the rule language: those of payers' overlays."""
    lists: dict[str, frozenset[str]] = field(default_factory=dict)
    """Code lists by name, where they are not those of `code_lists`."""

    @property
    def version(self) -> str:
        return self.versions[0]


def _fork(position: Position, segment_id: str) -> Fork:
    found = tuple(_search(position, segment_id))
    values = frozenset[str]().union(*(candidate.position.values for candidate in found))
    unqualified = tuple(candidate for candidate in found if not candidate.position.values)
    by_qualifier = {
        value: tuple(candidate for candidate in found if not (of := candidate.position.values) or value in of)
        for value in values
    }
    return Fork(QUALIFIERS.get(segment_id, (1, 0)) if values else (0, 0), found, by_qualifier, unqualified)


def _search(position: Position, segment_id: str) -> Iterator[Candidate]:
    group = position.group
    for closes, loop in enumerate(position.loop.ancestry()):
        for members in loop.groups[group:]:
            for member in members:
                if isinstance(member, LoopNode):
                    if member.trigger.id == segment_id:
                        yield Candidate(member.trigger, closes, member, member)
                elif member.id == segment_id and (member is not loop.trigger or member.repeat > 1):
                    yield Candidate(member, closes, None, member)
        group = loop.group


class GuideError(ValueError):
    """A guide file that does not follow the language or the standard."""


_LINE = re.compile(r"(?P<indent> *)(?P<words>[^#]*?)(?:\s*#\s*(?P<name>.*))?$")


@dataclass(eq=False, slots=True)
class _Line:
    number: int
    depth: int
    words: list[str]
    name: str
    children: list[_Line] = field(default_factory=list)


def _no_import(name: str) -> str:
    raise GuideError(f"import {name}: nothing is there to import from")


def parse_guide(text: str, codes: dict[str, frozenset[str]], read_shared: Callable[[str], str] = _no_import) -> Guide:
    """Compile a guide from its text; `read_shared` gives the text of a file of shares by its name.

    Raises `GuideError` with the line that is wrong.
    """
    header, *lines = _nest(text)
    _, set_code, functional_id, *versions = header.words
    imported = [_nest(read_shared(line.words[1])) for line in lines if line.words[0] == "import"]
    shared = {line.words[1]: line for line in chain(*imported, lines) if line.words[0] == "share"}
    root = LoopNode("ST", "R", 1, header.name, None)
    _Builder(codes, shared).fill(root, [line for line in lines if line.words[0] not in ("share", "import")])
    return Guide(set_code, functional_id, tuple(versions), header.name, root)


def _nest(text: str) -> list[_Line]:
    top: list[_Line] = []
    open_lines: list[_Line] = []
    for number, raw in enumerate(text.splitlines(), 1):
        match = _LINE.match(raw)
        if not match or not match["words"]:
            continue
        line = _Line(number, len(match["indent"]) // 2, match["words"].split(), match["name"] or "")
        del open_lines[line.depth :]
        (open_lines[-1].children if open_lines else top).append(line)
        open_lines.append(line)
    return top


@dataclass(slots=True)
class _Builder:
    """Builds the loop tree; a shared loop is built anew where it is used, its segment rules are the same objects."""

    codes: dict[str, frozenset[str]]
    shared: dict[str, _Line]
    rules: dict[_Line, tuple[SegmentRule, str, int]] = field(default_factory=dict)

    def fill(self, loop: LoopNode, lines: list[_Line]) -> None:
        for line in lines:
            if line.words[0] == "include":
                self.fill(loop, self.shared[line.words[1]].children)
            else:
                self._add(loop, self._member(loop, line))

    def _member(self, loop: LoopNode, line: _Line) -> Position | LoopNode:
        if line.words[0] in ("loop", "use"):
            _, name, usage, repeat = line.words
            node = LoopNode(name, usage, _repeat(repeat), line.name, loop)
            self.fill(node, line.children if line.words[0] == "loop" else self.shared[name].children)
            return node
        rule, usage, times = self._rule(line)
        qualifier = QUALIFIERS.get(rule.id, (1, 0))
        return Position(rule, usage, times, qualifier, qualifier_values(rule, qualifier), loop)

    def _add(self, loop: LoopNode, member: Position | LoopNode) -> None:
        name = member.id if isinstance(member, Position) else member.trigger.id
        last = loop.groups[-1][-1] if loop.groups else None
        is_same = last is not None and name == (last.id if isinstance(last, Position) else last.trigger.id)
        is_same = is_same and isinstance(last, Position) == isinstance(member, Position) and len(loop.groups) > 0
        if not is_same:
            loop.groups.append([])
        member.group = len(loop.groups) - 1
        loop.groups[-1].append(member)
        if member.usage == "R":
            loop.required.append(member)

    def _rule(self, line: _Line) -> tuple[SegmentRule, str, int]:
        if line not in self.rules:
            try:
                self.rules[line] = self._read_rule(line)
            except (ValueError, KeyError, IndexError) as wrong:
                raise GuideError(f"line {line.number}: {' '.join(line.words)}: {wrong!r}") from wrong
        return self.rules[line]

    def _read_rule(self, line: _Line) -> tuple[SegmentRule, str, int]:
        segment_id, usage, repeat, *rest = line.words
        standard = segments()[segment_id]
        letters = rest[0] if rest and rest[0][0] in "RSN" and ":" not in rest[0] else ""
        narrowed = _Narrowing(rest[1:] if letters else rest, self.codes)
        elements = _elements(standard.places, _usages(letters), narrowed, ())
        return segment_rule(standard, elements, line.name), usage, _repeat(repeat)


def segment_rule(standard: StandardSegment, elements: tuple[ElementRule, ...], name: str) -> SegmentRule:
    """The rule of a segment with these elements, and with the standard's syntax notes that can matter for them."""
    used = {number for number, element in enumerate(elements, 1) if element.usage != "N"}
    notes = tuple(note for note in standard.notes if len(used.intersection(note.positions)) > 1)
    doubtful = tuple(sorted((note for note in notes if _is_doubtful(note, elements)), key=attrgetter("first")))
    return SegmentRule(standard, elements, notes, name, doubtful)


def _is_doubtful(note: Note, elements: tuple[ElementRule, ...]) -> bool:
    """False when the usages alone keep the note: what it asks for is required anyway."""
    is_required = [at <= len(elements) and elements[at - 1].usage == "R" for at in note.positions]
    return not {
        "P": all(is_required), "R": any(is_required), "C": all(is_required[1:]), "L": any(is_required[1:]), "E": False,
    }[note.kind]  # fmt: skip


def _repeat(text: str) -> int:
    return UNLIMITED if text == ">" else int(text)


def qualifier_values(rule: SegmentRule, qualifier: tuple[int, int]) -> frozenset[str]:
    """The codes that tell a position with this rule from its neighbours; none when any segment of its name fits."""
    number, component = qualifier
    if not number or number > len(rule.elements):
        return frozenset()
    element = rule.elements[number - 1]
    return element.parts[component - 1].codes if component and element.parts else element.codes


def _usages(letters: str) -> list[tuple[str, list[str]]]:
    """`R(RRS)S` → [('R', ['R', 'R', 'S']), ('S', [])]"""
    return [(match[1], list(match[2] or "")) for match in re.finditer(r"([RSN])(?:\(([RSN]*)\))?", letters)]


class _Narrowing:
    """The rules at the end of a guide line, by (element,) or (element, component)."""

    def __init__(self, words: list[str], lists: dict[str, frozenset[str]]) -> None:
        self.codes: dict[tuple[int, ...], frozenset[str]] = {}
        self.lengths: dict[tuple[int, ...], tuple[int, int]] = {}
        for word in words:
            where, mark, what = re.split(r"([:/])", word, maxsplit=1)
            for place in _narrowed_places(where):
                if mark == "/":
                    low, _, high = what.rpartition("-")
                    self.lengths[place] = (int(low or high), int(high))
                else:
                    self.codes[place] = lists[what[1:]] if what.startswith("@") else frozenset(what.split(","))


def _narrowed_places(text: str) -> list[tuple[int, ...]]:
    """`'3'` → [(3,)]; `'5-2'` → [(5, 2)]; `'2..4-1'` → [(2, 1), (3, 1), (4, 1)]"""
    numbers, _, component = text.partition("-")
    first, _, last = numbers.partition("..")
    inner = (int(component),) if component else ()
    return [(number, *inner) for number in range(int(first), int(last or first) + 1)]


def _elements(
    places: tuple[Place, ...], usages: list[tuple[str, list[str]]], narrowed: _Narrowing, above: tuple[int, ...]
) -> tuple[ElementRule, ...]:
    if len(usages) > len(places):
        raise ValueError(f"{len(usages)} elements where the standard has {len(places)}")
    rules = []
    for number, (usage, parts) in enumerate(usages, 1):
        place, here = places[number - 1], (*above, number)
        if usage == "N" and place.mandatory:
            raise ValueError(f"element {number} is mandatory in the standard")
        if place.parts:
            inner = _elements(place.parts, [(letter, []) for letter in parts], narrowed, here)
            rules.append(ElementRule(place, usage, parts=inner))
        elif place.element:
            low, high = narrowed.lengths.get(here, (place.element.min, place.element.max))
            rules.append(ElementRule(place, usage, low, high, narrowed.codes.get(here, frozenset())))
    return tuple(rules)
