"""`claimwright x12 convert`: what files say, as JSON lines or tables."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer

from claimwright.cli import console
from claimwright.cli.x12 import inputs, outputs, verdicts
from claimwright.cli.x12.inputs import FilesArgument
from claimwright.errors import InputError
from claimwright.findings import has_errors


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
) -> None:
    """Turn files into JSON lines (every kind of set that has a record) or into tables (837, 835, 277CA). Exit status 1
    when something could not be read."""
    if to is Form.JSON:
        with outputs.opened(output) as written:
            status = max([0, *(_write_json(source, written) for source in inputs.sources(files))])
        raise typer.Exit(status)
    if output is None:
        raise InputError(f"Tables are several files: name a folder for them with -o, as in --to {to.value} -o tables.")
    raise typer.Exit(_write_tables(files, to, output))


def _write_json(source: inputs.Source, written: BinaryIO) -> int:
    """One line for each set: where it stands, the record, what could not be read of it."""
    from claimwright import documents, x12
    from claimwright.documents.plain import to_plain

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
            "findings": [verdicts.finding_as_json(found) for found in every],
        }
        written.write(json.dumps(line, ensure_ascii=False).encode("utf-8", "surrogateescape") + b"\n")
    if not reading.readable:
        console.complain(f"{source.name}: there is no interchange in it.")
    return status


def _write_tables(files: list[str], to: Form, folder: Path) -> int:
    try:
        from claimwright.bulk import write_tables
    except ModuleNotFoundError as missing:
        raise InputError(
            f"Tables need the package {missing.name}: pip install 'claimwright[bulk]'. JSON needs nothing more."
        ) from missing
    outputs.made_folder(folder)
    return int(write_tables([source.name for source in inputs.sources(files)], folder, form=to.value))
