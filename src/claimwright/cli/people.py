"""`claimwright user`: who may sign in, and as what."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from claimwright.cli import console
from claimwright.cli.office import HomeOption, PracticeOption, open_office, practice_of
from claimwright.errors import ConflictError, InputError

user = typer.Typer(name="user", no_args_is_help=True, help="Who may sign in, and as what.")


class Role(StrEnum):
    """The roles that a person can have in a practice."""

    FRONT_DESK = "front_desk"
    BILLER = "biller"
    POSTER = "poster"
    DENIALS = "denials"
    MANAGER = "manager"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


@user.command("add")
def add(
    name: Annotated[str, typer.Argument(help="The name to sign in with.")],
    role: Annotated[Role, typer.Option(help="What this person is in the practice.")],
    practice: PracticeOption = "",
    home: HomeOption = None,
) -> None:
    """Let somebody sign in. Asks for a password, or reads one line from standard input when that is not a terminal."""
    open_office(home)
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError
    from django.db import transaction

    from claimwright.office.core import audit
    from claimwright.office.core.models import Membership, User
    from claimwright.office.core.scope import client_scope

    client = practice_of(practice)
    if User.objects.filter(username=name).exists():
        raise ConflictError(f"There is a user {name!r} already.")
    password = _ask_password()
    try:
        validate_password(password, User(username=name))
    except ValidationError as weak:
        raise InputError(" ".join(weak.messages)) from weak
    with transaction.atomic(), client_scope(client), audit.acting_as(None, source="cli"):
        person = User.objects.create_user(name, password=password)
        Membership.objects.create(user=person, client=client, role=role)
        audit.record("user.add", f"user {person.pk}", role=role.value)
    console.out(f"{name} may sign in to {client} as {role.value.replace('_', ' ')}.")


@user.command("list")
def list_users(home: HomeOption = None) -> None:
    """Print who may sign in."""
    open_office(home)
    from claimwright.office.core.models import Membership

    rows = Membership.objects.select_related("user", "client").order_by("client__name", "user__username")
    for row in rows:
        console.out(f"{row.client.code}\t{row.user.username}\t{row.role}\t{'active' if row.user.is_active else 'off'}")


def _ask_password() -> str:
    import getpass
    import sys

    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("Password (12 characters or more): ")
    if getpass.getpass("The same again: ") != first:
        raise InputError("The two passwords differ.")
    return first
