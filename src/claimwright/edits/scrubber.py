"""Every edit over one claim."""

from __future__ import annotations

from datetime import date

from claimwright.documents.claim import Claim
from claimwright.edits import (
    balances,
    coverage,
    diagnoses,
    duplicates,
    envelope,
    lines,
    parties,
    payer_rules,
    timeliness,
)
from claimwright.edits.context import ClaimContext
from claimwright.edits.profile import PayerProfile
from claimwright.edits.registry import Case, Edit
from claimwright.findings import Finding

_GROUPS = (envelope, parties, diagnoses, lines, timeliness, payer_rules, coverage, balances, duplicates)

EDITS: tuple[Edit, ...] = tuple(edit for group in _GROUPS for edit in group.TABLE.edits)
"""Every edit, in the order of the findings."""


def edit_claim(claim: Claim, profile: PayerProfile, known: ClaimContext, today: date) -> tuple[Finding, ...]:
    """What is wrong with a claim on its way to the payer of that profile, on that day.

    Findings carry the claim's control number in `where.record` and a dotted field in `where.field`. Never raises for
    what a claim says: a record that could be built can be edited.
    """
    case = Case(claim, profile, known, today)
    return tuple(edit.finding(case, found) for edit in EDITS for found in edit.check(case))
