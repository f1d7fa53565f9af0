"""Edits of the filing limit. Deadlines are counted in `codesets.deadlines`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from claimwright.codesets.deadlines import Deadline
from claimwright.documents.claim import Claim
from claimwright.edits.registry import Case, E, Hit, Table, W, hit_if

TABLE = Table()
NEAR_DAYS = 14
"""A claim this close to its last day is shown first."""


def _deadline(case: Case) -> Deadline | None:
    """The last day for this claim; None when no rule is known, or the claim corrects one that was on time."""
    first = case.first_service_date
    if first is None or case.claim.frequency != "1":
        return None
    decided = _earlier_decision_date(case.claim)
    if decided is None:
        return case.profile.terms.filing_due(first)
    return case.profile.terms.secondary_due(first, decided)


def _earlier_decision_date(claim: Claim) -> date | None:
    """The day of the last decision of the payers before this one."""
    dates = [other.adjudication_date for other in claim.other_payers]
    dates += [found.adjudication_date for line in claim.lines for found in line.adjudications]
    return max((day for day in dates if day is not None), default=None)


@TABLE.edit(
    "EDIT-FIL-001",
    E,
    "lines.N.period",
    "The last day to file was {due}: {because}.",
    "Look for proof of an earlier, timely claim; else decide on a write-off.",
    "payer profile: filing_limit_days; Medicare: 42 CFR 424.44",
)
def _filing_limit_has_passed(case: Case) -> Iterable[Hit]:
    limit = _deadline(case)
    if limit is None or not limit.is_confirmed:
        return ()
    return hit_if(case.today > limit.due_date, _field(case), due=limit.due_date, because=limit.because)


@TABLE.edit(
    "EDIT-FIL-002",
    W,
    "lines.N.period",
    "The last day to file may have been {due}: {because}.",
    "Ask the payer, and enter its limit in the payer's profile.",
    "usual limits by kind of payer, unconfirmed",
)
def _filing_limit_may_have_passed(case: Case) -> Iterable[Hit]:
    limit = _deadline(case)
    if limit is None or limit.is_confirmed:
        return ()
    return hit_if(case.today > limit.due_date, _field(case), due=limit.due_date, because=limit.because)


@TABLE.edit(
    "EDIT-FIL-003",
    W,
    "lines.N.period",
    "The last day to file is {due}: {because}.",
    "Send this claim first.",
    "payer profile: filing_limit_days; Medicare: 42 CFR 424.44",
)
def _filing_limit_is_near(case: Case) -> Iterable[Hit]:
    limit = _deadline(case)
    if limit is None:
        return ()
    days_left = (limit.due_date - case.today).days
    return hit_if(0 <= days_left <= NEAR_DAYS, _field(case), due=limit.due_date, because=limit.because)


def _field(case: Case) -> str:
    """The line with the earliest day, whose limit runs out first."""
    line = min((line for line in case.claim.lines if line.period), key=lambda line: line.period.start)  # type: ignore[union-attr]
    return f"lines.{line.number}.period"
