"""An extract of NPPES, the registry of providers: rows of `npidata_pfile` with its own header.

The whole file has millions of rows: load the ones you need. Columns that an extract leaves out may be missing, but for
those that are asked; what is not kept (home addresses, tax numbers, officials) is read over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from claimwright.codesets.identifiers import is_npi
from claimwright.codesets.releases.layouts import Content, Layout, Row, places_of_columns, refuse
from claimwright.codesets.releases.sources import Source

_MOST_TAXONOMIES = 15
_ADDRESS = (
    "City Name",
    "State Name",
    "Postal Code",
    "Country Code (If outside U.S.)",
    "Telephone Number",
    "Fax Number",
)
_NAME = ("Last Name", "First Name", "Middle Name", "Name Prefix Text", "Name Suffix Text", "Credential Text")
_REQUIRED = (
    "NPI",
    "Entity Type Code",
    "Provider Organization Name (Legal Business Name)",
    "Provider Last Name (Legal Name)",
    "Provider First Name",
    "Provider Business Practice Location Address State Name",
    "Provider Business Practice Location Address Postal Code",
    "Provider Enumeration Date",
    "NPI Deactivation Date",
    "NPI Reactivation Date",
    "Healthcare Provider Taxonomy Code_1",
    "Healthcare Provider Primary Taxonomy Switch_1",
)
_OPTIONAL = frozenset(
    (
        "Replacement NPI",
        "Employer Identification Number (EIN)",
        *(f"Provider {one}" for one in _NAME),
        "Provider Other Organization Name",
        "Provider Other Organization Name Type Code",
        *(f"Provider Other {one}" for one in _NAME),
        "Provider Other Last Name Type Code",
        *(f"Provider {line} Line Business Mailing Address" for line in ("First", "Second")),
        *(f"Provider {line} Line Business Practice Location Address" for line in ("First", "Second")),
        *(f"Provider Business Mailing Address {one}" for one in _ADDRESS),
        *(f"Provider Business Practice Location Address {one}" for one in _ADDRESS),
        "Last Update Date",
        "NPI Deactivation Reason Code",
        "Provider Gender Code",
        "Provider Sex Code",
        *(f"Authorized Official {one}" for one in (*_NAME, "Title or Position", "Telephone Number")),
        "Is Sole Proprietor",
        "Is Organization Subpart",
        "Parent Organization LBN",
        "Parent Organization TIN",
        "Certification Date",
        *(
            f"{name}_{number}"
            for number in range(1, _MOST_TAXONOMIES + 1)
            for name in (
                "Healthcare Provider Taxonomy Code",
                "Provider License Number",
                "Provider License Number State Code",
                "Healthcare Provider Primary Taxonomy Switch",
                "Healthcare Provider Taxonomy Group",
            )
        ),
        *(
            f"Other Provider Identifier{name}_{number}"
            for number in range(1, 51)
            for name in ("", " Type Code", " State", " Issuer")
        ),
    )
) - frozenset(_REQUIRED)
_DAY = re.compile(r"(\d\d)/(\d\d)/(\d{4})\Z")


def _rows(source: Source) -> Iterator[Row]:
    rows = source.csv_rows()
    header = next(rows)
    at = places_of_columns(source, header, (*_REQUIRED, *(name for name in header if name in _OPTIONAL)))
    for number, row in enumerate(rows, start=2):
        if not any(row):
            continue
        try:
            yield _entry({name: row[place] for name, place in at.items()})
        except (ValueError, IndexError) as error:
            hint = "It is cut off or damaged: extract it again from the registry's file."
            raise refuse(source, "LOAD-VALUE", f"Row {number}: {error}.", hint, index=number) from error


def _entry(cell: dict[str, str]) -> Row:
    npi, kind, organization, last, first, state, postal_code, *days = (cell[name] for name in _REQUIRED[:10])
    if not is_npi(npi):
        raise ValueError(f"{npi!r} is no NPI")
    enumerated, deactivated, reactivated = (_day(text) for text in days)
    name = organization or last
    return npi, kind, name, first, state, postal_code, enumerated, deactivated, reactivated, " ".join(_taxonomies(cell))


def _taxonomies(cell: dict[str, str]) -> list[str]:
    """The taxonomy codes, the primary one first."""
    found: list[str] = []
    for number in range(1, _MOST_TAXONOMIES + 1):
        code = cell.get(f"Healthcare Provider Taxonomy Code_{number}", "")
        if code and cell.get(f"Healthcare Provider Primary Taxonomy Switch_{number}") == "Y":
            found.insert(0, code)
        elif code:
            found.append(code)
    return found


def _day(text: str) -> date | None:
    if not text:
        return None
    match = _DAY.match(text)
    if match is None:
        raise ValueError(f"{text!r} is no day like 01/31/2026")
    return date(int(match[3]), int(match[1]), int(match[2]))


LAYOUTS = (
    Layout(
        "NPPES extract (npidata_pfile)",
        "npi-registry",
        lambda source: source.head.replace('"', "").startswith("NPI,Entity Type Code,"),
        lambda source: Content("", None, {"npi_registry": _rows(source)}),
    ),
)
