"""What the Medicare physician fee schedule allows for one unit of a service.

Source: CMS, RVU25D release, payment policy indicators and formulas (the file `RVU25D.pdf`); Claims Processing Manual,
chapter 12. The way of a price: relative values times geographic indices times conversion factor, one rounding to the
cent; the cap by the outpatient hospital's price; what modifiers make of it. Units, the reductions of several services
of a day and the charge come after that, in `same_day`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

from claimwright.codesets.mpfs import FeeSchedule, Indices, Locality, RelativeValues
from claimwright.codesets.places import place
from claimwright.documents.claim import ClaimLine
from claimwright.money import format_dollars, percent_of
from claimwright.pricing.price import Unpriced

PAID_STATUSES = frozenset("ART")
"""Active, restricted, injections: only their relative values are used for payment."""

_STATUSES = {
    "B": "paid with other services, never for itself",
    "C": "priced by the contractor",
    "E": "excluded by regulation",
    "I": "not valid for Medicare",
    "J": "anesthesia, paid by base units and time",
    "M": "a measure, not paid",
    "N": "not covered",
    "P": "paid with other services, or excluded",
    "X": "excluded by law from this schedule; another one may pay it",
}
_WITHOUT_A_FEE = frozenset("CN")
"""Statuses for which the schedule says that it has no fee, while no other rule or schedule of Medicare sets one."""

COMPONENTS = ("26", "TC", "53")
"""Modifiers for which the schedule has rows of their own."""

_PERCENT_OF_ASSISTANTS = {"80": Decimal(16), "81": Decimal(16), "82": Decimal(16), "AS": Decimal("13.6")}
_PERCENT_OF_CO_SURGEONS = Decimal("62.5")
_BY_REPORT = frozenset(("22", "52", "66", "73", "74"))
_BILATERAL_PERCENTS = {"0": 100, "1": 150, "2": 100, "3": 200}


@dataclass(frozen=True, slots=True)
class Service:
    """A service as it is priced. `number` is its line's; `units` whole."""

    number: int
    code: str
    modifiers: tuple[str, ...]
    units: int
    charge_cents: int
    place_of_service: str

    @classmethod
    def of(cls, line: ClaimLine, place_of_service: str) -> Service | None:
        """A line of a claim; None when its units are no whole number of services."""
        if line.unit != "UN" or line.quantity % 1 or line.quantity <= 0:
            return None
        where = line.place_of_service or place_of_service
        return cls(
            line.number, line.procedure.code, line.procedure.modifiers, int(line.quantity), line.charge_cents, where
        )

    @property
    def component(self) -> str:
        """26, TC or 53 where it is given, else empty."""
        return next((one for one in self.modifiers if one in COMPONENTS), "")

    @property
    def is_in_facility(self) -> bool:
        found = place(self.place_of_service)
        return found is not None and found.is_facility


@dataclass(frozen=True, slots=True)
class Fee:
    """The fee of one unit: exact until it is rounded; `percent` is what modifiers leave of it."""

    service: Service
    values: RelativeValues
    full: Decimal
    practice_expense: Decimal
    percent: Decimal
    steps: tuple[str, ...]
    beside: int | None = None
    """The number of the line whose other side this is."""

    @property
    def cents(self) -> int:
        """One unit, with its modifiers, in cents."""
        return to_cents(Decimal(to_cents(self.full)) / 100 * self.percent / 100)

    def times(self, percent: Decimal, words: str) -> Fee:
        """The fee at that percentage of what it is so far; the step says the words and the amount."""
        changed = replace(self, percent=self.percent * percent / 100)
        step = f"{words} {plain(percent)} %: {format_dollars(changed.cents)}"
        return replace(changed, steps=(*self.steps, step))


class Fees(Protocol):
    """Where the fees of a day come from: Medicare's schedule, or a contract's tables."""

    def fee(self, service: Service) -> Fee | Unpriced:
        """One unit of a service with what its modifiers make of it, before the reductions of the day."""
        ...

    def fee_cents(self, code: str, modifier: str = "", *, is_in_facility: bool) -> int | None:
        """One unit of a code that nobody billed (the base of an endoscopy, a part of a service); None without a fee."""
        ...


