"""One file into record batches: every set checked and taken apart in the same pass, with what is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

from claimwright.bulk.catalogue import bad_value_finding, unreadable_file_finding
from claimwright.bulk.extraction import Batch, BlockExtraction, Extraction, plan_of, uses_native
from claimwright.bulk.schema import batch_of_records
from claimwright.bulk.sources import Source
from claimwright.bulk.working import WorkerError
from claimwright.findings import Finding, Severity
from claimwright.x12 import Delimiters, Guide, Segment
from claimwright.x12.ahead import Ahead, WalkedSet
from claimwright.x12.driver import Driver
from claimwright.x12.engine import EngineName, SetEngine
from claimwright.x12.extracting import day_or_none
from claimwright.x12.guides import nearest_guide
from claimwright.x12.settings import DEFAULTS
from claimwright.x12.source import WINDOW, Buffer

Record = dict[str, object]

_WINDOW = 1 << 18
"""How many bytes are read and walked before rows are taken: what is made of them are many small objects."""
_ROWS_IN_BATCH = 1 << 14
"""Rows of all tables that wait as Python objects before they become batches."""
_NATIVE_ROWS_IN_BATCH = 1 << 16
"""The same of rows that wait in the core: those are small, and each batch costs the time of some thousand of them."""
_BAD_IN_SET = 10_000
"""Values of a set that could not be read are told when it ends; when there are more, as they come."""


@dataclass(frozen=True, slots=True)
class Advance:
    """So many more bytes, or files, are done."""

    bytes: int
    files: int = 0


Step = Batch | Advance


def scan(source: Source, wanted: Sequence[str], engine: EngineName = "auto", workers: int = 1) -> Iterator[Step]:
    """The batches of one file; the row of the table `files` comes last. Never raises for what a file is or holds."""
    advanced = 0
    for step in _Scan(source, wanted, engine, workers).steps():
        if isinstance(step, Advance):
            advanced += step.bytes
        if isinstance(step, Advance) or step.table in wanted:
            yield step
    yield Advance(source.size - advanced, files=1)


class _Scan:
    """Listens to the driver, and keeps rows until there are enough of them for a batch."""

    keeps_tree = False
    takes_nearest = True

    def __init__(self, source: Source, wanted: Sequence[str], engine: EngineName, workers: int) -> None:
        self.source = source
        self.wanted = tuple(wanted)
        self.is_native = uses_native(engine)
        self._workers = workers
        self._extraction = Extraction(source.number, self.wanted, is_native=self.is_native)
        self._made: list[Batch] = []
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
        except BrokenExecutor as broken:
            raise WorkerError(f"a worker process ended before its work was done: {broken}") from broken
        except OSError as failure:
            why = unreadable_file_finding(self.source.name, failure.strerror or str(failure))
            self.found("file", why)
            self._is_readable = False
            yield from self._end(why.message)

    def _read(self, what: bytes | BinaryIO) -> Iterator[Step]:
        buffer, done = Buffer(what, WINDOW if self.is_native else _WINDOW), 0
        make, least = self._extraction, _NATIVE_ROWS_IN_BATCH if self.is_native else _ROWS_IN_BATCH
        with self._ahead() as ahead:
            for _ in Driver(buffer, self, make, DEFAULTS, rules=True, ahead=ahead).steps():
                if self._extraction.bad_count > _BAD_IN_SET:
                    self._take_bad()
                yield from self._take(least)
                if buffer.end > done:
                    yield Advance(buffer.end - done)
                    done = buffer.end

    def _ahead(self) -> AbstractContextManager[Ahead | None]:
        """Who walks the sets ahead, when other cores are wanted."""
        if self._workers < 2:
            return nullcontext()
        make = partial(BlockExtraction, self.source.number, self.wanted, is_native=self.is_native)
        return Ahead(make, self._workers, "threads" if self.is_native else "processes", self._put_aside)

    def _put_aside(self, made: list[Batch]) -> None:
        """A worker has made the rows that come next."""
        self._made += [*self._extraction.take(1, is_end=True), *made]

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
        plan = plan_of(walked, self.wanted) if walked else None
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
        if isinstance(engine, WalkedSet):
            for told in engine.told:
                self.found("set", told)
        self._take_bad()
        self._wait("sets", self._set | {"accepted": not self._set_errors})

    def aside(self, segment: Segment) -> None:
        pass

    # Batches.

    def _take_bad(self) -> None:
        """Tell of the values that could not be read since the last time; they are all of the set that is open."""
        for bad in self._extraction.take_bad():
            self.found("set", bad_value_finding(bad))

    def _wait(self, table: str, record: Record) -> None:
        self._waiting[table].append({"file": self.source.number, **record})

    def _take(self, least: int, *, is_end: bool = False) -> Iterator[Batch]:
        """The rows that wait, of everything of which there are so many."""
        made, self._made = self._made, []
        yield from made
        yield from self._extraction.take(least, is_end=is_end)
        for table, records in self._waiting.items():
            if len(records) >= least:
                self._waiting[table] = []
                yield Batch(table, batch_of_records(table, records))

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
