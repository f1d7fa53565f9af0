"""How an edit is declared: its table row and its check are one thing.

    @TABLE.edit("EDIT-LIN-001", E, "lines.N.procedure.code", "{value!r} has not the form of a procedure code.",
                "Correct the code.", "45 CFR 162.1002")
    def _procedure_code_is_malformed(case: Case) -> Iterable[Hit]:
        return [hit(...) for line in case.claim.lines if ...]

A check says where it found something and which values fill the words; the row says the rest. The order of
declaration is the order of the findings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from claimwright.documents.claim import Claim, ClaimLine
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

    def findings(self, case: Case) -> Iterator[Finding]:
        """What this edit has to say about the case."""
        for place, values in self.check(case):
            where = Where(record=case.claim.control_number or None, field=place or self.field)
            yield Finding(self.code, self.severity, self.what.format_map(values), self.hint.format_map(values), where)


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


def line_field(line: ClaimLine, field: str) -> str:
    """The dotted name of a line's field: `lines.2.procedure.code` for the line that LX numbers 2."""
    return f"lines.{line.number}.{field}"
