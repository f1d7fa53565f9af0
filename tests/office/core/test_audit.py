"""The audit trail shows every change that somebody makes to it behind the office's back."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from claimwright.office.core import audit, guards
from claimwright.office.core.models import AuditEntry


@pytest.fixture
def trail(people, lakeside):
    with audit.acting_as(people["alice"], source="web"):
        for number in range(1, 8):
            audit.record("claim.view", f"claim {number}", patient_id=number)
    return lakeside


@pytest.fixture
def intruder(trail):
    """Somebody with the database in his hands, who has taken the guards away."""
    guards.drop_guards(connection, "core_auditentry", [])
    return AuditEntry.objects


def test_a_whole_trail_verifies(trail):
    assert audit.verify(trail) == []
    assert audit.head(trail)[0] == 7


def test_an_entry_names_who_did_it(trail, people):
    assert set(AuditEntry.objects.values_list("actor", flat=True)) == {people["alice"].pk}


@pytest.mark.parametrize("statement", ["DELETE FROM core_auditentry", "UPDATE core_auditentry SET action = 'x'"])
def test_the_database_refuses_to_change_it(trail, statement):
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_changed_body_is_found(intruder, trail):
    intruder.filter(number=3).update(body='{"number":3}')
    assert [found.code for found in audit.verify(trail)] == ["AUD-002"]


def test_a_changed_column_is_found(intruder, trail, people):
    intruder.filter(number=3).update(actor=people["bob"])
    (found,) = audit.verify(trail)
    assert found.code == "AUD-003"
    assert found.where.record == "audit entry 3"


def test_a_missing_entry_is_found(intruder, trail):
    intruder.filter(number=4).delete()
    assert [found.code for found in audit.verify(trail)] == ["AUD-001"]


def test_an_entry_put_in_with_a_hash_of_its_own_is_found(intruder, trail):
    entry = intruder.get(number=5)
    body = entry.body.replace("claim 5", "claim 9")
    intruder.filter(number=5).update(body=body, hash=audit._link(entry.previous, body), subject="claim 9")
    (found,) = audit.verify(trail)
    assert found.where.record == "audit entry 6"


def test_a_cut_tail_is_found_by_a_head_that_was_kept(intruder, trail):
    kept = audit.head(trail)
    intruder.filter(number__gte=6).delete()
    assert audit.verify(trail) == []
    assert [found.code for found in audit.verify(trail, kept_head=kept)] == ["AUD-004"]
