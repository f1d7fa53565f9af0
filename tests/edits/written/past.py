"""Claims of the past with their answers, for tests: an example in short form and what the payer said to each line."""

from __future__ import annotations

from dataclasses import replace

from tests.edits.written.rules import rule

from claimwright.edits.written import LineAnswer, PastClaim, read_example

PAYER = rule(payers=["PRA01"])
PAID = LineAnswer(paid_cents=10_000)


def denied(*reasons: str, cents: int = 12_500) -> LineAnswer:
    return LineAnswer(denied_cents=cents, reasons=reasons)


def past(number: int, text: str, *answers: LineAnswer) -> PastClaim:
    """A claim to PRA01 with the answers to its lines in order; without answers it is undecided."""
    case = read_example(text, PAYER)
    named = replace(case.claim, control_number=f"CW-{number}")
    return PastClaim(replace(case, claim=named), dict(enumerate(answers, 1)), number)
