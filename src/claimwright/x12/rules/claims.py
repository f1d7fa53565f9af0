"""What must agree inside an 837: totals, pointers, claim numbers, what earlier payers did (billing rules, part A.4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from claimwright.findings import Finding, Where
from claimwright.money import x12_amount
from claimwright.x12.catalogue import finding
from claimwright.x12.elements import is_digits
from claimwright.x12.rules.amounts import adjusted, cents
from claimwright.x12.tree import Loop, Segment

if TYPE_CHECKING:
    from claimwright.x12.reading import TransactionSet


_DIAGNOSES = ("ABK", "ABF", "BK", "BF", "TQ")
_SERVICES = {"SV1": 2, "SV2": 3, "SV3": 2}
"""The segment that says what was done on a line of each kind of claim, and its element that says what was charged."""
_POINTERS = {"SV1": 7, "SV3": 11}


def _claims(transaction_set: TransactionSet) -> Iterator[Loop]:
    for provider in transaction_set.root.loops_of("2000A"):
        for subscriber in provider.loops_of("2000B"):
            yield from subscriber.loops_of("2300")
            for patient in subscriber.loops_of("2000C"):
                yield from patient.loops_of("2300")


def _at(segment: Segment, element: int | None, loop: str) -> Where:
    return Where(loop=loop, segment=segment.id, index=segment.index, element=element, offset=segment.offset)


def _charge(line: Loop) -> str:
    return next((given for service, at in _SERVICES.items() if (given := line.value(service, at))), "")


def check_claims(transaction_set: TransactionSet) -> Iterator[Finding]:
    """Every claim by itself, and that no two have one number."""
    seen: set[str] = set()
    for claim in _claims(transaction_set):
        clm = claim.segments[0]
        lines = list(claim.loops_of("2400"))
        yield from _check_totals(clm, lines)
        yield from _check_line_numbers(clm, lines)
        yield from _check_pointers(claim, lines)
        yield from _check_earlier_payers(clm, claim, lines)
        if clm[1] in seen:
            yield finding("X12-CLM-003", _at(clm, 1, "2300"), value=clm[1])
        seen.add(clm[1])


def _check_totals(clm: Segment, lines: list[Loop]) -> Iterator[Finding]:
    """CLM02 is the sum of the lines' charges."""
    charged = sum([cents(_charge(line)) for line in lines])
    if lines and cents(clm[2]) != charged:
        yield finding("X12-CLM-001", _at(clm, 2, "2300"), value=clm[2], expected=x12_amount(charged), claim=clm[1])


def _check_line_numbers(clm: Segment, lines: list[Loop]) -> Iterator[Finding]:
    """LX01 counts the lines of each claim from 1: payers answer with it."""
    for number, line in enumerate(lines, 1):
        lx = line.segments[0]
        if lx[1] != str(number) and is_digits(lx[1]):
            yield finding("X12-CLM-006", _at(lx, 1, "2400"), value=lx[1], expected=number, claim=clm[1])


def _check_pointers(claim: Loop, lines: list[Loop]) -> Iterator[Finding]:
    """SV107 (dental: SV311) points at diagnoses that the claim has."""
    given = 0
    for segment in claim.all("HI"):
        if segment.component(1, 1) in _DIAGNOSES:
            given += sum(map(bool, segment.fields[1:]))
    for line in lines:
        for name, element in _POINTERS.items():
            service = line.first(name)
            for pointer in service.components(element) if service and service[element] else ():
                if service and not (is_digits(pointer) and 1 <= int(pointer[:3]) <= given):
                    words = {"place": f"{name}{element:02d}", "value": pointer, "expected": given}
                    yield finding("X12-CLM-002", _at(service, element, "2400"), **words)


def _check_earlier_payers(clm: Segment, claim: Loop, lines: list[Loop]) -> Iterator[Finding]:
    """For each payer who decided before: claim charge = paid + adjusted, line charge = paid + adjusted."""
    for line in lines:
        for adjudication in line.loops_of("2430"):
            svd, charge = adjudication.segments[0], _charge(line)
            explained = cents(svd[2]) + adjusted(adjudication)
            if charge and cents(charge) != explained:
                words = {"value": charge, "expected": x12_amount(explained), "payer": svd[1]}
                yield finding("X12-CLM-005", _at(svd, 2, "2430"), **words)
    for other in claim.loops_of("2320"):
        paid = other.first("AMT", "D")
        if paid:
            yield from _claim_balance(clm, paid, other, lines)


def _claim_balance(clm: Segment, paid: Segment, other: Loop, lines: list[Loop]) -> Iterator[Finding]:
    payer = other.loop("2330B")
    payer_id = payer.value("NM1", 9) if payer else ""
    decided = [loop for line in lines for loop in line.loops_of("2430") if loop.value("SVD", 1) == payer_id]
    explained = cents(paid[2]) + adjusted(other) + sum(adjusted(loop) for loop in decided)
    if (decided or other.first("CAS")) and explained != cents(clm[2]):
        words = {"value": clm[2], "expected": x12_amount(explained), "payer": payer_id}
        yield finding("X12-CLM-004", _at(paid, 2, "2320"), **words)
