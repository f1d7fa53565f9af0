"""`claimwright codes`: load a release, see it, take it back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli import desk

PLACES = "pos_code,pos_type,pos_name,pos_description\n11,Non-Facility,Office,x\n21,Facility,Inpatient Hospital,x\n"


@pytest.fixture
def places(tmp_path: Path) -> Path:
    path = tmp_path / "places.csv"
    path.write_text(PLACES)
    return path


def codes(tmp_path: Path, *words: str):
    return desk.run("codes", *words, home=tmp_path)


def placed(tmp_path: Path) -> list[dict[str, object]]:
    return json.loads(codes(tmp_path, "status", "--json").out)["places"]


def test_a_release_is_loaded_shown_withdrawn_and_restored(tmp_path: Path, places: Path) -> None:
    words = ("load", str(places), "--effective", "2026-07-01", "--accept-fewer")
    assert "2 rows, in force from 2026-07-01" in codes(tmp_path, *words).out
    assert "in force  places.csv" in codes(tmp_path, "status").out
    (number,) = [str(one["release"]) for one in placed(tmp_path) if one["source"] == "places.csv"]
    assert codes(tmp_path, "withdraw", number).status == 0
    assert placed(tmp_path)[0]["is_withdrawn"]
    assert codes(tmp_path, "restore", number).status == 0
    assert not placed(tmp_path)[0]["is_withdrawn"]


def test_a_new_store_begins_with_what_comes_with_claimwright(tmp_path: Path) -> None:
    loaded = json.loads(codes(tmp_path, "status", "--json").out)
    assert loaded["icd10cm"][0]["rows"] > 120_000
    assert loaded["hcpcs"][0]["rows"] > 20_000
    assert loaded["cpt"] == loaded["ptp-practitioner"] == []


def test_a_file_that_is_refused_says_why_and_what_to_do(tmp_path: Path, places: Path) -> None:
    places.write_text(PLACES.replace("pos_type", "kind"))
    refused = codes(tmp_path, "load", str(places), "--effective", "2026-07-01")
    assert refused.status == 2
    assert "does not know the column 'kind' and misses 'pos_type'" in refused.err
    assert "nothing was loaded" in refused.err


def test_a_release_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "There is no release 77" in codes(tmp_path, "withdraw", "77").err


def test_codes_are_found_by_what_people_type(tmp_path: Path) -> None:
    assert codes(tmp_path, "find", "copd", "--on", "2026-05-01").out.startswith("J449 ")
    assert "Nothing was found" in codes(tmp_path, "find", "zzzzqqq").err
