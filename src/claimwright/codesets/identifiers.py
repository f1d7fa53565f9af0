"""Identifiers whose form can be proved: NPI by its check digit, Medicare beneficiary identifier by its pattern."""

from __future__ import annotations

import re

from claimwright.x12.rules.identifiers import is_npi

__all__ = ["is_mbi", "is_npi"]

_LETTER, _EITHER = "[AC-HJKMNP-RT-Y]", "[0-9AC-HJKMNP-RT-Y]"
_MBI = re.compile(rf"[1-9]{_LETTER}{_EITHER}\d{_LETTER}{_EITHER}\d{_LETTER}{_LETTER}\d\d\Z", re.ASCII)


def is_mbi(text: str) -> bool:
    """Eleven characters in the Medicare pattern; the letters S, L, O, I, B and Z are never used."""
    return bool(_MBI.match(text))
