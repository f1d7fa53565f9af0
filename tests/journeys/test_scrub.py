"""A stopped claim mended with the keyboard alone: the queue, the field, the code looked up, the edits run again."""

from __future__ import annotations

import pytest

from claimwright.office.claims.building import record_of
from claimwright.office.claims.lifecycle import S
from claimwright.office.claims.models import Claim, Submission
from claimwright.office.claims.scrubbing import scrub_claims
from claimwright.office.patients.models import Coverage
from tests.journeys.conftest import sign_in


@pytest.fixture
def stopped(world) -> Claim:
    """A claim that is stopped for a diagnosis of which characters are missing."""
    Coverage.objects.filter(patient=world.stopped.patient).update(state=Coverage.State.ACTIVE)
    claim = Claim.objects.get(pk=world.stopped.pk)
    claim.record["diagnoses"][0]["code"] = "E1"
    Claim.objects.filter(pk=claim.pk).update(record=claim.record)
    Submission.objects.filter(claim=claim).update(record=claim.record)
    scrub_claims([claim])
    return Claim.objects.get(pk=claim.pk)


def test_a_stopped_claim_is_mended_with_a_code_that_was_looked_up(stopped, office):
    sign_in(office)
    office.goto(f"{office.url.split('/accounts')[0].rstrip('/')}/claims/stopped/")
    office.wait_for_load_state("load")
    office.keyboard.press("Enter")
    office.get_by_role("heading", name=f"Mend claim {stopped.number}").wait_for()
    office.wait_for_load_state("load")
    assert office.evaluate("document.activeElement.name") == "diagnoses.1.code"
    office.keyboard.press("F4")
    office.get_by_role("dialog").wait_for()
    office.locator("#code-pane [role=option]").first.wait_for()
    office.wait_for_load_state("networkidle")
    office.keyboard.press("Control+a")
    office.keyboard.type("t2dm")
    chosen = office.locator("#code-pane [role=option][aria-selected=true][data-code=E119]")
    office.locator("#code-pane [role=option]", has_text="Type 2 diabetes mellitus with hyperglycemia").wait_for()
    office.wait_for_load_state("networkidle")
    for _ in range(5):
        if chosen.count():
            break
        office.keyboard.press("ArrowDown")
        office.wait_for_load_state("networkidle")
    office.locator("#code-pane [data-code-card]", has_text="without complications").wait_for()
    assert "Excludes1" in office.locator("#code-pane [data-code-card]").inner_text()
    office.keyboard.press("Enter")
    office.get_by_role("dialog").wait_for(state="hidden")
    assert office.evaluate("[document.activeElement.name, document.activeElement.value]") == [
        "diagnoses.1.code",
        "E119",
    ]
    office.keyboard.press("F9")
    office.get_by_text("passes the edits").wait_for()
    assert record_of(Claim.objects.get(pk=stopped.pk)).diagnoses[0].code == "E119"
    assert Submission.objects.filter(claim=stopped).order_by("pk").last().state == S.READY


def test_escape_leaves_the_pane_and_the_field_as_it_was(stopped, office):
    sign_in(office)
    office.goto(f"{office.url.split('/accounts')[0].rstrip('/')}/claims/{stopped.pk}/mend/")
    office.wait_for_load_state("load")
    office.keyboard.press("F4")
    office.get_by_role("dialog").wait_for()
    office.locator("#code-pane [role=option]").first.wait_for()
    office.locator("#code-pane [data-code-card] h2").wait_for()
    office.keyboard.press("Escape")
    office.get_by_role("dialog").wait_for(state="hidden")
    assert office.evaluate("[document.activeElement.name, document.activeElement.value]") == ["diagnoses.1.code", "E1"]
