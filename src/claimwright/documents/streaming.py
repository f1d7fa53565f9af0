"""Claims and remittances of any number from files of any length, one at a time and in constant memory.

The driver of `x12` reads the envelopes, an engine of `x12` walks the sets and says where each segment stands, and the
mapping of the message makes records of what came since: the same ones that `read_documents` makes of a whole reading.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import methodcaller
from os import PathLike, fspath
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from claimwright.documents.catalogue import finding
from claimwright.documents.remittance import Remittance, RemittanceClaim
from claimwright.documents.remittance_x12 import STEPS, RemittanceReader
from claimwright.documents.rows_x12 import LoopSteps, RowReader, Step, collector_paused, steps_by_position
from claimwright.findings import Finding, Where
from claimwright.x12.driver import Buffer, Driver
from claimwright.x12.engine import EngineName, Report, SetEngine, engine_maker
from claimwright.x12.guides import Guide
from claimwright.x12.guides.language import Position
from claimwright.x12.settings import DEFAULTS, Settings
from claimwright.x12.stretch import Stretch
from claimwright.x12.tree import Delimiters, Segment

_WINDOW = 1 << 15
"""The bytes whose records are made at once: few enough to stay in the processor's cache, with all that is made."""


class Part(NamedTuple):
    """A claim of a set, or (`claim` is `None`) the end of one.

    `head` is the set's record without its claims: with a claim, as far as it was read before the claim; at the end,
    whole. It is `None` at the end of a set that no record is for. `findings` are those since the part before, of X12
    and of the mapping; a claim that could not be read is only among them.
    """

    head: Remittance | None
    claim: RemittanceClaim | None
    findings: tuple[Finding, ...]


def stream_claims(
    source: bytes | str | PathLike[str] | BinaryIO,
    *,
    sha256: str = "",
    rules: bool = True,
    engine: EngineName = "auto",
    settings: Settings = DEFAULTS,
    window: int = _WINDOW,
) -> Iterator[Part]:
    """The claims of every remittance in some bytes, the file of a path or an open binary file, as they are read.

    After the claims of a set comes a part that ends it, after everything one for what was found outside of sets, if
    anything was. `sha256` names the file in origins. The other arguments are those of `x12.check`, and so is what is
    raised.
    """
    if isinstance(source, (str, PathLike)):
        with Path(fspath(source)).open("rb", buffering=0) as file:
            yield from stream_claims(file, sha256=sha256, rules=rules, engine=engine, settings=settings, window=window)
        return
    listener = _Listener(sha256, engine)
    driver = Driver(Buffer(source, window), listener, listener.make, settings, rules=rules)
    for _ in driver.steps():
        yield from listener.take()
    yield from listener.take()
    if listener.findings:
        yield Part(None, None, tuple(listener.findings))


