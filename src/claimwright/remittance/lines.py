"""Row 12: which of our lines a payer's lines are about (billing rules B.5).

The ladder: the line control number (REF 6R); code, modifiers, day and charge as submitted; the same without modifiers
(payers drop them), when unique; a line that the payer split or unbundled. Whatever the rung, the payer's lines of each
of our lines must sum to its charge, or a person matches them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any, NamedTuple

from claimwright.documents.parties import Period
from claimwright.documents.remittance import RemittanceClaim, RemittanceLine
from claimwright.money import format_dollars
from claimwright.remittance.books import KnownLine


class LineMatch(NamedTuple):
    """For each payer's line, in order, the line of ours; `problem`: why there is none."""

    lines: tuple[KnownLine, ...]
    problem: str = ""


def match_lines(known: Sequence[KnownLine], claim: RemittanceClaim) -> LineMatch:
    """Our line for every line of the payer, or the reason why a person must look."""
    control_numbers = {line.control_number: line for line in known if line.control_number}
    found: list[KnownLine | None] = [control_numbers.get(line.control_number) for line in claim.lines]
    if None in found:
        for rung in _RUNGS:
            rung(known, claim.lines, found, claim.service_period)
    problem = _problem(known, claim.lines, found)
    if problem:
        return LineMatch((), problem)
    return LineMatch(tuple(line for line in found if line is not None))


def _pair_by(
    known: Sequence[KnownLine],
    lines: Sequence[RemittanceLine],
    found: list[KnownLine | None],
    period: Period | None,
    *,
    with_modifiers: bool,
) -> None:
    """Pair lines with the same code, day and charge; equal lines on both sides are paired in order."""
    taken = {line.key for line in found if line is not None}
    ours: dict[tuple[Any, ...], list[KnownLine]] = defaultdict(list)
    for line in known:
        if line.key not in taken:
            modifiers = tuple(sorted(line.modifiers)) if with_modifiers else ()
            ours[line.code, modifiers, line.charge_cents].append(line)
    theirs: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for index, answered in enumerate(lines):
        if found[index] is None:
            procedure = answered.submitted or answered.procedure
            modifiers = tuple(sorted(procedure.modifiers)) if with_modifiers else ()
            theirs[procedure.code, modifiers, answered.charge_cents].append(index)
    for key, indexes in theirs.items():
        are_equal = len(ours[key]) == len(indexes)
        for index in indexes:
            days = lines[index].period or period
            candidates = [line for line in ours[key] if _is_on(line.service_date, days)]
            if candidates and (len(candidates) == 1 or are_equal):
                found[index] = candidates[0]
                ours[key].remove(candidates[0])


def _split_or_unbundled(
    known: Sequence[KnownLine],
    lines: Sequence[RemittanceLine],
    found: list[KnownLine | None],
    period: Period | None,
) -> None:
    """Give payer's lines left over to the only line of ours with that submitted code and day."""
    for index, answered in enumerate(lines):
        if found[index] is None:
            code = (answered.submitted or answered.procedure).code
            days = answered.period or period
            candidates = [line for line in known if line.code == code and _is_on(line.service_date, days)]
            if len(candidates) == 1:
                found[index] = candidates[0]


_Rung = Callable[[Sequence[KnownLine], Sequence[RemittanceLine], "list[KnownLine | None]", "Period | None"], None]

_RUNGS: tuple[_Rung, ...] = (
    partial(_pair_by, with_modifiers=True),
    partial(_pair_by, with_modifiers=False),
    _split_or_unbundled,
)
"""The rungs below 6R: with modifiers, without them, split or unbundled."""


def _is_on(day: date | None, period: Period | None) -> bool:
    return day is None or period is None or period.start <= day <= period.end


def _problem(known: Sequence[KnownLine], lines: Sequence[RemittanceLine], found: Sequence[KnownLine | None]) -> str:
    """Why the match is not safe; `''` when every line of ours is answered by lines that sum to its charge."""
    charged: dict[int, int] = {}
    for answered, line in zip(lines, found, strict=True):
        if line is None:
            code = (answered.submitted or answered.procedure).code or answered.revenue_code
            return f"the payer's line {code} {format_dollars(answered.charge_cents)} is none of ours, or not only one"
        charged[line.key] = charged.get(line.key, 0) + answered.charge_cents
    for line in known:
        if charged.get(line.key, 0) != line.charge_cents:
            said = format_dollars(charged.get(line.key, 0))
            return (
                f"line {line.number} {line.code} was billed at {format_dollars(line.charge_cents)}, answered at {said}"
            )
    return ""
