"""Every example in the guide and the README does what the page says."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs" / "guide").glob("*.md")) + [page for page in [ROOT / "README.md"] if page.exists()]
_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_examples_of_a_page_run_from_top_to_bottom(page):
    """The blocks of a page are one session: what an earlier one defines, a later one uses."""
    session: dict[str, object] = {"__name__": "__main__"}
    text = page.read_text(encoding="utf-8")
    for block in _BLOCK.finditer(text):
        line = text.count("\n", 0, block.start(1))
        if ">>>" in block[1]:
            run_session(block[1], session, page, line)
        else:
            exec(compile("\n" * line + block[1], str(page), "exec"), session)


def run_session(source: str, session: dict[str, object], page: Path, line: int) -> None:
    """A block of prompts and answers; it fails with what was expected and what came."""
    example = doctest.DocTestParser().get_doctest(source, session, page.name, str(page), line)
    answers: list[str] = []
    result = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(example, out=answers.append, clear_globs=False)
    session.update(example.globs)
    assert result.failed == 0, "".join(answers)


def test_there_are_pages_with_examples():
    assert any(_BLOCK.search(page.read_text(encoding="utf-8")) for page in PAGES)
