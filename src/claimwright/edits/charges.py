"""Edits of the charge beside what the contract allows."""

from __future__ import annotations

from collections.abc import Collection

from claimwright.edits.registry import Case, Hit, Table, W, hit, line_field
from claimwright.money import format_dollars

TABLE = Table(lambda case: case.known.expected_cents)


@TABLE.edit(
    "EDIT-PRI-001",
    W,
    "lines.N.charge_cents",
    "The charge of {charge} is below the {expected} that the contract allows; payers pay the lower of the two.",
    "Check the practice's fee for {value}; raise it above every contract's allowed amount.",
    "lesser-of clauses of contracts; Medicare: Social Security Act 1833(a)(1), 42 CFR 405.501",
)
def _charge_is_below_the_allowed(case: Case) -> Collection[Hit]:
    expected = dict(case.known.expected_cents)
    return [
        hit(
            line_field(line, "charge_cents"),
            charge=format_dollars(line.charge_cents),
            expected=format_dollars(expected[line.number]),
            value=line.procedure.code,
        )
        for line in case.claim.lines
        if 0 < line.charge_cents < expected.get(line.number, 0)
    ]
