"""The page of examples, written from the kit: for each finding, what a person did and where it is found.

python -m tests.x12.defects.page > docs/reference/x12-examples.md
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from claimwright.x12.catalogue import kinds
from tests.x12.defects.kit import Defect, Expected, defects

_INTRODUCTION = """\
# An example of each finding

What a person did wrong, which text became which other one in a file that was right (the files are in
`tests/x12/defects/bases`), and what is found where. `~` is the end of a segment. A test plants each of these alone and
asks for these findings and no others. The findings themselves are in [x12-findings.md](x12-findings.md). This page is
written from the kit of defects (`python -m tests.x12.defects.page`)."""

_LONGEST = 70


def examples_page() -> str:
    """The page as Markdown, ending with a line feed."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield _INTRODUCTION
    kit = defects()
    for code in kinds():
        examples = [defect for defect in kit if defect.finds[0].code == code]
        examples = examples or [defect for defect in kit if any(found.code == code for found in defect.finds)]
        if examples:
            yield f"\n## {code}\n"
            yield "| What was done | File | Text | Found |"
            yield "|---|---|---|---|"
            yield from map(_row, examples)


def _row(defect: Defect) -> str:
    changes = "; ".join(f"{_code(old)} → {_code(new)}" for old, new in defect.changes)
    found = "; ".join(f"{found.severity} {found.code} at {_place(found)}" for found in defect.finds)
    return "| " + " | ".join((defect.title, defect.base, changes, found)) + " |"


def _code(text: str) -> str:
    shown = text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ..."
    return f"`{shown}`".replace("|", "\\|").replace("\t", " ") if text else "nothing"


def _place(found: Expected) -> str:
    element = f"{found.element:02d}" if found.element else ""
    component = f"-{found.component}" if found.component else ""
    return f"{found.loop}/{found.segment}{element}{component}".lstrip("/")


if __name__ == "__main__":
    sys.stdout.write(examples_page())
