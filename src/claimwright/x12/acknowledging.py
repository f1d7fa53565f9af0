"""Answers to a reading: the TA1 for its interchange and the 999 for its groups, as views of the findings.

TA105 is of the list I18, IK304, IK403 and IK502 are of the 999 guide (005010X231A1).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from claimwright.findings import Finding, Severity
from claimwright.x12.reading import Group, Interchange, Reading, TransactionSet
from claimwright.x12.writing import Envelope, OutgoingSegment, OutgoingSet, write_interchange

_VERSION = "005010X231A1"
_SEGMENT_CODES = ("X12-SEG", "X12-HL")
_BAD_DATA_MAX = 99


def acknowledge(reading: Reading, envelope: Envelope, *, with_ta1: bool = True) -> bytes:
    """One interchange that answers every interchange of `reading`: a TA1 each, a 999 for each group.

    Raises `InputError` when there is nothing to answer.
    """
    acks = list(interchange_acknowledgements(reading)) if with_ta1 else []
    groups = [group for interchange in reading.interchanges if not _refusal(interchange) for group in interchange.groups]
    sets = [OutgoingSet("999", _VERSION, list(_group(group))) for group in groups]
    return write_interchange(envelope, sets, acks=acks)


def interchange_acknowledgements(reading: Reading) -> Iterator[OutgoingSegment]:
    """The TA1 for each interchange: accepted, or rejected with the first reason."""
    for interchange in reading.interchanges:
        isa = interchange.isa
        note = _refusal(interchange)
        control = isa[13] if isa[13].isdigit() and len(isa[13]) == 9 else "000000000"
        yield ("TA1", control, isa[9], isa[10], "R" if note else "A", note or "000")


def _refusal(interchange: Interchange) -> str:
    """The TA105 code for which the interchange is refused; `''` when it is not."""
    for found in interchange.findings:
        if found.severity is Severity.ERROR and found.ack and len(found.ack) == 3:
            return found.ack
    return ""


def _group(group: Group) -> Iterator[OutgoingSegment]:
    yield ("AK1", group.functional_id, group.control, *((group.version,) if group.version else ()))
    accepted = 0
    for transaction_set in group.sets:
        accepted += transaction_set.accepted
        yield from _set(transaction_set)
    errors = [found.ack for found in group.findings if found.severity is Severity.ERROR and found.ack]
    included = _included(group)
    if errors or not accepted:
        verdict = "R"
    else:
        verdict = "A" if accepted == len(group.sets) else "P"
    counts = (str(included), str(len(group.sets)), "0" if errors else str(accepted))
    yield ("AK9", verdict, *counts, *dict.fromkeys(errors[:5]))


def _included(group: Group) -> int:
    claimed = group.ge[1] if group.ge else ""
    return int(claimed) if claimed.isascii() and claimed.isdigit() and len(claimed) <= 6 else len(group.sets)


def _set(transaction_set: TransactionSet) -> Iterator[OutgoingSegment]:
    start = transaction_set.segments[0]
    yield ("AK2", start[1], start[2], *((start[3],) if start[3] else ()))
    errors = [found for found in transaction_set.findings if found.severity is Severity.ERROR]
    in_segments = [found for found in errors if _is_about_a_segment(found)]
    for (_, _, _), found in groupby(in_segments, key=_segment_key):
        yield from _segment(transaction_set, list(found))
    codes = [found.ack for found in errors if found.ack and found.code.startswith("X12-ENV")]
    if in_segments:
        codes.insert(0, "5")
    balances = [found for found in errors if not found.ack]
    if balances and not codes:
        codes.append("I6")
    yield ("IK5", "R" if errors else "A", *list(dict.fromkeys(codes))[:5])


def _is_about_a_segment(found: Finding) -> bool:
    return bool(found.ack) and not found.code.startswith("X12-ENV") and found.where.index is not None


def _segment_key(found: Finding) -> tuple[int, str, bool]:
    is_segment = found.code.startswith(_SEGMENT_CODES[:1])
    return found.where.index or 0, found.where.segment or "", is_segment


def _segment(transaction_set: TransactionSet, found: list[Finding]) -> Iterator[OutgoingSegment]:
    first = found[0]
    position = (first.where.index or 0) - transaction_set.segments[0].index + 1
    loop = (first.where.loop or "").rpartition("/")[2]
    is_segment = first.code.startswith("X12-SEG")
    name = (first.where.segment or "ZZ")[:3].ljust(2, "Z")
    yield ("IK3", name, str(position), loop, (first.ack or "8") if is_segment else "8")
    if not is_segment:
        for one in found:
            yield _element(one)


def _element(found: Finding) -> OutgoingSegment:
    where = found.where
    position = (str(where.element or 1), str(where.component) if where.component else "")
    return ("IK4", position, "", found.ack or "7")
