"""Answers: TA1 and 999, right by our own guide and by pyx12's, with the right codes at the right places."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claimwright import x12
from claimwright.errors import InputError
from tests.judges import pyx12_errors
from tests.x12.files import ACKNOWLEDGEMENT, CLAIM, ISA, PAYMENT, file_of, spoil, spoil_bytes
from tests.x12.snippets import EXAMPLES

ENVELOPE = x12.Envelope("ZZ", "RECEIVER", "ZZ", "SENDER", datetime(2026, 3, 2, 10, 0, tzinfo=UTC), 5, 6)
CLAIMS = file_of("837", CLAIM)


def answer(data: bytes) -> list[str]:
    """The answer's segments between the ISA and the IEA, without group and set envelopes."""
    text = x12.acknowledge(x12.read(data), ENVELOPE).decode()
    envelope = ("ISA", "GS*", "ST*", "SE*", "GE*", "IEA")
    return [segment for segment in text.split("~") if segment and not segment.startswith(envelope)]


def test_a_right_file_is_accepted():
    assert answer(CLAIMS) == [
        "TA1*000000001*260302*0930*A*000",
        "AK1*HC*1*005010X222A1",
        "AK2*837*0001*005010X222A1",
        "IK5*A",
        "AK9*A*1*1*1",
    ]


def test_an_835_has_no_version_to_copy():
    """pyx12 4.0.0 aborts here and leaves an answer that stops after AK1."""
    assert answer(file_of("835", PAYMENT))[1:] == ["AK1*HP*1*005010X221A1", "AK2*835*0001", "IK5*A", "AK9*A*1*1*1"]


def test_some_sets_in_error_accept_the_group_in_part():
    wrong = spoil(CLAIM, "DTP*472*D8*20260115\n", "")

    assert answer(file_of("837", CLAIM, wrong, CLAIM))[1:] == [
        "AK1*HC*1*005010X222A1",
        "AK2*837*0001*005010X222A1",
        "IK5*A",
        "AK2*837*0002*005010X222A1",
        "IK3*DTP*31*2400*3",
        "CTX*CLM01:CLAIM1",
        "IK5*R*5",
        "AK2*837*0003*005010X222A1",
        "IK5*A",
        "AK9*P*3*3*2",
    ]


def test_all_sets_in_error_reject_the_group():
    wrong = spoil(CLAIM, "DTP*472*D8*20260115\n", "")

    assert answer(file_of("837", wrong, wrong))[-1] == "AK9*R*2*2*0"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("HI*ABK", "ZZZ*1\nHI*ABK", ["IK3*ZZZ*21*2300*2"]),
        ("HI*ABK", "Nd4*1\nHI*ABK", ["IK3*Nd4*21*2300*1"]),
        ("REF*EA*MRN1", "REF*EA*MRN1\nREF*EA*MRN2", ["IK3*REF*21*2300*5"]),
        ("NM1*PR*2*FIRST PLAN*****PI*PLAN1\n", "", ["IK3*NM1*28*2330*3"]),
        ("N3*1 MAIN STREET", "N3", ["IK3*N3*9*2010*8", "IK4*1*166*1"]),
        ("REF*EA*MRN1", "REF*EA*MRN1*X", ["IK3*REF*20*2300*8", "IK4*3*352*I10"]),
        ("PI*PLAN2", "PI*P", ["IK3*NM1*18*2010*8", "IK4*9*67*4"]),
        ("*50*UN*1*", "*50*UN*one*", ["IK3*SV1*37*2400*8", "IK4*4*380*6"]),
        ("11:B:1", "11:A:1", ["IK3*CLM*19*2300*8", "IK4*5:2*1332*7"]),
        ("DTP*472*D8*20260115", "DTP*472*D8*20260230", ["IK3*DTP*31*2400*8", "IK4*3*1251*8"]),
        ("20260302*0930*CH", "20260302*9930*CH", ["IK3*BHT*2**8", "IK4*5*337*9"]),
        ("LX*1", "LX*1*2", ["IK3*LX*29*2400*8", "IK4*2**3"]),
        ("REF*EA*MRN1", "REF*EA*MRN:1", ["IK3*REF*20*2300*8", "IK4*2*127*13"]),
        ("REF*EA*MRN1", "REF*EA*A^B", ["IK3*REF*20*2300*8", "IK4*2*127*12"]),
        ("TE*5555550100\nNM1*40", "TE*5555550100*FX\nNM1*40", ["IK3*PER*4*1000*8", "IK4*6*364*2"]),
        ("HL*2*1*22", "HL*4*1*22", ["IK3*HL*12*2000*8", "IK4*1*628*7"]),
    ],
)
def test_an_error_is_answered_with_its_segment_position_and_code(old, new, expected):
    """Positions count from ST as 1; a loop's name is cut to the four characters that IK303 has."""
    lines = answer(file_of("837", spoil(CLAIM, old, new)))

    assert [line for line in lines if line.startswith(("IK3", "IK4"))] == expected
    assert "IK5*R*5" in lines


