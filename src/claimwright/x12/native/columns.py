"""Columns out of segments in C: the plan of `x12.columns` as tables, and rows as Arrow arrays.

What `x12.extracting` does in Python, which defines it. The arrays leave through the Arrow PyCapsule interface, so any
Arrow library takes them without copying, and none is needed here.
"""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import Any

from claimwright.x12.columns import FillCell, KeepValue, MakeRow, Plan, PlannedTable, Source, Type, qualifier_place
from claimwright.x12.extracting import BadValue, BadValues
from claimwright.x12.guides.language import LoopNode, Position
from claimwright.x12.native import binding
from claimwright.x12.native.packing import pack_key, signed
from claimwright.x12.stretch import Stretch, decoded
from claimwright.x12.tree import Segment

_INT, _LONG, _WORD, _POINTER = ctypes.c_int32, ctypes.c_int64, ctypes.c_uint64, ctypes.c_void_p

_INT64, _INT32, _TEXT = range(3)
_STORAGES: dict[Type, tuple[int, int, str]] = {
    "text": (_TEXT, 0, "u"), "cents": (_INT64, 1, "l"), "thousandths": (_INT64, 2, "l"), "date": (_INT32, 3, "tdD"),
    "last": (_INT32, 4, "tdD"), "offset": (_INT64, 5, "l"), "row": (_INT64, 5, "l"), "loop": (_TEXT, 0, "u"),
    "segment": (_TEXT, 0, "u"), "element": (_INT32, 5, "i"),
}  # fmt: skip
"""How a type is stored, how its text is read, and Arrow's format for it."""
_SOURCES = {"element": 0, "register": 1, "opening": 2, "offset": 3, "constant": 4, "start": 5}
_MAKE_ROW, _FILL_CELL, _KEEP_VALUE = range(3)
_MOST_PLANS = 64
_ACTION_WIDTH, _SOURCE_WIDTH = 15, 7
_BEHIND_TEXTS = 16
"""Bytes behind the constant texts, which are copied so many at once."""


class _Plan(ctypes.Structure):
    _TABLES = ("stops", "loops", "named", "actions", "cells", "sources", "columns", "tables", "numbers", "texts")
    _NUMBERS = (
        "stop_count", "loop_count", "table_count", "column_count", "registers", "root", "action_count", "source_count",
    )  # fmt: skip
    _fields_ = [(name, _POINTER) for name in _TABLES] + [(name, _INT) for name in _NUMBERS]


class _Marks(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint8) for name in ("element", "component", "terminator")]


class _Bad(ctypes.Structure):
    _fields_ = [(name, _WORD) for name in ("offset", "length", "index")] + [
        (name, _INT) for name in ("loop", "table", "column", "element", "component", "spare")
    ]


_Bads = ctypes.POINTER(_Bad)


class _Array(ctypes.Structure):
    _fields_ = [
        *((name, _LONG) for name in ("length", "null_count", "offset", "n_buffers", "n_children")),
        *((name, _POINTER) for name in ("buffers", "children", "dictionary", "release", "private_data")),
    ]


class _Schema(ctypes.Structure):
    _fields_ = [
        *((name, _POINTER) for name in ("format", "name", "metadata")),
        *((name, _LONG) for name in ("flags", "n_children")),
        *((name, _POINTER) for name in ("children", "dictionary", "release", "private_data")),
    ]


_STRUCTURES = (_Plan, _Bad, _Array, _Schema)


