"""Hospital stays: an institutional claim to its MS-DRG, with what the Medicare Code Editor says of its codes.

The grouper is the package `msdrg` (MIT; equal to CMS's own Java grouper and code editor, versions 40.0 to 43.1), which
comes with the extra `claimwright[inpatient]`. A group has a weight (table 5 of CMS's final rule, loaded as `ms-drg`);
a weight times a hospital's base rate is a price. Transfers, outliers and add-on payments are not part of it.
"""

from __future__ import annotations

import importlib
from bisect import bisect_right
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from claimwright.documents.claim import Claim
from claimwright.errors import InputError
from claimwright.money import format_dollars
from claimwright.pricing.medicare import to_cents
from claimwright.pricing.price import Price, Unpriced

_VERSIONS = (
    (date(2022, 10, 1), 400),
    (date(2023, 4, 1), 401),
    (date(2023, 10, 1), 410),
    (date(2024, 4, 1), 411),
    (date(2024, 10, 1), 420),
    (date(2025, 4, 1), 421),
    (date(2025, 10, 1), 430),
    (date(2026, 4, 1), 431),
)
_LAST_DAY = date(2026, 9, 30)
_SEXES = {"M": 0, "F": 1}
_SEX_UNKNOWN = 2
_HOSPITALS = {True: "EXEMPT", False: "NOT_EXEMPT", None: "UNKNOWN"}
_UNGROUPABLE = (998, 999)
_ICD10 = frozenset(("ABK", "ABF", "ABJ", "ABN"))
_ICD10_PROCEDURES = frozenset(("BBR", "BBQ"))


class Coded(NamedTuple):
    """A diagnosis and whether it was present on admission: Y, N, U, W, or empty."""

    code: str
    present: str = ""


@dataclass(frozen=True, slots=True)
class Stay:
    """What decides the group of a hospital stay. `age` in years at admission; `sex` F, M or U; codes without a dot.

    `is_exempt`: the hospital need not report what was present on admission; None where nobody knows.
    """

    discharge_date: date
    age: int
    sex: str
    discharge_status: str
    principal: Coded
    others: tuple[Coded, ...] = ()
    procedures: tuple[str, ...] = ()
    admitting: str = ""
    is_exempt: bool | None = False

    @classmethod
    def of(cls, claim: Claim, *, is_exempt: bool | None = False) -> Stay | Unpriced:
        """The stay that an institutional claim bills; or why it is none."""
        part, person = claim.institutional, claim.patient_person
        if part is None or not part.facility_type.startswith("11"):
            return Unpriced("only a hospital's inpatient claim (type of bill 11x) has a group")
        if part.statement is None or person.birth_date is None or not part.patient_status.isdigit():
            return Unpriced("a stay needs its days, the patient's birth date and the status at discharge")
        codes = (*claim.diagnoses, *part.external_causes)
        if not codes or any(one.qualifier not in _ICD10 for one in codes):
            return Unpriced("a stay needs diagnoses in ICD-10-CM, the principal one first")
        coded = [Coded(one.code, one.present_on_admission) for one in codes]
        performed = [part.principal_procedure, *part.procedures]
        return cls(
            part.statement.end,
            _years(person.birth_date, part.admission_date or part.statement.start),
            person.sex or "U",
            part.patient_status,
            coded[0],
            tuple(coded[1:]),
            tuple(one.code for one in performed if one and one.qualifier in _ICD10_PROCEDURES),
            part.admitting_diagnosis.code if part.admitting_diagnosis else "",
            is_exempt,
        )


class CodeEdit(NamedTuple):
    """What the Medicare Code Editor has against codes of a stay, by its own name, and how many they are."""

    name: str
    code_count: int


@dataclass(frozen=True, slots=True)
class Grouping:
    """The group of a stay: MS-DRG and major diagnostic category, by the grouper's version (431 is 43.1)."""

    drg: int
    mdc: int
    version: int
    edits: tuple[CodeEdit, ...]

    @property
    def is_ungroupable(self) -> bool:
        """998 and 999 are no groups."""
        return self.drg in _UNGROUPABLE


class Grouper(AbstractContextManager["Grouper"]):
    """The grouper and the code editor, opened once for many stays."""

    def __init__(self) -> None:
        """Raises `InputError` when the extra is not installed."""
        try:
            msdrg = importlib.import_module("msdrg")
        except ImportError as error:
            raise InputError(
                "Grouping hospital stays needs an extra: pip install 'claimwright[inpatient]' (the package msdrg)."
            ) from error
        self._grouper, self._editor = msdrg.MsdrgGrouper(), msdrg.MceEditor()

    def __exit__(self, *error: object) -> None:
        self._grouper.close()
        self._editor.close()

    def group(self, stay: Stay, *, version: int | None = None) -> Grouping | Unpriced:
        """The group by the version of the day of discharge, or by another one."""
        version = version or version_on(stay.discharge_date)
        if version is None or version not in self._grouper.available_versions():
            return Unpriced(f"the grouper has no version for discharges of {stay.discharge_date}")
        claim = _as_msdrg(stay, version)
        try:
            found, edited = self._grouper.group(claim), self._editor.edit(claim)
        except (RuntimeError, ValueError, TypeError) as error:
            return Unpriced(f"the grouper refuses the stay: {error}")
        edits = tuple(CodeEdit(one["name"], one["count"]) for one in edited["edits"])
        return Grouping(found["final_drg"], found["final_mdc"], version, edits)


def version_on(discharge_date: date) -> int | None:
    """The grouper's version for discharges of a day; None before October 2022 and after September 2026."""
    if discharge_date > _LAST_DAY:
        return None
    at = bisect_right([since for since, _ in _VERSIONS], discharge_date)
    return _VERSIONS[at - 1][1] if at else None


def price_stay(grouping: Grouping, weights: Mapping[str, Decimal], base_rate_cents: int) -> Price | Unpriced:
    """A hospital's base rate times the weight of the group. `weights` are those of the discharge's fiscal year."""
    drg = f"{grouping.drg:03}"
    weight = weights.get(drg)
    if grouping.is_ungroupable or weight is None:
        return Unpriced(f"MS-DRG {drg} has no weight")
    cents = to_cents(Decimal(base_rate_cents) / 100 * weight)
    named = f"MS-DRG {drg} by version {grouping.version / 10}"
    step = f"{named}, weight {weight} x {format_dollars(base_rate_cents)} is {format_dollars(cents)}"
    return Price(cents, (step,))


def _as_msdrg(stay: Stay, version: int) -> dict[str, Any]:
    claim: dict[str, Any] = {
        "version": version,
        "discharge_date": int(stay.discharge_date.strftime("%Y%m%d")),
        "age": stay.age,
        "sex": _SEXES.get(stay.sex, _SEX_UNKNOWN),
        "discharge_status": int(stay.discharge_status),
        "hospital_status": _HOSPITALS[stay.is_exempt],
        "pdx": _coded(stay.principal),
        "sdx": [_coded(one) for one in stay.others],
        "procedures": [{"code": code} for code in stay.procedures],
    }
    return {**claim, "admit_dx": {"code": stay.admitting}} if stay.admitting else claim


def _coded(one: Coded) -> dict[str, str]:
    return {"code": one.code, "poa": one.present} if one.present else {"code": one.code}


def _years(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
