"""Running the rules of one set: what a segment's text does to the registers, and what a broken rule says.

The effects of a segment depend on its text alone, so the walk may remember them: sums, facts and numbers are worked out
once for a text, and so are the lookups that it fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter, eq, ge, gt, le, lt, ne
from typing import NamedTuple

from claimwright.findings import Finding, Where
from claimwright.money import x12_amount
from claimwright.x12.catalogue import shortened
from claimwright.x12.guides.language import LoopNode
from claimwright.x12.rules.amounts import UNKNOWN, addend, is_known
from claimwright.x12.rules.binding import AtPosition, Condition, Program, Read, Rule, Word
from claimwright.x12.rules.language import Guard
from claimwright.x12.rules.shapes import SHAPES
from claimwright.x12.tree import Delimiters, Segment

_OPERATORS: dict[str, Callable[[int, int], bool]] = {"=": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}
_LONGEST_NUMBER = 18
_DAY_LENGTH = 8

DECIDED_BY_NUMBER = ("pointer", "numbered", "below")
"""The rules that compare a value as a whole number; the doubts of others do not work it out."""

DECIDED_BY_TEXT = ("lookup", "require", "forbid")
"""The rules that need no register: a segment's text alone breaks them or does not."""


class Doubt(NamedTuple):
    """A rule that the registers must decide: its value as written, as a whole number (-1: none), and its place."""

    rule: Rule
    text: str = ""
    number: int = -1
    element: int = 0
    component: int = 0


class Rest(NamedTuple):
    """What a segment's text does that is rare: bounds of numbers, lookups that it fails, values in doubt."""

    bounds: Sequence[tuple[str, int, int]]
    broken: Sequence[Doubt]
    doubts: Sequence[Doubt]


Effects = tuple[Sequence[tuple[int, int]], Sequence[tuple[int, int]], Sequence[int], Rest | None]
"""What a segment's text does at one position: registers to add to and to set, slots that keep it, and the rest."""


class Plan:
    """What a position's rules want of a segment: its effects, from its text."""

    def __init__(self, at: AtPosition, delimiters: Delimiters) -> None:
        self._at = at
        self._reads = sorted(at.reads, key=attrgetter("element"))
        self._delimiters = delimiters

    def effects(self, fields: list[str], faulty: frozenset[int] = frozenset()) -> Effects | None:
        """The effects of a segment of these fields, some of which are wrong; `None` when it has none."""
        adds, sets, bounds = [], [], []
        for verb, register, value in self._doubtful_values(fields, faulty) if faulty else self._values(fields):
            if verb in ("sum", "count"):
                adds.append((register, value))
            elif verb in ("fact", "last"):
                sets.append((register, value))
            else:
                bounds.append((verb, register, value))
        slots = tuple(keep.slot for keep in self._at.keeps if self._hold(keep.guards, fields, 0))
        judged = [doubt for rule in self._at.rules for doubt in self._doubts(rule, fields)]
        if faulty:
            judged = [doubt for doubt in judged if doubt.element not in faulty or doubt.rule.verb == "pointer"]
        broken = tuple(doubt for doubt in judged if doubt.rule.verb in DECIDED_BY_TEXT)
        doubts = tuple(doubt for doubt in judged if doubt.rule.verb not in DECIDED_BY_TEXT)
        rest = Rest(tuple(bounds), broken, doubts) if bounds or judged else None
        return (tuple(adds), tuple(sets), slots, rest) if adds or sets or slots or rest else None

    def _values(self, fields: list[str]) -> Iterator[tuple[str, int, int]]:
        count = len(fields)
        for read in self._reads:
            if read.element >= count:
                return
            text = self._part(fields, read.element, read.component)
            if text and (not read.guards or self._hold(read.guards, fields, read.element)):
                value = _value(read, text)
                if value is not None:
                    yield read.verb, read.register, value

    def _doubtful_values(self, fields: list[str], faulty: frozenset[int]) -> Iterator[tuple[str, int, int]]:
        """The same of a segment with faulty elements: what reads them, or is guarded by them, is not known."""
        for read in self._reads:
            guards = {guard.element or read.element for guard in read.guards}
            if read.element in faulty or not faulty.isdisjoint(guards):
                if read.verb in ("sum", "count"):
                    yield read.verb, read.register, UNKNOWN
                continue
            text = self._part(fields, read.element, read.component)
            value = _value(read, text) if text and self._hold(read.guards, fields, read.element) else None
            if value is not None:
                yield read.verb, read.register, value

    def _part(self, fields: list[str], element: int, component: int) -> str:
        """An element, or a component of it; `''` when it is absent."""
        text = fields[element] if element < len(fields) else ""
        if not component or not text:
            return text
        parts = text.split(self._delimiters.component)
        return parts[component - 1] if component <= len(parts) else ""

    def _hold(self, guards: tuple[Guard, ...], fields: list[str], element: int) -> bool:
        for guard in guards:
            text = self._part(fields, guard.element or element, guard.component)
            if not guard.codes:
                if bool(text) == guard.is_negated:
                    return False
            elif not text or (text in guard.codes) == guard.is_negated:
                return False
        return True

    def _doubts(self, rule: Rule, fields: list[str]) -> Iterator[Doubt]:
        if rule.verb == "check":
            if self._hold(rule.guards, fields, 0):
                yield Doubt(rule)
            return
        for element, component in rule.values:
            text = self._part(fields, element, component)
            if bool(text) == (rule.verb == "require") or not self._hold(rule.guards, fields, element):
                continue
            if rule.verb == "lookup":
                for value in text.split(self._delimiters.repetition) if self._delimiters.repetition else [text]:
                    if is_listed(rule, value) == rule.is_negated:
                        yield Doubt(rule, value, -1, element, component)
            else:
                number = exact_number(text) if rule.verb in DECIDED_BY_NUMBER else -1
                yield Doubt(rule, text, number, element, component)


