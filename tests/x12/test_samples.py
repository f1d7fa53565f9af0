"""Real files, written by nobody here: all are read, all come back byte for byte, the clean ones are called clean."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from claimwright import x12
from claimwright.x12.guides import guide_names, load_guide


def _manifest(samples: Path) -> list[dict[str, str]]:
    with (samples / "MANIFEST.tsv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


def test_every_file_comes_back_byte_for_byte(samples):
    for row in _manifest(samples):
        data = (samples / row["path"]).read_bytes()
        assert x12.read(data).rewrite() == data, row["path"]


def test_every_file_with_an_envelope_gives_sets_or_an_error(samples):
    for row in _manifest(samples):
        reading = x12.read((samples / row["path"]).read_bytes())
        assert list(reading.sets()) or not reading.accepted or reading.interchanges[0].acks, row["path"]


def test_what_two_other_engines_and_the_envelope_check_call_clean_is_clean(samples):
    """The no-excuse set: pyx12, stupidedi (independent guides) and counts agree. Where we have no guide, we say so."""
    judged = 0
    for row in _manifest(samples):
        if row["pyx12"] in ("ok", "ok+noack") and row["stupidedi"] == "ok" and row["env"] == "ok":
            reading = x12.read((samples / row["path"]).read_bytes())
            assert [str(found) for found in reading.findings if found.severity == "error"] == [], row["path"]
            judged += all(found.guide for found in reading.sets())
    assert judged >= 36


def test_professional_claims_that_pyx12_accepts_are_accepted(samples):
    judged = 0
    for row in _manifest(samples):
        if row["transaction_set"] == "837P" and row["pyx12"].startswith("ok"):
            reading = x12.read((samples / row["path"]).read_bytes())
            assert all(found.guide for found in reading.sets()), row["path"]
            assert reading.accepted, row["path"]
            judged += 1
    assert judged >= 7


@pytest.mark.parametrize("name", guide_names())
def test_a_guide_answers_to_the_versions_it_names(name):
    guide = load_guide(name)

    assert guide.version in guide.versions
    for version in guide.versions:
        assert x12.find_guide(guide.set_code, version) is guide
