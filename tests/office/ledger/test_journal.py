"""The ledger's promises, kept by the database itself."""

from __future__ import annotations

from datetime import date
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, connection, transaction

from claimwright.errors import ConflictError
from claimwright.office.core.models import Client
from claimwright.office.core.scope import ScopeMissing, client_scope
from claimwright.office.ledger.balances import account_totals, owed_on_encounters
from claimwright.office.ledger.journal import (
    NewEntry,
    NewPosting,
    entries_posted,
    post_entries,
    post_parts,
    reverse_entries,
)
from claimwright.office.ledger.models import Account, JournalEntry, Posting
from claimwright.origin import Origin

CHARGE = NewEntry(
    "charge",
    (NewPosting(Account.RECEIVABLE, 12_500, charge_id=1, owner="P"), NewPosting(Account.CHARGES, -12_500)),
    patient_id=7,
    encounter_id=3,
)


def test_a_posted_charge_is_owed_by_its_owner(lakeside):
    post_entries([CHARGE])
    assert owed_on_encounters([3]) == {3: {1: {"P": 12_500}}}


def test_entries_are_numbered_without_a_gap(lakeside):
    first = post_entries([CHARGE, CHARGE])
    with pytest.raises(ZeroDivisionError):
        _post_and_fail()
    second = post_entries([CHARGE])
    assert second == [first[-1] + 1]


def test_an_entry_that_does_not_balance_is_refused(lakeside):
    crooked = NewEntry("charge", (NewPosting(Account.RECEIVABLE, 100), NewPosting(Account.CHARGES, -99)))
    with pytest.raises(ValueError, match="does not balance"):
        post_entries([CHARGE, crooked])
    assert account_totals() == {}


def test_the_database_refuses_to_seal_what_does_not_balance(lakeside):
    with pytest.raises(IntegrityError, match="must balance"), transaction.atomic():
        _write_unchecked(sides=[100, -99])


def test_the_database_refuses_to_seal_an_entry_without_sides(lakeside):
    with pytest.raises(IntegrityError, match="must balance"), transaction.atomic():
        _write_unchecked(sides=[])


@pytest.mark.django_db(transaction=True)
def test_no_transaction_ends_with_an_entry_that_is_not_sealed(lakeside):
    with pytest.raises(IntegrityError), transaction.atomic():
        _write_unchecked(sides=[100, -99], sealed=False)


@pytest.mark.parametrize("table", ["ledger_journalentry", "ledger_posting", "ledger_seal"])
def test_nothing_can_be_deleted(lakeside, table):
    post_entries([CHARGE])
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")


def test_nothing_can_be_changed(lakeside):
    post_entries([CHARGE])
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Posting.objects.update(cents=1)


def test_nothing_can_be_added_to_a_sealed_entry(lakeside):
    (number,) = post_entries([CHARGE])
    with pytest.raises(IntegrityError, match="sealed"), transaction.atomic():
        Posting.objects.create(entry_id=number, account=Account.CASH, cents=5)


def test_a_reversal_restores_every_balance(lakeside):
    numbers = post_entries([CHARGE])
    reverse_entries(numbers, text="entered for the wrong patient")
    assert set(account_totals().values()) == {0}
    assert owed_on_encounters([3]) == {}


def test_an_entry_is_reversed_only_once(lakeside):
    numbers = post_entries([CHARGE])
    reverse_entries(numbers, text="once")
    with pytest.raises(ConflictError):
        reverse_entries(numbers, text="twice")


def test_posting_nothing_makes_nothing(lakeside):
    assert post_entries([]) == []
    assert not JournalEntry.objects.exists()


@pytest.mark.parametrize(
    "sides",
    [(NewPosting(Account.CASH, 0), NewPosting(Account.CHARGES, 0)), ()],
    ids=["sides of zero", "no sides"],
)
def test_an_entry_without_two_sides_of_money_is_refused(lakeside, sides):
    with pytest.raises(ValueError, match="two sides or more, none of them zero"):
        post_entries([NewEntry("charge", sides)])


