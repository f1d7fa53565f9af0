"""A remittance is posted whole or not at all, once, and every cent of it has its entry."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claimwright.errors import ConflictError
from claimwright.office.claims.models import Adjudication, ClaimEvent
from claimwright.office.core.scope import client_scope
from claimwright.office.ledger.balances import account_totals
from claimwright.office.ledger.models import Account, JournalEntry
from claimwright.office.posting.models import PayerItem, Remittance, RemittanceClaim
from claimwright.office.posting.posting import plan_of, post_claim_again, post_remittance, remittance_posted
from claimwright.remittance.plan import PATIENT
from tests.office.posting.scenes import (
    IN_FULL,
    PAID,
    PAID_A2,
    PAID_A3,
    REVERSED_AND_CORRECTED,
    SECOND,
    TAKEN_BACK,
    TAKEN_BACK_IN_FULL,
    owed,
)


def test_a_paid_claim_leaves_the_patient_owing_the_coinsurance(practice):
    claim = practice.bill("A1", [("99213", 150_00)])
    remittance = practice.post("T1", 80_00, PAID)
    assert remittance.state == Remittance.State.POSTED
    assert owed(claim) == {PATIENT: 20_00}
    totals = account_totals()
    assert totals[Account.CASH_DUE] == 80_00
    assert totals[Account.CONTRACTUAL] == 50_00


def test_every_entry_says_which_row_made_it_and_from_which_bytes(practice):
    practice.bill("A1", [("99213", 150_00)])
    remittance = practice.post("T1", 80_00, PAID)
    data = remittance.file.data
    written = {
        entry.kind: data[entry.offset : entry.offset + entry.length].decode()
        for entry in JournalEntry.objects.filter(remittance_id=remittance.pk)
    }
    assert written["contractual"] == "CAS*CO*45*50"
    assert written["transfer"] == "CAS*PR*2*20"
    assert all(JournalEntry.objects.filter(remittance_id=remittance.pk).values_list("row", flat=True))


def test_a_dry_run_shows_the_plan_and_changes_nothing(practice):
    practice.bill("A1", [("99213", 150_00)])
    remittance = practice.receive("T1", 80_00, PAID)
    before = account_totals()
    plan = plan_of(remittance)
    assert plan.accepted
    assert plan.cash_cents == 80_00
    assert account_totals() == before
    remittance.refresh_from_db()
    assert remittance.state == Remittance.State.RECEIVED


def test_the_claim_learns_its_state_its_payer_number_and_why(practice):
    claim = practice.bill("A1", [("99213", 150_00)])
    practice.post("T1", 80_00, PAID)
    level = Adjudication.objects.get(claim=claim, level="P")
    assert (level.state, level.payer_claim_number) == (Adjudication.State.PAID, "ICN1")
    event = ClaimEvent.objects.get(claim=claim, kind="adjudication")
    assert event.file.data[event.offset : event.offset + event.length].startswith(b"CLP*A1")
    assert "80.00 paid of 150.00" in event.text


@pytest.mark.parametrize("body", [TAKEN_BACK + IN_FULL.strip("\n"), IN_FULL + TAKEN_BACK.strip("\n")])
def test_a_claim_keeps_the_number_of_its_correction_not_the_one_taken_back(practice, body):
    claim = practice.bill("A1", [("99213", 150_00)])
    practice.post("T1", 80_00, PAID)
    claim.adjudications.update(payer_claim_number="ICN9")  # what a 277CA said of the replacement
    practice.post("T2", 20_00, body)
    assert claim.adjudications.get().payer_claim_number == "ICN2"


def test_it_refuses_a_second_posting_of_the_same_remittance(practice):
    claim = practice.bill("A1", [("99213", 150_00)])
    remittance = practice.post("T1", 80_00, PAID)
    with pytest.raises(ConflictError):
        post_remittance(remittance)
    assert owed(claim) == {PATIENT: 20_00}


def test_two_lines_with_a_denial_leave_the_denied_line_open(practice):
    claim = practice.bill("A1", [("99213", 150_00), ("36415", 30_00)])
    remittance = practice.post(
        "T1",
        80_00,
        """
        CLP*A1*1*180*80*20*MB*ICN1
        SVC*HC:99213*150*80**1
        CAS*CO*45*50
        CAS*PR*2*20
        REF*6R*A1-1
        SVC*HC:36415*30*0**0
        CAS*CO*97*30
        REF*6R*A1-2
        """,
    )
    assert owed(claim) == {PATIENT: 20_00, "P": 30_00}
    assert RemittanceClaim.objects.get(remittance=remittance).outcome == "partial"
    assert account_totals()[Account.CONTRACTUAL] == 50_00


def test_money_without_a_claim_waits_unapplied_and_the_remittance_is_to_review(practice):
    remittance = practice.post("T1", 80_00, PAID)
    assert remittance.state == Remittance.State.REVIEW
    assert account_totals()[Account.UNAPPLIED] == -80_00
    assert account_totals()[Account.CASH_DUE] == 80_00


def test_a_remittance_for_somebody_else_posts_nothing_and_can_be_posted_when_that_is_mended(practice):
    claim = practice.bill("A1", [("99213", 150_00)])
    type(practice.billing).objects.update(npi="1999999992", tax_id="")
    remittance = practice.post("T1", 80_00, PAID)
    assert remittance.state == Remittance.State.REFUSED
    assert JournalEntry.objects.filter(remittance_id=remittance.pk).count() == 0
    type(practice.billing).objects.update(npi="1999999984")
    assert post_remittance(remittance).accepted
    assert owed(claim) == {PATIENT: 20_00}


def test_a_secondary_payer_pays_what_the_first_one_left(practice):
    claim = practice.bill("A1", [("99213", 150_00)], payers=("medicare", "supplement"))
    practice.post("T1", 80_00, PAID)
    assert owed(claim) == {"S": 20_00}
    practice.post(
        "T2",
        15_00,
        SECOND,
        payer="supplement",
    )
    assert owed(claim) == {PATIENT: 5_00}
    assert {level.level: level.state for level in claim.adjudications.all()} == {"P": "paid", "S": "paid"}


def test_a_reversal_undoes_the_earlier_result_entry_by_entry_and_the_correction_stands(practice):
    claim = practice.bill("A1", [("99213", 150_00)])
    first = practice.post("T1", 80_00, PAID)
    second = practice.post("T2", 20_00, REVERSED_AND_CORRECTED)
    assert owed(claim) == {}
    assert account_totals()[Account.CASH_DUE] == 100_00
    undone = JournalEntry.objects.filter(remittance_id=second.pk, reverses__remittance_id=first.pk)
    assert sorted(undone.values_list("kind", flat=True)) == ["contractual", "payment", "transfer"]
    reversed_row = RemittanceClaim.objects.get(remittance=first)
    assert reversed_row.reversed_by == RemittanceClaim.objects.get(remittance=second, position=1)


def test_a_second_reversal_of_the_same_result_goes_to_a_person(practice):
    practice.bill("A1", [("99213", 150_00)])
    practice.post("T1", 80_00, PAID)
    practice.post("T2", 20_00, REVERSED_AND_CORRECTED)
    again = practice.post("T3", 20_00, REVERSED_AND_CORRECTED)
    assert again.state == Remittance.State.REVIEW
    assert JournalEntry.objects.filter(remittance_id=again.pk, reverses__isnull=False).count() == 0


def test_a_balance_carried_forward_is_opened_by_one_remittance_and_settled_by_the_next(practice):
    practice.bill("A1", [("99213", 150_00)])
    practice.post("T1", 80_00, PAID)
    practice.post("T2", 0, TAKEN_BACK + "\nPLB*1999999984*20261231*FB:T2*-80")
    (item,) = PayerItem.objects.all()
    assert (item.code, item.reference, item.open_cents) == ("FB", "T2", 80_00)
    practice.bill("A2", [("99213", 150_00)])
    practice.post("T3", 50_00, PAID_A2 + "\nPLB*1999999984*20261231*FB:T2*30")
    item.refresh_from_db()
    assert (item.open_cents, item.closed_at) == (50_00, None)
    practice.bill("A3", [("99213", 150_00)])
    third = practice.post("T4", 30_00, PAID_A3 + "\nPLB*1999999984*20261231*FB:T2*50")
    item.refresh_from_db()
    assert (item.open_cents, item.closed_by) == (0, third)
    assert account_totals()[Account.FORWARD_BALANCE] == 0
    assert account_totals()[Account.CASH_DUE] == 160_00


def test_interest_is_income_and_never_a_claim_payment(practice):
    claim = practice.bill("A1", [("99213", 150_00)])
    practice.post("T1", 81_50, PAID + "\nPLB*1999999984*20261231*L6*-1.5")
    assert owed(claim) == {PATIENT: 20_00}
    assert account_totals()[Account.INTEREST] == -1_50
    assert account_totals()[Account.CASH_DUE] == 81_50


def test_money_that_waits_is_posted_when_a_person_names_its_claim(practice):
    remittance = practice.post("T1", 80_00, PAID.replace("A1", "OLD1"))
    claim = practice.bill("A1", [("99213", 150_00)])
    (row,) = remittance.claims.all()
    plan = post_claim_again(row, claim=claim)
    assert plan.moves
    assert owed(claim) == {PATIENT: 20_00}
    assert account_totals()[Account.UNAPPLIED] == 0
    assert account_totals()[Account.CASH_DUE] == 80_00
    with pytest.raises(ConflictError):
        post_claim_again(row, claim=claim)


def test_a_later_payer_who_answers_first_is_posted_once_the_earlier_one_has(practice):
    claim = practice.bill("A1", [("99213", 150_00)], payers=("medicare", "supplement"))
    early = practice.post("T2", 15_00, SECOND, payer="supplement")
    assert early.state == Remittance.State.REVIEW
    (row,) = early.claims.all()
    assert not post_claim_again(row).moves
    practice.post("T1", 80_00, PAID)
    assert post_claim_again(row).moves
    assert owed(claim) == {PATIENT: 5_00}


def test_a_claim_that_nobody_owes_anything_on_closes_and_opens_again_when_it_is_taken_back(practice):
    claim = practice.bill("A1", [("99213", 150_00)])
    practice.post("T1", 100_00, IN_FULL)
    claim.refresh_from_db()
    assert claim.closed_at is not None
    practice.post("T2", 0, TAKEN_BACK_IN_FULL + "\nPLB*1999999984*20261231*FB:T2*-100")
    claim.refresh_from_db()
    assert claim.closed_at is None
    assert owed(claim) == {"P": 150_00}


def test_another_practice_sees_and_posts_nothing_of_it(practice, hillcrest):
    remittance = practice.receive("T1", 80_00, PAID)
    with client_scope(hillcrest):
        assert not Remittance.objects.exists()
        with pytest.raises(Remittance.DoesNotExist):
            post_remittance(remittance)


def test_a_posting_that_fails_at_its_end_leaves_nothing_behind(practice):
    claim = practice.bill("A1", [("99213", 150_00)])
    remittance = practice.receive("T1", 80_00, PAID)

    def fail(**_):
        raise RuntimeError("the last step")

    remittance_posted.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            post_remittance(remittance)
    finally:
        remittance_posted.disconnect(fail)
    remittance.refresh_from_db()
    assert remittance.state == Remittance.State.RECEIVED
    assert owed(claim) == {"P": 150_00}
    assert not ClaimEvent.objects.exclude(kind="submission").exists()
    assert post_remittance(remittance).accepted


def test_a_thousand_claims_take_a_number_of_queries_that_does_not_grow_with_them(practice):
    few = _bulk(practice, "F", 3)
    many = _bulk(practice, "M", 40)
    with CaptureQueriesContext(connection) as small:
        post_remittance(few)
    with CaptureQueriesContext(connection) as large:
        post_remittance(many)
    assert len(large) <= len(small) + 3


def _bulk(practice, prefix: str, count: int):
    for number in range(count):
        practice.bill(f"{prefix}{number}", [("99213", 150_00)])
    body = "\n".join(PAID.replace("A1", f"{prefix}{number}") for number in range(count))
    return practice.receive(f"T{prefix}", 80_00 * count, body)
