"""One file into record batches: every set checked and taken apart in the same pass, with what is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import BinaryIO

from claimwright.bulk.arrow import pyarrow as pa
from claimwright.bulk.catalogue import bad_value_finding, unreadable_file_finding
from claimwright.bulk.schema import batch_of_records, batch_of_rows, columns
from claimwright.bulk.sources import Source
from claimwright.findings import Finding, Severity
from claimwright.x12 import Delimiters, Guide, Segment, native
from claimwright.x12.columns import Plan, plan_columns
from claimwright.x12.driver import Driver
from claimwright.x12.engine import EngineName, Report, SetEngine
from claimwright.x12.extracting import ExtractingWalk, TrailExtractor, day_or_none
from claimwright.x12.guides import nearest_guide
from claimwright.x12.guides.language import Position
from claimwright.x12.native.columns import NativeExtractor, load
from claimwright.x12.native.engine import NativeEngine
from claimwright.x12.settings import DEFAULTS, Settings
from claimwright.x12.source import WINDOW, Buffer
from claimwright.x12.walk import Walk

Record = dict[str, object]

_WINDOW = 1 << 18
"""How many bytes are read and walked before rows are taken: what is made of them are many small objects."""
_ROWS_IN_BATCH = 1 << 14
"""Rows of all tables that wait as Python objects before they become batches."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of one table."""

    table: str
    rows: pa.RecordBatch


@dataclass(frozen=True, slots=True)
class Advance:
    """So many more bytes, or files, are done."""

    bytes: int
    files: int = 0


Step = Batch | Advance


AnyExtractor = TrailExtractor | NativeExtractor


def uses_native(engine: EngineName) -> bool:
    """Whether the native core does the work. Raises `ValueError` when it must and cannot."""
    is_there = engine != "python" and native.available() and load() is not None
    if engine == "native" and not is_there:
        raise ValueError(f"there is no native engine: {native.why_not() or 'it makes no columns'}")
    return is_there


def scan(source: Source, wanted: Sequence[str], engine: EngineName = "auto") -> Iterator[Step]:
    """The batches of one file; the row of the table `files` comes last. Never raises for what a file is or holds."""
    advanced = 0
    for step in _Scan(source, wanted, engine).steps():
        if isinstance(step, Advance):
            advanced += step.bytes
        if isinstance(step, Advance) or step.table in wanted:
            yield step
    yield Advance(source.size - advanced, files=1)


@lru_cache(maxsize=64)
def _plan(guide: Guide, wanted: tuple[str, ...]) -> Plan | None:
    return plan_columns(columns(), guide, wanted)


