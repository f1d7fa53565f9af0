"""`claimwright price`: what a contract, or Medicare, allows for codes or for the claims of a file, step by step."""

from __future__ import annotations

import json as json_text
import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from claimwright.cli import console
from claimwright.cli.codes import CodesOption, opened_store
from claimwright.cli.office import HomeOption, JsonOption
from claimwright.errors import InputError
from claimwright.money import format_dollars, parse_cents

if TYPE_CHECKING:
    from claimwright.documents.claim import Claim, ClaimLine
    from claimwright.pricing import Contract, Price, PricedClaim, Unpriced

_SERVICE = re.compile(r"(?P<code>[0-9A-Z]{5})(?P<modifiers>(?:-[0-9A-Z]{2}){0,4})(?:X(?P<units>[1-9]\d{0,2}))?\Z")
_CHARGE_MAX_CENTS = 10**12
"""What is charged for a code where nobody says: more than any fee."""


def price(
    codes: Annotated[
        list[str] | None,
        typer.Argument(metavar="CODE ...", help="Codes, with modifiers and units: 99213, 70551-26, 97110-GPx3."),
    ] = None,
    on: Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="The day of service.")] = None,
    zip_code: Annotated[str, typer.Option("--zip", help="The ZIP code of the place of care.")] = "",
    locality: Annotated[str, typer.Option("--locality", help="Or Medicare's locality itself: 01182-18.")] = "",
    pos: Annotated[str, typer.Option("--pos", help="The place of service.")] = "11",
    taxonomy: Annotated[str, typer.Option("--taxonomy", help="The taxonomy of who gave the care.")] = "",
    charge: Annotated[str, typer.Option("--charge", help="What is charged for each code, in dollars.")] = "",
    contract: Annotated[
        Path | None, typer.Option("--contract", help="The contract's terms, TOML or JSON; Medicare when left out.")
    ] = None,
    claim: Annotated[Path | None, typer.Option("--claim", help="An 837 file: price its claims.")] = None,
    store: CodesOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Say what a contract or Medicare allows for codes, or for the claims of an 837 file, and how each price comes
    about. Services of one command are of one day and one practitioner."""
    from claimwright.clock import SystemClock
    from claimwright.codesets.library import CodeLibrary
    from claimwright.pricing import price_claim

    if bool(codes) == bool(claim):
        raise InputError("Name either codes or, with --claim, an 837 file.")
    of = _at(_contract(contract), locality)
    if claim is not None:
        claims = list(_claims_of(claim))
    else:
        day = on.date() if on else SystemClock().today()
        services = [_line(number, text, day, charge, of) for number, text in enumerate(codes or (), start=1)]
        of = of if charge else _without_charge(of)
        claims = [_claim(services, zip_code, pos, taxonomy)]
    with opened_store(store, home) as opened:
        library = CodeLibrary(opened)
        priced = [(one, price_claim(one, library, of)) for one in claims]
    if json:
        console.out_json([_data(one, found, is_charged=bool(claim or charge)) for one, found in priced])
    else:
        for one, found in priced:
            _show(one, found, is_charged=bool(claim or charge))
    raise typer.Exit(int(any(found.unpriced for _, found in priced)))


def _contract(path: Path | None) -> Contract:
    from claimwright.pricing import MEDICARE, Contract

    if path is None:
        return MEDICARE
    try:
        text = path.read_text("utf-8")
        terms = json_text.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    except ValueError as error:
        raise InputError(f"{path} is neither TOML nor JSON: {error}") from error
    return Contract.from_terms(terms)


def _at(contract: Contract, locality: str) -> Contract:
    from claimwright.pricing.terms import read_locality

    if not locality:
        return contract
    medicare = replace(contract.terms.medicare, locality=read_locality(locality))
    return replace(contract, terms=replace(contract.terms, medicare=medicare))


def _without_charge(contract: Contract) -> Contract:
    """Nobody said what is charged, so that nothing is capped by it."""
    return replace(contract, terms=replace(contract.terms, lesser_of_charge=False))


def _line(number: int, text: str, day: date, charge: str, contract: Contract) -> ClaimLine:
    from claimwright.documents.claim import ClaimLine
    from claimwright.documents.parties import Period, Procedure

    match = _SERVICE.match(text.upper())
    if match is None:
        raise InputError(f"{text!r} is no service like 99213, 70551-26 or 97110-GPx3.")
    if not charge and contract.needs_charge(match["code"]):
        name = contract.name or "The contract"
        raise InputError(f"{name} pays a percentage of the charge for {match['code']}: --charge")
    try:
        cents = parse_cents(charge) if charge else _CHARGE_MAX_CENTS
    except ValueError as error:
        raise InputError(f"--charge: {error}.") from error
    modifiers = tuple(match["modifiers"].split("-")[1:])
    units = Decimal(match["units"] or 1)
    return ClaimLine(number, Procedure(match["code"], modifiers), cents, units, "UN", Period.day(day))


def _claim(lines: list[ClaimLine], zip_code: str, place_of_service: str, taxonomy: str) -> Claim:
    """A claim that says nothing but what decides prices."""
    from claimwright.documents.claim import Claim, Subscriber
    from claimwright.documents.parties import Address, Party, Person, Provider

    provider = Provider(address=Address(postal_code=zip_code), taxonomy=taxonomy)
    charged = sum(line.charge_cents for line in lines)
    return Claim(
        "", charged, place_of_service, "1", provider, Subscriber("P", Person()), Party(), (), tuple(lines),
        facility=provider,
    )  # fmt: skip


def _claims_of(path: Path) -> Iterator[Claim]:
    from claimwright import x12
    from claimwright.documents.claim import ClaimBatch
    from claimwright.documents.reading import read_documents

    try:
        reading = x12.read(path.read_bytes())
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    batches = [record for _, record, _ in read_documents(reading) if isinstance(record, ClaimBatch)]
    if not batches:
        raise InputError(f"{path} holds no claims (837).")
    for batch in batches:
        yield from batch.claims


def _show(claim: Claim, priced: PricedClaim, *, is_charged: bool) -> None:
    rows: list[tuple[str, ...]] = [("line", "service", "day", "units", "charge", "allowed")]
    for line in claim.lines:
        found = priced.lines[line.number]
        charge = format_dollars(line.charge_cents) if is_charged else ""
        cents = _cents(found)
        allowed = "no price" if cents is None else format_dollars(cents)
        rows.append((str(line.number), _service(line), _day(line, claim), str(line.quantity), charge, allowed))
    total = priced.expected_cents
    rows += [("",), ("", "", "", "", "", "not known" if total is None else format_dollars(total))]
    number = f", claim {claim.control_number}" if claim.control_number else ""
    console.table(f"{priced.contract.name}{number}", rows, numbers_from=3)
    for line in claim.lines:
        console.out(f"\n{line.number}  {_service(line)}")
        for step in _steps(priced.lines[line.number]):
            console.out(f"   {step}")
    console.out("")


def _data(claim: Claim, priced: PricedClaim, *, is_charged: bool) -> dict[str, Any]:
    lines = [
        {
            "line": line.number,
            "code": line.procedure.code,
            "modifiers": list(line.procedure.modifiers),
            "units": str(line.quantity),
            "day": _day(line, claim),
            "charge_cents": line.charge_cents if is_charged else None,
            "allowed_cents": _cents(priced.lines[line.number]),
            "steps": _steps(priced.lines[line.number]),
        }
        for line in claim.lines
    ]
    return {
        "claim": claim.control_number,
        "contract": priced.contract.name,
        "allowed_cents": priced.expected_cents,
        "lines": lines,
    }


def _cents(priced: Price | Unpriced) -> int | None:
    from claimwright.pricing import Price

    return priced.cents if isinstance(priced, Price) else None


def _steps(priced: Price | Unpriced) -> list[str]:
    from claimwright.pricing import Price

    return list(priced.steps) if isinstance(priced, Price) else [f"no price: {priced.because}"]


def _service(line: ClaimLine) -> str:
    return "-".join((line.procedure.code, *line.procedure.modifiers))


def _day(line: ClaimLine, claim: Claim) -> str:
    period = claim.period_of(line)
    return period.start.isoformat() if period else ""
