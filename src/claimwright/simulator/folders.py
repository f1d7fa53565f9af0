"""Files that others read while we write: whole under their name, or hidden while under way."""

from __future__ import annotations

import os
import re
from pathlib import Path

HIDDEN = re.compile(r"\.|.*\.(part|tmp|filepart)$", re.IGNORECASE)
"""Names of uploads under way: never looked at."""


def write_whole(path: Path, data: bytes) -> None:
    """Write under a hidden name first, then rename: nobody sees half a file, even when the machine dies."""
    hidden = path.with_name(f".{path.name}.part")
    with hidden.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    hidden.replace(path)
