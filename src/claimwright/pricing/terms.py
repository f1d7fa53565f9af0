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
    codes = ["70010-79999"]
    percent_of_medicare = 120              # of Medicare's physician fee schedule
    [[rates]]
    table = "schedule"
    percent = 110

    [default_rate]                         # for codes without a fee: no rate names them, or the table lacks them
    percent_of_charge = 40

    [medicare]                             # which schedule; left out: the one of the day of service
    percent = 115                          # a last rate: so much of Medicare for every code that no rate names
    year = 2025                            # held still: the schedule of that year; or on = "2025-01-01"; or "current"
    locality = "01182-18"                  # contractor and locality; left out: by ZIP code of the place of care
    is_apm = false                         # the factor of advanced payment models, from 2026 on
    practitioner_percents = {363L = 85}    # by taxonomy; left out: Medicare's own (85 and 75 %)

    [modifier_percents]                    # what a modifier makes of the fee; before Medicare's own rules
    50 = 150

    [multiple_procedures]                  # by rank of the fee within a day, for one practitioner
    codes = ["10004-69990"]
    percents = [100, 50, 50, 50, 50]       # or rules = "medicare": by each code's indicator

    [escalator]                            # fees rise on that day, and on it each year after, compounding
    percent = 3                            # percentages of the charge do not rise
    first_date = "2027-01-01"
    rounding = "once"                      # half up to the cent at the end; or "each_year"

What no rate names is not priced. A table's missing code is not priced either: rates do not fall through to one another,
only to the default rate.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any

from claimwright.codesets.mpfs import Locality
from claimwright.errors import InputError
from claimwright.pricing.codes import CodeSet
from claimwright.pricing.escalators import NOT_RAISED, Escalation, Escalator
from claimwright.pricing.medicare_basis import PRACTITIONER_PERCENTS, MedicareBasis
from claimwright.pricing.rates import Basis, FeeTable, MultipleProcedures, Rate

_KEYS = frozenset(
    (
        *("name", "effective_date", "end_date", "lesser_of_charge", "tables_cents", "rates", "default_rate"),
        *("modifier_percents", "multiple_procedures", "medicare", "escalator"),
    )
)
_BASES = {"table": Basis.TABLE, "percent_of_charge": Basis.CHARGE, "percent_of_medicare": Basis.MEDICARE}
_RATE_KEYS = frozenset({"codes", "percent", *_BASES})
_MEDICARE_KEYS = frozenset({"percent", "year", "on", "locality", "is_apm", "practitioner_percents"})
_ESCALATOR_KEYS = frozenset({"percent", "first_date", "codes", "rounding"})
_LOCALITY = re.compile(r"(\d{5})-(\d\d)", re.ASCII)
_PERCENT_MAX = 1000
_FIRST_YEAR = 1992
"""The first year of the physician fee schedule."""


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
    default_rate: Rate | None = None
    medicare: MedicareBasis = field(default_factory=MedicareBasis)
    escalator: Escalator | None = None

    def escalation(self, day: date, code: str) -> Escalation:
        """How the fee of a code is raised for services of a day."""
        return self.escalator.on(day, code) if self.escalator else NOT_RAISED


def read_terms(terms: Mapping[str, Any]) -> Terms:
    """The terms that this data describes. Raises `InputError` that names the key which is wrong."""
    _refuse_unknown(terms, _KEYS, "the terms")
    tables = {name: FeeTable(name, _fees(name, fees)) for name, fees in _mapping(terms, "tables_cents").items()}
    several, default, escalator = (terms.get(key) for key in ("multiple_procedures", "default_rate", "escalator"))
    medicare = _mapping(terms, "medicare")
    last = [{"percent_of_medicare": medicare["percent"]}] if "percent" in medicare else []
    return Terms(
        name=str(terms.get("name", "")),
        rates=tuple(_rate(rate, tables) for rate in (*terms.get("rates", ()), *last)),
        effective_date=_day(terms, "effective_date"),
        end_date=_day(terms, "end_date"),
        lesser_of_charge=_flag(terms, "lesser_of_charge"),
        modifier_percents=MappingProxyType(
            {str(name): _percent(value, name) for name, value in _mapping(terms, "modifier_percents").items()}
        ),
        multiple_procedures=_multiple_procedures(several) if several is not None else None,
        default_rate=_rate(default, tables) if default is not None else None,
        medicare=_medicare(medicare),
        escalator=_escalator(escalator) if escalator is not None else None,
    )


