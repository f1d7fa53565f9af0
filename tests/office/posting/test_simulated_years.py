"""Years of a small practice in the office, against payers with books of their own; see `tests.simulation`.

One of another seed: CLAIMWRIGHT_SEEDS=17,18 pytest tests/office/posting/test_simulated_years.py
"""

from __future__ import annotations

import os

import pytest

from tests.simulation.in_office import play
from tests.simulation.years import year_of

SEEDS = [int(seed) for seed in os.environ.get("CLAIMWRIGHT_SEEDS", "1,2,3").split(",")]
CLAIMS = 14


@pytest.mark.parametrize("seed", SEEDS)
def test_a_year_in_the_office_ends_as_the_payers_own_books_say(lakeside, office_clock, seed) -> None:
    seen = play(year_of(seed, CLAIMS), lakeside, office_clock)
    assert seen["claims as their payers' last words say"] > 0
    assert seen["Deliver"] >= CLAIMS
