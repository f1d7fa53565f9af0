"""HCPCS level II: CMS's quarterly file of 320-byte lines, and the decoded tables that other tools make of it.

A code's long description goes on over several lines of the fixed form. Dental codes (D) belong to the American Dental
Association and CPT's numbers to the American Medical Association: a file that describes them is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from claimwright.codesets.releases.layouts import Content, Layout, Row, places_of_columns, refuse
from claimwright.codesets.releases.sources import Source

_FIXED_LINE = re.compile(r"([A-CE-Z]\d{4}|   [0-9A-Z]{2})\d{5}[3478].{80}")
_FIRST_RECORDS = frozenset("37")
_RECORD = 10
_FIELDS = {
    "short": (91, 119),
    "pricing": (119, 127),
    "multiple_pricing": (127, 128),
    "coverage": (229, 230),
    "betos": (256, 259),
    "service_types": (260, 265),
    "added": (268, 276),
    "acted": (276, 284),
    "ended": (284, 292),
    "action": (292, 293),
}
_ONE_TABLE = (
    "hcpcs",
    "type",
    "long_description",
    "short_description",
    "price",
    "mult_pi",
    "cim",
    "mcm",
    "statute",
    "labcert",
    "xref",
    "cov",
    "asc_grp",
    "asc_dt",
    "procnote",
    "betos",
    "tos",
    "date_added",
    "date_action",
    "date_ended",
    "action",
)
_DESCRIPTIONS = ("hcpcs_code", "hcpcs_desc_type", "hcpcs_description")
_INDICATORS = (
    "hcpcs_code",
    "price",
    "multi",
    "cov",
    "betos",
    "tos",
    "action",
    "cim",
    "mcm",
    "statute",
    "lab",
    "xref",
    "asc_grp",
    "proc",
    "anes",
    "date_term",
    "date_added",
    "date_asc",
    "date_action",
)
_CODE = re.compile(r"[A-CE-V]\d{4}|[0-9A-Z]{2}")


def _refuse_value(source: Source, number: int, code: str) -> Exception:
    if re.fullmatch(r"\d{4}[0-9A-Z]|D\d{4}", code):
        hint = "Descriptions of CPT and dental codes may not be kept here: load HCPCS level II as CMS publishes it."
        return refuse(
            source, "LOAD-LICENCE", f"Row {number} describes {code}, whose owner sells it.", hint, index=number
        )
    hint = "It is cut off or damaged: fetch it again from its publisher."
    return refuse(source, "LOAD-VALUE", f"Row {number}: {code!r} is no HCPCS code or modifier.", hint, index=number)


def _day(text: str) -> date | None:
    if not text:
        return None
    return datetime.strptime(text, "%Y-%m-%d" if "-" in text else "%Y%m%d").date()  # noqa: DTZ007 - a day, no instant


def _code_row(code: str, cell: dict[str, str]) -> Row:
    return (
        code,
        int(len(code) == len("LT")),
        cell["pricing"],
        cell["coverage"],
        cell["betos"],
        cell["service_types"],
        _day(cell["added"]),
        _day(cell["acted"]),
        _day(cell["ended"]),
        cell["action"],
    )


def _read_fixed(source: Source) -> Content:
    return Content("", None, {"hcpcs_codes": _fixed_codes(source), "hcpcs_descriptions": _fixed_texts(source)})


def _fixed_lines(source: Source) -> Iterator[tuple[int, str]]:
    """The lines of codes, numbered; those before the first are CMS's disclaimers."""
    has_begun = False
    for number, line in enumerate(source.lines(), start=1):
        if _FIXED_LINE.match(line):
            has_begun = True
            yield number, line
        elif has_begun and line.strip():
            raise _refuse_value(source, number, line[:5].strip())


