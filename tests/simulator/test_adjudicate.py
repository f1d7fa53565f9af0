"""What a payer decides about a claim."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimwright.documents.adjustments import Adjustment
from claimwright.documents.parties import Period
from claimwright.simulator.adjudicate import (
    Standing,
    adjudicate,
    chance_outcome,
    correct,
    deductible_of,
    forwarded_claim,
    interest_of,
    is_unprocessable,
    reverse,
)
from claimwright.simulator.policy import Outcome
from tests.simulator import cast
from tests.simulator.cast import MEDICAID, MEDICARE, PLAN, RECEIVED, SUPPLEMENT, claim, line, submitted

NOTHING_KNOWN = Standing()


def decide(one, payer=PLAN, standing=NOTHING_KNOWN, seed=1, **fields):
    return adjudicate(submitted(one, **fields), payer, standing, seed)


def adjustments(result, position=0):
    return [(str(one), one.amount_cents) for one in result.lines[position].adjustments]


def sure(payer, outcome):
    """The payer with one chance that always falls."""
    return replace(payer, chances={outcome: 1000})


def assert_balanced(result):
    for one in result.lines:
        assert one.charge_cents - sum(a.amount_cents for a in one.adjustments) == one.paid_cents
    assert result.charge_cents == sum(one.charge_cents for one in result.lines)
    assert result.paid_cents == result.charge_cents - sum(a.amount_cents for a in result.all_adjustments)


def test_it_pays_a_visit_by_the_fee_less_the_copay():
    result = decide(claim()).result
    assert (result.status, result.paid_cents, result.patient_responsibility_cents) == ("1", 7500, 2500)
    assert adjustments(result) == [("CO-45", 5000), ("PR-3", 2500)]


def test_it_takes_deductible_then_coinsurance_from_other_services():
    decision = decide(claim(line(code="93000", cents=5000)), standing=Standing(deductible_left_cents=500))
    assert adjustments(decision.result) == [("CO-45", 3000), ("PR-1", 500), ("PR-2", 300)]
    assert decision.deductible_left_cents == 0


def test_a_claim_that_is_all_deductible_is_processed_and_paid_nothing():
    decision = decide(claim(line(code="93000", cents=5000)), standing=Standing(deductible_left_cents=50000))
    assert (decision.result.status, decision.result.paid_cents) == ("1", 0)
    assert adjustments(decision.result) == [("CO-45", 3000), ("PR-1", 2000)]
    assert decision.deductible_left_cents == 48000


def test_the_copay_is_taken_once_a_claim():
    result = decide(claim(line(1), line(2, code="99212", cents=9000))).result
    assert sum(cents for position in (0, 1) for name, cents in adjustments(result, position) if name == "PR-3") == 2500


def test_medicare_keeps_two_percent_of_what_it_would_pay():
    result = decide(claim(payer=MEDICARE, member=cast.BEN), MEDICARE).result
    assert adjustments(result) == [("CO-45", 5000), ("CO-253", 160), ("PR-2", 2000)]
    assert result.paid_cents == 7840


def test_it_multiplies_the_fee_by_the_units_and_never_allows_more_than_the_charge():
    result = decide(claim(line(code="93000", cents=5000, quantity=Decimal(2)))).result
    assert adjustments(result)[0] == ("CO-45", 1000)
    assert decide(claim(line(code="93000", cents=1500))).result.paid_cents == 1200


def test_a_code_without_a_fee_is_allowed_a_percentage_of_the_charge():
    result = decide(claim(line(code="J9999", cents=10000))).result
    assert adjustments(result) == [("CO-45", 4000), ("PR-2", 1200)]


@pytest.mark.parametrize(
    ("outcome", "denial", "remarks"),
    [
        (Outcome.DUPLICATE, "OA-18", ()),
        (Outcome.LATE, "CO-29", ()),
        (Outcome.NOT_NECESSARY, "CO-50", ("N115",)),
        (Outcome.BUNDLED, "CO-97", ("M15",)),
        (Outcome.NOT_AUTHORIZED, "CO-197", ()),
    ],
)
def test_chance_denies_in_the_words_of_the_trade(outcome, denial, remarks):
    result = decide(claim(), sure(PLAN, outcome)).result
    assert adjustments(result) == [(denial, 15000)]
    assert (result.lines[0].remarks, result.paid_cents, result.status) == (remarks, 0, "1")


def test_missing_data_are_denied_with_a_remark_and_the_claim_may_come_again():
    result = decide(claim(), sure(PLAN, Outcome.MISSING_DATA)).result
    assert adjustments(result) == [("CO-16", 15000)]
    assert result.lines[0].remarks
    assert is_unprocessable(result)


def test_missing_data_are_found_only_once():
    result = decide(claim(), sure(PLAN, Outcome.MISSING_DATA), attempt=1).result
    assert result.paid_cents == 7500


def test_a_medical_necessity_denial_leaves_the_other_lines_paid():
    result = decide(claim(line(1), line(2, code="93000", cents=5000)), sure(PLAN, Outcome.NOT_NECESSARY)).result
    denied = [adjustments(result, position)[0][0] == "CO-50" for position in (0, 1)]
    assert sorted(denied) == [False, True]
    assert result.paid_cents > 0


def test_a_service_that_needs_an_authorization_is_denied_without_one_and_paid_with_one():
    scan = claim(line(code="73721", cents=60000))
    assert adjustments(decide(scan).result) == [("CO-197", 60000)]
    assert decide(replace(scan, prior_authorization="AUTH1")).result.paid_cents == 24000


def test_a_claim_past_the_filing_limit_is_denied_as_late():
    old = Period.day(RECEIVED - timedelta(days=91))
    assert adjustments(decide(claim(line(period=old))).result) == [("CO-29", 15000)]
    at_the_limit = Period.day(RECEIVED - timedelta(days=90))
    assert decide(claim(line(period=at_the_limit))).result.paid_cents == 7500


def test_the_same_claim_again_is_denied_as_a_duplicate():
    assert adjustments(decide(claim(), standing=Standing(is_duplicate=True)).result) == [("OA-18", 15000)]


def test_a_claim_that_medicare_sent_on_already_is_denied_with_its_own_remark():
    result = decide(claim(), standing=Standing(is_duplicate=True, was_forwarded=True)).result
    assert (adjustments(result), result.lines[0].remarks) == ([("OA-18", 15000)], ("N522",))


def test_interest_is_told_on_the_claim_and_stays_outside_of_its_balance():
    result = decide(claim(), sure(PLAN, Outcome.PAID_LATE)).result
    assert interest_of(result) == 72  # 75.00 at 10 % for 35 of 365 days
    assert result.paid_cents == 7500
    assert_balanced(result)


def test_a_reversal_negates_everything_and_keeps_the_groups():
    result = decide(claim(), sure(PLAN, Outcome.PAID_LATE)).result
    undone = reverse(result)
    assert (undone.status, undone.charge_cents, undone.paid_cents) == ("22", -15000, -7500)
    assert adjustments(undone) == [(name, -cents) for name, cents in adjustments(result)]
    assert (undone.patient_responsibility_cents, interest_of(undone)) == (-2500, -72)
    assert undone.payer_claim_number == result.payer_claim_number
    assert_balanced(undone)


def test_a_correction_undoes_the_result_and_pays_less():
    first = decide(claim()).result
    decision = correct(submitted(claim()), PLAN, Standing(original=first))
    assert [one.status for one in decision.results] == ["22", "1"]
    assert decision.results[0] == reverse(first)
    assert 0 < decision.result.paid_cents < first.paid_cents


def test_a_correction_gives_the_deductible_back_before_it_takes_it_again():
    first = decide(claim(line(code="93000", cents=5000)), standing=Standing(deductible_left_cents=1700))
    decision = correct(submitted(claim(line(code="93000", cents=5000))), PLAN, Standing(0, original=first.result))
    assert deductible_of(decision.result) == 1600  # 80 % of the fee is now below what was left.
    assert decision.deductible_left_cents == 100


def test_a_replacement_undoes_the_original_first():
    first = decide(claim()).result
    changed = claim(line(cents=16000), frequency="7", original_reference=first.payer_claim_number)
    decision = decide(changed, standing=Standing(original=first))
    assert [one.status for one in decision.results] == ["22", "1"]
    assert (decision.result.frequency, decision.result.charge_cents) == ("7", 16000)


def test_a_void_undoes_the_original_and_nothing_else():
    first = decide(claim()).result
    decision = decide(claim(frequency="8"), standing=Standing(original=first))
    assert [one.status for one in decision.results] == ["22"]
    assert decision.result is None


@pytest.mark.parametrize("frequency", ["7", "8"])
def test_a_replacement_or_void_of_an_unknown_claim_is_denied(frequency):
    result = decide(claim(frequency=frequency)).result
    assert (adjustments(result), result.lines[0].remarks) == ([("CO-16", 15000)], ("M47",))


LEFT = (Adjustment("CO", "45", 5000), Adjustment("PR", "2", 2000))


def test_a_supplement_pays_what_the_first_payer_left():
    result = decide(cast.secondary(claim(), SUPPLEMENT, 8000, *LEFT), SUPPLEMENT).result
    assert (result.status, result.paid_cents) == ("2", 2000)
    assert adjustments(result) == [("OA-23", 13000)]


def test_medicaid_pays_up_to_its_own_fee_and_leaves_the_patient_nothing():
    left = (Adjustment("CO", "45", 5000), Adjustment("PR", "1", 5000))
    result = decide(cast.secondary(claim(), MEDICAID, 5000, *left), MEDICAID).result
    assert adjustments(result) == [("OA-23", 10000), ("CO-45", 4000)]
    assert (result.paid_cents, result.patient_responsibility_cents) == (1000, 0)


def test_a_second_plan_leaves_the_patient_what_its_own_benefit_does_not_reach():
    left = (Adjustment("CO", "45", 5000), Adjustment("PR", "1", 9000), Adjustment("PR", "2", 1000))
    result = decide(cast.secondary(claim(), PLAN, 0, *left), PLAN).result
    assert adjustments(result) == [("OA-23", 5000), ("PR-1", 2000)]
    assert result.paid_cents == 8000


def test_a_second_payer_that_hears_nothing_of_the_first_denies():
    alone = replace(claim(), subscriber=replace(claim().subscriber, payer_level="S"))
    assert adjustments(decide(alone).result) == [("CO-22", 15000)]


def test_what_the_first_payer_said_of_the_claim_as_a_whole_counts_too():
    one = cast.secondary(claim(), SUPPLEMENT, 8000)
    other = replace(one.other_payers[0], adjustments=LEFT)
    one = replace(one, other_payers=(other,), lines=(replace(one.lines[0], adjudications=()),))
    assert adjustments(decide(one, SUPPLEMENT).result) == [("OA-23", 13000)]


def test_medicare_forwards_what_it_leaves_to_the_supplement():
    forwards = (SUPPLEMENT, cast.BEN.other)
    result = decide(claim(payer=MEDICARE, member=cast.BEN), MEDICARE, Standing(forwards=forwards)).result
    assert (result.status, result.crossover_carrier.id, "MA18" in result.remarks) == ("19", "CWOAK", True)


def test_medicare_does_not_forward_a_denial():
    forwards = (SUPPLEMENT, cast.BEN.other)
    payer = sure(MEDICARE, Outcome.LATE)
    result = decide(claim(payer=MEDICARE, member=cast.BEN), payer, Standing(forwards=forwards)).result
    assert (result.status, result.crossover_carrier) == ("1", None)


def test_the_supplement_pays_the_forwarded_claim_as_second_payer():
    forwards = (SUPPLEMENT, cast.BEN.other)
    one = claim(payer=MEDICARE, member=cast.BEN)
    first = decide(one, MEDICARE, Standing(forwards=forwards)).result
    passed_on = forwarded_claim(one, first, MEDICARE, forwards, date(2026, 3, 18))
    result = decide(passed_on, SUPPLEMENT).result
    assert (result.status, result.control_number, result.patient.id) == ("2", "A1001", "OAK70000001")
    assert adjustments(result) == [("OA-23", 13000)]
    assert result.paid_cents == first.patient_responsibility_cents == 2000


def test_chance_depends_on_seed_claim_payer_and_attempt_and_on_nothing_else():
    half = replace(PLAN, chances={Outcome.BUNDLED: 500})
    falls = [chance_outcome(submitted(claim(number=f"A{n}")), half, seed) for n in range(200) for seed in (1, 2)]
    again = [chance_outcome(submitted(claim(number=f"A{n}")), half, seed) for n in range(200) for seed in (1, 2)]
    assert falls == again
    assert 140 < sum(fall is Outcome.BUNDLED for fall in falls) < 260
    assert falls[::2] != falls[1::2]


def test_claims_that_others_build_upon_are_not_corrected_by_chance():
    corrected = sure(PLAN, Outcome.CORRECTED)
    assert chance_outcome(submitted(claim()), corrected, 1) is Outcome.CORRECTED
    assert chance_outcome(submitted(cast.secondary(claim(), PLAN, 8000, *LEFT)), corrected, 1) is None


LINES = st.lists(
    st.builds(
        line,
        number=st.integers(1, 9),
        code=st.sampled_from(["99213", "93000", "73721", "J9999"]),
        cents=st.integers(0, 500_000),
        quantity=st.integers(1, 40).map(Decimal),
    ),
    min_size=1,
    max_size=6,
)
OUTCOMES = st.sampled_from([None, *Outcome])


@given(lines=LINES, left=st.integers(0, 60_000), outcome=OUTCOMES, payer=st.sampled_from([PLAN, MEDICARE, MEDICAID]))
def test_every_result_and_its_reversal_balance_to_the_cent(lines, left, outcome, payer):
    payer = sure(payer, outcome) if outcome else payer
    decision = decide(claim(*lines), payer, Standing(deductible_left_cents=left))
    result = decision.result
    assert_balanced(result)
    assert_balanced(reverse(result))
    assert all(one.paid_cents >= 0 and all(a.amount_cents > 0 for a in one.adjustments) for one in result.lines)
    assert left - decision.deductible_left_cents == deductible_of(result)
    for corrected in correct(submitted(claim(*lines)), payer, Standing(left, original=result)).results:
        assert_balanced(corrected)


@given(
    charge=st.integers(1, 100_000),
    parts=st.tuples(st.integers(0, 100), st.integers(0, 100), st.integers(0, 100)),
    payer=st.sampled_from([PLAN, MEDICAID, SUPPLEMENT, MEDICARE]),
)
def test_later_payers_never_pay_more_than_was_left(charge, parts, payer):
    contractual = charge * parts[0] // 100
    deductible = (charge - contractual) * parts[1] // 100
    coinsurance = (charge - contractual - deductible) * parts[2] // 100
    amounts = [("CO", "45", contractual), ("PR", "1", deductible), ("PR", "2", coinsurance)]
    left = [Adjustment(*one) for one in amounts if one[2]]
    paid = charge - contractual - deductible - coinsurance
    result = decide(cast.secondary(claim(line(cents=charge)), payer, paid, *left), payer).result
    assert_balanced(result)
    assert 0 <= result.paid_cents <= deductible + coinsurance
