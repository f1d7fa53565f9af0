"""Identifiers whose form can be proved: NPI by its check digit, Medicare beneficiary identifier by its pattern."""

from __future__ import annotations

import re

_NPI = re.compile(r"[12]\d{9}\Z", re.ASCII)
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
_ISSUER_SUM = 24
"""What the prefix 80840 of health identifiers in the United States adds to the Luhn sum."""

_LETTER, _EITHER = "[AC-HJKMNP-RT-Y]", "[0-9AC-HJKMNP-RT-Y]"
_MBI = re.compile(rf"[1-9]{_LETTER}{_EITHER}\d{_LETTER}{_EITHER}\d{_LETTER}{_LETTER}\d\d\Z", re.ASCII)


def is_npi(text: str) -> bool:
    """Ten digits, 1 or 2 first, and the Luhn digit right over 80840 and the number (45 CFR 162.406)."""
    if not _NPI.match(text):
        return False
    digits = [int(digit) for digit in text]
    return (_ISSUER_SUM + sum(digits[1::2]) + sum(_DOUBLED[digit] for digit in digits[0::2])) % 10 == 0


def is_mbi(text: str) -> bool:
    """Eleven characters in the Medicare pattern; the letters S, L, O, I, B and Z are never used."""
    return bool(_MBI.match(text))
