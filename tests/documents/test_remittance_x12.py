"""Remittances between X12 and records."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings

from claimwright import x12
from claimwright.documents import read_remittance, write_remittance
from claimwright.documents.adjustments import Adjustment, Amount
from claimwright.documents.other import OtherSegment
from claimwright.documents.parties import Address, Contact, Period, Procedure, Reference
from claimwright.documents.remittance import BankAccount, Quantity, RemittanceClaim, RemittanceHeader
from claimwright.findings import Severity
from tests.documents.examples import REMITTANCE, only_set, segments_of, written
from tests.judges import pyx12_errors
from tests.strategies import remittances

FEW = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def remittance():
    record, findings = read_remittance(only_set(REMITTANCE), "f" * 64)
    assert not findings
    return record


def read_changed(old: str, new: str):
    """The remittance with one text of the example changed (which must be there), and the findings."""
    data = REMITTANCE.replace(old.encode(), new.encode())
    assert data != REMITTANCE
    return read_remittance(only_set(data))


def bytes_of(record) -> str:
    origin = record.origin
    return REMITTANCE[origin.offset : origin.offset + origin.length].decode()


def test_the_example_is_right_by_the_guide_and_by_another_judge():
    findings = x12.read(REMITTANCE).findings
    assert findings == []
    assert pyx12_errors(REMITTANCE) == []


def test_the_payment_is_read_with_banks_trace_currency_and_days(remittance):
    assert (remittance.handling, remittance.payment_cents, remittance.credit_or_debit) == ("I", 15_600, "C")
    assert (remittance.method, remittance.payment_format) == ("ACH", "CCP")
    assert remittance.sender_bank == BankAccount("123456780", "998877")
    assert remittance.receiver_bank == BankAccount("123456780", "112233")
    assert (remittance.originator_id, remittance.originator_supplement) == ("1999999999", "000000001")
    assert (remittance.trace_number, remittance.payer_tax_id, remittance.trace_suffix) == (
        "EFT55501",
        "1999999999",
        "SUB1",
    )
    assert (remittance.currency, remittance.exchange_rate) == ("CAD", None)
    assert (remittance.payment_date, remittance.production_date) == (date(2026, 11, 5), date(2026, 11, 4))
    assert (remittance.receiver_id, remittance.version_id, remittance.is_test) == ("RECEIVER1", "V41", True)


def test_payer_and_payee_keep_every_identifier_address_and_contact(remittance):
    payer, payee = remittance.payer, remittance.payee
    assert (payer.name, payer.id_qualifier, payer.id, payer.reference("2U")) == (
        "NORTHWIND HEALTH",
        "XV",
        "NW001",
        "55501",
    )
    assert payer.address == Address("1 PAYER PLAZA", "SUITE 9", "PORTLAND", "OR", "972010001")
    assert payer.contacts == (
        Contact("CLAIMS DESK", (("TE", "6035550100"), ("EX", "12")), "CX"),
        Contact("EDI DESK", (("TE", "6035550101"), ("EM", "EDI@PAYER.EXAMPLE")), "BL"),
        Contact("", (("UR", "WWW.PAYER.EXAMPLE"),), "IC"),
    )
    assert (payee.npi, payee.tax_id, payee.references) == ("1234567893", "900000001", (Reference("PQ", "77"),))
    assert remittance.delivery == ("FT", "EDI", "FTP.CLINIC.EXAMPLE")


def test_a_payee_named_by_its_tax_number_has_it_as_such():
    record, _ = read_changed("N1*PE*CEDAR HILL CLINIC*XX*1234567893", "N1*PE*CEDAR HILL CLINIC*FI*900000001")
    assert (record.payee.npi, record.payee.tax_id) == ("", "900000001")


def test_every_triplet_of_every_adjustment_is_kept_at_both_levels(remittance):
    claim = remittance.claims[0]
    assert claim.adjustments == (Adjustment("OA", "23", 1_000), Adjustment("OA", "94", -1_000, Decimal(2)))
    assert claim.lines[0].adjustments == (
        Adjustment("CO", "45", 5_000, Decimal(1)),
        Adjustment("CO", "253", 1_000),
        Adjustment("PR", "2", 2_000),
        Adjustment("PR", "1", 800),
    )


def test_every_pair_of_every_provider_adjustment_is_kept(remittance):
    assert [
        (one.reason, one.reference, one.amount_cents, one.fiscal_date) for one in remittance.provider_adjustments
    ] == [
        ("WO", "PCN-9", 4_000, date(2026, 12, 31)),
        ("L6", "", -150, date(2026, 12, 31)),
        ("FB", "EFT55400", -13_650, date(2027, 12, 31)),
    ]


def test_a_claim_keeps_everyone_it_names(remittance):
    claim = remittance.claims[0]
    assert (claim.patient.name, claim.patient.middle_name, claim.patient.id) == ("DOE, JANE", "Q", "M100")
    assert claim.subscriber.name == "DOE, JOHN"
    assert (claim.corrected_insured.name, claim.corrected_insured.id) == ("DOE, JAYNE", "M101")
    assert claim.rendering.npi == "1234567893"
    assert claim.crossover_carrier.id == "SH9"
    assert claim.corrected_payer.id == "FH1"
    assert claim.other_subscriber.id == "M200"
    assert claim.contacts == (Contact("APPEALS", (("TE", "6035550102"),), "CX"),)


def test_a_claim_keeps_its_numbers_days_amounts_and_remarks(remittance):
    claim = remittance.claims[0]
    assert (claim.control_number, claim.status, claim.payer_claim_number) == ("A1", "1", "PCN-1")
    assert (claim.charge_cents, claim.paid_cents, claim.patient_responsibility_cents) == (30_000, 11_200, 2_800)
    assert (claim.filing_code, claim.facility_code, claim.frequency) == ("12", "11", "1")
    assert claim.outpatient == ("0.8", "", "MA18", "", "N30")
    assert claim.remarks == ("MA18", "N30")
    assert claim.references == (Reference("1L", "GROUP7"), Reference("G2", "LOCAL8"))
    assert claim.dates == (("232", date(2026, 10, 1)), ("050", date(2026, 10, 10)))
    assert claim.amounts == (Amount("AU", 14_000), Amount("I", 150))
    assert claim.quantities == (Quantity("ZK", Decimal(2)),)


def test_an_inpatient_claim_keeps_its_drg_and_its_adjudication(remittance):
    claim = remittance.claims[1]
    assert (claim.status, claim.paid_cents, claim.patient_responsibility_cents) == ("22", -5_400, -9_600)
    assert (claim.patient_status, claim.drg) == ("", "470")
    assert (claim.drg_weight, claim.discharge_fraction) == (Decimal("1.2345"), Decimal("0.5"))
    assert (claim.inpatient, claim.remarks) == (("0", "", "", "", "MA01"), ("MA01",))


def test_a_line_keeps_everything_that_the_payer_said_of_it(remittance):
    line = remittance.claims[0].lines[0]
    assert line.procedure == Procedure("99213", ("25",))
    assert line.submitted == Procedure("99214", ("25",), description="OFFICE VISIT")
    assert (line.charge_cents, line.paid_cents, line.revenue_code) == (20_000, 11_200, "0450")
    assert (line.quantity, line.original_quantity) == (Decimal(1), Decimal(2))
    assert line.period == Period.day(date(2026, 10, 1))
    assert (line.control_number, line.rendering.npi) == ("LINE1", "1234567893")
    assert line.references == (Reference("BB", "AUTH1"), Reference("0B", "LIC5"))
    assert line.amounts == (Amount("B6", 14_000),)
    assert line.quantities == (Quantity("ZK", Decimal(3)),)
    assert (line.remarks, line.pharmacy_remarks) == (("N130", "M51"), ("75",))


def test_a_line_of_several_days_has_its_first_and_last(remittance):
    line = remittance.claims[0].lines[1]
    assert line.period == Period(date(2026, 10, 1), date(2026, 10, 3))
    assert (line.quantity, line.submitted) == (Decimal(0), None)


def test_claims_know_the_header_under_which_they_stand_and_its_totals_are_kept(remittance):
    assert [claim.header_number for claim in remittance.claims] == ["1", "2"]
    assert remittance.headers == (RemittanceHeader("1", ("1234567893", "11", "20261231", "1", "300")),)


def test_claims_lines_adjustments_and_pairs_know_their_bytes(remittance):
    claim = remittance.claims[0]
    assert claim.origin.sha256 == "f" * 64
    assert bytes_of(claim).startswith("CLP*A1*")
    assert bytes_of(claim).endswith("CAS*CO*97*100")
    assert bytes_of(claim.lines[0]).startswith("SVC*HC:99213")
    assert bytes_of(claim.lines[0]).endswith("LQ*RX*75")
    assert bytes_of(claim.lines[0].adjustments[3]) == "CAS*PR*2*20**1*8"
    assert bytes_of(remittance.provider_adjustments[1]) == "PLB*1234567893*20261231*WO:PCN-9*40*L6*-1.5"
    assert bytes_of(remittance).startswith("ST*835")
    assert bytes_of(remittance).endswith("SE*65*0001")
    assert REMITTANCE.decode().split("~\n")[claim.origin.index - 1].startswith("CLP*A1*")


def test_a_claim_reaches_to_its_last_segment_even_if_that_is_a_stray_without_elements():
    record, _ = read_changed("MIA*0****MA01", "MIA*0****MA01~\nZZ1")
    origin = record.claims[1].origin
    data = REMITTANCE.replace(b"MIA*0****MA01", b"MIA*0****MA01~\nZZ1")
    assert data[origin.offset : origin.offset + origin.length].endswith(b"MA01~\nZZ1")


def test_every_amount_that_cannot_be_read_of_a_lost_claim_is_named():
    record, findings = read_changed("CAS*CO*45*50*1*253*10", "CAS*CO*45*x*1*253*y")
    assert [claim.control_number for claim in record.claims] == ["A2"]
    assert [(found.where.segment, found.where.element) for found in findings] == [("CAS", 3), ("CAS", 6)]


def test_what_only_older_files_say_is_kept_too():
    record, _ = read_changed("CUR*PR*CAD", "CUR*PR*CAD*1.3512")
    assert record.exchange_rate == Decimal("1.3512")
    record, _ = read_changed("PCN-2*11*1**470", "PCN-2*11*1*30*470")
    assert record.claims[1].patient_status == "30"


def test_an_unchanged_remittance_writes_its_own_segments_again(remittance):
    assert segments_of(written(write_remittance(remittance))) == segments_of(REMITTANCE)


def test_a_changed_copy_is_written_anew(remittance):
    changed = replace(remittance, trace_number="OTHER")
    assert changed.raw is None
    back, findings = read_remittance(only_set(written(write_remittance(changed))))
    assert (back, findings) == (changed, ())


def test_what_was_written_from_the_record_alone_says_the_same_as_the_file(remittance):
    again = written(write_remittance(replace(remittance)))
    assert sorted(segments_of(again)) == sorted(segments_of(REMITTANCE))


@FEW
@given(remittances())
def test_any_remittance_comes_back_from_x12_as_it_was(remittance):
    back, findings = read_remittance(only_set(written(write_remittance(remittance))))
    assert back == remittance
    assert not findings


@FEW
@given(remittances())
def test_any_remittance_is_written_as_the_guide_and_another_judge_want_it(remittance):
    """What a payer may plausibly decide (SNIP 4 and up) is none of the writer's business."""
    data = written(write_remittance(remittance))
    assert [str(found) for found in x12.read(data).findings if found.snip < 4] == []
    assert pyx12_errors(data) == []


