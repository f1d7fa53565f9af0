"""Rules of the practice's own: kept with every change, switched on only when their tests pass, asked in scrubbing."""

from __future__ import annotations

from datetime import date

import pytest

from claimwright.edits.written import BackTest, Proposal, rule_from_data
from claimwright.errors import ConflictError, InputError
from claimwright.office.charges.entry import NewLine
from claimwright.office.claims.models import ClaimFinding, OwnRule, OwnRuleVersion, Submission
from claimwright.office.claims.rules import (
    accept,
    decline,
    propose,
    rules_in_force,
    save_rule,
    switch_off,
    switch_on,
)
from claimwright.office.claims.scrubbing import scrub_claims
from claimwright.office.core.models import AuditEntry
from claimwright.office.core.scope import client_scope
from tests.office.practice import OFFICE_VISIT, VISIT, Practice

RULE = {
    "name": "Office visits at Harbor Health need modifier 25",
    "payers": ["HARB1"],
    "when": {"codes": "99202-99215"},
    "then": {"modifiers": "25"},
    "catches": ["99213"],
    "passes": ["99213-25"],
}


@pytest.fixture
def practice(lakeside):
    return Practice()


def found(claim) -> list[tuple[str, str]]:
    rows = ClaimFinding.objects.filter(claim=claim, resolved_at=None, severity="error")
    return list(rows.values_list("code", "field"))


def test_a_rule_that_is_on_stops_claims_of_its_payer(practice):
    rule = switch_on(save_rule(RULE))
    stopped = practice.claim()
    other = practice.claim(practice.supplement)
    scrub_claims()
    assert found(stopped) == [(f"RULE-{rule.slug}", "lines.1.procedure.modifiers")]
    assert found(other) == []


def test_a_rule_that_is_switched_off_lets_the_claim_pass_when_it_is_edited_again(practice):
    rule = switch_on(save_rule(RULE))
    claim = practice.claim()
    scrub_claims()
    switch_off(rule)
    scrub_claims([claim])
    assert found(claim) == []
    assert Submission.objects.get(claim=claim).state == Submission.State.READY


def test_a_rule_holds_for_its_days_of_service(practice):
    switch_on(save_rule({**RULE, "from": "2026-02-01"}))
    claim = practice.claim()
    scrub_claims()
    assert date(2026, 2, 1) > VISIT
    assert found(claim) == []


def test_a_rule_of_frequency_knows_the_claims_before(practice):
    when = {"codes": "99213", "earlier_within_days": 30}
    examples = {"catches": ["99213; earlier 99213 5"], "passes": ["99213; earlier 99213 31"]}
    switch_on(save_rule({**RULE, "when": when, "then": {"forbid": "yes"}, **examples}))
    patient = practice.covered_patient()
    days = (date(2025, 10, 1), date(2025, 12, 20), VISIT)
    claims = practice.claims(*(practice.visit(patient, OFFICE_VISIT, service_date=day) for day in days))
    scrub_claims()
    assert [[code for code, _ in found(claim) if code.startswith("RULE-")] == [] for claim in claims] == [
        True,
        True,
        False,
    ]


def test_a_rule_whose_own_tests_fail_cannot_be_switched_on(lakeside):
    rule = save_rule({**RULE, "passes": ["99213-25", "99214"]})
    with pytest.raises(InputError) as refused:
        switch_on(rule)
    assert [one.where.field for one in refused.value.findings] == ["passes.2"]
    assert rules_in_force() == ()


def test_a_rule_that_is_on_cannot_be_changed_into_one_that_fails_its_tests(lakeside):
    rule = switch_on(save_rule(RULE))
    with pytest.raises(InputError):
        save_rule({**RULE, "catches": ["99214", "J1885"]}, rule=rule)
    assert OwnRule.objects.get(pk=rule.pk).data["catches"] == ["99213"]


def test_what_is_no_rule_is_refused_with_its_findings(lakeside):
    with pytest.raises(InputError) as refused:
        save_rule({**RULE, "when": {"codes": "9921"}, "then": {"modifiers": "2"}})
    assert [one.where.field for one in refused.value.findings] == ["then.modifiers"]
    assert not OwnRule.objects.exists()


def test_every_change_is_kept_with_who_made_it(people):
    bob = people["bob"]
    rule = save_rule(RULE, actor=bob)
    rule = save_rule({**RULE, "name": "Modifier 25 at Harbor"}, rule=rule, actor=bob)
    switch_on(rule, actor=bob)
    versions = OwnRuleVersion.objects.filter(rule=rule).order_by("number")
    assert [(one.number, one.what, one.state, one.data["name"], one.actor) for one in versions] == [
        (1, "Written", "off", "Office visits at Harbor Health need modifier 25", bob),
        (2, "Changed", "off", "Modifier 25 at Harbor", bob),
        (3, "Switched on", "on", "Modifier 25 at Harbor", bob),
    ]
    assert AuditEntry.objects.filter(action="rule.change", subject=f"rule {rule.pk}").count() == 3


def test_a_renamed_rule_keeps_its_code(lakeside):
    rule = save_rule(RULE)
    slug = rule.slug
    assert save_rule({**RULE, "name": "Another name"}, rule=rule).slug == slug
    assert rule_from_data(OwnRule.objects.get(pk=rule.pk).data).code == f"RULE-{slug}"


def test_a_save_that_changes_nothing_makes_no_version(lakeside):
    rule = save_rule(RULE)
    assert save_rule(RULE, rule=rule).version == 1


def test_the_second_of_two_people_looks_again(lakeside):
    rule = save_rule(RULE)
    save_rule({**RULE, "hint": "Ask the doctor."}, rule=rule)
    with pytest.raises(ConflictError):
        save_rule({**RULE, "hint": "Ask nobody."}, rule=rule, version=1)
    with pytest.raises(ConflictError):
        save_rule(RULE)


def test_a_rule_is_switched_once(lakeside):
    rule = switch_on(save_rule(RULE))
    with pytest.raises(ConflictError):
        switch_on(rule)


def test_a_proposed_rule_stops_nothing_until_a_person_accepts_it(practice):
    proposal = Proposal(rule_from_data(RULE), BackTest(looked_at=9), ("CW-1",), (), "Made of one denial.")
    rule = propose(proposal)
    assert (rule.state, rule.origin["caught"], rule.back_test["looked_at"]) == ("proposed", ["CW-1"], 9)
    assert rules_in_force() == ()
    assert propose(proposal).pk == rule.pk
    accept(rule)
    claim = practice.claim()
    scrub_claims()
    assert found(claim) == [(f"RULE-{rule.slug}", "lines.1.procedure.modifiers")]


def test_a_declined_rule_is_not_proposed_again(lakeside):
    proposal = Proposal(rule_from_data(RULE), BackTest(), (), (), "Made of one denial.")
    rule = decline(propose(proposal))
    assert propose(proposal).state == OwnRule.State.DECLINED
    with pytest.raises(ConflictError):
        accept(rule)


def test_rules_of_one_practice_say_nothing_about_another(lakeside, hillcrest):
    switch_on(save_rule(RULE))
    with client_scope(hillcrest):
        assert rules_in_force() == ()
        assert not OwnRule.objects.exists()


def test_two_services_are_told_apart(practice):
    switch_on(save_rule(RULE))
    claim = practice.claim(lines=[OFFICE_VISIT, NewLine("99214", 15_000, modifiers=("25",))])
    scrub_claims()
    assert [field for code, field in found(claim) if code.startswith("RULE-")] == ["lines.1.procedure.modifiers"]
