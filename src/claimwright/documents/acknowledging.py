"""Answering claims: the 277CA of an 837 from what was found in it, claim by claim.

What is wrong above a claim (its provider, its subscriber) is wrong with every claim below; what is wrong in a line is
told for the line too. Which status goes with which finding is the table in `claim_statuses.txt`. The claims are taken
from the set's loops, so that a claim which no record can be made of is answered all the same. Names and numbers are
copied from what may be damaged, so only as far as an answer can hold them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import NamedTuple
from unicodedata import normalize

from claimwright.codesets.shapes import is_hcpcs_shaped
from claimwright.documents.acknowledgement import ClaimAcknowledgement, ProviderAcknowledgement, Totals
from claimwright.documents.parties import Party, Period, Person, Procedure, Provider, Reference
from claimwright.documents.parties_x12 import AnyParty, read_name
from claimwright.documents.status import ClaimStatus, LineStatus, StatusCode, StatusInformation
from claimwright.documents.values_x12 import parse_day
from claimwright.findings import Finding, Severity
from claimwright.money import parse_cents
from claimwright.x12.guides import code_lists
from claimwright.x12.reading import TransactionSet
from claimwright.x12.tree import Delimiters, Loop, Segment
from claimwright.x12.writing import USUAL_DELIMITERS, forbidden_characters

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
    delimiters: Delimiters = USUAL_DELIMITERS,
) -> ClaimAcknowledgement | None:
    """The 277CA of one 837: every claim accepted, or rejected with what was found in it.

    `None` for any other set, and for one without a guide, which a 999 refuses whole.

    `source` is who took the claims in, else the receiver that the set names; `role` is PR for a payer, whose
    acceptance proves timely filing, or AY for a clearinghouse. `receipt` is the source's own number, else the set's
    control number. `findings` are those of the set, unless others are given; errors reject, warnings do not.
    `delimiters` are those that the answer will be written with.
    """
    if transaction_set.st01 != "837" or transaction_set.guide is None:
        return None
    found = transaction_set.findings if findings is None else findings
    claims = _Claims(transaction_set, [one for one in found if one.severity is Severity.ERROR])
    return _Answer(transaction_set, claims, now, role, receipt, _Copy(delimiters)).record(source)


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

    def codes(self, claim: _Level, errors: Iterable[Finding]) -> list[StatusCode]:
        """The distinct status codes of errors of a claim, in the order of the file."""
        outermost = next(claim.chain())
        segments = self.segments
        codes = (_status(one, segments.get(one.where.index or 0), _party(outermost, one)) for one in errors)
        return list(dict.fromkeys(codes))

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


# What is copied.


class _Copy:
    """Copies texts of the claims as far as an answer with these delimiters can hold them."""

    def __init__(self, delimiters: Delimiters) -> None:
        self.forbidden = forbidden_characters(delimiters)

    def text(self, text: str, longest: int, otherwise: str = "") -> str:
        """The text without delimiters, control characters and blanks at its ends, cut to `longest`."""
        plain = normalize("NFKD", text).encode("ascii", "ignore").decode()
        return self.forbidden.sub("", plain).strip()[:longest].strip() or otherwise

    def number(self, text: str, longest: int = 80) -> str:
        """An identifier; one that is missing, or too short to be sent, is UNKNOWN."""
        number = self.text(text, longest)
        return number if len(number) > 1 else "UNKNOWN"

    def named(self, party: AnyParty, qualifier: str, number: str) -> AnyParty:
        """The party by its name and that number alone."""
        is_person = party.is_person
        return replace(
            party,
            last_name=self.text(party.last_name, 60, "UNKNOWN"),
            first_name=self.text(party.first_name, 35) if is_person else "",
            middle_name=self.text(party.middle_name, 25) if is_person else "",
            suffix=self.text(party.suffix, 10) if is_person else "",
            id_qualifier=qualifier,
            id=self.number(number),
        )


# The answer.


class _Verdict(NamedTuple):
    """What becomes of one claim."""

    provider: Provider
    status: ClaimStatus
    cents: int
    is_accepted: bool


class _Answer:
    """Builds the record of one 277CA."""

    def __init__(
        self,
        transaction_set: TransactionSet,
        claims: _Claims,
        now: datetime,
        role: str,
        receipt: str,
        copy: _Copy,
    ) -> None:
        self.root = transaction_set.root
        self.claims, self.now, self.role, self.copy = claims, now, role, copy
        self.receipt = receipt or copy.text(transaction_set.control, 50, "0")

    def record(self, source: Party | None) -> ClaimAcknowledgement:
        """The whole of it."""
        verdicts = [] if self.claims.of_the_set else [self._verdict(claim) for claim in self.claims.claims]
        totals = self._totals_of_a_refused_set() if self.claims.of_the_set else _totals(verdicts)
        today = self.now.date()
        return ClaimAcknowledgement(
            reference=self.receipt,
            created_at=self.now,
            source=source or self._named("1000B", "40", is_person=False),
            receiver=self._named("1000A", "41"),
            batch_reference=self.copy.text(self.root.value("BHT", 3), 50, "0"),
            statuses=(self._batch_status(totals),),
            accepted_count=totals.accepted_count,
            rejected_count=totals.rejected_count,
            accepted_cents=totals.accepted_cents,
            rejected_cents=totals.rejected_cents,
            claims=tuple(verdict.status for verdict in verdicts),
            providers=tuple(self._providers(verdicts)),
            source_role=self.role,
            receipt=self.receipt,
            received_date=today,
            processed_date=today,
        )

    def _totals_of_a_refused_set(self) -> Totals:
        charges = [_charge(claim) for claim in self.claims.claims]
        return Totals(None, len(charges) or None, None, sum(charges) if charges else None)

    def _batch_status(self, totals: Totals) -> StatusInformation:
        """Received, whatever becomes of its claims; sent back when something is wrong with the set itself."""
        cents = (totals.accepted_cents or 0) + (totals.rejected_cents or 0)
        if self.claims.of_the_set or not self.claims.claims:
            return StatusInformation((StatusCode("A3", "684", "41"),), self.now.date(), _SENT_BACK, cents)
        return StatusInformation((StatusCode("A1", "19", self.role),), self.now.date(), _TAKEN_IN, cents)

    def _verdict(self, claim: _Level) -> _Verdict:
        errors = self.claims.errors_of(claim)
        codes = self.claims.codes(claim, errors) or [_ACCEPTED[self.role]]
        action = _SENT_BACK if errors else _TAKEN_IN
        number, cents = self.copy.text(claim.loop.value("CLM", 1), 50, "0"), _charge(claim)
        provider = self._provider(claim)
        status = ClaimStatus(
            trace=number,
            statuses=(StatusInformation(tuple(codes[:_MOST_CODES]), self.now.date(), action, cents),),
            payer=Party(),
            provider=provider,
            patient=self._patient(claim),
            control_number=number,
            period=self._period(claim),
            lines=tuple(self._lines(claim)),
            references=tuple(self._bill_type(claim)),
        )
        return _Verdict(provider, status, cents, not errors)

    def _lines(self, claim: _Level) -> Iterator[LineStatus]:
        """The lines with errors; one whose service cannot be named is told by its claim alone."""
        for line in claim.lines:
            service = next((segment for segment in line.loop.segments if segment.id in _SERVICES), None)
            codes = self.claims.codes(claim, line.findings)
            if service is None or not codes:
                continue
            procedure, charge, revenue = (service[number] if number else "" for number in _SERVICES[service.id])
            kind, _, code = procedure.partition(service.delimiters.component)
            code, _, _ = code.partition(service.delimiters.component)
            revenue_code = self.copy.text(revenue, 48)
            if kind in _SERVICE_LISTS and code == self.copy.text(code, 48) and (kind != "HC" or is_hcpcs_shaped(code)):
                named = Procedure(self.copy.text(code, 48), (), kind)
            elif revenue_code:
                named, revenue_code = Procedure(revenue_code, (), "NU"), ""
            else:
                continue
            yield LineStatus(
                procedure=named,
                charge_cents=_cents(charge),
                statuses=(StatusInformation(tuple(codes[:_MOST_CODES]), self.now.date(), _SENT_BACK),),
                control_number=self.copy.text(line.loop.value("REF", 2, "6R") or line.loop.value("LX", 1), 50),
                revenue_code=revenue_code,
            )

    def _providers(self, verdicts: Sequence[_Verdict]) -> Iterator[ProviderAcknowledgement]:
        parts: dict[Provider, list[_Verdict]] = {}
        for verdict in verdicts:
            parts.setdefault(verdict.provider, []).append(verdict)
        for provider, part in parts.items():
            cents = sum(verdict.cents for verdict in part)
            received = StatusInformation((StatusCode("A1", "19", self.role),), None, _TAKEN_IN, cents)
            yield ProviderAcknowledgement(provider, "0", (received,), _totals(part))

    def _named(self, loop_id: str, part: str, *, is_person: bool | None = None) -> Party:
        """The submitter or receiver of the set by name and number."""
        loop = self.root.loop(loop_id)
        name = loop.first("NM1", part) if loop else None
        party = read_name(Party, name) if name else Party()
        if is_person is not None:
            party = replace(party, is_person=is_person)
        return self.copy.named(party, "46", party.id)

    def _provider(self, claim: _Level) -> Provider:
        """The billing provider by name and number: NPI, tax number, or whatever it gave."""
        loop = next(claim.chain()).loop.loop("2010AA")
        name = loop.first("NM1") if loop else None
        provider = read_name(Provider, name) if name else Provider()
        tax = (loop.value("REF", 2, "EI") or loop.value("REF", 2, "SY")) if loop else ""
        if provider.id and provider.id_qualifier == "XX":
            return self.copy.named(provider, "XX", provider.id)
        return self.copy.named(provider, "FI", tax) if tax else self.copy.named(provider, "SV", provider.id)

    def _patient(self, claim: _Level) -> Person:
        """The patient by name, with the member number of the subscriber where the patient has none of its own."""
        names = {loop.id: loop.first("NM1") for level in claim.chain() for loop in level.loop.loops}
        subscriber = names.get("2010BA")
        patient = names.get("2010CA") or subscriber
        person = replace(read_name(Person, patient) if patient else Person(), is_person=True)
        return self.copy.named(person, "MI", person.id or (subscriber[9] if subscriber else ""))

    def _bill_type(self, claim: _Level) -> Iterator[Reference]:
        """Hospitals know their claims by type of bill, too: CLM05 with the list A."""
        clm = claim.loop.segments[0]
        bill_type = self.copy.text(clm.component(5, 1) + clm.component(5, 3), 4)
        if clm.component(5, 2) == "A" and bill_type:
            yield Reference("BLT", bill_type)

    def _period(self, claim: _Level) -> Period:
        """From the first to the last day of service, else the statement's days; the day of the answer if none is."""
        days = [*_days(level.loop for level in claim.lines), *_days([claim.loop])]
        return Period(min(days), max(days)) if days else Period.day(self.now.date())


