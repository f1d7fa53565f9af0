"""The scrub queue as its user meets it: what waits, why, mended on the spot, and nobody's work lost."""

from __future__ import annotations

import pytest
from django.test import Client as Browser
from django.urls import reverse

from claimwright.office.claims.building import record_of
from claimwright.office.claims.lifecycle import S
from claimwright.office.claims.models import Claim, Submission
from claimwright.office.claims.scrubbing import scrub_claims
from claimwright.office.core.models import AuditEntry, Membership
from claimwright.office.followup.models import WorkItem
from claimwright.office.patients.models import Coverage
from tests.office.web.claims import form_of


@pytest.fixture
def bob(people) -> Browser:
    browser = Browser()
    browser.force_login(people["bob"])
    return browser


@pytest.fixture
def stopped(world) -> Claim:
    """A claim that the edits stopped for a service whose code is none, and for nothing else."""
    Coverage.objects.filter(patient=world.stopped.patient).update(state=Coverage.State.ACTIVE)
    claim = Claim.objects.get(pk=world.stopped.pk)
    claim.record["lines"][0]["procedure"]["code"] = "9921"
    Claim.objects.filter(pk=claim.pk).update(record=claim.record)
    Submission.objects.filter(claim=claim).update(record=claim.record)
    scrub_claims([claim])
    return Claim.objects.get(pk=claim.pk)


def _state(claim: Claim) -> str:
    return Submission.objects.filter(claim=claim).order_by("pk").last().state


def _save(browser: Browser, claim: Claim, **changed: str):
    typed = {**form_of(claim), **{name.replace("__", "."): value for name, value in changed.items()}}
    return browser.post(reverse("scrub-save", args=[claim.pk]), typed)


def test_the_queue_shows_each_claim_with_what_was_found(bob, stopped):
    text = bob.get(reverse("scrub")).content.decode()
    assert stopped.number in text
    assert "has not the form of a procedure code" in text
    assert "1 claim stopped by edits" in text


def test_by_edit_each_edit_is_counted_with_its_money_and_opens_its_claims(bob, stopped):
    page = bob.get(reverse("scrub"), {"by": "edit"})
    (group,) = [group for group in page.context["groups"] if group.code == "EDIT-LIN-001"]
    assert (group.claims, group.charge_cents) == (1, stopped.charge_cents)
    assert group.edit.source in page.content.decode()
    assert stopped.number in bob.get(reverse("scrub"), {"edit": "EDIT-LIN-001"}).content.decode()
    assert "No claim is like that" in bob.get(reverse("scrub"), {"edit": "EDIT-DX-001"}).content.decode()


def test_a_queue_without_edits_leads_to_sending(bob, world):
    Coverage.objects.filter(patient=world.stopped.patient).update(state=Coverage.State.ACTIVE)
    bob.post(reverse("scrub-run"))
    text = bob.get(reverse("scrub")).content.decode()
    assert "0 edits: nothing is stopped" in text
    assert "1 claim of 220.00 is ready" in text


def test_a_finding_names_its_field_its_remedy_and_its_source(bob, stopped):
    text = bob.get(reverse("scrub-claim", args=[stopped.pk])).content.decode()
    assert 'href="#f-lines.1.procedure.code">Line 1: service' in text
    assert "45 CFR 162.1002" in text


def test_a_field_mended_on_the_spot_is_edited_at_once(bob, stopped):
    response = _save(bob, stopped, lines__1__procedure__code="99213")
    assert response.status_code == 302
    assert _state(stopped) == S.READY
    assert record_of(Claim.objects.get(pk=stopped.pk)).lines[0].procedure.code == "99213"


def test_an_error_that_still_stands_keeps_the_claim_open(bob, stopped):
    response = _save(bob, stopped, lines__1__procedure__code="9921X9")
    assert response["Location"].startswith(reverse("scrub-claim", args=[stopped.pk]))
    assert _state(stopped) == S.SCRUB_FAILED


def test_every_common_field_is_mended_as_it_was_typed(bob, stopped):
    _save(
        bob,
        stopped,
        lines__1__procedure__code="99213",
        lines__1__procedure__modifiers="25, gt",
        lines__1__quantity="2",
        lines__1__place_of_service="02",
        lines__1__period="1/2/26 to 1/3/26",
        lines__2__pointers="AB",
        lines__2__prior_authorization="AUTH2",
        subscriber__person__id="W1234",
        prior_authorization="AUTH1",
        place_of_service="02",
    )
    record = record_of(Claim.objects.get(pk=stopped.pk))
    first, second = record.lines
    assert first.procedure.modifiers == ("25", "GT")
    assert first.quantity == 2
    assert first.place_of_service == "02"
    assert (first.period.start.day, first.period.end.day) == (2, 3)
    assert second.pointers == (1, 2)
    assert (second.prior_authorization, record.prior_authorization) == ("AUTH2", "AUTH1")
    assert (record.subscriber.member_id, record.place_of_service) == ("W1234", "02")


