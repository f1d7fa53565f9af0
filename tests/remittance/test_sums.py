"""Rows 33 and 34, and what a change does to later payers: seen when every CLP of a remittance is decided."""

from __future__ import annotations

from dataclasses import replace

import pytest

from claimwright.remittance.books import KnownClaim, KnownLevel, KnownLine, PostedResult, PostingPolicy
from claimwright.remittance.draft import Context, Draft
from claimwright.remittance.plan import PATIENT, ClaimOutcome, ClaimState, Move, MoveKind, Queue
from claimwright.remittance.standing import Standing
from claimwright.remittance.sums import close_claims
from tests.remittance.trade import SCENARIOS, TODAY, read

POLICY = PostingPolicy(small_balance_limit_cents=5_00)
REMITTANCE = read(SCENARIOS / "row_20_allowed_as_expected.txt").steps[0].remittance
CLAIM = REMITTANCE.claims[0]


def standing_of(
    *owed: dict[str, int],
    before: tuple[dict[str, int], ...] = ({}, {}),
    settled: str = "P",
    levels: str = "PS",
    government: str = "",
    whole: dict[str, int] | None = None,
) -> Standing:
    """A claim whose lines, 1 and 2, are owed like that now, and were before the plan."""
    lines = tuple(KnownLine(number, number, "", "99213", (), 100_00, None) for number in (1, 2))
    known = KnownClaim(
        7,
        "A1",
        200_00,
        tuple(KnownLevel(level, is_settled=level in settled, is_government=level in government) for level in levels),
        lines,
    )
    standing = Standing(known)
    standing.before = {number: dict(given) for number, given in enumerate(before, 1)}
    standing.owed = {number: dict(given) for number, given in enumerate(owed, 1)} | {None: whole or {}}
    return standing


def draft_of(
    standing: Standing | None, state: ClaimState = ClaimState.PAID, level: str = "P", position: int = 1
) -> Draft:
    draft = Draft(Context(REMITTANCE, POLICY, TODAY, 1), CLAIM, position, standing, level)
    draft.reported[1] = 100_00
    draft.outcome = ClaimOutcome(position, state, 7, level, 5)
    return draft


def closed(standing: Standing, state: ClaimState = ClaimState.PAID) -> Draft:
    draft = draft_of(standing, state)
    close_claims([draft], POLICY)
    return draft


def credits_in(draft: Draft) -> list[tuple[str, int | None, int]]:
    return [(review.level, review.line_key, review.cents) for review in draft.reviews if review.row == 33]


def test_a_credit_of_a_payer_is_told_on_the_line_where_it_stands() -> None:
    draft = closed(standing_of({"P": -20_00}, {"P": 30_00}))
    (review,) = draft.reviews
    assert (review.queue, review.level, review.line_key, review.cents) == (Queue.CREDIT_BALANCE, "P", 1, 20_00)
    assert review.reason == "20.00 more than payer P owed"


def test_a_government_payer_s_credit_starts_its_clock_and_another_s_does_not() -> None:
    reasons = {
        government: closed(standing_of({"P": -20_00}, {}, government=government)).reviews[0].reason
        for government in ("P", "S")
    }
    assert reasons == {
        "P": "20.00 more than payer P owed; a government payer: the 60-day clock runs",
        "S": "20.00 more than payer P owed",
    }


def test_what_stands_on_the_claim_as_a_whole_is_judged_over_all_its_accounts() -> None:
    assert credits_in(closed(standing_of({"P": 50_00}, {"P": 10_00}, whole={"P": -80_00}))) == [("P", None, 20_00)]
    assert credits_in(closed(standing_of({"P": 50_00}, {"P": 30_00}, whole={"P": -80_00}))) == []


