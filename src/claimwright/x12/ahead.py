"""Sets walked ahead of the driver, several at once on several cores; the driver takes what came of them in the order of
the file, so that nothing differs from one core.

Blocks of whole sets that follow one another (`bounds`) are handed to workers: threads where an engine lets other
threads run (the native one), processes where it does not. Only so many blocks wait, whatever the size of the file. A
set that is longer than `REACH_BYTES`, and what stands between sets, is left to the driver.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Any, BinaryIO, Literal, Protocol

from claimwright.findings import Finding
from claimwright.x12.bounds import FindSets, SetBounds, find_sets
from claimwright.x12.driver import group_day, guide_of
from claimwright.x12.engine import EngineName, MakesEngine, SetEngine, engine_maker
from claimwright.x12.guides import nearest_guide
from claimwright.x12.native import bounds as native_bounds
from claimwright.x12.settings import Settings
from claimwright.x12.source import Source
from claimwright.x12.stretch import Stretch, decoded
from claimwright.x12.tree import Delimiters, Segment
from claimwright.x12.walk import Walk

BLOCK_BYTES = 1 << 19
"""How many bytes of sets one worker is handed at once."""
REACH_BYTES = 8 << 20
"""How far is looked for the end of a set."""
WORTH_BYTES = 4 << 20
"""A file below this is done before other cores are of use."""
LEAST_SET_BYTES = 1 << 13
"""Threads that walk smaller sets are in each other's way."""
_BLOCKS_A_WORKER = 2

Kind = Literal["threads", "processes"]


def worthwhile(source: bytes | BinaryIO) -> int:
    """How many workers a file is worth: as many as there are cores, or one."""
    if isinstance(source, bytes):
        return cores() if len(source) >= WORTH_BYTES else 1
    try:
        size = os.fstat(source.fileno()).st_size
    except (OSError, AttributeError):
        return 1
    return cores() if size >= WORTH_BYTES else 1


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Block:
    """Whole sets of one group; their bounds are bytes of the file, whose byte `base` is the first one of `data`.

    `index` is the number of the first segment.
    """

    data: bytes
    base: int
    sets: tuple[SetBounds, ...]
    index: int
    gs: Segment

    @property
    def delimiters(self) -> Delimiters:
        return self.gs.delimiters

    @property
    def end(self) -> int:
        return self.sets[-1].end

    @property
    def segments(self) -> int:
        return sum(one.segments for one in self.sets)

    def opening(self, one: SetBounds) -> bytes:
        """The ST of a set."""
        return self.data[one.begin - self.base : one.body - 1 - self.base]

    def closing(self, one: SetBounds) -> bytes:
        """The SE of a set."""
        return self.data[one.close - self.base : one.end - 1 - self.base]

    def cut(self) -> Block:
        """The same with no more data than it needs."""
        begin = self.sets[0].begin
        return Block(self.data[begin - self.base : self.end - self.base], begin, self.sets, self.index, self.gs)


@dataclass(slots=True)
class WalkedSet:
    """What an engine found in a set; for the driver it stands for the engine.

    `told` is what others found in it, whom the listener asks.
    """

    name: str
    findings: tuple[Finding, ...]
    told: tuple[Finding, ...] = ()

    def begin(self, guide: object, opening: Segment, day: int = 0) -> None:
        raise NotImplementedError

    def run(self, stretch: Stretch, position: int, index: int) -> tuple[int, int]:
        raise NotImplementedError

    def end(self, closing: Segment | None) -> None:
        """It was walked to its end."""


@dataclass(frozen=True, slots=True)
class Walked:
    """What came of a block: of each set what was found, of all what was made of them."""

    sets: tuple[WalkedSet, ...]
    made: Any = None


class WalksBlocks(Protocol):
    """What a worker does."""

    def walk(self, block: Block) -> Walked: ...


