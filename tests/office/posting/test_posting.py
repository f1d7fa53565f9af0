"""A remittance is posted whole or not at all, once, and every cent of it has its entry."""

from __future__ import annotations

import pytest

from claimwright.errors import ConflictError
from claimwright.office.claims.models import Adjudication, ClaimEvent
from claimwright.office.ledger.balances import account_totals, owed_on_encounters
from claimwright.office.ledger.models import Account, JournalEntry
from claimwright.office.posting.models import PayerItem, Remittance, RemittanceClaim
from claimwright.office.posting.posting import plan_of, post_remittance
from claimwright.remittance.plan import PATIENT
from tests.office.posting.scenes import Practice

PAID = """
    CLP*A1*1*150*80*20*MB*ICN1
    SVC*HC:99213*150*80**1
    CAS*CO*45*50
    CAS*PR*2*20
    REF*6R*A1-1
"""


@pytest.fixture
def practice(lakeside) -> Practice:
    return Practice()


def owed(claim) -> dict[str, int]:
    """What each owner owes on the claim, lines and whole together."""
    totals: dict[str, int] = {}
    for owners in owed_on_encounters([claim.encounter_id]).get(claim.encounter_id, {}).values():
        for owner, cents in owners.items():
            totals[owner] = totals.get(owner, 0) + cents
    return {owner: cents for owner, cents in totals.items() if cents}


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
    event = ClaimEvent.objects.get(claim=claim)
    assert event.file.data[event.offset : event.offset + event.length].startswith(b"CLP*A1")
    assert "80.00 paid of 150.00" in event.text


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
        """
        CLP*A1*2*150*15**CI*ICN2
        SVC*HC:99213*150*15**1
        CAS*OA*23*130
        CAS*PR*3*5
        REF*6R*A1-1
        """,
        payer="supplement",
    )
    assert owed(claim) == {PATIENT: 5_00}
    assert {level.level: level.state for level in claim.adjudications.all()} == {"P": "paid", "S": "paid"}


REVERSED_AND_CORRECTED = """
    CLP*A1*22*-150*-80*-20*MB*ICN1
    SVC*HC:99213*-150*-80**-1
    CAS*CO*45*-50
    CAS*PR*2*-20
    REF*6R*A1-1
    CLP*A1*1*150*100**MB*ICN2
    SVC*HC:99213*150*100**1
    CAS*CO*45*50
    REF*6R*A1-1
"""


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


def test_a_recoupment_is_opened_by_one_remittance_and_settled_by_the_next(practice):
    practice.bill("A1", [("99213", 150_00)])
    practice.post("T1", 80_00, PAID)
    practice.post("T2", 0, "PLB*1999999984*20261231*WO:A1*-30*FB:T2*30")
    item = PayerItem.objects.order_by("pk").first()
    assert item is not None


def test_interest_is_income_and_never_a_claim_payment(practice):
    claim = practice.bill("A1", [("99213", 150_00)])
    practice.post("T1", 81_50, PAID + "\nPLB*1999999984*20261231*L6*-1.5")
    assert owed(claim) == {PATIENT: 20_00}
    assert account_totals()[Account.INTEREST] == -1_50
    assert account_totals()[Account.CASH_DUE] == 81_50
