"""Example claims in short form, by which a rule is tested.

    99213-25 x1 $125 dx E11.9 I10; J1885 x2; place 11; age 45

Parts are divided by semicolons. A part that begins with a code is a service: its modifiers behind dashes, `x` units,
`$` charge. Anywhere: `dx` and the diagnoses (behind a service those that it points to), `place`, `on` a day, `age`,
`taxonomy`, `authorization`, `referral`, `referring`, `note`, `attachment`, `payer` and its id or name to the end of the
part, `earlier` with a code and how many days before.

What is not said is harmless: a day on which the rule holds, the rule's first payer, one unit, one dollar, place 11.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from claimwright.documents.claim import Claim, ClaimLine, Subscriber
from claimwright.documents.diagnoses import Diagnosis
from claimwright.documents.other import OtherSegment
from claimwright.documents.parties import Party, Period, Person, Procedure, Provider
from claimwright.edits.context import ClaimContext, EarlierClaim, EarlierLine
from claimwright.edits.profile import PayerProfile
from claimwright.edits.registry import Case
from claimwright.edits.written.matching import CompiledRule, Look, met_flags
from claimwright.edits.written.rule import WrittenRule
from claimwright.findings import Finding, Kind, Severity, Where
from claimwright.money import parse_cents, x12_amount

_E = Severity.ERROR
NO_EXAMPLE = Kind("WRITTEN-010", _E, "The example {text!r} cannot be read: {why}.", "Write it like {pattern}.")
NOT_CAUGHT = Kind(
    "WRITTEN-011",
    _E,
    "The rule lets pass what it must catch: {text}.",
    "Widen the rule's conditions, or correct the example.",
)
CAUGHT_WRONGLY = Kind(
    "WRITTEN-012",
    _E,
    "The rule catches what it must let pass: {text} ({words}).",
    "Narrow the rule's conditions, or correct the example.",
)
UNTESTED = Kind(
    "WRITTEN-013",
    _E,
    "The rule has no example that it must {what}.",
    "Give one: a rule without tests cannot be switched on.",
)

_PATTERN = "99213-25 x1 $125 dx E11.9; place 11; age 45"
_SOME_DAY = date(2026, 1, 15)
_CODE = re.compile(r"[0-9A-Z]{4,5}(?:-[0-9A-Z]{2})*", re.ASCII)


def failed_examples(rule: WrittenRule) -> tuple[Finding, ...]:
    """What is wrong with a rule by its own examples: nothing when it may be switched on."""
    compiled = CompiledRule(rule)
    found = [UNTESTED.finding(_place(rule, "catches"), what="catch")] if not rule.catches else []
    found += [UNTESTED.finding(_place(rule, "passes"), what="let pass")] if not rule.passes else []
    for number, text in enumerate(rule.catches, 1):
        found += _judge(compiled, text, f"catches.{number}", must_catch=True)
    for number, text in enumerate(rule.passes, 1):
        found += _judge(compiled, text, f"passes.{number}", must_catch=False)
    return tuple(found)


def _judge(compiled: CompiledRule, text: str, place: str, *, must_catch: bool) -> Iterator[Finding]:
    rule = compiled.rule
    where = _place(rule, place)
    try:
        case = read_example(text, rule)
    except ValueError as why:
        yield NO_EXAMPLE.finding(where, text=text, why=why, pattern=_PATTERN)
        return
    is_asked = rule.is_of(case.profile.payer_id, case.profile.name)
    hits = list(compiled.hits(case)) if is_asked else []
    if must_catch and not hits:
        yield NOT_CAUGHT.finding(where, text=text)
    elif hits and not must_catch:
        yield CAUGHT_WRONGLY.finding(where, text=text, words=hits[0].words)


def _place(rule: WrittenRule, field: str) -> Where:
    return Where(record=rule.name, field=field)


def read_example(text: str, rule: WrittenRule) -> Case:
    """The claim that a short form describes, on a day and for a payer of the rule where it does not say. Raises
    `ValueError` for what cannot be read."""
    draft = _Draft(day=rule.since or rule.until or _SOME_DAY, payer=rule.payers[0] if rule.payers else "")
    for part in text.split(";"):
        draft.take(part.split())
    if not draft.lines:
        raise ValueError("it has no service")
    return draft.case()


@dataclass
class _Draft:
    """The example as far as it is read."""

    day: date
    payer: str
    lines: list[ClaimLine] = field(default_factory=list)
    diagnoses: list[str] = field(default_factory=list)
    flags: set[str] = field(default_factory=set)
    age: int | None = None
    place: str = "11"
    taxonomy: str = ""
    earlier: list[tuple[str, int]] = field(default_factory=list)

    def take(self, words: list[str]) -> None:
        """One part: a service, or facts of the claim."""
        if not words:
            return
        line = None
        if _CODE.fullmatch(words[0].upper()) and words[0].lower() not in (*_FACTS, *_FLAGS):
            code, *modifiers = words.pop(0).upper().split("-")
            number = len(self.lines) + 1
            line = ClaimLine(number, Procedure(code, tuple(modifiers)), 100, Decimal(1), "UN", None)
        rest = iter(words)
        for word in rest:
            line = self._fact(word, rest, line)
        if line is not None:
            self.lines.append(line)

    def _fact(self, word: str, rest: Iterator[str], line: ClaimLine | None) -> ClaimLine | None:
        name = word.lower()
        if name in _FLAGS:
            self.flags.add(name)
        elif name in _FACTS:
            return _FACTS[name](self, rest, line)
        elif line is not None and re.fullmatch(r"x\d+(\.\d+)?", name):
            return replace(line, quantity=Decimal(name[1:]))
        elif line is not None and name.startswith("$"):
            return replace(line, charge_cents=parse_cents(name[1:]))
        else:
            raise ValueError(f"{word} is not known here")
        return line

    def pointed(self, line: ClaimLine | None, codes: list[str]) -> ClaimLine | None:
        """Diagnoses of the claim, and the line's pointers to them."""
        self.diagnoses += [code for code in codes if code not in self.diagnoses]
        if line is None:
            return None
        return replace(line, pointers=(*line.pointers, *(self.diagnoses.index(code) + 1 for code in codes)))

    def case(self) -> Case:
        profile = PayerProfile(name=self.payer, payer_id=self.payer)
        known = ClaimContext(earlier_claims=tuple(map(self._earlier_claim, self.earlier)))
        return Case(self._claim(), profile, known, self.day)

    def _claim(self) -> Claim:
        kept = OtherSegment("PWK", (("B4",), ("EL",)))
        patient = Person(birth_date=None if self.age is None else _birthday(self.day, self.age))
        numbers = {flag: "1" if flag in self.flags else "" for flag in ("authorization", "referral", "note")}
        return Claim(
            control_number="EXAMPLE",
            charge_cents=sum(line.charge_cents for line in self.lines),
            place_of_service=self.place,
            frequency="1",
            billing=Provider(taxonomy=self.taxonomy),
            subscriber=Subscriber("P", patient),
            payer=Party(self.payer, id=self.payer),
            diagnoses=tuple(Diagnosis(code, "ABF" if place else "ABK") for place, code in enumerate(self.diagnoses)),
            lines=tuple(line if line.period else replace(line, period=Period.day(self.day)) for line in self.lines),
            referring=Provider() if "referring" in self.flags else None,
            prior_authorization=numbers["authorization"],
            referral=numbers["referral"],
            note=numbers["note"],
            others=(kept,) if "attachment" in self.flags else (),
        )

    def _earlier_claim(self, told: tuple[str, int]) -> EarlierClaim:
        code, days = told
        return EarlierClaim("EARLIER", "", (EarlierLine(self.day - timedelta(days), code, (), Decimal(1), 100),))


