"""Answers to a reading: the TA1 for its interchange and the 999 for its groups, as views of the findings.

TA105 is of the list I18; IK304, IK403, IK502 and AK905 are of the 999 guide (005010X231A1). What was received is copied
only as far as an answer can hold it; a copy of bad data (IK404) is never sent, because it may name a patient. What an
error is about (CTX) is named by the sender's own number of the claim, inquiry or member.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from claimwright.errors import InputError
from claimwright.findings import Finding, Severity, Where, has_errors
from claimwright.x12.catalogue import finding
from claimwright.x12.elements import is_digits
from claimwright.x12.envelope import FUNCTIONAL_IDS, is_interchange_date, is_interchange_time
from claimwright.x12.reading import Group, Interchange, Reading, TransactionSet
from claimwright.x12.standard import segments as standard_segments
from claimwright.x12.tree import Delimiters, Segment
from claimwright.x12.writing import (
    USUAL_DELIMITERS,
    Envelope,
    OutgoingSegment,
    OutgoingSet,
    forbidden_characters,
    write_interchange,
)

_VERSION = "005010X231A1"
_ACKNOWLEDGEMENTS = "FA"
_MOST_CODES = 5
_ANSWERED_BY_CLAIM = frozenset(("837",))
"""Sets whose balances are answered claim by claim in a 277CA; a 999 refuses them for syntax and guide only."""

_BEFORE_A_SEGMENT = frozenset(("3", "I7"))
"""IK304 codes of what is missing: the place is that of the segment before which it should stand."""

_LONGEST_CONTEXT = 35

_UNITS: dict[str, tuple[str, tuple[str, str, int], frozenset[str]]] = {
    "270": ("TRN02", ("TRN", "1", 2), frozenset(("HL",))),
    "276": ("TRN02", ("TRN", "1", 2), frozenset(("HL",))),
    "820": ("ENT01", ("ENT", "", 1), frozenset()),
    "834": ("SUBSCRIBER NUMBER REF02", ("REF", "0F", 2), frozenset(("INS",))),
    "837": ("CLM01", ("CLM", "", 1), frozenset(("HL",))),
}
"""CTX01 by set: its name for the business unit, the segment, qualifier and element that hold the unit's number, and the
segments that end a unit. X12 RFI 2293: sent when the number is known, cut to 35 characters."""


def acknowledge(reading: Reading, envelope: Envelope, *, with_ta1: bool = True) -> bytes:
    """One interchange that answers every interchange of `reading`: a TA1 each, a 999 for each group.

    Acknowledgements are not acknowledged, and a group of a refused interchange is not looked at. Raises `InputError`
    when nothing is left to answer.
    """
    acks = list(interchange_acknowledgements(reading)) if with_ta1 else []
    sets = list(functional_acknowledgements(reading, envelope.delimiters))
    if not acks and not sets:
        nothing = finding("X12-ACK-001", Where(file=reading.name or None))
        raise InputError(nothing.message, [nothing])
    return write_interchange(envelope, sets, acks=acks)


def functional_acknowledgements(
    reading: Reading, delimiters: Delimiters = USUAL_DELIMITERS, *, by_claim: bool = False
) -> Iterator[OutgoingSet]:
    """The 999 for each group of `reading`, whatever its sets are, to be written with `delimiters`.

    A set that no guide is for is rejected, never waved through. Groups of a refused interchange have no answer. With
    `by_claim`, an 837 whose errors all lie in claims is accepted with its errors noted (E): a 277CA then rejects those
    claims, and one bad claim does not hold back the others.
    """
    answer = _Answer(delimiters, by_claim=by_claim)
    for interchange in reading.interchanges:
        if _asks_for_an_answer(interchange) and not refusal(interchange):
            for group in interchange.groups:
                if group.functional_id != _ACKNOWLEDGEMENTS:
                    yield OutgoingSet("999", _VERSION, list(answer.group(group)))


def interchange_acknowledgements(reading: Reading) -> Iterator[OutgoingSegment]:
    """The TA1 for each interchange that asks for one: accepted, or rejected with the first reason."""
    for interchange in reading.interchanges:
        if _asks_for_an_answer(interchange):
            yield _interchange_acknowledgement(interchange)


def _asks_for_an_answer(interchange: Interchange) -> bool:
    """False for what holds answers only: answering it would never end."""
    if not interchange.groups:
        return not interchange.acks
    return any(group.functional_id != _ACKNOWLEDGEMENTS for group in interchange.groups)


def _interchange_acknowledgement(interchange: Interchange) -> OutgoingSegment:
    isa = interchange.isa
    note = refusal(interchange)
    control = isa[13] if is_digits(isa[13], 9) else "000000000"
    date = isa[9] if is_interchange_date(isa[9]) else "000101"
    time = isa[10] if is_interchange_time(isa[10]) else "0000"
    return ("TA1", control, date, time, "R" if note else "A", note or "000")


def refusal(interchange: Interchange) -> str:
    """The TA105 code for which the interchange is refused; `''` when it is not."""
    return next((found.ack for found in interchange.findings if found.severity is Severity.ERROR and found.ack), "")


class _Answer:
    """Builds the 999 of one group; `delimiters` are characters that an answer cannot hold."""

    def __init__(self, delimiters: Delimiters, *, by_claim: bool) -> None:
        self.forbidden = forbidden_characters(delimiters)
        self.by_claim = by_claim

    def group(self, group: Group) -> Iterator[OutgoingSegment]:
        """AK1, what each set is answered, AK9."""
        version = self._copied(group.version, 0, 12)
        control = group.control if is_digits(group.control) and len(group.control) <= 9 else "0"
        yield ("AK1", self._copied(group.functional_id, 2, 2), control, version)
        verdicts = []
        for transaction_set in group.sets:
            errors = _refusing(transaction_set)
            codes = _set_codes(transaction_set, errors)
            verdicts.append(self._verdict(transaction_set, errors, codes))
            yield from self._set(transaction_set, errors, verdicts[-1], codes)
        yield _group_verdict(group, verdicts)

    def _verdict(self, transaction_set: TransactionSet, errors: list[Finding], codes: list[str]) -> str:
        """IK501: accepted, accepted with errors noted, or rejected."""
        if not codes:
            return "A"
        is_claims = self.by_claim and transaction_set.st01 in _ANSWERED_BY_CLAIM and transaction_set.guide
        return "E" if is_claims and all(map(_is_within_claims, errors)) else "R"

    def _set(
        self, transaction_set: TransactionSet, errors: list[Finding], verdict: str, codes: list[str]
    ) -> Iterator[OutgoingSegment]:
        start = transaction_set.segments[0]
        yield ("AK2", self._copied(start[1], 3, 3), self._copied(start[2], 4, 9), self._copied(start[3], 0, 35))
        in_segments = sorted(filter(_is_about_a_segment, errors), key=_segment_key)
        units = _units(transaction_set) if in_segments else {}
        for _, found in groupby(in_segments, key=_segment_key):
            yield from self._segment(start, list(found), units)
        yield ("IK5", verdict, *codes)

    def _segment(self, start: Segment, found: list[Finding], units: dict[int, _Unit]) -> Iterator[OutgoingSegment]:
        """One IK3 for what is wrong with a segment, one IK4 for each of its elements in error."""
        where = found[0].where
        position = max(1, (where.index or 0) - start.index + 1)
        loop = (where.loop or "").rpartition("/")[2][:4]
        name = self._copied(where.segment or "", 0, 3)
        name = name if len(name) > 1 and name.isalnum() else "ZZZ"
        code = "8" if where.element else found[0].ack or "8"
        yield ("IK3", name, str(position), loop, code)
        if unit := units.get((where.index or 0) - (code in _BEFORE_A_SEGMENT)):
            yield from self._context(unit, found)
        if where.element:
            elements = {(one.where.element, one.where.component): one for one in reversed(found)}
            yield from map(_element, sorted(elements.values(), key=_element_key))

    def _context(self, unit: _Unit, found: list[Finding]) -> Iterator[OutgoingSegment]:
        """The number of the claim or inquiry, as far as it is known: one that is itself in error is not."""
        number = unit.segment[unit.element]
        is_in_error = any(one.where.index == unit.segment.index and one.where.element == unit.element for one in found)
        if number and not is_in_error and self._copied(number, 0, len(number)) == number:
            yield ("CTX", (unit.name, number[:_LONGEST_CONTEXT].strip()))

    def _copied(self, text: str, shortest: int, longest: int) -> str:
        """What was received, without what an answer cannot hold, at the length that it must have."""
        writable = self.forbidden.sub("", text).encode("ascii", "ignore").decode()
        return writable[:longest].strip().rjust(shortest, "0")


def _group_verdict(group: Group, verdicts: list[str]) -> OutgoingSegment:
    claimed = group.ge[1] if group.ge else ""
    included = claimed if is_digits(claimed) and len(claimed) <= 6 else str(len(group.sets))
    received = str(len(group.sets))
    accepted = len(verdicts) - verdicts.count("R")
    if has_errors(group.findings):
        codes = [found.ack for found in group.findings if found.severity is Severity.ERROR and found.ack]
        return ("AK9", "R", included, received, "0", *_distinct(codes))
    if not accepted:
        return ("AK9", "R", included, received, "0")
    code = "P" if "R" in verdicts else "E" if "E" in verdicts else "A"
    return ("AK9", code, included, received, str(accepted))


def _refusing(transaction_set: TransactionSet) -> list[Finding]:
    """The errors for which a 999 refuses the set."""
    by_claim = transaction_set.st01 in _ANSWERED_BY_CLAIM
    errors = (found for found in transaction_set.findings if found.severity is Severity.ERROR)
    return [found for found in errors if found.ack or not by_claim]


def _set_codes(transaction_set: TransactionSet, errors: list[Finding]) -> list[str]:
    """The IK502 codes: segments in error, what is wrong with ST and SE, or that there is no guide; none to accept."""
    codes = ["5"] if any(map(_is_about_a_segment, errors)) else []
    codes += [found.ack for found in errors if found.ack and not _is_about_a_segment(found)]
    if transaction_set.guide is None:
        codes.append("I6" if transaction_set.st01 in FUNCTIONAL_IDS else "1")
    if errors and not codes:
        codes.append("I5")
    return _distinct(codes)


def _is_about_a_segment(found: Finding) -> bool:
    return bool(found.ack) and not found.code.startswith("X12-ENV") and found.where.index is not None


def _is_within_claims(found: Finding) -> bool:
    """An error of a provider's level or below, where a 277CA can say it of claims."""
    is_of_a_level = "2000A" in (found.where.loop or "").split("/")
    return is_of_a_level and not found.code.startswith(("X12-ENV", "X12-HL"))


