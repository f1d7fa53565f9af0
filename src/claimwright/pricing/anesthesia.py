"""Medicare's anesthesia: (base units + time units) times the locality's factor (42 CFR 414.46; Claims Processing
Manual, chapter 12, section 50).

Time units are minutes divided by 15, to one decimal. Of several procedures the highest base counts, with the time of
all. AA and QZ are paid in full; QK, QX and QY half; AD three units for each procedure, and one when the physician was
there at induction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from claimwright.money import format_dollars
from claimwright.pricing.medicare import to_cents
from claimwright.pricing.price import Price, Unpriced

_MINUTES_OF_A_UNIT = 15
_PERCENTS = {"AA": 100, "QZ": 100, "QK": 50, "QX": 50, "QY": 50}
_SUPERVISED = "AD"
_UNITS_SUPERVISED = 3


@dataclass(frozen=True, slots=True)
class Anesthesia:
    """One anesthesia service: the base units of each procedure, the minutes in all, its modifiers."""

    base_units: Sequence[int]
    minutes: int
    modifiers: tuple[str, ...]
    was_there_at_induction: bool = False


def time_units(minutes: int, places: int = 1) -> Decimal:
    """Minutes as units of fifteen minutes, rounded half up to so many places; contractors differ in `places`."""
    exact = Decimal(minutes) / _MINUTES_OF_A_UNIT
    return exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def price_anesthesia(service: Anesthesia, factor: Decimal, *, places: int = 1) -> Price | Unpriced:
    """What a locality with that conversion factor allows."""
    if _SUPERVISED in service.modifiers:
        return _supervised(service, factor)
    modifier = next((one for one in service.modifiers if one in _PERCENTS), None)
    if modifier is None:
        return Unpriced("no modifier says who gave the anesthesia: AA, AD, QK, QX, QY or QZ")
    base, time = max(service.base_units), time_units(service.minutes, places)
    cents = to_cents((base + time) * factor)
    step = f"{base} base units and {time} for {service.minutes} minutes, times {factor}: {format_dollars(cents)}"
    percent = _PERCENTS[modifier]
    if percent == 100:
        return Price(cents, (step,))
    cents = to_cents((base + time) * factor * percent / 100)
    return Price(cents, (step, f"modifier {modifier} is paid {percent} %: {format_dollars(cents)}"))


def _supervised(service: Anesthesia, factor: Decimal) -> Price:
    units = _UNITS_SUPERVISED * len(service.base_units) + int(service.was_there_at_induction)
    cents = to_cents(units * factor)
    return Price(cents, (f"supervision of more than four, {units} units times {factor}: {format_dollars(cents)}",))
