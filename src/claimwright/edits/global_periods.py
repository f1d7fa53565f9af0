"""Edits of the days around an operation: what belongs to it, on this claim and beside earlier ones.

The fee schedule says how many days each procedure has: 000 its own day, 010 ten days after, 090 the day before and
ninety after. Payers other than Medicare follow it with differences, so these only warn. Days are counted from the
procedure; a visit of another provider belongs to nothing here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from types import MappingProxyType

from claimwright.codesets.mpfs import FeeSchedule
from claimwright.documents.claim import ClaimLine
from claimwright.edits.context import EarlierLine, provider_npi
from claimwright.edits.families import VISITS
from claimwright.edits.registry import Case, Hit, Table, W, hit, line_field

_SOURCE = "CMS Claims Processing Manual chapter 12, section 40; fee schedule, global days"
_DAYS = MappingProxyType({"010": 10, "090": 90})
_MINOR = frozenset(("000", "010"))
_PROCEDURE_DAYS = frozenset(("000", "010", "090"))
_UNRELATED = frozenset(("58", "78", "79"))
_OF_VISITS, _OF_PROCEDURES = frozenset(("24", "25", "57")), frozenset(("58", "78", "79"))


def _may_be_around_an_operation(case: Case) -> bool:
    """Whether earlier claims are known, or modifiers of visits and procedures stand where they are not expected."""
    schedule = case.tables.fee_schedule
    if schedule is None:
        return False
    procedures = schedule.procedures
    if not _OF_PROCEDURES.isdisjoint(case.modifiers):
        return True
    if any(line.code in procedures for earlier in case.known.earlier_claims for line in earlier.lines):
        return True
    if procedures.isdisjoint(case.codes):
        return False
    for line in case.claim.lines:
        is_bare = _OF_VISITS.isdisjoint(line.procedure.modifiers)
        if line.procedure.code in VISITS if is_bare else line.procedure.code in procedures:
            return True
    return False


TABLE = Table(_may_be_around_an_operation)


def _days(schedule: FeeSchedule, code: str) -> str:
    row = schedule.of(code)
    return row.global_days if row is not None else ""


def _lines(case: Case) -> Iterator[tuple[ClaimLine, date, str]]:
    """The coded lines with their day and their global days."""
    schedule = case.tables.fee_schedule
    for line in case.claim.lines:
        if schedule is not None and line.period is not None and line.procedure.qualifier == "HC":
            yield line, line.period.start, _days(schedule, line.procedure.code)


def _operation_before(case: Case, day: date) -> EarlierLine | None:
    """An earlier procedure of the same provider whose days have that day among them."""
    schedule = case.tables.fee_schedule
    npi = provider_npi(case.claim)
    for claim in case.known.earlier_claims if schedule is not None else ():
        for line in claim.lines if claim.provider_npi == npi else ():
            after = _DAYS.get(_days(schedule, line.code), 0) if schedule is not None else 0
            done = line.service_date
            if after and done is not None and "55" not in line.modifiers and done < day <= done + timedelta(days=after):
                return line
    return None


@TABLE.edit(
    "EDIT-GLO-001",
    W,
    "lines.N.procedure.modifiers",
    "{value} falls into the days after {procedure} of {day}, which pay for visits too.",
    "Add 24 where the visit was for something else (57 where it led to a major operation), or do not bill it.",
    f"{_SOURCE} (modifier 24)",
)
def _visit_belongs_to_an_operation(case: Case) -> Collection[Hit]:
    if not case.known.earlier_claims:
        return ()
    hits = []
    for line, day, _ in _lines(case):
        is_bare = not {"24", "57"} & set(line.procedure.modifiers)
        found = _operation_before(case, day) if line.procedure.code in VISITS and is_bare else None
        if found is not None:
            field = line_field(line, "procedure.modifiers")
            hits.append(hit(field, value=line.procedure.code, procedure=found.code, day=found.service_date))
    return hits


@TABLE.edit(
    "EDIT-GLO-002",
    W,
    "lines.N.procedure.modifiers",
    "{value} falls into the days after {procedure} of {day}.",
    "Add 58 (planned or more extensive), 78 (return to the operating room) or 79 (unrelated), as the record says.",
    f"{_SOURCE} (modifiers 58, 78, 79)",
)
def _procedure_belongs_to_an_operation(case: Case) -> Collection[Hit]:
    if not case.known.earlier_claims:
        return ()
    hits = []
    for line, day, days in _lines(case):
        is_bare = days in _PROCEDURE_DAYS and not _UNRELATED & set(line.procedure.modifiers)
        found = _operation_before(case, day) if is_bare and line.procedure.code not in VISITS else None
        if found is not None:
            field = line_field(line, "procedure.modifiers")
            hits.append(hit(field, value=line.procedure.code, procedure=found.code, day=found.service_date))
    return hits


@TABLE.edit(
    "EDIT-GLO-003",
    W,
    "lines.N.procedure.modifiers",
    "{value} is on the day of {procedure} (line {line}) and has no modifier {needed}.",
    "Add it where the record shows a visit beyond the procedure's own, or take the visit out.",
    f"{_SOURCE} (modifiers 25 and 57)",
)
def _visit_is_on_the_day_of_a_procedure(case: Case) -> Collection[Hit]:
    lines = list(_lines(case)) if len(case.claim.lines) > 1 else []
    hits = []
    for line, day, _ in lines:
        if line.procedure.code not in VISITS or {"24", "25", "57"} & set(line.procedure.modifiers):
            continue
        done = next((one for one in lines if _is_with(one, line, day)), None)
        if done is not None:
            values = {"procedure": done[0].procedure.code, "needed": "25" if done[2] in _MINOR else "57"}
            field = line_field(line, "procedure.modifiers")
            hits.append(hit(field, value=line.procedure.code, line=done[0].number, **values))
    return hits


def _is_with(procedure: tuple[ClaimLine, date, str], visit: ClaimLine, day: date) -> bool:
    line, done, days = procedure
    is_procedure = days in _PROCEDURE_DAYS and line.procedure.code not in VISITS
    return is_procedure and done == day and line.rendering == visit.rendering


@TABLE.edit(
    "EDIT-GLO-004",
    W,
    "lines.N.procedure.modifiers",
    "Modifier {modifier} belongs to visits, and {value} is a procedure ({days}).",
    "Put it on the visit; 59 or an X modifier sets procedures apart.",
    f"{_SOURCE} (modifiers 24, 25, 57)",
)
def _modifier_of_visits_is_on_a_procedure(case: Case) -> Collection[Hit]:
    hits = []
    for line, _, days in _lines(case):
        modifier = next((one for one in line.procedure.modifiers if one in _OF_VISITS), "")
        if modifier and days in _PROCEDURE_DAYS and line.procedure.code not in VISITS:
            field = line_field(line, "procedure.modifiers")
            hits.append(hit(field, modifier=modifier, value=line.procedure.code, days=days))
    return hits


@TABLE.edit(
    "EDIT-GLO-005",
    W,
    "lines.N.procedure.modifiers",
    "Modifier {modifier} belongs to procedures, and {value} is a visit.",
    "Use 24 for a visit that has nothing to do with the operation.",
    f"{_SOURCE} (modifiers 58, 78, 79)",
)
def _modifier_of_procedures_is_on_a_visit(case: Case) -> Collection[Hit]:
    hits = []
    for line, _, _ in _lines(case):
        modifier = next((one for one in line.procedure.modifiers if one in _OF_PROCEDURES), "")
        if modifier and line.procedure.code in VISITS:
            hits.append(hit(line_field(line, "procedure.modifiers"), modifier=modifier, value=line.procedure.code))
    return hits
