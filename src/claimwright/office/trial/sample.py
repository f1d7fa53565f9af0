"""The sample practice as records, read from `practice.toml` and `patients.toml`; and more people of the same kind.

Amounts are dollars as texts in the files and cents in the records.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from claimwright.documents.parties import Address
from claimwright.errors import InputError
from claimwright.money import parse_cents
from claimwright.simulator.policy import Member, Policy

Built = TypeVar("Built")

FIRST_NAMES_MORE = (
    "Ada",
    "Boris",
    "Clara",
    "Dario",
    "Esther",
    "Felix",
    "Gita",
    "Henrik",
    "Ines",
    "Joel",
    "Katya",
    "Leo",
)


@dataclass(frozen=True, slots=True)
class SampleProvider:
    """Somebody who gives care."""

    key: str
    last_name: str
    first_name: str
    npi: str
    taxonomy: str


@dataclass(frozen=True, slots=True)
class SamplePayer:
    """A payer as the practice knows it. `has_contract`: the fees of the payers' file are agreed."""

    id: str
    name: str
    kind: str
    tax_id: str
    filing_code: str
    filing_limit_days: int
    appeal_days: int
    response_days: int
    has_contract: bool
    forwards_claims: bool = False
    protects_patient: bool = False
    authorization_codes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SampleCoverage:
    """A card: the payer, the member ID on it, and the one that was typed."""

    payer_id: str
    member_id: str
    typed_member_id: str


@dataclass(frozen=True, slots=True)
class SamplePatient:
    """Somebody who comes; `coverages` in order of payment."""

    account: str
    last_name: str
    first_name: str
    birth_date: date
    sex: str
    address: Address
    phone: str
    coverages: tuple[SampleCoverage, ...]

    def age_on(self, day: date) -> int:
        """Whole years on that day."""
        return day.year - self.birth_date.year - ((day.month, day.day) < (self.birth_date.month, self.birth_date.day))


@dataclass(frozen=True, slots=True)
class SampleLine:
    """One service of a kind of visit; `pointers` count the diagnoses from 1."""

    code: str
    units: int
    pointers: tuple[int, ...]
    modifiers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VisitKind:
    """What brings people in, how often, and which codes some payers want to be asked about first."""

    name: str
    weight: int
    diagnoses: tuple[str, ...]
    lines: tuple[SampleLine, ...]
    youngest: int
    oldest: int
    authorization_codes: frozenset[str]


@dataclass(frozen=True, slots=True)
class MistakeKind:
    """A mistake that is planted in so many of a thousand visits; whether somebody mends it in the run."""

    kind: str
    per_mille: int
    is_mended: bool


@dataclass(frozen=True, slots=True)
class SamplePractice:
    """The whole sample."""

    name: str
    code: str
    organization: str
    npi: str
    tax_id: str
    taxonomy: str
    address: Address
    phone: str
    sender_id: str
    statement_minimum_cents: int
    providers: tuple[SampleProvider, ...]
    payers: tuple[SamplePayer, ...]
    charges_cents: Mapping[str, int]
    visits: tuple[VisitKind, ...]
    mistakes: tuple[MistakeKind, ...]
    patients: tuple[SamplePatient, ...]


def read_sample(folder: Path) -> SamplePractice:
    """The practice in `practice.toml` and `patients.toml` of a folder.

    Raises `InputError` naming the file and the field that cannot be used.
    """
    practice = _load(folder / "practice.toml", _practice)
    patients = _load(folder / "patients.toml", lambda data: tuple(_patient(row) for row in data["patients"]))
    return replace(practice, patients=patients)


def more_people(sample: SamplePractice, policy: Policy, count: int) -> tuple[SamplePractice, Policy]:
    """At least `count` patients: those of the files, then others like them, whom the payers know too."""
    patients = list(sample.patients)
    members = dict(policy.members)
    generation = 0
    while len(patients) < count:
        generation += 1
        for patient in sample.patients:
            patients.append(_alike(patient, generation))
            for card in patient.coverages:
                known = policy.member(card.payer_id, card.member_id)
                if known:
                    member = _member_alike(known, generation)
                    members[member.payer_id, member.id] = member
    return replace(sample, patients=tuple(patients[: max(count, len(sample.patients))])), replace(
        policy, members=members
    )


