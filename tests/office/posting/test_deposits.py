"""Deposits: what the bank says arrived and what payers said they paid come together, to the cent."""

from __future__ import annotations

from datetime import date

import pytest

from claimwright.errors import ConflictError, InputError
from claimwright.office.ledger.balances import account_totals
from claimwright.office.ledger.models import Account
from claimwright.office.posting.deposits import (
    confirm_match,
    enter_deposit,
    match_waiting,
    set_aside,
    take_bank_file,
    undo_match,
)
from claimwright.office.posting.models import Deposit, Remittance
from claimwright.office.posting.taking import take_remittance_file
from claimwright.office.reports import check_practice
from tests.deposits.bank_files import TRN, Entry, ach, bai2
from tests.office.posting.scenes import PAID, PAID_A2

DAY = date(2026, 1, 5)


def totals() -> tuple[int, int, int]:
    """Cash due from remittances, at the bank, unidentified."""
    found = account_totals()
    return tuple(found.get(account, 0) for account in (Account.CASH_DUE, Account.BANK, Account.UNIDENTIFIED))


def statement(*payments: tuple[int, str], company: str = "1512345678") -> bytes:
    return ach(tuple(Entry(cents, f"TRN*1*{trace}*{company}~") for cents, trace in payments), day="260105").encode()


@pytest.fixture
def remittance(practice) -> Remittance:
    practice.bill("A1", [("99213", 150_00)])
    return practice.post("T1", 80_00, PAID)


def states() -> list[str]:
    return list(Deposit.objects.values_list("state", flat=True))


def test_a_deposit_whose_trace_and_amount_agree_closes_and_lets_statements_go(remittance, lakeside):
    assert totals() == (80_00, 0, 0)
    taken = take_bank_file("march.ach", statement((80_00, "T1")))
    assert (taken.taken, taken.known, taken.findings) == (1, 0, ())
    assert totals() == (0, 80_00, 0)
    assert states() == ["matched"]
    remittance.refresh_from_db(from_queryset=Remittance.objects.all())
    assert remittance.cash_seen_at is not None
    assert not check_practice(lakeside)


def test_the_same_statement_again_makes_nothing_twice(remittance):
    take_bank_file("march.ach", statement((80_00, "T1"), (5_00, "OTHER")))
    again = take_bank_file("march-again.ach", statement((80_00, "T1"), (5_00, "OTHER")))
    assert (again.taken, again.known) == (0, 2)
    assert totals() == (0, 85_00, -5_00)


def test_two_equal_payments_on_one_statement_are_two(practice):
    taken = take_bank_file("march.ach", statement((5_00, "X1"), (5_00, "X1")))
    assert taken.taken == 2


def test_a_deposit_before_its_remittance_waits_and_is_matched_when_that_comes(practice):
    practice.bill("A1", [("99213", 150_00)])
    take_bank_file("march.ach", statement((80_00, "T1")))
    assert totals() == (0, 80_00, -80_00)
    take_remittance_file("march.835", practice.file("T1", 80_00, PAID))
    assert totals() == (0, 80_00, 0)
    assert states() == ["matched"]


def test_a_deposit_of_another_amount_stays_open_and_both_halves_can_be_seen(remittance, lakeside):
    take_bank_file("march.ach", statement((79_99, "T1")))
    assert states() == ["open"]
    assert totals() == (80_00, 79_99, -79_99)
    assert not check_practice(lakeside)


def test_a_check_that_is_entered_by_hand_is_matched_by_its_number(remittance):
    deposit = enter_deposit(cents=80_00, deposit_date=DAY, reference="T1")
    assert deposit.state == "matched"
    with pytest.raises(ConflictError):
        enter_deposit(cents=80_00, deposit_date=DAY, reference="T1")


def test_one_deposit_for_two_remittances_is_confirmed_by_a_person_when_it_sums(practice):
    for number, segments in (("A1", PAID), ("A2", PAID_A2)):
        practice.bill(number, [("99213", 150_00)])
        practice.post(f"T-{number}", 80_00, segments)
    deposit = enter_deposit(cents=160_00, deposit_date=DAY, reference="LUMP")
    both = list(Remittance.objects.order_by("pk"))
    with pytest.raises(InputError, match=r"80\.00, the deposit is 160\.00"):
        confirm_match(deposit, both[:1])
    confirm_match(deposit, both)
    assert totals() == (0, 160_00, 0)
    with pytest.raises(ConflictError):
        confirm_match(deposit, both)


def test_a_match_is_undone_by_entries_and_not_made_by_itself_again(remittance, lakeside):
    take_bank_file("march.ach", statement((80_00, "T1")))
    deposit = Deposit.objects.get()
    undo_match(deposit, reason="the wrong payer")
    assert totals() == (80_00, 80_00, -80_00)
    assert match_waiting() == 0
    remittance.refresh_from_db(from_queryset=Remittance.objects.all())
    assert remittance.cash_seen_at is None
    confirm_match(deposit, [remittance])
    assert totals() == (0, 80_00, 0)
    assert not check_practice(lakeside)


def test_a_remittance_is_paid_by_one_deposit_only(remittance):
    take_bank_file("march.ach", statement((80_00, "T1")))
    other = enter_deposit(cents=80_00, deposit_date=DAY, reference="777")
    assert other.state == "open"
    with pytest.raises(ConflictError):
        confirm_match(other, [remittance])


def test_what_is_no_remittance_is_set_aside_with_a_note(practice):
    deposit = enter_deposit(cents=12_00, deposit_date=DAY, reference="RENT", kind="other")
    with pytest.raises(InputError):
        set_aside(deposit, note=" ")
    set_aside(deposit, note="Rent of the tenant")
    assert states() == ["set_aside"]
    with pytest.raises(ConflictError):
        set_aside(deposit, note="Rent of the tenant")


def test_a_statement_whose_totals_do_not_hold_is_not_taken_at_all(practice):
    wrong = bai2("142,8000,Z,B,,TRN*1*T1*1512345678~").replace("99,58000", "99,58001").encode()
    with pytest.raises(InputError) as refused:
        take_bank_file("march.bai", wrong)
    assert [found.code for found in refused.value.findings] == ["DEP-FILE-003"]
    assert not Deposit.objects.exists()
    assert totals() == (0, 0, 0)


def test_a_line_that_cannot_be_read_is_named_and_the_others_are_taken(practice):
    taken = take_bank_file("march.csv", b"Date,Amount\n2026-03-18,1.234\n2026-03-18,5.00\n")
    assert taken.taken == 1
    assert [found.code for found in taken.findings] == ["DEP-ROW-001"]


def test_money_that_the_bank_takes_back_is_a_deposit_below_zero(practice):
    take_bank_file("march.ach", ach((Entry(30_00, TRN.format(trace="T9"), code="27"),)).encode())
    assert totals() == (0, -30_00, 30_00)
