"""Edits of the services: code, modifiers, units, charge, days, place, pointers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from claimwright.codesets.places import place
from claimwright.codesets.shapes import is_hcpcs_shaped, is_modifier_shaped, is_ndc_shaped
from claimwright.edits.registry import Case, E, Hit, I, Table, W, hit, line_field

TABLE = Table()
_GUIDE = "837P implementation guide 005010X222A1, loop 2400"
_POINTERS_MAX = _MODIFIERS_MAX = 4
_SAME_DAY_MODIFIERS = frozenset({"76", "77", "59", "91", "XE", "XS", "XP", "XU", "LT", "RT", "50"})


@TABLE.edit(
    "EDIT-LIN-001",
    E,
    "lines.N.procedure.code",
    "{value!r} has not the form of a procedure code.",
    "Use the five characters of the CPT or HCPCS code that the record supports.",
    "45 CFR 162.1002",
)
def _procedure_code_is_malformed(case: Case) -> Iterable[Hit]:
    return [
        hit(line_field(line, "procedure.code"), value=line.procedure.code)
        for line in case.claim.lines
        if line.procedure.qualifier == "HC" and not is_hcpcs_shaped(line.procedure.code)
    ]


@TABLE.edit(
    "EDIT-LIN-002",
    E,
    "lines.N.procedure.modifiers",
    "{value!r} has not the form of a modifier.",
    "A modifier is two capital letters or digits.",
    "45 CFR 162.1002",
)
def _modifier_is_malformed(case: Case) -> Iterable[Hit]:
    return [
        hit(line_field(line, "procedure.modifiers"), value=modifier)
        for line in case.claim.lines
        for modifier in line.procedure.modifiers
        if not is_modifier_shaped(modifier)
    ]


@TABLE.edit(
    "EDIT-LIN-003",
    E,
    "lines.N.procedure.modifiers",
    "Modifier {value} is given twice.",
    "Leave the second one out.",
    f"{_GUIDE} SV101",
)
def _modifier_is_repeated(case: Case) -> Iterable[Hit]:
    return [
        hit(line_field(line, "procedure.modifiers"), value=modifier)
        for line in case.claim.lines
        if len(line.procedure.modifiers) > 1
        for modifier, count in Counter(line.procedure.modifiers).items()
        if count > 1
    ]


@TABLE.edit(
    "EDIT-LIN-004",
    E,
    "lines.N.procedure.modifiers",
    "The line has {count} modifiers; there is room for four.",
    "Keep the four that decide payment; 99 tells the payer that there are more.",
    f"{_GUIDE} SV101",
)
def _there_are_too_many_modifiers(case: Case) -> Iterable[Hit]:
    return [
        hit(line_field(line, "procedure.modifiers"), count=len(line.procedure.modifiers))
        for line in case.claim.lines
        if len(line.procedure.modifiers) > _MODIFIERS_MAX
    ]


@TABLE.edit(
    "EDIT-LIN-005",
    E,
    "lines.N.quantity",
    "The units are {value}; they must be more than zero.",
    "Enter how often, or how many minutes.",
    f"{_GUIDE} SV104",
)
def _units_are_not_positive(case: Case) -> Iterable[Hit]:
    return [hit(line_field(line, "quantity"), value=line.quantity) for line in case.claim.lines if line.quantity <= 0]


@TABLE.edit(
    "EDIT-LIN-006",
    E,
    "lines.N.unit",
    "{value!r} is not a unit of service.",
    "Use UN for units, MJ for minutes of anesthesia.",
    f"{_GUIDE} SV103",
)
def _unit_is_unknown(case: Case) -> Iterable[Hit]:
    return [
        hit(line_field(line, "unit"), value=line.unit) for line in case.claim.lines if line.unit not in ("UN", "MJ")
    ]


@TABLE.edit(
    "EDIT-LIN-007",
    E,
    "lines.N.charge_cents",
    "The charge of the line is negative.",
    "Correct the charge; a claim takes nothing back, a void does.",
    f"{_GUIDE} SV102",
)
def _line_charge_is_negative(case: Case) -> Iterable[Hit]:
    return [hit(line_field(line, "charge_cents")) for line in case.claim.lines if line.charge_cents < 0]


@TABLE.edit(
    "EDIT-LIN-008",
    W,
    "lines.N.charge_cents",
    "The line is charged at zero.",
    "Enter the charge, unless the code is for reporting only.",
    f"{_GUIDE} SV102",
)
def _line_charge_is_zero(case: Case) -> Iterable[Hit]:
    return [hit(line_field(line, "charge_cents")) for line in case.claim.lines if line.charge_cents == 0]


@TABLE.edit(
    "EDIT-LIN-009",
    E,
    "lines.N.period",
    "The line has no day of service.",
    "Enter the day on which the service was given.",
    f"{_GUIDE} DTP 472",
)
def _service_date_is_missing(case: Case) -> Iterable[Hit]:
    return [hit(line_field(line, "period")) for line in case.claim.lines if line.period is None]


@TABLE.edit(
    "EDIT-LIN-010",
    E,
    "lines.N.period",
    "The service is dated {day}, which is still to come.",
    "Correct the day, or send the claim after it.",
    "Social Security Act 1862(a): services must have been given",
)
def _service_date_is_in_the_future(case: Case) -> Iterable[Hit]:
    return [
        hit(line_field(line, "period"), day=line.period.end)
        for line in case.claim.lines
        if line.period and line.period.end > case.today
    ]


@TABLE.edit(
    "EDIT-LIN-011",
    E,
    "lines.N.period",
    "The service ends on {end}, before it begins on {start}.",
    "Exchange or correct the days.",
    f"{_GUIDE} DTP 472",
)
def _service_ends_before_it_begins(case: Case) -> Iterable[Hit]:
    return [
        hit(line_field(line, "period"), start=line.period.start, end=line.period.end)
        for line in case.claim.lines
        if line.period and line.period.end < line.period.start
    ]


@TABLE.edit(
    "EDIT-LIN-012",
    E,
    "lines.N.place_of_service",
    "Place of service {value!r} is not an assigned code.",
    "Choose the place where this service was given, or leave it to the claim's.",
    "CMS place of service code set",
)
def _line_place_is_unknown(case: Case) -> Iterable[Hit]:
    return [
        hit(line_field(line, "place_of_service"), value=line.place_of_service)
        for line in case.claim.lines
        if line.place_of_service and place(line.place_of_service) is None
    ]


@TABLE.edit(
    "EDIT-LIN-013",
    E,
    "lines.N.pointers",
    "The line points to no diagnosis.",
    "Point it to the diagnosis that it was done for.",
    f"{_GUIDE} SV107",
)
def _pointers_are_missing(case: Case) -> Iterable[Hit]:
    return [hit(line_field(line, "pointers")) for line in case.claim.lines if not line.pointers]


@TABLE.edit(
    "EDIT-LIN-014",
    E,
    "lines.N.pointers",
    "The line points to diagnosis {value}; the claim has {count}.",
    "Point it to a diagnosis of the claim.",
    f"{_GUIDE} SV107",
)
def _pointer_is_out_of_range(case: Case) -> Iterable[Hit]:
    count = len(case.claim.diagnoses)
    return [
        hit(line_field(line, "pointers"), value=pointer, count=count)
        for line in case.claim.lines
        for pointer in line.pointers
        if not 1 <= pointer <= count
    ]


@TABLE.edit(
    "EDIT-LIN-015",
    E,
    "lines.N.pointers",
    "The line has more than four pointers, or the same one twice.",
    "Keep the four that matter most, each once.",
    f"{_GUIDE} SV107",
)
def _pointers_are_too_many_or_repeated(case: Case) -> Iterable[Hit]:
    return [
        hit(line_field(line, "pointers"))
        for line in case.claim.lines
        if len(line.pointers) > _POINTERS_MAX or len(set(line.pointers)) < len(line.pointers)
    ]


@TABLE.edit(
    "EDIT-LIN-016",
    E,
    "lines.N.number",
    "The lines are not numbered from 1 without a gap.",
    "Number the lines again.",
    f"{_GUIDE} LX01",
)
def _line_numbers_have_gaps(case: Case) -> Iterable[Hit]:
    return [
        hit(line_field(line, "number")) for position, line in enumerate(case.claim.lines, 1) if line.number != position
    ][:1]


@TABLE.edit(
    "EDIT-LIN-017",
    E,
    "lines.N.control_number",
    "Two lines share the control number {value}.",
    "Give every line its own; the payer's answer is matched by it.",
    f"{_GUIDE} REF 6R",
)
def _line_control_number_is_repeated(case: Case) -> Iterable[Hit]:
    numbers = [line.control_number for line in case.claim.lines if line.control_number]
    if len(set(numbers)) == len(numbers):
        return ()
    repeated = {number for number, count in Counter(numbers).items() if count > 1}
    return [
        hit(line_field(line, "control_number"), value=line.control_number)
        for line in case.claim.lines
        if line.control_number in repeated
    ][1:]


@TABLE.edit(
    "EDIT-LIN-018",
    E,
    "lines.N.drug.ndc",
    "{value!r} has not the form of a national drug code.",
    "Write eleven digits (5-4-2, with leading zeros) without dashes.",
    f"{_GUIDE}, loop 2410 LIN03",
)
def _drug_code_is_malformed(case: Case) -> Iterable[Hit]:
    return [
        hit(line_field(line, "drug.ndc"), value=line.drug.ndc)
        for line in case.claim.lines
        if line.drug and not is_ndc_shaped(line.drug.ndc)
    ]


@TABLE.edit(
    "EDIT-LIN-019",
    E,
    "lines.N.drug.quantity",
    "The drug has no quantity or no unit.",
    "Give how much was used, in F2, GR, ME, ML or UN.",
    f"{_GUIDE}, loop 2410 CTP",
)
def _drug_quantity_is_missing(case: Case) -> Iterable[Hit]:
    return [
        hit(line_field(line, "drug.quantity"))
        for line in case.claim.lines
        if line.drug and (not line.drug.quantity or line.drug.unit not in ("F2", "GR", "ME", "ML", "UN"))
    ]


@TABLE.edit(
    "EDIT-LIN-020",
    W,
    "lines.N.quantity",
    "Modifier 50 says both sides, and the line has {value} units.",
    "Report one unit with modifier 50.",
    "CMS National Correct Coding Initiative policy manual, chapter I (units of bilateral procedures)",
)
def _bilateral_has_several_units(case: Case) -> Iterable[Hit]:
    return [
        hit(line_field(line, "quantity"), value=line.quantity)
        for line in case.claim.lines
        if "50" in line.procedure.modifiers and line.quantity > 1
    ]


@TABLE.edit(
    "EDIT-LIN-021",
    W,
    "lines.N.procedure.modifiers",
    "The line has both LT and RT.",
    "Use modifier 50 for both sides on one line, or one line for each side.",
    "CMS National Correct Coding Initiative policy manual, chapter I (anatomic modifiers)",
)
def _line_has_both_sides(case: Case) -> Iterable[Hit]:
    return [
        hit(line_field(line, "procedure.modifiers"))
        for line in case.claim.lines
        if {"LT", "RT"} <= set(line.procedure.modifiers)
    ]


@TABLE.edit(
    "EDIT-LIN-022",
    W,
    "lines.N.procedure.code",
    "Line {first} has the same code, modifiers and day.",
    "Use units, or a modifier such as 76 or 59 where the record supports it; payers deny the second line.",
    "CARC 18; CMS Claims Processing Manual chapter 1, section 120",
)
def _line_repeats_another(case: Case) -> Iterable[Hit]:
    seen: dict[object, int] = {}
    hits = []
    for line in case.claim.lines:
        key = (line.procedure.code, line.procedure.modifiers, line.period, line.rendering)
        first = seen.setdefault(key, line.number)
        if first != line.number and not _SAME_DAY_MODIFIERS & set(line.procedure.modifiers):
            hits.append(hit(line_field(line, "procedure.code"), first=first))
    return hits


@TABLE.edit(
    "EDIT-LIN-023",
    I,
    "lines.N.quantity",
    "The units {value} are not a whole number.",
    "Check that this code may be given in parts of a unit.",
    f"{_GUIDE} SV104",
)
def _units_are_fractional(case: Case) -> Iterable[Hit]:
    return [
        hit(line_field(line, "quantity"), value=line.quantity)
        for line in case.claim.lines
        if line.unit == "UN" and line.quantity % 1
    ]
