"""Edits of modifiers: which contradict each other, since when each may be used, and what they need beside them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from types import MappingProxyType

from claimwright.codesets.library import CodeLibrary
from claimwright.documents.claim import ClaimLine
from claimwright.edits.families import VISITS
from claimwright.edits.parts import DATED_SERVICES, SERVICES, DatedService, Service
from claimwright.edits.registry import Case, E, Hit, I, PartTable, Table, W, hit, hit_if, line_field

TABLE = PartTable(SERVICES)
DATED_TABLE = PartTable(DATED_SERVICES)
_MANUAL = "CMS Claims Processing Manual"
_NCCI = "CMS National Correct Coding Initiative policy manual, chapter I"
_DISTINCT = frozenset(("XE", "XS", "XP", "XU"))

_NEVER_TOGETHER = tuple(
    frozenset(pair.split("+"))
    for pair in (
        *("26+TC", "52+53", "93+95", "62+80", "62+66", "GA+GZ", "GX+GZ", "JW+JZ"),
        *("AA+AD", "AA+QK", "AA+QX", "AA+QY", "AA+QZ", "QK+QZ", "QX+QZ", "QY+QZ"),
    )
)
_FIRST_DAYS = MappingProxyType(
    {
        **dict.fromkeys(_DISTINCT, date(2015, 1, 1)),
        "95": date(2017, 1, 1),
        "CQ": date(2020, 1, 1),
        "CO": date(2020, 1, 1),
        "93": date(2022, 1, 1),
        "FQ": date(2022, 1, 1),
        "FS": date(2022, 1, 1),
        "JZ": date(2023, 1, 1),
    }
)
"""Modifiers younger than claims that may still be worked on, with the first day they may be used."""


@TABLE.edit(
    "EDIT-MOD-001",
    E,
    "lines.N.procedure.modifiers",
    "Modifiers {one} and {other} contradict each other.",
    "Keep the one that the record supports.",
    f"{_MANUAL} chapter 12 (surgery, anesthesia), chapter 17, section 40 (JW, JZ), chapter 30, section 50 (GA, GX, GZ)",
)
def _modifiers_contradict(service: Service, _library: CodeLibrary) -> Collection[Hit]:
    given = frozenset(service.modifiers)
    found = sorted(sorted(pair) for pair in _NEVER_TOGETHER if pair <= given)
    return [hit(one=one, other=other) for one, other in found]


@TABLE.edit(
    "EDIT-MOD-002",
    W,
    "lines.N.procedure.modifiers",
    "Modifier 59 and {value} on one line say the same.",
    "Keep {value}, which says it more exactly, where the payer takes it.",
    "CMS change request 8863 (modifiers XE, XS, XP, XU)",
    since=date(2015, 1, 1),
)
def _distinct_is_said_twice(service: Service, _library: CodeLibrary) -> Collection[Hit]:
    exact = _DISTINCT.intersection(service.modifiers) if "59" in service.modifiers else ()
    return hit_if(exact, value=min(exact, default=""))


@TABLE.edit(
    "EDIT-MOD-003",
    W,
    "lines.N.procedure.modifiers",
    "Modifier 50 says both sides, {value} says one.",
    "Use 50 alone for both sides on one line, LT or RT for one.",
    f"{_NCCI} (anatomic modifiers)",
)
def _both_sides_and_one(service: Service, _library: CodeLibrary) -> Collection[Hit]:
    side = next((one for one in service.modifiers if one in ("LT", "RT")), "")
    return hit_if(side and "50" in service.modifiers, value=side)


@DATED_TABLE.edit(
    "EDIT-MOD-004",
    E,
    "lines.N.procedure.modifiers",
    "Modifier {value} may be used since {since}; the service was on {day}.",
    "Use the modifier of that time, or correct the day.",
    "CMS HCPCS level II file and CPT, first days of their modifiers",
)
def _modifier_is_younger(service: DatedService, _library: CodeLibrary) -> Collection[Hit]:
    day = service.start
    young = [(one, _FIRST_DAYS[one]) for one in service.modifiers if one in _FIRST_DAYS]
    return [hit(value=one, since=since, day=day) for one, since in young if day < since]


_COMPANY = frozenset(("76", "77", "JW", "LT", "RT"))


def _is_asked(case: Case) -> bool:
    """Whether a modifier speaks of other lines; 25 needs another, which nearly every claim has."""
    if not _COMPANY.isdisjoint(case.modifiers):
        return True
    return "25" in case.modifiers and any(len(lines) == 1 for lines in case.coded_days.values())


LINES_TABLE = Table(_is_asked)


def _others_of_the_day(case: Case, line: ClaimLine) -> Iterable[ClaimLine]:
    of_day = case.coded_days.get(line.period.start, []) if line.period is not None else []
    return (other for other in of_day if other is not line)


@LINES_TABLE.edit(
    "EDIT-MOD-005",
    W,
    "lines.N.procedure.modifiers",
    "Modifier {value} says that {code} was repeated, and the claim has it only once that day.",
    "Bill the first one too, on this claim; where it was on another claim, be ready to show both.",
    f"{_MANUAL} chapter 12, section 40.2 (modifiers 76 and 77)",
)
def _repeat_without_a_first(case: Case) -> Collection[Hit]:
    if case.modifiers.isdisjoint(("76", "77")):
        return ()
    hits = []
    for line in case.claim.lines:
        repeated = next((one for one in line.procedure.modifiers if one in ("76", "77")), "")
        code, day = line.procedure.code, line.period and line.period.start
        if not repeated or any(other.procedure.code == code for other in _others_of_the_day(case, line)):
            continue
        sent = (earlier for one in case.known.earlier_claims for earlier in one.lines)
        if not any(earlier.code == code and earlier.service_date == day for earlier in sent):
            hits.append(hit(line_field(line, "procedure.modifiers"), value=repeated, code=code))
    return hits


@LINES_TABLE.edit(
    "EDIT-MOD-006",
    I,
    "lines.N.procedure.modifiers",
    "Modifier 25 sets {code} apart from another service of that day, and the claim has none.",
    "Leave it out, unless the other service is on another claim.",
    f"{_MANUAL} chapter 12, section 40.1 (modifier 25)",
)
def _visit_is_set_apart_from_nothing(case: Case) -> Collection[Hit]:
    return [
        hit(line_field(line, "procedure.modifiers"), code=line.procedure.code)
        for lines in case.coded_days.values()
        for line in lines
        if len(lines) == 1 and "25" in line.procedure.modifiers and line.procedure.code in VISITS
    ]


@LINES_TABLE.edit(
    "EDIT-DRG-002",
    W,
    "lines.N.procedure.modifiers",
    "Modifier JW says that some of {code} was discarded, and no line says how much was given.",
    "Bill what was given on one line without a modifier, and what was discarded on another with JW.",
    f"{_MANUAL} chapter 17, section 40",
    since=date(2017, 1, 1),
)
def _waste_without_a_dose(case: Case) -> Collection[Hit]:
    if "JW" not in case.modifiers:
        return ()
    return [
        hit(line_field(line, "procedure.modifiers"), code=line.procedure.code)
        for line in case.claim.lines
        if "JW" in line.procedure.modifiers
        and not any(
            other.procedure.code == line.procedure.code and "JW" not in other.procedure.modifiers
            for other in _others_of_the_day(case, line)
        )
    ]


@LINES_TABLE.edit(
    "EDIT-LIN-024",
    W,
    "lines.N.procedure.modifiers",
    "Line {first} has the same code on the same side ({side}) that day.",
    "Correct the side, or say why it was done twice (76, 59) where the record supports it.",
    f"{_NCCI} (anatomic modifiers); CARC 18",
)
def _side_is_repeated(case: Case) -> Collection[Hit]:
    if case.modifiers.isdisjoint(("LT", "RT")):
        return ()
    seen: dict[object, int] = {}
    hits = []
    for line in case.claim.lines:
        modifiers = set(line.procedure.modifiers)
        sides = modifiers & {"LT", "RT"}
        if len(sides) != 1 or modifiers & {"59", "76", "77", *_DISTINCT}:
            continue
        (side,) = sides
        key = line.procedure.code, side, line.period, frozenset(modifiers)
        first = seen.setdefault(key, line.number)
        if first != line.number:
            hits.append(hit(line_field(line, "procedure.modifiers"), first=first, side=side))
    return hits
