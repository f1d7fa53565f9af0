"""Where the claims of an 837 stand: their bytes, and the segments that a 999 counts.

For files of our own making: the delimiters are those of the ISA, and every claim follows the HL levels it belongs to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

_ISA_LENGTH = 106


@dataclass(slots=True)
class ClaimPlace:
    """One claim in a file. `offset` and `length` are its bytes, from CLM to its last segment.

    `first` and `last` count segments within the set (ST is 1), `index` within the file. `levels` are the runs of
    segments of the HL levels above it: what is wrong there is wrong with this claim too.
    """

    set_control: str
    number: str
    offset: int
    length: int
    index: int
    first: int
    last: int = 0
    levels: tuple[tuple[int, int], ...] = ()

    def touches(self, position: int) -> bool:
        """Whether a segment of the set belongs to the claim or to a level above it."""
        runs = ((self.first, self.last), *self.levels)
        return any(first <= position <= last for first, last in runs)


@dataclass(slots=True)
class _Level:
    """One HL: its number, the one above it, and its own segments, before a claim or another level begins."""

    parent: str
    first: int
    last: int = 0


@dataclass(slots=True)
class _Set:
    """What is known of a set while it is walked through."""

    control: str
    position: int = 1
    levels: dict[str, _Level] = field(default_factory=dict)
    level: _Level | None = None
    claim: ClaimPlace | None = None

    def end(self, offset: int) -> None:
        """The open claim or level ends before this segment, which begins at that offset."""
        if self.claim:
            self.claim.last = self.position - 1
            self.claim.length = offset - self.claim.offset
        elif self.level:
            self.level.last = self.position - 1
        self.claim = None


def claim_places(data: bytes) -> list[ClaimPlace]:
    """Every claim of an 837 file, in order."""
    text = data.decode("latin-1")
    places: list[ClaimPlace] = []
    current = _Set("")
    owners: list[tuple[ClaimPlace, _Set, str]] = []
    number = ""
    for index, offset, elements in _segments(text):
        name = elements[0]
        if name == "ST":
            current, number = _Set(elements[2]), ""
            continue
        current.position += 1
        if name in ("HL", "CLM", "SE"):
            current.end(offset)
        if name == "HL":
            number = elements[1]
            current.level = _Level(elements[2], current.position)
            current.levels[number] = current.level
        elif name == "CLM":
            current.claim = ClaimPlace(current.control, elements[1], offset, 0, index, current.position)
            places.append(current.claim)
            owners.append((current.claim, current, number))
    for place, transaction_set, owner in owners:
        place.levels = tuple(_above(transaction_set, owner))
    return places


def _above(transaction_set: _Set, number: str) -> Iterator[tuple[int, int]]:
    while level := transaction_set.levels.get(number):
        yield level.first, level.last
        number = level.parent


def _segments(text: str) -> Iterator[tuple[int, int, list[str]]]:
    """Index (from 1), first byte and elements of every segment."""
    separator, terminator = text[3], text[_ISA_LENGTH - 1]
    offset, index = 0, 0
    while offset < len(text):
        end = text.find(terminator, offset)
        if end < 0:
            return
        index += 1
        yield index, offset, [*text[offset:end].split(separator), "", "", ""]
        offset = end + 1
