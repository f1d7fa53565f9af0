"""The walk: order, repeats, what is required, what fits nowhere; and that nothing is lost on the way."""

from __future__ import annotations

import pytest

from claimwright import x12
from tests.x12.files import CLAIM, DEPENDENT, PAYMENT, errors, file_of, only_error, spoil


def claims(body: str) -> bytes:
    return file_of("837", body)


def payments(body: str) -> bytes:
    return file_of("835", body)


@pytest.mark.parametrize(
    ("line", "loop"),
    [
        ("PER*IC*EDI DESK*TE*5555550100\n", "1000A"),
        ("N3*1 MAIN STREET\n", "2000A/2010AA"),
        ("REF*EI*123456789\n", "2000A/2010AA"),
        ("OI***Y***Y\n", "2000A/2000B/2300/2320"),
        ("DTP*472*D8*20260115\n", "2000A/2000B/2300/2400"),
        ("DTP*573*D8*20260210\n", "2000A/2000B/2300/2400/2430"),
    ],
)
def test_a_required_segment_that_is_missing_is_named_with_its_loop_and_place(line, loop):
    body = spoil(CLAIM, line, "")

    found = only_error(claims(body))

    assert found.code == "X12-SEG-003"
    assert found.where.loop == loop
    assert found.where.segment == line.split("*")[0]
    before = CLAIM[: CLAIM.index(line)].count("\n")
    following = CLAIM.splitlines()[before + 1]
    place = next(segment for segment in x12.read(claims(body)).segments() if segment.index == found.where.index)
    assert str(place) == following


def test_a_required_loop_that_is_missing_is_named():
    body = spoil(CLAIM, "NM1*PR*2*FIRST PLAN*****PI*PLAN1\n", "")

    found = only_error(claims(body))

    assert (found.code, found.where.loop) == ("X12-SEG-006", "2000A/2000B/2300/2320/2330B")


def test_a_dependents_claim_and_a_subscribers_claim_follow_the_same_rules():
    """2300 is written once in the guide and stands below 2000B and 2000C."""
    for body in (CLAIM, DEPENDENT):
        found = only_error(claims(spoil(body, "DTP*472*D8*20260115\n", "")))
        assert (found.where.loop or "").endswith("2300/2400")


def test_segments_in_the_wrong_order_are_named():
    street, city = "N3*1 MAIN STREET\n", "N4*SPRINGFIELD*IL*627010001\n"
    body = spoil(CLAIM, street + city, city + street)

    assert [found.code for found in errors(claims(body))] == ["X12-SEG-003", "X12-SEG-002"]


def test_neighbours_of_one_name_come_in_any_order():
    body = spoil(CLAIM, "REF*EA*MRN1\n", "REF*G1*AUTH1\nREF*EA*MRN1\nREF*F8*ICN0\n")
    swapped = spoil(CLAIM, "REF*EA*MRN1\n", "REF*F8*ICN0\nREF*EA*MRN1\nREF*G1*AUTH1\n")

    assert errors(claims(body)) == errors(claims(swapped)) == []


def test_loops_that_begin_with_one_segment_name_come_in_any_order():
    rendering = "NM1*82*1*WELBY*MARCUS****XX*1234567893\nPRV*PE*PXC*207Q00000X\n"
    referring = "NM1*DN*1*HOUSE*GREGORY****XX*1234567893\n"

    assert errors(claims(spoil(CLAIM, rendering, rendering + referring))) == []
    assert errors(claims(spoil(CLAIM, rendering, referring + rendering))) == []


@pytest.mark.parametrize(("times", "is_right"), [(10, True), (11, False)])
def test_a_segment_may_repeat_as_often_as_the_guide_says(times, is_right):
    body = spoil(CLAIM, "HI*ABK", "K3*X\n" * times + "HI*ABK")

    found = errors(claims(body))

    assert [one.code for one in found] == ([] if is_right else ["X12-SEG-004"])


def test_a_segment_that_repeats_too_often_is_reported_once():
    body = spoil(CLAIM, "HI*ABK", "K3*X\n" * 30 + "HI*ABK")

    assert [found.code for found in errors(claims(body))] == ["X12-SEG-004"]


