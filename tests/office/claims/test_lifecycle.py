"""The four machines: what may follow what, and that everything leaves an event."""

from __future__ import annotations

import pytest

from claimwright.errors import ConflictError
from claimwright.office.claims.lifecycle import (
    ADJUDICATION_MOVES,
    SUBMISSION_MOVES,
    A,
    S,
    balance_owners,
    close_claim,
    hold_claim,
    move_adjudication,
    move_submissions,
    release_claim,
    reopen_claim,
    submissions_moved,
)
from claimwright.office.claims.models import Adjudication, ClaimEvent, Submission
from claimwright.office.claims.scrubbing import scrub_claims
from claimwright.office.claims.status_word import status_word
from claimwright.office.core import audit
from claimwright.origin import Origin
from tests.office.practice import Practice


@pytest.fixture
def practice(lakeside):
    return Practice()


@pytest.fixture
def submission(practice):
    return Submission.objects.get(claim=practice.claim())


def test_every_state_has_its_moves():
    assert set(SUBMISSION_MOVES) == set(S)
    assert set(ADJUDICATION_MOVES) == set(A)


def test_every_state_but_the_first_can_be_reached():
    assert {to for moves in SUBMISSION_MOVES.values() for to in moves} == set(S) - {S.BUILT}
    assert {to for moves in ADJUDICATION_MOVES.values() for to in moves} == set(A)


@pytest.mark.parametrize("to", [S.SENT, S.BATCHED, S.PAYER_ACCEPTED, S.BUILT])
def test_a_claim_that_was_not_edited_cannot_go_out(submission, to):
    with pytest.raises(ConflictError):
        move_submissions([submission], to, "no")
    submission.refresh_from_db()
    assert submission.state == S.BUILT


def test_one_that_may_not_move_keeps_the_others_where_they_are(practice):
    rows = list(Submission.objects.filter(claim__in=[practice.claim().pk, practice.claim().pk]))
    move_submissions(rows[:1], S.READY, "passed")
    with pytest.raises(ConflictError):
        move_submissions(rows, S.READY, "passed")
    assert set(Submission.objects.values_list("state", flat=True)) == {S.READY, S.BUILT}


def test_whoever_comes_second_is_told(submission):
    stale = Submission.objects.get(pk=submission.pk)
    move_submissions([submission], S.SCRUB_FAILED, "stopped")
    with pytest.raises(ConflictError, match="meanwhile"):
        move_submissions([stale], S.READY, "passed")


def test_a_move_is_an_event_with_actor_time_and_origin(submission, people, office_clock):
    origin = Origin("", 120, 30, 7)
    with audit.acting_as(people["alice"], source="web"):
        move_submissions([submission], S.READY, "passed", origins={submission.pk: origin})
    event = ClaimEvent.objects.filter(claim=submission.claim_id).last()
    assert (event.actor, event.at, event.from_state, event.to_state) == (
        people["alice"],
        office_clock.now(),
        "built",
        "ready",
    )
    assert (event.offset, event.length, event.segment_index) == (120, 30, 7)


def test_rooms_above_hear_of_a_move(submission):
    heard = []

    def listen(sender, submissions, to, **more):
        heard.append((submissions, to))

    submissions_moved.connect(listen)
    try:
        move_submissions([submission], S.READY, "passed")
    finally:
        submissions_moved.disconnect(listen)
    assert heard == [([submission], S.READY)]


def test_what_is_void_cannot_be_paid(submission):
    level = Adjudication.objects.get(claim=submission.claim_id)
    move_adjudication(level, A.VOID, "not to be billed")
    with pytest.raises(ConflictError):
        move_adjudication(level, A.PAID, "paid")


def test_a_payer_that_decides_the_same_again_leaves_no_event(submission):
    level = Adjudication.objects.get(claim=submission.claim_id)
    move_adjudication(level, A.PAID, "paid", payer_claim_number="PCN1")
    before = ClaimEvent.objects.count()
    move_adjudication(level, A.PAID, "paid")
    assert ClaimEvent.objects.count() == before
    level.refresh_from_db()
    assert (level.payer_claim_number, level.adjudicated_at is not None) == ("PCN1", True)


def test_a_held_claim_is_neither_edited_nor_closed(practice):
    claim = practice.claim()
    hold_claim(claim, "waiting for the note")
    assert scrub_claims().ready == []
    with pytest.raises(ConflictError):
        close_claim(claim, "done")
    release_claim(claim)
    assert len(scrub_claims().ready) == 1


def test_a_closed_claim_can_be_opened_again(practice):
    claim = practice.claim()
    close_claim(claim, "settled")
    with pytest.raises(ConflictError):
        hold_claim(claim, "late")
    reopen_claim(claim, "money came after all")
    with pytest.raises(ConflictError):
        reopen_claim(claim, "again")


def test_who_owes_is_told_by_the_ledger(practice):
    claim = practice.claim()
    assert balance_owners([claim]) == {claim.pk: {"P": 12_500}}


def test_the_word_for_a_claim_follows_its_life(practice):
    claim = practice.claim()
    assert status_word(claim).word == "New"
    (submission,) = scrub_claims().ready
    assert status_word(claim).word == "Ready to send"
    move_submissions([submission], S.BATCHED, "b")
    move_submissions([submission], S.SENT, "s")
    assert status_word(claim).word == "Sent"
    move_submissions([submission], S.PAYER_ACCEPTED, "a")
    assert status_word(claim).word == "With the payer"
    level = Adjudication.objects.get(claim=claim)
    move_adjudication(level, A.IN_PROCESS, "in process")
    move_adjudication(level, A.DENIED, "denied")
    assert status_word(claim).word == "Denied"
    hold_claim(claim, "look")
    assert status_word(claim).word == "On hold"
