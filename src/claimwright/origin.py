"""Where a fact came from: the file, the bytes, the segment.

Every remittance fact, journal entry and change of state carries one, so that "why is this balance 37.20?" is answered
from the screen down to the bytes that the payer sent.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """Bytes `offset` to `offset + length` of the file named by its SHA-256 (hex); `index` is the segment, from 1."""

    sha256: str = ""
    offset: int = 0
    length: int = 0
    index: int = 0


NOWHERE = Origin()
"""The origin of a fact that did not come from a file."""


def sha256_of(data: bytes) -> str:
    """The hex SHA-256 by which claimwright names a file."""
    return hashlib.sha256(data).hexdigest()
