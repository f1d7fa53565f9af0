"""The walk: the segments of one set matched against its guide, giving the tree of loops and the findings.

State is the last matched position. For each segment the guide says what may follow, which loops that closes and which
it opens. A segment that fits nowhere is a finding and stays in the loop that was open, so nothing is lost; findings
about what follows from it are held back until a segment fits again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from claimwright.findings import Finding, Where
from claimwright.x12.catalogue import finding
from claimwright.x12.elements import Acceptance, Explainer, breaks_a_note
from claimwright.x12.guides.language import Candidate, Guide, LoopNode, Position
from claimwright.x12.standard import segments as standard_segments
from claimwright.x12.tree import Delimiters, Loop, Segment


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

    def __init__(self, guide: Guide, delimiters: Delimiters) -> None:
        self.guide = guide
        self.root = Loop(guide.root.id)
        self.findings: list[Finding] = []
        self._frames = [_Frame(guide.root, self.root)]
        self._position = guide.root.trigger
        self._derailed = False
        self._acceptance = Acceptance.of(delimiters)

    def run(self, segments: Sequence[Segment]) -> None:
        """Walk the segments from ST to SE."""
        self._enter(Candidate(self._position, 0, None, self._position), segments[0])
        for segment in segments[1:]:
            candidate = self._choose(segment)
            if candidate is None:
                self._misplaced(segment)
            else:
                self._derailed = False
                self._enter(candidate, segment)
        for frame in reversed(self._frames):
            self._check_required(frame, len(frame.node.groups), segments[-1])

    def _choose(self, segment: Segment) -> Candidate | None:
        """Where the segment stands: the nearest place that its qualifier fits and that is not used up."""
        name = segment.fields[0]
        fork = self._position.forks.get(name) or self._position.fork(name)
        element, component = fork.qualifier
        qualifier = segment.component(element, component) if component else segment[element]
        fitting = fork.by_qualifier.get(qualifier, fork.unqualified)
        for candidate in fitting:
            member = candidate.member
            if self._frames[-1 - candidate.closes].counts.get(member, 0) < member.repeat:
                return candidate
        return fitting[0] if fitting else self._best_guess(fork.candidates)

    def _best_guess(self, candidates: Iterable[Candidate]) -> Candidate | None:
        """The qualifier fits nowhere: the only place there is, or the nearest that is required and still empty."""
        near = list(candidates)
        if len({candidate.position for candidate in near}) == 1:
            return near[0]
        for candidate in near:
            is_empty = candidate.member not in self._frames[-1 - candidate.closes].counts
            if candidate.closes == near[0].closes and candidate.member.usage == "R" and is_empty:
                return candidate
        return None

    def _enter(self, candidate: Candidate, segment: Segment) -> None:
        frames = self._frames
        for _ in range(candidate.closes):
            frame = frames.pop()
            if frame.node.required:
                self._check_required(frame, len(frame.node.groups), segment)
        frame = frames[-1]
        member = candidate.member
        if member.group > frame.group:
            if frame.node.required:
                self._check_required(frame, member.group, segment)
            frame.group = member.group
        count = frame.counts[member] = frame.counts.get(member, 0) + 1
        position = candidate.position
        if candidate.opens is not None:
            frame = self._open(candidate.opens, segment, count)
            frame.counts[position] = 1
        elif count == member.repeat + 1:
            self._say("X12-SEG-004", segment, frame, name=position.rule.name, expected=member.repeat)
        frame.loop.segments.append(segment)
        self._position = position
        rule = position.rule
        is_right = self._acceptance.accepts(rule, segment)
        if not is_right or (rule.doubtful_notes and breaks_a_note(rule, segment.fields)):
            self.findings.extend(Explainer(rule, segment, frame.node.path).findings())

    def _open(self, node: LoopNode, segment: Segment, count: int) -> _Frame:
        loop = Loop(node.id)
        self._frames[-1].loop.loops.append(loop)
        frame = _Frame(node, loop)
        self._frames.append(frame)
        if count == node.repeat + 1:
            self._say("X12-SEG-005", segment, frame, name=node.name, expected=node.repeat)
        return frame

    def _check_required(self, frame: _Frame, before: int, segment: Segment) -> None:
        """Members of the groups left behind, up to group `before`, that are required and did not come."""
        for member in frame.node.required:
            if frame.group <= member.group < before and member not in frame.counts:
                self._missing(member, frame, segment)

    def _missing(self, member: Position | LoopNode, frame: _Frame, segment: Segment) -> None:
        if isinstance(member, LoopNode):
            code, path, name, segment_id = "X12-SEG-006", member.path, member.name, member.trigger.id
        else:
            code, path, name, segment_id = "X12-SEG-003", frame.node.path, member.rule.name, member.id
        if segment_id == "SE":
            return  # The envelope says so.
        where = Where(loop=path, segment=segment_id, index=segment.index, offset=segment.offset)
        self.findings.append(finding(code, where, segment=segment_id, name=name, loop=path.rpartition("/")[2]))

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

    def _say(self, code: str, segment: Segment, frame: _Frame, **words: object) -> None:
        where = Where(loop=frame.node.path, segment=segment.id, index=segment.index, offset=segment.offset)
        self.findings.append(finding(code, where, segment=segment.id, loop=frame.node.id, **words))


def _looks_like_a_name(text: str) -> bool:
    return 2 <= len(text) <= 3 and text.isascii() and text.isalnum() and text.isupper()
