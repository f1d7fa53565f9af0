"""A few of the simulated years, and that they hold what they are for. `make simulate` plays as many as asked."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from claimwright.remittance import planner
from tests.simulation.in_memory import play
from tests.simulation.years import year_of

SEEDS = range(1, 13)


@cache
def held(seed: int) -> Counter[str]:
    return play(year_of(seed))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_year_ends_as_the_payers_own_books_say(seed) -> None:
    assert held(seed)["claims as their payers' last words say"] > 0


@pytest.mark.parametrize("seed", [379, 415])
def test_what_one_remittance_opens_and_settles_leaves_older_items_of_that_reference_alone(seed) -> None:
    """Seeds that found it: a takeback announced and taken at once, while an older one of the same claim is open."""
    assert held(seed)["PLB WO+"] > 0


def test_the_same_seed_gives_the_same_year() -> None:
    assert year_of(7).events == year_of(7).events
    assert year_of(7).events != year_of(8).events


def test_the_years_hold_what_payers_do() -> None:
    """Reversals, takebacks announced and taken, balances carried forward, interest, refunds netted, files again."""
    seen = sum((held(seed) for seed in SEEDS), Counter())
    wanted = {"status 22", "PLB WO-", "PLB WO+", "PLB FB-", "PLB FB+", "PLB L6-", "PLB 72-", "zero pay"}
    wanted |= {
        "duplicate refused",
        "posted again",
        "row 10",
        "row 15",
        "row 25",
        "row 27",
        "row 30",
        "row 32",
        "row 36",
    }
    assert wanted <= set(seen)


@pytest.mark.parametrize("plant", ["lost reversals", "doubled posting"])
def test_a_planted_mistake_is_found_out(plant, monkeypatch) -> None:
    """The reversals of a payer are dropped; a remittance that came before is posted again."""
    if plant == "lost reversals":
        monkeypatch.setattr("claimwright.remittance.claims.reverse", lambda draft, standing: None)
    else:
        judge = planner.judge_file
        monkeypatch.setattr(planner, "judge_file", lambda sent, books, today: judge(sent, _Forgetful(books), today))
    with pytest.raises(AssertionError, match=r"python -m tests\.simulation --first 1 --years 1"):
        play(year_of(1))


class _Forgetful:
    """Books that never remember a remittance."""

    def __init__(self, books) -> None:
        self._books = books

    def __getattr__(self, name: str):
        return getattr(self._books, name)

    def earlier_remittance(self, _) -> None:
        return None
