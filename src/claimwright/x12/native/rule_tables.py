"""The rules of a guide as tables for the native core (rules/binding.py says what they mean).

What a position does is written down value by value: what guards ask of it becomes bits of its element (`_Signs`), all
lists that look at it become one table of classes, and what its own codes prove already is left out. What a table cannot
say makes the segment, or the check, one that is never proven: Python takes it then.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby, takewhile
from operator import itemgetter
from typing import NamedTuple

from claimwright.x12.guides.language import LoopNode, Position, SegmentRule
from claimwright.x12.native.packing import (
    LONGEST_KEY,
    CodeSets,
    Row,
    Table,
    flat,
    hash_key,
    hash_table,
    hash_text,
    pack_key,
    roomy_hash_table,
    slot_count,
)
from claimwright.x12.rules.binding import AtPosition, Condition, Program, Read, Rule, of_right_segments, value_rule
from claimwright.x12.rules.language import Guard
from claimwright.x12.rules.shapes import MASKS

(
    _PROVEN, _IN_DOUBT, _VALUE, _SIGN, _CLASS, _MASKED, _LISTED, _NPI, _ROUTING_NUMBER, _ORDERED, _STREET, _AMOUNT, _IF,
    _FACT, _SUM, _COUNT, _LAST, _FIRST, _MAX, _MIN, _KEEP, _CHECK, _POINTER, _UNIQUE, _NUMBERED, _BELOW, _GATHER,
    _AMONG,
) = range(28)  # fmt: skip
_READS = {
    "fact": _FACT, "sum": _SUM, "count": _COUNT, "last": _LAST, "first": _FIRST, "max": _MAX, "min": _MIN,
}  # fmt: skip
_CONDITIONAL = (*_READS.values(), _KEEP, _IN_DOUBT)
"""Steps that may have a condition of their own."""
_NO_NUMBER, _CENTS, _WHOLE_NUMBER, _FIRST_DAY, _LAST_DAY = range(5)
_DAYS = {"": _WHOLE_NUMBER, "start": _FIRST_DAY, "end": _LAST_DAY}
_TESTS = {
    "check": _CHECK, "pointer": _POINTER, "unique": _UNIQUE, "numbered": _NUMBERED, "below": _BELOW, "gather": _GATHER,
    "among": _AMONG,
}  # fmt: skip
_SHAPES = {"npi": _NPI, "routing_number": _ROUTING_NUMBER, "period": _ORDERED, "street": _STREET}
_NEGATIVE, _ZERO, _POSITIVE, _ANY_SIGN = 1, 2, 4, 7
_SIGNS = {
    "positive": _POSITIVE, "not_negative": _ZERO | _POSITIVE, "not_zero": _NEGATIVE | _POSITIVE, "zero": _ZERO,
}  # fmt: skip
_OPERATORS = {"=": 0, "!=": 1, "<": 2, "<=": 3, ">": 4, ">=": 5}
_IS_FACT, _IS_NO_FACT = 6, 7
_OPERATORS_OF_FACTS = {"!=": _IS_FACT, "=": _IS_NO_FACT}
"""Compared with 0: a fact is 0 or 1, never absent or unknown."""
_UNPROVABLE_CHECK: Row = (-1, 0, 0, 0, 0)
"""No condition that must hold, and none that could: it is always broken."""
_NO_SAVES = (-1, -1)
_MOST_FIELDS = 33
_BITS, _BITS_OF_A_WORD = 31, 32
_ALWAYS = 1 << 31
"""The bit of what is wrong whatever the signs are."""
_WRITES_OF_A_TEST = 3
_LARGEST_CONSTANT = 2**31
_MASK_WORD, _MASK_WORDS = 8, 2
_LAST_TURN = (_MOST_FIELDS, 0)
_MASKED_CLASSES = "dlc"

Codes = frozenset[str]
Value = tuple[int, int]
"""An element, and a component of it (0: the whole element)."""


class _UnprovableError(Exception):
    """A part of a rule that the tables cannot say."""


class RuleTables:
    """The tables of one program; `codes` takes its texts."""

    def __init__(self, program: Program, codes: CodeSets) -> None:
        self.program = program
        self.codes = codes
        self.steps = Table(12)
        self.classes = _Classes()
        self.checks = Table(5)
        self.conditions = Table(5)
        self.masks = _Masks()
        self.listed = Table(2)
        self.numbers = Table(1)
        self.is_empty = array("i", [int(cell.empty is None) for cell in program.cells])
        self._acts: dict[Position, Row] = {}
        self.most_cleared = max((len(at.registers) for at in program.loops.values()), default=0)
        self.most_written = 0
        self.unprovable = 0
        """How many positions have rules that no steps can say."""

    @property
    def max_writes(self) -> int:
        """The most registers that one segment changes: those of its loop, those that it reads, those of its tests."""
        return self.most_cleared + self.most_written

    def act_of(self, position: Position) -> Row:
        """The first step at the position (-1: there is none), how many fields they look at, and how many have signs."""
        at = self.program.positions.get(position)
        if at is None:
            return -1, 0, 0
        if position not in self._acts:
            right = of_right_segments(at, position.rule)
            try:
                act = _Act(self, right, position.rule)
                row = self.steps.share(act.steps)[0], act.fields, act.signed_fields
            except _UnprovableError:
                row = self.steps.share([_step(_IN_DOUBT)])[0], 0, 0
                self.unprovable += 1
            tests = sum(max(len(rule.values), 1) for rule in right.rules)
            self.most_written = max(self.most_written, len(right.reads) + _WRITES_OF_A_TEST * tests)
            self._acts[position] = row
        return self._acts[position]

    def of_loop(self, loop: LoopNode) -> Row:
        """What a loop empties, and the checks at its end."""
        at = self.program.loops.get(loop)
        if at is None:
            return (0,) * 8
        emptied = [
            self.numbers.share([(number,) for number in given]) for given in (at.registers, at.slots, at.uniques)
        ]
        ends = self.checks.add([self.check_row(rule) for rule in at.ends])
        return (*emptied[0], *emptied[1], *emptied[2], *ends)

    def check_row(self, rule: Rule) -> Row:
        """The conditions of a check, or of a look."""
        try:
            when = sorted(map(self._condition_row, rule.when), key=_by_cost)
            need = sorted(map(self._condition_row, rule.need), key=_by_cost)
        except _UnprovableError:
            return _UNPROVABLE_CHECK
        fact = when.pop(0)[0] if when and when[0][1] == _IS_FACT else -1
        return fact, *self.conditions.share(when), *self.conditions.share(need)

    def _condition_row(self, condition: Condition) -> Row:
        left, right = condition.left, condition.right
        if max(abs(left), abs(right)) >= _LARGEST_CONSTANT:
            raise _UnprovableError
        is_constant = (int(condition.left_is_constant), int(condition.right_is_constant))
        is_fact = is_constant == (0, 1) and right == 0 and self.program.cells[left].verb == "fact"
        if is_fact and condition.op in _OPERATORS_OF_FACTS:
            return left, _OPERATORS_OF_FACTS[condition.op], 0, 0, 0
        return left, _OPERATORS[condition.op], right, *is_constant

    def listed_long(self, codes: Codes) -> tuple[int, int]:
        """A list of texts of any length."""
        rows = [(hash_text(code), self.codes.span(code)) for code in sorted(codes)]
        return self.listed.share(hash_table(rows, slot_count(len(rows)), 2))


def _by_cost(condition: Row) -> int:
    """Facts are asked first: they are the cheapest, and most of them do not hold."""
    return {_IS_FACT: 0, _IS_NO_FACT: 1}.get(condition[1], 2)


class _List(NamedTuple):
    """Codes, and the bits of what is among them and of any other text: those of its element, and of who judges it."""

    codes: Codes
    within: int = 0
    without: int = 0
    wrong_within: int = 0
    wrong_without: int = 0

    def bits_of(self, code: str) -> int:
        """Both, as the table has them."""
        is_within = code in self.codes
        bits, wrong = (self.within, self.wrong_within) if is_within else (self.without, self.wrong_without)
        return bits | wrong << _BITS_OF_A_WORD


class _Classes:
    """Hash tables of short texts, each with the bits of the lists that it is in or not in."""

    def __init__(self) -> None:
        self.numbers = array("Q")
        self._made: dict[tuple[_List, ...], tuple[int, int]] = {}

    def of_lists(self, lists: Iterable[_List]) -> tuple[int, int]:
        """The first slot of a table of all lists together, and how many slots it has; none for no list."""
        given = tuple(lists)
        if given and given not in self._made:
            slots = _class_slots(given)
            self._made[given] = len(self.numbers) // 2, len(slots)
            self.numbers.extend(flat(slots))
        return self._made.get(given, (0, 0))


def _class_slots(lists: tuple[_List, ...]) -> list[Row]:
    def bits_of(code: str) -> int:
        bits = 0
        for each in lists:
            bits |= each.bits_of(code)
        return bits

    codes = frozenset[str]().union(*(each.codes for each in lists))
    other = bits_of("")
    rows = [(pack_key(code), bits) for code in sorted(codes) if (bits := bits_of(code)) != other]
    return roomy_hash_table([(hash_key(key), (key, bits)) for key, bits in rows if key], (0, other))


class _Masks:
    """Masks of texts as words of bits, eight bytes in each."""

    def __init__(self) -> None:
        self.numbers = array("Q")
        self._runs: dict[tuple[str, ...], tuple[int, int]] = {}

    def share(self, masks: tuple[str, ...]) -> tuple[int, int]:
        """Where the masks begin, and how many they are."""
        if masks not in self._runs:
            width = 1 + 4 * _MASK_WORDS
            self._runs[masks] = len(self.numbers) // width, len(masks)
            for mask in masks:
                self.numbers.append(len(mask))
                for at in range(_MASK_WORDS):
                    self.numbers.extend(_mask_word(mask[at * _MASK_WORD : (at + 1) * _MASK_WORD]))
        return self._runs[masks]


def _mask_word(mask: str) -> tuple[int, int, int, int]:
    """Topmost bits of the bytes that are to be digits and capital letters; a mask and the bytes that are just so."""
    digits = letters = exact_mask = exact = 0
    for at, sign in enumerate(mask):
        top = 0x80 << 8 * at
        digits |= top if sign in "dc" else 0
        letters |= top if sign in "lc" else 0
        if sign not in _MASKED_CLASSES:
            exact_mask |= 0xFF << 8 * at
            exact |= ord(sign) << 8 * at
    return digits, letters, exact_mask, exact


def _is_short(codes: Codes) -> bool:
    return all(code.isascii() and len(code) <= LONGEST_KEY for code in codes)


def _step(verb: int, a: int = 0, b: int = 0, more: Row = (0, 0, 0), classes: Row = (0, 0, 0), skip: int = 0) -> Row:
    """A row of the steps; `more` and `classes` are three columns each."""
    return verb, skip, a, b, *more, *classes, 0, 0


@dataclass(slots=True)
class _Block:
    """The steps about one value, or about none (element 0)."""

    element: int
    component: int
    steps: list[Row]
    number: int = _NO_NUMBER
    signs: int = 0
    classes: Row = (0, 0, 0)
    is_early: bool = False
    """Whether the steps look for the value themselves."""

    @property
    def is_needed(self) -> bool:
        return bool(self.steps or self.classes[1] or self.signs)

    def rows(self, beyond: int) -> list[Row]:
        """With the step that takes up the value; `beyond` steps follow up to where a segment without it goes on."""
        if not self.element or self.is_early:
            return self.steps
        size = len(self.steps)
        more = size + beyond, self.number, self.signs
        return [_step(_VALUE, self.element, self.component, more, self.classes, size), *self.steps]


class _Signs:
    """What guards ask of the values of one position: a bit of the element for each question."""

    def __init__(self) -> None:
        self._bits: dict[int, int] = {}
        self._asked: dict[Value, dict[Codes, int]] = {}
        self._turns: dict[Value, Value] = {}

    def bit(self, value: Value, codes: Codes, turn: Value) -> int:
        """The bit that is set when the value is among the codes; without codes: when it is given.

        It is asked for when the value `turn` has its turn.
        """
        element, _ = value
        _check_element(element)
        if not _is_short(codes):
            raise _UnprovableError
        asked = self._asked.setdefault(value, {})
        self._turns[value] = min(self._turns.get(value, value), turn)
        if codes not in asked:
            number = self._bits.get(element, 0)
            if number >= _BITS:
                raise _UnprovableError
            self._bits[element] = number + 1
            asked[codes] = 1 << number
        return asked[codes]

    def lists_of(self, value: Value) -> list[_List]:
        """The lists that give the value its bits."""
        return [_List(codes, bit, 0 if codes else bit) for codes, bit in self._asked.get(value, {}).items()]

    def early(self) -> dict[Value, Value]:
        """Those that must have their bits before their own turn, and when."""
        return {value: turn for value, turn in self._turns.items() if turn < value}

    def late(self) -> set[Value]:
        """Those that get their bits when it is their turn."""
        return self._asked.keys() - self.early().keys()

    @property
    def fields(self) -> int:
        """So many fields, the name included, have bits."""
        return max(self._bits, default=-1) + 1


@dataclass(slots=True)
class _Value:
    """What is done with one value."""

    lists: list[Rule] = field(default_factory=list)
    forms: list[Row] = field(default_factory=list)
    signs: int = 0
    """Which signs of an amount are right; 0: it need be none."""
    wants_amount: bool = False
    reads: list[Read] = field(default_factory=list)


class _Act:
    """What the rules of one position do, as steps. Raises `_UnprovableError`."""

    def __init__(self, tables: RuleTables, at: AtPosition, rule: SegmentRule) -> None:
        self._tables = tables
        self._rule = rule
        self._signs = _Signs()
        self._values: dict[Value, _Value] = {}
        self._tests: list[_Block] = []
        for read in at.reads:
            if self._may_come((read.element, read.component)):
                self._value((read.element, read.component)).reads.append(read)
        for each in at.rules:
            for value in each.values or ((0, 0),):
                self._add_rule(each, value)
        keeps = [step for keep in at.keeps for step in self._at_last(keep.guards, 0, _step(_KEEP, keep.slot))]
        tests = [*sorted(self._tests, key=lambda block: block.element), _Block(0, 0, keeps)]
        blocks = [block for block in (*self._value_blocks(), *tests) if block.is_needed]
        self.steps = [*_laid_out(blocks), _step(_PROVEN)]
        self.fields = max(self._signs.fields, *(block.element + 1 for block in blocks), 1)
        self.signed_fields = self._signs.fields

    def _value(self, value: Value) -> _Value:
        _check_element(value[0])
        return self._values.setdefault(value, _Value())

    def _may_come(self, value: Value) -> bool:
        """Whether a segment that is right may have the value."""
        element, component = value
        rules = self._rule.elements
        return not element or (element <= len(rules) and value_rule(rules[element - 1], component).usage != "N")

    def _at_last(self, guards: Iterable[Guard], element: int, step: Row) -> list[Row]:
        """The same as `_when`, for a step that comes when all values had their turn."""
        return self._when(guards, element, step, _LAST_TURN)

    def _when(self, guards: Iterable[Guard], element: int, step: Row, turn: Value) -> list[Row]:
        """The step, to be taken when the guards hold: none when these cannot hold together."""
        terms = self._terms(guards, element, turn)
        if terms is None:
            return []
        if len(terms) == 1 and step[0] in _CONDITIONAL:
            return [(*step[:4], *terms[0], *step[7:])]
        conditions = [_step(_IF, more=term, skip=len(terms) - at) for at, term in enumerate(terms)]
        return [*conditions, step]

    def _terms(self, guards: Iterable[Guard], element: int, turn: Value) -> list[Row] | None:
        """Each element that guards ask about, with a mask of its bits and those that are wanted."""
        masks: dict[int, list[int]] = {}
        for guard in guards:
            value = guard.element or element, guard.component
            mask = masks.setdefault(value[0], [0, 0])
            if guard.codes:
                mask[guard.is_negated] |= self._signs.bit(value, guard.codes, turn)
            if guard.is_negated or not guard.codes:
                is_wanted = bool(guard.codes) or not guard.is_negated
                mask[not is_wanted] |= self._signs.bit(value, frozenset(), turn)
        if any(wanted & unwanted for wanted, unwanted in masks.values()):
            return None
        return [(number, wanted | unwanted, wanted) for number, (wanted, unwanted) in sorted(masks.items())]

    # Rules.

    def _add_rule(self, rule: Rule, value: Value) -> None:
        element, component = value
        if rule.verb == "require":
            absent = Guard(element, component, is_negated=True)
            self._tests.append(_Block(0, 0, self._at_last((*rule.guards, absent), element, _step(_IN_DOUBT))))
        elif rule.verb != "check" and not self._may_come(value):
            return
        elif rule.verb == "lookup":
            self._add_lookup(rule, value)
        elif rule.verb == "forbid":
            self._value(value).forms += self._when(rule.guards, element, _step(_IN_DOUBT), value)
        else:
            steps = self._at_last(rule.guards, element, self._test_step(rule))
            self._tests.append(_Block(element, component, steps))

    def _add_lookup(self, rule: Rule, value: Value) -> None:
        element, component = value
        is_list = rule.name.startswith("@")
        own = value_rule(self._rule.elements[element - 1], component).codes
        if is_list and (not rule.codes or _is_proven_by(own, rule)):
            return
        of_value = self._value(value)
        if is_list and _is_short(rule.codes):
            of_value.lists.append(rule)
            return
        of_value.wants_amount |= rule.name in _SIGNS
        step = self._form_step(rule)
        if step[0] == _AMOUNT and not rule.guards:
            of_value.signs = (of_value.signs or _ANY_SIGN) & step[6]
        else:
            of_value.forms += self._when(rule.guards, element, step, value)

    def _form_step(self, rule: Rule) -> Row:
        negated, masks = int(rule.is_negated), MASKS.get(rule.name, ())
        if rule.name.startswith("@"):
            return _step(_LISTED, 0, negated, (*self._tables.listed_long(rule.codes), 0))
        if masks and all(len(mask) <= _MASK_WORDS * _MASK_WORD for mask in masks):
            return _step(_MASKED, 0, negated, (*self._tables.masks.share(masks), 0))
        if signs := _SIGNS.get(rule.name, 0):
            return _step(_AMOUNT, more=(0, 0, signs ^ _ANY_SIGN if negated else signs))
        return _step(_SHAPES.get(rule.name, _IN_DOUBT), 0, negated)

    def _test_step(self, rule: Rule) -> Row:
        if rule.verb not in _TESTS or len(rule.saves) > 1:
            raise _UnprovableError
        if rule.verb == "check":
            return _step(_CHECK, self._tables.checks.add([self._tables.check_row(rule)])[0])
        saves = rule.saves[0] if rule.saves else _NO_SAVES
        first, second = (*rule.registers, 0)[:2]
        return _step(_TESTS[rule.verb], first, second, (*saves, 0) if rule.verb == "numbered" else (0, 0, 0))

    # Values.

    def _value_blocks(self) -> Iterator[_Block]:
        """The blocks of all values, by element and component; signs that are asked for early stand before who asks."""
        made = {value: self._blocks_of(value, of_value) for value, of_value in self._values.items()}
        early = sorted((turn, value) for value, turn in self._signs.early().items())
        for value in self._signs.late():
            made.setdefault(value, ([_Block(*value, [])], [], 0))
        for value, (blocks, lists, judge) in sorted(made.items(), key=itemgetter(0)):
            while early and early[0][0] <= value:
                yield self._early_block(early.pop(0)[1])
            signs = [] if value in self._signs.early() else self._signs.lists_of(value)
            blocks[0].classes = *self._tables.classes.of_lists([*lists, *signs]), judge
            yield from blocks
        yield from (self._early_block(value) for _, value in early)

    def _early_block(self, value: Value) -> _Block:
        classes = *self._tables.classes.of_lists(self._signs.lists_of(value)), 0
        return _Block(*value, [_step(_SIGN, *value, classes=classes)], is_early=True)

    def _blocks_of(self, value: Value, of_value: _Value) -> tuple[list[_Block], list[_List], int]:
        """A block for each kind of number that the value is read as; lists for the first one, and who judges them."""
        reads = {
            wanted: list(group) for wanted, group in groupby(sorted(of_value.reads, key=_number_of), key=_number_of)
        }
        numbers = sorted({*reads, *([_CENTS] if of_value.wants_amount else [])}) or [_NO_NUMBER]
        if numbers[0] == _NO_NUMBER and len(numbers) > 1:  # What needs no number may stand with any.
            reads[numbers[1]] = reads[_NO_NUMBER] + reads.get(numbers[1], [])
            del numbers[0]
        lists, judge, steps = self._judged_lists(value, of_value.lists)
        steps += of_value.forms
        blocks = []
        for number in numbers:
            for read in reads.get(number, ()):
                steps += self._when(read.guards, value[0], _step(_READS[read.verb], read.register, read.sign), value)
            blocks.append(_Block(*value, steps, number))
            steps = []
        blocks[0].signs = of_value.signs
        return blocks, lists, judge

    def _judged_lists(self, value: Value, rules: list[Rule]) -> tuple[list[_List], int, list[Row]]:
        """The lists that one table holds, the element that judges them, and steps for those of rarer guards."""
        groups: dict[int, list[_List]] = {0: []}
        rare: list[Row] = []
        for rule in rules:
            terms = self._terms(rule.guards, value[0], value)
            if terms is None:
                continue
            judge, mask, wanted = terms[0] if terms else (0, _ALWAYS, _ALWAYS)
            if len(terms) <= 1 and mask == wanted and mask.bit_count() == 1:
                groups.setdefault(judge, []).append(_wrong_list(rule, mask))
            else:
                table = self._tables.classes.of_lists([_wrong_list(rule, _ALWAYS)])
                rare += self._when(rule.guards, value[0], _step(_CLASS, classes=(*table, 0)), value)
        always, *judged = groups.items()
        judge, lists = judged[0] if judged else always
        for other, of_other in judged[1:]:
            rare.append(_step(_CLASS, classes=(*self._tables.classes.of_lists(of_other), other)))
        return [*(always[1] if judge else []), *lists], judge, rare


def _wrong_list(rule: Rule, bit: int) -> _List:
    """A list that the value must be in, or must not, when the bit is set."""
    return _List(rule.codes, wrong_within=bit) if rule.is_negated else _List(rule.codes, wrong_without=bit)


def _laid_out(blocks: list[_Block]) -> list[Row]:
    """The steps of all blocks. Where a value is not there, those are left out that cannot be there either."""
    steps: list[Row] = []
    later: list[tuple[_Block, int]] = []
    for block in reversed(blocks):
        missing = takewhile(partial(_misses_too, block), later)
        rows = block.rows(sum(size for _, size in missing))
        steps = [*rows, *steps]
        later.insert(0, (block, len(rows)))
    return steps


def _misses_too(first: _Block, later: tuple[_Block, int]) -> bool:
    """Whether a segment that has not so many elements, or components, has no value for a later block either."""
    other, _ = later
    if first.component:
        return other.element == first.element and other.component >= first.component
    return other.element >= first.element


def _is_proven_by(own: Codes, rule: Rule) -> bool:
    """Whether the codes that the value may have leave nothing to look up."""
    return bool(own) and (own.isdisjoint(rule.codes) if rule.is_negated else own <= rule.codes)


def _number_of(read: Read) -> int:
    """The step that reads the number that it wants."""
    if read.verb in ("fact", "count"):
        return _NO_NUMBER
    return _CENTS if read.verb == "sum" else _DAYS[read.part]


def _check_element(element: int) -> None:
    if element >= _MOST_FIELDS:
        raise _UnprovableError
