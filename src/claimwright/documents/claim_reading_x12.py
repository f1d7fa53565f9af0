"""The 837 read segment by segment: which step is taken in which loop, and how a claim is finished.

What nearly every claim says has a step; the levels above claims, other payers, earlier decisions, drugs and forms are
kept as loops and read when they are whole; what only institutional or dental claims say stays in `rest` until then.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from claimwright.documents.claim import Claim, ClaimBatch, ClaimKind, ClaimLine
from claimwright.documents.claim_body_x12 import NO_LEVEL, Level
from claimwright.documents.claim_codes_x12 import diagnoses, read_codes
from claimwright.documents.claim_kinds_x12 import DIAGNOSES, ClaimGuide, ClaimReader
from claimwright.documents.claim_levels_x12 import read_billing, read_named_party, read_patient, read_subscriber_level
from claimwright.documents.claim_lines_x12 import POINTERS, read_inner_loops, read_service
from claimwright.documents.claim_payers_x12 import read_other_payer
from claimwright.documents.claim_providers_x12 import Providers
from claimwright.documents.dental_x12 import read_dental_part
from claimwright.documents.drafts import Drafts
from claimwright.documents.institutional_x12 import read_institutional_part
from claimwright.documents.parties import Contact, Provider, Reference
from claimwright.documents.parties_x12 import (
    make_amount,
    make_provider,
    name_of,
    read_address,
    read_contact,
    read_reference,
)
from claimwright.documents.rows_x12 import IN_ROOT, LoopSteps, Row, kept
from claimwright.documents.values_x12 import Pool, Unreadable, parse_instant
from claimwright.x12.tree import Delimiters, Loop, Segment

_UNKNOWN_AT = datetime(1970, 1, 1, tzinfo=UTC)
_CLAIM_BLANKS = [""] * 21
_SERVICE_BLANKS = [""] * 16
_CLAIM_NUMBERS = {
    "G1": "prior_authorization", "9F": "referral", "F8": "original_reference", "D9": "clearinghouse_number",
    "EA": "medical_record",
}  # fmt: skip
_LINE_NUMBERS = {"6R": "control_number", "G1": "prior_authorization", "9F": "referral"}
_CLAIM_PARTS = {"82": "rendering", "DN": "referring", "DQ": "supervising", "77": "facility"}
_REMEMBERED_LENGTH_MAX = 200
_OF_THE_KIND = {
    ClaimKind.PROFESSIONAL: frozenset(),
    ClaimKind.INSTITUTIONAL: frozenset((("DTP", "434"), ("DTP", "435"), ("DTP", "096"))),
    ClaimKind.DENTAL: frozenset((("REF", "G3"),)),
}
"""Segments of 2300 that the part of a kind reads, by name and qualifier."""

_claims, _lines = Drafts(Claim), Drafts(ClaimLine)
_LEVELS = {"2000A": read_billing, "2000B": read_subscriber_level, "2000C": read_patient}


class ClaimSetReader(ClaimReader):
    """Reads the rows of one 837: `claims` are those that are whole, `head` is everything else."""

    def __init__(self, guide: ClaimGuide, sha256: str, delimiters: Delimiters, gs: Segment) -> None:
        super().__init__(guide, sha256, delimiters)
        self.claims: list[Claim] = []
        self.claim: Any = None
        self.claim_start = self.line_start = (0, 0)
        self.line: Any = None
        self.service: Any = None
        """The service of the open line: its row, or where more than its texts is asked for its segment."""
        self.provider: _Provider | None = None
        self.clm: Row = []
        self.lx: Row = []
        self.rest: list[Segment] = []
        self.line_rest: list[Segment] = []
        self.payers: list[Loop] = []
        self.line_loops: list[Loop] = []
        self.diagnoses = diagnoses(delimiters.component)
        self.of_the_kind = _OF_THE_KIND[guide.kind]
        self.is_professional = guide.kind is ClaimKind.PROFESSIONAL
        self.levels: list[Loop] = []
        self._read_levels: list[Level] = []
        self._gs = gs

    # Levels.

    def open_level(self, loop: Loop) -> None:
        """A level (2000A, 2000B, 2000C) begins, which ends those of its kind and below."""
        depth = list(_LEVELS).index(loop.id)
        self.close_levels(depth)
        self.settle()
        self.levels.append(loop)

    def finish(self) -> None:
        """Finish everything: the set ends."""
        self.close_levels(0)

    def close_levels(self, depth: int) -> None:
        """End every level but so many."""
        self.close()
        while len(self.levels) > depth:
            self.settle()
            self.report_strays(self.levels.pop(), self.homes)
            self._read_levels.pop()

    def settle(self) -> None:
        """Read the levels that are open and were not read yet: what they say is whole now."""
        for loop in self.levels[len(self._read_levels) :]:
            above = self._read_levels[-1] if self._read_levels else NO_LEVEL
            self._read_levels.append(_LEVELS[loop.id](loop, above, self))

    @property
    def level(self) -> Level:
        """What the levels say above the claim that begins."""
        return self._read_levels[-1] if self._read_levels else NO_LEVEL

    # Claims.

    def close(self) -> None:
        """Finish the claim that is open; one that could not be read is not among the claims."""
        claim = self.claim
        if claim is None:
            return
        self.close_line()
        self.close_provider()
        claim.origin = self.since(self.claim_start)
        providers = claim.providers
        if self.rest or self.payers or not self.is_professional:
            providers = self._read_rest(claim, providers)
        if providers:
            _name_providers(claim, providers)
        if not self.is_lost:
            self.claims.append(_claims.seal(claim))
        self.claim, self.is_lost, self.record = None, False, ""

    def _read_rest(self, claim: Any, named: list[tuple[str, Provider]]) -> list[tuple[str, Provider]]:
        """What only some claims say: the part of the kind, other payers, segments without a field."""
        pool, providers = Pool(Loop("2300", self.rest)), Providers(named)
        clm, kind = self._opening(self.clm, self.claim_start), self.guide.kind
        try:
            if kind is ClaimKind.INSTITUTIONAL:
                codes = read_codes(pool)
                claim.diagnoses = codes.pop("diagnoses", ())
                claim.institutional = read_institutional_part(clm, pool, codes, providers, self)
                claim.dates += self.dates(pool)
            elif kind is ClaimKind.DENTAL:
                claim.dental = read_dental_part(clm, pool, providers, self)
                claim.references += map(read_reference, pool.take_all("REF"))
            claim.other_payers = [read_other_payer(loop, self) for loop in self.payers]
        except Unreadable:
            self.is_lost = True
        claim.others = self.others(pool)
        for loop in self.payers:
            self.report_strays(loop, self.homes)
        self.rest, self.payers = [], []
        return providers.named

    def close_line(self) -> None:
        """Finish the line that is open."""
        line = self.line
        if line is None:
            return
        self.close_provider()
        line.origin = self.since(self.line_start)
        service = self.service
        if service is None:
            self.say("011", self._opening(self.lx, self.line_start), 1, service=self.guide.service)
            self.is_lost = True
        if self.line_rest or self.line_loops or not self.is_professional:
            self._read_line_rest(line, service)
        if line.providers:
            _take_provider(line, "82", "rendering")
        self.line = self.service = None
        if not self.is_lost:
            _lines.seal(line)

    def _read_line_rest(self, line: Any, service: Any) -> None:
        """What only some lines say: the service of the kind, drug, earlier decisions, segments without a field."""
        pool = Pool(Loop("2400", self.line_rest))
        try:
            if service is not None and not self.is_professional:
                _fill(line, read_service(self.guide.kind, service, pool, self))
            if self.line_loops:
                _fill(line, read_inner_loops(self.line_loops, self))
        except Unreadable:
            self.is_lost = True
        line.others = [*self.others(pool), *line.others]
        for loop in self.line_loops:
            self.report_strays(loop, self.homes)
        self.line_rest, self.line_loops = [], []

    def _opening(self, row: Row, start: tuple[int, int]) -> Segment:
        """The first segment of the claim or the line that is open."""
        offset, index = start
        return Segment(row, self.delimiters, index, offset, 0)

    def close_provider(self) -> None:
        """Finish the provider who is open."""
        provider, self.provider = self.provider, None
        if provider is not None:
            provider.owner.providers.append((provider.part, provider.whole()))

    def head(self, opening: Segment) -> ClaimBatch:
        """What the set says but its claims. Reports what stands where it cannot be read, too."""
        root = self.root
        bht = root.first("BHT") or opening
        at = parse_instant(bht[4], bht[5])
        if at is None:
            self.say("014", bht, 4)
            at = parse_instant(self._gs[4], self._gs[5]) or _UNKNOWN_AT
        batch = ClaimBatch(
            reference=bht[3],
            created_at=at,
            submitter=read_named_party(root.loop("1000A"), "submitter", root, self),
            receiver=read_named_party(root.loop("1000B"), "receiver", root, self),
            claims=(),
            kind=bht[6],
            purpose=bht[2],
        )
        self.report_strays(root, self.homes)
        return batch


class _Provider:
    """A provider of the claim or of the line that is open, as far as he was read."""

    __slots__ = ("city", "contacts", "is_short", "name", "owner", "part", "references", "street", "taxonomy")

    def __init__(self, owner: Any, row: Row, size: int) -> None:
        self.owner = owner
        self.is_short = size <= _REMEMBERED_LENGTH_MAX
        self.part = row[1] if len(row) > 1 else ""
        self.name = name_of(row)
        self.taxonomy: str | None = None
        self.street: Segment | None = None
        self.city: Segment | None = None
        self.references: list[Reference] = []
        self.contacts: list[Contact] = []

    def whole(self) -> Provider:
        """The record; those of whom all say the same are one."""
        if self.is_short and not (self.street or self.city or self.references or self.contacts):
            return _provider_by_name(self.name, self.taxonomy or "")
        address = read_address(self.street, self.city)
        return make_provider(*self.name, address, tuple(self.contacts), tuple(self.references), self.taxonomy or "")


@lru_cache(maxsize=1024)
def _provider_by_name(name: tuple[str, str, str, str, bool, str, str], taxonomy: str) -> Provider:
    return make_provider(*name, taxonomy=taxonomy)


def _fill(draft: Any, said: dict[str, Any]) -> None:
    for field, value in said.items():
        setattr(draft, field, value)


def _take_provider(draft: Any, wanted: str, field: str) -> None:
    """Give the first provider of a part the field of that part."""
    for place, (part, provider) in enumerate(draft.providers):
        if part == wanted:
            setattr(draft, field, provider)
            del draft.providers[place]
            return


def _name_providers(claim: Any, named: list[tuple[str, Provider]]) -> None:
    claim.providers = named
    for part, field in _CLAIM_PARTS.items():
        _take_provider(claim, part, field)


# 2300.


def _open_claim(reader: ClaimSetReader, row: Row) -> None:
    reader.close()
    reader.settle()
    clm = row + _CLAIM_BLANKS[len(row) :]
    reader.claim = claim = _claims.begin()
    reader.claim_start = reader.start()
    reader.record = claim.control_number = clm[1]
    reader.what = f"claim {clm[1]}"
    if not clm[1]:
        reader.say_here("010", row, 1)
        reader.is_lost = True
    claim.charge_cents = reader.must_cents(row, 2)
    component = reader.delimiters.component
    facility = (*clm[5].split(component), "", "")
    claim.frequency = facility[2]
    claim.provider_signature, claim.assignment, claim.benefits_assigned = clm[6:9]
    claim.release_of_information, claim.patient_signature = clm[9:11]
    if clm[11]:
        causes = (*clm[11].split(component), "", "", "", "")
        claim.related_causes = [code for code in causes[:3] if code]
        claim.accident_state, claim.accident_country = causes[3:5]
    claim.special_program, claim.delay_reason = clm[12], clm[20]
    level = reader.level
    claim.billing, claim.pay_to, claim.pay_to_plan = level.billing, level.pay_to, level.pay_to_plan
    claim.currency, claim.subscriber, claim.payer = level.currency, level.subscriber, level.payer
    claim.patient = level.patient
    is_institutional = reader.guide.kind is ClaimKind.INSTITUTIONAL
    claim.place_of_service = "" if is_institutional else facility[0]
    reader.clm = row


def _claim_number(reader: ClaimSetReader, row: Row) -> None:
    claim = reader.claim
    qualifier, value = row[1:3] if len(row) > 2 else ("", "")
    field = _CLAIM_NUMBERS.get(qualifier)
    if field and not getattr(claim, field):
        setattr(claim, field, value)
    elif ("REF", qualifier) in reader.of_the_kind:
        _claim_rest(reader, row)
    else:
        claim.references.append(reader.reference(row))


def _claim_date(reader: ClaimSetReader, row: Row) -> None:
    if reader.of_the_kind and ("DTP", row[1] if len(row) > 1 else "") in reader.of_the_kind:
        _claim_rest(reader, row)
    elif period := reader.may_period(row):
        reader.claim.dates.append((row[1], period))
    else:
        _claim_rest(reader, row)


def _claim_codes(reader: ClaimSetReader, row: Row) -> None:
    """The principal and other diagnoses of a professional or dental claim; all else stays in the rest."""
    component = reader.delimiters.component
    first = row[1].partition(component)[0] if len(row) > 1 else ""
    if first not in DIAGNOSES or reader.guide.kind is ClaimKind.INSTITUTIONAL:
        _claim_rest(reader, row)
        return
    known = reader.diagnoses
    reader.claim.diagnoses += [known[text] for text in row[1:] if text.strip(component)]


def _claim_note(reader: ClaimSetReader, row: Row) -> None:
    claim = reader.claim
    if claim.note or len(row) < 3 or not row[2]:
        _claim_rest(reader, row)
    else:
        claim.note_kind, claim.note = row[1:3]


def _claim_amount(reader: ClaimSetReader, row: Row) -> None:
    if row[1:2] == ["F5"] and reader.claim.patient_paid_cents is None:
        reader.claim.patient_paid_cents = reader.may_cents(row, 2)
    else:
        _claim_rest(reader, row)


def _claim_rest(reader: ClaimSetReader, row: Row) -> None:
    _report_if_stray(reader, row, "2300")
    reader.rest.append(reader.segment(row))


def _report_if_stray(reader: ClaimSetReader, row: Row, loop: str) -> None:
    if loop not in reader.homes.get(row[0], (loop,)):
        reader.say_here("007", row, loop=loop)


# 2310 and 2420.


def _party(loop_id: str) -> LoopSteps:
    """The steps of a loop that names a provider of the claim or of the line that is open."""
    of_a_line = loop_id.startswith("2420")

    def opens(reader: ClaimSetReader, row: Row) -> None:
        reader.close_provider()
        reader.provider = _Provider(reader.line if of_a_line else reader.claim, row, reader.size)

    def other(reader: ClaimSetReader, row: Row) -> None:
        reader.say_here("006", row, loop=loop_id)
        _report_if_stray(reader, row, loop_id)

    def once(field: str, take: Callable[[ClaimSetReader, Row], Any]) -> Callable[[ClaimSetReader, Row], None]:
        def step(reader: ClaimSetReader, row: Row) -> None:
            if getattr(reader.provider, field) is None:
                setattr(reader.provider, field, take(reader, row))
            else:
                other(reader, row)

        return step

    return LoopSteps(
        opens,
        {
            "PRV": once("taxonomy", _taxonomy),
            "N3": once("street", ClaimSetReader.segment),
            "N4": once("city", ClaimSetReader.segment),
            "REF": _provider_reference,
            "PER": _provider_contact,
        },
        other,
    )


def _taxonomy(_: ClaimSetReader, row: Row) -> str:
    return row[3] if len(row) > 3 else ""


def _provider_reference(reader: ClaimSetReader, row: Row) -> None:
    if reader.provider:
        reader.provider.references.append(reader.reference(row))


def _provider_contact(reader: ClaimSetReader, row: Row) -> None:
    if reader.provider:
        reader.provider.contacts.append(read_contact(reader.segment(row)))


# 2400.


def _open_line(reader: ClaimSetReader, row: Row) -> None:
    reader.close_line()
    reader.close_provider()
    reader.line = line = _lines.begin()
    reader.line_start, reader.lx = reader.start(), row
    lines = reader.claim.lines
    lines.append(line)
    text = row[1] if len(row) > 1 else ""
    if text.isascii() and text.isdigit() and len(text) <= 6:
        line.number = int(text)
    else:
        reader.say_here("015", row, 1)
        line.number = len(lines)
    line.period = None


def _service(reader: ClaimSetReader, row: Row) -> None:
    if row[0] != reader.guide.service or reader.service is not None:
        if row[0] == reader.guide.service:
            reader.say_here("007", row, loop="2400")
        _line_rest(reader, row)
        return
    if not reader.is_professional:
        reader.service = reader.segment(row)
        return
    reader.service = row
    line, sv1 = reader.line, row + _SERVICE_BLANKS[len(row) :]
    line.procedure = reader.procedures[sv1[1]]
    line.charge_cents = reader.must_cents(sv1, 2)
    line.unit = sv1[3]
    line.quantity = reader.must_number(sv1, 4)
    line.place_of_service = sv1[5]
    for text in sv1[7].split(reader.delimiters.component) if sv1[7] else ():
        if text in POINTERS:
            line.pointers.append(POINTERS[text])
        elif text:
            reader.say_here("013", row, 7)
    line.emergency, line.epsdt, line.family_planning = sv1[9] == "Y", sv1[11] == "Y", sv1[12] == "Y"
    line.copay_exempt = sv1[15] == "0"


def _line_date(reader: ClaimSetReader, row: Row) -> None:
    period = reader.may_period(row)
    if period is None:
        _line_rest(reader, row)
    elif row[1] == "472":
        reader.line.period = period
    else:
        reader.line.dates.append((row[1], period))


def _line_number(reader: ClaimSetReader, row: Row) -> None:
    """A REF that has a field, once; the numbers of other payers (REF04) stay references."""
    line = reader.line
    qualifier, value = row[1:3] if len(row) > 2 else ("", "")
    field = _LINE_NUMBERS.get(qualifier)
    is_own = len(row) < 5 or not row[4] or qualifier == "6R"
    if field and is_own and not getattr(line, field):
        setattr(line, field, value)
    else:
        line.references.append(reader.reference(row))


def _line_note(reader: ClaimSetReader, row: Row) -> None:
    line = reader.line
    if line.note or len(row) < 3 or not row[2]:
        _line_rest(reader, row)
    else:
        line.note_kind, line.note = row[1:3]


def _line_amount(reader: ClaimSetReader, row: Row) -> None:
    cents = reader.may_cents(row, 2)
    if cents is None:
        _line_rest(reader, row)
    else:
        reader.line.amounts.append(make_amount(row[1], cents))


def _line_rest(reader: ClaimSetReader, row: Row) -> None:
    _report_if_stray(reader, row, "2400")
    reader.line_rest.append(reader.segment(row))


# Loops that are kept, and read when they are whole.


def _level(loop_id: str) -> LoopSteps:
    return _collected(loop_id, ClaimSetReader.open_level)


def _party_of_level(loop_id: str) -> LoopSteps:
    return _collected(loop_id, lambda reader, loop: reader.levels[-1].loops.append(loop))


def _open_payer(reader: ClaimSetReader, loop: Loop) -> None:
    reader.close_line()
    reader.close_provider()
    reader.payers.append(loop)


def _open_part_of_line(reader: ClaimSetReader, loop: Loop) -> None:
    reader.close_provider()
    reader.line_loops.append(loop)


def _collected(loop_id: str, put: Callable[[ClaimSetReader, Loop], None]) -> LoopSteps:
    def opens(reader: ClaimSetReader, row: Row) -> None:
        loop = Loop(loop_id, [reader.segment(row)])
        put(reader, loop)
        reader.kept[loop_id] = loop

    def other(reader: ClaimSetReader, row: Row) -> None:
        reader.kept[loop_id].segments.append(reader.segment(row))

    return LoopSteps(opens, {}, other)


STEPS = {
    "ST": IN_ROOT,
    **{loop_id: kept(loop_id) for loop_id in ("1000A", "1000B")},
    **{loop_id: _level(loop_id) for loop_id in _LEVELS},
    **{loop_id: _party_of_level(loop_id) for loop_id in ("2010AA", "2010AB", "2010AC", "2010BA", "2010BB", "2010CA")},
    "2300": LoopSteps(
        _open_claim,
        {
            "DTP": _claim_date,
            "REF": _claim_number,
            "AMT": _claim_amount,
            "NTE": _claim_note,
            "HI": _claim_codes,
        },
        _claim_rest,
    ),
    **{f"2310{letter}": _party(f"2310{letter}") for letter in "ABCDEF"},
    "2320": _collected("2320", _open_payer),
    **{
        f"2330{letter}": _collected(f"2330{letter}", lambda reader, loop: reader.kept["2320"].loops.append(loop))
        for letter in "ABCDEFGHI"
    },
    "2400": LoopSteps(
        _open_line,
        {
            "SV1": _service,
            "SV2": _service,
            "SV3": _service,
            "DTP": _line_date,
            "REF": _line_number,
            "AMT": _line_amount,
            "NTE": _line_note,
        },
        _line_rest,
    ),
    **{loop_id: _collected(loop_id, _open_part_of_line) for loop_id in ("2410", "2430", "2440")},
    **{f"2420{letter}": _party(f"2420{letter}") for letter in "ABCDEFGH"},
}
"""What is done with each segment of an 837 of any kind, by the loop in which it stands."""
