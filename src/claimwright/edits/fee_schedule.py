"""Edits by the indicators of the Medicare physician fee schedule: is it paid, where, and which modifiers may it have.

They are asked of claims to Medicare, by the release of the day of service.
"""

from __future__ import annotations

from collections.abc import Collection

from claimwright.codesets.library import CodeLibrary
from claimwright.codesets.mpfs import RelativeValues
from claimwright.codesets.places import place
from claimwright.edits.families import CONSULTATIONS
from claimwright.edits.parts import DATED_SERVICES, DatedService
from claimwright.edits.registry import E, Hit, PartTable, W, hit_if

TABLE = PartTable(DATED_SERVICES, lambda service: service.is_medicare and service.qualifier == "HC")
_FILE = "CMS physician fee schedule relative value file"
_NOT_COVERED_MODIFIERS = frozenset(("GA", "GX", "GY", "GZ"))
_ASSISTANT_MODIFIERS = frozenset(("80", "81", "82", "AS"))
_HOSPITAL_PLACES = frozenset(("19", "21", "22", "23"))
_WITH_PROFESSIONAL_PART = frozenset(("1", "6", "8"))
_SURGICAL_DAYS = frozenset(("010", "090"))


def _row(service: DatedService, library: CodeLibrary) -> RelativeValues | None:
    """What the fee schedule says of a service to Medicare, in the row without modifiers."""
    schedule = library.fee_schedule(service.start)
    return None if schedule is None else schedule.of(service.code)


def _given(service: DatedService, modifiers: frozenset[str]) -> str:
    return next((one for one in service.modifiers if one in modifiers), "")


@TABLE.edit(
    "EDIT-MFS-001",
    E,
    "lines.N.procedure.code",
    "{value} is not valid for Medicare, which uses another code for the service.",
    "Look for Medicare's own code, often a G code.",
    f"{_FILE}, status I",
)
def _code_is_not_medicares(service: DatedService, library: CodeLibrary) -> Collection[Hit]:
    row = _row(service, library)
    return hit_if(row and row.status == "I" and service.code not in CONSULTATIONS, value=service.code)


@TABLE.edit(
    "EDIT-MFS-002",
    W,
    "lines.N.procedure.code",
    "Medicare does not cover {value} (status {status}).",
    "Bill the patient or the next payer; add GY where a denial is wanted, GA with a signed notice.",
    f"{_FILE}, status N and E; CMS Claims Processing Manual chapter 30, section 50",
)
def _service_is_not_covered(service: DatedService, library: CodeLibrary) -> Collection[Hit]:
    row = _row(service, library)
    is_excluded = row is not None and row.status in ("N", "E") and not _given(service, _NOT_COVERED_MODIFIERS)
    return hit_if(is_excluded, value=service.code, status=row and row.status)


@TABLE.edit(
    "EDIT-MFS-003",
    W,
    "lines.N.procedure.code",
    "Medicare pays {value} only as a part of other services (status {status}).",
    "Take the line out, or expect nothing for it; the patient may not be billed.",
    f"{_FILE}, status B and P",
)
def _service_is_bundled(service: DatedService, library: CodeLibrary) -> Collection[Hit]:
    row = _row(service, library)
    return hit_if(row and row.status in ("B", "P"), value=service.code, status=row and row.status)


@TABLE.edit(
    "EDIT-MFS-004",
    W,
    "lines.N.procedure.modifiers",
    "Modifier 50 adds nothing to {value}: the fee schedule does not know it on two sides (indicator {indicator}).",
    "Bill it once; use LT and RT where it was done on both.",
    f"{_FILE}, bilateral surgery indicators 0 and 9",
)
def _two_sides_are_not_known(service: DatedService, library: CodeLibrary) -> Collection[Hit]:
    row = _row(service, library) if "50" in service.modifiers else None
    is_wrong = row is not None and row.bilateral in ("0", "9")
    return hit_if(is_wrong, value=service.code, indicator=row and row.bilateral)


@TABLE.edit(
    "EDIT-MFS-005",
    W,
    "lines.N.procedure.modifiers",
    "{value} means both sides already; modifier 50 does not double it.",
    "Leave 50 out; 52 says that only one side was done.",
    f"{_FILE}, bilateral surgery indicator 2",
)
def _two_sides_are_in_the_code(service: DatedService, library: CodeLibrary) -> Collection[Hit]:
    row = _row(service, library) if "50" in service.modifiers else None
    return hit_if(row and row.bilateral == "2", value=service.code)


@TABLE.edit(
    "EDIT-MFS-006",
    E,
    "lines.N.procedure.modifiers",
    "Medicare never pays an assistant ({modifier}) at {value}.",
    "Take the assistant's line out; the law also forbids billing the patient for it.",
    f"{_FILE}, assistant at surgery indicator 1; Social Security Act 1848(i)(2)",
)
def _assistant_is_never_paid(service: DatedService, library: CodeLibrary) -> Collection[Hit]:
    row, modifier = _row(service, library), _given(service, _ASSISTANT_MODIFIERS)
    return hit_if(modifier and row and row.assistant == "1", modifier=modifier, value=service.code)


@TABLE.edit(
    "EDIT-MFS-007",
    W,
    "lines.N.procedure.modifiers",
    "Medicare pays an assistant ({modifier}) at {value} only with a record that shows the need.",
    "Have the operative report ready; the contractor asks for it.",
    f"{_FILE}, assistant at surgery indicator 0",
)
def _assistant_needs_a_record(service: DatedService, library: CodeLibrary) -> Collection[Hit]:
    row, modifier = _row(service, library), _given(service, _ASSISTANT_MODIFIERS)
    return hit_if(modifier and row and row.assistant == "0", modifier=modifier, value=service.code)


