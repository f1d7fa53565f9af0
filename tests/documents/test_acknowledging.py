"""The 277CA of an 837: every claim answered once, for what was found in it, and right whatever was received."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claimwright import x12
from claimwright.codesets.acknowledgements import status_category, status_code
from claimwright.documents.acknowledgement import ClaimAcknowledgement
from claimwright.documents.acknowledgement_x12 import read_claim_acknowledgement, write_claim_acknowledgement
from claimwright.documents.acknowledging import _table, acknowledge_claims
from claimwright.documents.parties import Party, Period, Reference
from claimwright.findings import Finding, Severity, Where
from tests.judges import pyx12_errors
from tests.x12.defects.kit import base_text, defects
from tests.x12.files import CLAIM, DEPENDENT, PAYMENT, file_of, spoil
from tests.x12.test_splitting import OTHER_SUBSCRIBER, SECOND_CLAIM

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
ENVELOPE = x12.Envelope("ZZ", "RECEIVER", "ZZ", "SENDER", NOW, 5, 6)
THREE = CLAIM + SECOND_CLAIM + OTHER_SUBSCRIBER
"""CLAIM1 and CLAIM2 of one subscriber, CLAIM3 of another; one billing provider."""


def answered(*bodies: str, **wanted) -> ClaimAcknowledgement:
    """The answer to the one set of that body, judged right by our own guide."""
    (transaction_set,) = x12.read(file_of("837", *bodies)).sets()
    answer = acknowledge_claims(transaction_set, now=NOW, **wanted)
    assert answer
    assert x12.read(written(answer)).accepted
    return answer


def written(answer: ClaimAcknowledgement) -> bytes:
    return x12.write_interchange(ENVELOPE, [write_claim_acknowledgement(answer)])


def codes(answer: ClaimAcknowledgement) -> dict[str, list[str]]:
    """By claim, the status codes that were told of it."""
    return {claim.trace: [str(code) for code in claim.statuses[0].codes] for claim in answer.claims}


def test_right_claims_are_accepted():
    answer = answered(THREE)
    assert codes(answer) == {number: ["A1:19:40"] for number in ("CLAIM1", "CLAIM2", "CLAIM3")}
    assert {claim.statuses[0].action for claim in answer.claims} == {"WQ"}
    assert (answer.accepted_count, answer.accepted_cents) == (3, 45_000)
    assert (answer.rejected_count, answer.rejected_cents) == (None, None)
    assert pyx12_errors(written(answer)) == []


def test_only_a_payer_accepts_claims_for_good():
    """An A2 of the payer proves timely filing; a clearinghouse's A1 does not."""
    answer = answered(CLAIM, role="PR", source=Party("CEDAR HMO", id_qualifier="PI", id="CEDAR"), receipt="R1")
    assert codes(answer) == {"CLAIM1": ["A2:20:PR"]}
    assert (answer.source.last_name, answer.source_role, answer.receipt) == ("CEDAR HMO", "PR", "R1")
    assert pyx12_errors(written(answer)) == []


def test_it_says_whose_claims_they_are_and_of_when():
    claim = answered(DEPENDENT).claims[0]
    assert (claim.patient.last_name, claim.patient.first_name) == ("DOE", "JOHN")
    assert claim.patient.id == "MEM0001"  # The subscriber's: a dependent has none of its own.
    assert claim.provider.npi == "1234567893"
    assert claim.period == Period(date(2026, 1, 15), date(2026, 1, 16))
    assert answered(CLAIM).batch_reference == "BATCH1"


def test_a_hospital_s_claim_is_answered_with_its_type_of_bill_and_days():
    (transaction_set,) = x12.read(base_text("institutional").encode()).sets()
    answer = acknowledge_claims(transaction_set, now=NOW)
    clm = next(segment for segment in transaction_set.segments if segment.id == "CLM")
    assert answer.claims[0].trace == clm[1]
    assert answer.claims[0].references == (Reference("BLT", clm.component(5, 1) + clm.component(5, 3)),)
    assert answer.claims[0].period.start < answer.claims[0].period.end
    assert pyx12_errors(written(answer)) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("CLM*CLAIM1*150*", "CLM*CLAIM1*151*", "A8:400"),
        ("UN*1***1:2", "UN*1***1:9", "A7:477"),
        ("DTP*472*D8*20260115\n", "", "A6:187"),
        ("DTP*472*D8*20260115", "DTP*472*D8*20260230", "A7:187"),
        ("HI*ABK:E119*ABF:I10\n", "", "A6:255"),
        ("*50*UN*1*", "*50*UN*one*", "A7:476"),
        ("11:B:1", "11:B:X", "A7:535"),
        ("SBR*S*18*******CI", "SBR*S*18*******QQ", "A7:480"),
        ("DMG*D8*19800402", "DMG*D8*19800432", "A7:158:IL"),
        ("NM1*IL*1*DOE*JANE****MI*MEM0001", "NM1*IL*1*DOE*JANE****MI*M", "A7:164:IL"),
        ("NM1*82*1*WELBY", "NM1*82*9*WELBY", "A7:125:82"),
        ("NM1*85*2*LAKESIDE CLINIC", "NM1*85*2*", "A6:504:85"),
        ("N3*1 MAIN STREET", "N3", "A6:503:85"),
        ("SVD*PLAN1*80", "SVD*PLAN1*81", "A8:672"),
        ("REF*EA*MRN1", "ZZZ*1\nREF*EA*MRN1", "A3:684"),
    ],
)
def test_a_claim_is_rejected_for_what_was_found_in_it(old, new, expected):
    answer = answered(spoil(CLAIM, old, new))
    assert expected in codes(answer)["CLAIM1"]
    assert answer.claims[0].statuses[0].action == "U"
    assert (answer.accepted_count, answer.rejected_count, answer.rejected_cents) == (None, 1, answer.rejected_cents)
    assert pyx12_errors(written(answer)) == []


