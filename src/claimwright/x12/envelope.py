"""The envelope's own rules: control numbers, counts, and what ISA, GS and ST must hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from claimwright.findings import Finding, Where
from claimwright.x12.catalogue import finding
from claimwright.x12.elements import is_date, is_digits, is_time

if TYPE_CHECKING:
    from claimwright.x12.reading import Group, Interchange, TransactionSet
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


def _at(segment: Segment, element: int | None = None) -> Where:
    return Where(segment=segment.id, index=segment.index, element=element, offset=segment.offset)


def check_interchange(interchange: Interchange) -> None:
    """ISA and IEA: findings go to the interchange."""
    isa, iea, found = interchange.isa, interchange.iea, interchange.findings
    if isa.length != 105:
        found.append(finding("X12-ENV-005", _at(isa), length=isa.length))
    found += _isa_elements(isa)
    if iea is None:
        found.append(finding("X12-ENV-006", _at(isa)))
    else:
        if iea[2].strip() != interchange.control.strip():
            found.append(finding("X12-ENV-007", _at(iea, 2), value=iea[2], expected=interchange.control))
        if _count(iea[1]) != len(interchange.groups):
            found.append(finding("X12-ENV-008", _at(iea, 1), value=iea[1], expected=len(interchange.groups)))
    _check_repeated(interchange.groups, "X12-ENV-017")
    for ack in interchange.acks:
        found += _ack_elements(ack)


def is_interchange_date(text: str) -> bool:
    """True for YYMMDD on the calendar, as ISA09 and TA102 write it."""
    return len(text) == 6 and is_date(text)


def is_interchange_time(text: str) -> bool:
    """True for HHMM on the clock, as ISA10 and TA103 write it."""
    return len(text) == 4 and is_time(text)


def _ack_elements(ack: Segment) -> Iterator[Finding]:
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


def check_group(group: Group) -> None:
    """GS and GE: findings go to the group."""
    gs, ge, found = group.gs, group.ge, group.findings
    if ge is None:
        found.append(finding("X12-ENV-010", _at(gs)))
    else:
        if ge[2].lstrip("0") != gs[6].lstrip("0"):
            found.append(finding("X12-ENV-011", _at(ge, 2), value=ge[2], expected=gs[6]))
        if _count(ge[1]) != len(group.sets):
            found.append(finding("X12-ENV-012", _at(ge, 1), value=ge[1], expected=len(group.sets)))
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
            found.append(_form_finding(gs, element, name, ack))
    _check_repeated(group.sets, "X12-ENV-016")


def _form_finding(
    segment: Segment, element: int, name: str, ack: str, reason: str = "it does not have the form it must have"
) -> Finding:
    words = {"segment": segment.id, "element": element, "name": name, "value": segment[element], "ack": ack}
    return finding("X12-ENV-018", _at(segment, element), reason=reason, **words)


def check_set(transaction_set: TransactionSet) -> None:
    """ST and SE: findings go to the set."""
    first, last = transaction_set.segments[0], transaction_set.segments[-1]
    found = transaction_set.findings
    wanted = FUNCTIONAL_IDS.get(transaction_set.st01)
    if wanted and transaction_set.group.functional_id != wanted:
        gs = transaction_set.group.gs
        found.append(finding("X12-ENV-020", _at(first, 1), value=gs[1], expected=transaction_set.st01))
    if last.id != "SE":
        found.append(finding("X12-ENV-013", _at(first)))
        return
    if last[2] != first[2]:
        found.append(finding("X12-ENV-014", _at(last, 2), value=last[2], expected=first[2]))
    if _count(last[1]) != len(transaction_set.segments):
        words = {"value": last[1], "expected": len(transaction_set.segments)}
        found.append(finding("X12-ENV-015", _at(last, 1), **words))


def _count(text: str) -> int:
    return int(text) if is_digits(text) and len(text) < 11 else -1


def _check_repeated(parts: Sequence[Group] | Sequence[TransactionSet], code: str) -> None:
    """Control numbers are once only; the finding goes to the group or set that comes second."""
    seen: set[str] = set()
    for part in parts:
        if part.control in seen:
            part.findings.append(finding(code, _at(part.opening), value=part.control))
        seen.add(part.control)
