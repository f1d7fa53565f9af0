"""Rules at work: compiled once, asked of every claim, looked up by payer and procedure code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from claimwright.documents.claim import Claim, ClaimLine
from claimwright.edits.profile import PayerProfile
from claimwright.edits.registry import Case, line_field
from claimwright.edits.written.patterns import Codes
from claimwright.edits.written.rule import Then, When, WrittenRule
from claimwright.findings import Finding, Severity, Where

_LOOKED_UP = 100_000
"""So many pairs of payer and code are remembered with their rules."""
_REFERRING, _ORDERING = "DN", "DK"


@dataclass(frozen=True)
class Look:
    """A service of a claim, as the conditions look at it."""

    case: Case
    line: ClaimLine

    @property
    def claim(self) -> Claim:
        return self.case.claim

    @cached_property
    def day(self) -> date | None:
        """The first day of the service, as the line says or the claim does."""
        period = self.claim.period_of(self.line)
        return period.start if period else None

    @cached_property
    def diagnoses(self) -> tuple[str, ...]:
        """The codes that the service points to; all of the claim's where it points to none."""
        known = self.claim.diagnoses
        pointed = [known[place - 1].code for place in self.line.pointers if 0 < place <= len(known)]
        return tuple(code.replace(".", "") for code in pointed or [one.code for one in known])

    @property
    def place(self) -> str:
        return self.line.place_of_service or self.claim.facility_code

    @cached_property
    def age(self) -> int | None:
        """Whole years on the day of the service."""
        born = self.claim.patient_person.birth_date
        if born is None or self.day is None:
            return None
        return self.day.year - born.year - ((self.day.month, self.day.day) < (born.month, born.day))

    @property
    def taxonomy(self) -> str:
        """The specialty of whoever gave the care, else of whoever bills."""
        giver = self.line.rendering or self.claim.rendering
        return (giver and giver.taxonomy) or self.claim.billing.taxonomy

    def others_that_day(self) -> Iterator[str]:
        """The codes of the claim's other services on the same day."""
        for line in self.claim.lines:
            period = self.claim.period_of(line)
            if line is not self.line and (period.start if period else None) == self.day:
                yield line.procedure.code

    def earlier_days(self, codes: Codes) -> list[tuple[int, str]]:
        """How many days before it the payer was sent services of these codes (none: of its own), the latest first."""
        return sorted(
            ((self.day - line.service_date).days, line.code)
            for earlier in self.case.known.earlier_claims
            for line in earlier.lines
            if self.day is not None
            and line.service_date is not None
            and line.service_date <= self.day
            and (line.code in codes if codes else line.code == self.line.procedure.code)
        )


Condition = Callable[[Look], object]


class Demand(NamedTuple):
    """Something that the service must have: where it belongs, what to say when it is not there, and the question."""

    field: str
    is_of_line: bool
    words: str
    is_met: Condition


class RuleHit(NamedTuple):
    """A service that a rule has something to say about."""

    line_number: int
    field: str
    words: str


class CompiledRule:
    """A rule as one question to a service."""

    def __init__(self, rule: WrittenRule) -> None:
        self.rule = rule
        self._conditions = tuple(_conditions(rule.when))
        self._demands = tuple(_demands(rule.then))

    def hits(self, case: Case) -> Iterator[RuleHit]:
        """What the rule finds in a claim, whoever its payer is; a thing of the whole claim is said of its first
        service."""
        for line in case.claim.lines:
            if line.procedure.code in self.rule.when.codes or not self.rule.when.codes:
                yield from self.hits_of(Look(case, line))

    def hits_of(self, look: Look) -> Iterator[RuleHit]:
        """What the rule finds in a service whose code it is about."""
        if self.rule.holds_on(look.day) and all(condition(look) for condition in self._conditions):
            for demand in self._demands:
                if not demand.is_met(look):
                    field = line_field(look.line, demand.field) if demand.is_of_line else demand.field
                    yield RuleHit(look.line.number, field, demand.words)

    def finding(self, case: Case, hit: RuleHit) -> Finding:
        """A hit in the rule's own words where it has some."""
        rule = self.rule
        line = next(line for line in case.claim.lines if line.number == hit.line_number)
        message = rule.message or f"{rule.name}: {line.procedure.code or 'the service'} {hit.words}."
        softened = rule.severity is Severity.ERROR and rule.code in case.profile.warn_only
        severity = Severity.WARNING if softened else rule.severity
        where = Where(record=case.claim.control_number or None, field=hit.field)
        return Finding(rule.code, severity, message, rule.hint or _HINT, where)


_HINT = "It is a rule of this practice; see Rules for what it asks and why."


class RuleBook:
    """Many rules over many claims. Which rules ask about a code of a payer is looked up once; rules that do not are
    not even tried."""

    def __init__(self, rules: Iterable[WrittenRule] = ()) -> None:
        self._rules = tuple(CompiledRule(rule) for rule in rules)
        self._asking: dict[tuple[str, str, str], tuple[CompiledRule, ...]] = {}
        self.look_back_days = max((one.rule.look_back_days for one in self._rules), default=0)

    def __len__(self) -> int:
        return len(self._rules)

    def findings(self, case: Case) -> tuple[Finding, ...]:
        """What the rules have to say about a claim, in the order of its services; the same thing is said once."""
        found: dict[tuple[str, str, str], Finding] = {}
        for line in case.claim.lines:
            asking = self._rules_for(case.profile, line.procedure.code)
            if not asking:
                continue
            look = Look(case, line)
            for rule in asking:
                for hit in rule.hits_of(look):
                    finding = rule.finding(case, hit)
                    found.setdefault((finding.code, hit.field, finding.message), finding)
        return tuple(found.values())

    def _rules_for(self, payer: PayerProfile, code: str) -> tuple[CompiledRule, ...]:
        key = (payer.payer_id, payer.name, code)
        asking = self._asking.get(key)
        if asking is None:
            if len(self._asking) >= _LOOKED_UP:
                self._asking.clear()
            asking = self._asking[key] = tuple(
                one
                for one in self._rules
                if (not one.rule.when.codes or code in one.rule.when.codes)
                and one.rule.is_of(payer.payer_id, payer.name)
            )
        return asking


