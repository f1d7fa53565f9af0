"""A deposit without its remittance and a remittance without its deposit become work, and close by themselves."""

from __future__ import annotations

from datetime import date

import pytest

from claimwright.office.followup.halves import show_halves
from claimwright.office.followup.models import WorkItem
from claimwright.office.posting.deposits import enter_deposit
from claimwright.office.posting.taking import take_remittance_file
from tests.office.posting.scenes import PAID, Practice

MONDAY = date(2026, 1, 5)


@pytest.fixture
def practice(lakeside) -> Practice:
    return Practice()


def open_titles() -> list[str]:
    return list(WorkItem.objects.exclude(state="done").filter(rule="halves").values_list("title", flat=True))


def test_a_deposit_that_no_remittance_explains_is_work_on_the_fourth_business_day(practice, office_clock):
    enter_deposit(cents=80_00, deposit_date=MONDAY, reference="T1")
    office_clock.advance(days=3)
    assert show_halves() == 0
    office_clock.advance(days=1)
    assert show_halves() == 1
    assert open_titles() == ["80.00 from T1 has no remittance"]
    practice.bill("A1", [("99213", 150_00)])
    take_remittance_file("late.835", practice.file("T1", 80_00, PAID))
    assert show_halves() == 0
    assert open_titles() == []


def test_a_remittance_whose_money_does_not_come_is_work(practice, office_clock):
    enter_deposit(cents=1_00, deposit_date=date(2025, 12, 1), reference="FIRST")
    practice.bill("A1", [("99213", 150_00)])
    practice.post("T1", 80_00, PAID)
    office_clock.advance(days=7)
    show_halves()
    assert any("is not at the bank" in title for title in open_titles())
    enter_deposit(cents=80_00, deposit_date=MONDAY, reference="T1")
    show_halves()
    assert not any("is not at the bank" in title for title in open_titles())


def test_a_practice_that_tells_nothing_of_its_bank_is_not_asked_for_deposits(practice, office_clock):
    practice.bill("A1", [("99213", 150_00)])
    practice.post("T1", 80_00, PAID)
    office_clock.advance(days=30)
    assert show_halves() == 0
