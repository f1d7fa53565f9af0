"""Envelopes: counts, control numbers, and what ISA, GS, ST and TA1 must hold."""

from __future__ import annotations

import pytest

from claimwright import x12
from claimwright.x12 import envelope
from claimwright.x12.tree import Delimiters, Segment
from tests.x12.files import ACKNOWLEDGEMENT, CLAIM, ISA, PAYMENT, codes, file_of, only_error, set_of, spoil_bytes

CLAIMS = file_of("837", CLAIM)


@pytest.mark.parametrize(
    ("old", "new", "code", "ack"),
    [
        ("IEA*1*000000001", "IEA*1*000000009", "X12-ENV-007", "001"),
        ("IEA*1*", "IEA*7*", "X12-ENV-008", "021"),
        ("IEA*1*", "IEA*x*", "X12-ENV-008", "021"),
        ("GE*1*1", "GE*1*9", "X12-ENV-011", "4"),
        ("GE*1*1", "GE*9*1", "X12-ENV-012", "5"),
        ("SE*43*0001", "SE*43*0009", "X12-ENV-014", "3"),
        ("SE*43*0001", "SE*42*0001", "X12-ENV-015", "4"),
        ("SE*43*0001", "SE*99999999999999*0001", "X12-ENV-015", "4"),
        ("GS*HC*", "GS*HP*", "X12-ENV-020", "6"),
    ],
)
def test_a_wrong_count_or_control_number_is_an_error_with_its_acknowledgement_code(old, new, code, ack):
    found = next(found for found in x12.read(spoil_bytes(CLAIMS, old, new)).findings if found.code == code)

    assert (found.severity, found.ack) == ("error", ack)


def test_leading_zeros_of_a_group_control_number_do_not_matter():
    assert codes(spoil_bytes(CLAIMS, "GE*1*1~", "GE*1*01~")) == []


@pytest.mark.parametrize(
    ("old", "new", "ack"),
    [
        ("ISA*00*", "ISA*02*", "010"),
        ("*00*          *ZZ", "*02*          *ZZ", "012"),
        ("*ZZ*SENDER ", "*X1*SENDER ", "005"),
        ("*SENDER         *", "*               *", "006"),
        ("*ZZ*RECEIVER ", "*X1*RECEIVER ", "007"),
        ("*RECEIVER       *", "*               *", "008"),
        ("*260302*", "*260230*", "014"),
        ("*0930*^", "*2560*^", "015"),
        ("*00501*", "*5010 *", "017"),
        ("*0*T*:", "*2*T*:", "019"),
        ("*0*T*:", "*0*X*:", "020"),
    ],
)
def test_a_wrong_isa_element_is_an_error_with_its_ta1_code(old, new, ack):
    found = only_error(spoil_bytes(CLAIMS, old, new))

    assert (found.code, found.ack, found.where.segment) == ("X12-ENV-018", ack, "ISA")


@pytest.mark.parametrize(
    ("old", "new", "element"),
    [
        ("GS*HC*SENDER", "GS*HC*S", 2),
        ("SENDER*RECEIVER*20260302", "SENDER*A RECEIVER TOO LONG*20260302", 3),
        ("RECEIVER*20260302*0930*1*X", "RECEIVER*260302*0930*1*X", 4),
        ("20260302*0930*1*X", "20260302*0960*1*X", 5),
        ("*0930*1*X*005010X222A1", "*0930*1*T*005010X222A1", 7),
    ],
)
def test_a_wrong_group_header_is_an_error(old, new, element):
    found = only_error(spoil_bytes(CLAIMS, old, new))

    assert (found.code, found.where.segment, found.where.element) == ("X12-ENV-018", "GS", element)


@pytest.mark.parametrize(
    "ack",
    ["TA1*12*260301*1015*A*000", "TA1*000000123*261301*1015*A*000", "TA1*000000123*260301*9915*A*000",
     "TA1*000000123*260301*1015*Q*000", "TA1*000000123*260301*1015*A*0"],
)  # fmt: skip
def test_a_ta1_that_does_not_have_its_form_is_an_error(ack):
    assert only_error(f"{ISA}~{ack}~IEA*0*000000001~".encode()).where.segment == "TA1"


def test_control_numbers_of_sets_are_once_only_in_their_group():
    data = file_of("837", CLAIM, CLAIM).replace(b"*0002", b"*0001")

    found = only_error(data)

    assert (found.code, found.ack) == ("X12-ENV-016", "23")


def test_control_numbers_of_groups_are_once_only_in_their_interchange():
    group = file_of("837", CLAIM)
    group = group[group.index(b"GS*") : group.index(b"IEA*")]
    data = f"{ISA}~".encode() + group * 2 + b"IEA*2*000000001~"

    found = only_error(data)

    assert (found.code, found.ack) == ("X12-ENV-017", "19")


def test_several_groups_and_sets_of_several_kinds_may_stand_in_one_interchange():
    claims, payments = file_of("837", CLAIM, CLAIM), file_of("835", PAYMENT)
    first = claims[claims.index(b"GS*") : claims.index(b"IEA*")]
    second = payments[payments.index(b"GS*") : payments.index(b"IEA*")].replace(b"0930*1*X", b"0930*2*X")
    data = f"{ISA}~".encode() + first + second.replace(b"GE*1*1", b"GE*1*2") + b"IEA*2*000000001~"

    reading = x12.read(data)

    assert reading.findings == []
    assert [len(group.sets) for group in reading.interchanges[0].groups] == [2, 1]


@pytest.mark.parametrize("stray", ["N3*1 MAIN STREET~", "SE*3*0001~", "GE*1*1~", "~"])
def test_a_segment_outside_of_any_set_is_an_error_and_is_kept(stray):
    data = spoil_bytes(CLAIMS, "IEA*", stray + "IEA*")

    assert only_error(data).code == "X12-ENV-009"
    assert x12.read(data).rewrite() == data


def test_a_set_outside_of_any_group_is_an_error():
    data = (f"{ISA}\n" + set_of("837", CLAIM) + "IEA*0*000000001\n").replace("\n", "~\n").encode()

    assert set(codes(data)) == {"X12-ENV-009"}


def test_a_set_that_begins_before_the_last_one_ended_is_its_own_set():
    data = spoil_bytes(file_of("837", CLAIM, CLAIM), "SE*43*0001~\n", "")

    assert [found.code for found in x12.read(data).findings] == ["X12-ENV-013"]
    assert len(list(x12.read(data).sets())) == 2


def test_an_acknowledgement_is_read_as_any_set():
    assert codes(file_of("999", ACKNOWLEDGEMENT)) == []


_ISA = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260302*0930*^*00501*000000001*0*T*:"
_GS = "GS*HP*SENDER*RECEIVER*20260302*0930*1*X*005010X221A1"


@pytest.mark.parametrize("text", [_ISA, _GS])
def test_what_is_taken_for_usual_is_right_element_by_element(text):
    """Each place of the segment is made wrong in many ways; the short way may doubt, the long way decides."""
    short, long = {
        "ISA": (envelope.isa_findings, envelope._isa_findings),
        "GS*": (envelope.gs_findings, envelope._gs_findings),
    }[text[:3]]
    usual = 0
    for at in range(len(text) + 1):
        for put in ("", "0", "3", "9", "A", " ", "*", "\t", "\n", "**", "é", ":", "12", "  "):
            for length in (0, 1, 2):
                spoilt = text[:at] + put + text[at + length :]
                segment = Segment(spoilt, Delimiters(), 1, 0, len(spoilt.encode()))
                if short(segment) == ():
                    usual += 1
                    assert list(long(segment)) == []

    assert usual > 100
