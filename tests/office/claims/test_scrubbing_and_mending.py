"""Edits over claims, and claims corrected, sent again, replaced and voided."""

from __future__ import annotations

import pytest

from claimwright.errors import ConflictError, InputError
from claimwright.office.charges.entry import NewLine
from claimwright.office.claims.building import record_of
from claimwright.office.claims.lifecycle import A, S, move_adjudication, move_submissions
from claimwright.office.claims.mending import (
    mend_claim,
    overrule_edits,
    replace_claim,
    resubmit_claim,
    return_to_ready,
    void_claim,
    with_changes,
)
from claimwright.office.claims.models import Adjudication, Claim, ClaimEvent, ClaimFinding, Submission
from claimwright.office.claims.scrubbing import scrub_claims
from claimwright.office.core import audit
from claimwright.office.patients.models import Coverage
from tests.office.practice import OFFICE_VISIT, Practice


@pytest.fixture
def practice(lakeside):
    return Practice()


@pytest.fixture
def stopped(practice):
    """A claim whose procedure code cannot be one."""
    claim = practice.claim(lines=[OFFICE_VISIT, NewLine("9921", 5_000)])
    scrub_claims()
    return claim


def last(claim: Claim) -> Submission:
    return Submission.objects.filter(claim=claim).latest("pk")


def walk(claim: Claim, *states: S) -> Submission:
    submission = last(claim)
    for state in states:
        move_submissions([submission], state, "on its way")
    return submission


def open_errors(claim: Claim) -> set[str]:
    rows = ClaimFinding.objects.filter(claim=claim, resolved_at=None, severity="error")
    return set(rows.values_list("code", flat=True))


@pytest.fixture
def decided(practice):
    """A claim that its payer has denied under a number of its own."""
    claim = practice.claim()
    scrub_claims()
    walk(claim, S.BATCHED, S.SENT, S.PAYER_ACCEPTED)
    level = Adjudication.objects.get(claim=claim)
    move_adjudication(level, A.IN_PROCESS, "in process", payer_claim_number="PCN77")
    move_adjudication(level, A.DENIED, "denied")
    return claim


def test_a_clean_claim_becomes_ready(practice):
    claim = practice.claim()
    result = scrub_claims()
    assert [row.claim_id for row in result.ready] == [claim.pk]
    assert last(claim).state == S.READY


def test_an_error_stops_the_claim_and_says_where(stopped):
    assert last(stopped).state == S.SCRUB_FAILED
    finding = ClaimFinding.objects.get(claim=stopped, severity="error")
    assert finding.field == "lines.2.procedure.code"
    assert finding.hint
    assert finding.submission == last(stopped)


def test_editing_again_does_not_repeat_what_is_known(stopped):
    before = ClaimFinding.objects.count()
    scrub_claims([stopped])
    assert ClaimFinding.objects.count() == before


def test_a_mended_claim_is_ready_and_its_findings_are_resolved(stopped):
    submission = mend_claim(stopped, {"lines.2.procedure.code": "99212"}, why="typing error")
    assert submission.state == S.READY
    assert open_errors(stopped) == set()
    assert ClaimFinding.objects.get(claim=stopped, severity="error").resolution == "Mended"
    assert record_of(submission) == record_of(stopped)
    assert stopped.lines.get(number=2).code == "99212"
    assert ClaimEvent.objects.filter(claim=stopped, kind="mended").exists()


def test_what_mends_nothing_leaves_the_claim_stopped(stopped):
    submission = mend_claim(stopped, {"note": "please pay"}, why="a try")
    assert submission.state == S.SCRUB_FAILED
    assert open_errors(stopped)


@pytest.mark.parametrize("field", ["colour", "lines.9.unit", "lines.1.nothing", "diagnoses.0.code", "lines.x.unit", ""])
def test_a_field_that_a_claim_does_not_have_is_refused(stopped, field):
    with pytest.raises(InputError) as refused:
        mend_claim(stopped, {field: "x"}, why="a try")
    assert [finding.code for finding in refused.value.findings] == ["CLM-MEND-001"]


@pytest.mark.parametrize(
    "changes", [{"charge_cents": 1}, {"lines.1.charge_cents": 1}, {"control_number": "X"}, {"lines": ()}]
)
def test_money_and_numbers_are_not_mended(stopped, changes):
    with pytest.raises(InputError) as refused:
        mend_claim(stopped, changes, why="a try")
    assert [finding.code for finding in refused.value.findings] == ["CLM-MEND-002"]


def test_fields_are_named_as_findings_name_them(practice):
    record = record_of(practice.claim(lines=[OFFICE_VISIT, NewLine("99212", 5_000)]))
    changed = with_changes(record, {"lines.2.unit": "MJ", "diagnoses.1.code": "E119", "subscriber.person.id": "W1"})
    assert [line.unit for line in changed.lines] == ["UN", "MJ"]
    assert (changed.diagnoses[0].code, changed.subscriber.member_id) == ("E119", "W1")


