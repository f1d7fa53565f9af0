"""Homes for the commands: an empty office that is copied, and one demonstration that many tests look at."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.cli import desk

SEED, OTHER_SEED = 1, 2
ENCOUNTERS, FEW = 90, 8


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory) -> Path:
    """A folder that all processes of this test run have in common."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def empty_office(shared_folder) -> Path:
    """A home whose database is there and empty."""

    def make(folder: Path) -> None:
        assert desk.run("user", "list", home=folder / "home").status == 0

    return desk.made_once(shared_folder / "empty-office", make) / "home"


@pytest.fixture
def home(empty_office, tmp_path) -> Path:
    """A home for one test."""
    return shutil.copytree(empty_office, tmp_path / "home")


@pytest.fixture(scope="session")
def demonstrations(shared_folder, empty_office) -> dict[str, desk.Result]:
    """Three demonstrations: `first` and `twin` of one seed, a small `other` of another."""

    def make(folder: Path) -> None:
        processes = {}
        for name, encounters, seed in (
            ("first", ENCOUNTERS, SEED),
            ("twin", ENCOUNTERS, SEED),
            ("other", FEW, OTHER_SEED),
        ):
            place = shutil.copytree(empty_office, folder / name)
            words = ("demo", "--json", "--encounters", encounters, "--seed", seed)
            processes[name] = desk.start(*words, home=place)
        ended = {name: desk.wait(process, folder / name) for name, process in processes.items()}
        told = {name: (result.status, result.out, result.err) for name, result in ended.items()}
        (folder / "told.json").write_text(json.dumps(told), "utf-8")

    folder = desk.made_once(shared_folder / "demonstrations", make)
    told = json.loads((folder / "told.json").read_text("utf-8"))
    return {name: desk.Result(folder / name, *rest) for name, rest in told.items()}


@pytest.fixture(scope="session")
def demonstration(demonstrations) -> desk.Result:
    """The demonstration of `ENCOUNTERS` visits that most tests look at."""
    return demonstrations["first"]
