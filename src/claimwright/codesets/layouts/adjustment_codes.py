"""The official texts of adjustment reasons (CARC), remarks (RARC) and groups, as one table of a user's own.

X12 owns the texts of the reasons: nothing of them is shipped, our own words are in `codesets.reasons`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from claimwright.codesets.releases.layouts import Content, Layout, Row, places_of_columns, refuse
from claimwright.codesets.releases.sources import Source

_COLUMNS = (
    "adj_code",
    "adj_type",
    "adj_description",
    "adj_usage",
    "adj_notes",
    "adj_start_date",
    "adj_last_modified",
    "adj_end_date",
)
_KINDS = {"CARC": "carc", "RARC": "rarc", "Group": "group"}


def _rows(source: Source) -> Iterator[Row]:
    rows = source.csv_rows()
    at = places_of_columns(source, next(rows), _COLUMNS)
    for number, row in enumerate(rows, start=2):
        if not any(row):
            continue
        try:
            code, kind, text, usage, notes, *days = (row[at[name]] for name in _COLUMNS)
            yield _KINDS[kind], code, text, usage, notes, *(date.fromisoformat(one) if one else None for one in days)
        except (KeyError, ValueError, IndexError) as error:
            hint = "Kinds are CARC, RARC and Group, days like 2026-01-31."
            raise refuse(source, "LOAD-VALUE", f"Row {number}: {error}.", hint, index=number) from error


LAYOUTS = (
    Layout(
        "Adjustment reasons and remarks, one table",
        "adjustment-codes",
        lambda source: source.head.startswith("adj_code,adj_type,"),
        lambda source: Content("", None, {"adjustment_codes": _rows(source)}),
    ),
)
