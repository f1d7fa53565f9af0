"""Rows 1 to 4: which remittances may be posted at all, and what a person is told of those that may not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from claimwright.documents.parties import Provider
from claimwright.documents.remittance import Remittance
from claimwright.findings import Finding, Severity, Where
from claimwright.origin import NOWHERE, Origin
from claimwright.remittance.files import FileVerdict, judge_file, what_is_unusual
from claimwright.remittance.memory import ClaimsInMemory
from claimwright.remittance.plan import Queue, ReviewItem
from tests.remittance.trade import OUR_NPI, SCENARIOS, TODAY, read

HINT = "Nothing of this remittance is posted; a person decides."
AT_BPR = Origin("ab" * 32, 180, 40, 3)


def paying(**changes: object) -> Remittance:
    made = read(SCENARIOS / "row_20_allowed_as_expected.txt").steps[0].remittance
    return replace(made, **changes)


def books(*payees: str, **more) -> ClaimsInMemory:
    return ClaimsInMemory([], payees=frozenset(payees or (OUR_NPI,)), seen_cash={"T1"}, **more)


def with_status(status: str) -> Remittance:
    made = paying()
    return replace(made, claims=(replace(made.claims[0], status=status),))


@pytest.mark.parametrize("status", ["1", "2", "3", "4", "19", "20", "21", "22", "23", "25"])
def test_these_claim_statuses_have_a_rule(status) -> None:
    assert what_is_unusual(with_status(status)) == ""


@pytest.mark.parametrize("status", ["5", "10", "13", "15", "16", "17", "27", "01"])
def test_any_other_claim_status_is_a_person_s(status) -> None:
    assert what_is_unusual(with_status(status)) == f"claim 1, A1, has the status {status}"


@pytest.mark.parametrize("handling", ["I", "C", "D", "U", "X"])
def test_these_ways_of_handling_pay(handling) -> None:
    assert what_is_unusual(paying(handling=handling)) == ""


def test_a_notification_pays_nothing() -> None:
    assert what_is_unusual(paying(handling="H")) == "BPR01 is H, a notification only, and names 80.00"
    assert what_is_unusual(paying(handling="H", payment_cents=0)) == ""


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"credit_or_debit": "D"}, "BPR03 is D: the payer takes money instead of paying it"),
        ({"credit_or_debit": ""}, "BPR03 is empty: the payer takes money instead of paying it"),
        ({"handling": "P"}, "BPR01 is P, which no rule decides"),
        ({"handling": ""}, "BPR01 is empty, which no rule decides"),
        ({"payment_cents": -1}, "the payment is negative: -0.01"),
        ({"currency": "CAD"}, "the currency is CAD"),
        ({"currency": "USD"}, ""),
        ({"currency": ""}, ""),
    ],
)
def test_an_unusual_payment_is_named(changes, said) -> None:
    assert what_is_unusual(paying(**changes)) == said


def test_a_claim_without_a_status_is_named() -> None:
    assert what_is_unusual(with_status("")) == "claim 1, A1, has the status empty"


def payee_reason(payee: Provider) -> str:
    (review,) = judge_file(paying(payee=payee), books(), TODAY).reviews
    return review.reason


def test_a_payee_that_is_not_us_is_named_as_well_as_the_file_does() -> None:
    other = Provider(last_name="ELSEWHERE", id_qualifier="XX", id="1888888886", tax_id="960000009")
    assert payee_reason(other) == "the payee is ELSEWHERE, 1888888886: not us"
    assert payee_reason(replace(other, id_qualifier="", id="")) == "the payee is ELSEWHERE, 960000009: not us"
    assert payee_reason(Provider()) == "the payee is not named, without a number: not us"


@pytest.mark.parametrize("known", [OUR_NPI, "960000001"])
def test_either_identifier_of_the_payee_says_that_it_is_us(known) -> None:
    payee = Provider(last_name="US", id_qualifier="XX", id=OUR_NPI, tax_id="960000001")
    assert judge_file(paying(payee=payee), books(known), TODAY).accepted


def test_what_is_refused_says_so_to_a_person_and_in_a_finding_with_its_place() -> None:
    reason = "a test file, not for production"
    verdict = judge_file(paying(is_test=True, origin=AT_BPR), books(), TODAY)
    place = Where(index=3, offset=180, record="T1")
    assert verdict == FileVerdict(
        accepted=False,
        findings=(Finding("REM-FILE-001", Severity.ERROR, f"Remittance T1: {reason}.", HINT, place),),
        reviews=(ReviewItem(Queue.NOT_OURS, 1, reason, 80_00, reference="T1", origin=AT_BPR),),
    )
    assert verdict.reviews[0].origin == AT_BPR


def test_a_remittance_that_was_not_read_from_a_file_has_no_place() -> None:
    (finding,) = judge_file(paying(is_test=True, origin=NOWHERE), books(), TODAY).findings
    assert finding.where == Where(record="T1")


def test_warnings_stay_beside_the_reason_of_a_refusal() -> None:
    made = paying()
    odd = replace(made.claims[0], patient_responsibility_cents=1)
    verdict = judge_file(replace(made, claims=(odd,), is_test=True), books(), TODAY)
    assert [finding.code for finding in verdict.findings] == ["REM-BAL-005", "REM-FILE-001"]


def test_the_reason_is_the_first_equation_that_fails_and_never_a_warning() -> None:
    made = paying(payment_cents=1)
    odd = replace(made.claims[0], patient_responsibility_cents=1)
    verdict = judge_file(replace(made, claims=(odd,)), books(), TODAY)
    (review,) = verdict.reviews
    assert (review.row, review.queue) == (1, Queue.OUT_OF_BALANCE)
    assert review.reason == "The payment is 0.01, claims 80.00 less provider adjustments 0.00."
    assert [finding.code for finding in verdict.findings] == ["REM-BAL-005", "REM-BAL-004"]


@pytest.mark.parametrize("changes", [{"method": "NON"}, {"payment_cents": 0, "claims": ()}, {}])
def test_no_statement_waits_where_no_deposit_is_expected_or_it_was_seen(changes) -> None:
    seen = books() if not changes else ClaimsInMemory([])
    verdict = judge_file(paying(**changes), seen, TODAY)
    assert (verdict.accepted, verdict.cash_confirmed, verdict.hold_statements_until) == (True, True, None)


def test_statements_wait_five_business_days_for_money_that_was_not_seen_and_warnings_are_kept() -> None:
    made = paying()
    odd = replace(made, claims=(replace(made.claims[0], patient_responsibility_cents=1),))
    verdict = judge_file(odd, ClaimsInMemory([]), TODAY)
    assert (verdict.accepted, verdict.cash_confirmed) == (True, False)
    assert verdict.hold_statements_until == date(2026, 3, 27)
    assert [finding.code for finding in verdict.findings] == ["REM-BAL-005"]
