"""Ready claims to one file: numbered once, frozen in their places."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from claimwright import documents, x12
from claimwright.documents.plain import to_plain
from claimwright.errors import ConflictError
from claimwright.office.claims.building import record_of
from claimwright.office.claims.lifecycle import hold_claim
from claimwright.office.claims.models import ClaimEvent, ClaimFinding, Submission
from claimwright.office.claims.scrubbing import scrub_claims
from claimwright.office.core.models import Job
from claimwright.office.core.scope import client_scope
from claimwright.office.exchange.batching import batch_claims
from claimwright.office.exchange.models import Transmission
from claimwright.office.exchange.places import claim_places
from tests.judges import pyx12_errors
from tests.office.practice import OFFICE_VISIT, SURGERY, Practice


def test_the_file_says_what_the_claims_say(batch, ready):
    reading = x12.read(batch.file.data)
    assert reading.accepted, reading.findings
    records = [claim for _, record, _ in documents.read_documents(reading) for claim in record.claims]
    assert sorted(record.control_number for record in records) == sorted(row.claim.number for row in ready)
    by_number = {record.control_number: record for record in records}
    for row in Submission.objects.select_related("claim"):
        assert by_number[row.claim.number] == record_of(row)


def test_an_independent_judge_finds_no_fault(connection, practice):
    patient = practice.covered_patient(practice.aetna, practice.supplement)
    child = practice.patient("Quill", "Bo", birth_date=date(2015, 3, 1))
    practice.cover(child, relationship="19", subscriber_last_name="Quill", subscriber_first_name="Max")
    practice.claims(practice.visit(patient, OFFICE_VISIT, SURGERY), practice.visit(child, referring=practice.doctor))
    assert scrub_claims().stopped == []
    assert pyx12_errors(batch_claims(connection).file.data) == []


def test_sets_are_small_so_that_one_claim_cannot_hold_up_all(batch):
    reading = x12.read(batch.file.data)
    claims = [sum(one.id == "CLM" for one in transaction_set.segments) for transaction_set in reading.sets()]
    assert claims == [2, 1]


def test_every_submission_knows_its_bytes(batch):
    data = batch.file.data
    for row in Submission.objects.select_related("claim"):
        piece = data[row.offset : row.offset + row.length]
        assert piece.startswith(f"CLM*{row.claim.number}*".encode())
        assert piece.count(b"CLM*") == 1
        assert piece.endswith(b"~")
        assert b"~SE*" not in piece
        assert b"~HL*" not in piece
    event = ClaimEvent.objects.filter(to_state="batched").first()
    assert (event.file, event.offset is not None) == (batch.file, True)


def test_every_submission_knows_its_numbers(batch):
    reading = x12.read(batch.file.data)
    (interchange,) = reading.interchanges
    for transaction_set in reading.sets():
        for segment in transaction_set.segments:
            if segment.id == "CLM":
                row = Submission.objects.get(claim__number=segment[1])
                assert row.interchange_control == interchange.control == batch.interchange_control
                assert row.group_control == transaction_set.group.control == batch.group_control
                assert row.set_control == transaction_set.control
                assert row.reference == transaction_set.segments[1][3]


def test_places_count_segments_as_a_999_does(batch):
    reading = x12.read(batch.file.data)
    places = {place.number: place for place in claim_places(batch.file.data)}
    for transaction_set in reading.sets():
        first = transaction_set.segments[0].index
        for segment in transaction_set.segments:
            if segment.id == "CLM":
                place = places[segment[1]]
                assert (place.first, place.offset) == (segment.index - first + 1, segment.offset)
                assert not place.touches(1)
                assert place.touches(place.last)
                assert not place.touches(len(transaction_set.segments))


def test_control_numbers_are_never_given_twice(connection, practice, ready):
    first = batch_claims(connection, ready[:1])
    second = batch_claims(connection, ready[1:])
    assert first.interchange_control != second.interchange_control
    assert first.group_control != second.group_control


def test_practices_that_share_a_sender_have_numbers_of_their_own(connection, ready, hillcrest):
    first = batch_claims(connection)
    with client_scope(hillcrest):
        practice = Practice()
        practice.claim()
        scrub_claims()
        columns = {name: getattr(connection, name) for name in ("host", "host_key", "sender_id", "receiver_id")}
        other = type(connection).objects.create(name="Meadow", **columns)
        assert batch_claims(other).interchange_control != first.interchange_control


def test_a_claim_is_batched_once(connection, ready):
    assert batch_claims(connection) is not None
    assert batch_claims(connection) is None
    assert Transmission.objects.count() == 1


def test_whoever_batches_the_same_claims_second_gets_nothing(connection, ready):
    batch_claims(connection)
    assert batch_claims(connection, ready) is None


def test_a_held_claim_waits(connection, ready):
    hold_claim(ready[0].claim, "wait")
    assert batch_claims(connection).item_count == 2


def test_the_job_is_written_in_the_same_transaction(batch):
    job = Job.objects.get()
    assert (job.kind, job.payload) == ("exchange.upload", {"transmission": batch.pk})


def test_a_claim_that_x12_cannot_carry_is_stopped_and_the_others_go(connection, ready, states):
    record = record_of(ready[1])
    broken = replace(record, note="two~segments")
    Submission.objects.filter(pk=ready[1].pk).update(record=to_plain(broken))
    assert batch_claims(connection).item_count == 2
    assert states() == ["batched", "scrub_failed", "batched"]
    assert ClaimFinding.objects.filter(submission=ready[1], severity="error").exists()


def test_when_no_claim_can_be_written_there_is_no_file(connection, ready):
    for row in ready:
        Submission.objects.filter(pk=row.pk).update(record=to_plain(replace(record_of(row), note="~")))
    assert batch_claims(connection) is None
    assert not Transmission.objects.exists()


def test_what_failed_on_the_way_leaves_everything_ready(connection, ready, states, monkeypatch):
    def fail(*_args, **_more):
        raise ConflictError("somebody was faster")

    monkeypatch.setattr("claimwright.office.exchange.batching.move_submissions", fail)
    with pytest.raises(ConflictError):
        batch_claims(connection)
    assert states() == ["ready"] * 3
    assert not Transmission.objects.exists()
    assert not Job.objects.exists()
