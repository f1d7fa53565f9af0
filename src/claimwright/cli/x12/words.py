"""Segments in plain words: the names of `x12.naming` with the code lists of `codesets`."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from claimwright.x12 import Segment

_BETWEEN = " · "


class _Coded(Protocol):
    @property
    def meaning(self) -> str: ...


@cache
def _lists() -> dict[str, Callable[[str], _Coded | None]]:
    from claimwright.codesets import acknowledgements, reasons

    return {
        "carc": reasons.carc,
        "rarc": reasons.rarc,
        "category": acknowledgements.status_category,
        "status": acknowledgements.status_code,
        "AAA03": acknowledgements.eligibility_rejection,
        "AAA04": acknowledgements.follow_up,
        "EB01": acknowledgements.benefit_information,
        "IK304": acknowledgements.segment_error,
        "IK403": acknowledgements.element_error,
        "IK502": acknowledgements.set_error,
        "AK905": acknowledgements.group_error,
        "TA105": acknowledgements.interchange_note,
    }


def code_meaning(of_list: str, code: str) -> str:
    """What a code of an outside list means; `''` when it is not known here."""
    if of_list == "place":
        from claimwright.codesets.places import place

        known = place(code)
        return known.name if known else ""
    lookup = _lists().get(of_list)
    found = lookup(code) if lookup else None
    return found.meaning.rstrip(".") if found else ""


def describe(segment: Segment) -> str:
    """The elements of a segment as `name: value (meaning)`, one after the other; `''` when it has none."""
    from claimwright.x12.naming import name_elements

    return printable(_BETWEEN.join(map(str, name_elements(segment, code_meaning))))


def printable(text: str) -> str:
    """The text without what would move a terminal's cursor or cannot be encoded: what is shown came from a stranger."""
    return "".join(sign if sign.isprintable() else f"\\x{ord(sign) & 0xFF:02x}" for sign in text)
