"""Rows 12 and 13: a payer's answer laid out over our accounts, and which of them are judged together."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from claimwright.documents.adjustments import Adjustment
from claimwright.documents.parties import Procedure
from claimwright.documents.remittance import RemittanceClaim, RemittanceLine
from claimwright.origin import Origin
from claimwright.remittance import treatments
from claimwright.remittance.accounts import lay_out, repeated_dollars
from claimwright.remittance.books import KnownClaim, KnownLevel, KnownLine, PostingPolicy
from claimwright.remittance.draft import Context, Draft, Pool
from claimwright.remittance.standing import Standing
from claimwright.remittance.treatments import Treatment
from tests.remittance.trade import SCENARIOS, TODAY, read

MADE = read(SCENARIOS / "row_20_allowed_as_expected.txt").steps[0].remittance
REDUCED, SHARE = Adjustment("CO", "45", 50_00), Adjustment("PR", "2", 20_00)


def known_line(number: int, expected: int | None = None, **owed: int) -> KnownLine:
    code, charge = f"C{number}", 100_00 * number
    return KnownLine(number, number, f"L{number}", code, (), charge, None, owed or {"P": charge}, expected)


def answered(number: int, paid: int, *given: Adjustment, **more: object) -> RemittanceLine:
    made = RemittanceLine(Procedure(f"C{number}"), 100_00 * number, paid, given, control_number=f"L{number}")
    return replace(made, **more)


def laid_out(
    lines: tuple[RemittanceLine, ...],
    *known: KnownLine,
    whole: tuple[Adjustment, ...] = (),
    later: bool = False,
    remarks: tuple[str, ...] = (),
    day: date | None = date(2026, 3, 18),
    **owed: int,
) -> list[Pool]:
    claim = RemittanceClaim("A1", "1", 300_00, 80_00, adjustments=whole, lines=lines, remarks=remarks)
    level = "S" if later else "P"
    levels = (KnownLevel("P"), KnownLevel("S"))
    standing = Standing(KnownClaim(7, "A1", 300_00, levels, known, owed_cents=owed))
    context = Context(replace(MADE, payment_date=day), PostingPolicy(), TODAY, 1)
    draft = Draft(context, claim, 1, standing, level, is_later=later)
    pools, problem = lay_out(draft, standing)
    assert problem == ""
    return pools


ONE, TWO = answered(1, 30_00, REDUCED, SHARE), answered(2, 200_00)


# row 13: the same dollars twice


def repeated(whole: tuple[Adjustment, ...], *lines: RemittanceLine) -> str:
    return repeated_dollars(RemittanceClaim("A1", "1", 0, 0, adjustments=whole, lines=lines))


def test_the_same_dollars_on_the_claim_and_on_its_lines_are_found() -> None:
    assert repeated((SHARE,), ONE) == "PR-2"
    assert repeated((Adjustment("CO", "97", 1), SHARE), ONE) == "PR-2"


def test_the_same_dollars_may_be_spread_over_several_lines() -> None:
    part = replace(SHARE, amount_cents=10_00)
    assert repeated((SHARE,), answered(1, 0, part), answered(2, 0, part)) == "PR-2"


@pytest.mark.parametrize("differs", [{"amount_cents": 20_01}, {"reason": "3"}, {"group": "OA"}, {"amount_cents": 0}])
def test_other_dollars_are_no_repetition(differs) -> None:
    assert repeated((replace(SHARE, **differs),), ONE) == ""


def test_zeros_and_what_stands_on_one_level_only_are_no_repetition() -> None:
    zero = replace(SHARE, amount_cents=0)
    assert repeated((zero,), answered(1, 0, zero)) == ""
    assert (repeated((), ONE), repeated((SHARE,))) == ("", "")


# accounts


def test_each_line_is_judged_by_itself() -> None:
    first, second = laid_out((ONE, TWO), known_line(1), known_line(2))
    assert (first.line_key, first.charge_cents, first.paid_cents) == (1, 100_00, 30_00)
    assert (second.line_key, second.charge_cents, second.paid_cents) == (2, 200_00, 200_00)
    assert [(entry.cents, entry.line_key, entry.code) for entry in first.entries] == [
        (50_00, 1, "C1"),
        (20_00, 1, "C1"),
    ]


def test_the_parts_of_a_line_are_one_account() -> None:
    parts = (answered(1, 30_00, SHARE, charge_cents=50_00), answered(1, 50_00, charge_cents=50_00))
    (pool,) = laid_out(parts, known_line(1))
    assert (pool.charge_cents, pool.paid_cents, len(pool.accounts)) == (100_00, 80_00, 1)


def test_zeros_are_no_adjustments() -> None:
    zero = Adjustment("CO", "999", 0)
    (pool,) = laid_out((answered(1, 50_00, zero, REDUCED),), known_line(1))
    assert len(pool.entries) == 1
    (whole,) = laid_out((), whole=(zero, REDUCED))
    assert len(whole.entries) == 1


@pytest.mark.parametrize("on_which", [(), (known_line(1),)])
def test_a_claim_answered_or_billed_without_lines_is_one_account(on_which) -> None:
    """What stood on lines that we do not know is judged with the claim, each amount with its own place."""
    at = Origin("ab" * 32, 5, 5, 5)
    placed = answered(1, 30_00, replace(SHARE, origin=at))
    lines = () if on_which else (placed,)
    (pool,) = laid_out(lines, *on_which, whole=(REDUCED,))
    (account,) = pool.accounts
    assert (account.line, account.charge_cents, account.paid_cents) == (None, 300_00, 80_00)
    assert [(entry.line_key, entry.code) for entry in pool.entries] == [(None, "")] * len(pool.entries)
    assert len(pool.entries) == (1 if on_which else 2)
    if not on_which:
        assert pool.entries[1].origin == at


def test_what_the_claim_itself_adjusts_is_a_payment_taken_from_its_lines() -> None:
    (pool,) = laid_out((ONE, TWO), known_line(1, 90_00), known_line(2, 150_00), whole=(Adjustment("CO", "104", 3_00),))
    assert [(account.line_key, account.charge_cents, account.paid_cents) for account in pool.accounts] == [
        (1, 100_00, 30_00),
        (2, 200_00, 200_00),
        (None, 0, -3_00),
    ]
    assert (pool.expected_cents, pool.line_key) == (240_00, None)


@pytest.mark.parametrize(
    ("rates", "expected"), [((90_00, 150_00), 240_00), ((90_00, None), None), ((None, None), None)]
)
def test_a_pool_is_priced_only_when_all_its_lines_are(rates, expected) -> None:
    known = [known_line(number, rate) for number, rate in enumerate(rates, 1)]
    (pool,) = laid_out((ONE, TWO), *known, whole=(SHARE,))
    assert pool.expected_cents == expected


def test_a_claim_without_lines_has_no_price() -> None:
    (pool,) = laid_out((), whole=(REDUCED,))
    assert pool.expected_cents is None


def test_a_reason_that_had_ended_on_the_day_of_payment_is_unclassified_wherever_it_stands(monkeypatch) -> None:
    monkeypatch.setattr(treatments, "carc_last_day", {"45": date(2026, 3, 1)}.get)
    treatments.treatment_of.cache_clear()
    for day, treatment in ((date(2026, 3, 1), Treatment.CONTRACT), (date(2026, 3, 2), Treatment.UNCLASSIFIED)):
        (line,) = laid_out((answered(1, 50_00, REDUCED),), known_line(1), day=day)
        (whole,) = laid_out((), whole=(REDUCED,), day=day)
        (mixed,) = laid_out((answered(1, 100_00),), known_line(1), whole=(REDUCED,), day=day)
        assert [pool.entries[0].treatment for pool in (line, whole, mixed)] == [treatment] * 3
    treatments.treatment_of.cache_clear()


def test_remarks_of_the_line_and_of_the_claim_explain_a_line() -> None:
    (pool,) = laid_out((answered(1, 50_00, REDUCED, remarks=("N1",)),), known_line(1), remarks=("N2",))
    assert pool.entries[0].remarks == ("N1", "N2")
    (whole,) = laid_out((answered(1, 50_00, remarks=("N1",)),), whole=(REDUCED,), remarks=("N2",))
    assert whole.entries[0].remarks == ("N2", "N1")


# a later payer's room


def test_a_later_payer_has_the_room_that_its_level_owes_on_the_line() -> None:
    known = known_line(1, None, S=40_00), known_line(2, None, S=250_00)
    first, second = laid_out((ONE, TWO), *known, later=True)
    assert (first.room_cents, second.room_cents) == (10_00, 50_00)
    assert [pool.room_cents for pool in laid_out((ONE, TWO), *known)] == [None, None]


def test_a_later_payer_that_owes_on_the_whole_is_judged_on_the_whole() -> None:
    known = known_line(1, None, S=40_00), known_line(2, None, S=200_00)
    (pool,) = laid_out((ONE, TWO), *known, later=True, S=15_00)
    assert (pool.room_cents, pool.line_key) == (25_00, None)
    assert len(laid_out((ONE, TWO), *known, later=True, P=15_00)) == 2
    assert len(laid_out((ONE, TWO), *known, P=15_00)) == 2
