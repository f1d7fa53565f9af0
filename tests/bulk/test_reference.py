"""The page of the tables says what they hold."""

from __future__ import annotations

from pathlib import Path

from claimwright.bulk.reference import reference_page

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "tables.md"


def test_the_page_of_the_tables_is_what_their_columns_say():
    """Mend with `python -m claimwright.bulk.reference > docs/reference/tables.md`."""
    assert PAGE.read_text(encoding="utf-8") == reference_page()
