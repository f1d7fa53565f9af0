"""Answering claims: the 277CA of an 837 from what was found in it, claim by claim.

What is wrong above a claim (its provider, its subscriber) is wrong with every claim below; what is wrong in a line is
told for the line too. Which status goes with which finding is the table in `claim_statuses.txt`. The claims are taken
from the set's loops, so that a claim which no record can be made of is answered all the same.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from claimwright.documents.acknowledgement import ClaimAcknowledgement, ProviderAcknowledgement, Totals
from claimwright.documents.parties import Party, Period, Person, Provider
from claimwright.documents.parties_x12 import read_name, read_procedure
from claimwright.documents.status import ClaimStatus, LineStatus, StatusCode, StatusInformation
from claimwright.documents.values_x12 import parse_day
from claimwright.findings import Finding, Severity
from claimwright.money import parse_cents
from claimwright.x12.guides import code_lists
from claimwright.x12.reading import TransactionSet
from claimwright.x12.tree import Loop, Segment

_TAKEN_IN, _SENT_BACK = "WQ", "U"
_LEVELS = ("2000A", "2000B", "2000C", "2300", "2400")
_CLAIM, _LINE = "2300", "2400"
_MOST_CODES = 3
_MISSING = frozenset(("X12-SEG-003", "X12-SEG-006"))
_ABSENT = frozenset(("1", "2", "3"))
_ACCEPTED = {"PR": StatusCode("A2", "20", "PR"), "AY": StatusCode("A1", "19", "40")}
"""A payer accepts a claim into its adjudication; a clearinghouse (the receiver, 40) can only say that it has it."""
_PLACES_OF_OTHERS = {"45": "77", "PW": "77", "PE": "41", "P3": "DN", "ZZ": "73"}
"""Parties that the 277CA has no code for, and the one that X12 (RFI 1751) or the sense of it puts in their stead."""


def acknowledge_claims(
    transaction_set: TransactionSet,
    *,
    now: datetime,
    source: Party | None = None,
    role: str = "AY",
    receipt: str = "",
    findings: Sequence[Finding] | None = None,
) -> ClaimAcknowledgement | None:
    """The 277CA of one 837: every claim accepted, or rejected with what was found in it.

    `None` for any other set, and for one without a guide, which a 999 refuses whole.

    `source` is who took the claims in, else the receiver that the set names; `role` is PR for a payer, whose
    acceptance proves timely filing, or AY for a clearinghouse. `receipt` is the source's own number, else the set's
    control number. `findings` are those of the set, unless others are given; errors reject, warnings do not.
    """
    if transaction_set.st01 != "837" or transaction_set.guide is None:
        return None
    found = transaction_set.findings if findings is None else findings
    claims = _Claims(transaction_set, [one for one in found if one.severity is Severity.ERROR])
    return _answer(transaction_set, claims, now, source, role, receipt)


# Which finding is about which claim.


@dataclass(eq=False, slots=True)
class _Level:
    """A loop that claims stand in or that is one: its own findings, and the level around it."""

    loop: Loop
    above: _Level | None
    findings: list[Finding] = field(default_factory=list)
    lines: list[_Level] = field(default_factory=list)

    @property
    def start(self) -> int:
        return self.loop.segments[0].index

    def chain(self) -> Iterator[_Level]:
        """This level and those around it, outermost first."""
        if self.above:
            yield from self.above.chain()
        yield self


def _start(level: _Level) -> int:
    return level.start


class _Claims:
    """The claims of a set with the errors about each."""

    def __init__(self, transaction_set: TransactionSet, errors: Iterable[Finding]) -> None:
        self.levels: dict[str, list[_Level]] = {name: [] for name in _LEVELS}
        self.of_the_set: list[Finding] = []
        self._collect(transaction_set.root, None)
        self.every_level = sorted((level for of_kind in self.levels.values() for level in of_kind), key=_start)
        self.segments = {segment.index: segment for segment in transaction_set.segments}
        for found in errors:
            level = self._level_of(found)
            (level.findings if level else self.of_the_set).append(found)

    @property
    def claims(self) -> list[_Level]:
        return self.levels[_CLAIM]

    def _collect(self, loop: Loop, above: _Level | None) -> None:
        for inner in loop.loops:
            level = above
            if inner.id in self.levels:
                level = _Level(inner, above)
                self.levels[inner.id].append(level)
                if inner.id == _LINE and above:
                    above.lines.append(level)
            self._collect(inner, level)

    def _level_of(self, found: Finding) -> _Level | None:
        """The last level of the finding's loop that opens before it; what is missing is told at the segment after."""
        if found.code.startswith(("X12-ENV", "X12-HL")) or found.where.segment == "SE":
            return None
        names = [name for name in (found.where.loop or "").split("/") if name in self.levels]
        if found.code == "X12-SEG-006" and names and (found.where.loop or "").endswith(names[-1]):
            names.pop()  # The loop that is missing itself.
        levels = self.levels[names[-1]] if names else self.every_level
        bisect = bisect_left if found.code in _MISSING else bisect_right
        number = bisect(levels, found.where.index or 0, key=_start)
        return levels[number - 1] if number else None

    def errors_of(self, claim: _Level) -> list[Finding]:
        """Everything wrong with a claim: what is wrong above it, in it, and in its lines."""
        own = [found for level in claim.chain() for found in level.findings]
        return own + [found for line in claim.lines for found in line.findings]


