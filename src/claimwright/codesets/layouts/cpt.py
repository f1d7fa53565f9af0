"""Your own CPT file: `code,short,long` or the tab separated consolidated list, for whoever has the AMA's licence.

Nothing of it is shipped. It is kept only where somebody said that the office holds a licence (`--licensed`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from claimwright.codesets.releases.layouts import Content, Layout, Row, places_of_columns, refuse
from claimwright.codesets.releases.sources import Source

_TABLE = ("code", "short", "long")
_CONSOLIDATED = ("Concept Id", "CPT Code", "Long", "Medium", "Short", "Consumer", "Current Descriptor Effective Date")
_CODE = re.compile(r"\d{4}[0-9A-Z]")


def _rows(source: Source) -> Iterator[Row]:
    is_table = source.head.lower().startswith(",".join(_TABLE))
    rows = source.csv_rows("," if is_table else "\t")
    header = next((row for row in rows if row[:1] in (["code"], ["Code"], [_CONSOLIDATED[0]])), [])
    header = [name.lower() for name in header] if is_table else [name for name in header if name in _CONSOLIDATED]
    at = places_of_columns(source, header, _TABLE if is_table else _CONSOLIDATED)
    code, short, long = (at[name] for name in (_TABLE if is_table else ("CPT Code", "Short", "Long")))
    for number, row in enumerate(rows, start=1):
        if not any(row):
            continue
        if len(row) <= max(code, short, long) or not _CODE.fullmatch(row[code]):
            hint = "Codes have five characters, the first four of them digits."
            raise refuse(source, "LOAD-VALUE", f"Row {number}: {row[0]!r} is no CPT code.", hint, index=number)
        yield row[code], row[short], row[long]


def _is_cpt(source: Source) -> bool:
    return source.head.lower().startswith(",".join(_TABLE)) or "\t".join(_CONSOLIDATED[:3]) in source.head


LAYOUTS = (Layout("CPT codes of a licensee", "cpt", _is_cpt, lambda one: Content("", None, {"cpt_codes": _rows(one)})),)
