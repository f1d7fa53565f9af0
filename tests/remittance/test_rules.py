"""What the scenarios cannot say: results posted by hand, the proof of a plan, details of matching, books in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from claimwright.documents.adjustments import Adjustment
from claimwright.documents.parties import Party, Period, Procedure
from claimwright.documents.remittance import RemittanceClaim, RemittanceLine
from claimwright.errors import ConflictError, InputError
from claimwright.origin import Origin
from claimwright.remittance import balance_findings, plan_claim_again, plan_remittance, treatments
from claimwright.remittance.books import KnownLine
from claimwright.remittance.draft import Context, Draft
from claimwright.remittance.lines import match_lines
from claimwright.remittance.plan import PATIENT, Move, MoveKind
from claimwright.remittance.proof import prove
from claimwright.remittance.reversals import exact_original
from claimwright.remittance.table import ROWS
from claimwright.remittance.treatments import Treatment, has_ended, treatment_of, why_unclassified
from claimwright.workdays import business_days_after
from tests.remittance.trade import SCENARIOS, TODAY, play, read

PAID = "row_20_allowed_as_expected"
REVERSED = "row_09_reversal_and_correction"


def played(name: str):
    scenario = read(SCENARIOS / f"{name}.txt")
    return scenario, list(play(scenario))


# reversals


def test_a_result_posted_by_hand_is_reversed_by_a_person() -> None:
    scenario = read(SCENARIOS / f"{REVERSED}.txt")
    first, second = scenario.steps
    books = scenario.books
    books.apply(plan_remittance(first.remittance, books, TODAY), first.remittance)
    by_hand = replace(books.claims[0].results[0], by_hand=True)
    books.claims[0] = replace(books.claims[0], results=(by_hand,))
    plan = plan_remittance(second.remittance, books, TODAY)
    assert [outcome.state for outcome in plan.outcomes] == ["review", "repeated", "paid"]
    assert "by hand" in next(review.reason for review in plan.reviews if review.row == 9)


def test_of_two_equal_results_the_one_with_the_payers_number_is_reversed() -> None:
    scenario, _ = played(PAID)
    (result,) = scenario.books.claims[0].results
    first = replace(result, key=1, result=replace(result.result, payer_claim_number="ICN1"))
    second = replace(result, key=2, result=replace(result.result, payer_claim_number="ICN2"))
    line = RemittanceLine(
        Procedure("99213"), -15000, -8000, (Adjustment("PR", "2", -2000), Adjustment("CO", "45", -5000))
    )
    back = RemittanceClaim("A1", "22", -15000, -8000, payer_claim_number="ICN1", lines=(line,))
    assert exact_original(back, (first, second)) == first
    assert exact_original(replace(back, payer_claim_number=""), (first, second)) == second


def test_a_reversal_in_another_group_is_not_exact() -> None:
    scenario, _ = played(PAID)
    line = RemittanceLine(
        Procedure("99213"), -15000, -8000, (Adjustment("OA", "45", -5000), Adjustment("PR", "2", -2000))
    )
    back = RemittanceClaim("A1", "22", -15000, -8000, lines=(line,))
    assert exact_original(back, scenario.books.claims[0].results) is None


def test_every_move_of_a_reversal_names_the_result_it_undoes() -> None:
    _, steps = played(REVERSED)
    undone = [move for move in steps[1][1].moves if move.row == 9]
    assert {move.reverses for move in undone} == {1}
    assert len(undone) == 3


# the proof


def drafted(made, *moves: Move) -> tuple[list[Move], list[Draft]]:
    draft = Draft(Context(made, read(SCENARIOS / f"{PAID}.txt").books.policy, TODAY, 1), made.claims[0], 1)
    draft.reported[101] = 15000
    return list(moves), [draft]


def paid_remittance():
    return read(SCENARIOS / f"{PAID}.txt").steps[0].remittance


def test_a_plan_that_posts_another_amount_than_was_paid_is_not_accepted() -> None:
    moves, drafts = drafted(paid_remittance(), Move(MoveKind.PAYMENT, 15000, 5, line_key=101, level="P", position=1))
    assert [finding.code for finding in prove(moves, drafts, 8000)] == ["REM-END-001"]


def test_a_plan_that_leaves_a_cent_unexplained_is_not_accepted() -> None:
    moves, drafts = drafted(paid_remittance(), Move(MoveKind.PAYMENT, 14999, 5, line_key=101, level="P", position=1))
    assert {finding.code for finding in prove(moves, drafts, 14999)} == {"REM-END-002"}


def test_a_plan_that_asks_a_contract_amount_of_the_patient_is_not_accepted() -> None:
    move = Move(MoveKind.TRANSFER, 15000, 15, line_key=101, level="P", to=PATIENT, group="CO", reason="45", position=1)
    moves, drafts = drafted(paid_remittance(), move)
    assert [finding.code for finding in prove(moves, drafts, 0)] == ["REM-END-003"]


def test_a_plan_that_writes_off_a_denial_is_not_accepted() -> None:
    move = Move(MoveKind.CONTRACTUAL, 15000, 20, line_key=101, level="P", group="CO", reason="197", position=1)
    moves, drafts = drafted(paid_remittance(), move)
    assert [finding.code for finding in prove(moves, drafts, 0)] == ["REM-END-004"]


def test_a_plan_that_fails_its_proof_has_no_moves_and_goes_to_a_person(monkeypatch) -> None:
    scenario = read(SCENARIOS / f"{PAID}.txt")
    wrong = prove([Move(MoveKind.PAYMENT, 1, 5)], [], 0)
    monkeypatch.setattr("claimwright.remittance.planner.prove", lambda *_: wrong)
    plan = plan_remittance(scenario.steps[0].remittance, scenario.books, TODAY)
    assert (plan.accepted, plan.moves) == (False, ())
    assert [review.row for review in plan.reviews] == [37]


# lines and treatments


def known(number: int, code: str, cents: int, *modifiers: str, day: date | None = None) -> KnownLine:
    return KnownLine(number, number, f"L{number}", code, modifiers, cents, day)


def answered(code: str, cents: int, *modifiers: str, day: date | None = None, number: str = "") -> RemittanceLine:
    period = Period.day(day) if day else None
    return RemittanceLine(Procedure(code, modifiers), cents, cents, period=period, control_number=number)


def matched(ours: list[KnownLine], theirs: list[RemittanceLine]) -> list[int] | str:
    match = match_lines(ours, RemittanceClaim("A1", "1", 0, 0, lines=tuple(theirs)))
    return match.problem or [line.number for line in match.lines]


def test_the_line_control_number_wins_over_the_code() -> None:
    assert matched([known(1, "A", 100), known(2, "B", 100)], [answered("B", 100, number="L1"), answered("B", 100)]) == [
        1,
        2,
    ]


def test_modifiers_tell_lines_of_the_same_code_apart_in_any_order() -> None:
    ours = [known(1, "97110", 100, "GP", "59"), known(2, "97110", 100, "GO")]
    assert matched(ours, [answered("97110", 100, "GO"), answered("97110", 100, "59", "GP")]) == [2, 1]


def test_days_tell_lines_of_the_same_code_apart() -> None:
    ours = [known(1, "97110", 100, day=date(2026, 3, 2)), known(2, "97110", 100, day=date(2026, 3, 4))]
    theirs = [answered("97110", 100, day=date(2026, 3, 4)), answered("97110", 100, day=date(2026, 3, 2))]
    assert matched(ours, theirs) == [2, 1]


def test_dropped_modifiers_are_not_guessed_when_two_lines_would_fit() -> None:
    ours = [known(1, "97110", 100, "GP"), known(2, "97110", 60, "GO")]
    assert "none of ours" in str(matched(ours, [answered("97110", 80), answered("97110", 80)]))


def test_a_line_control_number_does_not_help_a_charge_that_differs() -> None:
    ours = [known(1, "A", 100), known(2, "B", 50)]
    assert matched(ours, [answered("A", 150, number="L1")]) == "line 1 A was billed at 1.00, answered at 1.50"


@pytest.mark.parametrize(
    ("group", "reason", "treatment"),
    [
        ("CO", "45", Treatment.CONTRACT),
        ("PR", "45", Treatment.PATIENT_REVIEW),
        ("OA", "45", Treatment.UNCLASSIFIED),
        ("OA", "23", Treatment.INFORMATION),
        ("CO", "23", Treatment.UNCLASSIFIED),
        ("CO", "24", Treatment.DENIAL),
        ("CO", "2", Treatment.UNDECIDED),
        ("CO", "94", Treatment.NEGATIVE_ONLY),
        ("OA", "253", Treatment.UNDECIDED),
        ("PR", "66", Treatment.COST_SHARE),
        ("PR", "999", Treatment.UNCLASSIFIED),
        ("CR", "1", Treatment.UNCLASSIFIED),
        ("OA", "277", Treatment.PENDING),
        ("CO", "B22", Treatment.UNDECIDED),
    ],
)
def test_group_and_reason_together_say_how_an_adjustment_is_treated(group, reason, treatment) -> None:
    assert treatment_of(group, reason) is treatment


@pytest.mark.parametrize(("day", "ended"), [(1, False), (2, True)])
def test_a_reason_is_valid_until_its_last_day(day, ended) -> None:
    assert has_ended("15", date(2018, 5, day)) is ended
    assert has_ended("15", None) is False
    assert why_unclassified("CO", "15", date(2018, 5, day)).startswith("the reason ended on 2018-05-01") is ended


def test_what_has_ended_is_unclassified_from_the_next_day_on(monkeypatch) -> None:
    monkeypatch.setattr(treatments, "carc_last_day", {"45": date(2030, 1, 1)}.get)
    treatment_of.cache_clear()
    assert treatment_of("CO", "45", date(2030, 1, 1)) is Treatment.CONTRACT
    assert treatment_of("CO", "45", date(2030, 1, 2)) is Treatment.UNCLASSIFIED
    assert treatment_of("CO", "45") is Treatment.CONTRACT
    treatment_of.cache_clear()


def test_no_reason_in_group_co_pi_or_oa_is_a_share_of_the_patient() -> None:
    from claimwright.codesets.reasons import carcs

    for reason in carcs():
        for group in ("CO", "PI", "OA"):
            assert treatment_of(group, reason) not in (Treatment.COST_SHARE, Treatment.PATIENT_REVIEW)


# balance, origin, memory


def test_balance_findings_name_the_segment_of_the_payers_file() -> None:
    made = paid_remittance()
    claim = made.claims[0]
    line = replace(claim.lines[0], paid_cents=8001, origin=Origin("ab" * 32, 512, 20, 31))
    (finding, *_) = balance_findings(replace(made, claims=(replace(claim, lines=(line,)),)))
    assert (finding.code, finding.where.segment, finding.where.index, finding.where.offset) == (
        "REM-BAL-001",
        "SVC",
        31,
        512,
    )


def test_amounts_that_are_information_only_are_in_no_equation() -> None:
    scenario = read(SCENARIOS / "row_36_zero_and_unknown.txt")
    assert balance_findings(scenario.steps[0].remittance) == ()


def test_every_move_names_the_bytes_it_came_from() -> None:
    scenario = read(SCENARIOS / f"{PAID}.txt")
    made = scenario.steps[0].remittance
    claim = made.claims[0]
    line = replace(
        claim.lines[0],
        origin=Origin("ab" * 32, 512, 20, 31),
        adjustments=tuple(
            replace(one, origin=Origin("ab" * 32, 540 + place, 9, 32 + place))
            for place, one in enumerate(claim.lines[0].adjustments)
        ),
    )
    plan = plan_remittance(replace(made, claims=(replace(claim, lines=(line,)),)), scenario.books, TODAY)
    assert [move.origin.index for move in plan.moves] == [31, 32, 33]


def test_a_move_survives_storage() -> None:
    _, steps = played("row_35_recoupment_announced_then_taken")
    for _, plan, _ in steps:
        assert tuple(Move.from_plain(move.to_plain()) for move in plan.moves) == plan.moves


def test_a_move_is_stored_with_the_bytes_it_came_from() -> None:
    move = Move(MoveKind.PAYMENT, 100, 5, Origin("ab" * 32, 512, 20, 31), 1, 101, "P", position=1)
    assert Move.from_plain(move.to_plain()) == move


def test_a_plan_sums_its_moves_by_kind() -> None:
    _, steps = played("row_12_bundled")
    totals = steps[0][1].totals_cents
    assert totals[MoveKind.PAYMENT] + totals[MoveKind.INTEREST] + totals[MoveKind.RECOUPMENT] == 7350
    assert totals[MoveKind.CONTRACTUAL] == 6000


def test_moves_are_found_by_their_place_in_the_remittance() -> None:
    _, steps = played("row_12_bundled")
    plan = steps[0][1]
    by_position = plan.moves_by_position
    assert by_position == {position: plan.moves_of(position) for position in (1, 0)}


def test_books_in_memory_do_not_invent_a_claim() -> None:
    scenario, _ = played(PAID)
    with pytest.raises(KeyError):
        scenario.books.claim("ELSE")


def test_a_result_without_money_that_was_named_by_a_person_releases_nothing() -> None:
    scenario, steps = played("row_07_other_days")
    made = steps[0][0].remittance
    claim = made.claims[0]
    line = replace(claim.lines[0], paid_cents=0, adjustments=(Adjustment("CO", "197", 15000),))
    denied = replace(made, payment_cents=0, claims=(replace(claim, paid_cents=0, lines=(line,)),))
    plan = plan_claim_again(denied, 1, scenario.books, TODAY, scenario.books.claim("A1"))
    assert [move.kind for move in plan.moves] == [MoveKind.LEFT_OPEN]


def test_the_reason_of_a_move_is_in_plain_words() -> None:
    assert Move(MoveKind.CONTRACTUAL, 1, 20).because == ROWS[20].action


def test_books_in_memory_refuse_the_same_remittance_twice_and_a_plan_that_is_not_accepted() -> None:
    scenario, steps = played("row_02_same_remittance_twice")
    (first, plan, _), (second, refused, _) = steps
    with pytest.raises(ConflictError):
        scenario.books.apply(plan, first.remittance)
    with pytest.raises(InputError):
        scenario.books.apply(refused, second.remittance)


def test_a_claim_that_still_cannot_be_posted_is_planned_without_moves() -> None:
    scenario, steps = played("row_07_no_such_claim")
    plan = plan_claim_again(steps[0][0].remittance, 1, scenario.books, TODAY)
    assert (plan.moves, plan.outcomes[0].row) == ((), 7)


def test_a_patient_of_another_spelling_is_the_same_by_member_number() -> None:
    scenario = read(SCENARIOS / f"{PAID}.txt")
    made = scenario.steps[0].remittance
    claim = replace(made.claims[0], patient=Party(last_name="ROE", id="MEMBER-1"))
    plan = plan_remittance(replace(made, claims=(claim,)), scenario.books, TODAY)
    assert plan.outcomes[0].state == "paid"


def test_business_days_pass_over_the_weekend() -> None:
    friday = date(2026, 3, 20)
    assert business_days_after(friday, 1) == date(2026, 3, 23)
    assert business_days_after(friday, 5) == date(2026, 3, 27)
    assert business_days_after(friday, 0) == friday


def test_a_plan_that_fails_its_proof_says_which_account_is_not_explained() -> None:
    _, ((_, plan, _),) = played(PAID)
    (finding,) = prove(plan.moves, [], plan.payment_cents + 1)
    assert finding.code == "REM-END-001"
    assert finding.message == f"80.00 would be posted of a payment of {(plan.payment_cents + 1) / 100:.2f}."
    assert finding.hint == "Nothing is posted. Report this with the file: it is a defect of the planner."
    assert finding.where.record is None


def test_a_move_is_stored_without_what_it_does_not_say() -> None:
    move = Move(MoveKind.PAYMENT, 5, 5)
    assert move.to_plain() == {"kind": "payment", "cents": 5, "row": 5}
    assert Move.from_plain(move.to_plain()).kind is MoveKind.PAYMENT
