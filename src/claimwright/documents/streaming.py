"""Claims and remittances of any number from files of any length, one at a time and in constant memory.

The driver of `x12` reads the envelopes, an engine of `x12` walks the sets and says where each segment stands, and the
mapping of the message makes records of what came since: the same ones that `read_documents` makes of a whole reading.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from os import PathLike, fspath
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from claimwright.documents.catalogue import finding
from claimwright.documents.claim import Claim, ClaimBatch
from claimwright.documents.feeding_x12 import Feed
from claimwright.documents.remittance import Remittance, RemittanceClaim
from claimwright.documents.rows_x12 import collector_paused
from claimwright.findings import Finding, Where
from claimwright.x12.driver import Driver
from claimwright.x12.engine import EngineName, Report, SetEngine, engine_maker
from claimwright.x12.guides import Guide
from claimwright.x12.settings import DEFAULTS, Settings
from claimwright.x12.source import Buffer
from claimwright.x12.stretch import Stretch
from claimwright.x12.tree import Delimiters, Segment

_WINDOW = 1 << 13
"""The bytes whose records are made at once: few enough to stay in the processor's cache, with all that is made."""


class Part(NamedTuple):
    """A claim of a set, or (`claim` is `None`) the end of one.

    `head` is the set's record without its claims: with a claim, as far as it was read before the claim; at the end,
    whole. It is `None` at the end of a set that no record is for. `findings` are those since the part before, of X12
    and of the mapping; a claim that could not be read is only among them.
    """

    head: Remittance | ClaimBatch | None
    claim: RemittanceClaim | Claim | None
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
    """The claims (837) and decisions on claims (835) in some bytes, the file of a path or an open binary file, in turn.

    After the claims of a set comes a part that ends it, after everything one for what was found outside of sets, if
    anything was. `sha256` names the file in origins. The other arguments are those of `x12.check`, and so is what is
    raised.
    """
    if isinstance(source, (str, PathLike)):
        with Path(fspath(source)).open("rb", buffering=0) as file:
            yield from stream_claims(file, sha256=sha256, rules=rules, engine=engine, settings=settings, window=window)
        return
    if isinstance(source, bytes):
        source = BytesIO(source)  # So that the window counts.
    listener = _Listener(sha256, engine)
    driver = Driver(Buffer(source, window), listener, listener.make, settings, rules=rules)
    for _ in driver.steps():
        yield from listener.take()
    yield from listener.take()
    if listener.findings:
        yield Part(None, None, tuple(listener.findings))


class _Listener:
    """Is told of the envelopes by the driver, and of the segments of sets by the engine; keeps parts until taken."""

    keeps_tree = False
    takes_nearest = True

    def __init__(self, sha256: str, engine: EngineName) -> None:
        self.findings: list[Finding] = []
        self._sha256 = sha256
        self._make_engine: Any = engine_maker(engine)
        self._parts: list[Part] = []
        self._isa = self._gs = self._opening = Segment("", Delimiters(), 0, 0, 0)
        self._feed: Feed | None = None
        self._head: Remittance | ClaimBatch | None = None

    def take(self) -> list[Part]:
        """The parts that came since they were taken."""
        self._finish_claims()
        parts, self._parts = self._parts, []
        return parts

    def make(self, delimiters: Delimiters, report: Report, *, rules: bool, settings: Settings) -> SetEngine:
        return _Listening(self._make_engine(delimiters, report, rules=rules, settings=settings), self)

    def begin(self, guide: Guide, opening: Segment) -> Feed | None:
        """A set is walked: whoever reads its segments, `None` for a set that no record is for."""
        version = guide.version if self._is_guided else (opening[3] or self._gs[8])
        is_test = self._isa[15] == "T"
        with suppress(KeyError):
            self._feed = Feed(guide.set_code, version, self._sha256, opening, self._gs, is_test=is_test)
        return self._feed

    def _finish_claims(self) -> None:
        feed = self._feed
        claims = feed.take_claims() if feed else ()
        if feed is None or not claims:
            return
        if self._head is None:
            known = len(feed.findings)
            self._head = feed.head(0)
            del feed.findings[known:]  # They come again when the head is whole.
        findings = self._take_findings(feed)
        for claim in claims:
            self._parts.append(Part(self._head, claim, findings))
            findings = ()

    def _take_findings(self, feed: Feed | None) -> tuple[Finding, ...]:
        found = tuple(self.findings)
        self.findings.clear()
        if feed:
            found += tuple(feed.findings)
            feed.findings.clear()
        return found

    # What the driver tells.

    def found(self, level: str, found: Finding) -> None:
        self.findings.append(found)

    def interchange_opens(self, isa: Segment, delimiters: Delimiters) -> None:
        self._isa = isa

    def interchange_closes(self, iea: Segment | None) -> None: ...

    def group_opens(self, gs: Segment) -> None:
        self._gs = gs

    def group_closes(self, ge: Segment | None) -> None: ...

    def set_opens(self, st: Segment, guide: Guide | None) -> None:
        self._opening, self._feed, self._head, self._is_guided = st, None, None, guide is not None

    def set_closes(self, se: Segment | None, engine: SetEngine) -> None:
        feed, opening = self._feed, self._opening
        head = None
        if feed is None:
            where = Where(segment="ST", index=opening.index, offset=opening.offset)
            version = opening[3] or self._gs[8] or "(none)"
            self.findings.append(finding("DOC-SET-001", where, value=opening[1], version=version))
        else:
            feed.finish()
            self._finish_claims()
            end = se.offset + se.length if se else feed.end
            head = feed.head(end - opening.offset)
        self._parts.append(Part(head, None, self._take_findings(feed)))
        self._feed = None

    def aside(self, segment: Segment) -> None: ...


class _Listening:
    """An engine that hands the segments it walks, with the place of each, to whoever makes records of them."""

    def __init__(self, engine: Any, listener: _Listener) -> None:
        self.name: str = engine.name
        self._engine = engine
        self._listener = listener
        self._feed: Feed | None = None

    def begin(self, guide: Guide, opening: Segment, day: int = 0) -> None:
        self._engine.trail = None
        self._engine.begin(guide, opening, day)
        self._feed = self._listener.begin(guide, opening)
        if self._feed:
            self._feed.begin(self._engine.positions)

    def run(self, stretch: Stretch, position: int, index: int) -> tuple[int, int]:
        if self._feed is None:
            return self._engine.run(stretch, position, index)  # type: ignore[no-any-return]
        trail: list[int] = []
        self._engine.trail = trail
        with collector_paused():
            result: tuple[int, int] = self._engine.run(stretch, position, index)
            self._engine.trail = None
            pieces = stretch.pieces
            first = pieces.at(stretch.base + position)
            last = first + len(trail)
            self._feed.feed(pieces.texts[first:last], trail, index, pieces.starts[first:last], pieces.sizes[first:last])
        return result

    def end(self, closing: Segment | None) -> None:
        self._engine.end(closing)
