"""HL numbering: every set that has levels numbers them 1, 2, 3 ... and each names a parent that came before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from claimwright.findings import Finding, Where
from claimwright.x12.catalogue import finding
from claimwright.x12.elements import is_digits
from claimwright.x12.tree import Segment

if TYPE_CHECKING:
    from claimwright.x12.reading import TransactionSet


def check_levels(transaction_set: TransactionSet) -> Iterator[Finding]:
    """HL01 counts from 1; HL02 names an earlier level."""
    number = 0
    for segment in transaction_set.segments:
        if segment.fields[0] != "HL":
            continue
        number += 1
        if segment[1] != str(number):
            yield finding("X12-HL-001", _at(segment, 1), value=segment[1], expected=number)
        parent = segment[2]
        if parent and not (is_digits(parent) and 0 < int(parent[:9]) < number):
            yield finding("X12-HL-002", _at(segment, 2), value=parent)


def _at(segment: Segment, element: int) -> Where:
    return Where(segment="HL", index=segment.index, element=element, offset=segment.offset)
