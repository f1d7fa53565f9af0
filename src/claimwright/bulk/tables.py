"""Files into Arrow tables: all at once (`read`), or batch by batch in constant memory (`batches`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from claimwright.bulk.arrow import pyarrow as pa
from claimwright.bulk.extraction import Batch, uses_native
from claimwright.bulk.scanning import Advance, scan
from claimwright.bulk.schema import schemas, table_names
from claimwright.bulk.sources import Source, Sources, find_sources
from claimwright.bulk.working import Item, Job, Step, work
from claimwright.x12.ahead import cores
from claimwright.x12.engine import EngineName

_WORTH_A_WORKER = 4 << 20
"""Bytes; for fewer a worker takes longer to start than to work."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come."""

    files: int
    files_done: int
    bytes: int
    bytes_done: int


OnProgress = Callable[[Progress], None]


class Tables(Mapping[str, pa.Table]):
    """Arrow tables by name: `tables["claims"]`. What each holds is in `docs/reference/tables.md`."""

    def __init__(self, tables: Mapping[str, pa.Table]) -> None:
        self._tables = dict(tables)

    def __getitem__(self, name: str) -> pa.Table:
        return self._tables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)


def read(
    sources: Sources,
    *,
    tables: Iterable[str] | None = None,
    workers: int | None = None,
    progress: OnProgress | None = None,
    engine: EngineName = "auto",
) -> Tables:
    """Everything in the files of `sources`, checked, as tables in memory; rows in the order of the files.

    `tables` names those wanted (all of them). `workers` is how many cores to use (as many as are worth it): threads
    with the native engine, which lets other threads run, processes with the one in Python. A file that is alone is read
    by all of them, set by set; one large set is read by one. `progress` is called as the work goes on, `engine` is that
    of `x12.check`. A file that cannot be read is a row in `files` and a finding.

    Raises `InputError` for a name that is no file, folder or table, `ValueError` for `engine="native"` where there is
    none, and `WorkerError` when a worker breaks off.
    """
    wanted = table_names(tables)
    parts: dict[str, list[tuple[int, pa.RecordBatch]]] = {name: [] for name in wanted}
    for batch in batches(sources, tables=wanted, workers=workers, progress=progress, engine=engine):
        parts[batch.table].append((batch.rows.column("file")[0].as_py(), batch.rows))
    return Tables({name: _in_order(name, found) for name, found in parts.items()})


def batches(
    sources: Sources,
    *,
    tables: Iterable[str] | None = None,
    workers: int | None = None,
    progress: OnProgress | None = None,
    engine: EngineName = "auto",
) -> Iterator[Batch]:
    """The same as `read`, as record batches of some thousand rows, in memory that does not grow with the files.

    The batches of one file and table come in the file's order, those of several files as they are ready.
    """
    found = find_sources(sources)
    files, inside = share_cores(found, found, workers)
    job = partial(scan, wanted=table_names(tables), engine=engine, workers=inside)
    steps = run(job, found, found, files, progress, engine)
    return (step for step in steps if isinstance(step, Batch))


def share_cores(items: Sequence[object], sources: Sequence[Source], workers: int | None) -> tuple[int, int]:
    """How many items are done at once, and how many cores work within one: all of them, where there is one item."""
    total = sum(source.size for source in sources)
    count = workers or min(cores(), 1 + total // _WORTH_A_WORKER)
    return (1, count) if len(items) == 1 else (count, 1)


def run(
    job: Job[Item, Step],
    items: Sequence[Item],
    sources: Sequence[Source],
    count: int,
    progress: OnProgress | None,
    engine: EngineName,
) -> Iterator[Step]:
    """Do a job over these sources, so many items at once, and tell how far it has come."""
    total = sum(source.size for source in sources)
    bytes_done = files_done = 0
    for step in work(job, items, count, "threads" if uses_native(engine) else "processes"):
        if isinstance(step, Advance):
            bytes_done, files_done = bytes_done + step.bytes, files_done + step.files
            if progress:
                progress(Progress(len(sources), files_done, total, bytes_done))
        yield step


def _in_order(name: str, found: list[tuple[int, pa.RecordBatch]]) -> pa.Table:
    ordered = [batch for _, batch in sorted(found, key=lambda one: one[0])]
    return pa.Table.from_batches(ordered, schema=schemas()[name])