def test_pointers_follow_their_diagnosis_to_its_new_place(bob, stopped):
    _save(bob, stopped, lines__1__procedure__code="99213", diagnoses__2__order="1")
    record = record_of(Claim.objects.get(pk=stopped.pk))
    assert [(one.code, one.qualifier) for one in record.diagnoses] == [("R05", "ABK"), ("J069", "ABF")]
    assert [line.pointers for line in record.lines] == [(2,), (1,)]


def test_a_diagnosis_that_is_emptied_is_left_out_and_pointed_at_no_more(bob, stopped):
    _save(bob, stopped, diagnoses__1__code="", diagnoses__3__code="e11.9")
    record = record_of(Claim.objects.get(pk=stopped.pk))
    assert [one.code for one in record.diagnoses] == ["R05", "E119"]
    assert [line.pointers for line in record.lines] == [(), (1,)]


def test_what_cannot_be_read_stays_as_it_was_typed_and_says_what_would_be(bob, stopped):
    response = _save(bob, stopped, lines__1__quantity="some", rendering__id="1234567890", lines__2__period="soon")
    text = response.content.decode()
    assert response.status_code == 422
    for words in ('value="some"', "Write units as a number", "It is no NPI", 'value="soon"', "Write a day such as"):
        assert words in text
    assert Claim.objects.get(pk=stopped.pk).version == stopped.version


def test_of_two_tabs_the_first_wins_and_the_second_is_told(bob, people, stopped):
    typed = form_of(stopped)
    bob.post(reverse("scrub-save", args=[stopped.pk]), {**typed, "prior_authorization": "FIRST"})
    second = bob.post(reverse("scrub-save", args=[stopped.pk]), {**typed, "prior_authorization": "SECOND"})
    text = second.content.decode()
    assert second.status_code == 422
    assert "Somebody else changed this claim meanwhile" in text
    assert 'value="SECOND"' in text
    assert "stands now: FIRST" in text
    assert record_of(Claim.objects.get(pk=stopped.pk)).prior_authorization == "FIRST"


def test_the_edits_are_overruled_by_a_manager_who_says_why(bob, people, stopped):
    address = reverse("scrub-overrule", args=[stopped.pk])
    bob.post(address, {"reason": " "})
    assert _state(stopped) == S.SCRUB_FAILED
    bob.post(address, {"reason": "the payer takes this code until March"})
    assert _state(stopped) == S.READY
    assert AuditEntry.objects.filter(action="claims.overrule_edits", actor=people["bob"]).count() == 1


def test_a_biller_mends_but_does_not_overrule(people, lakeside, stopped):
    Membership.objects.filter(user=people["alice"]).update(role=Membership.Role.BILLER)
    browser = Browser()
    browser.force_login(people["alice"])
    assert "Overrule" not in browser.get(reverse("scrub-claim", args=[stopped.pk])).content.decode()
    assert browser.post(reverse("scrub-overrule", args=[stopped.pk]), {"reason": "x"}).status_code == 403


def test_a_claim_sent_back_is_held_with_a_question_on_the_worklist_until_it_is_released(bob, stopped):
    bob.post(reverse("scrub-return", args=[stopped.pk]), {"reason": "Which code was meant?"})
    assert Claim.objects.get(pk=stopped.pk).held_reason == "Sent back: Which code was meant?"
    item = WorkItem.objects.get(claim=stopped, queue=WorkItem.Queue.OTHER)
    assert item.reason == "Which code was meant?"
    bob.post(reverse("scrub-release", args=[stopped.pk]))
    item.refresh_from_db()
    assert (Claim.objects.get(pk=stopped.pk).held_reason, item.state) == ("", WorkItem.State.DONE)


def test_a_claim_is_held_only_with_a_word(bob, stopped):
    bob.post(reverse("scrub-hold", args=[stopped.pk]), {"reason": ""})
    assert Claim.objects.get(pk=stopped.pk).held_reason == ""
    bob.post(reverse("scrub-hold", args=[stopped.pk]), {"reason": "waits for the card"})
    assert Claim.objects.get(pk=stopped.pk).held_reason == "waits for the card"


def test_a_claim_that_was_sent_is_shown_and_not_mended(bob, world):
    text = bob.get(reverse("scrub-claim", args=[world.sent.pk])).content.decode()
    assert "readonly" in text
    response = bob.post(reverse("scrub-save", args=[world.sent.pk]), {**form_of(world.sent), "referral": "R1"})
    assert response.status_code == 422
    assert record_of(Claim.objects.get(pk=world.sent.pk)).referral == ""
