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


def _claims(transaction_set: TransactionSet) -> Iterator[Loop]:
    for provider in transaction_set.root.loops_of("2000A"):
        for subscriber in provider.loops_of("2000B"):
            yield from subscriber.loops_of("2300")
            for patient in subscriber.loops_of("2000C"):
                yield from patient.loops_of("2300")


def _at(segment: Segment, element: int | None, loop: str) -> Where:
    return Where(loop=loop, segment=segment.id, index=segment.index, element=element, offset=segment.offset)


def check_totals(transaction_set: TransactionSet) -> Iterator[Finding]:
    """CLM02 is the sum of the lines' charges."""
    for claim in _claims(transaction_set):
        clm = claim.first("CLM")
        lines = [cents(line.value("SV1", 2)) for line in claim.loops_of("2400")]
        if clm and lines and cents(clm[2]) != sum(lines):
            where = _at(clm, 2, "2300")
            yield finding("X12-CLM-001", where, value=clm[2], expected=x12_amount(sum(lines)), claim=clm[1])


def check_line_numbers(transaction_set: TransactionSet) -> Iterator[Finding]:
    """LX01 counts the lines of each claim from 1: payers answer with it."""
    for claim in _claims(transaction_set):
        for number, line in enumerate(claim.loops_of("2400"), 1):
            lx = line.segments[0]
            if lx[1] != str(number) and is_digits(lx[1]):
                name = claim.value("CLM", 1)
                yield finding("X12-CLM-006", _at(lx, 1, "2400"), value=lx[1], expected=number, claim=name)


def check_pointers(transaction_set: TransactionSet) -> Iterator[Finding]:
    """SV107 points at diagnoses that the claim has."""
    for claim in _claims(transaction_set):
        given = sum(
            len([1 for element in range(1, len(segment) + 1) if segment[element]])
            for segment in claim.all("HI")
            if segment.component(1, 1) in ("ABK", "ABF", "BK", "BF")
        )
        for line in claim.loops_of("2400"):
            sv1 = line.first("SV1")
            for pointer in sv1.components(7) if sv1 else ():
                if sv1 and not (is_digits(pointer) and 1 <= int(pointer[:3]) <= given):
                    yield finding("X12-CLM-002", _at(sv1, 7, "2400"), value=pointer, expected=given)


def check_repeated_numbers(transaction_set: TransactionSet) -> Iterator[Finding]:
    """CLM01 is the provider's own number of one claim: twice in a file is a duplicate, or a mistake."""
    seen: set[str] = set()
    for claim in _claims(transaction_set):
        clm = claim.first("CLM")
        if clm and clm[1]:
            if clm[1] in seen:
                yield finding("X12-CLM-003", _at(clm, 1, "2300"), value=clm[1])
            seen.add(clm[1])


def check_earlier_payers(transaction_set: TransactionSet) -> Iterator[Finding]:
    """For each payer who decided before: claim charge = paid + adjusted, line charge = paid + adjusted."""
    for claim in _claims(transaction_set):
        clm = claim.first("CLM")
        lines = list(claim.loops_of("2400"))
        for line in lines:
            sv1 = line.first("SV1")
            for adjudication in line.loops_of("2430"):
                svd = adjudication.first("SVD")
                if sv1 and svd and cents(sv1[2]) != cents(svd[2]) + adjusted(adjudication):
                    expected = x12_amount(cents(svd[2]) + adjusted(adjudication))
                    yield finding("X12-CLM-005", _at(svd, 2, "2430"), value=sv1[2], expected=expected, payer=svd[1])
        for other in claim.loops_of("2320"):
            paid = other.first("AMT", "D")
            if clm and paid:
                yield from _claim_balance(clm, paid, other, lines)


def _claim_balance(clm: Segment, paid: Segment, other: Loop, lines: list[Loop]) -> Iterator[Finding]:
    payer = other.loop("2330B")
    payer_id = payer.value("NM1", 9) if payer else ""
    decided = [loop for line in lines for loop in line.loops_of("2430") if loop.value("SVD", 1) == payer_id]
    explained = cents(paid[2]) + adjusted(other) + sum(adjusted(loop) for loop in decided)
    if (decided or other.first("CAS")) and explained != cents(clm[2]):
        yield finding("X12-CLM-004", _at(paid, 2, "2320"), value=clm[2], expected=x12_amount(explained), payer=payer_id)
