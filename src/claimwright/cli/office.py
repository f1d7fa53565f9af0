"""Opening an office from the command line: its home, its database brought up to date, its practice."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from claimwright.cli import console
from claimwright.errors import InputError

if TYPE_CHECKING:
    from claimwright.office.core.home import Home
    from claimwright.office.core.models import Client

HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home",
        envvar="CLAIMWRIGHT_HOME",
        help="The office's folder: database, keys and files. [default: ~/.claimwright]",
        show_default=False,
    ),
]
PracticeOption = Annotated[
    str, typer.Option("--practice", help="The practice's code, where the office serves several.", show_default=False)
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def open_office(folder: Path | None) -> Home:
    """Start Django on this home and bring its database up to date; makes what is not there yet.

    Raises `InputError` when the home or its key cannot be used.
    """
    from claimwright.office.core.home import VARIABLE, Home

    if folder is not None:
        os.environ[VARIABLE] = str(folder.expanduser().absolute())
    home = Home.current()
    home.prepare()
    os.environ["DJANGO_SETTINGS_MODULE"] = "claimwright.office.settings"
    import django
    from django.core.management import call_command
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    django.setup()
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            console.complain("Bringing the database up to date ...")
            call_command("migrate", verbosity=0, interactive=False)
    except DatabaseError as wrong:
        raise InputError(f"The database cannot be opened: {wrong}. Is it another office's key or database?") from wrong
    return home


def practice_of(code: str, *, name: str = "My practice") -> Client:
    """The practice of that code; the only one, or a first one made now, when no code is given.

    Raises `InputError` when there is no such practice, or several and no code.
    """
    from claimwright.office.core.models import Client

    practices = list(Client.objects.filter(code=code) if code else Client.objects.all())
    if len(practices) == 1:
        return practices[0]
    if practices:
        codes = ", ".join(sorted(practice.code for practice in practices))
        raise InputError(f"There are several practices here; name one with --practice: {codes}")
    if code:
        raise InputError(f"There is no practice with the code {code!r} in this office.")
    return Client.objects.create(name=name, code="practice")