@cache
def load() -> ctypes.CDLL | None:
    """The library, when it is there and knows columns."""
    library, _ = binding.load_library(binding.library_path())
    if library is None or not hasattr(library, "cc_size"):
        return None
    library.cc_size.restype = ctypes.c_uint32
    if any(library.cc_size(number) != ctypes.sizeof(structure) for number, structure in enumerate(_STRUCTURES)):
        return None
    for name, result, arguments in (
        ("cc_new", _POINTER, [ctypes.POINTER(_Plan)]),
        ("cc_free", None, [_POINTER]),
        ("cc_begin_set", None, [_POINTER, _WORD, _Marks]),
        ("cc_take", _LONG, [_POINTER, _POINTER, _WORD, _WORD, _WORD, _POINTER, _WORD]),
        ("cc_rows", _WORD, [_POINTER]),
        ("cc_bads", _WORD, [_POINTER, ctypes.POINTER(_Bads)]),
        ("cc_give", _LONG, [_POINTER, _INT, _INT, ctypes.POINTER(_Array)]),
        ("cc_schema", _INT, [ctypes.POINTER(_Schema), _POINTER, _POINTER, _INT]),
        ("cc_release_array", None, [_POINTER]),
        ("cc_release_schema", None, [_POINTER]),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


class CompiledPlan:
    """A plan as tables for the library; `positions` are those of the guide by the numbers that a trail has."""

    def __init__(self, plan: Plan, positions: Sequence[Position]) -> None:
        self.plan = plan
        self.root = positions.index(plan.guide.root.trigger)
        self.loops = _loops(plan.guide.root)
        self._loop_numbers = {loop: number for number, loop in enumerate(self.loops)}
        self._texts = bytearray(1)
        self._tables: dict[str, array[int]] = {name: array("i") for name in _Plan._TABLES[:-1]}
        ranges = {loop: self._add_actions(loop) for loop in self.loops}
        for loop in self.loops:
            self._add_loop(loop, ranges[loop])
        for position in positions:
            action, count = ranges[position.loop].get(position.id, (0, 0))
            is_first = position is position.loop.trigger
            self._add("stops", self._loop_numbers[position.loop], int(is_first), action, count)
        for table in plan.tables:
            first = len(self._tables["columns"]) // 2
            for column in table.columns:
                self._add("columns", *_STORAGES[column.type][:2])
            self._add("tables", first, len(table.columns), int(table.is_held))
        tables = (table or array("i", [0]) for table in self._tables.values())
        texts = ctypes.create_string_buffer(bytes(self._texts) + bytes(_BEHIND_TEXTS))
        self.tables_in_order: list[array[int] | ctypes.Array[ctypes.c_char]] = [*tables, texts]
        """As the structure has them; its pointers point into them."""
        self.numbers = (
            len(positions),
            len(self.loops),
            len(plan.tables),
            len(self._tables["columns"]) // 2,
            plan.registers,
            0,
            len(self._tables["actions"]) // _ACTION_WIDTH,
            len(self._tables["sources"]) // _SOURCE_WIDTH,
        )
        self.structure = _Plan(*map(binding.address_of, self.tables_in_order), *self.numbers)

    def _add(self, name: str, *numbers: int) -> None:
        self._tables[name].extend(numbers)

    def _add_actions(self, loop: LoopNode) -> dict[str, tuple[int, int]]:
        """The actions of a loop: by segment name the first of them and how many."""
        ranges = {}
        for name, actions in self.plan.actions.get(loop, {}).items():
            first = len(self._tables["actions"]) // _ACTION_WIDTH
            for action in actions:
                self._add_action(name, action)
            ranges[name] = first, len(actions)
        return ranges

    def _add_action(self, name: str, action: MakeRow | FillCell | KeepValue) -> None:
        key = pack_key(action.qualifier)
        qualifier = (signed(key), signed(key >> 32), *qualifier_place(name))
        if isinstance(action, MakeRow):
            start, cells = self._numbers(action.starts), self._add_cells(action.cells)
            group = (start, len(action.starts), action.span)
            row = (_MAKE_ROW, *qualifier, action.table, 0, 0, 0, 0, *group, *cells)
        elif isinstance(action, FillCell):
            place = (0, action.element, action.component)
            row = (_FILL_CELL, *qualifier, action.table, action.column, *place, 0, 0, 0, 0, 0)
        else:
            place = (action.register, action.element, action.component)
            row = (_KEEP_VALUE, *qualifier, 0, 0, *place, 0, 0, 0, 0, 0)
        self._add("actions", *row)

    def _add_cells(self, cells: Sequence[Sequence[Source]]) -> tuple[int, int]:
        """The cells that have sources: the first of them and how many."""
        first = len(self._tables["cells"]) // 3
        used = [(column, sources) for column, sources in enumerate(cells) if sources]
        for column, sources in used:
            self._add("cells", column, len(self._tables["sources"]) // _SOURCE_WIDTH, len(sources))
            for source in sources:
                self._add("sources", *self._source(source))
        return first, len(used)

    def _source(self, source: Source) -> tuple[int, ...]:
        number = self._loop_numbers[source.loop] if source.loop else source.number
        text = source.text.encode()
        at = len(self._texts)
        self._texts += text
        place = (source.element, source.component, int(source.is_relative))
        return (_SOURCES[source.kind], *place, number, at, len(text))

    def _numbers(self, numbers: Sequence[int]) -> int:
        first = len(self._tables["numbers"])
        self._add("numbers", *numbers)
        return first

    def _add_loop(self, loop: LoopNode, ranges: dict[str, tuple[int, int]]) -> None:
        named = len(self._tables["named"]) // 3
        for name, (first, count) in ranges.items():
            self._add("named", signed(pack_key(name) & 0xFFFFFF | len(name) << 24), first, count)
        forgets = self.plan.forgets.get(loop, [])
        self._add("loops", named, len(ranges), self._numbers(forgets), len(forgets))


def _loops(loop: LoopNode) -> list[LoopNode]:
    inner = (member for members in loop.groups for member in members if isinstance(member, LoopNode))
    return [loop, *(below for one in inner for below in _loops(one))]


_plans: dict[Plan, tuple[tuple[Position, ...], CompiledPlan]] = {}


def _compiled(plan: Plan, positions: tuple[Position, ...]) -> CompiledPlan:
    """The plan as tables, made once: positions are compared, which is quick when they are the same ones."""
    known = _plans.get(plan)
    if known is None or known[0] != positions:
        known = positions, CompiledPlan(plan, positions)
        _plans[plan] = known
        if len(_plans) > _MOST_PLANS:
            _plans.pop(next(iter(_plans)), None)
    return known[1]


class NativeExtractor:
    """Fills the tables of a plan as `Extractor` does, from stretches and the trail of a walk over them."""

    def __init__(self, plan: Plan, positions: Sequence[Position]) -> None:
        library = load()
        if library is None:
            raise RuntimeError("the native core cannot make columns")
        self.plan = plan
        self.set_offset = 0
        self._library = library
        self._compiled = _compiled(plan, tuple(positions))
        self._root = array("i", [self._compiled.root])
        self._bad = BadValues(plan)
        self._memory = library.cc_new(ctypes.byref(self._compiled.structure))
        if not self._memory:
            raise MemoryError

    def __del__(self) -> None:
        if memory := getattr(self, "_memory", None):
            self._library.cc_free(memory)

    def begin_set(self, opening: Segment) -> None:
        """A set begins with its ST: everything of the set before is forgotten, but not its rows."""
        self.set_offset = opening.offset
        marks = opening.delimiters
        given = _Marks(ord(marks.element), ord(marks.component), ord(marks.terminator))
        self._library.cc_begin_set(self._memory, opening.offset, given)
        raw = str(opening).encode("utf-8", "surrogateescape") + marks.terminator.encode("latin-1")
        stretch = Stretch(raw, 0, len(raw), opening.offset, marks)
        self.take_trail(stretch, 0, opening.index, self._root)

    def take_trail(self, stretch: Stretch, position: int, index: int, trail: array[int]) -> None:
        """The segments from byte `position` of the stretch's data, the first being number `index`."""
        begin = (ctypes.cast(ctypes.c_char_p(stretch.data), ctypes.c_void_p).value or 0) + position
        size, offset, positions = stretch.end - position, stretch.base + position, trail.buffer_info()[0]
        if self._library.cc_take(self._memory, begin, size, offset, index, positions, len(trail)) < 0:
            raise MemoryError
        self._note_bad(stretch)

    def _note_bad(self, stretch: Stretch) -> None:
        bads = _Bads()
        for number in range(self._library.cc_bads(self._memory, ctypes.byref(bads))):
            at = bads[number]
            raw = stretch.data[at.offset - stretch.base : at.offset - stretch.base + at.length]
            text = raw.decode("latin-1")
            text = text if raw.isascii() else decoded(text)
            segment = Segment(text, stretch.delimiters, at.index, at.offset, at.length)
            self._bad.tell(at.table, at.column, self._compiled.loops[at.loop], segment, at.element, at.component)

    @property
    def row_count(self) -> int:
        """How many rows wait to be taken."""
        return int(self._library.cc_rows(self._memory))

    @property
    def bad_count(self) -> int:
        """How many values wait to be taken."""
        return len(self._bad)

    def take_bad(self) -> list[BadValue]:
        """The values that were left out since the last time."""
        return self._bad.take()

    def take_rows(self, *, is_end: bool) -> Iterator[tuple[PlannedTable, ArrowRows]]:
        """The rows since the last time, by table; not yet the last of a table that may still get values unless
        `is_end`. Raises `MemoryError`."""
        for number, table in enumerate(self.plan.tables):
            rows = ArrowRows(self._library, table)
            count = self._library.cc_give(self._memory, number, int(is_end), ctypes.byref(rows.array))
            if count < 0:
                raise MemoryError
            if count:
                yield table, rows


class ArrowRows:
    """Rows of a table as an Arrow struct array, to be taken once: `pyarrow.record_batch(rows)`, polars, DuckDB ..."""

    def __init__(self, library: ctypes.CDLL, table: PlannedTable) -> None:
        self._library = library
        self._table = table
        self.array = _Array()

    def __len__(self) -> int:
        return int(self.array.length)

    def __del__(self) -> None:
        self._library.cc_release_array(ctypes.addressof(self.array))

    def __arrow_c_array__(self, requested_schema: object = None) -> tuple[Any, Any]:
        """The schema and the array as capsules; raises `ValueError` when they were taken before."""
        if not self.array.release:
            raise ValueError("these rows were taken already")
        schema = _capsule(self._schema(), b"arrow_schema", self._library.cc_release_schema)
        moved = _Array.from_buffer_copy(self.array)
        self.array.release = None
        return schema, _capsule(moved, b"arrow_array", self._library.cc_release_array)

    def _schema(self) -> _Schema:
        schema = _Schema()
        formats, names = _texts_of(self._table)
        if not self._library.cc_schema(ctypes.byref(schema), formats, names, len(names)):
            raise MemoryError
        return schema


@lru_cache(maxsize=256)
def _texts_of(table: PlannedTable) -> tuple[Any, Any]:
    """Arrow's formats and the names of a table's columns, as the library takes them."""
    texts = ctypes.c_char_p * (len(table.columns) + 1)
    formats = texts(b"l", *(_STORAGES[column.type][2].encode() for column in table.columns))
    return formats, texts(b"set_offset", *(column.name.encode() for column in table.columns))


# Capsules. Their memory, and that of their names, is kept here until they are destroyed.

_kept: dict[int, tuple[ctypes.Structure, Any, bytes]] = {}

_make_capsule = ctypes.pythonapi.PyCapsule_New
_make_capsule.restype, _make_capsule.argtypes = ctypes.py_object, [_POINTER, ctypes.c_char_p, _POINTER]
_pointer_of = ctypes.PYFUNCTYPE(_POINTER, _POINTER, ctypes.c_char_p)(("PyCapsule_GetPointer", ctypes.pythonapi))
_name_of = ctypes.PYFUNCTYPE(ctypes.c_char_p, _POINTER)(("PyCapsule_GetName", ctypes.pythonapi))


def _capsule(structure: ctypes.Structure, name: bytes, release: Any) -> Any:
    address = ctypes.addressof(structure)
    _kept[address] = structure, release, name
    return _make_capsule(address, name, ctypes.cast(_destroy, _POINTER))


def _release_untaken(capsule: int) -> None:
    """Release what nobody took."""
    address = _pointer_of(capsule, _name_of(capsule))
    kept = _kept.pop(address or 0, None)
    if kept is not None:
        kept[1](address)


_destroy = ctypes.PYFUNCTYPE(None, _POINTER)(_release_untaken)
