"""The walk: the segments of one set matched against its guide, giving findings and, if wanted, the tree of loops.

State is the last matched position. For each segment the guide says what may follow, which loops that closes and which
it opens. A segment that fits nowhere is a finding and stays in the loop that was open, so nothing is lost; findings
about what follows from it are held back until a segment fits again.

This is the engine that defines the meaning. What a text means at a position (`Step`: where it leads, whether its
elements are right, what it does to the registers of the rules) depends on nothing else, so it is remembered while the
file is read: most segments of a file have been seen before.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Protocol

from claimwright.collecting import collector_paused
from claimwright.findings import Finding, Where
from claimwright.x12.catalogue import finding
from claimwright.x12.elements import Explainer
from claimwright.x12.guides.language import Guide, LoopNode, Position
from claimwright.x12.rules.amounts import UNKNOWN, is_known
from claimwright.x12.rules.binding import Rule
from claimwright.x12.rules.looks import LOOKS
from claimwright.x12.rules.running import Doubt, Effects, Rest, Scene, is_broken
from claimwright.x12.settings import DEFAULTS, Settings
from claimwright.x12.standard import segments as standard_segments
from claimwright.x12.steps import End, Found, Step, Stop, Tables, Way
from claimwright.x12.stretch import Stretch
from claimwright.x12.tree import CONTROL, Delimiters, Loop, Segment

FULL: Final = object()
"""Said of a value that would be one too many to remember: `Limits.values` came in its loop."""
_REMEMBERED = 256
"""Texts that are remembered at each position."""


class Texts(Protocol):
    """Segments as texts, with the place of each."""

    texts: list[str]

    def segment(self, number: int, index: int) -> Segment: ...


class _Given:
    """Segments that are there already."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self._segments = segments
        self.texts = [str(segment) for segment in segments]

    def segment(self, number: int, index: int) -> Segment:
        return self._segments[number]


