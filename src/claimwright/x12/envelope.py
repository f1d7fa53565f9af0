"""The envelope's own rules: control numbers, counts, and what ISA, GS and ST must hold.

A segment of the usual shape is proven right by one expression, which may doubt what is right; any other one is looked
at element by element.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING

from claimwright.findings import Finding, Where
from claimwright.x12.catalogue import finding
from claimwright.x12.elements import is_date, is_digits, is_time

if TYPE_CHECKING:
    from claimwright.x12.tree import Segment

FUNCTIONAL_IDS = {
    "270": "HS", "271": "HB", "275": "PI", "276": "HR", "277": "HN", "278": "HI", "820": "RA", "834": "BE", "835": "HP",
    "837": "HC", "997": "FA", "999": "FA",
}  # fmt: skip
"""GS01 for each set, as the 5010 guides name it."""

_ISA_CODES = {
    1: ({"00", "03"}, "010"), 3: ({"00", "01"}, "012"), 14: ({"0", "1"}, "019"), 15: ({"P", "T"}, "020"),
}  # fmt: skip
_PARTY_CODES = {"01", "14", "20", "27", "28", "29", "30", "33", "ZZ"}
_ISA_LENGTH = 105

_MONTH_AND_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|1\d|2[0-8])"
_HOUR_AND_MINUTE = r"(?:[01]\d|2[0-3])[0-5]\d"


@cache
def _usual_isa(mark: str) -> re.Pattern[str]:
    """What matches an ISA with these separators only when nothing is wrong with it."""
    party = rf"(?:{'|'.join(sorted(_PARTY_CODES))})%(?=[ -~]{{15}})(?! {{15}})[^%]{{15}}"
    elements = (
        rf"ISA%0[03]%[^%]{{10}}%0[01]%[^%]{{10}}%{party}%{party}%\d\d{_MONTH_AND_DAY}%{_HOUR_AND_MINUTE}"
        r"%[^%]%\d{5}%\d{9}%[01]%[PT]%[^%]\Z"
    )
    return re.compile(elements.replace("%", re.escape(mark)), re.ASCII)


@cache
def _usual_gs(mark: str) -> re.Pattern[str]:
    """The same for a GS."""
    elements = (
        rf"GS%[^%]*%[^%]{{2,15}}%[^%]{{2,15}}%(?:19|20)\d\d{_MONTH_AND_DAY}%{_HOUR_AND_MINUTE}"
        r"%\d{1,9}%X%[^%]+\Z"
    )
    return re.compile(elements.replace("%", re.escape(mark)), re.ASCII)


def _at(segment: Segment, element: int | None = None) -> Where:
    return Where(segment=segment.id, index=segment.index, element=element, offset=segment.offset)


def isa_findings(isa: Segment) -> Iterable[Finding]:
    """What is wrong with an ISA."""
    if isa.length == _ISA_LENGTH and _usual_isa(isa.delimiters.element).match(str(isa)):
        return ()
    return _isa_findings(isa)


def _isa_findings(isa: Segment) -> Iterator[Finding]:
    if isa.length != _ISA_LENGTH:
        yield finding("X12-ENV-005", _at(isa), length=isa.length)
    yield from _isa_elements(isa)


def iea_findings(isa: Segment, iea: Segment | None, groups: int) -> Iterator[Finding]:
    """What is wrong with the end of an interchange of so many groups; its IEA may be missing."""
    if iea is None:
        yield finding("X12-ENV-006", _at(isa))
        return
    if iea[2].strip() != isa[13].strip():
        yield finding("X12-ENV-007", _at(iea, 2), value=iea[2], expected=isa[13])
    if _count(iea[1]) != groups:
        yield finding("X12-ENV-008", _at(iea, 1), value=iea[1], expected=groups)


def is_interchange_date(text: str) -> bool:
    """True for YYMMDD on the calendar, as ISA09 and TA102 write it."""
    return len(text) == 6 and is_date(text)


def is_interchange_time(text: str) -> bool:
    """True for HHMM on the clock, as ISA10 and TA103 write it."""
    return len(text) == 4 and is_time(text)


def ta1_findings(ack: Segment) -> Iterator[Finding]:
    """What is wrong with a TA1."""
    for element, name, is_right in (
        (1, "control number", is_digits(ack[1], 9)),
        (2, "date", is_interchange_date(ack[2])),
        (3, "time", is_interchange_time(ack[3])),
        (4, "verdict", ack[4] in ("A", "E", "R")),
        (5, "note code", is_digits(ack[5], 3)),
    ):
        if not is_right:
            yield _form_finding(ack, element, name, "022")


def _isa_elements(isa: Segment) -> Iterator[Finding]:
    for element, (codes, ack) in _ISA_CODES.items():
        if isa[element] not in codes:
            yield _form_finding(isa, element, _ISA_NAMES[element], ack, "it is not a code of the list")
    for element, ack in ((5, "005"), (7, "007")):
        if isa[element] not in _PARTY_CODES:
            yield _form_finding(isa, element, _ISA_NAMES[element], ack, "it is not a qualifier of the list")
    for element, ack, is_right, reason in (
        (6, "006", bool(isa[6].strip()), "it is empty"),
        (8, "008", bool(isa[8].strip()), "it is empty"),
        (9, "014", is_interchange_date(isa[9]), "it is not a date as YYMMDD"),
        (10, "015", is_interchange_time(isa[10]), "it is not a time as HHMM"),
        (12, "017", is_digits(isa[12], 5), "it is not a version as 00501"),
        (13, "018", is_digits(isa[13], 9), "it is not a number of nine digits"),
    ):
        if not is_right:
            yield _form_finding(isa, element, _ISA_NAMES[element], ack, reason)


_ISA_NAMES = {
    1: "authorization qualifier", 3: "security qualifier", 5: "sender qualifier", 6: "sender", 7: "receiver qualifier",
    8: "receiver", 9: "date", 10: "time", 12: "version", 13: "control number", 14: "acknowledgement requested",
    15: "usage",
}  # fmt: skip


def gs_findings(gs: Segment) -> Iterable[Finding]:
    """What is wrong with a GS."""
    return () if _usual_gs(gs.delimiters.element).match(str(gs)) else _gs_findings(gs)


def _gs_findings(gs: Segment) -> Iterator[Finding]:
    for element, name, ack, is_right in (
        (2, "application sender", "", 2 <= len(gs[2]) <= 15),
        (3, "application receiver", "", 2 <= len(gs[3]) <= 15),
        (4, "date", "", len(gs[4]) == 8 and is_date(gs[4])),
        (5, "time", "", is_time(gs[5])),
        (6, "control number", "6", is_digits(gs[6]) and len(gs[6]) <= 9),
        (7, "responsible agency", "", gs[7] == "X"),
        (8, "version", "2", bool(gs[8])),
    ):
        if not is_right:
            yield _form_finding(gs, element, name, ack)


def ge_findings(gs: Segment, ge: Segment | None, sets: int) -> Iterator[Finding]:
    """What is wrong with the end of a group of so many sets; its GE may be missing."""
    if ge is None:
        yield finding("X12-ENV-010", _at(gs))
        return
    if ge[2].lstrip("0") != gs[6].lstrip("0"):
        yield finding("X12-ENV-011", _at(ge, 2), value=ge[2], expected=gs[6])
    if _count(ge[1]) != sets:
        yield finding("X12-ENV-012", _at(ge, 1), value=ge[1], expected=sets)


def _form_finding(
    segment: Segment, element: int, name: str, ack: str, reason: str = "it does not have the form it must have"
) -> Finding:
    words = {"segment": segment.id, "element": element, "name": name, "value": segment[element], "ack": ack}
    return finding("X12-ENV-018", _at(segment, element), reason=reason, **words)


def st_findings(st: Segment, gs: Segment) -> Iterator[Finding]:
    """What is wrong with an ST in the group of this GS."""
    wanted = FUNCTIONAL_IDS.get(st[1])
    if wanted and gs[1] != wanted:
        yield finding("X12-ENV-020", _at(st, 1), value=gs[1], expected=st[1])
    if st[3] and gs[8] and st[3] != gs[8]:
        yield finding("X12-ENV-023", _at(st, 3), value=st[3], expected=gs[8])


def se_findings(st: Segment, se: Segment | None, segments: int) -> Iterator[Finding]:
    """What is wrong with the end of a set of so many segments, ST and SE included; its SE may be missing."""
    if se is None:
        yield finding("X12-ENV-013", _at(st))
        return
    if se[2] != st[2]:
        yield finding("X12-ENV-014", _at(se, 2), value=se[2], expected=st[2])
    if _count(se[1]) != segments:
        yield finding("X12-ENV-015", _at(se, 1), value=se[1], expected=segments)


def unguided(st: Segment, version: str) -> Finding:
    """There is no guide for a set of this version."""
    where = Where(segment="ST", index=st.index, offset=st.offset)
    return finding("X12-ENV-021", where, value=st[1] or "(none)", version=version or "(none)")


def repeated(code: str, opening: Segment, control: str) -> Finding:
    """A control number came before."""
    return finding(code, _at(opening), value=control)


def too_many_controls(opening: Segment, most: int) -> Finding:
    """More control numbers came than are remembered."""
    return finding("X12-ENV-024", _at(opening), expected=most)


def _count(text: str) -> int:
    return int(text) if is_digits(text) and len(text) < 11 else -1
