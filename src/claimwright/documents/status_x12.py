"""The 276 and 277 (005010X212) between X12 and claim status questions and answers. Loop numbers are the guide's.

Each question or answer is written under a subscriber level of its own; neighbours to one payer, from one receiver, of
one provider share those levels. `read_claim_status`, `read_statuses` and their opposites serve the 277CA too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from claimwright.documents.levels_x12 import Levels, name_pool, read_head, write_birth, write_head, write_unnumbered
from claimwright.documents.parties import Party, Period, Person, Provider
from claimwright.documents.parties_x12 import (
    read_party,
    read_person,
    read_procedure,
    read_provider,
    read_reference,
    write_contact,
    write_name,
    write_procedure,
    write_reference,
)
from claimwright.documents.status import (
    ClaimStatus,
    LineInquiry,
    LineStatus,
    StatusCode,
    StatusInformation,
    StatusInquiry,
    StatusInquiryBatch,
    StatusRefusal,
    StatusResponseBatch,
)
from claimwright.documents.values_x12 import (
    Pool,
    Reader,
    Unreadable,
    in_order,
    last_segment,
    remember,
    x12_day,
    x12_number,
    x12_period,
)
from claimwright.findings import Finding
from claimwright.money import x12_amount
from claimwright.x12.reading import TransactionSet
from claimwright.x12.tree import Loop, Segment
from claimwright.x12.writing import OutgoingSegment, OutgoingSet

VERSION = "005010X212"

_QUESTION_ORDER = "TRN REF AMT DTP"
_ANSWER_ORDER = "TRN STC REF DTP"
_LINE_ORDER = "SVC STC REF DTP"
_SEXES = ("F", "M")
_CODES = (1, 10, 11)
"""The elements of STC that hold a status: a reader of the first alone would miss what a 21 or 732 is about."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a claim stands: who is above it, and the level of its patient."""

    payer: Party
    receiver: Party
    provider: Provider
    subscriber: Person
    patient: Person | None
    level: Loop


# Levels, shared by question and answer.


def _places(root: Loop, reader: Reader) -> Iterator[_Place]:
    """Every subscriber and dependent of a set, in the order of the file."""
    for source in root.loops_of("2000A"):
        payer = _read_party(source, "2100A", "payer", reader)
        for receiver_level in source.loops_of("2000B"):
            receiver = _read_party(receiver_level, "2100B", "receiver", reader)
            for provider_level in receiver_level.loops_of("2000C"):
                provider = _read_provider(provider_level, reader)
                for level in provider_level.loops_of("2000D"):
                    subscriber = _read_person(level, "2100D", "subscriber", "IL", reader)
                    yield _Place(payer, receiver, provider, subscriber, None, level)
                    for dependent in level.loops_of("2000E"):
                        patient = _read_person(dependent, "2100E", "dependent", "QC", reader)
                        yield _Place(payer, receiver, provider, subscriber, patient, dependent)


def _read_party(level: Loop, loop_id: str, what: str, reader: Reader) -> Party:
    pool = name_pool(level, loop_id, what, reader)
    party = read_party(pool)
    reader.leave(pool)
    return party


def _read_provider(level: Loop, reader: Reader) -> Provider:
    """The provider of a level; of two names (2100C may stand twice) the one with an NPI, or the first."""
    pools = [Pool(loop) for loop in level.loops_of("2100C")] or [name_pool(level, "2100C", "provider", reader)]
    providers = [read_provider(pool) for pool in pools]
    chosen = next((provider for provider in providers if provider.npi), providers[0])
    for provider, pool in zip(providers, pools, strict=True):
        if provider is not chosen:
            reader.say("006", pool.loop.segments[0], loop="2100C")
        reader.leave(pool)
    return chosen


def _read_person(level: Loop, loop_id: str, what: str, part: str, reader: Reader) -> Person:
    """The person whom the level names; birth date and sex (276 only) stand before the name."""
    pool = name_pool(level, loop_id, what, reader, part)
    own = Pool(level)
    if dmg := own.take("DMG"):
        pool.give_back(dmg)
    person = read_person(pool, None, reader)
    reader.leave(pool)
    return person


