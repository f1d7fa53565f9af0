"""Payers' overlays: what they tighten and relax, and that a wrong line is told with its number."""

from __future__ import annotations

import pytest

from claimwright import x12
from claimwright.errors import InputError
from claimwright.x12.guides import find_guide, guide_names, load_guide
from claimwright.x12.guides.language import LoopNode
from claimwright.x12.overlays import Overlay, apply_overlay, parse_overlay
from claimwright.x12.rules.binding import positions_of
from tests.x12.files import CLAIM, PAYMENT, file_of, spoil

HEAD = "overlay 837 005010X222A1 # Example Health Plan\n"
RIGHT = file_of("837", CLAIM)


def found(data: bytes, *lines: str) -> list[str]:
    """Code and place of what is found under an overlay of these lines; both interpreters must agree."""
    overlay = parse_overlay(HEAD + "\n".join(lines))
    settings = x12.Settings(overlays=(overlay,))
    reading = x12.read(data, settings=settings)
    assert list(x12.check(data, settings=settings).findings) == reading.findings
    return [f"{one.code} {one.where.segment}{one.where.element or '':0>2}" for one in reading.findings]


def wrong_lines(text: str) -> list[str]:
    """The lines that are refused, with the guides that the overlay is for."""
    with pytest.raises(InputError) as refusal:
        parse_overlay(text).check()
    assert {one.code for one in refusal.value.findings} == {"X12-OVL-001"}
    return [one.where.field for one in refusal.value.findings]


def test_a_right_claim_is_right_without_an_overlay():
    assert found(RIGHT) == []


@pytest.mark.parametrize(
    ("line", "finding"),
    [
        ("usage 2300/REF[G1] R", "X12-SEG-003 REF00"),
        ("usage 2310A R", "X12-SEG-006 NM100"),
        ("usage 2300/REF[EA] N", "X12-SEG-002 REF00"),
        ("usage 2310B N", "X12-SEG-002 NM100"),
        ("usage 2010BA/NM105 R", "X12-ELM-001 NM105"),
        ("usage 2010BA/NM104 N", "X12-ELM-002 NM104"),
        ("usage 2400/SV101-4 R", "X12-ELM-001 SV101"),
        ("repeat 2400 1", "X12-SEG-005 LX00"),
        ("codes 2300/CLM05-3 = 7 8", "X12-ELM-006 CLM05"),
        ("codes 2000B/SBR09 - CI", "X12-ELM-006 SBR09"),
        ("length 2010BA/NM109 9-12", "X12-ELM-003 NM109"),
        ("length 2010BA/NM109 2-4", "X12-ELM-004 NM109"),
    ],
)
def test_a_line_tightens_the_guide(line, finding):
    assert finding in found(RIGHT, line)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("N4*SPRINGFIELD*IL*627010001\nDMG", "DMG", "usage 2010BA/N4 S\nseverity X12-CLM-013 off"),
        ("SBR*S*18*******CI", "SBR*S*18*******QQ", "codes 2000B/SBR09 + QQ"),
        ("REF*EA*MRN1", "REF*EA*MRN1\nREF*EA*MRN2", "repeat 2300/REF[EA] 2"),
        ("REF*EA*MRN1", "REF*EA*MRN1*MORE", "usage 2300/REF[EA]03 S"),
    ],
)
def test_a_line_relaxes_the_guide(old, new, line):
    data = file_of("837", spoil(CLAIM, old, new))
    assert found(data) != []
    assert found(data, line) == []


def test_a_severity_is_changed_by_its_code():
    data = file_of("837", CLAIM, CLAIM.replace("XX*1234567893", "XX*1234567890"))
    overlay = parse_overlay(HEAD + "severity X12-IDN-001 error\n")
    assert x12.read(data).accepted
    assert not x12.read(data, settings=x12.Settings(overlays=(overlay,))).accepted
    assert "X12-IDN-001 NM109" not in found(data, "severity X12-IDN-001 off")


def test_the_latest_word_on_a_severity_holds_and_that_of_the_settings_before_all():
    strict, lax = (parse_overlay(HEAD + f"severity X12-IDN-001 {word}\n") for word in ("error", "off"))

    def weight(*overlays: Overlay, **severities: str) -> str:
        said = {code.replace("_", "-"): word for code, word in severities.items()}
        return x12.Settings(overlays=overlays, severities=said).weights["X12-IDN-001"]

    assert weight(strict, lax) == "off"
    assert weight(lax, strict) == "error"
    assert weight(lax, strict, X12_IDN_001="info") == "info"


