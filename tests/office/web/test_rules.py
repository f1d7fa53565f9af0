"""Rules on screen: written, tried on past claims beside the form, switched, proposed from denials."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client as Browser
from django.urls import reverse

from claimwright.documents.plain import to_plain
from claimwright.office.claims.building import record_of
from claimwright.office.claims.models import Claim, OwnRule, OwnRuleVersion, Submission
from claimwright.office.claims.rules import rules_in_force
from tests.office.web.world import build_world

FORM = {
    "name": "Visits at Harbor Health need modifier 25",
    "payers": "HARB1",
    "when.codes": "99202-99215",
    "then.modifiers": "25",
    "severity": "error",
    "catches": "99214",
    "passes": "99214-25\r\n99214; payer OTHER",
}


@pytest.fixture
def crowd(people):
    """The world with more claims of the same kind: paid and denied in turn."""
    return build_world(more=6)


@pytest.fixture
def manager(people) -> Browser:
    manager = Browser()
    manager.force_login(people["bob"])
    return manager


@pytest.fixture
def desk(world, people) -> Browser:
    desk = Browser()
    desk.force_login(people["bob"])
    return desk


def text_of(response) -> str:
    return response.content.decode()


def address(rule: OwnRule, name: str = "rule") -> str:
    return reverse(name, args=[rule.pk])


def turned(desk: Browser, rule: OwnRule, to: str):
    return desk.post(address(rule, "rule-turn"), {"to": to}, follow=True)


def test_a_rule_is_written_in_a_form_and_is_off_at_first(desk):
    response = desk.post(reverse("rule-add"), {**FORM, "name": "Modifier 25 at Harbor", "then.note": ""}, follow=True)
    assert "Saved as version 1" in text_of(response)
    rule = OwnRule.objects.get(name="Modifier 25 at Harbor")
    assert rule.state == OwnRule.State.OFF
    assert rule.data["when"] == {"codes": ["99202-99215"]}
    assert rule.data["passes"] == ["99214-25", "99214; payer OTHER"]
    page = text_of(desk.get(reverse("rules")))
    assert "Modifier 25 at Harbor" in page
    assert "not tried yet" in page


def test_what_is_wrong_stands_at_its_field_with_what_was_typed(desk):
    response = desk.post(reverse("rule-add"), {**FORM, "when.codes": "99215-99202", "when.age_from": "young"})
    assert response.status_code == 422
    page = text_of(response)
    assert 'value="99215-99202"' in page
    assert 'id="when.codes-error"' in page
    assert 'id="when.age_from-error"' in page
    assert not OwnRule.objects.filter(name=FORM["name"]).exclude(version=1).exists()


def test_a_rule_is_tried_on_past_claims_beside_the_form_without_being_saved(desk, world):
    response = desk.post(reverse("rule-add"), {**FORM, "name": "Only tried", "try": "yes"})
    page = text_of(response)
    assert response.status_code == 200
    assert "Caught: the payer denied it" in page
    assert world.denied.number in page
    assert world.paid.number in page
    assert not OwnRule.objects.filter(name="Only tried").exists()


def test_trying_what_is_saved_keeps_the_result(desk, world):
    desk.post(address(world.rule, "rule-save"), {**FORM, "passes": "99214-25", "try": "yes"})
    world.rule.refresh_from_db()
    assert world.rule.back_test["verdicts"]["caught"]["claims"] == 1
    assert world.rule.back_test["verdicts"]["false alarm"]["claims"] == 1
    assert "1 caught" in text_of(desk.get(reverse("rules")))


def test_a_rule_is_switched_on_and_off_and_every_change_is_shown(desk, world, people):
    assert "It is on" in text_of(turned(desk, world.rule, "on"))
    assert [rule.slug for rule in rules_in_force()] == [world.rule.slug]
    page = text_of(turned(desk, world.rule, "off"))
    assert rules_in_force() == ()
    assert "3. Switched off by bob" in page
    assert "1. Written" in page
    assert OwnRuleVersion.objects.get(rule=world.rule, number=3).actor == people["bob"]


def test_a_rule_whose_tests_fail_is_not_switched_on_and_says_which(desk, world):
    desk.post(address(world.rule, "rule-save"), {**FORM, "catches": "99214\n36415"})
    assert "Some fail" in text_of(desk.get(address(world.rule)))
    response = desk.post(address(world.rule, "rule-turn"), {"to": "on"})
    assert response.status_code == 422
    assert "lets pass what it must catch: 36415" in text_of(response)
    assert rules_in_force() == ()


def test_the_second_of_two_people_is_told_and_loses_nothing(desk, world):
    desk.post(address(world.rule, "rule-save"), {**FORM, "version": 1, "hint": "Ask the doctor"})
    response = desk.post(address(world.rule, "rule-save"), {**FORM, "version": 1, "hint": "Ask the nurse"})
    assert response.status_code == 422
    assert "Somebody changed this rule meanwhile" in text_of(response)
    assert "Ask the nurse" in text_of(response)


def test_an_unknown_turn_changes_nothing(desk, world):
    turned(desk, world.rule, "sideways")
    assert "is off already" in text_of(turned(desk, world.rule, "off"))
    assert OwnRule.objects.get(pk=world.rule.pk).version == 1


def propose(desk: Browser, crowd) -> str:
    """What the page says when a rule is asked for against the crowd's denials."""
    group = {"payer": crowd.practice.aetna.pk, "reason": "50", "code": "99214"}
    return text_of(desk.post(reverse("rules-propose"), group, follow=True))


def test_where_paid_and_denied_claims_are_alike_no_rule_is_made_up(crowd, manager):
    page = text_of(manager.get(reverse("rules-denied")))
    assert "99214" in page
    assert "Propose a rule" in page
    assert "No rule would catch more" in propose(manager, crowd)
    assert not OwnRule.objects.filter(state=OwnRule.State.PROPOSED).exists()


def test_a_proposed_rule_says_what_it_is_made_of_and_waits_for_a_person(crowd, manager):
    for row in Submission.objects.filter(claim__in=Claim.objects.exclude(denials=None)):
        record = record_of(row)
        row.record = to_plain(replace(record, place_of_service="02"))
        row.save()
    page = propose(manager, crowd)
    (rule,) = OwnRule.objects.filter(state=OwnRule.State.PROPOSED)
    assert "Made of 4 denials of 99214 by HARB1 with reason 50" in page
    assert crowd.denied.number in page
    assert "Caught: the payer denied it" in page
    assert rules_in_force() == ()
    assert "Accepted: it is on" in text_of(turned(manager, rule, "accept"))
    assert [one.slug for one in rules_in_force()] == [rule.slug]


def test_nothing_is_proposed_for_a_payer_that_is_not_there(desk):
    response = desk.post(reverse("rules-propose"), {"payer": "x", "reason": "4", "code": "99214"}, follow=True)
    assert "No rule would catch more" in text_of(response)


def test_a_biller_sees_rules_and_changes_none(world, people):
    desk = Browser()
    desk.force_login(people["alice"])
    page = text_of(desk.get(address(world.rule)))
    assert "readonly" in page
    assert "Switch on" not in page
    assert desk.post(address(world.rule, "rule-turn"), {"to": "on"}).status_code == 403


def test_the_denial_in_the_worklist_leads_to_its_group(desk, world):
    page = text_of(desk.get(reverse("item", args=[world.denial_item.pk])))
    assert reverse("rules-denied") in page