# The words of the answer.


class _Line(NamedTuple):
    """A line of the table of statuses."""

    code: str
    segment: str
    qualifier: str
    element: int | None
    component: int | None
    category: str
    status: str
    is_about_a_party: bool


@cache
def _table() -> tuple[_Line, ...]:
    text = files("claimwright.documents").joinpath("claim_statuses.txt").read_text("utf-8")
    rows = (line.split() for line in text.splitlines() if line and not line.startswith("#"))
    return tuple(_Line(code, *_place(place), category, status.rstrip("@"), "@" in status)
                 for code, place, category, status in rows)  # fmt: skip


def _place(text: str) -> tuple[str, str, int | None, int | None]:
    """`NM1[IL]09` → NM1, IL, 9, None; `SV101-3` → SV1, '', 1, 3; `DTP` → DTP, '', None, None"""
    if text == "*":
        return "", "", None, None
    name, _, rest = text.partition("[")
    qualifier, _, after = rest.partition("]")
    if rest:
        element = after
    else:
        size = 3 if len(name) > 2 and name[:3] in _SEGMENTS_OF_THREE else 2
        name, element = name[:size], name[size:]
    number, _, component = element.partition("-")
    return name, qualifier, int(number) if number else None, int(component) if component else None


_SEGMENTS_OF_THREE = frozenset(
    ("AMT", "CAS", "CLM", "CTP", "DMG", "DTP", "LIN", "MIA", "MOA", "NM1", "PER", "PRV", "REF", "SBR", "SV1", "SV2",
     "SV3", "SVD", "CL1")
)  # fmt: skip


def _status(found: Finding, segment: Segment | None, party: str) -> StatusCode:
    """The status code for a finding; `party` is NM101 of the loop it is in."""
    line = next(line for line in _table() if _fits(line, found, segment))
    category = line.category if line.category != "*" else _category(found)
    return StatusCode(category, line.status, party if line.is_about_a_party else "")


def _fits(line: _Line, found: Finding, segment: Segment | None) -> bool:
    where = found.where
    if (
        line.code != "*"
        and found.code != line.code
        and not (line.code[-1] == "*" and found.code.startswith(line.code[:-1]))
    ):
        return False
    if line.segment and where.segment != line.segment:
        return False
    if line.qualifier and line.qualifier not in _qualifiers(found, segment):
        return False
    return line.element in (None, where.element) and line.component in (None, where.component)


def _qualifiers(found: Finding, segment: Segment | None) -> tuple[str, ...]:
    if segment is None or segment.id != found.where.segment:
        return ()
    return (segment[1], segment.component(found.where.element or 1, 1), segment.component(1, 1))


def _category(found: Finding) -> str:
    if found.ack in _ABSENT:
        return "A6"
    return "A8" if found.snip in (3, 4) else "A7"


