"""The rules of a guide as tables for the native core (rules/binding.py says what they mean).

What a table cannot say makes the segment, or the check, one that is never proven: Python takes it then.
"""

from __future__ import annotations

from array import array
from operator import attrgetter

from claimwright.x12.guides.language import LoopNode, Position
from claimwright.x12.native.packing import LONGEST_KEY, CodeSets, Row, Table, hash_table, hash_text, slot_count
from claimwright.x12.rules.binding import AtPosition, Condition, Program, Read, Rule, of_right_segments
from claimwright.x12.rules.language import Guard
from claimwright.x12.rules.shapes import MASKS

_READS = {"fact": 0, "sum": 1, "count": 2, "last": 3, "first": 4, "max": 5, "min": 6}
_PARTS = {"": 0, "start": 1, "end": 2}
_LOOKUP, _REQUIRE, _FORBID, _POINTER, _UNIQUE, _NUMBERED, _BELOW, _CHECK, _GATHER, _AMONG = range(10)
_TESTS = {
    "lookup": _LOOKUP, "require": _REQUIRE, "forbid": _FORBID, "pointer": _POINTER, "unique": _UNIQUE,
    "numbered": _NUMBERED, "below": _BELOW, "check": _CHECK, "gather": _GATHER, "among": _AMONG,
}  # fmt: skip
_LISTED, _MASKED = 0, 1
_SHAPES = {
    "npi": 2, "routing_number": 3, "positive": 4, "not_negative": 5, "not_zero": 6, "zero": 7, "period": 8,
    "street": 10,
}  # fmt: skip
_LISTED_LONG, _UNPROVABLE_SHAPE = 9, 11
_OPERATORS = {"=": 0, "!=": 1, "<": 2, "<=": 3, ">": 4, ">=": 5}
_UNPROVABLE_CHECK: Row = (0, 0, 0, 0)
"""No condition that must hold, and none that could: it is always broken."""
_MOST_FIELDS = 33
_WRITES_OF_A_TEST = 3
_LARGEST_CONSTANT = 2**31


class _UnprovableError(Exception):
    """A part of a rule that the tables cannot say."""


