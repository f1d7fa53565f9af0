"""A posting is undone in one action, by entries that mirror it, and can be posted again."""

from __future__ import annotations

from datetime import date

import pytest

from claimwright.errors import ConflictError
from claimwright.office.claims.models import Adjudication, Claim
from claimwright.office.ledger.balances import account_totals
from claimwright.office.ledger.models import JournalEntry
from claimwright.office.posting.decisions import explain_unapplied
from claimwright.office.posting.deposits import enter_deposit
from claimwright.office.posting.models import Deposit, PayerItem, Remittance, RemittanceClaim
from claimwright.office.posting.patient_payments import take_payment
from claimwright.office.posting.posting import post_claim_again, post_remittance
from claimwright.office.posting.undoing import undo_claim, undo_line, undo_remittance
from claimwright.office.reports import check_practice
from tests.office.posting.scenes import (
    DENIED,
    NPI,
    PAID,
    PAID_A2,
    REVERSED_AND_CORRECTED,
    SECOND,
    TAKEN_BACK,
    owed,
)

WHY = "posted to the wrong practice"


@pytest.fixture
def claim(practice) -> Claim:
    return practice.bill("A1", [("99213", 150_00)], payers=("medicare", "supplement"))


def plb(adjustment: str) -> str:
    return f"PLB*{NPI}*20261231*{adjustment}\n"


def state(claim: Claim, level: str = "P") -> str:
    return Adjudication.objects.get(claim=claim, level=level).state


def totals() -> dict[str, int]:
    return {account: cents for account, cents in account_totals().items() if cents}


def test_undoing_gives_back_every_balance_and_posting_again_makes_the_same(practice, lakeside, claim):
    before = totals()
    remittance = practice.post("T1", 80_00, PAID)
    posted = totals()
    entries = JournalEntry.objects.count()
    undo_remittance(remittance, reason=WHY)
    assert totals() == before
    assert owed(claim) == {"P": 150_00}
    assert (remittance.state, state(claim)) == ("undone", "reversed")
    assert JournalEntry.objects.count() > entries, "what was posted stays in the journal"
    assert check_practice(lakeside) == []
    post_remittance(remittance)
    assert totals() == posted
    assert state(claim) == "paid"
    assert check_practice(lakeside) == []


def test_it_says_who_and_why_in_the_journal(practice, claim):
    remittance = practice.post("T1", 80_00, PAID)
    numbers = undo_remittance(remittance, reason=WHY)
    for entry in JournalEntry.objects.filter(pk__in=numbers):
        assert entry.text == f"Undone: {WHY}"
        assert (entry.row, entry.reverses.remittance_id) == (38, remittance.pk)


def test_a_second_undoing_is_refused(practice, claim):
    remittance = practice.post("T1", 80_00, PAID)
    undo_remittance(remittance, reason=WHY)
    with pytest.raises(ConflictError, match="not posted"):
        undo_remittance(remittance, reason=WHY)


def test_what_was_posted_on_top_must_be_undone_first_and_is_named(practice, lakeside, claim):
    first = practice.post("T1", 80_00, PAID)
    second = practice.post("T2", 15_00, SECOND, payer="supplement")
    with pytest.raises(ConflictError, match="T2 was posted to claim A1"):
        undo_remittance(first, reason=WHY)
    undo_remittance(second, reason=WHY)
    assert owed(claim) == {"S": 20_00}
    undo_remittance(first, reason=WHY)
    assert owed(claim) == {"P": 150_00}
    assert check_practice(lakeside) == []


def test_undoing_a_reversal_brings_the_first_result_back_and_it_can_be_taken_back_again(practice, lakeside, claim):
    practice.post("T1", 80_00, PAID)
    paid = totals()
    reversal = practice.post("T2", 20_00, REVERSED_AND_CORRECTED)
    corrected = totals()
    undo_remittance(reversal, reason=WHY)
    assert totals() == paid
    assert state(claim) == "paid"
    assert not RemittanceClaim.objects.exclude(reversed_by=None).exists()
    plan = post_remittance(reversal)
    assert plan.accepted
    assert not plan.reviews
    assert totals() == corrected
    assert check_practice(lakeside) == []