def _birthday(day: date, age: int) -> date:
    """Somebody who turned that age on the day's first of January."""
    return date(day.year - age, 1, 1)


_Fact = Callable[[_Draft, Iterator[str], ClaimLine | None], ClaimLine | None]


def _next(rest: Iterator[str], what: str) -> str:
    word = next(rest, "")
    if not word:
        raise ValueError(f"{what} is missing")
    return word


def _number(rest: Iterator[str], what: str) -> int:
    word = _next(rest, what)
    if not (word.isascii() and word.isdigit() and len(word) < 5):
        raise ValueError(f"{word} is not {what}")
    return int(word)


def _take_diagnoses(draft: _Draft, rest: Iterator[str], line: ClaimLine | None) -> ClaimLine | None:
    codes: list[str] = []
    for word in rest:
        if not re.fullmatch(r"[A-Za-z][0-9A-Za-z.]{1,7}", word) or word.lower() in (*_FACTS, *_FLAGS):
            line = draft.pointed(line, codes)
            return draft._fact(word, rest, line)
        codes.append(word.upper().replace(".", ""))
    return draft.pointed(line, codes)


def _take_place(draft: _Draft, rest: Iterator[str], line: ClaimLine | None) -> ClaimLine | None:
    place = _next(rest, "the place of service")
    if line is None:
        draft.place = place
        return None
    return replace(line, place_of_service=place)


