"""The 275 (005010X210) between X12 and documents that support a claim. Loop numbers are the guide's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from claimwright.documents.attachment import Attachment, AttachmentSubmission, InformationRequest
from claimwright.documents.parties import Party, Person, Provider
from claimwright.documents.parties_x12 import (
    read_party,
    read_person,
    read_provider,
    read_reference,
    write_contact,
    write_name,
    write_reference,
    write_specialty,
)
from claimwright.documents.values_x12 import (
    Pool,
    Reader,
    in_order,
    last_segment,
    parse_day,
    x12_day,
    x12_other,
    x12_period,
)
from claimwright.findings import Finding
from claimwright.x12.reading import TransactionSet
from claimwright.x12.tree import Loop, Segment
from claimwright.x12.writing import OutgoingSegment, OutgoingSet, SegmentText

VERSION = "005010X210"

_REQUESTED, _UNASKED = "11", "02"
_LOINC = "LOI"
_UNKNOWN_DAY = date(1970, 1, 1)
_BINARY = ("BIN", "BDS")
_PATIENT_ORDER = "NM1 REF DTP"
_ATTACHMENT_ORDER = "LX TRN STC REF DTP"


# Reading.


def read_attachments(
    transaction_set: TransactionSet, sha256: str = ""
) -> tuple[AttachmentSubmission, tuple[Finding, ...]]:
    """The documents of a 275 set, and what could not be read. `sha256` names the file in the origins."""
    reader = Reader("ATT", sha256)
    root = transaction_set.root
    bgn = root.first("BGN") or transaction_set.segments[0]
    patient = _named(root, "1000D", "patient", transaction_set, reader)
    service = patient.take("DTP", "472")
    provider = _named(root, "1000C", "provider", transaction_set, reader)
    head = Pool(root)
    for name in ("ST", "BGN", "SE"):
        head.take(name)
    reader.leave(head)
    submission = AttachmentSubmission(
        reference=bgn[2],
        created_on=_created_on(bgn, transaction_set, reader),
        payer=_party(root, "1000A", "payer", transaction_set, reader),
        submitter=_party(root, "1000B", "submitter", transaction_set, reader),
        specialty_role=provider.loop.value("PRV", 1) or "BI",
        provider=_provider(provider, reader),
        claim_number=patient.value("REF", "EJ"),
        payer_claim_number=patient.value("REF", "1K"),
        bill_type=patient.value("REF", "BLT"),
        medical_record_number=patient.value("REF", "EA"),
        clearinghouse_number=patient.value("REF", "D9"),
        service_period=reader.period_or_none(service) if service else None,
        patient=read_person(patient, None, reader),
        attachments=tuple(_read_attachment(loop, reader) for loop in root.loops_of("2000A")),
        is_requested=bgn[1] == _REQUESTED,
        others=reader.others(patient),
        origin=reader.origin(transaction_set.segments[0], transaction_set.segments[-1]),
    )
    if not submission.claim_number:
        reader.say("011", bgn)
    object.__setattr__(submission, "raw", _as_read(transaction_set))
    return submission, tuple(reader.findings)


def _created_on(bgn: Segment, transaction_set: TransactionSet, reader: Reader) -> date:
    """BGN03, else the day of the group."""
    if day := parse_day(bgn[3]):
        return day
    reader.say("012", bgn, 3)
    return parse_day(transaction_set.group.gs[4]) or _UNKNOWN_DAY


def _named(root: Loop, loop_id: str, what: str, transaction_set: TransactionSet, reader: Reader) -> Pool:
    loop = root.loop(loop_id)
    if loop is None:
        reader.say("010", transaction_set.segments[0], loop=loop_id, what=what)
    return Pool(loop)


def _party(root: Loop, loop_id: str, what: str, transaction_set: TransactionSet, reader: Reader) -> Party:
    pool = _named(root, loop_id, what, transaction_set, reader)
    party = read_party(pool)
    reader.leave(pool)
    return party


def _provider(pool: Pool, reader: Reader) -> Provider:
    provider = read_provider(pool)
    reader.leave(pool)
    return provider


def _read_attachment(loop: Loop, reader: Reader) -> Attachment:
    pool = Pool(loop)
    pool.take("LX")
    trn, stc = pool.take("TRN"), pool.take("STC")
    reader.record = trn[2] if trn else ""
    if not reader.record:
        reader.say("014", loop.segments[0], loop=loop.id)
    service = pool.take("DTP", "472")
    line = pool.value("REF", "FJ")
    content = Pool(loop.loop("2100B"))
    submitted, category = content.take("DTP", "368"), content.take("CAT")
    period = reader.period_or_none(submitted) if submitted else None
    contact = loop.loop("2100A")
    attachment = Attachment(
        control_number=reader.record,
        content=_read_content(content, loop, reader),
        form=category[2] if category else "",
        form_version=category[3] if category else "",
        submitted_on=period.start if period else None,
        requested=_read_request(stc) if stc else None,
        line_control_number=line,
        service_period=reader.period_or_none(service) if service else None,
        references=tuple(map(read_reference, pool.take_all("REF"))),
        contact=read_party(Pool(contact)) if contact else None,
        contact_role=contact.segments[0][1] if contact else "PK",
        others=reader.others(pool),
        origin=reader.origin(loop.segments[0], last_segment(loop)),
    )
    reader.record = ""
    return attachment


def _read_content(pool: Pool, loop: Loop, reader: Reader) -> bytes:
    reader.leave(pool)
    inner = pool.loop.loop("2110B")
    binary = inner.first("BIN") or inner.first("BDS") if inner else None
    if binary is None:
        reader.say("015", loop.segments[0], loop=loop.id)
        return b""
    return bytes_of(binary)


def bytes_of(binary: Segment) -> bytes:
    """The bytes that a BIN (or BDS) holds."""
    return binary[3 if binary.id == "BDS" else 2].encode("utf-8", "surrogateescape")


def _read_request(stc: Segment) -> InformationRequest:
    modifiers = tuple(stc.component(element, 2) for element in (10, 11) if stc.component(element, 2))
    return InformationRequest(stc.component(1, 2), stc.component(1, 1), modifiers)


def _as_read(transaction_set: TransactionSet) -> OutgoingSet:
    """The set as it was read; what is binary is bytes, so that it may hold any."""
    delimiters = transaction_set.group.interchange.delimiters
    segments = transaction_set.segments[1:]
    if segments and segments[-1].id == "SE":
        segments = segments[:-1]
    outgoing: list[OutgoingSegment] = []
    for segment in segments:
        if segment.id in _BINARY:
            outgoing.append((*segment.fields[:-1], bytes_of(segment)))
        else:
            outgoing += SegmentText.of([segment], delimiters)
    return OutgoingSet(transaction_set.st01, transaction_set.version, tuple(outgoing))


# Writing.


def write_attachments(submission: AttachmentSubmission) -> OutgoingSet:
    """The 275 set of some documents: the one that was read when it is unchanged, else a new one."""
    return submission.raw or OutgoingSet("275", VERSION, tuple(_write_set(submission)))


def _write_set(submission: AttachmentSubmission) -> Iterator[OutgoingSegment]:
    purpose = _REQUESTED if submission.is_requested else _UNASKED
    yield ("BGN", purpose, submission.reference, x12_day(submission.created_on))
    yield write_name("PR", submission.payer)
    yield from map(write_contact, submission.payer.contacts[:1])
    yield write_name("41", submission.submitter)
    yield write_name("1P", submission.provider)
    yield from write_specialty(submission.specialty_role, submission.provider.taxonomy)
    yield from map(write_reference, submission.provider.references)
    yield from in_order(_write_patient(submission, submission.patient), _PATIENT_ORDER)
    for number, attachment in enumerate(submission.attachments, 1):
        yield ("LX", str(number))
        yield from in_order(_write_attachment(attachment, submission), _ATTACHMENT_ORDER)
        yield from _write_content(attachment, submission.created_on)


def _write_patient(submission: AttachmentSubmission, patient: Person) -> Iterator[OutgoingSegment]:
    yield write_name("QC", patient)
    yield from _references(
        ("EJ", submission.claim_number),
        ("1K", submission.payer_claim_number),
        ("BLT", submission.bill_type),
        ("EA", submission.medical_record_number),
        ("D9", submission.clearinghouse_number),
    )
    yield from map(write_reference, patient.references)
    if submission.service_period:
        yield x12_period("472", submission.service_period)
    yield from map(x12_other, submission.others)


def _references(*named: tuple[str, str]) -> Iterable[OutgoingSegment]:
    return (("REF", qualifier, value) for qualifier, value in named if value)


def _write_attachment(attachment: Attachment, submission: AttachmentSubmission) -> Iterator[OutgoingSegment]:
    yield ("TRN", "2" if submission.is_requested else "1", attachment.control_number)
    if attachment.requested:
        yield _write_request(attachment.requested)
    yield from _references(("FJ", attachment.line_control_number))
    yield from map(write_reference, attachment.references)
    if attachment.service_period:
        yield x12_period("472", attachment.service_period)
    yield from map(x12_other, attachment.others)


def _write_request(request: InformationRequest) -> OutgoingSegment:
    codes = [(request.category, code, "", _LOINC) for code in (request.code, *request.modifiers[:2])]
    return ("STC", codes[0], *([""] * 8 if len(codes) > 1 else []), *codes[1:])


def _write_content(attachment: Attachment, created_on: date) -> Iterator[OutgoingSegment]:
    if attachment.contact:
        yield write_name(attachment.contact_role, attachment.contact)
        yield from map(write_contact, attachment.contact.contacts[:1])
    yield ("DTP", "368", "D8", x12_day(attachment.submitted_on or created_on))
    yield ("CAT", "AE", attachment.form, attachment.form_version)
    yield ("EFI", "05")
    yield ("BIN", str(len(attachment.content)), attachment.content)
