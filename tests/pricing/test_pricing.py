from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.edits.clean import CLAIM

from claimwright.documents.claim import Claim, ClaimLine
from claimwright.documents.parties import Period, Procedure
from claimwright.errors import InputError
from claimwright.pricing import Comparison, Contract, Price, Tolerance, compare, in_force

TERMS = """
name = "Prairie Health 2026"
effective_date = "2026-01-01"
end_date = "2026-12-31"
lesser_of_charge = true

[tables_cents.schedule]
99213 = 9200
17110 = 10_435
17111 = 101_060
17106 = 92_290
70551 = 21000
"70551-26" = 7150

[tables_cents.medicare]
36415 = 895
J1100 = 13

[[rates]]
codes = ["99202-99215", "17*", "70551"]
table = "schedule"
[[rates]]
codes = ["J*"]
table = "medicare"
percent = 106
[[rates]]
codes = ["36415", "81000-81099"]
table = "medicare"
percent = "112.5"
[[rates]]
codes = ["9*"]
percent_of_charge = 62.5

[modifier_percents]
50 = 150

[multiple_procedures]
codes = ["17106-17111"]
percents = [100, 50, 25]
"""
CONTRACT = Contract.from_terms(tomllib.loads(TERMS))
SERVICE_DATE = date(2026, 2, 16)


def line(code: str, *modifiers: str, number: int = 1, charge_cents: int = 500_000, units: str = "1") -> ClaimLine:
    return ClaimLine(
        number, Procedure(code, modifiers), charge_cents, Decimal(units), "UN", Period.day(SERVICE_DATE), (1,)
    )


def claim(*lines: ClaimLine) -> Claim:
    return replace(CLAIM, lines=lines, charge_cents=sum(line.charge_cents for line in lines))


def expected(line: ClaimLine, *others: ClaimLine) -> int | None:
    return CONTRACT.expected_cents(line, claim(line, *others))


def test_a_fee_of_the_table_is_expected_as_it_stands() -> None:
    assert expected(line("99213")) == 9200


def test_units_multiply_the_fee() -> None:
    assert expected(line("99213", units="3")) == 27_600


def test_a_percentage_of_a_table_is_rounded_per_unit() -> None:
    assert expected(line("36415")) == 1007  # 8.95 at 112.5 % is 10.06875
    assert expected(line("J1100", units="10")) == 140  # 0.13 at 106 % is 0.1378, rounded to 0.14 before units


def test_a_percentage_of_the_charge_covers_the_whole_line() -> None:
    assert expected(line("90471", units="2", charge_cents=3_333)) == 2083


def test_never_more_than_the_charge_where_the_contract_says_so() -> None:
    low = line("99213", charge_cents=9_000)
    price = CONTRACT.price(low, claim(low))
    assert isinstance(price, Price)
    assert (price.cents, price.steps[-1]) == (9_000, "not more than the charge 90.00")
    generous = Contract.from_terms({**tomllib.loads(TERMS), "lesser_of_charge": False})
    assert generous.expected_cents(low, claim(low)) == 9_200


def test_a_fee_for_code_and_modifier_wins_over_the_codes_own() -> None:
    assert expected(line("70551", "26")) == 7_150
    assert expected(line("70551")) == 21_000


def test_a_modifier_that_the_terms_know_changes_the_fee() -> None:
    assert expected(line("99213", "50")) == 13_800


def test_a_modifier_that_changes_payment_and_is_not_in_the_terms_is_not_guessed() -> None:
    assert expected(line("70551", "TC")) is None
    assert expected(line("99213", "25")) == 9_200


def test_what_no_rate_names_is_not_priced() -> None:
    assert expected(line("00100")) is None


def test_a_code_that_its_table_lacks_does_not_fall_through_to_another_rate() -> None:
    assert expected(line("99214")) is None


def test_a_service_outside_the_contracts_days_is_not_priced() -> None:
    late = replace(line("99213"), period=Period.day(date(2027, 1, 1)))
    assert expected(late) is None
    assert expected(replace(late, period=Period.day(date(2026, 12, 31)))) == 9_200
    assert expected(replace(late, period=None)) is None


def test_several_procedures_of_a_day_are_paid_by_rank_of_fee() -> None:
    low, high, middle = line("17110", number=1), line("17111", number=2), line("17106", number=3)
    priced = {one.procedure.code: CONTRACT.expected_cents(one, claim(low, high, middle)) for one in (low, high, middle)}
    assert priced == {"17111": 101_060, "17106": 46_145, "17110": 2_609}


