"""The library, and its structures as ctypes sees them.

The library lies beside this module and is loaded when it is first asked for. One of another version, or whose
structures have other sizes, is not used. Calls let other threads run; one `Core` belongs to one thread at a time.
"""

from __future__ import annotations

import ctypes
import sys
from array import array
from contextlib import suppress
from functools import cache, lru_cache
from pathlib import Path

from claimwright.x12.guides.language import Guide
from claimwright.x12.native.packing import UnsupportedError
from claimwright.x12.native.tables import GuideTables
from claimwright.x12.rules.binding import Program
from claimwright.x12.tree import Delimiters

ABI = 8
DONE, CONTROL, DOUBT, REFUSED = range(4)
REMEMBERED, CAME_BEFORE, IS_FULL = range(3)
ABSENT = -(1 << 63)
UNKNOWN = (1 << 62) - 1
"""And more: a sum that nothing is known of."""

_MOST_IDLE = 4
_INT, _WORD, _POINTER = ctypes.c_int32, ctypes.c_uint64, ctypes.c_void_p


_TABLES = (
    "names", "forks_of", "forks", "slots", "ways", "needs", "positions", "loops", "rules", "elements", "notes", "codes",
    "long_codes", "steps", "classes", "checks", "conditions", "masks", "listed", "numbers", "is_empty", "texts",
)  # fmt: skip
_NUMBERS = (
    "segment_count", "root_position", "depth", "max_members", "registers", "kept_places", "uniques", "max_writes",
)  # fmt: skip


class _Guide(ctypes.Structure):
    _fields_ = [*((name, _POINTER) for name in _TABLES), *((name, _INT) for name in _NUMBERS)]


class Place(ctypes.Structure):
    """A segment of the file: its number from 1 (0: none), its first byte, its bytes without the terminator."""

    _fields_ = [("index", _WORD), ("offset", _WORD), ("length", _WORD)]


class _State(ctypes.Structure):
    _fields_ = [
        *((name, _POINTER) for name in ("registers", "kept", "counts", "begins")),
        ("last", Place),
        ("trail", _POINTER),
        ("trail_count", _WORD),
        ("trail_room", _WORD),
        ("position", _INT),
        ("depth", _INT),
    ]


class _Window(ctypes.Structure):
    _fields_ = [("data", _POINTER), ("size", _WORD), ("offset", _WORD), ("taken", _WORD)]


class _Delimiters(ctypes.Structure):
    _fields_ = [
        *((name, ctypes.c_uint8) for name in ("element", "component", "repetition", "terminator", "has_repetition")),
        ("spare", ctypes.c_uint8 * 3),
    ]


_STRUCTURES = (_Guide, _State, Place, _Window, _Delimiters)


def available() -> bool:
    """Whether the native core is there and can be used."""
    return not why_not()


def why_not() -> str:
    """Why the native core cannot be used; `''` when it can."""
    return _loaded()[1]


def library_path() -> Path:
    """Where the library lies when it was built."""
    return Path(__file__).with_name("_core.dll" if sys.platform == "win32" else "_core.so")


@cache
def _loaded() -> tuple[ctypes.CDLL | None, str]:
    return load_library(library_path())


def load_library(path: Path) -> tuple[ctypes.CDLL | None, str]:
    """The library and `''`, or `None` and why it cannot be used."""
    if not path.exists():
        return None, "it was not built: there was no C compiler when claimwright was installed"
    try:
        library = ctypes.CDLL(str(path))
        abi = int(library.cw_abi())
    except (OSError, AttributeError) as wrong:
        return None, f"{path.name} cannot be loaded: {wrong}"
    if abi != ABI:
        return None, f"{path.name} is of version {abi}, this claimwright needs {ABI}; install claimwright again"
    library.cw_size.restype = ctypes.c_uint32
    for number, structure in enumerate(_STRUCTURES):
        if library.cw_size(number) != ctypes.sizeof(structure):
            return None, f"{path.name} was built with another layout of {structure.__name__.strip('_')}"
    _declare(library)
    return library, ""


