"""Whether a text has the form of a code. Form only: that the code exists on a day is for the publisher's table."""

from __future__ import annotations

import re

_ICD10CM = re.compile(r"(?:[A-Z]\d|Q[A-Z])[0-9A-Z](?:[0-9A-Z]{1,4})?\Z")
_HCPCS = re.compile(r"(?:\d{4}[0-9A-Z]|[A-V]\d{4})\Z")
_MODIFIER = re.compile(r"[0-9A-Z]{2}\Z")
_TAXONOMY = re.compile(r"[0-9A-Z]{9}X\Z")
_NDC = re.compile(r"\d{11}\Z")
_ZIP = re.compile(r"\d{5}(?:\d{4})?\Z")


def is_icd10cm_shaped(code: str) -> bool:
    """`E119`, `S72001A`, `QA00101`: three to seven characters without the dot, a letter first, then mostly a digit."""
    return bool(_ICD10CM.match(code)) and not (len(code) == 7 and code[3:] == "XXXX")


def is_hcpcs_shaped(code: str) -> bool:
    """A CPT number (five digits, or four and a letter) or a HCPCS level II code (a letter and four digits)."""
    return bool(_HCPCS.match(code))


def is_modifier_shaped(code: str) -> bool:
    """Two capital letters or digits."""
    return bool(_MODIFIER.match(code))


def is_taxonomy_shaped(code: str) -> bool:
    """Ten characters ending in X, as in the provider taxonomy."""
    return bool(_TAXONOMY.match(code))


def is_ndc_shaped(code: str) -> bool:
    """A national drug code in its 5-4-2 billing form: eleven digits without dashes."""
    return bool(_NDC.match(code))


def is_zip_shaped(code: str) -> bool:
    """Five or nine digits, without a dash."""
    return bool(_ZIP.match(code))