def test_somebody_who_mends_an_old_version_is_told(stopped):
    stale = Claim.objects.get(pk=stopped.pk)
    mend_claim(stopped, {"note": "first"}, why="first")
    with pytest.raises(ConflictError):
        mend_claim(stale, {"note": "second"}, why="second")


def test_a_person_may_overrule_the_edits_and_says_why(stopped, people):
    with audit.acting_as(people["bob"], source="web"):
        submission = overrule_edits(stopped, why="the payer confirmed the code by telephone")
    assert submission.state == S.READY
    assert open_errors(stopped) == set()
    event = ClaimEvent.objects.filter(claim=stopped).latest("pk")
    assert (event.actor, "EDIT-LIN-001" in event.text, "telephone" in event.text) == (people["bob"], True, True)


def test_overruling_without_a_reason_is_refused(stopped):
    with pytest.raises(InputError):
        overrule_edits(stopped, why=" ")


def test_what_is_not_stopped_cannot_be_overruled(practice):
    claim = practice.claim()
    scrub_claims()
    with pytest.raises(ConflictError):
        overrule_edits(claim, why="for fun")


def test_a_finding_that_stays_belongs_to_the_newest_attempt(practice):
    claim = practice.claim(lines=[OFFICE_VISIT, NewLine("9921", 5_000)])
    scrub_claims()
    overrule_edits(claim, why="try it")
    walk(claim, S.BATCHED, S.SENT, S.CH_REJECTED)
    again = resubmit_claim(claim, why="again")
    assert again.state == S.SCRUB_FAILED
    assert set(ClaimFinding.objects.filter(claim=claim, resolved_at=None).values_list("submission", flat=True)) == {
        again.pk
    }


def test_a_claim_under_way_is_not_mended(practice):
    claim = practice.claim()
    scrub_claims()
    walk(claim, S.BATCHED)
    with pytest.raises(ConflictError):
        mend_claim(claim, {"note": "late"}, why="late")


def test_a_rejected_claim_goes_out_again_as_an_original(practice):
    claim = practice.claim()
    scrub_claims()
    rejected = walk(claim, S.BATCHED, S.SENT, S.CH_REJECTED)
    sent = rejected.record
    again = mend_claim(claim, {"subscriber.person.id": "W999"}, why="the card says so")
    assert (again.attempt, again.frequency, again.state) == (2, "1", S.READY)
    rejected.refresh_from_db()
    assert (rejected.state, rejected.record) == (S.CH_REJECTED, sent)


def test_a_claim_that_was_not_rejected_is_not_sent_again(decided):
    with pytest.raises(ConflictError):
        resubmit_claim(decided, why="impatience")
    with pytest.raises(ConflictError):
        mend_claim(decided, {"note": "x"}, why="impatience")


def test_claims_of_a_refused_file_become_ready_in_their_places(practice):
    claim = practice.claim()
    scrub_claims()
    submission = walk(claim, S.BATCHED, S.SENT, S.TA1_REJECTED)
    return_to_ready([submission], why="envelope corrected")
    submission.refresh_from_db()
    assert (submission.state, submission.file) == (S.READY, None)


def test_a_denied_claim_is_replaced_under_the_payers_number(decided):
    submission = replace_claim(decided, {"lines.1.procedure.modifiers": ("25",)}, why="modifier forgotten")
    record = record_of(submission)
    assert (record.frequency, record.original_reference) == ("7", "PCN77")
    assert submission.state == S.READY
    assert Adjudication.objects.get(claim=decided).state == A.IN_PROCESS


def test_a_payer_that_takes_no_replacements_gets_none(decided, practice):
    type(practice.aetna).objects.update(supports_replacement=False)
    with pytest.raises(ConflictError, match="no replacement"):
        replace_claim(decided, {}, why="wrong")


def test_a_claim_without_the_payers_number_is_not_replaced(decided):
    Adjudication.objects.filter(claim=decided).update(payer_claim_number="")
    with pytest.raises(ConflictError, match="number"):
        replace_claim(decided, {}, why="wrong")


def test_a_claim_that_nobody_decided_is_not_replaced(practice):
    with pytest.raises(ConflictError, match="not decided"):
        replace_claim(practice.claim(), {}, why="wrong")


def test_a_decided_claim_is_voided(decided):
    submission = void_claim(decided, why="never happened")
    assert (submission.frequency, record_of(submission).original_reference) == ("8", "PCN77")


def test_the_payers_last_word_on_the_coverage_reaches_the_edits(practice):
    claim = practice.claim()
    Coverage.objects.update(state=Coverage.State.REJECTED)
    scrub_claims()
    assert open_errors(claim) == {"EDIT-COV-002"}


def test_the_same_service_twice_is_found(practice):
    patient = practice.covered_patient()
    first, second = practice.claims(practice.visit(patient), practice.visit(patient))
    scrub_claims()
    assert any(code.startswith("EDIT-DUP") for code in open_codes(second))
    assert not any(code.startswith("EDIT-DUP") for code in open_codes(first))


def open_codes(claim: Claim) -> set[str]:
    return set(ClaimFinding.objects.filter(claim=claim, resolved_at=None).values_list("code", flat=True))
