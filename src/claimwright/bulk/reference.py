"""The reference page of the tables, written from `tables.columns`: `docs/reference/tables.md`.

python -m claimwright.bulk.reference > docs/reference/tables.md
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from claimwright.bulk.schema import columns, schemas
from claimwright.x12.columns import Column, Place, Table

_INTRODUCTION = """\
# The tables of bulk reading

What `claimwright.bulk` and `claimwright x12 convert` make of X12 files. Money is whole cents, quantities are whole
thousandths, days are dates; what a file does not say is null, and so is what cannot be read, which is told in
`findings`. Offsets are bytes from the beginning of the file, and the keys: `claim_offset` in `lines` is the row of
`claims` with the same `file` and `claim_offset`, and so are `line_offset`, `payer_offset` and `decision_offset`.

Every table begins with `file` (its number in `files`), `kind` (837P, 837I, 837D, 835 or 277CA) and `set_offset` (the
row of `sets`). Claims and lines that were billed, paid or taken in stand in the same tables, told apart by `kind`, and
are joined by their `control_number`. The places are written as loop, segment, qualifier in brackets, element and
component; `+1` counts from where a group of elements begins. This page is written from `bulk/tables.columns`
(`python -m claimwright.bulk.reference`); a test keeps the two equal."""

_OWN = {
    "files": "Each file that was read, or could not be: then `readable` is false and `why` says why.",
    "sets": "Each transaction set, with its envelope, whether it was accepted, and the guide it was checked against.",
    "findings": "Everything that is wrong, as `x12.check` says it, and each value that could not be put into a table.",
}


def reference_page() -> str:
    """The page as Markdown, ending with a line feed."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield _INTRODUCTION
    for name, meaning in _OWN.items():
        yield f"\n## {name}\n\n{meaning}\n"
        yield ", ".join(f"`{field.name}` {field.type}" for field in schemas()[name]) + "."
    for table in columns().tables:
        yield from _table(table)


def _table(table: Table) -> Iterator[str]:
    yield f"\n## {table.name}\n\n{table.meaning}.\n"
    yield f"Rows from {', '.join(dict.fromkeys(_written(opening.place) for opening in table.openings))}.\n"
    yield "| Column | Type | From | |"
    yield "|---|---|---|---|"
    yield from (_row(column) for column in table.columns)


def _row(column: Column) -> str:
    kind = f"offset in {column.of}" if column.type == "row" else column.type
    places = ", ".join(map(_written, column.places))
    return f"| `{column.name}` | {kind} | {places} | {column.meaning} |"


def _written(place: Place) -> str:
    loop = f"{place.loop}/" if place.loop else ""
    qualifier = f"[{place.qualifier}]" if place.qualifier else ""
    component = f"-{place.component}" if place.component else ""
    element = f"+{place.element}" if place.is_relative else f"{place.element:02d}" if place.element else ""
    return f"{loop}{place.segment}{qualifier}{element}{component}".replace("*", "\\*")


if __name__ == "__main__":
    sys.stdout.write(reference_page())
