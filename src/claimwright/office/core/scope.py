"""The client scope: whose records this piece of work may see.

Every record belongs to a client (a practice). Work is done inside `client_scope(client)`; a query outside of any
scope raises `ScopeMissing`, so a forgotten filter is an error and never a leak. `every_client` is for upkeep over all
practices.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from claimwright.errors import ClaimwrightError

if TYPE_CHECKING:
    from claimwright.office.core.models import Client

_EVERY = -1
_scope: ContextVar[int | None] = ContextVar("client_scope", default=None)


class ScopeMissing(ClaimwrightError):  # noqa: N818 - reads as what it says
    """A client's record was asked for without saying whose."""


@contextmanager
def client_scope(client: Client | int) -> Iterator[None]:
    """See and make the records of this client, and no other's."""
    token = _scope.set(client if isinstance(client, int) else client.pk)
    try:
        yield
    finally:
        _scope.reset(token)


@contextmanager
def every_client(reason: str) -> Iterator[None]:
    """See the records of all clients; `reason` is for the reader of the code. Making records needs one client."""
    if not reason:
        raise ValueError("say why all clients are looked at")
    token = _scope.set(_EVERY)
    try:
        yield
    finally:
        _scope.reset(token)


def scoped_client_id() -> int | None:
    """The client of the scope, None for every client. Raises `ScopeMissing` outside of any."""
    scope = _scope.get()
    if scope is None:
        raise ScopeMissing("No client scope: wrap the work in client_scope(client).")
    return None if scope == _EVERY else scope


def required_client_id() -> int:
    """The one client of the scope. Raises `ScopeMissing` when there is none, or when it is every client."""
    client_id = scoped_client_id()
    if client_id is None:
        raise ScopeMissing("This makes or changes records: it needs the scope of one client.")
    return client_id
