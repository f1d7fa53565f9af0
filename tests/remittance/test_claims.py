"""Rows 5 to 11 and 32 of one CLP: whether a result is posted at all, to whom its shares go, and its state."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from claimwright.documents.adjustments import Adjustment
from claimwright.documents.parties import Party
from claimwright.remittance import Plan, plan_claim_again, plan_remittance
from claimwright.remittance.books import AutoClose, PostingPolicy
from claimwright.remittance.plan import PATIENT, ClaimState, Confidence, MoveKind, Queue
from tests.remittance.one_line import answer, books, planned, remittance, reviews
from tests.remittance.trade import TODAY

OAK = Party(last_name="OAKLEAF")


REDUCED, SHARE, DENIED = Adjustment("CO", "45", 50_00), Adjustment("PR", "2", 20_00), Adjustment("CO", "197", 150_00)


# rows 8 and 11: what comes with no money


@pytest.mark.parametrize(("status", "row"), [("25", 8), ("23", 11)])
def test_money_where_none_may_come_waits_for_a_person(status, row) -> None:
    plan = planned(answer(80_00, REDUCED, SHARE, status=status))
    said = f"status {status} comes with 80.00, and should come with nothing"
    assert reviews(plan) == [(Queue.UNUSUAL_PAYMENT, row, said)]
    assert plan.reviews[0].cents == 80_00
    assert [(move.kind, move.cents, move.row, move.detail) for move in plan.moves] == [
        (MoveKind.UNAPPLIED, 80_00, row, said)
    ]
    assert (plan.outcomes[0].state, plan.outcomes[0].row) == (ClaimState.REVIEW, row)


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ({"corrected_payer": OAK}, "OAKLEAF"),
        ({"crossover_carrier": OAK}, "OAKLEAF"),
        ({"corrected_payer": Party(last_name="FIRST"), "crossover_carrier": OAK}, "FIRST"),
        ({"crossover_carrier": Party()}, "a payer that it does not name"),
        ({}, "a payer that it does not name"),
    ],
)
def test_a_claim_that_is_not_this_payer_s_says_whose_it_is(named, said) -> None:
    plan = planned(answer(0, DENIED, status="23", **named))
    assert reviews(plan) == [(Queue.FORWARDED, 11, f"not this payer's claim: sent on to {said}")]


# rows 10 and 32


@pytest.mark.parametrize(("charge", "paid"), [(-150_00, 0), (150_00, -1), (-1, 0)])
def test_what_is_negative_without_being_a_reversal_is_a_person_s(charge, paid) -> None:
    claim = answer(paid, Adjustment("CO", "45", charge - paid), charge=charge)
    on = books()
    on.claims = [replace(on.claims[0], charge_cents=abs(charge))]
    made = remittance(claim, answer(1_00, Adjustment("CO", "45", 149_00), control_number="ELSE"))
    (first,) = [review for review in plan_remittance(made, on, TODAY).reviews if review.position == 1]
    assert (first.queue, first.row, first.reason) == (
        Queue.TAKEBACK_OR_DOUBLE,
        10,
        "negative without being a reversal: a takeback?",
    )


def test_nothing_paid_of_nothing_charged_is_no_takeback() -> None:
    on = books()
    line = replace(on.claims[0].lines[0], charge_cents=0, owed_cents={})
    on.claims = [replace(on.claims[0], charge_cents=0, lines=(line,))]
    assert reviews(planned(answer(0, charge=0), on)) == []


def second_answer(policy: PostingPolicy, *given: Adjustment, paid: int = 0) -> Plan:
    """What becomes of a second result, after one that has paid 80.00 of 150.00."""
    on = books()
    on.policy = policy
    first = remittance(answer(80_00, REDUCED, SHARE))
    on.apply(plan_remittance(first, on, TODAY), first)
    return plan_remittance(remittance(answer(paid, *given), trace="T2"), on, TODAY)


DUPLICATE, OTHER = Adjustment("OA", "18", 100_00), Adjustment("CO", "97", 50_00)


def test_a_second_result_that_only_says_duplicate_is_closed_and_changes_nothing() -> None:
    plan = second_answer(PostingPolicy(), replace(DUPLICATE, amount_cents=150_00))
    assert [(move.kind, move.cents, move.row, move.detail) for move in plan.moves] == [
        (MoveKind.INFORMATION, 150_00, 26, "a duplicate")
    ]
    assert (plan.outcomes[0].state, plan.outcomes[0].row, plan.reviews) == (ClaimState.REPEATED, 26, ())


@pytest.mark.parametrize(
    ("paid", "given"), [(0, (DUPLICATE, OTHER)), (50_00, (DUPLICATE,)), (0, (replace(OTHER, amount_cents=150_00),))]
)
def test_a_second_result_that_says_anything_else_is_a_person_s(paid, given) -> None:
    plan = second_answer(PostingPolicy(), *given, paid=paid)
    said = "this payer's result is posted already, and was not reversed: paid twice?"
    assert reviews(plan)[0] == (Queue.TAKEBACK_OR_DOUBLE, 10, said)


def test_a_second_result_is_closed_by_a_rule_for_some_codes_only_where_no_code_is_asked() -> None:
    close = AutoClose("OA", "18", frozenset({"99213"}), needs_paid_original=True)
    plan = second_answer(PostingPolicy(auto_close=(close,)), replace(DUPLICATE, amount_cents=150_00))
    assert plan.outcomes[0].row == 10


# who owes the shares


@pytest.mark.parametrize(
    ("status", "is_forwarded"), [("1", False), ("19", True), ("20", True), ("21", True), ("4", False)]
)
def test_these_statuses_say_that_the_payer_passes_the_claim_on(status, is_forwarded) -> None:
    plan = planned(answer(80_00, REDUCED, SHARE, status=status), books("PS"))
    assert plan.outcomes[0].forwarded_to == ("S" if is_forwarded else "")
    assert plan.outcomes[0].bill_next == ("" if is_forwarded else "S")
    assert len(plan.ticklers) == is_forwarded


def test_what_is_forwarded_is_looked_at_after_fifteen_business_days() -> None:
    (tickler,) = planned(answer(80_00, REDUCED, SHARE, status="19"), books("PS")).ticklers
    assert (tickler.due_date, tickler.level, tickler.row) == (date(2026, 4, 10), "S", 11)
    assert tickler.reason == "forwarded by the payer: is the next payer's result there?"


def test_a_carrier_that_is_named_is_as_good_as_a_status_unless_a_remark_says_no() -> None:
    told = answer(80_00, REDUCED, SHARE, crossover_carrier=OAK)
    assert planned(told, books("PS")).outcomes[0].forwarded_to == "S"
    assert planned(replace(told, remarks=("MA19",)), books("PS")).outcomes[0].forwarded_to == ""
    by_status = planned(replace(told, status="19", remarks=("MA19",)), books("PS"))
    assert by_status.outcomes[0].forwarded_to == "S"


@pytest.mark.parametrize(
    ("carrier", "said"),
    [(OAK, "OAKLEAF"), (Party(), "a payer that it does not name"), (None, "a payer that it does not name")],
)
def test_what_is_forwarded_to_nobody_on_file_stays_open_and_says_how_much(carrier, said) -> None:
    denied = Adjustment("CO", "97", 10_00)
    plan = planned(answer(70_00, REDUCED, SHARE, denied, status="19", crossover_carrier=carrier))
    (review,) = [review for review in plan.reviews if review.queue is Queue.FORWARDED]
    assert review.reason == f"forwarded to {said}, which is not on file for this claim"
    assert review.cents == 20_00
    assert (plan.outcomes[0].forwarded_to, plan.outcomes[0].bill_next) == ("", "")


def test_the_next_payer_is_billed_when_a_share_goes_to_it_and_to_no_other() -> None:
    assert planned(answer(100_00, REDUCED), books("PS")).outcomes[0].bill_next == ""
    assert planned(answer(80_00, REDUCED, SHARE), books("P")).outcomes[0].bill_next == ""
    has_the_money = Adjustment("PR", "100", 100_00)
    assert planned(answer(0, REDUCED, has_the_money), books("PS")).outcomes[0].bill_next == ""


def test_a_next_payer_that_was_set_aside_is_not_billed() -> None:
    plan = planned(answer(80_00, REDUCED, SHARE), books("PS", "S"))
    assert (plan.outcomes[0].bill_next, plan.moves[-1].to) == ("", PATIENT)


# what a person names, and the state


def test_a_claim_that_a_person_named_is_exact() -> None:
    on = books()
    made = remittance(answer(80_00, REDUCED, SHARE, control_number="LOST"))
    on.apply(plan_remittance(made, on, TODAY), made)
    (outcome,) = plan_claim_again(made, 1, on, TODAY, on.claim("A1")).outcomes
    assert (outcome.confidence, outcome.row, outcome.match_reason) == (Confidence.EXACT, 5, "named by a person")


PENDING = Adjustment("OA", "133", 50_00)


@pytest.mark.parametrize(
    ("paid", "given", "state"),
    [
        (80_00, (REDUCED, SHARE), ClaimState.PAID),
        (0, (DENIED,), ClaimState.DENIED),
        (0, (replace(PENDING, amount_cents=150_00),), ClaimState.PENDED),
        (100_00, (PENDING,), ClaimState.PARTIAL),
        (50_00, (REDUCED, PENDING), ClaimState.PARTIAL),
        (0, (PENDING, replace(DENIED, amount_cents=100_00)), ClaimState.DENIED),
        (0, (PENDING, Adjustment("PR", "1", 100_00)), ClaimState.PENDED),
        (0, (Adjustment("CO", "97", 50_00), Adjustment("PR", "1", 100_00)), ClaimState.PARTIAL),
        (0, (REDUCED, Adjustment("PR", "1", 100_00)), ClaimState.ZERO_PATIENT),
        (60_00, (Adjustment("CO", "45", 90_00),), ClaimState.PAID),
    ],
)
def test_the_state_of_a_claim_is_what_the_payer_has_left_of_it(paid, given, state) -> None:
    assert planned(answer(paid, *given)).outcomes[0].state is state
