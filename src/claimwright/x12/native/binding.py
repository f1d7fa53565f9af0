"""The library, its structures as ctypes sees them, and a walk whose events are plain Python.

The library lies beside this module and is loaded when it is first asked for. One of another version, or whose
structures have other sizes, is not used. Calls let other threads run; one `Walker` belongs to one thread at a time.
"""

from __future__ import annotations

import ctypes
import sys
from array import array
from functools import cache
from pathlib import Path
from typing import NamedTuple

from claimwright.x12.guides.language import Guide
from claimwright.x12.native.tables import GuideTables, UnsupportedError
from claimwright.x12.tree import Delimiters

ABI = 1
DONE, CONTROL, FULL, REFUSED = range(4)
DOUBT, MISPLACED, MISSING_SEGMENT, MISSING_LOOP, REPEATED_SEGMENT, REPEATED_LOOP = range(1, 7)
_EVENTS_AT_ONCE = 1024

_INT, _WORD = ctypes.c_int32, ctypes.c_uint64


class _Guide(ctypes.Structure):
    _TABLES = (
        "names", "forks_of", "forks", "slots", "ways", "position_rows", "loop_rows", "required", "rules", "elements",
        "notes", "codes", "long_codes", "long_code_text",
    )  # fmt: skip
    _NUMBERS = ("segment_count", "root_position", "depth", "max_members", "max_events", "spare")
    _fields_ = [(name, ctypes.c_void_p) for name in _TABLES] + [(name, _INT) for name in _NUMBERS]


class _Event(ctypes.Structure):
    _fields_ = [(name, _WORD) for name in ("index", "offset", "length")] + [
        (name, _INT) for name in ("kind", "place", "argument", "spare")
    ]


class _Delimiters(ctypes.Structure):
    _fields_ = [
        (name, ctypes.c_uint8) for name in ("element", "component", "repetition", "terminator", "has_repetition")
    ] + [("spare", ctypes.c_uint8 * 3)]


class _Window(ctypes.Structure):
    _fields_ = [
        ("data", ctypes.c_void_p),
        *((name, _WORD) for name in ("size", "offset", "taken", "index")),
        ("events", ctypes.POINTER(_Event)),
        ("capacity", ctypes.c_uint32),
        ("count", ctypes.c_uint32),
    ]


_STRUCTURES = (_Guide, _Window, _Event, _Delimiters)


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
    walk, window = ctypes.c_void_p, ctypes.POINTER(_Window)
    library.cw_new.restype, library.cw_new.argtypes = walk, [ctypes.POINTER(_Guide)]
    library.cw_free.restype, library.cw_free.argtypes = None, [walk]
    library.cw_begin.restype, library.cw_begin.argtypes = _INT, [walk, ctypes.POINTER(_Delimiters), window]
    library.cw_run.restype, library.cw_run.argtypes = _INT, [walk, window]
    library.cw_end.restype, library.cw_end.argtypes = _INT, [walk, window]


class Event(NamedTuple):
    """What the core could not prove, or found. `place` is the number of a position or a loop, as core.h says."""

    kind: int
    index: int
    offset: int
    length: int
    place: int
    argument: int


class CompiledGuide:
    """A guide's tables, held in memory for the library. Raises `UnsupportedError` when they cannot hold it."""

    def __init__(self, guide: Guide) -> None:
        self.tables = tables = GuideTables(guide)
        self._text = ctypes.create_string_buffer(tables.long_code_text)
        self._keep: list[array[int]] = []
        pointers = [self._address(getattr(tables, name)) for name in _Guide._TABLES[:-1]]
        self.structure = _Guide(*pointers, ctypes.addressof(self._text))
        self.structure.segment_count = len(tables.segments)
        for name in ("root_position", "depth", "max_members", "max_events"):
            setattr(self.structure, name, getattr(tables, name))

    def _address(self, table: array[int]) -> int:
        held = table if table else array(table.typecode, [0])
        self._keep.append(held)
        return held.buffer_info()[0]


@cache
def compiled(guide: Guide) -> CompiledGuide | None:
    """The tables of a guide, made once; `None` when they cannot hold it."""
    try:
        return CompiledGuide(guide)
    except UnsupportedError:
        return None


class Walker:
    """Walks the sets of one guide, one after the other, in windows of bytes.

    Every method gives the events since the last call; `index` is the number of the segment taken last within the file.
    Raises `MemoryError` when there is no memory for a walk.
    """

    def __init__(self, guide: CompiledGuide) -> None:
        library = _loaded()[0]
        if library is None:
            raise RuntimeError(f"The native core cannot be used: {why_not()}.")
        self._library, self.guide = library, guide
        self._events = (_Event * max(_EVENTS_AT_ONCE, 4 * guide.tables.max_events))()
        self._window = _Window(events=self._events, capacity=len(self._events))
        self._walk = library.cw_new(ctypes.byref(guide.structure))
        if not self._walk:
            raise MemoryError

    def __del__(self) -> None:
        if walk := getattr(self, "_walk", None):
            self._library.cw_free(walk)

    @property
    def index(self) -> int:
        return int(self._window.index)

    def begin(self, delimiters: Delimiters, opening: bytes, index: int, offset: int) -> list[Event]:
        """Begin a set with its ST, written with its terminator; it is segment `index` of the file."""
        marks = [delimiters.element, delimiters.component, delimiters.repetition or "\0", delimiters.terminator]
        given = _Delimiters(*map(ord, marks), bool(delimiters.repetition))
        self._window.index = index - 1
        self._aim(opening, 0, len(opening), offset)
        self._library.cw_begin(self._walk, ctypes.byref(given), ctypes.byref(self._window))
        return self._take_events()

    def run(self, data: bytes, begin: int, end: int, offset: int) -> tuple[int, int, list[Event]]:
        """Take whole segments of `data[begin:end]`, whose first byte is at `offset` in the file.

        Gives why it stopped (`DONE`, `CONTROL`, or `FULL`: take the events and go on), how many bytes were taken, and
        the events.
        """
        self._aim(data, begin, end, offset)
        status = self._library.cw_run(self._walk, ctypes.byref(self._window))
        return status, self._window.taken, self._take_events()

    def end(self, closing: bytes = b"", offset: int = 0) -> list[Event]:
        """End the set with its SE, written with its terminator; without one when it is missing."""
        self._aim(closing, 0, len(closing), offset)
        self._library.cw_end(self._walk, ctypes.byref(self._window))
        return self._take_events()

    def _aim(self, data: bytes, begin: int, end: int, offset: int) -> None:
        if not 0 <= begin <= end <= len(data):
            raise ValueError(f"{begin} to {end} is not within {len(data)} bytes")
        window = self._window
        self._data = data
        window.data = (ctypes.cast(data, ctypes.c_void_p).value or 0) + begin
        window.size, window.offset = end - begin, offset

    def _take_events(self) -> list[Event]:
        events = self._events[: self._window.count] if self._window.count else ()
        return [Event(at.kind, at.index, at.offset, at.length, at.place, at.argument) for at in events]
