"""Claim status questions and answers go to X12 and back; what cannot be read is said, and the rest is there."""

from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import HealthCheck, given, settings

from claimwright import x12
from claimwright.documents.parties import Party, Period, Person, Provider
from claimwright.documents.plain import from_plain, to_plain
from claimwright.documents.status import StatusCode, StatusInquiry, StatusInquiryBatch
from claimwright.documents.status_x12 import read_inquiries, read_responses, write_inquiries, write_responses
from tests.documents.examples import ENVELOPE, only_set, written
from tests.question_strategies import status_inquiry_batches, status_response_batches

BRIEFLY = settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)

ISA = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260302*0930*^*00501*000000001*0*T*:~"

ANSWER = """\
BHT*0010*08*REF1*20260302*0930*DG
HL*1**20*1
NM1*PR*2*EXAMPLE PLAN*****PI*PLAN1
PER*IC*SERVICE DESK*TE*5555550100
HL*2*1*21*1
NM1*41*2*LAKESIDE CLINIC*****46*SENDER
HL*3*2*19*1
NM1*1P*2*LAKESIDE CLINIC*****XX*1234567893
HL*4*3*22*0
NM1*IL*1*DOE*JANE****MI*MEM0001
TRN*2*OURS1
STC*P3:317*20260301**150******R4:21:85*P1:20
REF*1K*ICN1
REF*EJ*CLAIM1
REF*D9*CH77
DTP*472*RD8*20260115-20260116
SVC*HC:99213:25*100*0****1
STC*P3:317*20260301
REF*FJ*LINE1
DTP*472*D8*20260115
HL*5*3*22*1
NM1*IL*1*ROE*RICHARD****MI*MEM0002
HL*6*5*23
NM1*QC*1*ROE*RITA
TRN*2*OURS2
STC*F1:65*20260220**90*70*20260219**20260221*EFT0001
REF*EJ*CLAIM2
"""


def file_of(body: str) -> bytes:
    lines = body.strip().splitlines()
    opening = ["GS*HN*SENDER*RECEIVER*20260302*0930*1*X*005010X212", "ST*277*0001*005010X212"]
    return (ISA + "~".join([*opening, *lines, f"SE*{len(lines) + 2}*0001", "GE*1*1", "IEA*1*000000001"]) + "~").encode()


def answers_of(body: str):
    return read_responses(only_set(file_of(body)))


@BRIEFLY
@given(status_inquiry_batches())
def test_questions_survive_the_way_to_x12_and_back(batch):
    data = written(write_inquiries(batch))
    again, findings = read_inquiries(only_set(data))
    assert again == batch
    assert not findings
    assert not [found for found in x12.read(data).findings if found.severity == "error"]


@BRIEFLY
@given(status_response_batches())
def test_answers_survive_the_way_to_x12_and_back(batch):
    data = written(write_responses(batch))
    again, findings = read_responses(only_set(data))
    assert again == batch
    assert not findings
    assert not [found for found in x12.read(data).findings if found.severity == "error"]


@BRIEFLY
@given(status_response_batches())
def test_answers_survive_the_way_to_json_and_back(batch):
    assert from_plain(type(batch), to_plain(batch)) == batch


def test_an_answer_is_read_with_everything_that_it_says():
    data = file_of(ANSWER)
    assert not [found for found in x12.read(data).findings if found.severity == "error"]
    batch, findings = read_responses(only_set(data))
    pending, paid = batch.claims
    assert not findings
    assert pending.payer.contacts[0].numbers == (("TE", "5555550100"),)
    assert (pending.trace, pending.control_number) == ("OURS1", "CLAIM1")
    assert (pending.payer_claim_number, pending.clearinghouse_number) == ("ICN1", "CH77")
    assert pending.period == Period(date(2026, 1, 15), date(2026, 1, 16))
    assert pending.statuses[0].charge_cents == 15_000
    assert pending.lines[0].procedure.modifiers == ("25",)
    assert pending.lines[0].control_number == "LINE1"
    (status,) = paid.statuses
    assert (status.charge_cents, status.paid_cents, status.check_number) == (9_000, 7_000, "EFT0001")
    assert (status.finalized_date, status.payment_date) == (date(2026, 2, 19), date(2026, 2, 21))


def test_all_three_codes_of_a_status_are_read():
    batch, _ = answers_of(ANSWER)
    assert batch.claims[0].statuses[0].codes == (
        StatusCode("P3", "317"),
        StatusCode("R4", "21", "85"),
        StatusCode("P1", "20"),
    )


def test_a_dependents_answer_names_the_patient_and_the_subscriber():
    batch, _ = answers_of(ANSWER)
    jane, rita = batch.claims
    assert jane.subscriber is None
    assert (rita.patient.first_name, rita.subscriber.first_name) == ("RITA", "RICHARD")


