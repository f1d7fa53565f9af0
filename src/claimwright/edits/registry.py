"""How an edit is declared: its table row and its check are one thing.

    @TABLE.edit("EDIT-LIN-001", E, "lines.N.procedure.code", "{value!r} has not the form of a procedure code.",
                "Correct the code.", "45 CFR 162.1002")
    def _procedure_code_is_malformed(case: Case) -> Iterable[Hit]:
        return [hit(...) for line in case.claim.lines if ...]

A check says where it found something and which values fill the words; the row says the rest. The order of
declaration is the order of the findings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from claimwright.codesets.deadlines import Deadline
from claimwright.documents.claim import Claim, ClaimLine
from claimwright.documents.parties import Address, Provider
from claimwright.edits.context import ClaimContext
from claimwright.edits.profile import PayerProfile
from claimwright.findings import Finding, Severity, Where

E, W, I = Severity.ERROR, Severity.WARNING, Severity.INFO  # noqa: E741


@dataclass(frozen=True)
class Case:
    """What every edit looks at: the claim, its payer, what is known beside it, and the day."""

    claim: Claim
    profile: PayerProfile
    known: ClaimContext
    today: date

    @cached_property
    def first_service_date(self) -> date | None:
        """The first day of service; None when no line has a date."""
        return min((line.period.start for line in self.claim.lines if line.period), default=None)

    @cached_property
    def last_service_date(self) -> date | None:
        """The last day of service; None when no line has a date."""
        return max((line.period.end for line in self.claim.lines if line.period), default=None)

    @cached_property
    def deadline(self) -> Deadline | None:
        """The last day to file; None when no rule is known, or the claim corrects one that was on time."""
        first = self.first_service_date
        if first is None or self.claim.frequency != "1":
            return None
        decided = self._earlier_decision_date
        if decided is None:
            return self.profile.terms.filing_due(first)
        return self.profile.terms.secondary_due(first, decided)

    @property
    def _earlier_decision_date(self) -> date | None:
        """The day of the last decision of the payers before this one."""
        dates = [other.adjudication_date for other in self.claim.other_payers]
        dates += [found.adjudication_date for line in self.claim.lines for found in line.adjudications]
        return max((day for day in dates if day is not None), default=None)

    @cached_property
    def providers(self) -> tuple[tuple[str, Provider], ...]:
        """Every provider but the billing one and the facility, with the field that names it."""
        claim = self.claim
        of_claim = (
            ("rendering", claim.rendering),
            ("referring", claim.referring),
            ("supervising", claim.supervising),
        )
        of_lines = ((line_field(line, "rendering"), line.rendering) for line in claim.lines)
        return tuple((field, provider) for field, provider in (*of_claim, *of_lines) if provider is not None)

    @cached_property
    def domestic_addresses(self) -> tuple[tuple[str, Address], ...]:
        """Every address in the United States that the claim gives, with its field."""
        claim = self.claim
        named = (
            ("billing", claim.billing),
            ("pay_to", claim.pay_to),
            ("facility", claim.facility),
            ("subscriber.person", claim.subscriber.person),
            ("patient", claim.patient),
        )
        return tuple(
            (f"{field}.address", party.address)
            for field, party in named
            if party is not None and party.address is not None and is_domestic(party.address)
        )


class Hit(NamedTuple):
    """A place where an edit found what it looks for, and the values for its words."""

    field: str
    values: dict[str, Any]


Check = Callable[[Case], Iterable[Hit]]


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit: a row of the table with its check.

    `field` names the field of the claim it is about, `N` standing for a line number or a position from 1.
    `source` says where the rule comes from. `check` yields one `Hit` for each thing wrong.
    """

    code: str
    severity: Severity
    field: str
    what: str
    hint: str
    source: str
    check: Check

    def finding(self, case: Case, found: Hit) -> Finding:
        """What this edit has to say about something that it found in the case."""
        where = Where(record=case.claim.control_number or None, field=found.field or self.field)
        is_softened = self.severity is E and self.code in case.profile.warn_only
        message, hint = self.what.format_map(found.values), self.hint.format_map(found.values)
        return Finding(self.code, W if is_softened else self.severity, message, hint, where)


class Table:
    """The edits of one group, in the order of their declaration."""

    def __init__(self) -> None:
        self.edits: list[Edit] = []

    def edit(
        self, code: str, severity: Severity, field: str, what: str, hint: str, source: str
    ) -> Callable[[Check], Check]:
        """Declare the decorated check as an edit."""

        def declare(check: Check) -> Check:
            self.edits.append(Edit(code, severity, field, what, hint, source, check))
            return check

        return declare


def hit(field: str = "", **values: Any) -> Hit:
    """Something found in that field (the edit's own field when empty)."""
    return Hit(field, values)


def hit_if(is_wrong: object, field: str = "", **values: Any) -> tuple[Hit, ...]:
    """One hit when something is wrong, none otherwise."""
    return (Hit(field, values),) if is_wrong else ()


def is_domestic(address: Address) -> bool:
    """Whether it is an address in the United States."""
    return address.country in ("", "US", "USA")


def line_field(line: ClaimLine, field: str) -> str:
    """The dotted name of a line's field: `lines.2.procedure.code` for the line that LX numbers 2."""
    return f"lines.{line.number}.{field}"
