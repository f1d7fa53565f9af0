"""Conversion factors: the one of the day, from January 2022 on, and what CMS's own files say of them."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from claimwright.codesets.medicare_factors import anesthesia_factor, conversion_factors, schedule_factor


@pytest.mark.parametrize(
    ("day", "factor"),
    [
        (date(2022, 6, 1), "34.6062"),
        (date(2024, 3, 8), "32.7442"),
        (date(2024, 3, 9), "33.2875"),
        (date(2025, 12, 31), "32.3465"),
        (date(2026, 1, 1), "33.4009"),
    ],
)
def test_the_factor_is_the_one_of_the_day(day: date, factor: str) -> None:
    found = schedule_factor(day)
    assert found is not None
    assert found.factor == Decimal(factor)


def test_from_2026_on_an_advanced_payment_model_has_a_factor_of_its_own() -> None:
    day = date(2026, 7, 1)
    found = [schedule_factor(day, is_apm=True), anesthesia_factor(day, is_apm=False)]
    assert [one.factor for one in found if one] == [Decimal("33.5675"), Decimal("20.4976")]
    assert schedule_factor(date(2025, 7, 1), is_apm=True) == schedule_factor(date(2025, 7, 1))


@pytest.mark.parametrize("day", [date(2021, 12, 31), date(2027, 1, 1)])
def test_a_day_that_is_not_on_the_list_has_no_factor(day: date) -> None:
    assert schedule_factor(day) is None
    assert anesthesia_factor(day) is None


@pytest.mark.parametrize("kind", ["schedule", "anesthesia"])
@pytest.mark.parametrize("model", ["apm", "other"])
def test_every_day_of_the_list_has_one_factor(kind: str, model: str) -> None:
    rows = sorted(one for one in conversion_factors() if one.kind == kind and one.model in ("any", model))
    assert all(after.since == before.until + timedelta(1) for before, after in pairwise(rows))
    assert all(one.source for one in rows)


def test_cms_own_files_have_these_factors(publishers: Path) -> None:
    """RVU22A and RVU25D name the factor in every row; the caps of July 2024 hold the one after 9 March."""
    for name, day in (("rvu22a/PPRRVU22_JAN.csv", date(2022, 1, 1)), ("rvu25d/PPRRVU2025_Oct.csv", date(2025, 10, 1))):
        found = schedule_factor(day)
        assert found is not None
        with (publishers / name).open(encoding="cp1252") as file:
            rows = [row for row in csv.reader(file) if len(row) > 24 and row[3] == "A" and row[0] == "99213"]
        assert [Decimal(row[24]) for row in rows] == [found.factor]
    title = (publishers / "rvu25d" / "ANES2025.csv").read_text(encoding="cp1252").splitlines()[0]
    national = anesthesia_factor(date(2025, 10, 1))
    assert national is not None
    assert str(national.factor) in title
