"""Stretches: whole segments of one interchange, among which no other interchange can begin, as bytes and as texts.

Engines are handed stretches. The native one reads the bytes; the Python one asks for the texts, which are made once.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate, count
from operator import add

from claimwright.x12.tree import Delimiters, Segment

BLANKS = "\r\n\t "
"""What may stand after a terminator and means nothing."""


class Pieces:
    """The segments of a stretch as texts, with the place of each.

    Blanks before a segment are not part of it; an empty piece is a segment, unless the terminator is a blank itself.
    """

    __slots__ = ("_edges", "_pieces", "_sizes", "_starts", "delimiters", "texts")

    def __init__(self, text: str, offset: int, delimiters: Delimiters) -> None:
        self.delimiters = delimiters
        pieces = text.split(delimiters.terminator)
        pieces.pop()
        self._edges = _edges(pieces, offset)
        if delimiters.terminator in BLANKS:
            kept = [number for number, piece in enumerate(pieces) if piece.strip(BLANKS)]
            self._edges = [*(self._edges[number] for number in kept), self._edges[-1]]
            pieces = [pieces[number] for number in kept]
        self._pieces = pieces
        texts = pieces
        if any(mark in text for mark in ("\r", "\n", "\t", delimiters.terminator + " ")) or text.startswith(" "):
            texts = [piece.lstrip(BLANKS) for piece in pieces]
        self._sizes: list[int] | None = None
        self._starts: list[int] | None = None
        self.texts = texts
        if not text.isascii():
            self._sizes = list(map(len, texts))
            self._starts = self._find_starts(self._sizes)
            self.texts = [text if text.isascii() else decoded(text) for text in texts]

    @property
    def sizes(self) -> list[int]:
        """The bytes of each segment."""
        if self._sizes is None:
            self._sizes = list(map(len, self.texts))
        return self._sizes

    @property
    def starts(self) -> list[int]:
        """The first byte of each segment, within the file."""
        if self._starts is None:
            self._starts = self._find_starts(self.sizes)
        return self._starts

    def _find_starts(self, sizes: list[int]) -> list[int]:
        edges, pieces = self._edges, self._pieces
        if self.texts is pieces:
            return edges[:-1]
        return [edge + len(piece) - size for edge, piece, size in zip(edges, pieces, sizes, strict=False)]

    def at(self, offset: int) -> int:
        """Which piece is the first that ends behind this byte of the file."""
        return bisect_left(self._edges, offset) if offset > self._edges[0] else 0

    def edge(self, number: int) -> int:
        """The byte of the file at which this piece, blanks included, begins."""
        return self._edges[number]

    def segment(self, number: int, index: int) -> Segment:
        """A piece as a segment; `index` is its number within the file."""
        return Segment(self.texts[number], self.delimiters, index, self.starts[number], self.sizes[number])


def _edges(pieces: list[str], offset: int) -> list[int]:
    """Where each piece begins, and where the one after the last would."""
    return list(map(add, accumulate(map(len, pieces), initial=offset), count()))


def decoded(latin: str) -> str:
    """The text that bytes read as latin-1 stand for: UTF-8, with what is none escaped."""
    return latin.encode("latin-1").decode("utf-8", "surrogateescape")


class _BinaryPieces(Pieces):
    """One segment that ends in binary data: its text has one letter in place of them, the segment has them."""

    __slots__ = ("_head", "_raw")

    def __init__(self, raw: bytes, head: int, offset: int, delimiters: Delimiters) -> None:
        super().__init__(raw[:head].decode("latin-1") + "B" + delimiters.terminator, offset, delimiters)
        self._raw, self._head = raw, head

    def segment(self, number: int, index: int) -> Segment:
        fields = self._raw[: self._head].decode("latin-1").split(self.delimiters.element)
        fields[-1] = decoded(self._raw[self._head :].decode("latin-1"))
        return Segment(fields, self.delimiters, index, self.starts[number], len(self._raw))


class Stretch:
    """Bytes `start` to `end` of `data`, which begins at byte `base` of the file; the last one is a terminator."""

    __slots__ = ("_pieces", "base", "data", "delimiters", "end", "start")

    def __init__(self, data: bytes, start: int, end: int, base: int, delimiters: Delimiters) -> None:
        self.data = data
        self.start = start
        self.end = end
        self.base = base
        self.delimiters = delimiters
        self._pieces: Pieces | None = None

    @property
    def pieces(self) -> Pieces:
        if self._pieces is None:
            text = self.data[self.start : self.end].decode("latin-1")
            self._pieces = Pieces(text, self.base + self.start, self.delimiters)
        return self._pieces


class BinaryStretch(Stretch):
    """One segment that ends in binary data, which may hold delimiters: engines see one letter in their place.

    `raw` are its bytes, of which the first `head` stand before the data; it begins at byte `base` of the file.
    """

    __slots__ = ()

    def __init__(self, raw: bytes, head: int, base: int, delimiters: Delimiters) -> None:
        text = raw[:head] + b"B" + delimiters.terminator.encode("latin-1")
        super().__init__(text, 0, len(text), base, delimiters)
        self._pieces = _BinaryPieces(raw, head, base, delimiters)
