"""What the walk runs on: a guide, its rules and the delimiters of a file, worked out as far as can be in advance.

A `Stop` is a position of the guide, a `Way` leads from one to the next and knows what it closes, opens, counts and asks
for. Tables are shared by all files with the same guide and delimiters; what is in them comes from guides, never from a
file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from claimwright.x12.elements import Explainer, accepting, note_breaker
from claimwright.x12.guides.language import Candidate, Guide, LoopNode, Position
from claimwright.x12.rules.binding import Program, Rule, loops_of, of_right_segments, positions_of, program_of
from claimwright.x12.rules.quick import SLOW, QuickPlan, quick_plan, quick_test, quick_test_of_any
from claimwright.x12.rules.running import Effects, Plan
from claimwright.x12.tree import Delimiters, Segment

_MET_BEFORE_COMPILED = 20
"""An accepting expression takes longer to make than a few segments take to explain."""

Test = Callable[[list[int | None]], bool]
Found = tuple["Way", bool, Effects | None]
"""Where a text leads, whether its elements are right, what it does to the rules."""
Step = Found | tuple[None, bool, None]
"""The same, or that the text fits nowhere."""


class Way:
    """A way on: `closes` loops end, then a segment stands at `stop`; `opens` is the loop that it opens, if any.

    `slot` is where `member` (the loop opened, or the position) is counted in the loop that is then open; `needs` are
    the required members of the groups left behind, by how many loops up, inner to outer (`needed`: their slots alone);
    `ends` what is checked at the ends of the loops that close; `frame` the counts that the opened loop begins with;
    `clears` what is emptied then.
    """

    __slots__ = ("clears", "closes", "ends", "frame", "member", "needed", "needs", "opens", "repeat", "slot", "stop")

    def __init__(self, tables: Tables, start: Position, candidate: Candidate) -> None:
        self.stop = tables.stop(candidate.position)
        self.closes = candidate.closes
        self.opens = candidate.opens
        self.member = candidate.member
        self.slot = tables.slots[candidate.member]
        self.repeat = candidate.member.repeat
        self.needs = tuple(_needs(tables, start, candidate))
        self.needed = tuple((-1 - depth, slot) for depth, _, members in self.needs for slot, _ in members)
        closed = start.loop.ancestry()[: candidate.closes]
        self.ends = tuple(end for node in closed if (end := tables.end(node)))
        self.frame = tables.frame(candidate.opens) if candidate.opens else []
        self.clears = _clears(tables.program, candidate.opens) if candidate.opens else None


def _needs(
    tables: Tables, start: Position, candidate: Candidate
) -> Sequence[tuple[int, LoopNode, list[tuple[int, Position | LoopNode]]]]:
    found = []
    group = start.group
    for depth, node in enumerate(start.loop.ancestry()[: candidate.closes + 1]):
        before = candidate.member.group if depth == candidate.closes else len(node.groups)
        members = [
            (tables.slots[member], member)
            for member in node.required
            if group <= member.group < before and member is not node.trigger
        ]
        if members:
            found.append((depth, node, members))
        group = node.group
    return found


class End(NamedTuple):
    """The rules at the end of a loop; `may_break` tells from the registers whether any of them may be broken."""

    node: LoopNode
    rules: Sequence[Rule]
    may_break: Test


Clears = tuple[list[tuple[int, int | None]], list[int], list[int], bool]


def _clears(program: Program, node: LoopNode) -> Clears | None:
    at = program.loops.get(node)
    if at is None:
        return None
    registers = [(register, program.cells[register].empty) for register in at.registers]
    is_looked_at = any(rule.verb == "look" for rule in at.ends)
    if not (registers or at.slots or at.uniques or is_looked_at):
        return None
    return registers, at.slots, at.uniques, is_looked_at


class WaysOn:
    """The ways on from a stop for segments of one name, nearest first: all, by qualifier, and for any other one."""

    __slots__ = ("by_qualifier", "component", "element", "unqualified", "ways")

    def __init__(self, tables: Tables, position: Position, name: str) -> None:
        fork = position.fork(name)
        made = {candidate: Way(tables, position, candidate) for candidate in fork.candidates}
        self.element, self.component = fork.qualifier
        self.ways = [made[candidate] for candidate in fork.candidates]
        self.unqualified = [made[candidate] for candidate in fork.unqualified]
        self.by_qualifier = {
            value: [made[candidate] for candidate in fitting] for value, fitting in fork.by_qualifier.items()
        }

    def fitting(self, fields: list[str], component_mark: str) -> list[Way]:
        """The ways that the qualifier of a segment fits."""
        element = self.element
        if not element:
            return self.unqualified
        qualifier = fields[element] if element < len(fields) else ""
        if self.component:
            parts = qualifier.split(component_mark)
            qualifier = parts[self.component - 1] if self.component <= len(parts) else ""
        return self.by_qualifier.get(qualifier, self.unqualified)


class Stop:
    """A position as the walk runs on it; `nodes` are its loop and the loops around it, innermost first."""

    __slots__ = ("_tables", "breaks", "forks", "match", "met", "nodes", "number", "path", "plan", "position", "quick")

    def __init__(self, tables: Tables, number: int, position: Position) -> None:
        self._tables = tables
        self.forks: dict[str, WaysOn | None] = {}
        self.number = number
        self.position = position
        self.nodes = position.loop.ancestry()
        self.path = position.loop.path
        self.match: Callable[[str], object] | None = None
        self.breaks: Callable[[list[str]], bool] | None = None
        self.met = 0
        at = tables.program.positions.get(position)
        self.plan = Plan(at, tables.delimiters) if at else None
        self.quick: QuickPlan | None = None

    def fork(self, name: str) -> WaysOn | None:
        """The ways on for segments of that name; `None` when there are none."""
        try:
            return self.forks[name]
        except KeyError:
            if name not in self._tables.names:
                return None  # Not remembered: a damaged file may bring any number of names.
        found = WaysOn(self._tables, self.position, name)
        self.forks[name] = found if found.ways else None
        return self.forks[name]


class Tables:
    """A guide, worked out for one set of delimiters, with its rules or without."""

    def __init__(self, guide: Guide, delimiters: Delimiters, rules: bool) -> None:
        self.delimiters = delimiters
        self.program = program_of(guide) if rules else Program()
        self.slots: dict[Position | LoopNode, int] = {}
        self._sizes: dict[LoopNode, int] = {}
        for node in loops_of(guide.root):
            members = [member for group in node.groups for member in group]
            self.slots |= {member: slot for slot, member in enumerate(members)}
            self._sizes[node] = len(members)
        self._ends: dict[LoopNode, End] = {}
        positions = list(positions_of(guide))
        self.names = frozenset(position.id for position in positions)
        self.stops = [Stop(self, number, position) for number, position in enumerate(positions)]
        self._stops = {stop.position: stop for stop in self.stops}
        self._tests: dict[int, Test] = {}

    @staticmethod
    def of(guide: Guide, delimiters: Delimiters, rules: bool) -> Tables:
        """Those for this guide and these delimiters, shared by all readings."""
        return _tables(guide, delimiters, rules)

    def stop(self, position: Position) -> Stop:
        return self._stops[position]

    def frame(self, node: LoopNode) -> list[int]:
        """The counts of a loop's members when its first segment stands."""
        counts = [0] * self._sizes[node]
        if node.trigger.loop is node:
            counts[self.slots[node.trigger]] = 1
        return counts

    def end(self, node: LoopNode) -> End | None:
        """What is checked at a loop's end, if anything is."""
        at = self.program.loops.get(node)
        if at is None or not at.ends:
            return None
        if node not in self._ends:
            self._ends[node] = End(node, at.ends, quick_test_of_any(at.ends, self.program))
        return self._ends[node]

    def is_broken(self, rule: Rule, cells: list[int | None]) -> bool:
        """Whether the registers break a rule that is checked after a position."""
        if rule.number not in self._tests:
            self._tests[rule.number] = quick_test(rule, self.program)
        return self._tests[rule.number](cells)

    def judge(self, stop: Stop, raw: str, fields: list[str]) -> tuple[bool, Effects | None]:
        """Whether every element of a segment is right at a position, and what the segment does to the rules."""
        match = stop.match
        if match is not None and match(raw) is not None and not (stop.breaks and stop.breaks(fields)):
            if stop.plan is None or stop.quick is None:
                return True, None
            effects = stop.quick(fields)
            return True, stop.plan.effects(fields) if effects is SLOW else effects
        if match is None:
            stop.met += 1
            if stop.met > _MET_BEFORE_COMPILED:
                self._compile(stop)
        faulty = _faulty(stop, raw, self.delimiters)
        return not faulty, stop.plan.effects(fields, faulty) if stop.plan else None

    def _compile(self, stop: Stop) -> None:
        rule = stop.position.rule
        stop.breaks = note_breaker(rule) if rule.doubtful_notes else None
        at = self.program.positions.get(stop.position)
        stop.quick = quick_plan(of_right_segments(at, rule), self.delimiters) if at else None
        stop.match = accepting(rule, self.delimiters).match  # Last: other threads take it that all else is there.


@lru_cache(maxsize=16)
def _tables(guide: Guide, delimiters: Delimiters, rules: bool) -> Tables:
    return Tables(guide, delimiters, rules)


def _faulty(stop: Stop, raw: str, delimiters: Delimiters) -> frozenset[int]:
    """The elements of a segment that are wrong at a position, the slow way."""
    segment = Segment(raw, delimiters, 0, 0, len(raw))
    return frozenset(found.where.element or 0 for found in Explainer(stop.position.rule, segment, "").findings())
