"""What the documentation shows is what happens."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

from claimwright.x12 import reading, writing
from claimwright.x12.catalogue import kinds
from claimwright.x12.reference import reference_page
from tests.x12.defects.page import examples_page

DOCS = Path(__file__).parents[2] / "docs"


def test_the_reference_page_is_the_catalogue():
    """Mend with `python -m claimwright.x12.reference > docs/reference/x12-findings.md`."""
    assert (DOCS / "reference/x12-findings.md").read_text(encoding="utf-8") == reference_page()


def test_the_reference_page_has_every_code():
    assert [code for code in kinds() if f"\n| {code} |" not in reference_page()] == []


def test_the_page_of_examples_is_the_kit_of_defects():
    """Mend with `python -m tests.x12.defects.page > docs/reference/x12-examples.md`."""
    assert (DOCS / "reference/x12-examples.md").read_text(encoding="utf-8") == examples_page()


@pytest.mark.parametrize("module", [reading, writing])
def test_the_examples_of_a_module_hold(module):
    result = doctest.testmod(module)

    assert result.attempted
    assert not result.failed


def test_the_examples_of_the_engineers_guide_hold():
    page = (DOCS / "guide/engineer.md").read_text(encoding="utf-8")
    section = re.search(r"^## Reading and checking X12$.*?(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    assert section
    examples = doctest.DocTestParser().get_doctest(section[0].replace("```", ""), {}, "engineer.md", "engineer.md", 0)

    result = doctest.DocTestRunner().run(examples)

    assert result.attempted > 10
    assert not result.failed
