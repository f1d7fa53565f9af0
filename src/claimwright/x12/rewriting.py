"""Writing a stream again from the segments that were read of it: the same bytes, in memory that does not grow.

What stands between segments (terminators, line ends, text outside of interchanges) is copied; every segment is written
from what was read. A file that comes out the same is one of which reading lost nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO, cast

from claimwright.findings import Finding
from claimwright.x12.driver import Driver
from claimwright.x12.engine import Report, SetEngine
from claimwright.x12.guides import Guide
from claimwright.x12.settings import DEFAULTS, Settings
from claimwright.x12.source import WINDOW, Buffer
from claimwright.x12.stretch import Stretch
from claimwright.x12.tree import CONTROL, Delimiters, Segment

Sink = Callable[[Segment], None]


def rewrite(source: BinaryIO, target: BinaryIO, *, window: int = WINDOW) -> bool:
    """Write everything of `source` to `target` again; false when there is no interchange in it.

    Raises what reading and writing the two raises.
    """
    copy = _Copy(source, target)
    listener = _Listener(copy.segment)

    def make(delimiters: Delimiters, report: Report, *, rules: bool, settings: Settings) -> SetEngine:
        return _Teller(copy.segment)

    Driver(Buffer(cast("BinaryIO", copy), window), listener, make, DEFAULTS, rules=False).run()
    copy.finish()
    return listener.is_readable


class _Copy:
    """A source that remembers the bytes which are not written yet."""

    def __init__(self, source: BinaryIO, target: BinaryIO) -> None:
        self._source, self._target = source, target
        self._held = bytearray()
        self._written = 0
        """The byte of the file at which `_held` begins: all before it was written."""

    def read(self, size: int) -> bytes:
        data = self._source.read(size)
        self._held += data
        return data

    def segment(self, segment: Segment) -> None:
        """Write what stands before the segment, then the segment from what was read of it."""
        gap = segment.offset - self._written
        text = str(segment).encode("utf-8", "surrogateescape")
        if gap < 0 or len(text) != segment.length:
            return  # Its bytes go with those before the next one: it was too long to be looked at.
        self._target.write(self._held[:gap])
        self._target.write(text)
        del self._held[: gap + len(text)]
        self._written = segment.offset + segment.length

    def finish(self) -> None:
        """Write what stands behind the last segment."""
        self._target.write(self._held)
        while rest := self._source.read(WINDOW):
            self._target.write(rest)


class _Teller:
    """The engine that checks nothing and tells every segment."""

    name = "python"

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    def begin(self, guide: Guide, opening: Segment, day: int = 0) -> None:
        pass

    def run(self, stretch: Stretch, position: int, index: int) -> tuple[int, int]:
        pieces = stretch.pieces
        mark = stretch.delimiters.element
        start = pieces.at(stretch.base + position)
        for number in range(start, len(pieces.texts)):
            if pieces.texts[number].partition(mark)[0] in CONTROL:
                return pieces.edge(number) - stretch.base, index + number - start
            self._sink(pieces.segment(number, index + number - start))
        return stretch.end, index + len(pieces.texts) - start

    def end(self, closing: Segment | None) -> None:
        pass


class _Listener:
    """Tells the segments of envelopes. Sets that no guide is near to are not told, and so are copied."""

    keeps_tree, takes_nearest = False, True

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self.is_readable = False

    def found(self, level: str, found: Finding) -> None:
        pass

    def interchange_opens(self, isa: Segment, delimiters: Delimiters) -> None:
        self.is_readable = True
        self._sink(isa)

    def interchange_closes(self, iea: Segment | None) -> None:
        self._tell(iea)

    def group_opens(self, gs: Segment) -> None:
        self._sink(gs)

    def group_closes(self, ge: Segment | None) -> None:
        self._tell(ge)

    def set_opens(self, st: Segment, guide: Guide | None) -> None:
        self._sink(st)

    def set_closes(self, se: Segment | None, engine: SetEngine) -> None:
        self._tell(se)

    def aside(self, segment: Segment) -> None:
        self._sink(segment)

    def _tell(self, segment: Segment | None) -> None:
        if segment is not None:
            self._sink(segment)
