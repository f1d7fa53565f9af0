"""A year in the office: its database, its ledger, its bank, patients who pay, and people who undo and post again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import singledispatchmethod

from django.db import transaction
from django.db.models import Sum

from claimwright.clock import MovedClock
from claimwright.documents.plain import from_plain
from claimwright.documents.remittance import Remittance as Document
from claimwright.documents.remittance import RemittanceClaim as DocumentClaim
from claimwright.documents.remittance_x12 import write_remittance
from claimwright.errors import ConflictError
from claimwright.office.claims.models import Claim
from claimwright.office.core import clock
from claimwright.office.core.models import Client
from claimwright.office.ledger.balances import account_totals
from claimwright.office.ledger.models import Account, JournalEntry, Posting
from claimwright.office.posting.deposits import confirm_match, match_waiting, take_bank_file, undo_match
from claimwright.office.posting.models import Deposit, DepositShare, PatientPayment, PayerItem, Remittance
from claimwright.office.posting.models import RemittanceClaim as Row
from claimwright.office.posting.patient_payments import credit_cents, take_payment, undo_payment
from claimwright.office.posting.payer_items import UNSETTLED_DAYS, unsettled_items
from claimwright.office.posting.posting import post_claim_again, post_remittance
from claimwright.office.posting.receiving import receive_remittances
from claimwright.office.posting.undoing import undo_remittance
from claimwright.office.reports import account_for, check_practice
from claimwright.remittance.plan import PATIENT, RESULT_STATES, ClaimState, MoveKind, Plan, Queue
from claimwright.x12 import Envelope, write_interchange
from tests.office.posting.scenes import Practice, owed, stored
from tests.simulation.judging import last_words, owed_by_answers
from tests.simulation.payers import Payer
from tests.simulation.years import (
    Bank,
    Bill,
    Deliver,
    Event,
    PatientPays,
    PaymentBounces,
    PersonPostsAgain,
    PersonUndoes,
    Year,
)

State = Remittance.State
POSTED = (State.POSTED, State.REVIEW)
WAITING = (ClaimState.REVIEW, ClaimState.REPEATED)
BOUNCED = "the check bounced"


@dataclass
class OfficePlayer:
    """The people of the practice: they do what the events say, and look after what waits."""

    year: Year
    client: Client
    clock: MovedClock
    practice: Practice = field(default_factory=Practice)
    claims: dict[str, Claim] = field(default_factory=dict)
    deposits: dict[int, tuple[str, ...]] = field(default_factory=dict)
    told: set[int] = field(default_factory=set)
    seen: Counter[str] = field(default_factory=Counter)
    files: int = 0

    def play(self) -> None:
        for today, event in self.year.events:
            self._pass_to(today)
            self.do(event)
            self.seen[type(event).__name__] += 1
            self._check()
        self._check_the_end()

    def _pass_to(self, today: date) -> None:
        self.clock.instant = max(self.clock.instant, datetime.combine(today, time(9), UTC))

    @singledispatchmethod
    def do(self, event: Event) -> None:
        """Let an event happen."""
        raise TypeError(type(event).__name__)

    @do.register
    def _(self, event: Bill) -> None:
        billed = event.claim
        self.claims[billed.number] = self.practice.bill(
            billed.number,
            [(line.code, line.cents) for line in billed.lines],
            ("medicare", "supplement")[: len(billed.levels)],
            service_date=billed.service_date,
        )

    @do.register
    def _(self, event: Deliver) -> None:
        for remittance in receive_remittances(stored(event.name, self._written(event.remittances))):
            if remittance.state == State.RECEIVED:
                self._post(remittance)
            else:
                assert remittance.state == State.DUPLICATE, remittance.findings
                self.seen["duplicate refused"] += 1
        self._look_after_what_waits()
        match_waiting()
        self._confirm_proposals()

    @do.register
    def _(self, event: Bank) -> None:
        deposit, said = event.deposit, event.deposit.text
        if deposit.trace:
            said += f" TRN*1*{deposit.trace}*{deposit.company_id}"
        self.files += 1
        rows = (
            f"Date,Amount,Description,Reference\n{deposit.date},{deposit.cents / 100:.2f},{said},{deposit.reference}\n"
        )
        take_bank_file(f"bank-{self.files}.csv", rows.encode())
        made = Deposit.objects.order_by("-pk")[0]
        assert made.cents == deposit.cents
        self.deposits[made.pk] = event.traces
        self._confirm_proposals()

    @do.register
    def _(self, event: PatientPays) -> None:
        if event.number in self.claims:
            take_payment(self.claims[event.number].patient, cents=event.cents, method="check")

    @do.register
    def _(self, event: PaymentBounces) -> None:
        standing = PatientPayment.objects.filter(patient__claims__number=event.number, undone_at=None)
        for payment in standing.order_by("-pk")[:1]:
            undo_payment(payment, reason=BOUNCED)

    @do.register
    def _(self, event: PersonUndoes) -> None:
        for remittance in Remittance.objects.filter(trace_number=event.trace, state__in=POSTED):
            before = account_totals()
            try:
                with transaction.atomic():
                    undo_remittance(remittance, reason="the wrong practice")
            except ConflictError:
                assert account_totals() == before, "what is refused changes nothing"
                self.seen["undoing refused"] += 1
            else:
                self.seen["undone"] += 1

    @do.register
    def _(self, event: PersonPostsAgain) -> None:
        for remittance in Remittance.objects.filter(state=State.UNDONE).order_by("pk"):
            self._post(remittance)
        self._look_after_what_waits()
        match_waiting()
        self._confirm_proposals()

    def _written(self, remittances: Sequence[Document]) -> bytes:
        self.files += 1
        envelope = Envelope("ZZ", "PAYER", "ZZ", "LAKESIDE", clock.now(), self.files, self.files, "P")
        return write_interchange(envelope, [write_remittance(one) for one in remittances])

    def _post(self, remittance: Remittance) -> None:
        plan = post_remittance(remittance)
        assert plan.accepted, f"{remittance.trace_number}: {plan.findings}"
        self._listen(plan)

    def _listen(self, plan: Plan) -> None:
        loud = (Queue.COB_ORDER, Queue.CREDIT_BALANCE)
        self.told.update(one.claim_key for one in plan.reviews if one.claim_key is not None and one.queue in loud)

    def _look_after_what_waits(self) -> None:
        """A person tries everything that waits for a claim, until none of it can be posted."""
        moved = True
        while moved:
            moved = False
            for row in self._waiting():
                plan = post_claim_again(row)
                assert plan.accepted, f"{row.remittance.trace_number} CLP {row.position}: {plan.findings}"
                self._listen(plan)
                moved = moved or bool(plan.moves)
                self.seen["posted again"] += bool(plan.moves)

    def _waiting(self) -> list[Row]:
        rows = Row.objects.filter(outcome__in=WAITING, remittance__state__in=POSTED).order_by("pk")
        return [row for row in rows if all(move["kind"] == MoveKind.UNAPPLIED for move in row.moves)]

    def _confirm_proposals(self) -> None:
        """A person knows which payments a sum is of, and declines what is not so."""
        for deposit in Deposit.objects.filter(state=Deposit.State.PROPOSED):
            shares = deposit.shares.filter(undone_at=None).select_related("remittance")
            if {share.remittance.trace_number for share in shares} == set(self.deposits.get(deposit.pk, ())):
                confirm_match(deposit, [share.remittance for share in shares])
                self.seen["proposal confirmed"] += 1
            else:
                undo_match(deposit, reason="another payment")
                self.seen["proposal declined"] += 1
        self._match_sums()

    def _match_sums(self) -> None:
        """A person calls the bank about a sum, and knows its payments when all of them are posted."""
        for deposit in Deposit.objects.filter(state=Deposit.State.OPEN):
            traces = self.deposits.get(deposit.pk, ())
            paid = list(Remittance.objects.filter(trace_number__in=traces, state__in=POSTED))
            if len(traces) == len(paid) > 1:
                try:
                    with transaction.atomic():
                        confirm_match(deposit, paid)
                except ConflictError:
                    self.seen["sum refused"] += 1
                else:
                    self.seen["sum confirmed"] += 1

    def _check(self) -> None:
        """After every event."""
        totals = account_totals()
        assert sum(totals.values()) == 0
        paid = Remittance.objects.filter(state__in=POSTED).aggregate(cents=Sum("payment_cents"))["cents"] or 0
        matched = DepositShare.objects.filter(undone_at=None).exclude(entries=[]).aggregate(cents=Sum("cents"))["cents"]
        banked = Deposit.objects.aggregate(cents=Sum("cents"))["cents"] or 0
        assert totals.get(Account.CASH_DUE, 0) == paid - (matched or 0)
        assert totals.get(Account.BANK, 0) == banked
        assert totals.get(Account.UNIDENTIFIED, 0) == (matched or 0) - banked
        taken = PatientPayment.objects.filter(undone_at=None).aggregate(cents=Sum("cents"))["cents"] or 0
        assert totals.get(Account.CASH, 0) == taken
        self._check_patients()

    def _check_patients(self) -> None:
        """Nobody is asked for more than payers have put in group PR."""
        limit: Counter[int] = Counter()
        for row in Row.objects.filter(outcome__in=RESULT_STATES, reversed_by=None, remittance__state__in=POSTED):
            answer = from_plain(DocumentClaim, row.record)
            limit[row.claim_id] += sum(one.amount_cents for one in answer.all_adjustments if one.group == "PR")
        asked = Posting.objects.filter(account=Account.RECEIVABLE, owner=PATIENT).values_list("entry__encounter_id")
        cents = dict(asked.annotate(total=Sum("cents")).order_by())
        for number, claim in self.claims.items():
            owes = cents.get(claim.encounter_id, 0)
            assert owes <= limit[claim.pk], f"{number}: the patient is asked {owes}, payers said {limit[claim.pk]}"

    def _check_the_end(self) -> None:
        assert check_practice(self.client) == []
        assert account_for(self.client).unexplained_cents == 0
        posted = Counter(Remittance.objects.filter(state__in=POSTED).values_list("trace_number", flat=True))
        assert posted == Counter(dict.fromkeys(self.year.remittances, 1)), "each remittance is posted once"
        assert not JournalEntry.objects.filter(remittance_id__in=self._duplicates()).exists()
        for payer in self.year.payers:
            self._compare_items(payer)
            for number in self.year.claims:
                self._compare_cash(payer, number)
        for number in self.year.claims:
            self._compare_claim(number)

    def _duplicates(self) -> list[int]:
        return list(Remittance.objects.filter(state=State.DUPLICATE).values_list("pk", flat=True))

    def _compare_items(self, payer: Payer) -> None:
        """Every item is settled, or will be shown as ageing; what is open here is what the payer has open."""
        ours: Counter[str] = Counter()
        items = PayerItem.objects.filter(payer__tax_id=payer.tax_id, open_cents__gt=0)
        ageing = set(unsettled_items(clock.today() + timedelta(days=UNSETTLED_DAYS + 1)).values_list("pk", flat=True))
        assert {item.pk for item in items} <= ageing
        for item in items:
            ours[item.reference] += item.open_cents
        for reference, cents in self._unapplied(payer).items():
            if reference not in self.year.claims:
                ours[reference] += cents
        for reference, cents in payer.open_cents.items():
            assert ours[reference] == cents, f"{payer.name} {reference}: open {ours[reference]} here, {cents} there"

    def _unapplied(self, payer: Payer) -> Counter[str]:
        rows = Posting.objects.filter(account=Account.UNAPPLIED).values_list("payer_id", "reference")
        own = self.practice.payers[payer.name.lower()].pk
        sums = rows.filter(payer_id=own).annotate(total=Sum("cents")).order_by()
        return Counter({reference: -total for _, reference, total in sums})

    def _compare_cash(self, payer: Payer, number: str) -> None:
        rows = Row.objects.filter(claim__number=number, level=payer.level, outcome__in=RESULT_STATES, reversed_by=None)
        posted = rows.aggregate(cents=Sum("paid_cents"))["cents"] or 0
        ours = posted + self._unapplied(payer)[number]
        assert ours == payer.paid_cents[number], f"{payer.name} {number}: {ours} here, {payer.paid_cents[number]} there"

    def _compare_claim(self, number: str) -> None:
        """A claim of which nothing waits is owed as its payers' last words say, less what its patient has paid."""
        waiting = Row.objects.filter(control_number=number, outcome__in=WAITING)
        if waiting.exists() or any(number in payer.doubled or number in payer.silenced for payer in self.year.payers):
            self.seen["claims that wait for a person"] += 1
            return
        claim, words = self.claims[number], last_words(self.year.payers, number)
        expected = owed_by_answers(self.year.claims[number], words.get("P"), words.get("S"), patient_is_asked=True)
        ours = Counter(owed(claim))
        paid = PatientPayment.objects.filter(patient=claim.patient, undone_at=None).aggregate(cents=Sum("cents"))
        ours[PATIENT] += (paid["cents"] or 0) - credit_cents(claim.patient)
        ours = {owner: cents for owner, cents in ours.items() if cents}
        if ours == expected:
            self.seen["claims as their payers' last words say"] += 1
            return
        assert claim.pk in self.told, f"{number}: owed {ours}, by the payers' last words {expected}, nobody is told"
        self.seen["claims in another order, a person is told"] += 1


def play(year: Year, client: Client, moved: MovedClock) -> Counter[str]:
    """Play a year within the client's scope; what it held. Raises AssertionError that names the seed."""
    player = OfficePlayer(year, client, moved)
    try:
        player.play()
    except AssertionError as wrong:
        raise AssertionError(f"{wrong}\nthe year of seed {year.seed}, {len(year.claims)} claims") from wrong
    return player.seen
