"""`claimwright explain CLAIM`: the chain of entries with their reasons and their bytes, for people and as JSON."""

from __future__ import annotations

import json

import pytest

from claimwright.cli.app import run
from claimwright.office.core.models import AuditEntry, Client, StoredFile
from claimwright.office.core.scope import client_scope
from tests.office.posting.scenes import DENIED, PAID
from tests.office.posting.scenes import Practice as PostingPractice

pytestmark = pytest.mark.django_db


@pytest.fixture
def practice():
    client = Client.objects.create(name="Lakeside Family Practice", code="lakeside")
    with client_scope(client):
        practice = PostingPractice()
        practice.bill("A1", [("99213", 150_00)])
        yield practice


def test_every_entry_is_told_with_its_reason_its_rule_and_its_segment(practice, capsys):
    practice.post("T1", 80_00, PAID)
    assert run(["explain", "A1"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("Claim A1: 20.00 open (PATIENT 20.00)\n")
    assert "Insurance payment" in told
    assert "P -80.00; then open: P 70.00" in told
    assert "T1.835, segment" in told
    assert "CAS*CO*45*50" in told
    assert "row " in told


def test_what_a_payer_left_open_is_told_too(practice, capsys):
    practice.post("T1", 0, DENIED)
    assert run(["explain", "A1"]) == 0
    told = capsys.readouterr().out
    assert "Claim A1: 150.00 open (P 150.00)" in told
    assert "left open   P 150.00  CO-50" in told


def test_the_json_names_the_bytes_and_its_changes_sum_to_the_balance(practice, capsys):
    remittance = practice.post("T1", 80_00, PAID)
    assert run(["explain", "A1", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["balance_cents"] == 20_00
    assert sum(cents for entry in told["entries"] for cents in entry["change_cents"].values()) == 20_00
    places = [entry["place"] for entry in told["entries"] if entry["place"]]
    data = StoredFile.objects.get(pk=remittance.file_id).data
    assert places
    for place in places:
        assert data[place["offset"] : place["offset"] + place["length"]].decode() == place["text"]


def test_who_looked_at_whom_is_in_the_audit_trail(practice, capsys):
    run(["explain", "A1"])
    assert AuditEntry.objects.filter(action="ledger.view").exists()


def test_a_claim_that_is_not_there_is_refused(practice, capsys):
    assert run(["explain", "NOBODY"]) == 2
    assert "no claim 'NOBODY'" in capsys.readouterr().err