def test_a_credit_of_the_patient_that_was_there_before_waits_for_the_last_payer() -> None:
    """Who pays ahead at the desk has a credit until all is decided: only what grows, or what stays, is work."""
    paid_ahead = ({PATIENT: -20_00}, {})
    assert credits_in(closed(standing_of({PATIENT: -20_00}, {}, before=paid_ahead, settled="P"))) == []
    assert credits_in(closed(standing_of({PATIENT: -20_01}, {}, before=paid_ahead, settled="P"))) == [
        (PATIENT, 1, 20_01)
    ]
    assert credits_in(closed(standing_of({PATIENT: -20_00}, {}, before=paid_ahead, settled="PS"))) == [
        (PATIENT, 1, 20_00)
    ]


def test_a_credit_of_the_patient_grows_on_its_own_line() -> None:
    before = ({PATIENT: -20_00, "P": -99_00}, {PATIENT: -5_00})
    draft = closed(standing_of({PATIENT: -20_00}, {PATIENT: -6_00}, before=before))
    assert credits_in(draft) == [(PATIENT, 2, 6_00)]
    assert draft.reviews[0].reason == "6.00 more than the patient owed"


def test_a_credit_of_the_patient_on_the_claim_as_a_whole_grows_by_the_sum_of_its_accounts() -> None:
    before = ({PATIENT: -10_00, "P": 50_00}, {PATIENT: -5_00})
    kept = standing_of({PATIENT: -10_00}, {}, whole={PATIENT: -5_00}, before=before)
    grown = standing_of({PATIENT: -10_00}, {}, whole={PATIENT: -5_01}, before=before)
    assert credits_in(closed(kept)) == []
    assert credits_in(closed(grown)) == [(PATIENT, None, 15_01)]


def test_a_line_that_had_nothing_before_has_a_new_credit() -> None:
    standing = standing_of({PATIENT: -1}, {})
    standing.before = None
    assert credits_in(closed(standing)) == [(PATIENT, 1, 1)]


def test_a_credit_is_told_once_for_a_claim_with_the_last_of_its_results() -> None:
    standing = standing_of({"P": -20_00}, {})
    first, second = draft_of(standing), draft_of(standing, position=2)
    close_claims([first, second], POLICY)
    assert (credits_in(first), [review.position for review in second.reviews]) == ([], [2])


def test_a_claim_of_which_nothing_was_posted_is_not_looked_at() -> None:
    draft = draft_of(standing_of({"P": -20_00}, {PATIENT: 1}, settled="PS"))
    draft.reported.clear()
    close_claims([draft, draft_of(None)], POLICY)
    assert (draft.reviews, draft.moves) == ([], [])


# row 34


def small(*owed: dict[str, int], settled: str = "PS", state: ClaimState = ClaimState.PAID) -> list[Move]:
    draft = closed(standing_of(*owed, settled=settled), state)
    assert all((move.kind, move.row, move.claim_key) == (MoveKind.SMALL_BALANCE, 34, 7) for move in draft.moves)
    return draft.moves


@pytest.mark.parametrize(
    ("cents", "is_small"), [(0, False), (1, True), (4_99, True), (5_00, True), (5_01, False), (-1, False)]
)
def test_a_balance_up_to_the_limit_is_small(cents, is_small) -> None:
    assert [move.cents for move in small({PATIENT: cents}, {})] == ([cents] if is_small else [])


def test_a_small_balance_is_written_off_where_it_stands_and_is_small_in_all() -> None:
    moves = small({PATIENT: 2_00}, {PATIENT: 3_00})
    assert [(move.line_key, move.level, move.cents) for move in moves] == [(1, PATIENT, 2_00), (2, PATIENT, 3_00)]
    assert small({PATIENT: 2_00}, {PATIENT: 3_01}) == []


def test_a_small_balance_waits_until_every_payer_has_decided_and_owes_nothing() -> None:
    assert small({PATIENT: 1_00}, {}, settled="P") == []
    assert small({PATIENT: 1_00}, {}, settled="S") == []
    assert small({PATIENT: 1_00, "P": 1}, {}) == []
    assert small({PATIENT: 1_00}, {"S": -1}) == []


@pytest.mark.parametrize("state", [ClaimState.REVERSED, ClaimState.REPEATED])
def test_a_small_balance_is_written_off_after_a_result_only(state) -> None:
    assert small({PATIENT: 1_00}, {}, state=state) == []


