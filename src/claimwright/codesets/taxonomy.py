"""The provider taxonomy of one day: which codes there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from claimwright.codesets.releases.store import CodeStore, Release


@dataclass(frozen=True)
class Taxonomy:
    """One release of NUCC's list, as far as a claim is concerned."""

    release: Release
    codes: frozenset[str]

    @classmethod
    def from_store(cls, store: CodeStore, day: date) -> Taxonomy | None:
        """None when no release answers for that day."""
        release = store.release_on("taxonomy", day)
        return None if release is None else cls(release, frozenset(row[0] for row in store.rows(release, "taxonomy")))

    @property
    def edition(self) -> str:
        """How the release calls itself, or its first day."""
        return self.release.edition or self.release.effective_date.isoformat()