@pytest.mark.parametrize(("times", "is_right"), [(50, True), (51, False)])
def test_a_loop_may_repeat_as_often_as_the_guide_says(times, is_right):
    line = "LX*{0}\nSV1*HC:36415*0*UN*1***1\nDTP*472*D8*20260115\nSVD*PLAN1*0*HC:36415**1\nDTP*573*D8*20260210\n"
    more = "".join(line.format(number) for number in range(3, times + 1))

    found = errors(claims(CLAIM + more))

    assert [(one.code, one.where.loop) for one in found] == (
        [] if is_right else [("X12-SEG-005", "2000A/2000B/2300/2400")]
    )


def test_full_places_pass_a_segment_on_to_the_next_that_it_fits():
    """Two contacts of the payer with the same qualifier, then one of another: each its own place in the guide."""
    body = spoil(PAYMENT, "PER*BL", "PER*CX*SERVICE*TE*5555550101\nPER*BL*A*TE*5555550102\nPER*BL")

    assert errors(payments(body)) == []


def test_a_segment_that_fits_nowhere_is_kept_in_the_loop_that_was_open():
    body = spoil(CLAIM, "HI*ABK", "ZZZ*MYSTERY\nHI*ABK")

    found = only_error(claims(body))
    root = next(x12.read(claims(body)).sets()).root
    claim = next(loop for loop in root.walk() if loop.id == "2300")

    assert (found.code, found.where.segment) == ("X12-SEG-002", "ZZZ")
    assert claim.value("ZZZ", 1) == "MYSTERY"
    assert claim.value("HI", 1) == "ABK:E119"


def test_what_follows_from_one_misplaced_segment_is_not_reported_again():
    body = spoil(CLAIM, "HI*ABK", "ZZZ*1\nYYY*2\nXXX*3\nHI*ABK")

    assert [found.where.segment for found in errors(claims(body))] == ["ZZZ"]


def test_a_damaged_name_and_an_empty_segment_are_told_apart_from_a_misplaced_one():
    for line, code in (("Nd4*X\n", "X12-SEG-001"), ("\n", "X12-SEG-008"), ("NM1*ZZ*1\n", "X12-SEG-002")):
        assert only_error(claims(spoil(CLAIM, "HI*ABK", line + "HI*ABK"))).code == code


def test_an_unknown_qualifier_of_the_only_required_place_is_an_element_error_there():
    """`REF*EI` is required: a REF whose qualifier is wrong is taken to be it, which says more than two findings."""
    found = only_error(claims(spoil(CLAIM, "REF*EI*", "REF*XX*")))

    assert (found.code, found.where.segment, found.where.element) == ("X12-ELM-006", "REF", 1)


def test_every_segment_of_a_set_is_in_its_tree_once_and_in_order():
    for data in (claims(CLAIM), claims(DEPENDENT), payments(PAYMENT)):
        for transaction_set in x12.read(data).sets():
            walked = [segment for loop in transaction_set.root.walk() for segment in loop.segments]
            assert sorted(segment.index for segment in walked) == [one.index for one in transaction_set.segments]


def test_a_set_without_a_guide_is_said_to_be_unchecked_and_still_has_the_loops_of_the_nearest_one():
    data = claims(CLAIM).replace(b"005010X222A1", b"004010X098A1")

    (found,) = x12.read(data).findings
    (claim_set,) = x12.read(data).sets()

    assert (found.code, found.severity) == ("X12-ENV-021", "info")
    assert claim_set.guide is None
    assert [loop.value("CLM", 1) for loop in claim_set.root.walk() if loop.id == "2300"] == ["CLAIM1"]


def test_the_version_of_the_group_holds_where_the_set_names_none():
    """An 835 has no ST03; some senders leave it out elsewhere too."""
    (payment,) = x12.read(payments(PAYMENT)).sets()

    assert payment.guide is not None
    assert payment.guide.version == "005010X221A1"


def test_an_institutional_claim_is_not_walked_by_the_professional_guide():
    data = claims(CLAIM).replace(b"005010X222A1", b"005010X223A9")

    (institutional,) = x12.read(data).sets()

    assert institutional.guide is None
    assert institutional.root.id == "ST"
    assert not any(loop.id == "2310B" for loop in institutional.root.walk())
