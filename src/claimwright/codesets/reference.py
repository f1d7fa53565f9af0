"""The reference page of the code sets, written from their declarations.

python -m claimwright.codesets.reference > docs/reference/code-sets.md
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from claimwright.codesets.layouts import LAYOUTS
from claimwright.codesets.releases import CODE_SETS, CodeSet, Dating
from claimwright.codesets.releases.shipping import packs

_HEAD = """# Code sets

The publishers' tables, loaded by `claimwright codes load FILE ...` and asked by the day of service. A file is known by
its layout, never by its name; it is loaded whole or not at all; the release in force stays until a newer one is in,
and a bad one is withdrawn and restored (`claimwright codes withdraw`, `restore`).

Editions hold from their effective date to the next edition's: where a file does not say it, give
`--effective YYYY-MM-DD`. Where rows carry their own days, the newest release answers for every day. Two sets with one
layout are told apart by `--as NAME`.

| Refused with | Because |
|---|---|
| LOAD-LAYOUT | it has the layout of no known publisher's file |
| LOAD-WHICH | its layout is that of several code sets, and nobody said which |
| LOAD-COLUMNS | a column is not known, or is missing: each is named |
| LOAD-VALUE, LOAD-XML, LOAD-TABULAR | a row cannot be what it should be: cut off, damaged; the row is named |
| LOAD-DATE, LOAD-DATES | it does not say from which day it holds, or its parts are of several releases |
| LOAD-EMPTY, LOAD-FEWER | it has no rows, or far fewer than the release in force (`--accept-fewer` takes it) |
| LOAD-LICENCE | it describes codes whose owner sells them, and nobody said they hold the licence (`--licensed`) |

Descriptions of CPT and dental codes are never shipped and never kept from other files. This page is written from the
declarations (`python -m claimwright.codesets.reference`); a test keeps the two equal.
"""


def code_sets_page() -> str:
    """The whole page, in Markdown."""
    shipped = {one.name.removesuffix(".xz") for one in packs()}
    return _HEAD + "".join(_section(one, is_shipped=one.name in shipped) for one in CODE_SETS.values())


def _section(code_set: CodeSet, *, is_shipped: bool) -> str:
    return f"\n## {code_set.name}: {code_set.title}\n\n" + "".join(
        f"- {line}\n" for line in _lines(code_set, is_shipped=is_shipped)
    )


def _lines(code_set: CodeSet, *, is_shipped: bool) -> Iterator[str]:
    dated = "by edition" if code_set.dating is Dating.EDITION else "by its rows"
    yield f"Published by {code_set.publisher}, dated {dated}. {code_set.terms}"
    if is_shipped:
        yield "Comes with claimwright: a new store has it."
    layouts = sorted({layout.name for layout in LAYOUTS if layout.code_set == code_set.name})
    yield f"Read from: {'; '.join(layouts)}."
    for table in code_set.tables:
        columns = ", ".join(f"`{column.name}`" + ("*" if column.name in table.key else "") for column in table.columns)
        yield f"Table `{table.name}`: {columns}"


if __name__ == "__main__":
    sys.stdout.write(code_sets_page())
