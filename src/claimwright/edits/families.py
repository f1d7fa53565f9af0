"""Families of procedure codes that several edits ask about, as bare numbers."""

from __future__ import annotations

from collections.abc import Iterator

_DIGITS = 5


def family(text: str) -> frozenset[str]:
    """The codes of a line such as `99202-99205 92002 G0438`: ranges of five digits, and single codes."""
    return frozenset(code for word in text.split() for code in _codes(word))


def _codes(word: str) -> Iterator[str]:
    first, is_range, last = word.partition("-")
    if not is_range:
        return iter((first,))
    return (str(number).zfill(_DIGITS) for number in range(int(first), int(last) + 1))


VISITS = family("92002 92004 92012 92014 99202-99239 99242-99245 99252-99255 99281-99285 99304-99310 99341-99350")
"""Visits that are billed once a day: evaluation and management, and the general eye examinations."""

NEW_PATIENT_VISITS = family("92002 92004 99202-99205 99341-99345 99381-99387")
OFFICE_VISITS = family("99202-99205 99211-99215")
CONSULTATIONS = family("99241-99245 99251-99255")
ANESTHESIA = family("00100-01999")
ANESTHESIA_WITHOUT_TIME = family("01953 01996")
LABORATORY = family("80047-89398")
