"""Who sent a file, and in which envelope the answers go back."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from claimwright.documents.parties import Party
from claimwright.errors import InputError
from claimwright.x12 import Delimiters, Envelope, Interchange, OutgoingSet, write_interchange
from claimwright.x12.writing import Element, OutgoingSegment

_NOT_FOR_AN_ENVELOPE = re.compile(r"[^A-Za-z0-9 .&-]")
_QUALIFIERS = frozenset({"01", "14", "20", "27", "28", "29", "30", "33", "ZZ"})
_REPETITIONS = "^!|%"


@dataclass(frozen=True, slots=True)
class Partner:
    """The other end of an interchange. `usage` P or T; answers use its delimiters, so that its values fit."""

    qualifier: str
    id: str
    application: str
    usage: str
    delimiters: Delimiters

    @classmethod
    def of(cls, interchange: Interchange) -> Partner:
        """The sender of an interchange, with what cannot stand in an envelope taken out."""
        isa = interchange.isa
        group = interchange.groups[0].gs if interchange.groups else None
        identifier = _clean(isa[6]) or "UNKNOWN"
        application = _clean(group[2]) if group else ""
        return cls(
            isa[5] if isa[5] in _QUALIFIERS else "ZZ",
            identifier,
            application if len(application) > 1 else identifier.ljust(2, "X"),
            "P" if isa[15] == "P" else "T",
            _writable(interchange.delimiters),
        )

    def envelope(self, clearinghouse: Party, at: datetime, control: int) -> Envelope:
        """The envelope of an answer."""
        return Envelope(
            sender_qualifier="ZZ",
            sender_id=clearinghouse.id[:15],
            receiver_qualifier=self.qualifier,
            receiver_id=self.id,
            at=at,
            control=control,
            group_control=control,
            usage=self.usage,
            application_receiver=self.application,
            delimiters=self.delimiters,
        )

    def to_text(self) -> str:
        """The partner as a key that `from_text` reads again."""
        marks = self.delimiters
        fields = (self.qualifier, self.id, self.application, self.usage)
        return json.dumps((*fields, marks.element, marks.component, marks.repetition, marks.terminator))

    @classmethod
    def from_text(cls, text: str) -> Partner:
        qualifier, identifier, application, usage, *marks = json.loads(text)
        return cls(qualifier, identifier, application, usage, Delimiters(*marks))


def _clean(text: str) -> str:
    return _NOT_FOR_AN_ENVELOPE.sub("", text).strip()[:15].strip()


def _writable(delimiters: Delimiters) -> Delimiters:
    """The delimiters with a repetition separator, which old interchanges do not have."""
    marks = (delimiters.element, delimiters.component, delimiters.terminator)
    if any(not mark.isprintable() or mark == " " for mark in marks):
        return Delimiters()
    repetition = delimiters.repetition or next(mark for mark in _REPETITIONS if mark not in marks)
    return Delimiters(marks[0], marks[1], repetition, marks[2])


def write(envelope: Envelope, sets: Sequence[OutgoingSet], *, acks: Sequence[OutgoingSegment] = ()) -> bytes:
    """An interchange; values that hold a delimiter all the same get a space for it, so that every claim is answered."""
    try:
        return write_interchange(envelope, sets, acks=acks)
    except InputError:
        marks = envelope.delimiters
        pattern = (
            "[\x00-\x1f\x7f" + re.escape(marks.element + marks.component + marks.repetition + marks.terminator) + "]"
        )
        forbidden = re.compile(pattern)
        cleaned = [
            OutgoingSet(one.st01, one.version, [_without(segment, forbidden) for segment in one.segments])
            for one in sets
        ]
        return write_interchange(envelope, cleaned, acks=[_without(ack, forbidden) for ack in acks])


def _without(segment: OutgoingSegment, forbidden: re.Pattern[str]) -> OutgoingSegment:
    return tuple(_replaced(element, forbidden) for element in segment)


def _replaced(element: Element, forbidden: re.Pattern[str]) -> Element:
    if isinstance(element, bytes):
        return element
    if isinstance(element, str):
        return forbidden.sub(" ", element)
    if isinstance(element, tuple):
        return tuple(forbidden.sub(" ", part) for part in element)
    return [_replaced(item, forbidden) for item in element]  # type: ignore[return-value]