def test_remark_codes_alone_make_an_outpatient_segment():
    claim = RemittanceClaim("A1", "1", 0, 0, remarks=("MA01", "N30"))
    assert claim.outpatient == ("", "", "MA01", "N30")


def test_remarks_that_contradict_their_segment_are_refused():
    with pytest.raises(ValueError, match="MA01"):
        RemittanceClaim("A1", "1", 0, 0, outpatient=("", "", "MA18"), remarks=("MA01",))


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("CLP*A1*1*300*112", "CLP*A1*1*300*1l2", "CLP04"),
        ("CLP*A1*1*300*112", "CLP*A1*1**112", "CLP03"),
        ("SVC*HC:99213:25*200*112", "SVC*HC:99213:25*200*1.125", "SVC03"),
        ("CAS*CO*45*50*1*253*10", "CAS*CO*45*50*1*253*x", "CAS06"),
        ("CAS*OA*23*10**94*-10*2", "CAS*OA*23*", "CAS03"),
    ],
)
def test_a_claim_with_an_unreadable_amount_is_left_out_and_named(old, new, place):
    record, findings = read_changed(old, new)
    assert [claim.control_number for claim in record.claims] == ["A2"]
    (found,) = findings
    assert (found.code, found.severity, found.where.record) == ("DOC-REM-001", Severity.ERROR, "A1")
    assert place in found.message
    assert "claim A1" in found.message
    assert found.where.offset == REMITTANCE.replace(old.encode(), new.encode()).index(new.encode())


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("CLP*A1*1*300*112*28", "CLP*A1*1*300*112*x", "DOC-REM-003"),
        ("AMT*AU*140", "AMT*AU*14O", "DOC-REM-003"),
        ("QTY*ZK*2", "QTY*ZK*two", "DOC-REM-004"),
        ("*0450*1*HC", "*0450*1e5*HC", "DOC-REM-004"),
        ("DTM*232*20261001", "DTM*232*20261032", "DOC-REM-005"),
        ("DTM*472*20261001", "DTM*472*2026", "DOC-REM-005"),
        ("112233*20261105", "112233*20261399", "DOC-REM-005"),
        ("PLB*1234567893*20261231", "PLB*1234567893*20269931", "DOC-REM-005"),
        ("REF*PQ*77", "REF*PQ*77~\nZZZ*9", "DOC-REM-006"),
        ("CLP*A1*", "CLP**", "DOC-REM-012"),
    ],
)
def test_a_value_that_can_be_done_without_is_a_warning_and_loses_no_claim(old, new, code):
    record, findings = read_changed(old, new)
    assert len(record.claims) == 2
    assert [(found.code, found.severity) for found in findings] == [(code, Severity.WARNING)]


