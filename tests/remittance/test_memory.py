"""Books kept in memory: what they answer, and what posting a plan does to them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from claimwright.documents.parties import Party
from claimwright.errors import ConflictError, InputError
from claimwright.remittance import Plan, plan_remittance
from claimwright.remittance.memory import ClaimsInMemory, identity_of
from claimwright.remittance.plan import ItemChange, Move, MoveKind
from tests.remittance.one_line import answer, books, remittance
from tests.remittance.trade import OUR_NPI, SERVICE_DATE, TODAY

MADE = remittance(answer(150_00))
NOTHING = Plan(accepted=True, payment_cents=0)


def test_a_payer_is_known_by_its_tax_number_its_identifier_or_its_name_in_this_order() -> None:
    on = ClaimsInMemory([], {"TAX": 1, "ID": 2, "NAME": 3})
    named = replace(MADE, payer_tax_id="TAX", payer=Party(last_name="NAME", id="ID"))
    assert on.payer_key(named) == 1
    assert on.payer_key(replace(named, payer_tax_id="?")) == 2
    assert on.payer_key(replace(named, payer_tax_id="?", payer=Party(last_name="NAME"))) == 3
    assert on.payer_key(replace(named, payer_tax_id="?", payer=Party())) is None


def test_a_payee_is_ours_by_either_number_and_never_by_an_empty_one() -> None:
    on = ClaimsInMemory([], payees=frozenset({"NPI", "TAX"}))
    assert on.is_our_payee("NPI", "")
    assert on.is_our_payee("", "TAX")
    assert not on.is_our_payee("", "")
    assert not ClaimsInMemory([], payees=frozenset({""})).is_our_payee("", "")
    assert ClaimsInMemory([]).is_our_payee("", "")


def test_claims_are_found_by_their_numbers_and_by_who_when_and_how_much() -> None:
    on = books("PS")
    known = replace(on.claims[0], payer_claim_numbers=("ICN1", "ICN2"))
    on.claims = [known]
    assert (on.claims_by_control_number("A1"), on.claims_by_control_number("A2")) == ([known], [])
    assert (on.claims_by_payer_claim_number("ICN2"), on.claims_by_payer_claim_number("ICN3")) == ([known], [])
    member = known.levels[1].member_id
    assert on.claims_by_service(member, SERVICE_DATE, 150_00, OUR_NPI) == [known]
    assert on.claims_by_service(member, SERVICE_DATE, 150_00, "") == [known]
    assert on.claims_by_service("ELSE", SERVICE_DATE, 150_00, OUR_NPI) == []
    assert on.claims_by_service(member, date(2026, 3, 3), 150_00, OUR_NPI) == []
    assert on.claims_by_service(member, SERVICE_DATE, 150_01, OUR_NPI) == []
    assert on.claims_by_service(member, SERVICE_DATE, 150_00, "1888888886") == []
    on.claims = [replace(known, billing_npi="")]
    assert len(on.claims_by_service(member, SERVICE_DATE, 150_00, OUR_NPI)) == 1
    on.claims = [replace(known, period=None)]
    assert on.claims_by_service(member, SERVICE_DATE, 150_00, OUR_NPI) == []


def test_a_remittance_is_the_same_by_trace_payer_amount_and_day() -> None:
    on = books()
    on.apply(plan_remittance(MADE, on, TODAY), MADE)
    assert on.earlier_remittance(MADE) == "remittance T1"
    with pytest.raises(ConflictError, match="remittance T1 was posted before"):
        on.apply(NOTHING, MADE)
    for changed in ({"trace_number": "T2"}, {"payer_tax_id": "X"}, {"payment_cents": 1}, {"payment_date": None}):
        assert on.earlier_remittance(replace(MADE, **changed)) is None  # type: ignore[arg-type]
    assert identity_of(MADE) == ("T1", "P", 150_00, date(2026, 3, 18))


def test_a_plan_that_is_not_accepted_changes_nothing() -> None:
    on = books()
    refused = plan_remittance(replace(MADE, is_test=True), on, TODAY)
    with pytest.raises(InputError, match="a plan that is not accepted cannot be posted") as raised:
        on.apply(refused, MADE)
    assert raised.value.findings == refused.findings
    assert (on.posted, on.cash_cents) == ({}, 0)


def test_cents_are_counted_by_kind_and_cash_by_itself() -> None:
    on = books()
    moves = (Move(MoveKind.INTEREST, 1_50, 35), Move(MoveKind.INTEREST, 2, 35), Move(MoveKind.CONTRACTUAL, 5, 20))
    on.apply(replace(NOTHING, moves=moves), MADE)
    assert on.posted_cents == {MoveKind.INTEREST: 1_52, MoveKind.CONTRACTUAL: 5}
    assert on.cash_cents == 1_52


def test_results_are_numbered_on_and_a_number_is_never_given_again() -> None:
    on = books()
    on.apply(plan_remittance(MADE, on, TODAY), MADE)
    assert [result.key for result in on.claim("A1").results] == [1]
    on.claims = [replace(on.claims[0], results=(replace(on.claims[0].results[0], key=41),))]
    other = replace(on.claims[0], key=9, control_number="A9", results=(), levels=on.claims[0].levels)
    other = replace(other, levels=tuple(replace(level, is_settled=False) for level in other.levels))
    on.claims.append(other)
    again = remittance(answer(150_00, control_number="A9"), trace="T2")
    lines = tuple(replace(line, control_number="A1-1") for line in again.claims[0].lines)
    again = replace(again, claims=(replace(again.claims[0], lines=lines),))
    on.apply(plan_remittance(again, on, TODAY), again)
    assert [result.key for result in on.claim("A9").results] == [42]
    assert on.last_result_key == 42


def test_items_are_opened_numbered_and_settled_in_part() -> None:
    on = books()
    on.apply(replace(NOTHING, item_changes=(ItemChange("WO", "A1", 30_00), ItemChange("FB", "T1", 5_00))), MADE)
    assert [(item.key, item.code, item.reference, item.open_cents) for item in on.items] == [
        (1, "WO", "A1", 30_00),
        (2, "FB", "T1", 5_00),
    ]
    changes = (
        ItemChange("WO", "A1", -10_00, 1),
        ItemChange("AP", "B1", 7_00),
        ItemChange("AP", "B2", 9_00),
        ItemChange("AP", "B2", -9_00, None, 2),
        ItemChange("FB", "T1", -5_00, 2),
    )
    on.apply(replace(NOTHING, item_changes=changes), replace(MADE, trace_number="T2"))
    assert [(item.key, item.open_cents) for item in on.items] == [(1, 20_00), (2, 0), (3, 7_00), (4, 0)]
    assert [item.key for item in on.open_payer_items(MADE)] == [1, 3]


def test_a_claim_that_no_outcome_names_stays_as_it_is() -> None:
    on = books()
    before = on.claims[0]
    unknown = remittance(answer(150_00, control_number="LOST"))
    on.apply(plan_remittance(unknown, on, TODAY), unknown)
    assert on.claims[0] is before
    assert on.posted_cents == {MoveKind.UNAPPLIED: 150_00}
