"""Row 12: which of our lines each line of a payer is about, and when that is not safe."""

from __future__ import annotations

from datetime import date

import pytest

from claimwright.documents.parties import Period, Procedure
from claimwright.documents.remittance import RemittanceClaim, RemittanceLine
from claimwright.remittance.books import KnownLine
from claimwright.remittance.lines import match_lines

DAY, NEXT = date(2026, 3, 2), date(2026, 3, 3)


def ours(number: int, text: str, cents: int, *, on: date | None = DAY, control_number: str = "") -> KnownLine:
    code, *modifiers = text.split("-")
    return KnownLine(10 + number, number, control_number, code, tuple(modifiers), cents, on)


def theirs(
    text: str, cents: int, *, was: str = "", on: date | None = None, number: str = "", revenue: str = ""
) -> RemittanceLine:
    code, *modifiers = text.split("-")
    submitted_code, *submitted_modifiers = was.split("-")
    return RemittanceLine(
        Procedure(code, tuple(modifiers)),
        cents,
        cents,
        (),
        Procedure(submitted_code, tuple(submitted_modifiers)) if was else None,
        period=Period.day(on) if on else None,
        control_number=number,
        revenue_code=revenue,
    )


def matched(known: list[KnownLine], answered: list[RemittanceLine], on: date | None = None) -> list[int] | str:
    """The numbers of our lines, for each of the payer's in order; or why not."""
    dates = (("232", on),) if on else ()
    match = match_lines(known, RemittanceClaim("A1", "1", 0, 0, lines=tuple(answered), dates=dates))
    assert (match.lines == ()) == bool(match.problem)
    return match.problem or [line.number for line in match.lines]


def none_of_ours(what: str) -> str:
    return f"the payer's line {what} is none of ours, or not only one"


def test_a_line_without_a_control_number_is_not_found_by_an_empty_one() -> None:
    assert matched([ours(1, "A", 100), ours(2, "B", 50)], [theirs("B", 50), theirs("A", 100)]) == [2, 1]
    assert matched([ours(1, "A", 100)], [theirs("B", 100)]) == none_of_ours("B 1.00")


def test_the_code_as_it_was_submitted_counts_and_not_the_one_that_was_paid() -> None:
    known = [ours(1, "A-25", 100), ours(2, "B", 100)]
    assert matched(known, [theirs("B", 100, was="A-25"), theirs("A", 100, was="B")]) == [1, 2]
    assert matched([ours(1, "A", 100)], [theirs("A", 100, was="C", revenue="0450")]) == none_of_ours("C 1.00")


def test_a_line_without_a_code_is_named_by_its_revenue_code() -> None:
    assert matched([ours(1, "A", 100)], [theirs("", 100, revenue="0450")]) == none_of_ours("0450 1.00")


def test_lines_with_the_billed_modifiers_are_paired_before_those_that_lost_them() -> None:
    known = [ours(1, "A-GP", 100), ours(2, "A-GO", 100)]
    assert matched(known, [theirs("A", 100), theirs("A-GP", 100)]) == [2, 1]
    assert matched(known, [theirs("A", 100), theirs("A", 100)]) == [1, 2]


def test_lost_modifiers_are_not_guessed_where_two_of_ours_would_fit() -> None:
    known = [ours(1, "A-GP", 100), ours(2, "A-GO", 100)]
    assert matched(known, [theirs("A", 100)]) == none_of_ours("A 1.00")


def test_the_days_of_the_claim_count_where_a_line_has_none() -> None:
    assert matched([ours(1, "A", 100, on=NEXT)], [theirs("A", 100)], on=DAY) == none_of_ours("A 1.00")
    assert matched([ours(1, "A", 100, on=NEXT)], [theirs("A", 100)]) == [1]
    assert matched([ours(1, "A", 100, on=None)], [theirs("A", 100, on=DAY)]) == [1]


def test_a_line_on_another_day_is_another_line() -> None:
    known = [ours(1, "A", 100, on=DAY)]
    assert matched(known, [theirs("A", 100, on=NEXT)], on=DAY) == none_of_ours("A 1.00")


@pytest.mark.parametrize("days", [(DAY, DAY), (DAY, NEXT), (NEXT, NEXT)])
def test_a_line_that_runs_over_days_is_on_each_of_them(days) -> None:
    line = RemittanceLine(Procedure("A"), 100, 100, period=Period(DAY, NEXT))
    known = [ours(1, "A", 100, on=days[1])]
    assert match_lines(known, RemittanceClaim("A1", "1", 0, 0, lines=(line,))).lines == tuple(known)


def test_a_line_that_was_split_or_unbundled_gathers_its_parts() -> None:
    known = [ours(1, "A", 100), ours(2, "B", 50)]
    assert matched(known, [theirs("A", 60), theirs("B", 50), theirs("A", 40)]) == [1, 2, 1]
    assert matched(known, [theirs("X", 100, was="A"), theirs("Y", 0, was="A"), theirs("B", 50)]) == [1, 1, 2]


def test_parts_belong_to_the_only_line_of_that_code_on_that_day() -> None:
    known = [ours(1, "A", 100, on=DAY), ours(2, "A", 90, on=NEXT)]
    parts = [theirs("A", 60, on=NEXT), theirs("A", 100, on=DAY), theirs("A", 30, on=NEXT)]
    assert matched(known, parts) == [2, 1, 2]
    said = "line 1 A was billed at 1.00, answered at 0.00"
    assert matched(known, [theirs("A", 60), theirs("A", 30)], on=NEXT) == said
    assert matched(known, [theirs("A", 60), theirs("A", 30)]) == none_of_ours("A 0.60")


def test_parts_that_do_not_sum_to_the_charge_are_a_person_s() -> None:
    said = "line 1 A was billed at 1.00, answered at 0.90"
    assert matched([ours(1, "A", 100)], [theirs("A", 60), theirs("A", 30)]) == said


def test_a_line_of_ours_without_an_answer_is_a_person_s() -> None:
    said = "line 2 B was billed at 0.50, answered at 0.00"
    assert matched([ours(1, "A", 100), ours(2, "B", 50)], [theirs("A", 100)]) == said
    assert matched([ours(1, "A", 100), ours(2, "B", 0)], [theirs("A", 100)]) == [1]
