"""The form of a rule: its fields in the order in which a person thinks of them, and what stands in each.

The form is the rule's data as it was typed; reading it is the library's (`edits.written.read_rule`), so that the form,
a TOML file and the command line say the same about a mistake.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.http import QueryDict

from claimwright.findings import Finding


class Field(NamedTuple):
    """A field: its name in the rule's data (dotted), label, help, and kind (text, lines, check, severity)."""

    name: str
    label: str
    help: str = ""
    kind: str = "text"


SECTIONS: tuple[tuple[str, tuple[Field, ...]], ...] = (
    (
        "The rule",
        (
            Field("name", "Name", "What a biller should understand at once"),
            Field("payers", "Payers", "Id or name, one to a line; empty: every payer", "lines"),
            Field("from", "From", "First day of service, 2026-01-31"),
            Field("until", "Until", "Last day of service"),
        ),
    ),
    (
        "When a service",
        (
            Field("when.codes", "has one of the codes", "99202-99215, J*, G0438"),
            Field("when.modifiers", "has one of the modifiers", "59, X*"),
            Field("when.without_modifiers", "has none of the modifiers"),
            Field("when.diagnoses", "points to one of the diagnoses", "E11 means all of E11"),
            Field("when.without_diagnoses", "points to none of the diagnoses"),
            Field("when.places", "is given at one of the places", "11, 21-23"),
            Field("when.age_from", "for patients from age"),
            Field("when.age_until", "up to age"),
            Field("when.units_over", "has more units than"),
            Field("when.charge_over", "is charged at more than", "dollars"),
            Field("when.taxonomies", "is given by one of the specialties", "taxonomy codes: 207Q*"),
            Field("when.with_codes", "stands beside one of the codes", "on the same day"),
            Field("when.without_codes", "stands beside none of the codes", "on the same day"),
            Field("when.earlier_within_days", "was sent before within so many days"),
            Field("when.earlier_codes", "counting the codes", "empty: its own code"),
            Field("when.earlier_count", "at least so many times", "empty: once"),
        ),
    ),
    (
        "Then it",
        (
            Field("then.modifiers", "needs one of the modifiers"),
            Field("then.diagnoses", "needs one of the diagnoses"),
            Field("then.places", "needs one of the places"),
            Field("then.codes", "needs one of the codes beside it", "on the same day"),
            Field("then.authorization", "needs an authorization number", kind="check"),
            Field("then.referral", "needs a referral number", kind="check"),
            Field("then.referring", "needs a referring provider", kind="check"),
            Field("then.note", "needs a note", kind="check"),
            Field("then.attachment", "needs an attachment", kind="check"),
            Field("then.forbid", "may not be billed like this", kind="check"),
            Field("then.warn", "is worth a look (warns)", kind="check"),
        ),
    ),
    (
        "What it says",
        (
            Field("severity", "Weight", kind="severity"),
            Field("message", "Message", "Empty: made of the rule"),
            Field("hint", "What to do"),
            Field("source", "Where it comes from", "A letter, a policy, a call"),
            Field("reasons", "Denied as", "Reason codes (CARC) that it prevents: 4, 197; empty: any"),
        ),
    ),
    (
        "Its tests",
        (
            Field("catches", "Must catch", "One claim to a line: 99213-25 x1 dx E11.9; J1885; place 11", "lines"),
            Field("passes", "Must let pass", "A rule without both is not switched on", "lines"),
        ),
    ),
)
_FIELDS = {field.name: field for _, fields in SECTIONS for field in fields}


@dataclass(frozen=True, slots=True)
class Filled:
    """A field with what stands in it and what is wrong with that."""

    field: Field
    value: str
    errors: tuple[Finding, ...]

    @property
    def is_on(self) -> bool:
        return self.value == "yes"


def typed(form: QueryDict) -> dict[str, Any]:
    """The rule's data as they were typed."""
    data: dict[str, Any] = {"when": {}, "then": {}}
    for name in _FIELDS:
        table, _, own = name.rpartition(".")
        value = str(form.get(name, "")).strip()
        if value:
            (data[table] if table else data)[own] = value
    return data


def filled(data: Mapping[str, Any], findings: Iterable[Finding] = ()) -> list[tuple[str, list[Filled]]]:
    """The form's sections with what a rule says, or with what was typed, and the findings at their fields."""
    wrong: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        wrong[_field_of(finding)].append(finding)
    return [
        (title, [Filled(field, _shown(data, field), tuple(wrong[field.name])) for field in fields])
        for title, fields in SECTIONS
    ]


def elsewhere(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that no field of the form shows."""
    return [finding for finding in findings if _field_of(finding) not in _FIELDS]


def _field_of(finding: Finding) -> str:
    """The form's field that a finding is about: `catches.2` is a line of `catches`."""
    name = finding.where.field or ""
    return name if name in _FIELDS else name.split(".")[0]


def _shown(data: Mapping[str, Any], field: Field) -> str:
    table, _, own = field.name.rpartition(".")
    value = (data.get(table) or {} if table else data).get(own, "")
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, list):
        return ("\n" if field.kind == "lines" else ", ").join(value)
    return str(value)
