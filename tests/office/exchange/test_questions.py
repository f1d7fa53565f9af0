"""Coverage and status questions, asked of the simulator and answered by it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from claimwright import x12
from claimwright.documents.eligibility import EligibilityResponseBatch, Rejection
from claimwright.documents.eligibility_x12 import write_responses
from claimwright.documents.parties import Party
from claimwright.office.charges.entry import enter_encounters, release_encounters
from claimwright.office.claims.building import build_claims
from claimwright.office.claims.models import Adjudication, ClaimEvent, Submission
from claimwright.office.claims.scrubbing import scrub_claims
from claimwright.office.core import clock
from claimwright.office.exchange.batching import batch_claims
from claimwright.office.exchange.collecting import keep, take_in_waiting
from claimwright.office.exchange.eligibility import ask_coverage, coverage_answered, coverages_to_check
from claimwright.office.exchange.models import EligibilityCheck, StatusCheck
from claimwright.office.exchange.sending import mark_sent, send_due
from claimwright.office.exchange.status import ask_statuses, claims_without_answer
from claimwright.office.patients.roster import add_payer, correct_member_id
from claimwright.simulator.clearinghouse import Clearinghouse
from tests.office.practice import ADDRESS
from tests.simulator import cast

VISIT = date(2026, 3, 2)


@pytest.fixture
def office_clock_in_march(office_clock):
    office_clock.instant = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
    return office_clock


@pytest.fixture
def bluestem(practice, office_clock_in_march):
    return add_payer("Bluestem Health Plan", "CWBLU", kind="commercial", filing_code="CI", response_days=10, **ADDRESS)


@pytest.fixture
def ada(practice, bluestem):
    """Ada's coverage, which the payer knows."""
    patient = practice.patient("Abara", "Ada", birth_date=date(1980, 5, 6))
    return practice.cover(patient, bluestem, member_id="BLU555000001")


@pytest.fixture
def wanda(practice, bluestem):
    """A coverage whose member ID was mistyped."""
    return practice.cover(practice.patient("Abara", "Ada", birth_date=date(1980, 5, 6)), bluestem, member_id="BLU1")


@pytest.fixture
def other_side(connection, tmp_path, mailbox, office_clock):
    """Let the clearinghouse work, and take its answers in."""
    house = Clearinghouse(cast.policy(), tmp_path)

    def work():
        send_due()
        for name in sorted(set(mailbox.uploads) - seen):
            house.receive(name, mailbox.uploads[name], office_clock.now())
            seen.add(name)
        house.work(office_clock.now())
        for path in sorted(house.outbound.iterdir()):
            keep(path.name, path.read_bytes(), connection=connection)
            path.unlink()
        return take_in_waiting()

    seen: set[str] = set()
    yield work
    house.close()


def visits(practice, *coverages):
    return enter_encounters([practice.visit(one.patient, service_date=VISIT) for one in coverages])


def test_a_coverage_in_force_is_active(practice, connection, ada, other_side):
    ask_coverage(connection, [(ada, VISIT)], practice.group)
    assert all(taken.findings == () for taken in other_side())
    ada.refresh_from_db()
    check = EligibilityCheck.objects.get()
    assert (ada.state, ada.verified_at, check.state) == ("active", clock.now(), "active")
    assert check.response["benefits"]
    assert check.answer is not None


def test_a_mistyped_member_is_rejected_with_what_to_do(practice, connection, wanda, other_side):
    heard = []

    def listen(sender, check, findings, **_more):
        heard.append((check, findings))

    coverage_answered.connect(listen)
    ask_coverage(connection, [(wanda, VISIT)], practice.group)
    other_side()
    coverage_answered.disconnect(listen)
    wanda.refresh_from_db()
    assert wanda.state == "rejected"
    ((check, findings),) = heard
    assert check.rejection_codes
    assert findings[0].hint


def test_a_corrected_coverage_is_asked_about_again(practice, connection, wanda, other_side):
    encounters = visits(practice, wanda)
    ask_coverage(connection, coverages_to_check(encounters), practice.group)
    other_side()
    assert coverages_to_check(encounters) == []
    correct_member_id(wanda, "BLU555000001")
    assert coverages_to_check(encounters) == [(wanda, VISIT)]
    ask_coverage(connection, coverages_to_check(encounters), practice.group)
    other_side()
    wanda.refresh_from_db()
    assert wanda.state == "active"


