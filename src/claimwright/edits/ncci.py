"""Edits of the National Correct Coding Initiative: pairs, units, add-on codes (NCCI policy manual; CMS's tables).

They are asked of claims to Medicare and Medicaid, and to payers whose profile says that they follow NCCI. Professional
claims are judged by the practitioners' tables, institutional ones by the outpatient hospitals'.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import NamedTuple

from claimwright.codesets.ncci import ANATOMIC_MODIFIERS, AddOns, UnitLimit, is_bypassed
from claimwright.codesets.releases.pairs import Pair
from claimwright.documents.claim import ClaimLine
from claimwright.edits.registry import Case, E, Hit, Table, W, hit

_MANUAL = "CMS National Correct Coding Initiative policy manual, chapter I"
_LINE, _DAY, _CLINICAL = "1", "2", "3"


class _PairHit(NamedTuple):
    """An edit in force between two lines of a day: the line of column 1, the line of column 2."""

    edit: Pair
    column1: ClaimLine
    column2: ClaimLine
    day: date


def _lines(case: Case) -> Mapping[date, list[ClaimLine]]:
    """The coded lines of each day, where NCCI is asked at all."""
    return case.coded_days if case.profile.follows_ncci else {}


def _may_find(case: Case) -> bool:
    """Whether any day has a pair, an add-on code or more units than the limit; most claims have none of them."""
    for day, lines in _lines(case).items():
        tables = case.tables_of(day)
        pair_edits = tables.pair_edits if len(lines) > 1 else None
        if pair_edits is not None and pair_edits.has_any([line.procedure.code for line in lines]):
            return True
        if tables.add_ons is not None and not tables.add_ons.rows.keys().isdisjoint(case.codes):
            return True
        if tables.unit_limits is not None and _is_over_any(tables.unit_limits.limits, lines):
            return True
    return False


def _is_over_any(limits: Mapping[str, UnitLimit], lines: list[ClaimLine]) -> bool:
    """Whether the lines of a day have more units of a code than its limit, of whichever kind that is."""
    units: dict[str, Decimal] = {}
    for line in lines:
        code, total = line.procedure.code, line.quantity
        if code in units:
            total += units[code]
        units[code] = total
        limit = limits.get(code)
        if limit is not None and total > limit.units:
            return True
    return False


TABLE = Table(_may_find)


def _pairs(case: Case) -> Iterator[_PairHit]:
    for day, lines in _lines(case).items():
        edits = case.tables_of(day).pair_edits if len(lines) > 1 else None
        if edits is None:
            continue
        for one, other in combinations(lines, 2):
            found = edits.between(one.procedure.code, other.procedure.code, day)
            if found is not None and one.rendering == other.rendering:
                is_first = found.column1 == one.procedure.code
                yield _PairHit(found, *((one, other) if is_first else (other, one)), day)


def _hit(found: _PairHit) -> Hit:
    return hit(
        f"lines.{found.column2.number}.procedure.code",
        value=found.edit.column2,
        other=found.edit.column1,
        line=found.column1.number,
        day=found.day,
        rationale=found.edit.rationale,
    )


@TABLE.edit(
    "EDIT-NCCI-001",
    E,
    "lines.N.procedure.code",
    "{value} is part of {other} (line {line}) and is never paid beside it: {rationale}.",
    "Take the line out; no modifier lets this pair through.",
    f"{_MANUAL}; pair edit, modifier indicator 0",
)
def _pair_is_never_paid(case: Case) -> Collection[Hit]:
    return [_hit(found) for found in _pairs(case) if found.edit.indicator == "0"]


@TABLE.edit(
    "EDIT-NCCI-002",
    E,
    "lines.N.procedure.modifiers",
    "{value} is part of {other} (line {line}) unless a modifier says that they were distinct: {rationale}.",
    "Where the record shows another session, site or injury, add the modifier that says so; else take the line out.",
    f"{_MANUAL}; pair edit, modifier indicator 1; CMS change request 11168",
)
def _pair_needs_a_modifier(case: Case) -> Collection[Hit]:
    return [
        _hit(found)._replace(field=f"lines.{found.column2.number}.procedure.modifiers")
        for found in _pairs(case)
        if found.edit.indicator == "1" and not _is_let_through(found) and not _same_site(found)
    ]


@TABLE.edit(
    "EDIT-NCCI-003",
    W,
    "lines.N.procedure.modifiers",
    "{value} and {other} (line {line}) name the same part of the body, which does not make them distinct.",
    "Name the part each was done on, or take the line out.",
    f"{_MANUAL} (anatomic modifiers)",
)
def _pair_is_on_one_site(case: Case) -> Collection[Hit]:
    return [
        _hit(found)._replace(field=f"lines.{found.column2.number}.procedure.modifiers")
        for found in _pairs(case)
        if found.edit.indicator == "1" and not _is_let_through(found) and _same_site(found)
    ]


def _is_let_through(found: _PairHit) -> bool:
    one, two = found.column1.procedure.modifiers, found.column2.procedure.modifiers
    return is_bypassed(found.edit, one, two, found.day)


def _same_site(found: _PairHit) -> bool:
    one, two = found.column1.procedure.modifiers, found.column2.procedure.modifiers
    return bool(set(one) & set(two) & ANATOMIC_MODIFIERS)


def _limited(case: Case, indicator: str) -> Iterator[tuple[UnitLimit, list[ClaimLine]]]:
    """Each code of a day with such a limit, and its lines by the same provider."""
    for day, lines in _lines(case).items():
        limits = case.tables_of(day).unit_limits
        if limits is None:
            continue
        by_code: dict[str, list[ClaimLine]] = defaultdict(list)
        for line in lines:
            by_code[line.procedure.code].append(line)
        for code, same in by_code.items():
            limit = limits.limits.get(code)
            if limit is not None and limit.indicator == indicator:
                yield limit, same


def _over(limit: UnitLimit, lines: list[ClaimLine]) -> Collection[Hit]:
    units = sum((line.quantity for line in lines), Decimal(0))
    if units <= limit.units:
        return ()
    last = lines[-1]
    named = {"value": last.procedure.code, "units": units, "limit": limit.units, "rationale": limit.rationale}
    return (hit(f"lines.{last.number}.quantity", **named),)


@TABLE.edit(
    "EDIT-MUE-001",
    E,
    "lines.N.quantity",
    "{units} units of {value} on one line; more than {limit} are unlikely: {rationale}.",
    "Correct the units; where the record supports more, split the line with the modifier that says why.",
    "CMS medically unlikely edits, adjudication indicator 1",
)
def _units_of_a_line_are_unlikely(case: Case) -> Collection[Hit]:
    return [found for limit, lines in _limited(case, _LINE) for line in lines for found in _over(limit, [line])]


@TABLE.edit(
    "EDIT-MUE-002",
    E,
    "lines.N.quantity",
    "{units} units of {value} on one day; more than {limit} are never paid: {rationale}.",
    "Correct the units; this limit cannot be appealed.",
    "CMS medically unlikely edits, adjudication indicator 2",
)
def _units_of_a_day_are_impossible(case: Case) -> Collection[Hit]:
    return [found for limit, lines in _limited(case, _DAY) for found in _over(limit, lines)]


@TABLE.edit(
    "EDIT-MUE-003",
    W,
    "lines.N.quantity",
    "{units} units of {value} on one day; more than {limit} are denied at first: {rationale}.",
    "Check the units; where the record supports them, send it and be ready to appeal with the record.",
    "CMS medically unlikely edits, adjudication indicator 3",
)
def _units_of_a_day_are_unlikely(case: Case) -> Collection[Hit]:
    return [found for limit, lines in _limited(case, _CLINICAL) for found in _over(limit, lines)]


def _without_primary(case: Case, *, is_open: bool) -> Iterator[Hit]:
    """Add-on codes whose primary is not on the claim that day; `is_open`: the contractor may know more primaries."""
    for day, lines in _lines(case).items():
        add_ons = case.tables_of(day).add_ons
        if add_ons is not None:
            yield from _lonely(add_ons, day, lines, is_open=is_open)


def _lonely(add_ons: AddOns, day: date, lines: list[ClaimLine], *, is_open: bool) -> Iterator[Hit]:
    codes = {line.procedure.code for line in lines}
    for line in lines:
        found = add_ons.of(line.procedure.code, day)
        if found is None or (found.edit_type != "1") is not is_open or codes & found.primaries:
            continue
        primaries = ", ".join(sorted(found.primaries)[:6]) or "those of the Medicare contractor"
        yield hit(f"lines.{line.number}.procedure.code", value=line.procedure.code, primaries=primaries)


@TABLE.edit(
    "EDIT-AOC-001",
    E,
    "lines.N.procedure.code",
    "{value} is an add-on code and its primary is not on the claim that day: {primaries}.",
    "Add the primary procedure, or take the add-on out.",
    "CMS add-on code edits, type 1",
)
def _add_on_has_no_primary(case: Case) -> Collection[Hit]:
    return list(_without_primary(case, is_open=False))


@TABLE.edit(
    "EDIT-AOC-002",
    W,
    "lines.N.procedure.code",
    "{value} is an add-on code; none of its known primaries is on the claim that day: {primaries}.",
    "Add the primary procedure, or check that the payer's contractor takes the one that is there.",
    "CMS add-on code edits, types 2 and 3",
)
def _add_on_may_have_no_primary(case: Case) -> Collection[Hit]:
    return list(_without_primary(case, is_open=True))