@TABLE.edit(
    "EDIT-MFS-008",
    E,
    "lines.N.procedure.modifiers",
    "Medicare does not know two surgeons (62) for {value} (indicator {indicator}).",
    "Bill one surgeon, and an assistant where one is allowed.",
    f"{_FILE}, co-surgeon indicators 0 and 9",
)
def _two_surgeons_are_not_known(service: DatedService, library: CodeLibrary) -> Collection[Hit]:
    row = _row(service, library) if "62" in service.modifiers else None
    is_wrong = row is not None and row.co_surgeon in ("0", "9")
    return hit_if(is_wrong, value=service.code, indicator=row and row.co_surgeon)


@TABLE.edit(
    "EDIT-MFS-009",
    W,
    "lines.N.procedure.modifiers",
    "Medicare pays two surgeons (62) for {value} only with a record that shows the need.",
    "Have both operative reports ready.",
    f"{_FILE}, co-surgeon indicator 1",
)
def _two_surgeons_need_a_record(service: DatedService, library: CodeLibrary) -> Collection[Hit]:
    row = _row(service, library) if "62" in service.modifiers else None
    return hit_if(row and row.co_surgeon == "1", value=service.code)


@TABLE.edit(
    "EDIT-MFS-010",
    E,
    "lines.N.procedure.modifiers",
    "Medicare does not know a team of surgeons (66) for {value} (indicator {indicator}).",
    "Bill each surgeon's own procedure.",
    f"{_FILE}, team surgery indicators 0 and 9",
)
def _team_is_not_known(service: DatedService, library: CodeLibrary) -> Collection[Hit]:
    row = _row(service, library) if "66" in service.modifiers else None
    return hit_if(row and row.team in ("0", "9"), value=service.code, indicator=row and row.team)


@TABLE.edit(
    "EDIT-MFS-011",
    E,
    "lines.N.procedure.modifiers",
    "{value} has no professional part of its own; modifier 26 cannot be used (indicator {indicator}).",
    "Leave 26 out.",
    f"{_FILE}, PC/TC indicators 0, 2 to 5, 7 and 9",
)
def _there_is_no_professional_part(service: DatedService, library: CodeLibrary) -> Collection[Hit]:
    row = _row(service, library) if "26" in service.modifiers else None
    is_wrong = row is not None and row.pctc not in _WITH_PROFESSIONAL_PART
    return hit_if(is_wrong, value=service.code, indicator=row and row.pctc)


@TABLE.edit(
    "EDIT-MFS-012",
    E,
    "lines.N.procedure.modifiers",
    "{value} has no technical part of its own; modifier TC cannot be used (indicator {indicator}).",
    "Leave TC out.",
    f"{_FILE}, PC/TC indicators other than 1",
)
def _there_is_no_technical_part(service: DatedService, library: CodeLibrary) -> Collection[Hit]:
    row = _row(service, library) if "TC" in service.modifiers else None
    return hit_if(row and row.pctc != "1", value=service.code, indicator=row and row.pctc)


@TABLE.edit(
    "EDIT-MFS-013",
    W,
    "lines.N.place_of_service",
    "The technical part of {value} belongs to the hospital when it is given there ({place}).",
    "Bill the professional part alone (26), or correct the place.",
    f"{_FILE}, PC/TC indicators 1 with TC, 3 and 5; 42 CFR 410.42 and 412.50",
)
def _technical_part_is_the_hospitals(service: DatedService, library: CodeLibrary) -> Collection[Hit]:
    row = _row(service, library) if service.place in _HOSPITAL_PLACES else None
    is_technical = row is not None and (row.pctc in ("3", "5") or (row.pctc == "1" and "TC" in service.modifiers))
    return hit_if(is_technical, value=service.code, place=service.place)


@TABLE.edit(
    "EDIT-MFS-014",
    W,
    "lines.N.place_of_service",
    "{value} is rarely or never done in place {place}; the fee schedule has no price for it there.",
    "Check the place.",
    f"{_FILE}, NA indicators",
)
def _service_is_not_done_there(service: DatedService, library: CodeLibrary) -> Collection[Hit]:
    row, where = _row(service, library), place(service.place)
    if row is None or where is None or row.status not in ("A", "R", "T"):
        return ()
    is_never = row.is_never_facility if where.is_facility else row.is_never_elsewhere
    return hit_if(is_never, value=service.code, place=service.place)


@TABLE.edit(
    "EDIT-MFS-015",
    W,
    "lines.N.procedure.modifiers",
    "Modifier {modifier} divides the care around an operation, and {value} has no such days ({days}).",
    "Use 54, 55 and 56 only with procedures of 10 or 90 days.",
    f"{_FILE}, global days; CMS Claims Processing Manual chapter 12, section 40.2",
)
def _there_is_nothing_to_divide(service: DatedService, library: CodeLibrary) -> Collection[Hit]:
    modifier = _given(service, frozenset(("54", "55", "56")))
    row = _row(service, library) if modifier else None
    is_wrong = row is not None and row.global_days not in (*_SURGICAL_DAYS, "YYY", "MMM")
    return hit_if(is_wrong, modifier=modifier, value=service.code, days=row and row.global_days)