def test_every_unit_has_a_rank_of_its_own() -> None:
    one, two = line("17110", number=1, units="2"), line("17111", number=2)
    assert CONTRACT.expected_cents(one, claim(one, two)) == 5_218 + 2_609


def test_procedures_of_other_days_are_not_ranked_together() -> None:
    today, tomorrow = line("17110"), replace(line("17111", number=2), period=Period.day(date(2026, 2, 17)))
    assert CONTRACT.expected_cents(today, claim(today, tomorrow)) == 10_435


def test_a_rank_among_unpriced_procedures_is_not_guessed() -> None:
    priced, unpriced = line("17110"), line("17107", number=2)
    assert CONTRACT.expected_cents(priced, claim(priced, unpriced)) is None


def test_a_price_explains_itself() -> None:
    two = line("36415", units="2")
    price = CONTRACT.price(two, claim(two))
    assert isinstance(price, Price)
    assert price.steps == ("medicare has 8.95 for 36415", "112.5 % of it is 10.07", "2 units: 20.14")


def test_the_contract_of_the_day_is_the_one_that_took_effect_last() -> None:
    older = Contract.from_terms({"name": "older", "effective_date": "2025-01-01", "rates": []})
    assert in_force([older, CONTRACT], SERVICE_DATE) is CONTRACT
    assert in_force([older, CONTRACT], date(2025, 5, 1)) is older
    assert in_force([older, CONTRACT], date(2024, 12, 31)) is None


@given(st.integers(1, 99), st.lists(st.sampled_from(["17106", "17110", "17111"]), min_size=1, max_size=5))
def test_a_reduction_never_depends_on_the_order_of_the_lines(units: int, codes: list[str]) -> None:
    lines = [line(code, number=number, charge_cents=10**9) for number, code in enumerate(codes, 1)]
    lines[0] = replace(lines[0], quantity=Decimal(units))
    total = sum(CONTRACT.expected_cents(one, claim(*lines)) or 0 for one in lines)
    swapped = [replace(one, number=number) for number, one in enumerate(reversed(lines), 1)]
    assert total == sum(CONTRACT.expected_cents(one, claim(*swapped)) or 0 for one in swapped)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"discount": 5}, "unknown discount"),
        ({"rates": [{"table": "schedule", "percent_of_charge": 5}]}, "either a table, percent_of_charge or"),
        ({"rates": [{"table": "fees"}]}, "no table 'fees'"),
        ({"rates": [{"codes": ["99213-99202"], "table": "schedule"}]}, "ends before it begins"),
        ({"rates": [{"codes": ["9921"], "table": "schedule"}]}, "no code, range"),
        ({"rates": [{"percent_of_charge": "much"}]}, "not a percentage"),
        ({"rates": [{"percent_of_charge": -1}]}, "not a percentage"),
        ({"tables_cents": {"schedule": {"99213": 92.5}}}, "not whole cents"),
        ({"effective_date": "1 January"}, "not a day"),
        ({"lesser_of_charge": "yes"}, "not true or false"),
        ({"multiple_procedures": {"codes": ["17*"]}}, "needs percents"),
    ],
)
def test_terms_that_cannot_be_read_are_refused_by_name(change: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        Contract.from_terms({**tomllib.loads(TERMS), **change})


def test_a_range_of_numbers_holds_no_codes_with_letters() -> None:
    contract = Contract.from_terms({"rates": [{"codes": ["00010-00999"], "percent_of_charge": 50}]})
    odd = line("0050T", charge_cents=1000)
    assert contract.expected_cents(odd, claim(odd)) is None


@pytest.mark.parametrize(
    ("allowed", "expected_cents", "comparison", "cents"),
    [
        (9_200, 9_200, Comparison.AGREES, 0),
        (9_100, 9_200, Comparison.AGREES, -100),
        (9_099, 9_200, Comparison.UNDERPAID, -101),
        (9_301, 9_200, Comparison.OVERPAID, 101),
        (99_500, 100_000, Comparison.AGREES, -500),
        (99_499, 100_000, Comparison.UNDERPAID, -501),
        (9_200, None, Comparison.UNPRICED, 0),
    ],
)
def test_allowed_and_expected_agree_within_a_dollar_or_half_a_percent(
    allowed: int, expected_cents: int | None, comparison: Comparison, cents: int
) -> None:
    assert compare(allowed, expected_cents) == (comparison, cents)


def test_a_practice_may_want_it_to_the_cent() -> None:
    assert compare(9_199, 9_200, Tolerance(0, Decimal(0))) == (Comparison.UNDERPAID, -1)
