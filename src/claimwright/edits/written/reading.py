"""From what a person wrote to a rule: TOML, or the same as plain data. What is wrong becomes findings."""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from claimwright.edits.written.patterns import Codes
from claimwright.edits.written.rule import FIELD_NAMES, SLUG_MAX, Then, When, WrittenRule, slug_of
from claimwright.errors import InputError
from claimwright.findings import Finding, Kind, Severity, Where
from claimwright.money import parse_cents

_E = Severity.ERROR
NO_TOML = Kind("WRITTEN-001", _E, "The rules cannot be read: {why}.", "Mend the TOML at that place.")
UNKNOWN_FIELD = Kind("WRITTEN-002", _E, "A rule has no field {name!r}.", "Fields here: {known}.")
WRONG_VALUE = Kind("WRITTEN-003", _E, "{value} cannot stand here: {why}.", "Write {wanted}.")
NO_NAME = Kind("WRITTEN-004", _E, "The rule has no name.", "Name it so that a biller knows what it is about.")
NO_DEMAND = Kind(
    "WRITTEN-005", _E, "The rule asks for nothing.", "Say in `then` what the service must have, or forbid or warn."
)
TWO_DEMANDS = Kind(
    "WRITTEN-006",
    _E,
    "The rule forbids or warns, and asks for something else too.",
    "Keep one of forbid, warn and what the service must have; make two rules of it.",
)
TURNED_AROUND = Kind("WRITTEN-007", _E, "{high} is before {low}.", "Exchange the two, or leave one out.")
SAME_SLUG = Kind("WRITTEN-008", _E, "Two rules are called {slug}.", "Give one of them another name or slug.")
HALF_FREQUENCY = Kind(
    "WRITTEN-009",
    _E,
    "The rule asks about earlier claims, but not how many days back.",
    "Say it in earlier_within_days, or leave earlier_codes and earlier_count out.",
)


class Form(NamedTuple):
    """How a field is written: how to read its text, and what to write there."""

    read: Callable[[Any], Any]
    wanted: str


def read_rules(text: str) -> tuple[tuple[WrittenRule, ...], tuple[Finding, ...]]:
    """The rules of a TOML text, each a `[[rule]]`, and what is wrong; a rule with an error is left out."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        return (), (NO_TOML.finding(Where(), why=wrong),)
    findings = [
        UNKNOWN_FIELD.finding(Where(field=name), name=name, known="rule") for name in sorted(data.keys() - {"rule"})
    ]
    entries = data.get("rule", [])
    if not isinstance(entries, list):
        entries = [entries]
    rules = []
    for number, entry in enumerate(entries, 1):
        rule, wrong_here = read_rule(entry, place=f"rule {number}")
        findings += wrong_here
        if rule is not None:
            rules.append(rule)
    return tuple(rules), (*findings, *_same_slugs(rules))


def read_rule(data: Any, *, place: str = "") -> tuple[WrittenRule | None, tuple[Finding, ...]]:
    """The rule that plain data describe, None when something is wrong with it.

    Lists may be written as one text with commas or blanks between the words, numbers and days as text: a form can be
    handed over as it was typed. Empty values say nothing.
    """
    if not isinstance(data, Mapping):
        return None, (_wrong(Where(record=place), data, "it is not a table", "a [[rule]] with its fields"),)
    reader = _Reader(place=str(data.get("name") or place))
    top = reader.fields(data, "", WrittenRule, {"when", "then"})
    when = reader.fields(data.get("when") or {}, "when.", When)
    then = reader.fields(data.get("then") or {}, "then.", Then)
    if not reader.findings:
        reader.check(top, when, then)
    if reader.findings:
        return None, tuple(reader.findings)
    top["slug"] = slug_of(top.get("slug") or top["name"]) or "unnamed"
    if then.get("warn"):
        top["severity"] = Severity.WARNING
    return WrittenRule(**top, when=When(**when), then=Then(**then)), ()


def rule_from_data(data: Mapping[str, Any]) -> WrittenRule:
    """The rule that stored data describe. Raises `InputError` with what is wrong with them."""
    rule, findings = read_rule(data)
    if rule is None:
        raise InputError(f"The rule {data.get('name') or 'without a name'} cannot be used", findings)
    return rule


@dataclass
class _Reader:
    """Reads the fields of one rule and keeps what is wrong."""

    place: str
    findings: list[Finding] = dataclasses.field(default_factory=list)

    def tell(self, kind: Kind, field: str, **words: object) -> None:
        self.findings.append(kind.finding(Where(record=self.place or None, field=field), **words))

    def fields(self, data: Any, prefix: str, record: type[Any], tables: Iterable[str] = ()) -> dict[str, Any]:
        """The values of one table by the names of the record's fields."""
        if not isinstance(data, Mapping):
            self.findings.append(_wrong(Where(self.place, field=prefix), data, "it is not a table", "its fields"))
            return {}
        own = {FIELD_NAMES.get(one.name, one.name): one for one in dataclasses.fields(record)}
        values: dict[str, Any] = {}
        for name, value in data.items():
            if name in tables:
                continue
            if name not in own:
                known = ", ".join(own)
                self.tell(UNKNOWN_FIELD, f"{prefix}{name}", name=name, known=known)
            elif value not in ("", None, [], ()):
                form = _form(own[name])
                try:
                    values[own[name].name] = form.read(value)
                except (ValueError, TypeError) as why:
                    self.tell(WRONG_VALUE, f"{prefix}{name}", value=repr(value), why=why, wanted=form.wanted)
        return values

    def check(self, top: Mapping[str, Any], when: Mapping[str, Any], then: Mapping[str, Any]) -> None:
        """What the fields say together."""
        if not top.get("name"):
            self.tell(NO_NAME, "name")
        self._in_order(top, "since", "until", "until")
        self._in_order(when, "age_from", "age_until", "when.age_until")
        asked = [name for name, value in then.items() if value]
        if not asked:
            self.tell(NO_DEMAND, "then")
        elif len(asked) > 1 and {"forbid", "warn"} & set(asked):
            self.tell(TWO_DEMANDS, "then")
        if (when.get("earlier_codes") or when.get("earlier_count")) and not when.get("earlier_within_days"):
            self.tell(HALF_FREQUENCY, "when.earlier_within_days")

    def _in_order(self, values: Mapping[str, Any], low: str, high: str, field: str) -> None:
        first, last = values.get(low), values.get(high)
        if first is not None and last is not None and last < first:
            self.tell(TURNED_AROUND, field, low=first, high=last)


