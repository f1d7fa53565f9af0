"""Edits of the coverage, by what the payer last answered (271)."""

from __future__ import annotations

from collections.abc import Iterable

from claimwright.edits.context import CoverageState
from claimwright.edits.registry import Case, E, Hit, Table, W, hit, hit_if

TABLE = Table()


def _is(case: Case, state: CoverageState) -> bool:
    return case.known.coverage is not None and case.known.coverage.state is state


@TABLE.edit(
    "EDIT-COV-001",
    E,
    "subscriber",
    "The payer says that the coverage is not active.",
    "Look for the coverage that was active on the day of service.",
    "271 answer of the payer (denied as CARC 26 or 27)",
)
def _coverage_is_inactive(case: Case) -> Iterable[Hit]:
    return hit_if(_is(case, CoverageState.INACTIVE))


@TABLE.edit(
    "EDIT-COV-002",
    E,
    "subscriber.person",
    "The payer cannot find this member.",
    "Compare member ID, name and birth date with the card, correct them, and ask again.",
    "271 answer of the payer (denied as CARC 31)",
)
def _member_was_not_found(case: Case) -> Iterable[Hit]:
    return hit_if(_is(case, CoverageState.REJECTED))


@TABLE.edit(
    "EDIT-COV-003",
    W,
    "subscriber",
    "The coverage was not checked with the payer.",
    "Ask the payer (270) before sending.",
    "practice policy: coverage is checked before the claim is built",
)
def _coverage_is_unverified(case: Case) -> Iterable[Hit]:
    return hit_if(_is(case, CoverageState.UNVERIFIED))


@TABLE.edit(
    "EDIT-COV-004",
    E,
    "lines",
    "A service was given on {day}, when this coverage was not in force.",
    "Bill the coverage of that day; split the claim when it crosses the boundary.",
    "271 answer of the payer (denied as CARC 26, 27 or 239)",
)
def _service_is_outside_coverage(case: Case) -> Iterable[Hit]:
    coverage, first, last = case.known.coverage, case.first_service_date, case.last_service_date
    if coverage is None or first is None or last is None:
        return ()
    if coverage.effective_date is not None and first < coverage.effective_date:
        return (hit(day=first),)
    return hit_if(coverage.end_date is not None and last > coverage.end_date, day=last)


@TABLE.edit(
    "EDIT-COV-005",
    W,
    "subscriber.person.id",
    "The payer answered with another member ID than the claim has.",
    "Take over the payer's.",
    "271 answer of the payer (denied as CARC 31 or 140)",
)
def _member_id_differs_from_answer(case: Case) -> Iterable[Hit]:
    coverage, given = case.known.coverage, case.claim.subscriber.member_id
    return hit_if(coverage and coverage.member_id and given and coverage.member_id != given)
