"""ICD-10-PCS: the order file, and a table of code and title."""

from __future__ import annotations

import re
from collections.abc import Iterator

from claimwright.codesets.releases.layouts import Content, Layout, Row, refuse
from claimwright.codesets.releases.sources import Source

_ORDER_LINE = re.compile(r"\d{5} ([0-9B-DF-HJ-NP-Z][0-9A-HJ-NP-Z]{2,6}) +([01]) (.{60}) ?(.*)")
_CODE = re.compile(r"[0-9B-DF-HJ-NP-Z][0-9A-HJ-NP-Z]{6}")
_TABLE_LINE = re.compile(r'"?[0-9B-DF-HJ-NP-Z][0-9A-HJ-NP-Z]{6}"?,.+')


def _damaged(source: Source, number: int) -> Exception:
    hint = "It is cut off or damaged: fetch it again from CMS."
    return refuse(source, "LOAD-VALUE", f"Line {number} is not of this layout.", hint, index=number)


def _order(source: Source) -> Iterator[Row]:
    for number, line in enumerate(source.lines(), start=1):
        found = _ORDER_LINE.fullmatch(line.rstrip())
        if found is None and line.strip():
            raise _damaged(source, number)
        if found is not None and found[2] == "1":
            yield found[1], (found[4] or found[3]).strip()


def _table(source: Source) -> Iterator[Row]:
    for number, row in enumerate(source.csv_rows(), start=1):
        if len(row) != len(("code", "title")) or not _CODE.fullmatch(row[0]):
            raise _damaged(source, number)
        yield row[0], row[1]


def _first_line(source: Source) -> str:
    return source.head.partition("\n")[0].rstrip()


def _is_order(source: Source) -> bool:
    """The headings of PCS have three characters and begin with a digit; those of ICD-10-CM begin with a letter."""
    found = _ORDER_LINE.fullmatch(_first_line(source))
    return found is not None and found[1][0].isdigit()


LAYOUTS = (
    Layout(
        "ICD-10-PCS order file", "icd10pcs", _is_order, lambda one: Content("", None, {"icd10pcs_codes": _order(one)})
    ),
    Layout(
        "ICD-10-PCS codes and titles",
        "icd10pcs",
        lambda source: bool(_TABLE_LINE.fullmatch(_first_line(source))),
        lambda source: Content("", None, {"icd10pcs_codes": _table(source)}),
    ),
)
