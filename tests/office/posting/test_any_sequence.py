"""Whatever happens in whatever order, the ledger holds what a model of a few lines says, and every dollar is explained.

The normal run is short; `CLAIMWRIGHT_STEPS=10000` in the environment makes it that many sequences of fifty steps.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from claimwright.money import x12_amount
from claimwright.office.claims.models import Claim
from claimwright.office.ledger.balances import account_totals
from claimwright.office.ledger.models import Account, JournalEntry, Posting
from claimwright.office.posting.models import PatientPayment, Remittance
from claimwright.office.posting.patient_payments import take_payment, undo_payment
from claimwright.office.reports import account_for, check_practice
from claimwright.remittance.plan import PATIENT
from tests.office.posting.scenes import Practice, owed

LONG = int(os.environ.get("CLAIMWRIGHT_STEPS", "0"))
CENTS = st.integers(min_value=1, max_value=400_00)
ANY = st.integers(min_value=0, max_value=10**6)


@dataclass
class Modelled:
    """A claim as the model has it: `owed` by owner, `answer` what the first payer's standing result was."""

    claim: Claim
    charge: int
    second: bool
    owed: Counter = field(default_factory=Counter)
    answer: tuple[int, int, int] | None = None
    is_second_answered: bool = False

    @property
    def share_owner(self) -> str:
        return "S" if self.second else PATIENT


@dataclass
class Paid:
    """A patient's payment as the model has it: what of it went to the claim."""

    row: PatientPayment
    about: Modelled
    applied: int
    is_undone: bool = False


