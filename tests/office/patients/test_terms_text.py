"""Terms as text and back, and tables of fees from files: exact to the cent, or refused with the row."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimwright.errors import InputError
from claimwright.office.patients.terms_text import read_fee_file, read_terms_text, write_terms_text
from claimwright.pricing import Contract

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\x7f", exclude_categories=("Cs", "Cc")), min_size=1)
VALUES = st.one_of(
    st.integers(0, 10**9), st.booleans(), NAMES, st.lists(st.integers(0, 9)), st.floats(0, 999, width=32)
)
TABLES = st.dictionaries(NAMES, VALUES, max_size=4)
TERMS = st.dictionaries(
    NAMES,
    st.one_of(VALUES, TABLES, st.dictionaries(NAMES, TABLES, max_size=3), st.lists(TABLES, min_size=1, max_size=3)),
)


@given(TERMS)
def test_what_is_written_is_read_as_it_was(terms):
    assert read_terms_text(write_terms_text(terms)) == terms


def test_days_become_text_that_can_be_stored():
    assert read_terms_text("effective_date = 2026-01-01") == {"effective_date": "2026-01-01"}


def test_json_is_read_too():
    assert read_terms_text('{"lesser_of_charge": true}') == {"lesser_of_charge": True}


def test_a_text_that_is_neither_says_where_it_breaks():
    with pytest.raises(InputError, match="line 2"):
        read_terms_text("name = 'a'\n[[rates]\n")


def test_fees_are_taken_in_dollars_or_in_cents():
    in_dollars = read_fee_file("a.csv", b'Code,Modifier,Amount\n99213,,92.00\n70551,26,$71.5\nJ0100,,"1,234.56"\n')
    assert in_dollars.cents == {"99213": 9200, "70551-26": 7150, "J0100": 123456}
    assert read_fee_file("a.csv", b"code,cents\n99213,9200\n\n").cents == {"99213": 9200}


def test_fees_as_terms_price_a_contract():
    text = read_fee_file("a.csv", b"code,modifier,cents\n99213,,9200\n70551,26,7150\n").text("schedule")
    terms = read_terms_text(text + '\n[[rates]]\ntable = "schedule"\n')
    assert terms["tables_cents"]["schedule"] == {"99213": 9200, "70551-26": 7150}
    Contract.from_terms(terms)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "needs the columns"),
        (b"code,fee\n99213,92\n", "'fee'"),
        (b"code,amount,cents\n99213,92,9200\n", "needs the columns"),
        (b"code,amount\n9921,92\n", "9921 is no code"),
        (b"code,modifier,amount\n99213,2,92\n", "2 is no modifier"),
        (b"code,cents\n99213,92.5\n", "no whole number of cents"),
        (b"code,amount\n99213,ninety\n", "ninety"),
        (b"code,amount\n99213,-1\n", "below zero"),
        (b"code,amount\n99213,92\n99213,93\n", "twice"),
        (b"code,amount\n", "no fees"),
    ],
)
def test_a_file_with_a_wrong_row_is_refused_whole(data, said):
    with pytest.raises(InputError, match=said) as refused:
        read_fee_file("a.csv", data)
    assert refused.value.findings


def test_a_finding_names_the_line_of_the_file():
    with pytest.raises(InputError) as refused:
        read_fee_file("a.csv", b"code,amount\n99213,92\n99214,x\n")
    assert refused.value.findings[0].where.field == "line 3"
