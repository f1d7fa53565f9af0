"""Rules beyond structure: levels, totals, pointers, earlier payers, the balances of a remittance, check digits."""

from __future__ import annotations

import pytest

from claimwright import x12
from claimwright.x12.rules.identifiers import is_npi
from tests.x12.files import CLAIM, DEPENDENT, PAYMENT, codes, errors, file_of, only_error, spoil


def claims(body: str) -> bytes:
    return file_of("837", body)


def payments(body: str) -> bytes:
    return file_of("835", body)


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("HL*1**20", "HL*2**20", ["X12-HL-001"]),
        ("HL*3*2*23", "HL*4*2*23", ["X12-HL-001"]),
        ("HL*3*2*23", "HL*3*3*23", ["X12-HL-002"]),
        ("HL*3*2*23", "HL*3*9*23", ["X12-HL-002"]),
        ("HL*3*2*23", "HL*3*x*23", ["X12-HL-002"]),
    ],
)
def test_levels_count_from_one_and_name_a_level_before_them(old, new, found):
    assert codes(claims(spoil(DEPENDENT, old, new))) == found


def test_digits_of_other_alphabets_are_no_numbers():
    """`'²'.isdigit()` is true and `int('²')` raises."""
    assert "X12-HL-002" in codes(claims(spoil(DEPENDENT, "HL*3*2*23", "HL*3*\u00b2*23")))
    assert "X12-CLM-002" in codes(claims(spoil(CLAIM, "UN*1***1:2", "UN*1***1:\u00b2")))


def test_a_claims_charge_is_the_sum_of_its_lines():
    found = only_error(claims(spoil(spoil(CLAIM, "CLM*CLAIM1*150*", "CLM*CLAIM1*151*"), "AMT*D*80", "AMT*D*81")))

    assert (found.code, found.where.segment, found.where.element, found.snip) == ("X12-CLM-001", "CLM", 2, 3)
    assert "151" in found.message
    assert "150" in found.message


@pytest.mark.parametrize("number", ["1", "3", "02", "0"])
def test_the_lines_of_a_claim_are_counted_from_one(number):
    assert codes(claims(spoil(CLAIM, "LX*2", f"LX*{number}"))) == ["X12-CLM-006"]


@pytest.mark.parametrize("pointer", ["3", "0", "13"])
def test_a_pointer_points_at_a_diagnosis_of_the_claim(pointer):
    found = errors(claims(spoil(CLAIM, "UN*1***1:2", f"UN*1***1:{pointer}")))

    assert found[-1].code == "X12-CLM-002"
    assert pointer in found[-1].message


def test_a_claim_number_that_occurs_twice_is_warned_of():
    data = claims(CLAIM + CLAIM[CLAIM.index("CLM*") :])

    assert codes(data) == ["X12-CLM-003"]
    assert x12.read(data).accepted


def test_what_an_earlier_payer_paid_and_adjusted_is_the_charge_of_line_and_claim():
    by_line = spoil(CLAIM, "CAS*PR*1*50", "CAS*PR*1*49")
    by_claim = spoil(CLAIM, "AMT*D*80", "AMT*D*70")

    assert codes(claims(by_line)) == ["X12-CLM-005", "X12-CLM-004"]
    assert codes(claims(by_claim)) == ["X12-CLM-004"]


def test_adjustments_at_claim_level_count_for_the_claim():
    lines = CLAIM[: CLAIM.index("SVD*PLAN1*80")] + CLAIM[CLAIM.index("LX*2") : CLAIM.index("SVD*PLAN1*0")]
    body = spoil(lines, "AMT*D*80", "CAS*CO*45*20*1\nCAS*PR*1*25**2*25\nAMT*D*80")
    body = spoil(body, "NM1*PR*2*FIRST PLAN*****PI*PLAN1\n", "NM1*PR*2*FIRST PLAN*****PI*PLAN1\nDTP*573*D8*20260210\n")

    assert codes(claims(body)) == []
    assert codes(claims(spoil(body, "**2*25", "**2*24"))) == ["X12-CLM-004"]


def test_all_six_triplets_of_an_adjustment_segment_count():
    six = "CAS*CO*45*10**97*2**59*2**151*2**50*2**204*2"

    assert codes(payments(spoil(PAYMENT, "CAS*CO*45*20", six))) == []
    assert codes(payments(spoil(PAYMENT, "CAS*CO*45*20", six[:-1] + "3"))) == ["X12-PAY-001", "X12-PAY-002"]


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("99213:25*100*80*", "99213:25*100*81*", ["X12-PAY-001"]),
        ("CAS*PR*1*11.25", "CAS*PR*1*11.26", ["X12-PAY-001", "X12-PAY-002"]),
        ("150*118.75*11.25", "150*118.7*11.25", ["X12-PAY-002", "X12-PAY-004"]),
        ("CLP*CLAIM1*1*150*", "CLP*CLAIM1*1*150.01*", ["X12-PAY-002", "X12-PAY-003"]),
        ("BPR*I*118.75*", "BPR*I*0*", ["X12-PAY-004"]),
    ],
)
def test_a_remittance_balances_by_line_by_claim_and_by_payment(old, new, found):
    assert codes(payments(spoil(PAYMENT, old, new))) == found


def test_provider_adjustments_count_for_the_payment_and_may_be_negative():
    body = PAYMENT + "PLB*1234567893*20261231*L6:CLAIM1*-1.25*WO:OLD1*20\n"

    assert codes(payments(spoil(body, "BPR*I*118.75*", "BPR*I*100*"))) == []
    assert codes(payments(body)) == ["X12-PAY-004"]


def test_a_reversal_balances_with_every_sign_turned():
    reversal = (
        "CLP*CLAIM1*22*-150*-118.75**12*ICN1*11*1\nNM1*QC*1*DOE*JANE****MI*MEM0001\n"
        "SVC*HC:99213:25*-100*-80**-1\nDTM*472*20260115\nCAS*CO*45*-20\n"
        "SVC*HC:36415*-50*-38.75**-1\nDTM*472*20260115\nCAS*PR*1*-11.25\n"
    )

    paid, nothing = PAYMENT.splitlines()[0], "BPR*H*0*C*NON******1512345678******20260302"

    assert codes(payments(spoil(PAYMENT + reversal, paid, nothing))) == []


def test_an_amount_that_is_none_is_not_also_a_wrong_balance_of_a_crash():
    found = codes(payments(spoil(PAYMENT, "CAS*CO*45*20", "CAS*CO*45*twenty")))

    assert found[0] == "X12-ELM-005"


@pytest.mark.parametrize("identifier", ["1234567893", "1245319599", "1679576722"])
def test_an_npi_has_its_check_digit(identifier):
    assert is_npi(identifier)
    assert not is_npi(identifier[:-1] + str((int(identifier[-1]) + 1) % 10))


@pytest.mark.parametrize("text", ["", "123456789", "12345678930", "3234567893", "123456789X", "\u0661234567893"])
def test_nothing_else_is_an_npi(text):
    assert not is_npi(text)


def test_a_wrong_npi_is_warned_of_and_stops_nothing():
    data = claims(spoil(CLAIM, "NM1*82*1*WELBY*MARCUS****XX*1234567893", "NM1*82*1*WELBY*MARCUS****XX*1234567890"))

    assert codes(data) == ["X12-IDN-001"]
    assert x12.read(data).accepted