def test_rules_of_the_payer_are_checked_too():
    lines = (
        "rules",
        "fact has_record in 2300 from 2300/REF[EA]",
        "fact has_authorization in 2300 from 2300/REF[G1]",
        "check PLAN-AUT-001 error 4 at end of 2300 when has_record need has_authorization at 2300/CLM01",
        "  Claim {2300/CLM01} has a record and no authorization.",
        "  > Ask for an authorization.",
    )
    assert found(RIGHT, *lines) == ["PLAN-AUT-001 CLM01"]
    assert found(file_of("837", spoil(CLAIM, "REF*EA*MRN1\n", "")), *lines) == []


def test_a_rule_that_cannot_be_followed_is_told_with_its_line():
    assert wrong_lines(HEAD + "repeat 2400 9\nrules\ncheck NONSENSE\n") == ["line 4"]


def test_every_occurrence_of_a_loop_is_meant():
    """2300 stands in the subscriber's level and in the dependent's."""
    guide = apply_overlay("x222", HEAD + "usage 2300/REF[G1] R")
    changed = [one for one in positions_of(guide) if one.id == "REF" and one.values == {"G1"} and one.loop.id == "2300"]
    assert [one.usage for one in changed] == ["R", "R"]


def test_the_guide_itself_stays_as_it_is():
    before = [(one.usage, one.repeat, one.rule, one.values) for one in positions_of(load_guide("x222"))]
    apply_overlay("x222", HEAD + "usage 2310A R\nusage 2300/REF N\nrepeat 2400 1\ncodes 2300/CLM05-3 = 7\n")
    assert [(one.usage, one.repeat, one.rule, one.values) for one in positions_of(load_guide("x222"))] == before
    assert x12.read(RIGHT).findings == []


def test_other_sets_are_not_touched():
    overlay = parse_overlay(HEAD + "usage 2300/REF[G1] R")
    payment = find_guide("835", "005010X221A1")
    assert overlay.applied_to(payment) is payment
    settings = x12.Settings(overlays=(overlay,))
    assert x12.read(file_of("835", PAYMENT), settings=settings).findings == []


def test_a_guide_is_made_once():
    guide = load_guide("x222")
    text = HEAD + "usage 2310A R"
    assert parse_overlay(text).applied_to(guide) is parse_overlay(text).applied_to(guide)


def test_overlays_are_applied_one_after_the_other():
    first, second = parse_overlay(HEAD + "usage 2300/REF[G1] R"), parse_overlay(HEAD + "usage 2300/REF[9F] R")
    reading = x12.read(RIGHT, settings=x12.Settings(overlays=(first, second)))
    assert [one.code for one in reading.findings] == ["X12-SEG-003", "X12-SEG-003"]


@pytest.mark.parametrize(
    "line",
    [
        "use 2300 R",
        "usage 2300",
        "usage 2300 maybe",
        "usage 2399 R",
        "usage 2300/ZZZ R",
        "usage 2300/REF[QQ] R",
        "usage 2300/REF[G1]99 R",
        "usage 2300/CLM01 N",
        "usage 2300/CLM N",
        "usage 2300/CLM05-9 R",
        "repeat 2400 none",
        "repeat 2400 0",
        "repeat 2300/CLM01 2",
        "codes 2300 = 1",
        "codes 2300/CLM05-3 1",
        "codes 2300/CLM05-3 =",
        "codes 2300/CLM05-3 = @nobody",
        "codes 2000B/SBR03 + A",
        "codes 2000B/SBR01 - @payer_levels",
        "codes 2300/CLM05 = 1",
        "length 2010BA/NM109 9-2",
        "length 2010BA/NM109 1-99",
        "length 2010BA/NM1 9",
        "severity X12-IDN-001 loud",
        "severity X12-IDN-001",
        "usage 2000A/2300/CLM01 R",
    ],
)
def test_a_line_that_cannot_be_followed_is_told_with_its_number(line):
    assert wrong_lines(f"{HEAD}# The plan's own wishes.\n{line}\n") == ["line 3"]


def test_every_wrong_line_is_told_at_once():
    assert wrong_lines(HEAD + "usage 2300 maybe\nrepeat 2400 9\nrepeat 2400 none\n") == ["line 2", "line 4"]
    assert wrong_lines(HEAD + "usage 2399 R\nusage 2398 R\n") == ["line 2", "line 3"]


@pytest.mark.parametrize("text", ["", "# nothing\n", "usage 2300 R\n", "overlay 837\n", "overlay 837 005010X999\n"])
def test_an_overlay_names_its_guide_first(text):
    assert wrong_lines(text) == ["line 1"]


def test_an_overlay_without_lines_changes_nothing_for_any_guide():
    def shape(node: LoopNode) -> list[object]:
        members = [member for group in node.groups for member in group]
        return [
            shape(member) if isinstance(member, LoopNode) else (member.id, member.usage, member.repeat, member.group)
            for member in members
        ] + [len(node.required), node.group]

    for name in guide_names():
        guide = load_guide(name)
        copy = Overlay(guide.set_code, guide.versions, "").applied_to(guide)
        assert copy is not guide
        assert shape(copy.root) == shape(guide.root)
