"""The fields of a claim that are mended by typing: a record as texts, and texts as changes of the record.

Fields are named as the edits name them (`lines.2.procedure.modifiers`), so that a finding finds its field. Diagnoses
keep their letters while a form is open: who gives them another order, or leaves one out, need not point anew; the
pointers follow their diagnosis.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from claimwright.codesets.identifiers import is_npi
from claimwright.documents.claim import Claim, ClaimKind, ClaimLine
from claimwright.documents.diagnoses import Diagnosis
from claimwright.documents.parties import Period, Provider
from claimwright.office.web.days import read_day

DIAGNOSES_MAX = 12
MODIFIERS_MAX = 4
_LETTERS = "ABCDEFGHIJKL"
_FIRST = {"ABF": "ABK", "BF": "BK"}
_FURTHER = {first: further for further, first in _FIRST.items()}


class Unreadable(ValueError):  # noqa: N818 - reads as what it says
    """What was typed cannot be read; the words say what would be."""


@dataclass(frozen=True, slots=True)
class TypedField:
    """One field as it is shown: `text` is what stands in it, `error` why it could not be read.

    `stands` is what the record says, `looks_up` names the code system that F4 opens, `size` is the width in characters;
    `is_questioned` when a finding is about it.
    """

    name: str
    label: str
    text: str
    stands: str = ""
    looks_up: str = ""
    size: int = 8
    error: str = ""
    is_questioned: bool = False


@dataclass(frozen=True, slots=True)
class TypedLine:
    """A service with its fields; its charge is not mended here."""

    line: ClaimLine
    fields: tuple[TypedField, ...]

    @property
    def line_number(self) -> str:
        return str(self.line.number)


@dataclass(frozen=True, slots=True)
class TypedDiagnosis:
    """A diagnosis with the letter that points to it, its code and its place in the order."""

    letter: str
    code: TypedField
    order: TypedField


@dataclass(frozen=True, slots=True)
class ClaimForm:
    """A claim as a form."""

    diagnoses: tuple[TypedDiagnosis, ...]
    lines: tuple[TypedLine, ...]
    fields: tuple[TypedField, ...]

    def all_fields(self) -> Iterator[tuple[str, TypedField]]:
        """Every field with the words that name it on the page, in the order of the page."""
        for diagnosis in self.diagnoses:
            yield diagnosis.code.label, diagnosis.code
        for one in self.lines:
            yield from ((f"Line {one.line.number}: {field.label.lower()}", field) for field in one.fields)
        yield from ((field.label, field) for field in self.fields)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a form asks to change (as `mending` takes it), or what in it cannot be read, by field."""

    changes: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


Providers = Mapping[str, Provider]
"""The practice's providers by NPI, as claims name them."""


