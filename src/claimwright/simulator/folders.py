"""Files that others read while we write: whole under their name, or hidden while under way."""

from __future__ import annotations

import os
import re
from pathlib import Path

HIDDEN = re.compile(r"\.|.*\.(part|tmp|filepart)$", re.IGNORECASE)
"""Names of uploads under way: never looked at."""


def free_name(path: Path) -> Path:
    """That path, or with a number behind it when the name is taken, so that files of one name keep their order."""
    free, number = path, 1
    while free.exists():
        number += 1
        free = path.with_name(f"{path.name}.{number:04d}")
    return free


def write_whole(path: Path, data: bytes) -> None:
    """Write under a hidden name first, then rename: nobody sees half a file, even when the machine dies."""
    hidden = path.with_name(f".{path.name}.part")
    with hidden.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    hidden.replace(path)
