"""The 834 (005010X220A1) between X12 and enrollments. Loop numbers are the guide's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal

from claimwright.documents.adjustments import Amount
from claimwright.documents.enrollment import (
    Broker,
    Coverage,
    CoverageProvider,
    Demographics,
    Disability,
    Enrollment,
    IdentificationCard,
    Member,
    OtherCoverage,
    RelatedParty,
    ReportingCategory,
)
from claimwright.documents.levels_x12 import read_dates
from claimwright.documents.parties import Address, Party, Period, Person
from claimwright.documents.parties_x12 import (
    read_amounts,
    read_party,
    read_person,
    read_reference,
    write_address,
    write_contact,
    write_n1,
    write_name,
    write_reference,
)
from claimwright.documents.values_x12 import (
    Pool,
    Reader,
    in_order,
    last_segment,
    parse_instant,
    remember,
    x12_day,
    x12_number,
    x12_other,
    x12_period,
    x12_time,
)
from claimwright.findings import Finding
from claimwright.money import x12_amount
from claimwright.x12.reading import TransactionSet
from claimwright.x12.tree import Loop, Segment
from claimwright.x12.writing import Element, OutgoingSegment, OutgoingSet

VERSION = "005010X220A1"

_UNKNOWN_TIME = datetime(1970, 1, 1, tzinfo=UTC)
_HEAD_ORDER = "BGN REF DTP QTY"
_MEMBER_ORDER = "INS REF DTP"
_NAME_ORDER = "NM1 PER N3 N4 DMG EC ICM AMT HLH LUI"
_RELATED_ORDER = "NM1 PER N3 N4"
_OTHER_PARTY_ORDER = "NM1 N3 N4 PER"
_COVERAGE_ORDER = "HD DTP AMT REF IDC"
_PROVIDER_ORDER = "LX NM1 N3 N4 PER PLA"
_RELATED_LOOPS = ("2100C", "2100D", "2100E", "2100F", "2100G", "2100H")
_LOOP_OF_ROLE = {"31": 0, "36": 1, "M8": 2, "S3": 3, "45": 5}
"""The guide's order of who stands beside a member; any other is a responsible person (2100G, the fifth)."""
_SUBSCRIBER_NUMBER, _POLICY, _MASTER_POLICY, _PRIOR_MONTHS = "0F", "1L", "38", "QQ"
_NAME_SEGMENTS = frozenset(("EC", "ICM", "HLH", "LUI"))


# Reading.


def read_enrollment(transaction_set: TransactionSet, sha256: str = "") -> tuple[Enrollment, tuple[Finding, ...]]:
    """The members of an 834 set, and what could not be read. `sha256` names the file in the origins."""
    reader = Reader("ENR", sha256)
    root = transaction_set.root
    pool = Pool(root)
    pool.take("ST"), pool.take("SE")
    bgn = pool.take("BGN") or transaction_set.segments[0]
    enrollment = Enrollment(
        reference=bgn[2],
        created_at=_created_at(bgn, transaction_set, reader),
        sponsor=_read_named(root, "1000A", "sponsor", reader),
        insurer=_read_named(root, "1000B", "insurer", reader),
        members=tuple(_read_member(loop, reader) for loop in root.loops_of("2000")),
        purpose=bgn[1],
        action=bgn[8],
        time_zone=bgn[5],
        original_reference=bgn[6],
        policy_number=pool.value("REF", _MASTER_POLICY),
        dates=read_dates(pool, reader),
        totals=tuple(_read_totals(pool, reader)),
        brokers=tuple(_read_broker(loop, reader) for loop in root.loops_of("1000C")),
        others=reader.others(pool),
        origin=reader.origin(transaction_set.segments[0], transaction_set.segments[-1]),
    )
    remember(enrollment, transaction_set)
    return enrollment, tuple(reader.findings)


def _created_at(bgn: Segment, transaction_set: TransactionSet, reader: Reader) -> datetime:
    """BGN03 and BGN04 as they are written (BGN05 tells the zone), else when the group was made."""
    if instant := parse_instant(bgn[3], bgn[4]):
        return instant
    reader.say("012", bgn, 3)
    gs = transaction_set.group.gs
    return parse_instant(gs[4], gs[5]) or _UNKNOWN_TIME


def _read_named(root: Loop, loop_id: str, what: str, reader: Reader) -> Party:
    loop = root.loop(loop_id)
    if loop is None:
        reader.say("010", root.segments[0], loop=loop_id, what=what)
    pool = Pool(loop)
    party = read_party(pool)
    reader.leave(pool)
    return party


def _read_totals(pool: Pool, reader: Reader) -> Iterator[tuple[str, Decimal]]:
    for qty in pool.take_all("QTY"):
        if (number := reader.number_or_none(qty, 2)) is not None:
            yield qty[1], number
        else:
            pool.give_back(qty)


