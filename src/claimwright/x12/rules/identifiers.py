"""Identifiers with a check digit: the NPI.

Three quarters of the published samples fail it, so it is a warning; what is refused by a payer is the payer's own rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from claimwright.findings import Finding, Where
from claimwright.x12.catalogue import finding

if TYPE_CHECKING:
    from claimwright.x12.reading import TransactionSet

_NPI_PLACES = {"NM1": (8, 9), "N1": (3, 4)}
_NPI = re.compile(r"[12]\d{9}\Z", re.ASCII)
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
_ISSUER_SUM = 24
"""What the prefix 80840 of health identifiers in the United States adds to the Luhn sum."""


@lru_cache(maxsize=4096)
def is_npi(text: str) -> bool:
    """Ten digits, 1 or 2 first, and the Luhn digit right over 80840 and the number (45 CFR 162.406)."""
    if not _NPI.match(text):
        return False
    digits = [int(digit) for digit in text]
    return (_ISSUER_SUM + sum(digits[1::2]) + sum(_DOUBLED[digit] for digit in digits[0::2])) % 10 == 0


def check_npis(transaction_set: TransactionSet) -> Iterator[Finding]:
    """Every identifier that is said to be an NPI has its check digit right."""
    for segment in transaction_set.segments:
        if place := _NPI_PLACES.get(segment.fields[0]):
            qualifier, identifier = place
            if segment[qualifier] == "XX" and not is_npi(segment[identifier]):
                where = Where(segment=segment.id, index=segment.index, element=identifier, offset=segment.offset)
                yield finding("X12-IDN-001", where, segment=segment.id, element=identifier, value=segment[identifier])