class _Scan:
    """Listens to the driver, and keeps rows until there are enough of them for a batch."""

    keeps_tree = False
    takes_nearest = True

    def __init__(self, source: Source, wanted: Sequence[str], engine: EngineName) -> None:
        self.source = source
        self.wanted = tuple(wanted)
        self.is_native = uses_native(engine)
        self._walk: type[Walk] = NativeEngine if self.is_native else Walk
        self._extracts: type[AnyExtractor] = NativeExtractor if self.is_native else TrailExtractor
        self._extractors: dict[Guide, AnyExtractor | None] = {}
        self._waiting: dict[str, list[Record]] = {"sets": [], "findings": [], "files": []}
        self._envelope: Record = {}
        self._set: Record = {}
        self._sets = self._errors = self._found = self._set_errors = 0
        self._is_readable = False

    def steps(self) -> Iterator[Step]:
        """The batches of the file, and how far it is read."""
        what = self.source.what
        try:
            if isinstance(what, bytes):
                yield from self._read(what)
            else:
                with what.open("rb", buffering=0) as file:
                    yield from self._read(file)
            yield from self._end()
        except OSError as failure:
            why = unreadable_file_finding(self.source.name, failure.strerror or str(failure))
            self.found("file", why)
            self._is_readable = False
            yield from self._end(why.message)

    def _read(self, what: bytes | BinaryIO) -> Iterator[Step]:
        buffer, done = Buffer(what, WINDOW if self.is_native else _WINDOW), 0
        for _ in Driver(buffer, self, self._make_engine, DEFAULTS, rules=True).steps():
            self._take_bad()
            yield from self._take(_ROWS_IN_BATCH)
            if buffer.end > done:
                yield Advance(buffer.end - done)
                done = buffer.end

    def _make_engine(self, delimiters: Delimiters, report: Report, *, rules: bool, settings: Settings) -> SetEngine:
        walk = self._walk(delimiters, report, rules=rules, settings=settings)
        return ExtractingWalk(walk, self._extractor)

    def _extractor(self, guide: Guide, positions: Sequence[Position]) -> AnyExtractor | None:
        if guide not in self._extractors:
            plan = _plan(guide, self.wanted)
            self._extractors[guide] = self._extracts(plan, positions) if plan else None
        return self._extractors[guide]

    # What the driver tells.

    def found(self, level: str, found: Finding) -> None:
        is_error = found.severity is Severity.ERROR
        self._found += 1
        self._errors += is_error
        self._set_errors += is_error and level == "set"
        set_offset = self._set["set_offset"] if level == "set" else None
        self._wait("findings", {"set_offset": set_offset, **_finding_record(found)})

    def interchange_opens(self, isa: Segment, delimiters: Delimiters) -> None:
        self._is_readable = True
        self._envelope = {
            "interchange_control": isa[13],
            "sender_qualifier": isa[5],
            "sender": isa[6].strip(),
            "receiver_qualifier": isa[7],
            "receiver": isa[8].strip(),
            "usage": isa[15],
        }

    def interchange_closes(self, iea: Segment | None) -> None:
        pass

    def group_opens(self, gs: Segment) -> None:
        self._envelope |= {
            "group_control": gs[6],
            "application_sender": gs[2],
            "application_receiver": gs[3],
            "group_date": day_or_none(gs[4]),
            "version": gs[8],
        }

    def group_closes(self, ge: Segment | None) -> None:
        pass

    def set_opens(self, st: Segment, guide: Guide | None) -> None:
        self._set_errors = 0
        version = st[3] or self._envelope["version"]
        walked = guide or nearest_guide(st[1], str(version))
        plan = _plan(walked, self.wanted) if walked else None
        self._set = self._envelope | {
            "set_offset": st.offset,
            "kind": plan.kind if plan else st[1],
            "st01": st[1],
            "control": st[2],
            "version": version,
            "guide": guide.version if guide else None,
        }

    def set_closes(self, se: Segment | None, engine: SetEngine) -> None:
        self._sets += 1
        self._take_bad()
        self._wait("sets", self._set | {"accepted": not self._set_errors})

    def aside(self, segment: Segment) -> None:
        pass

    # Batches.

    def _used_extractors(self) -> list[AnyExtractor]:
        return [extractor for extractor in self._extractors.values() if extractor is not None]

    def _take_bad(self) -> None:
        """Tell of the values that could not be read since the last time; they are all of the set that is open."""
        for extractor in self._used_extractors():
            for bad in extractor.take_bad():
                self.found("set", bad_value_finding(bad))

    def _wait(self, table: str, record: Record) -> None:
        self._waiting[table].append({"file": self.source.number, **record})

    def _take(self, least: int, *, is_end: bool = False) -> Iterator[Batch]:
        """The rows that wait, of everything of which there are so many."""
        for extractor in self._used_extractors():
            if extractor.row_count >= least:
                yield from self._take_rows(extractor, is_end=is_end)
        for table, records in self._waiting.items():
            if len(records) >= least:
                self._waiting[table] = []
                yield Batch(table, batch_of_records(table, records))

    def _take_rows(self, extractor: AnyExtractor, *, is_end: bool) -> Iterator[Batch]:
        file, kind = self.source.number, extractor.plan.kind
        for table, rows in extractor.take_rows(is_end=is_end):
            yield Batch(table.name, batch_of_rows(table, file, kind, rows))

    def _end(self, why: str | None = None) -> Iterator[Batch]:
        """What is left, and the row of the file."""
        if not self._is_readable and why is None:
            why = str(self._waiting["findings"][-1]["message"])
        record: Record = {
            "name": self.source.name, "bytes": self.source.size, "readable": self._is_readable,
            "accepted": self._is_readable and not self._errors, "why": why, "sets": self._sets,
            "errors": self._errors, "findings": self._found, "engine": "native" if self.is_native else "python",
        }  # fmt: skip
        self._wait("files", record)
        yield from self._take(1, is_end=True)


def _finding_record(finding: Finding) -> Record:
    where = finding.where
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "snip": finding.snip,
        "loop": where.loop,
        "segment": where.segment,
        "segment_number": where.index,
        "element": where.element,
        "component": where.component,
        "segment_offset": where.offset,
        "message": finding.message,
        "hint": finding.hint or None,
        "ack": finding.ack,
    }
