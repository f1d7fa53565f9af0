"""Columns out of segments: the interpreter of the plans of `columns`, in Python. It defines what a table holds.

An extractor is told which loop begins and which segment stands in which loop, in the order of the file, and gives rows
when asked. The native core does the same and is held equal to it by tests.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Protocol

from claimwright.money import parse_cents
from claimwright.x12.columns import (
    Action,
    Column,
    FillCell,
    KeepValue,
    MakeRow,
    Plan,
    PlannedTable,
    Source,
    Type,
    qualifier_place,
)
from claimwright.x12.guides.language import Guide, LoopNode, Position
from claimwright.x12.stretch import Stretch
from claimwright.x12.tree import Loop, Segment
from claimwright.x12.walk import Walk

Value = int | str | None
Rows = list[list[Value]]
"""One list for each column of a table, the offset of the row's set before them; all of the same length."""

_Work = Callable[[list[str]], None]
_Read = Callable[[list[str], int], Value]

_NUMBER = re.compile(r"(-?)(\d*)(?:\.(\d*))?\Z", re.ASCII)
_DAYS = re.compile(r"(\d{8})(?:\d{4}|-(\d{8}))?\Z", re.ASCII)
_TIME = re.compile(r"\d{4}(?:\d{2})?\Z", re.ASCII)
_THOUSANDTHS_MAX = 10**15
_LONGEST_WHOLE = 18
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class BadValue:
    """A value that is not of its column's type, so that the cell is empty: an element (from 1) of a segment."""

    table: str
    column: Column
    loop: str
    segment: Segment
    element: int
    component: int
    value: str


