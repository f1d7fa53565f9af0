"""Institutional claims between X12 and records."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings

from claimwright import x12
from claimwright.documents import read_claims, write_claims
from claimwright.documents.claim import NO_PROCEDURE, ClaimKind, Diagnosis
from claimwright.documents.institutional import (
    DatedProcedure,
    InstitutionalPart,
    Occurrence,
    OccurrenceSpan,
    RevenueLine,
    ValueAmount,
)
from claimwright.documents.other import OtherSegment
from claimwright.documents.parties import Period, Procedure, Reference
from claimwright.documents.plain import from_plain, to_plain
from claimwright.findings import Severity
from tests.documents.examples import CLAIMS, INSTITUTIONAL_CLAIMS, faults_of, only_set, segments_of, written
from tests.judges import pyx12_errors
from tests.strategies import institutional_batches

FEW = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
STAY = Period(date(2026, 10, 1), date(2026, 10, 5))


@pytest.fixture(scope="module")
def batch():
    record, findings = read_claims(only_set(INSTITUTIONAL_CLAIMS), "f" * 64)
    assert not findings
    return record


@pytest.fixture(scope="module")
def claim(batch):
    (only,) = batch.claims
    return only


def read_changed(old: str, new: str):
    """The batch with one text of the example changed (which must be there), and the findings."""
    data = INSTITUTIONAL_CLAIMS.replace(old.encode(), new.encode())
    assert data != INSTITUTIONAL_CLAIMS
    return read_claims(only_set(data))


def test_the_example_is_right_by_the_guide_and_by_another_judge():
    assert [str(found) for found in x12.read(INSTITUTIONAL_CLAIMS).findings] == []
    assert pyx12_errors(INSTITUTIONAL_CLAIMS) == []


def test_the_claim_is_an_institutional_one_with_a_type_of_bill_and_no_place_of_service(batch, claim):
    assert (claim.kind, batch.claim_kind) == (ClaimKind.INSTITUTIONAL, ClaimKind.INSTITUTIONAL)
    assert (claim.type_of_bill, claim.facility_code, claim.place_of_service) == ("111", "11", "")
    assert (claim.charge_cents, claim.lines_cents, claim.dental) == (30_000, 30_000, None)


def test_the_stay_has_its_days_hours_and_codes(claim):
    stay = claim.institutional
    assert (stay.statement, stay.admission_date, stay.admission_time) == (STAY, date(2026, 10, 1), "0815")
    assert (stay.discharge_time, stay.admission_type, stay.admission_source) == ("1130", "1", "7")
    assert (stay.patient_status, stay.drg, stay.patient_due_cents) == ("01", "193", 2_500)


def test_diagnoses_say_what_they_are_and_whether_they_were_there_on_admission(claim):
    stay = claim.institutional
    assert claim.diagnoses == (
        Diagnosis("J189", "ABK", "Y"),
        Diagnosis("E119", "ABF", "Y"),
        Diagnosis("I10", "ABF", "U"),
    )
    assert stay.admitting_diagnosis == Diagnosis("R0602", "ABJ")
    assert stay.reasons_for_visit == (Diagnosis("R0602", "APR"), Diagnosis("R509", "APR"))
    assert stay.external_causes == (Diagnosis("W19XXXA", "ABN", "N"), Diagnosis("Y92009", "ABN"))


def test_procedures_occurrences_values_and_conditions_are_read(claim):
    stay = claim.institutional
    assert stay.principal_procedure == DatedProcedure("0BJ08ZZ", date(2026, 10, 2), "BBR")
    assert stay.procedures == (
        DatedProcedure("0BH17EZ", date(2026, 10, 2)),
        DatedProcedure("5A1935Z", date(2026, 10, 3)),
    )
    assert stay.occurrence_spans == (OccurrenceSpan("74", Period(date(2026, 10, 3), date(2026, 10, 4))),)
    assert stay.occurrences == (Occurrence("11", date(2026, 9, 30)), Occurrence("05", date(2026, 9, 29)))
    assert stay.values == (ValueAmount("80", Decimal(4)), ValueAmount("A1", Decimal("125.5")))
    assert (stay.conditions, stay.treatments) == (("09", "C5"), ("A2",))


def test_everyone_who_took_part_is_there(claim):
    stay = claim.institutional
    assert (stay.attending.name, stay.attending.taxonomy) == ("GRAY, ANNA", "207R00000X")
    assert (stay.operating.name, stay.other_operating.name) == ("GREEN, GUS", "WHITE, WALT")
    assert (claim.rendering.name, claim.referring.name, claim.facility.name) == (
        "BLACK, BO",
        "FAMILY, FAY",
        "CEDAR ANNEX",
    )


def test_lines_go_by_revenue_code_and_may_name_no_procedure(claim):
    room, drug = claim.lines
    assert (room.revenue, room.procedure) == (RevenueLine("0120", 1_000), NO_PROCEDURE)
    assert (room.charge_cents, room.unit, room.quantity) == (20_000, "DA", Decimal(4))
    assert (drug.revenue, drug.procedure) == (RevenueLine("0250"), Procedure("J0234"))
    assert (drug.drug.ndc, [part for part, _ in drug.providers]) == ("00002143380", ["72"])


def test_a_line_without_days_is_of_the_days_of_the_statement(claim):
    room, drug = claim.lines
    assert claim.period_of(room) == Period(date(2026, 10, 1), date(2026, 10, 4))
    assert (drug.period, claim.period_of(drug)) == (None, STAY)


def test_an_earlier_payer_says_how_it_paid_the_stay_and_as_which_revenue_code(claim):
    (other,) = claim.other_payers
    assert (other.inpatient[0], other.inpatient[2], other.remarks) == ("4", "250", ("N1", "MA01"))
    assert [(one.revenue_code, one.paid_cents) for line in claim.lines for one in line.adjudications] == [
        ("0120", 5_000),
        ("0250", 5_000),
    ]


def test_numbers_notes_and_what_has_no_field_are_kept(claim):
    assert (claim.prior_authorization, claim.medical_record) == ("AUTH1", "MRN-1")
    assert claim.references == (Reference("LU", "OR"),)
    assert (claim.note_kind, claim.note) == ("DGN", "SEEN TWICE")
    assert [segment.name for segment in claim.others] == ["PWK", "NTE", "CRC"]


def test_what_was_written_from_the_record_alone_says_the_same_as_the_file(batch):
    assert segments_of(written(write_claims(batch))) == segments_of(INSTITUTIONAL_CLAIMS)
    assert sorted(segments_of(written(write_claims(replace(batch))))) == sorted(segments_of(INSTITUTIONAL_CLAIMS))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("HI*BBR:0BJ08ZZ:D8:20261002", "HI*BBR:0BJ08ZZ:D8:20261032"),
        ("HI*BI:74:RD8:20261003-20261004", "HI*BI:74:D8:20261003"),
        ("HI*BE:80:::4*BE:A1:::125.5", "HI*BE:80:::four*BE:A1:::125.5"),
        ("HI*DR:193", "HI*DR:193*DR:194"),
        ("HI*ABJ:R0602", "HI*ABJ:R0602:::::::::X"),
        ("HI*TC:A2", "HI*ZZ:A2"),
    ],
)
def test_codes_that_the_record_could_not_write_again_stay_as_they_are(old, new):
    batch, _ = read_changed(old, new)
    assert [segment.name for segment in batch.claims[0].others].count("HI") == 1
    assert new in segments_of(written(write_claims(replace(batch))))


def test_codes_mixed_in_one_segment_as_the_older_guide_has_them_go_each_to_its_field():
    batch, _ = read_changed("HI*ABJ:R0602", "HI*ABJ:R0602*ABN:W1830XA")
    stay = batch.claims[0].institutional
    assert stay.admitting_diagnosis == Diagnosis("R0602", "ABJ")
    assert stay.external_causes[0] == Diagnosis("W1830XA", "ABN")


@pytest.mark.parametrize(
    ("old", "new", "code", "place"),
    [
        ("SV2*0120**200*", "SV2*0120**2oo*", "DOC-CLM-001", "SV203"),
        ("*DA*4**10", "*DA*four**10", "DOC-CLM-002", "SV205"),
        ("SV2*0250*HC:J0234*100*UN*2", "SV1*HC:J0234*100*UN*2***1", "DOC-CLM-011", "SV2"),
    ],
)
def test_a_claim_that_cannot_be_read_whole_is_left_out_and_named(old, new, code, place):
    batch, findings = read_changed(old, new)
    assert batch.claims == ()
    assert code in [found.code for found in findings if found.severity is Severity.ERROR]
    assert place in next(found.message for found in findings if found.code == code)


@pytest.mark.parametrize(
    ("old", "new", "kept"),
    [
        ("DTP*435*DT*202610010815", "DTP*435*DT*202610012515", "DTP"),
        ("DTP*096*TM*1130", "DTP*096*TM*2530", "DTP"),
        ("DTP*434*RD8*20261001-20261005", "DTP*434*RD8*20261001-20261035", "DTP"),
    ],
)
def test_a_time_that_is_none_is_kept_as_it_was_written(old, new, kept):
    batch, _ = read_changed(old, new)
    assert kept in [segment.name for segment in batch.claims[0].others]
    assert new in segments_of(written(write_claims(replace(batch))))


def test_what_a_record_says_survives_as_plain_data(claim):
    plain = to_plain(claim.institutional)
    assert from_plain(InstitutionalPart, plain) == claim.institutional
    assert plain["procedures"][0] == {"code": "0BH17EZ", "date": "2026-10-02"}


def test_a_set_cannot_hold_claims_of_two_kinds(batch):
    professional, _ = read_claims(only_set(CLAIMS))
    with pytest.raises(ValueError, match="institutional and professional"):
        write_claims(replace(batch, claims=(*batch.claims, *professional.claims)))


def test_what_the_guide_has_no_place_for_is_not_written(batch, claim):
    subscriber = replace(claim.subscriber, insurance_type="12")
    changed = replace(claim, subscriber=subscriber, provider_signature="Y", patient_signature="P", special_program="02")
    data = written(write_claims(replace(batch, claims=(changed,))))
    assert sorted(segments_of(data)) == sorted(segments_of(INSTITUTIONAL_CLAIMS))


def test_an_older_institutional_file_is_read_too():
    older = INSTITUTIONAL_CLAIMS.replace(b"005010X223A2", b"004010X096A1")
    batch, findings = read_claims(only_set(older))
    assert not findings
    assert batch.claims[0].institutional.drg == "193"


def test_other_segments_keep_their_order_among_the_codes(batch, claim):
    more = replace(claim, others=(*claim.others, OtherSegment("HI", (("ZZ", "A1"),))))
    texts = segments_of(written(write_claims(replace(batch, claims=(more,)))))
    assert texts.index("HI*TC:A2") + 1 == texts.index("HI*ZZ:A1")


@FEW
@given(institutional_batches())
def test_any_batch_comes_back_from_x12_as_it_was(batch):
    back, findings = read_claims(only_set(written(write_claims(batch))))
    assert not findings
    by_number = {claim.control_number: claim for claim in batch.claims}
    assert {claim.control_number: claim for claim in back.claims} == by_number


@FEW
@given(institutional_batches())
def test_any_batch_is_written_as_the_guide_and_another_judge_want_it(batch):
    data = written(write_claims(batch))
    assert faults_of(data) == []
    assert pyx12_errors(data) == []
