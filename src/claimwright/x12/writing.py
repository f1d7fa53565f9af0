"""Writing X12: from segments as tuples to bytes, with right counts and control numbers.

A segment is a tuple of its name and elements. An element is a text, a tuple (a composite) or a list (a repetition of
texts or composites). Empty elements at the end are left out. A value that holds a delimiter cannot be written and is
refused: X12 has no escape. Only the last element of a BIN or BDS may hold any bytes, as the one before it counts them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import NoReturn, overload

from claimwright.errors import InputError
from claimwright.findings import Where
from claimwright.x12.catalogue import finding
from claimwright.x12.envelope import FUNCTIONAL_IDS
from claimwright.x12.tree import BINARY, Delimiters, Segment

Element = str | bytes | tuple[str, ...] | list[str] | list[tuple[str, ...]]
OutgoingSegment = tuple[Element, ...]

USUAL_DELIMITERS = Delimiters()
_CONTROLS = frozenset(map(chr, (*range(0x20), 0x7F)))
_COMPOSITES_MAX = 4096
_SHOWN_MAX = 40


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who sends what to whom and when. `control` becomes ISA13, `group_control` GS06 of the first group.

    Neither number may be used twice between the same two parties. `at` is an instant with its time zone; `usage` is P
    for production, T for test.
    """

    sender_qualifier: str
    sender_id: str
    receiver_qualifier: str
    receiver_id: str
    at: datetime
    control: int
    group_control: int
    usage: str = "T"
    application_sender: str = ""
    application_receiver: str = ""
    acknowledgement_requested: bool = False
    delimiters: Delimiters = USUAL_DELIMITERS


@dataclass(frozen=True, slots=True)
class OutgoingSet:
    """A set to write: its segments between ST and SE. The writer adds those two with number and count."""

    st01: str
    version: str
    segments: Sequence[OutgoingSegment]


class SegmentText(Sequence[OutgoingSegment]):
    """Segments kept as one text, in which every delimiter delimits; taken apart when somebody asks for one."""

    __slots__ = ("delimiters", "text")

    def __init__(self, text: str, delimiters: Delimiters) -> None:
        self.text = text
        self.delimiters = delimiters

    @classmethod
    def of(cls, segments: Iterable[Segment], delimiters: Delimiters) -> SegmentText:
        """Segments that were read, as they were written."""
        separator, mark = delimiters.element, delimiters.terminator
        return cls("".join([separator.join(segment.fields) + mark for segment in segments]), delimiters)

    def __iter__(self) -> Iterator[OutgoingSegment]:
        return map(self._taken_apart, self._texts())

    def __len__(self) -> int:
        return self.text.count(self.delimiters.terminator)

    @overload
    def __getitem__(self, at: int) -> OutgoingSegment: ...

    @overload
    def __getitem__(self, at: slice) -> list[OutgoingSegment]: ...

    def __getitem__(self, at: int | slice) -> OutgoingSegment | list[OutgoingSegment]:
        texts = self._texts()[at]
        return self._taken_apart(texts) if isinstance(texts, str) else list(map(self._taken_apart, texts))

    def _texts(self) -> list[str]:
        return self.text.split(self.delimiters.terminator)[:-1]

    def _taken_apart(self, text: str) -> OutgoingSegment:
        component, repetition = self.delimiters.component, self.delimiters.repetition
        fields = text.split(self.delimiters.element)
        if component not in text and not (repetition and repetition in text):
            return tuple(fields)
        return tuple(self._element(field, component, repetition) for field in fields)

    @staticmethod
    def _element(text: str, component: str, repetition: str) -> Element:
        if repetition and repetition in text:
            return [tuple(item.split(component)) for item in text.split(repetition)]
        return tuple(text.split(component)) if component in text else text


def write_interchange(
    envelope: Envelope, sets: Iterable[OutgoingSet], *, acks: Sequence[OutgoingSegment] = ()
) -> bytes:
    """One interchange as bytes, a group for each run of sets of the same kind and version, `acks` (TA1) before them.

    Raises `InputError` naming segment and element when a value holds a delimiter or a control character, and when
    something of the envelope does not fit into it.

    >>> from datetime import UTC, datetime
    >>> envelope = Envelope("ZZ", "CLINIC", "ZZ", "HOUSE", datetime(2026, 3, 2, 9, 30, tzinfo=UTC), 7, 7)
    >>> status = OutgoingSet("276", "005010X212", [("BHT", "0010", "13", "A1", "20260302", "0930")])
    >>> for line in write_interchange(envelope, [status]).decode().split("~"):
    ...     print(line)
    ISA*00*          *00*          *ZZ*CLINIC         *ZZ*HOUSE          *260302*0930*^*00501*000000007*0*T*:
    GS*HR*CLINIC*HOUSE*20260302*0930*7*X*005010X212
    ST*276*0001*005010X212
    BHT*0010*13*A1*20260302*0930
    SE*3*0001
    GE*1*7
    IEA*1*000000007
    <BLANKLINE>
    """
    _check_envelope(envelope)
    writer = _Writer(envelope.delimiters)
    body = [writer.segment(ack) for ack in acks]
    groups = 0
    for (st01, version), members in groupby(sets, key=lambda outgoing: (outgoing.st01, outgoing.version)):
        control = envelope.group_control + groups
        groups += 1
        body += _group(writer, envelope, st01, version, list(members), control)
    texts = [_isa(envelope), *body, writer.segment(("IEA", str(groups), f"{envelope.control:09d}"))]
    mark = envelope.delimiters.terminator
    return (mark.join(texts) + mark).encode("utf-8", "surrogateescape")


