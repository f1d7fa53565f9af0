"""`claimwright x12 rewrite`: a file again from what was read of it, the same bytes."""

from __future__ import annotations

import typer

from claimwright.cli.x12 import inputs, outputs
from claimwright.cli.x12.inputs import FilesArgument, OutputOption


def rewrite(files: FilesArgument, output: OutputOption = None) -> None:
    """Write files of any size again from their segments, one after the other: the same bytes. Exit status 2 for what
    holds no interchange."""
    from claimwright.x12 import rewriting

    status = 0
    with outputs.opened(output) as written:
        for source in inputs.sources(files):
            with source.opened() as file:
                status = max(status, 0 if rewriting.rewrite(file, written) else 2)
    raise typer.Exit(status)
