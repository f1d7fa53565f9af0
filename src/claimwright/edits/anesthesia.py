"""Edits of anesthesia: its modifiers and its minutes."""

from __future__ import annotations

from collections.abc import Collection

from claimwright.codesets.library import CodeLibrary
from claimwright.edits.families import ANESTHESIA, ANESTHESIA_WITHOUT_TIME
from claimwright.edits.parts import SERVICES, Service
from claimwright.edits.registry import E, Hit, PartTable, W, hit_if

TABLE = PartTable(SERVICES)
_MANUAL = "CMS Claims Processing Manual chapter 12, section 50"
_GUIDE = "837P implementation guide 005010X222A1, loop 2400 SV103"
_MODIFIERS = frozenset(("AA", "AD", "QK", "QX", "QY", "QZ"))
_MINUTES_OF_A_DAY = 24 * 60


def _is_anesthesia(service: Service) -> bool:
    return service.qualifier == "HC" and service.code in ANESTHESIA


@TABLE.edit(
    "EDIT-ANE-001",
    E,
    "lines.N.procedure.modifiers",
    "{value} is anesthesia, and no modifier says who gave or directed it.",
    "Add AA, AD, QK, QX, QY or QZ; Medicare prices the service by it.",
    f"{_MANUAL}.K",
)
def _anesthesia_is_by_nobody(service: Service, _library: CodeLibrary) -> Collection[Hit]:
    is_asked = service.payer == "medicare" and _is_anesthesia(service) and service.code not in ANESTHESIA_WITHOUT_TIME
    return hit_if(is_asked and _MODIFIERS.isdisjoint(service.modifiers), value=service.code)


@TABLE.edit(
    "EDIT-ANE-002",
    W,
    "lines.N.unit",
    "{value} is paid by time, and the line counts units.",
    "Give the minutes of anesthesia (MJ); few payers want units of fifteen minutes.",
    _GUIDE,
)
def _anesthesia_is_not_in_minutes(service: Service, _library: CodeLibrary) -> Collection[Hit]:
    is_timed = _is_anesthesia(service) and service.code not in ANESTHESIA_WITHOUT_TIME
    return hit_if(is_timed and service.unit == "UN", value=service.code)


@TABLE.edit(
    "EDIT-ANE-003",
    W,
    "lines.N.procedure.modifiers",
    "Modifier {modifier} is one of anesthesia, and {value} is not anesthesia.",
    "Take it off, or use the anesthesia code.",
    _MANUAL,
)
def _modifier_is_of_anesthesia(service: Service, _library: CodeLibrary) -> Collection[Hit]:
    found = next((one for one in service.modifiers if one in _MODIFIERS), "")
    return hit_if(found and not _is_anesthesia(service), modifier=found, value=service.code)


@TABLE.edit(
    "EDIT-ANE-004",
    W,
    "lines.N.unit",
    "{value} is counted in minutes, and it is not anesthesia.",
    "Count it in units (UN).",
    _GUIDE,
)
def _minutes_are_of_no_anesthesia(service: Service, _library: CodeLibrary) -> Collection[Hit]:
    return hit_if(service.unit == "MJ" and not _is_anesthesia(service), value=service.code)


@TABLE.edit(
    "EDIT-ANE-005",
    W,
    "lines.N.quantity",
    "{value} minutes are more than the days of service have.",
    "Check the times in the anesthesia record.",
    "plausibility",
)
def _minutes_are_too_many(service: Service, _library: CodeLibrary) -> Collection[Hit]:
    if service.unit != "MJ" or service.day_count is None:
        return ()
    return hit_if(service.quantity > max(service.day_count, 1) * _MINUTES_OF_A_DAY, value=service.quantity)