def _declare(library: ctypes.CDLL) -> None:
    window = ctypes.POINTER(_Window)
    for name, result, arguments in (
        ("cw_new", _POINTER, [ctypes.POINTER(_Guide), ctypes.c_uint32]),
        ("cw_free", None, [_POINTER]),
        ("cw_state_of", ctypes.POINTER(_State), [_POINTER]),
        ("cw_begin", _INT, [_POINTER, ctypes.POINTER(_Delimiters), window, _WORD]),
        ("cw_run", _INT, [_POINTER, window, _WORD]),
        ("cw_end", _INT, [_POINTER, window]),
        ("cw_stand", None, [_POINTER, _INT]),
        ("cw_remember", _INT, [_POINTER, _INT, ctypes.c_char_p, ctypes.c_uint32]),
        ("cw_forget", None, [_POINTER, _INT]),
        ("cw_find_isa", _WORD, [ctypes.c_char_p, _WORD, _WORD]),
        ("cw_knows", _INT, [_POINTER, _INT, ctypes.c_char_p, ctypes.c_uint32]),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments


def find_isa(data: bytes, begin: int) -> int:
    """Where `ISA` and what may be a separator stand first at or after `begin`; the end of the data when nowhere."""
    library = _loaded()[0]
    if library is None:
        raise RuntimeError(f"The native core cannot be used: {why_not()}.")
    return int(library.cw_find_isa(data, min(begin, len(data)), len(data)))


class CompiledGuide:
    """A guide's tables, held in memory for the library. Raises `UnsupportedError` when they cannot hold it."""

    def __init__(self, guide: Guide, program: Program) -> None:
        self.tables = tables = GuideTables(guide, program)
        self.looked = frozenset(
            node for node, at in program.loops.items() if any(rule.verb == "look" for rule in at.ends)
        )
        """The loops that rules look at as a whole."""
        walk, checks, rules = tables.walk, tables.checks, tables.rules
        self.tables_in_order: list[array[int] | ctypes.Array[ctypes.c_char]] = [
            tables.names, walk.forks_of, walk.forks.numbers, walk.slots.numbers, walk.ways.numbers, walk.needs.numbers,
            tables.position_rows, tables.loop_rows, checks.rules.numbers, checks.elements.numbers,
            checks.notes.numbers, tables.codes.codes, checks.long_codes.numbers, rules.steps.numbers,
            rules.classes.numbers, rules.checks.numbers, rules.conditions.numbers, rules.masks.numbers,
            rules.listed.numbers, rules.numbers.numbers, rules.is_empty,
            ctypes.create_string_buffer(bytes(tables.codes.texts)),
        ]  # fmt: skip
        """As the structure has them; its pointers point into them."""
        self.numbers = (
            len(tables.segments),
            tables.root_position,
            tables.depth,
            tables.max_members,
            len(program.cells),
            len(program.slots),
            program.uniques,
            rules.max_writes,
        )
        self.idle: list[Core] = []
        """Cores that wait for their next set."""
        for table in self.tables_in_order:
            if isinstance(table, array) and not table:
                table.append(0)  # One without rows has no place of its own.
        self.structure = _Guide(*map(address_of, self.tables_in_order), *self.numbers)


def address_of(table: array[int] | ctypes.Array[ctypes.c_char]) -> int:
    """Where a table lies in memory."""
    return table.buffer_info()[0] if isinstance(table, array) else ctypes.addressof(table)


@lru_cache(maxsize=32)
def compiled(guide: Guide, program: Program) -> CompiledGuide | None:
    """The tables of a guide with its rules, made once; `None` when they cannot hold it."""
    try:
        return CompiledGuide(guide, program)
    except UnsupportedError:
        return None


class Core:
    """A walk of the library over sets of one guide, and its state. Raises `MemoryError` when there is none for it.

    Making one costs more than a small file takes: `take` one for a set, and `leave` it at the set's end.
    """

    @classmethod
    def take(cls, guide: CompiledGuide, most_values: int) -> Core:
        """One that is idle, or a new one."""
        with suppress(IndexError):  # Another thread may have taken the last one.
            core = guide.idle.pop()
            if core.most_values == most_values:
                return core
        return cls(guide, most_values)

    def leave(self) -> None:
        """The set is over; the next one may be anybody's."""
        self._data.value = None
        if len(self.guide.idle) < _MOST_IDLE:
            self.guide.idle.append(self)

    def __init__(self, guide: CompiledGuide, most_values: int) -> None:
        library = _loaded()[0]
        if library is None:
            raise RuntimeError(f"The native core cannot be used: {why_not()}.")
        self._library = library
        self.guide, self.most_values = guide, most_values
        self._walk = library.cw_new(ctypes.byref(guide.structure), most_values)
        if not self._walk:
            raise MemoryError
        self.state = state = library.cw_state_of(self._walk).contents
        self._window = _Window()
        self._window_at = ctypes.byref(self._window)
        self._trail = array("i")
        self._delimiters: Delimiters | None = None
        self._delimiters_at = ctypes.byref(_Delimiters())
        self._data = ctypes.c_char_p()
        self._data_at = _POINTER.from_buffer(self._data)  # The same pointer, seen as a number.
        structure = guide.structure
        self.registers = (ctypes.c_int64 * structure.registers).from_address(state.registers)
        self.kept = (Place * structure.kept_places).from_address(state.kept)
        self.counts = (ctypes.c_uint32 * structure.max_members * structure.depth).from_address(state.counts)
        self.begins = (Place * structure.depth).from_address(state.begins)

    def __del__(self) -> None:
        if walk := getattr(self, "_walk", None):
            self._library.cw_free(walk)

    def begin(self, delimiters: Delimiters, opening: bytes, index: int, offset: int) -> int:
        """Begin a set with its ST, terminator included."""
        if delimiters is not self._delimiters:
            marks = [delimiters.element, delimiters.component, delimiters.repetition or "\0", delimiters.terminator]
            given = _Delimiters(*map(ord, marks), bool(delimiters.repetition))
            self._delimiters, self._delimiters_at = delimiters, ctypes.byref(given)
        self._aim(opening, 0, len(opening), offset)
        return self._library.cw_begin(self._walk, self._delimiters_at, self._window_at, index)  # type: ignore[no-any-return]

    def run(self, data: bytes, begin: int, end: int, offset: int, index: int) -> tuple[int, int]:
        """Take whole segments of `data[begin:end]`, the first of which is segment `index` and at `offset` in the file.

        Gives why it stopped, and how many bytes were taken.
        """
        self._aim(data, begin, end, offset)
        return self._library.cw_run(self._walk, self._window_at, index), self._window.taken

    def keep_trail(self, room: int) -> None:
        """Have `run` write down the position of each segment, of so many at most; 0 ends that."""
        if room > len(self._trail):
            self._trail = array("i", bytes(4 * room))
        self.state.trail = self._trail.buffer_info()[0] if room else None
        self.state.trail_count, self.state.trail_room = 0, room

    def take_trail(self) -> array[int]:
        """The positions of the segments since the last time."""
        taken = self._trail[: self.state.trail_count]
        self.state.trail_count = 0
        return taken

    def end(self, closing: bytes) -> int:
        """Whether the SE, terminator included, proves that the set is right to its end."""
        self._aim(closing, 0, len(closing), 0)
        return self._library.cw_end(self._walk, self._window_at)  # type: ignore[no-any-return]

    def stand(self, position: int) -> None:
        """Python has taken a segment at that position, and written the rest of the state."""
        self._library.cw_stand(self._walk, position)

    def remember(self, unique: int, text: str) -> int:
        """Remember a value that must be unique: `REMEMBERED`, `CAME_BEFORE` or, once, `IS_FULL`."""
        data = text.encode("utf-8", "surrogateescape")
        return self._library.cw_remember(self._walk, unique, data, len(data))  # type: ignore[no-any-return]

    def knows(self, unique: int, text: str) -> bool:
        """Whether a value is remembered, or may be one too many."""
        data = text.encode("utf-8", "surrogateescape")
        return bool(self._library.cw_knows(self._walk, unique, data, len(data)))

    def forget(self, unique: int) -> None:
        """The loop in which the values must be unique begins anew."""
        self._library.cw_forget(self._walk, unique)

    def _aim(self, data: bytes, begin: int, end: int, offset: int) -> None:
        if not 0 <= begin <= end <= len(data):
            raise ValueError(f"{begin} to {end} is not within {len(data)} bytes")
        window = self._window
        self._data.value = data
        window.data = (self._data_at.value or 0) + begin
        window.size, window.offset = end - begin, offset
