"""Every verb of the command: what it says, what it refuses, and with which exit status."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

import claimwright
from claimwright.cli.app import app
from claimwright.cli.samples import sample_folder
from tests.cli import desk

VERBS = (
    ("demo",),
    ("day",),
    ("serve",),
    ("check",),
    ("close",),
    ("explain",),
    ("version",),
    ("claims",),
    ("claims", "import"),
    ("era",),
    ("era", "import"),
    ("user",),
    ("user", "add"),
    ("user", "list"),
    ("files",),
    ("files", "list"),
    ("files", "save"),
    ("price",),
    ("edits",),
    ("codes",),
    *(("codes", verb) for verb in ("load", "status", "find", "withdraw", "restore", "em")),
    ("x12",),
    *(("x12", verb) for verb in ("check", "show", "rewrite", "ack", "convert", "split", "stats")),
)
PASSWORD = "a long enough password"
ALICE = ("user", "add", "alice", "--role", "biller")


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_every_verb_explains_itself(verb):
    told = CliRunner().invoke(app, [*verb, "--help"])
    assert told.exit_code == 0
    assert f"Usage: claimwright {' '.join(verb)}" in " ".join(told.output.split())


def test_every_verb_is_known_here():
    """A new verb is explained and tested like the others."""
    known = {command.callback.__name__.replace("_", "-") for command in app.registered_commands}
    groups = {group.typer_instance.info.name for group in app.registered_groups}
    assert known | groups == {verb[0] for verb in VERBS}


def test_an_unknown_verb_is_a_mistake_in_the_command(home):
    told = desk.run("dmeo", home=home)
    assert told.status == 2
    assert "dmeo" in told.err


def test_the_version_needs_no_home():
    process = desk.start("version", home=None)
    out, err = process.communicate()
    assert (process.returncode, out, err) == (0, f"{claimwright.__version__}\n", "")


# People.


def test_somebody_may_sign_in_and_is_listed(home):
    added = desk.run(*ALICE, home=home, typed=f"{PASSWORD}\n")
    assert (added.status, added.out) == (0, "alice may sign in to My practice as biller.\n"), added.err
    listed = desk.run("user", "list", home=home)
    assert (listed.status, listed.out) == (0, "practice\talice\tbiller\tactive\n")
    again = desk.run(*ALICE, home=home, typed=f"{PASSWORD}\n")
    assert (again.status, again.out) == (2, "")
    assert "There is a user 'alice' already." in again.err
    assert PASSWORD not in added.out + added.err + again.err


@pytest.mark.parametrize("typed", ["", "short\n"])
def test_a_weak_password_adds_nobody(home, typed):
    told = desk.run(*ALICE, home=home, typed=typed)
    assert (told.status, told.out) == (2, "")
    assert "assword" in told.err
    assert "Traceback" not in told.err
    assert desk.run("user", "list", home=home).out == ""


def test_a_role_that_does_not_exist_is_answered_with_those_that_do(home):
    told = desk.run("user", "add", "bob", "--role", "boss", home=home, typed=f"{PASSWORD}\n")
    assert told.status == 2
    assert "manager" in told.err


# Files.


def test_files_are_listed_as_they_went_and_came(demonstration):
    plain = desk.run("files", "list", home=demonstration.home)
    rows = desk.run("files", "list", "--json", home=demonstration.home).data
    assert plain.status == 0
    assert len(plain.out.splitlines()) == len(rows)
    assert {row["kind"] for row in rows} == {"270", "271", "276", "277", "277CA", "837P", "835", "999"}
    digests = {hashlib.sha256(data).hexdigest() for data in desk.x12_files(demonstration.home).values()}
    assert {row["sha256"] for row in rows} == digests


def test_files_are_saved_byte_for_byte(demonstration, tmp_path):
    saved = desk.run("files", "save", tmp_path / "out", home=demonstration.home)
    assert saved.status == 0
    digests = {hashlib.sha256(path.read_bytes()).hexdigest() for path in (tmp_path / "out").iterdir()}
    sent = {hashlib.sha256(data).hexdigest() for data in desk.x12_files(demonstration.home).values()}
    assert sent <= digests
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o700


def test_files_are_not_saved_where_a_file_stands(home, tmp_path):
    desk.run(*ALICE, home=home, typed=f"{PASSWORD}\n")
    (tmp_path / "taken").write_text("")
    told = desk.run("files", "save", tmp_path / "taken", home=home)
    assert (told.status, told.out) == (2, "")
    assert "cannot be written" in told.err


# A day.


def test_a_day_of_an_empty_office_is_told_and_moves_the_clock(home):
    told = desk.run("day", "--json", home=home)
    assert (told.status, told.data["charges_cents"], told.data["unexplained_cents"]) == (0, 0, 0)
    first = (home / "clock").read_text("ascii")
    assert desk.run("day", home=home).status == 0
    assert (home / "clock").read_text("ascii") > first


def test_a_day_needs_payers_that_can_be_read(home, tmp_path):
    told = desk.run("day", "--payers", tmp_path / "nobody", home=home)
    assert (told.status, told.out) == (2, "")
    assert "payers.toml" in told.err
    assert "Traceback" not in told.err


@pytest.mark.parametrize("name", ["practice.toml", "patients.toml", "payers.toml"])
def test_a_sample_that_cannot_be_read_is_named_and_leaves_the_home_free(home, tmp_path, name):
    sample = shutil.copytree(sample_folder(), tmp_path / "sample")
    (sample / name).write_text("this is = not [toml")
    told = desk.run("demo", "--sample", sample, home=home)
    assert (told.status, told.out) == (2, "")
    assert name in told.err
    assert "Traceback" not in told.err
    assert not (home / "clock").exists()


# Closing.


def test_a_month_is_looked_at_closed_and_opened_again(home):
    seen = desk.run("close", "2025-12", "--preview", home=home)
    assert (seen.status, seen.err) == (0, "")
    assert "Receivables after" in seen.out
    told = desk.run("close", "2025-12", home=home)
    assert told.status == 0
    assert told.out.endswith("2025-12 is closed.\n")
    again = desk.run("close", "2025-12", "--json", home=home)
    assert (again.status, again.out) == (2, "")
    assert "2025-12 is closed already" in again.err
    assert any("2025-12\tclosed" in line for line in desk.run("close", home=home).out.splitlines())
    unexplained = desk.run("close", "2025-12", "--reopen", home=home)
    assert (unexplained.status, unexplained.out) == (2, "")
    opened = desk.run("close", "2025-12", "--reopen", "--because", "a charge was forgotten", home=home)
    assert (opened.status, opened.out) == (0, "2025-12 is open again.\n")


def test_the_closing_report_is_told_as_data(home):
    seen = desk.run("close", "2025-12", "--preview", "--json", home=home).data
    assert (seen["entries"], seen["findings"]) == (0, [])
    report = desk.run("close", "2025-12", "--json", home=home).data
    assert report == {name: value for name, value in seen.items() if name != "findings"}
    months = desk.run("close", "--json", home=home).data
    assert months[0] == {"month": "2025-12", "closed": True, "over": True}


def test_what_is_no_month_is_refused(home):
    told = desk.run("close", "December", home=home)
    assert (told.status, told.out) == (2, "")
    assert "write it as 2026-01" in told.err


# The home.


def test_a_new_home_is_made_for_its_owner_only(tmp_path):
    home = tmp_path / "deep" / "home"
    assert desk.run("check", home=home).status == 0
    for path in (home, home / "keys"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "keys" / "database").stat().st_mode) == 0o600


def test_a_home_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "home").write_text("not a folder")
    told = desk.run("check", home=tmp_path / "home")
    assert (told.status, told.out) == (2, "")
    assert "cannot be used as a home" in told.err
    assert "--home" in told.err
    assert "Traceback" not in told.err


def test_a_missing_key_is_named_and_no_new_one_is_made(home):
    key = home / "keys" / "database"
    key.unlink()
    told = desk.run("check", home=home)
    assert (told.status, told.out) == (2, "")
    assert str(key) in told.err
    assert "backup" in told.err
    assert not key.exists()


@pytest.mark.parametrize("wrong", ["0" * 64, "no key at all", ""])
def test_a_wrong_key_opens_nothing_and_harms_nothing(home, wrong):
    pytest.importorskip("sqlcipher3", reason="without sqlcipher3 the embedded database has no key")
    key = home / "keys" / "database"
    right, before = key.read_text("ascii"), (home / "office.sqlite3").read_bytes()
    key.write_text(wrong, "ascii")
    told = desk.run("check", home=home)
    assert (told.status, told.out) == (2, "")
    assert "Traceback" not in told.err
    assert "key" in told.err
    assert (home / "office.sqlite3").read_bytes() == before
    key.write_text(right, "ascii")
    assert desk.run("check", home=home).status == 0


def test_a_damaged_database_is_told(home):
    (home / "office.sqlite3").write_bytes(os.urandom(8192))
    told = desk.run("check", "--json", home=home)
    assert (told.status, told.out) == (2, "")
    assert "cannot be opened" in told.err
    assert "Traceback" not in told.err


def test_a_check_tells_findings_with_status_one(demonstration, tmp_path):
    """Somebody with the key changes a byte of a stored file behind the office's back."""
    sqlcipher3 = pytest.importorskip("sqlcipher3", reason="the embedded database is not here (sqlcipher3)")
    home = Path(shutil.copytree(demonstration.home, tmp_path / "home"))
    database = sqlcipher3.connect(str(home / "office.sqlite3"))
    database.execute(f"PRAGMA key = \"x'{(home / 'keys' / 'database').read_text('ascii').strip()}'\"")
    guards = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'core_storedfile'")
    for (guard,) in guards.fetchall():
        database.execute(f'DROP TRIGGER "{guard}"')
    database.execute("UPDATE core_storedfile SET content = zeroblob(size_bytes) WHERE id = 1")
    database.commit()
    database.close()
    told = desk.run("check", "--json", home=home)
    assert told.status == 1
    assert [finding["code"] for finding in json.loads(told.out)["findings"]] == ["CHK-FIL-001"]