class PostingMachine(RuleBasedStateMachine):
    """Bills, remittances, reversals, redeliveries, patients' payments: the ledger against a dictionary."""

    client = None

    @initialize()
    def start(self) -> None:
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.practice = Practice()
        self.claims: list[Modelled] = []
        self.sent: list[tuple[str, int, str, str]] = []
        self.payments: list[Paid] = []
        self.remitted = self.traces = 0

    def teardown(self) -> None:
        if hasattr(self, "transaction"):
            found, wrong = account_for(self.client), check_practice(self.client)
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)
            assert (found.unexplained_cents, wrong) == (0, [])

    @rule(charge=CENTS, second=st.booleans())
    def bill(self, charge: int, second: bool) -> None:
        number = f"A{len(self.claims) + 1}"
        payers = ("medicare", "supplement") if second else ("medicare",)
        claim = self.practice.bill(number, [("99213", charge)], payers)
        self.claims.append(Modelled(claim, charge, second, Counter({"P": charge})))

    @precondition(lambda self: any(one.answer is None for one in self.claims))
    @rule(which=ANY, allowed=ANY, share=ANY)
    def first_payer_pays(self, which: int, allowed: int, share: int) -> None:
        about = self._pick(which, lambda one: one.answer is None)
        self._remit(about, "1", *self._answer(about, allowed, share))

    @precondition(lambda self: any(one.answer is None for one in self.claims))
    @rule(which=ANY)
    def first_payer_denies(self, which: int) -> None:
        about = self._pick(which, lambda one: one.answer is None)
        charge = x12_amount(about.charge)
        body = f"CLP*{about.claim.number}*1*{charge}*0**MB*D\nSVC*HC:99213*{charge}*0**0\nCAS*CO*50*{charge}"
        self._post(0, body)

    @precondition(lambda self: any(one.answer and not one.is_second_answered for one in self.claims))
    @rule(which=ANY, allowed=ANY, share=ANY, is_corrected=st.booleans())
    def first_payer_takes_back(self, which: int, allowed: int, share: int, is_corrected: bool) -> None:
        about = self._pick(which, lambda one: one.answer is not None and not one.is_second_answered)
        paid, reduced, left = about.answer
        body = self._clp(about, "22", -paid, -reduced, -left)
        total, answer = -paid, None
        if is_corrected:
            answer = self._answer(about, allowed, share)
            body += "\n" + self._clp(about, "1", *answer)
            total += answer[0]
        trace = self._next_trace()
        if total < 0:
            body += f"\nPLB*1999999984*20261231*FB:{trace}*{x12_amount(total)}"
        self._post(max(total, 0), body, trace=trace)
        self._book(about, -paid, -reduced, -left)
        about.answer = answer
        if answer:
            self._book(about, *answer)

    @precondition(lambda self: any(one.second and one.owed["S"] > 0 and one.answer for one in self.claims))
    @rule(which=ANY, paid=ANY)
    def second_payer_pays(self, which: int, paid: int) -> None:
        about = self._pick(which, lambda one: one.second and one.owed["S"] > 0 and bool(one.answer))
        share = about.owed["S"]
        paid %= share + 1
        charge, number = x12_amount(about.charge), about.claim.number
        body = f"CLP*{number}*2*{charge}*{x12_amount(paid)}**CI*S{number}\nSVC*HC:99213*{charge}*{x12_amount(paid)}**1"
        if about.charge > share:
            body += f"\nCAS*OA*23*{x12_amount(about.charge - share)}"
        if share > paid:
            body += f"\nCAS*PR*3*{x12_amount(share - paid)}"
        self._post(paid, body, payer="supplement")
        about.owed["S"] = 0
        about.owed[PATIENT] += share - paid
        about.is_second_answered = True

    @precondition(lambda self: bool(self.sent))
    @rule(which=ANY)
    def the_same_comes_again(self, which: int) -> None:
        trace, cents, body, payer = self.sent[which % len(self.sent)]
        assert self.practice.receive(trace, cents, body, payer=payer).state == Remittance.State.DUPLICATE

    @rule(cents=CENTS)
    def money_comes_for_a_claim_that_nobody_knows(self, cents: int) -> None:
        amount = x12_amount(cents)
        self._post(cents, f"CLP*UNKNOWN*1*{amount}*{amount}**MB*U\nSVC*HC:99213*{amount}*{amount}**1")

    @precondition(lambda self: bool(self.claims))
    @rule(which=ANY, cents=CENTS)
    def the_patient_pays(self, which: int, cents: int) -> None:
        about = self.claims[which % len(self.claims)]
        applied = min(cents, max(about.owed[PATIENT], 0))
        row = take_payment(about.claim.patient, cents=cents, method="card")
        about.owed[PATIENT] -= applied
        self.payments.append(Paid(row, about, applied))

    @precondition(lambda self: any(not paid.is_undone for paid in self.payments))
    @rule(which=ANY)
    def a_payment_is_undone(self, which: int) -> None:
        standing = [paid for paid in self.payments if not paid.is_undone]
        paid = standing[which % len(standing)]
        undo_payment(paid.row, reason="bounced")
        paid.about.owed[PATIENT] += paid.applied
        paid.is_undone = True

    @invariant()
    def every_owner_owes_what_the_model_says(self) -> None:
        for one in getattr(self, "claims", ()):
            assert owed(one.claim) == {owner: cents for owner, cents in one.owed.items() if cents}

    @invariant()
    def the_books_balance(self) -> None:
        if hasattr(self, "transaction"):
            totals = account_totals()
            assert sum(totals.values()) == 0
            assert totals.get(Account.CASH_DUE, 0) == self.remitted
            taken = sum(paid.row.cents for paid in self.payments if not paid.is_undone)
            assert totals.get(Account.CASH, 0) == taken
            assert Posting.objects.count() >= 2 * JournalEntry.objects.count()

    def _pick(self, which: int, fits) -> Modelled:
        found = [one for one in self.claims if fits(one)]
        return found[which % len(found)]

    def _answer(self, about: Modelled, allowed: int, share: int) -> tuple[int, int, int]:
        """What is paid, reduced by contract and left to others, of a charge."""
        allowed = 1 + allowed % about.charge
        left = share % (allowed + 1)
        return allowed - left, about.charge - allowed, left

    def _remit(self, about: Modelled, status: str, paid: int, reduced: int, left: int) -> None:
        self._post(paid, self._clp(about, status, paid, reduced, left))
        self._book(about, paid, reduced, left)
        about.answer = (paid, reduced, left)

    def _book(self, about: Modelled, paid: int, reduced: int, left: int) -> None:
        about.owed["P"] -= paid + reduced + left
        about.owed[about.share_owner] += left

    def _clp(self, about: Modelled, status: str, paid: int, reduced: int, left: int) -> str:
        number, total = about.claim.number, x12_amount(paid + reduced + left)
        icn = f"I{number}"
        text = f"CLP*{number}*{status}*{total}*{x12_amount(paid)}**MB*{icn}\nSVC*HC:99213*{total}*{x12_amount(paid)}**1"
        text += f"\nCAS*CO*45*{x12_amount(reduced)}" if reduced else ""
        return text + (f"\nCAS*PR*2*{x12_amount(left)}" if left else "")

    def _post(self, cents: int, body: str, *, payer: str = "medicare", trace: str = "") -> Remittance:
        trace = trace or self._next_trace()
        remittance = self.practice.post(trace, cents, body, payer=payer)
        assert remittance.state in ("posted", "review"), remittance.findings
        self.sent.append((trace, cents, body, payer))
        self.remitted += cents
        return remittance

    def _next_trace(self) -> str:
        self.traces += 1
        return f"T{self.traces}"


@pytest.mark.django_db
def test_any_sequence_of_events_leaves_the_ledger_as_the_model_has_it(lakeside):
    PostingMachine.client = lakeside
    run_state_machine_as_test(
        PostingMachine,
        settings=settings(
            max_examples=LONG or 12,
            stateful_step_count=50 if LONG else 14,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
