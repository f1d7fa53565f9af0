"""A paper EOB: typed once, read to the cent, posted by the rules that post an 835."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from claimwright.errors import ConflictError, InputError
from claimwright.office.ledger.balances import account_totals
from claimwright.office.ledger.models import Account
from claimwright.office.posting.models import PayerItem, Remittance
from claimwright.office.posting.paper import (
    PaperAdjustment,
    PaperCheck,
    PaperClaim,
    PaperLine,
    PaperService,
    payee_of,
    post_paper,
    read_check,
    read_reasons,
)
from claimwright.office.reports import check_practice
from tests.office.posting.scenes import PAID, SERVICE_DATE, owed

DAY = date(2026, 1, 5)


@pytest.fixture
def claim(practice):
    return practice.bill("A1", [("99213", 150_00)])


def paper(practice, *lines: PaperLine, cents: int = 80_00, number: str = "4711") -> PaperCheck:
    return PaperCheck(practice.payers["medicare"], number, DAY, cents, (PaperClaim("A1", "P", lines),))


def line(paid: str = "80.00", allowed: str = "100", reasons: str = "PR-2 20") -> PaperLine:
    return PaperLine(PaperService("A1-1", "99213", 150_00, service_date=SERVICE_DATE), paid, allowed, reasons)


def codes(practice, check: PaperCheck) -> list[str]:
    return [finding.code for finding in read_check(check, payee_of(practice.billing))[1]]


def test_it_posts_what_an_835_of_the_same_words_would_have_posted(practice, claim, lakeside):
    remittance = post_paper(paper(practice, line()), payee_of(practice.billing))
    assert remittance.state in (Remittance.State.POSTED, Remittance.State.REVIEW)
    assert owed(claim) == {"PATIENT": 20_00}
    assert (remittance.trace_number, remittance.payment_cents, remittance.method) == ("4711", 80_00, "CHK")
    row = remittance.claims.get()
    segment = remittance.file.data[row.offset : row.offset + row.length].decode()
    assert segment.startswith("CLP*A1*1*150*80*20")
    assert "CAS*CO*45*50" in segment
    assert not check_practice(lakeside)


def test_the_allowed_amount_says_the_contract_reduction_unless_the_eob_says_its_own(practice, claim):
    (read,) = read_check(paper(practice, line()), payee_of(practice.billing))[0].claims
    assert [str(one) for one in read.lines[0].adjustments] == ["CO-45", "PR-2"]
    own = line(reasons="CO-253 1.60, CO-45 50, PR-2 20", paid="78.40")
    (read,) = read_check(paper(practice, own, cents=78_40), payee_of(practice.billing))[0].claims
    assert [str(one) for one in read.lines[0].adjustments] == ["CO-253", "CO-45", "PR-2"]


@pytest.mark.parametrize(
    ("text", "read", "rest"),
    [
        ("CO-45 50.00, PR-2 20", ["CO-45 5000", "PR-2 2000"], ""),
        ("co45 50 pr2 20.5", ["CO-45 5000", "PR-2 2050"], ""),
        ("OA-23: 130; PI-A1=$-5.00", ["OA-23 13000", "PI-A1 -500"], ""),
        ("", [], ""),
        ("CO-45 50, what is this", ["CO-45 5000"], "what is this"),
        ("CO-45", [], "CO-45"),
        ("CO-45 50.001", [], "CO-45 50.001"),
    ],
)
def test_adjustments_are_read_as_people_write_them(text, read, rest):
    found, left = read_reasons(text)
    assert [f"{one} {one.amount_cents}" for one in found] == read
    assert left == rest


@pytest.mark.parametrize(
    ("typed", "code", "field"),
    [
        (line(paid="eighty"), "PAPER-006", "lines[1].paid"),
        (line(allowed="1,0,0.0.0"), "PAPER-006", "lines[1].allowed"),
        (line(reasons="a copay"), "PAPER-007", "lines[1].reasons"),
        (line(reasons="XX-2 20"), "PAPER-008", "lines[1].reasons"),
        (line(reasons="PR-999 20"), "PAPER-008", "lines[1].reasons"),
        (line(reasons="PR-2 19.99"), "PAPER-009", "lines[1].reasons"),
    ],
)
def test_a_bad_entry_is_a_finding_at_its_line_with_its_remedy(practice, claim, typed, code, field):
    _, (finding,) = read_check(paper(practice, typed), payee_of(practice.billing))
    assert finding.code == code
    assert (finding.where.record, finding.where.field) == ("A1", field)
    assert finding.hint


def test_nothing_is_posted_while_a_cent_of_the_check_is_left(practice, claim):
    check = paper(practice, line(), cents=80_01)
    assert codes(practice, check) == ["PAPER-004"]
    with pytest.raises(InputError):
        post_paper(check, payee_of(practice.billing))
    assert not Remittance.objects.exists()
    assert owed(claim) == {"P": 150_00}


def test_a_check_without_number_or_claims_or_with_one_claim_twice_is_refused(practice, claim):
    whole = paper(practice, line())
    assert codes(practice, replace(whole, number=" ")) == ["PAPER-001"]
    assert codes(practice, replace(whole, cents=-80_00))[0] == "PAPER-002"
    assert codes(practice, replace(whole, claims=(), cents=0)) == ["PAPER-003"]
    assert "PAPER-005" in codes(practice, replace(whole, claims=whole.claims * 2, cents=160_00))


def test_the_same_check_again_and_the_835_of_a_check_typed_before_are_not_posted_twice(practice, claim, lakeside):
    post_paper(paper(practice, line(), number="T9"), payee_of(practice.billing))
    with pytest.raises(ConflictError, match="came before"):
        post_paper(paper(practice, line(), number="T9"), payee_of(practice.billing))
    assert Remittance.objects.count() == 1
    late = practice.receive("T9", 80_00, PAID)
    assert late.state == Remittance.State.DUPLICATE
    assert not check_practice(lakeside)


def test_what_a_payer_keeps_of_a_check_and_adds_to_it_counts_for_the_remainder_and_is_posted(practice, claim, lakeside):
    kept, added = PaperAdjustment("WO", "B7", "30"), PaperAdjustment("L6", "", "1.25", raises=True)
    check = replace(paper(practice, line(), cents=51_25), adjustments=(kept, added))
    remittance = post_paper(check, payee_of(practice.billing))
    assert owed(claim) == {"PATIENT": 20_00}
    assert account_totals()[Account.INTEREST] == -1_25
    assert account_totals()[Account.UNAPPLIED] == 30_00, "nobody announced the takeback: a person explains it"
    assert remittance.state == Remittance.State.REVIEW
    assert b"PLB*1999999984*20261231*WO:B7*30*L6*-1.25" in remittance.file.data
    assert not check_practice(lakeside)


def test_a_takeback_that_was_announced_on_paper_is_settled_on_paper(practice, claim, lakeside):
    announced = PaperAdjustment("WO", "A1", "40", raises=True)
    post_paper(replace(paper(practice, line(), cents=120_00), adjustments=(announced,)), payee_of(practice.billing))
    assert PayerItem.objects.get().open_cents == 40_00
    practice.bill("A2", [("99213", 150_00)])
    paid = replace(paper(practice, line()).claims[0], number="A2", lines=(line(),))
    service = replace(line().service, control_number="A2-1")
    paid = replace(paid, lines=(replace(line(), service=service),))
    kept = PaperCheck(practice.payers["medicare"], "4712", DAY, 40_00, (paid,), (PaperAdjustment("WO", "A1", "40"),))
    post_paper(kept, payee_of(practice.billing))
    assert PayerItem.objects.get().open_cents == 0
    assert not check_practice(lakeside)


def test_a_check_of_interest_alone_needs_no_claim(practice, lakeside):
    check = PaperCheck(
        practice.payers["medicare"], "4713", DAY, 2_00, (), (PaperAdjustment("L6", "", "2", raises=True),)
    )
    post_paper(check, payee_of(practice.billing))
    assert account_totals()[Account.INTEREST] == -2_00
    assert not check_practice(lakeside)


@pytest.mark.parametrize(
    ("typed", "code", "field"),
    [
        (PaperAdjustment("", "B7", "30"), "PAPER-010", "adjustments[1].code"),
        (PaperAdjustment("ZZ", "B7", "30"), "PAPER-010", "adjustments[1].code"),
        (PaperAdjustment("WO", "B7", "some"), "PAPER-011", "adjustments[1].amount"),
        (PaperAdjustment("WO", "B7", ""), "PAPER-011", "adjustments[1].amount"),
        (PaperAdjustment("WO", "B7", "0"), "PAPER-012", "adjustments[1].amount"),
        (PaperAdjustment("WO", "B7", "-30"), "PAPER-012", "adjustments[1].amount"),
    ],
)
def test_a_bad_adjustment_is_a_finding_at_its_row(practice, claim, typed, code, field):
    check = replace(paper(practice, line(), cents=50_00), adjustments=(typed,))
    _, (finding,) = read_check(check, payee_of(practice.billing))
    assert (finding.code, finding.where.field) == (code, field)
    assert finding.hint


def test_a_cent_that_an_adjustment_leaves_is_a_cent_left(practice, claim):
    check = replace(paper(practice, line(), cents=50_00), adjustments=(PaperAdjustment("WO", "B7", "29.99"),))
    assert codes(practice, check) == ["PAPER-004"]


@pytest.mark.parametrize("text", ["A*B", "A~B", "A:B", "A^B", "A\nB"])
def test_letters_that_x12_cannot_carry_are_said_and_post_nothing(practice, claim, text):
    whole = paper(practice, line())
    odd_adjustment = (PaperAdjustment("L6", text, "1"), PaperAdjustment("L6", "", "1", raises=True))
    claims = (replace(whole.claims[0], payer_number=text),)
    for check in (
        replace(whole, number=text),
        replace(whole, adjustments=odd_adjustment),
        replace(whole, claims=claims),
    ):
        with pytest.raises(InputError) as refused:
            post_paper(check, payee_of(practice.billing))
        assert [finding.code for finding in refused.value.findings] == ["X12-WRT-001"]
    assert not Remittance.objects.exists()
