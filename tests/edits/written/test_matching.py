"""What rules ask of claims: every condition and every demand, by examples in short form."""

from __future__ import annotations

import pytest
from tests.edits.clean import CLAIM, KNOWN, PROFILE, TODAY
from tests.edits.written.rules import MODIFIER_25, rule

from claimwright.edits import Scrubber, edit_claim
from claimwright.edits.written import CompiledRule, RuleBook, failed_examples, read_example, read_rules
from claimwright.findings import Severity

CONDITIONS = {
    # one condition, an example that it is true of, one that it is not
    "codes": ("G0438, 992*, J0120-J9999", "J1885", "G0439"),
    "modifiers": ("59, X*", "99213-25-XU", "99213-25"),
    "without_modifiers": ("25", "99213-59", "99213-25"),
    "diagnoses": ("E11", "99213 dx E11.9", "99213 dx E10.9"),
    "without_diagnoses": ("Z00-Z13", "99213 dx E119", "99213 dx Z00.00"),
    "places": ("21-23", "99213 place 22", "99213; place 11"),
    "age_from": ("65", "99213; age 65", "99213; age 64"),
    "age_until": ("17", "99213; age 17", "99213; age 18"),
    "units_over": ("4", "J1885 x4.5", "J1885 x4"),
    "charge_over": ("250", "99213 $250.01", "99213 $250"),
    "taxonomies": ("207Q*", "99213; taxonomy 207Q00000X", "99213; taxonomy 208000000X"),
    "with_codes": ("96372", "99213; 96372", "99213; 96372 on 2026-02-01"),
    "without_codes": ("96372", "J1885; 99213", "J1885; 96372"),
    "earlier_within_days": ("364", "G0439; earlier G0439 364", "G0439; earlier G0439 365"),
}
DEMANDS = {
    # one demand, an example that lacks it, one that has it
    "modifiers": ("25, 57", "99213-59", "99213-57"),
    "diagnoses": ("Z00, Z01", "99213 dx E119", "99213 dx Z01.89"),
    "places": ("11, 22", "99213 place 21", "99213 place 22"),
    "codes": ("99202-99215", "G2211", "G2211; 99213"),
    "authorization": ("yes", "99213", "99213; authorization"),
    "referral": ("yes", "99213", "99213; referral"),
    "referring": ("yes", "99213", "99213; referring"),
    "note": ("yes", "99213", "99213; note"),
    "attachment": ("yes", "99213", "99213; attachment"),
}


@pytest.mark.parametrize("name", CONDITIONS)
def test_each_condition_catches_what_it_says_and_no_more(name):
    value, caught, let_pass = CONDITIONS[name]
    asked = rule(when={"codes": "", name: value}, catches=[caught], passes=[let_pass])
    # A rule without codes asks about every service; an example's other services must not trigger it.
    first = caught.split(";")[0].split()[0].split("-")[0]
    if name != "codes":
        asked = rule(when={"codes": first, name: value}, catches=[caught], passes=[let_pass])
    assert failed_examples(asked) == ()


@pytest.mark.parametrize("name", DEMANDS)
def test_each_demand_is_met_by_what_it_asks_for(name):
    value, lacking, having = DEMANDS[name]
    first = lacking.split()[0].split("-")[0]
    asked = rule(when={"codes": first}, then={name: value}, catches=[lacking], passes=[having])
    assert failed_examples(asked) == ()


def test_frequency_counts_services_of_the_codes_that_are_named():
    when = {"codes": "G0439", "earlier_codes": "G0438, G0439", "earlier_within_days": 365, "earlier_count": 2}
    passes = ["G0439; earlier G0438 30", "G0439; earlier G0438 30; earlier 99213 5"]
    asked = rule(when=when, catches=["G0439; earlier G0438 30; earlier G0439 300"], passes=passes)
    assert failed_examples(asked) == ()


def test_an_age_that_is_not_known_is_no_reason_to_stop_a_claim():
    asked = rule(when={"age_until": 120}, catches=["99213; age 3"], passes=["99213"])
    assert failed_examples(asked) == ()


def test_a_rule_whose_examples_fail_says_which():
    asked = rule(when={"codes": "99213"}, catches=["99214", "99213"], passes=["99213; age 5", "what is this"])
    assert [(one.code, one.where.field) for one in failed_examples(asked)] == [
        ("WRITTEN-011", "catches.1"),
        ("WRITTEN-012", "passes.1"),
        ("WRITTEN-010", "passes.2"),
    ]


def test_a_rule_without_examples_is_not_tested():
    assert [one.code for one in failed_examples(rule())] == ["WRITTEN-013", "WRITTEN-013"]


@pytest.mark.parametrize(
    "text", ["", "dx E119", "99213 x", "99213 y2", "99213 $1.001", "99213 on 2026-02-30", "99213; age", "99213; age x"]
)
def test_an_example_that_cannot_be_read_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        read_example(text, rule())


def test_the_rules_of_a_payer_join_the_edits():
    rules, _ = read_rules(MODIFIER_25.replace("J*, 96372", "81002").replace('"25"', '"57"'))
    (found,) = edit_claim(CLAIM, PROFILE, KNOWN, TODAY, rules=rules)
    assert found.code == "RULE-office-visit-with-an-injection-needs-modifier-25"
    assert found.severity is Severity.ERROR
    assert (found.where.record, found.where.field) == ("CW-1001", "lines.1.procedure.modifiers")
    assert "99213 needs modifier 57" in found.message


def test_a_rule_speaks_its_own_words():
    asked = rule(when={"codes": "99213"}, message="Call them first.", hint="Their line is open until five.")
    (found,) = Scrubber(rules=[asked]).edit(CLAIM, PROFILE, KNOWN, TODAY)
    assert (found.message, found.hint) == ("Call them first.", "Their line is open until five.")


def test_a_thing_of_the_whole_claim_is_said_once():
    asked = rule(then={"referring": True}, message="Who referred the patient?")
    found = edit_claim(CLAIM, PROFILE, KNOWN, TODAY, rules=[asked])
    assert [one.where.field for one in found] == ["referring"]


def test_a_profile_can_soften_a_rule():
    from dataclasses import replace

    asked = rule(when={"codes": "99213"})
    (found,) = edit_claim(CLAIM, replace(PROFILE, warn_only=frozenset({asked.code})), KNOWN, TODAY, rules=[asked])
    assert found.severity is Severity.WARNING


def test_rules_that_are_about_other_codes_are_never_tried(monkeypatch):
    tried = []
    ask = CompiledRule.hits_of
    monkeypatch.setattr(CompiledRule, "hits_of", lambda self, look: tried.append(self) or ask(self, look))
    others = [rule(name=f"Rule {number}", when={"codes": f"J{number:04d}"}) for number in range(500)]
    book = RuleBook([*others, rule(when={"codes": "99213"})])
    case = read_example("99213; 81002", rule())
    assert len(book.findings(case)) == 1
    assert len(tried) == 1
