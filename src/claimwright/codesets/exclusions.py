"""Who may not be paid by federal programs: OIG's list, by NPI, and by name and birth date where it has no NPI.

Source: 42 USC 1320a-7, 42 CFR 1001.1901. A match by name alone is a question for a person, never a verdict.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from claimwright.codesets.releases.store import CodeStore, Release


class Exclusion(NamedTuple):
    """One entry. `kind` is the legal ground as OIG writes it (1128a1 ...); a waiver holds in `waiver_state` only."""

    npi: str
    last_name: str
    first_name: str
    business_name: str
    birth_date: date | None
    state: str
    kind: str
    excluded: date | None
    reinstated: date | None
    waived: date | None
    waiver_state: str

    def is_in_force(self, day: date) -> bool:
        """Whether services of that day may not be paid."""
        has_begun = self.excluded is None or self.excluded <= day
        return has_begun and (self.reinstated is None or day < self.reinstated)


@dataclass(frozen=True)
class Exclusions:
    """The newest list."""

    release: Release
    by_npi: Mapping[str, tuple[Exclusion, ...]]
    by_name: Mapping[tuple[str, str], tuple[Exclusion, ...]]

    @classmethod
    def from_store(cls, store: CodeStore, day: date) -> Exclusions | None:
        """None when nothing is loaded."""
        release = store.release_on("exclusions", day)
        if release is None:
            return None
        by_npi: dict[str, list[Exclusion]] = {}
        by_name: dict[tuple[str, str], list[Exclusion]] = {}
        for row in store.rows(release, "exclusions"):
            found = _exclusion(row)
            if found.npi:
                by_npi.setdefault(found.npi, []).append(found)
            by_name.setdefault(_name_key(found.last_name or found.business_name, found.first_name), []).append(found)
        return cls(
            release,
            {npi: tuple(entries) for npi, entries in by_npi.items()},
            {name: tuple(entries) for name, entries in by_name.items()},
        )

    def of_npi(self, npi: str, day: date) -> Exclusion | None:
        """The exclusion in force of whoever has that NPI."""
        return next((one for one in self.by_npi.get(npi, ()) if one.is_in_force(day)), None)

    def of_name(self, last_name: str, first_name: str, day: date) -> tuple[Exclusion, ...]:
        """Exclusions in force of people (or, without a first name, businesses) of that name, whoever they are."""
        return tuple(one for one in self.by_name.get(_name_key(last_name, first_name), ()) if one.is_in_force(day))


def _name_key(last_name: str, first_name: str) -> tuple[str, str]:
    return " ".join(last_name.upper().split()), " ".join(first_name.upper().split())


def _exclusion(row: tuple[str, ...]) -> Exclusion:
    _, npi, last, first, _, business, born, _, state, _, kind, excluded, reinstated, waived, waiver_state = row
    days = [date.fromisoformat(text) if text else None for text in (born, excluded, reinstated, waived)]
    return Exclusion(npi, last, first, business, days[0], state, kind, days[1], days[2], days[3], waiver_state)
