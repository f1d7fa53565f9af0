"""The reductions when one practitioner gives one patient several services on a day (RVU25D, indicator MULT PROC).

    2, 3   surgery: 100, 50, 50, 50, 50 % by rank of the fee; endoscopies (3) of one family first, by their base code
    4      imaging: of the second and further, the technical part 50 %, the professional part 95 %
    5      therapy: practice expense 50 % on every unit but the one with the highest
    6, 7   cardiovascular and eye diagnostics: of the second and further, the technical part 75 % and 80 %

Every unit counts for itself; the two sides of a procedure count as one. Services stay in the order of their lines where
fees are equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from claimwright.money import format_dollars, percent_of
from claimwright.pricing.medicare import Fee, Fees, Service, to_cents
from claimwright.pricing.price import Price, Unpriced

_SURGICAL_PERCENTS = (100, 50, 50, 50, 50)
_TECHNICAL_PERCENTS = {"4": 50, "6": 75, "7": 80}
_PROFESSIONAL_PERCENTS = {"4": 95}
_SIDES = frozenset(("RT", "LT"))
_PERCENTS_OF_THE_OTHER_SIDE = {"0": Decimal(0), "1": Decimal(50), "2": Decimal(0), "3": Decimal(100)}
"""By bilateral indicator, so that both sides together are paid what modifier 50 is."""

_FAMILY_OF_IMAGING = "88"
_PARTS_BY_CODE = {"2": "26", "3": "TC"}
"""Indicator PC/TC: 2 is the professional part alone, 3 the technical part alone."""


@dataclass(frozen=True, slots=True)
class _Unit:
    """One unit of a service and what it is paid so far."""

    fee: Fee
    cents: int
    steps: tuple[str, ...]

    @property
    def number(self) -> int:
        return self.fee.service.number


def price_day(
    medicare: Fees, services: Iterable[Service], *, is_capped_by_charge: bool = True
) -> Mapping[int, Price | Unpriced]:
    """The price of each service of one patient, one practitioner and one day, by the number of its line."""
    found: dict[int, Price | Unpriced] = {}
    fees = []
    for service in sorted(services, key=lambda one: one.number):
        fee = medicare.fee(service)
        if isinstance(fee, Unpriced):
            found[service.number] = fee
        else:
            fees.append(fee)
    fees = _both_sides(fees)
    for fee in fees:
        found[fee.service.number] = _price(fee, _units(fee))
    found.update(_surgery(medicare, [fee for fee in fees if fee.values.multiple in ("2", "3")]))
    found.update(_therapy([fee for fee in fees if fee.values.multiple == "5"]))
    for kind in _TECHNICAL_PERCENTS:
        found.update(_diagnostics(medicare, kind, [fee for fee in fees if _kind(fee) == kind]))
    if is_capped_by_charge:
        for fee in fees:
            found[fee.service.number] = _capped(fee, found[fee.service.number])
    return dict(sorted(found.items()))


def _both_sides(fees: Sequence[Fee]) -> list[Fee]:
    """RT and LT on lines of their own are the two sides of one procedure, as modifier 50 on one line is."""
    first: dict[tuple[str, frozenset[str]], Fee] = {}
    found = []
    for fee in fees:
        side = _SIDES.intersection(fee.service.modifiers)
        percent = _PERCENTS_OF_THE_OTHER_SIDE.get(fee.values.bilateral)
        if len(side) != 1 or fee.service.units != 1 or percent is None:
            found.append(fee)
            continue
        key = fee.values.code, frozenset(fee.service.modifiers) - side
        other = first.setdefault(key, fee)
        if other is fee or side <= set(other.service.modifiers):
            found.append(fee)
            continue
        words = f"the other side of line {other.service.number}, indicator {fee.values.bilateral}, is paid"
        found.append(replace(fee.times(percent, words), beside=other.service.number))
    return found


def _capped(fee: Fee, price: Price | Unpriced) -> Price | Unpriced:
    charge = fee.service.charge_cents
    if isinstance(price, Unpriced) or price.cents <= charge:
        return price
    return Price(charge, (*price.steps, f"not more than the charge {format_dollars(charge)}"))


def _kind(fee: Fee) -> str:
    """The indicator; imaging counts in its family only."""
    is_other_imaging = fee.values.multiple == "4" and fee.values.imaging_family != _FAMILY_OF_IMAGING
    return "" if is_other_imaging else fee.values.multiple


def _units(fee: Fee) -> list[_Unit]:
    return [_Unit(fee, fee.cents, ()) for _ in range(fee.service.units)]


def _price(fee: Fee, units: Sequence[_Unit]) -> Price:
    cents = sum(unit.cents for unit in units)
    steps = tuple(step for unit in units for step in unit.steps)
    if len(units) > 1:
        steps = (*steps, f"{len(units)} units: {format_dollars(cents)}")
    return Price(cents, (*fee.steps, *steps))


def _collected(units: Iterable[_Unit]) -> dict[int, Price | Unpriced]:
    by_line: dict[int, list[_Unit]] = {}
    for unit in units:
        by_line.setdefault(unit.number, []).append(unit)
    return {number: _price(found[0].fee, found) for number, found in by_line.items()}


def _surgery(medicare: Fees, fees: Sequence[Fee]) -> dict[int, Price | Unpriced]:
    """Families of endoscopies are one procedure each in the ranking, by their total."""
    units = [unit for fee in fees for unit in _units(fee)]
    if len(units) < 2:
        return {}
    families: dict[str, list[_Unit]] = {}
    ranked: list[list[_Unit]] = []
    for unit in units:
        base = unit.fee.values.endoscopic_base if unit.fee.values.multiple == "3" else ""
        beside = next((group for group in ranked if group[0].number == unit.fee.beside), None)
        if base:
            families.setdefault(base, []).append(unit)
        elif beside is not None:
            beside.append(unit)
        else:
            ranked.append([unit])
    for base, members in families.items():
        ranked.append(_family(medicare, base, members, _alone(base, ranked)))
    ranked.sort(key=lambda group: -sum(unit.cents for unit in group))
    if len(ranked) > len(_SURGICAL_PERCENTS):
        because = "the sixth and further procedures of a day are priced by report"
        late = {unit.number for group in ranked[len(_SURGICAL_PERCENTS) :] for unit in group}
        kept = _collected(_ranked(ranked[: len(_SURGICAL_PERCENTS)]))
        return {**kept, **{number: Unpriced(because) for number in late}}
    return _collected(_ranked(ranked))


def _ranked(groups: Iterable[list[_Unit]]) -> Iterable[_Unit]:
    for rank, (group, percent) in enumerate(zip(groups, _SURGICAL_PERCENTS, strict=False), start=1):
        for unit in group:
            if percent == 100:
                yield unit
                continue
            cents = percent_of(unit.cents, percent)
            step = f"number {rank} of the day by its fee, paid {percent} %: {format_dollars(cents)}"
            yield replace(unit, cents=cents, steps=(*unit.steps, step))


def _alone(base: str, ranked: list[list[_Unit]]) -> list[_Unit]:
    """The family's base code among the others, taken out of their ranking."""
    found = [group for group in ranked if group[0].fee.values.code == base]
    for group in found:
        ranked.remove(group)
    return [unit for group in found for unit in group]


