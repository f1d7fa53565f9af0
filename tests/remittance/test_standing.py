"""How a claim stands while a plan is made: what each owner owes, and which payers have decided."""

from __future__ import annotations

from dataclasses import replace

from claimwright.documents.remittance import RemittanceClaim
from claimwright.remittance.books import KnownClaim, KnownLevel, KnownLine, PostedResult
from claimwright.remittance.plan import PATIENT, ClaimOutcome, ClaimState, Move, MoveKind
from claimwright.remittance.standing import Standing

ANSWER = RemittanceClaim("A1", "1", 150_00, 80_00)
LINE = KnownLine(1, 1, "", "99213", (), 150_00, None, {"P": 150_00, "S": 0})


def claim(levels: str = "PST", settled: str = "", *results: PostedResult) -> KnownClaim:
    known = tuple(KnownLevel(level, is_settled=level in settled) for level in levels)
    return KnownClaim(7, "A1", 150_00, known, (LINE,), results=results)


def result(key: int, level: str, *rows: int, paid: int = 80_00) -> PostedResult:
    moves = tuple(Move(MoveKind.LEFT_OPEN, 1, row, level=level) for row in rows)
    return PostedResult(key, level, replace(ANSWER, paid_cents=paid), moves)


def test_who_was_never_named_owes_nothing() -> None:
    standing = Standing(claim())
    assert (standing.owed_cents("P", 1), standing.owed_cents(PATIENT, 1), standing.owed_cents("P", 99)) == (
        150_00,
        0,
        0,
    )


def test_one_cent_is_a_payment_and_none_is_not() -> None:
    assert Standing(claim("PS", "", result(1, "P", paid=1))).has_paid("P")
    assert not Standing(claim("PS", "", result(1, "P", paid=0))).has_paid("P")
    assert not Standing(claim("PS", "", result(1, "S", paid=1))).has_paid("P")


def test_payers_that_were_set_aside_are_passed_over_one_after_the_other() -> None:
    after = Standing(claim("PSTA", "ST")).next_level("P")
    assert after is not None
    assert after.level == "A"
    assert Standing(claim("PSTA", "STA")).next_level("P") is None


def test_a_payer_that_has_decided_is_not_passed_over() -> None:
    after = Standing(claim("PST", "S", result(1, "S"))).next_level("P")
    assert after is not None
    assert after.level == "S"


def test_what_stood_before_is_kept_from_the_first_change_on() -> None:
    standing = Standing(claim())
    for cents in (80_00, 20_00):
        standing.carry([Move(MoveKind.PAYMENT, cents, 5, line_key=1, level="P")])
    assert standing.before == {1: {"P": 150_00, "S": 0}, None: {}}
    assert standing.owed == {1: {"P": 50_00, "S": 0}, None: {}}


def test_a_transfer_moves_what_is_owed_and_cents_on_no_line_stand_on_the_claim() -> None:
    standing = Standing(claim())
    standing.carry([Move(MoveKind.TRANSFER, 20_00, 15, line_key=1, level="P", to="S")])
    standing.carry(
        [Move(MoveKind.PAYMENT, -5_00, 13, level="P"), Move(MoveKind.PAYMENT, 1_00, 5, line_key=2, level="P")]
    )
    assert standing.owed == {1: {"P": 130_00, "S": 20_00}, None: {"P": 5_00}, 2: {"P": -1_00}}
    assert standing.total_owed_cents("P") == 134_00


def test_what_makes_no_entry_changes_nothing() -> None:
    standing = Standing(claim())
    standing.carry(
        [Move(MoveKind.LEFT_OPEN, 1, 25, line_key=1, level="P"), Move(MoveKind.INFORMATION, 1, 18, line_key=1)]
    )
    standing.carry([Move(MoveKind.UNAPPLIED, 1, 7, line_key=1, level="P"), Move(MoveKind.INTEREST, 1, 35)])
    assert standing.owed == {1: {"P": 150_00, "S": 0}, None: {}}


def reversing(*results: PostedResult, level: str = "P") -> Standing:
    """A claim whose payer, settled, takes back its result 1."""
    standing = Standing(claim("PS", "P", *results))
    standing.record(ClaimOutcome(1, ClaimState.REVERSED, 7, level, reverses=1), ANSWER, (), -1)
    return standing


def test_a_payer_whose_only_result_is_taken_back_has_not_decided() -> None:
    assert reversing(result(1, "P")).settled == set()
    assert reversing(result(1, "P"), result(2, "S")).settled == set()


def test_a_payer_with_another_result_has_decided_unless_that_one_is_not_finished() -> None:
    assert reversing(result(1, "P"), result(2, "P", 5)).settled == {"P"}
    assert reversing(result(1, "P"), result(2, "P", 27)).settled == set()
    assert reversing(result(1, "P"), result(2, "P", 5, 27)).settled == set()
    assert reversing(result(1, "P"), result(2, "P", 27), result(3, "P", 5)).settled == {"P"}


def test_a_result_that_is_not_finished_does_not_settle_its_payer() -> None:
    standing = Standing(claim("PS"))
    standing.record(ClaimOutcome(1, ClaimState.PENDED, 7, "P"), ANSWER, (), 4)
    assert (standing.settled, standing.results) == (set(), [PostedResult(4, "P", ANSWER, ())])
    standing.record(ClaimOutcome(1, ClaimState.DENIED, 7, "P"), ANSWER, (), 5)
    assert (standing.settled, len(standing.results)) == ({"P"}, 2)


def test_the_books_learn_who_owes_something_and_who_has_decided() -> None:
    standing = Standing(claim("PS"))
    standing.carry([Move(MoveKind.PAYMENT, 150_00, 5, line_key=1, level="P"), Move(MoveKind.PAYMENT, 0, 5, level="P")])
    standing.record(ClaimOutcome(1, ClaimState.PAID, 7, "P"), ANSWER, (), 4)
    known = standing.to_known()
    assert (known.lines[0].owed_cents, known.owed_cents) == ({}, {})
    assert [level.is_settled for level in known.levels] == [True, False]
    assert known.results == (PostedResult(4, "P", ANSWER, ()),)


def test_a_result_waits_for_the_first_payer_before_it_that_has_not_decided() -> None:
    waited_for = [Standing(claim("PST", settled)).waits_for("T") for settled in ("", "P", "S", "PS")]
    assert [level and level.level for level in waited_for] == ["P", "S", "P", None]
    assert Standing(claim("PST")).waits_for("P") is None


def test_a_payer_that_is_none_of_the_claim_s_waits_for_all_of_them() -> None:
    assert Standing(claim("PS", "P")).waits_for("X") == KnownLevel("S")
    assert Standing(claim("PS", "PS")).waits_for("X") is None


def test_a_credit_of_anybody_on_any_account_is_one_and_nothing_is_none() -> None:
    standing = Standing(claim())
    assert not standing.has_credit
    standing.owed[None] = {PATIENT: 0}
    assert not standing.has_credit
    standing.owed[None] = {"P": 5, PATIENT: -1}
    assert standing.has_credit
