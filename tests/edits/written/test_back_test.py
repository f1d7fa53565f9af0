"""A rule is tried on claims whose answers are known before it may stop any."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator

from tests.edits.written.past import PAID, denied, past
from tests.edits.written.rules import rule

from claimwright.edits.written import PastClaim, Verdict, back_test, stops

RULE = rule(payers=["PRA01"], reasons="4", when={"codes": "99213"}, then={"modifiers": "25"})
PAST = [
    past(1, "99213; J1885", denied("4"), PAID),
    past(2, "99213; J1885", PAID, PAID),
    past(3, "99213-25; J1885", PAID, PAID),
    past(4, "99213; J1885", denied("29"), PAID),
    past(5, "99213"),
    past(6, "99214", denied("4")),
    past(7, "99213; payer OTHER", denied("4")),
    past(8, "99213; 99213", denied("4", cents=500), denied("4", cents=700)),
]


def test_it_tells_denials_caught_from_false_alarms_and_counts_their_money():
    result = back_test(RULE, PAST)
    assert (result.looked_at, result.stopped) == (8, 5)
    assert result.counts == {
        Verdict.CAUGHT: 2,
        Verdict.FALSE_ALARM: 1,
        Verdict.DENIED_OTHERWISE: 1,
        Verdict.UNDECIDED: 1,
    }
    assert result.cents[Verdict.CAUGHT] == 12_500 + 500 + 700
    assert result.cents[Verdict.FALSE_ALARM] == 10_000
    assert result.gain == 1
    assert str(result) == (
        "Of 8 claims it would have stopped 5: 2 were denied (137.00), 1 were paid all the same (100.00)."
    )


def test_it_lists_what_it_would_have_stopped_so_far_as_is_asked():
    assert [(stop.key, stop.lines) for stop in back_test(RULE, PAST).stops] == [
        (1, (1,)),
        (2, (1,)),
        (4, (1,)),
        (5, (1,)),
        (8, (1, 2)),
    ]
    assert len(back_test(RULE, PAST, listed=2).stops) == 2
    assert list(stops(RULE, PAST)) == back_test(RULE, PAST).stops


def test_a_rule_that_names_no_reason_takes_every_denial_as_caught():
    unnamed = rule(payers=["PRA01"], when={"codes": "99213"}, then={"modifiers": "25"})
    assert back_test(unnamed, PAST).counts[Verdict.CAUGHT] == 3


def test_a_rule_looks_only_at_the_days_for_which_it_holds():
    later = rule(**{"from": "2026-07-01"}, payers=["PRA01"], when={"codes": "99213"})
    assert back_test(later, PAST).stopped == 0


def test_many_claims_are_told_on_the_way_and_none_is_kept():
    told: list[int] = []

    def many() -> Iterator[PastClaim]:
        for number in range(1_200):
            yield past(number, "99213; J1885; dx E119", denied("4"), PAID)

    tracemalloc.start()
    result = back_test(RULE, many(), progress=told.append, listed=10)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert told == [500, 1_000, 1_200]
    assert (result.stopped, len(result.stops)) == (1_200, 10)
    assert kept < 500_000


def test_its_data_can_be_stored():
    assert back_test(RULE, PAST).to_data() == {
        "looked_at": 8,
        "stopped": 5,
        "verdicts": {
            "caught": {"claims": 2, "cents": 13_700},
            "denied otherwise": {"claims": 1, "cents": 12_500},
            "false alarm": {"claims": 1, "cents": 10_000},
            "undecided": {"claims": 1, "cents": 0},
        },
        "reasons": {"4": 2, "29": 1},
    }
