"""A contract as it prices lines. `terms` reads one from data.

The way of a price: the first rate that names the code gives an amount per unit, of a table, of Medicare's schedule or
of the charge; an escalator raises it; a modifier's percentage changes it; the reduction for several procedures of a day
lowers it by rank; units multiply it; the charge caps it. Each amount per unit is rounded half up to the cent before it
goes on, as payers do who load rates in cents.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from claimwright.codesets.library import NOTHING_LOADED, CodeLibrary
from claimwright.documents.claim import Claim, ClaimLine
from claimwright.documents.parties import Procedure
from claimwright.money import format_dollars, percent_of
from claimwright.pricing.escalators import Escalation
from claimwright.pricing.medicare import Fee, Medicare, Service, plain
from claimwright.pricing.price import Price, Unpriced
from claimwright.pricing.rates import Basis, MultipleProcedures, Rate, UnitRate
from claimwright.pricing.same_day import price_day
from claimwright.pricing.terms import Terms, read_terms

PRICING_MODIFIERS = frozenset(
    ("22", "26", "50", "52", "53", "54", "55", "56", "62", "66", "73", "74", "78", "80", "81", "82", "AS", "TC")
)
"""Modifiers that change what is paid. A line with one of them is priced only where the terms speak of it."""

_RANKED_UNITS_MAX = 999


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

    @property
    def needs_medicare(self) -> bool:
        """Whether prices need Medicare's tables, so that somebody has to load them."""
        several = self.terms.multiple_procedures
        rates = (*self.terms.rates, *([self.terms.default_rate] if self.terms.default_rate else []))
        return any(rate.basis is Basis.MEDICARE for rate in rates) or bool(several and several.is_as_medicare)

    def needs_charge(self, code: str) -> bool:
        """Whether the price of a code may be a percentage of what is charged."""
        rate = next((rate for rate in self.terms.rates if code in rate.codes), None)
        return any(one is not None and one.basis is Basis.CHARGE for one in (rate, self.terms.default_rate))

    def is_in_force(self, day: date) -> bool:
        """Whether services of that day are priced by it."""
        return (self.terms.effective_date or day) <= day <= (self.terms.end_date or day)

    def expected_cents(self, line: ClaimLine, claim: Claim, library: CodeLibrary = NOTHING_LOADED) -> int | None:
        """The allowed amount expected for a line of that claim; None when the terms and tables do not say."""
        price = self.price(line, claim, library)
        return None if isinstance(price, Unpriced) else price.cents

    def price(self, line: ClaimLine, claim: Claim, library: CodeLibrary = NOTHING_LOADED) -> Price | Unpriced:
        """The expected amount with its steps, or why there is none. `library` has Medicare's tables."""
        together = [line]
        if self.terms.multiple_procedures is not None:
            together = [one for one in claim.lines if _visit(one, claim) == _visit(line, claim)]
        return self._price_visit(together, claim, library)[line.number]

    def price_lines(self, claim: Claim, library: CodeLibrary = NOTHING_LOADED) -> dict[int, Price | Unpriced]:
        """Every line of a claim by its number: those of one day and one practitioner are reduced together."""
        visits: dict[tuple[date | None, str], list[ClaimLine]] = {}
        for line in claim.lines:
            visits.setdefault(_visit(line, claim), []).append(line)
        priced = {}
        for lines in visits.values():
            priced.update(self._price_visit(lines, claim, library))
        return {line.number: priced[line.number] for line in claim.lines}

    def _price_visit(self, lines: list[ClaimLine], claim: Claim, library: CodeLibrary) -> dict[int, Price | Unpriced]:
        day = _visit(lines[0], claim)[0]
        if day is None or not self.is_in_force(day):
            because = "the line has no day of service" if day is None else f"the contract is not in force on {day}"
            return {line.number: Unpriced(because) for line in lines}
        if len({line.number for line in claim.lines}) < len(claim.lines):
            return {line.number: Unpriced("lines of the claim share a number") for line in lines}
        rating = _Rating(self.terms, claim, day, library)
        rates = {line.number: rating.rate(line) for line in lines}
        policy = self.terms.multiple_procedures
        ranked = [line for line in lines if policy is not None and line.procedure.code in policy.codes]
        reduced: Mapping[int, Price | Unpriced] = {}
        if policy is not None and ranked:
            reduce = rating.reduce_as_medicare if policy.is_as_medicare else rating.reduce_by_rank
            reduced = reduce(ranked, rates, policy)
        return {
            line.number: self._capped(line, reduced.get(line.number) or _times_units(line, rates[line.number]))
            for line in lines
        }

    def _capped(self, line: ClaimLine, price: Price | Unpriced) -> Price | Unpriced:
        if isinstance(price, Unpriced) or not self.terms.lesser_of_charge or price.cents <= line.charge_cents:
            return price
        step = f"not more than the charge {format_dollars(line.charge_cents)}"
        return Price(line.charge_cents, (*price.steps, step))


