"""Encounters to claims."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from claimwright.errors import ConflictError
from claimwright.office.charges.entry import enter_encounter
from claimwright.office.claims.building import build_claims, build_next_claim, record_of
from claimwright.office.claims.lifecycle import S, move_submissions
from claimwright.office.claims.models import Adjudication, Claim, ClaimEvent, ClaimLine, Submission
from claimwright.office.patients.roster import add_contract
from tests.office.practice import OFFICE_VISIT, SURGERY, Practice


@pytest.fixture
def practice(lakeside):
    return Practice()


def test_a_claim_says_what_the_encounter_says(practice):
    claim = practice.claim(lines=[OFFICE_VISIT, SURGERY])
    record = record_of(claim)
    assert record.charge_cents == record.lines_cents == claim.charge_cents == 42_550
    assert [diagnosis.qualifier for diagnosis in record.diagnoses] == ["ABK", "ABF"]
    assert record.rendering is not None
    assert record.rendering.npi == practice.doctor.npi
    assert (record.subscriber.payer_level, record.frequency, record.payer.id) == ("P", "1", "HARB1")


def test_every_line_has_a_number_of_its_own_and_its_charge(practice):
    practice.claims(*(practice.visit(practice.covered_patient(), OFFICE_VISIT, SURGERY) for _ in range(3)))
    lines = ClaimLine.objects.select_related("charge")
    assert len({line.control_number for line in lines}) == 6
    assert all((line.charge.code, line.charge.charge_cents) == (line.code, line.charge_cents) for line in lines)


def test_every_payer_of_the_day_has_an_adjudication_in_order(practice):
    claim = practice.claim(practice.aetna, practice.supplement)
    rows = Adjudication.objects.filter(claim=claim).order_by("pk")
    assert [(row.level, row.payer) for row in rows] == [("P", practice.aetna), ("S", practice.supplement)]
    (other,) = record_of(claim).other_payers
    assert (other.subscriber.payer_level, other.payer.id) == ("S", "SAIL2")


def test_a_patient_without_a_coverage_has_no_claim(practice):
    encounters = practice.released(practice.visit(practice.patient()))
    assert build_claims(encounters) == []
    assert not Claim.objects.exists()


def test_an_encounter_has_one_claim(practice):
    encounters = practice.released(practice.visit(practice.covered_patient()))
    build_claims(encounters)
    with pytest.raises(ConflictError):
        build_claims(encounters)


def test_an_encounter_that_is_not_released_has_none(practice):
    encounter = enter_encounter(practice.visit(practice.covered_patient()))
    with pytest.raises(ConflictError):
        build_claims([encounter])


def test_numbers_of_other_systems_are_not_given_again(practice):
    claim = practice.claim()
    Claim.objects.filter(pk=claim.pk).update(number="C000002")
    ClaimLine.objects.filter(claim=claim).update(control_number="L0000002")
    other = practice.claim()
    assert (other.number, other.lines.get().control_number) == ("C000003", "L0000003")


def test_a_dependent_is_named_beside_the_subscriber(practice):
    patient = practice.patient()
    practice.cover(patient, relationship="19", subscriber_last_name="Quill", subscriber_first_name="Max")
    (claim,) = practice.claims(practice.visit(patient))
    record = record_of(claim)
    assert record.patient is not None
    assert (record.patient.first_name, record.subscriber.person.first_name) == ("Ida", "Max")


def test_lines_are_priced_by_the_contract_of_the_day(practice):
    for name, start, end, cents in (
        ("old", date(2025, 1, 1), date(2025, 12, 31), 7_000),
        ("new", date(2026, 1, 1), None, 8_000),
    ):
        terms = {"name": name, "tables_cents": {"schedule": {"99213": cents}}, "rates": [{"table": "schedule"}]}
        add_contract(practice.aetna, name=name, effective_date=start, end_date=end, terms=terms)
    claim = practice.claim(lines=[OFFICE_VISIT, SURGERY])
    priced = {line.code: line.expected_cents for line in claim.lines.all()}
    assert priced == {"99213": 8_000, "17000": None}


def test_the_next_payer_gets_a_submission_of_its_own(practice):
    claim = practice.claim(practice.aetna, practice.supplement)
    record = record_of(claim)
    secondary = replace(record, subscriber=replace(record.subscriber, payer_level="S"))
    submission = build_next_claim(claim, secondary)
    assert (submission.level, submission.attempt, submission.state) == ("S", 1, S.BUILT)
    claim.refresh_from_db()
    assert (claim.current_level, claim.version) == ("S", 2)
    assert record_of(Submission.objects.get(claim=claim, level="P")) == record


def test_a_payer_that_the_claim_does_not_have_gets_none(practice):
    claim = practice.claim()
    record = record_of(claim)
    with pytest.raises(ConflictError):
        build_next_claim(claim, replace(record, subscriber=replace(record.subscriber, payer_level="S")))


def test_a_second_original_to_the_same_payer_is_refused(practice):
    claim = practice.claim()
    with pytest.raises(ConflictError, match="duplicate"):
        build_next_claim(claim, record_of(claim))
    (submission,) = Submission.objects.filter(claim=claim)
    for state in (S.READY, S.BATCHED, S.SENT, S.PAYER_ACCEPTED):
        move_submissions([submission], state, "on its way")
    with pytest.raises(ConflictError, match="duplicate"):
        build_next_claim(claim, record_of(claim))


def test_building_is_an_event(practice):
    claim = practice.claim()
    assert [(event.kind, event.to_state) for event in ClaimEvent.objects.filter(claim=claim)] == [
        ("submission", "built")
    ]
