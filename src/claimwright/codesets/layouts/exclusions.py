"""OIG's list of excluded individuals and entities (LEIE), the whole list as OIG publishes it each month.

The monthly supplements have the same columns, so that a supplement looks like a whole list with few rows: it is
refused as cut off once a whole list is loaded. Load the whole list.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from claimwright.codesets.releases.layouts import Content, Layout, Row, places_of_columns, refuse
from claimwright.codesets.releases.sources import Source

_COLUMNS = (
    "LASTNAME",
    "FIRSTNAME",
    "MIDNAME",
    "BUSNAME",
    "GENERAL",
    "SPECIALTY",
    "UPIN",
    "NPI",
    "DOB",
    "ADDRESS",
    "CITY",
    "STATE",
    "ZIP",
    "EXCLTYPE",
    "EXCLDATE",
    "REINDATE",
    "WAIVERDATE",
    "WVRSTATE",
)
_NO_DAY = "00000000"
_NO_NPI = "0000000000"


def _day(text: str) -> date | None:
    return None if text in ("", _NO_DAY) else date(int(text[:4]), int(text[4:6]), int(text[6:8]))


def _rows(source: Source) -> Iterator[Row]:
    rows = source.csv_rows()
    at = places_of_columns(source, next(rows), _COLUMNS)
    for number, row in enumerate(rows, start=2):
        try:
            cell = {name: row[place] for name, place in at.items()}
            days = [_day(cell[name]) for name in ("DOB", "EXCLDATE", "REINDATE", "WAIVERDATE")]
        except (ValueError, IndexError) as error:
            hint = "It is cut off or damaged: fetch it again from OIG."
            raise refuse(source, "LOAD-VALUE", f"Row {number}: {error}.", hint, index=number) from error
        npi = "" if cell["NPI"] == _NO_NPI else cell["NPI"]
        names = (cell[name] for name in ("LASTNAME", "FIRSTNAME", "MIDNAME", "BUSNAME"))
        birth_date, excluded, reinstated, waived = days
        places = cell["CITY"], cell["STATE"], cell["ZIP"]
        yield number, npi, *names, birth_date, *places, cell["EXCLTYPE"], excluded, reinstated, waived, cell["WVRSTATE"]


LAYOUTS = (
    Layout(
        "OIG list of excluded individuals and entities",
        "exclusions",
        lambda source: source.head.startswith("LASTNAME,FIRSTNAME,MIDNAME,BUSNAME"),
        lambda source: Content("", None, {"exclusions": _rows(source)}),
    ),
)
