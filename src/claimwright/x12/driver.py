"""The one driver: from stretches to interchanges, groups and sets, whoever listens and whichever engine walks the sets.

It reads the envelopes: `source` gives it the stretches of a file, an engine takes what stands between ST and SE.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Protocol

from claimwright.findings import Finding, Where
from claimwright.x12 import envelope
from claimwright.x12.catalogue import finding
from claimwright.x12.elements import is_digits
from claimwright.x12.engine import MakesEngine, SetEngine, Unguided
from claimwright.x12.guides import Guide, find_guide, nearest_guide
from claimwright.x12.settings import Settings
from claimwright.x12.source import Buffer, CutStretch, Source, TooLong, find_isa
from claimwright.x12.stretch import BLANKS, Stretch
from claimwright.x12.tree import BINARY_SETS, Delimiters, Segment

if TYPE_CHECKING:
    from claimwright.x12.ahead import Ahead

_BLANKS = BLANKS.encode()


class Listener(Protocol):
    """Is told what the driver reads, in the order of the file; a part that closes may lack its last segment.

    `keeps_tree`: the engine must build the trees; `takes_nearest`: sets without a guide of their own are walked by the
    nearest one, which finds no fault with them.
    """

    keeps_tree: bool
    takes_nearest: bool

    def found(self, level: str, found: Finding) -> None:
        """Something is wrong about the `file`, the open `interchange`, `group` or `set`."""

    def interchange_opens(self, isa: Segment, delimiters: Delimiters) -> None: ...

    def interchange_closes(self, iea: Segment | None) -> None: ...

    def group_opens(self, gs: Segment) -> None: ...

    def group_closes(self, ge: Segment | None) -> None: ...

    def set_opens(self, st: Segment, guide: Guide | None) -> None: ...

    def set_closes(self, se: Segment | None, engine: SetEngine) -> None: ...

    def aside(self, segment: Segment) -> None:
        """A TA1, or a segment that belongs to nothing that is open, or is too long to be looked at."""


class Driver:
    """Reads one file. `run` once; the listener is told everything. `ahead` walks sets on other cores."""

    def __init__(
        self,
        buffer: Buffer,
        listener: Listener,
        make: MakesEngine,
        settings: Settings,
        *,
        rules: bool,
        ahead: Ahead | None = None,
    ) -> None:
        self._ahead = ahead
        self._listener = listener
        self._make = make
        self._settings = settings
        self._rules = rules
        self._found = teller(listener, settings)
        self._source = Source(buffer, settings.limits, self._found, getattr(make, "find_isa", find_isa))
        self._isa: Segment | None = None
        self._gs: Segment | None = None
        self._st: Segment | None = None
        self._engine: SetEngine | None = None
        self._walking: SetEngine | None = None
        self._is_silent = False
        self._may_be_binary = False

    @property
    def segments(self) -> int:
        """How many segments were read so far."""
        return self._source.index - 1

    def run(self) -> None:
        """Read the file to its end."""
        for _ in self.steps():
            pass

    def steps(self) -> Iterator[None]:
        """Read the file stretch by stretch, so that what the listener was told can be taken from it in between."""
        source, is_first = self._source, True
        source.skip_mark()
        while (isa := source.next_interchange(is_first=is_first)) is not None:
            self._open_interchange(isa)
            yield from self._body()
            is_first = False
        if is_first:
            self._found("file", finding("X12-ENV-001", Where(offset=0)))

    def _body(self) -> Iterator[None]:
        """Read segments to the IEA, the next interchange or the end."""
        source = self._source
        while self._isa is not None:
            if self._ahead is not None and self._is_between_sets():
                yield from self._take_ahead(self._ahead)
            stretch = source.next_stretch(may_be_binary=self._may_be_binary)
            if stretch is None:
                break
            if isinstance(stretch, TooLong):
                self._pass_over(stretch)
                continue
            index = source.index
            self._take(stretch)
            if isinstance(stretch, CutStretch):
                self._report_cut(stretch.pieces.segment(0, index))
            yield
        self._close_interchange(None)

    def _is_between_sets(self) -> bool:
        """Whether a set may come next."""
        return self._gs is not None and self._st is None

    def _take_ahead(self, ahead: Ahead) -> Iterator[None]:
        """Take the sets that were walked ahead, in the order of the file."""
        source, gs = self._source, self._gs
        assert gs is not None
        for block, walked in ahead.walk(source, gs):
            for bounds, one in zip(block.sets, walked.sets, strict=True):
                self._open_set(source.segment(block.opening(bounds), bounds.begin), one)
                for found in one.findings:
                    self._report_of_set(found)
                source.index += bounds.segments - 2
                self._close_set(source.segment(block.closing(bounds), bounds.close))
            ahead.tell(walked)
            yield
        if not ahead.is_worth_it:
            self._ahead = None

    def _report_cut(self, segment: Segment) -> None:
        """A last line without its line end is whole when it is the IEA; with any other terminator it may be cut."""
        if segment.id != "IEA" or segment.delimiters.terminator not in BLANKS:
            where = Where(segment=segment.id, index=segment.index, offset=segment.offset)
            self._found("interchange", finding("X12-ENV-019", where))

    def _pass_over(self, long: TooLong) -> None:
        """A segment that is too long to be looked at."""
        raw = self._source.bytes_of(long) if self._listener.keeps_tree else b""
        segment = self._source.segment(raw, long.begin)
        where = Where(index=segment.index, offset=long.begin)
        words = {"value": long.end - long.begin, "expected": self._settings.limits.segment_bytes}
        self._found("set" if self._st else "interchange", finding("X12-SEG-009", where, **words))
        self._listener.aside(segment)

    def _take(self, stretch: Stretch) -> None:
        """Read the segments of a stretch, up to its end or to where the source must look anew."""
        source, position = self._source, stretch.start
        while position < stretch.end:
            if self._walking is not None:
                position, source.index = self._walking.run(stretch, position, source.index)
                if position == stretch.end:
                    break
            could_be_binary = self._may_be_binary
            position = self._control(stretch, position)
            is_ahead = self._ahead is not None and self._is_between_sets()
            if self._isa is None or is_ahead or (self._may_be_binary and not could_be_binary):
                if position < stretch.end:
                    source.position = stretch.base + position
                break

    def _control(self, stretch: Stretch, position: int) -> int:
        """Read one segment that is no engine's; gives the position after it."""
        source = self._source
        end = stretch.data.index(source.terminator, position)
        raw = stretch.data[position:end].lstrip(_BLANKS)
        if raw or source.terminator not in _BLANKS:
            segment = source.segment(raw, stretch.base + end - len(raw))
            place = _PLACES.get(segment.fields[0])
            if place is None:
                self._stray(segment)
            else:
                place(self, segment)
        return end + 1

    # Envelopes.

    def _found_all(self, level: str, found: Iterable[Finding]) -> None:
        for one in found:
            self._found(level, one)

    def _report_of_set(self, found: Finding) -> None:
        if not self._is_silent:
            self._found("set", found)

    def _open_interchange(self, isa: Segment) -> None:
        self._isa = isa
        self._groups = 0
        self._group_controls = _Controls("X12-ENV-017", self._settings.limits.control_numbers)
        self._listener.interchange_opens(isa, isa.delimiters)
        self._found_all("interchange", envelope.isa_findings(isa))

    def _close_interchange(self, iea: Segment | None) -> None:
        self._close_group(None)
        isa, self._isa = self._isa, None
        self._engine = None  # It holds on to the driver, which must not need a collector of cycles.
        if isa is not None:
            self._found_all("interchange", envelope.iea_findings(isa, iea, self._groups))
            self._listener.interchange_closes(iea)

    def _open_group(self, gs: Segment) -> None:
        self._close_group(None)
        self._gs = gs
        self._groups += 1
        self._sets = 0
        self._set_controls = _Controls("X12-ENV-016", self._settings.limits.control_numbers)
        self._listener.group_opens(gs)
        self._found_all("group", envelope.gs_findings(gs))
        if wrong := self._group_controls.add(gs, gs[6]):
            self._found("group", wrong)

    def _close_group(self, ge: Segment | None) -> None:
        self._close_set(None)
        gs, self._gs = self._gs, None
        if gs is not None:
            self._found_all("group", envelope.ge_findings(gs, ge, self._sets))
            self._listener.group_closes(ge)

    def _open_set(self, st: Segment, walked: SetEngine | None = None) -> None:
        self._close_set(None)
        gs = self._gs
        if gs is None:
            self._stray(st)
            return
        self._st = st
        self._may_be_binary = st[1] in BINARY_SETS
        self._sets += 1
        self._asides = 0
        guide = guide_of(st, gs, self._settings)
        self._listener.set_opens(st, guide)
        self._found_all("set", envelope.st_findings(st, gs))
        if wrong := self._set_controls.add(st, st[2]):
            self._found("set", wrong)
        if guide is None:
            self._found("set", envelope.unguided(st, st[3] or gs[8]))
        self._is_silent = guide is None
        self._walking = walked or self._engine_for(st, gs, guide)

    def _engine_for(self, st: Segment, gs: Segment, guide: Guide | None) -> SetEngine:
        walked = guide or (nearest_guide(st[1], st[3] or gs[8]) if self._listener.takes_nearest else None)
        if walked is None:
            return Unguided(st, keeps=self._listener.keeps_tree)
        if self._engine is None:
            self._engine = self._make(st.delimiters, self._report_of_set, rules=self._rules, settings=self._settings)
        self._engine.begin(walked, st, group_day(gs))
        return self._engine

    def _close_set(self, se: Segment | None) -> None:
        st, self._st, engine, self._walking = self._st, None, self._walking, None
        self._may_be_binary = False
        if st is None or engine is None:
            return
        engine.end(se)
        last = se.index if se else self.segments
        self._found_all("set", envelope.se_findings(st, se, last - st.index + 1 - self._asides))
        self._listener.set_closes(se, engine)

    def _end_set(self, se: Segment) -> None:
        if self._st is None:
            self._stray(se)
        else:
            self._close_set(se)

    def _end_group(self, ge: Segment) -> None:
        if self._gs is None:
            self._stray(ge)
        else:
            self._close_group(ge)

    def _acknowledge(self, ta1: Segment) -> None:
        self._asides = 1 + (self._asides if self._st else 0)
        self._listener.aside(ta1)
        self._found_all("interchange", envelope.ta1_findings(ta1))

    def _stray(self, segment: Segment) -> None:
        where = Where(segment=segment.id, index=segment.index, offset=segment.offset)
        self._found("interchange", finding("X12-ENV-009", where, segment=segment.id or "An empty segment"))
        self._listener.aside(segment)


