"""Where an amount per unit comes from: tables of fees, percentages, the reduction for several procedures of a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from claimwright.documents.claim import ClaimLine
from claimwright.money import format_dollars, percent_of
from claimwright.pricing.codes import CodeSet


class UnitRate(NamedTuple):
    """An amount per unit before reductions; `is_whole` when it is the amount of the whole line already."""

    cents: int
    steps: tuple[str, ...]
    modifier: str = ""
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class FeeTable:
    """Fees in cents by code, or by code and modifier as `70551-26`."""

    name: str
    cents: Mapping[str, int]

    def find(self, line: ClaimLine) -> tuple[int, str] | None:
        """The fee that fits best, and the modifier it is for."""
        code = line.procedure.code
        for modifier in line.procedure.modifiers:
            fee = self.cents.get(f"{code}-{modifier}")
            if fee is not None:
                return fee, modifier
        fee = self.cents.get(code)
        return None if fee is None else (fee, "")


@dataclass(frozen=True, slots=True)
class Rate:
    """How the codes of one set are paid: by a table (at `percent` % of it), or at `percent` % of the charge."""

    codes: CodeSet
    percent: Decimal
    table: FeeTable | None = None

    def unit_rate(self, line: ClaimLine) -> UnitRate | None:
        """The amount for one unit of that line; None when the table does not have it."""
        if self.table is None:
            cents = percent_of(line.charge_cents, self.percent)
            step = f"{self.percent} % of the charge {format_dollars(line.charge_cents)} is {format_dollars(cents)}"
            return UnitRate(cents, (step,), is_whole=True)
        found = self.table.find(line)
        if found is None or line.unit == "MJ":
            return None
        fee, modifier = found
        step = f"{self.table.name} has {format_dollars(fee)} for {line.procedure.code}{modifier and '-' + modifier}"
        if self.percent == 100:
            return UnitRate(fee, (step,), modifier)
        cents = percent_of(fee, self.percent)
        return UnitRate(cents, (step, f"{self.percent} % of it is {format_dollars(cents)}"), modifier)


@dataclass(frozen=True, slots=True)
class MultipleProcedures:
    """The reduction when several procedures of a set fall on one day: percentages by rank of the fee.

    The last percentage holds for all further ranks. Each unit has a rank of its own.
    """

    codes: CodeSet
    percents: tuple[Decimal, ...]

    def percents_of(self, line: ClaimLine, ranked: Mapping[int, tuple[int, int]]) -> tuple[Decimal, ...]:
        """The percentages for the units of the line with that position; `ranked` is position → (cents, units)."""
        units = [(-cents, position) for position, (cents, count) in ranked.items() for _ in range(count)]
        ordered = sorted(units)
        last = len(self.percents) - 1
        return tuple(
            self.percents[min(rank, last)] for rank, (_, position) in enumerate(ordered) if position == line.number
        )
