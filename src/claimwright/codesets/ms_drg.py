"""MS-DRGs of one fiscal year: what they are called, what they weigh, how long stays last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from claimwright.codesets.releases.store import CodeStore, Release


class MsDrg(NamedTuple):
    """One group; None where CMS gives no number (998 and 999 are no groups). Weights with the 10 % cap applied."""

    drg: str
    title: str
    mdc: str
    kind: str
    weight: Decimal | None
    geometric_days: Decimal | None
    arithmetic_days: Decimal | None


@dataclass(frozen=True)
class MsDrgs:
    """Table 5 of a fiscal year."""

    release: Release
    groups: Mapping[str, MsDrg]

    @classmethod
    def from_store(cls, store: CodeStore, day: date) -> MsDrgs | None:
        """None when no release answers for that day."""
        release = store.release_on("ms-drg", day)
        if release is None:
            return None
        groups = (_group(row) for row in store.rows(release, "ms_drg"))
        return cls(release, {one.drg: one for one in groups})

    def is_of(self, discharge_date: date) -> bool:
        """Whether a discharge is of the table's fiscal year: a year's weights say nothing of the next one's stays."""
        return _fiscal_year(self.release.effective_date) == _fiscal_year(discharge_date)

    @property
    def weights(self) -> dict[str, Decimal]:
        """The weight of each group that has one."""
        return {drg: one.weight for drg, one in self.groups.items() if one.weight is not None}


def _fiscal_year(day: date) -> int:
    return day.year + (day.month >= 10)


def _group(row: tuple[str, ...]) -> MsDrg:
    drg, title, mdc, kind, weight, _, geometric, arithmetic, *_ = row
    numbers = [Decimal(one) if one else None for one in (weight, geometric, arithmetic)]
    return MsDrg(drg, title, mdc, kind, *numbers)
