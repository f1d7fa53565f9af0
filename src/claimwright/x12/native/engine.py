"""The native engine: the core takes what is surely right, the walk in Python each segment that is in doubt.

Both stand on one state. Before a segment in doubt the core's state becomes the walk's (`_take_over`), after it the
walk's becomes the core's (`_give_back`). What is found is found by the walk, so that nothing is said in two ways.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from claimwright.findings import Finding
from claimwright.x12.guides.language import Guide, LoopNode
from claimwright.x12.native.binding import (
    ABSENT,
    CAME_BEFORE,
    DONE,
    DOUBT,
    IS_FULL,
    REMEMBERED,
    CompiledGuide,
    Core,
    Place,
    compiled,
    find_isa,
)
from claimwright.x12.native.binding import UNKNOWN as UNKNOWN_TO_CORE
from claimwright.x12.rules.amounts import UNKNOWN, is_known
from claimwright.x12.rules.binding import Rule
from claimwright.x12.settings import DEFAULTS, Settings
from claimwright.x12.steps import Tables, Way
from claimwright.x12.stretch import BinaryStretch, Pieces, Stretch, decoded
from claimwright.x12.tree import Delimiters, Loop, Segment
from claimwright.x12.walk import FULL, Walk, tree_of

_HELD: Final = ("", -1)
"""Stands for a kept segment that the core knows the place of."""

_REMEMBERED_AS: Final = {REMEMBERED: None, CAME_BEFORE: "", IS_FULL: FULL}
"""What the core says of a value, as the walk says it."""

_FEW = 8
"""Segments that the core must take between two in doubt to be worth being asked after every one of them."""
_MOST_AT_ONCE = 512
"""Segments that the walk takes at most before the core is asked again."""

_SHORTEST_SEGMENT = 3
"""Bytes of a segment that the core takes: a name and the terminator."""


@lru_cache(maxsize=64)
def _prepared(guide: Guide, delimiters: Delimiters, rules: bool) -> tuple[Tables, CompiledGuide | None]:
    """What a guide is walked by in Python, and in the core, if it can."""
    tables = Tables.of(guide, delimiters, rules)
    return tables, compiled(guide, tables.program)


def _register(value: int | None) -> int | None:
    """A number as the core has it; `None` for a sum that it cannot hold."""
    if value is None:
        return ABSENT
    if not is_known(value):
        return UNKNOWN_TO_CORE
    return value if -UNKNOWN_TO_CORE < value < UNKNOWN_TO_CORE else None


class NativeEngine(Walk):
    """The walk, with the core in front of it. It gives no tree: a reading is walked in Python."""

    name = "native"
    find_isa = staticmethod(find_isa)

    def __init__(
        self,
        delimiters: Delimiters,
        report: Callable[[Finding], None],
        *,
        rules: bool = True,
        settings: Settings = DEFAULTS,
    ) -> None:
        super().__init__(delimiters, report, rules=rules, settings=settings)
        self._terminator = delimiters.terminator.encode("latin-1")
        self._core: Core | None = None
        """`None` where the walk goes on alone."""
        self._lent: Core | None = None
        """The core that remembers values for the set, whoever walks it."""
        self._walked: Tables | None = None
        self._data = self._opening = b""
        self._base = self._stopped = 0
        self._kept_texts: dict[int, bytes] = {}
        self._carried, self._carried_from = b"", 0
        self._ends_at = -1
        """Where the set ends, once it does."""
        self._at_once = 1
        """How many segments the walk takes for one in doubt: more and more where they come one upon the other."""
        self._opened: dict[LoopNode, Place] = {}
        """Where the loops that rules look at began, of those that the walk has opened since it took over."""

    def begin(self, guide: Guide, opening: Segment, day: int = 0) -> None:
        """A set opens; see `Walk.begin`."""
        tables, made = _prepared(guide, self._delimiters, self._rules)
        if made is None:
            super().begin(guide, opening, day)
            return
        core = self._core = self._lent = Core.take(made, self._limits.values)
        raw = str(opening).encode("utf-8", "surrogateescape") + self._terminator
        self._tables, self._program = tables, tables.program
        self._guide, self._day, self._derailed = guide, day, False
        self._data = self._opening = raw
        self._base, self._stopped = opening.offset, opening.offset + len(raw)
        if core.begin(self._delimiters, raw, opening.index, opening.offset) != DONE:
            self._prepare(tables)
            super().begin(guide, opening, day)
            self._give_back([], opening)

    def run(self, stretch: Stretch, position: int, index: int) -> tuple[int, int]:
        """Walk on; see `Walk.run`."""
        core = self._core
        if core is None:
            return super().run(stretch, position, index)
        if stretch.data is not self._data:
            self._move_to(stretch)
        if isinstance(stretch, BinaryStretch):
            return self._run_binary(stretch, position, index)
        data, base, end, trail = stretch.data, stretch.base, stretch.end, self.trail
        if trail is not None:
            core.keep_trail((end - position) // _SHORTEST_SEGMENT + 1)
        while position < end and self._core is not None:
            before = index
            status, taken = core.run(data, position, end, base + position, index)
            if trail is not None:
                trail.extend(core.take_trail())
            if taken:
                position += taken
                last = core.state.last.index
                if last >= index:
                    index = last + 1
                    self._derailed = False
            if status != DOUBT:
                break
            self._at_once = 1 if index - before >= _FEW else min(2 * self._at_once, _MOST_AT_ONCE)
            start = position
            position, index = self._take_some(stretch, position, index)
            if position == start:
                break
        if trail is not None:
            core.keep_trail(0)
        if self._core is None:
            return super().run(stretch, position, index)
        self._stopped = base + position
        return position, index

    def end(self, closing: Segment | None) -> None:
        """The set ends; see `Walk.end`."""
        core = self._core
        if core is not None:
            if closing is not None:
                raw = str(closing).encode("utf-8", "surrogateescape")
                if core.end(raw + self._terminator) == DONE:
                    self._leave_core()
                    return
            self._last = self._segment_at(core.state.last)
            self._take_over()
            self._ends_at = closing.offset if closing else self._stopped
        super().end(closing)
        self._leave_core()

    def _leave_core(self) -> None:
        core, self._ends_at = self._lent, -1
        self._core = self._lent = None
        if core is not None:
            core.leave()

    def _take_some(self, stretch: Stretch, position: int, index: int) -> tuple[int, int]:
        """The walk takes the segment at `position`, and more after it, up to one of an envelope."""
        end = position
        for _ in range(self._at_once):
            end = stretch.data.find(self._terminator, end, stretch.end) + 1 or stretch.end
        pieces = Pieces(stretch.data[position:end].decode("latin-1"), stretch.base + position, self._delimiters)
        if not pieces.texts:
            return end, index
        frames = self._take_over()
        count = self._walk(pieces, 0, index)
        if not count:
            return position, index
        self._give_back(frames, pieces.segment(count - 1, index + count - 1))
        return end if count == len(pieces.texts) else pieces.edge(count) - stretch.base, index + count

    def _run_binary(self, stretch: BinaryStretch, position: int, index: int) -> tuple[int, int]:
        """The one segment of a stretch that no delimiters part."""
        assert self._core is not None
        self._last = self._segment_at(self._core.state.last)
        frames = self._take_over()
        position, index = super().run(stretch, position, index)
        self._give_back(frames, self._last)
        self._stopped = stretch.base + position
        return position, index

    def _prepare(self, tables: Tables) -> None:
        """Only a walk that takes segments needs its memory of texts."""
        if self._walked is not tables:
            self._walked, self._memos = tables, [{} for _ in tables.stops]

    # One state, in two forms.

    def _take_over(self) -> list[list[int]]:
        """The core's state becomes the walk's; gives the counts of the loops that are open."""
        core, tables = self._core, self._tables
        assert core is not None
        assert tables is not None
        self._prepare(tables)
        self._stop = tables.stops[core.state.position]
        nodes = self._stop.nodes
        sizes = (core.guide.tables.sizes[node] for node in reversed(nodes))
        self._frames = [core.counts[level][:size] for level, size in enumerate(sizes)]
        self._cells = [
            value if ABSENT < value < UNKNOWN_TO_CORE else None if value == ABSENT else UNKNOWN
            for value in core.registers
        ]
        self._kept = [_HELD if place.index else None for place in core.kept]
        self._seen, self._full = [set() for _ in range(self._program.uniques)], set()
        self._looked, self._opened = {}, {}
        self._loops = []
        return list(self._frames)

    def _give_back(self, frames: list[list[int]], segment: Segment) -> None:
        """The walk's state becomes the core's, after it took a segment; `frames` were open before."""
        core = self._core
        assert core is not None
        registers = list(map(_register, self._cells))
        if None in registers:
            self._go_on_alone(segment)
            return
        here = Place(segment.index, segment.offset, segment.length)
        core.stand(self._stop.number)
        for level, counts in enumerate(self._frames):
            core.counts[level][: len(counts)] = counts
            if level >= len(frames) or counts is not frames[level]:
                core.begins[level] = self._opened.get(self._stop.nodes[-1 - level], here)
        core.registers[:] = registers
        for slot, kept in enumerate(self._kept):
            if kept is None:
                core.kept[slot].index = 0
            elif isinstance(kept, Segment):
                core.kept[slot] = Place(kept.index, kept.offset, kept.length)
        core.state.last = here

    def _go_on_alone(self, last: Segment) -> None:
        """A sum is larger than the core's registers: the rest of the set is the walk's."""
        core = self._core
        assert core is not None
        end = last.offset + last.length + 1
        for node in self._stop.nodes:
            if node in core.guide.looked:
                begin = self._beginning(node)
                self._looked[node] = (self._segments_between(begin, end), 0, begin.index)
        self._kept = [self._kept_segment(slot) for slot in range(len(self._kept))]
        self._last, self._core = last, None

    def _freeze(self, number: int) -> None:
        if self._core is None:
            super()._freeze(number)
            return
        for node in self._looked:
            self._opened[node] = self._beginning(node)
        self._looked = {}
        for slot, kept in enumerate(self._kept):
            if type(kept) is tuple and kept is not _HELD:
                self._kept[slot] = self._segment(kept[1])

    # What the core remembers by place, and the walk asks for.

    def _move_to(self, stretch: Stretch) -> None:
        """Other bytes come: of those before, the texts that may still be named are copied."""
        core = self._core
        assert core is not None
        if self._data is self._opening:
            self._kept_texts = {self._base: self._data}
            self._carried, self._carried_from = self._data, self._base
        else:
            texts = {place.offset: self._bytes_at(place) for place in core.kept if place.index}
            self._carry()
            self._kept_texts = texts
        self._data, self._base = stretch.data, stretch.base

    def _carry(self) -> None:
        """Keep the bytes of the outermost open loop that a rule looks at as a whole and that is not too long for it."""
        core, tables = self._core, self._tables
        assert core is not None
        assert tables is not None
        nodes = tables.stops[core.state.position].nodes
        earliest = core.state.last.index - self._limits.look_segments
        looked = (core.begins[level] for level, node in enumerate(reversed(nodes)) if node in core.guide.looked)
        begin = next((begin.offset for begin in looked if begin.index >= earliest), self._stopped)
        self._carried, self._carried_from = self._between(begin, self._stopped), begin

    def _between(self, begin: int, end: int) -> bytes:
        """Bytes of the file that are at hand; `b''` when the first of them is not."""
        base = self._base
        if begin >= base:
            return self._data[begin - base : end - base]
        if begin < self._carried_from or not self._carried:
            return b""
        carried = self._carried[begin - self._carried_from :]
        gap = base - self._carried_from - len(self._carried)
        return carried + b" " * gap + self._data[max(0, -gap) : end - base]

    def _bytes_at(self, place: Place) -> bytes:
        begin = place.offset - self._base
        if 0 <= begin < len(self._data):
            return self._data[begin : begin + place.length]
        return self._kept_texts.get(place.offset, b"")

    def _segment_at(self, place: Place) -> Segment:
        raw = self._bytes_at(place)
        text = raw.decode("latin-1")
        if not raw.isascii():
            text = decoded(text)
        return Segment(text, self._delimiters, place.index, place.offset, place.length)

    def _kept_segment(self, slot: int) -> Segment | None:
        if self._core is None or self._kept[slot] is not _HELD:
            return super()._kept_segment(slot)
        return self._segment_at(self._core.kept[slot])

    def _opened_at(self, node: LoopNode) -> int:
        return super()._opened_at(node) if self._core is None else int(self._beginning(node).index)

    def _beginning(self, node: LoopNode) -> Place:
        """The first segment of an open loop that rules look at."""
        assert self._core is not None
        if node in self._looked:  # The walk has just opened it.
            _, number, _ = self._looked[node]
            segment = self._segment(number)
            return Place(segment.index, segment.offset, segment.length)
        return self._opened.get(node) or self._core.begins[len(node.ancestry()) - 1]

    def _looked_at(self, node: LoopNode, number: int) -> Loop | None:
        if self._core is None:
            return super()._looked_at(node, number)
        begin = self._beginning(node)
        end = self._segment(number).offset if self._ends_at < 0 else self._ends_at
        segments = self._segments_between(begin, end)
        return tree_of(self._guide, segments, node) if segments and self._guide else None

    def _segments_between(self, begin: Place, end: int) -> list[Segment]:
        """Segments of the file that are at hand; none when the first of them is not."""
        raw = self._between(begin.offset, end)
        if not raw:
            return []
        if not raw.rstrip(b"\r\n\t ").endswith(self._terminator):
            raw += self._terminator
        pieces = Pieces(raw.decode("latin-1"), begin.offset, self._delimiters)
        return [pieces.segment(at, begin.index + at) for at in range(len(pieces.texts))]

    def _unique(self, rule: Rule, text: str) -> object | None:
        if self._lent is None:
            return super()._unique(rule, text)
        return _REMEMBERED_AS[self._lent.remember(rule.registers[0], text)]

    def _is_gathered(self, number: int, text: str) -> bool:
        return self._lent.knows(number, text) if self._lent else super()._is_gathered(number, text)

    def _clear(self, way: Way, number: int) -> None:
        super()._clear(way, number)
        if self._lent is not None and way.clears is not None:
            for unique in way.clears[2]:
                self._lent.forget(unique)