def test_errors_of_one_segment_stand_below_one_ik3_in_the_order_of_the_elements():
    data = file_of("837", spoil(CLAIM, "DMG*D8*19800402*F", "DMG*D9*19800402*W*X"))

    assert [line for line in answer(data) if line.startswith("IK")] == [
        "IK3*DMG*17*2010*8", "IK4*1*1250*7", "IK4*3*1068*7", "IK4*4*1067*I10", "IK5*R*5",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        ("SE*43*0001~", "SE*44*0001~", "IK5*R*4"),
        ("SE*43*0001~", "SE*44*0007~", "IK5*R*3*4"),
        ("SE*43*0001~\n", "", "IK5*R*2"),
        ("GS*HC*", "GS*HP*", "IK5*R*6"),
    ],
)
def test_errors_of_st_and_se_are_answered_by_the_verdict_on_the_set(old, new, verdict):
    lines = answer(spoil_bytes(CLAIMS, old, new))

    assert verdict in lines
    assert not any(line.startswith("IK3") for line in lines)


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        ("GE*1*1~", "GE*1*2~", "AK9*R*1*1*0*4"),
        ("GE*1*1~", "GE*3*1~", "AK9*R*3*1*0*5"),
        ("GE*1*1~\n", "", "AK9*R*1*1*0*3"),
        ("*20260302*0930*1*X*", "*20260302*9930*1*X*", "AK9*R*1*1*0"),
    ],
)
def test_an_error_of_the_group_rejects_all_its_sets(old, new, verdict):
    assert answer(spoil_bytes(CLAIMS, old, new))[-1] == verdict


@pytest.mark.parametrize(
    ("old", "new", "note"),
    [
        ("IEA*1*000000001", "IEA*1*000000002", "001"),
        ("IEA*1*", "IEA*2*", "021"),
        ("IEA*1*000000001~\n", "", "023"),
        ("*0*T*:", "*0*X*:", "020"),
        ("IEA*", "N3*X~IEA*", "024"),
    ],
)
def test_an_interchange_in_error_is_refused_by_a_ta1_and_its_groups_are_not_looked_at(old, new, note):
    assert answer(spoil_bytes(CLAIMS, old, new)) == [f"TA1*000000001*260302*0930*R*{note}"]


def test_a_set_that_we_have_no_guide_for_is_rejected_and_not_waved_through():
    assert answer(CLAIMS.replace(b"005010X222A1", b"004010X098A1"))[2:] == [
        "AK2*837*0001*004010X098A1", "IK5*R*I6", "AK9*R*1*1*0",
    ]  # fmt: skip
    assert answer(CLAIMS.replace(b"ST*837", b"ST*850"))[3] == "IK5*R*1"


def test_a_claim_that_does_not_balance_is_left_to_the_277ca():
    data = file_of("837", spoil(CLAIM, "CLM*CLAIM1*150*", "CLM*CLAIM1*151*"))

    assert not x12.read(data).accepted
    assert "IK5*A" in answer(data)


def test_a_claim_in_error_is_named_by_the_number_that_its_sender_gave_it():
    lines = answer(file_of("837", spoil(CLAIM, "DTP*472*D8*20260115", "DTP*472*D8*20260230")))

    assert lines[lines.index("IK3*DTP*31*2400*8") + 1] == "CTX*CLM01:CLAIM1"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("DMG*D8*19800402*F", "DMG*D9*19800402*F"),  # The subscriber's level is before any claim.
        ("CLM*CLAIM1*150", "CLM*" + "C" * 51 + "*150"),  # The number itself is in error.
    ],
)
def test_what_is_in_no_claim_or_has_no_right_number_is_not_named(old, new):
    assert not any(line.startswith("CTX") for line in answer(file_of("837", spoil(CLAIM, old, new))))


def test_a_segment_has_one_ik3_for_its_elements_and_each_element_one_ik4():
    data = file_of(
        "837", spoil(CLAIM, "NM1*IL*1*DOE*JANE****MI*MEM0001", "NM1*IL*3*DOE\x07" + "X" * 70 + "*JANE****MI*M")
    )

    lines = [line for line in answer(data) if line.startswith("IK")]
    assert sum(line.startswith("IK3*NM1") for line in lines) == 1
    places = [line.split("*")[1] for line in lines if line.startswith("IK4")]
    assert len(places) == len(set(places)) > 1


