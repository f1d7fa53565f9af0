"""What the payers know and pay, as records, and their reader from two TOML files.

    payers.toml    the clearinghouse, every payer with its rules, and the default payer that knows everyone
    members.toml   who is covered by whom, since when, and what else covers them

Amounts are dollars as texts in the files ("92.40") and cents in the records; chances are per mille.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from claimwright.documents.parties import Address, Party
from claimwright.errors import InputError
from claimwright.findings import Finding, Severity, Where
from claimwright.money import parse_cents

Choice = TypeVar("Choice", bound=StrEnum)

SOMEWHERE = Address("1 Payer Plaza", "", "Springfield", "IL", "62701")
CLEARINGHOUSE = Party(last_name="CLAIMWRIGHT SIMULATOR", id_qualifier="46", id="CWSIMULATOR")


class PayerKind(StrEnum):
    """What kind of payer it is; it decides how a later payer treats what the earlier one left."""

    MEDICARE = "medicare"
    MEDICAID = "medicaid"
    COMMERCIAL = "commercial"
    SUPPLEMENT = "supplement"


class Outcome(StrEnum):
    """What chance may do to a claim that gives no cause itself. The first ones win when chances overlap."""

    REJECTED = "rejected"
    """Sent back by the front door, once: the same claim sent again is taken in."""
    MISSING_DATA = "missing_data"
    """CARC 16, once."""
    DUPLICATE = "duplicate"
    """CARC 18, by the payer's mistake."""
    LATE = "late"
    """CARC 29, by the payer's mistake."""
    NOT_NECESSARY = "not_necessary"
    """CARC 50 on one line."""
    BUNDLED = "bundled"
    """CARC 97 on one line."""
    NOT_AUTHORIZED = "not_authorized"
    """CARC 197 on one line."""
    CORRECTED = "corrected"
    """Paid, and later reversed and paid less."""
    PAID_LATE = "paid_late"
    """Paid after the prompt-payment limit, with interest."""
    UNDERPAID = "underpaid"
    """Paid below the fee schedule."""


class Recovery(StrEnum):
    """How a payer takes back what a correction lowers (billing rules B.3)."""

    IMMEDIATE = "immediate"
    NOTIFY = "notify"


class Hostile(StrEnum):
    """Bad remittances that a test may order besides the good ones."""

    UNBALANCED = "unbalanced"
    OTHER_PAYEE = "other_payee"
    DUPLICATE = "duplicate"
    TRUNCATED = "truncated"


@dataclass(frozen=True, slots=True)
class Payer:
    """One payer. `fees` are cents a unit by procedure code; other codes are allowed `percent_of_charge`.

    `filing_code` is CLP06. `visit_codes` are prefixes of the codes that take a copay instead of deductible and
    coinsurance. `filing_days` is None when nothing is ever late. `forwards_to` names the payer that gets what this
    one leaves, when the member has it. `knows_everyone`: any member ID is a member covered on any day.
    """

    id: str
    name: str
    kind: PayerKind
    tax_id: str
    filing_code: str = "12"
    address: Address = SOMEWHERE
    phone: str = "8005550100"
    routing_number: str = "999999992"
    account_number: str = "1000001"
    member_id_pattern: str = ".+"
    knows_everyone: bool = False
    days_to_acknowledge: int = 1
    days_to_decide: int = 10
    days_late: int = 35
    days_to_correct: int = 12
    days_to_recover: int = 10
    filing_days: int | None = None
    fees: Mapping[str, int] = field(default_factory=dict)
    percent_of_charge: Decimal = Decimal(60)
    deductible_cents: int = 0
    coinsurance_percent: Decimal = Decimal(0)
    copay_cents: int = 0
    visit_codes: tuple[str, ...] = ("992",)
    sequestration_percent: Decimal = Decimal(0)
    authorization_codes: frozenset[str] = frozenset()
    interest_percent: Decimal = Decimal(0)
    recovery: Recovery = Recovery.IMMEDIATE
    forwards_to: str = ""
    chances: Mapping[Outcome, int] = field(default_factory=dict)

    @property
    def party(self) -> Party:
        """The payer as messages name it."""
        return Party(last_name=self.name, id_qualifier="PI", id=self.id, address=self.address)

    def has_member_id_form(self, member_id: str) -> bool:
        """Whether a member ID could be one of this payer's."""
        return bool(re.fullmatch(self.member_id_pattern, member_id))