_SERVICES = {"SV1": (1, 2, 0), "SV2": (2, 3, 1), "SV3": (1, 2, 0)}
"""The elements of each service segment that hold the procedure, the charge and the revenue code."""
_SERVICE_LISTS = frozenset(("AD", "ER", "HC", "HP", "IV", "NU", "WK"))


def _totals(verdicts: Sequence[_Verdict]) -> Totals:
    accepted = [verdict.cents for verdict in verdicts if verdict.is_accepted]
    rejected = [verdict.cents for verdict in verdicts if not verdict.is_accepted]
    return Totals(
        accepted_count=len(accepted) or None,
        rejected_count=len(rejected) or None,
        accepted_cents=sum(accepted) if accepted else None,
        rejected_cents=sum(rejected) if rejected else None,
    )


def _days(loops: Iterable[Loop]) -> Iterator[date]:
    for loop in loops:
        for dtp in loop.all("DTP"):
            if dtp[1] in ("472", "434"):
                yield from filter(None, map(parse_day, dtp[3].split("-")))


def _charge(claim: _Level) -> int:
    return _cents(claim.loop.value("CLM", 2))


def _cents(text: str) -> int:
    try:
        return parse_cents(text)
    except ValueError:
        return 0  # A charge that is no amount is among the findings.
