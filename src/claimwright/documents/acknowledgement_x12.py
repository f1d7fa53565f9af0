"""TA1, 999 (005010X231A1) and 277CA (005010X214) between X12 and acknowledgements.

A 997 is read like a 999: AK3, AK4 and AK5 say what IK3, IK4 and IK5 do. A 277CA of another version is read by the loops
of 005010X214.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby

from claimwright.documents.acknowledgement import (
    ClaimAcknowledgement,
    ElementError,
    FunctionalAcknowledgement,
    InterchangeAcknowledgement,
    ProviderAcknowledgement,
    SegmentError,
    SetAcknowledgement,
    Totals,
)
from claimwright.documents.levels_x12 import Levels, name_pool, read_head, write_head
from claimwright.documents.parties import Party, Provider
from claimwright.documents.parties_x12 import (
    read_party,
    read_person,
    read_provider,
    read_reference,
    write_name,
    write_reference,
)
from claimwright.documents.status import ClaimStatus
from claimwright.documents.status_x12 import read_claim_status, read_statuses, write_claim_status, write_status
from claimwright.documents.values_x12 import Pool, Reader, in_order, last_segment, parse_day, remember, x12_day
from claimwright.findings import Finding
from claimwright.money import x12_amount
from claimwright.origin import Origin
from claimwright.x12.guides import load_guide
from claimwright.x12.reading import Interchange, TransactionSet
from claimwright.x12.tree import Loop, Segment
from claimwright.x12.walk import tree_of
from claimwright.x12.writing import OutgoingSegment, OutgoingSet

FUNCTIONAL_VERSION = "005010X231A1"
CLAIM_VERSION = "005010X214"

_ANSWER_ORDER = "TRN STC REF QTY AMT"


# TA1.


def read_interchange_acknowledgements(
    interchange: Interchange, sha256: str = ""
) -> tuple[InterchangeAcknowledgement, ...]:
    """The TA1 segments of an interchange. An unreadable date is None; `sha256` names the file in the origins."""
    return tuple(
        InterchangeAcknowledgement(
            control_number=ta1[1],
            interchange_date=parse_day(f"20{ta1[2]}"),
            interchange_time=ta1[3],
            code=ta1[4],
            note=ta1[5],
            origin=Origin(sha256, ta1.offset, ta1.length, ta1.index),
        )
        for ta1 in interchange.acks
    )


def write_interchange_acknowledgement(acknowledgement: InterchangeAcknowledgement) -> OutgoingSegment:
    """The TA1, for `write_interchange(acks=...)`."""
    day = x12_day(acknowledgement.interchange_date)[2:]
    return (
        "TA1", acknowledgement.control_number, day, acknowledgement.interchange_time, acknowledgement.code,
        acknowledgement.note,
    )  # fmt: skip


# Reading the 999.


@dataclass(slots=True)
class _OpenSet:
    """An AK2 whose IK5 has not come yet."""

    ak2: Segment
    segments: list[SegmentError] = field(default_factory=list)


def read_functional(
    transaction_set: TransactionSet, sha256: str = ""
) -> tuple[FunctionalAcknowledgement, tuple[Finding, ...]]:
    """What a 999 (or 997) says of a group, and what could not be read. `sha256` names the file in the origins.

    A set without its verdict has the code `''` and an error: it is neither accepted nor rejected.
    """
    reader = Reader("ACK", sha256)
    ak1, ak9 = transaction_set.root.first("AK1"), transaction_set.root.first("AK9")
    first = transaction_set.segments[0]
    for segment in transaction_set.segments:
        ak1 = ak1 or (segment if segment.id == "AK1" else None)
        ak9 = ak9 or (segment if segment.id == "AK9" else None)
    if ak1 is None:
        reader.say("014", first)
    if ak9 is None:
        reader.say("015", transaction_set.segments[-1], what="the group")
    acknowledgement = FunctionalAcknowledgement(
        functional_id=ak1[1] if ak1 else "",
        group_control_number=ak1[2] if ak1 else "",
        version=ak1[3] if ak1 else "",
        code=ak9[1] if ak9 else "",
        sets_included=_count(ak9, 2, reader) or 0,
        sets_received=_count(ak9, 3, reader) or 0,
        sets_accepted=_count(ak9, 4, reader) or 0,
        sets=tuple(_read_sets(transaction_set, reader)),
        errors=tuple(ak9[element] for element in range(5, 10) if ak9[element]) if ak9 else (),
        origin=Origin(sha256, transaction_set.offset, transaction_set.length, first.index),
    )
    remember(acknowledgement, transaction_set)
    return acknowledgement, tuple(reader.findings)


def _read_sets(transaction_set: TransactionSet, reader: Reader) -> Iterator[SetAcknowledgement]:
    """The sets in file order, by the names of the segments alone: a 999 with a damaged loop is still understood."""
    current: _OpenSet | None = None
    for segment in transaction_set.segments:
        if segment.id == "AK2":
            if current:
                yield _close_set(current, None, reader)
            current = _OpenSet(segment)
        elif current and segment.id in ("IK5", "AK5"):
            yield _close_set(current, segment, reader)
            current = None
        elif current:
            _read_into(current, segment, reader)
    if current:
        yield _close_set(current, None, reader)


def _read_into(current: _OpenSet, segment: Segment, reader: Reader) -> None:
    """IK3, IK4 and CTX, which belong to the segment and the element before them."""
    if segment.id in ("IK3", "AK3"):
        position = _count(segment, 2, reader) or 0
        current.segments.append(SegmentError(segment[1], position, segment[3], segment[4]))
    elif segment.id in ("IK4", "AK4") and current.segments:
        last = current.segments[-1]
        current.segments[-1] = replace(last, elements=(*last.elements, _read_element(segment, reader)))
    elif segment.id == "CTX" and current.segments:
        current.segments[-1] = _with_context(current.segments[-1], _context_text(segment))


def _with_context(error: SegmentError, text: str) -> SegmentError:
    if not error.elements:
        return replace(error, context=(*error.context, text))
    element = replace(error.elements[-1], context=(*error.elements[-1].context, text))
    return replace(error, elements=(*error.elements[:-1], element))


def _context_text(ctx: Segment) -> str:
    """The elements of a CTX in the common delimiters, whatever those of the file."""
    texts = []
    for element in range(1, len(ctx) + 1):
        repeats = [":".join(item.split(ctx.delimiters.component)) for item in ctx.repeats(element)]
        texts.append("^".join(repeats))
    return "*".join(texts)


def _read_element(ik4: Segment, reader: Reader) -> ElementError:
    element, component, repetition = (_component(ik4, position, reader) for position in (1, 2, 3))
    return ElementError(element or 0, ik4[3], component, repetition, ik4[2], ik4[4])


def _component(ik4: Segment, position: int, reader: Reader) -> int | None:
    text = ik4.component(1, position)
    if text and not (text.isascii() and text.isdigit()):
        reader.say("004", ik4, 1)
        return None
    return int(text[:9]) if text else None


def _count(segment: Segment | None, element: int, reader: Reader) -> int | None:
    number = reader.number_or_none(segment, element) if segment else None
    return int(number) if number is not None else None


def _close_set(current: _OpenSet, verdict: Segment | None, reader: Reader) -> SetAcknowledgement:
    ak2 = current.ak2
    if verdict is None:
        reader.say("015", ak2, what=f"set {ak2[2]}")
    return SetAcknowledgement(
        st01=ak2[1],
        control_number=ak2[2],
        version=ak2[3],
        code=verdict[1] if verdict else "",
        errors=tuple(verdict[element] for element in range(2, 7) if verdict[element]) if verdict else (),
        segments=tuple(current.segments),
    )


# Writing the 999.


def write_functional(acknowledgement: FunctionalAcknowledgement) -> OutgoingSet:
    """The 999 set of an acknowledgement: the one that was read when it is unchanged, else a new one."""
    return acknowledgement.raw or OutgoingSet("999", FUNCTIONAL_VERSION, tuple(_write_functional(acknowledgement)))


def _write_functional(acknowledgement: FunctionalAcknowledgement) -> Iterator[OutgoingSegment]:
    counts = (acknowledgement.sets_included, acknowledgement.sets_received, acknowledgement.sets_accepted)
    yield (
        "AK1", acknowledgement.functional_id, acknowledgement.group_control_number, acknowledgement.version,
    )  # fmt: skip
    for one in acknowledgement.sets:
        yield ("AK2", one.st01, one.control_number, one.version)
        for error in one.segments:
            yield from _write_segment_error(error)
        yield ("IK5", one.code, *one.errors[:5])
    yield ("AK9", acknowledgement.code, *map(str, counts), *acknowledgement.errors[:5])


def _write_segment_error(error: SegmentError) -> Iterator[OutgoingSegment]:
    yield ("IK3", error.segment, str(error.position), error.loop, error.code)
    yield from map(_write_context, error.context)
    for element in error.elements:
        place = (element.element, element.component, element.repetition)
        position = tuple("" if number is None else str(number) for number in place)
        yield ("IK4", position, element.reference, element.code, element.value)
        yield from map(_write_context, element.context)


def _write_context(text: str) -> OutgoingSegment:
    return (
        "CTX",
        *([tuple(item.split(":")) for item in element.split("^")] if element else "" for element in text.split("*")),
    )


# Reading the 277CA.


def read_claim_acknowledgement(
    transaction_set: TransactionSet, sha256: str = ""
) -> tuple[ClaimAcknowledgement, tuple[Finding, ...]]:
    """What a 277CA says of a batch, its providers and its claims, and what could not be read."""
    reader = Reader("ACK", sha256)
    root = _loops(transaction_set)
    reference, created_at = read_head(root, transaction_set, reader)
    source_level = root.loop("2000A") or Loop("2000A", transaction_set.segments[:1])
    receiver_level = source_level.loop("2000B") or Loop("2000B", source_level.segments[:1])
    source, role = _read_source(source_level, reader)
    receiver = _read_name(receiver_level, "2100B", "receiver", reader)
    receipt, received_date, processed_date = _read_receipt(source_level, reader)
    pool = Pool(receiver_level.loop("2200B"))
    totals = _read_totals(pool, "90", "AA", reader)
    provider_levels = list(receiver_level.loops_of("2000C"))
    providers = [_read_provider(level, reader) for level in provider_levels]
    acknowledgement = ClaimAcknowledgement(
        reference=reference,
        created_at=created_at,
        source=source,
        receiver=receiver,
        batch_reference=_take_trace(pool),
        statuses=read_statuses(pool, reader),
        accepted_count=totals.accepted_count,
        rejected_count=totals.rejected_count,
        accepted_cents=totals.accepted_cents,
        rejected_cents=totals.rejected_cents,
        claims=tuple(
            claim
            for level, provider in zip(provider_levels, providers, strict=True)
            for claim in _read_claims(level, source, provider, reader)
        ),
        providers=tuple(
            answer
            for level, provider in zip(provider_levels, providers, strict=True)
            for answer in _read_provider_answers(level, provider, reader)
        ),
        source_role=role,
        receipt=receipt,
        received_date=received_date,
        processed_date=processed_date,
        origin=Origin(sha256, transaction_set.offset, transaction_set.length, transaction_set.segments[0].index),
    )
    reader.leave(pool)
    remember(acknowledgement, transaction_set)
    return acknowledgement, tuple(reader.findings)


def _loops(transaction_set: TransactionSet) -> Loop:
    """The set by the loops of 005010X214, which later versions share: 277 and 277CA have one ST01."""
    if transaction_set.guide and transaction_set.guide.version == CLAIM_VERSION:
        return transaction_set.root
    return tree_of(load_guide("x214"), transaction_set.segments)


def _read_source(level: Loop, reader: Reader) -> tuple[Party, str]:
    """Who took the claims in, and as what (NM101)."""
    source = _read_name(level, "2100A", "source", reader)
    name = level.loop("2100A")
    return source, name.value("NM1", 1) if name else ""


def _read_name(level: Loop, loop_id: str, what: str, reader: Reader) -> Party:
    pool = name_pool(level, loop_id, what, reader)
    party = read_party(pool)
    reader.leave(pool)
    return party


def _read_provider(level: Loop, reader: Reader) -> Provider:
    pool = name_pool(level, "2100C", "provider", reader)
    provider = read_provider(pool)
    reader.leave(pool)
    return provider


def _read_receipt(level: Loop, reader: Reader) -> tuple[str, date | None, date | None]:
    """2200A: the source's own number, the day of receipt, the day of processing."""
    pool = Pool(level.loop("2200A"))
    receipt = _take_trace(pool)
    days = []
    for qualifier in ("050", "009"):
        dtp = pool.take("DTP", qualifier)
        period = reader.period_or_none(dtp) if dtp else None
        days.append(period.start if period else None)
    reader.leave(pool)
    return receipt, days[0], days[1]


