"""Composing a long set: as text in the usual delimiters, proved all at once; as segments where that proof fails.

A mapping says what stands in the set by calling a `Composer` segment by segment. The one that makes text counts the
delimiters it writes; when the text has more, some value holds one. The mapping is then run again for tuples, which
`write_interchange` can write with other delimiters, or refuse with the name of the value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

from claimwright.x12.writing import USUAL_DELIMITERS, Element, OutgoingSegment, SegmentText

_ELEMENT, _COMPONENT = USUAL_DELIMITERS.element, USUAL_DELIMITERS.component
_REPETITION, _TERMINATOR = USUAL_DELIMITERS.repetition, USUAL_DELIMITERS.terminator
_join = _ELEMENT.join
_join_components = _COMPONENT.join


class Composer:
    """Takes segments as they come; this one keeps them as they are."""

    def __init__(self) -> None:
        self.said: list[Any] = []
        """What was taken so far, one item for each segment."""

    def add(self, *elements: Element) -> None:
        """The next segment: its name and its elements. A composite is what `composite` gives."""
        self.said.append(elements)

    def composite(self, *parts: str) -> Element:
        """An element of several components, for the next segment."""
        return parts

    def add_all(self, segments: Iterable[OutgoingSegment]) -> None:
        """Segments as `write_interchange` takes them."""
        self.said += segments

    def again(self, part: str, of: object, segments: Callable[[], Iterable[OutgoingSegment]]) -> None:
        """Segments that say the same whenever they are about the same object in the same part."""
        self.said += segments()

    def sort(self, start: int, order: str) -> None:
        """Put what was taken from number `start` on in an order of names; names that are not in it go last."""
        ranks = ranks_of(order)
        self.said[start:] = sorted(self.said[start:], key=lambda said: ranks.get(self._name_of(said), len(ranks)))

    def _name_of(self, said: Any) -> str:
        return str(said[0])


class _TextComposer(Composer):
    """Takes segments as text and counts the delimiters with which they are written."""

    def __init__(self) -> None:
        super().__init__()
        self._elements = self._components = self._repetitions = 0
        self._known: dict[tuple[str, int], tuple[object, list[str], int, int]] = {}
        """By part and identity of an object, which is held on to: texts, and the delimiters in them."""

    def add(self, *elements: Any) -> None:
        text = _join(elements)
        self._elements += len(elements) - 1
        if text[-1:] == _ELEMENT:
            length = len(text)
            text = text.rstrip(_ELEMENT)
            self._elements -= length - len(text)
        self.said.append(text)

    def composite(self, *parts: str) -> str:
        if not parts:
            return ""
        text = _join_components(parts)
        self._components += len(parts) - 1
        if text[-1:] == _COMPONENT:
            length = len(text)
            text = text.rstrip(_COMPONENT)
            self._components -= length - len(text)
        return text

    def add_all(self, segments: Iterable[OutgoingSegment]) -> None:
        for segment in segments:
            try:
                self.add(*segment)
            except TypeError:  # An element is no text but a composite or a repetition.
                self.add(*[one if isinstance(one, str) else self._structure(one) for one in segment])

    def _structure(self, element: Element) -> str:
        if isinstance(element, tuple):
            return self.composite(*element)
        if isinstance(element, bytes):
            raise TypeError("a composed set holds no binary data")
        self._repetitions += max(0, len(element) - 1)
        return _REPETITION.join([self.composite(*((item,) if isinstance(item, str) else item)) for item in element])

    def again(self, part: str, of: object, segments: Callable[[], Iterable[OutgoingSegment]]) -> None:
        known = self._known.get((part, id(of)))
        if known is not None:
            _, texts, elements, components = known
            self.said += texts
            self._elements += elements
            self._components += components
            return
        start, elements, components = len(self.said), self._elements, self._components
        self.add_all(segments())
        counted = self._elements - elements, self._components - components
        self._known[part, id(of)] = of, self.said[start:], *counted

    def _name_of(self, said: Any) -> str:
        return str(said).partition(_ELEMENT)[0]

    def proved(self) -> SegmentText | None:
        """The set; `None` when a value holds a delimiter."""
        text = "".join([said + _TERMINATOR for said in self.said])
        marks = tuple(map(text.count, (_ELEMENT, _COMPONENT, _REPETITION, _TERMINATOR)))
        if marks != (self._elements, self._components, self._repetitions, len(self.said)):
            return None
        return SegmentText(text, USUAL_DELIMITERS)


@cache
def ranks_of(order: str) -> dict[str, int]:
    """Where each name stands in an order, which a mapping spells."""
    return {name: rank for rank, name in enumerate(order.split())}


def compose(write: Callable[[Composer], None]) -> Sequence[OutgoingSegment]:
    """The segments that `write` tells to the composer that it is given; it may be called twice."""
    text = _TextComposer()
    write(text)
    proved = text.proved()
    if proved is not None:
        return proved
    plain = Composer()
    write(plain)
    return tuple(plain.said)