def _period(pool: Pool, reader: Reader) -> Period | None:
    dtp = pool.take("DTP", "472")
    return reader.period_or_none(dtp) if dtp else None


# Reading the 276.


def read_inquiries(transaction_set: TransactionSet, sha256: str = "") -> tuple[StatusInquiryBatch, tuple[Finding, ...]]:
    """The questions of a 276 set, and what could not be read. `sha256` names the file in the origins."""
    reader = Reader("STA", sha256)
    reference, created_at = read_head(transaction_set.root, transaction_set, reader)
    inquiries = tuple(
        _read_inquiry(place, loop, reader)
        for place in _places(transaction_set.root, reader)
        for loop in place.level.loops_of("2200E" if place.patient else "2200D")
    )
    batch = StatusInquiryBatch(reference, created_at, inquiries)
    remember(batch, transaction_set)
    return batch, tuple(reader.findings)


def _read_inquiry(place: _Place, loop: Loop, reader: Reader) -> StatusInquiry:
    pool = Pool(loop)
    trace = _read_trace(pool, reader)
    amount = pool.take("AMT", "T3")
    inquiry = StatusInquiry(
        trace=trace,
        payer=place.payer,
        receiver=place.receiver,
        provider=place.provider,
        subscriber=place.subscriber,
        control_number=pool.value("REF", "EJ"),
        charge_cents=reader.cents_or_none(amount, 2) if amount else None,
        period=_period(pool, reader),
        patient=place.patient,
        payer_claim_number=pool.value("REF", "1K"),
        references=tuple(read_reference(ref) for ref in pool.take_all("REF")),
        lines=tuple(_read_line_inquiries(loop, reader)),
        origin=reader.origin(loop.segments[0], last_segment(loop)),
    )
    reader.leave(pool)
    reader.record = ""
    return inquiry


def _read_trace(pool: Pool, reader: Reader) -> str:
    trn = pool.take("TRN")
    reader.record = trn[2] if trn else ""
    if not reader.record:
        reader.say("011", pool.loop.segments[0], loop=pool.loop.id)
    return reader.record


def _read_line_inquiries(loop: Loop, reader: Reader) -> Iterator[LineInquiry]:
    for line in loop.loops:
        pool = Pool(line)
        svc = line.segments[0]
        pool.take("SVC")
        reader.what = "the line"
        try:
            yield LineInquiry(
                procedure=read_procedure(svc, 1),
                charge_cents=reader.cents(svc, 2),
                period=_period(pool, reader),
                control_number=pool.value("REF", "FJ"),
                revenue_code=svc[4],
                quantity=reader.number_or_none(svc, 7),
            )
        except Unreadable:
            continue
        reader.leave(pool)


# Writing the 276.


def write_inquiries(batch: StatusInquiryBatch) -> OutgoingSet:
    """The 276 set of some questions: the one that was read when it is unchanged, else a new one."""
    return batch.raw or OutgoingSet("276", VERSION, tuple(_write_inquiry_set(batch)))


def _write_inquiry_set(batch: StatusInquiryBatch) -> Iterator[OutgoingSegment]:
    yield write_head("0010", "13", batch.reference, batch.created_at)
    levels = Levels()
    for payer, of_payer in groupby(batch.inquiries, key=lambda inquiry: inquiry.payer):
        yield from _open_source(payer, levels)
        source = levels.count
        for receiver, of_receiver in groupby(of_payer, key=lambda inquiry: inquiry.receiver):
            yield from _open_receiver(receiver, levels, source)
            receiver_level = levels.count
            for provider, inquiries in groupby(of_receiver, key=lambda inquiry: inquiry.provider):
                yield from _open_provider(provider, levels, receiver_level)
                provider_level = levels.count
                for inquiry in inquiries:
                    yield from _write_inquiry(inquiry, levels, provider_level)


