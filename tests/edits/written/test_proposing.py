"""From denials of one kind comes the rule that would have stopped them, if there is one."""

from __future__ import annotations

import pytest
from tests.edits.written.past import PAID, denied, past

from claimwright.edits.written import DenialGroup, PastClaim, Verdict, failed_examples, propose_rule, read_rule


def proposed(reason: str, code: str, refused: list[str], paid: list[str]):
    """The proposal from claims that were denied for this reason, and others that were paid."""
    answers = (denied(reason), PAID, PAID)
    claims: list[PastClaim] = [past(number, text, *answers) for number, text in enumerate(refused)]
    claims += [past(100 + number, text, PAID, PAID, PAID) for number, text in enumerate(paid)]
    return propose_rule(DenialGroup("PRA01", reason, code), claims)


SCENES = {
    # the payer's reason, the code, claims denied, claims paid, what the rule must say: (when, then)
    "a modifier was missing": (
        "4",
        "99213",
        ["99213; J1885", "99213-57; J1885"],
        ["99213-25; J1885", "99213-25; J3420"],
        ({}, {"modifiers": ["25"]}),
    ),
    "a modifier was missing beside another code": (
        "97",
        "99213",
        ["99213; J1885", "99213; J1885"],
        ["99213-25; J1885", "99213", "99213"],
        ({"with_codes": ["J1885"]}, {"modifiers": ["25"]}),
    ),
    "a modifier was wrong": (
        "4",
        "99213",
        ["99213-76", "99213-76"],
        ["99213", "99213-25"],
        ({"modifiers": ["76"]}, {"forbid": True}),
    ),
    "no authorization": ("197", "J0178", ["J0178", "J0178"], ["J0178; authorization"], ({}, {"authorization": True})),
    "no referring provider": ("183", "G0108", ["G0108"] * 3, ["G0108; referring"], ({}, {"referring": True})),
    "the wrong place": ("5", "G0463", ["G0463; place 11"] * 2, ["G0463; place 22"], ({}, {"places": ["22"]})),
    "the wrong diagnosis": (
        "50",
        "G0108",
        ["G0108 dx Z00.00", "G0108 dx R73.03"],
        ["G0108 dx E11.9", "G0108 dx E10.65"],
        ({}, {"diagnoses": ["E10", "E11"]}),
    ),
    "too many units": (
        "222",
        "J1885",
        ["J1885 x6", "J1885 x5"],
        ["J1885 x4", "J1885"],
        ({"units_over": "4"}, {"forbid": True}),
    ),
    "too soon again": (
        "119",
        "G0439",
        ["G0439; earlier G0439 100", "G0439; earlier G0439 340"],
        ["G0439; earlier G0439 400", "G0439"],
        ({"earlier_within_days": 340}, {"forbid": True}),
    ),
    "the wrong age": (
        "6",
        "G0103",
        ["G0103; age 41", "G0103; age 38"],
        ["G0103; age 55"],
        ({"age_until": 41}, {"forbid": True}),
    ),
    "not together": (
        "236",
        "G0101",
        ["G0101; G0439"] * 2,
        ["G0101", "G0101; J1885"],
        ({"with_codes": ["G0439"]}, {"forbid": True}),
    ),
    "no reason that we know": (
        "999",
        "G0101",
        ["G0101 x3", "G0101 x4"],
        ["G0101"],
        ({"units_over": "1"}, {"forbid": True}),
    ),
}


@pytest.mark.parametrize("scene", SCENES)
def test_the_payers_reason_and_what_it_paid_say_which_rule(scene):
    reason, code, refused, paid, (when, then) = SCENES[scene]
    proposal = proposed(reason, code, refused, paid)
    assert proposal is not None
    data = proposal.rule.to_data()
    assert data["when"] == {"codes": [code], **when}
    assert {name: sorted(value) if isinstance(value, list) else value for name, value in data["then"].items()} == then
    assert proposal.result.counts[Verdict.CAUGHT] == len(refused)
    assert proposal.result.counts[Verdict.FALSE_ALARM] == 0


@pytest.mark.parametrize("scene", SCENES)
def test_a_proposed_rule_passes_its_own_tests_and_can_be_stored(scene):
    reason, code, refused, paid, _ = SCENES[scene]
    proposal = proposed(reason, code, refused, paid)
    assert failed_examples(proposal.rule) == ()
    assert read_rule(proposal.rule.to_data()) == (proposal.rule, ())


def test_it_says_which_denials_it_is_made_of_and_which_it_misses():
    proposal = proposed("222", "J1885", ["J1885 x6", "J1885 x5", "J1885 x2"], ["J1885 x4"] * 2)
    assert proposal.caught == ("CW-0", "CW-1")
    assert proposal.missed == ("CW-2",)
    assert "3 denials of J1885 by PRA01 with reason 222" in proposal.why
    assert "stopped 2" in proposal.why


def test_of_a_code_that_was_never_paid_it_warns():
    proposal = proposed("96", "G9999", ["G9999", "G9999"], [])
    assert proposal.rule.then.warn
    assert failed_examples(proposal.rule) == ()


def test_nothing_is_proposed_that_would_stop_as_many_paid_claims():
    assert proposed("96", "G0101", ["G0101", "G0101"], ["G0101", "G0101"]) is None
    assert proposed("96", "G0101", [], ["G0101"]) is None


def test_an_example_tells_nothing_about_a_person():
    proposal = proposed("4", "99213", ["99213; age 41"], ["99213-25; age 50"])
    assert not any("age" in text for text in (*proposal.rule.catches, *proposal.rule.passes))
