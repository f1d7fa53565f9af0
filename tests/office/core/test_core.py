"""Scope, files, numbers, roles, home and keys."""

from __future__ import annotations

import sqlite3
import stat

import pytest
from django.db import IntegrityError, connection, transaction

from claimwright.errors import InputError
from claimwright.office.core import access
from claimwright.office.core.access import Permission
from claimwright.office.core.files import store_file
from claimwright.office.core.home import Home
from claimwright.office.core.models import Membership, StoredFile
from claimwright.office.core.numbers import take_number, take_numbers
from claimwright.office.core.scope import ScopeMissing, client_scope, every_client


def test_a_record_belongs_to_the_client_of_the_scope(lakeside, hillcrest):
    store_file("one.835", b"ISA")
    with client_scope(hillcrest):
        assert not StoredFile.objects.exists()


@pytest.mark.django_db
def test_a_query_without_a_scope_raises():
    with pytest.raises(ScopeMissing):
        StoredFile.objects.count()


def test_a_record_cannot_be_made_for_every_client(lakeside):
    with every_client("a test"), pytest.raises(ScopeMissing):
        store_file("one.835", b"ISA")


def test_a_record_of_another_client_cannot_be_saved_here(lakeside, hillcrest):
    file, _ = store_file("one.835", b"ISA")
    with client_scope(hillcrest), pytest.raises(ValueError, match="another client"):
        file.save()


def test_the_same_bytes_are_stored_once(lakeside):
    first, is_new = store_file("one.835", b"ISA")
    again, is_new_again = store_file("two.835", b"ISA")
    assert (first, is_new, is_new_again) == (again, True, False)


def test_a_stored_file_cannot_change(lakeside):
    store_file("one.835", b"ISA")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        StoredFile.objects.update(name="other")


def test_numbers_are_given_out_once_per_client_and_series(lakeside, hillcrest):
    assert [take_number("ISA"), take_number("ISA"), take_number("GS")] == [1, 2, 1]
    assert take_numbers("ISA", 10) == 3
    assert take_number("ISA") == 13
    with client_scope(hillcrest):
        assert take_number("ISA") == 1


def test_every_role_is_in_the_table_of_what_is_allowed():
    assert set(access.ALLOWED) == set(Membership.Role)


def test_who_may_post_money(people, lakeside):
    allowed = {name for name, user in people.items() if access.may(user, lakeside, Permission.POST_MONEY)}
    assert allowed == {"bob"}


def test_a_user_of_another_practice_may_do_nothing_here(people, lakeside):
    assert not any(access.may(people["carol"], lakeside, permission) for permission in Permission)


def test_a_user_who_was_switched_off_may_do_nothing(people, lakeside):
    people["alice"].is_active = False
    assert not access.may(people["alice"], lakeside, Permission.SEE_CLAIMS)


def test_keys_are_made_at_first_use_and_are_their_owners_only(tmp_path):
    home = Home(tmp_path / "office")
    key = home.key("database")
    assert len(key) == 64
    assert home.key("database") == key
    assert stat.S_IMODE((home.path / "keys" / "database").stat().st_mode) == 0o600
    assert stat.S_IMODE(home.path.stat().st_mode) == 0o700


def test_a_database_whose_key_is_gone_is_not_given_a_new_key(tmp_path):
    home = Home(tmp_path)
    home.prepare()
    home.database.write_bytes(b"something")
    with pytest.raises(InputError, match=r"put .*keys/database back"):
        home.key("database")


def test_a_home_that_is_a_file_is_refused_with_a_remedy(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="--home"):
        Home(tmp_path / "file").prepare()


def test_the_embedded_database_is_unreadable_without_its_key(tmp_path):
    from claimwright.office.core.sqlcipher.base import DatabaseWrapper

    file = tmp_path / "office.sqlite3"
    settings = {**connection.settings_dict, "NAME": str(file), "OPTIONS": {"key": "ab" * 32}}
    wrapper = DatabaseWrapper(settings)
    database = wrapper.get_new_connection(wrapper.get_connection_params())
    database.execute("CREATE TABLE patient (name TEXT)")
    database.execute("INSERT INTO patient VALUES ('Canary-Lindqvist')")
    database.commit()
    database.close()
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"Canary-Lindqvist" not in written
    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        sqlite3.connect(file).execute("SELECT * FROM patient")
