"""Files from the other side: fetched, stored whole by hash, and only then taken away there and read here."""

from __future__ import annotations

from django.db import transaction

from claimwright.errors import ClaimwrightError, ConflictError
from claimwright.office.core import audit, clock
from claimwright.office.core.files import store_file
from claimwright.office.exchange.connections import Session, open_session
from claimwright.office.exchange.intake import Taken, set_aside, take_in
from claimwright.office.exchange.models import Connection, Transmission

_NAME_MAX = 120


def collect(connection: Connection) -> list[Taken]:
    """Fetch everything that waits, then read everything that was not read yet (by an earlier run that died, too).

    Raises `OutageError` when the other side does not answer; what was fetched until then stays and is read next time.
    """
    with open_session(connection) as session:
        fetch(connection, session)
    return take_in_waiting()


def fetch(connection: Connection, session: Session) -> int:
    """Store every waiting file and take it away from the other side; how many were new.

    A file that was stored by a run that died before taking it away is not stored again.
    """
    count = 0
    for name in session.names():
        _, is_new = keep(name, session.download(name), connection=connection)
        session.remove(name)
        count += is_new
    return count


def keep(name: str, data: bytes, *, connection: Connection | None = None) -> tuple[Transmission, bool]:
    """Store a received file as it is; True when this name did not bring these bytes before."""
    with transaction.atomic():
        file, _ = store_file(name, data)
        inbound = Transmission.objects.filter(direction=Transmission.Direction.IN, connection=connection, file=file)
        before = inbound.filter(file_name=name[:_NAME_MAX]).first()
        if before:
            return before, False
        transmission = Transmission.objects.create(
            connection=connection,
            direction=Transmission.Direction.IN,
            kind="",
            file=file,
            file_name=name[:_NAME_MAX],
            state=Transmission.State.RECEIVED,
            created_at=clock.now(),
        )
        audit.record("exchange.receive", f"transmission {transmission.pk}")
    return transmission, True


def take_in_waiting() -> list[Taken]:
    """Read every received file that was not read yet, oldest first, each in a transaction of its own.

    One that cannot be taken is set aside with its reason and does not hold up the others.
    """
    waiting = Transmission.objects.filter(direction=Transmission.Direction.IN, state=Transmission.State.RECEIVED)
    taken = []
    for row in waiting.select_related("file", "connection").order_by("pk"):
        try:
            one = take_in(row)
        except ClaimwrightError as wrong:
            one = set_aside(row, str(wrong))
        taken += [one] if one else []
    return taken


def take_in_again(transmission: Transmission) -> Taken | None:
    """Read a file that was set aside once more. Raises `ConflictError` when it was not, or what reading it raises."""
    quarantined = Transmission.objects.filter(pk=transmission.pk, state=Transmission.State.QUARANTINED)
    with transaction.atomic():
        if not quarantined.update(state=Transmission.State.RECEIVED):
            raise ConflictError("This file was not set aside; reload the list.")
        return take_in(transmission)
