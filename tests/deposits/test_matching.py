"""The ladder from a deposit to the remittance that it pays; what is not sure goes to a person."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from claimwright.deposits import Deposit, DepositKind, ExpectedPayment, Sureness, match_deposits

DAY = date(2026, 3, 18)


def eft(cents: int, trace: str = "", company: str = "1512345678", day: date = DAY, text: str = "") -> Deposit:
    return Deposit(cents, day, DepositKind.EFT, trace, company, text=text)


def remittance(key: int, cents: int, trace: str, company: str = "1512345678", **more: object) -> ExpectedPayment:
    return ExpectedPayment(key, cents, trace, company, more.pop("date", DAY), **more)  # type: ignore[arg-type]


def matched(result) -> list[tuple[int, tuple[int, ...], Sureness]]:
    return [(match.deposit, match.keys, match.sureness) for match in result.matches]


def test_trace_company_and_amount_match_surely() -> None:
    result = match_deposits(
        [eft(11_200, "T1"), eft(11_200, "T2")], [remittance(7, 11_200, "T2"), remittance(8, 11_200, "T1")]
    )
    assert matched(result) == [(0, (8,), Sureness.EXACT), (1, (7,), Sureness.EXACT)]
    assert not result.deposits_without_remittance
    assert not result.remittances_without_deposit


def test_the_company_number_is_the_same_with_and_without_its_leading_one() -> None:
    assert matched(match_deposits([eft(100, "T1", "512345678")], [remittance(7, 100, "T1")])) == [
        (0, (7,), Sureness.EXACT)
    ]


def test_zeros_that_a_bank_adds_before_a_trace_number_do_not_matter() -> None:
    assert matched(match_deposits([eft(100, "000T1")], [remittance(7, 100, "T1")])) == [(0, (7,), Sureness.EXACT)]


def test_a_trace_number_with_another_amount_is_no_match() -> None:
    result = match_deposits([eft(100, "T1")], [remittance(7, 101, "T1")])
    assert not result.matches
    assert result.deposits_without_remittance == (0,)
    assert result.remittances_without_deposit == (7,)


def test_a_check_is_matched_by_its_number_and_amount() -> None:
    check = Deposit(100, DAY, DepositKind.CHECK, reference="000777")
    assert matched(match_deposits([check], [remittance(7, 100, "777", method="CHK")])) == [(0, (7,), Sureness.EXACT)]


def test_amount_payer_and_a_near_day_match_with_a_flag() -> None:
    near = remittance(7, 100, "T1", date=date(2026, 3, 20))
    assert matched(match_deposits([eft(100)], [near])) == [(0, (7,), Sureness.FLAGGED)]
    far = remittance(7, 100, "T1", date=date(2026, 3, 25))
    assert not match_deposits([eft(100)], [far]).matches
    over_a_weekend = remittance(7, 100, "T1", date=date(2026, 3, 23))
    assert matched(match_deposits([eft(100)], [over_a_weekend])) == [(0, (7,), Sureness.FLAGGED)]


def test_two_remittances_that_fit_equally_go_to_a_person() -> None:
    result = match_deposits([eft(100)], [remittance(7, 100, "T1"), remittance(8, 100, "T2")])
    assert not result.matches
    assert result.candidates == {0: (7, 8)}


def test_two_deposits_for_one_remittance_are_not_decided_by_their_order() -> None:
    result = match_deposits([eft(100, "T1"), eft(100, "T1")], [remittance(7, 100, "T1")])
    assert not result.matches
    assert result.candidates == {0: (7,), 1: (7,)}


def test_one_deposit_for_several_remittances_of_a_payer_is_proposed() -> None:
    result = match_deposits([eft(300)], [remittance(7, 100, "T1"), remittance(8, 200, "T2"), remittance(9, 250, "T3")])
    assert matched(result) == [(0, (7, 8), Sureness.PROPOSED)]


def test_a_sum_that_can_be_made_in_two_ways_is_not_proposed() -> None:
    options = [remittance(7, 100, "T1"), remittance(8, 200, "T2"), remittance(9, 150, "T3"), remittance(10, 150, "T4")]
    assert not match_deposits([eft(300)], options).matches


def test_no_money_is_expected_for_a_remittance_of_nothing() -> None:
    result = match_deposits(
        [], [remittance(7, 0, "T1"), remittance(8, 100, "T2", method="NON"), remittance(9, 100, "T3")]
    )
    assert result.remittances_without_deposit == (9,)


@given(
    st.lists(st.tuples(st.integers(1, 4), st.sampled_from(["", "T1", "T2"])), max_size=6),
    st.lists(st.tuples(st.integers(1, 4), st.sampled_from(["T1", "T2", "T3"])), max_size=6),
)
def test_every_deposit_and_every_remittance_ends_in_exactly_one_place(money, told) -> None:
    deposits = [eft(cents, trace) for cents, trace in money]
    expected = [remittance(key, cents, trace) for key, (cents, trace) in enumerate(told)]
    result = match_deposits(deposits, expected)
    used = [match.deposit for match in result.matches]
    assert sorted([*used, *result.deposits_without_remittance]) == list(range(len(deposits)))
    keys = [key for match in result.matches for key in match.keys]
    assert sorted([*keys, *result.remittances_without_deposit]) == list(range(len(expected)))
    for match in result.matches:
        assert sum(expected[key].cents for key in match.keys) == deposits[match.deposit].cents
