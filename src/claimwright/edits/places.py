"""Edits of the place of service: since when it exists, whether the service fits it, telehealth."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from claimwright.codesets.library import CodeLibrary
from claimwright.codesets.places import place
from claimwright.edits.families import family
from claimwright.edits.parts import DATED_SERVICES, HEADINGS, SERVICES, DatedService, Heading, Service
from claimwright.edits.registry import Hit, PartTable, W, hit_if

TABLE = PartTable(SERVICES)
DATED_TABLE = PartTable(DATED_SERVICES)
HEADING_TABLE = PartTable(HEADINGS)
_PLACES = "CMS place of service code set"
_TELEHEALTH = frozenset(("02", "10"))
_REMOTE_MODIFIERS = frozenset(("93", "95", "FQ", "GQ", "GT"))
_HOSPITAL = frozenset(("19", "21", "22"))
_AT_HOME_DAY, _CALENDAR_2024 = date(2022, 1, 1), date(2024, 1, 1)

_FIRST_DAYS = MappingProxyType(
    {
        "19": date(2016, 1, 1),
        "02": date(2017, 1, 1),
        "58": date(2020, 1, 1),
        "10": _AT_HOME_DAY,
        "27": date(2023, 10, 1),
    }
)
"""Places younger than claims that may still be worked on, with their first day."""


class _Fit(NamedTuple):
    """Visits that are given in these places."""

    codes: frozenset[str]
    places: frozenset[str]


def _fit(codes: str, places: str) -> _Fit:
    return _Fit(family(codes), frozenset(places.split()) | _TELEHEALTH)


_FITS = (
    _fit("99221-99223 99231-99239", "06 08 19 21 22 23 26 34 51 52 61"),
    _fit("99281-99285", "23"),
    _fit("99304-99310 99315-99316", "31 32 54 56"),
    _fit("99341-99350", "04 12 13 14 16 33 54 55 56 99"),
)
"""Hospital, emergency, nursing facility and home visits, by CPT's headings since 2023."""

_NOT_INPATIENT = family("99202-99205 99211-99215")
_INPATIENT = frozenset(("21", "51", "61"))


@DATED_TABLE.edit(
    "EDIT-POS-001",
    W,
    "lines.N.place_of_service",
    "Place of service {value} exists since {since}; the service was on {day}.",
    "Choose the place as it was called then, or correct the day.",
    f"{_PLACES}, effective dates",
)
def _place_is_younger(service: DatedService, _library: CodeLibrary) -> Collection[Hit]:
    since, day = _FIRST_DAYS.get(service.place), service.start
    return hit_if(since and day < since, value=service.place, since=since, day=day)


@TABLE.edit(
    "EDIT-POS-002",
    W,
    "lines.N.place_of_service",
    "{value} is a visit of another kind of place than {place}.",
    "Correct the place, or choose the visit code of that place.",
    "CPT, evaluation and management headings (since 2023); CMS Claims Processing Manual chapter 12, section 30.6",
    since=date(2023, 1, 1),
)
def _visit_does_not_fit_place(service: Service, _library: CodeLibrary) -> Collection[Hit]:
    where = place(service.place)
    if where is None or service.qualifier != "HC":
        return ()
    is_elsewhere = any(service.code in fit.codes and service.place not in fit.places for fit in _FITS)
    is_inpatient = service.code in _NOT_INPATIENT and service.place in _INPATIENT
    return hit_if(is_elsewhere or is_inpatient, value=service.code, place=f"{where.code} ({where.name})")


@TABLE.edit(
    "EDIT-TEL-001",
    W,
    "lines.N.procedure.modifiers",
    "{value} was given at a distance, and no modifier says how.",
    "Many payers ask for 95 (video) or 93 (sound only) beside place of service 02 or 10.",
    "payers' telehealth policies; CPT modifiers 93 and 95. Medicare asks only for 93",
)
def _distance_has_no_modifier(service: Service, _library: CodeLibrary) -> Collection[Hit]:
    is_asked = service.place in _TELEHEALTH and service.payer != "medicare"
    return hit_if(is_asked and _REMOTE_MODIFIERS.isdisjoint(service.modifiers), value=service.code)


@TABLE.edit(
    "EDIT-TEL-002",
    W,
    "lines.N.place_of_service",
    "Modifier {modifier} says telehealth, the place of service is {value}.",
    "Use 10 where the patient was at home, else 02; a hospital's clinicians keep the hospital's place with 95.",
    "CMS calendar year 2024 physician fee schedule final rule (place of service for telehealth)",
    since=_CALENDAR_2024,
)
def _telehealth_is_placed_elsewhere(service: Service, _library: CodeLibrary) -> Collection[Hit]:
    modifier = next((one for one in service.modifiers if one in ("93", "95")), "")
    is_elsewhere = service.place not in _TELEHEALTH and service.place not in _HOSPITAL
    is_asked = modifier and service.payer == "medicare"
    return hit_if(is_asked and is_elsewhere, modifier=modifier, value=service.place)


@TABLE.edit(
    "EDIT-TEL-003",
    W,
    "lines.N.procedure.modifiers",
    "Medicare takes modifier GT from critical access hospitals only.",
    "Leave it out; the place of service (02 or 10) says telehealth.",
    "CMS change request 10152",
    since=date(2018, 1, 1),
)
def _telehealth_modifier_is_of_hospitals(service: Service, _library: CodeLibrary) -> Collection[Hit]:
    return hit_if(service.payer == "medicare" and "GT" in service.modifiers)


@HEADING_TABLE.edit(
    "EDIT-FAC-002",
    W,
    "facility",
    "Care was given in {place}, and the claim does not name it.",
    "Enter the facility with its address and NPI, where it is not the billing provider's own.",
    "837P implementation guide 005010X222A1, loop 2310C",
)
def _facility_is_missing(heading: Heading, _library: CodeLibrary) -> Collection[Hit]:
    where = place(heading.place)
    is_facility = where is not None and where.is_facility and where.code not in ("02", "41", "42")
    is_asked = is_facility and not heading.has_facility and not heading.is_institutional
    return hit_if(is_asked, place=where and f"{where.code} ({where.name})")
