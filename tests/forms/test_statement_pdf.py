from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO
from itertools import combinations
from typing import Any

import pdfplumber
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.forms.statements import EVERY, LONG, ODD, ONE_LONG_VISIT, SELF_PAY, SHORT, aged

from claimwright.errors import InputError
from claimwright.forms import Recipient, Statement, statement_pdf
from claimwright.forms.typography import SIZE_MIN, printable, wrap
from claimwright.money import format_dollars, parse_cents

AMOUNT = re.compile(r"-?[\d,]+\.\d\d\Z")
COLUMN_RIGHTS = (320, 381, 442, 503, 564)
MARGIN = 48


def pages_of(statement: Statement) -> list[Any]:
    return list(pdfplumber.open(BytesIO(statement_pdf(statement))).pages)


def text_of(statement: Statement) -> str:
    return "\n".join(page.extract_text() for page in pages_of(statement))


def rows_of(page: Any) -> list[tuple[int, ...]]:
    """The five amounts of every row of the table, in cents."""
    rows: dict[float, dict[int, int]] = {}
    for word in page.extract_words():
        column = next((n for n, right in enumerate(COLUMN_RIGHTS) if abs(word["x1"] - right) < 0.5), None)
        if column is not None and AMOUNT.match(word["text"]):
            rows.setdefault(round(word["bottom"]), {})[column] = parse_cents(word["text"].replace(",", ""))
    return [tuple(row[n] for n in range(5)) for row in rows.values() if len(row) == 5]


@pytest.mark.parametrize("statement", EVERY.values(), ids=EVERY)
def test_no_text_leaves_the_page_or_covers_other_text(statement: Statement) -> None:
    for page in pages_of(statement):
        words = page.extract_words(x_tolerance=1.5, keep_blank_chars=True)
        for word in words:
            assert word["x0"] >= MARGIN - 0.5, word["text"]
            assert word["x1"] <= page.width - MARGIN + 0.5, word["text"]
            assert 36 <= word["top"] <= word["bottom"] <= page.height - 20, word["text"]
        for one, other in combinations(words, 2):
            across = min(one["x1"], other["x1"]) - max(one["x0"], other["x0"])
            down = min(one["bottom"], other["bottom"]) - max(one["top"], other["top"])
            assert across < 0.5 or down < 1.5, (one["text"], other["text"])


@pytest.mark.parametrize("statement", EVERY.values(), ids=EVERY)
def test_the_amounts_on_the_pages_add_up(statement: Statement) -> None:
    rows = [row for page in pages_of(statement) for row in rows_of(page)]
    *lines, total = rows
    assert len(lines) == len(statement.lines)
    assert tuple(map(sum, zip(*lines, strict=True))) == total
    for charge, insurance, adjusted, patient, owed in rows:
        assert charge + insurance + adjusted + patient == owed
    assert total[-1] - statement.credit_cents == statement.amount_due_cents


@pytest.mark.parametrize("statement", EVERY.values(), ids=EVERY)
def test_the_amount_due_stands_large_on_top_and_again_on_the_slip(statement: Statement) -> None:
    first = pages_of(statement)[0]
    due = f"${format_dollars(statement.amount_due_cents)}"
    places = [word["top"] for word in first.extract_words() if word["text"] == due]
    assert len(places) == 2
    assert places[0] < first.height / 4 < first.height * 3 / 4 < places[1]


def test_an_ordinary_statement_fits_one_page_and_says_what_it_must() -> None:
    text = text_of(SHORT)
    assert "Page 1 of 1" in text
    for words in (
        *("Springfield Family Practice", "(217) 555-0142", "Monday to Friday, 8 to 4", "S-2026-000123", "A-10017"),
        *("March 20, 2026", "Please pay by April 10, 2026", "Jane Doe", "480 Oak Avenue, Apt 2B", "P.O. Box 4410"),
        *("February 16, 2026", "with Ana Rivera, MD", "claim CW-1001", "Office visit, established patient"),
        *("You owe this as: coinsurance 20 % of 120.00", "You owe this as: yearly deductible", "31-60 days"),
        *("https://pay.example.org/springfield", "financial", "itemized", "en español", "Amount enclosed"),
    ):
        assert words in text, words


