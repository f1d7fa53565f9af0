"""Rules of the practice's own are tried on what payers did, and proposed from what they denied."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from claimwright.documents.plain import to_plain
from claimwright.edits.written import LineAnswer, Verdict, rule_from_data
from claimwright.office.claims.building import record_of
from claimwright.office.claims.mending import replace_claim
from claimwright.office.claims.models import Claim, OwnRule, Submission
from claimwright.office.claims.rules import decline, rules_in_force, save_rule
from claimwright.office.core.models import AuditEntry
from claimwright.office.followup.own_rules import denied_groups, propose_from, try_own_rule, try_rule
from claimwright.office.followup.past_claims import past_claims_of
from tests.office.posting.scenes import DENIED, PAID

REFUSED = DENIED.replace("CO*50", "CO*4")
RULE = {
    "name": "Office visits at Medicare need modifier 25",
    "payers": ["MEDICARE"],
    "reasons": "4",
    "when": {"codes": "99213"},
    "then": {"modifiers": "25"},
    "catches": ["99213"],
    "passes": ["99213-25"],
}


@pytest.fixture
def world(practice):
    """Two claims without the modifier that were denied, one that was paid all the same, one with it that was paid, one
    that waits."""
    for number, answer, modifiers in (
        ("A1", REFUSED, ()),
        ("A2", REFUSED, ()),
        ("A3", PAID, ()),
        ("A4", PAID, ("25",)),
        ("A5", None, ()),
        ("A6", PAID, ("25",)),
    ):
        with_modifiers(practice.bill(number, [("99213", 150_00)]), *modifiers)
        if answer:
            practice.post(f"T{number}", 0 if answer == REFUSED else 80_00, answer.replace("A1", number))
    return practice


def with_modifiers(claim: Claim, *modifiers: str) -> None:
    """Let the claim have been sent with these modifiers on its first line."""
    row = Submission.objects.get(claim=claim)
    record = record_of(row)
    lines = tuple(replace(line, procedure=replace(line.procedure, modifiers=modifiers)) for line in record.lines)
    row.record = to_plain(replace(record, lines=lines, control_number=claim.number))
    row.save()


def test_a_rule_is_tried_on_the_claims_that_payers_have_answered(world):
    result = try_rule(rule_from_data(RULE))
    assert result.looked_at == 6
    assert result.counts == {Verdict.CAUGHT: 2, Verdict.FALSE_ALARM: 1, Verdict.UNDECIDED: 1}
    assert (result.cents[Verdict.CAUGHT], result.cents[Verdict.FALSE_ALARM]) == (300_00, 80_00)
    assert [stop.number for stop in result.stops] == ["A1", "A2", "A3", "A5"]
    assert result.stops[0].key == Claim.objects.get(number="A1").pk


def test_a_rule_of_another_payer_or_code_looks_at_no_claim(world):
    assert try_rule(rule_from_data({**RULE, "payers": ["COMMERCIAL"]})).looked_at == 0
    assert try_rule(rule_from_data({**RULE, "when": {"codes": "J*"}})).looked_at == 0


def test_what_came_of_it_is_kept_with_the_version_that_was_tried(world):
    row = save_rule(RULE)
    try_own_rule(row)
    row.refresh_from_db()
    assert row.back_test["verdicts"]["caught"] == {"claims": 2, "cents": 300_00}
    assert (row.tested_version, row.version) == (1, 1)
    assert AuditEntry.objects.filter(action="rule.back_test", subject=f"rule {row.pk}").exists()


def test_a_claim_that_was_denied_corrected_and_paid_counts_as_it_was_sent_first(practice, office_clock):
    claim = practice.bill("A1", [("99213", 150_00)], payers=("commercial",))
    practice.post("T1", 0, REFUSED, payer="commercial")
    office_clock.advance(days=1)
    again = replace_claim(claim, {"lines.1.procedure.modifiers": ("25",)}, why="modifier forgotten")
    Submission.objects.filter(pk=again.pk).update(state=Submission.State.SENT)
    office_clock.advance(days=1)
    practice.post("T2", 80_00, PAID, payer="commercial")
    (past,) = past_claims_of(rule_from_data({**RULE, "payers": []}))
    assert past.case.claim.lines[0].procedure.modifiers == ()
    assert past.answers == {1: LineAnswer(0, 150_00, ("4",))}


def test_a_denial_of_the_whole_claim_is_one_of_every_line_and_worth_what_was_denied(practice):
    practice.bill("A1", [("99213", 150_00), ("36415", 30_00)])
    practice.post("T1", 0, "CLP*A1*4*180*0**MB*ICN1\nCAS*CO*29*180")
    (past,) = past_claims_of(rule_from_data({**RULE, "when": {}}))
    assert {number: one.reasons for number, one in past.answers.items()} == {1: ("29",), 2: ("29",)}
    assert sum(one.denied_cents for one in past.answers.values()) == 180_00


def test_denials_are_grouped_by_payer_reason_and_code(world):
    (group,) = denied_groups()
    assert (group.payer.name, group.reason, group.code) == ("MEDICARE", "4", "99213")
    assert (group.claims, group.cents) == (2, 300_00)
    assert denied_groups(least_claims=3) == []


def test_from_a_group_of_denials_a_rule_is_proposed_and_stops_nothing_by_itself(world):
    (group,) = denied_groups()
    row = propose_from(group.payer, group.reason, group.code)
    assert row.state == OwnRule.State.PROPOSED
    rule = rule_from_data(row.data)
    assert rule.then.modifiers.words == ("25",)
    assert row.origin["caught"] == ["A1", "A2"]
    assert "Made of 2 denials" in row.origin["why"]
    assert row.back_test["verdicts"]["caught"]["claims"] == 2
    assert row.back_test["verdicts"]["false alarm"]["claims"] == 1
    assert rules_in_force() == ()


def test_a_proposal_is_made_once_and_stays_declined(world):
    (group,) = denied_groups()
    row = propose_from(group.payer, group.reason, group.code)
    assert propose_from(group.payer, group.reason, group.code).pk == row.pk
    decline(row)
    assert propose_from(group.payer, group.reason, group.code).state == OwnRule.State.DECLINED
    assert OwnRule.objects.count() == 1


def test_nothing_is_proposed_where_no_rule_would_help(practice):
    practice.bill("A1", [("99213", 150_00)])
    practice.post("T1", 80_00, PAID)
    assert propose_from(practice.payers["medicare"], "4", "99213") is None


def test_claims_are_read_in_runs_with_a_handful_of_queries(world, django_assert_max_num_queries):
    with django_assert_max_num_queries(16):
        try_rule(rule_from_data(RULE))


def test_frequency_is_tried_with_the_claims_before(practice):
    patient = practice.patient()
    first = practice.bill("A1", [("99213", 150_00)], patient=patient)
    later = first.service_date + timedelta(days=20)
    second = practice.bill("A3", [("99213", 150_00)], service_date=later)
    Claim.objects.filter(pk=second.pk).update(patient=patient)
    rule = rule_from_data({**RULE, "when": {"codes": "99213", "earlier_within_days": 30}, "then": {"forbid": True}})
    assert [stop.key for stop in try_rule(rule).stops] == [second.pk]
    nearer = replace(rule, when=replace(rule.when, earlier_within_days=19))
    assert try_rule(nearer).stops == []
