"""Millions of dated pairs of codes in ten bytes each: NCCI's procedure-to-procedure edits.

A row is (column 1, column 2, effective date, deletion date, indicator, rationale). Pairs are sorted and found by
bisection, in about a microsecond, without a database; 2.5 million rows take 25 MB.
"""

from __future__ import annotations

import json
import sys
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from claimwright.errors import InputError

_EPOCH = date(1970, 1, 1).toordinal()
_NO_DAY = 0
_ALWAYS = 65_535
_MOST_CODES = 65_536
_MOST_RATIONALES = 256
_TYPES = ("I", "H", "H", "B", "B")


class Pair(NamedTuple):
    """One dated edit: `since` is None where the file does not say it; `until` is its last day, if it has one."""

    column1: str
    column2: str
    since: date | None
    until: date | None
    indicator: str
    rationale: str


@dataclass(frozen=True)
class PackedPairs:
    """Sorted columns: the pair (two positions in `codes`), its days, its indicator, its rationale."""

    codes: tuple[str, ...]
    rationales: tuple[str, ...]
    keys: array[int]
    since: array[int]
    until: array[int]
    indicators: array[int]
    reasons: array[int]

    @classmethod
    def of(cls, rows: Iterable[Pair]) -> PackedPairs:
        """Pack rows in any order. Raises `InputError` for more codes, or stranger days, than the form can hold."""
        return _Packing().pack(rows)

    @classmethod
    def from_bytes(cls, data: bytes) -> PackedPairs:
        """What `to_bytes` gave."""
        plain = memoryview(zlib.decompress(data))
        size = int.from_bytes(plain[:4], "little")
        head = json.loads(bytes(plain[4 : 4 + size]))
        start, columns = 4 + size, []
        for code in _TYPES:
            column = array(code)
            end = start + head["rows"] * column.itemsize
            column.frombytes(plain[start:end])
            columns.append(_swapped(column))
            start = end
        return cls(tuple(head["codes"]), tuple(head["rationales"]), *columns)

    def to_bytes(self) -> bytes:
        """Compressed bytes, the same on every machine."""
        head = json.dumps({"rows": len(self.keys), "codes": self.codes, "rationales": self.rationales}).encode()
        columns = (self.keys, self.since, self.until, self.indicators, self.reasons)
        return zlib.compress(
            b"".join((len(head).to_bytes(4, "little"), head, *(_swapped(column[:]).tobytes() for column in columns))), 1
        )

    def __len__(self) -> int:
        return len(self.keys)

    def __iter__(self) -> Iterator[Pair]:
        return (self._pair(place) for place in range(len(self.keys)))

    def positions(self) -> dict[str, int]:
        """Where each code stands in `codes`."""
        return {code: place for place, code in enumerate(self.codes)}

    def find(self, column1: int, column2: int, day: date) -> Pair | None:
        """The edit of two codes, given by their positions, that is in force on a day."""
        key = column1 << 16 | column2
        place, last, at = bisect_left(self.keys, key), len(self.keys), _packed_day(day)
        while place < last and self.keys[place] == key:
            if self.since[place] <= at <= self.until[place]:
                return self._pair(place)
            place += 1
        return None

    def pairs_below(self, column1: int, day: date) -> list[Pair]:
        """The edits that are in force on a day with this code in column 1."""
        first, last = bisect_left(self.keys, column1 << 16), bisect_left(self.keys, (column1 + 1) << 16)
        at = _packed_day(day)
        return [self._pair(place) for place in range(first, last) if self.since[place] <= at <= self.until[place]]

    def find_all(self, column1: int, column2: int) -> list[Pair]:
        """The edits of two codes of every day."""
        key = column1 << 16 | column2
        place = bisect_left(self.keys, key)
        found = []
        while place < len(self.keys) and self.keys[place] == key:
            found.append(self._pair(place))
            place += 1
        return found

    def _pair(self, place: int) -> Pair:
        key = self.keys[place]
        return Pair(
            self.codes[key >> 16],
            self.codes[key & 0xFFFF],
            _day(self.since[place]),
            _day(self.until[place]),
            chr(self.indicators[place]),
            self.rationales[self.reasons[place]],
        )


