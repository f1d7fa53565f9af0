"""The National Correct Coding Initiative of one day: pairs, units, add-on codes (reference: NCCI policy manual).

A pair edit says that column 2 is part of column 1. Indicator 0: never paid together. Indicator 1: paid together when a
modifier says that they were distinct. Indicator 9: deleted on the day it took effect, never in force.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import combinations
from typing import NamedTuple

from claimwright.codesets.layouts.ncci import CONTRACTOR_DEFINED
from claimwright.codesets.releases.pairs import PackedPairs, Pair
from claimwright.codesets.releases.store import CodeStore, Release

ANATOMIC_MODIFIERS = frozenset(
    (
        *(f"E{number}" for number in range(1, 5)),
        *("FA", *(f"F{number}" for number in range(1, 10))),
        *("TA", *(f"T{number}" for number in range(1, 10))),
        *("LT", "RT", "LC", "LD", "RC", "LM", "RI"),
    )
)
"""Modifiers that name a part of the body."""

_GLOBAL_MODIFIERS = frozenset(("24", "25", "57", "58", "78", "79"))
_OTHER_MODIFIERS = frozenset(("27", "59", "91", "XE", "XS", "XP", "XU"))
_DISTINCT_MODIFIERS = frozenset(("59", "XE", "XS", "XP", "XU"))
BYPASS_MODIFIERS = ANATOMIC_MODIFIERS | _GLOBAL_MODIFIERS | _OTHER_MODIFIERS
"""Modifiers that let a pair with indicator 1 through. 22, 76 and 77 do not."""

_EITHER_COLUMN_SINCE = date(2019, 7, 1)
"""From this day of service 59 and the X modifiers count on column 1 too (CMS change request 11168)."""


_PAIRS_REMEMBERED = 200_000


class UnitLimit(NamedTuple):
    """A medically unlikely edit. `indicator`: 1 by line; 2 by day, absolute; 3 by day, clinical."""

    units: int
    indicator: str
    rationale: str


class AddOn(NamedTuple):
    """How an add-on code stands to its primaries. `edit_type`: 1 fixed list; 2 the contractor decides; 3 both."""

    edit_type: str
    primaries: frozenset[str]


@dataclass(frozen=True)
class PairEdits:
    """The pair edits of one setting, of every day."""

    release: Release
    packed: PackedPairs

    @classmethod
    def from_store(cls, store: CodeStore, setting: str, day: date) -> PairEdits | None:
        """`setting` is practitioner or outpatient. None when nothing is loaded."""
        release = store.release_on(f"ptp-{setting}", day)
        return None if release is None else cls(release, store.pairs(release, f"ptp_{setting}"))

    def between(self, code: str, other: str, day: date) -> Pair | None:
        """The edit in force between two codes on a day, whichever of them is column 1."""
        for pair in self.of_all_days(code, other):
            if (pair.since or day) <= day <= (pair.until or day):
                return None if pair.indicator == "9" else pair
        return None

    def has_any(self, codes: Sequence[str]) -> bool:
        """Whether there is, on any day, an edit between any two of the codes."""
        known = self._known
        for pair in combinations(codes, 2):
            found = known.get(pair)
            if self.of_all_days(*pair) if found is None else found:
                return True
        return False

    def of_all_days(self, code: str, other: str) -> tuple[Pair, ...]:
        """Every edit between two codes, those in which `code` is column 1 first; most codes have none between them.

        What was asked is remembered: the same codes are billed together day after day.
        """
        found = self._known.get((code, other))
        if found is None:
            if len(self._known) >= _PAIRS_REMEMBERED:
                self._known.clear()
            found = self._known[code, other] = self._find(code, other)
        return found

    def _find(self, code: str, other: str) -> tuple[Pair, ...]:
        one, two = self._positions.get(code), self._positions.get(other)
        if one is None or two is None:
            return ()
        return (*self.packed.find_all(one, two), *self.packed.find_all(two, one))

    @cached_property
    def _known(self) -> dict[tuple[str, str], tuple[Pair, ...]]:
        return {}

    def partners(self, code: str, day: date) -> tuple[list[Pair], list[Pair]]:
        """The edits in force on a day with the code in column 1, and those with it in column 2."""
        position = self._positions.get(code)
        if position is None:
            return [], []
        below = self.packed.pairs_below(position, day)
        above = [found for other in range(len(self.packed.codes)) if (found := self.packed.find(other, position, day))]
        return _in_force(below), _in_force(above)

    @cached_property
    def _positions(self) -> dict[str, int]:
        return self.packed.positions()


def _in_force(pairs: Iterable[Pair]) -> list[Pair]:
    return [pair for pair in pairs if pair.indicator != "9"]


def is_bypassed(edit: Pair, column1: tuple[str, ...], column2: tuple[str, ...], day: date) -> bool:
    """Whether the modifiers of the two lines let the pair through on that day of service.

    The same part of the body on both lines does not make them distinct.
    """
    if edit.indicator != "1":
        return False
    counting = set(column2) & BYPASS_MODIFIERS
    counting |= set(column1) & (BYPASS_MODIFIERS - _DISTINCT_MODIFIERS)
    if day >= _EITHER_COLUMN_SINCE:
        counting |= set(column1) & _DISTINCT_MODIFIERS
    return bool(counting - (set(column1) & set(column2) & ANATOMIC_MODIFIERS))


@dataclass(frozen=True)
class UnitLimits:
    """The medically unlikely edits of one setting and quarter. A code without one is not thereby unlimited."""

    release: Release
    limits: Mapping[str, UnitLimit]

    @classmethod
    def from_store(cls, store: CodeStore, setting: str, day: date) -> UnitLimits | None:
        """`setting` is practitioner, outpatient or supplier. None when no edition answers for that day."""
        release = store.release_on(f"mue-{setting}", day)
        if release is None:
            return None
        rows = store.rows(release, f"mue_{setting}")
        return cls(release, {code: UnitLimit(units, indicator, why) for code, units, indicator, why in rows})


@dataclass(frozen=True)
class AddOns:
    """The add-on code edits, with their days."""

    release: Release
    rows: Mapping[str, tuple[tuple[str, str, date, date | None], ...]]

    @classmethod
    def from_store(cls, store: CodeStore, day: date) -> AddOns | None:
        """None when nothing is loaded."""
        release = store.release_on("add-ons", day)
        if release is None:
            return None
        found: dict[str, list[tuple[str, str, date, date | None]]] = {}
        for add_on, primary, kind, since, until in store.rows(release, "add_ons"):
            days = date.fromisoformat(since), date.fromisoformat(until) if until else None
            found.setdefault(add_on, []).append((primary, kind, *days))
        return cls(release, {code: tuple(rows) for code, rows in found.items()})

    def of(self, code: str, day: date) -> AddOn | None:
        """What an add-on code needs on a day; None for a code that is none on that day."""
        rows = [row for row in self.rows.get(code, ()) if row[2] <= day <= (row[3] or day)]
        if not rows:
            return None
        primaries = frozenset(primary for primary, *_ in rows if primary != CONTRACTOR_DEFINED)
        return AddOn(min(kind for _, kind, *_ in rows), primaries)