def _take_trace(pool: Pool) -> str:
    trn = pool.take("TRN")
    return trn[2] if trn else ""


def _read_totals(pool: Pool, accepted: str, rejected: str, reader: Reader) -> Totals:
    """QTY and AMT of a batch or provider; the qualifiers of the counts differ between the two."""
    counts = [_count(pool.take("QTY", qualifier), 2, reader) for qualifier in (accepted, rejected)]
    amounts = [pool.take("AMT", qualifier) for qualifier in ("YU", "YY")]
    cents = [reader.cents_or_none(amount, 2) if amount else None for amount in amounts]
    return Totals(counts[0], counts[1], cents[0], cents[1])


def _read_provider_answers(level: Loop, provider: Provider, reader: Reader) -> Iterator[ProviderAcknowledgement]:
    for loop in level.loops_of("2200C"):
        pool = Pool(loop)
        yield ProviderAcknowledgement(
            provider=provider,
            trace=_take_trace(pool),
            statuses=read_statuses(pool, reader),
            totals=_read_totals(pool, "QA", "QC", reader),
            references=tuple(read_reference(ref) for ref in pool.take_all("REF")),
            origin=reader.origin(loop.segments[0], last_segment(loop)),
        )
        reader.leave(pool)


def _read_claims(level: Loop, source: Party, provider: Provider, reader: Reader) -> Iterator[ClaimStatus]:
    """The claims of a provider; TRN02 is our own control number of the claim."""
    for patient_level in level.loops_of("2000D"):
        pool = name_pool(patient_level, "2100D", "patient", reader, "QC")
        patient = read_person(pool, None, reader)
        reader.leave(pool)
        for loop in patient_level.loops_of("2200D"):
            status = read_claim_status(loop, reader, source, provider, patient)
            yield replace(status, control_number=status.trace)


