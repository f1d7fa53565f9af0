"""Edits of a service in itself: code, modifiers, units, charge, days, place, pointers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import date

from claimwright.codesets.library import CodeLibrary
from claimwright.codesets.places import place
from claimwright.codesets.shapes import is_hcpcs_shaped, is_modifier_shaped, is_ndc_shaped
from claimwright.edits.families import family
from claimwright.edits.parts import DATED_SERVICES, POINTERS, SERVICES, DatedService, Pointers, Service
from claimwright.edits.registry import E, Hit, I, PartTable, W, hit, hit_if

TABLE = PartTable(SERVICES)
DATED_TABLE = PartTable(DATED_SERVICES)
POINTER_TABLE = PartTable(POINTERS)
_GUIDE = "837P implementation guide 005010X222A1, loop 2400"
_POINTERS_MAX = _MODIFIERS_MAX = 4
_ENDED = tuple(
    (family(codes), last_day)
    for codes, last_day in (
        ("99201", date(2020, 12, 31)),
        ("99217-99220 99224-99226 99241 99251 99318 99324-99328 99334-99337 99343 99354-99357", date(2022, 12, 31)),
        ("99441-99443", date(2024, 12, 31)),
    )
)
"""Visits that CPT has given up, as bare numbers, with the last day of service for which they may be billed."""

_DRUG_UNITS = frozenset(("F2", "GR", "ME", "ML", "UN"))


@TABLE.edit(
    "EDIT-LIN-001",
    E,
    "lines.N.procedure.code",
    "{value!r} has not the form of a procedure code.",
    "Use the five characters of the CPT or HCPCS code that the record supports.",
    "45 CFR 162.1002",
)
def _procedure_code_is_malformed(service: Service, _library: CodeLibrary) -> Collection[Hit]:
    is_wrong = service.qualifier == "HC" and not is_hcpcs_shaped(service.code)
    return hit_if(is_wrong, value=service.code)


@TABLE.edit(
    "EDIT-LIN-002",
    E,
    "lines.N.procedure.modifiers",
    "{value!r} has not the form of a modifier.",
    "A modifier is two capital letters or digits.",
    "45 CFR 162.1002",
)
def _modifier_is_malformed(service: Service, _library: CodeLibrary) -> Collection[Hit]:
    return [hit(value=modifier) for modifier in service.modifiers if not is_modifier_shaped(modifier)]


@TABLE.edit(
    "EDIT-LIN-003",
    E,
    "lines.N.procedure.modifiers",
    "Modifier {value} is given twice.",
    "Leave the second one out.",
    f"{_GUIDE} SV101",
)
def _modifier_is_repeated(service: Service, _library: CodeLibrary) -> Collection[Hit]:
    repeated = len(set(service.modifiers)) < len(service.modifiers)
    return [hit(value=one) for one, count in Counter(service.modifiers).items() if count > 1] if repeated else ()


@TABLE.edit(
    "EDIT-LIN-004",
    E,
    "lines.N.procedure.modifiers",
    "The line has {count} modifiers; there is room for four.",
    "Keep the four that decide payment; 99 tells the payer that there are more.",
    f"{_GUIDE} SV101",
)
def _there_are_too_many_modifiers(service: Service, _library: CodeLibrary) -> Collection[Hit]:
    return hit_if(len(service.modifiers) > _MODIFIERS_MAX, count=len(service.modifiers))


@TABLE.edit(
    "EDIT-LIN-005",
    E,
    "lines.N.quantity",
    "The units are {value}; they must be more than zero.",
    "Enter how often, or how many minutes.",
    f"{_GUIDE} SV104",
)
def _units_are_not_positive(service: Service, _library: CodeLibrary) -> Collection[Hit]:
    return hit_if(service.quantity <= 0, value=service.quantity)


@TABLE.edit(
    "EDIT-LIN-006",
    E,
    "lines.N.unit",
    "{value!r} is not a unit of service.",
    "Use UN for units, MJ for minutes of anesthesia.",
    f"{_GUIDE} SV103",
)
def _unit_is_unknown(service: Service, _library: CodeLibrary) -> Collection[Hit]:
    return hit_if(service.unit not in ("UN", "MJ"), value=service.unit)


@TABLE.edit(
    "EDIT-LIN-007",
    E,
    "lines.N.charge_cents",
    "The charge of the line is negative.",
    "Correct the charge; a claim takes nothing back, a void does.",
    f"{_GUIDE} SV102",
)
def _line_charge_is_negative(service: Service, _library: CodeLibrary) -> Collection[Hit]:
    return hit_if(service.charge_sign < 0)


@TABLE.edit(
    "EDIT-LIN-008",
    W,
    "lines.N.charge_cents",
    "The line is charged at zero.",
    "Enter the charge, unless the code is for reporting only.",
    f"{_GUIDE} SV102",
)
def _line_charge_is_zero(service: Service, _library: CodeLibrary) -> Collection[Hit]:
    return hit_if(service.charge_sign == 0)


@TABLE.edit(
    "EDIT-LIN-009",
    E,
    "lines.N.period",
    "The line has no day of service.",
    "Enter the day on which the service was given.",
    f"{_GUIDE} DTP 472",
)
def _service_date_is_missing(service: Service, _library: CodeLibrary) -> Collection[Hit]:
    return hit_if(service.day_count is None)


@DATED_TABLE.edit(
    "EDIT-LIN-010",
    E,
    "lines.N.period",
    "The service is dated {day}, which is still to come.",
    "Correct the day, or send the claim after it.",
    "Social Security Act 1862(a): services must have been given",
)
def _service_date_is_in_the_future(service: DatedService, _library: CodeLibrary) -> Collection[Hit]:
    return hit_if(service.is_to_come, day=service.end)


@DATED_TABLE.edit(
    "EDIT-LIN-011",
    E,
    "lines.N.period",
    "The service ends on {end}, before it begins on {start}.",
    "Exchange or correct the days.",
    f"{_GUIDE} DTP 472",
)
def _service_ends_before_it_begins(service: DatedService, _library: CodeLibrary) -> Collection[Hit]:
    return hit_if(service.end < service.start, start=service.start, end=service.end)


@TABLE.edit(
    "EDIT-LIN-012",
    E,
    "lines.N.place_of_service",
    "Place of service {value!r} is not an assigned code.",
    "Choose the place where this service was given, or leave it to the claim's.",
    "CMS place of service code set",
)
def _line_place_is_unknown(service: Service, _library: CodeLibrary) -> Collection[Hit]:
    value = service.place
    return hit_if(service.has_own_place and place(value) is None, value=value)


@TABLE.edit(
    "EDIT-LIN-018",
    E,
    "lines.N.drug.ndc",
    "{value!r} has not the form of a national drug code.",
    "Write eleven digits (5-4-2, with leading zeros) without dashes.",
    f"{_GUIDE}, loop 2410 LIN03",
)
def _drug_code_is_malformed(service: Service, _library: CodeLibrary) -> Collection[Hit]:
    drug = service.drug
    return hit_if(drug and not is_ndc_shaped(drug.ndc), value=drug and drug.ndc)


@TABLE.edit(
    "EDIT-LIN-019",
    E,
    "lines.N.drug.quantity",
    "The drug has no quantity or no unit.",
    "Give how much was used, in F2, GR, ME, ML or UN.",
    f"{_GUIDE}, loop 2410 CTP",
)
def _drug_quantity_is_missing(service: Service, _library: CodeLibrary) -> Collection[Hit]:
    drug = service.drug
    return hit_if(drug and (not drug.quantity or drug.unit not in _DRUG_UNITS))


@TABLE.edit(
    "EDIT-LIN-020",
    W,
    "lines.N.quantity",
    "Modifier 50 says both sides, and the line has {value} units.",
    "Report one unit with modifier 50.",
    "CMS National Correct Coding Initiative policy manual, chapter I (units of bilateral procedures)",
)
def _bilateral_has_several_units(service: Service, _library: CodeLibrary) -> Collection[Hit]:
    return hit_if("50" in service.modifiers and service.quantity > 1, value=service.quantity)


@TABLE.edit(
    "EDIT-LIN-021",
    W,
    "lines.N.procedure.modifiers",
    "The line has both LT and RT.",
    "Use modifier 50 for both sides on one line, or one line for each side.",
    "CMS National Correct Coding Initiative policy manual, chapter I (anatomic modifiers)",
)
def _line_has_both_sides(service: Service, _library: CodeLibrary) -> Collection[Hit]:
    return hit_if("LT" in service.modifiers and "RT" in service.modifiers)


@TABLE.edit(
    "EDIT-LIN-023",
    I,
    "lines.N.quantity",
    "The units {value} are not a whole number.",
    "Check that this code may be given in parts of a unit.",
    f"{_GUIDE} SV104",
)
def _units_are_fractional(service: Service, _library: CodeLibrary) -> Collection[Hit]:
    return hit_if(service.unit == "UN" and service.quantity % 1, value=service.quantity)


@DATED_TABLE.edit(
    "EDIT-LIN-026",
    E,
    "lines.N.procedure.code",
    "{value} could be billed for services until {last}; this one was on {day}.",
    "Use the code that took its place.",
    "45 CFR 162.1002; CPT changes for 2021, 2023 and 2025",
)
def _code_has_ended(service: DatedService, _library: CodeLibrary) -> Collection[Hit]:
    last = next((day for codes, day in _ENDED if service.code in codes), None)
    is_late = last is not None and service.start > last
    return hit_if(is_late and service.qualifier == "HC", value=service.code, last=last, day=service.start)


@POINTER_TABLE.edit(
    "EDIT-LIN-013",
    E,
    "lines.N.pointers",
    "The line points to no diagnosis.",
    "Point it to the diagnosis that it was done for.",
    f"{_GUIDE} SV107",
)
def _pointers_are_missing(pointers: Pointers, _library: CodeLibrary) -> Collection[Hit]:
    return hit_if(not pointers.positions)


@POINTER_TABLE.edit(
    "EDIT-LIN-014",
    E,
    "lines.N.pointers",
    "The line points to diagnosis {value}; the claim has {count}.",
    "Point it to a diagnosis of the claim.",
    f"{_GUIDE} SV107",
)
def _pointer_is_out_of_range(pointers: Pointers, _library: CodeLibrary) -> Collection[Hit]:
    count = pointers.diagnoses
    return [hit(value=pointer, count=count) for pointer in pointers.positions if not 1 <= pointer <= count]


@POINTER_TABLE.edit(
    "EDIT-LIN-015",
    E,
    "lines.N.pointers",
    "The line has more than four pointers, or the same one twice.",
    "Keep the four that matter most, each once.",
    f"{_GUIDE} SV107",
)
def _pointers_are_too_many_or_repeated(pointers: Pointers, _library: CodeLibrary) -> Collection[Hit]:
    positions = pointers.positions
    return hit_if(len(positions) > _POINTERS_MAX or len(set(positions)) < len(positions))