def _read_broker(loop: Loop, reader: Reader) -> Broker:
    account = loop.loop("1100C")
    act = account.first("ACT") if account else None
    accounts = (act[1], act[6]) if act and act[6] else (act[1],) if act else ()
    pool = Pool(loop)
    party = read_party(pool)
    reader.leave(pool)
    return Broker(loop.segments[0][1], party, accounts)


def _read_member(loop: Loop, reader: Reader) -> Member:
    pool = Pool(loop)
    ins = loop.segments[0]
    pool.take("INS"), pool.take("LS"), pool.take("LE")
    number = pool.value("REF", _SUBSCRIBER_NUMBER)
    reader.record = number
    if not number:
        reader.say("011", ins, loop=loop.id)
    name = _name_pool(loop, reader)
    n4 = name.loop.first("N4")
    demographics = _read_demographics(name)
    former = loop.loop("2100B")
    former_pool = Pool(former)
    member = Member(
        subscriber_number=number,
        is_subscriber=ins[1] == "Y",
        relationship=ins[2],
        maintenance=ins[3],
        reason=ins[4],
        benefit_status=ins[5],
        medicare=tuple(ins.components(6)),
        cobra_event=ins[7],
        employment_status=ins[8],
        student_status=ins[9],
        is_handicapped=_read_flag(ins, 10),
        death_date=reader.day_or_none(ins, 12),
        confidentiality=ins[13],
        birth_sequence=ins[17],
        policy_number=pool.value("REF", _POLICY),
        references=tuple(map(read_reference, pool.take_all("REF"))),
        dates=read_dates(pool, reader),
        corrects=name.loop.value("NM1", 1) == "74",
        county=(n4[5], n4[6]) if n4 else ("", ""),
        demographics=demographics,
        amounts=read_amounts(name, reader),
        person=read_person(name, None, reader),
        former_demographics=_read_demographics(former_pool),
        former=read_person(former_pool, None, reader) if former else None,
        related=tuple(_read_related(inner, reader) for one in _RELATED_LOOPS for inner in loop.loops_of(one)),
        disabilities=tuple(_read_disability(inner, reader) for inner in loop.loops_of("2200")),
        coverages=tuple(_read_coverage(inner, reader) for inner in loop.loops_of("2300")),
        categories=tuple(_read_category(inner, reader) for inner in loop.loops_of("2710")),
        others=(*reader.others(pool), *reader.others(name)),
        origin=reader.origin(ins, last_segment(loop)),
    )
    reader.leave(former_pool)
    reader.record = ""
    return member


def _name_pool(loop: Loop, reader: Reader) -> Pool:
    name = loop.loop("2100A")
    if name is None:
        reader.say("010", loop.segments[0], loop=loop.id, what="member")
    return Pool(name)


def _read_flag(segment: Segment, element: int) -> bool | None:
    return segment[element] == "Y" if segment[element] else None


def _read_demographics(pool: Pool) -> Demographics | None:
    """What DMG says beside birth date and sex, which are the person's; `None` when that is nothing."""
    dmg = pool.loop.first("DMG")
    if dmg is None:
        return None
    mark = dmg.delimiters.component
    origins = tuple(tuple(one.split(mark)) for one in dmg.repeats(5))
    found = Demographics(dmg[4], origins, dmg[6], (dmg[10], dmg[11]))
    return found if found != Demographics() else None


def _read_related(loop: Loop, reader: Reader) -> RelatedParty:
    pool = Pool(loop)
    party = read_party(pool)
    return RelatedParty(loop.segments[0][1], party, reader.others(pool))


def _read_disability(loop: Loop, reader: Reader) -> Disability:
    pool = Pool(loop)
    dsb = loop.segments[0]
    pool.take("DSB")
    return Disability(dsb[1], dsb[8], dsb[7], read_dates(pool, reader), reader.others(pool))


def _read_coverage(loop: Loop, reader: Reader) -> Coverage:
    pool = Pool(loop)
    hd = loop.segments[0]
    pool.take("HD")
    return Coverage(
        maintenance=hd[1],
        line=hd[3],
        plan=hd[4],
        level=hd[5],
        is_late=_read_flag(hd, 9),
        dates=read_dates(pool, reader),
        amounts=read_amounts(pool, reader),
        prior_months=pool.value("REF", _PRIOR_MONTHS),
        references=tuple(map(read_reference, pool.take_all("REF"))),
        cards=tuple(
            IdentificationCard(idc[1], idc[2], reader.number_or_none(idc, 3), idc[4]) for idc in pool.take_all("IDC")
        ),
        providers=tuple(_read_provider(inner, reader) for inner in loop.loops_of("2310")),
        other_coverages=tuple(_read_other_coverage(inner, reader) for inner in loop.loops_of("2320")),
        others=reader.others(pool),
        origin=reader.origin(hd, last_segment(loop)),
    )


