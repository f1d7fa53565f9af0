"""`claimwright x12 split`: a file cut into files that can be sent by themselves."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from claimwright.cli import console
from claimwright.cli.x12 import inputs, outputs
from claimwright.cli.x12.inputs import FilesArgument
from claimwright.errors import InputError


class By(StrEnum):
    """What each piece holds."""

    SET = "set"
    CLAIM = "claim"
    PAYER = "payer"


def split(
    files: FilesArgument,
    by: Annotated[
        By, typer.Option("--by", help="What each piece holds: one set, one claim (837), one payer (837, 835).")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder for the pieces; made when not there.")],
    control: Annotated[int, typer.Option("--control", min=1, help="Control number (ISA13) of the first piece.")] = 1,
) -> None:
    """Cut files into interchanges with right counts and numbers; the segments stay as they are. An 835 is not cut by
    claim, because a part of a payment does not balance. Exit status 1 when something could not be cut."""
    from claimwright import x12
    from claimwright.x12.splitting import SPLITTERS

    status = count = 0
    outputs.made_folder(output)
    for source in inputs.sources(files):
        reading = x12.read(source.read(), name=source.name, rules=False)
        if not reading.readable:
            console.complain(f"{source.name}: there is no interchange in it.")
            status = 2
        try:
            for piece in SPLITTERS[by.value](reading, control=control + count):
                count += 1
                outputs.write_new(output / _file_name(source, count, piece.name), piece.data)
        except InputError as refused:
            console.complain(f"{source.name}: {refused}")
            console.show_findings(refused.findings)
            status = max(status, 1)
    console.out(f"{count} files written to {output}")
    raise typer.Exit(status)


def _file_name(source: inputs.Source, number: int, name: str) -> str:
    """The number first, so that no two pieces have one name, whatever stands in the file."""
    stem = source.path.name.split(".")[0] if source.path else "stdin"
    return f"{outputs.safe_name(stem)}-{number:05d}-{outputs.safe_name(name)}.x12"
