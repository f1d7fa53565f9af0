"""A guide as tables for the native core: where segments may stand, and what their elements must be.

The rows have the order of columns that core.h declares. What the tables cannot say is left to Python: an element rule
that is too wide for them gets the kind that no value satisfies, a guide that is too wide is refused with
`UnsupportedError`. The ways on come from `Position.fork`, which defines them.
"""

from __future__ import annotations

from array import array

from claimwright.x12.guides.language import Candidate, ElementRule, Fork, Guide, LoopNode, Position, SegmentRule
from claimwright.x12.native.packing import (
    LONGEST_KEY,
    CodeSets,
    Row,
    Table,
    UnsupportedError,
    flat,
    hash_key,
    hash_table,
    pack_key,
    signed,
    slot_count,
)
from claimwright.x12.native.rule_tables import RuleTables
from claimwright.x12.rules.binding import Program, loops_of, positions_of
from claimwright.x12.standard import Note
from claimwright.x12.tree import CONTROL

NAME_SLOTS = 512
_LONGEST_NAME = 3
_MOST_ELEMENTS = 31
"""One less than the bits of the word that says which elements are given."""

_USAGES = {"S": 0, "R": 1, "N": 2}
_TEXT, _CODES, _LONG_CODES, _WHOLE, _DECIMAL, _DATE, _TIME, _PERIOD, _COMPOSITE, _UNPROVABLE = range(10)
_NOTES = {"P": 0, "C": 0, "L": 1, "R": 2, "E": 3}
"""A paired note needs all of its elements where any is given, a conditional one where the first is."""
_DATE_PERIOD = "1251"
_LONGEST_PERIOD, _SHORTEST_PERIOD = len("CCYYMMDD-CCYYMMDD"), len("HHMM")


class GuideTables:
    """The tables of one guide and its rules, and what their numbers stand for. Raises `UnsupportedError`."""

    def __init__(self, guide: Guide, program: Program) -> None:
        self.guide = guide
        self.positions = list(positions_of(guide))
        self.loops = list(loops_of(guide.root))
        self.segments = list(dict.fromkeys(position.id for position in self.positions))
        self.position_numbers = {position: number for number, position in enumerate(self.positions)}
        self.loop_numbers = {loop: number for number, loop in enumerate(self.loops)}
        self.sizes = {loop: len(_members(loop)) for loop in self.loops}
        self._members = {member: at for loop in self.loops for at, member in enumerate(_members(loop))}
        _check_end(guide)

        self.codes = CodeSets()
        self.names = self._names()
        self.rules = RuleTables(program, self.codes)
        self.walk = _WalkTables(self)
        self.walk.add_states()
        self.checks = _ElementTables(self.codes)
        rules = {position.rule: self.checks.add_rule(position.rule) for position in self.positions}
        self.position_rows = array("i", flat(self._position_row(at, rules[at.rule]) for at in self.positions))
        self.loop_rows = array("i", flat(self._loop_row(loop) for loop in self.loops))
        self.root_position = self.position_numbers[guide.root.trigger]
        self.depth = max(len(loop.ancestry()) for loop in self.loops)
        self.max_members = max(self.sizes.values())

    def member_number(self, member: Position | LoopNode) -> int:
        """The place of a member among those of its loop."""
        return self._members[member]

    def _names(self) -> array[int]:
        rows: list[tuple[int, Row]] = []
        for name in sorted({*self.segments, *CONTROL}):
            if len(name) > _LONGEST_NAME:
                raise UnsupportedError(f"the segment name {name} is too long")
            key = pack_key(name)
            number = self.segments.index(name) if name in self.segments else -1
            rows.append((hash_key(key), (signed(key | key >> 32), number, int(name in CONTROL))))
        return array("i", flat(hash_table(rows, NAME_SLOTS, 3)))

    def _position_row(self, position: Position, rule: int) -> Row:
        return (
            self.walk.states[position.loop, position.group] * len(self.segments),
            rule,
            self.loop_numbers[position.loop],
            self._members[position],
            _proven_bit(position),
            *self.rules.act_of(position),
        )

    def _loop_row(self, loop: LoopNode) -> Row:
        parent = self.loop_numbers[loop.parent] if loop.parent else -1
        return (self.sizes[loop], parent, *self.rules.of_loop(loop))


def _check_end(guide: Guide) -> None:
    """The core takes an SE in its place to be the end: then nothing may be missing behind it."""
    last = guide.root.groups[-1]
    if [member.id for member in last] != ["SE"]:
        raise UnsupportedError("the guide goes on after the SE")


def _proven_bit(position: Position) -> int:
    """The bit of the element whose codes a qualifier, once found, is one of; 0 when that proves nothing."""
    element, component = position.qualifier
    if component or not position.values:
        return 0
    rule = position.rule.elements[element - 1]
    is_proven = _kind(rule) == _CODES and _provable_codes(rule) == position.values
    return 1 << element - 1 if is_proven else 0


