"""The 837 in its three kinds (005010X222A1, X223A2, X224A2) between X12 and `ClaimBatch`.

This module has the set and its levels; `claim_body_x12` a claim, `claim_lines_x12` its lines, `claim_payers_x12` its
other payers, `claim_codes_x12` its codes, `claim_kinds_x12` what tells the three guides apart. Loop numbers in the
names are the guides'.

Reading goes by what a segment says of itself (NM101, qualifiers) and not by the letter of its loop, so files of the
older guides (004010X098A1, X096A1, X097A1) are read too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count

from claimwright.documents.claim import Claim, ClaimBatch
from claimwright.documents.claim_body_x12 import NO_LEVEL, Level, make_level, read_claim, write_claim
from claimwright.documents.claim_kinds_x12 import GUIDES, PROFESSIONAL, ClaimGuide, ClaimReader, guide_of
from claimwright.documents.claim_payers_x12 import read_subscriber, write_sbr
from claimwright.documents.parties import Party, Person
from claimwright.documents.parties_x12 import (
    read_party,
    read_person,
    read_provider,
    write_party,
    write_person,
    write_specialty,
)
from claimwright.documents.values_x12 import (
    Pool,
    Unreadable,
    parse_instant,
    remember,
    x12_day,
    x12_number,
    x12_time,
)
from claimwright.findings import Finding
from claimwright.x12.reading import TransactionSet
from claimwright.x12.tree import Loop, Segment
from claimwright.x12.writing import OutgoingSegment, OutgoingSet

_TAX_QUALIFIERS = ("EI", "SY")
_UNKNOWN_AT = datetime(1970, 1, 1, tzinfo=UTC)
HOMES = {
    "CLM": {"2300"}, "SV1": {"2400"}, "SV2": {"2400"}, "SV3": {"2400"}, "LX": {"2400"}, "CAS": {"2320", "2430"},
    "SVD": {"2430"}, "HI": {"2300"}, "SBR": {"2000B", "2320"},
}  # fmt: skip


# Reading.


def read_claims(transaction_set: TransactionSet, sha256: str = "") -> tuple[ClaimBatch, tuple[Finding, ...]]:
    """The claims of an 837 set, and what could not be read.

    A claim without a number, with an unreadable amount or a line that is not a service of the set's kind is left out
    with an error that names its place; an unreadable day or supplemental value is left out with a warning. `sha256`
    names the file in the origins.
    """
    guide = guide_of(transaction_set.guide.version if transaction_set.guide else transaction_set.version)
    reader = ClaimSetReader(ClaimReader(guide or PROFESSIONAL, sha256), transaction_set.group.gs)
    reader.walk(transaction_set.root)
    batch = replace(reader.head(transaction_set.root), claims=tuple(reader.claims))
    remember(batch, transaction_set)
    return batch, tuple(reader.reader.findings)


class ClaimSetReader:
    """Reads an 837 set loop by loop, as its loops open and close: `claims` are those that are whole.

    `head` is everything else. What a level (2000A, 2000B, 2000C) says is read when something below it opens, or when it
    closes; it must be there then.
    """

    def __init__(self, reader: ClaimReader, gs: Segment) -> None:
        self.reader = reader
        self.claims: list[Claim] = []
        self._gs = gs
        self._open: list[Loop] = []
        self._read: list[Level] = []

    def walk(self, loop: Loop) -> None:
        """Read every level and claim below a loop that is whole."""
        for inner in loop.loops:
            if inner.id in OUTER_LOOPS:
                self.opens(inner)
                if inner.id != _CLAIM:
                    self.walk(inner)
                self.closes(inner)

    def opens(self, loop: Loop) -> None:
        """A level or a claim begins."""
        self._settle()
        if loop.id != _CLAIM:
            self._open.append(loop)

    def closes(self, loop: Loop) -> None:
        """A level or a claim is whole."""
        self._settle()
        if loop.id == _CLAIM:
            self._read_claim(loop)
        else:
            self._open.pop()
            self._read.pop()

    def _settle(self) -> None:
        """Read the levels that are open and were not read yet."""
        for loop in self._open[len(self._read) :]:
            above = self._read[-1] if self._read else NO_LEVEL
            self._read.append(_LEVELS[loop.id](loop, above, self.reader))

    def _read_claim(self, loop: Loop) -> None:
        reader = self.reader
        try:
            self.claims.append(read_claim(loop, self._read[-1] if self._read else NO_LEVEL, reader))
        except Unreadable:
            pass
        finally:
            reader.record = ""

    def head(self, root: Loop) -> ClaimBatch:
        """What the set says but its claims. Reports what stands where it cannot be read, too."""
        reader = self.reader
        bht = root.first("BHT") or root.segments[0]
        batch = ClaimBatch(
            reference=bht[3],
            created_at=_read_instant(bht, self._gs, reader),
            submitter=_read_party(root.loop("1000A"), "submitter", root, reader),
            receiver=_read_party(root.loop("1000B"), "receiver", root, reader),
            claims=(),
            kind=bht[6],
            purpose=bht[2],
        )
        reader.report_strays(root, HOMES)
        return batch


def _read_instant(bht: Segment, gs: Segment, reader: ClaimReader) -> datetime:
    at = parse_instant(bht[4], bht[5])
    if at:
        return at
    reader.say("014", bht, 4)
    return parse_instant(gs[4], gs[5]) or _UNKNOWN_AT


def _read_party(loop: Loop | None, what: str, above: Loop, reader: ClaimReader) -> Party:
    pool = reader.named_pool(loop, what, above)
    party = read_party(pool)
    reader.leave(pool)
    return party


def _read_billing(loop: Loop, _: Level, reader: ClaimReader) -> Level:
    """2000A with 2010AA, 2010AB, 2010AC."""
    own = Pool(loop)
    own.take("HL")
    specialty, currency = own.take("PRV"), own.take("CUR")
    pool = reader.named_pool(loop.loop("2010AA"), "billing provider", loop)
    billing = read_provider(pool, _TAX_QUALIFIERS)
    pay_to, plan = loop.loop("2010AB"), loop.loop("2010AC")
    reader.leave(own)
    reader.leave(pool)
    return Level(
        billing=replace(billing, taxonomy=specialty[3]) if specialty else billing,
        pay_to=_read_party(pay_to, "pay-to address", loop, reader) if pay_to else None,
        pay_to_plan=_read_party(plan, "pay-to plan", loop, reader) if plan else None,
        currency=currency[2] if currency else "",
    )


def _read_subscriber(loop: Loop, level: Level, reader: ClaimReader) -> Level:
    """2000B with 2010BA, 2010BB."""
    own = Pool(loop)
    own.take("HL")
    sbr, pat = own.take("SBR"), own.take("PAT")
    pool = reader.named_pool(loop.loop("2010BA"), "subscriber", loop)
    person = read_person(pool, pat, reader)
    reader.leave(own)
    reader.leave(pool)
    payer = _read_party(loop.loop("2010BB"), "payer", loop, reader)
    subscriber = read_subscriber(sbr, person)
    return make_level(level.billing, level.pay_to, level.pay_to_plan, level.currency, subscriber, payer)


def _read_patient(loop: Loop, level: Level, reader: ClaimReader) -> Level:
    """2000C with 2010CA; PAT01 is the patient's relationship to the subscriber."""
    own = Pool(loop)
    own.take("HL")
    pat = own.take("PAT")
    pool = reader.named_pool(loop.loop("2010CA"), "patient", loop)
    patient = read_person(pool, pat, reader)
    reader.leave(own)
    reader.leave(pool)
    subscriber = replace(level.subscriber, relationship=pat[1] if pat else "")
    return replace(level, patient=patient, subscriber=subscriber)