def _party(level: _Level, found: Finding) -> str:
    """Whom a finding is about: NM101 of the name that opens its loop, as far as the 277CA has a code for it."""
    at, part = found.where.index or 0, ""
    for loop in level.loop.walk():
        name = loop.segments[0] if loop.segments else None
        if name and name.id == "NM1" and name.index <= at and found.where.loop and found.where.loop.endswith(loop.id):
            part = name[1]
    part = _PLACES_OF_OTHERS.get(part, part)
    return part if part in code_lists()["acknowledgement_entities"] else ""


# The answer.


class _Verdict(NamedTuple):
    """What becomes of one claim."""

    provider: Provider
    status: ClaimStatus
    cents: int
    is_accepted: bool


def _answer(
    transaction_set: TransactionSet, claims: _Claims, now: datetime, source: Party | None, role: str, receipt: str
) -> ClaimAcknowledgement:
    root, today = transaction_set.root, now.date()
    verdicts = [] if claims.of_the_set else [_verdict(claims, claim, role, today) for claim in claims.claims]
    totals = _totals(verdicts)
    if claims.of_the_set:
        charges = [_cents(claim.loop.value("CLM", 2)) for claim in claims.claims]
        totals = Totals(None, len(charges) or None, None, sum(charges) if charges else None)
    status = _batch_status(claims, totals, role, today)
    return ClaimAcknowledgement(
        reference=receipt or transaction_set.control or "0",
        created_at=now,
        source=source or _named(root, "1000B", "40"),
        receiver=_named(root, "1000A", "41"),
        batch_reference=root.value("BHT", 3) or "0",
        statuses=(status,),
        accepted_count=totals.accepted_count,
        rejected_count=totals.rejected_count,
        accepted_cents=totals.accepted_cents,
        rejected_cents=totals.rejected_cents,
        claims=tuple(verdict.status for verdict in verdicts),
        providers=tuple(_providers(verdicts, role)),
        source_role=role,
        receipt=receipt or transaction_set.control or "0",
        received_date=today,
        processed_date=today,
    )


def _batch_status(claims: _Claims, totals: Totals, role: str, today: date) -> StatusInformation:
    """Received, whatever becomes of its claims; sent back when something is wrong with the set itself."""
    cents = (totals.accepted_cents or 0) + (totals.rejected_cents or 0)
    if claims.of_the_set or not claims.claims:
        return StatusInformation((StatusCode("A3", "684", "41"),), today, _SENT_BACK, cents)
    return StatusInformation((StatusCode("A1", "19", role),), today, _TAKEN_IN, cents)


def _verdict(claims: _Claims, claim: _Level, role: str, today: date) -> _Verdict:
    errors = claims.errors_of(claim)
    cents = _cents(claim.loop.value("CLM", 2))
    provider = _provider(claim)
    codes = _codes(claims, claim, errors) or [_ACCEPTED[role]]
    action = _SENT_BACK if errors else _TAKEN_IN
    information = StatusInformation(tuple(codes[:_MOST_CODES]), today, action, cents)
    status = ClaimStatus(
        trace=claim.loop.value("CLM", 1) or "0",
        statuses=(information,),
        payer=Party(),
        provider=provider,
        patient=_patient(claim),
        control_number=claim.loop.value("CLM", 1) or "0",
        period=_period(claim, today),
        lines=tuple(_lines(claims, claim, today)),
    )
    return _Verdict(provider, status, cents, not errors)


def _codes(claims: _Claims, claim: _Level, errors: Iterable[Finding]) -> list[StatusCode]:
    """The distinct status codes of the errors, in the order of the file."""
    outermost = next(claim.chain())
    codes = (_status(found, claims.segments.get(found.where.index or 0), _party(outermost, found)) for found in errors)
    return list(dict.fromkeys(codes))


