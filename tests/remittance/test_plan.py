"""A plan as data: what it can be asked, and how a move is stored."""

from __future__ import annotations

from claimwright.origin import Origin
from claimwright.remittance.plan import DeniedAmount, ItemChange, Move, MoveKind, Plan, PlannedDenial, Queue
from claimwright.remittance.table import ROWS

AT = Origin("ab" * 32, 512, 20, 31)
MOVES = (
    Move(MoveKind.PAYMENT, 80_00, 5, AT, 7, 101, "P", position=2),
    Move(MoveKind.CONTRACTUAL, 50_00, 20, AT, 7, 101, "P", "", "CO", "45", position=2),
    Move(MoveKind.UNAPPLIED, -5_00, 7, reference="A9", position=1),
    Move(MoveKind.PAYMENT, 1_00, 5, AT, 7, 102, "P", position=2),
    Move(MoveKind.INTEREST, 1_50, 35),
)
PLAN = Plan(accepted=True, payment_cents=77_50, moves=MOVES)


def test_the_cash_of_a_plan_is_that_of_its_cash_moves() -> None:
    assert PLAN.cash_cents == 77_50
    assert [move.is_cash for move in MOVES] == [True, False, True, True, True]


def test_moves_are_asked_by_the_clp_they_came_from_in_the_order_of_posting() -> None:
    assert PLAN.moves_of(2) == (MOVES[0], MOVES[1], MOVES[3])
    assert PLAN.moves_of(3) == ()
    assert list(PLAN.moves_by_position.items()) == [
        (2, (MOVES[0], MOVES[1], MOVES[3])),
        (1, MOVES[2:3]),
        (0, MOVES[4:]),
    ]


def test_moves_are_summed_by_kind() -> None:
    assert PLAN.totals_cents == {
        MoveKind.PAYMENT: 81_00,
        MoveKind.CONTRACTUAL: 50_00,
        MoveKind.UNAPPLIED: -5_00,
        MoveKind.INTEREST: 1_50,
    }


def test_a_move_says_its_row_in_plain_words_and_what_is_particular_to_it() -> None:
    assert MOVES[0].because == ROWS[5].action
    assert MOVES[0]._replace(detail="by hand").because == f"{ROWS[5].action}: by hand"


def test_a_stored_move_has_only_what_it_says() -> None:
    plain = MOVES[1].to_plain()
    assert plain == {
        "kind": "contractual",
        "cents": 50_00,
        "row": 20,
        "claim_key": 7,
        "line_key": 101,
        "level": "P",
        "group": "CO",
        "reason": "45",
        "position": 2,
        "origin": ["ab" * 32, 512, 20, 31],
    }
    assert Move.from_plain(plain) == MOVES[1]
    assert MOVES[4].to_plain() == {"kind": "interest", "cents": 1_50, "row": 35}
    assert Move.from_plain(MOVES[4].to_plain()) == MOVES[4]


def test_the_cents_of_a_denial_are_those_of_its_amounts() -> None:
    amounts = (DeniedAmount(101, "CO", "197", 50_00), DeniedAmount(None, "CO", "45", 25_00))
    denial = PlannedDenial(7, "P", "AUTH", 25, amounts)
    assert (denial.cents, denial.queue, denial.position, amounts[0].remarks) == (75_00, Queue.DENIAL, 0, ())


def test_what_is_not_said_has_the_plainest_meaning() -> None:
    """Callers of the library name only what they mean."""
    move = Move(MoveKind.PAYMENT, 1, 5)
    assert move[4:] == (None, None, "", "", "", "", "", None, "", "", 0)
    assert ItemChange("WO", "A1", 1) == ItemChange("WO", "A1", 1, None, 0)
    assert (PLAN.cash_confirmed, PLAN.hold_statements_until, PLAN.reviews) == (True, None, ())
