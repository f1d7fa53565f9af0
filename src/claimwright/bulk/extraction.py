"""Tables out of the sets of one file, in the order of the file, whoever walks them: this thread or workers ahead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from claimwright.bulk.arrow import pyarrow as pa
from claimwright.bulk.catalogue import bad_value_finding
from claimwright.bulk.schema import batch_of_rows, columns
from claimwright.x12 import Delimiters, Guide, native
from claimwright.x12.ahead import Block, BlockWalker, Walked
from claimwright.x12.columns import Plan, plan_columns
from claimwright.x12.engine import EngineName, Report, SetEngine
from claimwright.x12.extracting import BadValue, ExtractingWalk, TrailExtractor
from claimwright.x12.guides.language import Position
from claimwright.x12.native.columns import NativeExtractor, load
from claimwright.x12.native.engine import NativeEngine
from claimwright.x12.settings import DEFAULTS, Settings
from claimwright.x12.source import find_isa
from claimwright.x12.walk import Walk

AnyExtractor = TrailExtractor | NativeExtractor


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of one table."""

    table: str
    rows: pa.RecordBatch


def uses_native(engine: EngineName) -> bool:
    """Whether the native core does the work. Raises `ValueError` when it must and cannot."""
    is_there = engine != "python" and native.available() and load() is not None
    if engine == "native" and not is_there:
        raise ValueError(f"there is no native engine: {native.why_not() or 'it makes no columns'}")
    return is_there


@lru_cache(maxsize=64)
def plan_of(guide: Guide, wanted: tuple[str, ...]) -> Plan | None:
    """What is taken from the sets of a guide; `None` when nothing is."""
    return plan_columns(columns(), guide, wanted)


class Extraction:
    """Makes engines that fill the tables `wanted`, for rows of file number `file`.

    A table is filled by one guide at a time: rows of another come only after those that are there were put aside.
    """

    def __init__(self, file: int, wanted: tuple[str, ...], *, is_native: bool) -> None:
        self._file, self._wanted = file, wanted
        self._walk: type[Walk] = NativeEngine if is_native else Walk
        self._make: type[AnyExtractor] = NativeExtractor if is_native else TrailExtractor
        self._extractors: dict[Guide, AnyExtractor | None] = {}
        self._filling: AnyExtractor | None = None
        self._aside: list[Batch] = []
        self.find_isa = NativeEngine.find_isa if is_native else find_isa

    def __call__(self, delimiters: Delimiters, report: Report, *, rules: bool, settings: Settings) -> SetEngine:
        """An engine that fills the tables while it walks."""
        walk = self._walk(delimiters, report, rules=rules, settings=settings)
        return ExtractingWalk(walk, self._extractor)

    def _extractor(self, guide: Guide, positions: Sequence[Position]) -> AnyExtractor | None:
        if guide not in self._extractors:
            plan = plan_of(guide, self._wanted)
            self._extractors[guide] = self._make(plan, positions) if plan else None
        extractor = self._extractors[guide]
        if extractor is not None and extractor is not self._filling:
            self._aside += self._rows(is_end=True)
            self._filling = extractor
        return extractor

    @property
    def bad_count(self) -> int:
        """How many values that could not be read wait to be taken."""
        return self._filling.bad_count if self._filling else 0

    def take_bad(self) -> list[BadValue]:
        """The values that could not be read since the last time."""
        return self._filling.take_bad() if self._filling else []

    def take(self, least: int, *, is_end: bool = False) -> Iterator[Batch]:
        """The rows since the last time, when there are so many at least."""
        taken, self._aside = self._aside, []
        yield from taken
        if self._filling is not None and self._filling.row_count >= least:
            yield from self._rows(is_end=is_end)

    def _rows(self, *, is_end: bool) -> Iterator[Batch]:
        extractor = self._filling
        if extractor is not None:
            for table, rows in extractor.take_rows(is_end=is_end):
                yield Batch(table.name, batch_of_rows(table, self._file, extractor.plan.kind, rows))


class BlockExtraction:
    """Walks the sets of blocks and makes batches of them: of each block all its rows, with its last set."""

    def __init__(self, file: int, wanted: tuple[str, ...], *, is_native: bool) -> None:
        self._extraction = Extraction(file, wanted, is_native=is_native)
        self._walker = BlockWalker(self._extraction, DEFAULTS, rules=True, takes_nearest=True)

    def walk(self, block: Block) -> Walked:
        """What was found in the sets, and their batches."""
        sets = []
        for one in self._walker.sets(block):
            one.told = tuple(map(bad_value_finding, self._extraction.take_bad()))
            sets.append(one)
        return Walked(tuple(sets), list(self._extraction.take(1, is_end=True)))
