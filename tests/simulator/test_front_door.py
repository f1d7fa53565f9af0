"""Coverage questions, the front door and status questions: what is answered, in the codes of the trade."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from claimwright.documents.claim import DentalPart, InstitutionalPart
from claimwright.documents.eligibility import EligibilityInquiry, EligibilityInquiryBatch
from claimwright.documents.parties import Party, Period, Person
from claimwright.documents.status import StatusInquiry, StatusInquiryBatch
from claimwright.simulator import eligibility, intake, status
from claimwright.simulator.policy import Outcome
from claimwright.simulator.status import ClaimState, Known
from tests.simulator import cast
from tests.simulator.cast import (
    ADA,
    BEN,
    CORA,
    DEFAULT,
    MORNING,
    PLAN,
    PRACTICE,
    RECEIVED,
    SEEN,
    claim,
    line,
    submitted,
)


def ask(member, payer=PLAN, deductibles=None, **person):
    """The answer to one coverage question about that member."""
    known = Person(
        last_name=member.last_name, first_name=member.first_name, is_person=True, id_qualifier="MI", id=member.id,
        birth_date=member.birth_date, sex=member.sex,
    )  # fmt: skip
    party = Party(last_name=payer.name, id_qualifier="PI", id=payer.id)
    inquiry = EligibilityInquiry("T1", party, PRACTICE, replace(known, **person), SEEN)
    batch = EligibilityInquiryBatch("E1", MORNING, (inquiry,))
    (response,) = eligibility.answer(batch, cast.policy(), deductibles or {}, MORNING).responses
    assert response.trace == "T1"
    return response


def benefit(response, information, period=""):
    return next(b for b in response.benefits if b.information == information and (not period or b.period == period))


def test_a_covered_member_is_told_what_is_left_to_pay():
    response = ask(ADA, deductibles={("CWBLU", ADA.id): 12300})
    assert response.is_active
    assert benefit(response, "C", "23").amount_cents == 50000
    assert benefit(response, "C", "29").amount_cents == 12300
    assert benefit(response, "A").percent == Decimal("0.2")
    assert benefit(response, "B").amount_cents == 2500


def test_before_the_first_claim_the_policy_says_what_is_left_of_the_deductible():
    assert benefit(ask(ADA), "C", "29").amount_cents == 0


def test_it_names_the_other_payer_and_its_place_in_the_order():
    (entity,) = benefit(ask(BEN, cast.MEDICARE), "R").entities
    assert (entity.role, entity.party.id) == ("SEP", "CWOAK")
    (entity,) = benefit(ask(cast.BEN_AT_OAKLEAF, cast.SUPPLEMENT), "R").entities
    assert (entity.role, entity.party.id) == ("PRP", "CWMCR")


def test_coverage_that_ended_is_not_active():
    response = ask(CORA, cast.MEDICAID)
    assert not response.is_active
    assert [b.information for b in response.benefits] == ["6"]
    assert ("347", Period.day(date(2026, 1, 31))) in response.plan_dates


@pytest.mark.parametrize(
    ("person", "reason"),
    [
        ({"id": ""}, "72"),
        ({"id": "BLU999999999"}, "75"),
        ({"birth_date": date(1981, 5, 6)}, "71"),
        ({"last_name": "ABARRA"}, "73"),
    ],
)
def test_a_question_with_wrong_data_is_refused_and_says_which(person, reason):
    response = ask(ADA, **person)
    assert not response.is_active
    assert [(one.reason, one.follow_up) for one in response.rejections] == [(reason, "C")]


def test_an_id_that_cannot_be_one_of_this_payers_is_refused_as_such():
    payer = replace(PLAN, member_id_pattern="BLU[0-9]{9}")
    inquiry = EligibilityInquiry("T1", payer.party, PRACTICE, Person(last_name="ABARA", id="12345"), SEEN)
    assert eligibility.refusal(inquiry, payer, None) == "72"


def test_the_default_payer_covers_whoever_asks():
    assert ask(ADA, DEFAULT, last_name="ANYBODY", id="X1").is_active


def screen(one, payer=PLAN, member=ADA, **fields):
    return str(intake.screen(submitted(one, **fields), payer, member, 1))


def test_a_good_claim_is_accepted():
    assert screen(claim()) == "A2:20:PR"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"diagnoses": ()}, "A6:254"),
        ({"lines": ()}, "A6:454"),
        ({"charge_cents": 1}, "A8:178"),
        ({"billing": replace(PRACTICE, id="", tax_id="")}, "A6:562:85"),
        ({"lines": (line(period=None),)}, "A6:187"),
        ({"institutional": InstitutionalPart("11")}, "A7:481"),
        ({"dental": DentalPart()}, "A7:481"),
        ({"lines": (line(period=Period.day(RECEIVED + timedelta(days=1))),)}, "A7:510"),
    ],
)
def test_a_claim_that_lacks_or_contradicts_something_is_rejected_for_it(wrong, code):
    assert screen(replace(claim(), **wrong)) == code


def test_a_member_that_the_payer_does_not_know_is_returned():
    assert screen(claim(), member=None) == "A3:33:IL"
    assert screen(claim(), payer=replace(PLAN, member_id_pattern="Z.*"), member=None) == "A7:164:IL"
    assert screen(claim(), member=replace(ADA, birth_date=date(1981, 5, 6))) == "A7:158:IL"
    assert screen(claim(), member=replace(ADA, until=date(2026, 2, 1))) == "A3:88:IL"


def test_the_default_payer_takes_everybodys_claims():
    assert screen(claim(payer=DEFAULT), DEFAULT, None) == "A2:20:PR"


def test_a_chance_rejection_is_gone_when_the_claim_comes_again():
    doubtful = replace(PLAN, chances={Outcome.REJECTED: 1000})
    assert screen(claim(), doubtful) == "A7:145:82"
    assert screen(claim(), doubtful, attempt=1) == "A2:20:PR"


def test_the_acknowledgement_counts_and_sums_both_kinds():
    good = intake.Verdict(claim(number="A1"), intake.ACCEPTED, "26001")
    bad = intake.Verdict(claim(line(cents=9000), number="A2"), intake.StatusCode("A3", "33", "IL"))
    house = cast.policy().clearinghouse
    record = intake.acknowledge_claims(cast.batch(good.claim, bad.claim), [good, bad], house, "R1", RECEIVED, MORNING)
    assert (record.accepted_count, record.accepted_cents) == (1, 15000)
    assert (record.rejected_count, record.rejected_cents) == (1, 9000)
    assert record.batch_reference == "B1"
    told = [(one.trace, one.statuses[0].action, one.payer_claim_number) for one in record.claims]
    assert told == [("A1", "WQ", "26001"), ("A2", "U", "")]


PAID = Known(ClaimState.DECIDED, "26001", RECEIVED, date(2026, 3, 16), 7500, check_number="EFT1")


@pytest.mark.parametrize(
    ("known", "code"),
    [
        (None, "A4:35"),
        (Known(ClaimState.PENDING, "26001", RECEIVED), "P1:20"),
        (Known(ClaimState.REJECTED, "", RECEIVED), "A3:21"),
        (Known(ClaimState.WITHDRAWN, "26001", RECEIVED), "F4:101"),
        (PAID, "F1:65"),
        (replace(PAID, paid_cents=0, is_denied=True), "F2:585"),
        (replace(PAID, paid_cents=0), "F4:107"),
    ],
)
def test_a_status_question_is_answered_by_where_the_claim_stands(known, code):
    assert str(status.status_code(known)) == code


def test_a_paid_claim_is_told_with_its_payment():
    one = claim()
    inquiry = StatusInquiry(
        "Q1", one.payer, Party(last_name="LAKESIDE", id="LAKESIDE"), PRACTICE, one.subscriber.person,
        one.control_number, one.charge_cents, Period.day(SEEN),
    )  # fmt: skip
    batch = StatusInquiryBatch("S1", MORNING, (inquiry,))
    (told,) = status.answer(batch, lambda _: PAID, lambda party: party, MORNING).claims
    (information,) = told.statuses
    assert (told.trace, told.payer_claim_number) == ("Q1", "26001")
    assert (information.paid_cents, information.check_number) == (7500, "EFT1")
    assert information.payment_date == date(2026, 3, 16)
