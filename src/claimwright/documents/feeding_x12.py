"""Feeding a message's mapping with what an engine walked: texts, and at which position of the guide each stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from operator import methodcaller

from claimwright.documents.claim import Claim, ClaimBatch
from claimwright.documents.claim_kinds_x12 import guide_of
from claimwright.documents.claim_reading_x12 import STEPS as CLAIM_STEPS
from claimwright.documents.claim_reading_x12 import ClaimSetReader
from claimwright.documents.remittance import Remittance, RemittanceClaim
from claimwright.documents.remittance_reading_x12 import STEPS as REMITTANCE_STEPS
from claimwright.documents.remittance_reading_x12 import RemittanceReader
from claimwright.documents.rows_x12 import LoopSteps, Step, steps_by_position
from claimwright.findings import Finding
from claimwright.x12.guides.language import Position
from claimwright.x12.tree import Segment

_TABLES: dict[str, Mapping[str, LoopSteps]] = {"835": REMITTANCE_STEPS, "837": CLAIM_STEPS}


@lru_cache(maxsize=8)
def _steps(st01: str, positions: tuple[Position, ...]) -> list[Step]:
    return steps_by_position(_TABLES[st01], positions)


class Feed:
    """Makes the records of one set of claims, of a version (GS08) as a guide names it, or of decisions on claims.

    Raises `KeyError` for any other set.
    """

    def __init__(self, st01: str, version: str, sha256: str, opening: Segment, gs: Segment, *, is_test: bool) -> None:
        self._table = _TABLES[st01]
        self._st01 = st01
        self._opening = opening
        self._is_test = is_test
        self._split = methodcaller("split", opening.delimiters.element)
        self._loop = self._table["ST"]
        self._reader: RemittanceReader | ClaimSetReader
        if st01 == "835":
            self._reader = RemittanceReader(sha256, opening.delimiters)
        elif guide := guide_of(version):
            self._reader = ClaimSetReader(guide, sha256, opening.delimiters, gs)
        else:
            raise KeyError(version)
        self._reader.root.segments.append(opening)

    @property
    def findings(self) -> list[Finding]:
        """What the mapping found, to be emptied by whoever took it."""
        return self._reader.findings

    @property
    def end(self) -> int:
        """The byte after the last segment that was fed."""
        return self._reader.end

    def begin(self, positions: Sequence[Position]) -> None:
        """The positions of the guide, by the numbers of trails."""
        self._positions = tuple(positions)
        self._steps = _steps(self._st01, self._positions)

    def feed(
        self, texts: Sequence[str], trail: Sequence[int], index: int, starts: Sequence[int], sizes: Sequence[int]
    ) -> None:
        """Segments, from number `index` on, with their positions; -1 in the trail for one that stands nowhere."""
        if -1 in trail:
            steps = list(self._steps_with_strays(texts, trail))
        else:
            steps = [self._steps[number] for number in trail]
            self._loop = self._table[self._positions[trail[-1]].loop.id] if trail else self._loop
        self._reader.feed(map(self._split, texts), steps, index, starts, sizes)

    def _steps_with_strays(self, texts: Sequence[str], trail: Sequence[int]) -> Iterator[Step]:
        """The steps, where segments without a position stand in the loop that is open."""
        for text, number in zip(texts, trail, strict=True):
            if number < 0:
                yield self._loop.step(self._split(text)[0])
            else:
                self._loop = self._table[self._positions[number].loop.id]
                yield self._steps[number]

    def finish(self) -> None:
        """The set ends."""
        self._reader.finish()

    def take_claims(self) -> Sequence[RemittanceClaim | Claim]:
        """The claims that are whole and were not taken yet."""
        claims = self._reader.claims
        self._reader.claims = []
        return claims

    def head(self, length: int) -> Remittance | ClaimBatch:
        """The record without its claims, as far as it was read; `length` is the set's in bytes."""
        if isinstance(self._reader, RemittanceReader):
            return self._reader.head(self._opening, length, is_test=self._is_test)
        return self._reader.head(self._opening)
