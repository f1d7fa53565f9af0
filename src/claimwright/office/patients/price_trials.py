"""What a contract would allow for services that somebody types, before or after it is agreed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from claimwright.documents.claim import Claim, ClaimLine, Subscriber
from claimwright.documents.parties import Address, Party, Period, Person, Procedure, Provider
from claimwright.errors import InputError
from claimwright.office.core import codesets
from claimwright.pricing import Contract, Price, price_claim

SERVICES_MAX = 20
_SERVICE = re.compile(r"([0-9A-Z]{5})((?:-[0-9A-Z]{2}){0,4})(?:X([1-9]\d{0,2}))?\Z")


@dataclass(frozen=True, slots=True)
class TriedService:
    """A service with what is expected for it and how that comes about; `cents` is None when it has no price."""

    service: str
    units: Decimal
    charge_cents: int
    cents: int | None
    steps: tuple[str, ...]


def try_prices(
    contract: Contract, services: str, *, day: date, charge_cents: int, zip_code: str = "", place: str = "11"
) -> list[TriedService]:
    """Price services of one day and one practitioner, such as `99213 70551-26 97110-GPx3`, each at that charge a unit.

    Raises `InputError` for a word that is no service.
    """
    words = services.replace(",", " ").split()
    if not words:
        raise InputError("Write a service, such as 99213 or 70551-26.")
    if len(words) > SERVICES_MAX:
        raise InputError(f"At most {SERVICES_MAX} services at once.")
    lines = [_line(number, word, day, charge_cents) for number, word in enumerate(words, 1)]
    priced = price_claim(_claim(lines, zip_code, place), codesets.library(), contract)
    return [_tried(line, priced.lines[line.number]) for line in lines]


def _tried(line: ClaimLine, found: object) -> TriedService:
    service = "-".join((line.procedure.code, *line.procedure.modifiers))
    if isinstance(found, Price):
        return TriedService(service, line.quantity, line.charge_cents, found.cents, found.steps)
    return TriedService(service, line.quantity, line.charge_cents, None, (getattr(found, "because", ""),))


def _line(number: int, word: str, day: date, charge_cents: int) -> ClaimLine:
    match = _SERVICE.match(word.upper())
    if match is None:
        raise InputError(f"{word} is no service like 99213, 70551-26 or 97110-GPx3.")
    units = int(match[3] or 1)
    procedure = Procedure(match[1], tuple(match[2].split("-")[1:]))
    return ClaimLine(number, procedure, charge_cents * units, Decimal(units), "UN", Period.day(day))


def _claim(lines: Sequence[ClaimLine], zip_code: str, place: str) -> Claim:
    """A claim that says nothing but what decides prices."""
    provider = Provider(address=Address(postal_code=zip_code))
    charged = sum(line.charge_cents for line in lines)
    subscriber = Subscriber("P", Person())
    return Claim("", charged, place, "1", provider, subscriber, Party(), (), tuple(lines), facility=provider)