def rejected(answer: ClaimAcknowledgement) -> set[str]:
    return {claim.trace for claim in answer.claims if claim.statuses[0].action == "U"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (spoil(THREE, "CLM*CLAIM2*150*", "CLM*CLAIM2*151*"), {"CLAIM2"}),
        (THREE[::-1].replace("DTP*472*D8*20260115\n"[::-1], "", 1)[::-1], {"CLAIM3"}),
        (spoil(THREE, "DMG*D8*19800402", "DMG*D8*19800432"), {"CLAIM1", "CLAIM2"}),
        (spoil(THREE, "PRV*BI*PXC*207Q00000X", "PRV*BI*PXC*"), {"CLAIM1", "CLAIM2", "CLAIM3"}),
    ],
    ids=["one claim", "the last line of the last claim", "a subscriber", "the provider"],
)
def test_what_is_wrong_above_claims_is_wrong_with_each_of_them_and_with_no_other(body, expected):
    answer = answered(body)
    assert rejected(answer) == expected
    assert (answer.accepted_count or 0, answer.rejected_count) == (3 - len(expected), len(expected))


def test_what_is_missing_at_the_end_of_a_claim_is_not_blamed_on_the_next():
    """The finding stands at the segment before which something is missing: here the next claim's first one."""
    cut = THREE.partition("SV1*HC:36415")[0].rpartition("LX*2")[0]
    first_without_last_date = cut + "LX*2\nSV1*HC:36415*50*UN*1***1\n" + SECOND_CLAIM
    assert rejected(answered(first_without_last_date)) == {"CLAIM1"}


def test_a_line_in_error_is_named():
    answer = answered(spoil(CLAIM, "SV1*HC:36415*50*UN*1***1\n", "SV1*HC:36415*50*UN*one***1\n"))
    (line,) = answer.claims[0].lines
    assert (line.procedure.code, line.charge_cents, line.control_number) == ("36415", 5_000, "LINE2")
    assert [str(code) for code in line.statuses[0].codes] == ["A7:476"]


def test_totals_of_providers_are_theirs():
    other = "HL*3*" + CLAIM.partition("HL*1*")[2].replace("HL*2*1*22", "HL*4*3*22")
    other = other.replace("LAKESIDE CLINIC*****XX*1234567893", "HARBOR CLINIC*****XX*1245319599").replace(
        "CLAIM1", "C2"
    )
    answer = answered(CLAIM + spoil(other, "11:B:1", "11:B:X"))
    told = [(one.provider.last_name, one.totals.accepted_cents, one.totals.rejected_cents) for one in answer.providers]
    assert told == [("LAKESIDE CLINIC", 15_000, None), ("HARBOR CLINIC", None, 15_000)]
    assert pyx12_errors(written(answer)) == []


def test_an_error_of_the_set_itself_sends_back_the_whole_batch():
    answer = answered(spoil(THREE, "NM1*41*2*LAKESIDE CLINIC*****46*SENDER", "NM1*41*2*LAKESIDE CLINIC*****XX*SENDER"))
    assert answer.claims == ()
    assert (answer.statuses[0].action, str(answer.statuses[0].codes[0])) == ("U", "A3:684:41")
    assert (answer.rejected_count, answer.rejected_cents) == (3, 45_000)


def test_findings_of_the_payer_s_own_edits_can_be_given():
    """What the edits of `claimwright.edits` or a payer find in a claim is answered like the rules' findings."""
    (transaction_set,) = x12.read(file_of("837", CLAIM)).sets()
    clm = next(segment for segment in transaction_set.segments if segment.id == "CLM")
    where = Where(loop="2000A/2000B/2300", segment="CLM", index=clm.index, element=5, component=1)
    own = Finding("PLAN-001", Severity.ERROR, "Not covered there.", "Ask.", where, 5)
    answer = acknowledge_claims(transaction_set, now=NOW, findings=[own])
    assert codes(answer) == {"CLAIM1": ["A7:249"]}


