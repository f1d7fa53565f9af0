"""Reading long messages row by row: every segment is met once, in the order of the file, and the place where it stands
says what is done with it.

A message's mapping is a table: for each loop of the guide what its first segment begins and what each further segment
adds, by name. A row is the list of a segment's texts. `RowReader` runs the steps and knows where the row stands in the
file; `Segment` objects are made only of rows that nobody reads in a hurry (a set's head) and of those that are wrong.

Compare `values_x12`, the way of the short messages: a mapping there takes the segments it wants from a loop's pool.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from claimwright.documents.adjustments import Adjustment
from claimwright.documents.other import OtherSegment
from claimwright.documents.parties import Period, Reference
from claimwright.documents.parties_x12 import make_adjustment, make_reference, procedures, read_reference
from claimwright.documents.values_x12 import (
    DAYS,
    DOLLARS,
    FRACTIONS,
    NUMBERS,
    PERIODS,
    Reader,
    keep_segment,
    make_origin,
)
from claimwright.money import parse_cents
from claimwright.origin import Origin
from claimwright.x12.guides.language import Position
from claimwright.x12.reading import TransactionSet
from claimwright.x12.tree import Delimiters, Loop, Segment

Row = list[str]
Step = Callable[[Any, Row], None]


@dataclass(frozen=True, slots=True)
class LoopSteps:
    """What is done with the segments of one loop: the one that opens it, those with a step of their own, the others."""

    opens: Step
    steps: Mapping[str, Step]
    other: Step

    def step(self, name: str) -> Step:
        """What is done with a further segment of that name."""
        return self.steps.get(name, self.other)


def kept(loop_id: str) -> LoopSteps:
    """The steps of a loop that is kept as a tree, below the set's own, and read when it is whole."""

    def opens(reader: RowReader, row: Row) -> None:
        reader.close()
        reader.kept[loop_id] = Loop(loop_id, [reader.segment(row)])
        reader.root.loops.append(reader.kept[loop_id])

    def other(reader: RowReader, row: Row) -> None:
        reader.close()
        reader.kept[loop_id].segments.append(reader.segment(row))

    return LoopSteps(opens, {}, other)


def _keep_in_root(reader: RowReader, row: Row) -> None:
    reader.close()
    reader.root.segments.append(reader.segment(row))


IN_ROOT = LoopSteps(_keep_in_root, {}, _keep_in_root)
"""The steps of the segments that stand in the set itself."""


