"""Tables as data: which elements of a set become which columns, and the plan for one guide that both interpreters run.

    guide 005010X221A1 835                             a guide (by its version) and what its rows are called
    table adjustments # Every triplet of every CAS     a table; what is indented below belongs to it
      at */CAS each 2.. by 3                           which segments make its rows
      claim_offset row claims                          a column: name, type, places, what it means
      group_code text CAS01
      amount_cents cents CAS+1

**Places** are written LOOP/SEGMENT[QUALIFIER]ELEMENT-COMPONENT: `2100/NM1[QC]09`, `2110/SVC01-2`. The qualifier is the
element that tells positions of that segment apart. `*` is any loop, `2310*` any loop whose name begins so. A place
without a loop is in the segment that makes the row; `+1` counts from where its group begins. A place that a guide does
not have is for another guide.

**Rows.** Every segment in the loop makes a row, whether or not the guide wants it there. With `each` it makes one for
every group of elements that has a value: the groups begin at the elements listed (`2.. by 3` is 2, 5, 8 ... 62) and are
as long as `by` says (1 without it). A table has rows of a guide when the guide has one of its segments and one of its
columns' places.

**Columns** take the first place of those written that has a value (an empty element is none), out of
- the segment that makes the row;
- what encloses it: the loops around the row's loop, and the loops directly in those, of which the first value counts;
  it is forgotten when the loop around begins anew;
- where the row is made by the first segment of a loop, that loop and the loops in it, until it ends: the first value
  that comes, when none is there yet.

**Types**
    text           as written; bytes that are not UTF-8 are read as Latin-1
    cents          a plain decimal of whole cents, below 10**15 cents
    thousandths    a plain decimal of whole thousandths, below 10**15 of them
    date, last     the first and the last day of CCYYMMDD, CCYYMMDDHHMM or CCYYMMDD-CCYYMMDD, in days since 1970-01-01;
                   a time of day (four or six digits) is none
    offset         the byte where the row's segment begins
    row TABLE      the offset of the row of that table which encloses this one, made by the first segment of a loop
    loop, segment  the names of the loop and the segment that made the row
    element        where the row's group begins
A value that is not of its type is none, and is told (`BadValue`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from claimwright.x12.guides.language import QUALIFIERS, Guide, LoopNode, Position

Type = Literal["text", "cents", "thousandths", "date", "last", "offset", "row", "loop", "segment", "element"]
TYPES: tuple[Type, ...] = (
    "text", "cents", "thousandths", "date", "last", "offset", "row", "loop", "segment", "element",
)  # fmt: skip
LAST_ELEMENT = 63
"""Elements behind this one make no rows; no segment has half as many."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands. `loop` is empty for the row's own segment; `element` 0 means the segment as a whole.

    `is_relative`: `element` counts from 0 where the row's group begins. `component` is 0 for the whole element.
    """

    loop: str
    segment: str
    qualifier: str = ""
    element: int = 0
    component: int = 0
    is_relative: bool = False

    def is_in(self, loop_id: str) -> bool:
        """True when the place is in loops of that name."""
        return loop_id.startswith(self.loop[:-1]) if self.loop.endswith("*") else loop_id == self.loop


@dataclass(frozen=True, slots=True)
class Opening:
    """Segments that make rows: one each when `starts` is empty, else one for each group of `span` elements."""

    place: Place
    starts: tuple[int, ...] = ()
    span: int = 1


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `of` names the table of a `row`."""

    name: str
    type: Type
    places: tuple[Place, ...] = ()
    of: str = ""
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its columns, and what makes its rows."""

    name: str
    columns: tuple[Column, ...]
    openings: tuple[Opening, ...]
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Columns:
    """Every table of a file; `kinds` says what the rows of a guide (by its version) are called."""

    tables: tuple[Table, ...]
    kinds: dict[str, str]


class ColumnsError(ValueError):
    """A file of tables that does not follow the language, or names what no guide has."""


# Reading the language.

_PLACE = re.compile(
    r"(?:(?P<loop>\*|\w+\*?)/)?(?P<segment>[A-Z][A-Z0-9]{1,2})(?:\[(?P<qualifier>\w+)\])?"
    r"(?:(?P<sign>\+)(?P<relative>\d)|(?P<element>\d\d))?(?:-(?P<component>\d+))?\Z"
)
_RANGE = re.compile(r"(\d+)(?:(\.\.)(\d+)?)?\Z")


def parse_columns(text: str) -> Columns:
    """The tables of a file. Raises `ColumnsError` with the line that is wrong."""
    kinds: dict[str, str] = {}
    tables: list[_Draft] = []
    for number, raw in enumerate(text.splitlines(), 1):
        line, _, meaning = raw.partition("#")
        words = line.split()
        try:
            if not words:
                continue
            if not line.startswith(" "):
                _read_top(words, meaning.strip(), kinds, tables)
            elif words[0] == "at":
                tables[-1].openings += _read_openings(words[1:])
            else:
                tables[-1].columns.append(_read_column(words, meaning.strip()))
        except (ValueError, IndexError) as wrong:
            raise ColumnsError(f"line {number}: {raw.strip()}: {wrong}") from wrong
    return Columns(tuple(draft.table() for draft in tables), kinds)


@dataclass(slots=True)
class _Draft:
    name: str
    meaning: str
    openings: list[Opening] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)

    def table(self) -> Table:
        return Table(self.name, tuple(self.columns), tuple(self.openings), self.meaning)


def _read_top(words: list[str], meaning: str, kinds: dict[str, str], tables: list[_Draft]) -> None:
    if words[0] == "guide":
        kinds[words[1]] = words[2]
    elif words[0] == "table":
        tables.append(_Draft(words[1], meaning))
    else:
        raise ValueError("neither a guide nor a table")


def _read_openings(words: list[str]) -> list[Opening]:
    places, span = words, 1
    starts: tuple[int, ...] = ()
    if "each" in words:
        at = words.index("each")
        places, listed = words[:at], words[at + 1]
        span = int(words[at + 3]) if words[at + 2 : at + 3] == ["by"] else 1
        starts = tuple(start for part in listed.split(",") for start in _range(part, span))
    return [Opening(_read_place(place), starts, span) for place in places]


def _range(text: str, step: int) -> Iterator[int]:
    match = _RANGE.match(text)
    if not match:
        raise ValueError(f"{text} is neither a number nor a range")
    first = int(match[1])
    last = int(match[3] or LAST_ELEMENT) if match[2] else first
    return iter(range(first, last + 1, step))


def _read_column(words: list[str], meaning: str) -> Column:
    name, kind, *rest = words
    of = rest.pop(0) if kind == "row" else ""
    type_ = next((known for known in TYPES if known == kind), None)
    if type_ is None:
        raise ValueError(f"{kind} is no type")
    return Column(name, type_, tuple(map(_read_place, rest)), of, meaning)


def _read_place(text: str) -> Place:
    match = _PLACE.match(text)
    if not match:
        raise ValueError(f"{text} is no place")
    element = int(match["relative"] or match["element"] or 0)
    return Place(
        match["loop"] or "",
        match["segment"],
        match["qualifier"] or "",
        element,
        int(match["component"] or 0),
        is_relative=bool(match["sign"]),
    )


# The plan for one guide.


@dataclass(frozen=True, slots=True)
class Source:
    """One way to a cell's value, by `kind`.

    element    `element` (counted from the group's begin when `is_relative`) and `component` of the row's own segment
    register   what register `number` holds
    opening    the offset at which the open loop `loop` began
    offset     the offset of the row's segment
    loop, segment, element number: the constant `text`, or where the group begins (`start`)
    """

    kind: Literal["element", "register", "opening", "offset", "constant", "start"]
    element: int = 0
    component: int = 0
    is_relative: bool = False
    number: int = 0
    loop: LoopNode | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class MakeRow:
    """Add a row to table `table` (or one for each group that has a value): for each column its sources, in order."""

    qualifier: str
    table: int
    starts: tuple[int, ...]
    span: int
    cells: tuple[tuple[Source, ...], ...]


@dataclass(frozen=True, slots=True)
class FillCell:
    """Put an element into column `column` of the last row of table `table`, when nothing is there yet."""

    qualifier: str
    table: int
    column: int
    element: int
    component: int


@dataclass(frozen=True, slots=True)
class KeepValue:
    """Put the text of an element into register `register`, when it holds nothing yet."""

    qualifier: str
    register: int
    element: int
    component: int


Action = MakeRow | FillCell | KeepValue


@dataclass(frozen=True, slots=True)
class PlannedTable:
    """A table as one guide fills it: those of its columns that the guide has; `is_held`: later segments may add to
    its last row."""

    name: str
    columns: tuple[Column, ...]
    is_held: bool


@dataclass(slots=True, eq=False)
class Plan:
    """What to do with the segments of a set that follows `guide`.

    `actions[loop][segment name]` are done in order, each when its qualifier is empty or is the segment's own;
    `forgets[loop]` are the registers that are emptied when the loop begins (all of them when the set begins).
    """

    guide: Guide
    kind: str
    tables: list[PlannedTable] = field(default_factory=list)
    actions: dict[LoopNode, dict[str, list[Action]]] = field(default_factory=dict)
    forgets: dict[LoopNode, list[int]] = field(default_factory=dict)
    registers: int = 0


def qualifier_place(segment_id: str) -> tuple[int, int]:
    """Element and component (0: the whole element) that hold the qualifier of segments of that name."""
    return QUALIFIERS.get(segment_id, (1, 0))


def plan_columns(columns: Columns, guide: Guide, wanted: Sequence[str] | None = None) -> Plan | None:
    """The plan for a guide; `None` when the tables do not name it. `wanted` are the tables to fill, all unless said."""
    kind = columns.kinds.get(guide.version)
    return _Planner(columns, Plan(guide, kind)).plan(wanted) if kind else None


class _Planner:
    def __init__(self, columns: Columns, plan: Plan) -> None:
        self.columns = columns
        self.result = plan
        self.nodes = list(_nodes(plan.guide.root))
        self.registers: dict[tuple[LoopNode, Place], int] = {}

    def plan(self, wanted: Sequence[str] | None) -> Plan:
        for table in self.columns.tables:
            if wanted is None or table.name in wanted:
                self._add(table)
        self.result.registers = len(self.registers)
        return self.result

    def _add(self, table: Table) -> None:
        openings = [(node, opening) for opening in table.openings for node in self.nodes if _has(node, opening.place)]
        number = len(self.result.tables)
        used = [column for column in table.columns if any(self._is_used(column, *pair) for pair in openings)]
        if not any(column.places for column in used):
            return
        is_held = False
        for node, opening in openings:
            cells = tuple(self._sources(column, node, opening) for column in used)
            row = MakeRow(opening.place.qualifier, number, opening.starts, opening.span, cells)
            self._do(node, opening.place.segment, row)
            if _is_first(node, opening):
                for at, column in enumerate(used):
                    is_held = self._fill(number, at, column, node, opening) or is_held
        self.result.tables.append(PlannedTable(table.name, tuple(used), is_held))

    def _do(self, node: LoopNode, segment_id: str, action: Action) -> None:
        actions = self.result.actions.setdefault(node, {}).setdefault(segment_id, [])
        if action not in actions:
            actions.append(action)

    def _is_used(self, column: Column, node: LoopNode, opening: Opening) -> bool:
        return bool(self._sources(column, node, opening)) or any(self._late(column, node, opening))

    def _sources(self, column: Column, node: LoopNode, opening: Opening) -> tuple[Source, ...]:
        """What is known of a column when a row is made."""
        if column.type == "offset":
            return (Source("offset"),)
        if column.type == "element":
            return (Source("start"),)
        if column.type in ("loop", "segment"):
            return (Source("constant", text=node.id if column.type == "loop" else opening.place.segment),)
        if column.type == "row":
            return self._enclosing_row(column.of, node)
        return tuple(source for place in column.places for source in self._value_sources(place, node, opening))

    def _enclosing_row(self, table_name: str, node: LoopNode) -> tuple[Source, ...]:
        table = next((table for table in self.columns.tables if table.name == table_name), None)
        if table is None:
            raise ColumnsError(f"there is no table {table_name}")
        for loop in node.ancestry():
            if any(_has(loop, opening.place) and _is_first(loop, opening) for opening in table.openings):
                return (Source("opening", loop=loop),)
        return ()

    def _value_sources(self, place: Place, node: LoopNode, opening: Opening) -> Iterator[Source]:
        if _is_own(place, node, opening):
            yield Source("element", place.element, place.component, place.is_relative)
            return
        above = node.ancestry()[1:]
        for loop in self.nodes:
            is_around = loop in above
            if (is_around or loop.parent in above) and loop not in node.ancestry()[:1] and _has(loop, place):
                yield Source("register", number=self._register(loop, place, loop if is_around else loop.parent))

    def _register(self, loop: LoopNode, place: Place, around: LoopNode | None) -> int:
        number = self.registers.get((loop, place))
        if number is None:
            number = self.registers[loop, place] = len(self.registers)
            if around is not None:
                self.result.forgets.setdefault(around, []).append(number)
            keep = KeepValue(place.qualifier, number, place.element, place.component)
            self._do(loop, place.segment, keep)
        return number

    def _late(self, column: Column, node: LoopNode, opening: Opening) -> Iterator[tuple[LoopNode, Place]]:
        """Places in the loop and the loops in it, where a value may come after the row was made."""
        if not _is_first(node, opening):
            return
        for place in column.places:
            if place.loop and not _is_own(place, node, opening):
                for loop in self.nodes:
                    if node in loop.ancestry() and _has(loop, place):
                        yield loop, place

    def _fill(self, table: int, at: int, column: Column, node: LoopNode, opening: Opening) -> bool:
        is_held = False
        for loop, place in self._late(column, node, opening):
            fill = FillCell(place.qualifier, table, at, place.element, place.component)
            self._do(loop, place.segment, fill)
            is_held = True
        return is_held


def _nodes(loop: LoopNode) -> Iterator[LoopNode]:
    yield loop
    for members in loop.groups:
        for member in members:
            if isinstance(member, LoopNode):
                yield from _nodes(member)


def _positions(loop: LoopNode) -> Iterator[Position]:
    return (member for members in loop.groups for member in members if isinstance(member, Position))


def _has(loop: LoopNode, place: Place) -> bool:
    """True when the guide has that place in that loop."""
    return place.is_in(loop.id) and any(
        position.id == place.segment
        and (not place.qualifier or not position.values or place.qualifier in position.values)
        and place.element <= len(position.rule.elements)
        for position in _positions(loop)
    )


def _is_first(loop: LoopNode, opening: Opening) -> bool:
    """True when the rows are made by the segment that begins the loop."""
    first = loop.groups[0][0]
    is_plain = not opening.starts and not opening.place.qualifier
    return is_plain and isinstance(first, Position) and first.id == opening.place.segment


def _is_own(place: Place, loop: LoopNode, opening: Opening) -> bool:
    """True when the place is in the segment that makes the row."""
    is_here = not place.loop or place.is_in(loop.id)
    return is_here and place.segment == opening.place.segment and place.qualifier in ("", opening.place.qualifier)