def _take_day(draft: _Draft, rest: Iterator[str], line: ClaimLine | None) -> ClaimLine | None:
    day = date.fromisoformat(_next(rest, "the day"))
    if line is None:
        draft.day = day
        return None
    return replace(line, period=Period.day(day))


def _take_age(draft: _Draft, rest: Iterator[str], line: ClaimLine | None) -> ClaimLine | None:
    draft.age = _number(rest, "an age")
    return line


def _take_taxonomy(draft: _Draft, rest: Iterator[str], line: ClaimLine | None) -> ClaimLine | None:
    draft.taxonomy = _next(rest, "the taxonomy code").upper()
    return line


def _take_payer(draft: _Draft, rest: Iterator[str], line: ClaimLine | None) -> ClaimLine | None:
    draft.payer = " ".join(rest)
    return line


def _take_earlier(draft: _Draft, rest: Iterator[str], line: ClaimLine | None) -> ClaimLine | None:
    code = _next(rest, "the earlier code").upper()
    draft.earlier.append((code, _number(rest, "a number of days")))
    return line


_FLAGS = frozenset(("authorization", "referral", "referring", "note", "attachment"))
_FACTS: dict[str, _Fact] = {
    "dx": _take_diagnoses,
    "place": _take_place,
    "on": _take_day,
    "age": _take_age,
    "taxonomy": _take_taxonomy,
    "payer": _take_payer,
    "earlier": _take_earlier,
}


def short_form(look: Look, rule: WrittenRule) -> str:
    """A service of a real claim as an example for a rule: only what the rule looks at, nothing about a person."""
    when, then, line = rule.when, rule.then, look.line
    service = ["-".join((line.procedure.code, *line.procedure.modifiers)), f"x{line.quantity.normalize():f}"]
    if when.charge_over_cents is not None:
        service.append(f"${x12_amount(line.charge_cents)}")
    if look.diagnoses:
        service += ["dx", *look.diagnoses[:4]]
    parts = [" ".join(service)]
    if when.with_codes or when.without_codes or then.codes:
        parts += dict.fromkeys(look.others_that_day())
    if look.place:
        parts.append(f"place {look.place}")
    if (when.age_from, when.age_until) != (None, None) and look.age is not None:
        parts.append(f"age {look.age}")
    if when.taxonomies and look.taxonomy:
        parts.append(f"taxonomy {look.taxonomy}")
    if when.earlier_within_days is not None:
        parts += _earlier_parts(look, rule)
    return "; ".join((*parts, *met_flags(look, then)))


def _earlier_parts(look: Look, rule: WrittenRule) -> list[str]:
    """The latest of the earlier services that a rule counts, and one more."""
    days = look.earlier_days(rule.when.earlier_codes)
    return [f"earlier {code} {before}" for before, code in days[: (rule.when.earlier_count or 1) + 1]]
