"""Edits of the filing limit. Deadlines are counted in `codesets.deadlines`."""

from __future__ import annotations

from collections.abc import Collection

from claimwright.edits.registry import Case, E, Hit, Table, W, hit_if

NEAR_DAYS = 14
"""A claim this close to its last day is shown first."""


def _is_late_or_near(case: Case) -> bool:
    limit = case.deadline
    return limit is not None and (limit.due_date - case.today).days <= NEAR_DAYS


TABLE = Table(_is_late_or_near)


@TABLE.edit(
    "EDIT-FIL-001",
    E,
    "lines.N.period",
    "The last day to file was {due}: {because}.",
    "Look for proof of an earlier, timely claim; else decide on a write-off.",
    "payer profile: filing_limit_days; Medicare: 42 CFR 424.44",
)
def _filing_limit_has_passed(case: Case) -> Collection[Hit]:
    limit = case.deadline
    if limit is None or not limit.is_confirmed or case.claim.frequency != "1":
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
def _filing_limit_may_have_passed(case: Case) -> Collection[Hit]:
    limit = case.deadline
    if limit is None or limit.is_confirmed or case.claim.frequency != "1":
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
def _filing_limit_is_near(case: Case) -> Collection[Hit]:
    limit = case.deadline
    if limit is None:
        return ()
    days_left = (limit.due_date - case.today).days
    return hit_if(0 <= days_left <= NEAR_DAYS, _field(case), due=limit.due_date, because=limit.because)


@TABLE.edit(
    "EDIT-FIL-004",
    E,
    "lines.N.period",
    "The last day to correct the claim was {due}: {because}.",
    "Appeal instead where the time for it still runs, or look for proof of an earlier, timely correction.",
    "payer profile: corrected_limit_days; Medicare: 42 CFR 424.44",
)
def _correction_is_late(case: Case) -> Collection[Hit]:
    limit = case.deadline
    if limit is None or not limit.is_confirmed or case.claim.frequency == "1":
        return ()
    return hit_if(case.today > limit.due_date, _field(case), due=limit.due_date, because=limit.because)


@TABLE.edit(
    "EDIT-FIL-005",
    W,
    "lines.N.period",
    "The last day to correct the claim may have been {due}: {because}.",
    "Ask the payer, and enter its limit for corrected claims in the payer's profile.",
    "usual limits by kind of payer, unconfirmed",
)
def _correction_may_be_late(case: Case) -> Collection[Hit]:
    limit = case.deadline
    if limit is None or limit.is_confirmed or case.claim.frequency == "1":
        return ()
    return hit_if(case.today > limit.due_date, _field(case), due=limit.due_date, because=limit.because)


def _field(case: Case) -> str:
    """The line with the earliest day, whose limit runs out first."""
    line = min((line for line in case.claim.lines if line.period), key=lambda line: line.period.start)  # type: ignore[union-attr]
    return f"lines.{line.number}.period"