def _rate(rate: Mapping[str, Any], tables: Mapping[str, FeeTable]) -> Rate:
    _refuse_unknown(rate, _RATE_KEYS, "a rate")
    codes = CodeSet.of(rate.get("codes", ("*",)))
    given = [key for key in _BASES if key in rate]
    if len(given) != 1:
        raise InputError("contract: a rate needs either a table, percent_of_charge or percent_of_medicare")
    (key,) = given
    if key != "table":
        if "percent" in rate:
            raise InputError(f"contract: percent belongs to a table; this rate has its percentage in {key}")
        return Rate(codes, _percent(rate[key], key), _BASES[key])
    table = tables.get(rate["table"])
    if table is None:
        raise InputError(f"contract: there is no table {rate['table']!r} in tables_cents")
    return Rate(codes, _percent(rate.get("percent", 100), "percent"), Basis.TABLE, table)


def _medicare(given: Mapping[str, Any]) -> MedicareBasis:
    _refuse_unknown(given, _MEDICARE_KEYS, "medicare")
    year = given.get("year", "current")
    if year != "current" and (not isinstance(year, int) or isinstance(year, bool) or year < _FIRST_YEAR):
        raise InputError(f'contract: the year of medicare is {year!r}, not a year like 2025 or "current"')
    if year != "current" and "on" in given:
        raise InputError("contract: medicare needs either a year or a day (on), not both")
    percents = _mapping(given, "practitioner_percents")
    return MedicareBasis(
        year=None if year == "current" else year,
        on=_day(given, "on"),
        locality=read_locality(given["locality"]) if "locality" in given else None,
        is_apm=_flag(given, "is_apm"),
        practitioner_percents=MappingProxyType({str(key): _percent(value, key) for key, value in percents.items()})
        if "practitioner_percents" in given
        else PRACTITIONER_PERCENTS,
    )


def read_locality(text: object) -> Locality:
    """`'01182-18'` as a locality. Raises `InputError` for anything else."""
    named = _LOCALITY.fullmatch(str(text))
    if named is None:
        raise InputError(f"contract: the locality {text!r} is not like 01182-18, contractor and locality")
    return Locality(named[1], named[2])


def _escalator(given: Mapping[str, Any]) -> Escalator:
    _refuse_unknown(given, _ESCALATOR_KEYS, "escalator")
    first_date, rounding = _day(given, "first_date"), given.get("rounding", "once")
    if "percent" not in given or first_date is None:
        raise InputError("contract: an escalator needs a percent and a first_date")
    if rounding not in ("once", "each_year"):
        raise InputError(f"contract: rounding is {rounding!r}, neither once nor each_year")
    codes = CodeSet.of(given.get("codes", ("*",)))
    return Escalator(_percent(given["percent"], "percent"), first_date, codes, rounding == "each_year")


def _multiple_procedures(several: Mapping[str, Any]) -> MultipleProcedures:
    _refuse_unknown(several, frozenset({"codes", "percents", "rules"}), "multiple_procedures")
    codes = CodeSet.of(several.get("codes", ("*",)))
    if "rules" in several:
        if several["rules"] != "medicare" or "percents" in several:
            raise InputError('contract: multiple_procedures needs either percents or rules = "medicare"')
        return MultipleProcedures(codes, is_as_medicare=True)
    percents = tuple(_percent(value, "percents") for value in several.get("percents", ()))
    if not percents:
        raise InputError("contract: multiple_procedures needs percents, the first for the highest fee")
    return MultipleProcedures(codes, percents)


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
