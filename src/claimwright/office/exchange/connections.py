"""Routes to the other side, and the one way to talk over them: SFTP with a pinned host key."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

import asyncssh
from django.db import IntegrityError, transaction

from claimwright.documents.parties import Contact, Party
from claimwright.errors import ConflictError, InputError, OutageError
from claimwright.findings import Finding, Severity, Where
from claimwright.office.core import audit
from claimwright.office.exchange.models import Connection

Result = TypeVar("Result")

_TIMEOUT_SECONDS = 30
_HIDDEN = re.compile(r"\.|.*\.(part|tmp|filepart)$", re.IGNORECASE)
_PORT_MAX = 65_535
_ID_MAX = 15


class Session(Protocol):
    """An open line to the other side's mailbox."""

    def upload(self, name: str, data: bytes) -> None:
        """Lay the file down under its name, whole or not at all; one of that name and size is left alone."""
        ...

    def names(self) -> list[str]:
        """The files that wait to be fetched, by name; uploads under way are left out."""
        ...

    def download(self, name: str) -> bytes:
        """The bytes of a waiting file."""
        ...

    def remove(self, name: str) -> None:
        """Take a waiting file away; one that is gone already is fine."""
        ...


def add_connection(name: str, host: str, *, host_key: str, **columns: Any) -> Connection:
    """A new route. Raises `InputError` with findings, `ConflictError` when the name is taken."""
    row = Connection(name=name, host=host, host_key=host_key.strip(), **columns)
    findings = list(_check(row))
    if findings:
        raise InputError(f"The connection cannot be stored: {findings[0].message}", findings)
    try:
        with transaction.atomic():
            row.save()
            audit.record("exchange.connection.add", f"connection {row.pk}")
    except IntegrityError as taken:
        raise ConflictError(f"There is a connection named {name} already.") from taken
    return row


KINDS = MappingProxyType(
    {
        "EXC-CON-001": ("The host key cannot be read.", "Paste it as known_hosts has it: ssh-ed25519 AAAA..."),
        "EXC-CON-002": ("An identifier of the envelope is missing or longer than 15.", "Take it from the agreement."),
        "EXC-CON-003": ("The port is not one.", "22 is usual."),
        "EXC-CON-004": ("Usage is neither T nor P.", "T for tests, P when the other side has said so."),
    }
)


def _check(row: Connection) -> Iterator[Finding]:
    try:
        asyncssh.import_public_key(row.host_key)
    except (asyncssh.KeyImportError, ValueError):
        yield _finding("EXC-CON-001", "host_key")
    for field in ("sender_id", "receiver_id"):
        if not 1 <= len(getattr(row, field)) <= _ID_MAX:
            yield _finding("EXC-CON-002", field)
    if not 1 <= row.port <= _PORT_MAX:
        yield _finding("EXC-CON-003", "port")
    if row.usage not in ("T", "P"):
        yield _finding("EXC-CON-004", "usage")


def _finding(code: str, field: str) -> Finding:
    message, hint = KINDS[code]
    return Finding(code, Severity.ERROR, message, hint, Where(record="connection", field=field))


def submitter(connection: Connection, name: str) -> Party:
    """Who sends over this connection, as messages name it (1000A); `name` is the practice's."""
    phone = re.sub(r"\D", "", connection.contact_phone)
    contact = Contact(connection.contact_name or name, (("TE", phone),) if phone else ())
    return Party(last_name=name, id_qualifier="46", id=connection.sender_id, contacts=(contact,))


def receiver(connection: Connection) -> Party:
    """Who receives over this connection (1000B)."""
    return Party(last_name=connection.receiver_name or connection.name, id_qualifier="46", id=connection.receiver_id)


@contextmanager
def open_session(connection: Connection) -> Iterator[Session]:
    """Talk to the other side. Raises `OutageError`, a permanent one for a wrong key or login."""
    with asyncio.Runner() as runner:
        line = _run(runner, connection, _connect(connection))
        try:
            yield _Sftp(runner, connection, *line)
        finally:
            _run(runner, connection, _hang_up(line[0]))


async def _connect(connection: Connection) -> tuple[asyncssh.SSHClientConnection, asyncssh.SFTPClient]:
    known = asyncssh.import_known_hosts(f"[{connection.host}]:{connection.port} {connection.host_key}\n")
    ssh = await asyncssh.connect(
        connection.host,
        connection.port,
        username=connection.username,
        password=connection.password,
        known_hosts=known,
        client_keys=None,
        agent_path=None,
        config=None,
        connect_timeout=_TIMEOUT_SECONDS,
        login_timeout=_TIMEOUT_SECONDS,
    )
    return ssh, await ssh.start_sftp_client()


async def _hang_up(ssh: asyncssh.SSHClientConnection) -> None:
    ssh.close()
    await ssh.wait_closed()


def _run(runner: asyncio.Runner, connection: Connection, work: Coroutine[Any, Any, Result]) -> Result:
    try:
        return runner.run(work)
    except asyncssh.HostKeyNotVerifiable as wrong:
        raise OutageError(
            f"{connection.name} shows another host key than the pinned one. Ask the other side before going on.",
            permanent=True,
        ) from wrong
    except asyncssh.PermissionDenied as wrong:
        raise OutageError(f"{connection.name} refuses the login: renew the password.", permanent=True) from wrong
    except (OSError, asyncssh.Error, TimeoutError) as wrong:
        raise OutageError(f"{connection.name} does not answer as it should ({type(wrong).__name__}).") from wrong


class _Sftp:
    """A session over SFTP."""

    def __init__(
        self,
        runner: asyncio.Runner,
        connection: Connection,
        ssh: asyncssh.SSHClientConnection,
        sftp: asyncssh.SFTPClient,
    ) -> None:
        self._runner, self._connection, self._ssh, self._client = runner, connection, ssh, sftp

    def upload(self, name: str, data: bytes) -> None:
        self._do(lambda: self._upload(f"{self._connection.upload_folder}/", name, data))

    def names(self) -> list[str]:
        entries = self._do(lambda: self._client.readdir(self._connection.download_folder))
        files = [str(entry.filename) for entry in entries if entry.attrs.type != asyncssh.FILEXFER_TYPE_DIRECTORY]
        return sorted(name for name in files if not _HIDDEN.match(name))

    def download(self, name: str) -> bytes:
        return self._do(lambda: self._read(f"{self._connection.download_folder}/{name}"))

    def remove(self, name: str) -> None:
        self._do(lambda: self._remove(f"{self._connection.download_folder}/{name}"))

    def _do(self, work: Callable[[], Awaitable[Result]]) -> Result:
        async def wait() -> Result:
            return await work()

        return _run(self._runner, self._connection, wait())

    async def _upload(self, folder: str, name: str, data: bytes) -> None:
        """Under a hidden name first, then renamed: the other side never sees half a file."""
        if await self._client.exists(folder + name) and await self._client.getsize(folder + name) == len(data):
            return
        hidden = f"{folder}.{name}.part"
        async with self._client.open(hidden, "wb") as file:
            await file.write(data)
        await self._client.rename(hidden, folder + name)

    async def _read(self, path: str) -> bytes:
        async with self._client.open(path, "rb") as file:
            data = await file.read()
        return data if isinstance(data, bytes) else data.encode()

    async def _remove(self, path: str) -> None:
        try:
            await self._client.remove(path)
        except asyncssh.SFTPNoSuchFile:
            return
