"""`claimwright demo`: the whole day of the sample practice."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from claimwright.cli import console
from claimwright.cli.closing import show_accounting
from claimwright.cli.office import HomeOption, JsonOption, open_office
from claimwright.cli.samples import sample_folder


def demo(
    encounters: Annotated[int, typer.Option(min=1, max=100_000, help="How many visits there are.")] = 200,
    seed: Annotated[int, typer.Option(help="Another seed, another day; the same seed, the same files.")] = 1,
    sample: Annotated[
        Path | None, typer.Option(help="A folder with practice.toml, patients.toml, payers.toml and members.toml.")
    ] = None,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Run a sample practice from coverage check to settled balance, in a fresh home, and account for every dollar."""
    opened = open_office(home)
    from claimwright.office.trial.demonstration import run_demonstration
    from claimwright.office.trial.files import write_files

    with console.progress("Setting up") as progress:
        client = run_demonstration(
            opened, sample or sample_folder(), encounters=encounters, seed=seed, tell=progress.say
        )
        folder = write_files(opened, client)
    status = show_accounting(client, json=json, folder=folder)
    console.complain(f"Look at it: claimwright serve --home {opened.path}   (or: make serve)")
    raise typer.Exit(status)
