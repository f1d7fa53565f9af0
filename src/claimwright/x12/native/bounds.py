"""What `x12.bounds` finds, found in C at the speed of memory."""

from __future__ import annotations

import ctypes
from functools import cache

from claimwright.x12.bounds import SetBounds
from claimwright.x12.native import binding
from claimwright.x12.tree import Delimiters

_WORD, _POINTER = ctypes.c_uint64, ctypes.c_void_p
_ROOM = 4096


class _Window(ctypes.Structure):
    _fields_ = [("data", ctypes.c_char_p), *((name, _WORD) for name in ("begin", "end", "wanted", "longest", "is_cut"))]


class _Set(ctypes.Structure):
    _fields_ = [(name, _WORD) for name in SetBounds._fields]


@cache
def load() -> ctypes.CDLL | None:
    """The library, when it is there and finds sets."""
    library, _ = binding.load_library(binding.library_path())
    if library is None or not hasattr(library, "cb_size"):
        return None
    library.cb_size.restype = ctypes.c_uint32
    if any(library.cb_size(number) != ctypes.sizeof(one) for number, one in enumerate((_Window, _Set))):
        return None
    library.cb_find.restype = _WORD
    library.cb_find.argtypes = [ctypes.POINTER(_Window), ctypes.c_uint8, ctypes.c_uint8, _POINTER, _WORD]
    return library


def find_sets(
    data: bytes, begin: int, end: int, delimiters: Delimiters, *, wanted: int, longest: int
) -> tuple[list[SetBounds], bool]:
    """As `x12.bounds.find_sets`, some thousand sets at once. Raises `RuntimeError` where `load` gives nothing."""
    library = load()
    if library is None:
        raise RuntimeError("the native core cannot find sets")
    if not 0 <= begin <= end <= len(data):
        raise ValueError(f"{begin} to {end} is not within {len(data)} bytes")
    window, sets = _Window(data, begin, end, wanted, longest), (_Set * _ROOM)()
    marks = ord(delimiters.element), ord(delimiters.terminator)
    count = library.cb_find(ctypes.byref(window), *marks, sets, _ROOM)
    found = [SetBounds(one.begin, one.body, one.close, one.end, one.segments) for one in sets[:count]]
    return found, bool(window.is_cut)
