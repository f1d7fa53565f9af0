"""What an installation brings: everything that the repository has, and nothing that the library does not need."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from claimwright.cli import main

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "claimwright"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> zipfile.ZipFile:
    """The wheel, built as pip builds it, from a copy so that nothing is left in the tree."""
    folder = tmp_path_factory.mktemp("packaging")
    for name in ("src", "examples"):
        shutil.copytree(
            ROOT / name, folder / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info")
        )
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    build = "import setuptools.build_meta as backend; backend.build_wheel('.')"
    done = subprocess.run([sys.executable, "-c", build], cwd=folder, capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr
    return zipfile.ZipFile(next(folder.glob("*.whl")))


def test_the_wheel_brings_every_file_of_the_package(wheel):
    there = {
        path.relative_to(SOURCE.parent).as_posix()
        for folder, _, names in os.walk(SOURCE, followlinks=True)
        for path in (Path(folder) / name for name in names)
        if path.parent.name != "__pycache__"
        and not path.name.startswith(".")
        and path.suffix not in (".c", ".h", ".so")
    }

    assert there - set(wheel.namelist()) == set()


def test_the_wheel_brings_the_sample_practice(wheel):
    sample = wheel.read("claimwright/examples/practice/practice.toml")

    assert sample == (ROOT / "examples/practice/practice.toml").read_bytes()


def test_the_library_is_used_without_the_packages_of_the_office():
    code = """
import sys
for name in ("django", "typer", "rich", "asyncssh", "reportlab", "sqlcipher3", "psycopg"):
    sys.modules[name] = None
from claimwright import codesets, denials, documents, edits, pricing, remittance, simulator, x12
documents.read_claims, documents.write_remittance, simulator.read_policy
print(len(x12.read(b"").findings))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "1\n"


def test_a_command_without_its_packages_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "claimwright.cli.app", None)
    monkeypatch.delitem(sys.modules, "claimwright.cli.app")
    monkeypatch.setitem(sys.modules, "typer", None)

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 2
    assert "pip install 'claimwright[office]'" in capsys.readouterr().err