def in_force(contracts: Iterable[Contract], day: date) -> Contract | None:
    """The contract that prices services of that day: the one that took effect last."""
    found = [contract for contract in contracts if contract.is_in_force(day)]
    return max(found, key=lambda contract: contract.terms.effective_date or date.min, default=None)


@dataclass(frozen=True)
class _Rating:
    """The rates of one visit: the amount per unit of its lines, and what several procedures make of them."""

    terms: Terms
    claim: Claim
    day: date
    library: CodeLibrary

    def rate(self, line: ClaimLine) -> UnitRate | Unpriced:
        """The amount per unit with modifiers considered; the default rate where the code has no fee."""
        rate, default = self._named(line.procedure.code), self.terms.default_rate
        none = Unpriced(f"no rate of the terms names {line.procedure.code}", is_unlisted=True)
        found = self._at(rate, line) if rate else none
        if isinstance(found, UnitRate) or not found.is_unlisted or default is None:
            return found
        instead = self._at(default, line)
        if isinstance(instead, Unpriced):
            return instead
        return instead._replace(steps=(f"{found.because}, so the default rate holds", *instead.steps))

    def reduce_by_rank(
        self, lines: list[ClaimLine], rates: Mapping[int, UnitRate | Unpriced], policy: MultipleProcedures
    ) -> dict[int, Price | Unpriced]:
        """The contract's own percentages, by rank of the fee; nothing is ranked where one of them has no price."""
        ranked = {}
        for line in lines:
            rate = rates[line.number]
            if isinstance(rate, Unpriced) or line.quantity % 1 or not 0 < line.quantity <= _RANKED_UNITS_MAX:
                because = f"line {line.number} has no price, so that the ranks of the day are not known"
                priced = {one.number: rates[one.number] for one in lines}
                return {
                    number: one if isinstance(one, Unpriced) else Unpriced(because) for number, one in priced.items()
                }
            ranked[line.number] = (rate, 1 if rate.is_whole else int(line.quantity))
        order = {number: (rate.cents, units) for number, (rate, units) in ranked.items()}
        return {
            line.number: _by_percents(line, ranked[line.number][0], policy.percents_of(line, order)) for line in lines
        }

    def reduce_as_medicare(
        self, lines: list[ClaimLine], rates: Mapping[int, UnitRate | Unpriced], policy: MultipleProcedures
    ) -> Mapping[int, Price | Unpriced]:
        """Medicare's rules by each code's indicator, over the contract's own fees."""
        fees: dict[int, Fee] = {}
        for line in lines:
            rate = rates[line.number]
            fee = rate if isinstance(rate, Unpriced) else self._fee(line, rate)
            if isinstance(fee, Fee):
                fees[line.number] = fee
            elif isinstance(fee, Unpriced) and not isinstance(rate, Unpriced):
                return {one.number: fee for one in lines}
        return price_day(_VisitFees(self, fees), [fee.service for fee in fees.values()], is_capped_by_charge=False)

    def _fee(self, line: ClaimLine, rate: UnitRate) -> Fee | Unpriced | None:
        """A line's rate as Medicare's rules take it; None for one that they do not touch."""
        service = Service.of(line, self.claim.place_of_service)
        if rate.fee is not None or rate.is_whole or service is None:
            return rate.fee
        medicare = self.terms.medicare.at(line, self.claim, self.day, self.library)
        if isinstance(medicare, Unpriced):
            return medicare
        of_medicare = medicare.fee(service)
        values = medicare.schedule.of(service.code, service.component)
        if isinstance(of_medicare, Unpriced) or values is None:
            return None
        full = Decimal(rate.cents) / 100
        share = of_medicare.practice_expense / of_medicare.full if of_medicare.full else Decimal(0)
        return Fee(service, values, full, full * share, Decimal(100), rate.steps)

    def code_cents(self, code: str, modifier: str, service: Service) -> int | None:
        """The contract's fee for a code that nobody billed, at the place of a service of the visit."""
        rate = self._named(code)
        line = next(one for one in self.claim.lines if one.number == service.number)
        if rate is None or rate.basis is Basis.CHARGE:
            return None
        escalation = self._escalation(code)
        if rate.basis is Basis.TABLE:
            found = rate.table.find(code, (modifier,) if modifier else ()) if rate.table else None
            if found is None or found[1] != modifier:
                return None
            return escalation.of(percent_of(found[0], rate.percent))
        medicare = self._medicare(rate, line)
        if isinstance(medicare, Unpriced):
            return None
        cents = medicare.fee_cents(code, modifier, is_in_facility=service.is_in_facility)
        return None if cents is None else escalation.of(cents)

    def _named(self, code: str) -> Rate | None:
        return next((rate for rate in self.terms.rates if code in rate.codes), None)

    def _escalation(self, code: str) -> Escalation:
        return self.terms.escalation(self.day, code)

    def _at(self, rate: Rate, line: ClaimLine) -> UnitRate | Unpriced:
        if rate.basis is Basis.CHARGE:
            return rate.of_charge(line)
        if rate.basis is Basis.MEDICARE:
            return self._of_medicare(rate, line)
        found = rate.of_table(line, self._escalation(line.procedure.code))
        return found if isinstance(found, Unpriced) else self._with_modifiers(found, line)

    def _with_modifiers(self, found: UnitRate, line: ClaimLine) -> UnitRate | Unpriced:
        cents, steps = found.cents, found.steps
        for modifier in line.procedure.modifiers:
            if modifier == found.modifier:
                continue
            percent = self.terms.modifier_percents.get(modifier)
            if percent is not None:
                cents = percent_of(cents, percent)
                steps = (*steps, f"modifier {modifier} pays {percent} %: {format_dollars(cents)}")
            elif modifier in PRICING_MODIFIERS:
                return Unpriced(f"the terms do not say what modifier {modifier} pays")
        return UnitRate(cents, steps, found.modifier)

    def _medicare(self, rate: Rate, line: ClaimLine) -> Medicare | Unpriced:
        found = self.terms.medicare.at(line, self.claim, self.day, self.library)
        return found if isinstance(found, Unpriced) else replace(found, rate=rate.percent)

    def _of_medicare(self, rate: Rate, line: ClaimLine) -> UnitRate | Unpriced:
        """Medicare's fee with Medicare's modifiers, but for those whose percentage the terms name themselves."""
        medicare = self._medicare(rate, line)
        own = [one for one in line.procedure.modifiers if one in self.terms.modifier_percents]
        left = tuple(one for one in line.procedure.modifiers if one not in own)
        procedure = Procedure(line.procedure.code, left)
        service = Service.of(replace(line, procedure=procedure), self.claim.place_of_service)
        if isinstance(medicare, Unpriced) or service is None:
            return medicare if isinstance(medicare, Unpriced) else Unpriced("its units are no whole number of services")
        fee = medicare.fee(service)
        if isinstance(fee, Unpriced):
            return fee
        fee = _raised(fee, self._escalation(service.code))
        for modifier in own:
            fee = fee.times(self.terms.modifier_percents[modifier], f"modifier {modifier} pays")
        return UnitRate(fee.cents, fee.steps, fee=fee)


