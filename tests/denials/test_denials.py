from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimwright.codesets.deadlines import PayerTerms
from claimwright.codesets.reasons import carcs, rarcs
from claimwright.denials import DenialAdvice, DenialQueue, plan_denial

SERVICE_DATE, REMIT_DATE = date(2026, 1, 5), date(2026, 2, 10)
MEDICARE = PayerTerms(kind="medicare", filing_code="MB")
PRAIRIE = PayerTerms(
    kind="commercial", filing_code="CI", filing_limit_days=90, corrected_limit_days=120, appeal_days=60
)


def plan(carc: str, *rarcs: str, group: str = "CO", terms: PayerTerms = PRAIRIE) -> DenialAdvice:
    return plan_denial(carc, rarcs, group, remit_date=REMIT_DATE, service_date=SERVICE_DATE, terms=terms)


def test_a_missing_authorization_is_explained_with_its_deadlines() -> None:
    advice = plan("197")
    assert (advice.category, advice.queue) == ("AUTH", DenialQueue.AUTHORIZATION)
    assert advice.meaning == "No prior authorisation/notification"
    assert (advice.appeal_allowed, advice.appeal_due_date) == (True, date(2026, 4, 11))
    assert (advice.resubmit_frequency, advice.resubmit_due_date) == ("7", date(2026, 6, 10))
    assert advice.is_confirmed
    assert "appeal by 2026-04-11: 60 days after the remittance, by this payer's terms" in advice.reasons


def test_medicares_appeal_is_a_redetermination_within_120_days() -> None:
    advice = plan("50", "MA01", terms=MEDICARE)
    assert (advice.appeal_name, advice.appeal_due_date) == ("redetermination", date(2026, 6, 10))
    assert advice.queue is DenialQueue.CLINICAL
    assert advice.resubmit_frequency == ""


def test_an_unprocessable_claim_has_no_appeal_and_is_sent_anew_within_the_first_limit() -> None:
    advice = plan("16", "MA130", "N290", "MA01", terms=MEDICARE)
    assert advice.appeal_allowed is False
    assert (advice.appeal_due_date, advice.appeal_name) == (None, "")
    assert (advice.resubmit_frequency, advice.resubmit_due_date) == ("1", date(2027, 1, 5))
    assert "MA130 says that there is no appeal" in advice.reasons


def test_the_remark_says_whose_desk_missing_information_goes_to() -> None:
    assert plan("16", "N290").queue is DenialQueue.ENROLLMENT
    assert plan("16", "M76").queue is DenialQueue.CODING
    assert plan("16", "MA04").queue is DenialQueue.COB
    assert plan("16").queue is DenialQueue.CORRECT


def test_an_alert_is_no_explanation() -> None:
    assert plan("16", "MA13").queue is DenialQueue.CORRECT


def test_a_remark_does_not_move_a_denial_that_is_clear_by_itself() -> None:
    assert plan("97", "M15").queue is DenialQueue.BUNDLING
    assert plan("197", "M51").queue is DenialQueue.AUTHORIZATION


def test_medicares_refusal_of_a_late_claim_has_no_appeal() -> None:
    assert plan("29", terms=MEDICARE).appeal_allowed is False
    assert plan("29").appeal_allowed is True


def test_a_corrected_claim_may_be_all_that_is_open() -> None:
    advice = plan("96", "N704")
    assert (advice.appeal_allowed, advice.resubmit_frequency) == (False, "7")


def test_of_a_repeated_claim_only_the_finding_that_it_is_a_duplicate_can_be_appealed() -> None:
    advice = plan("18", "N111", group="OA")
    assert advice.appeal_allowed is True
    assert "only the finding that it is a duplicate" in advice.reasons[0]


def test_a_payer_without_replacements_is_asked_to_reopen() -> None:
    advice = plan("4", terms=MEDICARE)
    assert advice.resubmit_frequency == ""
    assert any("reopening" in reason for reason in advice.reasons)


def test_a_member_nobody_found_is_sent_anew_with_the_right_identity() -> None:
    assert plan("31").resubmit_frequency == "1"
    assert plan("27").resubmit_frequency == ""


def test_a_denial_of_the_patients_share_is_looked_at_before_any_bill() -> None:
    advice = plan("204", group="PR")
    assert advice.queue is DenialQueue.PATIENT
    assert advice.next_action.startswith("Check whether the patient may be billed")


def test_records_asked_for_may_come_within_a_year() -> None:
    assert plan("226", "N366").resubmit_due_date == date(2027, 2, 10)


def test_an_unknown_code_has_no_meaning_and_goes_to_a_person() -> None:
    advice = plan("999", "ZZ1")
    assert (advice.meaning, advice.category, advice.remarks) == ("", "", ())
    assert (advice.queue, advice.appeal_allowed, advice.resubmit_frequency) == (DenialQueue.REVIEW, None, "")


def test_a_usual_limit_is_marked_as_unconfirmed() -> None:
    advice = plan("197", terms=PayerTerms(kind="commercial"))
    assert (advice.appeal_due_date, advice.is_confirmed) == (date(2026, 8, 9), False)


def test_without_any_known_limit_there_is_no_date_and_it_is_said() -> None:
    advice = plan("197", terms=PayerTerms())
    assert (advice.appeal_due_date, advice.resubmit_due_date) == (None, None)
    assert sum("ask, and enter it" in reason for reason in advice.reasons) == 2


@pytest.mark.parametrize("code", sorted(carcs()))
def test_every_known_reason_gets_a_desk_and_an_action(code: str) -> None:
    advice = plan(code)
    assert advice.next_action
    if carcs()[code].is_denial:
        assert advice.queue is not DenialQueue.REVIEW or advice.category == "CONTRACTUAL"


@given(
    st.sampled_from([*carcs(), "999"]),
    st.lists(st.sampled_from([*rarcs(), "ZZ1", ""]), max_size=5),
    st.sampled_from(["CO", "PR", "OA", "PI"]),
    st.sampled_from([MEDICARE, PRAIRIE, PayerTerms(), PayerTerms(kind="medicaid", filing_code="MC")]),
)
def test_a_closed_way_never_has_a_date(carc: str, remarks: list[str], group: str, terms: PayerTerms) -> None:
    advice = plan_denial(carc, remarks, group, remit_date=REMIT_DATE, service_date=SERVICE_DATE, terms=terms)
    assert advice.appeal_allowed is not False or advice.appeal_due_date is None
    assert advice.resubmit_frequency or advice.resubmit_due_date is None or "N366" in remarks
    assert not {"MA130", "N211", "MA44"} & set(remarks) or advice.appeal_allowed is False