def test_by_claim_a_set_whose_errors_are_in_claims_is_accepted_with_them():
    wrong = spoil(CLAIM, "DTP*472*D8*20260115\n", "")
    (answered,) = x12.functional_acknowledgements(x12.read(file_of("837", CLAIM, wrong)), by_claim=True)

    lines = ["*".join(segment) for segment in answered.segments if segment[0] in ("IK3", "IK5", "AK9")]
    assert lines == ["IK5*A", "IK3*DTP*31*2400*3", "IK5*E*5", "AK9*E*2*2*2"]


@pytest.mark.parametrize(
    ("old", "new"),
    [("20260302*0930*CH", "20260302*9930*CH"), ("HL*2*1*22", "HL*4*1*22"), ("PER*IC*EDI DESK", "PER*XX*EDI DESK")],
)
def test_by_claim_an_error_of_the_set_itself_still_rejects_it(old, new):
    wrong = file_of("837", CLAIM, spoil(CLAIM, old, new))
    (answered,) = x12.functional_acknowledgements(x12.read(wrong), by_claim=True)

    assert answered.segments[-1] == ("AK9", "P", "2", "2", "1")


def test_a_remittance_that_does_not_balance_is_rejected():
    assert "IK5*R*I5" in answer(file_of("835", spoil(PAYMENT, "BPR*I*118.75", "BPR*I*118.74")))


def test_every_interchange_and_every_group_is_answered():
    lines = answer(CLAIMS + file_of("835", PAYMENT) + spoil_bytes(CLAIMS, "IEA*1*", "IEA*2*"))

    assert [line[:3] for line in lines] == ["TA1", "TA1", "TA1", "AK1", "AK2", "IK5", "AK9", "AK1", "AK2", "IK5", "AK9"]


def test_the_ta1_can_be_left_out():
    data = x12.acknowledge(x12.read(CLAIMS), ENVELOPE, with_ta1=False)

    assert b"TA1*" not in data
    assert b"AK9*A" in data


@pytest.mark.parametrize(
    "data", [b"", file_of("999", ACKNOWLEDGEMENT), f"{ISA}~TA1*000000123*260301*1015*A*000~IEA*0*000000001~".encode()]
)
def test_acknowledgements_are_not_acknowledged(data):
    with pytest.raises(InputError) as refusal:
        x12.acknowledge(x12.read(data), ENVELOPE)

    assert refusal.value.findings[0].code == "X12-ACK-001"
    assert list(x12.interchange_acknowledgements(x12.read(data))) == []


def test_no_value_of_a_patient_goes_into_an_answer():
    data = file_of("837", spoil(CLAIM, "DOE*JANE****MI*MEM0001", "DOE*" + "SECRETNAME" * 4 + "****MI*MEM0001"))

    assert "SECRETNAME" not in "".join(answer(data))


def _is_answerable(data: bytes) -> bool:
    return any(True for _ in x12.interchange_acknowledgements(x12.read(data)))


ANSWERABLE = {code: data for code, data in EXAMPLES.items() if _is_answerable(data)}


@pytest.mark.parametrize("code", ANSWERABLE)
def test_every_answer_is_right_by_our_own_guide_and_by_pyx12(code):
    data = x12.acknowledge(x12.read(ANSWERABLE[code]), ENVELOPE)

    assert x12.read(data).findings == []
    if b"ST*999" in data and b"AK1*PI" not in data:  # pyx12's 999 does not know groups of attachments (275).
        assert pyx12_errors(data) == []


@settings(max_examples=60)
@given(st.data())
def test_whatever_was_received_the_answer_is_right(data):
    """Names, numbers and versions are copied from what is damaged, and written with delimiters of our own."""
    at = data.draw(st.integers(106, len(CLAIMS) - 1))
    noise = data.draw(st.one_of(st.binary(min_size=1, max_size=4), st.sampled_from([b"*", b"~", b"", b"|", b"!"])))
    damaged = CLAIMS[:at] + noise + CLAIMS[at + data.draw(st.integers(0, 12)) :]
    reading = x12.read(damaged)
    envelope = replace(ENVELOPE, delimiters=x12.Delimiters("|", ">", "!", "~"))

    for marks in (ENVELOPE, envelope):
        answered = x12.read(x12.acknowledge(reading, marks))
        assert [str(found) for found in answered.findings] == []
