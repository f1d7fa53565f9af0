"""Where an amount per unit comes from: tables of fees, percentages, the reduction for several procedures of a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, cast

from claimwright.documents.claim import ClaimLine
from claimwright.money import format_dollars, percent_of
from claimwright.pricing.codes import CodeSet
from claimwright.pricing.escalators import Escalation
from claimwright.pricing.medicare import Fee
from claimwright.pricing.price import Unpriced


class UnitRate(NamedTuple):
    """An amount per unit before reductions; `is_whole` when it is the amount of the whole line already.

    `fee` is Medicare's, at the contract's percentage, where it is what the rate is a percentage of.
    """

    cents: int
    steps: tuple[str, ...]
    modifier: str = ""
    is_whole: bool = False
    fee: Fee | None = None


@dataclass(frozen=True, slots=True)
class FeeTable:
    """Fees in cents by code, or by code and modifier as `70551-26`."""

    name: str
    cents: Mapping[str, int]

    def find(self, code: str, modifiers: Sequence[str] = ()) -> tuple[int, str] | None:
        """The fee that fits best, and the modifier it is for."""
        for modifier in modifiers:
            fee = self.cents.get(f"{code}-{modifier}")
            if fee is not None:
                return fee, modifier
        fee = self.cents.get(code)
        return None if fee is None else (fee, "")


class Basis(StrEnum):
    """What a rate is a percentage of."""

    CHARGE = "charge"
    TABLE = "table"
    MEDICARE = "Medicare"


@dataclass(frozen=True, slots=True)
class Rate:
    """How the codes of one set are paid: `percent` % of the charge, of a table, or of Medicare's schedule."""

    codes: CodeSet
    percent: Decimal
    basis: Basis = Basis.CHARGE
    table: FeeTable | None = None

    def of_charge(self, line: ClaimLine) -> UnitRate:
        """The amount for the whole line."""
        cents = percent_of(line.charge_cents, self.percent)
        step = f"{self.percent} % of the charge {format_dollars(line.charge_cents)} is {format_dollars(cents)}"
        return UnitRate(cents, (step,), is_whole=True)

    def of_table(self, line: ClaimLine, escalation: Escalation) -> UnitRate | Unpriced:
        """The amount for one unit of that line, with what an escalator adds."""
        if line.unit == "MJ":
            return Unpriced("minutes have no fee in a table")
        table = cast("FeeTable", self.table)
        found = table.find(line.procedure.code, line.procedure.modifiers)
        if found is None:
            return Unpriced(f"{table.name} has no {line.procedure.code}", is_unlisted=True)
        fee, modifier = found
        cents, steps = fee, [f"{table.name} has {format_dollars(fee)} for {line.procedure.code}{_suffix(modifier)}"]
        if self.percent != 100:
            cents = percent_of(fee, self.percent)
            steps.append(f"{self.percent} % of it is {format_dollars(cents)}")
        if escalation.years:
            cents = escalation.of(cents)
            steps.append(f"{escalation.words}: {format_dollars(cents)}")
        return UnitRate(cents, tuple(steps), modifier)


@dataclass(frozen=True, slots=True)
class MultipleProcedures:
    """The reduction when several procedures of a set fall on one day: percentages by rank of the fee.

    The last percentage holds for all further ranks. Each unit has a rank of its own. `is_as_medicare`: instead of
    percentages the rules of Medicare's schedule hold (`same_day`), for each code by its indicator.
    """

    codes: CodeSet
    percents: tuple[Decimal, ...] = ()
    is_as_medicare: bool = False

    def percents_of(self, line: ClaimLine, ranked: Mapping[int, tuple[int, int]]) -> tuple[Decimal, ...]:
        """The percentages for the units of the line with that position; `ranked` is position → (cents, units)."""
        units = [(-cents, position) for position, (cents, count) in ranked.items() for _ in range(count)]
        ordered = sorted(units)
        last = len(self.percents) - 1
        return tuple(
            self.percents[min(rank, last)] for rank, (_, position) in enumerate(ordered) if position == line.number
        )


def _suffix(modifier: str) -> str:
    return f"-{modifier}" if modifier else ""
