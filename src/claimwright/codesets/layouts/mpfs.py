"""The Medicare physician fee schedule: relative values, indices, localities, anesthesia factors, OPPS caps, ZIP codes.

The layouts are those of CMS's releases (RVU25D, record layouts in its PDF). Descriptions of codes are never kept: those
of CPT belong to the American Medical Association, those of HCPCS II are in HCPCS II.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal, InvalidOperation

from claimwright.codesets import shapes
from claimwright.codesets.releases.layouts import Content, Layout, Row, places_of_columns, refuse
from claimwright.codesets.releases.sources import Source

_RVU_COLUMNS = (
    "HCPCS",
    "MOD",
    "DESCRIPTION",
    "STATUS CODE",
    "NOT USED FOR MEDICARE PAYMENT",
    "WORK RVU",
    "NON-FAC PE RVU",
    "NON-FAC NA INDICATOR",
    "FACILITY PE RVU",
    "FACILITY NA INDICATOR",
    "MP RVU",
    "NON-FACILITY TOTAL",
    "FACILITY TOTAL",
    "PCTC IND",
    "GLOB DAYS",
    "PRE OP",
    "INTRA OP",
    "POST OP",
    "MULT PROC",
    "BILAT SURG",
    "ASST SURG",
    "CO- SURG",
    "TEAM SURG",
    "ENDO BASE",
    "CONV FACTOR",
    "PHYSICIAN SUPERVISION OF DIAGNOSTIC PROCEDURES",
    "CALCULATION FLAG",
    "DIAGNOSTIC IMAGING FAMILY INDICATOR",
    "NON-FACILITY PE USED FOR OPPS PAYMENT AMOUNT",
    "FACILITY PE USED FOR OPPS PAYMENT AMOUNT",
    "MP USED FOR OPPS PAYMENT AMOUNT",
)
_RVU_KEPT = (
    ("HCPCS", "text"),
    ("MOD", "text"),
    ("STATUS CODE", "text"),
    ("WORK RVU", "amount"),
    ("NON-FAC PE RVU", "amount"),
    ("FACILITY PE RVU", "amount"),
    ("MP RVU", "amount"),
    ("NON-FAC NA INDICATOR", "flag"),
    ("FACILITY NA INDICATOR", "flag"),
    ("PCTC IND", "text"),
    ("GLOB DAYS", "text"),
    ("PRE OP", "amount"),
    ("INTRA OP", "amount"),
    ("POST OP", "amount"),
    ("MULT PROC", "text"),
    ("BILAT SURG", "text"),
    ("ASST SURG", "text"),
    ("CO- SURG", "text"),
    ("TEAM SURG", "text"),
    ("ENDO BASE", "text"),
    ("CONV FACTOR", "amount"),
    ("PHYSICIAN SUPERVISION OF DIAGNOSTIC PROCEDURES", "text"),
    ("DIAGNOSTIC IMAGING FAMILY INDICATOR", "text"),
    ("NON-FACILITY PE USED FOR OPPS PAYMENT AMOUNT", "amount"),
    ("FACILITY PE USED FOR OPPS PAYMENT AMOUNT", "amount"),
    ("MP USED FOR OPPS PAYMENT AMOUNT", "amount"),
)
_RVU_FIELDS = {
    "HCPCS": (1, 5),
    "MOD": (6, 7),
    "STATUS CODE": (58, 58),
    "WORK RVU": (60, 65),
    "NON-FAC PE RVU": (67, 72),
    "NON-FAC NA INDICATOR": (73, 74),
    "FACILITY PE RVU": (76, 81),
    "FACILITY NA INDICATOR": (82, 83),
    "MP RVU": (85, 89),
    "PCTC IND": (103, 103),
    "GLOB DAYS": (104, 106),
    "PRE OP": (107, 109),
    "INTRA OP": (110, 112),
    "POST OP": (113, 115),
    "MULT PROC": (116, 116),
    "BILAT SURG": (117, 117),
    "ASST SURG": (118, 118),
    "CO- SURG": (119, 119),
    "TEAM SURG": (120, 120),
    "ENDO BASE": (128, 132),
    "CONV FACTOR": (133, 140),
    "PHYSICIAN SUPERVISION OF DIAGNOSTIC PROCEDURES": (142, 143),
    "DIAGNOSTIC IMAGING FAMILY INDICATOR": (146, 147),
    "NON-FACILITY PE USED FOR OPPS PAYMENT AMOUNT": (152, 157),
    "FACILITY PE USED FOR OPPS PAYMENT AMOUNT": (159, 164),
    "MP USED FOR OPPS PAYMENT AMOUNT": (166, 171),
}
_RVU_TITLE = re.compile(r"(20\d\d) National Physician Fee Schedule Relative Value File (\w+) Release")
_FIRST_MONTHS = {"January": 1, "April": 4, "July": 7, "October": 10}
_LINES_OF_HEADER = 5

_GPCI_TITLE = re.compile(r"CY (20\d\d) GEOGRAPHIC PRACTICE COST INDICES")
_GPCI_COLUMN = re.compile(r"20\d\d (PW|PE|MP) GPCI.*")
_LOCALITIES_TITLE = re.compile(r"COUNTIES INCLUDED IN (20\d\d) LOCALITIES")
_ANESTHESIA_TITLE = re.compile(r"Contractor,Locality,Locality Name,National Anes CF of ([0-9.]+)")
_OPPS_COLUMNS = ("HCPCS", "MOD", "PROCSTAT", "CARRIER", "LOCALITY", "FACILITY PRICE", "NON-FACILTY PRICE")
_OPPS_LINE = re.compile(r"([0-9A-Z]{5})([0-9A-Z ]{2}) ([A-Z]) (\d{5})  (\d\d) +([0-9.]+) +([0-9.]+)")
_ZIP_LINE = re.compile(r"([A-Z]{2})(\d{5})(\d{5})(\d\d)([ RB]).{5}([01]).{54}(20\d\d)([1-4])")


class _Rows:
    """Rows of a file, numbered, with the reason why one is refused."""

    def __init__(self, source: Source, rows: Iterable[list[str]]) -> None:
        self.source = source
        self.rows = rows

    def read(self, row_of: Callable[[list[str]], Row | None]) -> Iterator[Row]:
        for number, row in enumerate(self.rows, start=1):
            try:
                found = row_of(row)
            except (ValueError, IndexError, InvalidOperation) as error:
                hint = "It is cut off or damaged: fetch it again from its publisher."
                message = f"Row {number} of the table: {error or 'no number'}."
                raise refuse(self.source, "LOAD-VALUE", message, hint, index=number) from error
            if found is not None:
                yield found


def amount(text: str) -> str:
    """A number as it is kept: digits without blanks, `.57` as `0.57`. Raises `ValueError` when it is none."""
    try:
        number = Decimal(text.strip() or "0")
    except InvalidOperation as error:
        raise ValueError(f"{text!r} is no number") from error
    if not number.is_finite():
        raise ValueError(f"{text!r} is no number")
    return format(number, "f")


def _code(text: str) -> str:
    if not shapes.is_hcpcs_shaped(text):
        raise ValueError(f"{text!r} is no procedure code")
    return text


def _kept(kind: str, value: str) -> str | int:
    if kind == "amount":
        return amount(value)
    return int(value == "NA") if kind == "flag" else value


def _read_rvu_csv(source: Source) -> Content:
    title = _RVU_TITLE.search(source.head)
    if title is None or title[2] not in _FIRST_MONTHS:
        raise refuse(source, "LOAD-DATE", "The title names no year and release.", "January, April, July or October.")
    first_day = date(int(title[1]), _FIRST_MONTHS[title[2]], 1)
    return Content(f"{title[1]} {title[2]}", first_day, {"mpfs_rvu": _rvu_csv(source)})


def _rvu_csv(source: Source) -> Iterator[Row]:
    rows = source.csv_rows()
    above: list[list[str]] = []
    for row in rows:
        above.append(row)
        if row[:1] == ["HCPCS"]:
            break
    names = [
        " ".join(" ".join(cell.split()) for cell in column if cell)
        for column in zip(*above[-_LINES_OF_HEADER:], strict=False)
    ]
    at = places_of_columns(source, names, _RVU_COLUMNS)

    def read(row: list[str]) -> Row | None:
        if not any(row):
            return None
        _code(row[0])
        return tuple(_kept(kind, row[at[name]]) for name, kind in _RVU_KEPT)

    return _Rows(source, rows).read(read)


def _read_rvu_text(source: Source) -> Content:
    lines = ([line] for line in source.lines() if line.strip() and not line.startswith("HDR"))

    def read(row: list[str]) -> Row:
        (line,) = row
        cells = {name: line[first - 1 : last].strip() for name, (first, last) in _RVU_FIELDS.items()}
        _code(cells["HCPCS"])
        if not cells["CONV FACTOR"]:
            raise ValueError("the line is cut off")
        return tuple(_kept(kind, cells[name]) for name, kind in _RVU_KEPT)

    return Content("", None, {"mpfs_rvu": _Rows(source, lines).read(read)})


def _is_rvu_text(source: Source) -> bool:
    lines = [line for line in source.head.splitlines()[:-1] if not line.startswith("HDR")]
    return source.head.startswith("HDR CPT CODES") and all(
        len(line) >= _RVU_FIELDS["FACILITY PE USED FOR OPPS PAYMENT AMOUNT"][1] for line in lines
    )


def _read_gpci(source: Source) -> Content:
    title = _GPCI_TITLE.search(source.head)
    year = int(title[1]) if title else 0
    return Content(f"{year}", date(year, 1, 1), {"mpfs_gpci": _gpci(source)})


def _gpci(source: Source) -> Iterator[Row]:
    rows = source.csv_rows()
    header = next((row for row in rows if row and row[0].startswith("Medicare Admin")), [])
    names = [found[1] if (found := _GPCI_COLUMN.fullmatch(name)) else name for name in header]
    known = (header[0] if header else "", "State", "Locality Number", "Locality Name", "PW", "PE", "MP")
    at = places_of_columns(source, names, known)

    def read(row: list[str]) -> Row | None:
        if not re.fullmatch(r"\d{4,5}", row[0]):
            return None
        state, locality, name = (row[at[column]] for column in known[1:4])
        indices = (amount(row[at[column]]) for column in ("PW", "PE", "MP"))
        return row[0].zfill(5), locality.zfill(2), state, name.rstrip("* "), *indices

    return _Rows(source, rows).read(read)


def _read_localities(source: Source) -> Content:
    title = _LOCALITIES_TITLE.search(source.head)
    year = int(title[1]) if title else 0
    return Content(f"{year}", date(year, 1, 1), {"mpfs_localities": _localities(source)})


def _localities(source: Source) -> Iterator[Row]:
    """A state is written once, above its localities; a locality that goes on has its counties on the next row."""
    state, last = "", ("", "")
    found: dict[tuple[str, str], list[str]] = {}
    for row in source.csv_rows():
        if len(row) < 5 or not row[4] or row[4] == "Counties":
            continue
        state = row[2] or state
        if row[0].isdigit():
            last = row[0].zfill(5), row[1].zfill(2)
            found[last] = [state, row[3], row[4]]
        elif last in found:
            found[last][2] += f" {row[4]}"
    for (mac, locality), (name, area, counties) in found.items():
        yield mac, locality, name.strip("* "), area.strip("* "), counties


def _read_anesthesia(source: Source) -> Content:
    rows = source.csv_rows()
    next(rows)

    def read(row: list[str]) -> Row | None:
        return (row[0].zfill(5), row[1].zfill(2), amount(row[3])) if row[0].isdigit() else None

    return Content("", None, {"mpfs_anesthesia": _Rows(source, rows).read(read)})


def _read_opps_csv(source: Source) -> Content:
    return Content("", None, {"mpfs_opps_cap": _opps_csv(source)})


def _opps_csv(source: Source) -> Iterator[Row]:
    rows = source.csv_rows()
    places_of_columns(source, next(rows), _OPPS_COLUMNS)
    return _Rows(source, rows).read(lambda row: _opps_row(row) if any(row) else None)


def _read_opps_text(source: Source) -> Content:
    def read(row: list[str]) -> Row:
        found = _OPPS_LINE.fullmatch(row[0])
        if found is None:
            raise ValueError("the line is not of this layout")
        return _opps_row([part.strip() for part in found.groups()])

    lines = ([line.rstrip()] for line in source.lines() if line.strip())
    return Content("", None, {"mpfs_opps_cap": _Rows(source, lines).read(read)})


def _opps_row(row: list[str]) -> Row:
    code, modifier, _, mac, locality, facility, elsewhere = row
    return _code(code), modifier, mac.zfill(5), locality.zfill(2), amount(elsewhere), amount(facility)


def _read_zips(source: Source) -> Content:
    first = source.head.partition("\n")[0].rstrip()
    year, quarter = int(first[75:79]), int(first[79])

    def read(row: list[str]) -> Row:
        found = _ZIP_LINE.fullmatch(row[0])
        if found is None or (int(found[7]), int(found[8])) != (year, quarter):
            raise ValueError("the line is not of this layout, or of another quarter")
        return found[2], found[3], found[4], found[1], found[5].strip(), int(found[6])

    lines = ([line] for line in source.lines() if line.strip())
    rows = _Rows(source, lines).read(read)
    return Content(f"{year} quarter {quarter}", date(year, quarter * 3 - 2, 1), {"zip_localities": rows})


LAYOUTS = (
    Layout(
        "MPFS relative values (PPRRVU), comma separated",
        "mpfs-rvu",
        lambda source: "National Physician Fee Schedule Relative Value File" in source.head,
        _read_rvu_csv,
    ),
    Layout("MPFS relative values (PPRRVU), fixed width", "mpfs-rvu", _is_rvu_text, _read_rvu_text),
    Layout(
        "MPFS geographic indices (GPCI)",
        "mpfs-gpci",
        lambda source: bool(_GPCI_TITLE.search(source.head)) and "Locality Number," in source.head,
        _read_gpci,
    ),
    Layout(
        "MPFS localities and counties (LOCCO)",
        "mpfs-localities",
        lambda source: bool(_LOCALITIES_TITLE.match(source.head)) and ",,,," in source.head,
        _read_localities,
    ),
    Layout(
        "Anesthesia conversion factors by locality",
        "mpfs-anesthesia",
        lambda source: bool(_ANESTHESIA_TITLE.match(source.head)),
        _read_anesthesia,
    ),
    Layout(
        "MPFS OPPS caps, comma separated",
        "mpfs-opps-cap",
        lambda source: source.head.startswith(",".join(_OPPS_COLUMNS[:5])),
        _read_opps_csv,
    ),
    Layout(
        "MPFS OPPS caps, fixed width",
        "mpfs-opps-cap",
        lambda source: bool(_OPPS_LINE.fullmatch(source.head.partition("\n")[0].rstrip())),
        _read_opps_text,
    ),
    Layout(
        "ZIP codes to Medicare localities (ZIP5)",
        "zip-localities",
        lambda source: bool(_ZIP_LINE.fullmatch(source.head.partition("\n")[0].rstrip("\r\n"))),
        _read_zips,
    ),
)
