"""The outline of a reading: every segment once, in order, named by the guide."""

from __future__ import annotations

import pytest

from claimwright import x12
from claimwright.x12.guides import guide_names, load_guide
from claimwright.x12.outline import Entry, Kind, outline
from tests.x12.files import ACKNOWLEDGEMENT, CLAIM, DEPENDENT, PAYMENT, file_of, spoil, spoil_bytes

FILES = {
    "claims": file_of("837", CLAIM, DEPENDENT),
    "payment": file_of("835", PAYMENT),
    "acknowledgement": file_of("999", ACKNOWLEDGEMENT),
    "two interchanges": file_of("835", PAYMENT) + file_of("837", CLAIM),
}


def entries(data: bytes, **wanted) -> list[Entry]:
    return list(outline(x12.read(data), **wanted))


def segments(data: bytes, **wanted) -> list[str]:
    return [str(entry.segment) for entry in entries(data, **wanted) if entry.segment]


@pytest.mark.parametrize("name", FILES)
def test_every_segment_is_there_once_and_in_order(name):
    assert segments(FILES[name]) == [str(segment) for segment in x12.read(FILES[name]).segments()]


@pytest.mark.parametrize("name", FILES)
def test_every_segment_and_loop_of_a_right_file_has_a_name(name):
    named = (Kind.SEGMENT, Kind.LOOP, Kind.SET)
    assert [entry for entry in entries(FILES[name]) if entry.kind in named and not entry.name] == []


def test_names_are_those_of_the_guide_by_loop_and_qualifier():
    names = {str(entry.segment).partition("*DOE")[0]: entry.name for entry in entries(FILES["claims"]) if entry.segment}
    assert names["NM1*85*2*LAKESIDE CLINIC*****XX*1234567893"] == "Billing provider"
    assert names["AMT*D*80"] == "Paid by this payer"


def test_depth_is_that_of_the_loops():
    loops = {entry.loop: entry.depth for entry in entries(FILES["claims"]) if entry.kind is Kind.LOOP}
    assert (loops["2000A"], loops["2000B"], loops["2000C"], loops["2010CA"]) == (3, 4, 5, 6)


def test_a_finding_stands_with_its_segment():
    data = spoil_bytes(FILES["payment"], "DTM*472*20260115", "DTM*472*20260230")
    about = {str(entry.segment): [found.code for found in entry.findings] for entry in entries(data) if entry.findings}
    assert about == {"DTM*472*20260230": ["X12-ELM-007"]}


def test_every_finding_with_a_place_is_told_once():
    data = file_of("837", spoil(CLAIM, "DTP*472*D8*20260115\n", ""), spoil(CLAIM, "CLM*CLAIM1*150", "CLM*CLAIM1*151"))
    told = [found for entry in entries(data) for found in entry.findings]
    assert sorted(map(str, told)) == sorted(str(found) for found in x12.read(data).findings if found.where.index)


def test_a_claim_comes_with_the_levels_above_it_and_without_the_others():
    data = file_of("837", CLAIM, CLAIM.replace("CLAIM1", "CLAIM2"))
    kept = segments(data, claim="CLAIM2")
    assert "CLM*CLAIM2*150***11:B:1*Y*A*Y*Y" in kept
    assert not any("CLAIM1" in segment for segment in kept)
    assert [segment for segment in kept if segment.startswith("HL")] == ["HL*1**20*1", "HL*2*1*22*0"]
    assert kept[-3:] == ["DTP*573*D8*20260210", "GE*2*1", "IEA*1*000000001"]


def test_one_set_can_be_told_alone():
    kept = segments(FILES["two interchanges"], set_number=2)
    assert any(segment.startswith("CLM") for segment in kept)
    assert not any(segment.startswith("CLP") for segment in kept)


def test_a_segment_that_fits_nowhere_says_so():
    data = file_of("837", spoil(CLAIM, "HI*ABK", "ZZZ*1\nHI*ABK"))
    assert [entry.name for entry in entries(data) if entry.segment and entry.segment.id == "ZZZ"] == [
        "not expected here"
    ]


def test_a_set_without_a_guide_is_flat():
    data = FILES["payment"].replace(b"ST*835", b"ST*850")
    assert Kind.LOOP not in {entry.kind for entry in entries(data)}
    assert segments(data) == [str(segment) for segment in x12.read(data).segments()]


def test_every_guide_names_its_loops_and_segments():
    """An outline has a word for everything: no guide leaves a name out."""
    for name in guide_names():
        nodes = [load_guide(name).root]
        while nodes:
            node = nodes.pop()
            assert node.name, (name, node.id)
            for group in node.groups:
                for member in group:
                    if hasattr(member, "groups"):
                        nodes.append(member)
                    else:
                        assert member.rule.name, (name, node.id, member.id)
