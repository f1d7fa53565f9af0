"""Reads a contract from JSON or TOML data.

    name = "Prairie Health 2026"
    effective_date = "2026-01-01"          # to the day; end_date likewise; both may be left out
    lesser_of_charge = true                # never expect more than was charged

    [tables_cents.schedule]                # fees in cents by code, or by code and modifier
    99213 = 9200
    "70551-26" = 7150

    [[rates]]                              # the first rate that names the code is used
    codes = ["99202-99215"]                # codes, ranges, prefixes; left out: every code
    table = "schedule"                     # with `percent`, that percentage of it
    [[rates]]
    codes = ["J*"]
    percent_of_charge = 45
    [[rates]]
    table = "schedule"
    percent = 110

    [modifier_percents]                    # what a modifier makes of the fee
    50 = 150

    [multiple_procedures]                  # by rank of the fee within a day
    codes = ["10004-69990"]
    percents = [100, 50, 50, 50, 50]

What no rate names is not priced. A table's missing code is not priced either: rates do not fall through.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any

from claimwright.errors import InputError
from claimwright.pricing.codes import CodeSet
from claimwright.pricing.rates import FeeTable, MultipleProcedures, Rate

_KEYS = frozenset(
    (
        *("name", "effective_date", "end_date", "lesser_of_charge", "tables_cents", "rates"),
        *("modifier_percents", "multiple_procedures"),
    )
)
_RATE_KEYS = frozenset({"codes", "table", "percent", "percent_of_charge"})
_PERCENT_MAX = 1000


@dataclass(frozen=True, slots=True)
class Terms:
    """A contract's terms, for services from `effective_date` to `end_date` (both included)."""

    name: str
    rates: tuple[Rate, ...]
    effective_date: date | None = None
    end_date: date | None = None
    lesser_of_charge: bool = False
    modifier_percents: Mapping[str, Decimal] = field(default_factory=dict)
    multiple_procedures: MultipleProcedures | None = None


def read_terms(terms: Mapping[str, Any]) -> Terms:
    """The terms that this data describes. Raises `InputError` that names the key which is wrong."""
    _refuse_unknown(terms, _KEYS, "the terms")
    tables = {name: FeeTable(name, _fees(name, fees)) for name, fees in _mapping(terms, "tables_cents").items()}
    several = terms.get("multiple_procedures")
    return Terms(
        name=str(terms.get("name", "")),
        rates=tuple(_rate(rate, tables) for rate in terms.get("rates", ())),
        effective_date=_day(terms, "effective_date"),
        end_date=_day(terms, "end_date"),
        lesser_of_charge=_flag(terms, "lesser_of_charge"),
        modifier_percents=MappingProxyType(
            {str(name): _percent(value, name) for name, value in _mapping(terms, "modifier_percents").items()}
        ),
        multiple_procedures=_multiple_procedures(several) if several is not None else None,
    )


def _rate(rate: Mapping[str, Any], tables: Mapping[str, FeeTable]) -> Rate:
    _refuse_unknown(rate, _RATE_KEYS, "a rate")
    codes = CodeSet.of(rate.get("codes", ("*",)))
    if ("table" in rate) == ("percent_of_charge" in rate):
        raise InputError("contract: a rate needs either a table or percent_of_charge")
    if "table" not in rate:
        return Rate(codes, _percent(rate["percent_of_charge"], "percent_of_charge"))
    table = tables.get(rate["table"])
    if table is None:
        raise InputError(f"contract: there is no table {rate['table']!r} in tables_cents")
    return Rate(codes, _percent(rate.get("percent", 100), "percent"), table)


def _multiple_procedures(several: Mapping[str, Any]) -> MultipleProcedures:
    _refuse_unknown(several, frozenset({"codes", "percents"}), "multiple_procedures")
    percents = tuple(_percent(value, "percents") for value in several.get("percents", ()))
    if not percents:
        raise InputError("contract: multiple_procedures needs percents, the first for the highest fee")
    return MultipleProcedures(CodeSet.of(several.get("codes", ("*",))), percents)


def _fees(name: str, fees: Mapping[str, Any]) -> Mapping[str, int]:
    for code, cents in fees.items():
        if not isinstance(cents, int) or isinstance(cents, bool) or cents < 0:
            raise InputError(f"contract: the fee of {code} in table {name!r} is {cents!r}, not whole cents")
    return MappingProxyType(dict(fees))


def _percent(value: Any, key: str) -> Decimal:
    """A percentage as it was written: `62.5` stays exactly that."""
    try:
        percent = Decimal(str(value))
    except InvalidOperation as error:
        raise InputError(f"contract: {key} is {value!r}, not a percentage") from error
    if isinstance(value, bool) or not percent.is_finite() or not 0 <= percent <= _PERCENT_MAX:
        raise InputError(f"contract: {key} is {value!r}, not a percentage from 0 to {_PERCENT_MAX}")
    return percent


def _day(terms: Mapping[str, Any], key: str) -> date | None:
    value = terms.get(key)
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise InputError(f"contract: {key} is {value!r}, not a day like 2026-01-31") from error


def _flag(terms: Mapping[str, Any], key: str) -> bool:
    value = terms.get(key, False)
    if not isinstance(value, bool):
        raise InputError(f"contract: {key} is {value!r}, not true or false")
    return value


def _mapping(terms: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = terms.get(key, {})
    if not isinstance(value, Mapping):
        raise InputError(f"contract: {key} is not a table of values")
    return value


def _refuse_unknown(given: Mapping[str, Any], known: Collection[str], what: str) -> None:
    unknown = sorted(given.keys() - set(known))
    if unknown:
        raise InputError(f"contract: {what} has unknown {', '.join(unknown)}; known are {', '.join(sorted(known))}")