def test_an_item_that_a_later_remittance_settled_keeps_the_first_from_being_undone(practice, lakeside, claim):
    notified = practice.post("T1", 120_00, PAID + plb("WO:A1*-40"))
    practice.bill("A2", [("99213", 150_00)])
    taken = practice.post("T2", 40_00, PAID_A2 + plb("WO:A1*40"))
    with pytest.raises(ConflictError, match="settled WO A1"):
        undo_remittance(notified, reason=WHY)
    undo_remittance(taken, reason=WHY)
    assert PayerItem.objects.get().open_cents == 40_00
    undo_remittance(notified, reason=WHY)
    assert PayerItem.objects.get().open_cents == 0
    assert check_practice(lakeside) == []


def test_a_patient_who_paid_meanwhile_has_a_credit(practice, lakeside):
    claim = practice.bill("A1", [("99213", 150_00)])
    remittance = practice.post("T1", 80_00, PAID)
    take_payment(claim.patient, cents=20_00, method="card")
    undo_remittance(remittance, reason=WHY)
    assert owed(claim) == {"P": 150_00, "PATIENT": -20_00}
    assert check_practice(lakeside) == []


def test_its_deposit_is_open_again(practice, lakeside, claim):
    remittance = practice.post("T1", 80_00, PAID)
    enter_deposit(cents=80_00, deposit_date=date(2026, 1, 5), reference="T1")
    undo_remittance(remittance, reason=WHY)
    assert Deposit.objects.get().state == "open"
    assert check_practice(lakeside) == []


def test_one_claim_is_undone_and_its_money_waits_for_the_right_one(practice, lakeside, claim):
    other = practice.bill("A2", [("99213", 150_00)])
    remittance = practice.post("T1", 80_00, PAID)
    (row,) = remittance.claims.all()
    undo_claim(row, reason="the payer mixed up two claims")
    assert owed(claim) == {"P": 150_00}
    assert totals()["unapplied"] == -80_00
    assert check_practice(lakeside) == []
    plan = post_claim_again(row, claim=other)
    assert plan.moves
    assert owed(other) == {"PATIENT": 20_00}
    assert "unapplied" not in totals()
    assert check_practice(lakeside) == []


def test_one_line_is_undone_and_its_money_waits(practice, lakeside):
    claim = practice.bill("A1", [("99213", 150_00)])
    remittance = practice.post("T1", 80_00, PAID)
    (row,) = remittance.claims.all()
    (charge_id,) = claim.lines.values_list("charge_id", flat=True)
    undo_line(row, charge_id, reason="the wrong line")
    assert owed(claim) == {"P": 150_00}
    assert totals()["unapplied"] == -80_00
    with pytest.raises(ConflictError):
        undo_line(row, charge_id, reason="the wrong line")
    assert check_practice(lakeside) == []


def test_what_a_person_said_of_its_unapplied_money_is_undone_with_it(practice, lakeside, claim):
    before = totals()
    remittance = practice.post("T1", 80_00, PAID.replace("A1", "OLD").replace("ICN1", "ICN7"))
    explain_unapplied(remittance.pk, reference="OLD", cents=80_00, as_what="interest", reason="said by the payer")
    undo_remittance(remittance, reason=WHY)
    assert totals() == before
    assert check_practice(lakeside) == []


def test_the_work_that_it_made_is_closed(practice, claim):
    remittance = practice.post("T1", 0, DENIED)
    assert remittance.work_items.exclude(state="done").exists()
    undo_remittance(remittance, reason=WHY)
    assert not remittance.work_items.exclude(state="done").exists()


def test_a_reversal_of_another_remittance_keeps_the_first_from_being_undone(practice, claim):
    first = practice.post("T1", 80_00, PAID)
    practice.post("T2", 0, TAKEN_BACK + plb("FB:T2*-80"))
    with pytest.raises(ConflictError, match="afterwards"):
        undo_remittance(first, reason=WHY)
    assert Remittance.objects.get(pk=first.pk).state in ("posted", "review")


def test_a_claim_whose_line_was_undone_before_holds_its_money_once(practice, lakeside):
    claim = practice.bill("A1", [("99213", 150_00)])
    (row,) = practice.post("T1", 80_00, PAID).claims.all()
    undo_line(row, claim.lines.get().charge_id, reason="the wrong line")
    undo_claim(row, reason="the wrong claim altogether")
    assert owed(claim) == {"P": 150_00}
    assert totals()["unapplied"] == -80_00
    assert check_practice(lakeside) == []