def test_a_refused_provider_is_not_lost_though_no_claim_is_answered():
    body = ANSWER[: ANSWER.index("HL*4")].replace("HL*3*2*19*1", "HL*3*2*19*0") + "TRN*1*0\nSTC*E0:24:1P*20260302\n"
    assert not [found for found in x12.read(file_of(body)).findings if found.severity == "error"]
    batch, _ = answers_of(body)
    (refusal,) = batch.refusals
    assert not batch.claims
    assert refusal.provider.npi == "1234567893"
    assert refusal.statuses[0].codes == (StatusCode("E0", "24", "1P"),)


def test_an_unchanged_set_writes_the_bytes_that_were_read_and_a_changed_one_is_written_anew():
    transaction_set = only_set(file_of(ANSWER))
    batch, _ = read_responses(transaction_set)
    again = only_set(written(write_responses(batch)))
    assert [str(segment) for segment in again.segments] == [str(segment) for segment in transaction_set.segments]
    changed, _ = read_responses(only_set(written(write_responses(replace(batch, reference="OTHER")))))
    assert (changed.reference, changed.claims) == ("OTHER", batch.claims)


def test_every_answer_knows_its_bytes():
    data = file_of(ANSWER)
    batch, _ = read_responses(only_set(data), "ab")
    at = batch.claims[0].origin
    assert at.sha256 == "ab"
    assert data[at.offset : at.offset + at.length].startswith(b"TRN*2*OURS1~STC*P3")
    assert data[at.offset : at.offset + at.length].endswith(b"DTP*472*D8*20260115")


def test_a_status_without_a_code_and_an_unreadable_day_are_found_and_cost_nothing_else():
    batch, findings = answers_of(ANSWER.replace("STC*F1:65*20260220", "STC*F1*20260231"))
    assert [(found.code, found.where.record) for found in findings] == [
        ("DOC-STA-013", "OURS2"),
        ("DOC-STA-005", "OURS2"),
    ]
    assert batch.claims[1].statuses[0].paid_cents == 7_000
    assert batch.claims[1].statuses[0].effective_date is None


PLAN = Party(last_name="EXAMPLE PLAN", id_qualifier="PI", id="PLAN1")
SENDER = Party(last_name="LAKESIDE CLINIC", id_qualifier="46", id="SENDER")
CLINIC = Provider(last_name="LAKESIDE CLINIC", id_qualifier="XX", id="1234567893")
JANE = Person(
    last_name="DOE",
    first_name="JANE",
    is_person=True,
    id_qualifier="MI",
    id="MEM0001",
    birth_date=date(1980, 4, 2),
    sex="F",
)


def test_a_question_is_written_as_the_guide_has_it():
    day = Period.day(date(2026, 1, 15))
    inquiry = StatusInquiry("Q1", PLAN, SENDER, CLINIC, JANE, "CLAIM1", 15_000, day, payer_claim_number="ICN1")
    batch = StatusInquiryBatch("REF1", datetime(2026, 3, 2, 9, 30, tzinfo=UTC), (inquiry,))
    assert [str(segment) for segment in only_set(written(write_inquiries(batch))).segments][1:-1] == [
        "BHT*0010*13*REF1*20260302*0930",
        "HL*1**20*1",
        "NM1*PR*2*EXAMPLE PLAN*****PI*PLAN1",
        "HL*2*1*21*1",
        "NM1*41*2*LAKESIDE CLINIC*****46*SENDER",
        "HL*3*2*19*1",
        "NM1*1P*2*LAKESIDE CLINIC*****XX*1234567893",
        "HL*4*3*22*0",
        "DMG*D8*19800402*F",
        "NM1*IL*1*DOE*JANE****MI*MEM0001",
        "TRN*1*Q1",
        "REF*1K*ICN1",
        "REF*EJ*CLAIM1",
        "AMT*T3*150",
        "DTP*472*D8*20260115",
    ]


def test_the_real_samples_are_read_and_written_again_without_a_loss(samples):
    """Every 276 and 277 of 005010X212: the record of what is written anew is the record that was read."""
    seen = 0
    for path in sorted(samples.rglob("*")):
        data = path.read_bytes() if path.is_file() else b""
        if b"005010X212" not in data or path.suffix in (".rs", ".tsv"):
            continue
        for transaction_set in x12.read(data).sets():
            mapping = {"276": (read_inquiries, write_inquiries), "277": (read_responses, write_responses)}
            if transaction_set.st01 not in mapping or transaction_set.guide is None:
                continue
            read, write = mapping[transaction_set.st01]
            record, findings = read(transaction_set)
            assert not findings, path
            delimiters = transaction_set.segments[0].delimiters
            envelope = replace(ENVELOPE, delimiters=delimiters if delimiters.repetition else x12.Delimiters())
            again, _ = read(only_set(x12.write_interchange(envelope, [write(replace(record))])))
            assert again == record, path
            seen += 1
    assert seen >= 14
