"""A written rule as a record: when it looks, what it asks for, and the examples that it is tested by."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from claimwright.edits.written.patterns import CodeKind, Codes
from claimwright.findings import Severity
from claimwright.money import x12_amount

SLUG_MAX = 48
CODE_PREFIX = "RULE-"

Value = Codes | bool | int | Decimal | date | str | tuple[str, ...] | Severity | None


NO_PROCEDURES = Codes(CodeKind.PROCEDURE)
NO_DIAGNOSES = Codes(CodeKind.DIAGNOSIS)
NO_MODIFIERS = Codes(CodeKind.MODIFIER)
NO_PLACES = Codes(CodeKind.PLACE)
NO_TAXONOMIES = Codes(CodeKind.TAXONOMY)
NO_REASONS = Codes(CodeKind.REASON)


@dataclass(frozen=True, slots=True)
class When:
    """What a service must be like for the rule to look at it; what is not said is not asked.

    `modifiers` and `diagnoses`: one of them is there; the `without_` ones: none is. A service's diagnoses are those it
    points to. `taxonomies` are of whoever gave the care. `with_codes`: the claim has one of these on the same day,
    `without_codes`: none of them. `earlier_within_days`: that many days back the payer was sent one of `earlier_codes`
    (the service's own code where none is named) `earlier_count` times or more. Ages in whole years, both included.
    """

    codes: Codes = NO_PROCEDURES
    modifiers: Codes = NO_MODIFIERS
    without_modifiers: Codes = NO_MODIFIERS
    diagnoses: Codes = NO_DIAGNOSES
    without_diagnoses: Codes = NO_DIAGNOSES
    places: Codes = NO_PLACES
    age_from: int | None = None
    age_until: int | None = None
    units_over: Decimal | None = None
    charge_over_cents: int | None = None
    taxonomies: Codes = NO_TAXONOMIES
    with_codes: Codes = NO_PROCEDURES
    without_codes: Codes = NO_PROCEDURES
    earlier_codes: Codes = NO_PROCEDURES
    earlier_within_days: int | None = None
    earlier_count: int | None = None


@dataclass(frozen=True, slots=True)
class Then:
    """What the service must have, all of it; or that it may not be billed so (`forbid`), or is worth a look (`warn`).

    Of the codes of one field one is enough; `codes` are other services of the claim on the same day.
    """

    modifiers: Codes = NO_MODIFIERS
    diagnoses: Codes = NO_DIAGNOSES
    places: Codes = NO_PLACES
    codes: Codes = NO_PROCEDURES
    authorization: bool = False
    referral: bool = False
    referring: bool = False
    note: bool = False
    attachment: bool = False
    forbid: bool = False
    warn: bool = False


@dataclass(frozen=True, slots=True)
class WrittenRule:
    """One rule that the practice wrote. `payers` are ids or names, none: every payer; `since` and `until` the first and
    last day of service for which it holds; `reasons` the codes with which the payer refuses what it catches.

    `catches` and `passes` are example claims in short form (`examples`). `source` says where the rule comes from.
    """

    name: str
    slug: str
    payers: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    severity: Severity = Severity.ERROR
    message: str = ""
    hint: str = ""
    source: str = ""
    reasons: Codes = NO_REASONS
    when: When = When()
    then: Then = Then()
    catches: tuple[str, ...] = ()
    passes: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """The code of its findings: `RULE-` and the slug."""
        return f"{CODE_PREFIX}{self.slug}"

    @property
    def look_back_days(self) -> int:
        """How many days of earlier claims it asks about."""
        return self.when.earlier_within_days or 0

    def holds_on(self, day: date | None) -> bool:
        """Whether it holds for a service of that day; of an unknown day it does."""
        return day is None or (self.since or day) <= day <= (self.until or day)

    def is_of(self, *payer_names: str) -> bool:
        """Whether it is for the payer that has these names and ids."""
        known = {name.casefold() for name in payer_names if name}
        return not self.payers or any(payer.casefold() in known for payer in self.payers)

    def to_data(self) -> dict[str, Any]:
        """The rule as JSON data, as it can be read again; without what is not said."""
        data = _plain(self)
        return {**data, "when": _plain(self.when), "then": _plain(self.then)}


def slug_of(name: str) -> str:
    """`'Modifier 25, with injection'` → `'modifier-25-with-injection'`."""
    return "-".join(re.findall(r"[a-z0-9]+", name.lower()))[:SLUG_MAX].strip("-")


FIELD_NAMES: Mapping[str, str] = {"since": "from", "charge_over_cents": "charge_over"}
"""The fields whose names in a rule's text are not those of the record."""


def _plain(record: WrittenRule | When | Then) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for one in dataclasses.fields(record):
        value = getattr(record, one.name)
        if one.name not in ("when", "then") and value not in (None, False, "", ()) and value != one.default:
            data[FIELD_NAMES.get(one.name, one.name)] = _plain_value(one.name, value)
    return data


def _plain_value(name: str, value: Value) -> Any:
    if name == "charge_over_cents" and isinstance(value, int):
        return x12_amount(value)
    if isinstance(value, Codes):
        return list(value.words)
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value if isinstance(value, bool | int) else str(value)
