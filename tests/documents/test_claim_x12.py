"""Professional claims between X12 and records."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings

from claimwright import x12
from claimwright.documents import read_claims, write_claims
from claimwright.documents.adjustments import Adjustment, Amount
from claimwright.documents.claim import Diagnosis, Drug, Subscriber
from claimwright.documents.claim_reading_x12 import STEPS
from claimwright.documents.other import OtherSegment
from claimwright.documents.parties import Address, Contact, Period, Procedure, Provider, Reference
from claimwright.findings import Severity
from claimwright.x12.guides import load_guide
from claimwright.x12.rules.binding import loops_of
from tests.documents.examples import CLAIMS, faults_of, only_set, segments_of, written
from tests.judges import pyx12_errors
from tests.strategies import claim_batches

FEW = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def batch():
    record, findings = read_claims(only_set(CLAIMS), "f" * 64)
    assert not findings
    return record


@pytest.fixture(scope="module")
def claim(batch):
    return batch.claims[0]


def read_changed(old: str, new: str):
    """The batch with one text of the example changed (which must be there), and the findings."""
    data = CLAIMS.replace(old.encode(), new.encode())
    assert data != CLAIMS
    return read_claims(only_set(data))


def bytes_of(record) -> str:
    origin = record.origin
    return CLAIMS[origin.offset : origin.offset + origin.length].decode()


def levels_of(data: bytes) -> list[str]:
    return [text for text in segments_of(data) if text.startswith("HL*")]


def test_the_example_is_right_by_the_guide_and_by_another_judge():
    findings = x12.read(CLAIMS).findings
    assert findings == []
    assert pyx12_errors(CLAIMS) == []


def test_a_batch_says_who_sends_what_to_whom_and_when(batch):
    assert (batch.reference, batch.purpose, batch.kind) == ("BATCH7", "00", "CH")
    assert batch.created_at == datetime(2026, 11, 2, 9, 30, 15, tzinfo=UTC)
    assert (batch.submitter.name, batch.submitter.id) == ("CEDAR HILL CLINIC", "S55501")
    assert batch.submitter.contacts == (Contact("BILLING DESK", (("TE", "6035550100"), ("EX", "12"))),)
    assert (batch.receiver.name, batch.receiver.id) == ("NORTHWIND HEALTH", "NW001")
    assert [claim.control_number for claim in batch.claims] == ["A1", "A2"]


def test_the_billing_provider_has_its_numbers_address_specialty_and_pay_to(claim):
    billing = claim.billing
    assert (billing.name, billing.npi, billing.taxonomy) == ("CEDAR HILL CLINIC", "1234567893", "207Q00000X")
    assert (billing.tax_id, billing.tax_id_qualifier, billing.references) == (
        "900000001",
        "EI",
        (Reference("0B", "LIC5"),),
    )
    assert billing.address == Address("20 CEDAR ROAD", "", "SALEM", "OR", "973010002")
    assert billing.contacts == (Contact("FRONT DESK", (("TE", "6035550101"),)),)
    assert claim.pay_to.address == Address("PO BOX 5", "", "SALEM", "OR", "973010005")
    assert claim.currency == "USD"


def test_the_subscriber_who_is_the_patient_is_one_person(claim):
    assert claim.is_patient_subscriber
    subscriber, person = claim.subscriber, claim.patient_person
    assert (subscriber.payer_level, subscriber.relationship, subscriber.filing_code) == ("S", "18", "MB")
    assert (subscriber.group_number, subscriber.group_name, subscriber.insurance_type) == ("GROUP7", "GOLD PLAN", "12")
    assert (subscriber.member_id, person.name, person.suffix) == ("M100", "DOE, JANE", "JR")
    assert (person.birth_date, person.sex, person.reference("SY")) == (date(1970, 1, 2), "F", "000000001")
    assert (person.death_date, person.weight_pounds) == (date(2026, 10, 5), Decimal("152.5"))
    assert (claim.payer.id, claim.payer.reference("G2")) == ("NW001", "LOCAL8")


def test_a_patient_who_is_not_the_subscriber_is_a_person_of_their_own(batch):
    claim = batch.claims[1]
    assert (claim.patient.name, claim.patient.birth_date, claim.patient.is_pregnant) == (
        "ROE, RITA",
        date(2020, 1, 2),
        True,
    )
    assert (claim.subscriber.person.name, claim.subscriber.relationship) == ("ROE, RICHARD", "19")
    assert claim.billing == batch.claims[0].billing


def test_a_claim_keeps_its_numbers_causes_notes_and_days(claim):
    assert (claim.charge_cents, claim.place_of_service, claim.frequency) == (30_000, "11", "7")
    assert (claim.provider_signature, claim.assignment, claim.benefits_assigned) == ("Y", "A", "Y")
    assert (claim.release_of_information, claim.patient_signature) == ("Y", "P")
    assert (claim.related_causes, claim.accident_state) == (("AA", "OA"), "OR")
    assert (claim.special_program, claim.delay_reason, claim.patient_paid_cents) == ("02", "7", 1_500)
    assert (claim.prior_authorization, claim.referral, claim.original_reference) == ("AUTH1", "REFER1", "PCN-1")
    assert (claim.clearinghouse_number, claim.medical_record) == ("CH-1", "MRN-1")
    assert claim.references == (Reference("X4", "12D4567890"),)
    assert (claim.note_kind, claim.note) == ("ADD", "SEEN TWICE")
    assert claim.diagnoses == (Diagnosis("J069", "ABK"), Diagnosis("E119"))
    assert claim.dates == (
        ("431", Period.day(date(2026, 9, 30))),
        ("439", Period.day(date(2026, 9, 30))),
        ("314", Period(date(2026, 9, 30), date(2026, 10, 10))),
    )


def test_a_claim_keeps_everyone_who_took_part(claim):
    assert (claim.referring.name, claim.referring.references) == ("WHITE, WALT", (Reference("G2", "LOCAL9"),))
    assert (claim.rendering.name, claim.rendering.taxonomy) == ("GRAY, ANNA", "363L00000X")
    assert (claim.facility.name, claim.facility.address.line1) == ("CEDAR SURGERY", "22 CEDAR ROAD")
    assert claim.supervising.name == "BLACK, BO"
    assert [(part, provider.name) for part, provider in claim.providers] == [("P3", "FAMILY, FAY")]


def test_segments_without_a_field_are_kept_with_the_claim(claim):
    assert claim.others == (
        OtherSegment("PWK", (("OZ",), ("EL",), (), (), ("AC",), ("A77",))),
        OtherSegment("HI", (("BG", "A1"),)),
    )


def test_another_payer_keeps_what_it_decided(claim):
    (other,) = claim.other_payers
    assert (other.subscriber.payer_level, other.subscriber.relationship, other.subscriber.filing_code) == (
        "P",
        "01",
        "CI",
    )
    assert (other.subscriber.person.name, other.subscriber.member_id) == ("DOE, JOHN", "M200")
    assert (other.payer.id, other.payer.reference("2U"), other.payer_claim_number) == ("FH1", "55502", "FIRST-1")
    assert (other.paid_cents, other.remaining_cents, other.noncovered_cents) == (18_000, 2_000, None)
    assert other.adjustments == (Adjustment("OA", "23", 1_000), Adjustment("OA", "94", -1_000))
    assert (other.benefits_assigned, other.patient_signature, other.release_of_information) == ("Y", "P", "Y")
    assert other.remarks == ("MA18",)
    assert other.providers == (("82", Provider(is_person=True, references=(Reference("G2", "LOCAL7"),))),)


def test_a_line_keeps_everything_that_is_said_of_it(claim):
    line = claim.lines[0]
    assert (line.number, line.procedure) == (1, Procedure("99213", ("25",)))
    assert (line.charge_cents, line.quantity, line.unit, line.pointers) == (20_000, Decimal(1), "UN", (1, 2))
    assert (line.emergency, line.epsdt, line.family_planning, line.copay_exempt) == (True, False, False, False)
    assert (line.period, line.dates) == (Period.day(date(2026, 10, 1)), (("304", Period.day(date(2026, 9, 15))),))
    assert (line.control_number, line.prior_authorization) == ("LINE1", "AUTH2")
    assert line.references == (Reference("G1", "AUTH3", "FH1"), Reference("X4", "12D4567891"))
    assert (line.note_kind, line.note, line.amounts) == ("DCP", "BOTH SIDES", (Amount("T", 250),))
    assert line.drug == Drug("00002143380", Decimal("2.5"), "ML", "RX5")
    assert line.rendering.name == "GREEN, GUS"
    assert [(part, provider.name) for part, provider in line.providers] == [("DK", "ORDER, OLA")]
    assert [segment.name for segment in line.others] == ["CRC", "LQ", "FRM"]


def test_anaesthesia_is_counted_in_minutes_and_flags_are_read(claim):
    line = claim.lines[1]
    assert (line.unit, line.quantity, line.place_of_service) == ("MJ", Decimal(45), "22")
    assert (line.emergency, line.epsdt, line.family_planning, line.copay_exempt) == (False, True, True, True)
    assert line.period == Period(date(2026, 10, 1), date(2026, 10, 3))


def test_a_line_keeps_what_an_earlier_payer_decided(claim):
    (decision,) = claim.lines[0].adjudications
    assert (decision.payer_id, decision.paid_cents, decision.quantity) == ("FH1", 12_000, Decimal(1))
    assert (decision.procedure, decision.bundled_into) == (Procedure("99213", ("25",)), 2)
    assert decision.adjustments == (Adjustment("CO", "45", 6_000), Adjustment("PR", "1", 2_000))
    assert decision.adjudication_date == date(2026, 10, 20)


def test_claims_and_lines_know_their_bytes(claim):
    assert claim.origin.sha256 == "f" * 64
    assert bytes_of(claim).startswith("CLM*A1*")
    assert bytes_of(claim).endswith("DTP*573*D8*20261020")
    assert bytes_of(claim.lines[0]).startswith("LX*1")
    assert bytes_of(claim.lines[0]).endswith("FRM*1A**J0234")
    assert bytes_of(claim.lines[0].adjudications[0].adjustments[1]) == "CAS*PR*1*20"


def test_an_unchanged_batch_writes_its_own_segments_again(batch):
    assert segments_of(written(write_claims(batch))) == segments_of(CLAIMS)


def test_what_was_written_from_the_record_alone_says_the_same_as_the_file(batch):
    again = written(write_claims(replace(batch)))
    assert sorted(segments_of(again)) == sorted(segments_of(CLAIMS))


def test_a_changed_copy_is_written_anew(batch, claim):
    changed = replace(batch, claims=(replace(claim, frequency="1"),))
    assert changed.raw is None
    back, findings = read_claims(only_set(written(write_claims(changed))))
    assert (back, findings) == (changed, ())


def test_claims_of_one_provider_and_one_subscriber_share_their_levels(batch):
    first, second = batch.claims
    mixed = replace(
        batch, claims=(first, second, replace(first, control_number="A3"), replace(second, control_number="A4"))
    )
    data = written(write_claims(mixed))
    assert levels_of(data) == ["HL*1**20*1", "HL*2*1*22*0", "HL*3*1*22*1", "HL*4*3*23*0"]
    back, _ = read_claims(only_set(data))
    assert [claim.control_number for claim in back.claims] == ["A1", "A3", "A2", "A4"]


def test_two_children_of_a_subscriber_stand_below_the_same_subscriber(batch):
    child = batch.claims[1]
    sibling = replace(child, control_number="A5", patient=replace(child.patient, first_name="ROB"))
    data = written(write_claims(replace(batch, claims=(child, sibling))))
    assert levels_of(data) == ["HL*1**20*1", "HL*2*1*22*1", "HL*3*2*23*0", "HL*4*2*23*0"]


def test_each_billing_provider_has_a_level_of_its_own(batch):
    first = batch.claims[0]
    other = replace(first, control_number="A6", billing=replace(first.billing, tax_id="900000002"))
    data = written(write_claims(replace(batch, claims=(first, other))))
    assert levels_of(data) == ["HL*1**20*1", "HL*2*1*22*0", "HL*3**20*1", "HL*4*3*22*0"]


def test_a_zip_code_is_written_without_its_hyphen(batch, claim):
    billing = replace(claim.billing, address=replace(claim.billing.address, postal_code="97301-0002"))
    data = written(write_claims(replace(batch, claims=(replace(claim, billing=billing),))))
    assert b"N4*SALEM*OR*973010002~" in data


def test_what_the_guide_has_no_place_for_is_not_written(batch, claim):
    referring = replace(claim.referring, taxonomy="207Q00000X", tax_id="900000009", address=claim.billing.address)
    data = written(write_claims(replace(batch, claims=(replace(claim, referring=referring),))))
    assert pyx12_errors(data) == []
    assert b"900000009" not in data


def test_adjustments_of_a_group_share_a_segment_though_the_payer_mixed_them(batch, claim):
    mixed = tuple(Adjustment("CO" if at % 2 else "PR", "45", 100) for at in range(12))
    other = replace(claim.other_payers[0], adjustments=mixed)
    data = written(write_claims(replace(batch, claims=(replace(claim, other_payers=(other,)),))))
    written_cas = [text for text in segments_of(data) if text.startswith("CAS*") and text.count("*45*1*") == 5]
    assert [text[:6] for text in written_cas] == ["CAS*PR", "CAS*CO"]


@FEW
@given(claim_batches())
def test_any_batch_comes_back_from_x12_as_it_was(batch):
    """Claims of one subscriber come together; of each claim nothing changes."""
    back, findings = read_claims(only_set(written(write_claims(batch))))
    assert not findings
    assert replace(back, claims=()) == replace(batch, claims=())
    by_number = {claim.control_number: claim for claim in batch.claims}
    assert {claim.control_number: claim for claim in back.claims} == by_number


@FEW
@given(claim_batches())
def test_any_batch_is_written_as_the_guide_and_another_judge_want_it(batch):
    data = written(write_claims(batch))
    assert faults_of(data) == []
    assert pyx12_errors(data) == []


@pytest.mark.parametrize(
    ("old", "new", "code", "place"),
    [
        ("CLM*A1*300*", "CLM*A1*3oo*", "DOC-CLM-001", "CLM02"),
        ("SV1*HC:99213:25*200*", "SV1*HC:99213:25**", "DOC-CLM-001", "SV102"),
        ("*200*UN*1*", "*200*UN*one*", "DOC-CLM-002", "SV104"),
        ("AMT*D*180", "AMT*D*18O", "DOC-CLM-001", "AMT02"),
        ("SVD*FH1*120*", "SVD*FH1*12.345*", "DOC-CLM-001", "SVD02"),
        ("CAS*PR*1*20", "CAS*PR*1*", "DOC-CLM-001", "CAS03"),
        ("CLM*A1*", "CLM**", "DOC-CLM-010", "CLM01"),
        ("SV1*HC:99213:25*200*UN*1***1:2**Y", "SV2*0450*HC:99213*200*UN*1", "DOC-CLM-011", "Line '1'"),
    ],
)
def test_a_claim_that_cannot_be_read_whole_is_left_out_and_named(old, new, code, place):
    batch, findings = read_changed(old, new)
    assert [claim.control_number for claim in batch.claims] == ["A2"]
    (found,) = [found for found in findings if found.severity is Severity.ERROR]
    assert found.code == code
    assert place in found.message
    assert found.where.offset is not None


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("AMT*F5*15", "AMT*F5*l5", "DOC-CLM-003"),
        ("CTP****2.5*ML", "CTP****2,5*ML", "DOC-CLM-004"),
        ("DTP*431*D8*20260930", "DTP*431*D8*20260931", "DOC-CLM-005"),
        ("DTP*472*RD8*20261001-20261003", "DTP*472*RD8*20261001-2026100", "DOC-CLM-005"),
        ("DMG*D8*19700102*F", "DMG*D8*19701302*F", "DOC-CLM-005"),
        ("REF*2U*55502", "REF*2U*55502~\nZZZ*9", "DOC-CLM-006"),
        ("***1:2**Y", "***1:B**Y", "DOC-CLM-013"),
        ("BATCH7*20261102*093015", "BATCH7*20261302*093015", "DOC-CLM-014"),
        ("LX*2", "LX*two", "DOC-CLM-015"),
    ],
)
def test_a_value_that_can_be_done_without_is_a_warning_and_loses_no_claim(old, new, code):
    batch, findings = read_changed(old, new)
    assert len(batch.claims) == 2
    assert [(found.code, found.severity) for found in findings] == [(code, Severity.WARNING)]


def test_without_a_time_of_its_own_a_batch_takes_the_one_of_its_group():
    batch, _ = read_changed("BATCH7*20261102*093015", "BATCH7*soon*093015")
    assert batch.created_at == datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


def test_a_day_that_cannot_be_read_is_still_kept_as_it_was_written():
    batch, _ = read_changed("DTP*431*D8*20260930", "DTP*431*D8*20260931")
    assert OtherSegment("DTP", (("431",), ("D8",), ("20260931",))) in batch.claims[0].others


@pytest.mark.parametrize(
    ("segment", "what"),
    [
        ("NM1*85*2*CEDAR HILL CLINIC*****XX*1234567893~\n", "billing provider"),
        ("NM1*IL*1*DOE*JANE*Q**JR*MI*M100~\n", "subscriber"),
        ("NM1*PR*2*NORTHWIND HEALTH*****PI*NW001~\nN3*1 PAYER PLAZA~\n", "payer"),
        ("NM1*41*2*CEDAR HILL CLINIC*****46*S55501~\n", "submitter"),
    ],
)
def test_a_missing_party_is_an_error_that_names_it(segment, what):
    _, findings = read_changed(segment, "")
    assert any(found.code == "DOC-CLM-012" and f"The {what} has no name" in found.message for found in findings)


def test_a_second_service_on_one_line_is_an_error_and_not_lost_in_silence():
    _, findings = read_changed("SV1*HC:00400*", "SV1*HC:00300*50*MJ*10***1~\nSV1*HC:00400*")
    assert [(found.code, found.where.record) for found in findings] == [("DOC-CLM-007", "A1")]


def test_claims_of_an_older_guide_are_read_by_what_their_segments_say():
    older = CLAIMS.replace(b"005010X222A1", b"004010X098A1").replace(b"*^*00501*", b"*U*00401*")
    batch, findings = read_claims(only_set(older))
    assert [claim.control_number for claim in batch.claims] == ["A1", "A2"]
    assert not findings


def test_a_subscriber_names_the_member():
    assert (
        Subscriber("P", replace(read_claims(only_set(CLAIMS))[0].claims[0].patient_person, id="X9")).member_id == "X9"
    )


def test_a_lost_claim_leaves_nothing_to_the_one_after_it():
    """The decision on a line without a service was once given to the next claim's line."""
    data = CLAIMS.replace(b"SV1*HC:00400*100*MJ*45*22**1****Y*Y***0~\n", b"")
    record, findings = read_claims(only_set(data))
    assert [claim.control_number for claim in record.claims] == ["A2"]
    assert "DOC-CLM-011" in [found.code for found in findings]
    assert record.claims[0].lines[0].adjudications == ()


def test_every_loop_of_the_guides_of_claims_has_its_steps():
    for name in ("x222", "x223", "x224"):
        assert {loop.id for loop in loops_of(load_guide(name).root)} <= set(STEPS)
