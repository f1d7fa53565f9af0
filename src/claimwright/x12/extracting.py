"""Columns out of segments: the interpreter of the plans of `columns`, in Python. It defines what a table holds.

An extractor is told which loop begins and which segment stands in which loop, in the order of the file, and gives rows
when asked. The native core does the same and is held equal to it by tests.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from claimwright.money import parse_cents
from claimwright.x12.columns import (
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
from claimwright.x12.guides.language import LoopNode
from claimwright.x12.tree import Loop, Segment

Value = int | str | None
Rows = list[list[Value]]
"""One list for each column of a table, the offset of the row's set before them; all of the same length."""

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


class Extractor:
    """Fills the tables of a plan from the segments of one set after the other."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.bad: list[BadValue] = []
        self._rows: list[Rows] = [_no_rows(table) for table in plan.tables]
        self.set_offset = 0
        self._registers = [""] * plan.registers
        self._began: dict[LoopNode, int] = {}
        self._told: tuple[int, set[tuple[int, int]]] = (0, set())

    def begin_set(self, opening: Segment) -> None:
        """Forget everything of the set before, but not its rows."""
        self.set_offset = opening.offset
        self._registers = [""] * self.plan.registers
        self._began.clear()

    def begin_loop(self, loop: LoopNode, segment: Segment) -> None:
        """A loop begins with this segment, of which `take` is told as well."""
        self._began[loop] = segment.offset
        for register in self.plan.forgets.get(loop, ()):
            self._registers[register] = ""

    def take(self, loop: LoopNode, segment: Segment) -> None:
        """A segment that stands in the loop."""
        actions = self.plan.actions.get(loop)
        if actions is None:
            return
        for action in actions.get(segment.fields[0], ()):
            if action.qualifier and action.qualifier != _qualifier(segment):
                continue
            if isinstance(action, MakeRow):
                self._make_rows(action, loop, segment)
            elif isinstance(action, FillCell):
                self._fill(action, loop, segment)
            else:
                self._keep(action, segment)

    @property
    def row_count(self) -> int:
        """How many rows wait to be taken."""
        return sum(len(rows[0]) for rows in self._rows)

    def take_rows(self, *, is_end: bool) -> Iterator[tuple[PlannedTable, Rows]]:
        """The rows since the last time, by table; not yet the last of a table that may still get values unless
        `is_end`."""
        for number, table in enumerate(self.plan.tables):
            rows = self._rows[number]
            count = len(rows[0]) - (1 if table.is_held and not is_end else 0)
            if count > 0:
                self._rows[number] = [column[count:] for column in rows]
                yield table, [column[:count] for column in rows]

    def take_bad(self) -> list[BadValue]:
        """The values that were left out since the last time."""
        taken, self.bad = self.bad, []
        return taken

    def _make_rows(self, action: MakeRow, loop: LoopNode, segment: Segment) -> None:
        if not action.starts:
            self._make_row(action, loop, segment, 0)
            return
        fields = segment.fields
        for start in action.starts:
            if start >= len(fields):
                break
            if any(fields[start : start + action.span]):
                self._make_row(action, loop, segment, start)

    def _make_row(self, action: MakeRow, loop: LoopNode, segment: Segment, start: int) -> None:
        columns = self.plan.tables[action.table].columns
        set_offsets, *rows = self._rows[action.table]
        set_offsets.append(self.set_offset)
        for at, (sources, values) in enumerate(zip(action.cells, rows, strict=True)):
            value: Value = None
            for source in sources:
                value = self._value(source, action.table, columns[at], loop, segment, start)
                if value is not None:
                    break
            values.append(value)

    def _value(self, source: Source, table: int, column: Column, loop: LoopNode, segment: Segment, start: int) -> Value:
        match source.kind:
            case "element":
                element = source.element + (start if source.is_relative else 0)
                return self._read(table, column, loop, segment, element, source.component)
            case "register":
                return _value_or_none(column.type, self._registers[source.number])
            case "opening":
                return self._began.get(source.loop) if source.loop else None
            case "offset":
                return segment.offset
            case "start":
                return start
        return source.text

    def _fill(self, action: FillCell, loop: LoopNode, segment: Segment) -> None:
        values = self._rows[action.table][action.column + 1]
        if values and values[-1] is None:
            column = self.plan.tables[action.table].columns[action.column]
            values[-1] = self._read(action.table, column, loop, segment, action.element, action.component)

    def _keep(self, action: KeepValue, segment: Segment) -> None:
        if not self._registers[action.register]:
            self._registers[action.register] = _text(segment, action.element, action.component)

    def _read(
        self, table: int, column: Column, loop: LoopNode, segment: Segment, element: int, component: int
    ) -> Value:
        text = _text(segment, element, component)
        if not text:
            return None
        try:
            return _CONVERTERS[column.type](text)
        except ValueError:
            self._tell(BadValue(self.plan.tables[table].name, column, loop.path, segment, element, component, text))
            return None

    def _tell(self, bad: BadValue) -> None:
        """Once for each element, in however many columns it is."""
        if self._told[0] != bad.segment.index:
            self._told = (bad.segment.index, set())
        if (bad.element, bad.component) not in self._told[1]:
            self._told[1].add((bad.element, bad.component))
            self.bad.append(bad)


def bad_values(plan: Plan, loop: LoopNode, segment: Segment) -> list[BadValue]:
    """What one segment of a loop holds that cannot be read, as an extractor that meets it says."""
    extractor = Extractor(plan)
    extractor.begin_set(segment)
    extractor.begin_loop(loop, segment)
    extractor.take(loop, segment)
    return extractor.take_bad()


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


def _qualifier(segment: Segment) -> str:
    element, component = qualifier_place(segment.fields[0])
    return segment.component(element, component) if component else segment[element]


def _text(segment: Segment, element: int, component: int) -> str:
    return segment.component(element, component) if component else segment[element]


def _value_or_none(type_: Type, text: str) -> Value:
    if not text:
        return None
    try:
        return _CONVERTERS[type_](text)
    except ValueError:
        return None


def _read_text(text: str) -> str:
    """As written; bytes that are not UTF-8 as Latin-1."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogateescape").decode("latin-1")
    return text


@lru_cache(maxsize=4096)
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


@lru_cache(maxsize=4096)
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
    "text": _read_text,
    "cents": lru_cache(maxsize=4096)(parse_cents),
    "thousandths": _read_thousandths,
    "date": _read_first_day,
    "last": _read_last_day,
}