# Writing the 277CA.


def write_claim_acknowledgement(acknowledgement: ClaimAcknowledgement) -> OutgoingSet:
    """The 277CA set of an acknowledgement: the one that was read when it is unchanged, else a new one."""
    return acknowledgement.raw or OutgoingSet("277", CLAIM_VERSION, tuple(_write_claim_set(acknowledgement)))


def _write_claim_set(acknowledgement: ClaimAcknowledgement) -> Iterator[OutgoingSegment]:
    groups = list(_groups(acknowledgement))
    levels = Levels()
    yield write_head("0085", "08", acknowledgement.reference, acknowledgement.created_at, "TH")
    yield levels.open("20", has_children=True)
    yield write_name(acknowledgement.source_role, acknowledgement.source)
    yield from _write_receipt(acknowledgement)
    yield levels.open("21", 1, has_children=bool(groups))
    yield write_name("41", acknowledgement.receiver)
    yield from in_order(_write_batch(acknowledgement), _ANSWER_ORDER)
    for provider, claims, answer in groups:
        yield levels.open("19", 2, has_children=bool(claims))
        level = levels.count
        yield write_name("85", provider)
        if answer:
            yield from in_order(_write_provider_answer(answer), _ANSWER_ORDER)
        for claim in claims:
            yield levels.open("PT", level)
            yield write_name("QC", claim.patient)
            yield from write_claim_status(_without_own_number(claim))


