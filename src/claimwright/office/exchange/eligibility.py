"""Coverage questions (270) and their answers (271)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from django.db import transaction
from django.dispatch import Signal

from claimwright.codesets.acknowledgements import eligibility_rejection
from claimwright.documents.eligibility import (
    EligibilityInquiry,
    EligibilityInquiryBatch,
    EligibilityResponse,
    EligibilityResponseBatch,
    Rejection,
)
from claimwright.documents.eligibility_x12 import write_inquiries
from claimwright.documents.plain import to_plain
from claimwright.findings import Finding, Severity, Where
from claimwright.office.charges.models import Encounter
from claimwright.office.claims.lifecycle import CHUNK, chunks
from claimwright.office.core import audit, clock
from claimwright.office.core.numbers import take_numbers
from claimwright.office.core.storable import storable
from claimwright.office.exchange import outbox
from claimwright.office.exchange.models import Connection, EligibilityCheck, Transmission
from claimwright.office.exchange.sending import mark_sent
from claimwright.office.patients.models import Coverage, Provider
from claimwright.office.patients.records import SELF, patient_record, payer_record, provider_record, subscriber_person
from claimwright.office.patients.roster import coverages_of

KIND = "270"
QUESTIONS_IN_A_SET = 99
"""The 270 in batch mode takes no more than 99 patients in a set."""

FRESH_DAYS = 30
"""An answer is not asked for again within these days."""

_UNAVAILABLE = frozenset(("42", "80"))
"""AAA03: the payer could not answer just now; nothing is said of the coverage."""

State = EligibilityCheck.State

coverage_answered = Signal()
"""Sent within the transaction for each answered `check` (with its coverage); `findings` say what is wrong with it."""


def coverages_to_check(encounters: Sequence[Encounter]) -> list[tuple[Coverage, date]]:
    """The coverages in force on the days of these encounters that were not asked about lately, each once."""
    coverages = coverages_of({row.patient_id for row in encounters})
    wanted = {
        coverage.pk: (coverage, row.service_date)
        for row in encounters
        for coverage in coverages(row.patient_id, row.service_date)
    }
    since = clock.now() - timedelta(days=FRESH_DAYS)
    for chunk in chunks(list(wanted)):
        recent = EligibilityCheck.objects.filter(coverage__in=chunk, asked_at__gte=since)
        checked = recent.exclude(coverage__state=Coverage.State.UNVERIFIED) | recent.filter(state=State.ASKED)
        for key in checked.values_list("coverage_id", flat=True):
            wanted.pop(key, None)
    return list(wanted.values())


def ask_coverage(
    connection: Connection, questions: Sequence[tuple[Coverage, date]], provider: Provider
) -> Transmission | None:
    """Ask whether these coverages are in force on these days, in one file; None when there is nothing to ask."""
    if not questions:
        return None
    ordered = sorted(questions, key=lambda question: (question[0].payer_id, question[0].pk))
    with transaction.atomic():
        control, group_control = outbox.next_control("interchange"), outbox.next_control("group")
        first = take_numbers("eligibility trace", len(ordered))
        inquiries = [
            _inquiry(coverage, day, provider, f"E{number:08d}") for number, (coverage, day) in enumerate(ordered, first)
        ]
        sets = []
        for number, start in enumerate(range(0, len(inquiries), QUESTIONS_IN_A_SET), 1):
            run = tuple(inquiries[start : start + QUESTIONS_IN_A_SET])
            sets.append(write_inquiries(EligibilityInquiryBatch(f"{control:09d}{number:04d}", clock.now(), run)))
        data = outbox.write_file(connection, control, group_control, sets)
        numbers = {"control": control, "group_control": group_control}
        sent = outbox.put(connection, KIND, data, item_count=len(inquiries), **numbers)
        EligibilityCheck.objects.bulk_create(
            [
                EligibilityCheck(
                    coverage=coverage, service_date=day, trace=inquiry.trace, asked_at=clock.now(), question=sent
                )
                for (coverage, day), inquiry in zip(ordered, inquiries, strict=True)
            ],
            batch_size=CHUNK,
        )
        audit.record("exchange.ask_coverage", f"transmission {sent.pk}", questions=len(inquiries))
    return sent


def _inquiry(coverage: Coverage, day: date, provider: Provider, trace: str) -> EligibilityInquiry:
    is_self = coverage.relationship == SELF
    asking = provider_record(provider)
    return EligibilityInquiry(
        trace=trace,
        payer=replace(payer_record(coverage.payer), address=None),
        provider=replace(asking, address=None, contacts=(), tax_id="" if asking.npi else asking.tax_id),
        subscriber=replace(subscriber_person(coverage), address=None),
        service_date=day,
        patient=None if is_self else replace(patient_record(coverage.patient), address=None),
        relationship=coverage.relationship,
        group_number=coverage.group_number,
    )


KINDS = {
    "EXC-ELG-001": ("An answer about coverage belongs to no question (trace {what}).", "Look which system asked."),
    "EXC-ELG-002": ("{what}.", "{hint}."),
    "EXC-ELG-003": ("The payer says that the coverage is not active on that day.",
                    "Ask the patient for the present insurance, and end this coverage."),
    "EXC-ELG-004": ("The payer knows the patient under another member ID.", "Take it over before the claim is sent."),
}  # fmt: skip
"""The findings about coverage answers: what is wrong, what to do."""


def take_answers(batch: EligibilityResponseBatch, answer: Transmission) -> list[Finding]:
    """Take the answers of a 271: the checks and the coverages say what the payer said.

    What belongs to no question comes back as findings for a person.
    """
    checks = _checks_by_trace([response.trace for response in batch.responses if response.trace])
    findings = []
    for response in batch.responses:
        check = checks.pop(response.trace, None)
        if check is None:
            findings.append(_finding("EXC-ELG-001", response.trace or "missing"))
        else:
            _take(check, response, answer)
    for rejection in batch.rejections:
        _take_refusal(rejection, answer)
    return findings


def _checks_by_trace(traces: Sequence[str]) -> dict[str, EligibilityCheck]:
    rows = EligibilityCheck.objects.filter(state=State.ASKED).select_related("coverage", "coverage__payer", "question")
    return {row.trace: row for chunk in chunks(traces) for row in rows.filter(trace__in=chunk)}


def _take(check: EligibilityCheck, response: EligibilityResponse, answer: Transmission) -> None:
    coverage = check.coverage
    findings = [_of_rejection(rejection) for rejection in response.rejections]
    check.member_id = storable(response.subscriber.id[:80])
    check.rejection_codes = [rejection.reason for rejection in response.rejections]
    check.response = storable(to_plain(response))
    if response.rejections:
        check.state = State.REJECTED
    else:
        check.state = State.ACTIVE if response.is_active else State.INACTIVE
        findings += [] if response.is_active else [_finding("EXC-ELG-003")]
        is_other = bool(check.member_id) and check.member_id != coverage.member_id
        findings += [_finding("EXC-ELG-004")] if is_other else []
    _settle(check, answer)
    if not _is_unavailable(response.rejections):
        coverage.state = Coverage.State(check.state.value if isinstance(check.state, State) else check.state)
        coverage.verified_at = check.answered_at
        coverage.answered_member_id = check.member_id if check.state != State.REJECTED else ""
        coverage.save(update_fields=["state", "verified_at", "answered_member_id"])
    coverage_answered.send(EligibilityCheck, check=check, findings=tuple(findings))


def _is_unavailable(rejections: Sequence[Rejection]) -> bool:
    return bool(rejections) and all(rejection.reason in _UNAVAILABLE for rejection in rejections)


def _take_refusal(rejection: Rejection, answer: Transmission) -> None:
    """A payer, or a payer for one provider, that answers nothing: every question to it is refused, no coverage is."""
    asked = EligibilityCheck.objects.filter(state=State.ASKED, question__connection=answer.connection_id)
    if rejection.payer is not None and rejection.payer.id:
        asked = asked.filter(coverage__payer__payer_id=rejection.payer.id)
    for check in asked.select_related("coverage"):
        check.state, check.rejection_codes = State.REJECTED, [rejection.reason]
        _settle(check, answer)
        coverage_answered.send(EligibilityCheck, check=check, findings=(_of_rejection(rejection),))


def _settle(check: EligibilityCheck, answer: Transmission) -> None:
    check.answered_at, check.answer = clock.now(), answer
    check.save()
    if check.question:
        mark_sent(check.question)


def _of_rejection(rejection: Rejection) -> Finding:
    known = eligibility_rejection(rejection.reason)
    if known is None:
        return _finding("EXC-ELG-002", f"The payer did not answer (code {rejection.reason})", "Ask the payer why")
    return _finding("EXC-ELG-002", known.meaning, known.action)


def _finding(code: str, what: str = "", hint: str = "") -> Finding:
    message, advice = KINDS[code]
    return Finding(code, Severity.ERROR, message.format(what=what), advice.format(hint=hint), Where())
