"""`claimwright serve`: the office in a browser."""

from __future__ import annotations

from typing import Annotated

import typer

from claimwright.cli import console
from claimwright.cli.office import HomeOption, open_office
from claimwright.errors import InputError


def serve(
    home: HomeOption = None,
    port: Annotated[int, typer.Option(help="The port to listen on.")] = 8000,
    host: Annotated[str, typer.Option(help="The address to listen on; only this machine by default.")] = "127.0.0.1",
) -> None:
    """Serve the office to browsers on this machine."""
    opened = open_office(home)
    import waitress

    from claimwright.office.core.models import User
    from claimwright.office.wsgi import application

    note = opened.path / "keys" / "trial-sign-in"
    if note.exists():
        name, password = note.read_text("utf-8").split()
        console.complain(f"Sign in as {name} with the password {password}")
    elif not User.objects.exists():
        console.complain("Nobody may sign in yet. Add somebody: claimwright user add NAME --role manager")
    console.complain(f"The office is at http://{host}:{port}/ (Ctrl+C stops it)")
    try:
        waitress.serve(application, host=host, port=port, threads=8, ident="claimwright")
    except OSError as wrong:
        raise InputError(f"Port {port} cannot be used: {wrong.strerror}. Choose another with --port.") from wrong