def _open_source(payer: Party, levels: Levels) -> Iterator[OutgoingSegment]:
    yield levels.open("20", has_children=True)
    yield write_name("PR", payer)


def _open_receiver(
    receiver: Party, levels: Levels, source: int, *, has_children: bool = True
) -> Iterator[OutgoingSegment]:
    yield levels.open("21", source, has_children=has_children)
    yield write_name("41", receiver)


def _open_provider(
    provider: Provider, levels: Levels, receiver: int, *, has_children: bool = True
) -> Iterator[OutgoingSegment]:
    yield levels.open("19", receiver, has_children=has_children)
    yield write_name("1P", provider)


def _write_inquiry(inquiry: StatusInquiry, levels: Levels, provider_level: int) -> Iterator[OutgoingSegment]:
    patient = inquiry.patient
    yield levels.open("22", provider_level, has_children=patient is not None)
    yield from write_birth(inquiry.subscriber, _SEXES)
    yield write_name("IL", inquiry.subscriber)
    if patient:
        yield levels.open("23", levels.count)
        yield from write_birth(patient, _SEXES)
        yield write_unnumbered("QC", patient)
    yield from in_order(_write_question(inquiry), _QUESTION_ORDER)
    for line in inquiry.lines:
        yield from in_order(_write_line_inquiry(line), _LINE_ORDER)


def _write_question(inquiry: StatusInquiry) -> Iterator[OutgoingSegment]:
    yield ("TRN", "1", inquiry.trace)
    if inquiry.payer_claim_number:
        yield ("REF", "1K", inquiry.payer_claim_number)
    if inquiry.control_number:
        yield ("REF", "EJ", inquiry.control_number)
    yield from map(write_reference, inquiry.references)
    if inquiry.charge_cents is not None:
        yield ("AMT", "T3", x12_amount(inquiry.charge_cents))
    if inquiry.period:
        yield x12_period("472", inquiry.period)


def _write_line_inquiry(line: LineInquiry) -> Iterator[OutgoingSegment]:
    charge, quantity = x12_amount(line.charge_cents), x12_number(line.quantity)
    yield ("SVC", write_procedure(line.procedure), charge, "", line.revenue_code, "", "", quantity)
    if line.control_number:
        yield ("REF", "FJ", line.control_number)
    if line.period:
        yield x12_period("472", line.period)


# Reading the 277.


def read_responses(
    transaction_set: TransactionSet, sha256: str = ""
) -> tuple[StatusResponseBatch, tuple[Finding, ...]]:
    """The answers of a 277 set, and what could not be read. `sha256` names the file in the origins."""
    reader = Reader("STA", sha256)
    root = transaction_set.root
    reference, created_at = read_head(root, transaction_set, reader)
    claims = tuple(
        _read_answer(place, loop, reader)
        for place in _places(root, reader)
        for loop in place.level.loops_of("2200E" if place.patient else "2200D")
    )
    batch = StatusResponseBatch(reference, created_at, claims, tuple(_read_refusals(root, reader)))
    remember(batch, transaction_set)
    return batch, tuple(reader.findings)


def _read_answer(place: _Place, loop: Loop, reader: Reader) -> ClaimStatus:
    status = read_claim_status(loop, reader, place.payer, place.provider, place.patient or place.subscriber)
    return replace(status, receiver=place.receiver, subscriber=place.subscriber if place.patient else None)


def read_claim_status(loop: Loop, reader: Reader, payer: Party, provider: Provider, patient: Person) -> ClaimStatus:
    """What is said about one claim (2200D or 2200E of a 277, 2200D of a 277CA), with its lines."""
    pool = Pool(loop)
    trace = _read_trace(pool, reader)
    status = ClaimStatus(
        trace=trace,
        statuses=read_statuses(pool, reader),
        payer=payer,
        provider=provider,
        patient=patient,
        control_number=pool.value("REF", "EJ"),
        payer_claim_number=pool.value("REF", "1K"),
        clearinghouse_number=pool.value("REF", "D9"),
        period=_period(pool, reader),
        lines=tuple(_read_line(line, reader) for line in loop.loops),
        references=tuple(read_reference(ref) for ref in pool.take_all("REF")),
        origin=reader.origin(loop.segments[0], last_segment(loop)),
    )
    reader.leave(pool)
    reader.record = ""
    return status


