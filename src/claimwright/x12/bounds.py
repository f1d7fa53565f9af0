"""Where whole transaction sets stand that follow one another: what can be walked ahead of the driver, side by side.

Only sets of which nothing else can be said are found: an ST, segments that are none of an envelope, an SE, and nothing
but blanks before the next ST. The native core finds the same, at the speed of memory.
"""

from __future__ import annotations

import re
from typing import NamedTuple, Protocol

from claimwright.x12.stretch import BLANKS
from claimwright.x12.tree import BINARY_SETS, CONTROL, Delimiters

_NOT_BLANK = re.compile(b"[^" + BLANKS.encode() + b"]")
_CONTROLS = frozenset(name.encode() for name in CONTROL)
_BINARY = [[name] for name in BINARY_SETS]


class SetBounds(NamedTuple):
    """Places of a set in the bytes searched: its ST, what follows that, its SE, what follows that; and how many
    segments it has, ST and SE included."""

    begin: int
    body: int
    close: int
    end: int
    segments: int

    def moved(self, by: int) -> SetBounds:
        """The same in bytes that begin so much earlier."""
        return SetBounds(self.begin + by, self.body + by, self.close + by, self.end + by, self.segments)


class FindSets(Protocol):
    """`find_sets`, or what does the same faster."""

    def __call__(
        self, data: bytes, begin: int, end: int, delimiters: Delimiters, *, wanted: int, longest: int
    ) -> tuple[list[SetBounds], bool]: ...


def find_sets(
    data: bytes, begin: int, end: int, delimiters: Delimiters, *, wanted: int, longest: int
) -> tuple[list[SetBounds], bool]:
    """The whole sets that follow one another from `begin`, until they have so many `wanted` bytes, the bytes end, or
    anything else comes, such as a segment of more than `longest` bytes; and whether it was the end of the bytes.

    A set that may hold binary data, in which segments cannot be told, is such a thing.
    """
    element, mark = delimiters.element.encode("latin-1"), delimiters.terminator.encode("latin-1")
    found: list[SetBounds] = []
    opening: tuple[int, int] | None = None
    at, segments, enough = begin, 0, begin + wanted
    while opening is not None or at < enough:
        at = _past_blanks(data, at, end)
        stop = data.find(mark, at, end)
        if stop < 0:
            return found, end - at <= longest
        if stop - at > longest:
            break
        name = data[at : min(stop, at + 4)].partition(element)[0]
        segments += 1
        if opening is None:
            if name != b"ST" or _may_be_binary(data[at:stop], element):
                break
            opening, segments = (at, stop + 1), 1
        elif name == b"SE":
            found.append(SetBounds(*opening, at, stop + 1, segments))
            opening = None
        elif name in _CONTROLS:
            break
        at = stop + 1
    return found, False


def _may_be_binary(opening: bytes, element: bytes) -> bool:
    return opening.decode("latin-1").split(element.decode("latin-1"), 2)[1:2] in _BINARY


def _past_blanks(data: bytes, at: int, end: int) -> int:
    match = _NOT_BLANK.search(data, at, end)
    return match.start() if match else end
