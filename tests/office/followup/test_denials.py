"""A denial becomes a case with advice, deadlines and money at stake, and closes when the payer pays after all."""

from __future__ import annotations

from datetime import timedelta

import pytest

from claimwright.errors import ConflictError, InputError
from claimwright.office.claims.lifecycle import move_submissions
from claimwright.office.claims.mending import resubmit_claim
from claimwright.office.claims.models import Submission
from claimwright.office.followup.denials import record_appeal, record_upheld
from claimwright.office.followup.models import Denial, WorkItem
from claimwright.office.ledger.balances import account_totals
from claimwright.office.ledger.models import Account
from claimwright.office.posting.write_offs import write_off
from tests.office.posting.scenes import DENIED, PAID

UNPROCESSABLE = """
    CLP*A1*1*150*0**MB*ICN1
    MOA***MA130
    SVC*HC:99213*150*0**0
    CAS*CO*16*150
    REF*6R*A1-1
    LQ*HE*N290
"""


def test_a_denial_says_what_it_means_what_to_do_and_by_when(practice):
    claim = practice.bill("A1", [("99213", 150_00)], expected={"99213": 100_00})
    remittance = practice.post("T1", 0, DENIED)
    (denial,) = Denial.objects.all()
    assert (denial.claim, denial.level, denial.group, denial.carc) == (claim, "P", "CO", "50")
    assert (denial.denied_cents, denial.expected_cents) == (150_00, 100_00)
    assert denial.appeal_allowed is True
    assert denial.appeal_due_date == remittance.payment_date + timedelta(days=120)
    assert denial.meaning
    item = denial.item
    assert (item.queue, item.money_cents, item.claim) == ("denial", 150_00, claim)
    assert item.next_action
    assert item.due_date <= denial.appeal_due_date
    data = remittance.file.data
    assert data[denial.offset : denial.offset + denial.length] == b"CAS*CO*50*150"


def test_a_denial_is_never_written_off_by_itself(practice):
    practice.bill("A1", [("99213", 150_00)])
    practice.post("T1", 0, DENIED)
    assert account_totals()[Account.RECEIVABLE] == 150_00
    assert Account.CONTRACTUAL not in account_totals()


def test_lines_denied_for_the_same_cause_are_one_case(practice):
    practice.bill("A1", [("99213", 150_00), ("36415", 30_00)])
    practice.post(
        "T1",
        0,
        """
        CLP*A1*1*180*0**MB*ICN1
        SVC*HC:99213*150*0**0
        CAS*CO*50*150
        REF*6R*A1-1
        SVC*HC:36415*30*0**0
        CAS*CO*50*30
        REF*6R*A1-2
        """,
    )
    (denial,) = Denial.objects.all()
    assert denial.denied_cents == 180_00
    assert [line["cents"] for line in denial.lines] == [150_00, 30_00]


def test_the_same_denial_again_takes_up_the_old_case(practice):
    practice.bill("A1", [("99213", 150_00)])
    practice.post("T1", 0, DENIED)
    practice.post("T2", 0, DENIED.replace("ICN1", "ICN2"))
    assert Denial.objects.count() == 1
    assert WorkItem.objects.filter(queue="denial").count() == 1


def test_a_case_taken_up_again_shows_the_segment_that_denied_it_last(practice):
    practice.bill("A1", [("99213", 150_00)])
    practice.post("T1", 0, DENIED)
    last = practice.post("T2", 0, DENIED.replace("MOA***MA01\n", "MOA***MA01*N115\n").replace("ICN1", "ICN2"))
    denial = Denial.objects.get()
    assert denial.remittance == last
    assert last.file.data[denial.offset : denial.offset + denial.length] == b"CAS*CO*50*150"