_Group = tuple[Provider, list[ClaimStatus], ProviderAcknowledgement | None]


def _groups(acknowledgement: ClaimAcknowledgement) -> Iterator[_Group]:
    """Neighbouring claims of one provider with what is said of that provider; then who has an answer and no claims."""
    answers = list(acknowledgement.providers)
    for provider, claims in groupby(acknowledgement.claims, key=lambda claim: claim.provider):
        answer = next((answer for answer in answers if answer.provider == provider), None)
        if answer:
            answers.remove(answer)
        yield provider, list(claims), answer
    for answer in answers:
        yield answer.provider, [], answer


def _without_own_number(claim: ClaimStatus) -> ClaimStatus:
    """A 277CA names our number in TRN02 alone; a claim of which only `control_number` is set is named by it."""
    return replace(claim, trace=claim.trace or claim.control_number, control_number="")


def _write_receipt(acknowledgement: ClaimAcknowledgement) -> Iterator[OutgoingSegment]:
    """2200A. Both days are required: the day on which the set was made stands in for one that is not known."""
    made_on = acknowledgement.created_at.date()
    yield ("TRN", "1", acknowledgement.receipt or acknowledgement.reference)
    yield ("DTP", "050", "D8", x12_day(acknowledgement.received_date or made_on))
    yield ("DTP", "009", "D8", x12_day(acknowledgement.processed_date or made_on))


def _write_batch(acknowledgement: ClaimAcknowledgement) -> Iterator[OutgoingSegment]:
    yield ("TRN", "2", acknowledgement.batch_reference)
    yield from map(write_status, acknowledgement.statuses)
    totals = Totals(
        acknowledgement.accepted_count,
        acknowledgement.rejected_count,
        acknowledgement.accepted_cents,
        acknowledgement.rejected_cents,
    )
    yield from _write_totals(totals, "90", "AA")


def _write_provider_answer(answer: ProviderAcknowledgement) -> Iterator[OutgoingSegment]:
    """2200C, whose statuses have no day of their own: they hold on that of the batch."""
    yield ("TRN", "1", answer.trace)
    for status in answer.statuses:
        yield write_status(replace(status, effective_date=None))
    yield from map(write_reference, answer.references)
    yield from _write_totals(answer.totals, "QA", "QC")


def _write_totals(totals: Totals, accepted: str, rejected: str) -> Iterator[OutgoingSegment]:
    for qualifier, count in ((accepted, totals.accepted_count), (rejected, totals.rejected_count)):
        if count is not None:
            yield ("QTY", qualifier, str(count))
    for qualifier, cents in (("YU", totals.accepted_cents), ("YY", totals.rejected_cents)):
        if cents is not None:
            yield ("AMT", qualifier, x12_amount(cents))