def test_rooms_above_hear_which_entries_were_posted(lakeside):
    heard = []

    def hear(first, last, **_):
        heard.append((first, last))

    entries_posted.connect(hear)
    try:
        numbers = post_entries([CHARGE, CHARGE])
        (mirror,) = reverse_entries(numbers[:1], text="wrong patient")
    finally:
        entries_posted.disconnect(hear)
    assert heard == [(numbers[0], numbers[-1]), (mirror, mirror)]


def test_the_guards_can_be_lifted_by_the_migration_that_set_them(lakeside):
    guards = import_module("claimwright.office.ledger.migrations.0002_guards")
    editor = SimpleNamespace(connection=connection)
    (number,) = post_entries([CHARGE])
    guards.lift_guards(None, editor)
    assert Posting.objects.filter(entry=number).update(reference="lifted") == 2
    guards.set_guards(None, editor)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Posting.objects.update(reference="set again")


def test_balances_of_a_past_day_leave_out_what_came_later(lakeside, office_clock):
    first_day = office_clock.today()
    post_entries([CHARGE])
    office_clock.advance(days=1)
    post_entries([CHARGE])
    assert account_totals(at=first_day)[Account.RECEIVABLE] == 12_500
    assert account_totals()[Account.RECEIVABLE] == 25_000


def test_another_client_sees_nothing_of_it(lakeside, hillcrest):
    numbers = post_entries([CHARGE])
    with client_scope(hillcrest):
        assert account_totals() == {}
        with pytest.raises(ConflictError):
            reverse_entries(numbers, text="not mine")


@pytest.mark.django_db
def test_money_without_a_client_scope_is_an_error():
    with pytest.raises(ScopeMissing):
        account_totals()


WHOLE = NewEntry(
    "payment",
    (
        NewPosting(Account.CASH_DUE, 80_00, reference="T1"),
        NewPosting(Account.RECEIVABLE, -80_00, 101, "P", 5, "CO-45"),
    ),
    "t" * 301,
    date(2026, 1, 2),
    7,
    3,
    9,
    20,
    Origin("ab" * 32, 512, 20, 31),
)


def stored(number: int) -> tuple[JournalEntry, list[Posting]]:
    return JournalEntry.objects.get(pk=number), list(Posting.objects.filter(entry=number).order_by("cents"))


def test_all_that_an_entry_says_is_stored_with_each_of_its_sides(lakeside, office_clock):
    (number,) = post_entries([WHOLE])
    entry, (credit, debit) = stored(number)
    assert (entry.kind, entry.text, entry.entry_date, entry.effective_date) == (
        "payment",
        "t" * 300,
        date(2026, 1, 2),
        None,
    )
    assert (entry.patient_id, entry.encounter_id, entry.remittance_id, entry.row) == (7, 3, 9, 20)
    assert (entry.file_sha256, entry.offset, entry.length, entry.segment_index) == ("ab" * 32, 512, 20, 31)
    assert (entry.recorded_at, entry.reverses_id, entry.seal_id) == (office_clock.now(), None, number)
    assert (debit.account, debit.charge_id, debit.owner, debit.payer_id, debit.reference) == (
        Account.CASH_DUE,
        None,
        "",
        None,
        "T1",
    )
    assert (credit.account, credit.charge_id, credit.owner, credit.payer_id, credit.reference) == (
        Account.RECEIVABLE,
        101,
        "P",
        5,
        "CO-45",
    )
    assert {(side.patient_id, side.encounter_id) for side in (credit, debit)} == {(7, 3)}


def test_a_reversal_says_what_it_undoes_and_mirrors_every_side(lakeside):
    numbers = post_entries([WHOLE, CHARGE])
    first, second = reverse_entries(
        [*reversed(numbers), numbers[0]], text="undone", origin=Origin("cd" * 32, 1, 2, 3), row=9
    )
    entry, (credit, debit) = stored(first)
    assert (entry.kind, entry.text, entry.reverses_id, entry.row) == ("reversal", "undone", numbers[0], 9)
    assert (entry.patient_id, entry.encounter_id, entry.remittance_id) == (7, 3, 9)
    assert (entry.file_sha256, entry.offset, entry.length, entry.segment_index) == ("cd" * 32, 1, 2, 3)
    assert entry.entry_date == date(2026, 1, 5)
    assert (credit.account, credit.cents, credit.reference) == (Account.CASH_DUE, -80_00, "T1")
    assert (debit.charge_id, debit.owner, debit.payer_id, debit.reference) == (101, "P", 5, "CO-45")
    assert JournalEntry.objects.get(pk=second).reverses_id == numbers[1]


