"""Thousands of rows at once: the same rows whichever way they go in, and the database's rules hold."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from claimwright.office.claims.models import ClaimLine
from claimwright.office.core.rows import among, found_by, insert_rows, write_columns, write_values
from claimwright.office.core.scope import ScopeMissing, client_scope, every_client
from claimwright.office.patients.models import Payer

PAYER = ("name", "payer_id", "tax_id", "kind", "filing_code", "response_days", "rules")
FLAGS = ("supports_replacement", "forwards_claims", "protects_patient")
ADDRESS = ("line1", "line2", "city", "state", "postal_code", "phone")


def _payers(count):
    address = [""] * len(ADDRESS)
    rows = [
        (f"Payer {at}\t\\ 'x'", f"P{at}", "", "other", "", at, "{}", True, False, False, *address)
        for at in range(count)
    ]
    insert_rows(Payer, (*PAYER, *FLAGS, *ADDRESS), rows)


@pytest.mark.parametrize("count", [0, 1, 99, 100, 5000])
def test_every_row_goes_in_once_for_the_client_of_the_scope(lakeside, count):
    _payers(count)
    found = Payer.objects.order_by("response_days").values_list("name", "response_days", "client")
    assert list(found) == [(f"Payer {at}\t\\ 'x'", at, lakeside.pk) for at in range(count)]


@pytest.mark.parametrize("count", [1, 3000])
def test_each_row_is_given_its_own_values_and_the_others_keep_theirs(lakeside, count):
    _payers(count + 1)
    *rows, other = Payer.objects.order_by("response_days")
    write_values(
        Payer, ("tax_id", "filing_limit_days", "rules"), [(f"T{row.pk}", row.pk, '{"a": 1}', row.pk) for row in rows]
    )
    for row in Payer.objects.exclude(pk=other.pk):
        assert (row.tax_id, row.filing_limit_days, row.rules) == (f"T{row.pk}", row.pk, {"a": 1})
    other.refresh_from_db()
    assert (other.tax_id, other.filing_limit_days) == ("", None)


def test_columns_of_rows_are_written_as_they_stand(lakeside):
    _payers(200)
    rows = list(Payer.objects.all())
    for row in rows:
        row.rules = {"name": row.name}
    write_columns(rows, "rules")
    assert all(row.rules == {"name": row.name} for row in Payer.objects.all())
    write_columns([], "rules")


@pytest.mark.parametrize("count", [2, 500])
def test_one_row_that_a_rule_refuses_stops_all(lakeside, count):
    _payers(1)
    with pytest.raises(IntegrityError), transaction.atomic():
        _payers(count)
    assert Payer.objects.count() == 1


@pytest.mark.parametrize("count", [0, 1, 40_000])
def test_a_filter_takes_any_number_of_keys(lakeside, count):
    _payers(3)
    keys = list(Payer.objects.order_by("pk").values_list("pk", flat=True))
    wanted = [keys[1], *range(10**9, 10**9 + count)][: count + 1] if count else []
    assert list(Payer.objects.filter(pk__in=among(wanted))) == list(Payer.objects.filter(pk=keys[1]))[: len(wanted)]


def test_a_filter_takes_texts_as_they_are(lakeside):
    _payers(3)
    wanted = ["P1", "Payer 1", "P1' OR '1'='1", "{P2}", "2", ""]
    assert [row.payer_id for row in Payer.objects.filter(payer_id__in=among(wanted, str))] == ["P1"]
    assert not Payer.objects.filter(payer_id__in=among([], str))


def test_rows_are_found_by_their_keys_within_the_scope(lakeside, hillcrest):
    _payers(3)
    keys = list(Payer.objects.order_by("pk").values_list("pk", flat=True))
    with client_scope(hillcrest):
        _payers(1)
        (theirs,) = Payer.objects.values_list("pk", flat=True)
        assert not found_by(Payer, "pk", keys).exists()
    assert [row.pk for row in found_by(Payer, "pk", [*keys[1:], theirs]).order_by("pk")] == keys[1:]
    with every_client("both are looked for"):
        assert found_by(Payer, "pk", [keys[0], theirs]).count() == 2


def test_rows_are_found_within_a_scope_only(db):
    with pytest.raises(ScopeMissing):
        found_by(Payer, "pk", [1])


def test_rows_of_a_few_claims_are_not_looked_for_among_all_of_the_client(lakeside):
    plan = found_by(ClaimLine, "claim", [1, 2]).explain()
    assert "client_id=?" not in plan, plan
