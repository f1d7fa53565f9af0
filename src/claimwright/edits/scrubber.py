"""Every edit over claims."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from claimwright.codesets.library import NOTHING_LOADED, CodeLibrary
from claimwright.documents.claim import Claim
from claimwright.edits import (
    addresses,
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
from claimwright.edits.registry import Case, Edit, Hit, Key, Kind, PartTable, Shelf, Table
from claimwright.edits.written import RuleBook, WrittenRule
from claimwright.findings import Finding

TABLES: tuple[Table | PartTable[Any], ...] = (
    envelope.TABLE,
    envelope.HEADING_TABLE,
    dating.TABLE,
    providers.TABLE,
    parties.TABLE,
    parties.HEADING_TABLE,
    addresses.TABLE,
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
    ncci.TABLE,
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
"""Every table of edits, in the order of the findings."""

_PARTS_REMEMBERED = 200_000

EDITS: tuple[Edit, ...] = tuple(edit for table in TABLES for edit, _ in table.rows)
"""Every edit, in the order of the findings."""

_ORDER = {edit.code: place for place, edit in enumerate(EDITS)}
_OF_CLAIMS = tuple((table.guard, table.rows) for table in TABLES if isinstance(table, Table))
_OF_PARTS = tuple(table for table in TABLES if isinstance(table, PartTable))
_KINDS = {table.kind: tuple(one for one in _OF_PARTS if one.kind is table.kind) for table in _OF_PARTS}


class Scrubber:
    """The edits over many claims, with the code sets they are judged by. One thread at a time, and one run.

    `rules` are the practice's own, asked after the edits. It remembers what its edits said of which part;
    whose claim the part was in it does not.
    """

    def __init__(self, library: CodeLibrary = NOTHING_LOADED, rules: Iterable[WrittenRule] = ()) -> None:
        self._shelf = Shelf(library)
        self.rules = RuleBook(rules)
        self._memories = tuple(_Memory(kind, library) for kind in _KINDS)

    def edit(self, claim: Claim, profile: PayerProfile, known: ClaimContext, today: date) -> tuple[Finding, ...]:
        """What is wrong with a claim on its way to the payer of that profile, on that day; see `edit_claim`."""
        case = Case(claim, profile, known, today, self._shelf)
        hits = self._of_parts(case)
        for guard, rows in _OF_CLAIMS:
            if guard(case):
                hits += [(edit, hit) for edit, check in rows for hit in check(case)]
        if hits:
            hits.sort(key=_place)
        found = [edit.finding(case, hit) for edit, hit in hits if edit.holds(case)]
        if self.rules:
            found.extend(self.rules.findings(case))
        return tuple(found)

    def _of_parts(self, case: Case) -> list[tuple[Edit, Hit]]:
        """What is wrong with the parts of the claim, each by itself."""
        hits: list[tuple[Edit, Hit]] = []
        for memory in self._memories:
            keys = memory.kind.keys(case)
            if not memory.quiet.issuperset(keys):
                for field, key in zip(memory.kind.fields(case), keys, strict=True):
                    hits += [(edit, Hit(field + hit.field, hit.values)) for edit, hit in memory.hits(key)]
        return hits


def _place(found: tuple[Edit, Hit]) -> int:
    return _ORDER[found[0].code]


class _Memory:
    """What the edits say of each part of a kind that was seen; `quiet` has the parts of which they say nothing."""

    def __init__(self, kind: Kind[Any], library: CodeLibrary) -> None:
        self.kind = kind
        self.quiet: set[Key] = set()
        self._loud: dict[Key, list[tuple[Edit, Hit]]] = {}
        self._library = library

    def hits(self, key: Key) -> list[tuple[Edit, Hit]]:
        """What is wrong with the part of that key."""
        if key in self.quiet:
            return []
        found = self._loud.get(key)
        if found is None:
            if len(self.quiet) + len(self._loud) >= _PARTS_REMEMBERED:
                self.quiet.clear()
                self._loud.clear()
            found = [one for table in _KINDS[self.kind] for one in table.hits(key, self._library)]
            if found:
                self._loud[key] = found
            else:
                self.quiet.add(key)
        return found


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
