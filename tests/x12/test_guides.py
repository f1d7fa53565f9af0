"""Guides: the language, and the guides as independent sources know them."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from xml.etree import ElementTree

import pytest

from claimwright import x12
from claimwright.x12.guides import code_lists, load_guide, nearest_guide
from claimwright.x12.guides.language import GuideError, LoopNode, Position, parse_guide
from claimwright.x12.standard import elements, segments


def guide_of(*lines: str):
    return parse_guide("\n".join(["guide 276 HR 005010X999 # A guide", *lines]), codes={"colours": frozenset("RGB")})


def members(node: LoopNode) -> list[Position | LoopNode]:
    return [member for group in node.groups for member in group]


def test_a_guide_says_set_group_versions_and_name():
    guide = guide_of("ST R 1 RRR")

    assert (guide.set_code, guide.functional_id, guide.versions, guide.name) == (
        "276",
        "HR",
        ("005010X999",),
        "A guide",
    )


def test_a_line_is_a_segment_with_usage_repeats_elements_codes_and_name():
    (ref,) = members(guide_of("REF S 3 RSNS(RR) 1:EI,SY 2/2-9 4-1:@colours # Identification").root)

    assert (ref.id, ref.usage, ref.repeat, ref.rule.name) == ("REF", "S", 3, "Identification")
    assert [element.usage for element in ref.rule.elements] == ["R", "S", "N", "S"]
    assert ref.rule.elements[0].codes == {"EI", "SY"}
    assert (ref.rule.elements[1].min, ref.rule.elements[1].max) == (2, 9)
    assert ref.rule.elements[3].parts[0].codes == {"R", "G", "B"}
    assert ref.values == {"EI", "SY"}


def test_a_rule_may_be_for_a_run_of_elements():
    (hi,) = members(guide_of("HI R 1 R(RR)S(RR)S(RR) 1-1:ABK 2..3-1:ABF").root)

    assert [element.parts[0].codes for element in hi.rule.elements] == [{"ABK"}, {"ABF"}, {"ABF"}]


def test_what_is_indented_is_inside():
    (outer,) = members(
        guide_of("loop 2000 R > # Outer", "  HL R 1 RNR", "  loop 2100 S 2 # Inner", "    NM1 R 1 RR").root
    )

    assert isinstance(outer, LoopNode)
    inner = members(outer)[1]
    assert isinstance(inner, LoopNode)
    assert (inner.path, inner.usage, inner.repeat, inner.trigger.id) == ("2000/2100", "S", 2, "NM1")


def test_what_is_shared_is_written_once_and_its_rules_are_the_same_objects():
    guide = guide_of(
        "share 2300", "  CLM R 1 RR", "use 2300 S 100", "loop 2000C S >", "  HL R 1 RNR", "  use 2300 R 100"
    )
    first, second = members(guide.root)
    inner = members(second)[1]

    assert (first.repeat, inner.usage) == (100, "R")
    assert first.trigger.rule is inner.trigger.rule
    assert first.trigger is not inner.trigger


def test_shares_may_be_imported_from_another_file_whose_lines_are_told_apart():
    shared = "share NAME\n  NM1 R 1 RRR 1:85 # Billing provider\n"
    lines = "guide 837 HC X # A guide\nREF R 1 RR 1:EI # Tax\nimport common\ninclude NAME\n"
    guide = parse_guide(lines, {}, {"common": shared}.__getitem__)

    assert [member.rule.name for member in members(guide.root)] == ["Tax", "Billing provider"]


def test_a_guide_that_imports_where_there_is_nothing_to_import_is_refused():
    with pytest.raises(GuideError, match="import common"):
        guide_of("import common", "ST R 1 RRR")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("XYZ R 1 RR", "XYZ"),
        ("REF R 1 RRNSS", "5 elements where the standard has 4"),
        ("REF R 1 NR", "mandatory in the standard"),
        ("REF R 1 RR 1:@unknown", "unknown"),
        ("REF R x RR", "invalid literal"),
    ],
)
def test_a_guide_that_leaves_the_standard_is_refused_with_its_line(line, reason):
    with pytest.raises(GuideError, match=rf"line 2: .*{re.escape(reason)}"):
        guide_of(line)


def test_the_nearest_guide_of_an_unknown_version_is_of_the_same_kind():
    assert nearest_guide("837", "004010X098A1") is load_guide("x222")
    assert nearest_guide("837", "004010X096A1") is load_guide("x223")
    assert nearest_guide("837", "004010X097A1") is load_guide("x224")
    assert nearest_guide("837", "005010X223A9") is load_guide("x223")
    assert nearest_guide("837", "999999X999") is load_guide("x222")
    assert nearest_guide("277", "005010X214E9") is load_guide("x214")
    assert nearest_guide("850", "005010") is None
    assert x12.find_guide("837", "004010X098A1") is None


def test_the_standards_tables_fit_together():
    assert all(1 <= element.min <= element.max for element in elements().values())
    for standard in segments().values():
        for note in standard.notes:
            assert max(note.positions) <= len(standard.places), standard.id


def test_code_lists_have_no_empty_list_but_those_that_are_to_be_loaded():
    assert {name for name, codes in code_lists().items() if not codes} == {"taxonomies", "diagnoses", "procedures"}


# pyx12 comes with maps of its own, made by other people from the same published guides.

_PYX12 = {
    "x222": "837.5010.X222.A1.xml",
    "x223": "837Q3.I.5010.X223.A1.xml",
    "x221": "835.5010.X221.A1.xml",
    "x231": "999.5010X231.A1.xml",
}
_ENVELOPE_LOOPS = ("ISA_LOOP", "GS_LOOP", "ST_LOOP", "HEADER", "DETAIL", "FOOTER")
_ENVELOPE_SEGMENTS = ("ISA", "GS", "GE", "IEA", "TA1")
_UNLIMITED = 10**9


@cache
def _pyx12_loops(guide: str) -> dict[str, tuple[str, int]]:
    """Loop path → usage and repeats."""
    found: dict[str, tuple[str, int]] = {}

    def go(node: ElementTree.Element, path: tuple[str, ...]) -> None:
        for loop in node.findall("loop"):
            name, repeat = loop.get("xid", ""), loop.findtext("repeat", "1")
            here = path if name in _ENVELOPE_LOOPS or name.startswith("TABLE") else (*path, name)
            if here != path:
                found["/".join(here)] = (loop.findtext("usage", ""), _UNLIMITED if repeat[0] == ">" else int(repeat))
            go(loop, here)

    go(_pyx12_map(guide), ())
    return found


@cache
def _pyx12_segments(guide: str) -> dict[tuple[str, str], list[tuple[str, int]]]:
    """(loop path, segment) → usage and repeats of each of its places, sorted."""
    found: dict[tuple[str, str], list[tuple[str, int]]] = {}

    def go(node: ElementTree.Element, path: tuple[str, ...]) -> None:
        for child in node:
            name = child.get("xid", "")
            if child.tag == "segment" and name not in _ENVELOPE_SEGMENTS:
                repeat = child.findtext("max_use", "1")
                place = (child.findtext("usage", ""), _UNLIMITED if repeat[0] == ">" else int(repeat))
                found.setdefault(("/".join(path), name), []).append(place)
            elif child.tag == "loop":
                go(child, path if name in _ENVELOPE_LOOPS or name.startswith("TABLE") else (*path, name))

    go(_pyx12_map(guide), ())
    return {key: sorted(places) for key, places in found.items()}


def _pyx12_map(guide: str) -> ElementTree.Element:
    return ElementTree.fromstring(files("pyx12").joinpath("map", _PYX12[guide]).read_text(encoding="utf-8"))


def _our_loops(node: LoopNode) -> dict[str, tuple[str, int]]:
    found: dict[str, tuple[str, int]] = {}
    for member in members(node):
        if isinstance(member, LoopNode):
            found[member.path] = (member.usage, member.repeat)
            found |= _our_loops(member)
    return found


def _our_segments(node: LoopNode) -> dict[tuple[str, str], list[tuple[str, int]]]:
    found: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for member in members(node):
        if isinstance(member, LoopNode):
            found |= _our_segments(member)
        else:
            found.setdefault((node.path, member.id), []).append((member.usage, member.repeat))
    return {key: sorted(places) for key, places in found.items()}


@pytest.mark.parametrize("guide", _PYX12)
def test_our_guide_has_the_loops_that_pyx12_knows(guide):
    assert _our_loops(load_guide(guide).root) == _pyx12_loops(guide)


_KNOWN_DIFFERENCES = {
    ("2000/2100", "CTX"),  # pyx12 counts the business unit identifier (1) apart from the other contexts (9).
    ("2000/2100/2110", "IK4"),  # The segment that opens a loop is required in it, for us.
}


@pytest.mark.parametrize("guide", _PYX12)
def test_our_guide_has_the_segments_that_pyx12_knows_with_their_usage_and_repeats(guide):
    ours, theirs = _our_segments(load_guide(guide).root), _pyx12_segments(guide)

    assert set(ours) == set(theirs)
    assert {key for key in ours if ours[key] != theirs[key]} <= _KNOWN_DIFFERENCES
