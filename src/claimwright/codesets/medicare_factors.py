"""Medicare's conversion factors by day: what one relative value unit, or one unit of anesthesia, is worth.

Congress changed the factor of 2024 within the year, while CMS's tables of one release carry one factor only; since 2026
there are two, for who takes part in an advanced alternative payment model and for everybody else (42 CFR 414.20). So
the factor is a list of our own, with its sources (`data/conversion_factors.tsv`).
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import NamedTuple


class ConversionFactor(NamedTuple):
    """A factor and the days on which it holds, both included. `model`: `any`, `apm` or `other`."""

    kind: str
    since: date
    until: date
    model: str
    factor: Decimal
    source: str


def schedule_factor(day: date, *, is_apm: bool = False) -> ConversionFactor | None:
    """The factor of the physician fee schedule for services of a day; None for days that are not on the list."""
    return _find("schedule", day, is_apm=is_apm)


def anesthesia_factor(day: date, *, is_apm: bool = False) -> ConversionFactor | None:
    """The national factor of anesthesia, before a locality's index; None for days that are not on the list."""
    return _find("anesthesia", day, is_apm=is_apm)


@cache
def conversion_factors() -> tuple[ConversionFactor, ...]:
    """Every factor on the list."""
    text = files("claimwright.codesets").joinpath("data", "conversion_factors.tsv").read_text("utf-8")
    return tuple(_factor(*line.split("\t")) for line in text.splitlines()[1:])


def _factor(kind: str, since: str, until: str, model: str, factor: str, source: str) -> ConversionFactor:
    return ConversionFactor(kind, date.fromisoformat(since), date.fromisoformat(until), model, Decimal(factor), source)


def _find(kind: str, day: date, *, is_apm: bool) -> ConversionFactor | None:
    models = ("any", "apm" if is_apm else "other")
    found = (one for one in conversion_factors() if one.kind == kind and one.model in models)
    return next((one for one in found if one.since <= day <= one.until), None)