_CLAIM = "2300"
_LEVELS = {"2000A": _read_billing, "2000B": _read_subscriber, "2000C": _read_patient}
OUTER_LOOPS = frozenset((*_LEVELS, _CLAIM))
"""The loops whose opening and closing a `ClaimSetReader` is to be told."""


# Writing.


def write_claims(batch: ClaimBatch) -> OutgoingSet:
    """The 837 set of a batch: the one that was read when it is unchanged, else a new one.

    Claims of the same billing provider stand together, and within them those of the same subscriber, payer and patient,
    in the order in which each first comes. What the guide of their kind has no place for is not written. Raises
    `ValueError` when the claims are of several kinds.
    """
    if batch.raw:
        return batch.raw
    guide = GUIDES[batch.claim_kind]
    return OutgoingSet("837", guide.version, tuple(_write_set(guide, batch)))


def _write_set(guide: ClaimGuide, batch: ClaimBatch) -> Iterator[OutgoingSegment]:
    at = batch.created_at
    yield ("BHT", "0019", batch.purpose, batch.reference, x12_day(at.date()), x12_time(at), batch.kind)
    yield from write_party("41", batch.submitter, guide.said_of)
    yield from write_party("40", batch.receiver, guide.said_of)
    yield from _write_levels(guide, batch.claims)


