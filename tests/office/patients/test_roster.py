"""People, payers and coverages: what is refused, and who pays in which order."""

from __future__ import annotations

from datetime import date

import pytest

from claimwright.documents.parties import Address
from claimwright.errors import ConflictError, InputError
from claimwright.office.core.scope import client_scope
from claimwright.office.patients.models import Coverage, Patient, Payer
from claimwright.office.patients.records import payer_profile, provider_record, subscriber_record
from claimwright.office.patients.roster import (
    add_authorization,
    add_contract,
    add_coverage,
    add_patient,
    add_payer,
    add_provider,
    check,
    correct_member_id,
    coverages_on,
)
from tests.office.practice import ADDRESS, Practice

DAY = date(2026, 1, 2)


@pytest.fixture
def practice(lakeside):
    return Practice()


def codes_of(refused: pytest.ExceptionInfo[InputError]) -> set[str]:
    return {finding.code for finding in refused.value.findings}


def test_patients_are_numbered_when_no_number_is_given(lakeside):
    first, second = add_patient("Quill", "Ida"), add_patient("Reed", "Jo")
    assert (first.account_number, second.account_number) == ("A000001", "A000002")


def test_a_number_that_somebody_gave_is_not_given_again(lakeside):
    add_patient("Quill", account_number="A000001")
    assert add_patient("Reed").account_number == "A000002"


def test_an_account_number_is_given_once(lakeside):
    add_patient("Quill", account_number="7")
    with pytest.raises(ConflictError):
        add_patient("Reed", account_number="7")
    assert Patient.objects.count() == 1


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"last_name": " "}, "PAT-001"),
        ({"state": "wi"}, "PAT-006"),
        ({"postal_code": "5370"}, "PAT-007"),
        ({"birth_date": date(2026, 1, 6)}, "PAT-008"),
        ({"sex": "X"}, "PAT-009"),
    ],
)
def test_a_patient_with_a_fault_is_refused(lakeside, columns, code):
    with pytest.raises(InputError) as refused:
        add_patient(**{"last_name": "Quill", **columns})
    assert codes_of(refused) == {code}
    assert not Patient.objects.exists()


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"npi": "1234567890"}, "PAT-003"),
        ({"tax_id": "12-34"}, "PAT-004"),
        ({"taxonomy": "DOCTOR"}, "PAT-005"),
    ],
)
def test_a_provider_with_a_wrong_number_is_refused(lakeside, columns, code):
    with pytest.raises(InputError) as refused:
        add_provider("Moreau", **columns)
    assert codes_of(refused) == {code}


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"payer_id": ""}, "PAT-002"),
        ({"filing_code": "QQ"}, "PAT-014"),
        ({"rules": {"requires_everything": True}}, "PAT-015"),
        ({"kind": "friend"}, "PAT-020"),
    ],
)
def test_a_payer_with_a_fault_is_refused(lakeside, columns, code):
    with pytest.raises(InputError) as refused:
        add_payer(**{"name": "Harbor Health", "payer_id": "HARB1", **columns})
    assert codes_of(refused) == {code}


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"relationship": "99", "subscriber_last_name": "Quill"}, "PAT-010"),
        ({"relationship": "19"}, "PAT-011"),
        ({"effective_date": date(2026, 1, 2), "end_date": date(2026, 1, 1)}, "PAT-013"),
        ({"rank": 12}, "PAT-019"),
    ],
)
def test_a_coverage_with_a_fault_is_refused(practice, columns, code):
    with pytest.raises(InputError) as refused:
        add_coverage(practice.patient(), practice.aetna, **{"member_id": "M1", **columns})
    assert codes_of(refused) == {code}


def test_a_coverage_without_a_member_id_is_stored_and_warned_of(practice):
    coverage = add_coverage(practice.patient(), practice.aetna, member_id="")
    assert [finding.code for finding in check(coverage)] == ["PAT-012"]


def test_the_same_coverage_is_stored_once(practice):
    patient = practice.patient()
    add_coverage(patient, practice.aetna, member_id="M1")
    with pytest.raises(ConflictError):
        add_coverage(patient, practice.aetna, member_id="M1")


def test_a_contract_whose_terms_cannot_be_read_is_refused(practice):
    with pytest.raises(InputError) as refused:
        add_contract(practice.aetna, name="2026", effective_date=DAY, terms={"whatever": 1})
    assert codes_of(refused) == {"PAT-017"}


def test_an_authorization_needs_its_number(practice):
    with pytest.raises(InputError) as refused:
        add_authorization(practice.patient(), practice.aetna, number="", effective_date=DAY)
    assert codes_of(refused) == {"PAT-016"}


def test_findings_never_quote_a_person(practice):
    with pytest.raises(InputError) as refused:
        add_patient("Unmistakable", "Ida", sex="X", state="zz", postal_code="1")
    assert not any("Unmistakable" in str(finding) for finding in refused.value.findings)


def test_coverages_come_in_order_of_payment_and_only_those_of_the_day(practice):
    patient = practice.patient()
    late = practice.cover(patient, practice.supplement, rank=2)
    first = practice.cover(patient, rank=1)
    practice.cover(patient, rank=3, member_id="OLD", end_date=date(2026, 1, 1))
    practice.cover(patient, rank=4, member_id="NEW", effective_date=date(2026, 1, 3))
    assert coverages_on(patient, DAY) == [first, late]


def test_a_coverage_that_the_payer_could_not_find_still_comes_before_the_patient(practice):
    patient = practice.patient()
    coverage = practice.cover(patient, state=Coverage.State.REJECTED)
    assert coverages_on(patient, DAY) == [coverage]


def test_a_corrected_member_id_is_to_be_verified_again(practice):
    coverage = practice.cover(practice.patient(), state=Coverage.State.REJECTED)
    correct_member_id(coverage, "M999")
    coverage.refresh_from_db()
    assert (coverage.member_id, coverage.state) == ("M999", "unverified")


def test_a_payer_becomes_a_profile_with_its_rules(practice):
    payer = add_payer(
        "Strict", "ST1", kind="medicare", filing_code="MB", filing_limit_days=365, rules={"requires_taxonomy": True}
    )
    profile = payer_profile(payer)
    assert (profile.is_medicare, profile.filing_limit_days, profile.requires_taxonomy) == (True, 365, True)


def test_a_subscriber_who_is_not_the_patient_is_named_as_such(practice):
    patient = practice.patient()
    coverage = practice.cover(patient, relationship="19", subscriber_last_name="Quill", subscriber_first_name="Max")
    record = subscriber_record(coverage, "P")
    assert (record.person.first_name, record.relationship, record.person.address) == ("Max", "19", None)


def test_a_provider_becomes_a_record_with_address_and_telephone(practice):
    record = provider_record(practice.group)
    assert record.npi == practice.group.npi
    assert record.address == Address(ADDRESS["line1"], "", "Madison", "WI", "537035555")
    assert record.contacts[0].numbers == (("TE", "6085550100"),)


def test_another_practice_sees_nobody(practice, hillcrest):
    practice.patient()
    with client_scope(hillcrest):
        assert not Patient.objects.exists()
        assert not Payer.objects.exists()
