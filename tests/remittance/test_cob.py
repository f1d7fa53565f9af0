"""The secondary and tertiary claim from what the earlier payers decided (billing rules A.4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from claimwright.documents.adjustments import Adjustment
from claimwright.documents.claim import Claim, ClaimBatch, ClaimLine, Diagnosis, OtherPayer, Subscriber
from claimwright.documents.parties import Address, Contact, Party, Period, Person, Procedure, Provider
from claimwright.documents.remittance import RemittanceClaim, RemittanceLine
from claimwright.errors import InputError
from claimwright.remittance import PriorResult, cob_findings, next_payer_claim

DAY = date(2026, 3, 2)
PAID_ON = date(2026, 3, 18)
HOME = Address("1 Main St", "", "Springfield", "IL", "627010000")
MEDICARE = Party(last_name="PRAIRIE MEDICARE", id_qualifier="PI", id="CWMCR", address=HOME)
SUPPLEMENT = Party(last_name="OAKLEAF SUPPLEMENT", id_qualifier="PI", id="CWOAK", address=HOME)
LAST = Party(last_name="LINCOLN MEDICAID", id_qualifier="PI", id="CWMCD", address=HOME)


def person(member_id: str, last: str = "DOE", first: str = "JAN") -> Person:
    return Person(last, first, is_person=True, id_qualifier="MI", id=member_id, address=HOME, birth_date=DAY, sex="F")


def subscriber(level: str, member_id: str, relationship: str = "18") -> Subscriber:
    return Subscriber(level, person(member_id), relationship, filing_code="CI")


def line(number: int, code: str, cents: int) -> ClaimLine:
    quantity, period = Decimal(1), Period.day(DAY)
    return ClaimLine(number, Procedure(code), cents, quantity, "UN", period, (1,), control_number=f"A1-{number}")


def primary_claim(*lines: ClaimLine) -> Claim:
    lines = lines or (line(1, "29881", 20000), line(2, "29877", 10000))
    return Claim(
        control_number="A1",
        charge_cents=sum(one.charge_cents for one in lines),
        place_of_service="11",
        frequency="1",
        billing=Provider(
            last_name="OUR PRACTICE",
            id_qualifier="XX",
            id="1999999984",
            address=HOME,
            tax_id="960000001",
            tax_id_qualifier="EI",
        ),
        subscriber=subscriber("P", "MCR555"),
        payer=MEDICARE,
        diagnoses=(Diagnosis("M2241", "ABK"),),
        lines=lines,
        other_payers=(
            OtherPayer(subscriber("S", "OAK555"), SUPPLEMENT),
            OtherPayer(subscriber("T", "MCD555"), LAST),
        ),
        prior_authorization="AUTH1",
        original_reference="OLD1",
    )


def result(level: str, payer: Party, claim: RemittanceClaim, day: date | None = PAID_ON) -> PriorResult:
    return PriorResult(level, payer, claim, day)


def answered(code: str, charge: int, paid: int, *adjustments: Adjustment, **more) -> RemittanceLine:
    return RemittanceLine(Procedure(code), charge, paid, adjustments, **more)


def first_result(status: str = "1") -> RemittanceClaim:
    """The worked example of the billing rules: 112.00 paid of 300.00."""
    return RemittanceClaim(
        "A1",
        status,
        30000,
        11200,
        payer_claim_number="ICN1",
        remarks=("MA01",),
        lines=(
            answered(
                "29881", 20000, 11200, Adjustment("CO", "45", 6000), Adjustment("PR", "2", 2800), control_number="A1-1"
            ),
            answered(
                "29881",
                10000,
                0,
                Adjustment("CO", "97", 10000),
                submitted=Procedure("29877"),
                control_number="A1-2",
            ),
        ),
    )


def refusal_of(*arguments) -> set[str]:
    with pytest.raises(InputError) as raised:
        next_payer_claim(*arguments)
    return {finding.code for finding in raised.value.findings}


def test_the_secondary_claim_carries_the_original_charges_and_the_primarys_result() -> None:
    claim = next_payer_claim(primary_claim(), "S", [result("P", MEDICARE, first_result())])
    assert (claim.charge_cents, claim.frequency) == (30000, "1")
    assert (claim.subscriber.payer_level, claim.subscriber.member_id, claim.payer) == ("S", "OAK555", SUPPLEMENT)
    prior = claim.other_payers[0]
    assert (prior.subscriber.payer_level, prior.payer, prior.paid_cents) == ("P", MEDICARE, 11200)
    assert (prior.payer_claim_number, prior.remarks) == ("ICN1", ("MA01",))
    assert [str(one) for one in claim.lines[0].adjudications[0].adjustments] == ["CO-45", "PR-2"]
    assert cob_findings(claim) == ()


def test_the_payment_date_stands_once_on_the_lines_where_the_payer_decided_lines() -> None:
    claim = next_payer_claim(primary_claim(), "S", [result("P", MEDICARE, first_result())])
    assert claim.other_payers[0].adjudication_date is None
    assert {one.adjudication_date for each in claim.lines for one in each.adjudications} == {PAID_ON}


def test_the_payment_date_stands_once_on_the_payer_where_it_decided_the_claim_as_a_whole() -> None:
    adjustments = (Adjustment("CO", "45", 16000), Adjustment("PR", "2", 2800))
    decided = RemittanceClaim("A1", "1", 30000, 11200, adjustments=adjustments)
    claim = next_payer_claim(primary_claim(), "S", [result("P", MEDICARE, decided)])
    prior = claim.other_payers[0]
    assert (prior.adjudication_date, prior.adjustments, prior.remaining_cents) == (PAID_ON, adjustments, 2800)
    assert all(not each.adjudications for each in claim.lines)


def test_what_is_left_stands_on_the_lines_or_on_the_claim_and_never_on_both() -> None:
    claim = next_payer_claim(primary_claim(), "S", [result("P", MEDICARE, first_result())])
    assert claim.other_payers[0].remaining_cents is None
    assert [one.remaining_cents for each in claim.lines for one in each.adjudications] == [2800, None]


def test_a_bundled_line_names_the_line_that_absorbed_it() -> None:
    claim = next_payer_claim(primary_claim(), "S", [result("P", MEDICARE, first_result())])
    assert [one.bundled_into for each in claim.lines for one in each.adjudications] == [None, 1]


def test_what_belongs_to_the_earlier_payer_is_left_out() -> None:
    claim = next_payer_claim(primary_claim(), "S", [result("P", MEDICARE, first_result())])
    assert (claim.prior_authorization, claim.original_reference) == ("", "")


def test_the_line_of_the_billing_rules_balances() -> None:
    """137 = 47.28 + 77.86 + 11.86."""
    decided = RemittanceClaim(
        "A1",
        "1",
        13700,
        4728,
        lines=(answered("99213", 13700, 4728, Adjustment("CO", "45", 7786), Adjustment("PR", "2", 1186)),),
    )
    claim = next_payer_claim(primary_claim(line(1, "99213", 13700)), "S", [result("P", MEDICARE, decided)])
    assert cob_findings(claim) == ()
    assert claim.other_payers[0].paid_cents == 4728


def test_adjustments_of_the_claim_stay_on_the_claim_beside_those_of_the_lines() -> None:
    decided = RemittanceClaim(
        "A1",
        "1",
        13700,
        3728,
        adjustments=(Adjustment("PR", "1", 1000),),
        lines=(answered("99213", 13700, 4728, Adjustment("CO", "45", 7786), Adjustment("PR", "2", 1186)),),
    )
    claim = next_payer_claim(primary_claim(line(1, "99213", 13700)), "S", [result("P", MEDICARE, decided)])
    assert claim.other_payers[0].adjustments == (Adjustment("PR", "1", 1000),)
    assert claim.lines[0].adjudications[0].paid_cents == 4728


def second_result() -> RemittanceClaim:
    return RemittanceClaim(
        "A1",
        "2",
        30000,
        2000,
        lines=(
            answered("29881", 20000, 2000, Adjustment("OA", "23", 17200), Adjustment("PR", "3", 800)),
            answered("29877", 10000, 0, Adjustment("OA", "23", 10000)),
        ),
    )


def test_the_tertiary_claim_carries_both_earlier_results() -> None:
    results = [result("S", SUPPLEMENT, second_result()), result("P", MEDICARE, first_result())]
    claim = next_payer_claim(primary_claim(), "T", results)
    assert [other.subscriber.payer_level for other in claim.other_payers] == ["P", "S"]
    assert [one.payer_id for one in claim.lines[0].adjudications] == ["CWMCR", "CWOAK"]
    assert cob_findings(claim) == ()


def test_results_that_the_secondary_claim_carries_need_not_be_given_again() -> None:
    secondary = next_payer_claim(primary_claim(), "S", [result("P", MEDICARE, first_result())])
    claim = next_payer_claim(secondary, "T", [result("S", SUPPLEMENT, second_result())])
    assert [other.paid_cents for other in claim.other_payers] == [11200, 2000]


def test_a_corrected_result_replaces_the_one_that_the_claim_carries() -> None:
    secondary = next_payer_claim(primary_claim(), "S", [result("P", MEDICARE, first_result())])
    first = first_result()
    better = answered("29881", 20000, 14000, Adjustment("CO", "45", 6000), control_number="A1-1")
    corrected = replace(first, paid_cents=14000, lines=(better, first.lines[1]))
    again = next_payer_claim(secondary, "S", [result("P", MEDICARE, corrected)])
    assert [one.paid_cents for one in again.lines[0].adjudications] == [14000]
    assert again.other_payers[0].paid_cents == 14000


def test_the_patient_is_named_where_the_next_payers_subscriber_is_another() -> None:
    claim = primary_claim()
    spouse = OtherPayer(Subscriber("S", person("OAK9", first="LEE"), "01"), SUPPLEMENT)
    built = next_payer_claim(replace(claim, other_payers=(spouse,)), "S", [result("P", MEDICARE, first_result())])
    assert (built.subscriber.person.first_name, built.patient_person.first_name) == ("LEE", "JAN")
    assert built.patient is not None


def test_a_result_that_does_not_balance_is_refused() -> None:
    first = first_result()
    wrong = replace(first, lines=(replace(first.lines[0], paid_cents=11201), first.lines[1]))
    assert refusal_of(primary_claim(), "S", [result("P", MEDICARE, wrong)]) == {"COB-001", "COB-002"}


def test_a_claim_whose_payment_is_not_what_its_lines_say_is_refused() -> None:
    wrong = replace(first_result(), paid_cents=11100, adjustments=(Adjustment("PR", "1", 100),))
    found = refusal_of(primary_claim(), "S", [result("P", MEDICARE, replace(wrong, paid_cents=11200))])
    assert found == {"COB-002"}


def test_a_reversal_is_not_reported_to_another_payer() -> None:
    assert refusal_of(primary_claim(), "S", [result("P", MEDICARE, first_result("22"))]) == {"COB-006"}


def test_a_payer_that_the_claim_does_not_name_is_refused() -> None:
    claim = replace(primary_claim(), other_payers=())
    assert refusal_of(claim, "S", [result("P", MEDICARE, first_result())]) == {"COB-003"}


def test_a_result_of_a_payer_that_the_claim_does_not_name_is_refused() -> None:
    claim = replace(primary_claim(), other_payers=primary_claim().other_payers[1:])
    results = [result("P", MEDICARE, first_result()), result("S", SUPPLEMENT, second_result())]
    assert refusal_of(claim, "T", results) == {"COB-003"}


def test_an_earlier_payer_without_a_result_is_refused() -> None:
    assert refusal_of(primary_claim(), "T", [result("P", MEDICARE, first_result())]) == {"COB-004"}


def test_lines_that_cannot_be_matched_are_refused() -> None:
    first = first_result()
    wrong = replace(first, lines=(replace(first.lines[0], control_number="", procedure=Procedure("1")), first.lines[1]))
    assert refusal_of(primary_claim(), "S", [result("P", MEDICARE, wrong)]) == {"COB-005"}


def test_a_result_without_a_date_or_a_payer_without_an_identifier_is_refused() -> None:
    found = refusal_of(primary_claim(), "S", [result("P", Party(last_name="X"), first_result(), None)])
    assert found == {"COB-007", "COB-008"}


def test_the_built_claim_is_written_as_a_valid_837() -> None:
    from claimwright import x12
    from claimwright.documents.claim_x12 import read_claims, write_claims

    claim = next_payer_claim(primary_claim(), "S", [result("P", MEDICARE, first_result())])
    contact = Contact("DESK", (("TE", "8005550100"),))
    submitter = Party(last_name="OUR PRACTICE", id_qualifier="46", id="OURS", contacts=(contact,))
    receiver = Party(last_name="CLEARINGHOUSE", id_qualifier="46", id="CH")
    batch = ClaimBatch("B1", datetime(2026, 3, 20, tzinfo=UTC), submitter, receiver, (claim,))
    envelope = x12.Envelope("ZZ", "OURS", "ZZ", "CH", datetime(2026, 3, 20, tzinfo=UTC), 1, 1)
    reading = x12.read(x12.write_interchange(envelope, [write_claims(batch)]))
    (transaction_set,) = reading.sets()
    assert [str(finding) for finding in transaction_set.findings] == []
    read_back, findings = read_claims(transaction_set)
    assert findings == ()
    assert cob_findings(read_back.claims[0]) == ()
    assert read_back.claims[0].other_payers[0].paid_cents == 11200


def test_an_insurer_with_two_policies_of_the_patient_is_told_apart_by_its_level() -> None:
    one = replace(SUPPLEMENT, id=MEDICARE.id)
    first = primary_claim()
    claim = replace(first, other_payers=(OtherPayer(subscriber("S", "OAK555"), one), first.other_payers[1]))
    both = [result("P", MEDICARE, first_result()), result("S", one, second_result())]
    tertiary = next_payer_claim(claim, "T", both)
    assert [other.payer.id for other in tertiary.other_payers] == ["CWMCR", "CWMCRS"]
    assert [[one.payer_id for one in each.adjudications] for each in tertiary.lines] == [["CWMCR", "CWMCRS"]] * 2
    assert cob_findings(tertiary) == ()
    assert next_payer_claim(tertiary, "T", both) == tertiary
    again = next_payer_claim(tertiary, "T", both[:1])
    assert [[one.paid_cents for one in each.adjudications] for each in again.lines] == [[2000, 11200], [0, 0]]
    assert cob_findings(again) == ()


def findings_of(*arguments) -> list[tuple[str, str, str, str]]:
    with pytest.raises(InputError) as raised:
        next_payer_claim(*arguments)
    assert str(raised.value).startswith("the next payer's claim of A1 cannot be built")
    return [(one.code, one.message, one.where.record, one.where.field) for one in raised.value.findings]


def test_a_refusal_says_what_does_not_balance_and_where() -> None:
    first = first_result()
    short = replace(first, lines=(replace(first.lines[0], paid_cents=11100), first.lines[1]))
    assert findings_of(primary_claim(), "S", [result("P", MEDICARE, short)]) == [
        (
            "COB-001",
            "Claim A1: payer P, line 1: paid 111.00 and adjusted 88.00 of 200.00.",
            "A1",
            "lines[1].adjudications",
        ),
        ("COB-002", "Claim A1: payer P: paid 112.00, its lines say 111.00.", "A1", "other_payers"),
    ]
    less = replace(first, paid_cents=11100)
    assert findings_of(primary_claim(), "S", [result("P", MEDICARE, less)]) == [
        ("COB-002", "Claim A1: payer P: paid 111.00 and adjusted 188.00 of 300.00.", "A1", "other_payers"),
    ]


def test_a_refusal_names_the_payer_that_has_not_decided_and_what_to_do() -> None:
    assert findings_of(primary_claim(), "T", [result("P", MEDICARE, first_result())]) == [
        ("COB-004", "Claim A1: the result of payer S is not there.", "A1", "results")
    ]
    with pytest.raises(InputError) as raised:
        next_payer_claim(primary_claim(), "T", [])
    assert {one.hint for one in raised.value.findings} == {
        "Mend the earlier payer's result, or send this claim by hand."
    }


def test_lines_of_one_code_are_told_apart_by_their_day_and_their_number() -> None:
    later = replace(line(2, "29881", 20000), period=Period.day(date(2026, 3, 9)))
    answers = [
        answered("29881", 20000, paid, Adjustment("CO", "45", 20000 - paid), period=Period.day(day))
        for paid, day in ((7000, date(2026, 3, 9)), (5000, DAY))
    ]
    by_day = RemittanceClaim("A1", "1", 40000, 12000, lines=tuple(answers))
    by_number = replace(
        by_day,
        lines=tuple(
            replace(one, period=None, control_number=f"A1-{n}") for n, one in zip((2, 1), answers, strict=True)
        ),
    )
    for decided in (by_day, by_number):
        claim = next_payer_claim(primary_claim(line(1, "29881", 20000), later), "S", [result("P", MEDICARE, decided)])
        assert [one.paid_cents for each in claim.lines for one in each.adjudications] == [5000, 7000]