class _Packing:
    """Rows on their way into columns: numbered as they come, then put in order."""

    def __init__(self) -> None:
        self.codes: dict[str, int] = {}
        self.rationales: dict[str, int] = {}
        self.keys, self.since, self.until = array("I"), array("H"), array("H")
        self.indicators, self.reasons = array("B"), array("B")

    def pack(self, rows: Iterable[Pair]) -> PackedPairs:
        self._take(rows)
        if len(self.codes) > _MOST_CODES or len(self.rationales) > _MOST_RATIONALES:
            raise InputError(f"{len(self.codes):,} codes, {len(self.rationales)} rationales: more than can be held.")
        order = self._order()
        return PackedPairs(
            tuple(self.codes),
            tuple(self.rationales),
            array("I", map(self.keys.__getitem__, order)),
            array("H", map(self.since.__getitem__, order)),
            array("H", map(self.until.__getitem__, order)),
            array("B", map(self.indicators.__getitem__, order)),
            array("B", map(self.reasons.__getitem__, order)),
        )

    def _take(self, rows: Iterable[Pair]) -> None:
        """One loop over millions of rows: no call in it that a dictionary can save."""
        codes, rationales = self.codes, self.rationales
        packed: dict[date | None, int] = {}
        for column1, column2, since, until, indicator, rationale in rows:
            one = codes.setdefault(column1, len(codes))
            two = codes.setdefault(column2, len(codes))
            if since not in packed:
                packed[since] = _packed_day(since)
            if until not in packed:
                packed[until] = _packed_day(until)
            if one >= _MOST_CODES or two >= _MOST_CODES:
                raise InputError(f"More than {_MOST_CODES:,} codes: this is no table of edits.")
            self.keys.append(one << 16 | two)
            self.since.append(packed[since])
            self.until.append(packed[until] or _ALWAYS)
            self.indicators.append(ord(indicator))
            self.reasons.append(rationales.setdefault(rationale, len(rationales)))

    def _order(self) -> array[int]:
        """The rows by key. Sorted by first code and then within it, as a list of all of them would be too large."""
        by_first: dict[int, array[int]] = {}
        for place, key in enumerate(self.keys):
            first = key >> 16
            if first not in by_first:
                by_first[first] = array("I")
            by_first[first].append(place)
        order = array("I")
        for first in sorted(by_first):
            order.extend(sorted(by_first.pop(first), key=self.keys.__getitem__))
        return order


def changed_pairs(before: Iterable[Pair], after: Iterable[Pair]) -> tuple[list[tuple[str, ...]], ...]:
    """Pairs added, dropped and changed from one release to another; a pair's rows are compared together."""
    old, new = _by_pair(before), _by_pair(after)
    added = sorted(new.keys() - old.keys())
    dropped = sorted(old.keys() - new.keys())
    changed = sorted(pair for pair in new.keys() & old.keys() if new[pair] != old[pair])
    return added, dropped, changed


def _by_pair(rows: Iterable[Pair]) -> dict[tuple[str, ...], int]:
    """A fingerprint of each pair's rows."""
    found: dict[tuple[str, ...], int] = {}
    for row in rows:
        pair = row[:2]
        found[pair] = found.get(pair, 0) ^ hash(row)
    return found


def _packed_day(day: date | None) -> int:
    return _NO_DAY if day is None else min(max(day.toordinal() - _EPOCH, 1), _ALWAYS - 1)


def _day(packed: int) -> date | None:
    return None if packed in (_NO_DAY, _ALWAYS) else date(1970, 1, 1) + timedelta(days=packed)


def _swapped(column: array[int]) -> array[int]:
    """The column in little-endian order, which is the order in which it is stored."""
    if sys.byteorder == "big":
        column.byteswap()
    return column
