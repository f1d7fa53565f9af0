"""Claim status questions (276) and their answers (277)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from django.db import transaction
from django.dispatch import Signal

from claimwright.codesets.acknowledgements import status_category
from claimwright.documents.claim import Claim as ClaimRecord
from claimwright.documents.parties import Period
from claimwright.documents.plain import to_plain
from claimwright.documents.status import ClaimStatus, StatusInquiry, StatusInquiryBatch, StatusResponseBatch
from claimwright.documents.status_x12 import write_inquiries
from claimwright.findings import Finding, Severity, Where
from claimwright.office.claims.building import record_of, service_days
from claimwright.office.claims.lifecycle import CHUNK, WAITING, A, chunks, event, move_adjudication, write_events
from claimwright.office.claims.models import Adjudication, Submission
from claimwright.office.core import audit, clock
from claimwright.office.core.numbers import take_numbers
from claimwright.office.core.storable import storable
from claimwright.office.exchange import outbox
from claimwright.office.exchange.connections import submitter
from claimwright.office.exchange.models import Connection, StatusCheck, Transmission
from claimwright.office.exchange.sending import mark_sent

KIND = "276"
QUESTIONS_IN_A_SET = 99
ASK_AGAIN_DAYS = 7

_MOVES = {
    "pended": A.PENDED,
    "info_requested": A.INFO_REQUESTED,
    "patient_requested": A.INFO_REQUESTED,
}
"""What an answer's area makes of an adjudication that waits. A finished claim waits for its 835."""

claim_answered = Signal()
"""Sent within the transaction for each answered `check` (with its claim); `area` is what the category means."""


def claims_without_answer() -> list[Adjudication]:
    """The payers that have not decided within their usual days since the claim was sent, and were not asked lately.

    Oldest first, with claim and payer.
    """
    now = clock.now()
    recent = StatusCheck.objects.filter(asked_at__gt=now - timedelta(days=ASK_AGAIN_DAYS))
    asked = set(recent.values_list("claim_id", "level"))
    waiting = Adjudication.objects.filter(state__in=WAITING, claim__closed_at=None).select_related("claim", "payer")
    sent = Submission.objects.exclude(sent_at=None).order_by("sent_at").values_list("claim_id", "level", "sent_at")
    last_sent = {(claim_id, level): sent_at for claim_id, level, sent_at in sent.filter(claim__closed_at=None)}
    late = []
    for row in waiting.order_by("pk"):
        key = (row.claim_id, row.level)
        sent_at = last_sent.get(key)
        if sent_at and sent_at + timedelta(days=row.payer.response_days) <= now and key not in asked:
            late.append(row)
    return late


def ask_statuses(connection: Connection, levels: Sequence[Adjudication]) -> Transmission | None:
    """Ask these payers where their claims are, in one file; None when there is nothing to ask."""
    if not levels:
        return None
    records = _records(levels)
    ordered = sorted(levels, key=lambda row: (row.payer_id, row.claim.billing_id, row.pk))
    with transaction.atomic():
        control, group_control = outbox.next_control("interchange"), outbox.next_control("group")
        first = take_numbers("status trace", len(ordered))
        name = outbox.practice_name()
        inquiries = [
            _inquiry(connection, row, records[row.claim_id, row.level], f"S{number:08d}", name)
            for number, row in enumerate(ordered, first)
        ]
        sets = []
        for number, start in enumerate(range(0, len(inquiries), QUESTIONS_IN_A_SET), 1):
            run = tuple(inquiries[start : start + QUESTIONS_IN_A_SET])
            sets.append(write_inquiries(StatusInquiryBatch(f"{control:09d}{number:04d}", clock.now(), run)))
        data = outbox.write_file(connection, control, group_control, sets)
        numbers = {"control": control, "group_control": group_control}
        sent = outbox.put(connection, KIND, data, item_count=len(inquiries), **numbers)
        StatusCheck.objects.bulk_create(
            [
                StatusCheck(
                    claim_id=row.claim_id, level=row.level, trace=one.trace, asked_at=clock.now(), question=sent
                )
                for row, one in zip(ordered, inquiries, strict=True)
            ],
            batch_size=CHUNK,
        )
        audit.record("exchange.ask_statuses", f"transmission {sent.pk}", questions=len(inquiries))
    return sent