class Walk:
    """The engine in Python: one walk over a set after the other, all with the same delimiters.

    `begin` with the ST, `run` over stretches, `end` with the SE (or `None` where it is missing); findings go to
    `report` as they are made. With `keeps_tree`, `root` is the tree of the set and `segments` what it is made of.
    """

    name = "python"

    def __init__(
        self,
        delimiters: Delimiters,
        report: Callable[[Finding], None],
        *,
        rules: bool = True,
        keeps_tree: bool = False,
        settings: Settings = DEFAULTS,
    ) -> None:
        self.root = Loop("ST")
        self.segments: list[Segment] = []
        self._delimiters = delimiters
        self._report = report
        self._rules = rules
        self._keeps_tree = keeps_tree
        self._limits = settings.limits
        self._tables: Tables | None = None
        self._memos: list[dict[str, Step]] = []
        self._guide: Guide | None = None
        self._view: tuple[list[int], Loop | None] | None = None
        """The counts and the tree of the loop that was looked at last."""
        self.trail: list[int] | array[int] | None = None
        """Give it a list or an array, and each segment adds its position's number among `positions`, -1 for none."""

    @property
    def positions(self) -> Sequence[Position]:
        """The positions of the guide that is walked, by number."""
        return [stop.position for stop in self._tables.stops] if self._tables else ()

    def begin(self, guide: Guide, opening: Segment, day: int = 0) -> None:
        """A set opens; `day` is the day of its group as CCYYMMDD, by which dated rules are in force."""
        tables = Tables.of(guide, self._delimiters, rules=self._rules)
        if tables is not self._tables:
            self._tables = tables
            self._memos = [{} for _ in tables.stops]
        self._guide = guide
        self._day = day
        self._start(guide.root, _Given([opening]), opening.index)

    def _start(self, node: LoopNode, texts: Texts, index: int) -> None:
        """Stand at the beginning of a loop: the whole set's, or that of one loop that is looked at by itself."""
        tables = self._tables
        assert tables is not None
        self._program = tables.program
        self._stop = tables.stop(node.trigger)
        self._frames = [tables.frame(node)]
        self._cells = [cell.empty for cell in tables.program.cells]
        self._kept: list[tuple[str, int] | Segment | None] = [None] * len(tables.program.slots)
        self._seen: list[set[str]] = [set() for _ in range(tables.program.uniques)]
        self._full: set[int] = set()
        self._looked: dict[LoopNode, tuple[list[Segment], int, int]] = {}
        self._derailed = False
        self.root = Loop(node.id)
        self._loops = [self.root]
        self.segments = []
        self._texts, self._first = texts, index
        raw = texts.texts[0]
        is_right, effects = tables.judge(self._stop, raw, raw.split(self._delimiters.element))
        segment = texts.segment(0, index)
        if self._keeps_tree:
            self.root.segments.append(segment)
            self.segments.append(segment)
        if not is_right:
            self._explain(0, self._stop)
        if effects is not None:
            self._affect(effects, 0, raw)
        end = tables.end(node)
        if end and any(rule.verb == "look" for rule in end.rules) and not self._keeps_tree:
            self._looked[node] = ([], 0, index)
        self._freeze(1)
        self._last = segment

    def run(self, stretch: Stretch, position: int, index: int) -> tuple[int, int]:
        """Walk from byte `position` of the stretch's data up to the next control segment, or to the stretch's end.

        `index` is the number of the segment at `position`; gives the position and the number of the next one.
        """
        pieces = stretch.pieces
        start = pieces.at(stretch.base + position)
        with collector_paused():
            stopped = self._walk(pieces, start, index - start)
        if stopped > start:
            self._last = pieces.segment(stopped - 1, index + stopped - 1 - start)
        at_end = stopped == len(pieces.texts)
        return stretch.end if at_end else pieces.edge(stopped) - stretch.base, index + stopped - start

    def end(self, closing: Segment | None) -> None:
        """The set ends: with its SE, or without one."""
        if closing is not None:
            self._walk(_Given([closing]), 0, closing.index, passes_control=True)
            self._last = closing
        self._texts, self._first = _Given([self._last]), self._last.index
        tables = self._tables
        assert tables is not None
        for frame, node in zip(reversed(self._frames), self._stop.nodes, strict=True):
            for member in node.required:
                if member.group >= self._group(node) and not frame[tables.slots[member]]:
                    self._missing(member, node, self._last)
        for node in self._stop.nodes:
            end = tables.end(node)
            if end and end.may_break(self._cells):
                self._end_rules(end, 0)

    def _group(self, node: LoopNode) -> int:
        """The group of neighbours that the walk has reached in an open loop."""
        member: Position | LoopNode = self._stop.position
        for inner in self._stop.nodes:
            if inner is node:
                return member.group
            member = inner
        return 0

    def _walk(self, texts: Texts, start: int, first: int, *, passes_control: bool = False) -> int:
        """Walk the texts from `start`; text `i` is segment `first + i` of the file. Gives where it stopped."""
        self._texts, self._first = texts, first
        memos, frames, cells, kept, loops = self._memos, self._frames, self._cells, self._kept, self._loops
        keeps_tree, segments, trail = self._keeps_tree, self.segments, self.trail
        stop = self._stop
        for node, (carried, _, opened) in self._looked.items():
            self._looked[node] = (carried, start, opened)
        memo, counts = memos[stop.number], frames[-1]
        number, raws = start, texts.texts
        if start:
            raws = raws[start:]
        for number, raw in enumerate(raws, start):
            step = memo.get(raw)
            if step is None:
                step = self._learn(stop, raw, memo, passes_control=passes_control)
                if step is None:
                    break
            way, is_right, effects = step
            if way is None:
                if trail is not None:
                    trail.append(-1)
                if not raw and self._derailed and not keeps_tree:
                    continue  # One of a million empty segments.
                self._misplaced(texts.segment(number, first + number), stop)
                continue
            closes = way.closes
            if closes:
                counts = frames[-1 - closes]
            times = counts[way.slot]
            if times >= way.repeat and (other := self._another(stop, raw, way)):
                way, is_right, effects = other
                closes, counts = way.closes, frames[-1 - way.closes]
                times = counts[way.slot]
            for depth, slot in way.needed:
                if not frames[depth][slot]:
                    self._check_required(way, number)
                    break
            if closes:
                for end in way.ends:
                    if end.may_break(cells):
                        self._end_rules(end, number)
                del frames[-closes:]
                if keeps_tree:
                    del loops[-closes:]
            counts[way.slot] = times + 1
            if times == way.repeat:
                self._too_many(way, number)
            opens = way.opens
            if opens is not None:
                counts = way.frame.copy()
                frames.append(counts)
                if way.clears is not None:
                    self._clear(way, number)
                if keeps_tree:
                    loop = Loop(opens.id)
                    loops[-1].loops.append(loop)
                    loops.append(loop)
            self._derailed = False
            stop = way.stop
            memo = memos[stop.number]
            if trail is not None:
                trail.append(stop.number)
            if keeps_tree:
                segment = texts.segment(number, first + number)
                loops[-1].segments.append(segment)
                segments.append(segment)
            if effects is not None:
                adds, sets, slots, rest = effects
                for register, value in adds:
                    cells[register] += value  # type: ignore[operator]
                for register, value in sets:
                    cells[register] = value
                for slot in slots:
                    kept[slot] = (raw, number)
                if not is_right:
                    self._explain(number, stop)
                if rest is not None:
                    self._stop = stop
                    self._rest(rest, number)
            elif not is_right:
                self._explain(number, stop)
        else:
            number = start + len(raws)
        self._stop = stop
        self._freeze(number)
        return number

    def _learn(self, stop: Stop, raw: str, memo: dict[str, Step], *, passes_control: bool) -> Step | None:
        """Work out what a text means after a position, and remember it; `None` for a control segment."""
        tables = self._tables
        assert tables is not None
        fields = raw.split(self._delimiters.element)
        name = fields[0]
        if name in CONTROL and not passes_control:
            return None
        fork = stop.forks.get(name) or stop.fork(name)
        if fork is None:
            step: Step = (None, True, None)
        else:
            ways = fork.fitting(fields, self._delimiters.component)
            if not ways:
                way = self._best_guess(fork.ways)
                return (way, *tables.judge(way.stop, raw, fields)) if way else (None, True, None)
            step = (ways[0], *tables.judge(ways[0].stop, raw, fields))
        if name not in CONTROL:
            if len(memo) >= _REMEMBERED:
                memo.clear()
            memo[raw] = step
        return step

    def _another(self, stop: Stop, raw: str, full: Way) -> Found | None:
        """Where a segment stands instead whose nearest place is used up; `None` when there is no other place."""
        tables = self._tables
        assert tables is not None
        fields = raw.split(self._delimiters.element)
        fork = stop.fork(fields[0])
        for way in fork.fitting(fields, self._delimiters.component) if fork else ():
            if way is not full and self._frames[-1 - way.closes][way.slot] < way.repeat:
                return (way, *tables.judge(way.stop, raw, fields))
        return None

    def _best_guess(self, ways: Sequence[Way]) -> Way | None:
        """The qualifier fits nowhere: the only place there is, or the nearest that is required and still empty."""
        if len({way.stop for way in ways}) == 1:
            return ways[0]
        for way in ways:
            is_near = way.closes == ways[0].closes and way.closes < len(self._frames)
            if is_near and way.member.usage == "R" and not self._frames[-1 - way.closes][way.slot]:
                return way
        return None

    def _segment(self, number: int) -> Segment:
        return self._texts.segment(number, self._first + number)

    def _check_required(self, way: Way, number: int) -> None:
        """Members of the groups left behind that are required and did not come."""
        for depth, node, members in way.needs:
            counts = self._frames[-1 - depth]
            for slot, member in members:
                if not counts[slot]:
                    self._missing(member, node, self._segment(number))

    def _missing(self, member: Position | LoopNode, node: LoopNode, segment: Segment) -> None:
        if isinstance(member, LoopNode):
            code, path, name, segment_id = "X12-SEG-006", member.path, member.name, member.trigger.id
        else:
            code, path, name, segment_id = "X12-SEG-003", node.path, member.rule.name, member.id
        if segment_id == "SE":
            return  # The envelope says so.
        position = member.trigger if isinstance(member, LoopNode) else member
        self._lose(self._program.lost_at(position))
        where = Where(loop=path, segment=segment_id, index=segment.index, offset=segment.offset)
        self._report(finding(code, where, segment=segment_id, name=name, loop=path.rpartition("/")[2]))

    def _too_many(self, way: Way, number: int) -> None:
        segment, member = self._segment(number), way.member
        if isinstance(member, LoopNode):
            self._say("X12-SEG-005", segment, member, name=member.name, expected=member.repeat)
        else:
            self._say("X12-SEG-004", segment, member.loop, name=member.rule.name, expected=member.repeat)

    def _misplaced(self, segment: Segment, stop: Stop) -> None:
        node = stop.nodes[0]
        if self._keeps_tree:
            self._loops[-1].segments.append(segment)
            self.segments.append(segment)
        for register in self._program.misplaced.get(segment.id, ()):
            self._cells[register] += 1  # type: ignore[operator]
        self._lose(self._program.lost.get(segment.id, ()))
        if self._derailed:
            return
        self._derailed = True
        if not segment.id:
            self._say("X12-SEG-008", segment, node)
        elif segment.id not in standard_segments() and not _looks_like_a_name(segment.id):
            self._say("X12-SEG-001", segment, node)
        else:
            self._say("X12-SEG-002", segment, node)

    def _lose(self, registers: Iterable[int]) -> None:
        """A segment is missing or misplaced: what its values would have made of sums and counts is not known."""
        for register in registers:
            self._cells[register] = UNKNOWN

    def _say(self, code: str, segment: Segment, node: LoopNode, **words: object) -> None:
        where = Where(loop=node.path, segment=segment.id, index=segment.index, offset=segment.offset)
        self._report(finding(code, where, segment=segment.id, loop=node.id, **words))

    def _explain(self, number: int, stop: Stop) -> None:
        for found in Explainer(stop.position.rule, self._segment(number), stop.path).findings():
            self._report(found)

    # Rules beyond structure.

    def _affect(self, effects: Effects, number: int, raw: str) -> None:
        adds, sets, slots, rest = effects
        for register, value in adds:
            self._cells[register] += value  # type: ignore[operator]
        for register, value in sets:
            self._cells[register] = value
        for slot in slots:
            self._kept[slot] = (raw, number)
        if rest is not None:
            self._rest(rest, number)

    def _clear(self, way: Way, number: int) -> None:
        """A loop opens: its registers, kept segments and remembered values are empty again."""
        assert way.clears is not None
        registers, slots, uniques, is_looked_at = way.clears
        for register, empty in registers:
            self._cells[register] = empty
        for slot in slots:
            self._kept[slot] = None
        for unique in uniques:
            self._seen[unique] = set()
            self._full.discard(unique)
        if is_looked_at and not self._keeps_tree:
            self._looked[way.stop.nodes[0]] = ([], number, self._first + number)

    def _freeze(self, number: int) -> None:
        """Before the texts go: what is kept of them becomes segments."""
        for slot, kept in enumerate(self._kept):
            if type(kept) is tuple:
                self._kept[slot] = self._segment(kept[1])
        for node, (carried, start, _) in list(self._looked.items()):
            if node not in self._stop.nodes:
                del self._looked[node]
            elif len(carried) <= self._limits.look_segments:
                carried.extend(map(self._segment, range(start, number)))

    def _kept_segment(self, slot: int) -> Segment | None:
        kept = self._kept[slot]
        return self._segment(kept[1]) if type(kept) is tuple else kept  # type: ignore[return-value]

    def _scene(self, segment: Segment, node: LoopNode) -> Scene:
        return Scene(self._program, self._cells, self._kept_segment, segment, node, self._day)

    def _tell(self, found: Finding | None) -> None:
        if found is not None:
            self._report(found)

    def _rest(self, rest: Rest, number: int) -> None:
        """What a segment does to the rules beyond adding and setting."""
        cells, node = self._cells, self._stop.nodes[0]
        for verb, register, value in rest.bounds:
            before = cells[register]
            if before is None or (verb == "max" and value > before) or (verb == "min" and value < before):
                cells[register] = value
        for doubt in rest.broken:
            self._tell(self._scene(self._segment(number), node).finding(doubt.rule, doubt))
        doubted = self._doubted
        for doubt in rest.doubts:
            expected = doubted(doubt)
            if expected is FULL:
                self._tell_full(doubt, self._segment(number), node)
            elif expected is not None:
                self._tell(self._scene(self._segment(number), node).finding(doubt.rule, doubt, expected))

    def _tell_full(self, doubt: Doubt, segment: Segment, node: LoopNode) -> None:
        where = Where(
            loop=node.path,
            segment=segment.id,
            index=segment.index,
            element=doubt.element,
            component=doubt.component or None,
            offset=segment.offset,
        )
        words = {"segment": segment.id, "element": doubt.element, "expected": self._limits.values}
        self._report(finding("X12-LIM-001", where, **words))

    def _doubted(self, doubt: Doubt) -> object | None:
        """What a doubtful value should be; `None` when it is right, `FULL` when from here on that is not known."""
        rule = doubt.rule
        verb = rule.verb
        if verb == "check":
            return "" if self._tables and self._tables.is_broken(rule, self._cells) else None
        if verb == "pointer":
            most = self._cells[rule.registers[0]] or 0
            return None if 1 <= doubt.number <= most or not is_known(most) else most
        if verb == "numbered":
            return self._numbered(rule, doubt.number)
        if verb == "unique":
            return self._unique(rule, doubt.text)
        if verb == "below":
            return self._below(rule, doubt.number)
        return self._among(rule, doubt.text)

    def _below(self, rule: Rule, named: int) -> object | None:
        of_number, of_place = rule.registers
        number, place = self._cells[of_number], self._cells[of_place]
        if number is None or named in (number, place):
            return None
        return number if number != -1 else place

    def _numbered(self, rule: Rule, number: int) -> object | None:
        cells = self._cells
        counter, previous = rule.registers
        place, before = cells[counter] or 0, cells[previous]
        cells[previous] = number
        for of_number, of_place in rule.saves:
            cells[of_number], cells[of_place] = number, place
        return None if number == place or (before is not None and number == before + 1) else place

    def _among(self, rule: Rule, text: str) -> object | None:
        """Puts a value into its set, or looks for it there."""
        if rule.verb == "gather":
            return FULL if self._unique(rule, text) is FULL else None
        gathered, gaps = rule.registers
        return None if self._cells[gaps] or self._is_gathered(gathered, text) else ""

    def _is_gathered(self, number: int, text: str) -> bool:
        """Whether the value is in the set; of one that is full it is not known, which counts as that."""
        seen = self._seen[number]
        return text in seen or len(seen) >= self._limits.values

    def _unique(self, rule: Rule, text: str) -> object | None:
        """Remembers a value: `""` when it came before, `FULL` for the first one that is too many."""
        number = rule.registers[0]
        seen = self._seen[number]
        if text in seen:
            return ""
        if len(seen) < self._limits.values:
            seen.add(text)
        elif number not in self._full:
            self._full.add(number)
            return FULL
        return None

    def _end_rules(self, end: End, number: int) -> None:
        for rule in end.rules:
            if is_broken(rule, self._cells):
                self._end_rule(rule, end.node, number)

    def _end_rule(self, rule: Rule, node: LoopNode, number: int) -> None:
        """A rule at a loop's end is broken, or a function wants to look at the loop."""
        segment = self._segment(number) if number < len(self._texts.texts) else self._last
        scene = self._scene(segment, node)
        if rule.verb != "look":
            self._tell(scene.finding(rule))
            return
        loop = self._viewed(rule, node, number, segment)
        for seen in LOOKS[rule.name](loop) if loop else ():
            path = scene.path(seen.loop)
            self._tell(scene.say(rule, seen.segment, seen.element, 0, path, seen.words))

    def _viewed(self, rule: Rule, node: LoopNode, number: int, after: Segment) -> Loop | None:
        """The tree of an open loop that ends before segment `after`; `None`, said once, when it is too long."""
        frame = self._frames[len(node.ancestry()) - 1]
        if self._view is None or self._view[0] is not frame:
            most = self._limits.look_segments
            is_too_long = after.index - self._opened_at(node) > most
            self._view = frame, None if is_too_long else self._looked_at(node, number)
            if is_too_long:
                self._say("X12-LIM-002", after, node, expected=most, value=rule.saying.code)
        return self._view[1]

    def _opened_at(self, node: LoopNode) -> int:
        """The number of the first segment of an open loop that rules look at."""
        return self._loops[len(node.ancestry()) - 1].segments[0].index if self._keeps_tree else self._looked[node][2]

    def _looked_at(self, node: LoopNode, number: int) -> Loop | None:
        """The tree of an open loop of which segment `number` is not a part any more."""
        if self._keeps_tree:
            return self._loops[len(node.ancestry()) - 1]
        carried, start, _ = self._looked[node]
        segments = [*carried, *map(self._segment, range(start, number))]
        return tree_of(self._guide, segments, node) if segments and self._guide else None


