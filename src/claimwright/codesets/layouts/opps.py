"""OPPS addendum B: status indicator and payment rate of each code; the descriptions in it are not kept."""

from __future__ import annotations

from collections.abc import Iterator

from claimwright.codesets.layouts.mpfs import amount
from claimwright.codesets.releases.layouts import Content, Layout, Row, places_of_columns, refuse
from claimwright.codesets.releases.sources import Source
from claimwright.codesets.shapes import is_hcpcs_shaped

_PUBLISHED = (
    "HCPCS Code",
    "Short Descriptor",
    "SI",
    "APC",
    "Relative Weight",
    "Payment Rate",
    "National Unadjusted Copayment",
    "Minimum Unadjusted Copayment",
    "Note: Actual copayments would be lower due to the cap on copayments at the inpatient deductible",
    "* Indicates a Change",
)
_NAMED = {"code": "HCPCS Code", "status": "SI", "apc": "APC", "rate": "Payment Rate"}
_DECODED = ("HCPCSCode", "StatusIndicator", "PaymentRate", "Changed?", "Source")


def _rows(source: Source) -> Iterator[Row]:
    rows = source.csv_rows()
    header = next((row for row in rows if row[:1] in ([_PUBLISHED[0]], [_DECODED[0]])), [])
    is_decoded = header[:1] == [_DECODED[0]]
    known = _DECODED if is_decoded else tuple(name for name in _PUBLISHED if name in header or name in _NAMED.values())
    at = places_of_columns(source, header, known)
    code, status, rate = (at[name] for name in (_DECODED[:3] if is_decoded else ("HCPCS Code", "SI", "Payment Rate")))
    apc = at.get("APC")
    for number, row in enumerate(rows, start=1):
        if not any(row):
            continue
        if len(row) < len(header) or not is_hcpcs_shaped(row[code]):
            hint = "It is cut off or damaged: fetch it again from CMS."
            raise refuse(source, "LOAD-VALUE", f"Row {number}: {row[0]!r} is no procedure code.", hint, index=number)
        paid = row[rate].replace("$", "").replace(",", "")
        yield row[code], row[status], row[apc] if apc is not None else "", amount(paid) if paid.strip() else None


def _is_addendum(source: Source) -> bool:
    return source.head.startswith(",".join(_DECODED[:3])) or (
        "HCPCS Code,Short Descriptor,SI,APC" in source.head.replace('"', "")
    )


LAYOUTS = (
    Layout("OPPS addendum B", "opps", _is_addendum, lambda source: Content("", None, {"opps_rates": _rows(source)})),
)
