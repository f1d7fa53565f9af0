"""What every mapping between X12 and records needs: values in, values out, and a note of what could not be read.

A mapping takes from a loop the segments that it understands (`Pool`); what nobody took is kept or reported, never lost.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import Generic, TypeVar

from claimwright.documents.catalogue import finding
from claimwright.documents.drafts import maker
from claimwright.documents.other import OtherSegment
from claimwright.documents.parties import Period
from claimwright.findings import Finding, Where
from claimwright.money import parse_cents
from claimwright.origin import Origin
from claimwright.x12.composing import ranks_of
from claimwright.x12.reading import TransactionSet
from claimwright.x12.tree import Loop, Segment
from claimwright.x12.writing import Element, OutgoingSegment, OutgoingSet, SegmentText

Item = TypeVar("Item")
Value = TypeVar("Value")

_NUMBER = re.compile(r"-?(?:\d{1,15}(?:\.\d{0,9})?|\.\d{1,9})\Z", re.ASCII)
_DAY = re.compile(r"\d{8}\Z", re.ASCII)
_TIME = re.compile(r"\d{4}(?:\d{2}){0,2}\Z", re.ASCII)
_SHOWN_MAX = 40
_REMEMBERED_MAX = 4096
_REMEMBERED_LENGTH_MAX = 40
_DOLLAR_DIGITS_MAX = 12
_ALWAYS_RUNS = ("314", "434")


class Unreadable(Exception):  # noqa: N818 - not an error of the program; it never leaves `documents`
    """A value without which its record cannot be built. The finding that says so is already noted."""


def parse_number(text: str) -> Decimal:
    """The number that a text of X12 (data type R) stands for. Raises `ValueError` when it is none."""
    if not _NUMBER.match(text):
        raise ValueError(f"{text!r} is not a number")
    return Decimal(text)


def parse_day(text: str) -> date | None:
    """The day that CCYYMMDD stands for; `None` when it is none."""
    if not _DAY.match(text):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


class Memo(dict[str, Value], Generic[Value]):
    """What a text means, remembered: `memo[text]`. Files say the same days, amounts and services again and again.

    Bounded in number and length, so that no file can fill the memory. Raises what `means` raises.
    """

    __slots__ = ("means",)

    def __init__(self, means: Callable[[str], Value]) -> None:
        super().__init__()
        self.means = means

    def __missing__(self, text: str) -> Value:
        value = self.means(text)
        if len(text) <= _REMEMBERED_LENGTH_MAX:
            if len(self) >= _REMEMBERED_MAX:
                self.clear()
            self[text] = value
        return value


def _must_be_day(text: str) -> date:
    if day := parse_day(text):
        return day
    raise ValueError(f"{text!r} is not a day")


def _must_be_period(text: str) -> Period:
    """A day, or a first and a last day with a hyphen between them."""
    start, _, end = text.partition("-")
    return Period(DAYS[start], DAYS[end or start])


def _dollars(text: str) -> int:
    if text.isascii() and text.isdecimal() and len(text) <= _DOLLAR_DIGITS_MAX:
        return int(text) * 100
    raise ValueError(f"{text!r} is not a number of whole dollars")


DOLLARS = Memo(_dollars)
"""Cents of what stands before the point of an amount that is not negative ..."""
FRACTIONS = {"": 0} | {str(one): 10 * one for one in range(10)} | {f"{cents:02d}": cents for cents in range(100)}
"""... and of what stands behind it. Added up, they are the amount; what is in neither is for `parse_cents`."""


def cents_of(text: str) -> int:
    """As `parse_cents`, which answers for all amounts but the plainest."""
    try:
        whole, _, fraction = text.partition(".")
        return DOLLARS[whole] + FRACTIONS[fraction]
    except (ValueError, KeyError):
        return parse_cents(text)


DAYS = Memo(_must_be_day)
NUMBERS = Memo(parse_number)
PERIODS = Memo(_must_be_period)


class Pool:
    """The own segments of one loop, to be taken by name; `rest` is what nobody took."""

    __slots__ = ("_left", "loop")

    def __init__(self, loop: Loop | None) -> None:
        self.loop = loop or Loop("")
        self._left = self.loop.segments.copy()

    def take_all(self, segment_id: str) -> list[Segment]:
        """Every segment of that name that is still here."""
        if not self._left:
            return []
        taken = [segment for segment in self._left if segment.fields[0] == segment_id]
        if taken:
            self._left = [segment for segment in self._left if segment.fields[0] != segment_id]
        return taken

    def take(self, segment_id: str, *qualifiers: str) -> Segment | None:
        """The first segment of that name, its first element being one of `qualifiers` where any are given."""
        for position, segment in enumerate(self._left):
            if segment.fields[0] == segment_id and (not qualifiers or segment[1] in qualifiers):
                return self._left.pop(position)
        return None

    def value(self, segment_id: str, qualifier: str) -> str:
        """Take the first segment with that qualifier for its second element; `''` when there is none."""
        segment = self.take(segment_id, qualifier)
        return segment[2] if segment else ""

    def own_value(self, segment_id: str, qualifier: str) -> str:
        """As `value`, but of a REF that names no other payer (REF04); those that do stay here."""
        for position, segment in enumerate(self._left):
            if segment.fields[0] == segment_id and segment[1] == qualifier and not segment[4]:
                return self._left.pop(position)[2]
        return ""

    def give_back(self, segment: Segment) -> None:
        """Count a segment among the rest after all."""
        self._left.append(segment)

    @property
    def is_empty(self) -> bool:
        return not self._left

    def rest(self) -> list[Segment]:
        """What nobody took, in the order of the file."""
        return sorted(self._left, key=lambda segment: segment.index) if len(self._left) > 1 else self._left


make_origin = maker(Origin)


class Reader:
    """Reads the values of one set and notes what is wrong with them.

    `family` is CLM or REM, the middle of the finding codes; `record` the claim that is being read, `what` what is lost
    when a value that it needs cannot be read.
    """

    def __init__(self, family: str, sha256: str) -> None:
        self.family = family
        self.sha256 = sha256
        self.findings: list[Finding] = []
        self.record = ""
        self.what = ""

    def say(
        self, number: str, segment: Segment, element: int | None = None, *, loop: str = "", **words: object
    ) -> None:
        """Note a finding about a segment or one of its elements."""
        where = Where(
            loop=loop or None,
            segment=segment.id,
            index=segment.index,
            element=element,
            offset=segment.offset,
            record=self.record or None,
        )
        value = segment[element] if element else str(segment)
        shown = repr(value if len(value) <= _SHOWN_MAX else value[:_SHOWN_MAX] + "...") if value else "(empty)"
        place = f"{segment.id}{element:02d}" if element else segment.id
        filling = {"place": place, "segment": segment.id, "value": shown, "what": self.what} | words
        self.findings.append(finding(f"DOC-{self.family}-{number}", where, **filling))

    def origin(self, first: Segment, last: Segment | None = None) -> Origin:
        """The bytes from one segment to the end of another (or of itself)."""
        last = first if last is None else last  # A segment without elements is as false as none.
        return make_origin(self.sha256, first.offset, last.offset + last.length - first.offset, first.index)

    def cents(self, segment: Segment, element: int) -> int:
        """An amount that must be there. Raises `Unreadable` when it is not."""
        try:
            return cents_of(segment[element])
        except ValueError:
            self.say("001", segment, element)
            raise Unreadable from None

    def cents_or_none(self, segment: Segment, element: int) -> int | None:
        """An amount that may be absent, or go without."""
        if not segment[element]:
            return None
        try:
            return cents_of(segment[element])
        except ValueError:
            self.say("003", segment, element)
            return None

    def number(self, segment: Segment, element: int) -> Decimal:
        """A number that must be there. Raises `Unreadable` when it is not."""
        try:
            return NUMBERS[segment[element]]
        except ValueError:
            self.say("002", segment, element)
            raise Unreadable from None

    def number_or_none(self, segment: Segment, element: int) -> Decimal | None:
        """A number that may be absent, or go without."""
        text = segment[element]
        if not text:
            return None
        try:
            return NUMBERS[text]
        except ValueError:
            self.say("004", segment, element)
            return None

    def day_or_none(self, segment: Segment, element: int) -> date | None:
        """A day that may be absent, or go without."""
        text = segment[element]
        if not text:
            return None
        try:
            return DAYS[text]
        except ValueError:
            self.say("005", segment, element)
            return None

    def period_or_none(self, dtp: Segment) -> Period | None:
        """The day (D8) or run of days (RD8) of a DTP; other formats (times) are none of ours and no mistake."""
        if dtp[2] not in ("D8", "RD8"):
            return None
        try:
            return PERIODS[dtp[3]]
        except ValueError:
            self.say("005", dtp, 3)
            return None

    def others(self, pool: Pool) -> tuple[OtherSegment, ...]:
        """What is left of a loop, kept as it was written."""
        if pool.is_empty:
            return ()
        kept = []
        for segment in pool.rest():
            if other := keep_segment(segment):
                kept.append(other)
            else:
                self.say("006", segment, loop=pool.loop.id)
        return tuple(kept)

    def leave(self, pool: Pool) -> None:
        """Report what is left of a loop that has nowhere to keep it."""
        for segment in pool.rest():
            self.say("006", segment, loop=pool.loop.id)

    def report_strays(self, loop: Loop, homes: Mapping[str, Container[str]]) -> None:
        """Report segments that carry money but stand in no loop that is read, or twice where one is read."""
        if not loop.segments:
            opening = ""
        elif (opening := loop.segments[0].fields[0]) in _RECORDS:
            self.record = loop.segments[0][1]
        seen = set()
        for segment in loop.segments:
            name = segment.fields[0]
            if name in homes:
                if loop.id not in homes[name] or name in seen:
                    self.say("007", segment, loop=loop.id)
                if name in _ONCE:
                    seen.add(name)
        for inner in loop.loops:
            self.report_strays(inner, homes)
        if opening in _RECORDS:
            self.record = ""


_RECORDS = frozenset(("CLM", "CLP"))
_ONCE = frozenset(("BPR", "SV1", "SV2", "SV3"))


def keep_segment(segment: Segment) -> OtherSegment | None:
    """A segment as it is written; `None` for one with repeated elements, which no record can keep."""
    mark = segment.delimiters.repetition
    if mark and any(mark in field for field in segment.fields):
        return None
    return OtherSegment(segment.id, tuple(tuple(segment.components(at)) for at in range(1, len(segment) + 1)))


def parse_instant(day: str, time: str) -> datetime | None:
    """The instant of CCYYMMDD and HHMM (or HHMMSS, HHMMSSDD); `None` when it is none.

    X12 names no time zone; UTC is taken.
    """
    if not _DAY.match(day) or not _TIME.match(time or "0000"):
        return None
    digits = (time or "0000").ljust(8, "0")
    try:
        return datetime(
            int(day[:4]), int(day[4:6]), int(day[6:]),
            int(digits[:2]), int(digits[2:4]), int(digits[4:6]), int(digits[6:]) * 10_000, tzinfo=UTC,
        )  # fmt: skip
    except ValueError:
        return None


@lru_cache(maxsize=_REMEMBERED_MAX)
def x12_day(day: date | None) -> str:
    """CCYYMMDD; `''` for no day."""
    return day.isoformat().replace("-", "") if day else ""


def x12_time(at: datetime) -> str:
    """HHMM, with the seconds where there are any."""
    return f"{at:%H%M%S}" if at.second else f"{at:%H%M}"


@lru_cache(maxsize=_REMEMBERED_MAX)
def x12_number(number: Decimal | None) -> str:
    """A number in its shortest form: no exponent, no zeros at the end; `''` for no number."""
    if number is None:
        return ""
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("", "-", "-0") else text


def x12_period(qualifier: str, period: Period) -> OutgoingSegment:
    """A DTP: a day as D8, a run of days as RD8; a disability's (314) and a statement's (434) are always RD8."""
    start, end = x12_day(period.start), x12_day(period.end)
    if period.start == period.end and qualifier not in _ALWAYS_RUNS:
        return ("DTP", qualifier, "D8", start)
    return ("DTP", qualifier, "RD8", f"{start}-{end}")


def x12_other(segment: OtherSegment) -> OutgoingSegment:
    """A kept segment as the writer takes it."""
    elements: list[Element] = [
        parts if len(parts) > 1 else "".join(parts)  # An absent element has no parts.
        for parts in segment.elements
    ]
    return (segment.name, *elements)


def in_order(segments: Iterable[OutgoingSegment], order: str) -> list[OutgoingSegment]:
    """The segments of a loop in the guide's order of names; names that it does not know go last."""
    ranks = ranks_of(order)
    return sorted(segments, key=lambda segment: ranks.get(str(segment[0]), len(ranks)))


def batched(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """The items in runs of `size`; the last run may be shorter."""
    iterator = iter(items)
    while run := tuple(islice(iterator, size)):
        yield run


def last_segment(loop: Loop) -> Segment:
    """The segment of a loop (its inner loops included) that stands last in the file."""
    last = loop.segments[-1]
    if loop.loops:
        inner = last_segment(loop.loops[-1])
        return inner if inner.index > last.index else last
    return last


def as_read(transaction_set: TransactionSet) -> OutgoingSet:
    """The set as it was read, ready to be written again. Empty elements at the end of a segment are left out."""
    segments = transaction_set.segments
    end = -1 if len(segments) > 1 and segments[-1].id == "SE" else len(segments)
    delimiters = transaction_set.group.interchange.delimiters
    return OutgoingSet(transaction_set.st01, transaction_set.version, SegmentText.of(segments[1:end], delimiters))


def remember(record: object, transaction_set: TransactionSet) -> None:
    """Give a record that was just read its `raw`."""
    object.__setattr__(record, "raw", as_read(transaction_set))
