"""TA1, 999 and 277CA go to X12 and back; what cannot be read is said, and is never taken for an acceptance."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings

from claimwright import x12
from claimwright.documents.acknowledgement import InterchangeAcknowledgement
from claimwright.documents.acknowledgement_x12 import (
    read_claim_acknowledgement,
    read_functional,
    read_interchange_acknowledgements,
    write_claim_acknowledgement,
    write_functional,
    write_interchange_acknowledgement,
)
from claimwright.documents.plain import from_plain, to_plain
from claimwright.documents.status import StatusCode
from tests.documents.examples import ENVELOPE, only_set, written
from tests.judges import pyx12_errors
from tests.question_strategies import claim_acknowledgements, functional_acknowledgements

BRIEFLY = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
JUDGED = settings(BRIEFLY, max_examples=10, phases=[Phase.explicit, Phase.reuse, Phase.generate])
"""The judge takes its time: few examples, and a failing one is shown as it was drawn."""

ISA = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260302*0930*^*00501*000000001*0*T*:~"


def file_of(kind: str, functional_id: str, version: str, body: str) -> bytes:
    lines = body.strip().splitlines()
    opening = [f"GS*{functional_id}*SENDER*RECEIVER*20260302*0930*1*X*{version}", f"ST*{kind}*0001*{version}"]
    return (ISA + "~".join([*opening, *lines, f"SE*{len(lines) + 2}*0001", "GE*1*1", "IEA*1*000000001"]) + "~").encode()


def errors_of(data: bytes) -> list:
    return [found for found in x12.read(data, rules=False).findings if found.severity == "error"]


# TA1.


def test_a_ta1_survives_the_way_to_x12_and_back():
    acknowledgement = InterchangeAcknowledgement("000000017", date(2026, 3, 1), "1415", "R", "025")
    data = x12.write_interchange(ENVELOPE, [], acks=[write_interchange_acknowledgement(acknowledgement)])
    (interchange,) = x12.read(data).interchanges
    (read,) = read_interchange_acknowledgements(interchange, "ab")
    assert read == acknowledgement
    assert data[read.origin.offset : read.origin.offset + read.origin.length] == b"TA1*000000017*260301*1415*R*025"


def test_an_unreadable_date_of_a_ta1_costs_the_date_alone():
    data = x12.write_interchange(ENVELOPE, [], acks=[("TA1", "000000017", "261301", "1415", "R", "025")])
    (read,) = read_interchange_acknowledgements(x12.read(data).interchanges[0])
    assert (read.interchange_date, read.code, read.note) == (None, "R", "025")


# 999.

REJECTED = """\
AK1*HC*17*005010X222A1
AK2*837*0001*005010X222A1
IK3*NM1*8*2010AA*8
CTX*CLM01:CLAIM1
IK4*9*67*7*1234567890
IK4*3:2:1**1
CTX*SITUATIONAL TRIGGER*CLM*43**5:3*C023:1325
IK5*R*5*I5
AK2*837*0002*005010X222A1
IK5*A
AK9*P*2*2*1
"""


def functional_of(body: str):
    return read_functional(only_set(file_of("999", "FA", "005010X231A1", body)))


@BRIEFLY
@given(functional_acknowledgements())
def test_a_999_survives_the_way_to_x12_and_back(acknowledgement):
    data = written(write_functional(acknowledgement))
    again, findings = read_functional(only_set(data))
    assert again == acknowledgement
    assert not findings
    assert not errors_of(data)


def test_a_999_says_which_claim_which_segment_and_which_element():
    acknowledgement, findings = functional_of(REJECTED)
    assert not findings
    rejected, accepted = acknowledgement.sets
    assert (acknowledgement.group_control_number, acknowledgement.code) == ("17", "P")
    assert (acknowledgement.sets_included, acknowledgement.sets_received, acknowledgement.sets_accepted) == (2, 2, 1)
    assert (rejected.code, rejected.errors, accepted.code) == ("R", ("5", "I5"), "A")
    (segment,) = rejected.segments
    assert (segment.segment, segment.position, segment.loop, segment.code) == ("NM1", 8, "2010AA", "8")
    assert segment.context == ("CLM01:CLAIM1",)
    whole, part = segment.elements
    assert (whole.element, whole.component, whole.reference, whole.code, whole.value) == (
        9,
        None,
        "67",
        "7",
        "1234567890",
    )
    assert (part.element, part.component, part.repetition, part.code) == (3, 2, 1, "1")
    assert part.context == ("SITUATIONAL TRIGGER*CLM*43**5:3*C023:1325",)


def test_an_unchanged_999_writes_the_bytes_that_were_read():
    transaction_set = only_set(file_of("999", "FA", "005010X231A1", REJECTED))
    acknowledgement, _ = read_functional(transaction_set)
    again = only_set(written(write_functional(acknowledgement)))
    assert [str(segment) for segment in again.segments] == [str(segment) for segment in transaction_set.segments]


def test_a_set_without_its_verdict_is_neither_accepted_nor_rejected():
    acknowledgement, findings = functional_of(REJECTED.replace("IK5*R*5*I5\n", ""))
    assert [found.code for found in findings] == ["DOC-ACK-015"]
    assert [one.code for one in acknowledgement.sets] == ["", "A"]


def test_a_999_cut_short_accepts_nothing():
    acknowledgement, findings = functional_of("AK2*837*0001*005010X222A1\n")
    assert [found.code for found in findings] == ["DOC-ACK-014", "DOC-ACK-015", "DOC-ACK-015"]
    assert acknowledgement.code == ""


def test_a_997_is_understood_too():
    body = REJECTED.replace("IK3", "AK3").replace("IK4", "AK4").replace("IK5", "AK5")
    acknowledgement, _ = read_functional(only_set(file_of("997", "FA", "005010X230", body)))
    assert [one.code for one in acknowledgement.sets] == ["R", "A"]
    assert acknowledgement.sets[0].segments[0].elements[0].value == "1234567890"


def test_our_own_answer_to_a_bad_file_is_read_as_it_was_meant():
    bad = file_of("277", "HN", "005010X212", "BHT*0010*08*R*20260302*0930*DG\n")
    reading = x12.read(x12.acknowledge(x12.read(bad), ENVELOPE))
    acknowledgement, findings = read_functional(next(iter(reading.sets())))
    assert not findings
    assert (acknowledgement.code, acknowledgement.sets[0].code) == ("R", "R")
    assert acknowledgement.sets[0].segments[0].code == "3"


# 277CA.

ANSWER = """\
BHT*0085*08*REF1*20260302*0930*TH
HL*1**20*1
NM1*AY*2*EXAMPLE HOUSE*****46*HOUSE
TRN*1*RECEIPT1
DTP*050*D8*20260301
DTP*009*D8*20260302
HL*2*1*21*1
NM1*41*2*LAKESIDE CLINIC*****46*SENDER
TRN*2*BATCH1
STC*A1:19:PR*20260302*WQ*250
QTY*90*1
QTY*AA*1
AMT*YU*100
AMT*YY*150
HL*3*2*19*1
NM1*85*2*LAKESIDE CLINIC*****XX*1234567893
TRN*1*0
STC*A1:19:85**WQ*250
QTY*QA*1
QTY*QC*1
AMT*YU*100
AMT*YY*150
HL*4*3*PT
NM1*QC*1*DOE*JANE****MI*MEM0001
TRN*2*CLAIM1
STC*A2:20*20260302*WQ*100
REF*1K*ICN1
REF*D9*CH77
DTP*472*D8*20260115
HL*5*3*PT
NM1*QC*1*ROE*RICHARD****MI*MEM0002
TRN*2*CLAIM2
STC*A7:562:82*20260302*U*150******A7:33:IL**MEMBER NOT FOUND
DTP*472*D8*20260116
SVC*HC:99213*150*****1
STC*A7:454**U
REF*FJ*LINE1
"""


def claim_acknowledgement_of(body: str, version: str = "005010X214"):
    return read_claim_acknowledgement(only_set(file_of("277", "HN", version, body)))


@BRIEFLY
@given(claim_acknowledgements())
def test_a_277ca_survives_the_way_to_x12_and_back(acknowledgement):
    data = written(write_claim_acknowledgement(acknowledgement))
    again, findings = read_claim_acknowledgement(only_set(data))
    assert again == acknowledgement
    assert not findings
    assert not errors_of(data)


@BRIEFLY
@given(claim_acknowledgements())
def test_a_277ca_survives_the_way_to_json_and_back(acknowledgement):
    assert from_plain(type(acknowledgement), to_plain(acknowledgement)) == acknowledgement


def test_a_277ca_says_what_became_of_batch_provider_and_claim():
    data = file_of("277", "HN", "005010X214", ANSWER)
    assert not errors_of(data)
    acknowledgement, findings = read_claim_acknowledgement(only_set(data))
    assert not findings
    assert (acknowledgement.source_role, acknowledgement.source.id) == ("AY", "HOUSE")
    assert (acknowledgement.batch_reference, acknowledgement.receipt) == ("BATCH1", "RECEIPT1")
    assert (acknowledgement.received_date, acknowledgement.processed_date) == (date(2026, 3, 1), date(2026, 3, 2))
    assert (acknowledgement.accepted_count, acknowledgement.rejected_cents) == (1, 15_000)
    (provider,) = acknowledgement.providers
    assert (provider.provider.npi, provider.totals.rejected_count) == ("1234567893", 1)
    accepted, rejected = acknowledgement.claims
    assert (accepted.control_number, accepted.payer_claim_number, accepted.clearinghouse_number) == (
        "CLAIM1",
        "ICN1",
        "CH77",
    )
    assert rejected.control_number == "CLAIM2"
    assert rejected.statuses[0].codes == (StatusCode("A7", "562", "82"), StatusCode("A7", "33", "IL"))
    assert (rejected.statuses[0].action, rejected.statuses[0].message) == ("U", "MEMBER NOT FOUND")
    assert rejected.lines[0].statuses[0].codes == (StatusCode("A7", "454"),)


def test_an_unchanged_277ca_writes_the_bytes_that_were_read_and_a_changed_one_is_written_anew():
    transaction_set = only_set(file_of("277", "HN", "005010X214", ANSWER))
    acknowledgement, _ = read_claim_acknowledgement(transaction_set)
    again = only_set(written(write_claim_acknowledgement(acknowledgement)))
    assert [str(segment) for segment in again.segments] == [str(segment) for segment in transaction_set.segments]
    changed = replace(acknowledgement, receipt="RECEIPT2")
    read, _ = read_claim_acknowledgement(only_set(written(write_claim_acknowledgement(changed))))
    assert read == changed


def test_a_refused_batch_without_claims_is_read():
    body = ANSWER[: ANSWER.index("STC*")].replace("HL*2*1*21*1", "HL*2*1*21*0") + "STC*A3:24:41*20260302*U*0\n"
    assert not errors_of(file_of("277", "HN", "005010X214", body))
    acknowledgement, findings = claim_acknowledgement_of(body)
    assert not findings
    assert acknowledgement.statuses[0].codes == (StatusCode("A3", "24", "41"),)
    assert not acknowledgement.claims


def test_two_answers_to_one_provider_are_both_kept():
    second = (
        ANSWER[ANSWER.index("HL*3*2*19") :]
        .replace("HL*5*3", "HL*8*6")
        .replace("HL*4*3", "HL*7*6")
        .replace("HL*3*2", "HL*6*2")
    )
    acknowledgement, _ = claim_acknowledgement_of(ANSWER + second)
    again, _ = read_claim_acknowledgement(only_set(written(write_claim_acknowledgement(replace(acknowledgement)))))
    assert len(again.providers) == 2
    assert len(again.claims) == 4


def test_a_277ca_of_a_later_version_is_read_by_its_loops():
    acknowledgement, _ = claim_acknowledgement_of(ANSWER, "005010X364")
    assert [claim.control_number for claim in acknowledgement.claims] == ["CLAIM1", "CLAIM2"]


@pytest.mark.parametrize("cut", ["HL*2*1*21*1", "NM1*AY", "TRN*1*RECEIPT1", "BHT*"])
def test_a_277ca_cut_anywhere_gives_findings_and_no_crash(cut):
    acknowledgement, findings = claim_acknowledgement_of(ANSWER[: ANSWER.index(cut)] or "AMT*YU*1\n")
    assert not acknowledgement.claims
    assert findings


# The independent judge.


@JUDGED
@given(functional_acknowledgements())
def test_pyx12_accepts_every_999_that_we_write(acknowledgement):
    assert pyx12_errors(written(write_functional(_with_one_context_each(acknowledgement)))) == []


def _with_one_context_each(acknowledgement):
    """Its map lets two kinds of CTX follow an IK3, nine and one; its walk takes them for one kind and allows one."""
    sets = tuple(
        replace(one, segments=tuple(replace(error, context=error.context[:1]) for error in one.segments))
        for one in acknowledgement.sets
    )
    return replace(acknowledgement, sets=sets)


@JUDGED
@given(claim_acknowledgements())
def test_pyx12_accepts_every_277ca_that_we_write(acknowledgement):
    """Its map wants claims of every provider and one identifier, and of a line one status with a day of its own."""
    claimed = {claim.provider for claim in acknowledgement.claims}
    assume(claimed)
    answers = tuple(
        replace(answer, references=answer.references[:1])
        for answer in acknowledgement.providers
        if answer.provider in claimed
    )
    claims = tuple(replace(claim, lines=tuple(map(_with_one_status, claim.lines))) for claim in acknowledgement.claims)
    judged = replace(acknowledgement, providers=answers, claims=claims)
    assert pyx12_errors(written(write_claim_acknowledgement(judged))) == []


def _with_one_status(line):
    return replace(line, statuses=(replace(line.statuses[0], effective_date=date(2026, 3, 2)),))


def test_the_real_samples_are_read_and_written_again_without_a_loss(samples):
    """Every 999 and 277CA of 5010: the record of what is written anew is the record that was read."""
    seen = 0
    for path in sorted(samples.rglob("*")):
        data = path.read_bytes() if path.is_file() else b""
        is_answer = b"005010X231" in data or b"005010X214" in data
        if not is_answer or path.suffix in (".rs", ".tsv"):
            continue
        for transaction_set in x12.read(data).sets():
            if transaction_set.st01 not in ("277", "999"):
                continue
            if transaction_set.st01 == "277":
                read, write = read_claim_acknowledgement, write_claim_acknowledgement
            else:
                read, write = read_functional, write_functional
            record, findings = read(transaction_set)
            assert not findings, path
            delimiters = transaction_set.segments[0].delimiters
            envelope = replace(ENVELOPE, delimiters=delimiters if delimiters.repetition else x12.Delimiters())
            again, _ = read(only_set(x12.write_interchange(envelope, [write(replace(record))])))
            assert again == record, path
            seen += 1
    assert seen >= 8