@dataclass(frozen=True, slots=True)
class OtherCoverage:
    """What else covers a member: the other payer's id, the member ID there, and whether that payer comes first."""

    payer_id: str
    member_id: str
    is_primary: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """A person covered by one payer. `until` is None while the coverage runs."""

    payer_id: str
    id: str
    last_name: str
    first_name: str
    birth_date: date
    sex: str
    since: date
    until: date | None = None
    deductible_left_cents: int | None = None
    other: OtherCoverage | None = None

    def is_covered_on(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything that the answers depend on, besides what is sent and when."""

    payers: Mapping[str, Payer]
    default_payer: Payer
    members: Mapping[tuple[str, str], Member] = field(default_factory=dict)
    seed: int = 1
    clearinghouse: Party = CLEARINGHOUSE
    hostile: frozenset[Hostile] = frozenset()

    def payer(self, party: Party) -> Payer:
        """The payer of that id; an unknown one is played by the default payer under the name and id it was given."""
        known = self.payers.get(party.id)
        if known:
            return known
        return replace(self.default_payer, id=party.id or self.default_payer.id, name=party.last_name or "PAYER")

    def member(self, payer_id: str, member_id: str) -> Member | None:
        """The member of that payer, None when unknown."""
        return self.members.get((payer_id, member_id))


def read_policy(folder: Path, *, seed: int = 1, hostile: Iterable[Hostile] = ()) -> Policy:
    """The policy in `payers.toml` and `members.toml` of a folder.

    Raises `InputError` whose finding names the file and the field when something cannot be used.
    """
    payers_file, members_file = folder / "payers.toml", folder / "members.toml"
    table = _Table(_load(payers_file), payers_file.name)
    clearinghouse = table.table("clearinghouse")
    party = Party(last_name=clearinghouse.text("name"), id_qualifier="46", id=clearinghouse.text("id"))
    clearinghouse.finish()
    default = _payer(table.table("default_payer"), knows_everyone=True)
    payers = [_payer(payer) for payer in table.tables("payers")]
    table.finish()
    known = {payer.id: payer for payer in payers}
    members = _members(_Table(_load(members_file), members_file.name), known)
    return Policy(MappingProxyType(known), default, members, seed, party, frozenset(hostile))


def _load(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise _unusable(path.name, "", f"the file cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _unusable(path.name, "", f"it is not TOML ({error})") from error


def _unusable(file: str, name: str, reason: str) -> InputError:
    where = Where(file=file, field=name or None)
    found = Finding("SIM-POL-001", Severity.ERROR, f"The policy cannot be used: {reason}.", "Mend the file.", where)
    return InputError(f"{where}: {found.message}", [found])


def _payer(table: _Table, *, knows_everyone: bool = False) -> Payer:
    payer = Payer(
        id=table.text("id"),
        name=table.text("name"),
        kind=table.choice("kind", PayerKind),
        tax_id=table.text("tax_id"),
        filing_code=table.text("filing_code", "12"),
        address=_address(table),
        phone=table.text("phone", "8005550100"),
        routing_number=table.text("routing_number", "999999992"),
        account_number=table.text("account_number", "1000001"),
        member_id_pattern=table.pattern("member_id_pattern", ".+"),
        knows_everyone=knows_everyone,
        days_to_acknowledge=table.whole("days_to_acknowledge", 1),
        days_to_decide=table.whole("days_to_decide", 10),
        days_late=table.whole("days_late", 35),
        days_to_correct=table.whole("days_to_correct", 12),
        days_to_recover=table.whole("days_to_recover", 10),
        filing_days=table.whole("filing_days", 0) or None,
        fees=table.fees("fees"),
        percent_of_charge=table.percent("percent_of_charge", "60"),
        deductible_cents=table.cents("deductible", "0"),
        coinsurance_percent=table.percent("coinsurance_percent", "0"),
        copay_cents=table.cents("copay", "0"),
        visit_codes=tuple(table.texts("visit_codes", ["992"])),
        sequestration_percent=table.percent("sequestration_percent", "0"),
        authorization_codes=frozenset(table.texts("authorization_codes", [])),
        interest_percent=table.percent("interest_percent", "0"),
        recovery=table.choice("recovery", Recovery, Recovery.IMMEDIATE),
        forwards_to=table.text("forwards_to", ""),
        chances=table.chances("chances_per_mille"),
    )
    table.finish()
    return payer


def _address(table: _Table) -> Address:
    lines = table.texts("address", ["1 Payer Plaza", "Springfield", "IL", "62701"])
    if len(lines) != 4:
        raise table.wrong("address", "it is not street, city, state and ZIP code")
    street, city, state, postal_code = lines
    return Address(street, "", city, state, postal_code)


def _members(table: _Table, payers: Mapping[str, Payer]) -> Mapping[tuple[str, str], Member]:
    members: dict[tuple[str, str], Member] = {}
    for row in table.tables("members"):
        member = _member(row)
        if member.payer_id not in payers:
            raise row.wrong("payer", f"{member.payer_id!r} is not a payer of the policy")
        if not payers[member.payer_id].has_member_id_form(member.id):
            raise row.wrong("id", f"{member.id!r} has not the form of that payer's member IDs")
        if (member.payer_id, member.id) in members:
            raise row.wrong("id", f"{member.id!r} is there twice")
        members[member.payer_id, member.id] = member
    table.finish()
    return MappingProxyType(members)


def _member(row: _Table) -> Member:
    other = row.table("other", optional=True)
    member = Member(
        payer_id=row.text("payer"),
        id=row.text("id"),
        last_name=row.text("last"),
        first_name=row.text("first"),
        birth_date=row.day("born"),
        sex=row.text("sex"),
        since=row.day("since"),
        until=row.day("until") if row.has("until") else None,
        deductible_left_cents=row.cents("deductible_left", "0") if row.has("deductible_left") else None,
        other=OtherCoverage(other.text("payer"), other.text("id"), other.flag("primary")) if other.values else None,
    )
    other.finish()
    row.finish()
    return member


class _Table:
    """One TOML table: values are taken by name and kind, and what nobody took is refused."""

    def __init__(self, values: dict[str, Any], file: str, path: str = "") -> None:
        self.values = values
        self.file = file
        self.path = path
        self.taken: set[str] = set()

    def wrong(self, name: str, reason: str) -> InputError:
        return _unusable(self.file, f"{self.path}{name}", reason)

    def has(self, name: str) -> bool:
        return name in self.values

    def finish(self) -> None:
        unknown = sorted(self.values.keys() - self.taken)
        if unknown:
            raise self.wrong(unknown[0], "no such field is known")

    def _take(self, name: str, kind: type, default: object) -> Any:
        self.taken.add(name)
        value = self.values.get(name, default)
        if value is None:
            raise self.wrong(name, "it is missing")
        if not isinstance(value, kind) or isinstance(value, bool) is not (kind is bool):
            raise self.wrong(name, f"{value!r} is not the kind of value that belongs here")
        return value

    def table(self, name: str, *, optional: bool = False) -> _Table:
        return _Table(self._take(name, dict, {} if optional else None), self.file, f"{self.path}{name}.")

    def tables(self, name: str) -> list[_Table]:
        rows = self._take(name, list, None)
        for row in rows:
            if not isinstance(row, dict):
                raise self.wrong(name, f"{row!r} is not a table")
        return [_Table(row, self.file, f"{self.path}{name}.{number}.") for number, row in enumerate(rows, 1)]

    def text(self, name: str, default: str | None = None) -> str:
        return str(self._take(name, str, default))

    def texts(self, name: str, default: list[str]) -> list[str]:
        return [str(item) for item in self._take(name, list, default)]

    def flag(self, name: str) -> bool:
        return bool(self._take(name, bool, False))  # noqa: FBT003

    def day(self, name: str) -> date:
        day: date = self._take(name, date, None)
        return day

    def whole(self, name: str, default: int) -> int:
        value = int(self._take(name, int, default))
        if value < 0:
            raise self.wrong(name, "it is below zero")
        return value

    def cents(self, name: str, default: str) -> int:
        return self._cents(name, self._take(name, str, default))

    def _cents(self, name: str, value: object) -> int:
        try:
            cents = parse_cents(str(value))
        except ValueError as error:
            raise self.wrong(name, str(error)) from error
        if cents < 0:
            raise self.wrong(name, "it is below zero")
        return cents

    def percent(self, name: str, default: str) -> Decimal:
        value = self._take(name, str, default)
        try:
            percent = Decimal(value)
        except InvalidOperation as error:
            raise self.wrong(name, f"{value!r} is not a number") from error
        if not 0 <= percent <= 100:
            raise self.wrong(name, f"{value!r} is not between 0 and 100")
        return percent

    def pattern(self, name: str, default: str) -> str:
        value = self.text(name, default)
        try:
            re.compile(value)
        except re.error as error:
            raise self.wrong(name, f"{value!r} is not a regular expression") from error
        return value

    def choice(self, name: str, kind: type[Choice], default: Choice | None = None) -> Choice:
        value = self.text(name, default)
        try:
            return kind(value)
        except ValueError as error:
            raise self.wrong(name, f"{value!r} is none of {', '.join(kind)}") from error

    def fees(self, name: str) -> Mapping[str, int]:
        values = self._take(name, dict, {})
        return MappingProxyType({code: self._cents(f"{name}.{code}", value) for code, value in values.items()})

    def chances(self, name: str) -> Mapping[Outcome, int]:
        table = self.table(name, optional=True)
        chances = {outcome: table.whole(outcome.value, 0) for outcome in Outcome}
        table.finish()
        if sum(chances.values()) > 1000:
            raise self.wrong(name, "the chances are more than 1000 together")
        return MappingProxyType({outcome: chance for outcome, chance in chances.items() if chance})
