"""NUCC taxonomy: the eight columns of the published file; definitions and notes are left where they are."""

from __future__ import annotations

from collections.abc import Iterator

from claimwright.codesets import shapes
from claimwright.codesets.releases.layouts import Content, Layout, Row, places_of_columns, refuse
from claimwright.codesets.releases.sources import Source

_COLUMNS = (
    "Code",
    "Grouping",
    "Classification",
    "Specialization",
    "Definition",
    "Notes",
    "Display Name",
    "Section",
)
_KEPT = ("Code", "Grouping", "Classification", "Specialization", "Display Name", "Section")


def _read(source: Source) -> Content:
    return Content("", None, {"taxonomy": _rows(source)})


def _rows(source: Source) -> Iterator[Row]:
    rows = source.csv_rows()
    at = places_of_columns(source, next(rows), _COLUMNS)
    for number, row in enumerate(rows, start=2):
        if not shapes.is_taxonomy_shaped(row[at["Code"]]):
            raise refuse(
                source, "LOAD-VALUE", f"{row[0]!r} is no taxonomy code.", "Ten characters, the last an X.", index=number
            )
        yield tuple(row[at[name]] for name in _KEPT)


LAYOUTS = (Layout("NUCC taxonomy", "taxonomy", lambda source: source.head.startswith("Code,Grouping,"), _read),)