def _segment_key(found: Finding) -> tuple[int, bool, str, str]:
    """What has one IK3: a segment's elements together, and each error of the segment itself (one missing, say)."""
    where = found.where
    own = "" if where.element is not None else f"{where.loop} {found.ack}"
    return where.index or 0, where.element is not None, where.segment or "", own


def _element_key(found: Finding) -> tuple[int, int]:
    return found.where.element or 0, found.where.component or 0


class _Unit(NamedTuple):
    """The claim, inquiry, member or payment that a segment belongs to, and the element that holds its number."""

    name: str
    segment: Segment
    element: int


def _units(transaction_set: TransactionSet) -> dict[int, _Unit]:
    """For each segment's index, the unit it stands in."""
    units: dict[int, _Unit] = {}
    of_set = _UNITS.get(transaction_set.st01)
    if of_set is None:
        return units
    name, (segment_id, qualifier, element), borders = of_set
    current: _Unit | None = None
    for segment in transaction_set.segments:
        if segment.id in borders:
            current = None
        if segment.id == segment_id and (not qualifier or segment[1] == qualifier):
            current = _Unit(name, segment, element)
        if current:
            units[segment.index] = current
    return units


def _element(found: Finding) -> OutgoingSegment:
    where = found.where
    number = where.element or 1
    position = (str(number), str(where.component)) if where.component else (str(number),)
    return ("IK4", position, _reference(where.segment or "", number, where.component), found.ack or "7")


def _reference(segment_id: str, element: int, component: int | None) -> str:
    """The number of the data element in the standard's directory (IK402); `''` when it has none, as composites."""
    standard = standard_segments().get(segment_id)
    if standard is None or element > len(standard.places):
        return ""
    place = standard.places[element - 1]
    if component and component <= len(place.parts):
        place = place.parts[component - 1]
    number = place.element.number if place.element else ""
    return number if number.isdigit() else ""


def _distinct(codes: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(codes))[:_MOST_CODES]
