"""Place of service codes: the two digits that say where care was given (CMS list, 2026; names in our own words)."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import NamedTuple


class Place(NamedTuple):
    """A place of service; `is_facility` decides between the two Medicare practice-expense rates."""

    code: str
    name: str
    is_facility: bool


def place(code: str) -> Place | None:
    """The place with that two-digit code; None when the code is not assigned."""
    return places().get(code)


@cache
def places() -> MappingProxyType[str, Place]:
    """Every assigned place of service by code."""
    text = files("claimwright.codesets").joinpath("data", "places.tsv").read_text("utf-8")
    rows = (line.split("\t") for line in text.splitlines()[1:])
    return MappingProxyType({code: Place(code, name, kind == "facility") for code, kind, name in rows})
