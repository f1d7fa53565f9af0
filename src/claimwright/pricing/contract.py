"""A contract as it prices a line. `terms` reads one from data.

The way of a price: the first rate that names the code gives an amount per unit; a modifier's percentage changes it; the
reduction for several procedures of a day lowers it by rank; units multiply it; the charge caps it. Each amount per unit
is rounded half up to the cent before it goes on, as payers do who load rates in cents.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from claimwright.documents.claim import Claim, ClaimLine
from claimwright.money import format_dollars, percent_of
from claimwright.pricing.rates import MultipleProcedures, UnitRate
from claimwright.pricing.terms import Terms, read_terms

PRICING_MODIFIERS = frozenset(
    ("22", "26", "50", "52", "53", "54", "55", "56", "62", "66", "73", "74", "78", "80", "81", "82", "AS", "TC")
)
"""Modifiers that change what is paid. A line with one of them is priced only where the terms speak of it."""

_RANKED_UNITS_MAX = 999


class Price(NamedTuple):
    """What is expected for a line, and how it came about, step by step."""

    cents: int
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contract:
    """What a payer agreed to allow, by its terms."""

    terms: Terms

    @classmethod
    def from_terms(cls, terms: Mapping[str, Any]) -> Contract:
        """The contract that JSON or TOML data describe; `pricing.terms` documents the keys.

        Raises `InputError` that names the key which is unknown, missing or of the wrong kind.
        """
        return cls(read_terms(terms))

    @property
    def name(self) -> str:
        return self.terms.name

    def is_in_force(self, day: date) -> bool:
        """Whether services of that day are priced by it."""
        return (self.terms.effective_date or day) <= day <= (self.terms.end_date or day)

    def expected_cents(self, line: ClaimLine, claim: Claim) -> int | None:
        """The allowed amount expected for a line of that claim; None when the terms do not say."""
        price = self.price(line, claim)
        return None if price is None else price.cents

    def price(self, line: ClaimLine, claim: Claim) -> Price | None:
        """The expected amount with its steps; None when the terms do not say."""
        rate = self._unit_rate(line)
        if rate is None:
            return None
        reduced = self._reduce(line, claim, rate)
        if reduced is None or not (self.terms.lesser_of_charge and reduced.cents > line.charge_cents):
            return reduced
        step = f"not more than the charge {format_dollars(line.charge_cents)}"
        return Price(line.charge_cents, (*reduced.steps, step))

    def _unit_rate(self, line: ClaimLine) -> UnitRate | None:
        """The amount per unit with modifiers considered."""
        if line.period is None or not self.is_in_force(line.period.start):
            return None
        rate = next((rate for rate in self.terms.rates if line.procedure.code in rate.codes), None)
        found = rate.unit_rate(line) if rate else None
        if found is None or found.is_whole:
            return found
        cents, steps = found.cents, found.steps
        for modifier in line.procedure.modifiers:
            if modifier == found.modifier:
                continue
            percent = self.terms.modifier_percents.get(modifier)
            if percent is not None:
                cents = percent_of(cents, percent)
                steps = (*steps, f"modifier {modifier} pays {percent} %: {format_dollars(cents)}")
            elif modifier in PRICING_MODIFIERS:
                return None
        return UnitRate(cents, steps, found.modifier)

    def _reduce(self, line: ClaimLine, claim: Claim, rate: UnitRate) -> Price | None:
        """Units, and the reduction for several procedures of the day."""
        policy = self.terms.multiple_procedures
        if policy is None or line.procedure.code not in policy.codes:
            return _times_units(line, rate)
        ranked = self._ranked(line, claim, policy)
        if ranked is None:
            return None
        percents = policy.percents_of(line, ranked)
        if all(percent == 100 for percent in percents):
            return _times_units(line, rate)
        cents = sum(percent_of(rate.cents, percent) for percent in percents)
        shown = " and ".join(f"{percent} %" for percent in percents)
        return Price(cents, (*rate.steps, f"several procedures of the day, paid at {shown}: {format_dollars(cents)}"))

    def _ranked(self, line: ClaimLine, claim: Claim, policy: MultipleProcedures) -> dict[int, tuple[int, int]] | None:
        """Amount and units of every line that is ranked with this one; None when one of them has no price."""
        ranked = {}
        for other in claim.lines:
            if other.procedure.code not in policy.codes or other.period is None or line.period is None:
                continue
            if other.period.start != line.period.start:
                continue
            rate = self._unit_rate(other)
            if rate is None or other.quantity % 1 or not 0 < other.quantity <= _RANKED_UNITS_MAX:
                return None
            ranked[other.number] = (rate.cents, 1 if rate.is_whole else int(other.quantity))
        return ranked


def in_force(contracts: Iterable[Contract], day: date) -> Contract | None:
    """The contract that prices services of that day: the one that took effect last."""
    found = [contract for contract in contracts if contract.is_in_force(day)]
    return max(found, key=lambda contract: contract.terms.effective_date or date.min, default=None)


def _times_units(line: ClaimLine, rate: UnitRate) -> Price:
    if rate.is_whole or line.quantity == 1:
        return Price(rate.cents, rate.steps)
    cents = percent_of(rate.cents, line.quantity * 100)
    return Price(cents, (*rate.steps, f"{line.quantity} units: {format_dollars(cents)}"))