def test_a_question_under_way_is_not_asked_twice(practice, connection, ada):
    encounters = visits(practice, ada, ada)
    assert coverages_to_check(encounters) == [(ada, VISIT)]
    ask_coverage(connection, coverages_to_check(encounters), practice.group)
    assert coverages_to_check(encounters) == []


def test_many_questions_go_in_sets_of_ninety_nine(practice, connection, ada):
    sent = ask_coverage(connection, [(ada, VISIT)] * 100, practice.group)
    reading = x12.read(sent.file.data)
    assert reading.accepted, reading.findings
    assert len(list(reading.sets())) == 2
    assert EligibilityCheck.objects.values("trace").distinct().count() == 100


def test_nothing_to_ask_is_no_file(practice, connection):
    assert ask_coverage(connection, [], practice.group) is None
    assert ask_statuses(connection, []) is None


def test_a_payer_that_cannot_answer_says_nothing_of_the_coverage(practice, connection, ada):
    ask_coverage(connection, [(ada, VISIT)], practice.group)
    payer = Party(last_name="BLUESTEM", id_qualifier="PI", id="CWBLU")
    refusal = Rejection("42", "R", "2100A", payer=payer)
    batch = EligibilityResponseBatch("R1", clock.now(), (), (refusal,))
    envelope = x12.Envelope("ZZ", "CWMEADOW", "ZZ", "LAKESIDE", clock.now(), 7, 7)
    keep("a.271", x12.write_interchange(envelope, [write_responses(batch)]), connection=connection)
    take_in_waiting()
    ada.refresh_from_db()
    assert (ada.state, EligibilityCheck.objects.get().state) == ("unverified", "rejected")


def test_an_answer_to_no_question_is_told(practice, connection, ada, other_side):
    ask_coverage(connection, [(ada, VISIT)], practice.group)
    EligibilityCheck.objects.update(trace="E99999999")
    findings = [finding.code for taken in other_side() for finding in taken.findings]
    assert findings == ["EXC-ELG-001"]


def send_claim(practice, connection, coverage) -> Submission:
    encounters = visits(practice, coverage)
    release_encounters(encounters)
    build_claims(encounters)
    (submission,) = scrub_claims().ready
    batch_claims(connection)
    return submission


def test_a_silent_payer_is_asked_after_its_usual_days_and_not_again_at_once(
    practice, connection, ada, office_clock_in_march
):
    send_claim(practice, connection, ada)
    mark_sent(batch := Submission.objects.get().file.transmissions.get())
    assert batch.state == "sent"
    Adjudication.objects.update(state="in_process")
    office_clock_in_march.advance(days=9)
    assert claims_without_answer() == []
    office_clock_in_march.advance(days=1)
    (late,) = claims_without_answer()
    sent = ask_statuses(connection, [late])
    assert x12.read(sent.file.data).accepted
    assert claims_without_answer() == []
    office_clock_in_march.advance(days=7)
    assert claims_without_answer() == [late]


def test_a_claim_that_is_pending_is_pended(practice, connection, ada, other_side, office_clock_in_march):
    submission = send_claim(practice, connection, ada)
    other_side()
    office_clock_in_march.advance(days=1)
    other_side()
    submission.refresh_from_db()
    assert submission.state == "payer_accepted"
    ask_statuses(connection, list(Adjudication.objects.select_related("claim", "payer")))
    assert all(taken.findings == () for taken in other_side())
    check = StatusCheck.objects.get()
    assert (check.category[0], check.answered_at) == ("P", clock.now())
    level = Adjudication.objects.get()
    assert (level.state, bool(level.payer_claim_number)) == ("pended", True)
    assert ClaimEvent.objects.filter(kind="status").exists()


def test_a_status_answer_to_no_question_is_told(practice, connection, ada, other_side, office_clock_in_march):
    send_claim(practice, connection, ada)
    other_side()
    ask_statuses(connection, list(Adjudication.objects.select_related("claim", "payer")))
    StatusCheck.objects.update(trace="S99999999")
    assert [finding.code for taken in other_side() for finding in taken.findings] == ["EXC-STA-001"]
    assert Adjudication.objects.get().state == "in_process"
