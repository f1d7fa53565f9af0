"""Authorizations, attachments, premium payments and enrollments go to X12 and back; nothing that they say is lost."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claimwright import x12
from claimwright.documents import read_documents
from claimwright.documents.attachment import Attachment, AttachmentSubmission
from claimwright.documents.attachment_x12 import read_attachments, write_attachments
from claimwright.documents.authorization import AuthorizationRequest, AuthorizationResponse
from claimwright.documents.authorization_x12 import read_authorization, write_authorization
from claimwright.documents.enrollment import Enrollment
from claimwright.documents.enrollment_x12 import read_enrollment, write_enrollment
from claimwright.documents.parties import Period
from claimwright.documents.plain import from_plain, to_plain
from claimwright.documents.premium import PremiumPayment
from claimwright.documents.premium_x12 import read_premium_payment, write_premium_payment
from claimwright.findings import has_errors
from tests.documents.examples import only_set, written
from tests.other_set_strategies import (
    attachment_submissions,
    authorization_requests,
    authorization_responses,
    enrollments,
    premium_payments,
)
from tests.x12.test_guides_of_other_sets import BODIES, KEYS
from tests.x12.test_guides_of_questions import file_of

WAYS = {
    "278": (read_authorization, write_authorization, AuthorizationRequest),
    "278-answer": (read_authorization, write_authorization, AuthorizationResponse),
    "275": (read_attachments, write_attachments, AttachmentSubmission),
    "820": (read_premium_payment, write_premium_payment, PremiumPayment),
    "834": (read_enrollment, write_enrollment, Enrollment),
}


def file_with(kind: str, body: str = "") -> bytes:
    return file_of(KEYS[kind][:3], body or BODIES[KEYS[kind]])


def read_from(kind: str, body: str = ""):
    return WAYS[kind][0](only_set(file_with(kind, body)))


def errors_in(data: bytes) -> list[str]:
    return [str(found) for found in x12.read(data).findings if found.severity == "error"]


@pytest.mark.parametrize("kind", WAYS)
def test_a_set_is_read_into_its_record_with_nothing_left(kind):
    ((_, record, findings),) = read_documents(x12.read(file_with(kind)))

    assert isinstance(record, WAYS[kind][2])
    assert findings == ()


@pytest.mark.parametrize("kind", WAYS)
def test_an_unchanged_record_writes_the_segments_that_were_read(kind):
    record, _ = read_from(kind)
    again = only_set(written(WAYS[kind][1](record)))

    assert [str(one) for one in again.segments] == [str(one) for one in only_set(file_with(kind)).segments]


@pytest.mark.parametrize("kind", WAYS)
def test_a_changed_record_is_written_anew_with_all_that_it_holds(kind):
    read, write, _ = WAYS[kind]
    record, _ = read_from(kind)
    anew = replace(record)  # A copy has no memory of what was read.
    data = written(write(anew))
    again, findings = read(only_set(data))

    assert anew.raw is None
    assert errors_in(data) == []
    assert again == record
    assert findings == ()


@pytest.mark.parametrize("kind", WAYS)
def test_a_record_survives_the_way_to_json_and_back(kind):
    record, _ = read_from(kind)

    assert from_plain(type(record), json.loads(json.dumps(to_plain(record)))) == record


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.one_of(
        authorization_requests(), authorization_responses(), attachment_submissions, premium_payments(), enrollments()
    )
)
def test_any_record_survives_the_way_to_x12_and_to_json_and_back(record):
    write = next(way for _, way, kind in WAYS.values() if isinstance(record, kind))
    data = written(write(record))
    ((_, again, findings),) = read_documents(x12.read(data))

    assert again == record
    assert findings == ()
    assert errors_in(data) == []
    assert from_plain(type(record), json.loads(json.dumps(to_plain(record)))) == record


# Authorizations.


def test_a_request_says_who_asks_whom_for_what():
    request, _ = read_from("278")
    event = request.event
    service, stay, tooth = event.services

    assert (request.reference, request.created_at) == ("REF1", datetime(2026, 3, 2, 9, 30, tzinfo=UTC))
    assert (request.reviewer.last_name, request.requester.npi) == ("EXAMPLE PLAN", "1234567893")
    assert (request.subscriber.id, request.patient.name, request.relationship) == ("MEM0001", "DOE, JOHN", "19")
    assert (event.trace, event.review.category, event.review.place) == ("Q1", "AR", "21")
    assert dict(event.dates)["AAH"] == Period(date(2026, 3, 10), date(2026, 3, 12))
    assert [(one.qualifier, one.code) for one in event.diagnoses] == [("ABK", "E119"), ("ABF", "I10")]
    assert event.diagnoses[0].known_on == date(2026, 1, 1)
    assert [one.role for one in (*event.providers, *event.transport)] == ["71", "PW"]
    assert event.paperwork[0].control_number == "ACN1"
    assert [other.name for other in event.others] == ["CRC", "CL1", "CR6"]
    assert (service.kind, service.procedure.code, service.charge_cents, service.quantity) == ("SV1", "97110", 10_000, 2)
    assert service.delivery.frequency_unit == "WK"
    assert (stay.kind, stay.revenue_code, stay.procedure.code) == ("SV2", "0360", "27447")
    assert (tooth.kind, tooth.procedure.qualifier, [other.name for other in tooth.others]) == ("SV3", "AD", ["TOO"])


def test_an_answer_says_what_was_decided_and_what_was_wrong():
    answer, _ = read_from("278-answer")
    (event,) = answer.events
    (service,) = event.services

    assert [(one.level, one.reason) for one in answer.rejections] == [("2010B", "51"), ("2010C", "72")]
    assert (event.decision.action, event.decision.reasons) == ("A4", ("0U", "0V"))
    assert (event.trace, event.further_traces[0].number, event.administrative_number) == ("Q1", "A1", "ADM1")
    assert event.providers[0].rejections[0].reason == "43"
    assert event.contact.party.last_name == "REVIEWERS"
    assert service.decision.certification_number == "CERT1"
    assert service.decision.is_certified
    assert service.information_requested == ("18657-7",)
    assert not answer.is_certified


def test_an_answer_that_stops_at_the_reviewer_has_nobody_below():
    body = "BHT*0007*11*REF1*20260302*0930*18\nHL*1**20*0\nAAA*N**42*Y\nNM1*X3*2*EXAMPLE PLAN*****PI*PLAN1\n"
    answer, findings = read_from("278-answer", body)

    assert (answer.requester, answer.subscriber, answer.events) == (None, None, ())
    assert [(one.level, one.reason) for one in answer.rejections] == [("2000A", "42")]
    assert findings == ()
    assert errors_in(written(write_authorization(replace(answer)))) == []


def test_a_request_without_an_event_is_an_error_and_still_a_record():
    body = BODIES[KEYS["278"]]
    request, findings = read_from("278", body[: body.index("HL*5*")])

    assert [found.code for found in findings] == ["DOC-AUT-014"]
    assert request.patient.first_name == "JOHN"


# Attachments.


def test_an_attachment_says_for_which_claim_it_is_and_what_was_asked():
    submission, _ = read_from("275")
    (attachment,) = submission.attachments

    assert submission.is_requested
    assert (submission.claim_number, submission.payer_claim_number) == ("CLAIM1", "ICN1")
    assert (attachment.control_number, attachment.requested.code) == ("ACN1", "18657-7")
    assert (attachment.content, attachment.form) == (b"Hello there", "TX")
    assert (attachment.line_control_number, attachment.submitted_on) == ("LINE1", date(2026, 3, 2))


@pytest.mark.parametrize("content", [b"", b"%PDF~SE*1*0001~\x00\xff\r\n", "päper".encode(), b"x" * 5000, b"ends with*"])
def test_any_document_comes_back_byte_for_byte(content):
    submission, _ = read_from("275")
    changed = replace(submission, attachments=(Attachment("A1", content, form="IA"), Attachment("A2", b"~")))
    data = written(write_attachments(changed))
    again, findings = read_attachments(only_set(data))

    assert [one.content for one in again.attachments] == [content, b"~"]
    assert findings == () or not content
    assert errors_in(data) == [] or not content
    assert only_set(written(write_attachments(again))).segments[-1][1] == only_set(data).segments[-1][1]


# Premium payments.


def test_a_payment_says_for_whom_it_is_and_adds_up():
    payment, findings = read_from("820")
    organization, individual = payment.remittances

    assert findings == ()
    assert (payment.payment_cents, payment.difference_cents) == (16_500, 0)
    assert (organization.is_individual, organization.paid_cents) == (False, 11_500)
    (item,) = organization.items
    assert (item.paid_cents, item.billed_cents, item.difference_cents) == (12_000, 12_500, 0)
    assert item.line.charges[0].amount_cents == 500
    assert (item.line.members[0].quantity, item.line.members[0].unit) == (Decimal(12), "10")
    assert individual.names[0][1].name == "DOE, JANE"
    assert item.period == payment.coverage == Period(date(2026, 3, 1), date(2026, 3, 31))


def test_a_payment_that_does_not_add_up_says_by_how_much():
    payment, findings = read_from("820", BODIES[KEYS["820"]].replace("BPR*I*165*", "BPR*I*166*"))

    assert payment.difference_cents == 100
    assert findings == ()  # That it does not is a rule of the set's: X12-PRM-001.


@pytest.mark.parametrize(("old", "new"), [("BPR*I*165*", "BPR*I*X*"), ("BPR*", "XPR*")])
def test_a_payment_without_its_amount_is_none(old, new):
    payment, findings = read_from("820", BODIES[KEYS["820"]].replace(old, new, 1))

    assert payment is None
    assert {found.severity for found in findings} == {"error"}


# Enrollments.


def test_a_member_comes_with_maintenance_coverage_and_everybody_beside():
    enrollment, _ = read_from("834")
    (member,) = enrollment.members
    (coverage,) = member.coverages

    assert (enrollment.policy_number, enrollment.sponsor.last_name) == ("POLICY1", "ACME WORKS")
    assert enrollment.totals == (("TO", Decimal(1)),)
    assert enrollment.brokers[0].accounts == ("ACC1", "ACC2")
    assert (member.subscriber_number, member.policy_number, member.maintenance) == ("SUB1", "G100", "021")
    assert (member.medicare, member.death_date, member.is_handicapped) == (("A", "0"), date(2026, 3, 1), False)
    assert (member.person.id, member.person.birth_date) == ("000000001", date(1980, 4, 2))
    assert member.county == ("CY", "SANGAMON")
    assert member.demographics.origins == (("7",), ("", "RET", "2106-3"))
    assert member.former.first_name == "JANET"
    assert [one.role for one in member.related] == ["31", "36", "S3", "QD"]
    assert member.disabilities[0].diagnosis == "E119"
    assert [other.name for other in member.others] == ["EC", "ICM", "HLH", "LUI"]
    assert (coverage.maintenance, coverage.line, coverage.level, coverage.prior_months) == ("021", "HLT", "FAM", "12")
    assert (coverage.providers[0].role, coverage.providers[0].relationship) == ("P3", "25")
    assert coverage.providers[0].changed_on == date(2026, 3, 1)
    assert coverage.other_coverages[0].service_types == ("1", "35")
    assert coverage.other_coverages[0].parties[0].party.last_name == "OTHER PLAN"
    assert member.categories[0].reference.value == "NORTH"


def test_a_member_without_a_subscribers_number_is_an_error_and_still_a_record():
    enrollment, findings = read_from("834", BODIES[KEYS["834"]].replace("REF*0F*SUB1\n", ""))

    assert [found.code for found in findings] == ["DOC-ENR-011"]
    assert enrollment.members[0].policy_number == "G100"


# All real files that there are.


def test_every_real_file_that_is_right_is_read_and_written_the_same(samples):
    count = 0
    for path in sorted(samples.rglob("*")):
        if not path.is_file() or path.suffix == ".rs":
            continue
        for found, record, _ in read_documents(x12.read(path.read_bytes())):
            if found.st01 not in ("278", "275", "820", "834") or record is None or not found.accepted:
                continue
            write = next(way for _, way, kind in WAYS.values() if isinstance(record, kind))
            again = only_set(written(write(record)))
            assert [str(one) for one in again.segments[1:-1]] == [str(one) for one in found.segments[1:-1]], path
            anew = x12.read(written(write(replace(record))))
            ((_, second, _),) = read_documents(anew)
            assert second == record, path
            assert not has_errors(anew.findings), path
            count += 1
    assert count > 25
