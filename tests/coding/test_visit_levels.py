"""Levels of visits: the table of decisions, time, and what is never counted."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimwright.coding import FAMILIES, Basis, Item, Kind, Level, Visit, VisitLevel, visit_level

DAY = date(2026, 3, 2)


def shown(*kinds: str) -> tuple[Item, ...]:
    return tuple(Item(Kind(kind), f"note, line {number}") for number, kind in enumerate(kinds, start=1))


def level(
    *kinds: str, family: str = "office-established", minutes: int | None = None, where: str = "at the end"
) -> VisitLevel:
    found = visit_level(Visit(family, DAY, shown(*kinds), minutes, where if minutes is not None else ""))
    assert found is not None
    return found


def element(name: str, *kinds: str) -> Level:
    return next(one.level for one in level(*kinds).elements if one.name == name)


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ([], Level.NONE),
        (["self-limited"], Level.STRAIGHTFORWARD),
        (["self-limited", "self-limited"], Level.LOW),
        (["stable-chronic"], Level.LOW),
        (["acute-uncomplicated"], Level.LOW),
        (["stable-chronic", "stable-chronic"], Level.MODERATE),
        (["chronic-worse"], Level.MODERATE),
        (["uncertain-prognosis"], Level.MODERATE),
        (["acute-systemic"], Level.MODERATE),
        (["complicated-injury"], Level.MODERATE),
        (["stable-chronic", "chronic-severe"], Level.HIGH),
        (["threat"], Level.HIGH),
    ],
)
def test_problems_by_their_kind_and_number(kinds: list[str], expected: Level) -> None:
    assert element("problems", *kinds) is expected


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ([], Level.STRAIGHTFORWARD),
        (["order"], Level.STRAIGHTFORWARD),
        (["order", "result"], Level.LOW),
        (["external-note", "external-note"], Level.LOW),
        (["historian"], Level.LOW),
        (["order", "historian"], Level.LOW),
        (["order", "result", "external-note"], Level.MODERATE),
        (["order", "result", "historian"], Level.MODERATE),
        (["interpretation"], Level.MODERATE),
        (["discussion", "order", "result"], Level.MODERATE),
        (["interpretation", "discussion"], Level.HIGH),
        (["order", "order", "historian", "discussion"], Level.HIGH),
    ],
)
def test_data_by_categories(kinds: list[str], expected: Level) -> None:
    assert element("data", *kinds) is expected


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ([], Level.STRAIGHTFORWARD),
        (["low-risk"], Level.LOW),
        (["low-risk", "prescription"], Level.MODERATE),
        (["major-surgery"], Level.MODERATE),
        (["social-determinants"], Level.MODERATE),
        (["major-surgery-with-risk"], Level.HIGH),
        (["hospitalization"], Level.HIGH),
    ],
)
def test_risk_is_that_of_the_highest(kinds: list[str], expected: Level) -> None:
    assert element("risk", *kinds) is expected


def test_two_of_three_elements_decide() -> None:
    found = level("stable-chronic", "stable-chronic", "prescription")
    assert (found.code, found.basis, found.decisions) == ("99214", Basis.DECISIONS, Level.MODERATE)
    assert level("threat", "order").code == "99212"
    assert level("threat", "prescription").code == "99214"
    assert level("threat", "hospitalization", family="office-new").code == "99205"


@pytest.mark.parametrize(
    ("family", "codes"),
    [
        ("office-new", ["99202", "99203", "99204", "99205"]),
        ("office-established", ["99212", "99213", "99214", "99215"]),
        ("hospital-initial", ["99221", "99221", "99222", "99223"]),
        ("hospital-subsequent", ["99231", "99231", "99232", "99233"]),
        ("hospital-same-day", ["99234", "99234", "99235", "99236"]),
        ("emergency", ["99282", "99283", "99284", "99285"]),
    ],
)
def test_each_setting_has_its_codes(family: str, codes: list[str]) -> None:
    by_level = [
        ("self-limited",),
        ("stable-chronic", "low-risk"),
        ("chronic-worse", "prescription"),
        ("threat", "hospitalization"),
    ]
    assert [level(*kinds, family=family).code for kinds in by_level] == codes


@pytest.mark.parametrize(
    ("family", "minutes", "code"),
    [
        ("office-new", 14, None),
        ("office-new", 15, "99202"),
        ("office-new", 59, "99204"),
        ("office-established", 40, "99215"),
        ("office-established", 200, "99215"),
        ("hospital-initial", 74, "99222"),
        ("hospital-subsequent", 35, "99232"),
        ("hospital-same-day", 85, "99236"),
        ("emergency", 200, None),
    ],
)
def test_time_decides_from_its_least_minutes_on_and_never_in_emergency(
    family: str, minutes: int, code: str | None
) -> None:
    found = level(family=family, minutes=minutes)
    assert (found.code, found.basis) == (code, Basis.TIME if code else None)


def test_the_better_of_decisions_and_time_counts() -> None:
    assert level("threat", "hospitalization", minutes=10).basis is Basis.DECISIONS
    found = level("self-limited", minutes=30)
    assert (found.code, found.basis) == ("99214", Basis.TIME)


def test_what_is_said_and_not_shown_is_asked_and_never_counted() -> None:
    items = (*shown("stable-chronic"), Item(Kind.STABLE_CHRONIC), Item(Kind.PRESCRIPTION, "  "))
    found = visit_level(Visit("office-established", DAY, items, 45))
    assert found is not None
    assert (found.code, found.decisions) == ("99212", Level.STRAIGHTFORWARD)
    assert found.questions[:3] == (
        "Where does the note show a stable chronic illness?",
        "Where does the note show prescription drugs managed?",
        "Where does the note show the 45 minutes?",
    )
    assert "45 minutes are said and not shown, so they do not count" in found.reasons


def test_the_reasoning_quotes_the_note_and_says_what_the_next_level_needs() -> None:
    found = level("stable-chronic", "low-risk")
    assert found.reasons == (
        "problems: low (a stable chronic illness: note, line 1)",
        "data: straightforward (nothing is shown)",
        "risk: low (treatment of low risk: note, line 2)",
        "two of the three are low or higher: 99213",
    )
    assert found.questions[0].startswith("99214 would need more of the problems: ")
    assert "2 x a stable chronic illness" in found.questions[0]
    assert found.questions[0].endswith("Was there any, and where?")
    assert level("threat", "hospitalization").questions == ()


def test_a_visit_without_a_problem_has_no_code_by_decisions() -> None:
    found = level("interpretation", "discussion", "hospitalization")
    assert found.code is None
    assert "Which problems were addressed at the visit?" in found.questions


def test_a_billed_code_is_compared_with_what_is_shown() -> None:
    found = level("stable-chronic", "low-risk")
    assert found.judges("99213") == "99213 is supported by what is shown."
    assert found.judges("99214") == "99214 is not supported by what is shown, 99213 is."
    assert found.judges("99212") == "What is shown supports 99213; 99212 says less."
    assert found.judges("99203") == found.judges("20610").replace("20610", "99203")
    assert level().judges("99212") == "99212 is not supported by what is shown, no level is."


@pytest.mark.parametrize(
    ("family", "day"),
    [("office-new", date(2020, 12, 31)), ("emergency", date(2022, 12, 31)), ("home", DAY)],
)
def test_a_setting_or_day_of_other_rules_is_not_judged(family: str, day: date) -> None:
    assert visit_level(Visit(family, day, shown("threat", "hospitalization"))) is None


items = st.builds(Item, st.sampled_from(list(Kind)), st.sampled_from(["", "note"]))


@given(st.lists(items, max_size=8), items, st.sampled_from(sorted(FAMILIES)), st.none() | st.integers(0, 120))
def test_more_documentation_never_lowers_a_code_and_less_never_raises_one(
    some: list[Item], another: Item, family: str, minutes: int | None
) -> None:
    less = visit_level(Visit(family, DAY, tuple(some), minutes, "note"))
    more = visit_level(Visit(family, DAY, (*some, another), minutes, "note"))
    assert less is not None
    assert more is not None
    rank = FAMILIES[family].rank
    assert rank(less.code) <= rank(more.code)
    if not another.shown:
        assert (less.code, less.elements) == (more.code, more.elements)


def test_every_combination_of_levels_is_decided_by_the_middle_one() -> None:
    problems = {1: ["self-limited"], 2: ["stable-chronic"], 3: ["chronic-worse"], 4: ["threat"]}
    data = {1: [], 2: ["historian"], 3: ["interpretation"], 4: ["interpretation", "discussion"]}
    risks = {1: [], 2: ["low-risk"], 3: ["prescription"], 4: ["hospitalization"]}
    for first, second, third in product(problems, data, risks):
        found = level(*problems[first], *data[second], *risks[third])
        assert found.decisions == sorted((first, second, third))[1]
