"""Rows 35 and 36: money that moves outside of claims, what it opens and settles, and what a person must explain."""

from __future__ import annotations

from dataclasses import replace

import pytest

from claimwright.documents.remittance import Amount, ProviderAdjustment, Remittance
from claimwright.findings import Finding, Severity, Where
from claimwright.origin import NOWHERE, Origin
from claimwright.remittance.books import PayerItem, PostingPolicy
from claimwright.remittance.plan import ItemChange, MoveKind, Queue
from claimwright.remittance.provider import ProviderPlan, plan_provider_adjustments, same_reference
from tests.remittance.trade import OUR_NPI, SCENARIOS, read

MADE = read(SCENARIOS / "row_20_allowed_as_expected.txt").steps[0].remittance
AT_PLB = Origin("ab" * 32, 900, 30, 44)


def remittance(*moved: tuple[str, str, int], origin: Origin = AT_PLB) -> Remittance:
    """T1 with these PLB: code, reference, cents as written (positive lowers the payment)."""
    given = tuple(ProviderAdjustment(OUR_NPI, None, code, reference, cents, origin) for code, reference, cents in moved)
    return replace(MADE, provider_adjustments=given)


def planned(*moved: tuple[str, str, int], items: tuple[PayerItem, ...] = ()) -> ProviderPlan:
    return plan_provider_adjustments(remittance(*moved), PostingPolicy(), items, 1)


def told(plan: ProviderPlan) -> list[tuple[MoveKind, int, int, str]]:
    return [(move.kind, move.cents, move.row, move.detail) for move in plan.moves]


def asked(plan: ProviderPlan) -> list[tuple[int, str]]:
    assert all((one.queue, one.row) == (Queue.PROVIDER_ADJUSTMENT, 36) for one in plan.reviews)
    return [(review.cents, review.reason) for review in plan.reviews]


@pytest.mark.parametrize("cents", [1, -1])
def test_one_cent_is_as_good_as_a_thousand_dollars(cents) -> None:
    opened = planned(("WO", "A1", -1))
    assert told(opened) == [(MoveKind.RECOUPMENT, 1, 35, "PLB WO")]
    assert opened.item_changes == [ItemChange("WO", "A1", 1)]
    settled = planned(("WO", "A1", 1), items=(PayerItem(3, "WO", "A1", 1),))
    assert told(settled) == [(MoveKind.RECOUPMENT, -1, 35, "PLB WO settles A1")]
    assert settled.item_changes == [ItemChange("WO", "A1", -1, 3)]
    acknowledged = planned(("72", "R1", -1), items=(PayerItem(3, "72", "R1", 1),))
    assert told(acknowledged) == [(MoveKind.REFUND_ACKNOWLEDGED, 1, 35, "PLB 72 settles R1")]
    assert told(planned(("L6", "", cents))) == [(MoveKind.INTEREST, -cents, 35, "PLB L6")]


def test_an_item_with_nothing_open_settles_nothing() -> None:
    plan = planned(("WO", "A1", 5), items=(PayerItem(3, "WO", "A1", 0), PayerItem(4, "WO", "A1", -1)))
    assert asked(plan) == [(-5, "PLB WO 0.05: nothing open has the reference A1")]
    assert told(plan) == [(MoveKind.UNAPPLIED, -5, 36, "PLB WO: nothing open has the reference A1")]


def test_an_item_is_settled_in_parts_within_one_remittance_until_nothing_is_left() -> None:
    items = (PayerItem(3, "WO", "A1", 100_00),)
    plan = planned(("WO", "A1", 30_00), ("WO", "A1", 60_00), ("WO", "A1", 10_01), items=items)
    assert [change.cents for change in plan.item_changes] == [-30_00, -60_00, -10_00]
    assert asked(plan) == [(-1, "PLB WO 10.01: more than the 10.00 that were open")]
    again = planned(("WO", "A1", 100_00), ("WO", "A1", 1), items=items)
    assert asked(again) == [(-1, "PLB WO 0.01: nothing open has the reference A1")]


def test_of_items_with_one_reference_that_of_the_very_amount_is_settled_and_only_one() -> None:
    items = tuple(PayerItem(key, "WO", "A1", cents) for key, cents in ((3, 50_00), (4, 20_00), (5, 20_00)))
    assert planned(("WO", "A1", 20_00), items=items).item_changes == [ItemChange("WO", "A1", -20_00, 4)]
    assert [change.item_key for change in planned(("WO", "A1", 60_00), items=items).item_changes] == [3, 4]


@pytest.mark.parametrize(
    ("theirs", "ours", "is_found"),
    [
        ("ICN123", "PAT ICN123 03/02", True),
        ("PAT-ICN123-03/02", "ICN123", True),
        ("ICN12", "PAT ICN12", False),
        ("ICN124", "PAT ICN123", False),
        ("icn 12/3", "ICN123", True),
        ("", "ICN123", False),
    ],
)
def test_a_reference_within_another_counts_from_six_characters_on_and_with_the_same_cents(
    theirs, ours, is_found
) -> None:
    item = PayerItem(3, "WO", ours, 20_00)
    assert bool(planned(("WO", theirs, 20_00), items=(item,)).item_changes) is is_found
    is_same = same_reference(theirs, ours)
    assert bool(planned(("WO", theirs, 19_99), items=(item,)).item_changes) is is_same


def test_punctuation_tells_no_two_references_apart_and_none_is_no_reference() -> None:
    assert same_reference("a-1", "A 1")
    assert not same_reference("", "")
    assert not same_reference("-", " ")


