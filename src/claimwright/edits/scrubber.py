"""Every edit over claims."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from claimwright.codesets.library import NOTHING_LOADED, CodeLibrary
from claimwright.documents.claim import Claim
from claimwright.edits import (
    anesthesia,
    balances,
    charges,
    coding,
    coverage,
    dating,
    diagnoses,
    duplicates,
    envelope,
    fee_schedule,
    global_periods,
    history,
    lines,
    medicare,
    modifiers,
    ncci,
    parties,
    payer_rules,
    places,
    providers,
    sequencing,
    services,
    timeliness,
)
from claimwright.edits.context import ClaimContext
from claimwright.edits.profile import PayerProfile
from claimwright.edits.registry import Case, Edit, Key, Kind, PartTable, Table
from claimwright.edits.written import RuleBook, WrittenRule
from claimwright.findings import Finding

_TABLES: tuple[Table | PartTable[Any], ...] = (
    envelope.TABLE,
    envelope.HEADING_TABLE,
    dating.TABLE,
    providers.TABLE,
    parties.TABLE,
    parties.HEADING_TABLE,
    parties.ADDRESS_TABLE,
    diagnoses.TABLE,
    diagnoses.PART_TABLE,
    coding.TABLE,
    coding.PART_TABLE,
    sequencing.TABLE,
    sequencing.PART_TABLE,
    services.TABLE,
    services.POINTER_TABLE,
    coding.SERVICE_TABLE,
    lines.TABLE,
    lines.REFERENCE_TABLE,
    modifiers.TABLE,
    modifiers.LINES_TABLE,
    anesthesia.TABLE,
    places.TABLE,
    places.HEADING_TABLE,
    medicare.TABLE,
    medicare.LINES_TABLE,
    fee_schedule.TABLE,
    global_periods.TABLE,
    ncci.PAIR_TABLE,
    ncci.UNIT_TABLE,
    ncci.ADD_ON_TABLE,
    timeliness.TABLE,
    payer_rules.TABLE,
    coverage.TABLE,
    coverage.HEADING_TABLE,
    coverage.MEDICARE_TABLE,
    balances.TABLE,
    duplicates.TABLE,
    history.TABLE,
    charges.TABLE,
)
_PARTS_REMEMBERED = 200_000

EDITS: tuple[Edit, ...] = tuple(edit for table in _TABLES for edit in table.edits)
"""Every edit, in the order of the findings."""

_OF_CLAIMS = tuple(table for table in _TABLES if isinstance(table, Table))
_OF_PARTS = tuple(table for table in _TABLES if isinstance(table, PartTable))
_KINDS = {table.kind: tuple(one for one in _OF_PARTS if one.kind is table.kind) for table in _OF_PARTS}


class Scrubber:
    """The edits over many claims, with the code sets they are judged by. One thread at a time, and one run.

    `rules` are the practice's own, asked after the edits. It remembers parts of claims in which nothing was wrong;
    whose claim they were in it does not.
    """

    def __init__(self, library: CodeLibrary = NOTHING_LOADED, rules: Iterable[WrittenRule] = ()) -> None:
        self.library = library
        self.rules = RuleBook(rules)
        self._quiet: dict[Kind[Any], set[Key]] = {kind: set() for kind in _KINDS}

    def edit(self, claim: Claim, profile: PayerProfile, known: ClaimContext, today: date) -> tuple[Finding, ...]:
        """What is wrong with a claim on its way to the payer of that profile, on that day; see `edit_claim`."""
        case = Case(claim, profile, known, today, self.library)
        found: list[Finding] = []
        for table in self._tables(case):
            if table.guard is None or table.guard(case):
                for edit in table.edits:
                    found += [edit.finding(case, hit) for hit in edit.check(case) if edit.holds(case)]
        if self.rules:
            found.extend(self.rules.findings(case))
        return tuple(found)

    def _tables(self, case: Case) -> Iterable[Table | PartTable[Any]]:
        """The tables in which something may be found: those of claims, and those of kinds with a part not yet quiet."""
        loud = {kind for kind, quiet in self._quiet.items() if not self._is_quiet(kind, quiet, case)}
        if not loud:
            return _OF_CLAIMS
        return [table for table in _TABLES if isinstance(table, Table) or table.kind in loud]

    def _is_quiet(self, kind: Kind[Any], quiet: set[Key], case: Case) -> bool:
        keys = kind.keys(case)
        if quiet.issuperset(keys):
            return True
        if len(quiet) >= _PARTS_REMEMBERED:
            quiet.clear()
        for key in keys:
            if key not in quiet and all(table.is_quiet(key, self.library) for table in _KINDS[kind]):
                quiet.add(key)
        return quiet.issuperset(keys)


def edit_claim(
    claim: Claim,
    profile: PayerProfile,
    known: ClaimContext,
    today: date,
    library: CodeLibrary = NOTHING_LOADED,
    rules: Iterable[WrittenRule] = (),
) -> tuple[Finding, ...]:
    """What is wrong with a claim on its way to the payer of that profile, on that day.

    Findings carry the claim's control number in `where.record` and a dotted field in `where.field`. Never raises for
    what a claim says: a record that could be built can be edited. Edits that need a code set which is not loaded for
    the day of service find nothing.
    """
    return Scrubber(library, rules).edit(claim, profile, known, today)
