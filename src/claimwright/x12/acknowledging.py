"""Answers to a reading: the TA1 for its interchange and the 999 for its groups, as views of the findings.

TA105 is of the list I18; IK304, IK403, IK502 and AK905 are of the 999 guide (005010X231A1). What was received is copied
only as far as an answer can hold it; a copy of bad data (IK404) is never sent, because it may name a patient.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from claimwright.errors import InputError
from claimwright.findings import Finding, Severity, Where, has_errors
from claimwright.x12.catalogue import finding
from claimwright.x12.elements import is_digits
from claimwright.x12.envelope import FUNCTIONAL_IDS, is_interchange_date, is_interchange_time
from claimwright.x12.reading import Group, Interchange, Reading, TransactionSet
from claimwright.x12.standard import segments as standard_segments
from claimwright.x12.writing import Envelope, OutgoingSegment, OutgoingSet, forbidden_characters, write_interchange

_VERSION = "005010X231A1"
_ACKNOWLEDGEMENTS = "FA"
_MOST_CODES = 5
_ANSWERED_BY_CLAIM = frozenset(("837",))
"""Sets whose balances are answered claim by claim in a 277CA; a 999 refuses them for syntax and guide only."""


def acknowledge(reading: Reading, envelope: Envelope, *, with_ta1: bool = True) -> bytes:
    """One interchange that answers every interchange of `reading`: a TA1 each, a 999 for each group.

    Acknowledgements are not acknowledged, and a group of a refused interchange is not looked at. Raises `InputError`
    when nothing is left to answer.
    """
    asking = [interchange for interchange in reading.interchanges if _asks_for_an_answer(interchange)]
    acks = [_interchange_acknowledgement(interchange) for interchange in asking] if with_ta1 else []
    answer = _Answer(envelope)
    sets = [
        OutgoingSet("999", _VERSION, list(answer.group(group)))
        for interchange in asking
        if not _refusal(interchange)
        for group in interchange.groups
        if group.functional_id != _ACKNOWLEDGEMENTS
    ]
    if not acks and not sets:
        nothing = finding("X12-ACK-001", Where(file=reading.name or None))
        raise InputError(nothing.message, [nothing])
    return write_interchange(envelope, sets, acks=acks)


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
    note = _refusal(interchange)
    control = isa[13] if is_digits(isa[13], 9) else "000000000"
    date = isa[9] if is_interchange_date(isa[9]) else "000101"
    time = isa[10] if is_interchange_time(isa[10]) else "0000"
    return ("TA1", control, date, time, "R" if note else "A", note or "000")


def _refusal(interchange: Interchange) -> str:
    """The TA105 code for which the interchange is refused; `''` when it is not."""
    return next((found.ack for found in interchange.findings if found.severity is Severity.ERROR and found.ack), "")


class _Answer:
    """Builds the 999 of one group; `envelope` says which characters an answer cannot hold."""

    def __init__(self, envelope: Envelope) -> None:
        self.forbidden = forbidden_characters(envelope.delimiters)

    def group(self, group: Group) -> Iterator[OutgoingSegment]:
        """AK1, what each set is answered, AK9."""
        version = self._copied(group.version, 0, 12)
        control = group.control if is_digits(group.control) and len(group.control) <= 9 else "0"
        yield ("AK1", self._copied(group.functional_id, 2, 2), control, version)
        accepted = 0
        for transaction_set in group.sets:
            errors = _refusing(transaction_set)
            codes = _set_codes(transaction_set, errors)
            accepted += not codes
            yield from self._set(transaction_set, errors, codes)
        yield _group_verdict(group, accepted)

    def _set(
        self, transaction_set: TransactionSet, errors: list[Finding], codes: list[str]
    ) -> Iterator[OutgoingSegment]:
        start = transaction_set.segments[0]
        yield ("AK2", self._copied(start[1], 3, 3), self._copied(start[2], 4, 9), self._copied(start[3], 0, 35))
        in_segments = sorted(filter(_is_about_a_segment, errors), key=_segment_key)
        for _, found in groupby(in_segments, key=_segment_key):
            yield from self._segment(transaction_set, list(found))
        yield ("IK5", "R" if codes else "A", *codes)

    def _segment(self, transaction_set: TransactionSet, found: list[Finding]) -> Iterator[OutgoingSegment]:
        where = found[0].where
        position = max(1, (where.index or 0) - transaction_set.segments[0].index + 1)
        loop = (where.loop or "").rpartition("/")[2][:4]
        name = self._copied(where.segment or "", 0, 3)
        name = name if len(name) > 1 and name.isalnum() else "ZZZ"
        if where.element is None:
            for one in found:
                yield ("IK3", name, str(position), loop, one.ack or "8")
        else:
            yield ("IK3", name, str(position), loop, "8")
            yield from map(_element, found)

    def _copied(self, text: str, shortest: int, longest: int) -> str:
        """What was received, without what an answer cannot hold, at the length that it must have."""
        writable = self.forbidden.sub("", text).encode("ascii", "ignore").decode()
        return writable[:longest].strip().rjust(shortest, "0")


def _group_verdict(group: Group, accepted: int) -> OutgoingSegment:
    claimed = group.ge[1] if group.ge else ""
    included = claimed if is_digits(claimed) and len(claimed) <= 6 else str(len(group.sets))
    received = str(len(group.sets))
    if has_errors(group.findings):
        codes = [found.ack for found in group.findings if found.severity is Severity.ERROR and found.ack]
        return ("AK9", "R", included, received, "0", *_distinct(codes))
    if not accepted:
        return ("AK9", "R", included, received, "0")
    return ("AK9", "A" if accepted == len(group.sets) else "P", included, received, str(accepted))


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


def _segment_key(found: Finding) -> tuple[int, bool, str]:
    return found.where.index or 0, found.where.element is not None, found.where.segment or ""


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
