"""Rates that rise by themselves: so many percent on a day, and on that day of each year after it, compounding."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from claimwright.money import percent_of
from claimwright.pricing.codes import CodeSet


@dataclass(frozen=True, slots=True)
class Escalation:
    """What an escalator makes of the rates of one day: so many years at that percentage, compounding."""

    percent: Decimal = Decimal(0)
    years: int = 0
    is_rounded_each_year: bool = False

    @property
    def words(self) -> str:
        """As a step says it."""
        rounding = ", rounded each year" if self.is_rounded_each_year else ""
        return f"raised {self.percent} % a year, {self.years} times{rounding}"

    @property
    def factor(self) -> Decimal:
        """What a rate is multiplied with, exactly."""
        return (1 + self.percent / 100) ** self.years

    def of(self, cents: int) -> int:
        """An amount per unit as it is raised: rounded half up to the cent at the end, or each year."""
        if not self.is_rounded_each_year:
            return percent_of(cents, self.factor * 100)
        for _ in range(self.years):
            cents = percent_of(cents, 100 + self.percent)
        return cents


@dataclass(frozen=True, slots=True)
class Escalator:
    """Rates rise by a percentage on a day, and on that day of each year after it, compounding."""

    percent: Decimal
    first_date: date
    codes: CodeSet
    is_rounded_each_year: bool = False

    def on(self, day: date, code: str) -> Escalation:
        """How a code's rate is raised for services of a day."""
        if code not in self.codes or day < self.first_date:
            return NOT_RAISED
        is_before = (day.month, day.day) < (self.first_date.month, self.first_date.day)
        years = day.year - self.first_date.year + (not is_before)
        return Escalation(self.percent, years, self.is_rounded_each_year)


NOT_RAISED = Escalation()
"""A rate as the terms have it."""