def test_a_visit_that_goes_on_says_so_and_its_heading_is_never_left_alone() -> None:
    pages = [page.extract_text().splitlines() for page in pages_of(LONG)]
    assert len(pages) == 3
    for lines in pages:
        headings = [position for position, line in enumerate(lines) if re.match(r"\w+ \d+, 2026 Jane Doe", line)]
        assert all(AMOUNT.match(lines[position + 1].split()[-1]) for position in headings)
    assert any("(continued)" in line for line in pages[1])
    assert all(any(line.startswith("Date and service") for line in lines) for lines in pages)


def test_every_page_of_one_long_visit_names_the_visit() -> None:
    pages = pages_of(ONE_LONG_VISIT)
    assert len(pages) == 4
    assert all("claim CW-1001" in page.extract_text() for page in pages[:3])
    assert [f"Page {n} of 4" in page.extract_text() for n, page in enumerate(pages, 1)] == [True] * 4


def test_the_payment_slip_is_on_the_first_page_only() -> None:
    assert ["detach" in page.extract_text() for page in pages_of(LONG)] == [True, False, False]


def test_numbers_that_identify_are_never_cut() -> None:
    text = text_of(ODD)
    assert ODD.number in text
    assert ODD.account_number in text


def test_every_line_of_the_address_is_in_the_window() -> None:
    window = pages_of(ODD)[0].crop((MARGIN, 120, 370, 212)).extract_text().splitlines()
    assert window[-3:] == ["B", "C", "D"]


def test_what_was_never_billed_to_insurance_is_not_said_to_be_finished_by_it() -> None:
    text = text_of(SELF_PAY)
    assert "not billed to insurance" in text
    assert "good-faith estimate" in text
    assert "Scan to pay" not in text


def test_the_same_statement_gives_the_same_bytes() -> None:
    assert statement_pdf(SHORT) == statement_pdf(replace(SHORT))
    assert statement_pdf(SHORT) != statement_pdf(replace(SHORT, number="S-2026-000124"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"visits": (replace(SHORT.visits[0], lines=(replace(SHORT.lines[0], owed_cents=1),)),)}, "not explained"),
        ({"ageing": SHORT.ageing[:1]}, "ageing does not sum"),
        ({"credit_cents": 2_636, "ageing": ()}, "nothing is due"),
        ({"credit_cents": 9_999, "ageing": ()}, "nothing is due"),
        ({"visits": (), "ageing": ()}, "nothing is due"),
        ({"due_date": SHORT.statement_date.replace(day=1)}, "before its own date"),
    ],
)
def test_a_statement_that_must_not_be_sent_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        statement_pdf(replace(SHORT, **change))


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=200), st.lists(st.text(max_size=120), max_size=5), st.text(max_size=200), st.text(max_size=300))
def test_whatever_names_are_given_the_page_holds_them(
    name: str, address: list[str], description: str, why: str
) -> None:
    line = replace(SHORT.lines[0], description=description, why=why)
    visit = replace(SHORT.visits[0], patient_name=name, lines=(line,))
    statement = aged(replace(SHORT, guarantor=Recipient(name, tuple(address)), visits=(visit,)))
    for page in pages_of(statement):
        assert all(char["x0"] >= MARGIN - 0.5 and char["x1"] <= page.width - MARGIN + 0.5 for char in page.chars)
        assert all(char["size"] >= SIZE_MIN for char in page.chars)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("José Muñoz", "José Muñoz"),
        ("Nguyễn Łukasz", "Nguyen Lukasz"),
        ("山田", "??"),
        ("two\nlines\t here", "two lines here"),
        ("Anne\u2019s", "Anne\u2019s"),
    ],
)
def test_a_name_is_written_in_letters_that_the_fonts_have(text: str, expected: str) -> None:
    assert printable(text) == expected


def test_wrapping_loses_nothing_unless_it_is_told_how_many_lines_there_are() -> None:
    text = "one two " + "three" * 30
    assert "".join(wrap(text, "Helvetica", 9, 80)).replace(" ", "") == text.replace(" ", "")
    assert len(wrap(text, "Helvetica", 9, 80, lines_max=2)) == 2
    assert wrap(text, "Helvetica", 9, 80, lines_max=2)[-1].endswith("...")