class _WalkTables:
    """Where a segment may stand next, for every state (a loop, and the group of members reached in it) and name."""

    def __init__(self, tables: GuideTables) -> None:
        self._tables = tables
        stops = {(position.loop, position.group): position for position in reversed(tables.positions)}
        self._stops = list(stops.values())
        self.states = {state: number for number, state in enumerate(stops)}
        self.forks_of = array("i")
        self.forks = Table(6)
        self.forks.add([(0,) * 6])
        self.slots = Table(4)
        self.ways = Table(7)
        self.needs = Table(2)

    def add_states(self) -> None:
        for position in self._stops:
            near = _names_after(position)
            for name in self._tables.segments:
                fork = position.fork(name) if name in near else None
                self.forks_of.append(self._add_fork(position, fork) if fork and fork.candidates else 0)

    def _add_fork(self, start: Position, fork: Fork) -> int:
        element, component = fork.qualifier if fork.by_qualifier else (0, 0)
        slots, mask = self._add_slots(start, fork) if fork.by_qualifier else (0, 0)
        row = (element, component, slots, mask, *self._add_ways(start, fork.unqualified))
        return self.forks.share([row])[0]

    def _add_slots(self, start: Position, fork: Fork) -> tuple[int, int]:
        rows = []
        for value, ways in sorted(fork.by_qualifier.items()):
            key = pack_key(value)
            if not key:
                raise UnsupportedError(f"the qualifier {value!r} is empty or too long")
            rows.append((hash_key(key), (signed(key), signed(key >> 32), *self._add_ways(start, ways))))
        size = slot_count(len(rows))
        return self.slots.share(hash_table(rows, size, 4))[0], size - 1

    def _add_ways(self, start: Position, ways: tuple[Candidate, ...]) -> tuple[int, int]:
        return self.ways.share([self._way_row(start, way) for way in ways])

    def _way_row(self, start: Position, way: Candidate) -> Row:
        if way.opens is not None and way.position.loop is not way.opens:
            raise UnsupportedError(f"loop {way.opens.id} begins with another loop")
        position, member = self._tables.position_numbers[way.position], self._tables.member_number(way.member)
        needs = self.needs.share(self._need_rows(start, way))
        return position, way.closes, int(way.opens is not None), member, way.member.repeat, *needs

    def _need_rows(self, start: Position, way: Candidate) -> list[Row]:
        """The required members of the groups that are left behind."""
        rows: list[Row] = []
        group = start.group
        for depth, node in enumerate(start.loop.ancestry()[: way.closes + 1]):
            before = way.member.group if depth == way.closes else len(node.groups)
            rows += [
                (depth, self._tables.member_number(member))
                for member in node.required
                if group <= member.group < before and member is not node.trigger
            ]
            group = node.group
        return rows


def _names_after(position: Position) -> set[str]:
    """The names of the segments that may follow, from any loop around."""
    names = set()
    group = position.group
    for loop in position.loop.ancestry():
        for members in loop.groups[group:]:
            first = members[0]
            names.add(first.id if isinstance(first, Position) else first.trigger.id)
        group = loop.group
    return names


class _ElementTables:
    """What the elements of each segment must be."""

    def __init__(self, codes: CodeSets) -> None:
        self._codes = codes
        self.rules = Table(5)
        self.elements = Table(8)
        self.notes = Table(3)
        self.long_codes = Table(2)

    def add_rule(self, rule: SegmentRule) -> int:
        """The number of the rule."""
        if len(rule.elements) > _MOST_ELEMENTS:
            raise UnsupportedError(f"{rule.id} has more than {_MOST_ELEMENTS} elements")
        elements = self.elements.share([self._element_row(element) for element in rule.elements])
        notes = self.notes.share(map(_note_row, rule.doubtful_notes))
        least = max((at for at, element in enumerate(rule.elements, 1) if element.usage == "R"), default=0)
        return self.rules.share([(*elements, *notes, (1 << least) - 1)])[0]

    def _element_row(self, rule: ElementRule) -> Row:
        kind, codes, parts = _kind(rule), (0, 0), (0, 0)
        if kind == _CODES:
            codes = self._codes.add(_provable_codes(rule))
        elif kind == _LONG_CODES:
            codes = self.long_codes.share(map(self._codes.span, sorted(_provable_codes(rule))))
        elif kind == _COMPOSITE:
            parts = self.elements.share([self._element_row(part) for part in rule.parts])
        return _USAGES[rule.usage], kind, rule.min, min(rule.max, 2**31 - 1), *codes, *parts


def _kind(rule: ElementRule) -> int:
    """How the core proves a value; `_UNPROVABLE` where it cannot, which costs time and nothing else."""
    element = rule.place.element
    if element is None:
        return _COMPOSITE if rule.parts or rule.usage == "N" else _UNPROVABLE
    match element.kind:
        case "N0":
            return _WHOLE
        case "R":
            return _DECIMAL
        case "DT":
            return _DATE if rule.max >= len("CCYYMMDD") else _UNPROVABLE
        case "TM":
            return _TIME if rule.max >= len("HHMMSS") else _UNPROVABLE
        case "AN" | "ID":
            return _kind_of_text(rule)
        case _:
            return _UNPROVABLE


def _kind_of_text(rule: ElementRule) -> int:
    if rule.place.element and rule.place.element.number == _DATE_PERIOD:
        is_plain = not rule.codes and rule.min <= _SHORTEST_PERIOD and rule.max >= _LONGEST_PERIOD
        return _PERIOD if is_plain else _UNPROVABLE
    if rule.codes:
        return _LONG_CODES if any(len(code) > LONGEST_KEY for code in rule.codes) else _CODES
    return _TEXT


def _provable_codes(rule: ElementRule) -> frozenset[str]:
    """The codes that have the length of the element and would break no other rule."""
    return frozenset(
        code for code in rule.codes if rule.min <= len(code) <= rule.max and code.isascii() and code == code.strip()
    )


def _note_row(note: Note) -> Row:
    bits = [1 << position - 1 for position in note.positions]
    first = sum(bits) if note.kind == "P" else bits[0]
    return _NOTES[note.kind], signed(first), signed(sum(bits))


def _members(loop: LoopNode) -> list[Position | LoopNode]:
    return [member for group in loop.groups for member in group]