def _read_line(loop: Loop, reader: Reader) -> LineStatus:
    pool = Pool(loop)
    svc = loop.segments[0]
    pool.take("SVC")
    line = LineStatus(
        procedure=read_procedure(svc, 1) if svc[1] else None,
        charge_cents=reader.cents_or_none(svc, 2),
        statuses=read_statuses(pool, reader),
        control_number=pool.value("REF", "FJ"),
        period=_period(pool, reader),
        paid_cents=reader.cents_or_none(svc, 3),
        revenue_code=svc[4],
        quantity=reader.number_or_none(svc, 7),
        prescription=pool.value("REF", "XZ"),
        origin=reader.origin(svc, last_segment(loop)),
    )
    reader.leave(pool)
    return line


def read_statuses(pool: Pool, reader: Reader) -> tuple[StatusInformation, ...]:
    """Every STC of a loop, each with up to three codes."""
    return tuple(_read_status(stc, reader) for stc in pool.take_all("STC"))


def _read_status(stc: Segment, reader: Reader) -> StatusInformation:
    codes = tuple(_read_code(stc, element) for element in _CODES if stc[element])
    if not codes or not codes[0].category or not codes[0].code:
        reader.say("013", stc)
    return StatusInformation(
        codes=codes,
        effective_date=reader.day_or_none(stc, 2),
        action=stc[3],
        charge_cents=reader.cents_or_none(stc, 4),
        paid_cents=reader.cents_or_none(stc, 5),
        finalized_date=reader.day_or_none(stc, 6),
        method=stc[7],
        payment_date=reader.day_or_none(stc, 8),
        check_number=stc[9],
        message=stc[12],
    )


def _read_code(stc: Segment, element: int) -> StatusCode:
    category, code, entity, code_list = (stc.component(element, position) for position in (1, 2, 3, 4))
    return StatusCode(category, code, entity, code_list)


def _read_refusals(root: Loop, reader: Reader) -> Iterator[StatusRefusal]:
    """2200B and 2200C: whoever is answered nothing."""
    silent = Reader("STA", "")  # The names were read before, and their findings said.
    for source in root.loops_of("2000A"):
        payer = _read_party(source, "2100A", "payer", silent)
        for level in source.loops_of("2000B"):
            receiver = _read_party(level, "2100B", "receiver", silent)
            for loop in level.loops_of("2200B"):
                yield _read_refusal(loop, payer, receiver, None, reader)
            for provider_level in level.loops_of("2000C"):
                provider = _read_provider(provider_level, silent)
                for loop in provider_level.loops_of("2200C"):
                    yield _read_refusal(loop, payer, receiver, provider, reader)


def _read_refusal(
    loop: Loop, payer: Party, receiver: Party, provider: Provider | None, reader: Reader
) -> StatusRefusal:
    pool = Pool(loop)
    trn = pool.take("TRN")
    statuses = read_statuses(pool, reader)
    reader.leave(pool)
    origin = reader.origin(loop.segments[0], last_segment(loop))
    return StatusRefusal(trn[2] if trn else "", statuses, payer, receiver, provider, origin)


# Writing the 277.


def write_responses(batch: StatusResponseBatch) -> OutgoingSet:
    """The 277 set of some answers: the one that was read when it is unchanged, else a new one."""
    return batch.raw or OutgoingSet("277", VERSION, tuple(_write_response_set(batch)))