class RuleTables:
    """The tables of one program; `codes` takes its code lists."""

    def __init__(self, program: Program, codes: CodeSets) -> None:
        self._program = program
        self._codes = codes
        self.acts = Table(8)
        self.keeps = Table(3)
        self.reads = Table(8)
        self.guards = Table(5)
        self.tests = Table(14)
        self.checks = Table(4)
        self.conditions = Table(5)
        self.masks = Table(2)
        self.listed = Table(2)
        self.numbers = Table(1)
        self.is_empty = array("i", [int(cell.empty is None) for cell in program.cells])
        self._acts: dict[Position, int] = {}
        self.most_cleared = max((len(at.registers) for at in program.loops.values()), default=0)
        self.most_written = 0

    @property
    def max_writes(self) -> int:
        """The most registers that one segment changes: those of its loop, those that it reads, those of its tests."""
        return self.most_cleared + self.most_written

    def act_of(self, position: Position) -> int:
        """The number of what a segment at the position does; -1 for nothing."""
        at = self._program.positions.get(position)
        if at is None:
            return -1
        if position not in self._acts:
            try:
                row = self._act_row(of_right_segments(at, position.rule))
            except _UnprovableError:
                row = (0, 0, 0, 0, 0, 0, 0, 1)
            self._acts[position] = self.acts.add([row])[0]
        return self._acts[position]

    def of_loop(self, loop: LoopNode) -> Row:
        """What a loop empties, and the checks at its end."""
        at = self._program.loops.get(loop)
        if at is None:
            return (0,) * 8
        emptied = [
            self.numbers.share([(number,) for number in given]) for given in (at.registers, at.slots, at.uniques)
        ]
        ends = self.checks.add([self._check_row(rule) for rule in at.ends])
        return (*emptied[0], *emptied[1], *emptied[2], *ends)

    def _act_row(self, at: AtPosition) -> Row:
        keeps = self.keeps.share([(keep.slot, *self._guards(keep.guards)) for keep in at.keeps])
        reads = self.reads.share([self._read_row(read) for read in sorted(at.reads, key=attrgetter("element"))])
        rows = [row for rule in at.rules for row in self._test_rows(rule)]
        tests = self.tests.share(sorted(rows, key=_element_needed))
        self.most_written = max(self.most_written, reads[1] + _WRITES_OF_A_TEST * tests[1])
        remembers = any(rule.verb in ("unique", "gather") for rule in at.rules)
        return *keeps, *reads, *tests, int(remembers), 0

    def _read_row(self, read: Read) -> Row:
        _check_element(read.element)
        verb, part = _READS[read.verb], _PARTS[read.part]
        return verb, read.register, read.element, read.component, read.sign, part, *self._guards(read.guards)

    def _guards(self, guards: tuple[Guard, ...]) -> tuple[int, int]:
        return self.guards.share([self._guard_row(guard) for guard in guards])

    def _guard_row(self, guard: Guard) -> Row:
        _check_element(guard.element)
        codes = self._short_codes(guard.codes) if guard.codes else (0, 0)
        return guard.element, guard.component, *codes, int(guard.is_negated)

    def _short_codes(self, codes: frozenset[str]) -> tuple[int, int]:
        if any(not code.isascii() or len(code) > LONGEST_KEY for code in codes):
            raise _UnprovableError
        return self._codes.add(codes)

    def _test_rows(self, rule: Rule) -> list[Row]:
        """A row for each value that the rule looks at."""
        if rule.verb == "lookup" and rule.name.startswith("@") and not rule.codes:
            return []  # A list that was not loaded finds nothing wrong.
        return [self._test_row(rule, element, component) for element, component in rule.values or ((0, 0),)]

    def _test_row(self, rule: Rule, element: int, component: int) -> Row:
        _check_element(element)
        if rule.verb not in _TESTS or len(rule.saves) > 1:
            raise _UnprovableError
        shape, codes = self._shape(rule) if rule.verb == "lookup" else (_UNPROVABLE_SHAPE, (0, 0))
        registers = (*rule.registers, 0, 0)[:2]
        saves = rule.saves[0] if rule.saves else (-1, -1)
        check = self.checks.add([self._check_row(rule)])[0] if rule.verb == "check" else 0
        guards = self._guards(rule.guards)
        head = (_TESTS[rule.verb], shape, int(rule.is_negated), element, component)
        return *head, *guards, *codes, *registers, *saves, check

    def _shape(self, rule: Rule) -> tuple[int, tuple[int, int]]:
        if rule.name.startswith("@"):
            is_long = any(not code.isascii() or len(code) > LONGEST_KEY for code in rule.codes)
            return (_LISTED_LONG, self._listed(rule.codes)) if is_long else (_LISTED, self._codes.add(rule.codes))
        if rule.name in MASKS:
            return _MASKED, self.masks.share(map(self._codes.span, MASKS[rule.name]))
        return _SHAPES.get(rule.name, _UNPROVABLE_SHAPE), (0, 0)

    def _listed(self, codes: frozenset[str]) -> tuple[int, int]:
        rows = [(hash_text(code), self._codes.span(code)) for code in sorted(codes)]
        return self.listed.share(hash_table(rows, slot_count(len(rows)), 2))

    def _check_row(self, rule: Rule) -> Row:
        try:
            when = self.conditions.share([_condition_row(condition) for condition in rule.when])
            need = self.conditions.share([_condition_row(condition) for condition in rule.need])
        except _UnprovableError:
            return _UNPROVABLE_CHECK
        return *when, *need


def _element_needed(test: Row) -> int:
    """The element without which a test has nothing to say: in their order, the core stops at the segment's last one."""
    verb, _, _, element, *_ = test
    return -1 if verb in (_CHECK, _REQUIRE) else element


def _check_element(element: int) -> None:
    if element >= _MOST_FIELDS:
        raise _UnprovableError


def _condition_row(condition: Condition) -> Row:
    if max(abs(condition.left), abs(condition.right)) >= _LARGEST_CONSTANT:
        raise _UnprovableError
    is_constant = (int(condition.left_is_constant), int(condition.right_is_constant))
    return condition.left, _OPERATORS[condition.op], condition.right, *is_constant
