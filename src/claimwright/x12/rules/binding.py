"""Rules bound to one guide: names become numbers, places become positions of the guide.

A `Program` is what both interpreters run. All state is in registers (whole numbers, `None` for absent) and in kept
segments: the last one of each place that a finding may name. `Program.positions` says what happens when a segment
matches a position, in this order: keeps, reads, rules; `Program.loops` what happens when a loop opens (clears, before
anything about its first segment) and when it ends (rules).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache

from claimwright.findings import Severity
from claimwright.x12.guides import code_lists
from claimwright.x12.guides.language import ElementRule, Guide, LoopNode, Position, SegmentRule
from claimwright.x12.packaged import packaged_names, packaged_text
from claimwright.x12.rules.language import (
    Guard,
    Place,
    Register,
    RuleError,
    RuleFile,
    Statement,
    Term,
    parse_place,
    parse_rules,
)

ROOT = "ST"


@dataclass(frozen=True, slots=True)
class Cell:
    """A register: how it is written in a finding (`sum`: as an amount), and what it holds when its loop opens."""

    name: str
    verb: str

    @property
    def empty(self) -> int | None:
        return 0 if self.verb in ("fact", "sum", "count") else None


@dataclass(frozen=True, slots=True)
class Keep:
    """The segment is kept in this slot if its guards hold, so that a finding can name it and what it holds."""

    slot: int
    guards: tuple[Guard, ...]


@dataclass(frozen=True, slots=True)
class Read:
    """A value goes into a register: `fact` 1, `sum` sign times its cents, `count` plus 1, `last` ... its number.

    Nothing happens when the value is absent or a guard does not hold. `element` 0 is the segment itself. A number that
    is no amount (of too many decimals) counts 0, what is no number makes a sum unknown (`amounts.UNKNOWN`: a comparison
    with it holds) and leaves another register as it is. So do elements that are faulty, and guards over them.
    """

    verb: str
    register: int
    element: int
    component: int
    sign: int
    part: str
    guards: tuple[Guard, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """`left op right`, each side a register or (if its flag says so) a constant; it holds when a side is absent."""

    left: int
    op: str
    right: int
    left_is_constant: bool = False
    right_is_constant: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """A word to fill in: a `kept` segment's element (`number` is the slot), a `register`, or what the rule `names`."""

    kind: str
    number: int = 0
    element: int = 0
    component: int = 0
    name: str = ""
    is_quoted: bool = False