def _check_envelope(envelope: Envelope) -> None:
    forbidden = forbidden_characters(envelope.delimiters)
    marks = envelope.delimiters
    for name, text, shortest, longest in (
        ("sender_qualifier", envelope.sender_qualifier, 2, 2),
        ("sender_id", envelope.sender_id, 1, 15),
        ("receiver_qualifier", envelope.receiver_qualifier, 2, 2),
        ("receiver_id", envelope.receiver_id, 1, 15),
        ("application_sender", envelope.application_sender or envelope.sender_id, 2, 15),
        ("application_receiver", envelope.application_receiver or envelope.receiver_id, 2, 15),
        ("usage", envelope.usage, 1, 1),
    ):
        if not shortest <= len(text) <= longest or forbidden.search(text):
            raise _unfit(name, text, f"it must have {shortest} to {longest} characters, none of them a delimiter")
    for name, number in (("control", envelope.control), ("group_control", envelope.group_control)):
        if not 0 < number < 10**9:
            raise _unfit(name, number, "it must be a positive number of at most nine digits")
    if len({marks.element, marks.component, marks.repetition, marks.terminator}) < 4:
        raise _unfit("delimiters", marks, "they must be four different characters")


def _unfit(name: str, value: object, reason: str) -> InputError:
    found = finding("X12-WRT-002", Where(record="envelope", field=name), name=name, value=value, reason=reason)
    return InputError(found.message, [found])


def _isa(envelope: Envelope) -> str:
    marks = envelope.delimiters
    fields = (
        "ISA", "00", " " * 10, "00", " " * 10, envelope.sender_qualifier, envelope.sender_id.ljust(15),
        envelope.receiver_qualifier, envelope.receiver_id.ljust(15), f"{envelope.at:%y%m%d}", f"{envelope.at:%H%M}",
        marks.repetition, "00501", f"{envelope.control:09d}", "1" if envelope.acknowledgement_requested else "0",
        envelope.usage, marks.component,
    )  # fmt: skip
    return marks.element.join(fields)


def _group(
    writer: _Writer, envelope: Envelope, st01: str, version: str, sets: list[OutgoingSet], control: int
) -> list[str]:
    sender = envelope.application_sender or envelope.sender_id
    receiver = envelope.application_receiver or envelope.receiver_id
    at = f"{envelope.at:%Y%m%d}", f"{envelope.at:%H%M}"
    if st01 not in FUNCTIONAL_IDS:
        raise _unfit("st01", st01, "no group is known for sets of this kind")
    texts = [writer.segment(("GS", FUNCTIONAL_IDS[st01], sender, receiver, *at, str(control), "X", version))]
    for number, outgoing in enumerate(sets, 1):
        texts += _set(writer, outgoing, f"{number:04d}")
    texts.append(writer.segment(("GE", str(len(sets)), str(control))))
    return texts


def _set(writer: _Writer, outgoing: OutgoingSet, control: str) -> list[str]:
    opening: OutgoingSegment = ("ST", outgoing.st01, control, outgoing.version)
    if outgoing.st01 == "835":
        opening = opening[:3]  # The 835 guide does not use ST03.
    count = str(len(outgoing.segments) + 2)
    body = [writer.body(outgoing.segments)] if outgoing.segments else []
    return [writer.segment(opening), *body, writer.segment(("SE", count, control))]


@cache
def forbidden_characters(delimiters: Delimiters) -> re.Pattern[str]:
    """What no value may hold: the delimiters and every control character."""
    marks = (delimiters.element, delimiters.component, delimiters.repetition, delimiters.terminator)
    return re.compile("[\x00-\x1f\x7f" + "".join(re.escape(mark) for mark in marks) + "]")


