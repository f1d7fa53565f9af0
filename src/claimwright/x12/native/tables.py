"""A guide as tables of 32-bit integers for the native core: rows in the order of columns that core.h declares.

What the tables cannot say is left to Python: an element rule that is too wide for them gets the kind that no value
satisfies, a guide that is too wide is refused with `UnsupportedError`. The ways on come from `Position.fork`, which
defines them.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence

from claimwright.x12.guides.language import Candidate, ElementRule, Fork, Guide, LoopNode, Position, SegmentRule
from claimwright.x12.standard import Note

NAME_SLOTS = 512
CONTROL_SEGMENTS = ("ISA", "GS", "ST", "SE", "GE", "IEA", "TA1")
LONGEST_KEY = 7
_LONGEST_NAME = 3
_MOST_ELEMENTS = 31
"""One less than the bits of the word that says which elements are given."""
_HASH_FACTOR = 0x9E3779B97F4A7C15
_WORD = (1 << 64) - 1
_EVENTS_BESIDE_MISSING = 8

_USAGES = {"S": 0, "R": 1, "N": 2}
_TEXT, _CODES, _LONG_CODES, _WHOLE, _DECIMAL, _DATE, _TIME, _PERIOD, _COMPOSITE, _UNPROVABLE = range(10)
_NOTES = {"P": 0, "C": 0, "L": 1, "R": 2, "E": 3}
"""A paired note needs all of its elements where any is given, a conditional one where the first is."""
_DATE_PERIOD = "1251"
_LONGEST_PERIOD, _SHORTEST_PERIOD = 17, 4


class UnsupportedError(ValueError):
    """A guide that the tables cannot hold: Python walks it."""


def pack_key(text: str) -> int:
    """A text of at most seven bytes as a number that holds its length too; 0 for any other (bytes.h)."""
    data = text.encode()
    if not 0 < len(data) <= LONGEST_KEY:
        return 0
    return int.from_bytes(data, "little") | len(data) << 56


def hash_key(key: int) -> int:
    """The hash of a key, as bytes.h computes it."""
    return ((key * _HASH_FACTOR & _WORD) >> 40) & 0xFFFFFFFF




class GuideTables:
    """The tables of one guide, and what its numbers stand for. Raises `UnsupportedError`."""

    def __init__(self, guide: Guide) -> None:
        self.guide = guide
        self.positions: list[Position] = []
        self.loops: list[LoopNode] = []
        self._number(guide.root)
        self.position_numbers = {position: number for number, position in enumerate(self.positions)}
        self.loop_numbers = {loop: number for number, loop in enumerate(self.loops)}
        self.segments = list(dict.fromkeys(position.id for position in self.positions))
        self._members = {member: at for loop in self.loops for at, member in enumerate(_members(loop))}
        states = {(position.loop, position.group): position for position in reversed(self.positions)}
        self._states = {state: number for number, state in enumerate(states)}

        self.names = self._names()
        walk = _WalkTables(self)
        walk.add_states(states.values())
        self.forks_of, self.forks, self.slots, self.ways = walk.forks_of, walk.forks, walk.slots, walk.ways
        checks = _ElementTables()
        rules = {position.rule: checks.add_rule(position.rule) for position in self.positions}
        self.rules, self.elements, self.notes = checks.rules, checks.elements, checks.notes
        self.codes, self.long_codes, self.long_code_text = checks.codes, checks.long_codes, bytes(checks.long_code_text)
        self.position_rows = array("i", _flat(self._position_row(at, rules[at.rule]) for at in self.positions))
        self.required = array("i")
        self.loop_rows = array("i", _flat(self._loop_row(loop) for loop in self.loops))
        self.depth = max(len(loop.ancestry()) for loop in self.loops)
        self.max_members = max(len(_members(loop)) for loop in self.loops)
        self.max_events = _EVENTS_BESIDE_MISSING + max(
            sum(len(above.required) for above in loop.ancestry()) for loop in self.loops
        )
        self.root_position = self.position_numbers[guide.root.trigger]

    def _number(self, loop: LoopNode) -> None:
        self.loops.append(loop)
        for member in _members(loop):
            if isinstance(member, Position):
                self.positions.append(member)
            else:
                self._number(member)

    def _names(self) -> array[int]:
        rows: list[tuple[int, tuple[int, ...]]] = []
        for name in dict.fromkeys((*self.segments, *CONTROL_SEGMENTS)):
            if len(name) > _LONGEST_NAME:
                raise UnsupportedError(f"the segment name {name} is too long")
            key = pack_key(name)
            number = self.segments.index(name) if name in self.segments else -1
            rows.append((key, (key & 0xFFFFFFFF | key >> 32, number, int(name in CONTROL_SEGMENTS))))
        return array("i", _flat(_hash_table(rows, NAME_SLOTS, 3)))

    def _position_row(self, position: Position, rule: int) -> tuple[int, ...]:
        element, component = position.qualifier
        rules = position.rule.elements
        is_proven = bool(position.values) and not component and _kind(rules[element - 1]) == _CODES
        return (
            self.state_of(position) * len(self.segments),
            rule,
            self.loop_numbers[position.loop],
            self._members[position],
            1 << element - 1 if is_proven and _provable_codes(rules[element - 1]) == position.values else 0,
        )

    def _loop_row(self, loop: LoopNode) -> tuple[int, ...]:
        start = len(self.required) // 4
        for member in loop.required:
            is_loop = isinstance(member, LoopNode)
            place = self.loop_numbers[member] if isinstance(member, LoopNode) else self.position_numbers[member]
            self.required.extend((self._members[member], member.group, place, int(is_loop)))
        return len(_members(loop)), start, len(loop.required), len(loop.ancestry()) - 1

    def state_of(self, position: Position) -> int:
        """The number of the state that the walk is in when it stands at this position."""
        return self._states[position.loop, position.group]

    def member_number(self, member: Position | LoopNode) -> int:
        """The place of a member among those of its loop."""
        return self._members[member]


class _WalkTables:
    """Where a segment may stand next, for every state and name. Equal lists of ways are written once."""

    def __init__(self, tables: GuideTables) -> None:
        self._tables = tables
        self._rows: dict[tuple[tuple[int, ...], ...], int] = {}
        self._tables_of_slots: dict[tuple[tuple[int, ...], ...], int] = {}
        self.forks_of = array("i")
        self.forks = array("i", [0] * 9)
        self.slots = array("i")
        self.ways = array("i")

    def add_states(self, states: Iterable[Position]) -> None:
        for position in states:
            near = _names_after(position)
            for name in self._tables.segments:
                fork = position.fork(name) if name in near else None
                self.forks_of.append(self._add_fork(fork) if fork and fork.candidates else 0)

    def _add_fork(self, fork: Fork) -> int:
        element, component = fork.qualifier
        slots, mask = (0, 0) if not fork.by_qualifier else self._add_slots(fork)
        other, other_count = self._add_ways(fork.unqualified)
        guesses, is_only_place = _guesses(fork)
        guess, guess_count = self._add_ways(guesses)
        has_qualifier = element if fork.by_qualifier else 0
        row = (has_qualifier, component, slots, mask, other, other_count, guess, guess_count, int(is_only_place))
        self.forks.extend(row)
        return len(self.forks) // 9 - 1

    def _add_slots(self, fork: Fork) -> tuple[int, int]:
        size = _slot_count(len(fork.by_qualifier))
        rows = []
        for value, ways in sorted(fork.by_qualifier.items()):
            key = pack_key(value)
            if not key:
                raise UnsupportedError(f"the qualifier {value!r} is empty or too long")
            rows.append((key, (_signed(key), _signed(key >> 32), *self._add_ways(ways))))
        table = tuple(_hash_table(rows, size, 4))
        if table not in self._tables_of_slots:
            self._tables_of_slots[table] = len(self.slots) // 4
            self.slots.extend(_flat(table))
        return self._tables_of_slots[table], size - 1

    def _add_ways(self, ways: tuple[Candidate, ...]) -> tuple[int, int]:
        rows = tuple(self._way_row(way) for way in ways)
        if rows not in self._rows:
            self._rows[rows] = len(self.ways) // 6
            self.ways.extend(_flat(rows))
        return self._rows[rows], len(rows)

    def _way_row(self, way: Candidate) -> tuple[int, ...]:
        if way.opens is not None and way.position.loop is not way.opens:
            raise UnsupportedError(f"loop {way.opens.id} begins with another loop")
        position = self._tables.position_numbers[way.position]
        member = way.member
        number = self._tables.member_number(member)
        return position, way.closes, int(way.opens is not None), number, member.group, member.repeat


def _guesses(fork: Fork) -> tuple[tuple[Candidate, ...], bool]:
    """The candidates that `Walk` tries for an unknown qualifier, and whether the first is taken in any case."""
    near = fork.candidates
    if len({candidate.position for candidate in near}) == 1:
        return near[:1], True
    nearest = near[0].closes
    return tuple(way for way in near if way.closes == nearest and way.member.usage == "R"), False


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

    def __init__(self) -> None:
        self.rules = array("i")
        self.elements = array("i")
        self.notes = array("i")
        self.codes = array("Q")
        self.long_codes = array("i")
        self.long_code_text = bytearray()
        self._sets: dict[frozenset[str], tuple[int, int]] = {}

    def add_rule(self, rule: SegmentRule) -> int:
        """The number of the rule. Its elements stand together, the components of each after all of them."""
        count = len(rule.elements)
        if count > _MOST_ELEMENTS:
            raise UnsupportedError(f"{rule.id} has more than {_MOST_ELEMENTS} elements")
        first = len(self.elements) // 8
        self.elements.extend([0] * (8 * count))
        rows = list(_flat(self._element_row(element) for element in rule.elements))
        self.elements[8 * first : 8 * (first + count)] = array("i", rows)
        note = len(self.notes) // 3
        self.notes.extend(_flat(map(_note_row, rule.doubtful_notes)))
        least = max((at for at, element in enumerate(rule.elements, 1) if element.usage == "R"), default=0)
        self.rules.extend((first, count, note, len(rule.doubtful_notes), (1 << least) - 1))
        return len(self.rules) // 5 - 1

    def _element_row(self, rule: ElementRule) -> tuple[int, ...]:
        kind, code, code_count, part = _kind(rule), 0, 0, 0
        if kind in (_CODES, _LONG_CODES):
            code, code_count = self._add_codes(rule, kind)
        elif kind == _COMPOSITE:
            rows = list(_flat(self._element_row(inner) for inner in rule.parts))
            part = len(self.elements) // 8
            self.elements.extend(rows)
        return _USAGES[rule.usage], kind, rule.min, min(rule.max, 2**31 - 1), code, code_count, part, len(rule.parts)

    def _add_codes(self, rule: ElementRule, kind: int) -> tuple[int, int]:
        codes = _provable_codes(rule)
        if codes not in self._sets:
            self._sets[codes] = self._add_short(codes) if kind == _CODES else self._add_long(codes)
        return self._sets[codes]

    def _add_short(self, codes: frozenset[str]) -> tuple[int, int]:
        start, size = len(self.codes), _slot_count(len(codes))
        keys = sorted(filter(None, map(pack_key, codes)))
        self.codes.extend(key for (key,) in _hash_table([(key, (key,)) for key in keys], size, 1))
        return start, size

    def _add_long(self, codes: frozenset[str]) -> tuple[int, int]:
        start = len(self.long_codes) // 2
        for code in sorted(codes):
            self.long_codes.extend((len(self.long_code_text), len(code.encode())))
            self.long_code_text += code.encode()
        return start, len(codes)


def _kind(rule: ElementRule) -> int:
    """How the core proves a value; `_UNPROVABLE` where it cannot, which costs time and nothing else."""
    element = rule.place.element
    if element is None:
        return _COMPOSITE if rule.parts or rule.usage == "N" else _UNPROVABLE
    if element.kind in ("N0", "R"):
        return _WHOLE if element.kind == "N0" else _DECIMAL
    if element.kind == "DT":
        return _DATE if rule.max >= len("CCYYMMDD") else _UNPROVABLE
    if element.kind == "TM":
        return _TIME if rule.max >= len("HHMMSS") else _UNPROVABLE
    if element.number == _DATE_PERIOD:
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


def _note_row(note: Note) -> tuple[int, int, int]:
    bits = [1 << position - 1 for position in note.positions]
    first = sum(bits) if note.kind == "P" else bits[0]
    return _NOTES[note.kind], _signed(first), _signed(sum(bits))


def _members(loop: LoopNode) -> list[Position | LoopNode]:
    return [member for group in loop.groups for member in group]


def _slot_count(entries: int) -> int:
    """A power of two, so large that at most half of the slots are taken and one is always empty."""
    return 1 << (2 * entries).bit_length()


def _hash_table(rows: Sequence[tuple[int, tuple[int, ...]]], size: int, width: int) -> list[tuple[int, ...]]:
    """(key, row) in open addressing; empty slots are zeros."""
    slots = [(0,) * width] * size
    taken = [False] * size
    for key, row in rows:
        at = hash_key(key) % size
        while taken[at]:
            at = (at + 1) % size
        slots[at], taken[at] = row, True
    return slots


def _signed(number: int) -> int:
    """The low 32 bits, as a signed integer."""
    number &= 0xFFFFFFFF
    return number - (1 << 32) if number >> 31 else number


def _flat(rows: Iterable[Iterable[int]]) -> Iterator[int]:
    return (number for row in rows for number in row)
