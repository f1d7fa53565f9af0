"""A payer: it decides, pays, takes back, corrects, pays twice, announces, carries forward; and keeps its own books.

The books are simple on purpose, and know nothing of the planner: they are what our books are held against.

    standing    what the payer's last word on each claim is
    doubled     what it has paid twice and not taken back; `silenced`: taken back without naming the claim
    paid_cents  what it has paid for each claim in all, doubles counted, what it took back subtracted
    open_cents  by PLB reference: what it has announced or carried forward and is still to take; below zero: what it has
                taken without a word before
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from claimwright.documents.adjustments import Adjustment, Amount
from claimwright.documents.parties import Party, Period, Procedure, Provider
from claimwright.documents.remittance import ProviderAdjustment, Remittance, RemittanceClaim, RemittanceLine
from tests.remittance.test_properties import negated

OUR_NPI = "1999999984"
PLEDGE_FROM_CENTS = 5_00


@dataclass(frozen=True)
class BilledLine:
    code: str
    cents: int
    control_number: str


@dataclass(frozen=True)
class BilledClaim:
    """A claim as the practice sends it. `levels` are P, or P and S; a protected patient may be asked for nothing."""

    number: str
    service_date: date
    lines: tuple[BilledLine, ...]
    levels: str
    is_protected: bool = False

    @property
    def cents(self) -> int:
        return sum(line.cents for line in self.lines)


@dataclass(frozen=True)
class Effect:
    """What a payer's answer to one line comes to: paid, written off, left to the next in turn, left open."""

    paid: int
    written_off: int = 0
    left: int = 0
    open: int = 0


@dataclass(frozen=True)
class Decision:
    """A payer's answer to a claim: as it is written in the 835, and what it comes to line by line.

    `basis` is what the earlier payer had left when a second payer decided. `is_final` is False for a pended claim.
    """

    claim: RemittanceClaim
    effects: tuple[Effect, ...]
    basis: tuple[int, ...] = ()
    is_final: bool = True
    interest_cents: int = 0

    @property
    def left(self) -> tuple[int, ...]:
        return tuple(effect.left for effect in self.effects)

    @property
    def patient_cents(self) -> int:
        """Everything that the payer put in group PR."""
        return sum(one.amount_cents for one in self.claim.all_adjustments if one.group == "PR")


