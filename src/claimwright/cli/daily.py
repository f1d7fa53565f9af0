"""`claimwright day`: the cycle over what is in the database, against the simulated clearinghouse."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from claimwright.cli import console
from claimwright.cli.closing import show_accounting
from claimwright.cli.office import HomeOption, JsonOption, PracticeOption, open_office, practice_of
from claimwright.cli.samples import sample_folder


def day(
    until_settled: Annotated[
        bool, typer.Option("--until-settled", help="Go on until nothing is left that happens by itself.")
    ] = False,
    seed: Annotated[int, typer.Option(help="What the simulated payers' chances are drawn from.")] = 1,
    payers: Annotated[
        Path | None, typer.Option(help="A folder with payers.toml and members.toml for the simulated payers.")
    ] = None,
    practice: PracticeOption = "",
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Run the office's day: send what is ready, take back what is answered, post it, bill the next payers.

    The other side is the simulated clearinghouse of this home, and the office's clock moves by a day. A practice with a
    connection to a real clearinghouse is refused.
    """
    opened = open_office(home)
    from claimwright.office.trial.ordinary import run_days

    client = practice_of(practice)
    with console.progress("Opening the simulated clearinghouse") as progress:
        run_days(
            opened,
            client,
            payers or sample_folder(),
            seed=seed,
            until_settled=until_settled,
            tell=progress.say,
        )
    raise typer.Exit(show_accounting(client, json=json, folder=None))
