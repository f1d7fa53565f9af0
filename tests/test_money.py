"""Money: cents in, cents out, and nothing that is not plainly an amount."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimwright.money import CENTS_MAX, format_dollars, parse_cents, x12_amount


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("125", 12500),
        ("125.5", 12550),
        ("125.50", 12550),
        ("125.500", 12550),
        ("125.", 12500),
        (".07", 7),
        ("-.07", -7),
        ("-0.50", -50),
        ("-40.00", -4000),
        ("0", 0),
        ("-0", 0),
        ("000000000000000001", 100),
        ("9999999999999.99", CENTS_MAX - 1),
    ],
)
def test_an_amount_is_read_to_the_cent(text, cents):
    assert parse_cents(text) == cents


@pytest.mark.parametrize(
    "text", ["", ".", "-", "+1", "1,000", "$1", "1e3", " 1", "1 ", "1\n", "1.005", "--1", "\u0661", "10000000000000"]
)
def test_anything_else_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        parse_cents(text)


@given(st.integers(-CENTS_MAX + 1, CENTS_MAX - 1))
def test_what_is_written_for_x12_reads_back(cents):
    assert parse_cents(x12_amount(cents)) == cents


@given(st.integers(-CENTS_MAX + 1, CENTS_MAX - 1))
def test_what_people_read_has_the_same_digits(cents):
    assert parse_cents(format_dollars(cents).replace(",", "")) == cents