def _conditions(when: When) -> Iterator[Condition]:
    """The conditions that a rule names, but for its own codes, which the book looks up."""
    for name, condition in _CONDITIONS.items():
        wanted = getattr(when, name)
        if wanted is not None and wanted is not False and (wanted or not isinstance(wanted, Codes)):
            yield condition(wanted)
    if when.earlier_within_days is not None:
        yield _was_earlier(when.earlier_codes, when.earlier_within_days, when.earlier_count or 1)


def _was_earlier(codes: Codes, within_days: int, count: int) -> Condition:
    return lambda look: sum(before <= within_days for before, _ in look.earlier_days(codes)) >= count


def _age_until(years: int) -> Condition:
    return lambda look: look.age is not None and look.age <= years


def _age_from(years: int) -> Condition:
    return lambda look: look.age is not None and look.age >= years


def _units_over(units: Decimal) -> Condition:
    return lambda look: look.line.quantity > units


_CONDITIONS: dict[str, Callable[[Any], Condition]] = {
    "modifiers": lambda codes: lambda look: codes.meets(look.line.procedure.modifiers),
    "without_modifiers": lambda codes: lambda look: not codes.meets(look.line.procedure.modifiers),
    "diagnoses": lambda codes: lambda look: codes.meets(look.diagnoses),
    "without_diagnoses": lambda codes: lambda look: not codes.meets(look.diagnoses),
    "places": lambda codes: lambda look: look.place in codes,
    "age_from": _age_from,
    "age_until": _age_until,
    "units_over": _units_over,
    "charge_over_cents": lambda cents: lambda look: look.line.charge_cents > cents,
    "taxonomies": lambda codes: lambda look: look.taxonomy in codes,
    "with_codes": lambda codes: lambda look: codes.meets(look.others_that_day()),
    "without_codes": lambda codes: lambda look: not codes.meets(look.others_that_day()),
}
"""The conditions of `When` by their names: a value in, a question to a service out."""


def _demands(then: Then) -> Iterator[Demand]:
    """What a rule asks for; forbidding and warning ask for what no service has."""
    for name, (field, is_of_line, words, question) in _DEMANDS.items():
        wanted = getattr(then, name)
        if wanted:
            said = words.format(wanted=" or ".join(wanted.words)) if isinstance(wanted, Codes) else words
            yield Demand(field, is_of_line, said, question(wanted))


def _is_referred(look: Look) -> bool:
    kinds = {kind for kind, _ in look.line.providers}
    return look.claim.referring is not None or _REFERRING in kinds or _ORDERING in kinds


def _has_attachment(look: Look) -> bool:
    return any(other.name == "PWK" for other in (*look.claim.others, *look.line.others))


def _never(_look: Look) -> bool:
    return False


_DEMANDS: dict[str, tuple[str, bool, str, Callable[[Any], Condition]]] = {
    "modifiers": (
        "procedure.modifiers",
        True,
        "needs modifier {wanted}",
        lambda codes: lambda look: codes.meets(look.line.procedure.modifiers),
    ),
    "diagnoses": (
        "pointers",
        True,
        "needs a diagnosis of {wanted}",
        lambda codes: lambda look: codes.meets(look.diagnoses),
    ),
    "places": (
        "place_of_service",
        True,
        "needs place of service {wanted}",
        lambda codes: lambda look: look.place in codes,
    ),
    "codes": (
        "procedure.code",
        True,
        "needs {wanted} on the same day",
        lambda codes: lambda look: codes.meets(look.others_that_day()),
    ),
    "authorization": (
        "prior_authorization",
        True,
        "needs an authorization number",
        lambda _: lambda look: look.line.prior_authorization or look.claim.prior_authorization,
    ),
    "referral": (
        "referral",
        True,
        "needs a referral number",
        lambda _: lambda look: look.line.referral or look.claim.referral,
    ),
    "referring": ("referring", False, "needs a referring provider", lambda _: _is_referred),
    "note": ("note", True, "needs a note", lambda _: lambda look: look.line.note or look.claim.note),
    "attachment": ("others", True, "needs an attachment (PWK)", lambda _: _has_attachment),
    "forbid": ("procedure.code", True, "may not be billed like this", lambda _: _never),
    "warn": ("procedure.code", True, "is worth a look before it is sent", lambda _: _never),
}
"""What `Then` can ask for: field, whether it is the line's, the words, and the question whether it is there."""


def met_flags(look: Look, then: Then) -> list[str]:
    """What a rule asks for without naming codes, as far as the service has it."""
    asked = ((name, getattr(then, name), question) for name, (_, _, _, question) in _DEMANDS.items())
    return [name for name, wanted, question in asked if wanted is True and question(wanted)(look)]
