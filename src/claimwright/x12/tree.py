"""What a reader of X12 walks over: interchanges, groups, transaction sets, loops, segments.

Texts are the file's bytes decoded as UTF-8 with `surrogateescape`, so nothing is lost and encoding gives the bytes
back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTROL = frozenset(("ISA", "IEA", "GS", "GE", "ST", "SE", "TA1"))
"""The segments of envelopes: no engine's, but the driver's."""
BINARY = frozenset(("BIN", "BDS"))
"""The segments whose last element may hold any bytes, as many as the element before it says."""
BINARY_SETS = frozenset(("102", "275", "841"))
"""The sets that may hold them: only their length tells what follows."""


@dataclass(frozen=True, slots=True)
class Delimiters:
    """The four characters that an ISA declares. `repetition` is empty where the version has none (before 00501)."""

    element: str = "*"
    component: str = ":"
    repetition: str = "^"
    terminator: str = "~"


class Segment:
    """One segment: `segment[3]` is element 3 as written, `''` when it is absent; `segment.id` is its name.

    `index` counts segments from 1 within the file, `offset` is the first byte, `length` the bytes without terminator.
    Made from its fields or from its text, which then is split when somebody asks for `fields`.
    """

    __slots__ = ("_text", "delimiters", "fields", "index", "length", "offset")
    fields: list[str]

    def __init__(self, fields: list[str] | str, delimiters: Delimiters, index: int, offset: int, length: int) -> None:
        if isinstance(fields, str):
            self._text = fields
        else:
            self._text = ""
            self.fields = fields
        self.delimiters = delimiters
        self.index = index
        self.offset = offset
        self.length = length

    def __getattr__(self, name: str) -> list[str]:
        """Called for what is not there yet: the fields of a segment that was made from its text."""
        if name != "fields":
            raise AttributeError(name)
        self.fields = self._text.split(self.delimiters.element)
        return self.fields

    @property
    def id(self) -> str:
        return self.fields[0]

    def __getitem__(self, element: int) -> str:
        return self.fields[element] if element < len(self.fields) else ""

    def __len__(self) -> int:
        """The number of elements, the segment identifier not counted."""
        return len(self.fields) - 1

    def repeats(self, element: int) -> list[str]:
        """The repetitions of an element; one when it is not repeated, none when it is absent."""
        text = self[element]
        if not text:
            return []
        mark = self.delimiters.repetition
        return text.split(mark) if mark else [text]

    def components(self, element: int) -> list[str]:
        """The components of a composite element, as written."""
        text = self[element]
        return text.split(self.delimiters.component) if text else []

    def component(self, element: int, position: int) -> str:
        """Component `position` (from 1) of an element; `''` when it is absent."""
        parts = self.components(element)
        return parts[position - 1] if position <= len(parts) else ""

    def __str__(self) -> str:
        return self._text or self.delimiters.element.join(self.fields)

    def __repr__(self) -> str:
        return f"<segment {self.index} {self}>"


@dataclass(slots=True)
class Loop:
    """One occurrence of a loop of the guide: its own segments in order, then the loops inside it in order.

    Segments that the guide does not know stay in the loop that was open where they stood.
    """

    id: str
    segments: list[Segment] = field(default_factory=list)
    loops: list[Loop] = field(default_factory=list)

    def all(self, segment_id: str, qualifier: str | None = None) -> Iterator[Segment]:
        """This loop's own segments of that name; with `qualifier`, only those whose first element is it."""
        for segment in self.segments:
            if segment.fields[0] == segment_id and (qualifier is None or segment[1] == qualifier):
                yield segment

    def first(self, segment_id: str, qualifier: str | None = None) -> Segment | None:
        """The first of `all`, or `None`."""
        return next(self.all(segment_id, qualifier), None)

    def value(self, segment_id: str, element: int, qualifier: str | None = None) -> str:
        """Element `element` of the first such segment; `''` when there is none."""
        segment = self.first(segment_id, qualifier)
        return segment[element] if segment else ""

    def loops_of(self, loop_id: str) -> Iterator[Loop]:
        """The loops of that name directly inside this one."""
        return (loop for loop in self.loops if loop.id == loop_id)

    def loop(self, loop_id: str) -> Loop | None:
        """The first of `loops_of`, or `None`."""
        return next(self.loops_of(loop_id), None)

    def walk(self) -> Iterator[Loop]:
        """This loop and every loop inside it, in the order of the file."""
        yield self
        for loop in self.loops:
            yield from loop.walk()
