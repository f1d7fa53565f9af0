"""Providers as NPPES knows them, of the rows that somebody extracted. Who is not among them may exist all the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from claimwright.codesets.releases.store import CodeStore, Release


class RegisteredProvider(NamedTuple):
    """One entry. `kind` is 1 for a person, 2 for an organization; the first taxonomy is the primary one."""

    npi: str
    kind: str
    name: str
    first_name: str
    state: str
    zip: str
    enumerated: date | None
    deactivated: date | None
    reactivated: date | None
    taxonomies: tuple[str, ...]

    @property
    def is_person(self) -> bool:
        return self.kind == "1"

    def is_active(self, day: date) -> bool:
        """Whether the number was in use on a day, as far as the entry's days say."""
        if self.enumerated is not None and day < self.enumerated:
            return False
        if self.deactivated is None or day < self.deactivated:
            return True
        return self.reactivated is not None and self.reactivated >= self.deactivated and self.reactivated <= day


@dataclass(frozen=True)
class NpiRegistry:
    """The newest extract."""

    release: Release
    providers: Mapping[str, RegisteredProvider]

    @classmethod
    def from_store(cls, store: CodeStore, day: date) -> NpiRegistry | None:
        """None when nothing is loaded."""
        release = store.release_on("npi-registry", day)
        if release is None:
            return None
        entries = (_provider(row) for row in store.rows(release, "npi_registry"))
        return cls(release, {one.npi: one for one in entries})

    def of(self, npi: str) -> RegisteredProvider | None:
        """The entry of a number; None where the extract has none, which proves nothing."""
        return self.providers.get(npi)


def _provider(row: tuple[str, ...]) -> RegisteredProvider:
    *texts, enumerated, deactivated, reactivated, taxonomies = row
    days = [date.fromisoformat(text) if text else None for text in (enumerated, deactivated, reactivated)]
    npi, kind, name, first_name, state, zip_code = texts
    codes = tuple(taxonomies.split())
    return RegisteredProvider(npi, kind, name, first_name, state, zip_code, days[0], days[1], days[2], codes)
