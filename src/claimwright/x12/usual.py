"""The usual small file: one interchange with one group and one set, and nothing wrong with its envelope.

Of a file of ten claims the driver takes longer for the envelope than the native engine for the set, because it is ready
for everything. What needs nothing of that is read here; any other file is the driver's, which begins anew.
"""

from __future__ import annotations

from functools import partial
from itertools import chain

from claimwright.x12 import envelope
from claimwright.x12.driver import Listener, group_day, guide_of, teller
from claimwright.x12.engine import MakesEngine
from claimwright.x12.settings import Settings
from claimwright.x12.source import find_isa, read_delimiters
from claimwright.x12.stretch import BLANKS, Stretch
from claimwright.x12.tree import BINARY_SETS, Delimiters, Segment

_LONGEST_BYTES = 1 << 16
"""More are not worth beginning anew."""
_OPENING_BYTES = 400
_BLANKS = BLANKS.encode()


def read_usual(data: bytes, listener: Listener, make: MakesEngine, settings: Settings, *, rules: bool) -> int:
    """Tell a listener that keeps no tree of a usual file, as the driver would; gives how many segments it has.

    0 for any other file: what the listener was told is then to be forgotten.
    """
    if len(data) > min(_LONGEST_BYTES, settings.limits.segment_bytes):
        return 0
    delimiters, _ = read_delimiters(data, 0)
    if delimiters is None:
        return 0
    opening = _three(data[:_OPENING_BYTES], 0, delimiters, 1, ("ISA", "GS", "ST"))
    if opening is None or getattr(make, "find_isa", find_isa)(data, 1) < len(data):
        return 0
    isa, gs, st = opening
    guide = guide_of(st, gs, settings)
    if (
        guide is None
        or st[1] in BINARY_SETS
        or any(chain(envelope.isa_findings(isa), envelope.gs_findings(gs), envelope.st_findings(st, gs)))
    ):
        return 0
    listener.interchange_opens(isa, delimiters)
    listener.group_opens(gs)
    listener.set_opens(st, guide)
    engine = make(delimiters, partial(teller(listener, settings), "set"), rules=rules, settings=settings)
    engine.begin(guide, st, group_day(gs))
    body, end = st.offset + st.length + 1, data.rfind(delimiters.terminator.encode()) + 1
    position, index = engine.run(Stretch(data, body, end, 0, delimiters), body, st.index + 1)
    closing = _three(data[position:], position, delimiters, index, ("SE", "GE", "IEA"))
    if closing is None or data[closing[-1].offset + closing[-1].length + 1 :].strip(_BLANKS):
        return 0
    se, ge, iea = closing
    if any(
        chain(
            envelope.se_findings(st, se, se.index - st.index + 1),
            envelope.ge_findings(gs, ge, 1),
            envelope.iea_findings(isa, iea, 1),
        )
    ):
        return 0
    engine.end(se)
    listener.set_closes(se, engine)
    listener.group_closes(ge)
    listener.interchange_closes(iea)
    return iea.index


def _three(
    raw: bytes, offset: int, delimiters: Delimiters, index: int, names: tuple[str, str, str]
) -> tuple[Segment, ...] | None:
    """The segments of these names with which some bytes begin; `None` when they do not."""
    pieces = raw.split(delimiters.terminator.encode(), 3)
    if len(pieces) < 4:
        return None
    segments = []
    for number, name in enumerate(names):
        piece = pieces[number].lstrip(_BLANKS)
        begin = offset + len(pieces[number]) - len(piece)
        offset = begin + len(piece) + 1
        if not piece.isascii():
            return None
        segment = Segment(piece.decode(), delimiters, index + number, begin, len(piece))
        segment.fields = str(segment).split(delimiters.element)
        if segment.fields[0] != name:
            return None
        segments.append(segment)
    return tuple(segments)