class BlockWalker:
    """Walks the sets of blocks with an engine, as the driver does."""

    def __init__(self, make: MakesEngine, settings: Settings, *, rules: bool, takes_nearest: bool = False) -> None:
        self._make, self._settings = make, settings
        self._rules, self._takes_nearest = rules, takes_nearest
        self._engines: dict[Delimiters, SetEngine] = {}
        self._found: list[Finding] = []

    def walk(self, block: Block) -> Walked:
        return Walked(tuple(self.sets(block)))

    def sets(self, block: Block) -> Iterator[WalkedSet]:
        """The sets, each when it was walked."""
        index = block.index
        for bounds in block.sets:
            yield self._walk(block, bounds, index)
            index += bounds.segments

    def _walk(self, block: Block, bounds: SetBounds, index: int) -> WalkedSet:
        st = _segment(block.opening(bounds), block.delimiters, index, bounds.begin)
        guide = guide_of(st, block.gs, self._settings)
        walked = guide or (nearest_guide(st[1], st[3] or block.gs[8]) if self._takes_nearest else None)
        if walked is None:
            return WalkedSet("python", ())
        engine, last = self._engine(block.delimiters), index + bounds.segments - 1
        engine.begin(walked, st, group_day(block.gs))
        stretch = Stretch(block.data, bounds.body - block.base, bounds.end - block.base, block.base, block.delimiters)
        reached = engine.run(stretch, stretch.start, index + 1)
        if reached[1] != last:
            raise AssertionError(f"the set at byte {bounds.begin} ends at segment {last}, the walk at {reached[1]}")
        engine.end(_segment(block.closing(bounds), block.delimiters, last, bounds.close))
        found = tuple(self._found) if guide is not None else ()
        self._found.clear()
        return WalkedSet(engine.name, found)

    def _engine(self, delimiters: Delimiters) -> SetEngine:
        engine = self._engines.get(delimiters)
        if engine is None:
            report = self._found.append
            engine = self._make(delimiters, report, rules=self._rules, settings=self._settings)
            self._engines[delimiters] = engine
        return engine


def _segment(raw: bytes, delimiters: Delimiters, index: int, offset: int) -> Segment:
    text = raw.decode("latin-1")
    return Segment(text if raw.isascii() else decoded(text), delimiters, index, offset, len(raw))


class Ahead:
    """Workers that walk ahead, each with what `make` makes; `on_made` is told what was made of a block, in the order of
    the file. To be used in a `with`."""

    def __init__(
        self,
        make: Callable[[], WalksBlocks],
        workers: int,
        kind: Kind,
        on_made: Callable[[Any], None] | None = None,
    ) -> None:
        self._on_made = on_made
        self.is_worth_it = True
        """Whether the file has sets that are worth it, as far as they were seen."""
        self._kind, self._most = kind, workers * _BLOCKS_A_WORKER
        self._find: FindSets = native_bounds.find_sets if native_bounds.load() else find_sets
        pool = ThreadPoolExecutor if kind == "threads" else ProcessPoolExecutor
        self._pool: Executor = pool(workers, initializer=_begin_worker, initargs=(make,))

    def __enter__(self) -> Ahead:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, wrong: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)

    def walk(self, source: Source, gs: Segment) -> Iterator[tuple[Block, Walked]]:
        """The blocks of whole sets that come next in a group, with what came of them."""
        waiting: deque[tuple[Block, Future[Walked]]] = deque()
        index, has_more = source.index, self.is_worth_it
        while True:
            while has_more and len(waiting) < self._most:
                data, base, sets = source.next_sets(self._find, BLOCK_BYTES, REACH_BYTES)
                if has_more := bool(sets):
                    block = Block(data, base, tuple(sets), index, gs)
                    waiting.append((block, self._submit(block)))
                    index += block.segments
                    has_more = self.is_worth_it = self._is_worth(block)
            if not waiting:
                return
            block, future = waiting.popleft()
            yield block, future.result()

    def _is_worth(self, block: Block) -> bool:
        """Whether to go on: of small sets most of the time is Python's, of which threads do one thing at a time."""
        size = block.end - block.sets[0].begin
        return self._kind == "processes" or size >= LEAST_SET_BYTES * len(block.sets)

    def tell(self, walked: Walked) -> None:
        """All sets of the block were taken."""
        if self._on_made:
            self._on_made(walked.made)

    def _submit(self, block: Block) -> Future[Walked]:
        return self._pool.submit(_walk, block if self._kind == "threads" else block.cut())


def checking(engine: EngineName, settings: Settings, workers: int, *, rules: bool) -> Ahead:
    """Workers that do nothing but check."""
    make = engine_maker(engine)
    kind: Kind = "processes" if make is Walk else "threads"
    return Ahead(partial(BlockWalker, make, settings, rules=rules), workers, kind)


_worker = threading.local()


def _begin_worker(make: Callable[[], WalksBlocks]) -> None:
    _worker.walker = make()


def _walk(block: Block) -> Walked:
    walker: WalksBlocks = _worker.walker
    return walker.walk(block)
