"""The page of the code sets says what there is."""

from __future__ import annotations

from pathlib import Path

from claimwright.codesets.layouts import LAYOUTS
from claimwright.codesets.reference import code_sets_page
from claimwright.codesets.releases import CODE_SETS


def test_the_reference_page_is_the_declarations() -> None:
    page = Path(__file__).parents[2] / "docs" / "reference" / "code-sets.md"
    assert page.read_text("utf-8") == code_sets_page()


def test_every_code_set_has_a_layout_and_every_layout_a_code_set() -> None:
    assert {layout.code_set for layout in LAYOUTS} == set(CODE_SETS)
