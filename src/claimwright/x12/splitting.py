"""Cutting a reading into pieces that are interchanges of their own: a set each, a claim each, a payer each.

Segments stay as they were written, in the delimiters of their file; counts, control numbers of envelopes and the
numbers of levels (HL) are made anew. A payment advice is not cut by claim: a part of it would not balance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from claimwright.errors import InputError
from claimwright.findings import Where
from claimwright.x12.catalogue import finding
from claimwright.x12.reading import Group, Interchange, Reading, TransactionSet
from claimwright.x12.tree import Loop, Segment

_CLAIM_LOOP = "2300"
_BY_CLAIM = frozenset(("837",))

_Fields = list[str]


@dataclass(frozen=True, slots=True)
class Piece:
    """One interchange cut out of another; `name` says of what: a set's number, a claim's, a payer's."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class _Part:
    """What of one set goes into a piece: its segments from ST to SE without the count of SE."""

    group: Group
    segments: list[_Fields]


def split_by_set(reading: Reading, *, control: int = 1) -> Iterator[Piece]:
    """A piece for each transaction set. `control` is the number (ISA13) of the first piece; the others count on."""
    for number, transaction_set in enumerate(reading.sets(), control):
        part = _Part(transaction_set.group, [segment.fields for segment in transaction_set.segments])
        yield _piece(reading, transaction_set.control, [part], number)


def split_by_claim(reading: Reading, *, control: int = 1) -> Iterator[Piece]:
    """A piece for each claim of an 837, with the levels above it.

    Raises `InputError` for sets that cannot be cut so: no claims, no guide that says where they begin, or an 835.
    """
    number = control
    for transaction_set in reading.sets():
        for claim in _claims(transaction_set):
            part = _Part(transaction_set.group, _subset(transaction_set, {id(claim)}))
            yield _piece(reading, claim.segments[0][1], [part], number)
            number += 1


def split_by_payer(reading: Reading, *, control: int = 1) -> Iterator[Piece]:
    """A piece for each payer of each interchange: of an 837 the claims to it, of an 835 the sets from it.

    Raises `InputError` for sets of any other kind.
    """
    number = control
    for interchange in reading.interchanges:
        payers: dict[str, list[_Part]] = {}
        for group in interchange.groups:
            for transaction_set in group.sets:
                for payer, segments in _by_payer(transaction_set):
                    payers.setdefault(payer, []).append(_Part(group, segments))
        for payer, parts in payers.items():
            yield _piece(reading, payer, parts, number)
            number += 1


SPLITTERS: dict[str, Callable[..., Iterator[Piece]]] = {
    "set": split_by_set,
    "claim": split_by_claim,
    "payer": split_by_payer,
}
"""By what a reading can be cut."""


def _claims(transaction_set: TransactionSet) -> list[Loop]:
    if transaction_set.st01 not in _BY_CLAIM:
        raise _uncuttable(transaction_set, "claim")
    claims = [loop for loop in transaction_set.root.walk() if loop.id == _CLAIM_LOOP]
    if not claims:
        raise _uncuttable(transaction_set, "claim")
    return claims


def _by_payer(transaction_set: TransactionSet) -> Iterator[tuple[str, list[_Fields]]]:
    if transaction_set.st01 == "835":
        payer = next(
            (segment for segment in transaction_set.segments if segment.id == "N1" and segment[1] == "PR"), None
        )
        name = (payer[4] or payer[2]) if payer else "unknown"
        yield name, [segment.fields for segment in transaction_set.segments]
        return
    if transaction_set.st01 not in _BY_CLAIM:
        raise _uncuttable(transaction_set, "payer")
    claims: dict[str, set[int]] = {}
    for provider in transaction_set.root.loops_of("2000A"):
        for subscriber in provider.loops_of("2000B"):
            of_payer = claims.setdefault(_payer_of(subscriber), set())
            of_payer.update(id(loop) for loop in subscriber.walk() if loop.id == _CLAIM_LOOP)
    if not any(claims.values()):
        raise _uncuttable(transaction_set, "payer")
    for name, wanted in claims.items():
        if wanted:
            yield name, _subset(transaction_set, wanted)


