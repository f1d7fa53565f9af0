"""The proof of a plan: what fails is named with the account, the cents and the claim, so that it can be reported."""

from __future__ import annotations

import pytest

from claimwright.findings import Finding, Severity, Where
from claimwright.remittance.draft import Context, Draft
from claimwright.remittance.plan import PATIENT, Move, MoveKind
from claimwright.remittance.proof import prove
from tests.remittance.trade import SCENARIOS, TODAY, read

HINT = "Nothing is posted. Report this with the file: it is a defect of the planner."


def defect(code: str, message: str, record: str | None = None) -> Finding:
    return Finding(code, Severity.ERROR, message, HINT, Where(record=record))


def drafts() -> list[Draft]:
    """The draft of a CLP of 150.00 on one line, 101, as posted."""
    scenario = read(SCENARIOS / "row_20_allowed_as_expected.txt")
    made = scenario.steps[0].remittance
    draft = Draft(Context(made, scenario.books.policy, TODAY, 1), made.claims[0], 1)
    draft.reported[101] = 150_00
    return [draft]


def move(kind: MoveKind, cents: int, row: int = 5, **more) -> Move:
    return Move(kind, cents, row, **{"line_key": 101, "level": "P", "position": 1, **more})


def test_an_account_that_is_not_explained_to_the_cent_is_named_and_so_is_its_claim() -> None:
    assert prove([move(MoveKind.PAYMENT, 149_99)], drafts(), 149_99) == (
        defect("REM-END-002", "Claim A1, account 101: 149.99 of 150.00 explained.", "A1"),
        defect("REM-END-002", "Claim A1: 149.99 of 150.00 explained.", "A1"),
    )


def test_cents_on_another_account_of_the_claim_do_not_explain_this_one() -> None:
    assert prove([move(MoveKind.PAYMENT, 150_00, line_key=None)], drafts(), 150_00) == (
        defect("REM-END-002", "Claim A1, account 101: 0.00 of 150.00 explained.", "A1"),
    )


def test_cents_of_another_claim_do_not_explain_this_one() -> None:
    found = prove([move(MoveKind.PAYMENT, 150_00, position=2)], drafts(), 150_00)
    assert [finding.code for finding in found] == ["REM-END-002", "REM-END-002"]


def test_a_claim_of_which_nothing_is_posted_need_not_be_explained() -> None:
    (draft,) = drafts()
    draft.reported.clear()
    assert prove([], [draft], 0) == ()


@pytest.mark.parametrize("kind", [MoveKind.SMALL_BALANCE, MoveKind.UNAPPLIED])
def test_what_settles_a_transfer_and_what_waits_stand_outside_of_the_charge(kind) -> None:
    moves = [move(MoveKind.PAYMENT, 150_00), move(kind, 5_00, 34)]
    cash_cents = sum(one.cents for one in moves if one.is_cash)
    assert prove(moves, drafts(), cash_cents) == ()


def test_money_that_moves_outside_of_claims_explains_no_claim_and_is_cash() -> None:
    moves = [move(MoveKind.PAYMENT, 150_00), Move(MoveKind.INTEREST, 1_50, 35)]
    assert prove(moves, drafts(), 151_50) == ()
    assert prove(moves, drafts(), 150_00) == (defect("REM-END-001", "151.50 would be posted of a payment of 150.00."),)


def test_what_a_contract_takes_off_is_never_asked_of_the_patient() -> None:
    to_patient = move(MoveKind.TRANSFER, 150_00, 15, to=PATIENT, group="CO", reason="45")
    message = "CO-45 of 150.00 would be asked of the patient."
    assert prove([to_patient], drafts(), 0) == (defect("REM-END-003", message),)


@pytest.mark.parametrize(("to", "group"), [("S", "CO"), (PATIENT, "PR")])
def test_the_next_payer_may_be_asked_for_anything_and_the_patient_for_group_pr(to, group) -> None:
    assert prove([move(MoveKind.TRANSFER, 150_00, 15, to=to, group=group, reason="45")], drafts(), 0) == ()


@pytest.mark.parametrize(("row", "is_wrong"), [(9, False), (26, False), (10, True), (20, True), (25, True)])
def test_a_denial_is_written_off_only_when_it_is_undone_or_the_practice_closes_it(row, is_wrong) -> None:
    written_off = move(MoveKind.AUTO_CLOSE, 150_00, row, group="CO", reason="197")
    expected = (defect("REM-END-004", "The denial CO-197 would be written off."),) if is_wrong else ()
    assert prove([written_off], drafts(), 0) == expected


def test_a_denial_may_stay_open_and_what_is_no_denial_may_be_written_off() -> None:
    assert prove([move(MoveKind.LEFT_OPEN, 150_00, 25, group="CO", reason="197")], drafts(), 0) == ()
    assert prove([move(MoveKind.CONTRACTUAL, 150_00, 20, group="CO", reason="45")], drafts(), 0) == ()