TAKEN_BACK_AND_DENIED = """
    CLP*A1*22*-150*0**MB*ICN1
    SVC*HC:99213*-150*0**0
    CAS*CO*16*-150
    REF*6R*A1-1
    LQ*HE*N290
    CLP*A1*1*150*0**MB*ICN2
    SVC*HC:99213*150*0**0
    CAS*{reason}*150
    REF*6R*A1-1
"""


@pytest.mark.parametrize("reason", ["CO*50", "OA*18"])
def test_a_correction_denied_for_another_reason_leaves_one_case_open(practice, reason):
    practice.bill("A1", [("99213", 150_00)])
    practice.post("T1", 0, UNPROCESSABLE)
    practice.post("T2", 0, TAKEN_BACK_AND_DENIED.format(reason=reason))
    first, second = Denial.objects.order_by("pk")
    assert (first.state, first.item.state) == (Denial.State.UPHELD, WorkItem.State.DONE)
    assert "another reason" in first.item.resolution
    assert (second.state, second.item.state) == (Denial.State.NEW, WorkItem.State.OPEN)


def test_a_denial_as_a_duplicate_leaves_the_case_of_the_original_open(practice):
    practice.bill("A1", [("99213", 150_00)])
    practice.post("T1", 0, DENIED)
    practice.post("T2", 0, DENIED.replace("CO*50", "OA*18").replace("ICN1", "ICN2"))
    assert {denial.carc: denial.state for denial in Denial.objects.all()} == {
        "50": Denial.State.NEW,
        "18": Denial.State.NEW,
    }


def test_a_claim_that_is_paid_after_all_closes_the_case_and_its_item(practice):
    practice.bill("A1", [("99213", 150_00)])
    practice.post("T1", 0, UNPROCESSABLE)
    practice.post("T2", 80_00, PAID.replace("ICN1", "ICN2"))
    (denial,) = Denial.objects.all()
    assert denial.state == Denial.State.OVERTURNED
    assert denial.item.state == WorkItem.State.DONE
    assert "trace T2" in denial.item.resolution


def test_a_denied_claim_that_is_sent_again_waits_for_its_answer(practice, office_clock):
    claim = practice.bill("A1", [("99213", 150_00)])
    claim.submissions.update(state=Submission.State.PAYER_REJECTED)
    practice.post("T1", 0, UNPROCESSABLE)
    office_clock.advance(days=1)
    submission = resubmit_claim(claim, why="member number corrected")
    Submission.objects.filter(pk=submission.pk).update(state=Submission.State.BATCHED)
    submission.refresh_from_db()
    move_submissions([submission], Submission.State.SENT, "Sent")
    (denial,) = Denial.objects.all()
    assert denial.state == Denial.State.CORRECTED
    assert denial.item.state == WorkItem.State.BLOCKED


def test_an_appeal_is_recorded_where_one_is_allowed(practice, people):
    practice.bill("A1", [("99213", 150_00)])
    practice.post("T1", 0, DENIED)
    denial = Denial.objects.get()
    record_appeal(denial, actor=people["alice"])
    denial.refresh_from_db()
    assert denial.state == Denial.State.APPEALED
    assert denial.item.notes.get().author == people["alice"]


def test_an_appeal_is_refused_where_the_payer_allows_none(practice):
    practice.bill("A1", [("99213", 150_00)])
    practice.post("T1", 0, UNPROCESSABLE)
    with pytest.raises(InputError):
        record_appeal(Denial.objects.get())


def test_a_case_is_closed_by_hand_once(practice, people):
    claim = practice.bill("A1", [("99213", 150_00)])
    practice.post("T1", 0, DENIED)
    denial = Denial.objects.get()
    charge = claim.encounter.charges.get()
    write_off(claim.encounter, owner="P", cents=150_00, reason="appeal_lost", actor=people["bob"], charge_id=charge.pk)
    record_upheld(denial, resolution="Written off", actor=people["bob"])
    assert denial.item.state == WorkItem.State.DONE
    with pytest.raises(ConflictError):
        record_upheld(denial, resolution="again")
