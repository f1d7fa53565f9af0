"""The simulated clearinghouse of a trial home: its folder, its SFTP server, and the practice's connection to it.

The folder `HOME/clearinghouse` is the other side: what the practice uploads and fetches lies there unencrypted, as
files that anyone can look at. A trial is for synthetic data.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from claimwright.office.core.home import Home
from claimwright.office.core.models import Client
from claimwright.office.core.scope import client_scope
from claimwright.office.exchange.connections import add_connection
from claimwright.office.exchange.models import Connection
from claimwright.simulator.clearinghouse import Clearinghouse
from claimwright.simulator.policy import Policy
from claimwright.simulator.sftp import SftpAddress, serve_sftp

NAME = "Simulated clearinghouse"
_USER = "practice"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """The other side, and the practice's way to it."""

    clearinghouse: Clearinghouse
    connection: Connection


@contextmanager
def open_mailbox(home: Home, client: Client, policy: Policy, *, sender_id: str, phone: str) -> Iterator[Mailbox]:
    """Run the simulated clearinghouse until the block ends. `phone` is where the practice can be called about a file.

    Its port is another one each time; its host key is made once, and pinned by the connection ever after.
    """
    password = home.key("clearinghouse")
    clearinghouse = Clearinghouse(policy, home.clearinghouse)
    try:
        with serve_sftp(home.clearinghouse, _USER, password) as address:
            with client_scope(client):
                connection = _connection(address, policy, password, sender_id, phone)
            yield Mailbox(clearinghouse, connection)
    finally:
        clearinghouse.close()


def has_other_connections() -> bool:
    """Whether the scope's practice has a connection that leads to anything but the simulator: then it is no trial."""
    return Connection.objects.exclude(name=NAME).exists()


def _connection(address: SftpAddress, policy: Policy, password: str, sender_id: str, phone: str) -> Connection:
    known = Connection.objects.filter(name=NAME).first()
    if known is not None:
        known.port = address.port
        known.save(update_fields=["port"])
        return known
    return add_connection(
        NAME,
        address.host,
        host_key=address.host_key,
        port=address.port,
        username=_USER,
        password=password,
        sender_id=sender_id,
        contact_phone=phone,
        # The rules of posting refuse a test remittance, and the simulator answers as it is asked.
        usage="P",
        receiver_id=policy.clearinghouse.id,
        receiver_name=policy.clearinghouse.last_name,
    )
