"""Feeding a message's mapping with what an engine walked: texts, and at which position of the guide each stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from operator import methodcaller
from typing import Protocol

from claimwright.documents.claim import Claim, ClaimBatch
from claimwright.documents.claim_kinds_x12 import ClaimGuide, ClaimReader
from claimwright.documents.claim_x12 import HOMES, OUTER_LOOPS, ClaimSetReader
from claimwright.documents.remittance import Remittance, RemittanceClaim
from claimwright.documents.remittance_x12 import STEPS, RemittanceReader
from claimwright.documents.rows_x12 import LoopSteps, Step, steps_by_position
from claimwright.findings import Finding
from claimwright.x12.guides.language import Position
from claimwright.x12.tree import Loop, Segment


class Feed(Protocol):
    """What makes the records of one set. `claims` are those that are whole and were not taken yet."""

    findings: list[Finding]

    @property
    def claims(self) -> Sequence[RemittanceClaim | Claim]: ...

    @property
    def end(self) -> int:
        """The byte after the last segment that was fed."""

    def begin(self, positions: Sequence[Position]) -> None:
        """The positions of the guide, by the numbers of trails."""

    def feed(
        self, texts: Sequence[str], trail: Sequence[int], index: int, starts: Sequence[int], sizes: Sequence[int]
    ) -> None:
        """Segments, from number `index` on; -1 in the trail for one that stands nowhere."""

    def close(self) -> None:
        """The set ends."""

    def take_claims(self) -> Iterator[RemittanceClaim | Claim]: ...

    def head(self, length: int) -> Remittance | ClaimBatch:
        """The record without its claims; `length` is the set's in bytes."""


@lru_cache(maxsize=8)
def _steps(positions: tuple[Position, ...]) -> list[Step]:
    return steps_by_position(STEPS, positions)


class RemittanceFeed:
    """An 835: every segment has its step."""

    def __init__(self, sha256: str, opening: Segment, *, is_test: bool) -> None:
        self._reader = RemittanceReader(sha256, opening.delimiters)
        self.findings = self._reader.findings
        self._opening = opening
        self._is_test = is_test
        self._split = methodcaller("split", opening.delimiters.element)
        self._loop: LoopSteps = STEPS["ST"]

    @property
    def claims(self) -> Sequence[RemittanceClaim]:
        return self._reader.claims

    @property
    def end(self) -> int:
        return self._reader.end

    def begin(self, positions: Sequence[Position]) -> None:
        self._positions = tuple(positions)
        self._steps = _steps(self._positions)

    def feed(
        self, texts: Sequence[str], trail: Sequence[int], index: int, starts: Sequence[int], sizes: Sequence[int]
    ) -> None:
        if -1 in trail:
            steps = list(self._steps_with_strays(texts, trail))
        else:
            steps = [self._steps[number] for number in trail]
            self._loop = STEPS[self._positions[trail[-1]].loop.id] if trail else self._loop
        self._reader.feed(map(self._split, texts), steps, index, starts, sizes)

    def _steps_with_strays(self, texts: Sequence[str], trail: Sequence[int]) -> Iterator[Step]:
        """The steps, where segments without a position stand in the loop that is open."""
        for text, number in zip(texts, trail, strict=True):
            if number < 0:
                yield self._loop.step(self._split(text)[0])
            else:
                self._loop = STEPS[self._positions[number].loop.id]
                yield self._steps[number]

    def close(self) -> None:
        self._reader.close()

    def take_claims(self) -> Iterator[RemittanceClaim]:
        claims, self._reader.claims = self._reader.claims, []
        return iter(claims)

    def head(self, length: int) -> Remittance:
        return self._reader.head(self._opening, length, is_test=self._is_test)


class ClaimFeed:
    """An 837: loops grow until they close; what a closed level or claim held is forgotten."""

    def __init__(self, sha256: str, opening: Segment, guide: ClaimGuide, gs: Segment) -> None:
        self._delimiters = opening.delimiters
        self._reader = ClaimSetReader(ClaimReader(guide, sha256), gs)
        self.findings = self._reader.reader.findings
        self._root = Loop("ST", [opening])
        self._stack = [self._root]
        self.end = opening.offset + opening.length

    @property
    def claims(self) -> Sequence[Claim]:
        return self._reader.claims

    def begin(self, positions: Sequence[Position]) -> None:
        self._places = [
            (len(position.loop.ancestry()) - 1, position.loop.id if position.loop.trigger is position else "")
            for position in positions
        ]

    def feed(
        self, texts: Sequence[str], trail: Sequence[int], index: int, starts: Sequence[int], sizes: Sequence[int]
    ) -> None:
        stack, places, delimiters, mark = self._stack, self._places, self._delimiters, self._delimiters.element
        for text, number, start, size in zip(texts, trail, starts, sizes, strict=True):
            segment = Segment(text.split(mark), delimiters, index, start, size)
            index += 1
            if number >= 0:
                depth, opens = places[number]
                if opens:
                    if len(stack) > depth:
                        self._close_to(depth)
                    loop = Loop(opens, [segment])
                    stack[-1].loops.append(loop)
                    stack.append(loop)
                    if opens in OUTER_LOOPS:
                        self._reader.opens(loop)
                    continue
                if len(stack) > depth + 1:
                    self._close_to(depth + 1)
            stack[-1].segments.append(segment)
        if texts:
            self.end = starts[-1] + sizes[-1]

    def _close_to(self, depth: int) -> None:
        """Close loops until so many are open."""
        stack = self._stack
        while len(stack) > depth:
            loop = stack.pop()
            if loop.id in OUTER_LOOPS:
                self._reader.closes(loop)
                self._reader.reader.report_strays(loop, HOMES)
                stack[-1].loops.pop()

    def close(self) -> None:
        self._close_to(1)

    def take_claims(self) -> Iterator[Claim]:
        claims, self._reader.claims = self._reader.claims, []
        return iter(claims)

    def head(self, length: int) -> ClaimBatch:
        return self._reader.head(self._root)
