"""Where a verb's result goes: standard output, or a file that is there whole or not at all."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from claimwright.errors import InputError


@contextmanager
def opened(path: Path | None) -> Iterator[BinaryIO]:
    """Bytes go to standard output or, once all of them are written, to `path`; on an error nothing is left there.

    Because the file is put in place at the end, `path` may be the file that is being read. Raises `InputError` when it
    cannot be written.
    """
    if path is None:
        sys.stdout.flush()
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    try:
        draft, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as wrong:
        raise InputError(f"{path} cannot be written: {wrong.strerror}.") from wrong
    try:
        with os.fdopen(draft, "wb") as file:
            yield cast("BinaryIO", file)
        _take_over_mode(Path(name), path)
        Path(name).replace(path)
    except OSError as wrong:
        raise InputError(f"{path} cannot be written: {wrong.strerror}.") from wrong
    finally:
        Path(name).unlink(missing_ok=True)


def _take_over_mode(draft: Path, path: Path) -> None:
    """A draft is for its owner only; a file that stood there keeps its mode, so that nobody loses or gains it."""
    if path.exists():
        draft.chmod(path.stat().st_mode & 0o777)


def made_folder(folder: Path) -> Path:
    """The folder, made when it is not there, for its owner only: files hold patients' data. Raises `InputError`."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as wrong:
        raise InputError(f"{folder} cannot be written: {wrong.strerror}.") from wrong
    return folder


def safe_name(text: str) -> str:
    """A text of a file, such as a claim number, as a harmless part of a file name."""
    safe = "".join(sign if sign.isalnum() or sign in "._-" else "_" for sign in text)
    return safe.lstrip(".")[:60] or "none"


def write_new(path: Path, data: bytes) -> None:
    """Write a file that is not there yet, for its owner only. Raises `InputError` when it is, or cannot be made."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
    except FileExistsError as wrong:
        raise InputError(f"{path} is there already. Name another folder, or take it away.") from wrong
    except OSError as wrong:
        raise InputError(f"{path} cannot be written: {wrong.strerror}.") from wrong
