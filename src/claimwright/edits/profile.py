"""What one payer wants to see on a claim, as data that an office stores beside the payer."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from claimwright.codesets.deadlines import Deadline, PayerTerms
from claimwright.errors import InputError


@dataclass(frozen=True)
class PayerProfile:
    """A payer and its requirements. What is left at its default is not asked for.

    `kind` is medicare, medicaid, commercial, supplement or other; `filing_code` is SBR09. `member_id_pattern` is a
    regular expression for the whole member ID. `requires_authorization_for` and `requires_referring_for` list
    procedure codes. `allowed_frequencies` are the values of CLM05-3 that the payer takes. `warn_only` are the codes of
    edits that the practice has decided to be warned of, and not stopped by, at this payer. `applies_ncci`: whether it
    judges by the National Correct Coding Initiative; Medicare and Medicaid do where nothing is said.
    """

    name: str = ""
    payer_id: str = ""
    kind: str = "other"
    filing_code: str = ""
    filing_limit_days: int | None = None
    corrected_limit_days: int | None = None
    secondary_limit_days: int | None = None
    appeal_days: int | None = None
    member_id_pattern: str = ""
    requires_authorization_for: frozenset[str] = frozenset()
    requires_referring_for: frozenset[str] = frozenset()
    requires_referring: bool = False
    requires_referral_number: bool = False
    requires_rendering: bool = False
    requires_taxonomy: bool = False
    requires_group_number: bool = False
    supports_replacement: bool = True
    supports_void: bool = True
    applies_ncci: bool | None = None
    warn_only: frozenset[str] = frozenset()

    @cached_property
    def allowed_frequencies(self) -> frozenset[str]:
        """The frequency codes this payer takes: always 1; 7 and 8 where it supports them."""
        return frozenset(("1", *("7" * self.supports_replacement), *("8" * self.supports_void)))

    @cached_property
    def is_medicare(self) -> bool:
        """Medicare fee for service."""
        return self.terms.is_medicare

    @cached_property
    def follows_ncci(self) -> bool:
        """Whether the payer judges claims by NCCI's tables."""
        return self.kind in ("medicare", "medicaid") if self.applies_ncci is None else self.applies_ncci

    @cached_property
    def payer_kind(self) -> str:
        """`medicare` where it is Medicare fee for service, by kind or filing code; else the kind."""
        if self.is_medicare:
            return "medicare"
        return {"MC": "medicaid", "CH": "tricare", "16": "medicare_advantage"}.get(self.filing_code, self.kind)

    @cached_property
    def is_federal(self) -> bool:
        """Whether federal money pays: Medicare, its plans, Medicaid, TRICARE."""
        return self.payer_kind in ("medicare", "medicare_advantage", "medicaid", "tricare")

    @cached_property
    def asks(self) -> bool:
        """Whether anything is asked of every claim beyond what all payers ask."""
        return self.requires_referring or self.requires_referral_number or self.requires_rendering

    @cached_property
    def asked_codes(self) -> frozenset[str]:
        """The procedure codes of which something is asked."""
        return self.requires_authorization_for | self.requires_referring_for

    def filing_due(self, service_date: date) -> Deadline | None:
        """The last day for a first claim about a service of that day; the same days come again and again."""
        if service_date not in self._filing_due:
            self._filing_due[service_date] = self.terms.filing_due(service_date)
        return self._filing_due[service_date]

    @cached_property
    def _filing_due(self) -> dict[date, Deadline | None]:
        return {}

    @cached_property
    def terms(self) -> PayerTerms:
        """What this payer gives in time."""
        return PayerTerms(
            kind=self.kind,
            filing_code=self.filing_code,
            filing_limit_days=self.filing_limit_days,
            corrected_limit_days=self.corrected_limit_days,
            secondary_limit_days=self.secondary_limit_days,
            appeal_days=self.appeal_days,
            supports_replacement=self.supports_replacement,
        )

    @classmethod
    def from_rules(cls, rules: Mapping[str, Any]) -> PayerProfile:
        """The profile that JSON or TOML data describe: the field names as keys, lists for the sets of codes.

        Raises `InputError` for an unknown key, a value of the wrong type or a pattern that is no regular expression.
        """
        known = {field.name: field.type for field in dataclasses.fields(cls)}
        unknown = sorted(rules.keys() - known.keys())
        if unknown:
            raise InputError(f"payer rules: unknown {', '.join(unknown)}; known are {', '.join(sorted(known))}")
        profile = cls(**{name: _value(name, str(known[name]), value) for name, value in rules.items()})
        try:
            re.compile(profile.member_id_pattern)
        except re.error as error:
            raise InputError(f"payer rules: member_id_pattern is no regular expression: {error}") from error
        return profile

    def to_rules(self) -> dict[str, Any]:
        """The profile as JSON data, without what has its default value."""
        rules: dict[str, Any] = {}
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if value != field.default:
                rules[field.name] = sorted(value) if isinstance(value, frozenset) else value
        return rules


def _value(name: str, kind: str, value: Any) -> Any:
    if kind == "frozenset[str]" and isinstance(value, list | tuple | set | frozenset):
        return frozenset(str(code) for code in value)
    is_right = {
        "str": isinstance(value, str),
        "bool": isinstance(value, bool),
        "bool | None": value is None or isinstance(value, bool),
        "int | None": value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0),
    }.get(kind, False)
    if not is_right:
        raise InputError(f"payer rules: {name} is {value!r}, not {_KIND_NAMES[kind]}")
    return value


_KIND_NAMES = {
    "str": "a text",
    "bool": "true or false",
    "bool | None": "true or false",
    "int | None": "a number of days",
    "frozenset[str]": "a list of codes",
}
