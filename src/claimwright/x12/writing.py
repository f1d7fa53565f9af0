"""Writing X12: from segments as tuples to bytes, with right counts and control numbers.

A segment is a tuple of its name and elements. An element is a text, a tuple (a composite) or a list (a repetition of texts
or composites). Empty elements at the end are left out. A value that holds a delimiter cannot be written and is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import groupby

from claimwright.errors import InputError
from claimwright.findings import Finding, Severity, Where
from claimwright.x12.envelope import FUNCTIONAL_IDS
from claimwright.x12.tree import Delimiters

Element = str | tuple[str, ...] | list[str] | list[tuple[str, ...]]
OutgoingSegment = tuple[Element, ...]


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who sends what to whom and when. `control` becomes ISA13, `group_control` GS06 of the first group, both once only.

    `at` is an instant with its time zone; `usage` P for production, T for test.
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
    delimiters: Delimiters = Delimiters()


@dataclass(frozen=True, slots=True)
class OutgoingSet:
    """A set to write: its segments between ST and SE. The writer adds those two with number and count."""

    st01: str
    version: str
    segments: Sequence[OutgoingSegment]


def write_interchange(envelope: Envelope, sets: Iterable[OutgoingSet], *, acks: Sequence[OutgoingSegment] = ()) -> bytes:
    """One interchange as bytes, a group for each run of sets of the same kind and version, `acks` (TA1) before them.

    Raises `InputError` naming segment and element when a value holds a delimiter or a control character.
    """
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
    texts = [writer.segment(("GS", FUNCTIONAL_IDS[st01], sender, receiver, *at, str(control), "X", version))]
    for number, outgoing in enumerate(sets, 1):
        texts += _set(writer, outgoing, f"{number:04d}")
    texts.append(writer.segment(("GE", str(len(sets)), str(control))))
    return texts


def _set(writer: _Writer, outgoing: OutgoingSet, control: str) -> list[str]:
    opening: OutgoingSegment = ("ST", outgoing.st01, control, outgoing.version)
    if outgoing.st01 == "835":
        opening = opening[:3]  # The 835 guide does not use ST03.
    texts = [writer.segment(opening), *writer.segments(outgoing.segments)]
    texts.append(writer.segment(("SE", str(len(texts) + 1), control)))
    return texts


@cache
def _forbidden(delimiters: Delimiters) -> re.Pattern[str]:
    marks = (delimiters.element, delimiters.component, delimiters.repetition, delimiters.terminator)
    return re.compile("[\x00-\x1f\x7f" + "".join(re.escape(mark) for mark in marks) + "]")


class _Writer:
    """Turns tuples into texts for one set of delimiters."""

    def __init__(self, delimiters: Delimiters) -> None:
        self.delimiters = delimiters
        self.forbidden = _forbidden(delimiters)

    def segments(self, segments: Iterable[OutgoingSegment]) -> Iterator[str]:
        return map(self.segment, segments)

    def segment(self, segment: OutgoingSegment) -> str:
        separator = self.delimiters.element
        try:
            text = separator.join(segment)  # type: ignore[arg-type]
            plain = True
        except TypeError:
            text = separator.join([self._element(element) for element in segment])
            plain = False
        if plain and self.forbidden.search(text.replace(separator, "")):
            self._refuse(segment)
        if plain and text.count(separator) != len(segment) - 1:
            self._refuse(segment)
        return text.rstrip(separator) if text[-1] == separator else text

    def _element(self, element: Element) -> str:
        if isinstance(element, str):
            if self.forbidden.search(element):
                raise _Delimiter(element)
            return element
        if isinstance(element, tuple):
            return self._composite(element)
        return self.delimiters.repetition.join(
            self._composite(item) if isinstance(item, tuple) else self._element(item) for item in element
        )

    def _composite(self, parts: tuple[str, ...]) -> str:
        for part in parts:
            if self.forbidden.search(part):
                raise _Delimiter(part)
        mark = self.delimiters.component
        return mark.join(parts).rstrip(mark)

    def _refuse(self, segment: OutgoingSegment) -> None:
        for element in segment[1:]:
            if isinstance(element, str) and self.forbidden.search(element):
                raise _Delimiter(element)


class _Delimiter(InputError):
    """A value that cannot be written."""

    def __init__(self, value: str) -> None:
        finding = Finding(
            "X12-WRT-001",
            Severity.ERROR,
            f"{value!r} holds a character that X12 uses as a delimiter, or a control character.",
            "Remove the character from the record, or write with other delimiters.",
            Where(field=value),
            snip=1,
        )
        super().__init__(finding.message, [finding])