def test_what_is_written_off_is_owed_no_more() -> None:
    standing = standing_of({PATIENT: 1_00}, {}, settled="PS")
    closed(standing)
    assert standing.total_owed_cents(PATIENT) == 0


# later payers


def result(key: int, level: str) -> PostedResult:
    return PostedResult(key, level, CLAIM, ())


def decided(levels: str, results: tuple[PostedResult, ...], *transfers: int, level: str = "P") -> Draft:
    """A draft that has changed what `level` leaves to the next payer of a claim with results from before."""
    standing = standing_of({}, {}, levels=levels)
    standing.known = replace(standing.known, results=results)
    standing.results = list(results)
    draft = draft_of(standing, level=level)
    draft.moves = [Move(MoveKind.TRANSFER, cents, 15, level=level, to="S", position=1) for cents in transfers]
    return draft


def looked_at(*drafts: Draft) -> list[list[str]]:
    close_claims(drafts, POLICY)
    return [[review.reason for review in draft.reviews] for draft in drafts]


def changed(later: str, level: str = "P") -> str:
    return f"payer {later} has decided before what payer {level} leaves to it has changed"


def test_every_later_payer_that_has_decided_is_looked_at_again() -> None:
    draft = decided("PSTA", (result(2, "S"), result(3, "A")), 20_00, 5_00)
    assert looked_at(draft) == [[changed("S"), changed("A")]]
    assert [(review.queue, review.row, review.cents) for review in draft.reviews] == [(Queue.COB_ORDER, 15, 25_00)] * 2


def test_an_earlier_payer_s_result_is_left_alone() -> None:
    assert looked_at(decided("PS", (result(1, "P"),), 20_00, level="S")) == [[]]


def test_later_payers_are_left_alone_when_what_is_left_to_them_stays_the_same() -> None:
    """Reversed and decided again with the same share: nothing changes for the next payer."""
    assert looked_at(decided("PS", (result(2, "S"),), 20_00, -20_00)) == [[]]


def test_a_later_result_that_this_remittance_took_back_is_not_looked_at_again() -> None:
    draft = decided("PS", (result(2, "S"),), -20_00)
    assert draft.standing is not None
    draft.standing.results.clear()
    assert looked_at(draft) == [[]]


def test_what_was_taken_back_and_decided_again_is_looked_at_with_the_last_by_row_9() -> None:
    first = decided("PS", (result(2, "S"),), -20_00)
    second = replace(first, position=2, moves=[first.moves[0]._replace(cents=5_00)], reviews=[])
    first.outcome = replace(first.outcome, state=ClaimState.REVERSED)
    first.standing.results.append(result(-2, "P"))  # type: ignore[union-attr]
    assert looked_at(first, second) == [[], [changed("S")]]
    assert [(review.row, review.cents) for review in second.reviews] == [(9, 15_00)]


def test_claims_of_a_remittance_are_looked_at_one_by_one() -> None:
    with_later, without = decided("PS", (result(2, "S"),), 20_00), decided("PS", (), -20_00)
    assert looked_at(with_later, without) == [[changed("S")], []]
    both = decided("PS", (result(2, "S"),), 20_00), decided("PS", (result(2, "S"),), -20_00)
    assert looked_at(*both) == [[changed("S")], [changed("S")]]


def test_a_reversal_without_a_correction_is_looked_at_after_thirty_days_and_one_with_is_not() -> None:
    draft = draft_of(standing_of({}, {}), ClaimState.REVERSED)
    corrected = draft_of(standing_of({}, {}), ClaimState.REVERSED)
    corrected.standing.results.append(result(-2, "P"))  # type: ignore[union-attr]
    close_claims([draft, corrected], POLICY)
    assert [(one.row, (one.due_date - TODAY).days, one.reason) for one in draft.ticklers] == [
        (9, 30, "reversed: is the correction there?")
    ]
    assert corrected.ticklers == []