def test_a_balance_carried_forward_names_this_remittance() -> None:
    plan = planned(("FB", "T0", -28_00))
    (finding,) = plan.findings
    assert finding == Finding(
        "REM-PLB-002",
        Severity.WARNING,
        "The provider adjustment FB T0 does not name this remittance's trace number.",
        "Ask the payer if it repeats.",
        Where(segment="PLB", index=44, offset=900, field="PLB"),
    )
    assert plan.item_changes == [ItemChange("FB", "T0", 28_00)]
    assert planned(("FB", "", -28_00)).item_changes == [ItemChange("FB", "T1", 28_00)]
    assert planned(("FB", "T1", -28_00)).findings == []


def test_a_provider_adjustment_that_was_not_read_from_a_file_has_no_place() -> None:
    made = remittance(("WO", "A1", 0), origin=NOWHERE)
    (finding,) = plan_provider_adjustments(made, PostingPolicy(), ()).findings
    assert (finding.code, finding.where) == ("REM-PLB-001", Where(segment="PLB", field="PLB"))


def test_only_one_balance_is_carried_forward_and_other_openings_are_no_second_one() -> None:
    assert asked(planned(("WO", "A1", -5), ("FB", "T1", -28_00))) == []
    reason = "PLB FB -0.01: a second balance carried forward, where only one may be"
    assert asked(planned(("FB", "T1", -28_00), ("FB", "T1", -1))) == [(1, reason)]
    assert asked(planned(("FB", "T0", 28_00), ("FB", "T1", -1), items=(PayerItem(3, "FB", "T0", 28_00),))) == []


def test_what_a_plan_opens_it_can_settle_by_its_number() -> None:
    plan = planned(("WO", "A1", -5), ("WO", "A1", 2), ("AP", "B", -7), ("AP", "B", 7))
    assert plan.item_changes == [
        ItemChange("WO", "A1", 5),
        ItemChange("WO", "A1", -2, None, 1),
        ItemChange("AP", "B", 7),
        ItemChange("AP", "B", -7, None, 2),
    ]


def test_a_refund_that_nobody_knows_and_its_counter_entry_are_nothing_together() -> None:
    plan = planned(("72", "R1", -40_00), ("WO", "R1", 40_00))
    assert told(plan) == [
        (MoveKind.REFUND_ACKNOWLEDGED, 40_00, 35, "PLB 72, netted"),
        (MoveKind.REFUND_ACKNOWLEDGED, -40_00, 35, "PLB WO, netted"),
    ]
    assert asked(plan) == [(40_00, "PLB 72 -40.00: the payer acknowledges a refund that is not on file")]


def test_refunds_are_netted_in_parts_and_from_one_cent_on() -> None:
    parts = planned(("72", "R1", -30_00), ("72", "R1", -10_00), ("WO", "R1", 15_00), ("WO", "R1", 25_00))
    assert {move.kind for move in parts.moves} == {MoveKind.REFUND_ACKNOWLEDGED}
    assert {move.kind for move in planned(("72", "R1", -1), ("WO", "R1", 1)).moves} == {MoveKind.REFUND_ACKNOWLEDGED}


@pytest.mark.parametrize("countered", [39_99, 40_01])
def test_another_amount_nets_no_refund(countered) -> None:
    plan = planned(("72", "R1", -40_00), ("WO", "R1", countered))
    assert [move.kind for move in plan.moves] == [MoveKind.UNAPPLIED, MoveKind.UNAPPLIED]


def test_a_refund_taken_back_with_an_opposite_counter_entry_is_a_person_s() -> None:
    """The signs the other way round: 72 positive, WO negative, which opens a takeback."""
    plan = planned(("72", "R1", 40_00), ("WO", "R1", -40_00))
    assert [move.kind for move in plan.moves] == [MoveKind.UNAPPLIED, MoveKind.RECOUPMENT]


def test_a_refund_on_file_is_acknowledged_and_not_netted() -> None:
    items = (PayerItem(3, "72", "R1", 40_00), PayerItem(4, "WO", "R1", 40_00))
    plan = planned(("72", "R1", -40_00), ("WO", "R1", 40_00), items=items)
    assert [(change.item_key, change.cents) for change in plan.item_changes] == [(3, -40_00), (4, -40_00)]
    other_amount = planned(
        ("72", "LONG-REF-1", -40_00), ("WO", "LONG-REF-1", 40_00), items=(PayerItem(3, "72", "LONG-REF", 40_00),)
    )
    assert [change.item_key for change in other_amount.item_changes] == [3]


def test_other_codes_of_a_netted_reference_are_decided_by_themselves() -> None:
    plan = planned(("72", "R1", -40_00), ("WO", "R1", 40_00), ("FB", "R1", -5_00))
    assert [move.kind for move in plan.moves][2] is MoveKind.FORWARD_BALANCE


def with_interest(*amounts: Amount) -> ProviderPlan:
    claim = replace(MADE.claims[0], amounts=amounts)
    made = replace(remittance(("L6", "", -1_50)), claims=(claim,))
    return plan_provider_adjustments(made, PostingPolicy(), ())


def test_interest_is_that_of_the_claims_where_they_show_any() -> None:
    assert with_interest().findings == []
    assert with_interest(Amount("I", 1_00), Amount("I", 50), Amount("B6", 100_00)).findings == []
    (finding,) = with_interest(Amount("I", 1_51)).findings
    said = "1.50 of interest in the provider adjustments, 1.51 on the claims"
    hint = "The provider adjustment is what is posted."
    assert finding == Finding("REM-PLB-003", Severity.WARNING, said, hint, Where(record="T1"))
