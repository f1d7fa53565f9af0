"""`claimwright x12 convert`: what files say, as JSON lines or tables."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer

from claimwright.cli import console
from claimwright.cli.x12 import inputs, outputs
from claimwright.cli.x12.inputs import FilesArgument, WorkersOption
from claimwright.errors import InputError
from claimwright.findings import has_errors

if TYPE_CHECKING:
    from claimwright import bulk


class Form(StrEnum):
    """What files are turned into."""

    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"


def convert(
    files: FilesArgument,
    to: Annotated[Form, typer.Option("--to", help="JSON lines, one for each set; or tables.")],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="A file for JSON (standard output when left out), a folder for tables.",
            show_default=False,
        ),
    ] = None,
    workers: WorkersOption = None,
) -> None:
    """Turn files into JSON lines (every kind of set that has a record) or into tables (837, 835, 277CA), where what
    could not be read is in the table of findings. Exit status of JSON as of check."""
    if to is Form.JSON:
        with outputs.opened(output) as written:
            status = max([0, *(_write_json(source, written) for source in inputs.sources(files))])
        raise typer.Exit(status)
    if output is None:
        raise InputError(f"Tables are several files: name a folder for them with -o, as in --to {to.value} -o tables.")
    _write_tables(files, to, output, workers)


def _write_json(source: inputs.Source, written: BinaryIO) -> int:
    """One line for each set: where it stands, the record, what could not be read of it."""
    from claimwright import documents, x12
    from claimwright.documents.plain import to_plain
    from claimwright.x12.checking import finding_as_json

    reading = x12.read(source.read(), name=source.name)
    status = 0 if reading.readable else 2
    for transaction_set, record, findings in documents.read_documents(reading):
        every = [*transaction_set.findings, *findings]
        status = max(status, int(has_errors(every)))
        line: dict[str, Any] = {
            "file": source.name,
            "st01": transaction_set.st01,
            "guide": transaction_set.guide.version if transaction_set.guide else "",
            "control": transaction_set.control,
            "offset": transaction_set.offset,
            "kind": type(record).__name__ if record else None,
            "record": to_plain(record) if record else None,
            "findings": [finding_as_json(found) for found in every],
        }
        written.write(json.dumps(line, ensure_ascii=False).encode("utf-8", "surrogateescape") + b"\n")
    if not reading.readable:
        console.complain(f"{source.name}: there is no interchange in it.")
    return status


def _write_tables(files: list[str], to: Form, folder: Path, workers: int | None) -> None:
    names = [source.name for source in inputs.sources(files)]
    if inputs.STANDARD_INPUT in names:
        raise InputError("Tables are made from files, not from standard input. Name the file.")
    try:
        from claimwright import bulk
    except ModuleNotFoundError as missing:
        if (missing.name or "").startswith("claimwright"):
            raise
        raise InputError(
            f"Tables need the package {missing.name}: pip install 'claimwright[bulk]'. JSON needs nothing more."
        ) from missing
    outputs.made_folder(folder)
    with console.bar("Reading") as shown:

        def tell(progress: bulk.Progress) -> None:
            shown(progress.bytes_done, progress.bytes)

        if to is Form.PARQUET:
            rows = bulk.to_parquet(names, folder, workers=workers, progress=tell).rows
        else:
            rows = _write_csv(bulk.batches(names, workers=workers, progress=tell), folder)
    console.table(str(folder), [(name, f"{count:,}") for name, count in sorted(rows.items()) if count])


def _write_csv(batches: Iterator[bulk.Batch], folder: Path) -> dict[str, int]:
    """A file for each table, named when all of it is written: nobody finds half of one."""
    from pyarrow import csv

    rows: Counter[str] = Counter()
    writers: dict[str, Any] = {}
    with ExitStack() as open_files:
        for batch in batches:
            if batch.table not in writers:
                draft = folder / f".{batch.table}.csv"
                writers[batch.table] = open_files.enter_context(csv.CSVWriter(draft, batch.rows.schema))
            writers[batch.table].write_batch(batch.rows)
            rows[batch.table] += batch.rows.num_rows
    for table in writers:
        (folder / f".{table}.csv").replace(folder / f"{table}.csv")
    return dict(rows)
