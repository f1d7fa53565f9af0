"""How an edit is declared: its table row and its check are one thing.

    @TABLE.edit("EDIT-CLM-001", E, "control_number", "The claim has no number.", "Give it one.", "CLM01")
    def _number_is_missing(case: Case) -> Iterable[Hit]:
        return hit_if(not case.claim.control_number)

A check says where it found something and which values fill the words; the row says the rest. The order of
declaration is the order of the findings. An edit may hold for services of some days only (`since`, `until`).

Some tables look at less than the claim. A check of a `ServiceTable` is given a `Service`: what a service says in
itself. Services repeat (the same code, place and units, day after day), so the scrubber remembers which had nothing
wrong and asks the checks about new ones only; a check cannot see anything else, so it cannot be remembered wrongly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property, partial
from typing import Any, NamedTuple

from claimwright.codesets.deadlines import Deadline
from claimwright.codesets.library import NOTHING_LOADED, CodeLibrary
from claimwright.documents.claim import Claim, ClaimLine, Drug
from claimwright.documents.parties import Address, Period, Provider
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
    library: CodeLibrary = NOTHING_LOADED

    @cached_property
    def services(self) -> tuple[Service, ...]:
        """What each line says in itself, in the order of the lines."""
        return tuple(Service.of(line, self) for line in self.claim.lines)

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


class Service(NamedTuple):
    """What a service says in itself, as far as edits look at it.

    `charge_sign` is -1, 0 or 1; `diagnosis_count` how many diagnoses its pointers can point to; `is_to_come` when its
    last day is after the day of the edit.
    """

    qualifier: str
    code: str
    modifiers: tuple[str, ...]
    unit: str
    quantity: Decimal
    period: Period | None
    is_to_come: bool
    place_of_service: str
    has_own_place: bool
    pointers: tuple[int, ...]
    diagnosis_count: int
    charge_sign: int
    drug: Drug | None

    @classmethod
    def of(cls, line: ClaimLine, case: Case) -> Service:
        """A line of a claim as its checks see it; its place is the claim's where it has none of its own."""
        procedure, period, charge = line.procedure, line.period, line.charge_cents
        return cls(
            procedure.qualifier,
            procedure.code,
            procedure.modifiers,
            line.unit,
            line.quantity,
            period,
            period is not None and period.end > case.today,
            line.place_of_service or case.claim.place_of_service,
            bool(line.place_of_service),
            line.pointers,
            len(case.claim.diagnoses),
            (charge > 0) - (charge < 0),
            line.drug,
        )


Check = Callable[[Case], Iterable[Hit]]
ServiceCheck = Callable[[Service, CodeLibrary], Iterable[Hit]]


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit: a row of the table with its check.

    `field` names the field of the claim it is about, `N` standing for a line number or a position from 1.
    `source` says where the rule comes from. `check` yields one `Hit` for each thing wrong. `since` and `until` are the
    first and the last day of service for which the rule holds.
    """

    code: str
    severity: Severity
    field: str
    what: str
    hint: str
    source: str
    check: Check
    since: date | None = None
    until: date | None = None

    def holds(self, case: Case) -> bool:
        """Whether the rule holds for the claim's first day of service; a claim without days is asked everything."""
        day = case.first_service_date
        return day is None or (self.since or day) <= day <= (self.until or day)

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
        self,
        code: str,
        severity: Severity,
        field: str,
        what: str,
        hint: str,
        source: str,
        *,
        since: date | None = None,
        until: date | None = None,
    ) -> Callable[[Check], Check]:
        """Declare the decorated check as an edit."""

        def declare(check: Check) -> Check:
            self.edits.append(Edit(code, severity, field, what, hint, source, check, since, until))
            return check

        return declare


class ServiceTable:
    """Edits of a service in itself. A hit without a field is in the edit's own field of that line."""

    def __init__(self) -> None:
        self.edits: list[Edit] = []
        self.checks: list[ServiceCheck] = []

    def edit(
        self,
        code: str,
        severity: Severity,
        field: str,
        what: str,
        hint: str,
        source: str,
        *,
        since: date | None = None,
        until: date | None = None,
    ) -> Callable[[ServiceCheck], ServiceCheck]:
        """Declare the decorated check of a service as an edit; `field` begins with `lines.N.`."""

        def declare(check: ServiceCheck) -> ServiceCheck:
            on_lines = partial(_check_services, check, field.removeprefix("lines.N."))
            self.edits.append(Edit(code, severity, field, what, hint, source, on_lines, since, until))
            self.checks.append(check)
            return check

        return declare

    def is_quiet(self, service: Service, library: CodeLibrary) -> bool:
        """Whether no check finds anything in a service."""
        return not any(True for check in self.checks for _ in check(service, library))


def _check_services(check: ServiceCheck, field: str, case: Case) -> Iterator[Hit]:
    for line, service in zip(case.claim.lines, case.services, strict=True):
        for found in check(service, case.library):
            yield Hit(line_field(line, found.field or field), found.values)


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