def _lines(claims: _Claims, claim: _Level, today: date) -> Iterator[LineStatus]:
    """The lines with errors; one without a service that can be named is told by its claim alone."""
    for line in claim.lines:
        service = next((segment for segment in line.loop.segments if segment.id in ("SV1", "SV2", "SV3")), None)
        codes = _codes(claims, claim, line.findings)
        if service is None or not codes:
            continue
        at = 2 if service.id == "SV2" else 1
        charge = service[3] if service.id == "SV2" else service[2]
        yield LineStatus(
            procedure=read_procedure(service, at) if service[at] else None,
            charge_cents=_cents(charge),
            statuses=(StatusInformation(tuple(codes[:_MOST_CODES]), today, _SENT_BACK),),
            control_number=line.loop.value("REF", 2, "6R") or line.loop.value("LX", 1),
            revenue_code=service[1] if service.id == "SV2" else "",
        )


def _providers(verdicts: Sequence[_Verdict], role: str) -> Iterator[ProviderAcknowledgement]:
    parts: dict[Provider, list[_Verdict]] = {}
    for verdict in verdicts:
        parts.setdefault(verdict.provider, []).append(verdict)
    for provider, part in parts.items():
        cents = sum(verdict.cents for verdict in part)
        received = StatusInformation((StatusCode("A1", "19", role),), None, _TAKEN_IN, cents)
        yield ProviderAcknowledgement(provider, "0", (received,), _totals(part))


def _totals(verdicts: Sequence[_Verdict]) -> Totals:
    accepted = [verdict.cents for verdict in verdicts if verdict.is_accepted]
    rejected = [verdict.cents for verdict in verdicts if not verdict.is_accepted]
    return Totals(
        accepted_count=len(accepted) or None,
        rejected_count=len(rejected) or None,
        accepted_cents=sum(accepted) if accepted else None,
        rejected_cents=sum(rejected) if rejected else None,
    )


# Who is who, as far as the file says.


def _named(root: Loop, loop_id: str, part: str) -> Party:
    """The submitter or receiver of the set by name and number, who may be badly named."""
    loop = root.loop(loop_id)
    name = loop.first("NM1", part) if loop else None
    party = read_name(Party, name) if name else Party()
    return replace(party, last_name=party.last_name or "UNKNOWN", id_qualifier="46", id=_number(party.id))


def _provider(claim: _Level) -> Provider:
    """The billing provider by name and number: NPI, tax number, or whatever it gave."""
    loop = next(claim.chain()).loop.loop("2010AA")
    name = loop.first("NM1") if loop else None
    provider = read_name(Provider, name) if name else Provider()
    tax = (loop.value("REF", 2, "EI") or loop.value("REF", 2, "SY")) if loop else ""
    if provider.id and provider.id_qualifier == "XX":
        qualifier, number = "XX", provider.id
    elif tax:
        qualifier, number = "FI", tax
    else:
        qualifier, number = "SV", provider.id
    return replace(provider, last_name=provider.last_name or "UNKNOWN", id_qualifier=qualifier, id=_number(number))


def _patient(claim: _Level) -> Person:
    """The patient by name, with the member number of the subscriber where the patient has none of its own."""
    names = {loop.id: loop.first("NM1") for level in claim.chain() for loop in level.loop.loops}
    patient = names.get("2010CA") or names.get("2010BA")
    subscriber = names.get("2010BA")
    person = read_name(Person, patient) if patient else Person()
    number = person.id or (subscriber[9] if subscriber else "")
    return replace(
        person, last_name=person.last_name or "UNKNOWN", is_person=True, id_qualifier="MI", id=_number(number)
    )


def _number(text: str) -> str:
    return text if len(text) > 1 else "UNKNOWN"


def _period(claim: _Level, today: date) -> Period:
    """From the first to the last day of service, else the statement's days; the day of receipt when none is told."""
    days = [*_days(level.loop for level in claim.lines), *_days([claim.loop])]
    return Period(min(days), max(days)) if days else Period.day(today)


def _days(loops: Iterable[Loop]) -> Iterator[date]:
    for loop in loops:
        for dtp in loop.all("DTP"):
            if dtp[1] in ("472", "434"):
                yield from filter(None, map(parse_day, dtp[3].split("-")))


def _cents(text: str) -> int:
    try:
        return parse_cents(text)
    except ValueError:
        return 0  # A charge that is no amount is among the findings.
