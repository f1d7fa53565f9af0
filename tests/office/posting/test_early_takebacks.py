"""A payer takes back what it has announced; when the files come the other way round, nothing stays open for ever."""

from __future__ import annotations

import pytest

from claimwright.errors import ConflictError
from claimwright.office.ledger.balances import account_totals
from claimwright.office.ledger.models import Account, JournalEntry
from claimwright.office.posting.decisions import explain_unapplied, waiting_money
from claimwright.office.posting.models import PayerItem, Remittance
from claimwright.office.posting.posting import post_remittance
from claimwright.office.posting.undoing import undo_remittance
from claimwright.office.reports import check_practice
from tests.office.posting.scenes import NPI, PAID, PAID_A2

ACCOUNTS = {"WO": Account.RECOUPMENT, "FB": Account.FORWARD_BALANCE, "AP": Account.ADVANCE}


def plb(*adjustments: str) -> str:
    return "".join(f"PLB*{NPI}*20261231*{one}\n" for one in adjustments)


def state(trace: str) -> str:
    return Remittance.objects.get(trace_number=trace).state


@pytest.fixture(autouse=True)
def claims(practice):
    for number in ("A1", "A2"):
        practice.bill(number, [("99213", 150_00)])


@pytest.fixture
def taken(practice) -> Remittance:
    """40.00 taken before it was announced."""
    return practice.post("T2", 40_00, PAID_A2 + plb("WO:A1*40"))


@pytest.mark.parametrize(("code", "reference"), [("WO", "A1"), ("FB", "T1"), ("AP", "ADV-1")])
def test_what_was_taken_first_settles_its_announcement_when_that_comes(practice, lakeside, code, reference):
    taken = practice.post("T2", 40_00, PAID_A2 + plb(f"{code}:{reference}*40"))
    assert waiting_money(taken.pk) == {reference: -40_00}
    practice.post("T1", 120_00, PAID + plb(f"{code}:{reference}*-40"))
    assert waiting_money(taken.pk) == {}
    assert account_totals()[ACCOUNTS[code]] == 0
    item = PayerItem.objects.get()
    assert (item.open_cents, item.closed_by) == (0, taken)
    assert check_practice(lakeside) == []


def test_the_work_it_made_is_closed_and_the_remittance_is_reviewed(practice, taken):
    item = taken.work_items.get()
    assert (state("T2"), item.queue) == ("review", "recoupment")
    practice.post("T1", 120_00, PAID + plb("WO:A1*-40"))
    item.refresh_from_db()
    assert item.resolution == "PLB WO settles A1, announced by trace T1"
    assert state("T2") == "posted"


def test_its_entry_names_the_row_and_the_segment_that_took_the_money(practice, taken):
    practice.post("T1", 120_00, PAID + plb("WO:A1*-40"))
    entry = JournalEntry.objects.get(remittance_id=taken.pk, kind="recoupment")
    data = taken.file.data[entry.offset : entry.offset + entry.length]
    assert (entry.row, data.rstrip(b"~")) == (35, f"PLB*{NPI}*20261231*WO:A1*40".encode())


def test_more_than_was_taken_stays_open_and_more_than_was_announced_waits(practice, lakeside, taken):
    practice.post("T1", 125_00, PAID + plb("WO:A1*-45"))
    assert PayerItem.objects.get().open_cents == 5_00
    practice.post("T3", 0, plb("WO:B7*30", "L6*-30"))
    practice.post("T4", 0, plb("WO:B7*-10", "L6*10"))
    assert waiting_money(Remittance.objects.get(trace_number="T3").pk) == {"B7": -20_00}
    assert state("T3") == "review"
    assert check_practice(lakeside) == []


@pytest.mark.parametrize("announced", ["WO:A3*-40", "FB:A1*-40", "AP:A1*-40"])
def test_another_reference_or_code_settles_nothing(practice, taken, announced):
    practice.post("T1", 120_00, PAID + plb(announced))
    assert waiting_money(taken.pk) == {"A1": -40_00}
    assert PayerItem.objects.get().open_cents == 40_00


def test_another_payer_settles_nothing(practice, taken):
    practice.post("T1", 0, plb("WO:A1*-40", "L6*40"), payer="commercial")
    assert waiting_money(taken.pk) == {"A1": -40_00}


def test_what_a_person_has_explained_is_left_alone(practice, taken):
    explain_unapplied(taken.pk, reference="A1", cents=-40_00, as_what="refund", reason="our refund of May")
    practice.post("T1", 120_00, PAID + plb("WO:A1*-40"))
    assert PayerItem.objects.get().open_cents == 40_00


def test_undoing_the_one_that_took_it_opens_the_item_again_and_the_other_waits_for_it(practice, lakeside, taken):
    announcing = practice.post("T1", 120_00, PAID + plb("WO:A1*-40"))
    with pytest.raises(ConflictError, match="Another remittance settled WO A1"):
        undo_remittance(announcing, reason="wrong practice")
    taken.refresh_from_db()
    undo_remittance(taken, reason="wrong practice")
    assert PayerItem.objects.get().open_cents == 40_00
    post_remittance(taken)
    assert PayerItem.objects.get().open_cents == 0
    assert waiting_money(taken.pk) == {}
    assert check_practice(lakeside) == []
