"""The clearinghouse's mailbox over a real SFTP server, in a thread of its own: for demonstrations and tests.

A client sees `inbound` and `outbound` and nothing else. It may write only into `inbound`, and what it writes there
appears under its name when it was closed, whole; an upload that breaks off never appears.
"""

from __future__ import annotations

import asyncio
import hmac
import os
import threading
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TypeVar, cast

import asyncssh
from asyncssh import constants as ssh

from claimwright.simulator.folders import HIDDEN, free_name

Result = TypeVar("Result")

_MAILBOX = ("inbound", "outbound")
_KEY_FILE = "host_key"
_WRITING = ssh.FXF_WRITE | ssh.FXF_APPEND | ssh.FXF_CREAT | ssh.FXF_TRUNC
_OWNER_ONLY = 0o600


@dataclass(frozen=True, slots=True)
class SftpAddress:
    """Where the server listens, and its public key as `known_hosts` has it (`ssh-ed25519 AAAA...`)."""

    host: str
    port: int
    host_key: str


@contextmanager
def serve_sftp(
    folder: Path, username: str, password: str, *, host: str = "127.0.0.1", port: int = 0
) -> Iterator[SftpAddress]:
    """Serve the clearinghouse's folder until the block ends. Port 0 takes a free one.

    The host key is made at the first run and stays in the folder, readable by its owner alone.
    """
    for name in _MAILBOX:
        (folder / name).mkdir(parents=True, exist_ok=True)
    key = _host_key(folder / _KEY_FILE)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="simulator-sftp", daemon=True)
    thread.start()
    try:
        server = _wait(loop, _listen(folder, key, (username, password), (host, port)))
        try:
            public = key.export_public_key().decode("ascii").split()
            yield SftpAddress(host, server.get_port(), " ".join(public[:2]))
        finally:
            _wait(loop, _close(server))
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _wait(loop: asyncio.AbstractEventLoop, work: Coroutine[object, object, Result]) -> Result:
    return asyncio.run_coroutine_threadsafe(work, loop).result()


async def _listen(
    folder: Path, key: asyncssh.SSHKey, login: tuple[str, str], address: tuple[str, int]
) -> asyncssh.SSHAcceptor:
    chroot = os.fsencode(folder)
    return await asyncssh.listen(
        *address,
        server_factory=lambda: _Login(*login),
        server_host_keys=[key],
        sftp_factory=lambda channel: _Mailbox(channel, chroot=chroot),
        allow_scp=False,
        allow_pty=False,
        agent_forwarding=False,
    )


async def _close(server: asyncssh.SSHAcceptor) -> None:
    server.close()
    await server.wait_closed()
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _host_key(path: Path) -> asyncssh.SSHKey:
    if not path.exists():
        data = asyncssh.generate_private_key("ssh-ed25519").export_private_key()
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY), "wb") as file:
            file.write(data)
    return asyncssh.read_private_key(path)


class _Login(asyncssh.SSHServer):
    """One user with one password."""

    def __init__(self, username: str, password: str) -> None:
        self._login = f"{username}\0{password}".encode()

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return hmac.compare_digest(f"{username}\0{password}".encode(), self._login)


class _Mailbox(asyncssh.SFTPServer):
    """The two folders, with uploads that are whole or not there."""

    def __init__(self, channel: asyncssh.SSHServerChannel[bytes], chroot: bytes) -> None:
        super().__init__(channel, chroot=chroot)
        self._uploads: dict[int, tuple[bytes, bytes]] = {}

    def map_path(self, path: bytes) -> bytes:
        parts = _parts(path)
        if parts and parts[0] not in _MAILBOX:
            raise asyncssh.SFTPNoSuchFile("No such file")
        return super().map_path(path)

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        is_root = not _parts(path)
        async for entry in super().scandir(path):
            name = os.fsdecode(cast("bytes", entry.filename))
            if name in (".", "..") or (name in _MAILBOX if is_root else not name.startswith(".")):
                yield entry

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        if not pflags & _WRITING:
            return super().open(path, pflags, attrs)
        final = self._writable(path)
        if HIDDEN.match(_parts(path)[-1]):
            return super().open(path, pflags, attrs)
        folder, _, name = path.rpartition(b"/")
        hidden = folder + b"/." + name + b".part"
        file = super().open(hidden, pflags | ssh.FXF_CREAT | ssh.FXF_TRUNC, attrs)
        self._uploads[id(file)] = (self.map_path(hidden), final)
        return file

    def close(self, file_obj: object) -> None:
        super().close(file_obj)
        hidden, final = self._uploads.pop(id(file_obj), (b"", b""))
        if not hidden:
            return
        if self._is_broken():
            with suppress(FileNotFoundError):
                os.unlink(hidden)
        else:
            os.replace(hidden, free_name(Path(os.fsdecode(final))))

    def _is_broken(self) -> bool:
        """Whether the client went away, instead of asking for the file to be closed."""
        return self.channel.is_closing()

    def rename(self, oldpath: bytes, newpath: bytes) -> None:
        self.posix_rename(oldpath, newpath)

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        old, new = self._writable(oldpath), self._writable(newpath)
        os.rename(old, free_name(Path(os.fsdecode(new))))

    def mkdir(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        raise asyncssh.SFTPPermissionDenied("Folders are not yours to make")

    def rmdir(self, path: bytes) -> None:
        raise asyncssh.SFTPPermissionDenied("Folders are not yours to remove")

    def symlink(self, oldpath: bytes, newpath: bytes) -> None:
        raise asyncssh.SFTPPermissionDenied("Links are not served")

    def link(self, oldpath: bytes, newpath: bytes) -> None:
        raise asyncssh.SFTPPermissionDenied("Links are not served")

    def _writable(self, path: bytes) -> bytes:
        """The local path of a file that a client may write."""
        if len(_parts(path)) != 2 or _parts(path)[0] != "inbound":
            raise asyncssh.SFTPPermissionDenied("Only inbound takes files")
        return self.map_path(path)


def _parts(path: bytes) -> tuple[str, ...]:
    return PurePosixPath(os.path.normpath("/" + os.fsdecode(path))).parts[1:]
