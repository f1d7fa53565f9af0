"""Elements: types, lengths, codes, dates, usage, syntax notes; and the fast expression, which only ever saves time."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimwright import x12
from claimwright.x12.elements import Explainer, accepting, breaks_a_note, is_date, is_time
from claimwright.x12.guides import guide_names, load_guide
from claimwright.x12.guides.language import LoopNode, SegmentRule
from tests.x12.files import CLAIM, PAYMENT, codes, file_of, only_error, spoil


def claims(old: str, new: str) -> bytes:
    return file_of("837", spoil(CLAIM, old, new))


def payments(old: str, new: str) -> bytes:
    return file_of("835", spoil(PAYMENT, old, new))


@pytest.mark.parametrize(
    ("old", "new", "code", "place"),
    [
        ("N3*1 MAIN STREET", "N3", "X12-ELM-001", "N301"),
        ("CLM*CLAIM1*150***11:B:1", "CLM*CLAIM1*150***11:B", "X12-ELM-001", "CLM05-3"),
        ("CLM*CLAIM1*150***", "CLM*CLAIM1*150*X**", "X12-ELM-002", "CLM03"),
        ("REF*EA*MRN1", "REF*EA*MRN1*X", "X12-ELM-002", "REF03"),
        ("PI*PLAN2", "PI*P", "X12-ELM-003", "NM109"),
        ("DOE*JANE****MI*MEM0001", "DOE*" + "J" * 36 + "****MI*MEM0001", "X12-ELM-004", "NM104"),
        ("SV1*HC:99213:25*100*", "SV1*HC:99213:2*100*", "X12-ELM-003", "SV101-3"),
        ("LX*2", "LX*A", "X12-ELM-005", "LX01"),
        ("SV1*HC:36415*50*UN*1", "SV1*HC:36415*50*UN*1,5", "X12-ELM-005", "SV104"),
        ("DMG*D8*19800402*F", "DMG*D8*19800402*X", "X12-ELM-006", "DMG03"),
        ("CLM*CLAIM1*150***11:B:1", "CLM*CLAIM1*150***11:A:1", "X12-ELM-006", "CLM05-2"),
        ("HI*ABK:E119*ABF:I10", "HI*ABK:E119*ABX:I10", "X12-ELM-006", "HI02-1"),
        ("DTP*472*D8*20260115", "DTP*472*D8*20260230", "X12-ELM-007", "DTP03"),
        ("DTP*472*D8*20260115", "DTP*472*D8*20260115-20260116", "X12-ELM-007", "DTP03"),
        ("RD8*20260115-20260116", "RD8*20260115", "X12-ELM-007", "DTP03"),
        ("20260302*0930*CH", "20260302*2460*CH", "X12-ELM-008", "BHT05"),
        ("OI***Y***Y", "OI***Y***Y*X", "X12-ELM-009", "OI07"),
        ("PER*IC*EDI DESK*TE*5555550100", "PER*IC*EDI DESK*TE*5555550100*FX", "X12-ELM-010", "PER06"),
        ("N4*SPRINGFIELD*IL*627010001", "N4*SPRINGFIELD*IL*627010001*US***ON", "X12-ELM-011", "N407"),
        ("REF*EA*MRN1", "REF*EA*MRN1^MRN2", "X12-ELM-013", "REF02"),
        ("REF*EA*MRN1", "REF*EA*MRN\x071", "X12-ELM-015", "REF02"),
        ("REF*EA*MRN1", "REF*EA*MRN:1", "X12-ELM-016", "REF02"),
        ("CLM*CLAIM1*150***11:B:1", "CLM*CLAIM1*150***11:B:1:X", "X12-ELM-016", "CLM05"),
    ],
)
def test_what_is_wrong_in_an_element_is_named_with_its_place(old, new, code, place):
    found = only_error(claims(old, new))

    assert found.code == code
    assert str(found.where).split(", ")[-2] == place


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("REF*EA*MRN1", "REF*EA*MRN1**", "X12-ELM-012"),
        ("NM1*IL*1*DOE*", "NM1*IL*1*DOE *", "X12-ELM-014"),
    ],
)
def test_untidy_elements_are_warned_of_and_accepted(old, new, code):
    data = claims(old, new)

    assert codes(data) == [code]
    assert x12.read(data).accepted


def test_a_finding_is_not_as_long_as_what_it_is_about():
    (found,) = x12.read(claims("REF*EA*MRN1", "REF*EA*" + "9" * 100_000)).findings

    assert found.code == "X12-ELM-004"
    assert len(found.message) < 200


@pytest.mark.parametrize("amount", ["100", "100.0", "100.00", "0100", "100."])
def test_an_amount_may_be_written_in_any_plain_way(amount):
    assert codes(claims("25*100*UN", f"25*{amount}*UN")) == []


@pytest.mark.parametrize("amount", ["1e2", "$100", "1 00", "+100", "--100", ".", "-", "100,00", "\u0661"])
def test_an_amount_is_nothing_but_digits_a_point_and_a_minus(amount):
    assert "X12-ELM-005" in codes(claims("25*100*UN", f"25*{amount}*UN"))


def test_the_sign_and_the_point_of_a_number_do_not_count_for_its_length():
    assert codes(claims("SVD*PLAN1*0*", "SVD*PLAN1*-0000000000000000.00*")) == []
    assert "X12-ELM-004" in codes(claims("SVD*PLAN1*0*", "SVD*PLAN1*-00000000000000000.00*"))


@pytest.mark.parametrize("day", ["20240229", "20260131", "20000229"])
def test_every_day_of_the_calendar_is_a_date(day):
    assert codes(claims("DTP*472*D8*20260115", f"DTP*472*D8*{day}")) == []


@pytest.mark.parametrize("day", ["20260229", "19000229", "20260431", "20261301", "20260100", "00000101", "2026011"])
def test_no_other_day_is(day):
    assert "X12-ELM-007" in codes(claims("DTP*472*D8*20260115", f"DTP*472*D8*{day}"))


def test_dates_and_times_stand_on_the_calendar_and_the_clock():
    assert is_date("260302")
    assert not is_date("260230")
    assert not is_date("²0260302")
    assert is_time("235959")
    assert not any(map(is_time, ("2400", "1260", "12", "12:30", "1²30")))


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("REF*6R*LINE1", "REF*6R", "X12-ELM-001"),
        ("CAS*CO*45*20", "CAS*CO*45*20**97", "X12-ELM-010"),
        ("CAS*CO*45*20", "CAS*CO*45*20***5", "X12-ELM-010"),
        ("01*111000025*DA*123456*", "01**DA*123456*", "X12-ELM-010"),
        ("DA*123456*1512345678**01*222000024*DA*654321", "DA**1512345678**01*222000024*DA*654321", "X12-ELM-010"),
    ],
)
def test_a_broken_syntax_note_is_an_error(old, new, code):
    assert code in codes(payments(old, new))


def _rules() -> dict[str, SegmentRule]:
    """Every segment rule of every guide."""
    rules: dict[str, SegmentRule] = {}

    def collect(node: LoopNode, guide: str) -> None:
        for members in node.groups:
            for member in members:
                if isinstance(member, LoopNode):
                    collect(member, guide)
                else:
                    rules[f"{guide} {member.rule.id} {member.rule.name} {len(rules)}"] = member.rule

    for name in guide_names():
        collect(load_guide(name).root, name)
    unique = {id(rule): key for key, rule in reversed(rules.items())}
    return {key: rules[key] for key in unique.values()}


RULES = _rules()
MARKS = x12.Delimiters()
_accepting = cache(lambda rule: accepting(rule, MARKS))

_VALUES = st.one_of(
    st.sampled_from(["", "", "1", "X", "D8", "RD8", "TM", "20260131", "20260229", "20260101-20260231", "0930", "2460"]),
    st.sampled_from(
        [" X", "X ", "-5", "1.005", ".5", "5.", "0001", "12345678901234567890", "A^B", "é", "\u0661", "\x07"]
    ),
    st.text("AB01 -.^:\x00é", max_size=6),
)


@st.composite
def _texts(draw: st.DrawFn, rule: SegmentRule) -> str:
    """A segment that is nearly as the rule wants it."""

    def value(element, depth: int = 0) -> str:
        if element.parts and depth == 0:
            return ":".join(value(part, 1) for part in element.parts[: draw(st.integers(0, len(element.parts)))])
        if element.codes and draw(st.booleans()):
            return draw(st.sampled_from(sorted(element.codes)))
        return draw(_VALUES)

    count = draw(st.integers(0, len(rule.elements) + 1))
    values = [value(element) for element in rule.elements[:count]]
    return "*".join([rule.id, *values, *([draw(_VALUES)] if count > len(rule.elements) else [])])


@given(st.data())
def test_the_accepting_expression_never_accepts_what_the_explainer_finds_fault_with(data):
    rule = RULES[data.draw(st.sampled_from(sorted(RULES)))]
    text = data.draw(_texts(rule))
    segment = x12.Segment(text.split("*"), MARKS, 1, 0, len(text))

    if _accepting(rule).match(text) and not breaks_a_note(rule, segment.fields):
        assert [str(found) for found in Explainer(rule, segment, "").findings()] == []


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_the_accepting_expression_accepts_a_plain_segment(rule):
    """So the fast path is used at all: each rule accepts a segment made of its own first codes and shortest values."""

    def value(element, before: str) -> str:
        if element.usage != "R":
            return ""
        if element.parts:
            parts: list[str] = []
            for part in element.parts:
                parts.append(value(part, parts[-1] if parts else ""))
            return ":".join(parts).rstrip(":")
        if element.codes:
            return "D8" if "D8" in element.codes else min(element.codes)
        number, kind = element.place.element.number, element.place.element.kind
        if number == "1250":
            return "D8"
        if number == "1251":
            return {"RD8": "20260115-20260131", "TM": "0930", "DT": "202601150930"}.get(before, "20260131")
        plain = {"DT": "20260131", "TM": "0930", "R": "1", "N0": "1"}.get(kind, "A")
        return plain if kind in ("DT", "TM") else plain * max(1, element.min)

    values: list[str] = []
    for element in rule.elements:
        values.append(value(element, values[-1] if values else ""))
    text = "*".join([rule.id, *values]).rstrip("*")

    segment = x12.Segment(text.split("*"), MARKS, 1, 0, len(text))
    if not breaks_a_note(rule, segment.fields):
        assert _accepting(rule).match(text), text