def _family(medicare: Fees, base: str, members: list[_Unit], bases: list[_Unit]) -> list[_Unit]:
    """The highest in full, each other less the base's fee; the base itself is in them and paid nothing."""
    ordered = sorted(members, key=lambda unit: -unit.cents)
    is_in_facility = ordered[0].fee.service.is_in_facility
    base_cents = bases[0].cents if bases else medicare.fee_cents(base, is_in_facility=is_in_facility)
    reduced = [ordered[0]]
    for unit in ordered[1:]:
        if base_cents is None:
            reduced.append(unit)
            continue
        cents = max(0, unit.cents - base_cents)
        step = f"an endoscopy of the family of {base}, paid without the base's {format_dollars(base_cents)}"
        reduced.append(replace(unit, cents=cents, steps=(*unit.steps, f"{step}: {format_dollars(cents)}")))
    step = f"the base of an endoscopy of the day is in its fee: {format_dollars(0)}"
    return [*reduced, *(replace(unit, cents=0, steps=(*unit.steps, step)) for unit in bases)]


def _therapy(fees: Sequence[Fee]) -> dict[int, Price | Unpriced]:
    units = [unit for fee in fees for unit in _units(fee)]
    if len(units) < 2:
        return {}
    full = max(range(len(units)), key=lambda place: (units[place].fee.practice_expense, -place))
    reduced = []
    for place, unit in enumerate(units):
        if place == full:
            reduced.append(unit)
            continue
        fee = unit.fee
        left = (fee.full - fee.practice_expense / 2) * fee.percent / 100
        cents = to_cents(left)
        step = f"therapy after the day's highest, practice expense paid 50 %: {format_dollars(cents)}"
        reduced.append(replace(unit, cents=cents, steps=(*unit.steps, step)))
    return _collected(reduced)