class RowReader(Reader):
    """Reads rows into records. A message's own reader has `close`, and as attributes what its steps work on.

    `at` is the row that is being read, counted from the start of the piece that was fed.
    """

    homes: Mapping[str, Container[str]] = {}
    """The loops of the segments that carry money; anywhere else they are an error."""

    def __init__(self, family: str, sha256: str, delimiters: Delimiters) -> None:
        super().__init__(family, sha256)
        self.delimiters = delimiters
        self.is_lost = False
        self.procedures = procedures(delimiters.component)
        self.root = Loop("ST")
        self.kept: dict[str, Loop] = {"ST": self.root}
        self.at = 0
        self._first_index = 0
        self._offsets: Sequence[int] = ()
        self._sizes: Sequence[int] = ()
        self._end_before = 0

    def feed(
        self, rows: Iterable[Row], steps: Sequence[Step], index: int, offsets: Sequence[int], sizes: Sequence[int]
    ) -> None:
        """Read a piece of a set: its rows, what is done with each, the first one's index, their places and sizes."""
        self._end_before = self.end
        self._first_index = index
        self._offsets, self._sizes = offsets, sizes
        at = 0
        for step, row in zip(steps, rows, strict=True):
            self.at = at
            step(self, row)
            at += 1
        self.at = at

    @property
    def end(self) -> int:
        """The byte after the last row that was fed."""
        return self._offsets[-1] + self._sizes[-1] if self._offsets else 0

    def close(self) -> None:
        """Finish the records that are open: a segment that is none of theirs has come, or the end."""

    def finish(self) -> None:
        """Finish everything: the set ends."""
        self.close()

    def segment(self, row: Row) -> Segment:
        """The row that is being read as a segment."""
        at = self.at
        return Segment(row, self.delimiters, self._first_index + at, self._offsets[at], self._sizes[at])

    @property
    def size(self) -> int:
        """The bytes of the row that is being read."""
        return self._sizes[self.at]

    def start(self) -> tuple[int, int]:
        """Where the row begins that is being read: its offset, and its index."""
        return self._offsets[self.at], self._first_index + self.at

    def here(self) -> Origin:
        """The place of the row that is being read."""
        at = self.at
        return make_origin(self.sha256, self._offsets[at], self._sizes[at], self._first_index + at)

    def since(self, start: tuple[int, int]) -> Origin:
        """The place from the row that began at `start` to the row before this."""
        before = self.at - 1
        end = self._offsets[before] + self._sizes[before] if before >= 0 else self._end_before
        offset, index = start
        return make_origin(self.sha256, offset, end - offset, index)

    def say_here(self, number: str, row: Row, element: int | None = None, *, loop: str = "") -> None:
        """Note a finding about the row that is being read."""
        self.say(number, self.segment(row), element, loop=loop)

    def must_cents(self, row: Row, element: int) -> int:
        """An amount without which the record is lost: `is_lost` says so."""
        try:
            whole, _, fraction = row[element].partition(".")
            return DOLLARS[whole] + FRACTIONS[fraction]
        except (ValueError, KeyError, IndexError):
            cents = self._cents(row, element)
        if cents is None:
            self.say_here("001", row, element)
            self.is_lost = True
        return cents or 0

    def may_cents(self, row: Row, element: int) -> int | None:
        """An amount that may be absent, or go without."""
        try:
            whole, _, fraction = row[element].partition(".")
            return DOLLARS[whole] + FRACTIONS[fraction]
        except (ValueError, KeyError, IndexError):
            cents = self._cents(row, element)
        if cents is None:
            self._go_without("003", row, element)
        return cents

    def may_number(self, row: Row, element: int) -> Decimal | None:
        """A number that may be absent, or go without."""
        try:
            return NUMBERS[row[element]]
        except (ValueError, IndexError):
            self._go_without("004", row, element)
            return None

    def must_number(self, row: Row, element: int) -> Decimal:
        """A number without which the record is lost: `is_lost` says so."""
        try:
            return NUMBERS[row[element]]
        except (ValueError, IndexError):
            self.say_here("002", row, element)
            self.is_lost = True
            return NUMBERS["0"]

    def may_period(self, row: Row) -> Period | None:
        """The day (D8) or run of days (RD8) of a DTP; other formats (times) are none of ours and no mistake."""
        if len(row) < 3 or row[2] not in ("D8", "RD8"):
            return None
        try:
            return PERIODS[row[3]]
        except (ValueError, IndexError):
            self.say_here("005", row, 3)
            return None

    def may_day(self, row: Row, element: int) -> date | None:
        """A day that may be absent, or go without."""
        try:
            return DAYS[row[element]]
        except (ValueError, IndexError):
            self._go_without("005", row, element)
            return None

    def _cents(self, row: Row, element: int) -> int | None:
        """An amount that is not of the plainest form; `None` when it is none."""
        try:
            return parse_cents(row[element])
        except (ValueError, IndexError):
            return None

    def _go_without(self, number: str, row: Row, element: int) -> None:
        """Note a value that cannot be read; one that is absent is no finding."""
        if len(row) > element and row[element]:
            self.say_here(number, row, element)

    def reference(self, row: Row) -> Reference:
        """A REF."""
        return make_reference(row[1], row[2]) if len(row) == 3 else read_reference(self.segment(row))

    def adjustments(self, row: Row, known: list[Adjustment]) -> None:
        """Every triplet of a CAS. One whose amount is none loses the record."""
        origin, group = self.here(), row[1] if len(row) > 1 else ""
        if len(row) == 4 and row[2]:
            known.append(make_adjustment(group, row[2], self.must_cents(row, 3), None, origin))
            return
        for at in range(2, len(row), 3):
            if row[at] or any(row[at + 1 : at + 2]):
                quantity = self.may_number(row, at + 2) if len(row) > at + 2 else None
                known.append(make_adjustment(group, row[at], self.must_cents(row, at + 1), quantity, origin))

    def other(self, row: Row, known: list[OtherSegment], loop: str) -> None:
        """Keep a row that has no field in the record as it is written."""
        if loop not in self.homes.get(row[0], (loop,)):
            self.say_here("007", row, loop=loop)
        if kept_segment := keep_segment(self.segment(row)):
            known.append(kept_segment)
        else:
            self.say_here("006", row, loop=loop)


@contextmanager
def collector_paused() -> Iterator[None]:
    """Records hold no cycles; Python's collector of cycles would look at all of them again and again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def steps_by_position(table: Mapping[str, LoopSteps], positions: Sequence[Position]) -> list[Step]:
    """What is done at each position of a guide, by number."""
    return [
        table[position.loop.id].opens
        if position.loop.trigger is position
        else table[position.loop.id].step(position.id)
        for position in positions
    ]


def feed_set(reader: RowReader, table: Mapping[str, LoopSteps], transaction_set: TransactionSet) -> None:
    """Run the steps over a set whose tree was already built."""
    segments = transaction_set.segments
    first = segments[0].index
    steps: list[Any] = [None] * len(segments)
    for loop in transaction_set.root.walk():
        here = table[loop.id]
        for segment in loop.segments:
            steps[segment.index - first] = here.step(segment.fields[0])
        if loop.segments:
            steps[loop.segments[0].index - first] = here.opens
    offsets, sizes = [segment.offset for segment in segments], [segment.length for segment in segments]
    reader.feed([segment.fields for segment in segments], steps, first, offsets, sizes)
    reader.finish()
