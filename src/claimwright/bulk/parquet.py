"""A folder of Parquet files: `claims/part-00000.parquet` and so on, for every table.

The files are read in parts. Every Parquet file of a part is written under another name, flushed and renamed; that of
the table `files` comes last, so that a part is done when it is there. A run that was stopped goes on where it was, and
new files are added to what is there; what an unfinished part left behind is removed first.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from claimwright.bulk.arrow import pyarrow as pa
from claimwright.bulk.scanning import Advance, scan
from claimwright.bulk.schema import schemas, table_names
from claimwright.bulk.sources import Source, Sources, find_sources, in_groups
from claimwright.bulk.tables import OnProgress, run, share_cores
from claimwright.errors import ConflictError, InputError
from claimwright.x12.ahead import cores
from claimwright.x12.engine import EngineName
from claimwright.x12.extracting import valid_text

_PART_BYTES = 256 << 20
_PART_FILES = 5_000
_GROUP_BYTES = 1 << 20
"""Of one table, in memory: larger groups are read faster, but there are some twenty tables."""
_PART = re.compile(r"part-(\d{5,})\.parquet\Z")
_UNFINISHED = ".unfinished"


@dataclass(frozen=True, slots=True)
class Written:
    """What a run did: files read and files that were there already, and how many rows each table got."""

    files: int
    files_before: int
    rows: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Part:
    number: int
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class _Rows:
    table: str
    count: int


def to_parquet(
    sources: Sources,
    folder: str | os.PathLike[str],
    *,
    tables: Iterable[str] | None = None,
    workers: int | None = None,
    progress: OnProgress | None = None,
    engine: EngineName = "auto",
) -> Written:
    """Write everything in the files of `sources` into a folder for each table, in constant memory, on all cores.

    Files that the folder holds already are left out, by name. Raises `ConflictError` while another run writes to the
    folder, `InputError` when a file has another size than when it was written or other tables are asked for, and what
    `read` raises.
    """
    home, wanted = Path(folder), table_names({*table_names(tables), "files"})
    found = find_sources(sources)
    with _alone(home):
        done, next_part, next_file = _clean_up(home, wanted)
        new = _new_sources(found, done, next_file)
        limit = min(_PART_BYTES, 1 + sum(source.size for source in new) // (workers or cores()))
        groups = in_groups(new, limit, _PART_FILES)
        parts = [_Part(number, group) for number, group in enumerate(groups, next_part)]
        rows: Counter[str] = Counter()
        at_once, inside = share_cores(parts, new, workers)
        job = partial(_write_part, home=home, wanted=wanted, engine=engine, workers=inside)
        for step in run(job, parts, new, at_once, progress, engine):
            if isinstance(step, _Rows):
                rows[step.table] += step.count
    return Written(len(new), len(found) - len(new), dict(rows))


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Nobody else writes to the folder meanwhile, as far as the system can hold that."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / ".lock").open("w") as lock:
        try:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except ImportError:  # Not on Windows.
            pass
        except OSError:
            raise ConflictError(f"Another run is writing to {home}.") from None
        yield


def _clean_up(home: Path, wanted: Sequence[str]) -> tuple[dict[str, int], int, int]:
    """Remove what no finished part owns. Gives names and sizes of the files there, the next part's number, the next
    file's."""
    finished = {match[1]: path for path in sorted((home / "files").glob("*")) if (match := _PART.match(path.name))}
    there = sorted(path.name for path in home.iterdir() if path.is_dir())
    if finished and set(there) != set(wanted):
        raise InputError(f"{home} holds the tables {', '.join(there)}. Ask for the same, or name another folder.")
    for name in there:
        for path in (home / name).iterdir():
            match = _PART.match(path.name)
            if path.name.endswith(_UNFINISHED) or (match and match[1] not in finished):
                path.unlink()
    rows = [
        row for path in finished.values() for row in pq.read_table(path, columns=["file", "name", "bytes"]).to_pylist()
    ]
    next_part = max(map(int, finished), default=-1) + 1
    return {row["name"]: row["bytes"] for row in rows}, next_part, max((row["file"] for row in rows), default=-1) + 1


def _new_sources(found: Sequence[Source], done: dict[str, int], next_file: int) -> list[Source]:
    for source in found:
        if done.get(valid_text(source.name), source.size) != source.size:
            raise InputError(f"{source.name} has changed since it was written. Write everything into a new folder.")
    new = [source for source in found if valid_text(source.name) not in done]
    return [replace(source, number=number) for number, source in enumerate(new, next_file)]


def _write_part(
    part: _Part, home: Path, wanted: Sequence[str], engine: EngineName, workers: int
) -> Iterator[Advance | _Rows]:
    name = f"part-{part.number:05d}.parquet"
    with ExitStack() as open_files:
        writers = {table: open_files.enter_context(_Writer(home / table / name, table)) for table in wanted}
        for source in part.sources:
            for step in scan(source, wanted, engine, workers):
                if isinstance(step, Advance):
                    yield step
                else:
                    writers[step.table].write(step.rows)
    for table in sorted(wanted, key=lambda table: table == "files"):
        _finish(home / table / name)
    yield from (_Rows(table, writer.count) for table, writer in writers.items())


class _Writer:
    """Writes one table under an unfinished name, in row groups that are worth it."""

    def __init__(self, path: Path, table: str) -> None:
        path.parent.mkdir(exist_ok=True)
        self.count = 0
        self._waiting: list[pa.RecordBatch] = []
        self._waiting_bytes = 0
        self._schema = schemas()[table]
        self._writer = pq.ParquetWriter(_unfinished(path), self._schema, compression="zstd", **_encodings(self._schema))

    def __enter__(self) -> _Writer:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._flush()
        self._writer.close()

    def write(self, batch: pa.RecordBatch) -> None:
        """Add rows."""
        self.count += batch.num_rows
        self._waiting.append(batch)
        self._waiting_bytes += batch.nbytes
        if self._waiting_bytes >= _GROUP_BYTES:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            self._writer.write_table(pa.Table.from_batches(self._waiting, self._schema))
            self._waiting.clear()
            self._waiting_bytes = 0


def _encodings(schema: pa.Schema) -> dict[str, Any]:
    """Texts repeat and go into dictionaries; offsets, days and amounts do better as differences: half the size."""
    texts = [field.name for field in schema if pa.types.is_string(field.type)]
    numbers = [field.name for field in schema if pa.types.is_integer(field.type) or pa.types.is_date(field.type)]
    return {"use_dictionary": texts, "column_encoding": dict.fromkeys(numbers, "DELTA_BINARY_PACKED")}


def _unfinished(path: Path) -> Path:
    return path.with_name(path.name + _UNFINISHED)


def _finish(path: Path) -> None:
    with _unfinished(path).open("rb+") as file:
        os.fsync(file.fileno())
    _unfinished(path).rename(path)
