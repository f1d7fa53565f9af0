"""Every edit over claims."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from claimwright.codesets.library import NOTHING_LOADED, CodeLibrary
from claimwright.documents.claim import Claim
from claimwright.edits import (
    balances,
    coding,
    coverage,
    diagnoses,
    duplicates,
    envelope,
    lines,
    ncci,
    parties,
    payer_rules,
    services,
    timeliness,
)
from claimwright.edits.context import ClaimContext
from claimwright.edits.profile import PayerProfile
from claimwright.edits.registry import Case, Edit, Service, ServiceTable, Table
from claimwright.edits.written import RuleBook, WrittenRule
from claimwright.findings import Finding

_TABLES: tuple[Table | ServiceTable, ...] = (
    envelope.TABLE,
    parties.TABLE,
    diagnoses.TABLE,
    coding.TABLE,
    services.TABLE,
    coding.SERVICE_TABLE,
    lines.TABLE,
    ncci.TABLE,
    timeliness.TABLE,
    payer_rules.TABLE,
    coverage.TABLE,
    balances.TABLE,
    duplicates.TABLE,
)
_SERVICES_REMEMBERED = 200_000

EDITS: tuple[Edit, ...] = tuple(edit for table in _TABLES for edit in table.edits)
"""Every edit, in the order of the findings."""

_SERVICE_TABLES = tuple(table for table in _TABLES if isinstance(table, ServiceTable))
_OF_SERVICES = frozenset(edit.code for table in _SERVICE_TABLES for edit in table.edits)
_OF_CLAIMS = tuple(edit for edit in EDITS if edit.code not in _OF_SERVICES)


class Scrubber:
    """The edits over many claims, with the code sets they are judged by. One thread at a time.

    `rules` are the practice's own, asked after the edits. It remembers services in which nothing was wrong, whose claim they were in it does not.
    """

    def __init__(self, library: CodeLibrary = NOTHING_LOADED, rules: Iterable[WrittenRule] = ()) -> None:
        self.library = library
        self.rules = RuleBook(rules)
        self._quiet: set[Service] = set()

    def edit(self, claim: Claim, profile: PayerProfile, known: ClaimContext, today: date) -> tuple[Finding, ...]:
        """What is wrong with a claim on its way to the payer of that profile, on that day; see `edit_claim`."""
        case = Case(claim, profile, known, today, self.library)
        edits = _OF_CLAIMS if all(self._is_quiet(service) for service in case.services) else EDITS
        found = tuple([edit.finding(case, hit) for edit in edits for hit in edit.check(case) if edit.holds(case)])
        return found + self.rules.findings(case) if self.rules else found

    def _is_quiet(self, service: Service) -> bool:
        if service in self._quiet:
            return True
        is_quiet = all(table.is_quiet(service, self.library) for table in _SERVICE_TABLES)
        if is_quiet:
            if len(self._quiet) >= _SERVICES_REMEMBERED:
                self._quiet.clear()
            self._quiet.add(service)
        return is_quiet


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
    the day of service ask nothing. For many claims make one `Scrubber`.
    """
    return Scrubber(library, rules).edit(claim, profile, known, today)