@dataclass(frozen=True, slots=True)
class BoundSaying:
    """The words of a finding, cut at its braces."""

    code: str
    severity: Severity
    snip: int
    ack: str | None
    message: tuple[str | Word, ...]
    hint: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A statement that can be broken, bound. `number` is its index in `Program.rules`.

    check     broken when every condition of `when` holds and none of `need`
    lookup    broken when a value of `values` is given, the guards hold, and it is neither of `codes` nor of the shape
              (`is_negated`: and it is)
    require   broken when a value of `values` is not given and the guards hold; forbid: when it is given
    pointer   broken when a value of `values` is given and is no whole number from 1 to `registers[0]`
    unique    broken when the value is given and was seen since the loop of set `registers[0]` opened
    gather    never broken: a value that is given goes into set `registers[0]`
    among     broken when the value is given and not in set `registers[0]`, while `registers[1]`, the count of values
              that the set lacks, is 0
    numbered  broken when the value is given and neither `registers[0]` (the count, this one included) nor one more
              than `registers[1]` (the last number); then `registers[1]` is the number, and each pair of `saves` holds
              number and count. No leading zeros; a text that is no number is -1
    below     broken when the value is given and neither of the registers that `numbered` saved above
    look      `name` is called with the loop's tree when every condition of `when` holds

    `values` are elements and components; `at` is the slot, element and component of the place that the finding names
    (slot -1: the segment that is looked at); `home` is the slot of the first segment of the loop, for rules at a
    loop's end whose place did not come.
    """

    number: int
    verb: str
    saying: BoundSaying
    values: tuple[tuple[int, int], ...] = ()
    guards: tuple[Guard, ...] = ()
    is_negated: bool = False
    name: str = ""
    codes: frozenset[str] = frozenset()
    registers: tuple[int, ...] = ()
    saves: tuple[tuple[int, int], ...] = ()
    when: tuple[Condition, ...] = ()
    need: tuple[Condition, ...] = ()
    at: tuple[int, int, int] = (-1, 0, 0)
    home: int = -1
    in_force: tuple[int, int] = (0, 99999999)


@dataclass(slots=True)
class AtPosition:
    """What happens when a segment matches a position."""

    keeps: list[Keep] = field(default_factory=list)
    reads: list[Read] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)


@dataclass(slots=True)
class AtLoop:
    """What is emptied when a loop opens, and the rules at its end."""

    registers: list[int] = field(default_factory=list)
    slots: list[int] = field(default_factory=list)
    uniques: list[int] = field(default_factory=list)
    ends: list[Rule] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class Program:
    """Every rule of one guide. Positions and loops without rules are not in the tables."""

    cells: list[Cell] = field(default_factory=list)
    slots: list[str] = field(default_factory=list)
    uniques: int = 0
    rules: list[Rule] = field(default_factory=list)
    positions: dict[Position, AtPosition] = field(default_factory=dict)
    loops: dict[LoopNode, AtLoop] = field(default_factory=dict)
    misplaced: dict[str, list[int]] = field(default_factory=dict)
    """Registers that count segments of a name even where they fit nowhere: what `numbered` counts."""
    lost: dict[str, list[int]] = field(default_factory=dict)
    """Sums and counts that are not known any more when a segment of that name fits nowhere."""

    def lost_at(self, position: Position) -> list[int]:
        """Sums and counts that are not known when the segment of a position is missing."""
        at = self.positions.get(position)
        reads = at.reads if at else ()
        return [read.register for read in reads if read.verb in ("sum", "count") and (read.element or read.guards)]


def of_right_segments(at: AtPosition, rule: SegmentRule) -> AtPosition:
    """What happens at a position when every element of the segment is right.

    Guards that no right segment fulfils are many: a list of ICD-9 codes looks at every HI, whatever its qualifier.
    """
    rules = []
    for each in at.rules:
        values = tuple(value for value in each.values if _can_hold(each.guards, value[0], rule))
        if values == each.values:
            rules.append(each)
        elif values:
            rules.append(replace(each, values=values))
    reads = [read for read in at.reads if _can_hold(read.guards, read.element, rule)]
    return AtPosition([keep for keep in at.keeps if _can_hold(keep.guards, 0, rule)], reads, rules)


def _can_hold(guards: Iterable[Guard], element: int, rule: SegmentRule) -> bool:
    for guard in guards:
        number = guard.element or element
        if guard.codes and not guard.is_negated and 0 < number <= len(rule.elements):
            codes = value_rule(rule.elements[number - 1], guard.component).codes
            if codes and codes.isdisjoint(guard.codes):
                return False
    return True


def value_rule(element: ElementRule, component: int) -> ElementRule:
    """The rule of an element or of a component of it."""
    return element.parts[component - 1] if 0 < component <= len(element.parts) else element


@cache
def rule_files() -> dict[str, RuleFile]:
    """Every file of rules, by name: whatever lies in this folder is one."""
    return {name: parse_rules(packaged_text("rules", name), code_lists()) for name in packaged_names("rules", ".rules")}


def program_of(guide: Guide) -> Program:
    """The rules of a guide, bound once."""
    return _bound(guide)


@cache
def _bound(guide: Guide) -> Program:
    own = [parse_rules(guide.extra_rules, code_lists())] if guide.extra_rules else []
    return bind(guide, [*rule_files().values(), *own])


def bind(guide: Guide, rules: Iterable[RuleFile]) -> Program:
    """Bind those of the files that are for this guide. Raises `RuleError` when a name is not known."""
    program, index = Program(), _Index(guide)
    for file in rules:
        if any(_is_for(name, guide) for name in file.guides):
            _Binder(program, index, file).bind()
    return program


def _is_for(name: str, guide: Guide) -> bool:
    """A name is a set (`835`) or the part of a version that names the guide (`x222`)."""
    return name == guide.set_code or any(name.upper() in version for version in guide.versions if name[0] == "x")


def positions_of(guide: Guide) -> Iterator[Position]:
    """Every position of a guide, in its order."""
    for node in loops_of(guide.root):
        for group in node.groups:
            yield from (member for member in group if isinstance(member, Position))


def loops_of(node: LoopNode) -> Iterator[LoopNode]:
    """This loop of a guide and every one inside it."""
    yield node
    for group in node.groups:
        for member in group:
            if isinstance(member, LoopNode):
                yield from loops_of(member)


class _Index:
    """The positions of a guide by segment, its loops by name, and the code lists that it brings."""

    def __init__(self, guide: Guide) -> None:
        self.lists = guide.lists
        self.loops: dict[str, list[LoopNode]] = {}
        for node in loops_of(guide.root):
            self.loops.setdefault(node.id, []).append(node)
        self.positions: dict[str, list[Position]] = {}
        for position in positions_of(guide):
            self.positions.setdefault(position.id, []).append(position)


def _bound_positions(index: _Index, place: Place) -> Iterator[tuple[Position, tuple[Guard, ...]]]:
    """Where a place is in a guide, with the guard that tells its qualifier where the position takes others too."""
    for position in index.positions.get(place.segment, ()):
        if place.loop not in ("*", position.loop.id):
            continue
        if not place.qualifiers:
            yield position, ()
        elif not position.values:
            yield position, (Guard(*position.qualifier, place.qualifiers),)
        elif position.values <= place.qualifiers:
            yield position, ()
        elif position.values & place.qualifiers:
            yield position, (Guard(*position.qualifier, place.qualifiers),)


class _Binder:
    """Binds one file to one guide."""

    def __init__(self, program: Program, index: _Index, file: RuleFile) -> None:
        self.program = program
        self.index = index
        self.file = file
        self.registers: dict[str, int] = {}
        self.slots: dict[tuple[str, str, frozenset[str]], int] = {}
        self.saved: dict[tuple[str, str], tuple[int, int]] = {}

    def bind(self) -> None:
        for register in self.file.registers:
            self._register(register)
        for statement in self.file.statements:
            if statement.verb == "below":
                self._save(statement)
        for statement in self.file.statements:
            try:
                self._statement(statement)
            except KeyError as unknown:
                raise RuleError(f"line {statement.line}: {unknown} is not known") from unknown

    def _position(self, position: Position) -> AtPosition:
        return self.program.positions.setdefault(position, AtPosition())

    def _loops(self, loop_id: str) -> list[LoopNode]:
        return self.index.loops.get(loop_id, [])

    def _loop(self, node: LoopNode) -> AtLoop:
        return self.program.loops.setdefault(node, AtLoop())

    def _cell(self, name: str, verb: str, loop_id: str) -> int:
        self.program.cells.append(Cell(name, verb))
        number = len(self.program.cells) - 1
        for node in self._loops(loop_id):
            self._loop(node).registers.append(number)
        return number

    def _register(self, register: Register) -> None:
        number = self.registers.get(register.name)
        if number is None:
            number = self.registers[register.name] = self._cell(register.name, register.verb, register.loop)
        for sign, place in register.places:
            if register.verb in ("sum", "count") and place.elements:
                self.program.lost.setdefault(place.segment, []).append(number)
            for position, guards in _bound_positions(self.index, place):
                reads = self._position(position).reads
                for element in place.elements or (0,):
                    for component in place.components:
                        held = (*guards, *register.guards)
                        reads.append(Read(register.verb, number, element, component, sign, register.part, held))

    def _save(self, statement: Statement) -> None:
        """Registers for the number and the count of the level that a `below` names."""
        above = statement.other
        if above is None or (above.loop, above.segment) in self.saved:
            return
        numbers = [self._cell(f"{above.loop} {what}", "last", above.loop) for what in ("number", "count")]
        self.saved[above.loop, above.segment] = numbers[0], numbers[1]

    def _statement(self, statement: Statement) -> None:
        if statement.loop and statement.verb in ("check", "look"):
            for node in self._loops(statement.loop):
                home = self._slot(Place(node.id, node.trigger.id))
                rule = self._rule(statement, at=self._at(statement, home), home=home)
                self._loop(node).ends.append(rule)
            return
        assert statement.place is not None
        shared: tuple[int, ...] = self._shared_registers(statement)
        for position, guards in _bound_positions(self.index, statement.place):
            rule = self._rule(statement, registers=shared, position=position, guards=guards)
            self._position(position).rules.append(rule)

    def _shared_registers(self, statement: Statement) -> tuple[int, ...]:
        if statement.verb == "pointer":
            return (self.registers[statement.name],)
        if statement.verb == "numbered":
            assert statement.place is not None
            count = self._cell("count", "count", statement.loop)
            self.program.misplaced.setdefault(statement.place.segment, []).append(count)
            return count, self._cell("previous", "last", statement.loop)
        if statement.verb == "unique":
            return (self._set(statement.loop),)
        if statement.verb == "among":
            return self._gather(statement)
        if statement.verb == "below":
            assert statement.other is not None
            return self.saved[statement.other.loop, statement.other.segment]
        return ()

    def _set(self, loop_id: str) -> int:
        """A set of values that is emptied when the loop opens."""
        for node in self._loops(loop_id):
            self._loop(node).uniques.append(self.program.uniques)
        self.program.uniques += 1
        return self.program.uniques - 1

    def _gather(self, statement: Statement) -> tuple[int, int]:
        """The set of the values of `other`, and the count of those that are missing there."""
        place = statement.other
        assert place is not None
        gathered, gaps = self._set(statement.loop), self._cell("gaps", "count", statement.loop)
        self.program.lost.setdefault(place.segment, []).append(gaps)
        of_place = replace(statement, verb="gather", place=place, guards=())
        for position, guards in _bound_positions(self.index, place):
            self._position(position).rules.append(self._rule(of_place, registers=(gathered,), guards=guards))
            for element in place.elements:
                for component in place.components:
                    absent = Guard(element, component, is_negated=True)
                    self._position(position).reads.append(Read("count", gaps, 0, 0, 1, "", (*guards, absent)))
        return gathered, gaps

    def _rule(
        self,
        statement: Statement,
        *,
        registers: tuple[int, ...] = (),
        position: Position | None = None,
        guards: tuple[Guard, ...] = (),
        at: tuple[int, int, int] = (-1, 0, 0),
        home: int = -1,
    ) -> Rule:
        place, name, codes = statement.place, statement.name, frozenset[str]()
        values = tuple((element, part) for element in place.elements for part in place.components) if place else ()
        if statement.verb == "lookup" and name.startswith("@"):
            codes = self.index.lists.get(name[1:], code_lists()[name[1:]])
        if position is not None and statement.verb == "check":
            at = self._at(statement, -1)
        saves: tuple[tuple[int, int], ...] = ()
        if position is not None and statement.verb == "numbered":
            saved = self.saved.get((position.loop.id, position.id))
            saves = (saved,) if saved else ()
            self._position(position).reads.append(Read("count", registers[0], 0, 0, 1, "", guards))
        rule = Rule(
            len(self.program.rules),
            statement.verb,
            self._saying(statement.code),
            values,
            (*guards, *statement.guards),
            statement.is_negated,
            name,
            codes,
            registers,
            saves,
            tuple(map(self._condition, statement.when)),
            tuple(map(self._condition, statement.need)),
            at,
            home,
            statement.in_force,
        )
        self.program.rules.append(rule)
        return rule

    def _at(self, statement: Statement, default: int) -> tuple[int, int, int]:
        place = statement.at
        if place is None:
            return default, 0, 0
        element = place.elements[0] if place.elements else 0
        return self._slot(place), element, place.components[0]

    def _slot(self, place: Place) -> int:
        """The slot that keeps the last segment of a place."""
        key = (place.loop, place.segment, place.qualifiers)
        if key not in self.slots:
            self.slots[key] = slot = len(self.program.slots)
            self.program.slots.append(f"{place.loop}/{place.segment}")
            for position, guards in _bound_positions(self.index, place):
                self._position(position).keeps.append(Keep(slot, guards))
                if slot not in self._loop(position.loop).slots:
                    self._loop(position.loop).slots.append(slot)
        return self.slots[key]

    def _condition(self, term: Term) -> Condition:
        if not term.op:
            assert isinstance(term.left, str)
            return Condition(self.registers[term.left], "=" if term.is_negated else "!=", 0, right_is_constant=True)
        sides = [side if isinstance(side, int) else self.registers[side] for side in (term.left, term.right)]
        constants = [isinstance(side, int) for side in (term.left, term.right)]
        return Condition(sides[0], term.op, sides[1], *constants)

    def _saying(self, code: str) -> BoundSaying:
        saying = self.file.sayings[code]
        message = tuple(self._word(part) for part in re.split(r"(\{[^}]*\})", saying.message) if part)
        return BoundSaying(code, saying.severity, saying.snip, saying.ack, message, saying.hint)

    def _word(self, part: str) -> str | Word:
        if not part.startswith("{"):
            return part
        name, _, form = part[1:-1].partition("!")
        is_quoted = form == "r"
        if "/" in name:
            place = parse_place(name)
            element = place.elements[0] if place.elements else 0
            return Word("kept", self._slot(place), element, place.components[0], is_quoted=is_quoted)
        if name in self.registers:
            return Word("register", self.registers[name], is_quoted=is_quoted)
        return Word("name", name=name, is_quoted=is_quoted)
