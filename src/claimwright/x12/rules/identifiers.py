"""Identifiers with a check digit: the NPI.

Three quarters of the published samples fail it, so it is a warning; what is refused by a payer is the payer's own rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from claimwright.findings import Finding, Where
from claimwright.x12.catalogue import finding

if TYPE_CHECKING:
    from claimwright.x12.reading import TransactionSet

_NPI_PLACES = {"NM1": (8, 9), "N1": (3, 4)}
_NPI_PREFIX = "80840"


def is_npi(text: str) -> bool:
    """True for ten digits whose Luhn check holds with the prefix 80840 (45 CFR 162.406, CMS's NPI check digit)."""
    if len(text) != 10 or not (text.isascii() and text.isdigit()) or text[0] not in "12":
        return False
    total = 0
    for position, digit in enumerate(reversed(_NPI_PREFIX + text)):
        value = int(digit) * (2 if position % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def check_npis(transaction_set: TransactionSet) -> Iterator[Finding]:
    """Every identifier that is said to be an NPI has its check digit right."""
    for segment in transaction_set.segments:
        if place := _NPI_PLACES.get(segment.id):
            qualifier, identifier = place
            if segment[qualifier] == "XX" and not is_npi(segment[identifier]):
                where = Where(segment=segment.id, index=segment.index, element=identifier, offset=segment.offset)
                yield finding("X12-IDN-001", where, segment=segment.id, element=identifier, value=segment[identifier])