@dataclass
class Payer:
    """One payer; `level` P answers first, S after it."""

    level: str
    tax_id: str
    name: str
    chance: Random
    standing: dict[str, Decision] = field(default_factory=dict)
    doubled: dict[str, Decision] = field(default_factory=dict)
    silenced: set[str] = field(default_factory=set)
    paid_cents: Counter[str] = field(default_factory=Counter)
    open_cents: Counter[str] = field(default_factory=Counter)
    payments_cents: int = 0
    announced: dict[str, int] = field(default_factory=dict)
    carried: tuple[str, int] | None = None
    runs: int = 0
    _claims: list[RemittanceClaim] = field(default_factory=list)
    _adjustments: list[ProviderAdjustment] = field(default_factory=list)

    def decide(self, billed: BilledClaim, earlier: Decision | None, *, pends: bool = False) -> Decision:
        """An answer to a claim; a second payer's stands on what the first has left."""
        lines, effects = [], []
        for index, line in enumerate(billed.lines):
            if pends:
                parts, effect = [_part(line, 0, ("OA", "133", line.cents))], Effect(0, open=line.cents)
            elif earlier is not None:
                parts, effect = self._second(line, earlier.left[index])
            else:
                parts, effect = self._first(line)
            lines += self._written(parts, billed)
            effects.append(effect)
        status = "2" if self.level == "S" else "19" if "S" in billed.levels and self._happens(0.4) else "1"
        claim = RemittanceClaim(
            billed.number,
            status,
            billed.cents,
            sum(line.paid_cents for line in lines),
            filing_code="CI",
            payer_claim_number=f"{self.level}ICN{billed.number}",
            patient=Party(last_name="ROE", first_name="JANE", is_person=True),
            lines=tuple(lines),
            dates=(("232", billed.service_date), ("233", billed.service_date)),
        )
        claim = self._shaped(claim, effects)
        basis = earlier.left if earlier is not None else ()
        interest = self.chance.randint(1, 9_00) if claim.paid_cents > 0 and self._happens(0.1) else 0
        if interest:
            claim = replace(claim, amounts=(Amount("I", interest),))
        return Decision(claim, tuple(effects), basis, not pends, interest)

    def answer(self, decision: Decision) -> None:
        """Put a decision into the next remittance."""
        number = decision.claim.control_number
        self._claims.append(decision.claim)
        self.standing[number] = decision
        self.paid_cents[number] += decision.claim.paid_cents
        self._interest(decision.interest_cents)

    def take_back(self, number: str) -> Decision:
        """Reverse the standing decision; what it was."""
        decision = self.standing.pop(number)
        self._reverse(decision)
        return decision

    def correct(self, billed: BilledClaim, earlier: Decision | None) -> None:
        """Reverse and decide anew in one remittance; sometimes what is to come back is announced, to be taken later."""
        before = self.take_back(billed.number)
        after = self.decide(billed, earlier)
        self.answer(after)
        owing = before.claim.paid_cents - after.claim.paid_cents
        if owing >= PLEDGE_FROM_CENTS and self._happens(0.6):
            reference = before.claim.payer_claim_number
            self._adjust("WO", reference, -owing)
            self.announced[reference] = self.announced.get(reference, 0) + owing

    def pay_again(self, number: str) -> None:
        """By mistake."""
        decision = self.standing[number]
        self._claims.append(decision.claim)
        self.paid_cents[number] += decision.claim.paid_cents
        self._interest(decision.interest_cents)
        self.doubled[number] = decision

    def take_double_back(self, number: str) -> None:
        """Either as a reversal, or in silence as a provider adjustment."""
        decision = self.doubled.pop(number)
        if self._happens(0.5):
            self._reverse(decision)
        else:
            self.silenced.add(number)
            self._adjust("WO", f"DOUBLE{number}", decision.claim.paid_cents)

    def take_announced(self) -> None:
        """Some of what was announced before, in full or in part."""
        for reference, cents in list(self.announced.items()):
            if self._happens(0.5):
                part = cents if self._happens(0.7) else self.chance.randint(1, cents)
                self._adjust("WO", reference, part)
                self.announced[reference] -= part
                if not self.announced[reference]:
                    del self.announced[reference]

    def acknowledge_refund(self) -> None:
        """A refund that nobody sent, countered at once: 72 and WO, together nothing."""
        cents, reference = self.chance.randint(1_00, 90_00), f"{self.level}REFUND{self.runs:03d}"
        self._adjust("72", reference, -cents)
        self._adjust("WO", reference, cents)

    def pay(self, day: date) -> Remittance | None:
        """The remittance of a day, with everything since the last one; None when there is nothing to say."""
        if not self._claims and not self._adjustments and self.carried is None:
            return None
        self.runs += 1
        trace = f"{self.level}{self.tax_id[:4]}{self.runs:06d}"
        if self.carried is not None:
            self._adjust("FB", self.carried[0], self.carried[1])
            self.carried = None
        total = sum(claim.paid_cents for claim in self._claims)
        total -= sum(one.amount_cents for one in self._adjustments)
        if total < 0:
            self._adjust("FB", trace, total)
            self.carried, total = (trace, -total), 0
        self.payments_cents += total
        remittance = self._remittance(day, trace, total)
        self._claims, self._adjustments = [], []
        return remittance

    def _remittance(self, day: date, trace: str, total: int) -> Remittance:
        fiscal = date(day.year, 12, 31)
        return Remittance(
            handling="I",
            payment_cents=total,
            credit_or_debit="C",
            method=self.chance.choice(("ACH", "ACH", "CHK")) if total else "NON",
            payment_date=day + timedelta(days=1),
            trace_number=trace,
            payer_tax_id=f"1{self.tax_id}",
            payer=Party(last_name=self.name),
            payee=Provider(last_name="LAKESIDE FAMILY PRACTICE", id_qualifier="XX", id=OUR_NPI),
            claims=tuple(self._claims),
            provider_adjustments=tuple(replace(one, fiscal_date=fiscal) for one in self._adjustments),
        )

    def _reverse(self, decision: Decision) -> None:
        reversal = negated(decision.claim)
        amounts = tuple(replace(one, amount_cents=-one.amount_cents) for one in reversal.amounts)
        self._claims.append(replace(reversal, amounts=amounts))
        self.paid_cents[reversal.control_number] += reversal.paid_cents
        self._interest(-decision.interest_cents)

    def _interest(self, cents: int) -> None:
        if cents:
            self._adjust("L6", "", -cents)

    def _adjust(self, code: str, reference: str, cents: int) -> None:
        """One PLB pair: above zero it lowers the payment, and settles; below zero it raises it, and opens."""
        self._adjustments.append(ProviderAdjustment(OUR_NPI, None, code, reference, cents))
        if code in ("WO", "FB", "72"):
            self.open_cents[reference] -= cents

    def _happens(self, probability: float) -> bool:
        return self.chance.random() < probability

    def _first(self, line: BilledLine) -> tuple[list[RemittanceLine], Effect]:
        """A first payer: mostly pays by contract, sometimes denies, bundles, or leaves all to the deductible."""
        what, cents = self.chance.random(), line.cents
        if what < 0.06:
            return [_part(line, 0, ("CO", self.chance.choice(("50", "197", "29")), cents))], Effect(0, open=cents)
        if what < 0.09:
            return [_part(line, 0, ("CO", "97", cents))], Effect(0, open=cents)
        if what < 0.12:
            return [_part(line, 0, ("PR", self.chance.choice(("96", "204", "31")), cents))], Effect(0, open=cents)
        if what < 0.15:
            group, reason = self.chance.choice((("OA", "16"), ("PI", "16"), ("CO", "16"), ("CO", "45")))
            return [_part(line, 0, (group, reason, cents))], Effect(0, open=cents)
        allowed = self.chance.randint(1, cents)
        left = allowed if what < 0.22 else self.chance.choice((0, 0, allowed // 5, self.chance.randint(0, allowed)))
        cut = (allowed - left) * 2 // 100 if what > 0.8 else 0
        given = [("CO", "45", cents - allowed), ("CO", "253", cut)]
        given.append(("PR", self.chance.choice("123"), left))
        paid = allowed - left - cut
        if what > 0.95 and paid > 1:
            return self._unbundled(line, given, paid, left)
        if what > 0.9 and paid > 1:
            return self._split(line, given, paid, left)
        return [_part(line, paid, *given)], Effect(paid, cents - allowed + cut, left)

    def _split(
        self, line: BilledLine, given: list[tuple[str, str, int]], paid: int, left: int
    ) -> tuple[list[RemittanceLine], Effect]:
        """The units answered apart: the charges of the parts sum to the line's."""
        first = self.chance.randint(1, paid - 1)
        whole = _part(line, paid, *given)
        parts = [
            replace(whole, charge_cents=first, paid_cents=first, adjustments=()),
            replace(whole, charge_cents=line.cents - first, paid_cents=paid - first),
        ]
        return parts, Effect(paid, line.cents - paid - left, left)

    def _unbundled(
        self, line: BilledLine, given: list[tuple[str, str, int]], paid: int, left: int
    ) -> tuple[list[RemittanceLine], Effect]:
        """The charge stays with the first; the other has none, and a reduction below zero (CARC 94)."""
        more = self.chance.randint(1, paid - 1)
        first = replace(_part(line, paid - more, *given, ("CO", "45", more)))
        other = replace(
            _part(BilledLine(line.code, 0, line.control_number), more, ("CO", "94", -more)),
            procedure=Procedure("36415"),
            submitted=Procedure(line.code),
        )
        return [first, other], Effect(paid, line.cents - paid - left, left)

    def _second(self, line: BilledLine, owed: int) -> tuple[list[RemittanceLine], Effect]:
        """A second payer: pays of what the first has left, writes off, leaves the rest to the patient, or denies."""
        before = ("OA", "23", line.cents - owed)
        if not owed:
            return [_part(line, 0, before)], Effect(0)
        if self._happens(0.1):
            return [_part(line, 0, before, ("CO", "50", owed))], Effect(0, open=owed)
        paid = self.chance.choice((owed, owed, self.chance.randint(0, owed)))
        cut = self.chance.choice((0, owed - paid))
        left = owed - paid - cut
        if not paid and not left:
            return [_part(line, 0, before, ("PR", "3", owed))], Effect(0, left=owed)
        return [_part(line, paid, before, ("CO", "45", cut), ("PR", "3", left))], Effect(paid, cut, left)

    def _written(self, parts: list[RemittanceLine], billed: BilledClaim) -> list[RemittanceLine]:
        """As this payer writes it: now and then without our line number, or with the day."""
        unique = len({line.code for line in billed.lines}) == len(billed.lines)
        if unique and self._happens(0.2):
            parts = [replace(part, control_number="") for part in parts]
        if self._happens(0.5):
            parts = [replace(part, period=Period.day(billed.service_date)) for part in parts]
        return parts

    def _shaped(self, claim: RemittanceClaim, effects: list[Effect]) -> RemittanceClaim:
        """Now and then without lines, where that leaves no doubt what the whole comes to."""
        is_plain = claim.paid_cents > 0 and not any(effect.open for effect in effects)
        if is_plain and self._happens(0.06):
            given = [(one.group, one.reason, one.amount_cents) for one in claim.all_adjustments]
            return replace(claim, lines=(), adjustments=_adjustments(given))
        return claim


def _part(line: BilledLine, paid: int, *given: tuple[str, str, int]) -> RemittanceLine:
    remarks = ("N290",) if any(reason in ("16", "96") for _, reason, _ in given) else ()
    return RemittanceLine(
        Procedure(line.code),
        line.cents,
        paid,
        _adjustments(given),
        control_number=line.control_number,
        remarks=remarks,
    )


def _adjustments(given: Iterable[tuple[str, str, int]]) -> tuple[Adjustment, ...]:
    """Each code once; what comes to nothing is left out."""
    sums: Counter[tuple[str, str]] = Counter()
    for group, reason, cents in given:
        sums[group, reason] += cents
    return tuple(Adjustment(group, reason, cents) for (group, reason), cents in sums.items() if cents)
