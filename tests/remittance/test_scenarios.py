"""Every row of the posting table, as readable text: what is known, what the payer wrote, what is to come of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from claimwright.remittance.table import ROWS
from tests.remittance.trade import SCENARIOS, play, read

FILES = sorted(SCENARIOS.glob("row_*.txt"))


def row_of(path: Path) -> int:
    return int(path.stem.split("_")[1])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_scenario_comes_out_as_written(path) -> None:
    scenario = read(path)
    assert scenario.title, "a scenario says what it shows"
    for step, _, told in play(scenario):
        assert told == step.expected


def test_every_row_of_a_planner_decides_in_a_scenario_named_after_it() -> None:
    shown = {row for path in FILES for row in [row_of(path)] if f"[{row}]" in path.read_text("utf-8")}
    assert shown == set(ROWS) - {37, 38}, "37 is proved in test_proof, 38 is kept by the ledger"


def test_accepted_plans_of_every_scenario_balance_to_the_cent() -> None:
    for path in FILES:
        for step, plan, _ in play(read(path)):
            if plan.accepted and not step.again:
                assert plan.cash_cents == step.remittance.payment_cents