def _alike(patient: SamplePatient, generation: int) -> SamplePatient:
    return replace(
        patient,
        account=f"{patient.account}-{generation}",
        first_name=_other_name(patient.first_name, generation),
        coverages=tuple(
            SampleCoverage(
                card.payer_id,
                _other_id(card.member_id, generation),
                _other_id(card.typed_member_id, generation),
            )
            for card in patient.coverages
        ),
    )


def _member_alike(member: Member, generation: int) -> Member:
    other = member.other and replace(member.other, member_id=_other_id(member.other.member_id, generation))
    name = _other_name(member.first_name, generation)
    return replace(member, id=_other_id(member.id, generation), first_name=name, other=other)


def _other_name(first_name: str, generation: int) -> str:
    more = FIRST_NAMES_MORE[generation % len(FIRST_NAMES_MORE)]
    return f"{first_name} {more}" if generation <= len(FIRST_NAMES_MORE) else f"{first_name} {more} {generation}"


_LETTERS = "ACDEFGHJKMNPQRTUVWXY"


def _other_id(member_id: str, generation: int) -> str:
    """Another ID of the same form: the letters of a Medicare number, else the leading digits, count the generations."""
    if member_id[0].isdigit():
        return f"{member_id[:7]}{_LETTERS[generation // 20 % 20]}{_LETTERS[generation % 20]}{member_id[9:]}"
    prefix = member_id.rstrip("0123456789")
    digits = member_id[len(prefix) :]
    return f"{prefix}{(int(digits[:4]) + generation) % 10_000:04d}{digits[4:]}"


def _load(path: Path, build: Callable[[dict[str, Any]], Built]) -> Built:
    try:
        return build(tomllib.loads(path.read_text("utf-8")))
    except OSError as wrong:
        raise InputError(f"{path} cannot be read: {wrong.strerror}. Name the folder with --sample.") from wrong
    except (KeyError, TypeError, ValueError) as wrong:
        raise InputError(f"{path} cannot be used: {wrong!r}. Mend the file.") from wrong


def _practice(data: dict[str, Any]) -> SamplePractice:
    own = data["practice"]
    return SamplePractice(
        name=own["name"],
        code=own["code"],
        organization=own["last_name"],
        npi=own["npi"],
        tax_id=own["tax_id"],
        taxonomy=own["taxonomy"],
        address=_address(own["address"]),
        phone=own["phone"],
        sender_id=own["sender_id"],
        statement_minimum_cents=parse_cents(own["statement_minimum"]),
        providers=tuple(SampleProvider(**row) for row in data["providers"]),
        payers=tuple(_payer(row) for row in data["payers"]),
        charges_cents={code: parse_cents(amount) for code, amount in data["charges"].items()},
        visits=tuple(_visit(row) for row in data["visits"]),
        mistakes=tuple(MistakeKind(row["kind"], row["per_mille"], row["mend"]) for row in data["mistakes"]),
        patients=(),
    )


def _payer(row: dict[str, Any]) -> SamplePayer:
    fields = {name: value for name, value in row.items() if name not in ("contract", "authorization_codes")}
    codes = frozenset(row.get("authorization_codes", ()))
    return SamplePayer(**fields, has_contract=row["contract"] == "fees", authorization_codes=codes)


def _visit(row: dict[str, Any]) -> VisitKind:
    youngest, oldest = row["ages"]
    return VisitKind(
        name=row["name"],
        weight=row["weight"],
        diagnoses=tuple(row["diagnoses"]),
        lines=tuple(_lines(row["lines"])),
        youngest=youngest,
        oldest=oldest,
        authorization_codes=frozenset(row.get("authorization", ())),
    )


def _lines(rows: list[Any]) -> Iterator[SampleLine]:
    for code, units, pointers, *modifiers in rows:
        yield SampleLine(code, units, tuple(pointers), tuple(modifiers))


def _patient(row: dict[str, Any]) -> SamplePatient:
    return SamplePatient(
        account=row["account"],
        last_name=row["last"],
        first_name=row["first"],
        birth_date=row["born"],
        sex=row["sex"],
        address=_address(row["address"]),
        phone=row["phone"],
        coverages=tuple(
            SampleCoverage(card["payer"], card["id"], card.get("typed", card["id"])) for card in row["coverages"]
        ),
    )


def _address(parts: list[str]) -> Address:
    street, city, state, postal_code = parts
    return Address(street, "", city, state, postal_code)
