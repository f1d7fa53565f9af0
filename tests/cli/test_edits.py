"""`claimwright edits`: what the edits and rules of one's own say about a file, and with which exit status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from claimwright.cli.app import run
from tests.edits.written.rules import MODIFIER_25
from tests.x12.files import CLAIM, PAYMENT, file_of

WARNING = """
[[rule]]
name = "Look at it"
catches = ["99213"]
passes = ["99214"]
when = { codes = "99213" }
then = { warn = true }
"""


@pytest.fixture
def tell(capsys, tmp_path, monkeypatch):
    """Runs a verb of `claimwright edits` in this process: its exit status, standard output and error."""
    monkeypatch.chdir(tmp_path)

    def tell(*words: object) -> tuple[int, str, str]:
        status = run(["edits", *map(str, words)])
        out, err = capsys.readouterr()
        return status, out, err

    return tell


@pytest.fixture
def claims(tmp_path) -> Path:
    path = tmp_path / "claims.837"
    path.write_bytes(file_of("837", CLAIM, CLAIM.replace("CLAIM1", "CLAIM2")))
    return path


def rules(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "rules.toml"
    path.write_text(text)
    return path


def test_a_rule_of_ones_own_is_asked_with_the_edits(tell, claims, tmp_path):
    code = CLAIM.split("SV1*HC:")[1][:5]
    own = rules(tmp_path, WARNING.replace('codes = "99213"', f'codes = "{code}"'))
    status, out, _ = tell("run", claims, "--rules", own, "--codes", tmp_path / "codes.sqlite3", "--on", "2026-01-05")
    assert out.count("warning RULE-look-at-it at lines.1.procedure.code") == 2
    assert f"Look at it: {code} is worth a look before it is sent." in out
    assert "2 claims:" in out
    assert status == int("error" in out)


def test_a_claim_that_a_rule_stops_makes_status_1(tell, claims, tmp_path):
    own = rules(tmp_path, WARNING.replace("warn", "forbid").replace('when = { codes = "99213" }\n', ""))
    status, out, _ = tell("run", claims, "--rules", own, "--codes", tmp_path / "codes.sqlite3", "--json")
    assert status == 1
    told = [json.loads(line) for line in out.splitlines()]
    assert [one["claim"] for one in told] == ["CLAIM1", "CLAIM2"]
    assert all(any(found["code"] == "RULE-look-at-it" for found in one["findings"]) for one in told)


def test_a_file_without_claims_is_not_usable(tell, tmp_path):
    path = tmp_path / "payment.835"
    path.write_bytes(file_of("835", PAYMENT))
    status, _, err = tell("run", path, "--codes", tmp_path / "codes.sqlite3")
    assert status == 2
    assert "holds no claims" in err


def test_rules_that_pass_their_own_tests_are_told_so(tell, tmp_path):
    status, out, _ = tell("rules", "check", rules(tmp_path, MODIFIER_25))
    assert status == 0
    assert "passes its 5 tests" in out


def test_a_rule_that_fails_its_tests_makes_status_1_and_says_which(tell, tmp_path):
    own = rules(tmp_path, MODIFIER_25.replace('"99213-25; J1885"', '"99213; 96372"'))
    status, out, _ = tell("rules", "check", own)
    assert status == 1
    assert "fails its 5 tests" in out
    assert "WRITTEN-012 at passes.1" in out
    status, out, _ = tell("rules", "check", own, "--json")
    assert [found["code"] for found in json.loads(out)[0]["findings"]] == ["WRITTEN-012"]
    assert status == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[rule]]\nname = ", "WRITTEN-001"),
        (MODIFIER_25.replace("99202-99215", "99215-99202"), "WRITTEN-003"),
        ("", "holds no rule"),
    ],
)
def test_rules_that_cannot_be_read_make_status_2(tell, tmp_path, claims, text, said):
    own = rules(tmp_path, text)
    for words in (("rules", "check", own), ("run", claims, "--rules", own)):
        status, _, err = tell(*words)
        assert status == 2
        assert said in err


def test_a_file_of_rules_that_is_not_there_is_said_so(tell, tmp_path):
    status, _, err = tell("rules", "check", tmp_path / "none.toml")
    assert status == 2
    assert "No such file" in err