@dataclass(frozen=True)
class Medicare:
    """The schedule at one place: its tables, a locality, a conversion factor.

    `factor` replaces the one of the tables (a day with another, an advanced payment model); `practitioner_percent` is
    85 for nurse practitioners and physician assistants, 75 for clinical social workers. `rate` is what a contract pays
    of the schedule: each fee is rounded to the cent, and that percentage of it again.
    """

    schedule: FeeSchedule
    locality: Locality
    factor: Decimal | None = None
    practitioner_percent: Decimal = Decimal(100)
    rate: Decimal = Decimal(100)

    def fee_cents(self, code: str, modifier: str = "", *, is_in_facility: bool) -> int | None:
        """The schedule's amount for one unit, as CMS publishes it by locality; None when the schedule has none."""
        values, indices = self.schedule.of(code, modifier), self.schedule.indices.get(self.locality)
        if values is None or indices is None:
            return None
        return percent_of(to_cents(self._amount(values, indices, is_in_facility)[0]), self.rate)

    def fee(self, service: Service) -> Fee | Unpriced:
        """One unit of a service with what its modifiers make of it, before the reductions of the day."""
        values = self.schedule.of(service.code, service.component)
        indices = self.schedule.indices.get(self.locality)
        if values is None:
            code = f"{service.code}{service.component and '-' + service.component}"
            return Unpriced(f"the schedule has no {code}", is_unlisted=True)
        if indices is None:
            return Unpriced(f"the locality {self.locality.mac} {self.locality.number} has no indices")
        if values.status not in PAID_STATUSES:
            words = _STATUSES.get(values.status, "not paid by relative values")
            return Unpriced(f"its status is {values.status}: {words}", is_unlisted=values.status in _WITHOUT_A_FEE)
        full, steps = self._amount(values, indices, service.is_in_facility)
        pe = self._practice_expense(values, indices, service.is_in_facility)
        fee = Fee(service, values, full, pe, Decimal(100), (self._tables(), *steps))
        return self._modified(self._at_rate(fee))

    def _tables(self) -> str:
        indices = self.schedule.indices_release
        named = f" and indices of {indices.edition}" if indices else ""
        return (
            f"Medicare physician fee schedule {self.schedule.release.edition}{named},"
            f" locality {self.locality.mac} {self.locality.number}"
        )

    def _at_rate(self, fee: Fee) -> Fee:
        if self.rate == 100:
            return fee
        cents = percent_of(to_cents(fee.full), self.rate)
        step = f"the contract pays {plain(self.rate)} % of it: {format_dollars(cents)}"
        practice_expense = fee.practice_expense * self.rate / 100
        return replace(fee, full=Decimal(cents) / 100, practice_expense=practice_expense, steps=(*fee.steps, step))

    def _amount(self, values: RelativeValues, indices: Indices, is_facility: bool) -> tuple[Decimal, tuple[str, ...]]:
        factor = self.factor or values.conversion_factor
        pe = values.pe_facility if is_facility else values.pe_elsewhere
        amount = _formula(values.work, pe, values.malpractice, indices, factor)
        where = "in a facility" if is_facility else "outside a facility"
        sum_of = f"{values.work} x {indices.work} + {pe} x {indices.pe} + {values.malpractice} x {indices.malpractice}"
        steps: tuple[str, ...] = (f"({sum_of}) x {factor} {where} is {format_dollars(to_cents(amount))}",)
        if values.is_never_facility if is_facility else values.is_never_elsewhere:
            steps = (*steps, f"the schedule says that {values.code} is rarely or never given {where}")
        capped_pe = values.opps_pe_facility if is_facility else values.opps_pe_elsewhere
        if not capped_pe:
            return amount, steps
        cap = _formula(values.work, capped_pe, values.opps_malpractice, indices, factor)
        if cap >= amount:
            return amount, steps
        return cap, (*steps, f"not more than the outpatient hospital's {format_dollars(to_cents(cap))}")

    def _practice_expense(self, values: RelativeValues, indices: Indices, is_facility: bool) -> Decimal:
        pe = values.pe_facility if is_facility else values.pe_elsewhere
        return pe * indices.pe * (self.factor or values.conversion_factor)

    def _modified(self, fee: Fee) -> Fee | Unpriced:
        found: Fee | Unpriced = fee
        for modifier in fee.service.modifiers:
            if isinstance(found, Fee):
                found = _with_modifier(found, modifier)
        if isinstance(found, Fee) and self.practitioner_percent != 100 and not _is_assistant(found.service):
            return found.times(self.practitioner_percent, "this kind of practitioner is paid")
        return found


def to_cents(dollars: Decimal) -> int:
    """An exact amount in dollars as cents, rounded half up once."""
    return int((dollars * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _formula(work: Decimal, pe: Decimal, malpractice: Decimal, indices: Indices, factor: Decimal) -> Decimal:
    return (work * indices.work + pe * indices.pe + malpractice * indices.malpractice) * factor


def _with_modifier(fee: Fee, modifier: str) -> Fee | Unpriced:
    values = fee.values
    if modifier in _BY_REPORT:
        return Unpriced(f"modifier {modifier} is priced by report")
    if modifier == "50":
        return _bilateral(fee)
    if modifier in _PERCENT_OF_ASSISTANTS:
        return _assistant(fee, modifier)
    if modifier == "62":
        return _co_surgeon(fee)
    shares = {"54": values.pre + values.intra, "55": values.post, "56": values.pre, "78": values.intra}
    if modifier not in shares:
        return fee
    if not shares[modifier]:
        return Unpriced(f"{values.code} has no share for modifier {modifier}")
    return fee.times(shares[modifier] * 100, f"modifier {modifier} is paid the share of")


def _bilateral(fee: Fee) -> Fee | Unpriced:
    percent = _BILATERAL_PERCENTS.get(fee.values.bilateral)
    if percent is None:
        return Unpriced(f"modifier 50 does not apply to {fee.values.code}")
    return fee.times(Decimal(percent), f"both sides, indicator {fee.values.bilateral}, are paid")


def _assistant(fee: Fee, modifier: str) -> Fee | Unpriced:
    indicator = fee.values.assistant
    if indicator == "1":
        return fee.times(Decimal(0), f"assistants are never paid for {fee.values.code}:")
    if indicator != "2":
        return Unpriced(f"an assistant for {fee.values.code} is paid by documentation (indicator {indicator})")
    return fee.times(_PERCENT_OF_ASSISTANTS[modifier], f"an assistant (modifier {modifier}) is paid")


def _co_surgeon(fee: Fee) -> Fee | Unpriced:
    indicator = fee.values.co_surgeon
    if indicator == "0":
        return fee.times(Decimal(0), f"co-surgeons are never paid for {fee.values.code}:")
    if indicator != "2":
        return Unpriced(f"a co-surgeon for {fee.values.code} is paid by documentation (indicator {indicator})")
    return fee.times(_PERCENT_OF_CO_SURGEONS, "each of two surgeons is paid")


def _is_assistant(service: Service) -> bool:
    return not _PERCENT_OF_ASSISTANTS.keys().isdisjoint(service.modifiers)


def plain(percent: Decimal) -> str:
    """A percentage as people write it: 62.5, 100."""
    return format(percent.normalize(), "f")
