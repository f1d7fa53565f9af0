"""`claimwright files`: what was sent and received, byte for byte."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from claimwright.cli import console
from claimwright.cli.office import HomeOption, JsonOption, PracticeOption, open_office, practice_of
from claimwright.errors import InputError

files = typer.Typer(name="files", no_args_is_help=True, help="What was sent and received, byte for byte.")


@files.command("list")
def list_files(practice: PracticeOption = "", json: JsonOption = False, home: HomeOption = None) -> None:
    """Print the files that were sent and received, oldest first."""
    open_office(home)
    from claimwright.office.core.scope import client_scope
    from claimwright.office.exchange.models import Transmission

    with client_scope(practice_of(practice)):
        rows = [
            {
                "name": row.file_name,
                "kind": row.kind,
                "direction": row.direction,
                "state": row.state,
                "items": row.item_count,
                "cents": row.total_cents,
                "sha256": row.file.sha256,
            }
            for row in Transmission.objects.select_related("file").defer("file__content")
        ]
    if json:
        console.out_json(rows)
        return
    for row in rows:
        console.out("\t".join(str(row[name]) for name in ("direction", "kind", "state", "items", "name", "sha256")))


@files.command("save")
def save_files(
    folder: Annotated[Path, typer.Argument(help="Where to write them; made when it is not there.")],
    practice: PracticeOption = "",
    home: HomeOption = None,
) -> None:
    """Write every file that was sent or received into a folder. They hold patients' data and are not encrypted
    there."""
    open_office(home)
    from claimwright.office.core import audit
    from claimwright.office.core.models import StoredFile
    from claimwright.office.core.scope import client_scope

    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as wrong:
        raise InputError(f"{folder} cannot be written: {wrong.strerror}") from wrong
    with client_scope(practice_of(practice)), audit.acting_as(None, source="cli"):
        count = 0
        for file in StoredFile.objects.iterator():
            # The name as it came is the sender's word; only its last, harmless part becomes a file name here.
            safe = "".join(sign if sign.isalnum() or sign in "._-" else "_" for sign in Path(file.name).name)
            (folder / f"{file.sha256[:12]}-{safe.lstrip('.')[:100]}").write_bytes(file.data)
            count += 1
        audit.record("files.save", f"{count} files")
    console.out(f"{count} files written to {folder}")