def _write_response_set(batch: StatusResponseBatch) -> Iterator[OutgoingSegment]:
    """Answers first, each under the levels it shares with its neighbours; then whoever is answered nothing."""
    yield write_head("0010", "08", batch.reference, batch.created_at, "DG")
    levels = Levels()
    for payer, of_payer in groupby(batch.claims, key=lambda claim: claim.payer):
        yield from _open_answering_source(payer, levels)
        source = levels.count
        for receiver, of_receiver in groupby(of_payer, key=lambda claim: claim.receiver):
            yield from _open_receiver(receiver, levels, source)
            receiver_level = levels.count
            for provider, claims in groupby(of_receiver, key=lambda claim: claim.provider):
                yield from _open_provider(provider, levels, receiver_level)
                provider_level = levels.count
                for claim in claims:
                    yield from _write_answer(claim, levels, provider_level)
    for refusal in batch.refusals:
        yield from _write_refusal(refusal, levels)


def _open_answering_source(payer: Party, levels: Levels) -> Iterator[OutgoingSegment]:
    yield from _open_source(payer, levels)
    yield from map(write_contact, payer.contacts)


def _write_refusal(refusal: StatusRefusal, levels: Levels) -> Iterator[OutgoingSegment]:
    yield from _open_answering_source(refusal.payer, levels)
    provider = refusal.provider
    yield from _open_receiver(refusal.receiver, levels, levels.count, has_children=provider is not None)
    if provider:
        yield from _open_provider(provider, levels, levels.count, has_children=False)
    yield ("TRN", "1" if provider else "2", refusal.trace)
    yield from map(write_status, refusal.statuses)


def _write_answer(claim: ClaimStatus, levels: Levels, provider_level: int) -> Iterator[OutgoingSegment]:
    is_dependent = claim.subscriber is not None
    yield levels.open("22", provider_level, has_children=is_dependent)
    yield write_name("IL", claim.subscriber or claim.patient)
    if is_dependent:
        yield levels.open("23", levels.count)
        yield write_unnumbered("QC", claim.patient)
    yield from write_claim_status(claim)


def write_claim_status(claim: ClaimStatus) -> Iterator[OutgoingSegment]:
    """What is said about one claim, with its lines. A line of a 277 names what was paid, a 277CA's does not."""
    yield from in_order(_write_claim_itself(claim), _ANSWER_ORDER)
    for line in claim.lines:
        yield from in_order(_write_line(line), _LINE_ORDER)


def _write_claim_itself(claim: ClaimStatus) -> Iterator[OutgoingSegment]:
    yield ("TRN", "2", claim.trace)
    yield from map(write_status, claim.statuses)
    for qualifier, value in (
        ("1K", claim.payer_claim_number),
        ("EJ", claim.control_number),
        ("D9", claim.clearinghouse_number),
    ):
        if value:
            yield ("REF", qualifier, value)
    yield from map(write_reference, claim.references)
    if claim.period:
        yield x12_period("472", claim.period)


def _write_line(line: LineStatus) -> Iterator[OutgoingSegment]:
    procedure = write_procedure(line.procedure) if line.procedure else ""
    charge, paid = _amount(line.charge_cents), _amount(line.paid_cents)
    yield ("SVC", procedure, charge, paid, line.revenue_code, "", "", x12_number(line.quantity))
    yield from map(write_status, line.statuses)
    if line.control_number:
        yield ("REF", "FJ", line.control_number)
    if line.prescription:
        yield ("REF", "XZ", line.prescription)
    if line.period:
        yield x12_period("472", line.period)


def write_status(status: StatusInformation) -> OutgoingSegment:
    """One STC. A fourth code and those after it have no place in it and are left out."""
    first, second, third = (*map(_write_code, status.codes[:3]), (), (), ())[:3]
    return (
        "STC", first, x12_day(status.effective_date), status.action, _amount(status.charge_cents),
        _amount(status.paid_cents), x12_day(status.finalized_date), status.method, x12_day(status.payment_date),
        status.check_number, second, third, status.message,
    )  # fmt: skip


def _write_code(code: StatusCode) -> tuple[str, ...]:
    return (code.category, code.code, code.entity, code.code_list)


def _amount(cents: int | None) -> str:
    return x12_amount(cents) if cents is not None else ""
