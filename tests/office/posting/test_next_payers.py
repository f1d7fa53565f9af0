"""When a payer has decided and leaves something to the next one, the next one is billed with what was decided."""

from __future__ import annotations

from claimwright.office.claims.building import record_of
from claimwright.office.claims.models import Adjudication, Submission
from claimwright.office.followup.models import WorkItem
from claimwright.office.posting.next_payers import bill_next_payers, next_levels
from claimwright.remittance.cob import cob_findings
from tests.office.posting.scenes import DENIED, IN_FULL, PAID, TAKEN_BACK

BOTH = ("medicare", "supplement")


def test_the_second_payer_gets_the_claim_with_the_first_ones_result(practice):
    claim = practice.bill("A1", [("99213", 150_00)], payers=BOTH)
    practice.post("T1", 80_00, PAID)
    (submission,) = bill_next_payers().submissions
    record = record_of(submission)
    assert (submission.level, submission.frequency, submission.state) == ("S", "1", Submission.State.BUILT)
    assert record.subscriber.payer_level == "S"
    assert record.charge_cents == 150_00
    (prior,) = record.other_payers
    assert (prior.subscriber.payer_level, prior.paid_cents, prior.payer_claim_number) == ("P", 80_00, "ICN1")
    (decided,) = record.lines[0].adjudications
    assert [(str(one), one.amount_cents) for one in decided.adjustments] == [("CO-45", 50_00), ("PR-2", 20_00)]
    assert cob_findings(record) == ()
    claim.refresh_from_db()
    assert claim.current_level == "S"


def test_nobody_is_billed_twice(practice):
    practice.bill("A1", [("99213", 150_00)], payers=BOTH)
    practice.post("T1", 80_00, PAID)
    bill_next_payers()
    assert bill_next_payers().submissions == ()


def test_nothing_is_sent_on_when_nothing_is_left(practice):
    practice.bill("A1", [("99213", 150_00)], payers=BOTH)
    practice.post("T1", 100_00, IN_FULL)
    assert next_levels() == []


def test_nothing_is_sent_on_while_the_first_payer_has_not_answered(practice):
    practice.bill("A1", [("99213", 150_00)], payers=BOTH)
    assert next_levels() == []


def test_a_denial_stays_with_the_payer_that_denied(practice):
    practice.bill("A1", [("99213", 150_00)], payers=BOTH)
    practice.post("T1", 0, DENIED)
    assert next_levels() == []


def test_what_the_payer_itself_has_forwarded_is_not_sent_again(practice):
    claim = practice.bill("A1", [("99213", 150_00)], payers=BOTH)
    practice.post("T1", 80_00, PAID.replace("CLP*A1*1*", "CLP*A1*19*"))
    second = Adjudication.objects.get(claim=claim, level="S")
    assert (second.state, second.submitted_by_payer) == (Adjudication.State.FORWARDED, True)
    assert next_levels() == []


def test_after_a_reversal_and_correction_only_the_correction_is_sent(practice):
    practice.bill("A1", [("99213", 150_00)], payers=BOTH)
    practice.post("T1", 80_00, PAID)
    practice.post(
        "T2",
        10_00,
        TAKEN_BACK
        + """
        CLP*A1*1*150*90*10*MB*ICN2
        SVC*HC:99213*150*90**1
        CAS*CO*45*50
        CAS*PR*2*10
        REF*6R*A1-1
        """.strip(),
    )
    (submission,) = bill_next_payers().submissions
    (prior,) = record_of(submission).other_payers
    assert (prior.paid_cents, prior.payer_claim_number) == (90_00, "ICN2")


def test_a_claim_that_cannot_be_sent_on_is_shown_to_a_person(practice):
    claim = practice.bill("A1", [("99213", 150_00)], payers=BOTH)
    remittance = practice.post("T1", 80_00, PAID)
    type(remittance).objects.update(payment_date=None)
    billed = bill_next_payers()
    assert billed.submissions == ()
    assert [finding.code for finding in billed.not_built[0].findings] == ["COB-007"]
    assert WorkItem.objects.get(claim=claim, queue="other").rule == "COB-007"
