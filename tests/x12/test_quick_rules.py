"""Rules compiled to Python: they give what the interpreter of the rules gives, or leave the segment to it."""

from __future__ import annotations

from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimwright import x12
from claimwright.x12.guides import guide_names, load_guide
from claimwright.x12.rules import program_of
from claimwright.x12.rules.amounts import UNKNOWN
from claimwright.x12.rules.quick import SLOW, quick_plan, quick_test
from claimwright.x12.rules.running import Effects, Plan, is_broken

MARKS = x12.Delimiters()
PROGRAMS = {name: program_of(load_guide(name)) for name in guide_names()}
PLACES = [(name, position) for name, program in PROGRAMS.items() for position in program.positions]
CHECKS = [(name, rule) for name, program in PROGRAMS.items() for rule in program.rules if rule.verb == "check"]

_VALUES = st.one_of(
    st.sampled_from(
        ["", "", "1", "0", "-5.5", "1.005", "X", "XX", "1234567893", "1234567890", "20260131", "D8", "RD8"]
    ),
    st.sampled_from(["20260101-20260131", "202601151030", "HC:99213:25", "ABK:E119", "IL", "US", "CA", "62701", "A^B"]),
    st.text("AB01:", max_size=4),
)


def _told(effects: Effects | None) -> object:
    """Effects as they work, without the order in which sums and facts of one segment come."""
    if effects is None:
        return None
    adds, sets, slots, rest = effects
    sums = {
        register: total
        for register, group in groupby(sorted(adds), key=lambda add: add[0])
        if (total := sum(value for _, value in group))
    }
    facts = dict(sets)
    if not (sums or facts or slots or rest):
        return None
    return sums, facts, sorted(slots), rest and (sorted(rest.bounds), _doubts(rest.broken), _doubts(rest.doubts))


def _doubts(doubts):
    return sorted((doubt.rule.number, *doubt[1:]) for doubt in doubts)


@given(st.data())
def test_a_compiled_plan_gives_the_effects_that_the_interpreter_gives(data):
    name, position = data.draw(st.sampled_from(PLACES))
    at = PROGRAMS[name].positions[position]
    count = data.draw(st.integers(0, len(position.rule.elements)))
    fields = [position.id]
    for element in position.rule.elements[:count]:
        codes = sorted(element.codes)
        fields.append(data.draw(st.one_of(_VALUES, st.sampled_from(codes)) if codes else _VALUES))

    quick = quick_plan(at, MARKS)(fields)

    if quick is SLOW:
        slow = Plan(at, MARKS).effects(fields)
        assert slow is not None
        assert slow[3] is not None
        assert slow[3].broken or "^" in "".join(fields)
    else:
        assert _told(quick) == _told(Plan(at, MARKS).effects(fields))


@given(st.data())
def test_a_compiled_check_is_broken_when_the_interpreter_says_so(data):
    name, rule = data.draw(st.sampled_from(CHECKS))
    program = PROGRAMS[name]
    numbers = st.one_of(st.integers(-3, 3), st.just(20260101), st.just(UNKNOWN), st.just(-UNKNOWN + 5))
    cells = [
        data.draw(numbers if cell.verb in ("fact", "sum", "count") else st.one_of(st.none(), numbers))
        for cell in program.cells
    ]

    assert quick_test(rule, program)(cells) == is_broken(rule, cells)


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_rule_of_a_guide_compiles(name):
    program = PROGRAMS[name]
    for at in program.positions.values():
        quick_plan(at, MARKS)
    for rule in program.rules:
        if rule.verb in ("check", "look"):
            quick_test(rule, program)
