"""A year on the planner, with books in memory. What must hold is checked after every event, all of it at the end."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from claimwright.deposits import Deposit, ExpectedPayment, match_deposits
from claimwright.documents.parties import Period
from claimwright.documents.remittance import Remittance, RemittanceClaim
from claimwright.remittance import plan_claim_again, plan_remittance
from claimwright.remittance.books import KnownClaim, KnownLevel, KnownLine
from claimwright.remittance.memory import ClaimsInMemory
from claimwright.remittance.plan import PATIENT, WRITE_OFF_KINDS, ClaimState, MoveKind, Plan, Queue
from tests.remittance.test_properties import assert_allowed, assert_explained
from tests.remittance.trade import owed_by
from tests.simulation.judging import is_consistent, last_words, most_a_patient_may_owe, owed_by_answers
from tests.simulation.payers import OUR_NPI, BilledClaim, Decision, Payer
from tests.simulation.years import Bank, Bill, Deliver, Year, names_of

WAITING_STATES = (ClaimState.REVIEW, ClaimState.REPEATED)


@dataclass
class Counts:
    """What a year held and where it ended, for the report."""

    seen: Counter[str] = field(default_factory=Counter)


@dataclass
class Player:
    """The practice: its books, and the list of answers whose money waits."""

    year: Year
    books: ClaimsInMemory = field(init=False)
    waiting: dict[tuple[str, int], Remittance] = field(default_factory=dict)
    unapplied: Counter[tuple[str, str]] = field(default_factory=Counter)
    named: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    told: set[int] = field(default_factory=set)
    posted: Counter[str] = field(default_factory=Counter)
    deposits: list[Deposit] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)
    charged_cents: int = 0

    def __post_init__(self) -> None:
        payers = {f"1{payer.tax_id}": number for number, payer in enumerate(self.year.payers, 1)}
        self.books = ClaimsInMemory([], payers, frozenset({OUR_NPI}))

    def play(self) -> None:
        """Every event in its order, and the end of the year."""
        for today, event in self.year.events:
            if isinstance(event, Bill):
                self._bill(event.claim)
            elif isinstance(event, Deliver):
                for remittance in event.remittances:
                    self._receive(remittance, today)
                self._try_those_that_wait(today)
            elif isinstance(event, Bank):
                self.deposits.append(event.deposit)
                self.books.seen_cash.update(event.traces)
            else:
                continue
            self.counts.seen.update(names_of(event))
            self._check()
        self._check_the_end()

    def _bill(self, billed: BilledClaim) -> None:
        key = len(self.books.claims) + 1
        lines = tuple(
            KnownLine(
                key * 100 + number, number, line.control_number, line.code, (), line.cents, billed.service_date,
                {"P": line.cents},
            )
            for number, line in enumerate(billed.lines, 1)
        )  # fmt: skip
        levels = tuple(KnownLevel(level, "PS".index(level) + 1, f"M{billed.number}") for level in billed.levels)
        self.books.claims.append(
            KnownClaim(
                key, billed.number, billed.cents, levels, lines, "ROE", "JANE", Period.day(billed.service_date),
                OUR_NPI, is_patient_protected=billed.is_protected,
            )
        )  # fmt: skip
        self.charged_cents += billed.cents

    def _receive(self, remittance: Remittance, today: date) -> None:
        plan = plan_remittance(remittance, self.books, today)
        trace = remittance.trace_number
        if self.posted[trace]:
            assert not plan.accepted, f"{trace} would be posted twice"
            assert {review.queue for review in plan.reviews} == {Queue.DUPLICATE_REMITTANCE}
            self.counts.seen["duplicate refused"] += 1
            return
        assert plan.accepted, f"{trace}: {plan.findings}"
        assert_explained(plan, remittance)
        self._apply(plan, remittance)
        self.posted[trace] += 1
        for adjustment in remittance.provider_adjustments:
            self.named[adjustment.reference].append(trace)

    def _apply(self, plan: Plan, remittance: Remittance, *, is_again: bool = False) -> None:
        self.books.apply(plan, remittance, is_again=is_again)
        trace = remittance.trace_number
        for outcome in plan.outcomes:
            if outcome.state in WAITING_STATES and outcome.row != 26:
                self.waiting[trace, outcome.position] = remittance
            else:
                self.waiting.pop((trace, outcome.position), None)
        payer = remittance.payer_tax_id.removeprefix("1")
        for move in plan.moves:
            assert_allowed(move)
            if move.kind is MoveKind.UNAPPLIED:
                self.unapplied[payer, move.reference] += move.cents
        self.told.update(
            review.claim_key
            for review in plan.reviews
            if review.claim_key is not None and review.queue in (Queue.COB_ORDER, Queue.CREDIT_BALANCE)
        )
        self.counts.seen.update(f"row {move.row}" for move in plan.moves)
        self.counts.seen.update(f"review {review.queue}" for review in plan.reviews)

    def _try_those_that_wait(self, today: date) -> None:
        """A person tries every answer whose money waits, until none of them can be posted."""
        moved = True
        while moved:
            moved = False
            for (trace, position), remittance in sorted(self.waiting.items(), key=lambda item: item[0]):
                plan = plan_claim_again(remittance, position, self.books, today)
                assert plan.accepted, f"{trace} CLP {position} again: {plan.findings}"
                if plan.moves:
                    self._apply(plan, remittance, is_again=True)
                    self.counts.seen["posted again"] += 1
                    moved = True

    def _check(self) -> None:
        """After every event: nothing is lost, nobody is asked for what nobody may ask."""
        books, cents = self.books, self.books.posted_cents
        settled = sum(cents[kind] for kind in (*WRITE_OFF_KINDS, MoveKind.PAYMENT))
        owed = {claim.key: owed_by(claim) for claim in books.claims}
        assert self.charged_cents - settled == sum(sum(owners.values()) for owners in owed.values())
        paid = sum(
            remittance.payment_cents for trace, remittance in self.year.remittances.items() if self.posted[trace]
        )
        assert books.cash_cents == paid, "the cash of every posted remittance is its BPR02"
        assert all(times <= 1 for times in self.posted.values())
        assert all(item.open_cents >= 0 for item in books.items)
        assert cents[MoveKind.UNAPPLIED] == sum(self.unapplied.values())
        for claim in books.claims:
            asked = owed[claim.key].get(PATIENT, 0)
            limit = sum(_patient_cents(result.result) for result in claim.results)
            assert asked <= limit, f"{claim.control_number}: the patient is asked {asked}, payers said {limit}"
            assert not (claim.is_patient_protected and asked > 0), f"{claim.control_number}: a protected patient"

    def _check_the_end(self) -> None:
        assert {trace for trace, times in self.posted.items() if times == 1} == set(self.year.remittances)
        assert self.books.cash_cents == sum(payer.payments_cents for payer in self.year.payers)
        for payer in self.year.payers:
            self._compare_items(payer)
            for number in self.year.claims:
                self._compare_cash(payer, number)
        for number in self.year.claims:
            self._compare_claim(number)
        self._check_deposits()

    def _compare_items(self, payer: Payer) -> None:
        """What the payer still is to take is open here, or its counterpart waits with a person: that only when it was
        taken without a word, or when the files came in another order."""
        ours: Counter[str] = Counter()
        for item in self.books.items:
            ours[item.reference] += item.open_cents
        for (tax_id, reference), cents in self.unapplied.items():
            if tax_id != payer.tax_id or reference in self.year.claims or not cents:
                continue
            ours[reference] += cents
            self.counts.seen["provider adjustments that wait for a person"] += 1
            came = self.named[reference]
            assert reference.startswith("DOUBLE") or came != sorted(came), f"{reference} came in order, and waits"
        for reference, cents in payer.open_cents.items():
            assert ours[reference] == cents, f"{payer.name} {reference}: open {ours[reference]} here, {cents} there"
            self.counts.seen["items open at the end"] += ours[reference] != 0

    def _compare_cash(self, payer: Payer, number: str) -> None:
        claim = self.books.claim(number)
        posted = sum(result.result.paid_cents for result in claim.results if result.level == payer.level)
        ours = posted + self.unapplied[payer.tax_id, number]
        assert ours == payer.paid_cents[number], f"{payer.name} {number}: {ours} here, {payer.paid_cents[number]} there"

    def _compare_claim(self, number: str) -> None:
        """A claim of which nothing waits stands as its payers' last words leave it."""
        if self._waits(number):
            self.counts.seen["claims that wait for a person"] += 1
            return
        if any(number in payer.doubled or number in payer.silenced for payer in self.year.payers):
            self.counts.seen["claims paid twice to the end"] += 1
            return
        claim, words = self.books.claim(number), last_words(self.year.payers, number)
        for level in self.year.claims[number].levels:
            ours = [result.result for result in claim.results if result.level == level]
            finals = [_amounts(one) for one in ours if not _is_pended(one)]
            theirs = words.get(level)
            expected = [_amounts(theirs.claim)] if theirs is not None and theirs.is_final else []
            assert finals == expected, f"{number} {level}: {len(ours)} results here"
        self._compare_owed(claim, words)

    def _compare_owed(self, claim: KnownClaim, words: dict[str, Decision]) -> None:
        number, first, second = claim.control_number, words.get("P"), words.get("S")
        billed, owed = self.year.claims[number], owed_by(claim)
        expected = owed_by_answers(billed, first, second, patient_is_asked=not billed.is_protected)
        assert owed.get(PATIENT, 0) <= most_a_patient_may_owe(words)
        if owed == expected:
            self.counts.seen["claims as their payers' last words say"] += 1
            return
        if claim.key in self.told:
            self.counts.seen["claims in another order, a person is told"] += 1
            return
        # Decided on what the first payer has changed before this answer came: only what was open then is posted.
        is_cut = any(move.row == 31 for result in claim.results for move in result.moves)
        said = f"{number}: owed {owed}, by the payers' last words {expected}, and nobody is told"
        assert is_cut, said
        assert not is_consistent(first, second), said
        self.counts.seen["claims in another order, only what was open is posted"] += 1

    def _waits(self, number: str) -> bool:
        return any(
            remittance.claims[position - 1].control_number == number
            for (_, position), remittance in self.waiting.items()
        )

    def _check_deposits(self) -> None:
        """The ladder gives a deposit to remittances of its sum, none twice; one with a trace never to another."""
        expected = list(self._expected())
        by_key = {payment.key: payment for payment in expected}
        taken: Counter[int] = Counter()
        for match in match_deposits(self.deposits, expected).matches:
            deposit = self.deposits[match.deposit]
            assert deposit.cents == sum(by_key[key].cents for key in match.keys)
            assert not deposit.trace or [by_key[key].trace for key in match.keys] == [deposit.trace]
            taken.update(match.keys)
            self.counts.seen[f"deposits {match.sureness}"] += 1
        assert all(times == 1 for times in taken.values())

    def _expected(self) -> Iterator[ExpectedPayment]:
        for key, (trace, sent) in enumerate(self.year.remittances.items()):
            yield ExpectedPayment(
                key,
                sent.payment_cents,
                trace,
                sent.payer_tax_id,
                sent.payment_date,
                sent.method,
            )


def _patient_cents(claim: RemittanceClaim) -> int:
    return sum(one.amount_cents for one in claim.all_adjustments if one.group == "PR")


def _amounts(claim: RemittanceClaim) -> tuple[object, ...]:
    lines = [(line.procedure.code, line.charge_cents, line.paid_cents, line.adjustments) for line in claim.lines]
    return claim.charge_cents, claim.paid_cents, claim.adjustments, lines


def _is_pended(claim: RemittanceClaim) -> bool:
    return any((one.group, one.reason) == ("OA", "133") for one in claim.all_adjustments)


def play(year: Year) -> Counter[str]:
    """Play a year in memory; what it held. Raises AssertionError with the command that plays it again."""
    player = Player(year)
    try:
        player.play()
    except AssertionError as wrong:
        raise AssertionError(f"{wrong}\nplay it again: {year.again}") from wrong
    return player.counts.seen