class BadValues:
    """Those that were met since the last time; each element once, in however many columns it is."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._met: list[BadValue] = []
        self._index = 0
        self._told: set[tuple[int, int]] = set()

    def tell(self, table: int, column: int, loop: LoopNode, segment: Segment, element: int, component: int) -> None:
        """A value of a segment that is not of the type of that column (by its number) of that table."""
        if self._index != segment.index:
            self._index = segment.index
            self._told.clear()
        if (element, component) in self._told:
            return
        self._told.add((element, component))
        planned = self._plan.tables[table]
        text = segment.component(element, component) if component else segment[element]
        of = planned.columns[column]
        self._met.append(BadValue(planned.name, of, loop.path, segment, element, component, text))

    def __len__(self) -> int:
        return len(self._met)

    def take(self) -> list[BadValue]:
        """What was told since the last time."""
        taken, self._met = self._met, []
        return taken


class Extractor:
    """Fills the tables of a plan from the segments of one set after the other."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.set_offset = 0
        self._bad = BadValues(plan)
        self._rows: list[Rows] = [_no_rows(table) for table in plan.tables]
        self._registers = [""] * plan.registers
        self._began: dict[LoopNode, int] = {}
        self._works: dict[LoopNode, dict[str, list[tuple[str, _Work]]]] = {}
        self._loop = plan.guide.root
        self._segment: Segment
        self._component_mark = ""

    def begin_set(self, opening: Segment) -> None:
        """Forget everything of the set before, but not its rows."""
        self.set_offset = opening.offset
        self._registers[:] = [""] * self.plan.registers
        self._began.clear()
        self._component_mark = opening.delimiters.component

    def begin_loop(self, loop: LoopNode, segment: Segment) -> None:
        """A loop begins with this segment, of which `take` is told as well."""
        self._began[loop] = segment.offset
        for register in self.plan.forgets.get(loop, ()):
            self._registers[register] = ""

    def wants(self, loop: LoopNode, name: str) -> bool:
        """Whether `take` does anything with segments of that name in the loop."""
        actions = self.plan.actions.get(loop)
        return actions is not None and name in actions

    def take(self, loop: LoopNode, segment: Segment) -> None:
        """A segment that stands in the loop."""
        fields = segment.fields
        works = self._works.get(loop)
        if works is None:
            works = self._works[loop] = {
                name: [(action.qualifier, self._work(action, loop)) for action in actions]
                for name, actions in self.plan.actions.get(loop, {}).items()
            }
        found = works.get(fields[0])
        if found is None:
            return
        self._loop, self._segment = loop, segment
        qualifier = None
        for wanted, work in found:
            if wanted and qualifier is None:
                qualifier = segment_qualifier(segment)
            if not wanted or wanted == qualifier:
                work(fields)

    @property
    def row_count(self) -> int:
        """How many rows wait to be taken."""
        return sum(len(rows[0]) for rows in self._rows)

    def take_rows(self, *, is_end: bool) -> Iterator[tuple[PlannedTable, Rows]]:
        """The rows since the last time, by table; not yet the last of a table that may still get values unless
        `is_end`."""
        for table, rows in zip(self.plan.tables, self._rows, strict=True):
            count = len(rows[0]) - (1 if table.is_held and not is_end else 0)
            if count > 0:
                yield table, [values[:count] for values in rows]
                for values in rows:
                    del values[:count]

    @property
    def bad_count(self) -> int:
        """How many values wait to be taken."""
        return len(self._bad)

    def take_bad(self) -> list[BadValue]:
        """The values that were left out since the last time."""
        return self._bad.take()

    # Each action as a function, made once.

    def _work(self, action: Action, loop: LoopNode) -> _Work:
        if isinstance(action, MakeRow):
            return self._row_maker(action, loop)
        if isinstance(action, FillCell):
            return self._cell_filler(action)
        return self._value_keeper(action)

    def _row_maker(self, action: MakeRow, loop: LoopNode) -> _Work:
        readers = [self._reader(action.table, column, sources) for column, sources in enumerate(action.cells)]
        set_offsets, *rows = self._rows[action.table]
        cells = list(zip((values.append for values in rows), readers, strict=True))

        def make(fields: list[str], start: int = 0) -> None:
            set_offsets.append(self.set_offset)
            for append, read in cells:
                append(read(fields, start))

        def make_each(fields: list[str]) -> None:
            count = len(fields)
            for start in action.starts:
                if start >= count:
                    break
                if any(fields[start : start + action.span]):
                    make(fields, start)

        return make_each if action.starts else make

    def _cell_filler(self, action: FillCell) -> _Work:
        values = self._rows[action.table][action.column + 1]
        read = self._element_reader(action.table, action.column, action.element, action.component, is_relative=False)

        def fill(fields: list[str]) -> None:
            if values and values[-1] is None:
                values[-1] = read(fields, 0)

        return fill

    def _value_keeper(self, action: KeepValue) -> _Work:
        registers, register = self._registers, action.register

        def keep(fields: list[str]) -> None:
            if not registers[register]:
                registers[register] = self._text(fields, action.element, action.component)

        return keep

    # Each way to a value as a function, made once.

    def _reader(self, table: int, column: int, sources: tuple[Source, ...]) -> _Read:
        reads = [self._source_reader(table, column, source) for source in sources]
        if not reads:
            return _read_nothing
        if len(reads) == 1:
            return reads[0]

        def read_first(fields: list[str], start: int) -> Value:
            for read in reads:
                value = read(fields, start)
                if value is not None:
                    return value
            return None

        return read_first

    def _source_reader(self, table: int, column: int, source: Source) -> _Read:
        match source.kind:
            case "element":
                return self._element_reader(
                    table, column, source.element, source.component, is_relative=source.is_relative
                )
            case "register":
                registers, type_ = self._registers, self.plan.tables[table].columns[column].type
                return lambda fields, start: _value_or_none(type_, registers[source.number])
            case "opening":
                began, loop = self._began, source.loop
                return lambda fields, start: began.get(loop) if loop else None
            case "offset":
                return lambda fields, start: self._segment.offset
            case "start":
                return lambda fields, start: start
        return lambda fields, start: source.text

    def _element_reader(self, table: int, column: int, element: int, component: int, *, is_relative: bool) -> _Read:
        convert = _CONVERTERS[self.plan.tables[table].columns[column].type]

        def read(fields: list[str], start: int) -> Value:
            at = element + start if is_relative else element
            if at >= len(fields):
                return None
            text = fields[at]
            if component and text:
                text = self._text(fields, at, component)
            if not text:
                return None
            try:
                return convert(text)
            except ValueError:
                self._bad.tell(table, column, self._loop, self._segment, at, component)
                return None

        return read

    def _text(self, fields: list[str], element: int, component: int) -> str:
        text = fields[element] if element < len(fields) else ""
        if not component:
            return text
        parts = text.split(self._component_mark)
        return parts[component - 1] if component <= len(parts) else ""


class TrailExtractor(Extractor):
    """An extractor that takes stretches and the trail of a walk over them; `positions` are those that a trail names."""

    def __init__(self, plan: Plan, positions: Sequence[Position]) -> None:
        super().__init__(plan)
        self._stops = [_stop(position) for position in positions]
        self._standing = plan.guide.root

    def begin_set(self, opening: Segment) -> None:
        """A set begins with its ST."""
        super().begin_set(opening)
        root = self._standing = self.plan.guide.root
        self.begin_loop(root, opening)
        self.take(root, opening)

    def take_trail(self, stretch: Stretch, position: int, index: int, trail: array[int]) -> None:
        """The segments from byte `position` of the stretch's data, the first being number `index`."""
        pieces = stretch.pieces
        first, mark = pieces.at(stretch.base + position), pieces.delimiters.element
        for at, number in enumerate(trail):
            begins = False
            if number >= 0:
                self._standing, name, begins = self._stops[number]
            else:
                name = pieces.texts[first + at].partition(mark)[0]
            if begins or self.wants(self._standing, name):
                segment = pieces.segment(first + at, index + at)
                if begins:
                    self.begin_loop(self._standing, segment)
                self.take(self._standing, segment)