def guide_of(st: Segment, gs: Segment, settings: Settings) -> Guide | None:
    """The guide of a set in a group, as it is set; `None` when there is none."""
    guide = find_guide(st[1], st[3] or gs[8]) or find_guide(st[1], gs[8])
    return settings.guide(guide) if guide else None


def group_day(gs: Segment) -> int:
    """The day of a group as CCYYMMDD, 0 for none."""
    day = gs[4]
    return int(day) if len(day) == 8 and is_digits(day) else 0


class _Controls:
    """Control numbers that came, up to a limit; `repeated` is the code of the finding about one that comes twice."""

    def __init__(self, repeated: str, most: int) -> None:
        self._repeated = repeated
        self._most = most
        self._seen: set[str] = set()
        self._is_full = False

    def add(self, opening: Segment, control: str) -> Finding | None:
        """What is wrong about the number of a group or set: it came before, or, said once, there are too many."""
        if control in self._seen:
            return envelope.repeated(self._repeated, opening, control)
        if len(self._seen) < self._most:
            self._seen.add(control)
        elif not self._is_full:
            self._is_full = True
            return envelope.too_many_controls(opening, self._most)
        return None


_PLACES = {
    "GS": Driver._open_group,
    "GE": Driver._end_group,
    "ST": Driver._open_set,
    "SE": Driver._end_set,
    "IEA": Driver._close_interchange,
    "TA1": Driver._acknowledge,
    "ISA": Driver._stray,
}


def teller(listener: Listener, settings: Settings) -> Callable[[str, Finding], None]:
    """What tells the listener of a finding, with the severity that the settings give it."""
    if not settings.weights:
        return listener.found

    def tell(level: str, found: Finding) -> None:
        applied = settings.applied(found)
        if applied is not None:
            listener.found(level, applied)

    return tell
