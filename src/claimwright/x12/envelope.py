"""The envelope's own rules: control numbers, counts, and what ISA, GS and ST must hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from claimwright.findings import Finding, Where
from claimwright.x12.catalogue import finding
from claimwright.x12.elements import is_date, is_time

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
    found += _repeated(interchange.groups, "X12-ENV-017")


def _isa_elements(isa: Segment) -> list[Finding]:
    found = []
    for element, (codes, ack) in _ISA_CODES.items():
        if isa[element] not in codes:
            found.append(_isa_finding(isa, element, "it is not a code of the list", ack))
    for element, ack in ((5, "005"), (7, "007")):
        if isa[element] not in _PARTY_CODES:
            found.append(_isa_finding(isa, element, "it is not a qualifier of the list", ack))
    for element, ack in ((6, "006"), (8, "008")):
        if not isa[element].strip():
            found.append(_isa_finding(isa, element, "it is empty", ack))
    if not is_date(isa[9]) or len(isa[9]) != 6:
        found.append(_isa_finding(isa, 9, "it is not a date as YYMMDD", "014"))
    if not is_time(isa[10]) or len(isa[10]) != 4:
        found.append(_isa_finding(isa, 10, "it is not a time as HHMM", "015"))
    if not isa[12].isdigit() or len(isa[12]) != 5:
        found.append(_isa_finding(isa, 12, "it is not a version as 00501", "017"))
    if not isa[13].isdigit() or len(isa[13]) != 9:
        found.append(_isa_finding(isa, 13, "it is not a number of nine digits", "018"))
    return found


_ISA_NAMES = {
    1: "authorization qualifier", 3: "security qualifier", 5: "sender qualifier", 6: "sender", 7: "receiver qualifier",
    8: "receiver", 9: "date", 10: "time", 12: "version", 13: "control number", 14: "acknowledgement requested",
    15: "usage",
}  # fmt: skip


def _isa_finding(isa: Segment, element: int, reason: str, ack: str) -> Finding:
    words = {"segment": "ISA", "element": element, "name": _ISA_NAMES[element], "value": isa[element]}
    return finding("X12-ENV-018", _at(isa, element), reason=reason, ack=ack, **words)


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
    for element, name, is_right in (
        (2, "application sender", 2 <= len(gs[2]) <= 15),
        (3, "application receiver", 2 <= len(gs[3]) <= 15),
        (4, "date", len(gs[4]) == 8 and is_date(gs[4])),
        (5, "time", is_time(gs[5])),
        (6, "control number", gs[6].isdigit() and len(gs[6]) <= 9),
        (7, "responsible agency", gs[7] == "X"),
        (8, "version", bool(gs[8])),
    ):
        if not is_right:
            words = {"segment": "GS", "element": element, "name": name, "value": gs[element], "ack": "6"}
            found.append(finding("X12-ENV-018", _at(gs, element), reason="it has not the form it must have", **words))
    found += _repeated(group.sets, "X12-ENV-016")


def check_set(transaction_set: TransactionSet) -> None:
    """ST and SE: findings go to the set."""
    first, last = transaction_set.segments[0], transaction_set.segments[-1]
    found = transaction_set.findings
    wanted = FUNCTIONAL_IDS.get(transaction_set.st01)
    if wanted and transaction_set.group.functional_id != wanted:
        gs = transaction_set.group.gs
        found.append(finding("X12-ENV-020", _at(gs, 1), value=gs[1], expected=transaction_set.st01))
    if last.id != "SE":
        found.append(finding("X12-ENV-013", _at(first)))
        return
    if last[2] != first[2]:
        found.append(finding("X12-ENV-014", _at(last, 2), value=last[2], expected=first[2]))
    if _count(last[1]) != len(transaction_set.segments):
        words = {"value": last[1], "expected": len(transaction_set.segments)}
        found.append(finding("X12-ENV-015", _at(last, 1), **words))


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 11 else -1


def _repeated(parts: list[Group] | list[TransactionSet], code: str) -> list[Finding]:
    seen: set[str] = set()
    found = []
    for part in parts:
        if part.control in seen:
            opening = part.gs if code == "X12-ENV-017" else part.segments[0]  # type: ignore[union-attr]
            found.append(finding(code, _at(opening), value=part.control))
        seen.add(part.control)
    return found