def test_a_supplement_that_cannot_be_read_is_still_kept_as_it_was_written():
    record, _ = read_changed("AMT*AU*140", "AMT*AU*14O")
    assert record.claims[0].amounts == (Amount("I", 150),)
    assert record.claims[0].others == (OtherSegment("AMT", (("AU",), ("14O",))),)


def test_a_segment_that_the_guide_does_not_know_is_kept_and_written_again():
    record, _ = read_changed("LQ*RX*75", "LQ*RX*75~\nZZ1*A:B**C")
    assert record.claims[0].lines[0].others == (OtherSegment("ZZ1", (("A", "B"), (), ("C",))),)
    assert "ZZ1*A:B**C" in segments_of(written(write_remittance(replace(record))))


def test_a_pair_with_an_unreadable_amount_is_left_out_and_named():
    record, findings = read_changed("*L6*-1.5", "*L6*-1.5.0")
    assert [one.reason for one in record.provider_adjustments] == ["WO", "FB"]
    assert [found.code for found in findings] == ["DOC-REM-001"]
    assert "provider adjustment" in findings[0].message


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("BPR*I*156*", "BPR*I*much*", "DOC-REM-010"),
        (
            "BPR*I*156*C*ACH*CCP*01*123456780*DA*998877*1999999999*000000001*01*123456780*DA*112233*20261105~\n",
            "",
            "DOC-REM-010",
        ),
        ("TRN*1*EFT55501*1999999999*SUB1~\n", "", "DOC-REM-011"),
        ("TRN*1*EFT55501*", "TRN*1**", "DOC-REM-011"),
    ],
)
def test_a_payment_without_amount_or_trace_is_an_error(old, new, code):
    _, findings = read_changed(old, new)
    assert code in [found.code for found in findings if found.severity is Severity.ERROR]


def test_a_claim_that_stands_where_none_can_is_an_error_and_not_lost_in_silence():
    data = REMITTANCE.replace(b"N1*PR*NORTHWIND", b"CLP*A9*1*10*10**12*P9~\nN1*PR*NORTHWIND")
    record, findings = read_remittance(only_set(data))
    assert len(record.claims) == 2
    assert [(found.code, found.where.segment) for found in findings] == [("DOC-REM-007", "CLP")]
