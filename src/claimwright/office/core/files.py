"""Storing files whole before anyone reads them."""

from __future__ import annotations

from claimwright.office.core import clock
from claimwright.office.core.models import StoredFile
from claimwright.origin import sha256_of


def store_file(name: str, data: bytes) -> tuple[StoredFile, bool]:
    """Keep the bytes for the scope's client; True when they are new, False when the same bytes were stored before."""
    digest = sha256_of(data)
    return StoredFile.objects.get_or_create(
        sha256=digest,
        defaults={"name": name[:255], "size_bytes": len(data), "content": data, "stored_at": clock.now()},
    )