def test_why_an_entry_cannot_be_reversed_is_said(lakeside):
    (number,) = post_entries([CHARGE])
    with pytest.raises(ConflictError, match=r"^An entry to reverse does not exist\.$"):
        reverse_entries([number, number + 1], text="one is missing")
    reverse_entries([number], text="once")
    said = r"^An entry was reversed already; reload and look at what it was reversed by\.$"
    with pytest.raises(ConflictError, match=said):
        reverse_entries([number], text="twice")


@pytest.mark.parametrize("cents", [(), (0,), (0, 0), (5, -5, 0)])
def test_an_entry_without_two_sides_or_with_a_side_of_nothing_is_refused(lakeside, cents):
    sides = tuple(NewPosting(Account.CASH, one) for one in cents)
    said = r"^the entry 'odd' needs two sides or more, none of them zero$"
    with pytest.raises(ValueError, match=said):
        post_entries([NewEntry("odd", sides)])


def test_two_sides_are_enough_and_one_cent_is_told(lakeside):
    assert post_entries([NewEntry("x", (NewPosting(Account.CASH, 1), NewPosting(Account.BANK, -1)))])
    said = r"^the entry 'x' does not balance: its sides sum to 1 cents$"
    with pytest.raises(ValueError, match=said):
        post_entries([NewEntry("x", (NewPosting(Account.CASH, 2), NewPosting(Account.BANK, -1)))])


def test_nothing_to_post_takes_no_number(lakeside):
    assert post_entries([]) == []
    first = post_entries([CHARGE, CHARGE, CHARGE])
    assert first == [first[0], first[0] + 1, first[0] + 2]
    assert post_entries([CHARGE]) == [first[-1] + 1]


def _post_and_fail() -> None:
    with transaction.atomic():
        post_entries([CHARGE])
        1 / 0  # noqa: B018


def _write_unchecked(sides: list[int], *, sealed: bool = True) -> None:
    """Write an entry past the door, as a defect or an intruder would."""
    JournalEntry.objects.create(id=99, seal_id=99, kind="x", entry_date="2026-01-05", recorded_at="2026-01-05T09:00Z")
    for cents in sides:
        Posting.objects.create(entry_id=99, account=Account.CASH, cents=cents)
    if sealed:
        from claimwright.office.ledger.models import Seal

        Seal.objects.create(entry_id=99)


def test_the_database_refuses_a_posting_without_its_entry(lakeside):
    with pytest.raises(IntegrityError, match="needs its journal entry"), transaction.atomic():
        Posting.objects.create(entry_id=999, account=Account.CASH, cents=5)


def test_the_database_refuses_a_posting_of_another_client_than_its_entry(lakeside):
    other = Client.objects.create(name="Other", code="other")
    with pytest.raises(IntegrityError, match="of the same client"), transaction.atomic():
        _write_for_two_clients(other)


def _write_for_two_clients(other: Client) -> None:
    _write_unchecked(sides=[], sealed=False)
    with client_scope(other):
        Posting.objects.create(entry_id=99, account=Account.CASH, cents=5)


def test_parts_are_one_posting_to_those_who_listen(lakeside):
    heard = []

    def hear(first, last, **_):
        heard.append((first, last))

    entries_posted.connect(hear)
    try:
        given = [list(numbers) for numbers in post_parts([[CHARGE, CHARGE], [], [CHARGE]])]
        assert list(post_parts([[]])) == [range(0)]
    finally:
        entries_posted.disconnect(hear)
    first = given[0][0]
    assert given == [[first, first + 1], [], [first + 2]]
    assert heard == [(first, first + 2)]
    assert owed_on_encounters([3]) == {3: {1: {"P": 3 * 12_500}}}


def test_nothing_of_any_part_stays_when_one_is_refused(lakeside):
    unbalanced = CHARGE._replace(postings=(CHARGE.postings[0], CHARGE.postings[0]))
    with pytest.raises(ValueError, match="does not balance"):
        list(post_parts([[CHARGE], [unbalanced]]))
    assert not JournalEntry.objects.exists()
