"""How tables are laid out: keys, hash tables, rows. The same arithmetic as bytes.h."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence

LONGEST_KEY = 7
_HASH_FACTOR = 0x9E3779B97F4A7C15
_WORD = (1 << 64) - 1
_HALF = (1 << 32) - 1
_WORD_SIZE, _HALF_SIZE = 8, 4
_MOST_ROOM = 8

Row = tuple[int, ...]


class UnsupportedError(ValueError):
    """A guide that the tables cannot hold: Python walks it."""


def pack_key(text: str) -> int:
    """A text of at most seven bytes as a number that holds its length too; 0 for any other."""
    data = text.encode()
    if not 0 < len(data) <= LONGEST_KEY:
        return 0
    return int.from_bytes(data, "little") | len(data) << 56


def hash_key(key: int) -> int:
    """The hash of a key."""
    return ((key * _HASH_FACTOR & _WORD) >> 40) & _HALF


def hash_text(text: str) -> int:
    """The hash of a text of any length: eight bytes at a time, the last ones of a longer text perhaps twice."""
    data = text.encode()
    length = left = len(data)
    value = length * _HASH_FACTOR & _WORD
    while left > _WORD_SIZE:
        word = int.from_bytes(data[length - left : length - left + _WORD_SIZE], "little")
        value = (value ^ word) * _HASH_FACTOR & _WORD
        value ^= value >> 32
        left -= _WORD_SIZE
    last = int.from_bytes(data[-_WORD_SIZE:], "little") if length > _WORD_SIZE else _gathered(data)
    return hash_key(value ^ last)


def _gathered(data: bytes) -> int:
    """All bytes of at most eight, some of them twice."""
    if len(data) >= _HALF_SIZE:
        return int.from_bytes(data[:_HALF_SIZE] + data[-_HALF_SIZE:], "little")
    return data[0] | data[len(data) // 2] << 8 | data[-1] << 16 if data else 0


def signed(number: int) -> int:
    """The low 32 bits, as a signed integer."""
    number &= _HALF
    return number - (1 << 32) if number >> 31 else number


def slot_count(entries: int) -> int:
    """A power of two, so large that at most half of the slots are taken and one is always empty."""
    return 1 << (2 * entries).bit_length()


def hash_table(rows: Sequence[tuple[int, Row]], size: int, width: int) -> list[Row]:
    """(hash, row) in open addressing; empty slots are zeros."""
    slots = [(0,) * width] * size
    taken = [False] * size
    for key, row in rows:
        at = key % size
        while taken[at]:
            at = (at + 1) % size
        slots[at], taken[at] = row, True
    return slots


def roomy_hash_table(rows: Sequence[tuple[int, Row]], empty: Row) -> list[Row]:
    """(hash, row) in open addressing, with so much room that few rows are not where their hash says, if any."""
    size = slot_count(len(rows))
    while size < _MOST_ROOM * len(rows) and len({key % size for key, _ in rows}) < len(rows):
        size *= 2
    return [row or empty for row in hash_table(rows, size, 0)]


def flat(rows: Iterable[Iterable[int]]) -> Iterator[int]:
    """The numbers of all rows, one after the other."""
    return (number for row in rows for number in row)


class Table:
    """Rows of so many columns; runs of rows that are equal may be written once."""

    def __init__(self, width: int) -> None:
        self.numbers = array("i")
        self._width = width
        self._runs: dict[tuple[Row, ...], int] = {}

    def __len__(self) -> int:
        return len(self.numbers) // self._width

    def add(self, rows: Iterable[Row]) -> tuple[int, int]:
        """Where the rows begin, and how many they are."""
        first = len(self)
        self.numbers.extend(flat(rows))
        return first, len(self) - first

    def share(self, rows: Iterable[Row]) -> tuple[int, int]:
        """The same, for rows that may be there already."""
        run = tuple(rows)
        if run not in self._runs:
            self._runs[run] = self.add(run)[0]
        return self._runs[run], len(run)


class CodeSets:
    """Sets of short codes as hash tables, and texts of any length."""

    def __init__(self) -> None:
        self.codes = array("Q")
        self.texts = bytearray()
        self._sets: dict[frozenset[str], tuple[int, int]] = {}
        self._spans: dict[str, Row] = {}

    def add(self, codes: frozenset[str]) -> tuple[int, int]:
        """Where the set's slots begin, and how many they are; codes too long for a key are left out."""
        if codes not in self._sets:
            keys = sorted(filter(None, map(pack_key, codes)))
            slots = roomy_hash_table([(hash_key(key), (key,)) for key in keys], (0,))
            self._sets[codes] = len(self.codes), len(slots)
            self.codes.extend(flat(slots))
        return self._sets[codes]

    def span(self, text: str) -> Row:
        """Where a text stands in the text of texts, and its length in bytes."""
        if text not in self._spans:
            data = text.encode()
            self._spans[text] = len(self.texts), len(data)
            self.texts += data
        return self._spans[text]
