"""The rule language, verb by verb: a rule of a line or two on a right claim, and what breaks it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from types import MappingProxyType

import pytest

from claimwright import x12
from claimwright.x12.guides import Guide, code_lists, load_guide
from claimwright.x12.rules.binding import bind
from claimwright.x12.rules.language import RuleError, parse_rules
from tests.x12.files import CLAIM, file_of, spoil


class Rules:
    """An overlay that brings rules only; each test names their codes TST."""

    severities: Mapping[str, str] = MappingProxyType({})

    def __init__(self, text: str) -> None:
        self.applied_to = cache(lambda guide: replace(guide, extra_rules=f"rules x222\n{text}\n"))

    def applied_to(self, guide: Guide) -> Guide:
        raise NotImplementedError


def found(rule: str, *changes: tuple[str, str]) -> list[str]:
    """What a rule says about the claim with these changes: severity, place and message of each finding of its own."""
    body = CLAIM
    for old, new in changes:
        body = spoil(body, old, new)
    findings = x12.read(file_of("837", body), settings=x12.Settings(overlays=(Rules(rule),))).findings
    own = [finding for finding in findings if finding.code.startswith("X12-TST")]
    return [f"{at.where.segment}{at.where.element or ''} {at.message}" for at in own]


WORDS = "\n  Said.\n  > Mend it."


@pytest.mark.parametrize(
    ("rule", "old", "new", "says"),
    [
        ("require X12-TST-001 error 4 2010BA/NM109 when 02 = 1", "JANE****MI*MEM0001", "JANE", ["NM19 Said."]),
        ("require X12-TST-001 error 4 2300/CLM11-4 when -1 = AA", "*Y*Y\nREF*EA", "*Y*Y**AA\nREF*EA", ["CLM11 Said."]),
        ("require X12-TST-001 error 4 2300/CLM11-4 when -1 = AA", "*Y*Y\nREF*EA", "*Y*Y**AA:::IL\nREF*EA", []),
        ("require X12-TST-001 error 4 2300/CLM11-4 when -1 = AA", "*Y*Y\nREF*EA", "*Y*Y\nREF*EA", []),
        ("forbid X12-TST-001 error 4 2300/CLM11", "*Y*Y\nREF*EA", "*Y*Y**OA\nREF*EA", ["CLM11 Said."]),
        ("forbid X12-TST-001 error 4 2010AA/N402 when 00 = IL", "*IL*", "*IL*", ["N42 Said."]),
        ("forbid X12-TST-001 error 4 2010AA/N402 when 00 != IL", "*IL*", "*IL*", []),
        ("forbid X12-TST-001 error 4 2010AA/N402 when 04 absent", "*IL*", "*IL*", ["N42 Said."]),
        ("forbid X12-TST-001 error 4 2010AA/N402 when 04 given", "*IL*", "*IL*", []),
        ("lookup X12-TST-001 error 5 2300/CLM05-1 in @states", "*11:B:1*", "*11:B:1*", ["CLM5 Said."]),
        ("lookup X12-TST-001 error 5 2300/CLM05-1 not in @places", "*11:B:1*", "*11:B:1*", ["CLM5 Said."]),
        ("lookup X12-TST-001 error 5 2300/CLM05-1 not in @states", "*11:B:1*", "*11:B:1*", []),
        ("lookup X12-TST-001 error 5 2300/CLM05-1 in @diagnoses", "*11:B:1*", "*11:B:1*", []),
        ("lookup X12-TST-001 error 5 2300/CLM05-1 not in @diagnoses", "*11:B:1*", "*11:B:1*", []),
        ("unique X12-TST-001 error 4 2400/REF[6R]02 in 2300", "REF*6R*LINE2", "REF*6R*LINE1", ["REF2 Said."]),
        ("unique X12-TST-001 error 4 2400/REF[6R]02 in 2400", "REF*6R*LINE2", "REF*6R*LINE1", []),
        ("unique X12-TST-001 error 4 2400/REF[6R]02 in 2300 when 00 != LINE1", "LINE2", "LINE1", []),
        ("among X12-TST-001 error 4 2400/LX01 in 2300/CLM01 of 2300", "LX*2", "LX*2", ["LX1 Said.", "LX1 Said."]),
        ("among X12-TST-001 error 4 2400/LX01 in 2300/CLM05-3 of 2300", "LX*2", "LX*2", ["LX1 Said."]),
        ("among X12-TST-001 error 4 2400/LX01 in 2300/CLM05-3 of 2300 when 00 != 2", "LX*2", "LX*2", []),
        ("among X12-TST-001 error 4 2400/LX01 in 2300/CLM05-3 of 2400", "LX*2", "LX*2", ["LX1 Said.", "LX1 Said."]),
        ("among X12-TST-001 error 4 2400/LX01 in 2300/CLM10 of 2300", "LX*2", "LX*2", []),
        ("among X12-TST-001 error 4 2400/LX01 in 2300/CLM05-3 of 2300", "*11:B:1*", "*11:B:*", []),
        ("numbered X12-TST-001 error 4 2400/LX01 in 2300", "LX*2", "LX*3", ["LX1 Said."]),
    ],
)
def test_a_rule_about_one_value_is_broken_by_it_alone(rule, old, new, says):
    assert found(rule + WORDS, (old, new)) == says


@pytest.mark.parametrize(
    ("rules", "says"),
    [
        ("fact here in 2300 from 2300/HI\ncheck X12-TST-001 error 4 at end of 2300 need not here", ["CLM Said."]),
        ("fact here in 2300 from 2300/HI\ncheck X12-TST-001 error 4 at end of 2300 need here", []),
        ("fact here in 2300 from 2300/CR1\ncheck X12-TST-001 error 4 at end of 2300 when here need 0 = 1", []),
        (
            (
                "fact one in 2300 from 2300/CR1\nfact two in 2300 from 2300/HI\n"
                "check X12-TST-001 error 4 at end of 2300 need one or two"
            ),
            [],
        ),
        ("count lines in 2300 from 2400/LX\ncheck X12-TST-001 error 4 at end of 2300 need lines = 2", []),
        ("count lines in 2300 from 2400/LX\ncheck X12-TST-001 error 4 at end of 2300 need lines > 2", ["CLM Said."]),
        (
            (
                "sum all in 2300 from +2400/SV102 -2300/CLM02\nsum none in 2300 from 2400/AMT02\n"
                "check X12-TST-001 error 3 at end of 2300 need all = none"
            ),
            [],
        ),
        (
            (
                "max last in 2300 from 2400/DTP[472]03 end\n"
                "check X12-TST-001 error 4 at end of 2300 need last <= 20260115 at 2400/DTP[472]03"
            ),
            ["DTP3 Said."],
        ),
        (
            (
                "min first in 2300 from 2400/DTP[472]03 start\n"
                "check X12-TST-001 error 4 at end of 2300 need first >= 20260115"
            ),
            [],
        ),
        ("last none in 2300 from 2300/DTP[439]03\ncheck X12-TST-001 error 4 at end of 2300 need none < 1", []),
    ],
)
def test_a_check_compares_what_the_registers_hold(rules, says):
    assert found(rules + WORDS) == says


def test_the_words_of_a_rule_name_places_registers_and_the_value():
    rules = "count lines in 2300 from 2400/LX\nlookup X12-TST-001 error 4 2400/LX01 in zero"
    words = "\n  {place} {value!r} of {2300/CLM01}, {lines} so far.\n  > Mend it."

    assert found(rules + words) == ["LX1 LX01 '1' of CLAIM1, 1 so far.", "LX1 LX01 '2' of CLAIM1, 2 so far."]


@pytest.mark.parametrize(("since", "is_said"), [("since 20260303", False), ("until 20260301", False), ("", True)])
def test_a_rule_is_in_force_on_some_days_only(since, is_said):
    """The group's day (GS04) decides: it is 2 March 2026."""
    assert bool(found(f"forbid X12-TST-001 error 4 2300/HI01 {since}" + WORDS)) is is_said


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("rules x222\nforbid X12-TST-001 error 4 2300/HI01", "has no words"),
        ("rules x222\nforbid X12-TST-001 error 4 HI01\n  A.\n  > B.", "is not a place"),
        ("rules x222\nprefer X12-TST-001 error 4 2300/HI01\n  A.\n  > B.", "no verb"),
        ("rules x222\nlookup X12-TST-001 fatal 4 2300/HI01 in npi\n  A.\n  > B.", "fatal"),
        ("rules x222\nlookup X12-TST-001 error 4 2300/HI01 from npi\n  A.\n  > B.", "is expected"),
        ("rules x222\nrequire X12-TST-001 error 4 2300/HI01 when 02 ~ 3\n  A.\n  > B.", "cannot compare"),
        ("rules x222\nrequire X12-TST-001 error 4 2300/HI01 unless 02 = 3\n  A.\n  > B.", "is not understood"),
        ("forbid X12-TST-001 error 4 2300/HI01\n  A.\n  > B.", "the first statement must be"),
    ],
)
def test_what_the_language_does_not_know_is_refused_with_its_line(text, wrong):
    with pytest.raises(RuleError, match=wrong):
        parse_rules(text, code_lists())


def test_a_register_or_list_that_is_not_there_is_refused():
    check = "rules x222\ncheck X12-TST-001 error 4 at end of 2300 need colour\n  A.\n  > B."
    lookup = "rules x222\nlookup X12-TST-001 error 4 2300/CLM01 in @colours\n  A.\n  > B."
    for text in (check, lookup):
        with pytest.raises(RuleError, match="is not known"):
            bind(load_guide("x222"), [parse_rules(text, code_lists())])