class _Grower(Walk):
    """Only builds trees: no element is looked at, nothing is remembered, nothing is said."""

    def grow(self, guide: Guide, segments: Sequence[Segment], node: LoopNode) -> Loop:
        tables = self._tables = Tables.of(guide, self._delimiters, rules=False)
        self._memos = [_NOTHING] * len(tables.stops)
        given = _Given(segments)
        self._start(node, given, 0)
        self._walk(given, 1, 0, passes_control=True)
        return self.root

    def _learn(self, stop: Stop, raw: str, memo: dict[str, Step], *, passes_control: bool) -> Step | None:
        fields = raw.split(self._delimiters.element)
        fork = stop.forks.get(fields[0]) or stop.fork(fields[0])
        ways = fork.fitting(fields, self._delimiters.component) if fork else []
        way = ways[0] if ways else self._best_guess(fork.ways) if fork else None
        return (way, True, None) if way else (None, True, None)


_NOTHING: dict[str, Step] = {}


def tree_of(guide: Guide, segments: Sequence[Segment], node: LoopNode | None = None) -> Loop:
    """The loops of a set (or of one loop of its guide) from its segments, whatever may be wrong with them."""
    grower = _Grower(segments[0].delimiters, _unheard, rules=False, keeps_tree=True)
    return grower.grow(guide, segments, node or guide.root)


def _unheard(found: Finding) -> None:
    pass


def _looks_like_a_name(text: str) -> bool:
    return 2 <= len(text) <= 3 and text.isascii() and text.isalnum() and text.isupper()