class _Listener:
    """Is told of the envelopes by the driver, and of the segments of sets by the engine; keeps parts until taken."""

    keeps_tree = takes_nearest = True  # Sets of versions without a guide of their own are to be walked too.

    def __init__(self, sha256: str, engine: EngineName) -> None:
        self.findings: list[Finding] = []
        self._sha256 = sha256
        self._make_engine: Any = engine_maker(engine)
        self._parts: list[Part] = []
        self._isa: Segment | None = None
        self._opening: Segment | None = None
        self._reader: RemittanceReader | None = None
        self._head: Remittance | None = None

    def take(self) -> list[Part]:
        """The parts that came since they were taken."""
        self._finish_claims()
        parts, self._parts = self._parts, []
        return parts

    def make(self, delimiters: Delimiters, report: Report, *, rules: bool, settings: Settings) -> SetEngine:
        return _Listening(self._make_engine(delimiters, report, rules=rules, settings=settings), self)

    def begin(self, guide: Guide, opening: Segment) -> RemittanceReader | None:
        """A set is walked: whoever reads its rows, `None` for a set that no record is for."""
        if guide.set_code == "835":
            self._reader = RemittanceReader(self._sha256, opening.delimiters)
        return self._reader

    def _finish_claims(self) -> None:
        reader = self._reader
        if reader is None or not reader.claims:
            return
        head = self._head
        if head is None:
            known = len(reader.findings)
            head = self._head = self._read_head(reader, 0)
            del reader.findings[known:]  # They come again when the head is whole.
        claims, reader.claims = reader.claims, []
        findings = self._take_findings(reader)
        for claim in claims:
            self._parts.append(Part(head, claim, findings))
            findings = ()

    def _read_head(self, reader: RemittanceReader, length: int) -> Remittance:
        assert self._opening is not None
        return reader.head(self._opening, length, is_test=self._isa is not None and self._isa[15] == "T")

    def _take_findings(self, reader: RowReader | None) -> tuple[Finding, ...]:
        found = (*self.findings, *(reader.findings if reader else ()))
        self.findings = []
        if reader:
            reader.findings = []
        return found

    # What the driver tells.

    def found(self, level: str, found: Finding) -> None:
        self.findings.append(found)

    def interchange_opens(self, isa: Segment, delimiters: Delimiters) -> None:
        self._isa = isa

    def interchange_closes(self, iea: Segment | None) -> None: ...

    def group_opens(self, gs: Segment) -> None: ...

    def group_closes(self, ge: Segment | None) -> None: ...

    def set_opens(self, st: Segment, guide: Guide | None) -> None:
        self._opening, self._reader, self._head = st, None, None

    def set_closes(self, se: Segment | None, engine: SetEngine) -> None:
        reader, opening = self._reader, self._opening
        assert opening is not None
        head = None
        if reader is None:
            where = Where(segment="ST", index=opening.index, offset=opening.offset)
            self.findings.append(finding("DOC-SET-001", where, value=opening[1], version=opening[3] or "(none)"))
        else:
            reader.close()
            self._finish_claims()
            end = se.offset + se.length if se else reader.end
            head = self._read_head(reader, end - opening.offset)
        self._parts.append(Part(head, None, self._take_findings(reader)))
        self._reader = None

    def aside(self, segment: Segment) -> None: ...


class _Listening:
    """An engine that hands the segments it walks, with the place of each, to whoever makes records of them."""

    def __init__(self, engine: Any, listener: _Listener) -> None:
        self.name: str = engine.name
        self._engine = engine
        self._listener = listener
        self._reader: RemittanceReader | None = None
        self._positions: list[Position] = []
        self._steps: list[Step] = []
        self._loop: LoopSteps = STEPS["ST"]

    def begin(self, guide: Guide, opening: Segment, day: int = 0) -> None:
        self._engine.trail = None
        self._engine.begin(guide, opening, day)
        self._reader = self._listener.begin(guide, opening)
        if self._reader and self._positions != self._engine.positions:
            self._positions = list(self._engine.positions)
            self._steps = steps_by_position(STEPS, self._positions)
        self._loop = STEPS["ST"]

    def run(self, stretch: Stretch, position: int, index: int) -> tuple[int, int]:
        if self._reader is None:
            return self._engine.run(stretch, position, index)  # type: ignore[no-any-return]
        trail: list[int] = []
        self._engine.trail = trail
        with collector_paused():
            result: tuple[int, int] = self._engine.run(stretch, position, index)
            self._engine.trail = None
            self._feed(self._reader, stretch, position, index, trail)
        return result

    def end(self, closing: Segment | None) -> None:
        self._engine.end(closing)

    def _feed(self, reader: RowReader, stretch: Stretch, position: int, index: int, trail: list[int]) -> None:
        pieces = stretch.pieces
        first = pieces.at(stretch.base + position)
        last = first + len(trail)
        mark = stretch.delimiters.element
        texts = pieces.texts[first:last]
        rows = map(methodcaller("split", mark), texts)
        if -1 in trail:
            steps = self._with_strays([text.partition(mark)[0] for text in texts], trail)
        else:
            steps = [self._steps[number] for number in trail]
            self._loop = STEPS[self._positions[trail[-1]].loop.id] if trail else self._loop
        reader.feed(rows, steps, index, pieces.starts[first:last], pieces.sizes[first:last])

    def _with_strays(self, names: list[str], trail: list[int]) -> list[Step]:
        """The steps, where segments without a position stand in the loop that is open."""
        steps = []
        for name, number in zip(names, trail, strict=True):
            if number >= 0:
                self._loop = STEPS[self._positions[number].loop.id]
                steps.append(self._steps[number])
            else:
                steps.append(self._loop.step(name))
        return steps
