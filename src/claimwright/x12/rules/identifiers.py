"""Identifiers with a check digit: the NPI, the routing number of a bank.

Three quarters of the published samples fail it, so it is a warning; what is refused by a payer is the payer's own rule.
"""

from __future__ import annotations

import re
from functools import lru_cache

_NPI = re.compile(r"[12]\d{9}\Z", re.ASCII)
_ROUTING_NUMBER = re.compile(r"\d{9}\Z", re.ASCII)
_ROUTING_WEIGHTS = (3, 7, 1) * 3
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


def is_routing_number(text: str) -> bool:
    """Nine digits of which the weighted sum (3, 7, 1) is a multiple of ten, as the ABA wants it."""
    if not _ROUTING_NUMBER.match(text):
        return False
    return sum(int(digit) * weight for digit, weight in zip(text, _ROUTING_WEIGHTS, strict=True)) % 10 == 0
