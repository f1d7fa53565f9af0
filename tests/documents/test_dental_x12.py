"""Dental claims between X12 and records."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings

from claimwright import x12
from claimwright.documents import read_claims, write_claims
from claimwright.documents.claim import ClaimKind, DentalPart, Diagnosis, InstitutionalPart
from claimwright.documents.dental import DentalLine, Tooth, ToothStatus
from claimwright.documents.parties import Period, Procedure, Reference
from claimwright.documents.plain import from_plain, to_plain
from tests.documents.examples import DENTAL_CLAIMS, faults_of, only_set, segments_of, written
from tests.strategies import dental_batches

FEW = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def batch():
    record, findings = read_claims(only_set(DENTAL_CLAIMS), "f" * 64)
    assert not findings
    return record


@pytest.fixture(scope="module")
def claim(batch):
    (only,) = batch.claims
    return only


def test_the_example_is_right_by_the_guide():
    assert [str(found) for found in x12.read(DENTAL_CLAIMS).findings] == []


def test_the_claim_is_a_dental_one_with_a_place_of_service(claim):
    assert claim.kind is ClaimKind.DENTAL
    assert (claim.place_of_service, claim.facility_code, claim.type_of_bill) == ("11", "11", "")
    assert (claim.charge_cents, claim.lines_cents, claim.institutional) == (45_000, 45_000, None)
    assert claim.diagnoses == (Diagnosis("K021", "ABK"), Diagnosis("K029"))


def test_orthodontics_missing_teeth_and_predetermination_are_read(claim):
    part = claim.dental
    assert (part.treatment_months, part.months_remaining) == (Decimal(24), Decimal(18))
    assert part.teeth == (ToothStatus("8", "M"), ToothStatus("9", "E"))
    assert (part.predetermination, part.predetermination_number) == (True, "PREDETERMINED1")
    assert ("452", Period.day(date(2026, 9, 15))) in claim.dates


def test_everyone_who_took_part_is_there(claim):
    assert (claim.referring.name, claim.referring.taxonomy) == ("WHITE, WALT", "1223G0001X")
    assert (claim.rendering.name, claim.facility.name, claim.supervising.name) == (
        "GRAY, ANNA",
        "CEDAR ANNEX",
        "BLACK, BO",
    )
    surgeon = claim.dental.assistant_surgeon
    assert (surgeon.name, surgeon.taxonomy) == ("GREEN, GUS", "1223S0112X")
    assert claim.providers == ()


def test_lines_say_where_in_the_mouth_and_on_which_teeth(claim):
    filling, denture = claim.lines
    assert (filling.procedure, filling.pointers, filling.quantity) == (
        Procedure("D2150", qualifier="AD"),
        (1, 2),
        Decimal(1),
    )
    assert filling.dental == DentalLine(teeth=(Tooth("12", ("M", "O")),))
    assert denture.dental == DentalLine(("01", "10"), "R", (Tooth("8"),))
    assert (denture.place_of_service, denture.quantity, denture.unit) == ("11", Decimal(2), "UN")
    assert denture.dates == (("441", Period.day(date(2020, 1, 5))),)
    assert denture.references == (Reference("G3", "PREDETERMINED3"),)


def test_a_line_without_a_day_is_of_the_day_of_the_claim(claim):
    filling, denture = claim.lines
    assert (filling.period, claim.period_of(filling)) == (None, Period.day(date(2026, 10, 1)))
    assert claim.period_of(denture) == Period.day(date(2026, 10, 2))


def test_another_payer_keeps_its_numbers(claim):
    (other,) = claim.other_payers
    assert (other.paid_cents, other.payer.reference("G3")) == (30_000, "PREDETERMINED2")
    assert [part for part, _ in other.providers] == ["DD"]
    assert [one.procedure.code for line in claim.lines for one in line.adjudications] == ["D2150", "D5110"]


def test_an_unchanged_batch_writes_its_own_segments_again(batch):
    assert segments_of(written(write_claims(batch))) == segments_of(DENTAL_CLAIMS)


def test_what_was_written_from_the_record_alone_says_the_same_as_the_file(batch):
    """Once is left out: SV306 says how often when it is more than once."""
    again = segments_of(written(write_claims(replace(batch))))
    wanted = [text.replace("****1*****1:2", "*********1:2") for text in segments_of(DENTAL_CLAIMS)]
    assert sorted(again) == sorted(wanted)


def test_what_a_record_says_survives_as_plain_data(claim):
    assert from_plain(DentalPart, to_plain(claim.dental)) == claim.dental


def test_a_claim_cannot_be_institutional_and_dental_at_once(claim):
    with pytest.raises(ValueError, match="not both"):
        replace(claim, institutional=InstitutionalPart("11"))


@FEW
@given(dental_batches())
def test_any_batch_comes_back_from_x12_as_it_was(batch):
    back, findings = read_claims(only_set(written(write_claims(batch))))
    assert not findings
    by_number = {claim.control_number: claim for claim in batch.claims}
    assert {claim.control_number: claim for claim in back.claims} == by_number


@FEW
@given(dental_batches())
def test_any_batch_is_written_as_the_guide_wants_it(batch):
    data = written(write_claims(batch))
    assert faults_of(data) == []
