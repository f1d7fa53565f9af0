"""The files of a trial, written out so that they can be looked at: synthetic data, for eyes and other tools."""

from __future__ import annotations

from pathlib import Path

from claimwright.office.core.home import Home
from claimwright.office.core.models import Client
from claimwright.office.core.scope import client_scope
from claimwright.office.exchange.models import Transmission
from claimwright.office.statements.models import Statement


def write_files(home: Home, client: Client) -> Path:
    """Write what was sent, received and printed into `HOME/files/{sent,received,statements}`; the folder."""
    folder = home.path / "files"
    with client_scope(client):
        for row in Transmission.objects.select_related("file").iterator(chunk_size=50):
            is_sent = row.direction == Transmission.Direction.OUT
            _write(folder / ("sent" if is_sent else "received"), row.file_name, row.file.data)
        for statement in Statement.objects.select_related("file").iterator(chunk_size=50):
            _write(folder / "statements", f"{statement.number}.pdf", statement.file.data)
    return folder


def _write(folder: Path, name: str, data: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / Path(name).name).write_bytes(data)