def _read_provider(loop: Loop, reader: Reader) -> CoverageProvider:
    pool = Pool(loop)
    pool.take("LX")
    nm1, pla = loop.first("NM1"), pool.take("PLA")
    party = read_party(pool)
    return CoverageProvider(
        number=loop.segments[0][1],
        role=nm1[1] if nm1 else "",
        party=party,
        relationship=nm1[10] if nm1 else "",
        changed_on=reader.day_or_none(pla, 3) if pla else None,
        change_reason=pla[5] if pla else "",
        others=reader.others(pool),
    )


def _read_other_coverage(loop: Loop, reader: Reader) -> OtherCoverage:
    pool = Pool(loop)
    cob = loop.segments[0]
    pool.take("COB")
    return OtherCoverage(
        level=cob[1],
        policy_number=cob[2],
        status=cob[3],
        service_types=tuple(cob.repeats(4)),
        references=tuple(map(read_reference, pool.take_all("REF"))),
        dates=read_dates(pool, reader),
        parties=tuple(_read_related(inner, reader) for inner in loop.loops_of("2330")),
        others=reader.others(pool),
    )


def _read_category(loop: Loop, reader: Reader) -> ReportingCategory:
    inner = loop.loop("2750")
    pool = Pool(inner)
    n1, ref, dtp = pool.take("N1"), pool.take("REF"), pool.take("DTP")
    reader.leave(pool)
    return ReportingCategory(
        number=loop.segments[0][1],
        name=n1[2] if n1 else "",
        reference=read_reference(ref) if ref else None,
        period=reader.period_or_none(dtp) if dtp else None,
    )


# Writing.


def write_enrollment(enrollment: Enrollment) -> OutgoingSet:
    """The 834 set of an enrollment: the one that was read when it is unchanged, else a new one."""
    return enrollment.raw or OutgoingSet("834", VERSION, tuple(_write_set(enrollment)))


def _write_set(enrollment: Enrollment) -> Iterator[OutgoingSegment]:
    yield from in_order(_write_head(enrollment), _HEAD_ORDER)
    yield write_n1("P5", enrollment.sponsor)
    yield write_n1("IN", enrollment.insurer)
    for broker in enrollment.brokers:
        yield write_n1(broker.role, broker.party)
        if broker.accounts:
            yield ("ACT", broker.accounts[0], *(("", "", "", "", broker.accounts[1]) if broker.accounts[1:] else ()))
    for member in enrollment.members:
        yield from _write_member(member)


def _write_head(enrollment: Enrollment) -> Iterator[OutgoingSegment]:
    at = enrollment.created_at
    yield (
        "BGN", enrollment.purpose, enrollment.reference, x12_day(at.date()), x12_time(at), enrollment.time_zone,
        enrollment.original_reference, "", enrollment.action,
    )  # fmt: skip
    if enrollment.policy_number:
        yield ("REF", _MASTER_POLICY, enrollment.policy_number)
    yield from _write_dates(enrollment.dates)
    for qualifier, total in enrollment.totals:
        yield ("QTY", qualifier, x12_number(total))
    yield from map(x12_other, enrollment.others)


def _write_dates(dates: Iterable[tuple[str, Period]]) -> Iterator[OutgoingSegment]:
    return (x12_period(qualifier, period) for qualifier, period in dates)


def _write_member(member: Member) -> Iterator[OutgoingSegment]:
    names = [x12_other(other) for other in member.others if other.name in _NAME_SEGMENTS]
    rest = [x12_other(other) for other in member.others if other.name not in _NAME_SEGMENTS]
    yield from in_order([*_write_maintenance(member), *rest], _MEMBER_ORDER)
    yield from in_order([*_write_member_name(member), *names], _NAME_ORDER)
    if member.former:
        yield write_name("70", member.former)
        yield from _write_demographics(member.former, member.former_demographics)
    for related in sorted(member.related, key=lambda one: _LOOP_OF_ROLE.get(one.role, 4)):
        yield from in_order(_write_related(related), _RELATED_ORDER)
    for disability in member.disabilities:
        yield (
            "DSB", disability.kind, "", "", "", "", "", disability.diagnosis_qualifier, disability.diagnosis,
        )  # fmt: skip
        yield from _write_dates(disability.dates)
        yield from map(x12_other, disability.others)
    for coverage in member.coverages:
        yield from _write_coverage(coverage)
    yield from _write_categories(member.categories)


