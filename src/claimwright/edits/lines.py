"""Edits of the services beside one another: their numbers, their repeats. `services` has those of each in itself."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection

from claimwright.documents.parties import Reference
from claimwright.edits.families import VISITS
from claimwright.edits.registry import Case, E, Hit, Table, W, hit, line_field

_GUIDE = "837P implementation guide 005010X222A1, loop 2400"
_CLIA = re.compile(r"\d{2}D\d{7}\Z")
_SAME_DAY_MODIFIERS = frozenset({"76", "77", "59", "91", "XE", "XS", "XP", "XU", "LT", "RT", "50"})


def _is_out_of_order(case: Case) -> bool:
    """Whether numbers, codes or visits come twice, or a line has not the number of its place."""
    lines = case.claim.lines
    if len(case.codes) < len(lines) or len(VISITS & case.codes) > 1:
        return True
    numbers: set[str] = set()
    for position, line in enumerate(lines, 1):
        if line.number != position or line.control_number in numbers:
            return True
        if line.control_number:
            numbers.add(line.control_number)
    return False


TABLE = Table(_is_out_of_order)
REFERENCE_TABLE = Table(lambda case: case.claim.references or any(line.references for line in case.claim.lines))


@TABLE.edit(
    "EDIT-LIN-016",
    E,
    "lines.N.number",
    "The lines are not numbered from 1 without a gap.",
    "Number the lines again.",
    f"{_GUIDE} LX01",
)
def _line_numbers_have_gaps(case: Case) -> Collection[Hit]:
    for position, line in enumerate(case.claim.lines, 1):
        if line.number != position:
            return (hit(line_field(line, "number")),)
    return ()


@TABLE.edit(
    "EDIT-LIN-017",
    E,
    "lines.N.control_number",
    "Two lines share the control number {value}.",
    "Give every line its own; the payer's answer is matched by it.",
    f"{_GUIDE} REF 6R",
)
def _line_control_number_is_repeated(case: Case) -> Collection[Hit]:
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
    "EDIT-LIN-022",
    W,
    "lines.N.procedure.code",
    "Line {first} has the same code, modifiers and day.",
    "Use units, or a modifier such as 76 or 59 where the record supports it; payers deny the second line.",
    "CARC 18; CMS Claims Processing Manual chapter 1, section 120",
)
def _line_repeats_another(case: Case) -> Collection[Hit]:
    seen: dict[object, int] = {}
    hits = []
    for line in case.claim.lines:
        key = (line.procedure.code, line.procedure.modifiers, line.period, line.rendering)
        first = seen.setdefault(key, line.number)
        if first != line.number and not _SAME_DAY_MODIFIERS & set(line.procedure.modifiers):
            hits.append(hit(line_field(line, "procedure.code"), first=first))
    return hits


@TABLE.edit(
    "EDIT-LIN-025",
    W,
    "lines.N.procedure.code",
    "{value} is the second visit of that day with the same provider (line {first}).",
    "Bill one visit that covers both; 25 says that the second was for another problem, where the record shows it.",
    "CMS Claims Processing Manual chapter 12, section 30.6.5",
)
def _visit_is_the_second_of_the_day(case: Case) -> Collection[Hit]:
    seen: dict[object, tuple[int, str]] = {}
    hits = []
    for line in case.claim.lines:
        code = line.procedure.code
        if code not in VISITS or {"25", "27", "76"} & set(line.procedure.modifiers):
            continue
        first, other = seen.setdefault((line.period, line.rendering), (line.number, code))
        if other != code:
            hits.append(hit(line_field(line, "procedure.code"), value=code, first=first))
    return hits


@REFERENCE_TABLE.edit(
    "EDIT-CLI-002",
    E,
    "references",
    "{value!r} has not the form of a CLIA number.",
    "Write two digits, the letter D and seven digits, as on the laboratory's certificate.",
    "42 CFR 493.2; 837P implementation guide 005010X222A1, REF X4",
)
def _clia_number_is_malformed(case: Case) -> Collection[Hit]:
    hits = [hit("references", value=one.value) for one in case.claim.references if _is_no_clia(one)]
    for line in case.claim.lines:
        if line.references:
            field = line_field(line, "references")
            hits += [hit(field, value=one.value) for one in line.references if _is_no_clia(one)]
    return hits


def _is_no_clia(reference: Reference) -> bool:
    return reference.qualifier == "X4" and not _CLIA.match(reference.value)