@dataclass(frozen=True)
class _VisitFees:
    """The contract's fees of a visit, as the rules of the day ask for them."""

    rating: _Rating
    fees: Mapping[int, Fee]

    def fee(self, service: Service) -> Fee | Unpriced:
        return self.fees[service.number]

    def fee_cents(self, code: str, modifier: str = "", *, is_in_facility: bool) -> int | None:
        same = (fee.service for fee in self.fees.values() if fee.service.is_in_facility == is_in_facility)
        service = next(same, None)
        return None if service is None else self.rating.code_cents(code, modifier, service)


def _visit(line: ClaimLine, claim: Claim) -> tuple[date | None, str]:
    """The day and the practitioner: what is reduced together."""
    period = claim.period_of(line)
    provider = line.rendering or claim.rendering or claim.billing
    return period.start if period else None, provider.npi or provider.name


def _raised(fee: Fee, escalation: Escalation) -> Fee:
    if not escalation.years:
        return fee
    whole = replace(fee, percent=Decimal(100)).cents
    full, practice_expense = Decimal(escalation.of(whole)) / 100, fee.practice_expense * escalation.factor
    raised = replace(fee, full=full, practice_expense=practice_expense)
    return replace(raised, steps=(*fee.steps, f"{escalation.words}: {format_dollars(raised.cents)}"))


def _by_percents(line: ClaimLine, rate: UnitRate, percents: tuple[Decimal, ...]) -> Price | Unpriced:
    if all(percent == 100 for percent in percents):
        return _times_units(line, rate)
    cents = sum(percent_of(rate.cents, percent) for percent in percents)
    shown = " and ".join(f"{plain(percent)} %" for percent in percents)
    return Price(cents, (*rate.steps, f"several procedures of the day, paid at {shown}: {format_dollars(cents)}"))


def _times_units(line: ClaimLine, rate: UnitRate | Unpriced) -> Price | Unpriced:
    if isinstance(rate, Unpriced):
        return rate
    if rate.is_whole or line.quantity == 1:
        return Price(rate.cents, rate.steps)
    cents = percent_of(rate.cents, line.quantity * 100)
    return Price(cents, (*rate.steps, f"{line.quantity} units: {format_dollars(cents)}"))