class _Writer:
    """Turns tuples into texts for one set of delimiters.

    The values of a set are not looked at one by one. What was joined has as many delimiters as it was joined with, or
    a value holds another; only then the values are searched for the one that does.
    """

    def __init__(self, delimiters: Delimiters) -> None:
        self.delimiters = delimiters
        self.forbidden = forbidden_characters(delimiters)
        marks = {delimiters.element, delimiters.component, delimiters.repetition, delimiters.terminator}
        self._controls = re.compile("[" + "".join(sorted(_CONTROLS - marks)) + "]")
        self._composites: dict[tuple[str, ...], tuple[str, int]] = {}
        """Composites that were written, each with its text and the marks in it."""
        self._structured: set[Element] = set()
        """The names of segments that were seen to have composites or repetitions."""
        self._components = self._repetitions = 0

    def segment(self, segment: OutgoingSegment) -> str:
        """One segment, without a terminator."""
        return self.body([segment])

    def body(self, segments: Sequence[OutgoingSegment]) -> str:
        """Segments with terminators between them. Empty elements and components at the ends are left out.

        Raises `InputError` naming segment and element when a value holds a delimiter or a control character.
        """
        marks = self.delimiters
        if isinstance(segments, SegmentText) and segments.delimiters == marks:
            return self._kept(segments)
        try:
            return self._joined(segments)
        except _BinaryFound:
            texts = [self._binary(one) or self._joined([one]) for one in segments]
            return marks.terminator.join(texts)

    def _binary(self, segment: OutgoingSegment) -> str:
        """A segment whose last element is bytes, as many as it says; `''` for any other segment."""
        *elements, data = segment
        if not isinstance(data, bytes):
            return ""
        if segment[0] not in BINARY or elements[-1] != str(len(data)):
            self._refuse([segment])
        text = data.decode("utf-8", "surrogateescape")
        return self.delimiters.element.join((self._joined([tuple(elements)]), text))

    def _joined(self, segments: Sequence[OutgoingSegment]) -> str:
        marks = self.delimiters
        join, structured = marks.element.join, self._structured
        self._components = self._repetitions = 0
        texts = []
        for segment in segments:
            if segment[0] not in structured:
                try:
                    texts.append(join(segment))  # type: ignore[arg-type]
                except TypeError:  # An element is no text but a composite or a repetition.
                    structured.add(segment[0])
                else:
                    continue
            texts.append(join([one if one.__class__ is str else self._structure(one, segment) for one in segment]))
        body = marks.terminator.join(texts)
        separators = sum(map(len, segments)) - len(segments)
        expected = (separators, self._components, self._repetitions, len(segments) - 1)
        if self._marks_in(body) != expected or self._has_controls(body):
            self._refuse(segments)
        if marks.element + marks.terminator not in body + marks.terminator:
            return body
        return marks.terminator.join([text.rstrip(marks.element) for text in texts])

    def _kept(self, segments: SegmentText) -> str:
        """A text with the same delimiters holds no others."""
        marks, text = self.delimiters, segments.text
        if self._has_controls(text):
            self._refuse(segments)
        for end in (marks.element, marks.repetition, marks.terminator):
            text = _without_ends(text, marks.component, end) if end else text
        return _without_ends(text, marks.element, marks.terminator)[:-1]

    def _marks_in(self, text: str) -> tuple[int, int, int, int]:
        marks = self.delimiters
        repetitions = text.count(marks.repetition) if marks.repetition else 0
        return text.count(marks.element), text.count(marks.component), repetitions, text.count(marks.terminator)

    def _has_controls(self, text: str) -> bool:
        return not text.isprintable() and self._controls.search(text) is not None

    def _structure(self, element: Element, segment: OutgoingSegment) -> str:
        """The text of an element that is a composite or a repetition; its marks are counted."""
        if isinstance(element, tuple):
            return self._composite(element, segment)
        if isinstance(element, bytes):
            if element is not segment[-1]:
                self._refuse([segment])
            raise _BinaryFound
        items = [element] if isinstance(element, str) else element
        self._repetitions += max(0, len(items) - 1)
        texts = [self._composite((item,) if isinstance(item, str) else item, segment) for item in items]
        return self.delimiters.repetition.join(texts)

    def _composite(self, parts: tuple[str, ...], segment: OutgoingSegment) -> str:
        known = self._composites.get(parts)
        if known is None:
            if self.forbidden.search("".join(parts)):
                self._refuse([segment])
            mark = self.delimiters.component
            text = mark.join(parts).rstrip(mark)
            if len(self._composites) >= _COMPOSITES_MAX:
                self._composites.clear()
            known = self._composites[parts] = text, text.count(mark)
        self._components += known[1]
        return known[0]

    def _refuse(self, segments: Iterable[OutgoingSegment]) -> NoReturn:
        """Name the first value that cannot be written."""
        for segment in segments:
            for number, element in enumerate(segment):
                for value in _values(element):
                    if isinstance(value, bytes) or self.forbidden.search(value):
                        raise _delimiter(segment, number, value)
        raise AssertionError("a text has other delimiters than its values and those it was joined with")


class _BinaryFound(Exception):  # noqa: N818 - no error: the segments are written one by one then
    """A segment holds bytes, which may be delimiters too."""


def _values(element: Element) -> Iterator[str | bytes]:
    items = element if isinstance(element, list) else [element]
    for item in items:
        yield from (item,) if isinstance(item, str | bytes) else item


def _without_ends(text: str, mark: str, end: str) -> str:
    """The text without the marks that stand in a row before an `end`."""
    if mark + end not in text:
        return text
    for length in (8, 4, 2, 1):
        run = mark * length + end
        while run in text:
            text = text.replace(run, end)
    return text


def _delimiter(segment: OutgoingSegment, number: int, value: str | bytes) -> InputError:
    name = str(segment[0])
    value = value if isinstance(value, str) else value[:_SHOWN_MAX].decode("latin-1")
    where = Where(segment=name, element=number or None)
    found = finding("X12-WRT-001", where, segment=name, element=number, value=value)
    return InputError(found.message, [found])