def _records(levels: Sequence[Adjudication]) -> dict[tuple[int, str], ClaimRecord]:
    """What was last sent to each of these levels; the claim's own record where nothing was."""
    records = {(row.claim_id, row.level): record_of(row.claim) for row in levels}
    for chunk in chunks([row.claim_id for row in levels]):
        for sent in Submission.objects.filter(claim__in=chunk).exclude(sent_at=None).order_by("pk"):
            if (sent.claim_id, sent.level) in records:
                records[sent.claim_id, sent.level] = record_of(sent)
    return records


def _inquiry(
    connection: Connection, row: Adjudication, record: ClaimRecord, trace: str, practice_name: str
) -> StatusInquiry:
    start, end = service_days(record)
    billing = record.billing
    return StatusInquiry(
        trace=trace,
        payer=replace(record.payer, address=None, contacts=(), references=()),
        receiver=replace(submitter(connection, practice_name), contacts=()),
        provider=replace(billing, address=None, contacts=(), references=(), taxonomy="", tax_id=""),
        subscriber=replace(record.subscriber.person, address=None, contacts=(), references=()),
        control_number=record.control_number,
        charge_cents=record.charge_cents,
        period=Period(start, end) if start and end else None,
        patient=replace(record.patient, address=None, contacts=(), references=()) if record.patient else None,
        payer_claim_number=row.payer_claim_number,
    )


KINDS = {
    "EXC-STA-001": ("A status answer belongs to no question (trace {what}).", "Look which system asked."),
    "EXC-STA-002": ("A payer refuses to answer questions about claims.", "Ask the clearinghouse for the enrolment."),
}
"""The findings about status answers: what is wrong, what to do."""


def take_answers(batch: StatusResponseBatch, answer: Transmission) -> list[Finding]:
    """Take the answers of a 277: checks keep them, pended claims and requests for information move the claim.

    What belongs to no question comes back as findings for a person.
    """
    traces = [status.trace for status in batch.claims]
    open_checks = StatusCheck.objects.filter(answered_at=None).select_related("claim", "question")
    checks = {row.trace: row for chunk in chunks(traces) for row in open_checks.filter(trace__in=chunk)}
    findings = []
    for status in batch.claims:
        check = checks.pop(status.trace, None)
        if check is None:
            findings.append(_finding("EXC-STA-001", status.trace or "missing"))
        else:
            _take(check, status, answer)
    return findings + [_finding("EXC-STA-002") for _ in batch.refusals]


def _take(check: StatusCheck, status: ClaimStatus, answer: Transmission) -> None:
    first = next((code for one in status.statuses for code in one.codes), None)
    check.category, check.code = (first.category[:3], first.code[:4]) if first else ("", "")
    check.response = storable(to_plain(status))
    check.answered_at, check.answer = clock.now(), answer
    check.save()
    if check.question:
        mark_sent(check.question)
    known = status_category(check.category)
    area = known.area if known else ""
    level = Adjudication.objects.filter(claim=check.claim_id, level=check.level).first()
    text = f"The payer answers {first}: {known.meaning if known else 'see the answer'}" if first else "Empty answer"
    write_events([event(check.claim_id, "status", text, level=check.level, file=answer.file, origin=status.origin)])
    if level and status.payer_claim_number and not level.payer_claim_number:
        Adjudication.objects.filter(pk=level.pk).update(payer_claim_number=status.payer_claim_number[:50])
    to = _MOVES.get(area)
    if level and to and level.state in WAITING and level.state != to:
        move_adjudication(level, to, text, file=answer.file, origin=status.origin)
    claim_answered.send(StatusCheck, check=check, area=area)


def _finding(code: str, what: str = "") -> Finding:
    message, hint = KINDS[code]
    return Finding(code, Severity.ERROR, message.format(what=what), hint, Where())
