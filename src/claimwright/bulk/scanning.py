"""One file into record batches: every set checked and taken apart in the same pass, with what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from claimwright.bulk.arrow import pyarrow as pa
from claimwright.bulk.catalogue import bad_value_finding, unreadable_file_finding
from claimwright.bulk.schema import batch_of_records, batch_of_rows, columns
from claimwright.bulk.sources import Source
from claimwright.findings import Finding, Severity
from claimwright.x12 import Guide, Reading, TransactionSet, read
from claimwright.x12.columns import Plan, plan_columns
from claimwright.x12.extracting import Extractor, day_or_none, take_tree
from claimwright.x12.guides import nearest_guide

Record = dict[str, object]

_ROWS_IN_BATCH = 1 << 16


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


def scan(source: Source, wanted: Sequence[str]) -> Iterator[Step]:
    """The batches of one file; the row of the table `files` comes last. Never raises for what a file is or holds."""
    for batch in _Scan(source, wanted).batches():
        if batch.table in wanted:
            yield batch
    yield Advance(source.size, files=1)


@lru_cache(maxsize=64)
def _plan(guide: Guide, wanted: tuple[str, ...]) -> Plan | None:
    return plan_columns(columns(), guide, wanted)


class _Scan:
    def __init__(self, source: Source, wanted: Sequence[str]) -> None:
        self.source = source
        self.wanted = tuple(wanted)
        self.extractors: dict[Guide, Extractor] = {}
        self.waiting: dict[str, list[Record]] = {"sets": [], "findings": []}
        self.sets = self.errors = self.found = 0

    def batches(self) -> Iterator[Batch]:
        what = self.source.what
        try:
            data = what.read_bytes() if isinstance(what, Path) else what
        except OSError as failure:
            finding = unreadable_file_finding(self.source.name, failure.strerror or str(failure))
            self._note(None, [finding])
            yield from self._end(readable=False, accepted=False, why=finding.message)
            return
        reading = read(data, name=self.source.name)
        yield from self._sets(reading)
        why = None if reading.readable else reading.findings[0].message
        yield from self._end(readable=reading.readable, accepted=reading.accepted, why=why)

    def _sets(self, reading: Reading) -> Iterator[Batch]:
        self._note(None, reading.own_findings)
        for interchange in reading.interchanges:
            self._note(None, interchange.findings)
            for group in interchange.groups:
                self._note(None, group.findings)
                for transaction_set in group.sets:
                    yield from self._set(transaction_set)

    def _set(self, transaction_set: TransactionSet) -> Iterator[Batch]:
        guide = transaction_set.guide or nearest_guide(transaction_set.st01, transaction_set.version)
        plan = _plan(guide, self.wanted) if guide else None
        self.sets += 1
        kind = plan.kind if plan else transaction_set.st01
        self._wait("sets", kind=kind, **_set_record(transaction_set))
        self._note(transaction_set.offset, transaction_set.findings)
        if plan is not None:
            extractor = self.extractors.setdefault(plan.guide, Extractor(plan))
            take_tree(extractor, transaction_set.opening, transaction_set.root)
            self._note(extractor.set_offset, map(bad_value_finding, extractor.take_bad()))
            if extractor.row_count >= _ROWS_IN_BATCH:
                yield from self._take_rows(extractor)
        yield from self._take_records(_ROWS_IN_BATCH)

    def _take_rows(self, extractor: Extractor) -> Iterator[Batch]:
        plan = extractor.plan
        for table, rows in extractor.take_rows(is_end=True):
            filled = [column.name for column in table.columns]
            yield Batch(table.name, batch_of_rows(table.name, self.source.number, plan.kind, filled, rows))

    def _end(self, *, readable: bool, accepted: bool, why: str | None) -> Iterator[Batch]:
        """What is left, and the row of the file."""
        for extractor in self.extractors.values():
            yield from self._take_rows(extractor)
        yield from self._take_records(1)
        self._wait(
            "files", name=self.source.name, bytes=self.source.size, readable=readable, accepted=accepted, why=why,
            sets=self.sets, errors=self.errors, findings=self.found, engine="python",
        )  # fmt: skip
        yield from self._take_records(1)

    def _note(self, set_offset: int | None, findings: Iterable[Finding]) -> None:
        for finding in findings:
            self.found += 1
            self.errors += finding.severity is Severity.ERROR
            self._wait("findings", set_offset=set_offset, **_finding_record(finding))

    def _wait(self, table: str, **record: object) -> None:
        self.waiting.setdefault(table, []).append({"file": self.source.number, **record})

    def _take_records(self, least: int) -> Iterator[Batch]:
        """What waits, of the tables in which at least so many rows do."""
        for table, records in self.waiting.items():
            if len(records) >= least:
                yield Batch(table, batch_of_records(table, records))
                self.waiting[table] = []


def _set_record(transaction_set: TransactionSet) -> Record:
    group, isa = transaction_set.group, transaction_set.group.interchange
    return {
        "set_offset": transaction_set.offset,
        "st01": transaction_set.st01,
        "version": transaction_set.version,
        "guide": transaction_set.guide.version if transaction_set.guide else None,
        "control": transaction_set.control,
        "group_control": group.control,
        "interchange_control": isa.control,
        "sender_qualifier": isa.sender[0],
        "sender": isa.sender[1],
        "receiver_qualifier": isa.receiver[0],
        "receiver": isa.receiver[1],
        "application_sender": group.gs[2],
        "application_receiver": group.gs[3],
        "group_date": day_or_none(group.gs[4]),
        "usage": isa.usage,
        "accepted": transaction_set.accepted,
    }


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