def _payer_of(subscriber: Loop) -> str:
    names = (segment for loop in subscriber.loops for segment in loop.all("NM1", "PR"))
    payer = next(names, None)
    return (payer[9] or payer[3]) if payer else "unknown"


def _uncuttable(transaction_set: TransactionSet, by: str) -> InputError:
    at = transaction_set.opening
    where = Where(segment="ST", index=at.index, offset=at.offset)
    found = finding("X12-CUT-001", where, value=transaction_set.st01, control=transaction_set.control, by=by)
    return InputError(found.message, [found])


def _subset(transaction_set: TransactionSet, wanted: set[int]) -> list[_Fields]:
    """The set with no other claims than those `wanted` (by identity), and no level that then holds none."""
    return list(_Subset(wanted).segments(transaction_set.root, 0))


class _Subset:
    """Walks the loops and numbers the levels that are kept."""

    def __init__(self, wanted: set[int]) -> None:
        self.wanted = wanted
        self.levels = 0

    def segments(self, loop: Loop, parent: int) -> Iterator[_Fields]:
        kept = [inner for inner in loop.loops if self._is_kept(inner)]
        parts: list[Loop | Segment] = [*loop.segments, *kept]
        parts.sort(key=lambda part: part.index if isinstance(part, Segment) else part.segments[0].index)
        level = parent
        for part in parts:
            if isinstance(part, Loop):
                yield from self.segments(part, level)
            elif part.id == "HL" and part is loop.segments[0]:
                self.levels += 1
                level = self.levels
                has_levels = any(map(_is_level, kept))
                yield ["HL", str(level), str(parent) if parent else "", part[3], str(int(has_levels))]
            else:
                yield part.fields

    def _is_kept(self, loop: Loop) -> bool:
        if loop.id == _CLAIM_LOOP:
            return id(loop) in self.wanted
        return not _is_level(loop) or any(id(inner) in self.wanted for inner in loop.walk())


def _is_level(loop: Loop) -> bool:
    return loop.segments[0].id == "HL"


def _piece(reading: Reading, name: str, parts: Sequence[_Part], control: int) -> Piece:
    """An interchange of these parts, a group for each group that they come from."""
    interchange = parts[0].group.interchange
    number = f"{control % 10**9:09d}"
    groups: dict[int, list[_Part]] = {}
    for part in parts:
        groups.setdefault(id(part.group), []).append(part)
    lines = [[*interchange.isa.fields[:13], number, *interchange.isa.fields[14:]]]
    for position, members in enumerate(groups.values(), control):
        lines += _group(members, str(position % 10**9))
    lines.append(["IEA", str(len(groups)), number])
    marks = interchange.delimiters
    line_end = marks.terminator + _line_end(reading, interchange)
    text = "".join(marks.element.join(fields) + line_end for fields in lines)
    return Piece(name, text.encode("utf-8", "surrogateescape"))


def _group(parts: Sequence[_Part], control: str) -> Iterator[_Fields]:
    gs = parts[0].group.gs
    yield [*gs.fields[:6], control, *gs.fields[7:]]
    for number, part in enumerate(parts, 1):
        opening, *body = part.segments
        of_set = opening[2] if len(parts) == 1 and len(opening) > 2 else f"{number:04d}"
        inner = body[:-1] if body and body[-1][0] == "SE" else body
        yield [*opening[:2], of_set, *opening[3:]]
        yield from inner
        yield ["SE", str(len(inner) + 2), of_set]
    yield ["GE", str(len(parts)), control]


def _line_end(reading: Reading, interchange: Interchange) -> str:
    """What follows the terminator of the ISA in the file: nothing, or a line end."""
    end = interchange.isa.offset + interchange.isa.length + 1
    after = reading.data[end : end + 2]
    return "\r\n" if after == b"\r\n" else "\n" if after[:1] == b"\n" else ""