def _group(claims: Iterable[Claim]) -> dict[Level, dict[Level, dict[Level, list[Claim]]]]:
    """The claims by billing provider, by subscriber and payer, by patient (for a subscriber's own: the same again)."""
    tree: dict[Level, dict[Level, dict[Level, list[Claim]]]] = {}
    for claim in claims:
        billing = Level(claim.billing, claim.pay_to, claim.pay_to_plan, claim.currency)
        patient = replace(billing, subscriber=claim.subscriber, payer=claim.payer, patient=claim.patient)
        subscriber = patient
        if claim.patient:
            subscriber = replace(patient, patient=None, subscriber=replace(claim.subscriber, relationship=""))
        tree.setdefault(billing, {}).setdefault(subscriber, {}).setdefault(patient, []).append(claim)
    return tree


def _write_levels(guide: ClaimGuide, claims: Iterable[Claim]) -> Iterator[OutgoingSegment]:
    """2000A, 2000B, 2000C, numbered 1, 2, 3 ... through the set."""
    number = count(1)
    for billing, subscribers in _group(claims).items():
        billing_number = str(next(number))
        yield ("HL", billing_number, "", "20", "1")
        yield from _write_billing(guide, billing)
        for subscriber, patients in subscribers.items():
            subscriber_number = str(next(number))
            has_patients = next(iter(patients)).patient is not None
            yield ("HL", subscriber_number, billing_number, "22", "1" if has_patients else "0")
            yield from _write_subscriber(guide, subscriber, has_patients=has_patients)
            for level, members in patients.items():
                if level.patient:
                    yield ("HL", str(next(number)), subscriber_number, "23", "0")
                    yield _write_pat(guide, level.patient, level.subscriber.relationship)
                    yield from write_person("QC", level.patient, contacts=guide.tells_more)
                for claim in members:
                    yield from write_claim(guide, claim)


def _write_billing(guide: ClaimGuide, level: Level) -> Iterator[OutgoingSegment]:
    yield from write_specialty("BI", level.billing.taxonomy)
    if level.currency:
        yield ("CUR", "85", level.currency)
    yield from write_party("85", level.billing, guide.said_of)
    if level.pay_to:
        yield from write_party("87", level.pay_to, guide.said_of)
    if level.pay_to_plan:
        yield from write_party("PE", level.pay_to_plan, guide.said_of)


def _write_subscriber(guide: ClaimGuide, level: Level, *, has_patients: bool) -> Iterator[OutgoingSegment]:
    yield write_sbr(guide, level.subscriber)
    person = level.subscriber.person
    says_more = person.death_date or person.weight_pounds is not None or person.is_pregnant
    if guide.tells_more and says_more and not has_patients:
        yield _write_pat(guide, person, "")
    yield from write_person("IL", person, contacts=guide.tells_more)
    yield from write_party("PR", level.payer, guide.said_of)


def _write_pat(guide: ClaimGuide, person: Person, relationship: str) -> OutgoingSegment:
    if not guide.tells_more:
        return ("PAT", relationship)
    died = ("D8", x12_day(person.death_date)) if person.death_date else ("", "")
    weighs = ("01", x12_number(person.weight_pounds)) if person.weight_pounds is not None else ("", "")
    return ("PAT", relationship, "", "", "", *died, *weighs, "Y" if person.is_pregnant else "")
