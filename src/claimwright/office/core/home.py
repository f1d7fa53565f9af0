"""The home of one office: a folder that holds the embedded database, the keys, and the simulated clearinghouse of a
trial.

    HOME/office.sqlite3      the encrypted database (when no other database is named)
    HOME/keys/               32-byte keys, one file each, made at first use, readable by their owner only
    HOME/clock               the instant at which a trial's clock stands; absent in real use
    HOME/clearinghouse/      the simulated clearinghouse's own folder, in a trial
    HOME/statements/ ...     what somebody asked to be written out

The folder comes from `--home`, else from `CLAIMWRIGHT_HOME`, else it is `~/.claimwright`. Knows no Django.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from claimwright.errors import InputError

VARIABLE = "CLAIMWRIGHT_HOME"
KEY_BYTES = 32
_HEX = frozenset("0123456789abcdefABCDEF")


@dataclass(frozen=True, slots=True)
class Home:
    """An office's folder. Making one does not touch the disk; `prepare` does."""

    path: Path

    @classmethod
    def current(cls) -> Home:
        """The home that the environment names."""
        return cls(Path(os.environ.get(VARIABLE) or "~/.claimwright").expanduser())

    def prepare(self) -> None:
        """Make the folder, open to its owner only. Raises `InputError` when the path cannot be a folder."""
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            (self.path / "keys").mkdir(exist_ok=True, mode=0o700)
        except OSError as wrong:
            raise InputError(
                f"{self.path} cannot be used as a home: {wrong.strerror}. Choose another with --home."
            ) from wrong

    @property
    def database(self) -> Path:
        return self.path / "office.sqlite3"

    @property
    def clock_file(self) -> Path:
        return self.path / "clock"

    @property
    def clearinghouse(self) -> Path:
        return self.path / "clearinghouse"

    def key(self, name: str) -> str:
        """The key of that name as 64 hexadecimal digits, made now when there is none yet.

        Raises `InputError` when a database is there but its key is gone (a new key could not open it), and for a file
        that holds no key.
        """
        self.prepare()
        file = self.path / "keys" / name
        if not file.exists():
            if name == "database" and self.database.exists():
                raise InputError(f"The key of {self.database} is missing: put {file} back from its backup.")
            _write_new(file, secrets.token_hex(KEY_BYTES))
        text = file.read_bytes().strip().decode("ascii", "replace")
        if len(text) != 2 * KEY_BYTES or not set(text) <= _HEX:
            raise InputError(f"{file} holds no key: put it back from its backup.")
        return text


def _write_new(file: Path, text: str) -> None:
    """Write a file that appears whole or not at all; when two processes race, the first one's key stays."""
    draft = file.with_name(f".{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
