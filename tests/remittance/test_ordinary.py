"""The short way for ordinary answers gives what the general rules give, and leaves everything else to them."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claimwright.documents.adjustments import Adjustment
from claimwright.documents.parties import Party, Period, Procedure
from claimwright.documents.remittance import RemittanceClaim, RemittanceLine
from claimwright.origin import Origin
from claimwright.remittance import claims as deciding
from claimwright.remittance import plan_remittance
from claimwright.remittance.books import KnownClaim, KnownLevel, KnownLine, PostingPolicy
from claimwright.remittance.memory import ClaimsInMemory
from claimwright.remittance.ordinary import decide_ordinary
from claimwright.remittance.plan import MoveKind, Plan
from tests.remittance.test_properties import DAY, TODAY, answers, claims, remittance
from tests.remittance.trade import PAYERS

_SHARES = ("1", "2", "3", "66")


def general(known: list[KnownClaim], answered: list[RemittanceClaim], policy: PostingPolicy) -> Plan:
    """The plan of the general rules alone."""
    with patch.object(deciding, "decide_ordinary", return_value=False):
        return plan(known, answered, policy)


def plan(known: list[KnownClaim], answered: list[RemittanceClaim], policy: PostingPolicy | None = None) -> Plan:
    books = ClaimsInMemory(list(known), payers=PAYERS, policy=policy or PostingPolicy())
    return plan_remittance(remittance("P", 1, answered, []), books, TODAY)


def is_taken(known: KnownClaim, answered: RemittanceClaim, policy: PostingPolicy | None = None) -> bool:
    """Whether the answer goes the short way."""
    said: list[bool] = []

    def ask(*words) -> bool:
        said.append(decide_ordinary(*words))
        return said[-1]

    with patch.object(deciding, "decide_ordinary", ask):
        plan([known], [answered], policy)
    return said == [True]


def line(number: int, expected: int | None = 70_00) -> KnownLine:
    return KnownLine(number, number, f"A1-{number}", "99213", (), 100_00, DAY, {"P": 100_00}, expected)


def claim(*lines: KnownLine, levels: str = "P", is_protected: bool = False) -> KnownClaim:
    total = sum(one.charge_cents for one in lines)
    payers = tuple(KnownLevel(level, PAYERS[level], "MEMBER") for level in levels)
    return KnownClaim(1, "A1", total, payers, lines, "DOE", period=Period.day(DAY), is_patient_protected=is_protected)


def answered_line(number: int, *adjustments: tuple[str, str, int], **more) -> RemittanceLine:
    paid = 100_00 - sum(cents for _, _, cents in adjustments)
    made = tuple(Adjustment(*one) for one in adjustments)
    return RemittanceLine(Procedure("99213"), 100_00, paid, made, **{"control_number": f"A1-{number}", **more})


def answer(*lines: RemittanceLine, status: str = "1", **more) -> RemittanceClaim:
    charge, paid = sum(one.charge_cents for one in lines), sum(one.paid_cents for one in lines)
    return RemittanceClaim("A1", status, charge, paid, patient=Party(last_name="DOE"), lines=lines, **more)


USUAL = (("CO", "45", 30_00), ("PR", "2", 20_00))


@st.composite
def nearly_ordinary(draw) -> tuple[list[KnownClaim], list[RemittanceClaim]]:
    """Claims of a few lines with answers that are ordinary, or not in one respect or another."""
    known, answered = [], []
    for key in range(1, draw(st.integers(1, 3)) + 1):
        numbers = range(1, draw(st.integers(1, 3)) + 1)
        levels = tuple(KnownLevel(level, PAYERS[level], "M") for level in draw(st.sampled_from(("P", "P", "PS"))))
        lines, replies = [], []
        for number in numbers:
            contract, share = draw(st.integers(0, 60_00)), draw(st.sampled_from((0, 0, 20_00, 40_00)))
            code = draw(st.sampled_from((("CO", "45"), ("CO", "45"), ("CO", "97"), ("OA", "45"), ("CO", "253"))))
            expected = draw(st.sampled_from((None, 100_00 - contract, 100_00 - contract, 70_00)))
            told = [(*code, contract), ("PR", draw(st.sampled_from((*_SHARES, "96"))), share)]
            control = f"A{key}-{number}"
            origin = draw(st.sampled_from((Origin(), Origin("f", 900, 20, 90))))
            made = tuple(
                Adjustment(group, reason, cents, origin=origin) for group, reason, cents in told if cents or number == 2
            )
            lines.append(
                KnownLine(key * 10 + number, number, control, "99213", (), 100_00, DAY, {"P": 100_00}, expected)
            )
            replies.append(
                RemittanceLine(
                    Procedure("99213"),
                    100_00,
                    100_00 - contract - share,
                    made,
                    control_number=draw(st.sampled_from((control, control, control, control, ""))),
                    remarks=draw(st.sampled_from(((), (), ("N782",), ("MA18",)))),
                    origin=Origin("f", key * 100 + number, 40, key * 10 + number),
                )
            )
        order = draw(st.permutations(replies))
        total, paid = 100_00 * len(lines), sum(one.paid_cents for one in replies)
        is_protected = draw(st.sampled_from((False, False, False, True)))
        known.append(
            KnownClaim(
                key,
                f"A{key}",
                total,
                levels,
                tuple(lines),
                "DOE",
                period=Period.day(DAY),
                is_patient_protected=is_protected,
            )
        )
        status = draw(st.sampled_from(("1", "1", "1", "4", "19")))
        answered.append(
            RemittanceClaim(f"A{key}", status, total, paid, patient=Party(last_name="DOE"), lines=tuple(order))
        )
    return known, answered


policies = st.builds(
    PostingPolicy,
    tolerance_cents=st.sampled_from((0, 100)),
    unpriced_review_cents=st.sampled_from((None, 0, 50_00)),
    small_balance_limit_cents=st.sampled_from((0, 25_00)),
)


@settings(max_examples=150, deadline=None)
@given(nearly_ordinary(), policies)
def test_the_short_way_plans_what_the_general_rules_plan(scene, policy):
    known, answered = scene
    assert plan(known, answered, policy) == general(known, answered, policy)


@settings(max_examples=60, deadline=None)
@given(st.data(), policies)
def test_it_does_so_for_any_answer_to_any_claims(data, policy):
    known = data.draw(claims())
    answered = [data.draw(answers(one)) for one in known]
    assert plan(known, answered, policy) == general(known, answered, policy)


def test_a_payment_with_contract_and_share_goes_the_short_way():
    reply = answer(answered_line(1, *USUAL), answered_line(2, ("CO", "45", 30_00)))
    assert is_taken(claim(line(1), line(2)), reply)
    assert [(move.kind, move.cents, move.row) for move in plan([claim(line(1), line(2))], [reply]).moves] == [
        (MoveKind.PAYMENT, 50_00, 5),
        (MoveKind.CONTRACTUAL, 30_00, 20),
        (MoveKind.TRANSFER, 20_00, 15),
        (MoveKind.PAYMENT, 70_00, 5),
        (MoveKind.CONTRACTUAL, 30_00, 20),
    ]


def test_so_do_an_unpriced_line_and_a_whole_charge_left_to_the_patient():
    assert is_taken(claim(line(1, None)), answer(answered_line(1, *USUAL)))
    assert is_taken(claim(line(1, 100_00)), answer(answered_line(1, ("PR", "1", 100_00))))


@pytest.mark.parametrize(
    ("known", "reply"),
    [
        (claim(line(1)), answer(answered_line(1, ("CO", "45", 30_00), ("CO", "97", 20_00)))),
        (claim(line(1)), answer(answered_line(1, ("CO", "45", 60_00), ("PR", "2", -20_00)))),
        (claim(line(1)), answer(answered_line(1, ("CO", "45", 50_00)))),
        (claim(line(1)), answer(answered_line(1, ("CO", "45", 20_00)))),
        (claim(line(1)), answer(answered_line(1, ("CO", "45", 100_00)))),
        (claim(line(1)), answer(answered_line(1, *USUAL, control_number=""))),
        (claim(line(1)), answer(answered_line(1, *USUAL, remarks=("N782",)))),
        (claim(line(1)), answer(answered_line(1, *USUAL), remarks=("N781",))),
        (claim(line(1), is_protected=True), answer(answered_line(1, *USUAL))),
        (claim(line(1)), answer(answered_line(1, *USUAL), status="19")),
        (claim(line(1, 100_00)), answer(answered_line(1, ("PR", "1", 100_00)), status="4")),
        (claim(line(1, None)), answer(answered_line(1, ("CO", "45", 70_00)))),
        (
            claim(line(1), replace(line(2), control_number="A1-1")),
            answer(answered_line(1, *USUAL), answered_line(1, *USUAL)),
        ),
    ],
    ids=[
        "a denial",
        "a negative share",
        "underpaid",
        "overpaid",
        "nothing paid",
        "no line number",
        "a protecting remark of the line",
        "a protecting remark of the claim",
        "a protected patient",
        "forwarded to nobody we know",
        "an unknown patient",
        "much written off without a rate",
        "two lines of one number",
    ],
)
def test_what_is_different_in_one_respect_does_not(known, reply):
    policy = PostingPolicy(unpriced_review_cents=50_00)
    assert not is_taken(known, reply, policy)
    assert plan([known], [reply], policy) == general([known], [reply], policy)
