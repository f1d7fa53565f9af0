"""The Medicare physician fee schedule of one day, as CMS's tables have it; what a service costs is for `pricing`.

Amounts are decimals, exactly as published. `elsewhere` is every place that is no facility.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from claimwright.codesets.releases.store import CodeStore, Release


class RelativeValues(NamedTuple):
    """A row of PPRRVU: relative values, payment policy indicators (RVU25D, record layout), conversion factor."""

    code: str
    modifier: str
    status: str
    work: Decimal
    pe_elsewhere: Decimal
    pe_facility: Decimal
    malpractice: Decimal
    is_never_elsewhere: bool
    is_never_facility: bool
    pctc: str
    global_days: str
    pre: Decimal
    intra: Decimal
    post: Decimal
    multiple: str
    bilateral: str
    assistant: str
    co_surgeon: str
    team: str
    endoscopic_base: str
    conversion_factor: Decimal
    supervision: str
    imaging_family: str
    opps_pe_elsewhere: Decimal
    opps_pe_facility: Decimal
    opps_malpractice: Decimal


class Locality(NamedTuple):
    """A Medicare payment locality: the contractor's number and the locality's."""

    mac: str
    number: str


class Indices(NamedTuple):
    """The geographic indices of a locality."""

    work: Decimal
    pe: Decimal
    malpractice: Decimal


_CALIFORNIA = ("01112", "01182")
_DECIMALS = frozenset(name for name, kind in RelativeValues.__annotations__.items() if "Decimal" in str(kind))


@dataclass(frozen=True)
class FeeSchedule:
    """The tables in force on one day. `zips` and `anesthesia` are empty where they are not loaded.

    `release` is that of the relative values, `indices_release` that of the indices. `split_zips` lie in several
    localities, so that only nine digits would tell which.
    """

    release: Release
    values: Mapping[tuple[str, str], RelativeValues]
    indices: Mapping[Locality, Indices]
    anesthesia: Mapping[Locality, Decimal]
    zips: Mapping[str, Locality]
    split_zips: frozenset[str] = frozenset()
    indices_release: Release | None = None

    @classmethod
    def from_store(cls, store: CodeStore, day: date) -> FeeSchedule | None:
        """None when no relative values or no indices answer for that day."""
        release, gpci = store.release_on("mpfs-rvu", day), store.release_on("mpfs-gpci", day)
        if release is None or gpci is None:
            return None
        values = (_values(row) for row in store.rows(release, "mpfs_rvu"))
        indices = {
            Locality(mac, number): Indices(*(Decimal(one) for one in found))
            for mac, number, _, _, *found in store.rows(gpci, "mpfs_gpci")
        }
        factors = store.release_on("mpfs-anesthesia", day)
        zips = store.release_on("zip-localities", day)
        zip_rows = list(store.rows(zips, "zip_localities")) if zips else []
        return cls(
            release,
            {(row.code, row.modifier): row for row in values},
            indices,
            {Locality(mac, number): Decimal(one) for mac, number, one in store.rows(factors, "mpfs_anesthesia")}
            if factors
            else {},
            {row[0]: Locality(row[1], row[2]) for row in zip_rows},
            frozenset(row[0] for row in zip_rows if row[-1]),
            gpci,
        )

    @cached_property
    def procedures(self) -> frozenset[str]:
        """The codes that have days around them: their own (000), ten or ninety after it."""
        return frozenset(row.code for row in self.values.values() if row.global_days in ("000", "010", "090"))

    def of(self, code: str, modifier: str = "") -> RelativeValues | None:
        """The row of a code, with 26, TC or 53 where the schedule has a row for them."""
        return self.values.get((code, modifier))

    def locality(self, mac: str, number: str) -> Locality | None:
        """The locality as the indices name it; None when they have none.

        California's two contractors share one numbering, and CMS's files differ in who has which (the caps of 2025 put
        18 under 01112, the indices under 01182): there the number alone decides.
        """
        macs = _CALIFORNIA if mac in _CALIFORNIA else (mac,)
        known = (Locality(one, number) for one in (mac, *macs))
        return next((one for one in known if one in self.indices), None)

    def anesthesia_at(self, place: Locality) -> Decimal | None:
        """The anesthesia factor of a locality."""
        macs = _CALIFORNIA if place.mac in _CALIFORNIA else ()
        known = (self.anesthesia.get(Locality(one, place.number)) for one in (place.mac, *macs))
        return next((one for one in known if one is not None), None)


def _values(row: tuple[object, ...]) -> RelativeValues:
    named = zip(RelativeValues._fields, row, strict=True)
    return RelativeValues(*(_value(name, value) for name, value in named))  # type: ignore[arg-type]


def _value(name: str, value: object) -> object:
    if name in _DECIMALS:
        return Decimal(str(value))
    return bool(value) if name.startswith("is_") else value
