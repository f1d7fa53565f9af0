"""Contract terms as people write them: TOML (or JSON) text in, data out, and back; a table of fees from a file.

Data is what JSON can hold, for that is how a contract is stored: days become ISO 8601 text.
"""

from __future__ import annotations

import csv
import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from claimwright.errors import InputError
from claimwright.findings import Finding, Severity, Where
from claimwright.money import parse_cents

FEES_MAX = 50_000
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+\Z")
_CODE, _MODIFIER = re.compile(r"[0-9A-Z]{5}\Z"), re.compile(r"[0-9A-Z]{2}\Z")
_COLUMNS = frozenset(("code", "modifier", "cents", "amount"))
_FINDINGS_MAX = 20


def read_terms_text(text: str) -> dict[str, Any]:
    """The data of terms that were typed. Raises `InputError` that says where the text cannot be read."""
    try:
        data = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except ValueError as error:
        raise InputError(f"The terms cannot be read: {error}.") from error
    found: dict[str, Any] = _storable(data)
    return found


def write_terms_text(terms: Mapping[str, Any]) -> str:
    """Terms as TOML: values first, then tables, then lists of tables."""
    return "\n".join(_lines(terms, ())).strip() + "\n"


@dataclass(frozen=True, slots=True)
class FeeFile:
    """A table of fees: cents by code, or by code and modifier (`70551-26`)."""

    cents: Mapping[str, int]

    def text(self, name: str) -> str:
        """The table as a part of terms."""
        return write_terms_text({"tables_cents": {name: self.cents}})


def read_fee_file(name: str, data: bytes) -> FeeFile:
    """Fees from comma separated values with the columns code, modifier (may be left out), and cents or amount.

    `amount` is in dollars and cents, `cents` in whole cents. Raises `InputError`, with a finding for each row that is
    wrong, and then nothing is taken.
    """
    rows = list(csv.reader(data.decode("utf-8-sig", "replace").splitlines()))
    columns = [column.strip().casefold() for column in rows[0]] if rows else []
    unknown = sorted(set(columns) - _COLUMNS)
    if unknown or "code" not in columns or ("cents" in columns) == ("amount" in columns):
        said = f"It does not know the column {unknown[0]!r}." if unknown else "It needs the columns code and amount."
        raise _refuse(name, [_finding(name, 1, said, "Write code, modifier (may be left out), amount or cents.")])
    if len(rows) > FEES_MAX:
        raise InputError(f"{name} has more than {FEES_MAX:,} rows.")
    found: dict[str, int] = {}
    wrong = []
    for number, row in enumerate(rows[1:], 2):
        if not any(value.strip() for value in row):
            continue
        try:
            key, cents = _fee(dict(zip(columns, (value.strip() for value in row), strict=False)))
            if key in found:
                raise ValueError(f"{key} is there twice.")
            found[key] = cents
        except ValueError as error:
            wrong.append(_finding(name, number, str(error), "Correct the row; nothing was taken."))
    if wrong or not found:
        raise _refuse(name, wrong or [_finding(name, 1, "It has no fees.", "Choose another file.")])
    return FeeFile(found)


def _fee(row: Mapping[str, str]) -> tuple[str, int]:
    code, modifier = row.get("code", "").upper(), row.get("modifier", "").upper()
    if not _CODE.match(code):
        raise ValueError(f"{code or 'Nothing'} is no code of five characters.")
    if modifier and not _MODIFIER.match(modifier):
        raise ValueError(f"{modifier} is no modifier of two characters.")
    text = row.get("cents", row.get("amount", "")).replace(",", "").removeprefix("$")
    is_cents = "cents" in row
    if is_cents and not (text.isascii() and text.isdigit()):
        raise ValueError(f"{text or 'Nothing'} is no whole number of cents.")
    cents = int(text) if is_cents else parse_cents(text)
    if cents < 0:
        raise ValueError(f"{text} is below zero.")
    return f"{code}-{modifier}" if modifier else code, cents


def _finding(name: str, line: int, message: str, hint: str) -> Finding:
    return Finding("PAT-021", Severity.ERROR, message, hint, Where(file=name, field=f"line {line}"))


def _refuse(name: str, findings: Sequence[Finding]) -> InputError:
    return InputError(f"{name} was not taken: {findings[0].message}", list(findings[:_FINDINGS_MAX]))


def _storable(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _storable(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_storable(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


def _lines(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    later = {name: value for name, value in table.items() if _is_table(value) or _is_list_of_tables(value)}
    plain = {name: value for name, value in table.items() if name not in later}
    for name, value in plain.items():
        yield f"{_key(name)} = {_value(value)}"
    for name, value in later.items():
        inner = (*path, _key(name))
        for one in [value] if _is_table(value) else value:
            head = ".".join(inner)
            if not _is_table(value):
                yield f"\n[[{head}]]"
            elif any(not _is_table(inside) for inside in one.values()) or not one:
                yield f"\n[{head}]"
            yield from _lines(one, inner)


def _is_table(value: Any) -> bool:
    return isinstance(value, Mapping)


def _is_list_of_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, Mapping) for one in value)


def _key(name: str) -> str:
    return name if _BARE_KEY.match(name) else json.dumps(name, ensure_ascii=False)


def _value(value: Any) -> str:
    """A value as TOML: texts, numbers, true and false, and lists of them are written as JSON writes them."""
    return json.dumps(value, ensure_ascii=False)
