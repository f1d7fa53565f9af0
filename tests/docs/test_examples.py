"""Every Python example of the documentation runs and prints what the page says."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def _examples(page: Path) -> str:
    """The page's Python blocks, each where it stands, so that a failure names the right line."""
    text = page.read_text(encoding="utf-8")
    kept = re.sub(r"[^\n]", "", text)
    for block in _BLOCK.finditer(text):
        line = text.count("\n", 0, block.start(1))
        lines = kept.split("\n")
        lines[line : line + block[1].count("\n")] = block[1].split("\n")[:-1]
        kept = "\n".join(lines)
    return kept


@pytest.mark.parametrize(
    "text", [pytest.param(page, id=page.name) for page in PAGES if "```python" in page.read_text(encoding="utf-8")]
)
def test_the_examples_of_a_page_run_and_print_what_it_says(text, monkeypatch):
    monkeypatch.chdir(ROOT)
    blocks = _BLOCK.findall(text.read_text(encoding="utf-8"))
    assert all(">>>" in block for block in blocks), "write examples as a session, with what they print"
    examples = doctest.DocTestParser().get_doctest(_examples(text), {}, text.name, str(text), 0)

    result = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(examples)

    assert result.attempted
    assert not result.failed


def test_links_between_pages_lead_somewhere():
    broken = [
        f"{page.relative_to(ROOT)}: {link}"
        for page in [*PAGES, *(ROOT / name for name in ("CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"))]
        for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        if "://" not in link and not (page.parent / link).exists()
    ]

    assert not broken


def test_pages_name_no_place_outside_of_the_repository():
    telling = re.compile(r"\.\./shared|/(?:work|tmp|root)/")
    assert [page.name for page in PAGES if telling.search(page.read_text(encoding="utf-8"))] == []
