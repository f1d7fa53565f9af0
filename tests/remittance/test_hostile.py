"""Remittances that no honest payer writes: endless adjustments, everything negative, amounts at their limits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from claimwright.documents.adjustments import Adjustment
from claimwright.remittance import Plan, plan_remittance
from claimwright.remittance.plan import MoveKind
from tests.remittance.trade import SCENARIOS, TODAY, read

MANY = 100_000


def plan_with(name: str, paid: int, *adjustments: Adjustment, charge: int = MANY) -> Plan:
    """The first remittance of a scenario, its only line answered with these adjustments."""
    scenario = read(SCENARIOS / f"{name}.txt")
    (known,) = scenario.books.claims
    line = replace(known.lines[0], charge_cents=charge, owed_cents={"P": charge}, expected_cents=None)
    scenario.books.claims = [replace(known, charge_cents=charge, lines=(line,))]
    remittance = scenario.steps[0].remittance
    answer = remittance.claims[0]
    answered = replace(answer.lines[0], charge_cents=charge, paid_cents=paid, adjustments=adjustments)
    claim = replace(answer, charge_cents=charge, paid_cents=paid, lines=(answered,))
    return plan_remittance(replace(remittance, claims=(claim,), payment_cents=paid), scenario.books, TODAY)


@pytest.mark.parametrize("reason", ["45", "50"])
def test_a_hundred_thousand_adjustments_of_an_unpaid_line_are_one_denial(reason) -> None:
    plan = plan_with("row_20_allowed_as_expected", 0, *[Adjustment("CO", reason, 1)] * MANY)
    assert plan.accepted
    assert plan.totals_cents == {MoveKind.LEFT_OPEN: MANY}
    (denial,) = plan.denials
    assert denial.cents == MANY == len(denial.amounts)


def test_a_hundred_thousand_reductions_of_a_paid_line_are_written_off() -> None:
    plan = plan_with("row_20_allowed_as_expected", 1, *[Adjustment("CO", "45", 1)] * (MANY - 1))
    assert plan.totals_cents == {MoveKind.PAYMENT: 1, MoveKind.CONTRACTUAL: MANY - 1}


def test_everything_negative_is_nobody_s_claim_and_every_cent_waits() -> None:
    plan = plan_with("row_20_allowed_as_expected", -80_00, Adjustment("CO", "45", -70_00), charge=-150_00)
    assert not plan.accepted, "a payment below zero is a person's"


def test_amounts_at_the_limit_of_the_standard_keep_their_cents() -> None:
    most = 10**18 - 1
    plan = plan_with("row_20_allowed_as_expected", most - 1, Adjustment("CO", "45", 1), charge=most)
    assert plan.cash_cents == most - 1
    assert plan.totals_cents[MoveKind.CONTRACTUAL] == 1