def _write_maintenance(member: Member) -> Iterator[OutgoingSegment]:
    death = ("D8", x12_day(member.death_date)) if member.death_date else ("", "")
    yield (
        "INS", "Y" if member.is_subscriber else "N", member.relationship, member.maintenance, member.reason,
        member.benefit_status, member.medicare, member.cobra_event, member.employment_status, member.student_status,
        _write_flag(member.is_handicapped), *death, member.confidentiality, "", "", "", member.birth_sequence,
    )  # fmt: skip
    yield ("REF", _SUBSCRIBER_NUMBER, member.subscriber_number)
    if member.policy_number:
        yield ("REF", _POLICY, member.policy_number)
    yield from map(write_reference, member.references)
    yield from _write_dates(member.dates)


def _write_flag(flag: bool | None) -> str:
    return "" if flag is None else "Y" if flag else "N"


def _write_member_name(member: Member) -> Iterator[OutgoingSegment]:
    yield write_name("74" if member.corrects else "IL", member.person)
    yield from map(write_contact, member.person.contacts[:1])
    yield from _write_address(member.person.address, member.county)
    yield from _write_demographics(member.person, member.demographics)
    for amount in member.amounts:
        yield _write_amount(amount)


def _write_address(address: Address | None, county: tuple[str, str]) -> Iterator[OutgoingSegment]:
    """N3 and N4 with the county, which no other message knows."""
    for segment in write_address(address):
        if segment[0] == "N4" and any(county):
            filled = [*segment, *[""] * (8 - len(segment))]
            filled[5:7] = county
            yield tuple(filled)
        else:
            yield segment


def _write_demographics(person: Person, more: Demographics | None) -> Iterator[OutgoingSegment]:
    more = more or Demographics()
    if not (person.birth_date or person.sex or more != Demographics()):
        return
    origins: Element = list(more.origins)
    born = ("D8", x12_day(person.birth_date)) if person.birth_date else ("", "")
    yield (
        "DMG", *born, person.sex, more.marital_status, origins, more.citizenship, "", "", "", *more.collection,
    )  # fmt: skip


def _write_amount(amount: Amount) -> OutgoingSegment:
    return ("AMT", amount.qualifier, x12_amount(amount.amount_cents))


def _write_related(related: RelatedParty) -> Iterator[OutgoingSegment]:
    yield write_name(related.role, related.party)
    yield from map(write_contact, related.party.contacts)
    yield from write_address(related.party.address)
    yield from map(x12_other, related.others)


def _write_coverage(coverage: Coverage) -> Iterator[OutgoingSegment]:
    yield from in_order(_write_coverage_itself(coverage), _COVERAGE_ORDER)
    for provider in coverage.providers:
        yield from in_order(_write_provider(provider), _PROVIDER_ORDER)
    for other in coverage.other_coverages:
        yield ("COB", other.level, other.policy_number, other.status, list(other.service_types))
        yield from map(write_reference, other.references)
        yield from _write_dates(other.dates)
        yield from map(x12_other, other.others)
        for party in other.parties:
            yield from in_order(_write_related(party), _OTHER_PARTY_ORDER)


def _write_coverage_itself(coverage: Coverage) -> Iterator[OutgoingSegment]:
    late = _write_flag(coverage.is_late)
    yield ("HD", coverage.maintenance, "", coverage.line, coverage.plan, coverage.level, "", "", "", late)
    yield from _write_dates(coverage.dates)
    yield from map(_write_amount, coverage.amounts)
    yield from map(write_reference, coverage.references)
    if coverage.prior_months:
        yield ("REF", _PRIOR_MONTHS, coverage.prior_months)
    for card in coverage.cards:
        yield ("IDC", card.plan, card.kind, x12_number(card.count), card.action)
    yield from map(x12_other, coverage.others)


def _write_provider(provider: CoverageProvider) -> Iterator[OutgoingSegment]:
    yield ("LX", provider.number)
    name = write_name(provider.role, provider.party)
    yield (*name, *[""] * (10 - len(name)), provider.relationship)
    yield from write_address(provider.party.address)
    yield from map(write_contact, provider.party.contacts)
    if provider.changed_on or provider.change_reason:
        yield ("PLA", "2", "1P", x12_day(provider.changed_on), "", provider.change_reason)
    yield from map(x12_other, provider.others)


def _write_categories(categories: tuple[ReportingCategory, ...]) -> Iterator[OutgoingSegment]:
    if not categories:
        return
    yield ("LS", "2700")
    for category in categories:
        yield ("LX", category.number)
        if category.name:
            yield ("N1", "75", category.name)
        if category.reference:
            yield write_reference(category.reference)
        if category.period:
            yield x12_period("007", category.period)
    yield ("LE", "2700")
