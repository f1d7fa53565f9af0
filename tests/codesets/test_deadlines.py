from __future__ import annotations

from datetime import date

import pytest

from claimwright.codesets.deadlines import PayerTerms

SERVICE_DATE, REMIT_DATE = date(2026, 1, 5), date(2026, 2, 10)


def test_a_contracts_own_days_win_and_are_confirmed() -> None:
    due = PayerTerms(kind="medicare", filing_code="MB", filing_limit_days=180).filing_due(SERVICE_DATE)
    assert due is not None
    assert (due.due_date, due.is_confirmed) == (date(2026, 7, 4), True)


@pytest.mark.parametrize(
    ("service_date", "due_date"),
    [
        (date(2026, 1, 5), date(2027, 1, 5)),
        (date(2028, 2, 29), date(2029, 2, 28)),
        (date(2027, 3, 1), date(2028, 3, 1)),
    ],
)
def test_medicare_gives_one_calendar_year(service_date: date, due_date: date) -> None:
    due = PayerTerms(kind="medicare").filing_due(service_date)
    assert due is not None
    assert (due.due_date, due.is_confirmed) == (due_date, True)


def test_a_usual_limit_is_marked_unconfirmed() -> None:
    due = PayerTerms(kind="commercial").filing_due(SERVICE_DATE)
    assert due is not None
    assert not due.is_confirmed
    assert "not confirmed" in due.because


def test_a_kind_of_payer_without_a_known_limit_has_none() -> None:
    terms = PayerTerms(kind="other")
    assert terms.filing_due(SERVICE_DATE) is None
    assert terms.appeal_due(REMIT_DATE) is None


def test_the_filing_indicator_tells_medicare_advantage_from_medicare() -> None:
    assert not PayerTerms(kind="medicare", filing_code="16").is_medicare
    assert PayerTerms(kind="other", filing_code="MB").is_medicare


def test_a_supplement_to_medicare_is_not_medicare() -> None:
    assert not PayerTerms(kind="supplement", filing_code="MB").is_medicare


def test_medicare_grants_no_more_time_for_a_second_claim() -> None:
    due = PayerTerms(kind="medicare", filing_code="MB").secondary_due(SERVICE_DATE, date(2026, 12, 1))
    assert due is not None
    assert due.due_date == date(2027, 1, 5)


def test_a_second_claim_counts_from_the_earlier_payers_decision() -> None:
    due = PayerTerms(kind="commercial", secondary_limit_days=60).secondary_due(SERVICE_DATE, date(2026, 3, 1))
    assert due is not None
    assert due.due_date == date(2026, 4, 30)


def test_a_first_claims_limit_is_only_a_hint_for_a_second_claim() -> None:
    due = PayerTerms(kind="commercial", filing_limit_days=90).secondary_due(SERVICE_DATE, date(2026, 3, 1))
    assert due is not None
    assert (due.due_date, due.is_confirmed) == (date(2026, 4, 5), False)


def test_a_corrected_claim_counts_from_the_remittance_only_by_contract() -> None:
    by_contract = PayerTerms(kind="commercial", filing_limit_days=90, corrected_limit_days=180)
    without = PayerTerms(kind="commercial", filing_limit_days=90)
    due, first = by_contract.corrected_due(SERVICE_DATE, REMIT_DATE), without.corrected_due(SERVICE_DATE, REMIT_DATE)
    assert due is not None
    assert first is not None
    assert (due.due_date, first.due_date) == (date(2026, 8, 9), date(2026, 4, 5))


def test_medicares_first_appeal_is_a_redetermination_within_120_days() -> None:
    terms = PayerTerms(kind="medicare", filing_code="MB")
    due = terms.appeal_due(REMIT_DATE)
    assert due is not None
    assert (due.due_date, due.is_confirmed, terms.appeal_name) == (date(2026, 6, 10), True, "redetermination")
