from __future__ import annotations

import pytest


@pytest.fixture
def bob(client, people):
    client.force_login(people["bob"])
    return client


def test_every_screen_answers(bob, world):
    from django.urls import reverse
    for name, args in [("today", []), ("worklist", []), ("item", [world.denial_item.pk]), ("claims", []), ("claim", [world.denied.pk]), ("claim",[world.paid.pk]), ("claim",[world.stopped.pk]),
        ("transmissions", []), ("file", [world.transmission.file_id]), ("remittances", []), ("remittance", [world.remittance.pk]), ("remittance", [world.waiting_remittance.pk]), ("patients", []), ("patient", [world.patient.pk]), ("encounter", [world.paid.encounter_id]), ("encounter", [world.denied.encounter_id]), ("ageing", []), ("find", [])]:
        r = bob.get(reverse(name, args=args))
        assert r.status_code == 200, name
