"""Right files give no finding at all; each single defect gives the finding it must, at its place, and nothing else."""

from __future__ import annotations

from collections import Counter

import pytest

from claimwright import x12
from claimwright.findings import Finding
from tests.judges import pyx12_errors
from tests.x12.defects.kit import Defect, Expected, Spoilt, base_names, base_text, defects

KIT = defects()
_UNKNOWN_TO_PYX12 = ("authorization", "dental", "eligibility")
"""Bases of which pyx12 has no guide: 278 and 271 of 005010."""


@pytest.mark.parametrize("name", base_names())
def test_a_right_file_gives_no_finding(name):
    reading = x12.read(base_text(name).encode())

    assert [str(found) for found in reading.findings] == []
    assert all(found.guide for found in reading.sets())


@pytest.mark.parametrize("name", [name for name in base_names() if name not in _UNKNOWN_TO_PYX12])
def test_another_engine_finds_nothing_wrong_with_a_right_file_either(name):
    assert pyx12_errors(base_text(name).encode()) == []


@pytest.mark.parametrize("defect", KIT, ids=lambda defect: f"{defect.kit}: {defect.title}")
def test_a_single_defect_is_found_at_its_place_and_nothing_else_is(defect: Defect):
    spoilt = defect.spoilt()
    findings = x12.read(spoilt.data).findings
    told = [str(found) for found in findings]

    assert len(findings) == len(defect.finds), told
    for expected, found in zip(defect.finds, findings, strict=True):
        assert _seen(found) == _wanted(expected), told
        _assert_points_at(found, expected, spoilt)


def test_the_kit_covers_every_message_and_every_class():
    per_base = Counter(defect.base for defect in KIT)
    per_class = Counter(defect.kit for defect in KIT)

    assert len(KIT) >= 100
    assert set(per_base) == set(base_names())
    assert min(per_class.values()) >= 2


def test_no_two_defects_are_the_same():
    assert len({(defect.base, *defect.changes) for defect in KIT}) == len(KIT)
    assert len({(defect.kit, defect.title) for defect in KIT}) == len(KIT)


def _seen(found: Finding) -> tuple[object, ...]:
    where = found.where
    loop = (where.loop or "").rpartition("/")[2]
    return str(found.severity), found.code, loop, where.segment, where.element, where.component


def _wanted(expected: Expected) -> tuple[object, ...]:
    place = (expected.loop, expected.segment, expected.element, expected.component)
    return expected.severity, expected.code, *place


def _assert_points_at(found: Finding, expected: Expected, spoilt: Spoilt) -> None:
    """The offset is that of a segment that was changed, or of the one that the kit names."""
    offset = found.where.offset
    assert offset is not None
    segment = spoilt.segment_at(offset)
    if expected.on:
        assert segment.startswith(expected.on), f"{found} points at {segment}"
    else:
        assert spoilt.first <= offset <= spoilt.last, f"{found} points at {segment}"
