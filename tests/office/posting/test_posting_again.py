"""What waits is posted again when nothing is in its way any more; what was used for something else is not."""

from __future__ import annotations

import pytest

from claimwright.errors import ConflictError
from claimwright.office.ledger.balances import account_totals
from claimwright.office.ledger.models import Account
from claimwright.office.posting.decisions import explain_unapplied
from claimwright.office.posting.models import RemittanceClaim
from claimwright.office.posting.posting import post_claim_again
from claimwright.office.reports import check_practice
from claimwright.remittance.plan import ClaimState
from tests.office.posting.scenes import NPI, PAID, TAKEN_BACK, owed

CARRIED = f"PLB*{NPI}*20261231*FB:T3*-80\n"


def test_money_paid_twice_is_posted_when_the_first_payment_was_taken_back(practice, lakeside):
    claim = practice.bill("A1", [("99213", 150_00)])
    practice.post("T1", 80_00, PAID)
    double = practice.post("T2", 80_00, PAID).claims.get()
    assert double.outcome == ClaimState.REPEATED
    assert not post_claim_again(double).moves, "the first payment is still there"
    practice.post("T3", 0, TAKEN_BACK + CARRIED)
    assert post_claim_again(double).moves
    assert owed(claim) == {"PATIENT": 20_00}
    assert account_totals()[Account.UNAPPLIED] == 0
    assert check_practice(lakeside) == []
    with pytest.raises(ConflictError, match="does not wait"):
        post_claim_again(double)


def test_a_duplicate_that_was_closed_does_not_wait(practice):
    practice.bill("A1", [("99213", 150_00)])
    practice.post("T1", 80_00, PAID)
    closed = practice.post("T2", 0, "CLP*A1*1*150*0**MB*ICN1\nSVC*HC:99213*150*0**0\nCAS*OA*18*150").claims.get()
    assert closed.outcome == ClaimState.REPEATED
    with pytest.raises(ConflictError, match="does not wait"):
        post_claim_again(closed)


def test_money_that_a_person_has_explained_is_not_posted_to_a_claim_as_well(practice):
    remittance = practice.post("T1", 80_00, PAID)
    claim = practice.bill("A1", [("99213", 150_00)])
    explain_unapplied(remittance.pk, reference="A1", cents=30_00, as_what="refund", reason="our refund came back")
    with pytest.raises(ConflictError, match=r"said of 30\.00"):
        post_claim_again(RemittanceClaim.objects.get(), claim=claim)
    assert owed(claim) == {"P": 150_00}
    assert account_totals()[Account.UNAPPLIED] == -50_00
