"""Files on their way out: numbered once, stored whole, and written down as a job in the transaction that makes them."""

from __future__ import annotations

from collections.abc import Sequence

from claimwright import x12
from claimwright.office.core import clock, jobs
from claimwright.office.core.files import store_file
from claimwright.office.core.models import Client
from claimwright.office.core.numbers import take_installation_numbers
from claimwright.office.core.scope import required_client_id
from claimwright.office.exchange.models import Connection, Transmission

UPLOAD = "exchange.upload"
CONTROL_MAX = 999_999_999


def practice_name() -> str:
    """The name of the scope's practice, as messages give it."""
    return Client.objects.get(pk=required_client_id()).name


def next_control(series: str) -> int:
    """A control number that no other file of this installation has had; practices may share a sender's ID."""
    return (take_installation_numbers(series, 1) - 1) % CONTROL_MAX + 1


def write_file(connection: Connection, control: int, group_control: int, sets: Sequence[x12.OutgoingSet]) -> bytes:
    """The interchange as bytes. Raises `InputError` for a value that cannot be written."""
    envelope = x12.Envelope(
        sender_qualifier=connection.sender_qualifier,
        sender_id=connection.sender_id,
        receiver_qualifier=connection.receiver_qualifier,
        receiver_id=connection.receiver_id,
        at=clock.now(),
        control=control,
        group_control=group_control,
        usage=connection.usage,
        acknowledgement_requested=True,
    )
    return x12.write_interchange(envelope, sets)


def put(
    connection: Connection,
    kind: str,
    data: bytes,
    *,
    control: int,
    group_control: int,
    item_count: int,
    total_cents: int = 0,
) -> Transmission:
    """Store the file and the job that sends it. Call it within the transaction that decides what is in it."""
    name = f"{kind}-{control:09d}.x12"
    file, _ = store_file(name, data)
    transmission = Transmission.objects.create(
        connection=connection,
        direction=Transmission.Direction.OUT,
        kind=kind,
        file=file,
        file_name=name,
        interchange_control=f"{control:09d}",
        group_control=str(group_control),
        state=Transmission.State.BUILT,
        item_count=item_count,
        total_cents=total_cents,
        created_at=clock.now(),
    )
    jobs.enqueue(UPLOAD, key=f"transmission {transmission.pk}", payload={"transmission": transmission.pk})
    return transmission