def is_listed(rule: Rule, value: str) -> bool:
    """Whether a lookup finds the value; a list that was not loaded finds nothing wrong."""
    if not rule.codes and rule.name.startswith("@"):
        return not rule.is_negated
    return value in rule.codes if rule.name.startswith("@") else SHAPES[rule.name](value)


def _value(read: Read, text: str) -> int | None:
    if read.verb in ("fact", "count"):
        return 1
    if read.verb == "sum":
        return read.sign * addend(text)
    return number_of(text, read.part)


def number_of(text: str, part: str) -> int | None:
    """A whole number; of a period or an instant its first (`start`) or last (`end`) day. `None` for what is none."""
    if part:
        text = (text.partition("-")[0] if part == "start" else text.rpartition("-")[2])[:_DAY_LENGTH]
    is_number = len(text) <= _LONGEST_NUMBER and text.isascii() and text.isdigit()
    return int(text) if is_number else None


def exact_number(text: str) -> int:
    """A whole number that is written without leading zeros; -1 for any other text."""
    is_number = len(text) <= _LONGEST_NUMBER and text.isascii() and text.isdigit()
    return int(text) if is_number and (text[0] != "0" or text == "0") else -1


def holds(condition: Condition, cells: Sequence[int | None]) -> bool:
    """Whether a condition holds; it does when a side is absent, or a sum of something that is no number."""
    left = condition.left if condition.left_is_constant else cells[condition.left]
    right = condition.right if condition.right_is_constant else cells[condition.right]
    if left is None or right is None or not (is_known(left) and is_known(right)):
        return True
    return _OPERATORS[condition.op](left, right)


def _is_sure(condition: Condition, cells: Sequence[int | None]) -> bool:
    """False when a side is a sum that nothing is known of."""
    numbers = [] if condition.left_is_constant else [cells[condition.left]]
    numbers += [] if condition.right_is_constant else [cells[condition.right]]
    return all(number is None or is_known(number) for number in numbers)


def is_broken(rule: Rule, cells: Sequence[int | None]) -> bool:
    """Whether a check's registers break it; for a look: whether its facts want it called."""
    if not all(holds(condition, cells) and _is_sure(condition, cells) for condition in rule.when):
        return False
    return not any(holds(condition, cells) for condition in rule.need)


@dataclass(slots=True)
class Scene:
    """Where a broken rule stands: the registers, the kept segments, the segment in hand and the loop it is in."""

    program: Program
    cells: Sequence[int | None]
    kept: Callable[[int], Segment | None]
    segment: Segment
    loop: LoopNode
    day: int = 0

    def finding(self, rule: Rule, doubt: Doubt | None = None, expected: object = "") -> Finding | None:
        """What a broken rule says; `None` when it is not in force on the day of the file."""
        segment, element, component, loop = self._place(rule, doubt)
        place = f"{segment.id}{element:02d}" + (f"-{component}" if component else "")
        words: dict[str, object] = {"value": doubt.text if doubt else "", "expected": expected, "place": place}
        return self.say(rule, segment, element, component, loop, words)

    def say(
        self, rule: Rule, segment: Segment, element: int, component: int, loop: str, words: Mapping[str, object]
    ) -> Finding | None:
        """The finding of a rule at a place, with the words that the rule or its function gives."""
        if self.day and not rule.in_force[0] <= self.day <= rule.in_force[1]:
            return None
        saying = rule.saying
        message = "".join(part if isinstance(part, str) else self._word(part, words) for part in saying.message)
        where = Where(
            loop=loop,
            segment=segment.id,
            index=segment.index,
            element=element or None,
            component=component or None,
            offset=segment.offset,
        )
        return Finding(saying.code, saying.severity, message, saying.hint, where, saying.snip, saying.ack)

    def _place(self, rule: Rule, doubt: Doubt | None) -> tuple[Segment, int, int, str]:
        slot, element, component = rule.at
        if doubt is not None and doubt.element:
            return self.segment, doubt.element, doubt.component, self.loop.path
        segment = self.kept(slot) if slot >= 0 else None
        if segment is not None:
            return segment, element, component, self.path(self.program.slots[slot].partition("/")[0])
        if rule.home >= 0 and (home := self.kept(rule.home)):
            return home, 0, 0, self.loop.path
        return self.segment, 0, 0, self.loop.path

    def path(self, loop_id: str) -> str:
        """The path of the loop of that name around or just inside the one at hand."""
        for node in self.loop.ancestry():
            if node.id == loop_id:
                return node.path
        return f"{self.loop.path}/{loop_id}".lstrip("/")

    def _word(self, word: Word, words: Mapping[str, object]) -> str:
        value: object
        if word.kind == "name":
            value = words.get(word.name, "")
        elif word.kind == "register":
            number = self.cells[word.number]
            is_amount = self.program.cells[word.number].verb == "sum"
            value = "" if number is None else x12_amount(number) if is_amount else number
        else:
            segment = self.kept(word.number)
            value = "" if segment is None else segment[word.element]
            if segment is not None and word.component:
                value = segment.component(word.element, word.component)
        value = shortened(value)
        return repr(value) if word.is_quoted else str(value)
