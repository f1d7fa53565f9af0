"""The three balances of an 835, exact to the cent (billing rules, part B.1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from claimwright.findings import Finding, Where
from claimwright.money import x12_amount
from claimwright.x12.catalogue import finding
from claimwright.x12.rules.amounts import adjusted, cents
from claimwright.x12.tree import Loop, Segment

if TYPE_CHECKING:
    from claimwright.x12.reading import TransactionSet


def _claims(transaction_set: TransactionSet) -> Iterator[Loop]:
    return (claim for header in transaction_set.root.loops_of("2000") for claim in header.loops_of("2100"))


def _at(segment: Segment, element: int, loop: str) -> Where:
    return Where(loop=loop, segment=segment.id, index=segment.index, element=element, offset=segment.offset)


def check_claims(transaction_set: TransactionSet) -> Iterator[Finding]:
    """SVC02 - CAS = SVC03 for each line; CLP03 - all CAS = CLP04; CLP03 is the sum of SVC02 where there are lines."""
    for claim in _claims(transaction_set):
        clp = claim.segments[0]
        all_adjusted, charged, has_lines = adjusted(claim), 0, False
        for line in claim.loops_of("2110"):
            svc, line_adjusted = line.segments[0], adjusted(line)
            charge = cents(svc[2])
            if charge - line_adjusted != cents(svc[3]):
                words = {"value": svc[3], "expected": x12_amount(charge - line_adjusted), "claim": clp[1]}
                yield finding("X12-PAY-001", _at(svc, 3, "2110"), **words)
            all_adjusted, charged, has_lines = all_adjusted + line_adjusted, charged + charge, True
        expected = cents(clp[3]) - all_adjusted
        if expected != cents(clp[4]):
            yield finding("X12-PAY-002", _at(clp, 4, "2100"), value=clp[4], expected=x12_amount(expected), claim=clp[1])
        if has_lines and charged != cents(clp[3]):
            yield finding("X12-PAY-003", _at(clp, 3, "2100"), value=clp[3], expected=x12_amount(charged), claim=clp[1])


def check_transaction(transaction_set: TransactionSet) -> Iterator[Finding]:
    """The claims' payments minus the provider adjustments are BPR02."""
    root = transaction_set.root
    bpr = root.first("BPR")
    if bpr is None:
        return
    paid = sum(cents(claim.value("CLP", 4)) for claim in _claims(transaction_set))
    moved = sum(cents(plb[element]) for plb in root.all("PLB") for element in range(4, 15, 2))
    if paid - moved != cents(bpr[2]):
        yield finding("X12-PAY-004", _at(bpr, 2, ""), value=bpr[2], expected=x12_amount(paid - moved))
