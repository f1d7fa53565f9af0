"""What the messages that are made of levels (HL) share: 270, 271, 276, 277 and 277CA.

Their sets begin with a BHT and go from source (20) to receiver (21), provider (19), subscriber (22), dependent (23).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from claimwright.documents.eligibility import Rejection
from claimwright.documents.parties import Party, Period, Person, Provider
from claimwright.documents.parties_x12 import write_name
from claimwright.documents.values_x12 import Pool, Reader, parse_instant, x12_day, x12_time
from claimwright.x12.reading import TransactionSet
from claimwright.x12.tree import Loop
from claimwright.x12.writing import OutgoingSegment

_UNKNOWN_TIME = datetime(1970, 1, 1, tzinfo=UTC)


def read_head(root: Loop, transaction_set: TransactionSet, reader: Reader) -> tuple[str, datetime]:
    """What BHT says: the reference and when the set was made (UTC), else when its group was."""
    bht = root.first("BHT") or transaction_set.segments[0]
    created_at = parse_instant(bht[4], bht[5])
    if created_at is None:
        reader.say("012", bht, 4)
        gs = transaction_set.group.gs
        created_at = parse_instant(gs[4], gs[5]) or _UNKNOWN_TIME
    return bht[3], created_at


def write_head(structure: str, purpose: str, reference: str, created_at: datetime, kind: str = "") -> OutgoingSegment:
    """The BHT of a set."""
    return ("BHT", structure, purpose, reference, x12_day(created_at.date()), x12_time(created_at), kind)


def name_pool(level: Loop, loop_id: str, what: str, reader: Reader, part: str = "") -> Pool:
    """The segments of the loop that names somebody, as `part` (NM101) where one is given.

    A level without a name is an error of the file; a name that stands where another should is nobody's here.
    """
    loop = level.loop(loop_id)
    name = loop.first("NM1") if loop else None
    if name is None or (part and name[1] != part):
        reader.say("010", level.segments[0], loop=level.id, what=what)
        return Pool(None)
    return Pool(loop)


class Levels:
    """Numbers the levels of one set as they are written."""

    def __init__(self) -> None:
        self.count = 0

    def open(self, code: str, parent: int = 0, *, has_children: bool | None = None) -> OutgoingSegment:
        """The HL of the next level, whose number then is `count`; `has_children` None leaves HL04 out."""
        self.count += 1
        child = "" if has_children is None else "1" if has_children else "0"
        return ("HL", str(self.count), str(parent) if parent else "", code, child)


def write_unnumbered(part: str, party: Party) -> OutgoingSegment:
    """An NM1 without the identifier, as the guides want it of dependents."""
    return write_name(part, replace(party, id="", id_qualifier=""))


def write_birth(person: Person, sexes: tuple[str, ...] = ()) -> Iterator[OutgoingSegment]:
    """DMG; a sex that is not among `sexes` is left out where any are given."""
    sex = person.sex if not sexes or person.sex in sexes else ""
    if person.birth_date or sex:
        yield ("DMG", "D8" if person.birth_date else "", x12_day(person.birth_date), sex)


def read_dates(pool: Pool, reader: Reader) -> tuple[tuple[str, Period], ...]:
    """The days and runs of days that DTP names, each with its qualifier; one that is none stays in the pool."""
    dates = []
    for dtp in pool.take_all("DTP"):
        if period := reader.period_or_none(dtp):
            dates.append((dtp[1], period))
        else:
            pool.give_back(dtp)
    return tuple(dates)


def read_rejections(
    loop: Loop | None, payer: Party | None = None, provider: Provider | None = None
) -> Iterator[Rejection]:
    """The AAA that stand in a loop itself; the loop is their level."""
    for aaa in loop.all("AAA") if loop else ():
        yield Rejection(aaa[3], aaa[4], loop.id if loop else "", aaa[1] == "Y", payer, provider)


def write_rejections(rejections: Iterable[Rejection], level: str) -> Iterator[OutgoingSegment]:
    """The AAA of one level."""
    for rejection in rejections:
        if rejection.level == level:
            valid = "Y" if rejection.is_request_valid else "N"
            yield ("AAA", valid, "", rejection.reason, rejection.follow_up)
