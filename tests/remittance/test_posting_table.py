from __future__ import annotations

from claimwright.remittance.table import ROWS
from tests.remittance import test_rules
from tests.remittance.posting_table import ELSEWHERE, PAGE, render


def test_the_page_of_the_posting_table_is_what_the_table_says() -> None:
    assert PAGE.read_text("utf-8") == render(), "write it again: python -m tests.remittance.posting_table"


def test_rows_are_numbered_without_gaps() -> None:
    assert list(ROWS) == list(range(1, 39))


def test_what_the_page_says_is_tested_elsewhere_is_there() -> None:
    name = ELSEWHERE[37][0].partition("::")[2]
    assert hasattr(test_rules, name)
