"""Coverage questions and answers go to X12 and back; what cannot be read is said, and the rest is there."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings

from claimwright import x12
from claimwright.documents.eligibility import EligibilityInquiry, EligibilityInquiryBatch, Rejection
from claimwright.documents.eligibility_x12 import read_inquiries, read_responses, write_inquiries, write_responses
from claimwright.documents.parties import Party, Period, Person, Provider
from claimwright.documents.plain import from_plain, to_plain
from tests.documents.examples import ENVELOPE, only_set, written
from tests.question_strategies import eligibility_inquiry_batches, eligibility_response_batches

HEAD = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260302*0930*^*00501*000000001*0*T*:~"


def file_of(kind: str, functional_id: str, body: str) -> bytes:
    lines = body.strip().splitlines()
    group = f"GS*{functional_id}*SENDER*RECEIVER*20260302*0930*1*X*005010X279A1"
    opening = f"ST*{kind}*0001*005010X279A1"
    every = [group, opening, *lines, f"SE*{len(lines) + 2}*0001", "GE*1*1", "IEA*1*000000001"]
    return (HEAD + "~".join(every) + "~").encode()


ANSWER = """\
BHT*0022*11*REF1*20260302*0930
HL*1**20*1
NM1*PR*2*EXAMPLE PLAN*****PI*PLAN1
PER*IC*SERVICE DESK*TE*5555550100
HL*2*1*21*1
NM1*1P*2*LAKESIDE CLINIC*****XX*1234567893
HL*3*2*22*0
TRN*1*PAYER77*9999999999
TRN*2*OURS1*9CLMWRIGHT
NM1*IL*1*DOE*JANE****MI*MEM0001
REF*6P*G100*ACME WORKS
REF*18*P7*GOLD
N3*12 ELM STREET
N4*SPRINGFIELD*IL*627010001
DMG*D8*19800402*F
INS*Y*18*001*25
DTP*346*D8*20260101
EB*1*IND*30*HM*GOLD PLAN
DTP*291*RD8*20260101-20261231
EB*B*IND*98^UC**GOLD PLAN*27*25*****Y
HSD*VS*30***22
MSG*COPAY WAIVED FOR PREVENTIVE VISITS
III*ZZ*11
EB*A*IND*30*****.2****N
EB*C*IND*30***29*412.5
EB*R*IND*30
LS*2120
NM1*PRP*2*FIRST PLAN*****PI*PLAN9
PER*IC**TE*5555550101
LE*2120
EB*D
"""


def answers_of(body: str):
    return read_responses(only_set(file_of("271", "HB", body)))


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(eligibility_inquiry_batches())
def test_questions_survive_the_way_to_x12_and_back(batch):
    data = written(write_inquiries(batch))
    again, findings = read_inquiries(only_set(data))
    assert again == batch
    assert not findings
    assert not [found for found in x12.read(data, rules=False).findings if found.severity == "error"]


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(eligibility_response_batches())
def test_answers_survive_the_way_to_x12_and_back(batch):
    data = written(write_responses(batch))
    again, _ = read_responses(only_set(data))
    assert again == batch
    assert not [found for found in x12.read(data, rules=False).findings if found.severity == "error"]


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(eligibility_response_batches())
def test_answers_survive_the_way_to_json_and_back(batch):
    assert from_plain(type(batch), to_plain(batch)) == batch


def test_an_answer_is_read_with_everything_that_it_says():
    batch, findings = answers_of(ANSWER)
    (response,) = batch.responses
    assert not findings
    assert (batch.reference, batch.created_at) == ("REF1", datetime(2026, 3, 2, 9, 30, tzinfo=UTC))
    assert (response.trace, response.further_traces[0].number) == ("OURS1", "PAYER77")
    assert (response.group_number, response.group_name) == ("G100", "ACME WORKS")
    assert response.subscriber.references[0].description == "GOLD"
    assert response.is_corrected
    assert response.is_active
    assert response.plan_dates == (("346", Period.day(date(2026, 1, 1))),)
    active, copay, coinsurance, deductible, other, _ = response.benefits
    assert active.dates == (("291", Period(date(2026, 1, 1), date(2026, 12, 31))),)
    assert (copay.amount_cents, copay.service_types, copay.in_network) == (2_500, ("98", "UC"), "Y")
    assert copay.messages == ("COPAY WAIVED FOR PREVENTIVE VISITS",)
    assert [kept.name for kept in copay.others] == ["HSD", "III"]
    assert (coinsurance.percent, coinsurance.in_network) == (Decimal("0.2"), "N")
    assert (deductible.amount_cents, deductible.period) == (41_250, "29")
    assert (other.entities[0].role, other.entities[0].party.id) == ("PRP", "PLAN9")


def test_an_unchanged_set_writes_the_bytes_that_were_read():
    transaction_set = only_set(file_of("271", "HB", ANSWER))
    batch, _ = read_responses(transaction_set)
    again = only_set(written(write_responses(batch)))
    assert [str(segment) for segment in again.segments] == [str(segment) for segment in transaction_set.segments]


def test_a_changed_answer_is_written_anew():
    batch, _ = answers_of(ANSWER)
    changed = replace(batch, responses=(replace(batch.responses[0], trace="OTHER"),))
    again, _ = read_responses(only_set(written(write_responses(changed))))
    assert again.responses[0].trace == "OTHER"
    assert again.responses[0].benefits == batch.responses[0].benefits


def test_every_answer_and_benefit_knows_its_bytes():
    data = file_of("271", "HB", ANSWER)
    batch, _ = read_responses(only_set(data), "ab")
    (response,) = batch.responses
    at = response.origin
    assert at.sha256 == "ab"
    assert data[at.offset : at.offset + at.length].startswith(b"HL*3*2*22*0~TRN*1")
    assert data[at.offset : at.offset + at.length].endswith(b"EB*D")
    copay = response.benefits[1].origin
    assert data[copay.offset : copay.offset + copay.length].startswith(b"EB*B*IND*98^UC")
    assert data[copay.offset : copay.offset + copay.length].endswith(b"III*ZZ*11")


def test_an_unreadable_amount_costs_the_amount_and_not_the_benefit():
    batch, findings = answers_of(ANSWER.replace("*412.5", "*41X.5"))
    assert batch.responses[0].benefits[3].amount_cents is None
    (found,) = findings
    assert (found.code, found.where.segment, found.where.element) == ("DOC-ELG-003", "EB", 7)
    assert found.where.record == "OURS1"


def test_a_subscriber_without_a_name_is_an_error_that_names_the_place():
    batch, findings = answers_of(ANSWER.replace("NM1*IL*1*DOE*JANE****MI*MEM0001\n", ""))
    assert "DOC-ELG-010" in [found.code for found in findings]
    assert batch.responses[0].trace == "OURS1"
    assert batch.responses[0].subscriber == Person()  # The next name in the file is the other payer's.


def test_the_payers_own_number_is_not_taken_for_our_trace():
    batch, findings = answers_of(ANSWER.replace("TRN*2*OURS1*9CLMWRIGHT\n", ""))
    assert batch.responses[0].trace == ""
    assert [found.code for found in findings] == ["DOC-ELG-011"]


@pytest.mark.parametrize(
    ("after", "aaa", "level"),
    [
        ("HL*1**20*1\n", "AAA*N**42*R\n", "2000A"),
        ("PER*IC*SERVICE DESK*TE*5555550100\n", "AAA*N**79*C\n", "2100A"),
        ("NM1*1P*2*LAKESIDE CLINIC*****XX*1234567893\n", "AAA*N**51*C\n", "2100B"),
    ],
)
def test_a_rejection_of_payer_or_provider_stands_for_all_their_questions(after, aaa, level):
    batch, _ = answers_of(ANSWER.replace(after, after + aaa))
    (rejection,) = batch.rejections
    assert (rejection.level, rejection.payer.id) == (level, "PLAN1")
    assert (rejection.provider is None) == (level != "2100B")


def test_a_rejected_subscriber_is_not_active_whatever_else_is_said():
    batch, _ = answers_of(ANSWER.replace("DMG*D8", "AAA*N**72*C\nDMG*D8"))
    assert batch.responses[0].rejections == (Rejection("72", "C", "2100C"),)
    assert not batch.responses[0].is_active


def test_a_benefit_that_was_not_answered_leaves_the_others_standing():
    batch, _ = answers_of(ANSWER.replace("EB*D\n", "EB*V**MH\nAAA*Y**52*N\n"))
    assert batch.responses[0].benefits[-1].rejections == (Rejection("52", "N", "2110C", is_request_valid=True),)
    assert batch.responses[0].is_active


DEPENDENT = """\
HL*3*2*22*1
NM1*IL*1*DOE*JANE****MI*MEM0001
REF*6P*G100
HL*4*3*23*0
TRN*2*OURS2*9CLMWRIGHT
NM1*03*1*DOE*JOHN
AAA*N**58*C
DMG*D8*20150402*M
INS*N*19
"""


def test_a_dependent_is_the_patient_of_its_own_answer():
    batch, _ = answers_of(ANSWER[: ANSWER.index("HL*3")] + DEPENDENT)
    (response,) = batch.responses
    assert (response.patient_person.first_name, response.subscriber.first_name) == ("JOHN", "JANE")
    assert (response.relationship, response.group_number, response.trace) == ("19", "G100", "OURS2")
    assert response.rejections == (Rejection("58", "C", "2100D"),)


PLAN = Party(last_name="EXAMPLE PLAN", id_qualifier="PI", id="PLAN1")
CLINIC = Provider(last_name="LAKESIDE CLINIC", id_qualifier="XX", id="1234567893")
JANE = Person(
    last_name="DOE", first_name="JANE", is_person=True, id_qualifier="MI", id="MEM0001", birth_date=date(1980, 4, 2)
)


def a_question(trace: str = "Q1", **fields) -> EligibilityInquiry:
    return EligibilityInquiry(trace, PLAN, CLINIC, JANE, date(2026, 3, 5), **fields)


def a_batch(*inquiries: EligibilityInquiry) -> EligibilityInquiryBatch:
    return EligibilityInquiryBatch("REF1", datetime(2026, 3, 2, 9, 30, tzinfo=UTC), inquiries)


def segments_of(batch: EligibilityInquiryBatch) -> list[str]:
    return [str(segment) for segment in only_set(written(write_inquiries(batch))).segments]


def test_a_question_is_written_as_the_guide_has_it():
    assert segments_of(a_batch(a_question(service_types=("30", "98"))))[1:-1] == [
        "BHT*0022*13*REF1*20260302*0930",
        "HL*1**20*1",
        "NM1*PR*2*EXAMPLE PLAN*****PI*PLAN1",
        "HL*2*1*21*1",
        "NM1*1P*2*LAKESIDE CLINIC*****XX*1234567893",
        "HL*3*2*22*0",
        "TRN*1*Q1*9CLMWRIGHT",
        "NM1*IL*1*DOE*JANE****MI*MEM0001",
        "DMG*D8*19800402",
        "DTP*291*D8*20260305",
        "EQ*30^98",
    ]


def test_questions_to_one_payer_share_its_levels():
    segments = segments_of(a_batch(a_question("Q1"), a_question("Q2")))
    assert [line for line in segments if line.startswith("HL")] == [
        "HL*1**20*1",
        "HL*2*1*21*1",
        "HL*3*2*22*0",
        "HL*4*2*22*0",
    ]


def test_a_dependent_is_asked_about_without_an_identifier_of_its_own():
    john = Person(
        last_name="DOE", first_name="JOHN", is_person=True, id_qualifier="MI", id="X1", birth_date=date(2015, 4, 2)
    )
    segments = segments_of(a_batch(a_question(patient=john, relationship="G8")))
    assert "NM1*03*1*DOE*JOHN" in segments
    assert "INS*N*34" in segments  # The 270 knows spouse, child and other adult only.
    assert segments.index("HL*4*3*23*0") + 1 == segments.index("TRN*1*Q1*9CLMWRIGHT")


def test_a_question_that_names_no_day_is_about_the_day_on_which_it_was_made():
    data = written(write_inquiries(a_batch(a_question()))).replace(b"DTP*291*D8*20260305~", b"")
    batch, _ = read_inquiries(only_set(data))
    assert batch.inquiries[0].service_date == date(2026, 3, 2)


def test_a_withdrawal_of_questions_is_not_read_as_if_nothing_were_odd():
    data = written(write_inquiries(a_batch(a_question()))).replace(b"BHT*0022*13", b"BHT*0022*01")
    _, findings = read_inquiries(only_set(data))
    assert [found.code for found in findings] == ["DOC-ELG-014"]


def test_service_types_parted_by_the_wrong_separator_are_understood():
    batch, _ = answers_of(ANSWER.replace("98^UC", "98:UC"))
    assert batch.responses[0].benefits[1].service_types == ("98", "UC")


def test_the_real_samples_are_read_and_written_again_without_a_loss(samples):
    """Every 270 and 271 of 005010X279: the record of what is written anew is the record that was read."""
    seen = 0
    for path in sorted(samples.rglob("*")):
        data = path.read_bytes() if path.is_file() else b""
        if b"005010X279" not in data or path.suffix in (".rs", ".tsv"):
            continue
        for transaction_set in x12.read(data).sets():
            mapping = {"270": (read_inquiries, write_inquiries), "271": (read_responses, write_responses)}
            if transaction_set.st01 not in mapping or transaction_set.guide is None:
                continue
            read, write = mapping[transaction_set.st01]
            record, _ = read(transaction_set)
            delimiters = transaction_set.segments[0].delimiters
            envelope = replace(ENVELOPE, delimiters=delimiters if delimiters.repetition else x12.Delimiters())
            again, _ = read(only_set(x12.write_interchange(envelope, [write(replace(record))])))
            assert again == record, path
            seen += 1
    assert seen > 150
