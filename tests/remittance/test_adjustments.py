"""Rows 14 to 31, cent by cent: what each adjustment becomes, and what a person is told of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from claimwright.documents.adjustments import Adjustment
from claimwright.findings import Finding, Severity, Where
from claimwright.remittance import Plan, plan_remittance
from claimwright.remittance.books import AutoClose, KnownLevel, PostingPolicy
from claimwright.remittance.memory import ClaimsInMemory
from claimwright.remittance.plan import PATIENT, ClaimState, MoveKind, Queue
from tests.remittance.one_line import answer, books, planned, remittance, reviews
from tests.remittance.trade import TODAY

CHARGE = 150_00


def given(text: str) -> tuple[Adjustment, ...]:
    """`CO-45 5000 PR-2 20`: codes and cents."""
    words = text.split()
    return tuple(Adjustment(*code.split("-"), int(cents)) for code, cents in zip(words[::2], words[1::2], strict=True))


def paying(text: str, on: ClaimsInMemory | None = None, **more: object) -> Plan:
    """The plan of an answer that balances: what the adjustments leave of 150.00 is paid."""
    adjustments = given(text)
    paid = CHARGE - sum(one.amount_cents for one in adjustments)
    return planned(answer(paid, *adjustments, **more), on)  # type: ignore[arg-type]


def priced(expected_cents: int | None, payers: str = "P", **policy: object) -> ClaimsInMemory:
    on = books(payers)
    line = replace(on.claims[0].lines[0], expected_cents=expected_cents)
    on.claims = [replace(on.claims[0], lines=(line,))]
    on.policy = PostingPolicy(**policy)  # type: ignore[arg-type]
    return on


def told(plan: Plan) -> list[str]:
    """Every move but payments: kind, cents, code, row, to, detail."""
    return [
        f"{move.kind} {move.cents} {move.group}-{move.reason} [{move.row}]"
        + (f" to {move.to}" if move.to else "")
        + (f": {move.detail}" if move.detail else "")
        for move in plan.moves
        if move.kind is not MoveKind.PAYMENT
    ]


# payments


def test_a_payment_says_no_more_than_its_row_and_what_the_claim_takes_from_it_does() -> None:
    (payment,) = planned(answer(CHARGE)).moves
    assert (payment.kind, payment.cents, payment.row, payment.detail) == (MoveKind.PAYMENT, CHARGE, 5, "")
    claim = answer(CHARGE)
    whole = replace(claim, adjustments=given("CO-104 300"), paid_cents=CHARGE - 3_00)
    moves = planned(whole).moves
    assert [(move.cents, move.row, move.detail, move.line_key is None) for move in moves] == [
        (CHARGE, 5, "", False),
        (-3_00, 13, "what the claim's own adjustments take from its lines", True),
        (3_00, 28, "", True),
    ]


def test_a_claim_without_lines_is_paid_as_a_claim() -> None:
    plan = planned(replace(answer(80_00), lines=(), adjustments=given("CO-45 7000")))
    assert [(move.row, move.detail) for move in plan.moves if move.kind is MoveKind.PAYMENT] == [(5, "")]


# row 14 and 30: what nobody has decided


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("CO-999", "CO-999: the reason is not among those known here"),
        ("CR-1", "CR-1: the group CR is not used any more"),
        ("CO-23", "CO-23: it is allowed only in group OA"),
        ("OA-45", "OA-45: it is allowed only in group CO or PR"),
        ("CO-96", "CO-96: it says nothing without a remark code, and there is none"),
    ],
)
def test_what_is_unclassified_stays_open_and_says_why(code, why) -> None:
    plan = paying(f"{code} 5000")
    assert told(plan) == [f"left_open 5000 {code} [14]"]
    assert reviews(plan) == [(Queue.CODES, 14, why)]


@pytest.mark.parametrize("code", ["CO-2", "CO-94"])
def test_what_no_row_decides_stays_open_and_is_asked(code) -> None:
    plan = paying(f"{code} 5000")
    assert told(plan) == [f"left_open 5000 {code} [14]: no row decides it"]
    assert reviews(plan) == [(Queue.CODES, 14, f"no row of the table decides {code}")]
    assert plan.reviews[0].cents == 50_00


@pytest.mark.parametrize(
    ("code", "detail"),
    [
        ("CO-197", ""),
        ("CO-999", ""),
        ("OA-133", ""),
        ("CO-2", ": no row decides it"),
        ("OA-B11", ": the payer passed it on"),
        ("OA-23", ": no payer before this one is on file"),
    ],
)
def test_a_negative_amount_that_would_stay_open_is_a_person_s_and_opens_no_case(code, detail) -> None:
    plan = paying(f"{code} -1 CO-45 5001")
    assert told(plan) == [f"left_open -1 {code} [30]{detail}", "contractual 5001 CO-45 [20]"]
    said = f"{code} of -0.01 is negative without being a reversal"
    assert reviews(plan) == [(Queue.CODES, 30, said), (Queue.CREDIT_BALANCE, 33, "0.01 more than payer P owed")]
    assert (plan.denials, plan.ticklers, plan.reviews[0].cents) == ((), (), -1)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("CO-253", "sequestration"),
        ("CO-104", "withhold"),
        ("CO-144", "incentive"),
        ("CO-223", "statutory"),
        ("CO-94", "contractual"),
        ("CO-45", "contractual"),
    ],
)
def test_a_negative_reduction_is_posted_as_it_is_by_row_30(code, kind) -> None:
    on = priced(None)
    assert f"{kind} -1 {code} [30]" in told(paying(f"{code} -1 CO-59 5001", on))


def test_from_one_cent_on_a_reduction_is_posted_by_its_own_row() -> None:
    assert told(paying("CO-104 1 CO-253 1 CO-45 4998")) == [
        "withhold 1 CO-104 [28]",
        "sequestration 1 CO-253 [19]",
        "contractual 4998 CO-45 [20]",
    ]


def test_write_offs_up_to_the_charge_are_the_payer_s_and_above_a_person_s() -> None:
    at_the_charge = paying("CO-45 15000 PR-45 -5000", priced(None))
    assert not [review for review in at_the_charge.reviews if "written off" in review.reason]
    plan = paying("CO-45 15001 PR-45 -5001", priced(None))
    (review,) = [review for review in plan.reviews if "written off of" in review.reason]
    assert (review.queue, review.row, review.cents) == (Queue.CODES, 30, 1)
    assert review.reason == "150.01 written off of a charge of 150.00"


# rows 15 to 18, 29


def test_one_cent_of_a_share_is_the_patient_s_and_a_negative_one_is_given_back() -> None:
    assert told(paying("PR-2 1 CO-45 4999")) == ["transfer 1 PR-2 [15] to PATIENT", "contractual 4999 CO-45 [20]"]
    assert "transfer -1 PR-2 [30] to PATIENT" in told(paying("PR-2 -1 PR-1 2001 CO-45 3000"))


@pytest.mark.parametrize("code", ["PR-2", "CO-303"])
def test_a_share_forwarded_to_a_payer_that_is_not_on_file_stays_open(code) -> None:
    plan = paying(f"{code} 2000 CO-45 3000", status="19")
    assert told(plan)[0] == f"left_open 2000 {code} [11]: forwarded to a payer that is not on file"


def test_a_share_that_may_not_be_asked_of_the_patient_goes_to_the_next_payer_or_is_written_off() -> None:
    assert told(paying("CO-303 2000 CO-45 3000"))[0] == "patient_protection 2000 CO-303 [17]"
    assert told(paying("CO-303 2000 CO-45 3000", books("PS")))[0] == "transfer 2000 CO-303 [17] to S"


def test_other_amounts_of_the_patient_are_denials_with_the_category_of_their_reason() -> None:
    (denial,) = paying("PR-204 2000 CO-45 3000").denials
    assert (denial.queue, denial.row, denial.category, denial.cents) == (
        Queue.PATIENT_DENIAL,
        16,
        "NON_COVERED",
        20_00,
    )
    assert [(one.line_key, one.cents) for one in denial.amounts] == [(101, 20_00)]
    (unnamed,) = paying("PR-85 2000 CO-45 3000").denials
    assert unnamed.category == "PATIENT_RESP"


@pytest.mark.parametrize(
    ("code", "cents", "row"), [("PR-100", 1, 29), ("PR-100", -1, 30), ("OA-100", 1, 29), ("OA-100", -1, 30)]
)
def test_the_patient_who_has_the_money_is_asked_for_it_in_group_pr_only(code, cents, row) -> None:
    plan = paying(f"{code} {cents} CO-45 {50_00 - cents}")
    to_patient = (code, cents) == ("PR-100", 1)
    expected = f"transfer 1 {code} [29] to {PATIENT}" if to_patient else f"left_open {cents} {code} [{row}]"
    assert told(plan)[0] == expected
    if cents > 0:
        said = "the payer sent 0.01 to the patient: ask the patient for it"
        assert reviews(plan) == [(Queue.PATIENT_WAS_PAID, 29, said)]


def test_what_earlier_payers_did_is_asked_when_nobody_is_before_this_one() -> None:
    plan = paying("OA-23 5000")
    assert told(plan) == ["left_open 5000 OA-23 [18]: no payer before this one is on file"]
    said = "the payer counts 50.00 of an earlier payer, and this is our first"
    assert reviews(plan) == [(Queue.COB_ORDER, 18, said)]


def test_what_was_passed_on_is_followed_there() -> None:
    plan = paying("OA-B11 5000")
    assert told(plan) == ["left_open 5000 OA-B11 [11]: the payer passed it on"]
    said = "OA-B11: passed on to another payer; find out which and follow it there"
    assert reviews(plan) == [(Queue.FORWARDED, 11, said)]


def test_what_is_not_finished_is_looked_at_after_thirty_days() -> None:
    plan = paying("OA-133 5000")
    (tickler,) = plan.ticklers
    assert ((tickler.due_date - TODAY).days, tickler.line_key, tickler.row) == (30, 101, 27)
    assert tickler.reason == "OA-133: the payer has not finished"


# rows 11, 25 and 26: denials


@pytest.mark.parametrize(
    ("code", "category"), [("CO-97", "BUNDLING"), ("CO-45", "ELIGIBILITY"), ("CO-999", "ELIGIBILITY")]
)
def test_a_patient_whom_the_payer_does_not_know_is_one_denial_whatever_the_codes(code, category) -> None:
    plan = paying(f"{code} 15000", status="4")
    (denial,) = plan.denials
    assert (denial.queue, denial.row, denial.category, denial.cents) == (Queue.DENIAL, 11, category, CHARGE)
    assert plan.outcomes[0].state is ClaimState.DENIED


def test_what_earlier_payers_did_is_no_denial_of_an_unknown_patient() -> None:
    assert told(paying("OA-23 15000", status="4")) == [
        "left_open 15000 OA-23 [18]: no payer before this one is on file"
    ]


def test_status_4_with_money_is_an_answer_like_any_other() -> None:
    assert told(paying("CO-45 5000", status="4")) == ["contractual 5000 CO-45 [20]"]


def closing(*rules: AutoClose) -> ClaimsInMemory:
    return priced(100_00, auto_close=rules)


@pytest.mark.parametrize(
    ("rule", "closes"),
    [
        (AutoClose("CO", "97"), True),
        (AutoClose("CO", "97", frozenset({"99213"})), True),
        (AutoClose("CO", "97", frozenset({"99214"})), False),
        (AutoClose("OA", "97"), False),
        (AutoClose("CO", "96"), False),
        (AutoClose("CO", "97", needs_paid_original=True), False),
    ],
)
def test_a_denial_is_closed_by_the_practice_s_list_for_its_codes_only(rule, closes) -> None:
    plan = paying("CO-97 5000", closing(rule))
    assert told(plan) == (["auto_close 5000 CO-97 [26]"] if closes else ["left_open 5000 CO-97 [25]"])
    assert len(plan.denials) == (not closes)


def test_a_negative_denial_is_not_closed_and_one_cent_is() -> None:
    on = closing(AutoClose("CO", "97"))
    assert told(paying("CO-97 1 CO-45 4999", on))[0] == "auto_close 1 CO-97 [26]"
    assert told(paying("CO-97 -1 CO-45 5001", closing(AutoClose("CO", "97"))))[0] == "left_open -1 CO-97 [30]"


# rows 20 to 24: the contract


def judged(text: str, expected_cents: int | None = 100_00, **policy: object) -> tuple[list[str], list[str]]:
    plan = paying(text, priced(expected_cents, **policy))
    return told(plan), [f"{review.row} {review.cents} {review.reason}" for review in plan.reviews]


@pytest.mark.parametrize(
    ("expected_cents", "tolerance", "permille", "allowed", "row"),
    [
        (100_00, 100, 5, 99_00, 20),
        (100_00, 100, 5, 98_99, 21),
        (100_00, 100, 5, 101_00, 20),
        (100_00, 100, 5, 101_01, 22),
        (100_00, 0, 20, 102_00, 20),
        (100_00, 0, 20, 102_01, 22),
        (100_50, 0, 20, 98_49, 20),
        (100_50, 0, 20, 98_48, 21),
        (100_49, 0, 20, 98_49, 20),
        (100_00, 0, 0, 100_00, 20),
        (100_00, 0, 0, 100_01, 22),
        (100_00, 0, 0, 99_99, 21),
    ],
)
def test_an_allowed_amount_is_as_expected_within_cents_or_permille(
    expected_cents, tolerance, permille, allowed, row
) -> None:
    policy = {"tolerance_cents": tolerance, "tolerance_permille": permille}
    moves, _ = judged(f"CO-45 {CHARGE - allowed}", expected_cents, **policy)
    assert [f"[{one}]" for one in (20, 21, 22) if any(f"[{one}]" in move for move in moves)][-1] == f"[{row}]"


def test_what_is_allowed_beyond_the_contract_is_told_and_written_off() -> None:
    assert judged("CO-45 2000 PR-2 3000") == (
        ["contractual 2000 CO-45 [22]", "transfer 3000 PR-2 [15] to PATIENT"],
        ["22 3000 allowed 130.00, expected 100.00"],
    )


def test_only_what_the_contract_takes_off_is_written_off_and_the_gap_stays_open_over_its_reductions() -> None:
    assert judged("CO-45 3000 CO-59 4000 CO-131 2000") == (
        [
            "left_open 3000 CO-45 [21]: less than the contract's amount",
            "contractual 3000 CO-59 [20]",
            "left_open 1000 CO-59 [21]: less than the contract's amount",
            "contractual 2000 CO-131 [20]",
        ],
        ["21 4000 allowed 60.00, expected 100.00"],
    )


def test_a_gap_is_never_more_than_the_reductions() -> None:
    """Less was allowed because of a denial beside it: the reduction itself is within the contract."""
    moves, asked = judged("CO-45 4000 CO-197 5000")
    assert moves == ["contractual 4000 CO-45 [20]", "left_open 5000 CO-197 [25]"]
    assert asked == []


def test_a_contract_above_the_charge_takes_nothing_off() -> None:
    moves, asked = judged("CO-45 5000", 200_00)
    assert moves == ["left_open 5000 CO-45 [21]: less than the contract's amount"]
    assert asked == ["21 5000 allowed 100.00, expected 200.00"]


def test_a_negative_reduction_counts_against_the_others() -> None:
    """CARC 94 and a negative reduction raise what is allowed; the contract is judged by their sum."""
    moves, asked = judged("CO-45 9000 CO-94 -2000")
    assert asked == ["21 2000 allowed 80.00, expected 100.00"]
    assert moves == [
        "contractual 7000 CO-45 [20]",
        "left_open 2000 CO-45 [21]: less than the contract's amount",
        "contractual -2000 CO-94 [30]",
    ]


@pytest.mark.parametrize("share", ["PR-1 5000", "PR-100 5000", "CO-253 1"])
def test_shares_and_sequestration_are_part_of_what_is_allowed(share) -> None:
    moves, asked = judged(f"{share} CO-45 5000", 100_00, tolerance_cents=0, tolerance_permille=0)
    assert any("contractual 5000 CO-45 [20]" in move for move in moves), (moves, asked)


def test_what_the_patient_owes_beyond_shares_is_not_allowed_by_the_contract() -> None:
    moves, asked = judged("PR-204 5000 CO-45 5000")
    assert moves[1] == "contractual 5000 CO-45 [20]"
    assert asked == []


@pytest.mark.parametrize(
    ("cents", "limit", "is_asked"),
    [(500_00, 500_00, False), (500_01, 500_00, True), (500_01, None, False), (1, 0, True)],
)
def test_a_large_reduction_without_a_rate_is_asked(cents, limit, is_asked) -> None:
    on = priced(None, unpriced_review_cents=limit)
    line = replace(on.claims[0].lines[0], charge_cents=600_00, owed_cents={"P": 600_00})
    on.claims = [replace(on.claims[0], charge_cents=600_00, lines=(line,))]
    plan = planned(answer(600_00 - cents, Adjustment("CO", "45", cents), charge=600_00), on)
    assert told(plan) == [f"contractual {cents} CO-45 [23]"]
    said = f"{cents // 100}.{cents % 100:02} written off without a contract rate on file"
    assert reviews(plan) == ([(Queue.UNPRICED, 23, said)] if is_asked else [])


@pytest.mark.parametrize(("text", "is_allowed"), [("PR-1 1", True), ("PR-100 1", True), ("PR-204 1", False)])
def test_a_cent_allowed_makes_a_reduction_without_a_rate_and_a_denied_one_does_not(text, is_allowed) -> None:
    moves = told(paying(f"{text} CO-45 14999", priced(None, unpriced_review_cents=None)))
    kind = "contractual 14999 CO-45 [23]" if is_allowed else "left_open 14999 CO-45 [24]: nothing was paid"
    assert kind in moves


def test_a_large_reduction_of_what_was_not_allowed_is_not_asked_as_unpriced() -> None:
    assert reviews(paying("PR-204 1 CO-45 14999", priced(None, unpriced_review_cents=0))) == []


def test_the_whole_charge_reduced_is_a_denial_with_the_category_of_its_reason() -> None:
    (denial,) = paying("CO-59 15000").denials
    assert (denial.queue, denial.row, denial.category) == (Queue.FULL_CHARGE_REDUCTION, 24, "PAYMENT_REDUCTION")
    (unnamed,) = paying("CO-P24 15000").denials
    assert unnamed.category == "CONTRACTUAL"


def test_a_reduction_beside_a_denial_belongs_to_it() -> None:
    (denial,) = paying("CO-45 5000 CO-197 10000").denials
    assert (denial.queue, denial.row, denial.category, denial.cents) == (Queue.DENIAL, 25, "AUTH", CHARGE)
    assert [one.reason for one in denial.amounts] == ["45", "197"]


@pytest.mark.parametrize("beside", ["OA-133", "CO-999", "CO-2", "OA-B11"])
def test_a_reduction_beside_what_is_left_to_somebody_stays_open_without_a_case_of_its_own(beside) -> None:
    plan = paying(f"{beside} 10000 CO-45 5000")
    assert told(plan)[1] == "left_open 5000 CO-45 [24]: nothing was paid"
    assert Queue.FULL_CHARGE_REDUCTION not in {denial.queue for denial in plan.denials}


def test_a_government_payer_s_overpayment_starts_its_clock() -> None:
    clock = "; a government payer: the 60-day clock runs"
    for payers, governments, is_told in (("P", "P", True), ("PS", "S", False), ("PS", "PS", True), ("P", "", False)):
        on = priced(100_00, payers)
        levels = tuple(replace(one, is_government=one.level in governments) for one in on.claims[0].levels)
        on.claims = [replace(on.claims[0], levels=levels)]
        (review,) = [review for review in paying("CO-45 2000", on).reviews if review.row == 22]
        assert review.reason == "allowed 130.00, expected 100.00" + clock * is_told


# row 31: a later payer


def later(text: str, owed: int, *, paid: int = 0, expected: int | None = None, whole: int = 0) -> Plan:
    """The answer of the secondary, whose level owes so much, to a claim that the primary has decided."""
    on = books("PS")
    known = on.claims[0]
    levels = (replace(known.levels[0], is_settled=True), KnownLevel("S", 2, known.levels[0].member_id))
    line = replace(known.lines[0], owed_cents={"S": owed}, expected_cents=expected)
    on.claims = [replace(known, levels=levels, lines=(line,), owed_cents={"S": whole} if whole else {})]
    made = remittance(answer(paid, *given(text), status="2"), payer="S")
    plan = plan_remittance(made, on, TODAY)
    assert plan.accepted, plan.findings
    return plan


MORE = ": more than this payer's level owes"


def test_a_later_payer_s_shares_come_first_then_what_stays_open_then_write_offs() -> None:
    plan = later("CO-45 5000 CO-197 4000 PR-2 3000 OA-23 3000", 80_00)
    assert told(plan) == [
        "transfer 3000 PR-2 [15] to PATIENT",
        "left_open 4000 CO-197 [25]",
        "contractual 1000 CO-45 [31]",
        f"information 4000 CO-45 [31]{MORE}",
        "information 3000 OA-23 [18]",
    ]


def test_a_negative_adjustment_of_a_later_payer_gives_room_before_the_others_take_it() -> None:
    plan = later("CO-45 1000 PR-2 4000 CO-45 -1000 OA-23 10000", 40_00, paid=10_00)
    assert told(plan)[:2] == ["contractual -1000 CO-45 [30]", "transfer 4000 PR-2 [15] to PATIENT"]


def test_what_a_later_payer_leaves_without_a_reason_stays_open_and_is_asked() -> None:
    plan = later("OA-23 12000", 40_00, paid=30_00)
    assert told(plan) == ["information 11000 OA-23 [18]", "left_open 1000 OA-23 [31]: left without a reason"]
    said = "this payer leaves a part of its level without a reason"
    assert reviews(plan) == [(Queue.COB_ORDER, 31, said)]
    assert plan.reviews[0].cents == 10_00


def test_what_is_left_without_a_reason_is_taken_from_the_last_information_first() -> None:
    plan = later("OA-23 5000 OA-23 700 OA-23 6300", 40_00, paid=30_00)
    assert told(plan) == [
        "information 5000 OA-23 [18]",
        "information 700 OA-23 [18]",
        "information 5300 OA-23 [18]",
        "left_open 1000 OA-23 [31]: left without a reason",
    ]
    plan = later("OA-23 11300 OA-23 700", 40_00, paid=30_00)
    assert told(plan) == [
        "information 11000 OA-23 [18]",
        "left_open 300 OA-23 [31]: left without a reason",
        "left_open 700 OA-23 [31]: left without a reason",
    ]


@pytest.mark.parametrize(("owed", "is_asked"), [(30_00, False), (30_01, True), (29_99, False)])
def test_one_cent_without_a_reason_is_asked(owed, is_asked) -> None:
    plan = later("OA-23 12000", owed, paid=30_00)
    assert bool([review for review in plan.reviews if review.row == 31]) is is_asked


def test_a_later_payer_that_pays_nothing_and_reduces_a_part_reduces_it() -> None:
    assert told(later("CO-45 2000 OA-23 13000", 20_00))[0] == "contractual 2000 CO-45 [31]"


def test_a_later_payer_that_reduces_the_whole_charge_or_denies_beside_it_has_denied() -> None:
    whole = later("CO-45 15000", 40_00)
    assert told(whole) == ["left_open 4000 CO-45 [24]", f"information 11000 CO-45 [31]{MORE}"]
    assert [(denial.queue, denial.cents) for denial in whole.denials] == [(Queue.FULL_CHARGE_REDUCTION, 40_00)]
    beside = later("CO-45 2000 CO-197 1000 OA-23 12000", 30_00)
    assert [(denial.queue, denial.cents) for denial in beside.denials] == [(Queue.DENIAL, 30_00)]


def test_a_later_payer_is_not_held_to_the_contract() -> None:
    plan = later("CO-45 1000 OA-23 11000", 40_00, paid=30_00, expected=150_00)
    assert told(plan)[0] == "contractual 1000 CO-45 [31]"
    assert reviews(plan) == []


# row 19


@pytest.mark.parametrize(
    ("cut", "paid", "is_told"),
    [(2_00, 98_00, False), (2_02, 97_98, False), (2_03, 97_97, True), (1_98, 98_02, False), (1_97, 98_03, True)],
)
def test_sequestration_is_two_percent_of_the_payment_before_it_within_two_cents(cut, paid, is_told) -> None:
    plan = planned(answer(paid, *given(f"CO-253 {cut} CO-45 {CHARGE - cut - paid}")))
    message = f"Claim A1: sequestration of {cut / 100:.2f} is not 2 % of the payment before it."
    hint = "It is posted as the payer wrote it; ask the payer if it repeats."
    warning = Finding("REM-SEQ-001", Severity.WARNING, message, hint, Where(record="A1"))
    assert plan.findings == ((warning,) if is_told else ())


def test_sequestration_that_sums_to_nothing_is_not_told() -> None:
    assert paying("CO-253 100 CO-253 -100 CO-45 5000").findings == ()
