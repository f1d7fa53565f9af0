"""The walk: the segments of one set matched against its guide, giving the tree of loops and the findings.

State is the last matched position. For each segment the guide says what may follow, which loops that closes and which it
opens. A segment that fits nowhere is a finding and stays in the loop that was open, so nothing is lost; findings about
what follows from it are held back until a segment fits again.
"""

from __future__ import annotations

from collections.abc import Iterable

from claimwright.findings import Finding, Where
from claimwright.x12.catalogue import finding
from claimwright.x12.elements import Explainer, accepting, breaks_a_note
from claimwright.x12.guides.language import Candidate, Guide, LoopNode, Position
from claimwright.x12.standard import segments as standard_segments
from claimwright.x12.tree import Loop, Segment


class _Frame:
    """A loop that is open: the guide's node, the tree's loop, how often each member occurred, the group reached."""

    __slots__ = ("counts", "group", "loop", "node")

    def __init__(self, node: LoopNode, loop: Loop) -> None:
        self.node = node
        self.loop = loop
        self.counts: dict[Position | LoopNode, int] = {}
        self.group = 0


class Walk:
    """One walk over one set. After `run`, `root` is the tree and `findings` what was found, in file order."""

    def __init__(self, guide: Guide) -> None:
        self.guide = guide
        self.root = Loop(guide.root.id)
        self.findings: list[Finding] = []
        self._frames = [_Frame(guide.root, self.root)]
        self._derailed = False

    def run(self, segments: Iterable[Segment]) -> None:
        """Walk the segments from ST to SE."""
        iterator = iter(segments)
        first = next(iterator, None)
        if first is None:
            return
        self._position = self.guide.root.trigger
        self._enter(Candidate(self._position, self.guide.root, None), first)
        last = first
        for segment in iterator:
            last = segment
            candidate = self._choose(segment)
            if candidate is None:
                self._misplaced(segment)
            else:
                self._derailed = False
                self._enter(candidate, segment)
        self._close(self.guide.root, last, at_end=True)

    def _choose(self, segment: Segment) -> Candidate | None:
        candidates = self.guide.candidates(self._position, segment.id)
        if not candidates:
            return None
        fitting = None
        for candidate in candidates:
            position = candidate.position
            if not position.values or _qualifier(segment, position) in position.values:
                if not self._is_full(candidate):
                    return candidate
                fitting = fitting or candidate
        if fitting is not None:
            return fitting
        return self._best_guess(candidates)

    def _is_full(self, candidate: Candidate) -> bool:
        member = candidate.opens or candidate.position
        frame = self._frame_of(candidate.within)
        return frame.counts.get(member, 0) >= member.repeat

    def _best_guess(self, candidates: list[Candidate]) -> Candidate | None:
        """The segment's qualifier fits nowhere: take the only place there is, or one that is required and still empty."""
        if len({candidate.position for candidate in candidates}) == 1:
            return candidates[0]
        nearest = candidates[0].within
        for candidate in candidates:
            member = candidate.opens or candidate.position
            if candidate.within is nearest and member.usage == "R" and not self._is_full(candidate):
                return candidate
        return None

    def _enter(self, candidate: Candidate, segment: Segment) -> None:
        position = candidate.position
        self._close(candidate.within, segment)
        frame = self._frames[-1]
        member = candidate.opens or position
        if member.group > frame.group:
            self._check_required(frame, member.group, segment)
            frame.group = member.group
        count = frame.counts[member] = frame.counts.get(member, 0) + 1
        if candidate.opens:
            frame = self._open(candidate.opens, segment, count)
            frame.counts[position] = 1
        elif count == member.repeat + 1:
            self._say("X12-SEG-004", segment, frame, name=position.rule.name, expected=member.repeat)
        frame.loop.segments.append(segment)
        self._position = position
        self._check(segment, position, frame)

    def _open(self, node: LoopNode, segment: Segment, count: int) -> _Frame:
        loop = Loop(node.id)
        self._frames[-1].loop.loops.append(loop)
        frame = _Frame(node, loop)
        self._frames.append(frame)
        if count == node.repeat + 1:
            self._say("X12-SEG-005", segment, frame, name=node.name, expected=node.repeat)
        if node.usage == "N":
            self._say("X12-SEG-007", segment, frame, name=node.name)
        return frame

    def _close(self, within: LoopNode, segment: Segment, *, at_end: bool = False) -> None:
        while self._frames[-1].node is not within:
            frame = self._frames.pop()
            self._check_required(frame, len(frame.node.groups), segment)
        if at_end:
            frame = self._frames[-1]
            self._check_required(frame, len(frame.node.groups), segment)

    def _check_required(self, frame: _Frame, before: int, segment: Segment) -> None:
        """Members of the groups that were left behind which are required and did not come."""
        for members in frame.node.groups[frame.group : before]:
            for member in members:
                if member.usage == "R" and not frame.counts.get(member):
                    self._missing(member, frame, segment)

    def _missing(self, member: Position | LoopNode, frame: _Frame, segment: Segment) -> None:
        is_loop = isinstance(member, LoopNode)
        trigger = member.trigger if isinstance(member, LoopNode) else member
        where = Where(
            loop=member.path if isinstance(member, LoopNode) else frame.node.path,
            segment=trigger.id,
            index=segment.index,
            offset=segment.offset,
        )
        name = member.name if isinstance(member, LoopNode) else member.rule.name
        words = {"segment": trigger.id, "name": name, "loop": member.id}
        self.findings.append(finding("X12-SEG-006" if is_loop else "X12-SEG-003", where, **words))

    def _misplaced(self, segment: Segment) -> None:
        frame = self._frames[-1]
        frame.loop.segments.append(segment)
        if self._derailed:
            return
        self._derailed = True
        if not segment.id:
            self._say("X12-SEG-008", segment, frame)
        elif segment.id not in standard_segments() and not _looks_like_a_name(segment.id):
            self._say("X12-SEG-001", segment, frame)
        else:
            self._say("X12-SEG-002", segment, frame)

    def _frame_of(self, node: LoopNode) -> _Frame:
        return next(frame for frame in reversed(self._frames) if frame.node is node)

    def _check(self, segment: Segment, position: Position, frame: _Frame) -> None:
        rule = position.rule
        accepted = accepting(rule, segment.delimiters).match(str(segment))
        if accepted and not (rule.notes and breaks_a_note(rule, segment.fields)):
            return
        self.findings.extend(Explainer(rule, segment, frame.node.path).findings())

    def _say(self, code: str, segment: Segment, frame: _Frame, **words: object) -> None:
        where = Where(loop=frame.node.path, segment=segment.id, index=segment.index, offset=segment.offset)
        self.findings.append(finding(code, where, segment=segment.id, loop=frame.node.id, **words))


def _qualifier(segment: Segment, position: Position) -> str:
    element, component = position.qualifier
    return segment.component(element, component) if component else segment[element]


def _looks_like_a_name(text: str) -> bool:
    return 2 <= len(text) <= 3 and text.isascii() and text.isalnum() and text.isupper()
