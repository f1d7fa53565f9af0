"""Row 9: what a payer takes back must be to the cent what it had given, and only that is undone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from claimwright.documents.adjustments import Adjustment
from claimwright.documents.parties import Procedure
from claimwright.documents.remittance import ProviderAdjustment, RemittanceClaim, RemittanceLine
from claimwright.remittance import plan_remittance
from claimwright.remittance.books import PostedResult
from claimwright.remittance.plan import Move, MoveKind, Queue
from claimwright.remittance.reversals import exact_original
from tests.remittance.trade import OUR_NPI, SCENARIOS, TODAY, read

REDUCED, SHARE = Adjustment("CO", "45", 50_00), Adjustment("PR", "2", 20_00)


def line(code: str, charge: int, paid: int, *given: Adjustment) -> RemittanceLine:
    return RemittanceLine(Procedure(code), charge, paid, given)


def answer(sign: int, *lines: RemittanceLine, whole: tuple[Adjustment, ...] = ()) -> RemittanceClaim:
    """A result (1) or its reversal (-1); charge and payment are those of the lines."""
    charge, paid = sum(one.charge_cents for one in lines), sum(one.paid_cents for one in lines)
    claim = RemittanceClaim("A1", "1", charge, paid, adjustments=whole, lines=lines)
    return claim if sign > 0 else negated(claim)


def negated(claim: RemittanceClaim) -> RemittanceClaim:
    def opposite(given: tuple[Adjustment, ...]) -> tuple[Adjustment, ...]:
        return tuple(replace(one, amount_cents=-one.amount_cents) for one in given)

    lines = tuple(
        replace(one, charge_cents=-one.charge_cents, paid_cents=-one.paid_cents, adjustments=opposite(one.adjustments))
        for one in claim.lines
    )
    return replace(
        claim,
        status="22",
        charge_cents=-claim.charge_cents,
        paid_cents=-claim.paid_cents,
        adjustments=opposite(claim.adjustments),
        lines=lines,
    )


ONE, OTHER = line("99213", 150_00, 80_00, REDUCED, SHARE), line("85025", 70_00, 70_00)
GIVEN = answer(1, ONE, OTHER)


def undoes(back: RemittanceClaim, given: RemittanceClaim = GIVEN) -> bool:
    return exact_original(back, [PostedResult(1, "P", given, ())]) is not None


def test_the_exact_negative_undoes_a_result_in_any_order_of_lines_and_reasons() -> None:
    assert undoes(negated(GIVEN))
    assert undoes(negated(answer(1, OTHER, replace(ONE, adjustments=(SHARE, REDUCED)))))


def test_equal_lines_are_undone_as_often_as_they_were_given() -> None:
    twice = answer(1, ONE, ONE)
    assert undoes(negated(twice), twice)
    assert not undoes(replace(negated(answer(1, ONE)), charge_cents=-300_00, paid_cents=-160_00), twice)
    assert undoes(negated(answer(1, ONE, ONE, OTHER)), answer(1, ONE, OTHER, ONE))


@pytest.mark.parametrize(
    "differs",
    [
        {"procedure": Procedure("99214")},
        {"charge_cents": 150_01},
        {"paid_cents": 80_01},
        {"adjustments": (REDUCED,)},
        {"adjustments": (REDUCED, replace(SHARE, amount_cents=20_01))},
        {"adjustments": (REDUCED, replace(SHARE, reason="1"))},
        {"adjustments": (REDUCED, replace(SHARE, group="OA"))},
    ],
)
def test_a_line_that_differs_in_anything_is_not_undone(differs) -> None:
    back = negated(replace(GIVEN, lines=(replace(ONE, **differs), OTHER)))
    assert not undoes(back)


def test_a_reversal_of_another_amount_of_the_claim_is_not_exact() -> None:
    assert not undoes(replace(negated(GIVEN), charge_cents=-220_01))
    assert not undoes(replace(negated(GIVEN), paid_cents=-150_01))


def test_adjustments_of_the_claim_as_a_whole_must_be_the_same_too() -> None:
    given = answer(1, OTHER, whole=(SHARE,))
    assert undoes(negated(given), given)
    assert not undoes(negated(answer(1, OTHER)), given)
    assert not undoes(negated(answer(1, OTHER, whole=(replace(SHARE, amount_cents=20_01),))), given)


def test_a_reason_that_was_split_is_the_same_as_in_one_piece_and_a_zero_is_nothing() -> None:
    halves = (REDUCED, replace(SHARE, amount_cents=19_00), replace(SHARE, amount_cents=1_00), Adjustment("CO", "97", 0))
    assert undoes(negated(answer(1, replace(ONE, adjustments=halves), OTHER)))


def test_what_was_given_with_a_positive_sign_is_no_reversal_of_itself() -> None:
    assert not undoes(GIVEN)


def reversed_by(payer: str, *results: PostedResult):
    """The plan of a remittance of a payer that takes a result of A1 back; the claim has payers P and S."""
    scenario = read(SCENARIOS / "row_09_reversal_after_the_secondary_answered.txt")
    first, _, back = scenario.steps
    books = scenario.books
    books.apply(plan_remittance(first.remittance, books, TODAY), first.remittance)
    own = books.claims[0].results
    books.claims[0] = replace(books.claims[0], results=(*own, *results))
    taken = replace(
        back.remittance,
        payer_tax_id=payer,
        payer=replace(back.remittance.payer, last_name=payer),
        claims=back.remittance.claims[:1],
        provider_adjustments=(),
        payment_cents=0,
    )
    carried = ProviderAdjustment(OUR_NPI, None, "FB", taken.trace_number, taken.claims[0].paid_cents)
    return plan_remittance(replace(taken, provider_adjustments=(carried,)), books, TODAY)


def test_a_payer_takes_back_only_its_own_result() -> None:
    plan = reversed_by("S")
    assert [review.reason for review in plan.reviews if review.row == 9] == ["nothing posted to reverse"]
    assert [outcome.reverses for outcome in reversed_by("P").outcomes] == [1]


def test_a_payer_that_is_not_known_takes_back_what_is_exactly_negated() -> None:
    (outcome,) = reversed_by("NOBODY").outcomes
    assert (outcome.state, outcome.level, outcome.reverses) == ("reversed", "P", 1)


def test_every_undone_move_says_which_row_had_made_it() -> None:
    undone = [move for move in reversed_by("P").moves if move.position]
    assert [(move.kind, move.detail) for move in undone] == [
        (MoveKind.TRANSFER, "row 15 undone"),
        (MoveKind.CONTRACTUAL, "row 20 undone"),
        (MoveKind.PAYMENT, "row 5 undone"),
    ]


def test_what_was_posted_by_hand_is_undone_by_a_person() -> None:
    scenario = read(SCENARIOS / "row_09_reversal_after_the_secondary_answered.txt")
    result = scenario.steps[0].remittance.claims[0]
    typed = PostedResult(5, "S", result, (Move(MoveKind.PAYMENT, 1, 5),), by_hand=True)
    (review,) = [review for review in reversed_by("S", typed).reviews if review.row == 9]
    assert (review.queue, review.reason) == (
        Queue.REVERSAL,
        "the result was posted by hand, so a person undoes it",
    )
