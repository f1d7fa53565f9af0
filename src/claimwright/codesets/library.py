"""Every loaded code set of one store, asked by day.

Edits, prices, the search and the screens are given a `CodeLibrary`, not a store: it reads a release when it is first
asked for and keeps it. Where nothing is loaded for a day the answer is None, and nobody asks anything of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from threading import RLock
from typing import TypeVar

from claimwright.codesets.adjustment_codes import AdjustmentCodes
from claimwright.codesets.exclusions import Exclusions
from claimwright.codesets.hcpcs import Hcpcs
from claimwright.codesets.icd10cm import Icd10cm
from claimwright.codesets.medical_necessity import MedicalNecessity
from claimwright.codesets.mpfs import FeeSchedule
from claimwright.codesets.ms_drg import MsDrgs
from claimwright.codesets.ncci import AddOns, PairEdits, UnitLimits
from claimwright.codesets.npi_registry import NpiRegistry
from claimwright.codesets.releases.store import CodeStore
from claimwright.codesets.taxonomy import Taxonomy

Found = TypeVar("Found")
_Reader = Callable[[CodeStore, date], Found | None]


class CodeLibrary:
    """The code sets of a store, or of none; threads may share it. A release loaded later is seen after `refresh`."""

    def __init__(self, store: CodeStore | None) -> None:
        self._store = store
        self._lock = RLock()
        self._version = store.version() if store is not None else 0
        self._by_day: dict[tuple[str, date], object] = {}
        self._by_release: dict[tuple[str, tuple[int, ...]], object] = {}

    def icd10cm(self, day: date) -> Icd10cm | None:
        """ICD-10-CM as it was in force on a day."""
        return self._ask("icd10cm", day, Icd10cm.from_store)

    def hcpcs(self, day: date) -> Hcpcs | None:
        """HCPCS level II, with the days of each code."""
        return self._ask("hcpcs", day, Hcpcs.from_store)

    def fee_schedule(self, day: date) -> FeeSchedule | None:
        """The Medicare physician fee schedule as it was in force on a day."""
        return self._ask("mpfs-rvu", day, FeeSchedule.from_store, ("mpfs-gpci", "mpfs-anesthesia", "zip-localities"))

    def pair_edits(self, setting: str, day: date) -> PairEdits | None:
        """NCCI's pair edits for practitioners or outpatient hospitals."""
        return self._ask(f"ptp-{setting}", day, lambda store, on: PairEdits.from_store(store, setting, on))

    def unit_limits(self, setting: str, day: date) -> UnitLimits | None:
        """The medically unlikely edits of a setting as they were in force on a day."""
        return self._ask(f"mue-{setting}", day, lambda store, on: UnitLimits.from_store(store, setting, on))

    def add_ons(self, day: date) -> AddOns | None:
        """The add-on code edits."""
        return self._ask("add-ons", day, AddOns.from_store)

    def exclusions(self, day: date) -> Exclusions | None:
        """Who may not be paid by federal programs."""
        return self._ask("exclusions", day, Exclusions.from_store)

    def taxonomy(self, day: date) -> Taxonomy | None:
        """The provider taxonomy as it was in force on a day."""
        return self._ask("taxonomy", day, Taxonomy.from_store)

    def medical_necessity(self, day: date) -> MedicalNecessity | None:
        """The coverage articles of Medicare's contractors."""
        return self._ask("coverage", day, MedicalNecessity.from_store)

    def npi_registry(self, day: date) -> NpiRegistry | None:
        """Providers of NPPES, of the extract that is loaded."""
        return self._ask("npi-registry", day, NpiRegistry.from_store)

    def ms_drgs(self, day: date) -> MsDrgs | None:
        """The MS-DRGs of the fiscal year of a discharge."""
        found = self._ask("ms-drg", day, MsDrgs.from_store)
        return found if found is not None and found.is_of(day) else None

    def adjustment_codes(self, day: date) -> AdjustmentCodes | None:
        """The official texts of adjustment reasons and remarks."""
        return self._ask("adjustment-codes", day, AdjustmentCodes.from_store)

    def refresh(self) -> bool:
        """Forget what was read if releases were loaded or withdrawn since; whether that was so."""
        with self._lock:
            version = self._store.version() if self._store is not None else 0
            if version == self._version:
                return False
            self._version = version
            self._by_day.clear()
            self._by_release.clear()
            return True

    def _ask(self, code_set: str, day: date, read: _Reader[Found], beside: Sequence[str] = ()) -> Found | None:
        key = code_set, day
        if key not in self._by_day:
            with self._lock:
                self._by_day[key] = self._read(code_set, day, read, beside)
        return self._by_day[key]  # type: ignore[return-value]

    def _read(self, code_set: str, day: date, read: _Reader[Found], beside: Sequence[str]) -> Found | None:
        """`beside` names code sets that are read with it: another release of theirs is another answer."""
        if self._store is None or self._store.release_on(code_set, day) is None:
            return None
        releases = (self._store.release_on(one, day) for one in (code_set, *beside))
        key = code_set, tuple(release.id if release else 0 for release in releases)
        if key not in self._by_release:
            self._by_release[key] = read(self._store, day)
        return self._by_release[key]  # type: ignore[return-value]


NOTHING_LOADED = CodeLibrary(None)
"""The library of whoever has loaded nothing."""
