"""`claimwright serve`: the office in a browser."""

from __future__ import annotations

from typing import Annotated, Any

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
    from django.conf import settings

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
        waitress.serve(
            application, host=host, port=port, threads=8, ident="claimwright", **proxy_options(https=settings.HTTPS)
        )
    except OSError as wrong:
        raise InputError(f"Port {port} cannot be used: {wrong.strerror}. Choose another with --port.") from wrong


def proxy_options(*, https: bool) -> dict[str, Any]:
    """What the web server believes of a proxy: with HTTPS, the one on this machine says who asks and how; without it,
    nobody is believed."""
    if not https:
        return {}
    return {
        "trusted_proxy": "127.0.0.1",
        "trusted_proxy_count": 1,
        "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
    }
