"""A claim of one line of 150.00, and answers to it: for tests that say a rule by its cents."""

from __future__ import annotations

from dataclasses import replace

from claimwright.documents.adjustments import Adjustment
from claimwright.documents.parties import Procedure
from claimwright.documents.remittance import Remittance, RemittanceClaim, RemittanceLine
from claimwright.remittance import Plan, plan_remittance
from claimwright.remittance.memory import ClaimsInMemory
from claimwright.remittance.plan import Queue
from tests.remittance.trade import SCENARIOS, TODAY, read


def books(payers: str = "P", *aside: str) -> ClaimsInMemory:
    """A claim A1 of one line of 150.00, for these payers."""
    scenario = read(SCENARIOS / "row_20_allowed_as_expected.txt")
    (known,) = scenario.books.claims
    level = known.levels[0]
    levels = tuple(
        replace(level, level=name, payer_key=" PST".index(name), is_settled=name in aside) for name in payers
    )
    scenario.books.claims = [replace(known, levels=levels)]
    return scenario.books


def answer(paid: int, *given: Adjustment, status: str = "1", charge: int = 150_00, **more: object) -> RemittanceClaim:
    (claim,) = read(SCENARIOS / "row_20_allowed_as_expected.txt").steps[0].remittance.claims
    line = RemittanceLine(Procedure("99213"), charge, paid, given, control_number="A1-1")
    return replace(claim, status=status, charge_cents=charge, paid_cents=paid, lines=(line,), **more)


def remittance(*claims: RemittanceClaim, payer: str = "P", trace: str = "T1") -> Remittance:
    made = read(SCENARIOS / "row_20_allowed_as_expected.txt").steps[0].remittance
    paid = sum(claim.paid_cents for claim in claims)
    return replace(made, claims=claims, payment_cents=paid, payer_tax_id=payer, trace_number=trace)


def planned(claim: RemittanceClaim, on: ClaimsInMemory | None = None, payer: str = "P") -> Plan:
    plan = plan_remittance(remittance(claim, payer=payer), on or books(), TODAY)
    assert plan.accepted, plan.findings
    return plan


def reviews(plan: Plan) -> list[tuple[Queue, int, str]]:
    return [(review.queue, review.row, review.reason) for review in plan.reviews]