class TakesTrail(Protocol):
    """What `ExtractingWalk` fills tables with."""

    def begin_set(self, opening: Segment) -> None: ...

    def take_trail(self, stretch: Stretch, position: int, index: int, trail: array[int]) -> None: ...


class ExtractingWalk:
    """An engine that fills tables while it walks.

    `extractor_for` gives what to fill for a guide, whose positions are numbered so; `None` to fill nothing.
    """

    def __init__(self, walk: Walk, extractor_for: Callable[[Guide, Sequence[Position]], TakesTrail | None]) -> None:
        self.name = walk.name
        self._walk = walk
        self._extractor_for = extractor_for
        self._extractor: TakesTrail | None = None

    def begin(self, guide: Guide, opening: Segment, day: int = 0) -> None:
        self._walk.begin(guide, opening, day)
        extractor = self._extractor = self._extractor_for(guide, self._walk.positions)
        if extractor is not None:
            extractor.begin_set(opening)

    def run(self, stretch: Stretch, position: int, index: int) -> tuple[int, int]:
        if self._extractor is None:
            return self._walk.run(stretch, position, index)
        trail = self._walk.trail = array("i")
        after = self._walk.run(stretch, position, index)
        self._walk.trail = None
        self._extractor.take_trail(stretch, position, index, trail)
        return after

    def end(self, closing: Segment | None) -> None:
        self._walk.end(closing)


def _stop(position: Position) -> tuple[LoopNode, str, bool]:
    """The loop of a position, its segment's name, and whether it begins the loop."""
    return position.loop, position.id, position is position.loop.trigger and position.loop.parent is not None


def day_or_none(text: str) -> int | None:
    """The day of CCYYMMDD, in days since 1970-01-01; `None` for anything else."""
    day = _value_or_none("date", text)
    return day if isinstance(day, int) else None


def take_tree(extractor: Extractor, opening: Segment, root: Loop) -> None:
    """Tell an extractor of every segment of a set that was read as a tree."""
    extractor.begin_set(opening)
    found: list[tuple[Segment, LoopNode, bool]] = []
    _flatten(root, extractor.plan.guide.root, found)
    for segment, loop, begins in sorted(found, key=lambda one: one[0].index):
        if begins:
            extractor.begin_loop(loop, segment)
        extractor.take(loop, segment)


def _flatten(loop: Loop, node: LoopNode, found: list[tuple[Segment, LoopNode, bool]]) -> None:
    found += ((segment, node, at == 0) for at, segment in enumerate(loop.segments))
    inner = {member.id: member for members in node.groups for member in members if isinstance(member, LoopNode)}
    for child in loop.loops:
        _flatten(child, inner[child.id], found)


def _no_rows(table: PlannedTable) -> Rows:
    return [[] for _ in range(len(table.columns) + 1)]


def segment_qualifier(segment: Segment) -> str:
    """The value that tells positions of that segment apart."""
    element, component = qualifier_place(segment.fields[0])
    return segment.component(element, component) if component else segment[element]


def _read_nothing(fields: list[str], start: int) -> None:
    return None


def _value_or_none(type_: Type, text: str) -> Value:
    if not text:
        return None
    try:
        return _CONVERTERS[type_](text)
    except ValueError:
        return None


def valid_text(text: str) -> str:
    """The text as it was read, if its bytes were UTF-8; else each byte as Latin-1."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogateescape").decode("latin-1")
    return text


@lru_cache(maxsize=1 << 14)
def _read_thousandths(text: str) -> int:
    match = _NUMBER.match(text)
    if not match or not (match[2] or match[3]):
        raise ValueError(f"{text!r} is not a number")
    fraction = (match[3] or "").rstrip("0")
    if len(fraction) > 3 or len(match[2]) > _LONGEST_WHOLE:
        raise ValueError(f"{text!r} has too many digits")
    value = int(match[2] or "0") * 1000 + int(fraction.ljust(3, "0"))
    if value >= _THOUSANDTHS_MAX:
        raise ValueError(f"{text!r} is beyond the largest number")
    return -value if match[1] else value


@lru_cache(maxsize=1 << 14)
def _read_days(text: str) -> tuple[int, int] | None:
    """First and last day; `None` for a time of day."""
    match = _DAYS.match(text)
    if match:
        first = _day(match[1])
        return first, _day(match[2]) if match[2] else first
    if _TIME.match(text):
        return None
    raise ValueError(f"{text!r} is not a day")


def _day(text: str) -> int:
    return date(int(text[:4]), int(text[4:6]), int(text[6:])).toordinal() - _EPOCH


def _read_first_day(text: str) -> int | None:
    days = _read_days(text)
    return days[0] if days else None


def _read_last_day(text: str) -> int | None:
    days = _read_days(text)
    return days[1] if days else None


_CONVERTERS: dict[Type, Callable[[str], Value]] = {
    "text": valid_text,
    "cents": lru_cache(maxsize=1 << 14)(parse_cents),
    "thousandths": _read_thousandths,
    "date": _read_first_day,
    "last": _read_last_day,
}
