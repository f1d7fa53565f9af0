"""What walks the bodies of transaction sets: the contract that the engine in Python and the native one both keep.

`driver` reads the envelopes and hands an engine what stands between ST and SE. An engine reports findings as it makes
them, in the order of the walk, so that two engines can be held equal finding by finding.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Literal, Protocol

from claimwright.findings import Finding
from claimwright.x12.settings import Settings
from claimwright.x12.tree import CONTROL, Loop

if TYPE_CHECKING:
    from claimwright.x12.guides import Guide
    from claimwright.x12.stretch import Stretch
    from claimwright.x12.tree import Delimiters, Segment

EngineName = Literal["auto", "python", "native"]
Report = Callable[[Finding], None]


class SetEngine(Protocol):
    """Walks one set after the other of one interchange.

    `begin`: an ST was read; `day` is the day of the group (CCYYMMDD, 0 for none), by which dated rules are in force.
    `run`: take whole segments from byte `position` of `stretch.data` up to the next control segment (ISA GS ST SE GE
    IEA TA1) or to `stretch.end`; `index` is the number of the segment at `position`. Gives position and index of what
    comes next. A stretch holds whole segments; blanks before a segment do not count, and neither do empty ones where
    the terminator is a blank itself. `end`: the SE was read, or (`None`) is missing.
    """

    name: str

    def begin(self, guide: Guide, opening: Segment, day: int = 0) -> None: ...

    def run(self, stretch: Stretch, position: int, index: int) -> tuple[int, int]: ...

    def end(self, closing: Segment | None) -> None: ...


class MakesEngine(Protocol):
    """Makes the engine for an interchange. One that has a `find_isa` finds the next interchange by it, too."""

    def __call__(self, delimiters: Delimiters, report: Report, *, rules: bool, settings: Settings) -> SetEngine: ...


class Unguided:
    """The engine of a set that no guide knows: it only counts the segments, and keeps them if asked to."""

    name = "python"

    def __init__(self, opening: Segment, *, keeps: bool) -> None:
        self._keeps = keeps
        self.segments: list[Segment] = [opening] if keeps else []
        self.root = Loop("ST", self.segments)

    def begin(self, guide: Guide, opening: Segment, day: int = 0) -> None:
        raise NotImplementedError

    def run(self, stretch: Stretch, position: int, index: int) -> tuple[int, int]:
        pieces = stretch.pieces
        mark = stretch.delimiters.element
        start = number = pieces.at(stretch.base + position)
        for number in range(start, len(pieces.texts)):
            if pieces.texts[number].partition(mark)[0] in CONTROL:
                return pieces.edge(number) - stretch.base, index + number - start
            if self._keeps:
                self.segments.append(pieces.segment(number, index + number - start))
        return stretch.end, index + len(pieces.texts) - start

    def end(self, closing: Segment | None) -> None:
        if closing is not None and self._keeps:
            self.segments.append(closing)


@cache
def engine_maker(name: EngineName) -> MakesEngine:
    """The engine of that name; `auto` is the native one where there is one. Raises `ValueError` when there is none."""
    from claimwright.x12.walk import Walk

    if name == "python":
        return Walk
    try:
        from claimwright.x12 import native
    except ImportError:
        why = "this installation has none"
    else:
        why = native.why_not()
        made: MakesEngine | None = getattr(native, "NativeEngine", None)
        if native.available() and made is not None:
            return made
    if name == "native":
        raise ValueError(f"there is no native engine: {why}")
    return Walk
