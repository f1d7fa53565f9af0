"""Whoever sees a patient is written down: every page that shows one, by the route table."""

from __future__ import annotations

import json

import pytest
from django.test import Client as Browser
from django.urls import reverse

from claimwright.office.core.models import AuditEntry
from tests.office.web.test_authorization import ADDRESS_OF_CELL, ROUTES, _records
from tests.office.web.world import post_unmatched

SHOWS_NOBODY = {
    *("transmissions", "remittances", "ageing", "deposits", "deposit", "paper"),
    *("ledger", "ledger-account", "ledger-entry", "closing", "closing-period"),
    *("codes", "codes-find", "codes-card", "code-sets", "code-sets-loading"),
    *("contracts", "contract", "contract-new"),
    *("rules", "rules-denied", "rule-new", "rule"),
}
"""Pages with counts and sums only, of the payers' money or before anything was typed."""

SHOWS_A_FILE = {"file", "file-download"}
"""Pages of a whole file: the file is written down, and with it everybody in it."""

READS = sorted(name for name, (method, _, _) in ROUTES.items() if method == "GET")


@pytest.fixture
def bob(people) -> Browser:
    browser = Browser()
    browser.force_login(people["bob"])
    return browser


def _shown_by(entries) -> set[int]:
    shown: set[int] = set()
    for entry in entries:
        said = json.loads(entry.body)
        shown |= {int(key) for key in said.get("details", {}).get("patients", "").split()}
        shown |= {said["patient"]} if said["patient"] else set()
    return shown


@pytest.mark.parametrize("name", READS)
def test_a_page_that_shows_a_patient_is_an_event(world, bob, people, name):
    _, _, what = ROUTES[name]
    if name == "find":
        bob.post(reverse("find-ask"), {"q": "quill"})
    records = _records(world)
    if name == "remittance-claim-again":
        records["remittance claim"] = post_unmatched(world).claims.get().pk
    before = AuditEntry.objects.count()
    query = ADDRESS_OF_CELL if name == "ageing-cell" else {}
    response = bob.get(reverse(name, args=[records[what]] if what else []), query)
    assert response.status_code == 200
    entries = list(AuditEntry.objects.filter(number__gt=before, actor=people["bob"]).order_by("number"))
    text = response.content.decode(errors="replace")
    named = {claim.patient_id for claim in (world.paid, world.denied, world.stopped, world.sent)
             if claim.patient.last_name in text}  # fmt: skip
    if name in SHOWS_NOBODY:
        assert not named
        assert not entries
    elif name in SHOWS_A_FILE:
        assert [entry.subject for entry in entries] == [f"file {world.transmission.file_id}"]
    else:
        assert named or name == "statement"
        assert named <= _shown_by(entries)


def test_the_trail_holds_keys_and_never_a_name(world, bob):
    for name in READS:
        _, _, what = ROUTES[name]
        bob.get(reverse(name, args=[_records(world)[what]] if what else []), ADDRESS_OF_CELL)
    bob.post(reverse("find-ask"), {"q": "quill"})
    bodies = " ".join(AuditEntry.objects.values_list("body", flat=True)).casefold()
    assert "quill" not in bodies
    assert "okafor" not in bodies
