from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from claimwright.codesets.reasons import carc, carc_last_day, carcs, rarc, rarcs

PUBLISHED = Path(__file__).parents[3] / "shared/data/carc_rarc_2024/adj_codes_20240618.csv"

TREATMENTS = {
    *("TO_NEXT_PAYER_ELSE_PATIENT", "TO_PATIENT_FLAG", "WRITE_OFF_IF_EXPECTED", "WRITE_OFF_QMB"),
    *("NO_PATIENT_TO_NEXT_PAYER", "INFO_NO_LEDGER", "PENDING_NO_LEDGER", "FORWARDED_NO_LEDGER", "WITHHOLD_RECEIVABLE"),
    *("STATUTORY_ADJ", "INCENTIVE_ADJ", "POST_NEGATIVE", "REVIEW", "REVIEW_CAP_OR_WRONG_PAYER", "APPEAL_UPHELD"),
}


def test_a_reason_says_what_it_means_and_how_it_is_treated() -> None:
    reason = carc("197")
    assert reason is not None
    assert (reason.category, reason.posting, reason.appealable) == ("AUTH", "DENIAL_AUTH", "yes")
    assert reason.is_denial


def test_a_contract_reduction_is_no_denial() -> None:
    reason = carc("45")
    assert reason is not None
    assert not reason.is_denial


def test_an_unknown_code_has_no_meaning() -> None:
    assert carc("9999") is None
    assert rarc("XX1") is None


def test_an_ended_reason_has_its_last_day_and_others_have_none() -> None:
    assert carc_last_day("15") == date(2018, 5, 1)
    assert carc_last_day("45") is None
    assert carc_last_day("9999") is None


@pytest.mark.skipif(not PUBLISHED.exists(), reason="the published code list is not beside the repository")
def test_every_reason_that_the_published_list_ends_has_that_day() -> None:
    with PUBLISHED.open(encoding="utf-8") as file:
        reasons = [row for row in csv.DictReader(file) if row["adj_type"] == "CARC"]
    ended = {row["adj_code"]: row["adj_end_date"] for row in reasons if row["adj_end_date"]}
    assert len(ended) == 110
    assert {code: str(carc_last_day(code)) for code in ended} == ended


def test_an_alert_is_known_as_one() -> None:
    alert, supplemental = rarc("MA01"), rarc("N382")
    assert alert is not None
    assert supplemental is not None
    assert alert.is_alert
    assert not supplemental.is_alert
    assert supplemental.often_with == ("16", "31")


def test_every_reason_has_a_treatment_that_the_posting_rules_know() -> None:
    assert {reason.posting for reason in carcs().values() if not reason.is_denial} == TREATMENTS


@pytest.mark.skipif(not PUBLISHED.exists(), reason="the published code list is not beside the repository")
def test_every_code_is_on_the_published_list_and_no_meaning_is_copied_from_it() -> None:
    with PUBLISHED.open(encoding="utf-8") as file:
        published = {(row["adj_type"].upper(), row["adj_code"]): row["adj_description"] for row in csv.DictReader(file)}
    for kind, codes in (("CARC", carcs()), ("RARC", rarcs())):
        for code, entry in codes.items():
            text = published.get((kind, code))
            if text is not None:
                assert not _share_six_words(entry.meaning, text), code
    assert {("CARC", code) for code in carcs()} <= published.keys()


def _share_six_words(first: str, second: str) -> bool:
    def runs(text: str) -> set[tuple[str, ...]]:
        words = text.lower().split()
        return {tuple(words[at : at + 6]) for at in range(len(words) - 5)}

    return bool(runs(first) & runs(second))
