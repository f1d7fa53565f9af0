"""NCCI's quarterly files: procedure-to-procedure edits, medically unlikely edits, add-on codes.

CMS publishes them as tables with lines of licence before the header; the header's cells may have line breaks. The
decoded copies that other tools make of them (lower case names, no effective date) are read as well. The descriptions
of rationales are CMS's; there are no descriptions of codes in these files, and a column with some is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from functools import cache

from claimwright.codesets import shapes
from claimwright.codesets.releases.layouts import Content, Layout, Row, places_of_columns, refuse
from claimwright.codesets.releases.sources import Source

_PTP_HEADER = (
    "Column 1",
    "Column 2",
    "*=in existence prior to 1996",
    "Effective Date",
    "Deletion Date *=no data",
    "Modifier 0=not allowed 1=allowed 9=not applicable",
    "PTP Edit Rationale",
)
_PTP_DECODED = ("column1", "column2", "deletion_date", "modifier_indicator", "rationale")
_MUE_DECODED = ("hcpcs_code", "mue_units", "mue_mai", "mue_rationale", "mue_service")
_MUE_SERVICES = {
    "practitioner": "Practitioner",
    "outpatient": "Outpatient Hospital",
    "supplier": "DME Supplier",
}
_ADD_ON_HEADER = (
    "Primary_Code",
    "Add_On_Code",
    "AOC_Edit_Type",
    "Special_Instruction_Notes",
    "AOC_Del_Dt_Julian",
    "Primary_Code_Del_Dt_Julian",
    "AOC_Edit_Eff_Dt_Julian",
    "AOC_Edit_Del_Dt_Julian",
)
_ADD_ON_DECODED = ("addon", "primary", "edit", "add_del", "prim_del", "edit_eff", "edit_del", "notes")
CONTRACTOR_DEFINED = "CCCCC"
"""The primary code of an add-on whose primaries the Medicare contractor decides on."""
_NO_JULIAN = frozenset(("", "0", "-2147483648"))
_LAST_DAY = "99991231"


def _rows(source: Source) -> Iterator[list[str]]:
    """The rows of a table separated by commas or tabs, blanks and line breaks in a cell made one blank."""
    for row in source.csv_rows("\t" if "\t" in source.head else ","):
        yield [" ".join(value.split()) for value in row]


def _after_header(source: Source, first_column: str) -> tuple[list[str], Iterator[list[str]]]:
    rows = _rows(source)
    for row in rows:
        if row and row[0] == first_column:
            return row, rows
    raise refuse(source, "LOAD-COLUMNS", f"It has no header that begins with {first_column!r}.", "Was it cut?")


@cache
def _day(text: str) -> date | None:
    """A day as YYYYMMDD; None for `*` and for the last day of 9999, which both stand for none."""
    return None if text in ("", "*", _LAST_DAY) else date(int(text[:4]), int(text[4:6]), int(text[6:]))


def _julian(text: str, *, is_end: bool) -> date | None:
    """A day as YYYYDDD, or a year alone: its first day, or its last where it ends something."""
    if text in _NO_JULIAN:
        return None
    year, day = int(text[:4]), int(text[4:] or (365 if is_end else 1))
    return date(year, 1, 1) + timedelta(days=day - 1)


def _checked(source: Source, rows: Iterator[list[str]], width: int, read: Callable[[list[str]], Row]) -> Iterator[Row]:
    for number, row in enumerate(rows, start=1):
        if not any(row):
            continue
        try:
            if len(row) < width:
                raise ValueError(f"{len(row)} values where {width} are due")
            yield read(row)
        except ValueError as error:
            hint = "It is cut off or damaged: fetch it again from its publisher."
            raise refuse(
                source, "LOAD-VALUE", f"Row {number} after the header: {error}.", hint, index=number
            ) from error


def _code(text: str) -> str:
    if not shapes.is_hcpcs_shaped(text):
        raise ValueError(f"{text!r} is no procedure code")
    return text


def _ptp(source: Source) -> Iterator[Row]:
    is_published = source.head.find("Column 1") >= 0
    header, rows = _after_header(source, "Column 1" if is_published else "column1")
    known = _PTP_HEADER if is_published else _PTP_DECODED
    at = places_of_columns(source, header, known)
    one, two, until, indicator, rationale = (at[name] for name in (*known[:2], *known[-3:]))
    since = at.get("Effective Date")

    def read(row: list[str]) -> Row:
        if row[indicator] not in ("0", "1", "9"):
            raise ValueError(f"{row[indicator]!r} is no modifier indicator")
        start = None if since is None else _day(row[since])
        return _memo(row[one]), _memo(row[two]), start, _day(row[until]), row[indicator], row[rationale]

    return _checked(source, rows, len(header), read)


_memo = cache(_code)


def _read_ptp(setting: str) -> Callable[[Source], Content]:
    return lambda source: Content("", None, {f"ptp_{setting}": _ptp(source)})


def _is_ptp(source: Source) -> bool:
    return source.head.startswith("column1,column2,") or (
        "Column 1" in source.head and "Column 2" in source.head and "PTP Edit Rationale" in _plain(source.head)
    )


def _mue_header(setting: str) -> tuple[str, ...]:
    service = {"practitioner": "Practitioner Services", "outpatient": "Outpatient Hospital Services"}
    named = service.get(setting, "DME Supplier Services")
    return "HCPCS/ CPT Code", f"{named} MUE Values", "MUE Adjudication Indicator", "MUE Rationale"


def _is_mue(setting: str) -> Callable[[Source], bool]:
    def recognise(source: Source) -> bool:
        if source.head.startswith(",".join(_MUE_DECODED)):
            return source.head.partition("\n")[2].partition("\n")[0].strip().endswith(f",{_MUE_SERVICES[setting]}")
        return f"{_mue_header(setting)[1]}" in _plain(source.head)

    return recognise


def _read_mue(setting: str) -> Callable[[Source], Content]:
    def rows(source: Source) -> Iterator[Row]:
        is_decoded = source.head.startswith(_MUE_DECODED[0])
        found = _rows(source)
        header = next(found) if is_decoded else next((row for row in found if row[:1] and "CPT Code" in row[0]), [])
        header = [name.replace("HCPCS/CPT", "HCPCS/ CPT") for name in header]
        known = _MUE_DECODED if is_decoded else _mue_header(setting)
        at = places_of_columns(source, header, known)
        return _checked(source, found, len(header), lambda row: _mue_row(row, [at[name] for name in known[:4]]))

    return lambda source: Content("", None, {f"mue_{setting}": rows(source)})


def _mue_row(row: list[str], at: Sequence[int]) -> Row:
    code, units, indicator, rationale = (row[place] for place in at)
    if indicator[:1] not in ("1", "2", "3"):
        raise ValueError(f"{indicator!r} is no adjudication indicator")
    return _code(code), int(units), indicator[:1], rationale


def _read_add_ons(source: Source) -> Content:
    return Content("", None, {"add_ons": _add_ons(source)})


def _add_ons(source: Source) -> Iterator[Row]:
    is_published = source.head.startswith(_ADD_ON_HEADER[0])
    rows = _rows(source)
    header = next(rows)
    known = _ADD_ON_HEADER if is_published else _ADD_ON_DECODED
    at = places_of_columns(source, header, known)
    names = ("Add_On_Code", "Primary_Code", "AOC_Edit_Type", "AOC_Edit_Eff_Dt_Julian", "AOC_Edit_Del_Dt_Julian")
    places = [at[name] for name in (names if is_published else ("addon", "primary", "edit", "edit_eff", "edit_del"))]
    return _checked(source, rows, len(header), lambda row: _add_on_row(row, places))


def _add_on_row(row: list[str], at: Sequence[int]) -> Row:
    add_on, primary, kind, since, until = (row[place] for place in at)
    if kind not in ("1", "2", "3"):
        raise ValueError(f"{kind!r} is no type of add-on edit")
    primary = primary if primary == CONTRACTOR_DEFINED else _code(primary)
    start = _julian(since, is_end=False) or date(1996, 1, 1)
    return _code(add_on), primary, kind, start, _julian(until, is_end=True)


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace('"', ""))


LAYOUTS = (
    *(
        Layout("NCCI procedure-to-procedure edits", f"ptp-{setting}", _is_ptp, _read_ptp(setting))
        for setting in ("practitioner", "outpatient")
    ),
    *(
        Layout("NCCI medically unlikely edits", f"mue-{setting}", _is_mue(setting), _read_mue(setting))
        for setting in _MUE_SERVICES
    ),
    Layout(
        "NCCI add-on code edits",
        "add-ons",
        lambda source: source.head.startswith((",".join(_ADD_ON_HEADER[:3]), ",".join(_ADD_ON_DECODED[:3]))),
        _read_add_ons,
    ),
)
