"""Every screen, wide in light and narrow in dark: no axe violation, nothing beyond the edge of the page.

With CLAIMWRIGHT_SCREENSHOTS=FOLDER each one is kept as a picture for somebody to look at.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from tests.journeys.conftest import sign_in
from tests.office.web.world import World, post_unmatched

WIDE, NARROW = {"width": 1360, "height": 900}, {"width": 400, "height": 800}


def _addresses(world: World) -> dict[str, str]:
    claim = world.denied.remittance_claims.get()
    remittance = world.remittance
    unmatched = post_unmatched(world)
    return {
        "today": reverse("today"),
        "worklist": reverse("worklist"),
        "worklist-empty": reverse("worklist") + "?queue=credit",
        "item": reverse("item", args=[world.denial_item.pk]),
        "claims": reverse("claims"),
        "claim-denied": reverse("claim", args=[world.denied.pk]),
        "claim-paid": reverse("claim", args=[world.paid.pk]),
        "claim-stopped": reverse("claim", args=[world.stopped.pk]),
        "scrub": reverse("scrub"),
        "scrub-edits": reverse("scrub") + "?by=edit",
        "scrub-claim": reverse("scrub-claim", args=[world.stopped.pk]),
        "scrub-sent": reverse("scrub-claim", args=[world.sent.pk]),
        "codes": reverse("codes"),
        "codes-found": reverse("codes") + "?q=t2dm&on=2026-05-01",
        "codes-heading": reverse("codes") + "?code=S7200&on=2026-05-01",
        "codes-supply": reverse("codes") + "?q=walker&system=hcpcs",
        "code-sets": reverse("code-sets"),
        "code-sets-refused": reverse("code-sets-loading", args=[world.loading.pk]),
        "contracts": reverse("contracts"),
        "contract": reverse("contract", args=[world.contract.pk]) + "?services=99213+99214&charge=150",
        "contract-new": reverse("contract-new"),
        "files": reverse("transmissions"),
        "file": reverse("file", args=[remittance.file_id]) + f"?at={claim.offset}&length={claim.length}",
        "file-sent": reverse("file", args=[world.transmission.file_id]),
        "remittances": reverse("remittances"),
        "remittance": reverse("remittance", args=[remittance.pk]),
        "remittance-waiting": reverse("remittance", args=[world.waiting_remittance.pk]),
        "remittance-unmatched": reverse("remittance", args=[unmatched.pk]),
        "claim-again": reverse("remittance-claim-again", args=[unmatched.claims.get().pk]),
        "deposits": reverse("deposits"),
        "deposits-proposed": reverse("deposits") + "?state=proposed",
        "deposit": reverse("deposit", args=[world.deposit.pk]),
        "paper": reverse("paper"),
        "ledger": reverse("ledger"),
        "ledger-account": reverse("ledger-account", args=["receivable"]),
        "ledger-entry": reverse("ledger-entry", args=[world.paid.remittance_claims.get().moves[0]["entry"]]),
        "patient-payment": reverse("patient", args=[world.payment.patient_id]),
        "patients": reverse("patients"),
        "patient": reverse("patient", args=[world.patient.pk]),
        "patient-unknown": reverse("patient", args=[world.unknown_coverage.patient_id]),
        "encounter": reverse("encounter", args=[world.paid.encounter_id]),
        "encounter-denied": reverse("encounter", args=[world.denied.encounter_id]),
        "ageing": reverse("ageing"),
        "ageing-cell": reverse("ageing-cell") + "?level=P&kind=commercial&name=Harbor+Health&age=all",
        "find": reverse("find"),
        "second-factor": reverse("mfa_index"),
        "second-factor-new": reverse("mfa_activate_totp"),
        "sign-out": reverse("account_logout"),
    }


@pytest.mark.parametrize(("scheme", "size"), [("light", WIDE), ("dark", NARROW)], ids=["light-wide", "dark-narrow"])
def test_every_screen_is_accessible_and_fits(office, live_server, world, scheme, size):
    office.emulate_media(color_scheme=scheme)
    office.set_viewport_size(size)
    look = f"{scheme}-{size['width']}"
    wrong = list(_faults(office, f"sign-in-{look}"))
    sign_in(office)
    for name, address in _addresses(world).items():
        office.goto(live_server.url + address)
        office.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        wrong += _faults(office, f"{name}-{look}")
    assert wrong == []


def _faults(page: Any, name: str) -> Iterator[str]:
    _keep(page, name)
    for violation in Axe().run(page).response["violations"]:
        yield f"{name}: {violation['id']} at {[node['html'][:160] for node in violation['nodes']]}"
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if overflow > 0:
        yield f"{name} is {overflow} pixels wider than the window"


def _keep(page: Any, name: str) -> None:
    folder = os.environ.get("CLAIMWRIGHT_SCREENSHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
