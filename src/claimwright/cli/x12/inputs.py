"""Which files a verb is about: names, folders, patterns, gzip, and `-` for standard input."""

from __future__ import annotations

import gzip
import sys
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from glob import glob, has_magic
from pathlib import Path
from typing import Annotated, BinaryIO, cast

import typer

from claimwright.errors import InputError
from claimwright.findings import Finding, Severity, Where

STANDARD_INPUT = "-"

FilesArgument = Annotated[
    list[str],
    typer.Argument(help="Files, folders (all files in them), patterns, or - for standard input.", show_default=False),
]
WorkersOption = Annotated[
    int | None,
    typer.Option(
        "--workers", min=1, help="How many cores to use. [default: as many as are worth it]", show_default=False
    ),
]
OutputOption = Annotated[
    Path | None,
    typer.Option("--output", "-o", help="Where to write it; standard output when left out.", show_default=False),
]

_REMEDIES: dict[type[Exception], str] = {
    FileNotFoundError: "There is no such file. Look at its name and place.",
    PermissionError: "It may not be read. Look at who may read it.",
}


@dataclass(frozen=True)
class Source:
    """One file to read; `name` is how the user named it."""

    name: str

    @property
    def path(self) -> Path | None:
        """Where it lies; `None` for standard input."""
        return None if self.name == STANDARD_INPUT else Path(self.name)

    @property
    def size_bytes(self) -> int | None:
        """How long it is, where that can be known without reading it."""
        path = self.path
        return path.stat().st_size if path and path.is_file() and path.suffix != ".gz" else None

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """The file's bytes, unpacked when its name ends with `.gz`. Raises `InputError` when it cannot be read."""
        try:
            if self.path is None:
                yield sys.stdin.buffer
            elif self.path.suffix == ".gz":
                with gzip.open(self.path) as packed:
                    yield cast("BinaryIO", packed)
            else:
                with self.path.open("rb") as file:
                    yield file
        except (OSError, EOFError, zlib.error) as wrong:
            raise unreadable(self.name, wrong) from wrong

    def read(self) -> bytes:
        """All of it. Raises `InputError` when it cannot be read."""
        with self.opened() as file:
            return file.read()


def unreadable(name: str, wrong: Exception) -> InputError:
    """The error, with its finding, for a file that the system does not give."""
    words = wrong.strerror if isinstance(wrong, OSError) and wrong.strerror else str(wrong)
    hint = _REMEDIES.get(type(wrong), f"The system says: {words}.")
    message = f"{name} cannot be read."
    return InputError(message, [Finding("CLI-FIL-001", Severity.ERROR, message, hint, Where(file=name))])


def sources(names: Sequence[str]) -> list[Source]:
    """The files that are meant, in the order given; a folder gives its files by name, hidden ones left out.

    Raises `InputError` for a folder or pattern without any file.
    """
    found = [Source(name) for given in names for name in _expand(given)]
    return list(dict.fromkeys(found))


def _expand(name: str) -> list[str]:
    path = Path(name)
    if name == STANDARD_INPUT or path.is_file():
        return [name]
    if path.is_dir():
        inner = (file for file in path.rglob("*") if file.is_file())
        shown = (file for file in inner if not any(part.startswith(".") for part in file.relative_to(path).parts))
        return sorted(map(str, shown)) or _nothing(name, "There is no file in this folder.")
    if has_magic(name):
        matches = (file for file in glob(name, recursive=True) if Path(file).is_file())
        return sorted(matches) or _nothing(name, "No file has a name like this.")
    return [name]


def _nothing(name: str, hint: str) -> list[str]:
    message = f"{name} names no file."
    raise InputError(message, [Finding("CLI-FIL-002", Severity.ERROR, message, hint, Where(file=name))])
