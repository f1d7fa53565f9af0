"""A publisher's file as it was given: bytes, text, rows of comma separated values, members of a ZIP."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from claimwright.errors import InputError

MOST_BYTES = 2_000_000_000
"""No release is read from more bytes than this once unpacked: a small ZIP can hold a very large file."""


@dataclass(frozen=True)
class Source:
    """One file, unpacked when it was compressed. `name` is shown to people and decides nothing."""

    name: str
    data: bytes

    @classmethod
    def open(cls, path: Path) -> tuple[Source, ...]:
        """The file at that path; the members of a ZIP, each a source. Raises `InputError` when it cannot be read."""
        try:
            return cls.unpack(path.name, path.read_bytes())
        except OSError as error:
            raise InputError(f"{path}: {error.strerror}") from error

    @classmethod
    def unpack(cls, name: str, data: bytes) -> tuple[Source, ...]:
        """The sources in those bytes. Raises `InputError` for a damaged archive, or one too large once unpacked."""
        try:
            if data[:4] == b"PK\x03\x04" and not _is_spreadsheet(data):
                return _members(name, data)
            if data[:2] == b"\x1f\x8b":
                with gzip.open(io.BytesIO(data)) as packed:
                    return (cls(name.removesuffix(".gz"), _bounded(name, packed.read(MOST_BYTES + 1))),)
        except (zipfile.BadZipFile, EOFError, gzip.BadGzipFile, OSError) as error:
            raise InputError(f"{name} is cut off or damaged: {error}. Fetch it again from its publisher.") from error
        return (cls(name, data),)

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @cached_property
    def head(self) -> str:
        """The first 4,000 characters, for a layout to recognise."""
        return self._decode(self.data[:4000])

    def lines(self) -> Iterator[str]:
        """Every line without its end; UTF-8 where it is, else Windows-1252, as CMS writes."""
        return iter(self._text.splitlines())

    def csv_rows(self) -> Iterator[list[str]]:
        """Every row of comma separated values, blanks around a value dropped."""
        for row in csv.reader(io.StringIO(self._text, newline="")):
            yield [value.strip() for value in row]

    @property
    def _text(self) -> str:
        return self._decode(self.data)

    @staticmethod
    def _decode(data: bytes) -> str:
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            return data.decode("cp1252", errors="replace")


def _is_spreadsheet(data: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return "[Content_Types].xml" in archive.namelist()


def _members(name: str, data: bytes) -> tuple[Source, ...]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        if sum(member.file_size for member in members) > MOST_BYTES:
            raise InputError(f"{name} unpacks to more than {MOST_BYTES:,} bytes: no publisher's release is that large.")
        return tuple(
            source for member in members for source in Source.unpack(f"{name}/{member.filename}", archive.read(member))
        )


def _bounded(name: str, data: bytes) -> bytes:
    if len(data) > MOST_BYTES:
        raise InputError(f"{name} unpacks to more than {MOST_BYTES:,} bytes: no publisher's release is that large.")
    return data
