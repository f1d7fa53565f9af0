"""The policy files, and what is said when they cannot be used."""

from __future__ import annotations

import shutil
from datetime import date
from decimal import Decimal

import pytest

from claimwright.documents.parties import Party
from claimwright.errors import InputError
from claimwright.simulator.policy import Outcome, PayerKind, read_policy
from tests.conftest import ROOT

PRACTICE = ROOT / "examples" / "practice"


@pytest.fixture
def folder(tmp_path):
    for name in ("payers.toml", "members.toml"):
        shutil.copy(PRACTICE / name, tmp_path / name)
    return tmp_path


def change(path, old, new):
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_the_sample_practice_has_payers_of_every_kind():
    policy = read_policy(PRACTICE, seed=7)
    kinds = [payer.kind for payer in policy.payers.values()]
    assert sorted(kinds) == sorted([*PayerKind, PayerKind.COMMERCIAL])
    assert policy.seed == 7


def test_amounts_are_cents_percents_are_decimals_and_chances_are_per_mille():
    medicare = read_policy(PRACTICE).payers["CWMCR"]
    assert medicare.fees["99213"] == 8930
    assert medicare.sequestration_percent == Decimal(2)
    assert medicare.chances[Outcome.NOT_NECESSARY] == 45


def test_members_know_what_else_covers_them_on_both_sides():
    policy = read_policy(PRACTICE)
    for member in policy.members.values():
        if member.other:
            there = policy.members[member.other.payer_id, member.other.member_id]
            assert (there.last_name, there.other.member_id) == (member.last_name, member.id)
            assert there.other.is_primary is not member.other.is_primary


def test_coverage_ends_when_it_ends():
    ended = next(member for member in read_policy(PRACTICE).members.values() if member.until)
    assert ended.is_covered_on(ended.until)
    assert not ended.is_covered_on(date.fromordinal(ended.until.toordinal() + 1))


def test_a_payer_that_nobody_knows_is_played_under_its_own_name():
    payer = read_policy(PRACTICE).payer(Party(last_name="FAR AWAY HEALTH", id="99887"))
    assert (payer.id, payer.name, payer.knows_everyone) == ("99887", "FAR AWAY HEALTH", True)


@pytest.mark.parametrize(
    ("file", "old", "new", "field"),
    [
        ("payers.toml", 'kind = "medicare"', 'kind = "medicine"', "payers.1.kind"),
        ("payers.toml", 'copay = "30.00"', 'copay = "thirty"', "payers.3.copay"),
        ("payers.toml", 'copay = "30.00"', "copay = 30.0", "payers.3.copay"),
        ("payers.toml", "days_late = 31", "days_late = -1", "payers.1.days_late"),
        ("payers.toml", "days_late = 31", "days_late = true", "payers.1.days_late"),
        ("payers.toml", "days_late = 31", "day_late = 31", "payers.1.day_late"),
        ("payers.toml", 'member_id_pattern = "BLU', 'member_id_pattern = "(BLU', "payers.3.member_id_pattern"),
        ("payers.toml", "rejected = 25", "rejected = 990", "payers.1.chances_per_mille"),
        ("payers.toml", "rejected = 25", "refused = 25", "payers.1.chances_per_mille.refused"),
        (
            "payers.toml",
            'coinsurance_percent = "20"',
            'coinsurance_percent = "120"',
            "default_payer.coinsurance_percent",
        ),
        ("members.toml", 'payer = "CWMCR"', 'payer = "NOBODY"', "members.1.payer"),
        ("members.toml", 'id = "1EG4TE5MK10"', 'id = "12"', "members.1.id"),
        ("members.toml", 'id = "1EG4TE5MK11"', 'id = "1EG4TE5MK10"', "members.2.id"),
        ("members.toml", "born = 1954-01-03", 'born = "1954-01-03"', "members.1.born"),
    ],
)
def test_what_cannot_be_used_is_named_by_file_and_field(folder, file, old, new, field):
    change(folder / file, old, new)
    with pytest.raises(InputError) as refusal:
        read_policy(folder)
    (found,) = refusal.value.findings
    assert (found.where.file, found.where.field) == (file, field)


def test_a_file_that_is_missing_or_no_toml_is_named(folder):
    (folder / "members.toml").write_text("members = [", "utf-8")
    with pytest.raises(InputError, match=r"members\.toml.*not TOML"):
        read_policy(folder)
    (folder / "members.toml").unlink()
    with pytest.raises(InputError, match=r"members\.toml.*cannot be read"):
        read_policy(folder)
