"""A private PostgreSQL server for tests: started in a folder of its own, on this machine only, thrown away afterwards.

    python -m tests.postgresql COMMAND ...    run a command with CLAIMWRIGHT_DATABASE_URL set to such a server

Exit status 0 with a plain word on stderr when PostgreSQL is not installed: the command is then not run.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from glob import glob
from pathlib import Path

ABSENT = (
    "PostgreSQL is not installed here (no initdb found): what needs it is skipped. "
    "On Debian: apt-get install postgresql"
)

_RUNUSER = shutil.which("runuser") or "/usr/sbin/runuser"  # root's PATH does not always hold it


def binaries() -> Path | None:
    """The folder of `initdb` and `pg_ctl`, None when PostgreSQL is not installed."""
    found = shutil.which("initdb")
    places = [Path(found).resolve().parent] if found else []
    places += [Path(folder) for folder in sorted(glob("/usr/lib/postgresql/*/bin"), reverse=True)]
    return next((place for place in places if (place / "initdb").exists()), None)


@contextmanager
def server() -> Iterator[str]:
    """A running server; gives the URL of its empty database."""
    place = binaries()
    if place is None:
        raise RuntimeError(ABSENT)
    folder = Path(tempfile.mkdtemp(prefix="claimwright-postgresql-"))
    folder.chmod(0o755)
    # The server refuses to run as root.
    as_owner = [_RUNUSER, "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_owner:
        shutil.chown(folder, "postgres")
    data, port = folder / "data", _free_port()
    _run(
        [*as_owner, place / "initdb", "-D", data, "-U", "claimwright", "-A", "trust", "--locale=C.UTF-8", "-E", "UTF8"]
    )
    options = f"-p {port} -h 127.0.0.1 -k {folder}"
    control = [*as_owner, place / "pg_ctl", "-D", data, "-w"]
    try:
        _run([*control, "-l", folder / "log", "-o", options, "start"])
        yield f"postgresql://claimwright@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*map(str, control), "-m", "immediate", "stop"], stdout=subprocess.DEVNULL, check=False, cwd="/")
        shutil.rmtree(folder, ignore_errors=True)


def _run(command: list[str | Path]) -> None:
    subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL, cwd="/")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main(command: list[str]) -> int:
    """Run the command with a server; its exit status."""
    if binaries() is None:
        sys.stderr.write(f"SKIPPED {' '.join(command)}: {ABSENT}\n")
        return 0
    with server() as url:
        return subprocess.run(command, env={**os.environ, "CLAIMWRIGHT_DATABASE_URL": url}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
