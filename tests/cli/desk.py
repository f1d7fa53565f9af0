"""The command as somebody at a desk runs it: a process of its own, which knows nothing of the tests' environment."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COMMAND = Path(sys.executable).with_name("claimwright")
LONG_S = 540


@dataclass(frozen=True)
class Result:
    """What a command left behind."""

    home: Path
    status: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """The JSON on its standard output, which must hold nothing else."""
        return json.loads(self.out)


def start(*words: object, home: Path | None) -> subprocess.Popen[str]:
    """Start a command and do not wait for it."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("CLAIMWRIGHT_", "DJANGO_", "PYTEST_"))
    }
    place = ["--home", str(home)] if home is not None else []
    return subprocess.Popen(
        [str(COMMAND), *map(str, words), *place],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )


def wait(process: subprocess.Popen[str], home: Path, typed: str = "") -> Result:
    """Wait for a command to end; `typed` is what it reads on its standard input."""
    out, err = process.communicate(typed, timeout=LONG_S)
    return Result(home, process.returncode, out, err)


def run(*words: object, home: Path, typed: str = "") -> Result:
    """Run a command in a home."""
    return wait(start(*words, home=home), home, typed)


def x12_files(home: Path) -> dict[str, bytes]:
    """Everything that was sent and received in a demonstration, by folder and name."""
    paths = sorted([*home.glob("files/sent/*"), *home.glob("files/received/*")])
    return {f"{path.parent.name}/{path.name}": path.read_bytes() for path in paths}


def made_once(folder: Path, make: Callable[[Path], None]) -> Path:
    """A folder that is made by whichever process of the test run comes first; the others wait for it."""
    with _locked(folder.with_suffix(".lock")):
        if not folder.exists():
            draft = folder.with_suffix(".draft")
            shutil.rmtree(draft, ignore_errors=True)
            draft.mkdir(parents=True)
            make(draft)
            draft.rename(folder)
    return folder


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
