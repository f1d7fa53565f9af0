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
    services.DATED_TABLE,
    services.POINTER_TABLE,
    coding.SERVICE_TABLE,
    lines.TABLE,
    lines.REFERENCE_TABLE,
    modifiers.TABLE,
    modifiers.DATED_TABLE,
    modifiers.LINES_TABLE,
    anesthesia.TABLE,
    places.DATED_TABLE,
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
_NONE: frozenset[str] = frozenset()

EDITS: tuple[Edit, ...] = tuple(edit for table in _TABLES for edit in table.edits)
"""Every edit, in the order of the findings."""

_OF_CLAIMS = tuple(table for table in _TABLES if isinstance(table, Table))
_OF_PARTS = tuple(table for table in _TABLES if isinstance(table, PartTable))
_KINDS = {table.kind: tuple(one for one in _OF_PARTS if one.kind is table.kind) for table in _OF_PARTS}


class Scrubber:
    """The edits over many claims, with the code sets they are judged by. One thread at a time, and one run.

    `rules` are the practice's own, asked after the edits. It remembers which edits have something to say of which part;
    whose claim the part was in it does not.
    """

    def __init__(self, library: CodeLibrary = NOTHING_LOADED, rules: Iterable[WrittenRule] = ()) -> None:
        self.library = library
        self.rules = RuleBook(rules)
        self._memories = tuple(_Memory(kind, library) for kind in _KINDS)

    def edit(self, claim: Claim, profile: PayerProfile, known: ClaimContext, today: date) -> tuple[Finding, ...]:
        """What is wrong with a claim on its way to the payer of that profile, on that day; see `edit_claim`."""
        case = Case(claim, profile, known, today, self.library)
        firing = self._firing(case)
        found: list[Finding] = []
        for table in _TABLES if firing else _OF_CLAIMS:
            if isinstance(table, PartTable):
                edits = [edit for edit in table.edits if edit.code in firing]
            else:
                edits = table.edits if table.guard is None or table.guard(case) else []
            for edit in edits:
                hits = edit.check(case)
                if hits and edit.holds(case):
                    found += [edit.finding(case, hit) for hit in hits]
        if self.rules:
            found.extend(self.rules.findings(case))
        return tuple(found)

    def _firing(self, case: Case) -> frozenset[str]:
        """The codes of the edits that have something to say of a part of this claim."""
        firing: frozenset[str] = frozenset()
        for memory in self._memories:
            keys = memory.kind.keys(case)
            if not memory.quiet.issuperset(keys):
                firing = firing.union(*map(memory.codes, keys))
        return firing


class _Memory:
    """Which edits fire for each part of a kind that was seen; `quiet` has the parts for which none does."""

    def __init__(self, kind: Kind[Any], library: CodeLibrary) -> None:
        self.kind = kind
        self.quiet: set[Key] = set()
        self._loud: dict[Key, frozenset[str]] = {}
        self._library = library

    def codes(self, key: Key) -> frozenset[str]:
        """The codes of the edits that find something in the part of that key."""
        if key in self.quiet:
            return _NONE
        if key not in self._loud:
            if len(self.quiet) + len(self._loud) >= _PARTS_REMEMBERED:
                self.quiet.clear()
                self._loud.clear()
            codes = frozenset(code for table in _KINDS[self.kind] for code in table.firing(key, self._library))
            if not codes:
                self.quiet.add(key)
                return _NONE
            self._loud[key] = codes
        return self._loud[key]


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
