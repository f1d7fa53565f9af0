"""Edits of the claim's own dates beside the days of service: admission, discharge, onset, accident, death."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from claimwright.edits.registry import Case, E, Hit, Table, W, hit_if


def _has_dates(case: Case) -> bool:
    return bool(case.claim.dates) or case.claim.patient_person.death_date is not None


TABLE = Table(_has_dates)
_GUIDE = "837P implementation guide 005010X222A1, loop 2300"
_ADMISSION, _DISCHARGE, _ONSET, _ACCIDENT = "435", "096", "431", "439"


def _dated(case: Case, qualifier: str) -> date | None:
    return next((period.start for name, period in case.claim.dates if name == qualifier), None)


@TABLE.edit(
    "EDIT-CLM-016",
    E,
    "dates",
    "The discharge on {discharge} is before the admission on {admission}.",
    "Correct the days.",
    f"{_GUIDE} DTP 435 and 096",
)
def _discharge_is_before_admission(case: Case) -> Collection[Hit]:
    admission, discharge = _dated(case, _ADMISSION), _dated(case, _DISCHARGE)
    return hit_if(admission and discharge and discharge < admission, admission=admission, discharge=discharge)


@TABLE.edit(
    "EDIT-CLM-017",
    W,
    "dates",
    "The illness began on {day}, after the last service.",
    "Correct the day of onset, or leave it out.",
    f"{_GUIDE} DTP 431",
)
def _onset_is_after_service(case: Case) -> Collection[Hit]:
    return _is_after_service(case, _ONSET)


@TABLE.edit(
    "EDIT-CLM-018",
    W,
    "dates",
    "The accident was on {day}, after the last service.",
    "Correct the day of the accident.",
    f"{_GUIDE} DTP 439",
)
def _accident_is_after_service(case: Case) -> Collection[Hit]:
    return _is_after_service(case, _ACCIDENT)


@TABLE.edit(
    "EDIT-CLM-019",
    W,
    "dates",
    "The patient was admitted on {day}, after the last service.",
    "Correct the day of admission, or the place of service.",
    f"{_GUIDE} DTP 435",
)
def _admission_is_after_service(case: Case) -> Collection[Hit]:
    return _is_after_service(case, _ADMISSION)


def _is_after_service(case: Case, qualifier: str) -> Collection[Hit]:
    day, last = _dated(case, qualifier), case.last_service_date
    return hit_if(day and last and day > last, day=day)


@TABLE.edit(
    "EDIT-PAT-007",
    E,
    "lines.N.period",
    "A service was given on {day}, after the day on which the patient is said to have died.",
    "Correct the day of service or of death.",
    "CARC 13 (the date of death precedes the date of service)",
)
def _service_is_after_death(case: Case) -> Collection[Hit]:
    died = case.claim.patient_person.death_date
    late = [line for line in case.claim.lines if died and line.period and line.period.start > died]
    return hit_if(late, f"lines.{late[0].number}.period" if late else "", day=late[0].period.start if late else None)  # type: ignore[union-attr]