def _fixed_codes(source: Source) -> Iterator[Row]:
    for number, line in _fixed_lines(source):
        if line[_RECORD] not in _FIRST_RECORDS:
            continue
        if len(line) < _FIELDS["action"][1]:
            raise _refuse_value(source, number, line[:5].strip())
        yield _code_row(line[:5].strip(), {name: line[start:end].strip() for name, (start, end) in _FIELDS.items()})


def _fixed_texts(source: Source) -> Iterator[Row]:
    code, long, short = "", [""], ""
    for _, line in _fixed_lines(source):
        if line[_RECORD] in _FIRST_RECORDS:
            yield from _texts(code, " ".join(long), short)
            code, long, short = line[:5].strip(), [], line[slice(*_FIELDS["short"])].strip()
        long.append(line[11:91].strip())
    yield from _texts(code, " ".join(long), short)


def _texts(code: str, long: str, short: str) -> Iterable[Row]:
    return [(code, kind, text) for kind, text in (("long", long), ("short", short)) if code and text]


def _rows(source: Source, known: tuple[str, ...]) -> Iterator[tuple[str, dict[str, str]]]:
    rows = source.csv_rows()
    at = places_of_columns(source, next(rows), known)
    for number, row in enumerate(rows, start=2):
        if len(row) != len(known) or not _CODE.fullmatch(row[0]):
            raise _refuse_value(source, number, row[0] if row else "")
        yield row[0], {name: row[place] for name, place in at.items()}


def _read_one_table(source: Source) -> Content:
    def codes() -> Iterator[Row]:
        for code, cell in _rows(source, _ONE_TABLE):
            named = {"pricing": "price", "coverage": "cov", "betos": "betos", "service_types": "tos"}
            days = {"added": "date_added", "acted": "date_action", "ended": "date_ended", "action": "action"}
            yield _code_row(code, {name: cell[column] for name, column in {**named, **days}.items()})

    def texts() -> Iterator[Row]:
        for code, cell in _rows(source, _ONE_TABLE):
            yield from _texts(code, cell["long_description"], cell["short_description"])

    return Content("", None, {"hcpcs_codes": codes(), "hcpcs_descriptions": texts()})


def _read_indicators(source: Source) -> Content:
    def codes() -> Iterator[Row]:
        for code, cell in _rows(source, _INDICATORS):
            named = {"pricing": "price", "coverage": "cov", "betos": "betos", "service_types": "tos"}
            days = {"added": "date_added", "acted": "date_action", "ended": "date_term", "action": "action"}
            yield _code_row(code, {name: cell[column] for name, column in {**named, **days}.items()})

    return Content("", None, {"hcpcs_codes": codes()})


def _read_descriptions(source: Source) -> Content:
    rows = (
        (code, cell["hcpcs_desc_type"].lower(), cell["hcpcs_description"])
        for code, cell in _rows(source, _DESCRIPTIONS)
    )
    return Content("", None, {"hcpcs_descriptions": rows})


def _is_fixed(source: Source) -> bool:
    """CMS's disclaimers, then lines of 320 bytes."""
    found = next((line for line in source.lines() if _FIXED_LINE.match(line)), None)
    return found is not None and len(found) > _FIELDS["added"][0]


def _starts(*columns: str) -> str:
    return ",".join(columns)


LAYOUTS = (
    Layout(
        "HCPCS level II, one table", "hcpcs", lambda one: one.head.startswith(_starts(*_ONE_TABLE[:5])), _read_one_table
    ),
    Layout(
        "HCPCS level II, indicators",
        "hcpcs",
        lambda one: one.head.startswith(_starts(*_INDICATORS[:4])),
        _read_indicators,
    ),
    Layout(
        "HCPCS level II, descriptions",
        "hcpcs",
        lambda one: one.head.startswith(_starts(*_DESCRIPTIONS)),
        _read_descriptions,
    ),
    Layout(
        "HCPCS level II, 320-byte lines",
        "hcpcs",
        lambda one: one.head.startswith("***Disclaimers") and _is_fixed(one),
        _read_fixed,
    ),
)
