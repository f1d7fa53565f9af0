"""A year of a small practice, from a seed: what it bills, what its payers and its bank send, what people do, and when.

Payers live in their own time. What they write reaches the practice late, twice, together with others, and not in the
order in which it was written; by the end of the year everything has arrived.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from claimwright.deposits import Deposit, DepositKind
from claimwright.documents.remittance import Remittance
from tests.simulation.payers import BilledClaim, BilledLine, Decision, Payer

START = date(2026, 1, 5)
PAY_EVERY_DAYS = 14
LAST_RUN_DAY = 330
DAYS = 365
CODES = ("99213", "85025", "97110", "36415", "93000")


@dataclass(frozen=True)
class Bill:
    """The practice sends a claim."""

    claim: BilledClaim


@dataclass(frozen=True)
class Deliver:
    """A file arrives, with these remittances."""

    name: str
    remittances: tuple[Remittance, ...]


@dataclass(frozen=True)
class Bank:
    """The bank shows a deposit; `traces` are the remittances it pays, which the practice is not told."""

    deposit: Deposit
    traces: tuple[str, ...]


@dataclass(frozen=True)
class PatientPays:
    """The patient of a claim pays."""

    number: str
    cents: int


@dataclass(frozen=True)
class PaymentBounces:
    """The last payment of the patient of that claim that stands is taken back."""

    number: str


@dataclass(frozen=True)
class PersonUndoes:
    """A person undoes the posting of a remittance, if nothing is built upon it."""

    trace: str


@dataclass(frozen=True)
class PersonPostsAgain:
    """A person posts everything that was undone, in the order in which it first came."""


Event = Bill | Deliver | Bank | PatientPays | PaymentBounces | PersonUndoes | PersonPostsAgain


@dataclass
class Year:
    """What happens, in order, and the payers with the books that they keep of it."""

    seed: int
    events: list[tuple[date, Event]]
    payers: tuple[Payer, ...]
    claims: dict[str, BilledClaim]
    remittances: dict[str, Remittance] = field(default_factory=dict)

    @property
    def again(self) -> str:
        """The command that plays this year again."""
        return f"python -m tests.simulation --first {self.seed} --years 1"


def year_of(seed: int, size: int = 40) -> Year:
    """The year of a seed, with `size` claims."""
    return _Maker(seed, size).year()


class _Maker:
    def __init__(self, seed: int, size: int) -> None:
        self.seed = seed
        self.chance = Random(seed)
        self.payers = (
            Payer("P", "111111111", "MEDICARE", self.chance),
            Payer("S", "222222222", "SUPPLEMENT", self.chance),
        )
        self.first, self.second = self.payers
        self.claims = self._claims(size)
        self.agenda: list[tuple[date, int, Event]] = []
        self.made: dict[str, Remittance] = {}

    def year(self) -> Year:
        for sent_at, claim in self.claims.values():
            self._plan(sent_at, Bill(claim))
        for day in range(10, LAST_RUN_DAY, PAY_EVERY_DAYS // 2):
            payer = self.payers[(day // 7) % 2]
            today = START + timedelta(days=day)
            self._work(payer, today)
            self._send(payer, today)
            if self._happens(0.2):  # a second payment, before the bank has counted the first
                self._work(payer, today + timedelta(days=1))
                self._send(payer, today + timedelta(days=1))
        for payer in self.payers:  # what was carried forward is taken, or carried on, once more
            self._send(payer, START + timedelta(days=LAST_RUN_DAY))
        self._people()
        events = [(day, event) for day, _, event in sorted(self.agenda, key=lambda planned: planned[:2])]
        claims = {number: claim for number, (_, claim) in self.claims.items()}
        return Year(self.seed, events, self.payers, claims, self.made)

    def _claims(self, size: int) -> dict[str, tuple[date, BilledClaim]]:
        made = {}
        for index in range(1, size + 1):
            number = f"C{index:05d}"
            sent_at = START + timedelta(days=self.chance.randint(1, 270))
            lines = tuple(
                BilledLine(self.chance.choice(CODES), self.chance.randint(2, 400_00), f"{number}-{line}")
                for line in range(1, self.chance.choice((1, 1, 2, 3)) + 1)
            )
            levels, is_protected = self.chance.choice(("P", "P", "PS")), self.chance.random() < 0.1
            service_date = sent_at - timedelta(days=1)
            made[number] = (sent_at, BilledClaim(number, service_date, lines, levels, is_protected))
        return made

    def _work(self, payer: Payer, today: date) -> None:
        """What a payer does with the claims it knows before it pays."""
        for number, (sent_at, billed) in self.claims.items():
            if payer.level not in billed.levels or sent_at >= today:
                continue
            earlier = self.first.standing.get(number) if payer is self.second else None
            if payer is self.second and (earlier is None or not earlier.is_final):
                continue
            self._work_on(payer, billed, earlier)
        payer.take_announced()
        if self._happens(0.05):
            payer.acknowledge_refund()

    def _work_on(self, payer: Payer, billed: BilledClaim, earlier: Decision | None) -> None:
        number = billed.number
        standing = payer.standing.get(number)
        if standing is None:
            if self._happens(0.5):
                payer.answer(payer.decide(billed, earlier, pends=self._happens(0.05)))
            return
        what = self.chance.random()
        if number in payer.doubled and what < 0.4:
            payer.take_double_back(number)
        elif not standing.is_final:
            if what < 0.3:
                payer.correct(billed, earlier)
            elif what < 0.5:
                payer.answer(payer.decide(billed, earlier))
        elif what < 0.01:
            payer.take_back(number)
        elif what < 0.04:
            payer.correct(billed, earlier)
        elif what < 0.05 and standing.claim.paid_cents > 0 and number not in payer.doubled:
            payer.pay_again(number)

    def _send(self, payer: Payer, today: date) -> None:
        """The remittance on its way: mostly at once, sometimes late, sometimes again, sometimes with others."""
        remittance = payer.pay(today)
        if remittance is None:
            return
        trace = remittance.trace_number
        self.made[trace] = remittance
        arrives_at = today + timedelta(days=self.chance.choice((0, 1, 1, 2, 25)))
        self._plan(arrives_at, Deliver(f"{trace}.835", (remittance,)))
        if self._happens(0.12):
            others = self.chance.sample(sorted(self.made), k=min(2, len(self.made)))
            again = tuple(self.made[name] for name in dict.fromkeys([*others, trace]))
            late = arrives_at + timedelta(days=self.chance.randint(0, 20))
            self._plan(late, Deliver(f"{trace}-again.835", again))
        if remittance.payment_cents:
            self._bank(remittance, today)

    def _bank(self, remittance: Remittance, today: date) -> None:
        """Mostly one deposit for one payment; some never show, some are the sum of two, some come without trace."""
        what = self.chance.random()
        if what < 0.08:
            return
        paid = [remittance]
        if what < 0.16:
            others = [one for one in self.made.values() if one.payer_tax_id == remittance.payer_tax_id]
            paid += [one for one in others[-2:-1] if one.payment_cents and one.trace_number not in self._banked()]
        by_trace = len(paid) == 1 and what < 0.85
        deposit = Deposit(
            sum(one.payment_cents for one in paid),
            today + timedelta(days=self.chance.choice((0, 1, 1, 2, 30 if self._happens(0.2) else 1))),
            DepositKind.CHECK if remittance.method == "CHK" else DepositKind.EFT,
            trace=remittance.trace_number if by_trace else "",
            company_id=remittance.payer_tax_id,
            reference=f"B{len(self.agenda):06d}",
            text=remittance.payer.name,
        )
        self._plan(deposit.date, Bank(deposit, tuple(one.trace_number for one in paid)))

    def _banked(self) -> set[str]:
        return {trace for _, _, event in self.agenda if isinstance(event, Bank) for trace in event.traces}

    def _people(self) -> None:
        """Patients pay and take back; somebody undoes a posting, and somebody posts it again."""
        for number in self.claims:
            if self._happens(0.3):
                day = START + timedelta(days=self.chance.randint(60, DAYS - 10))
                self._plan(day, PatientPays(number, self.chance.randint(1, 90_00)))
                if self._happens(0.2):
                    self._plan(day + timedelta(days=self.chance.randint(0, 9)), PaymentBounces(number))
        for trace in self.made:
            if self._happens(0.15):
                day = START + timedelta(days=self.chance.randint(30, DAYS - 20))
                self._plan(day, PersonUndoes(trace))
                self._plan(day + timedelta(days=self.chance.randint(0, 15)), PersonPostsAgain())
        self._plan(START + timedelta(days=DAYS), PersonPostsAgain())

    def _plan(self, day: date, event: Event) -> None:
        self.agenda.append((day, len(self.agenda), event))

    def _happens(self, probability: float) -> bool:
        return self.chance.random() < probability


def names_of(event: Event) -> Iterator[str]:
    """The kind of an event and, of a delivery, what is in it: to see that the years hold what they should."""
    yield type(event).__name__
    if isinstance(event, Deliver):
        for remittance in event.remittances:
            yield "zero pay" if not remittance.payment_cents else "pay"
            yield from (
                f"PLB {one.reason}{'+' if one.amount_cents > 0 else '-'}" for one in remittance.provider_adjustments
            )
            yield from (f"status {claim.status}" for claim in remittance.claims)