def show(
    record: Claim,
    *,
    questioned: Sequence[str] = (),
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> ClaimForm:
    """The form of a claim: what stands in the record, or what was typed, with what is wrong."""

    def shown(name: str, label: str, text: str, **more: Any) -> TypedField:
        said = text if typed is None else typed.get(name, text)
        wrong = (errors or {}).get(name, "")
        is_questioned = any(name == one or name.startswith(f"{one}.") for one in questioned)
        return TypedField(name, label, said, text, error=wrong, is_questioned=is_questioned, **more)

    slots = min(DIAGNOSES_MAX, len(record.diagnoses) + 1)
    codes = [diagnosis.code for diagnosis in record.diagnoses] + [""]
    diagnoses = tuple(
        TypedDiagnosis(
            _LETTERS[at],
            shown(f"diagnoses.{at + 1}.code", f"Diagnosis {_LETTERS[at]}", codes[at], looks_up="icd10cm"),
            shown(f"diagnoses.{at + 1}.order", f"Place of diagnosis {_LETTERS[at]}", str(at + 1), size=2),
        )
        for at in range(slots)
    )
    lines = tuple(
        TypedLine(
            line,
            tuple(
                shown(f"lines.{line.number}.{name}", label, write(line), **more)
                for name, label, write, more in _LINE_FIELDS
            ),
        )
        for line in record.lines
    )
    fields = tuple(shown(name, label, write(record), size=size) for name, label, write, size in _CLAIM_FIELDS)
    return ClaimForm(diagnoses, lines, fields)


def read(record: Claim, typed: Mapping[str, str], providers: Providers, today: date) -> Reading:
    """What was typed, as changes of the record; a field that says what the record says changes nothing."""
    reading = Reading()
    moved = _read_diagnoses(record, typed, reading)
    for line in record.lines:
        _read_line(record, line, typed, moved, reading, today)
    for name, _, write, _ in _CLAIM_FIELDS:
        text = typed.get(name, write(record)).strip()
        if text != write(record):
            _try(reading, name, lambda name=name, text=text: _claim_change(record, name, text, providers))  # type: ignore[misc]
    return reading


def _read_diagnoses(record: Claim, typed: Mapping[str, str], reading: Reading) -> dict[int, int]:
    """Read codes and order; where each position has moved to (a diagnosis that was left out has no place)."""
    wanted: list[tuple[int, int, int, Diagnosis]] = []
    for at in range(1, DIAGNOSES_MAX + 1):
        before = record.diagnoses[at - 1] if at <= len(record.diagnoses) else None
        code = typed.get(f"diagnoses.{at}.code", before.code if before else "")
        code = code.strip().upper().replace(".", "")
        order = typed.get(f"diagnoses.{at}.order", "").strip() or str(at)
        if not code:
            continue
        if not (order.isascii() and order.isdigit() and 1 <= int(order) <= DIAGNOSES_MAX):
            reading.errors[f"diagnoses.{at}.order"] = (
                f"Write a place from 1 to {DIAGNOSES_MAX}; 1 is the principal one."
            )
            continue
        place = int(order)
        diagnosis = dataclasses.replace(before, code=code) if before else Diagnosis(code)
        # Whoever moves up comes before the one who has the place, whoever moves down after it.
        wanted.append((place, (place > at) - (place < at), at, diagnosis))
    wanted.sort(key=lambda one: one[:3])
    diagnoses = tuple(diagnosis for *_, diagnosis in wanted)
    if record.kind is ClaimKind.PROFESSIONAL:
        diagnoses = tuple(_qualified(diagnosis, at) for at, diagnosis in enumerate(diagnoses))
    if diagnoses != record.diagnoses:
        reading.changes["diagnoses"] = diagnoses
    return {at: place for place, (_, _, at, _) in enumerate(wanted, 1)}


def _qualified(diagnosis: Diagnosis, at: int) -> Diagnosis:
    """The principal diagnosis has a qualifier of its own."""
    qualifiers = _FURTHER if at else _FIRST
    return dataclasses.replace(diagnosis, qualifier=qualifiers.get(diagnosis.qualifier, diagnosis.qualifier))


def _read_line(
    record: Claim, line: ClaimLine, typed: Mapping[str, str], moved: Mapping[int, int], reading: Reading, today: date
) -> None:
    pointers = line.pointers
    for name, _, write, _ in _LINE_FIELDS:
        path, before = f"lines.{line.number}.{name}", write(line)
        text = typed.get(path, before).strip()
        if text == before:
            continue
        try:
            value = _LINE_READERS[name](text, today)
        except Unreadable as wrong:
            reading.errors[path] = str(wrong)
            continue
        if name == "pointers":
            pointers = value
        else:
            reading.changes[path] = value
    pointers = tuple(dict.fromkeys(moved[one] for one in pointers if one in moved))
    if pointers != line.pointers:
        reading.changes[f"lines.{line.number}.pointers"] = pointers


def _try(reading: Reading, name: str, change: Callable[[], tuple[str, Any]]) -> None:
    try:
        path, value = change()
    except Unreadable as wrong:
        reading.errors[name] = str(wrong)
    else:
        reading.changes[path] = value


def _claim_change(record: Claim, name: str, text: str, providers: Providers) -> tuple[str, Any]:
    if name not in ("rendering.id", "referring.id"):
        return name, _plain(text) if name == "place_of_service" else text
    part = name.partition(".")[0]
    if not text:
        return part, None
    if not is_npi(text):
        raise Unreadable("It is no NPI: ten digits whose last one checks the others.")
    if text in providers:
        return part, providers[text]
    if getattr(record, part) is None:
        raise Unreadable("Nobody of the practice has this NPI; add the provider first.")
    return name, text


def _plain(text: str) -> str:
    return text.upper().replace(" ", "")


def _read_code(text: str, today: date) -> str:
    if not text:
        raise Unreadable("Write the code of the service.")
    return _plain(text)


def _read_modifiers(text: str, today: date) -> tuple[str, ...]:
    found = tuple(text.upper().replace(",", " ").split())
    if len(found) > MODIFIERS_MAX or any(len(one) != 2 or not one.isalnum() for one in found):
        raise Unreadable(f"Write at most {MODIFIERS_MAX} modifiers of two characters, such as 25 59.")
    return found


def _read_quantity(text: str, today: date) -> Decimal:
    try:
        quantity = Decimal(text)
    except InvalidOperation as error:
        raise Unreadable("Write units as a number, such as 1 or 1.5.") from error
    if not quantity.is_finite() or not 0 < quantity < 10_000_000 or quantity != round(quantity, 3):
        raise Unreadable("Write units above 0, with at most three decimals.")
    return quantity


def _read_pointers(text: str, today: date) -> tuple[int, ...]:
    letters = text.upper().replace(",", "").replace(" ", "")
    if any(letter not in _LETTERS for letter in letters) or len(letters) > 4:
        raise Unreadable("Write up to four letters of diagnoses, such as AB.")
    return tuple(dict.fromkeys(_LETTERS.index(letter) + 1 for letter in letters))


def _read_period(text: str, today: date) -> Period:
    first, _, last = text.partition(" to ")
    start = read_day(first, today)
    end = read_day(last, today) if last.strip() else start
    if start is None or end is None or end < start:
        raise Unreadable("Write a day such as 2026-01-31 or 1/31/26, or a period such as 1/30/26 to 1/31/26.")
    return Period(start, end)


def _days(line: ClaimLine) -> str:
    if line.period is None:
        return ""
    start, end = line.period.start.isoformat(), line.period.end.isoformat()
    return start if start == end else f"{start} to {end}"


_LINE_FIELDS: tuple[tuple[str, str, Callable[[ClaimLine], str], dict[str, Any]], ...] = (
    ("period", "Day", _days, {"size": 10}),
    ("place_of_service", "Place", lambda line: line.place_of_service, {"size": 3}),
    ("procedure.code", "Service", lambda line: line.procedure.code, {"looks_up": "procedures", "size": 6}),
    ("procedure.modifiers", "Modifiers", lambda line: " ".join(line.procedure.modifiers), {"size": 9}),
    (
        "pointers",
        "Diagnoses",
        lambda line: "".join(_LETTERS[one - 1] for one in line.pointers if one <= 12),
        {"size": 4},
    ),
    ("quantity", "Units", lambda line: f"{line.quantity.normalize():f}", {"size": 4}),
    ("prior_authorization", "Authorization", lambda line: line.prior_authorization, {"size": 12}),
)
_LINE_READERS: dict[str, Callable[[str, date], Any]] = {
    "period": _read_period,
    "place_of_service": lambda text, _: _plain(text),
    "procedure.code": _read_code,
    "procedure.modifiers": _read_modifiers,
    "pointers": _read_pointers,
    "quantity": _read_quantity,
    "prior_authorization": lambda text, _: text,
}
_CLAIM_FIELDS: tuple[tuple[str, str, Callable[[Claim], str], int], ...] = (
    ("subscriber.person.id", "Member ID", lambda claim: claim.subscriber.person.id, 16),
    ("place_of_service", "Place of service", lambda claim: claim.place_of_service, 3),
    ("rendering.id", "NPI of who gave the care", lambda claim: claim.rendering.id if claim.rendering else "", 11),
    ("referring.id", "NPI of who referred", lambda claim: claim.referring.id if claim.referring else "", 11),
    ("prior_authorization", "Authorization", lambda claim: claim.prior_authorization, 16),
    ("referral", "Referral", lambda claim: claim.referral, 16),
)