def test_what_is_not_a_claim_has_no_such_answer():
    for data in (file_of("835", PAYMENT), file_of("837", CLAIM).replace(b"005010X222A1", b"004010X098A1")):
        (transaction_set,) = x12.read(data).sets()
        assert acknowledge_claims(transaction_set, now=NOW) is None


def test_it_is_read_again_as_it_was_written():
    answer = answered(spoil(THREE, "CLM*CLAIM2*150*", "CLM*CLAIM2*151*"))
    (transaction_set,) = x12.read(written(answer)).sets()
    again, findings = read_claim_acknowledgement(transaction_set)
    assert findings == ()
    assert codes(again) == codes(answer)
    assert (again.accepted_count, again.rejected_count) == (2, 1)


def test_the_table_names_statuses_that_we_can_explain():
    """A claim that we reject is one that our own work lists could say something of."""
    for line in _table():
        assert status_code(line.status), line
        assert line.category == "*" or status_category(line.category).area == "rejected", line


@pytest.mark.parametrize("code", ["X12-NEW-001", "EDIT-DX-001"])
def test_every_finding_has_a_status(code):
    (transaction_set,) = x12.read(file_of("837", CLAIM)).sets()
    clm = next(segment for segment in transaction_set.segments if segment.id == "CLM")
    where = Where(loop="2300", segment="CLM", index=clm.index)
    answer = acknowledge_claims(transaction_set, now=NOW, findings=[Finding(code, Severity.ERROR, "x", where=where)])
    assert codes(answer)["CLAIM1"][0].startswith("A7:")


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_whatever_was_received_the_answer_is_right(data):
    """Names, numbers and services are copied from what is damaged, and written with delimiters of our own."""
    received = file_of("837", THREE, DEPENDENT)
    at = data.draw(st.integers(106, len(received) - 1))
    noise = data.draw(st.one_of(st.binary(min_size=1, max_size=4), st.sampled_from([b"*", b"~", b"", b"|", b"!"])))
    damaged = received[:at] + noise + received[at + data.draw(st.integers(0, 12)) :]
    for marks in (x12.Delimiters(), x12.Delimiters("|", ">", "!", "~")):
        for transaction_set in x12.read(damaged).sets():
            answer = acknowledge_claims(transaction_set, now=NOW, delimiters=marks)
            if answer is None:
                continue
            outgoing = write_claim_acknowledgement(answer)
            answer_read = x12.read(x12.write_interchange(replace(ENVELOPE, delimiters=marks), [outgoing]))
            assert [str(found) for found in answer_read.findings if found.severity == "error"] == []


OF_NO_CLAIM = {"A subscriber has no claim"}
"""There is no claim that could be rejected; what the sender is told is that nothing was received for the subscriber."""


def answers_of(reading: x12.Reading) -> tuple[list[x12.OutgoingSet], list[ClaimAcknowledgement]]:
    """The 999s, and the 277CAs of sets whose claims are answered one by one."""
    answers = [acknowledge_claims(one, now=NOW) for one in reading.sets()]
    return list(x12.functional_acknowledgements(reading, by_claim=True)), [one for one in answers if one and one.claims]


@pytest.mark.parametrize("defect", defects(), ids=lambda defect: defect.title)
def test_every_defect_of_the_kit_is_answered(defect):
    """By the TA1, by the 999, or claim by claim; what is no error is accepted."""
    reading = x12.read(defect.spoilt().data)
    sets, claims = answers_of(reading)
    (ta1,) = x12.interchange_acknowledgements(reading)
    verdicts = {segment[1] for one in sets for segment in one.segments if segment[0] in ("IK5", "AK9")}
    is_refused = ta1[4] == "R" or bool(verdicts - {"A"}) or any(map(rejected, claims))

    assert is_refused == (not reading.accepted and defect.title not in OF_NO_CLAIM)


def test_the_answers_to_the_kit_are_right_by_our_guides_and_by_pyx12():
    answers = [answers_of(x12.read(defect.spoilt().data)) for defect in defects()]
    functional = [one for sets, _ in answers for one in sets]
    of_claims = [write_claim_acknowledgement(one) for _, claims in answers for one in claims]
    for outgoing in (functional, of_claims):
        data = x12.write_interchange(ENVELOPE, outgoing)
        assert [str(found) for found in x12.read(data).findings if found.severity == "error"] == []
        # pyx12's 999 does not know groups of attachments (275), and then finds fault with what follows.
        known = [one for one in outgoing if one.segments[0][:2] != ("AK1", "PI")]
        assert pyx12_errors(x12.write_interchange(ENVELOPE, known)) == []