def _same_slugs(rules: Iterable[WrittenRule]) -> Iterator[Finding]:
    seen: set[str] = set()
    for rule in rules:
        if rule.slug in seen:
            yield SAME_SLUG.finding(Where(record=rule.name, field="slug"), slug=rule.slug)
        seen.add(rule.slug)


def _wrong(where: Where, value: object, why: object, wanted: str) -> Finding:
    return WRONG_VALUE.finding(where, value=repr(value), why=why, wanted=wanted)


def _words(value: Any) -> list[str]:
    """`'99213, J*'` and `['99213', 'J*']` alike; a range may be written with blanks around its dash."""
    if isinstance(value, str):
        return value.replace(" - ", "-").replace(",", " ").replace(";", " ").split()
    if isinstance(value, list | tuple) and all(isinstance(one, str) for one in value):
        return [word for one in value for word in _words(one)]
    raise TypeError("it is neither a text nor a list of texts")


def _names(value: Any) -> tuple[str, ...]:
    """Texts with blanks in them: a list, or one to a line."""
    lines = value.splitlines() if isinstance(value, str) else value
    if not isinstance(lines, list | tuple) or not all(isinstance(one, str) for one in lines):
        raise TypeError("it is neither a text nor a list of texts")
    return tuple(one.strip() for one in lines if one.strip())


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("it is not a text")
    if len(value) > _TEXT_MAX:
        raise ValueError(f"it has more than {_TEXT_MAX} characters")
    return " ".join(value.split())


def _slug(value: Any) -> str:
    if slug_of(_text(value)) != value:
        raise ValueError("it is not a short name")
    return str(value)


def _yes(value: Any) -> bool:
    answers = {"yes": True, "true": True, "on": True, "no": False, "false": False}
    answer = answers.get(value.strip().lower()) if isinstance(value, str) else value
    if not isinstance(answer, bool):
        raise TypeError("it is neither yes nor no")
    return answer


def _count(value: Any) -> int:
    text = str(value).strip()
    if isinstance(value, bool) or not (text.isascii() and text.isdigit()) or len(text) > _COUNT_DIGITS:
        raise ValueError("it is not a whole number")
    return int(text)


def _quantity(value: Any) -> Decimal:
    try:
        quantity = Decimal(str(value).strip())
    except InvalidOperation:
        quantity = Decimal(-1)
    if isinstance(value, bool) or not quantity.is_finite() or not 0 <= quantity < _QUANTITY_END:
        raise ValueError("it is not a number of units")
    return quantity


def _cents(value: Any) -> int:
    if isinstance(value, bool | float) and round(value, 2) != value:
        raise ValueError("it is not an amount")
    cents = parse_cents(str(value).strip().lstrip("$").replace(",", ""))
    if cents < 0:
        raise ValueError("it is less than nothing")
    return cents


def _day(value: Any) -> date:
    return value if type(value) is date else date.fromisoformat(str(value).strip())


def _severity(value: Any) -> Severity:
    if str(value) not in (Severity.ERROR, Severity.WARNING):
        raise ValueError("it is neither error nor warning")
    return Severity(str(value))


def _form(field: dataclasses.Field[Any]) -> Form:
    """How the texts of a field are read: by its name, else by what it holds."""
    if isinstance(field.default, Codes):
        kind = field.default.kind
        return Form(lambda value: Codes.read(kind, _words(value)), f"{kind.noun}, several, ranges, or J* for all J")
    return _FORMS.get(field.name) or _FORMS_BY_TYPE[str(field.type)]


_TEXT_MAX = 400
_COUNT_DIGITS = 5
_QUANTITY_END = 10**9
_FORMS = {
    "slug": Form(_slug, f"small letters, digits and single dashes, at most {SLUG_MAX}"),
    "severity": Form(_severity, "error or warning"),
    "charge_over_cents": Form(_cents, "dollars and cents, such as 250 or 99.50"),
}
_FORMS_BY_TYPE = {
    "str": Form(_text, f"a text of at most {_TEXT_MAX} characters"),
    "tuple[str, ...]": Form(_names, "a list of texts, or one to a line"),
    "bool": Form(_yes, "yes or leave it out"),
    "int | None": Form(_count, "a whole number"),
    "Decimal | None": Form(_quantity, "a number"),
    "date | None": Form(_day, "a day, as 2026-01-31"),
}
