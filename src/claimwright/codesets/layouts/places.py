"""Place of service codes: code, whether it is a facility, name, description."""

from __future__ import annotations

from collections.abc import Iterator

from claimwright.codesets.releases.layouts import Content, Layout, Row, places_of_columns, refuse
from claimwright.codesets.releases.sources import Source

_COLUMNS = ("pos_code", "pos_type", "pos_name", "pos_description")
_IS_FACILITY = {"Facility": 1, "Non-Facility": 0}


def _read(source: Source) -> Content:
    return Content("", None, {"places": _rows(source)})


def _rows(source: Source) -> Iterator[Row]:
    rows = source.csv_rows()
    at = places_of_columns(source, next(rows), _COLUMNS)
    for number, row in enumerate(rows, start=2):
        code, kind = row[at["pos_code"]], row[at["pos_type"]]
        if len(code) != 2 or not code.isdigit():
            raise refuse(
                source, "LOAD-VALUE", f"{code!r} is no place of service.", "Codes have two digits.", index=number
            )
        if kind == "Unassigned":
            continue
        if kind not in _IS_FACILITY:
            raise refuse(
                source, "LOAD-VALUE", f"{kind!r} is no kind of place.", "Facility or Non-Facility.", index=number
            )
        yield code, row[at["pos_name"]], _IS_FACILITY[kind]


LAYOUTS = (Layout("Place of service codes", "places", lambda source: source.head.startswith("pos_code,"), _read),)
