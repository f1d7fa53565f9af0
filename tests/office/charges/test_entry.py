"""Encounters and their charges: entered whole, released once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from claimwright.errors import ConflictError, InputError
from claimwright.office.charges.entry import (
    NewLine,
    enter_encounter,
    enter_encounters,
    hold_encounter,
    release_encounters,
)
from claimwright.office.charges.models import Charge, Encounter
from claimwright.office.ledger.balances import account_totals, owed_on_encounters
from claimwright.office.ledger.models import JournalEntry
from tests.office.practice import OFFICE_VISIT, SURGERY, Practice


@pytest.fixture
def practice(lakeside):
    return Practice()


def test_an_encounter_is_entered_with_its_lines_in_order(practice):
    encounter = enter_encounter(practice.visit(practice.patient(), OFFICE_VISIT, SURGERY))
    assert [(row.number, row.code, row.charge_cents) for row in encounter.charges.all()] == [
        (1, "99213", 12_500),
        (2, "17000", 30_050),
    ]
    assert encounter.state == Encounter.State.OPEN


def test_numbers_of_other_systems_are_not_given_again(practice):
    patient = practice.patient()
    enter_encounter(practice.visit(patient, number="E000001"))
    assert enter_encounter(practice.visit(patient)).number == "E000002"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (NewLine("", 100), "CHG-002"),
        (NewLine("99213", -1), "CHG-003"),
        (NewLine("99213", 10**15), "CHG-003"),
        (NewLine("99213", 100, quantity=Decimal(0)), "CHG-004"),
        (NewLine("99213", 100, modifiers=("2",)), "CHG-005"),
        (NewLine("99213", 100, modifiers=("25", "59", "76", "77", "LT")), "CHG-005"),
        (NewLine("99213", 100, pointers=(3,)), "CHG-006"),
    ],
)
def test_a_line_with_a_fault_keeps_everything_out(practice, line, code):
    good = practice.visit(practice.patient())
    with pytest.raises(InputError) as refused:
        enter_encounters([good, practice.visit(practice.patient(), line)])
    assert {finding.code for finding in refused.value.findings} == {code}
    assert not Encounter.objects.exists()
    assert not Charge.objects.exists()


def test_a_number_is_entered_once(practice):
    patient = practice.patient()
    enter_encounter(practice.visit(patient, number="V1"))
    with pytest.raises(ConflictError):
        enter_encounters([practice.visit(patient), practice.visit(patient, number="V1")])
    assert Encounter.objects.count() == 1


def test_the_charges_of_a_covered_patient_are_owed_by_the_first_payer(practice):
    (encounter,) = practice.released(practice.visit(practice.covered_patient(), OFFICE_VISIT, SURGERY))
    first, second = encounter.charges.all()
    assert owed_on_encounters([encounter.pk]) == {encounter.pk: {first.pk: {"P": 12_500}, second.pk: {"P": 30_050}}}


def test_the_charges_of_an_uncovered_patient_are_owed_by_the_patient(practice):
    (encounter,) = practice.released(practice.visit(practice.patient()))
    charge = encounter.charges.get()
    assert owed_on_encounters([encounter.pk]) == {encounter.pk: {charge.pk: {"PATIENT": 12_500}}}


def test_a_coverage_of_another_day_does_not_count(practice):
    patient = practice.patient()
    practice.cover(patient, end_date=date(2025, 12, 31))
    (encounter,) = practice.released(practice.visit(patient))
    assert list(owed_on_encounters([encounter.pk])[encounter.pk].values()) == [{"PATIENT": 12_500}]


def test_charges_are_released_exactly_once(practice):
    encounters = practice.released(practice.visit(practice.patient()))
    with pytest.raises(ConflictError):
        release_encounters(encounters)
    assert account_totals() == {"receivable": 12_500, "charges": -12_500}


def test_when_one_of_many_was_released_before_none_is(practice):
    done = practice.released(practice.visit(practice.patient()))
    fresh = enter_encounter(practice.visit(practice.patient()))
    with pytest.raises(ConflictError):
        release_encounters([fresh, *done])
    fresh.refresh_from_db()
    assert fresh.state == Encounter.State.OPEN
    assert JournalEntry.objects.count() == 1


def test_an_encounter_without_a_diagnosis_is_not_released(practice):
    encounter = enter_encounter(practice.visit(practice.patient(), NewLine("99213", 100, pointers=()), diagnoses=()))
    with pytest.raises(InputError) as refused:
        release_encounters([encounter])
    assert [finding.code for finding in refused.value.findings] == ["CHG-010"]
    assert not JournalEntry.objects.exists()


def test_a_service_without_a_price_makes_no_entry(practice):
    practice.released(practice.visit(practice.patient(), OFFICE_VISIT, NewLine("99024", 0)))
    assert JournalEntry.objects.count() == 1


def test_a_held_encounter_can_be_released_and_not_held_again(practice):
    encounter = enter_encounter(practice.visit(practice.patient()))
    hold_encounter(encounter)
    release_encounters([encounter])
    with pytest.raises(ConflictError):
        hold_encounter(encounter)