def _diagnostics(medicare: Fees, kind: str, fees: Sequence[Fee]) -> dict[int, Price | Unpriced]:
    """The technical parts are ranked among themselves, and so are the professional ones.

    A test that has no rows for its parts (indicator PC/TC 4) is not priced when it is one of several; nor are the
    others, where its technical part could be the highest.
    """
    if sum(fee.service.units for fee in fees) < 2:
        return {}
    whole = [fee for fee in fees if not _component(fee) and _part_cents(medicare, fee, "TC") is None]
    others = [fee for fee in fees if fee not in whole]
    technical = _parts(medicare, others, "TC")
    if whole and max((unit.cents for unit in technical), default=0) <= max(fee.cents for fee in whole):
        whole, others = list(fees), []
    parts = [
        *_after_the_first(technical, _TECHNICAL_PERCENTS[kind], "technical part"),
        *_after_the_first(_parts(medicare, others, "26"), _PROFESSIONAL_PERCENTS.get(kind, 100), "professional part"),
    ]
    by_line: dict[int, list[_Unit]] = {fee.service.number: [] for fee in others}
    for part in parts:
        by_line.get(part.number, []).append(part)
    reduced = {number: _summed(found) for number, found in by_line.items() if any(part.steps for part in found)}
    because = Unpriced(f"of several tests of the day (indicator {kind}) one has no fee for its technical part")
    return {**reduced, **{fee.service.number: because for fee in whole}}


def _component(fee: Fee) -> str:
    """Which part a service is: as its modifier says, or its code, which may stand for one part alone."""
    return fee.service.component or _PARTS_BY_CODE.get(fee.values.pctc, "")


def _part_cents(medicare: Fees, fee: Fee, component: str) -> int | None:
    return medicare.fee_cents(fee.values.code, component, is_in_facility=fee.service.is_in_facility)


def _summed(parts: Sequence[_Unit]) -> Price:
    fee, cents = parts[0].fee, sum(part.cents for part in parts)
    steps = tuple(step for part in parts for step in part.steps)
    return Price(cents, (*fee.steps, *steps, f"in all {format_dollars(cents)}"))


def _parts(medicare: Fees, fees: Sequence[Fee], component: str) -> list[_Unit]:
    """That part of each unit: a service given with 26 or TC is that part, one without is both."""
    found = []
    for fee in fees:
        if _component(fee) == component:
            found += _units(fee)
        elif not _component(fee):
            cents = percent_of(_part_cents(medicare, fee, component) or 0, fee.percent)
            found += [_Unit(fee, cents, ()) for _ in range(fee.service.units)]
    return found


def _after_the_first(units: Sequence[_Unit], percent: int, words: str) -> list[_Unit]:
    ordered = sorted(units, key=lambda unit: -unit.cents)
    reduced = ordered[:1]
    for unit in ordered[1:]:
        cents = percent_of(unit.cents, percent)
        step = f"second or further of the day, {words} paid {percent} %: {format_dollars(cents)}"
        reduced.append(replace(unit, cents=cents, steps=(*unit.steps, step) if percent != 100 else unit.steps))
    return reduced
