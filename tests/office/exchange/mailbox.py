"""Another side that is a dictionary: for tests of what happens when a run dies between two steps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from claimwright.errors import OutageError
from claimwright.office.exchange.models import Connection


class Mailbox:
    """Keeps uploads and waiting files; `dies` names the verb after which the line breaks."""

    def __init__(self) -> None:
        self.uploads: dict[str, bytes] = {}
        self.waiting: dict[str, bytes] = {}
        self.upload_count = 0
        self.dies = ""

    @contextmanager
    def session(self, connection: Connection) -> Iterator[Mailbox]:
        yield self

    def upload(self, name: str, data: bytes) -> None:
        self.upload_count += 1
        if self.uploads.setdefault(name, data) != data:
            raise AssertionError(f"{name} came with other bytes")
        self._die("upload")

    def names(self) -> list[str]:
        return sorted(self.waiting)

    def download(self, name: str) -> bytes:
        self._die("download")
        return self.waiting[name]

    def remove(self, name: str) -> None:
        self._die("remove")
        del self.waiting[name]

    def _die(self, verb: str) -> None:
        if self.dies == verb:
            self.dies = ""
            raise OutageError("the line broke")
