"""Rows 5 to 7: which claim a CLP is about, which of its payers answered, and why nobody guesses."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from claimwright.documents.parties import Party, Period
from claimwright.documents.remittance import RemittanceClaim
from claimwright.remittance.books import KnownClaim, KnownLevel, PostedResult
from claimwright.remittance.matching import ClaimMatch, disagreement, level_of, match_claim
from claimwright.remittance.memory import ClaimsInMemory
from claimwright.remittance.plan import Confidence
from claimwright.remittance.standing import Standing
from tests.remittance.trade import OUR_NPI, SCENARIOS, read

DAY = date(2026, 3, 2)
NEXT = date(2026, 3, 3)
MADE = read(SCENARIOS / "row_20_allowed_as_expected.txt").steps[0].remittance
EVERYTHING = KnownClaim(
    7,
    "A1",
    150_00,
    (KnownLevel("P", 1, "MEM1"), KnownLevel("S", 2, "MEM2")),
    (),
    "Doe-Smith",
    "JAN",
    Period.day(DAY),
    OUR_NPI,
    ("ICN1",),
)


def answer(number: str = "A1", **changes: object) -> RemittanceClaim:
    given = {"patient": Party(last_name="DOE SMITH"), "dates": (("232", DAY),), **changes}
    return RemittanceClaim(number, "1", 150_00, 80_00, **given)  # type: ignore[arg-type]


def match(claim: RemittanceClaim, *claims: KnownClaim) -> ClaimMatch:
    return match_claim(claim, MADE, ClaimsInMemory(list(claims or (EVERYTHING,))), Standing)


def found(claim: RemittanceClaim, *claims: KnownClaim) -> tuple[int | None, Confidence, int, str]:
    matched = match(claim, *claims)
    return matched.standing and matched.standing.known.key, matched.confidence, matched.row, matched.reason  # type: ignore[return-value]


def test_our_control_number_is_exact() -> None:
    assert found(answer()) == (7, Confidence.EXACT, 5, "our control number; patient, days and charge agree")


def test_the_payer_s_number_is_flagged() -> None:
    claim = answer("LOST", payer_claim_number="ICN1")
    assert found(claim) == (7, Confidence.FLAGGED, 6, "the payer's claim number ICN1")


def test_who_when_and_how_much_is_flagged() -> None:
    claim = answer("LOST", patient=Party(last_name="DOE SMITH", id="MEM2"))
    expected = "member, first day of service, charge and billing provider"
    assert found(claim) == (7, Confidence.FLAGGED, 6, expected)


@pytest.mark.parametrize(
    "changes",
    [
        {"patient": Party(last_name="DOE SMITH", id="MEM3")},
        {"patient": Party(last_name="DOE SMITH")},
        {"patient": Party(last_name="DOE SMITH", id="MEM1"), "dates": ()},
        {"patient": Party(last_name="DOE SMITH", id="MEM1"), "dates": (("232", NEXT),)},
    ],
)
def test_less_than_member_and_day_finds_nobody(changes) -> None:
    assert found(answer("LOST", **changes)) == (None, Confidence.NONE, 7, "no claim has the control number LOST")


def test_another_provider_s_claim_is_not_ours() -> None:
    elsewhere = replace(EVERYTHING, billing_npi="1888888886")
    assert match(answer("LOST", patient=Party(last_name="DOE SMITH", id="MEM1")), elsewhere).standing is None
    unsaid = replace(EVERYTHING, billing_npi="")
    assert match(answer("LOST", patient=Party(last_name="DOE SMITH", id="MEM1")), unsaid).standing is not None


def test_the_subscriber_s_number_is_as_good_as_the_patient_s_and_an_empty_one_is_none() -> None:
    nobody, member = Party(last_name="DOE SMITH"), Party(id="MEM1")
    assert match(answer("LOST", patient=nobody, subscriber=member)).standing is not None
    assert match(answer("LOST", patient=nobody, corrected_insured=member)).standing is not None


def test_no_number_is_not_looked_up() -> None:
    """Claims without a number of ours, or of the payer, must not be found by an empty one."""
    unnumbered = replace(EVERYTHING, control_number="", payer_claim_numbers=("",))
    assert match(answer(""), unnumbered).standing is None


def test_why_a_claim_of_that_number_is_not_the_one_is_said() -> None:
    other = replace(EVERYTHING, charge_cents=150_01)
    assert match(answer(), other).reason == "claim A1 is known, but its charge is 150.01, not 150.00"
    by_payer = match(answer("LOST", payer_claim_number="ICN1"), other)
    assert by_payer.reason == "claim A1 is known, but its charge is 150.01, not 150.00"
    strange = answer("LOST", patient=Party(last_name="ROE", id="MEM1"), payer_claim_number="ICN1")
    period = replace(EVERYTHING, period=Period(DAY, NEXT), charge_cents=150_00, levels=())
    assert match(strange, period).reason == "claim A1 is known, but its patient is another"


def test_of_two_claims_with_our_number_the_payer_s_own_number_decides() -> None:
    twin = replace(EVERYTHING, key=8, payer_claim_numbers=("ICN2",))
    named = answer(payer_claim_number="ICN2")
    assert found(named, EVERYTHING, twin) == (8, Confidence.FLAGGED, 6, "the payer's claim number ICN2, of 2 claims")
    for number in ("", "ICN9"):
        reason = "2 claims have the control number A1"
        assert found(answer(payer_claim_number=number), EVERYTHING, twin) == (None, Confidence.NONE, 7, reason)
    unnumbered = replace(twin, payer_claim_numbers=("",))
    assert match(answer(payer_claim_number=""), EVERYTHING, unnumbered).standing is None


def test_two_claims_of_a_member_on_a_day_are_not_told_apart() -> None:
    claim = answer("LOST", patient=Party(last_name="DOE SMITH", id="MEM1"))
    reason = "2 claims have this member, first day of service and charge"
    assert found(claim, EVERYTHING, replace(EVERYTHING, key=8)) == (None, Confidence.NONE, 7, reason)


# what must agree


def differs(claim: RemittanceClaim, **known: object) -> str:
    return disagreement(Standing(replace(EVERYTHING, **known)), claim)  # type: ignore[arg-type]


@pytest.mark.parametrize("theirs", ["DOE SMITH", "doesmith", "DOE", "DOE-SMITH JR", ""])
def test_names_cut_short_or_written_otherwise_are_the_same(theirs) -> None:
    assert differs(answer(patient=Party(last_name=theirs))) == ""


def test_a_name_of_ours_that_is_missing_or_shorter_cannot_disagree() -> None:
    assert differs(answer(), patient_last_name="") == ""
    assert differs(answer(), patient_last_name="DOE") == ""


def test_another_name_is_another_patient_unless_the_member_number_is_the_same() -> None:
    assert differs(answer(patient=Party(last_name="SMITH"))) == "its patient is another"
    assert differs(answer(patient=Party(last_name="SMITH", id="MEM2"))) == ""
    nameless = (KnownLevel("P", 1, ""),)
    assert differs(answer(patient=Party(last_name="SMITH", id="")), levels=nameless) == "its patient is another"


def test_letters_of_other_alphabets_are_letters() -> None:
    assert differs(answer(patient=Party(last_name="Nuñez")), patient_last_name="NUÑEZ") == ""
    assert differs(answer(patient=Party(last_name="Núñez")), patient_last_name="Ñ") == "its patient is another"


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        (DAY, DAY, ""),
        (NEXT, NEXT, "its days of service are others"),
        (date(2026, 3, 1), date(2026, 3, 1), "its days of service are others"),
        (date(2026, 3, 1), DAY, ""),
        (DAY, NEXT, ""),
        (date(2026, 2, 1), date(2026, 4, 1), ""),
    ],
)
def test_days_of_service_must_touch(start, end, said) -> None:
    assert differs(answer(), period=Period(start, end)) == said


def test_days_that_one_side_does_not_say_cannot_disagree() -> None:
    assert differs(answer(), period=None) == ""
    assert differs(answer(dates=()), period=Period.day(NEXT)) == ""


def test_only_a_reversal_may_have_the_charge_of_an_earlier_result() -> None:
    """A corrected claim has another charge; what the payer takes back is the charge that it had answered."""
    earlier = (PostedResult(1, "P", replace(answer(), charge_cents=120_00), ()),)
    back = replace(answer(), status="22", charge_cents=-120_00)
    assert differs(back, results=earlier) == ""
    assert differs(replace(back, charge_cents=-150_00), results=earlier) == ""
    assert differs(replace(back, charge_cents=-110_00), results=earlier) == "its charge is 150.00, not -110.00"
    assert (
        differs(replace(back, status="1", charge_cents=120_00), results=earlier) == "its charge is 150.00, not 120.00"
    )


# which payer answered


def answered_by(payer_key: int | None, status: str, *levels: KnownLevel) -> tuple[str, bool]:
    known = replace(EVERYTHING, levels=levels)
    level, is_sure = level_of(Standing(known), replace(answer(), status=status), payer_key)
    return (level.level if level else "nobody"), is_sure


P, S, T = KnownLevel("P", 1), KnownLevel("S", 2), KnownLevel("T", 3)


@pytest.mark.parametrize("status", ["1", "2", "3", "4", "22"])
def test_the_sender_decides_which_payer_it_is_whatever_the_status_says(status) -> None:
    assert answered_by(2, status, P, S, T) == ("S", True)


@pytest.mark.parametrize(
    ("status", "level"), [("1", "P"), ("19", "P"), ("2", "S"), ("20", "S"), ("3", "T"), ("21", "T"), ("4", "nobody")]
)
def test_the_status_decides_when_the_sender_is_not_known(status, level) -> None:
    assert answered_by(None, status, P, S, T) == (level, False)


@pytest.mark.parametrize(("status", "level"), [("1", "P"), ("2", "S"), ("3", "P"), ("4", "P")])
def test_the_status_decides_between_the_levels_of_one_payer_else_the_first_that_is_open(status, level) -> None:
    one = replace(S, payer_key=1)
    assert answered_by(1, status, P, one) == (level, True)


def test_of_the_levels_of_one_payer_the_first_that_has_not_decided_answers_else_the_first() -> None:
    done, second = replace(P, is_settled=True), replace(S, payer_key=1)
    assert answered_by(1, "4", done, second) == ("S", True)
    assert answered_by(1, "4", done, replace(second, is_settled=True)) == ("P", True)


def test_a_payer_that_is_on_file_for_another_level_does_not_answer_for_one_that_is_open() -> None:
    unknown = KnownLevel("S")
    assert answered_by(9, "2", P, unknown) == ("S", False)
    assert answered_by(9, "1", P, unknown) == ("nobody", False)
    assert answered_by(9, "4", P, unknown) == ("S", False)
    assert answered_by(9, "4", P, S) == ("nobody", False)
    assert answered_by(9, "4", KnownLevel("P"), unknown) == ("nobody", False)
    assert answered_by(None, "4", P) == ("P", False)
