"""A publisher's file as it was given: bytes, text, rows of comma separated values, members of a ZIP."""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Any, cast

from claimwright.errors import InputError

MOST_BYTES = 2_000_000_000
"""No release is read from more bytes than this once unpacked: a small ZIP can hold a very large file."""


@dataclass(frozen=True)
class Source:
    """One file, unpacked when it was compressed. `name` is shown to people and decides nothing.

    `is_member`: it lay in a ZIP, where publishers put letters and layouts beside the tables. `opened` gives the bytes
    anew each time: tables of millions of rows are read line by line, not held. Reading raises `InputError` when the
    file is cut off.
    """

    name: str
    opened: Callable[[], IO[bytes]]
    is_member: bool = False

    @classmethod
    def of(cls, name: str, data: bytes) -> Source:
        """A file whose bytes are at hand, as they are."""
        return cls(name, lambda: io.BytesIO(data))

    @classmethod
    def open(cls, path: Path) -> tuple[Source, ...]:
        """The file at that path; the members of a ZIP, each a source. Raises `InputError` when it cannot be read."""
        return cls(path.name, lambda: path.open("rb"))._unpacked()

    @classmethod
    def unpack(cls, name: str, data: bytes) -> tuple[Source, ...]:
        """The sources in those bytes. Raises `InputError` for a damaged archive."""
        return cls.of(name, data)._unpacked()

    @cached_property
    def sha256(self) -> str:
        with self._reading() as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    @cached_property
    def head(self) -> str:
        """The first 4,000 bytes as text, for a layout to recognise."""
        with self._reading() as file:
            return file.read(4000).decode(errors=_WINDOWS).removeprefix("\ufeff")

    @property
    def data(self) -> bytes:
        """Every byte."""
        with self._reading() as file:
            return file.read()

    def lines(self) -> Iterator[str]:
        """Every line without its end; UTF-8 where it is, else Windows-1252, as CMS writes."""
        with self._reading() as file:
            text = io.TextIOWrapper(file, "utf-8-sig", errors=_WINDOWS, newline="")
            yield from (line.rstrip("\r\n") for line in text if not line.startswith(_END_OF_FILE))

    def csv_rows(self, delimiter: str = ",") -> Iterator[list[str]]:
        """Every row of comma (or otherwise) separated values, blanks around a value dropped."""
        with self._reading() as file:
            text = io.TextIOWrapper(file, "utf-8-sig", errors=_WINDOWS, newline="")
            try:
                for row in csv.reader(text, delimiter=delimiter):
                    if row[:1] != [_END_OF_FILE]:
                        yield [value.strip() for value in row]
            except csv.Error as error:
                raise InputError(f"{self.name} is no table of comma separated values: {error}.") from error

    @contextmanager
    def _reading(self) -> Iterator[io.BufferedReader]:
        try:
            with self.opened() as file:
                yield _Bounded(self.name, file)
        except (zipfile.BadZipFile, EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise InputError(
                f"{self.name} is cut off or damaged: {error}. Fetch it again from its publisher."
            ) from error
        except OSError as error:
            raise InputError(f"{self.name}: {error.strerror or error}") from error

    def _unpacked(self) -> tuple[Source, ...]:
        with self._reading() as file:
            start = file.read(4)
        if start[:2] == b"\x1f\x8b":
            return (Source(self.name.removesuffix(".gz"), lambda: cast("IO[bytes]", gzip.open(self.opened()))),)
        if start == b"PK\x03\x04":
            return self._members()
        return (self,)

    def _members(self) -> tuple[Source, ...]:
        with self._reading():
            names = zipfile.ZipFile(self.opened()).namelist()
        if "[Content_Types].xml" in names:
            return (self,)
        files = [name for name in names if not name.endswith("/")]
        return tuple(
            source
            for name in files
            for source in Source(f"{self.name}/{name}", self._member(name), is_member=True)._unpacked()
        )

    def _member(self, name: str) -> Callable[[], IO[bytes]]:
        return lambda: zipfile.ZipFile(self.opened()).open(name)


class _Bounded(io.BufferedReader):
    """A file that ends with an error after `MOST_BYTES`."""

    def __init__(self, name: str, file: IO[bytes]) -> None:
        super().__init__(_Counted(name, file), 1 << 16)


class _Counted(io.RawIOBase):
    """Counts what is read."""

    def __init__(self, name: str, file: IO[bytes]) -> None:
        self._name, self._file, self._left = name, file, MOST_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._file.read(len(buffer))
        self._left -= len(data)
        if self._left < 0:
            message = f"{self._name} unpacks to more than {MOST_BYTES:,} bytes: no publisher's release is that large."
            raise InputError(message)
        buffer[: len(data)] = data
        return len(data)


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    """A byte that is no UTF-8 is read as Windows-1252."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.start + 1].decode("cp1252", errors="replace"), error.start + 1


_END_OF_FILE = "\x1a"
"""What some publishers' files end in, from the days of DOS."""

_WINDOWS = "claimwright.windows"
codecs.register_error(_WINDOWS, _as_windows)
