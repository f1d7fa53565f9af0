"""The ledger's promises, kept by the database itself."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, connection, transaction

from claimwright.errors import ConflictError
from claimwright.office.core.models import Client
from claimwright.office.core.scope import ScopeMissing, client_scope
from claimwright.office.ledger.balances import account_totals, owed_on_encounters
from claimwright.office.ledger.journal import NewEntry, NewPosting, entries_posted, post_entries, reverse_entries
from claimwright.office.ledger.models import Account, JournalEntry, Posting

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
