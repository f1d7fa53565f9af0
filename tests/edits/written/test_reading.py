"""What a person writes becomes a rule, or findings that say what, where and what to write instead."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.edits.written.rules import MODIFIER_25, rule

from claimwright.edits.written import read_rule, read_rules
from claimwright.findings import Severity


def findings(**fields: object) -> list[tuple[str, str | None]]:
    _, found = read_rule({"name": "A rule", "then": {"forbid": True}, **fields})
    return [(one.code, one.where.field) for one in found]


def test_it_reads_the_rules_of_a_text():
    (read,), found = read_rules(MODIFIER_25)
    assert found == ()
    assert (read.code, read.since, read.payers) == (
        "RULE-office-visit-with-an-injection-needs-modifier-25",
        date(2026, 1, 1),
        ("PRA01",),
    )
    assert read.when.codes.words == ("99202-99215",)
    assert read.when.with_codes.words == ("J*", "96372")


def test_a_rule_read_from_its_own_data_is_the_same_rule():
    (read,), _ = read_rules(MODIFIER_25)
    assert read_rule(read.to_data()) == (read, ())


def test_a_form_is_read_as_it_was_typed():
    typed = {"codes": "99202 - 99215; j1885", "age_from": " 65", "units_over": "2.5", "charge_over": "$1,250.50"}
    when = rule(**{"from": "2026-01-01", "until": ""}, when={**typed, "places": "", "diagnoses": "e11.9, Z00"}).when
    assert when.codes.words == ("99202-99215", "J1885")
    assert (when.age_from, when.units_over, when.charge_over_cents) == (65, Decimal("2.5"), 125_050)
    assert when.diagnoses.words == ("E119", "Z00")


def test_a_warning_is_of_warning_severity():
    assert rule(then={"warn": "yes"}).severity is Severity.WARNING


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"when": {"code": "99213"}}, "WRITTEN-002", "when.code"),
        ({"payer": "X"}, "WRITTEN-002", "payer"),
        ({"when": {"codes": "992133"}}, "WRITTEN-003", "when.codes"),
        ({"when": {"codes": "99215-99202"}}, "WRITTEN-003", "when.codes"),
        ({"when": {"codes": ["99213", 5]}}, "WRITTEN-003", "when.codes"),
        ({"when": {"age_from": "-1"}}, "WRITTEN-003", "when.age_from"),
        ({"when": {"units_over": "NaN"}}, "WRITTEN-003", "when.units_over"),
        ({"when": {"charge_over": "-4"}}, "WRITTEN-003", "when.charge_over"),
        ({"when": {"charge_over": 1.005}}, "WRITTEN-003", "when.charge_over"),
        ({"from": "31.1.2026"}, "WRITTEN-003", "from"),
        ({"severity": "fatal"}, "WRITTEN-003", "severity"),
        ({"slug": "Not a slug"}, "WRITTEN-003", "slug"),
        ({"then": {"note": "perhaps"}}, "WRITTEN-003", "then.note"),
        ({"when": "always"}, "WRITTEN-003", "when."),
        ({"name": "  "}, "WRITTEN-004", "name"),
        ({"then": {}}, "WRITTEN-005", "then"),
        ({"then": {"forbid": "no"}}, "WRITTEN-005", "then"),
        ({"then": {"warn": True, "note": True}}, "WRITTEN-006", "then"),
        ({"from": "2026-02-01", "until": "2026-01-01"}, "WRITTEN-007", "until"),
        ({"when": {"age_from": 5, "age_until": 4}}, "WRITTEN-007", "when.age_until"),
        ({"when": {"earlier_codes": "G0438"}}, "WRITTEN-009", "when.earlier_within_days"),
    ],
)
def test_what_cannot_be_read_is_a_finding_at_its_place(fields, code, field):
    assert findings(**fields) == [(code, field)]


def test_findings_say_which_rule_they_are_about_and_what_to_write():
    _, (found,) = read_rule({"name": "Frequency", "then": {"forbid": True}, "when": {"places": "home"}})
    assert found.where.record == "Frequency"
    assert "place of service" in found.hint


def test_a_text_that_is_no_toml_says_where():
    rules, (found,) = read_rules("[[rule]]\nname = Modifier 25")
    assert rules == ()
    assert found.code == "WRITTEN-001"
    assert "line 2" in found.message


def test_two_rules_of_one_name_are_told_apart_by_a_person():
    _, found = read_rules(MODIFIER_25 * 2)
    assert [one.code for one in found] == ["WRITTEN-008"]


def test_one_rule_that_is_wrong_leaves_the_others():
    rules, found = read_rules(MODIFIER_25 + '\n[[rule]]\nname = "Empty"\n')
    assert len(rules) == 1
    assert [(one.code, one.where.record) for one in found] == [("WRITTEN-005", "Empty")]


_PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
_FIELDS = ("name", "from", "severity", "payers", "catches", "reasons", "slug", "when", "then")
_CONDITIONS = ("codes", "places", "age_from", "units_over", "charge_over", "modifiers", "forbid", "note")


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(
        st.sampled_from(_FIELDS), _PLAIN | st.dictionaries(st.sampled_from(_CONDITIONS), _PLAIN, max_size=4), max_size=6
    )
)
def test_whatever_is_written_is_a_rule_or_findings(data):
    read, found = read_rule(data)
    assert (read is None) == bool(found)
    if read is not None:
        assert read_rule(read.to_data()) == (read, ())
