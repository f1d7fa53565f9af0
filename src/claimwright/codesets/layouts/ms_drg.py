"""MS-DRGs with their weights and lengths of stay: table 5 of CMS's inpatient rule, one for each fiscal year."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from claimwright.codesets.layouts.mpfs import amount
from claimwright.codesets.releases.layouts import Content, Layout, Row, places_of_columns, refuse
from claimwright.codesets.releases.sources import Source

_COLUMNS = (
    "MS-DRG",
    "Post-Acute DRG",
    "Special Pay DRG",
    "MDC",
    "TYPE",
    "MS-DRG Title",
    "Weights - Before Cap",
    "Weights - 10% Cap Applied",
    "Geometric mean LOS",
    "Arithmetic mean LOS",
)
_TITLE = re.compile(r"TABLE 5\..*MS-DRGS", re.DOTALL)
_RULE = re.compile(r"FY (20\d\d) (Final Rule|Correction Notice)")
_YEAR = re.compile(r"^FY 20\d\d (Final|Correction Notice) ")
_FLAGS = {"Yes": 1, "No": 0}


def _read(source: Source) -> Content:
    rule = _RULE.search(source.head)
    if rule is None:
        raise refuse(source, "LOAD-DATE", "The title names no fiscal year.", "FY 20yy Final Rule or Correction Notice.")
    year = int(rule[1])
    return Content(f"FY {year} {rule[2]}", date(year - 1, 10, 1), {"ms_drg": _rows(source)})


def _rows(source: Source) -> Iterator[Row]:
    rows = source.csv_rows("\t")
    header = next((row for row in rows if row and row[0] == "MS-DRG"), [])
    at = places_of_columns(source, [_YEAR.sub("", name) for name in header], _COLUMNS)
    for number, row in enumerate(rows, start=1):
        if not any(row):
            continue
        try:
            drg, post_acute, special, mdc, kind, title, *numbers = (row[at[name]] for name in _COLUMNS)
            if not re.fullmatch(r"\d{3}", drg):
                raise ValueError(f"{drg!r} is no MS-DRG")
            before, weight, geometric, arithmetic = (None if one in ("", ".") else amount(one) for one in numbers)
            yield drg, title, mdc, kind, weight, before, geometric, arithmetic, _FLAGS[post_acute], _FLAGS[special]
        except (KeyError, ValueError, IndexError) as error:
            hint = "It is cut off or damaged: fetch it again from CMS."
            raise refuse(source, "LOAD-VALUE", f"Row {number}: {error}.", hint, index=number) from error


LAYOUTS = (Layout("MS-DRGs, table 5", "ms-drg", lambda source: bool(_TITLE.search(source.head)), _read),)
