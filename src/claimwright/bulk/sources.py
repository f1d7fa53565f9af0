"""Which files are read: those named, and those in the folders named."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from claimwright.errors import InputError

Sources = str | os.PathLike[str] | bytes | Iterable[str | os.PathLike[str]]
"""A file, a folder, several of them, or the bytes of one file."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file to be read: its number in the table of files, its name there, its bytes when they were given."""

    number: int
    name: str
    size: int
    data: bytes | None = None

    @property
    def what(self) -> Path | bytes:
        """What a reader opens."""
        return Path(self.name) if self.data is None else self.data


def find_sources(sources: Sources) -> list[Source]:
    """The files of `sources`, numbered from 0: folders with all that is in them, sorted, without hidden files.

    A file that is named twice is read once. Raises `InputError` for a name that is no file and no folder.
    """
    if isinstance(sources, bytes):
        return [Source(0, "", len(sources), sources)]
    named = [sources] if isinstance(sources, (str, os.PathLike)) else list(sources)
    paths = dict.fromkeys(path for one in named for path in _files_of(Path(one)))
    return [Source(number, str(path), _size(path)) for number, path in enumerate(paths)]


def in_groups(sources: Iterable[Source], bytes_max: int, files_max: int) -> Iterator[tuple[Source, ...]]:
    """Neighbours together, up to so many bytes and files; a larger file alone."""
    taken: list[Source] = []
    size = 0
    for source in sources:
        if taken and (size + source.size > bytes_max or len(taken) >= files_max):
            yield tuple(taken)
            taken, size = [], 0
        taken.append(source)
        size += source.size
    if taken:
        yield tuple(taken)


def _files_of(path: Path) -> Iterator[Path]:
    if path.is_dir():
        for folder, inner, names in os.walk(path):
            inner[:] = sorted(name for name in inner if not name.startswith("."))
            yield from (Path(folder) / name for name in sorted(names) if not name.startswith("."))
    elif path.exists():
        yield path
    else:
        raise InputError(f"{path} is neither a file nor a folder.")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # Reading it will say why.
