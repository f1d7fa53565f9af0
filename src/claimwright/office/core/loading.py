"""Loading code sets in the background: the files wait in a folder of the home, a job reads them and says how far it is.

    job = ask_for_loading(files, LoadingWish(...))     written down, then done by a thread of this process
    read_loading(job)                                  Loading: how far it is, what changed, or why it was refused

Files of public tables only; nothing in them is about a patient. The job belongs to the practice of whoever asked, the
code sets to the whole office. A worker that dies leaves the job to `work_waiting`, which does it again: a release is
loaded whole or not at all, and one that is in already is said to be.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.db import connection, transaction

from claimwright.clock import SystemClock
from claimwright.codesets.layouts import LAYOUTS
from claimwright.codesets.releases import CODE_SETS, CodeStore, LoadReport, Release, Source, load
from claimwright.errors import ClaimwrightError, ConflictError, InputError
from claimwright.office.core import audit, clock, codesets, jobs
from claimwright.office.core.home import Home
from claimwright.office.core.models import Job, User
from claimwright.office.core.scope import client_scope, required_client_id

LOAD = "load-code-sets"
FILES_MAX = 20
MENDABLE = frozenset(("LOAD-LICENCE", "LOAD-WHICH", "LOAD-DATE", "LOAD-FEWER"))
"""Refusals that another option would lift; the files are kept for it."""

_EXAMPLES = 12
_one_at_a_time = threading.Lock()
_CLOCK = SystemClock()
_SAID_MAX = 300


@dataclass(frozen=True, slots=True)
class LoadingWish:
    """How the files are to be taken: the options of `codes load`. Empty: as the files say."""

    effective_date: str = ""
    code_set: str = ""
    accept_fewer: bool = False
    is_licensed: bool = False


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file that somebody handed over, in pieces."""

    name: str
    pieces: Iterable[bytes]


@dataclass(frozen=True, slots=True)
class Loading:
    """A job of loading as it stands: `reports` as of `report_data`, `refusals` rows of what, where and remedy."""

    id: int
    state: str
    files: tuple[str, ...]
    wish: LoadingWish
    table: str
    rows: int
    reports: tuple[dict[str, Any], ...]
    refusals: tuple[dict[str, str], ...]
    error: str
    asked_by: str

    @property
    def is_mendable(self) -> bool:
        """Whether another option would lift the refusal."""
        return bool({one["code"] for one in self.refusals} & MENDABLE)

    @property
    def is_running(self) -> bool:
        return self.state in (Job.State.WAITING, Job.State.LEASED)


def ask_for_loading(files: Sequence[Incoming], wish: LoadingWish) -> Job:
    """Put the files aside and write the job down; it starts when the transaction is through.

    Raises `InputError` for no files, too many, or a date that is none.
    """
    if not files:
        raise InputError("Choose the publisher's files first.")
    if len(files) > FILES_MAX:
        raise InputError(f"At most {FILES_MAX} files at once.")
    if wish.effective_date:
        _day(wish.effective_date)
    folder = _incoming() / uuid4().hex
    folder.mkdir(parents=True, mode=0o700)
    names = []
    for number, file in enumerate(files):
        name = Path(file.name).name[:120].strip(".") or "file"
        (folder / str(number)).mkdir()
        with (folder / str(number) / name).open("wb") as kept:
            kept.writelines(file.pieces)
        names.append(name)
    return _write_down(folder.name, names, wish)


def ask_again(job: Job, wish: LoadingWish) -> Job:
    """Let the files of a refused job be taken with other options.

    Raises `ConflictError` when the job was not refused, or its files are gone.
    """
    if job.state != Job.State.FAILED or not (_incoming() / job.payload["folder"]).exists():
        raise ConflictError("These files are no longer here. Choose them again.")
    if wish.effective_date:
        _day(wish.effective_date)
    return _write_down(job.payload["folder"], job.payload["files"], wish)


def start_waiting() -> None:
    """Let a thread of this process do what waits: what was written down before the office was last started."""
    client_id = required_client_id()
    transaction.on_commit(lambda: _start(client_id))


def _write_down(folder: str, names: Sequence[str], wish: LoadingWish) -> Job:
    payload = {"folder": folder, "files": list(names), "user": audit.current_actor_id(), **asdict(wish)}
    job = jobs.enqueue(LOAD, key=uuid4().hex, payload=payload)
    audit.record("codes.load.ask", f"job {job.pk}", files=" ".join(names)[:_SAID_MAX])
    start_waiting()
    return job


def work_waiting() -> int:
    """Load what waits for the scope's client; how many jobs were done."""
    return jobs.run_due(kinds=[LOAD])


@jobs.handler(LOAD)
def load_files(job: Job) -> None:
    """Load the files of a job. What is refused is kept with its findings; the release in force stays."""
    folder, wish = _incoming() / job.payload["folder"], _wish(job.payload)
    user = User.objects.filter(pk=job.payload["user"]).first()
    try:
        paths = (folder / str(number) / name for number, name in enumerate(job.payload["files"]))
        sources = [source for path in paths for source in _sources(path)]
        with codesets.open_codes() as store:
            reports = load(
                store,
                sources,
                clock=_CLOCK,
                layouts=LAYOUTS,
                code_set=wish.code_set,
                effective_date=_day(wish.effective_date) if wish.effective_date else None,
                accept_fewer=wish.accept_fewer,
                is_licensed=wish.is_licensed,
                progress=lambda table, rows: _tell(job, table=table, rows=rows),
            )
    except ClaimwrightError as refused:
        _tell(job, refusals=_refusals(refused))
        with audit.acting_as(user, source="job"):
            audit.record("codes.load.refused", f"job {job.pk}")
        if not {one["code"] for one in job.payload["refusals"]} & MENDABLE:
            shutil.rmtree(folder, ignore_errors=True)
        raise
    shutil.rmtree(folder, ignore_errors=True)
    _tell(job, reports=[report_data(report) for report in reports])
    with audit.acting_as(user, source="job"):
        for report in reports:
            audit.record("codes.load", f"release {report.release.id}", sha256=report.release.sha256)


def read_loading(job: Job) -> Loading:
    """A job of loading as it stands."""
    said = job.payload
    user = User.objects.filter(pk=said["user"]).first()
    return Loading(
        job.pk,
        job.state,
        tuple(said["files"]),
        _wish(said),
        said.get("table", ""),
        said.get("rows", 0),
        tuple(said.get("reports", ())),
        tuple(said.get("refusals", ())),
        job.error,
        (user.get_short_name() or user.username) if user else "",
    )


def report_data(report: LoadReport) -> dict[str, Any]:
    """A report as plain data: the release, the one before it, and for each table counts and examples of its changes."""
    changes = [
        {
            "table": table.table,
            **{
                kind: {"count": len(keys), "examples": [" ".join(map(str, key)) for key in keys[:_EXAMPLES]]}
                for kind, keys in (("added", table.added), ("dropped", table.dropped), ("changed", table.changed))
            },
        }
        for table in report.changes
    ]
    release, before = report.release, report.before
    return {
        "release": release.id,
        "title": CODE_SETS[release.code_set].title,
        "effective_date": release.effective_date.isoformat(),
        "rows": release.row_count,
        "layouts": list(report.layouts),
        "before": {"effective_date": before.effective_date.isoformat(), "rows": before.row_count} if before else None,
        "changes": changes,
    }


def withdraw_release(number: int, *, why: str) -> Release:
    """Take a release out of force. Raises `InputError` when no reason is given or there is no such release."""
    return _set_withdrawn(number, why, is_withdrawn=True)


def restore_release(number: int, *, why: str) -> Release:
    """Put a withdrawn release in force again. Raises as `withdraw_release`."""
    return _set_withdrawn(number, why, is_withdrawn=False)


def _set_withdrawn(number: int, why: str, *, is_withdrawn: bool) -> Release:
    if not why.strip():
        raise InputError("Say why, so that the next person knows.")
    with codesets.open_codes() as store:
        release = _release(store, number)
        if release.is_withdrawn == is_withdrawn:
            raise ConflictError(f"Release {number} is {'withdrawn' if is_withdrawn else 'in force'} already.")
        (store.withdraw if is_withdrawn else store.restore)(release)
    action = "codes.withdraw" if is_withdrawn else "codes.restore"
    audit.record(action, f"release {number}", code_set=release.code_set, why=why.strip()[:200])
    return release


def _release(store: CodeStore, number: int) -> Release:
    found = next((one for one in store.releases() if one.id == number), None)
    if found is None:
        raise InputError(f"There is no release {number}.")
    return found


def _incoming() -> Path:
    return Home.current().path / "incoming-codes"


def _sources(path: Path) -> tuple[Source, ...]:
    """The tables of a file that was put aside."""
    if not path.exists():
        raise InputError(f"{path.name} is no longer here. Choose the files again.")
    return Source.open(path)


def _refusals(refused: ClaimwrightError) -> list[dict[str, str]]:
    findings = getattr(refused, "findings", ())
    rows = [{"code": one.code, "message": one.message, "hint": one.hint, "where": str(one.where)} for one in findings]
    return rows or [{"code": "", "message": str(refused), "hint": "", "where": ""}]


def _tell(job: Job, **said: Any) -> None:
    """Write down how far a job is, and keep its lease."""
    job.payload = {**job.payload, **said}
    leased_until = clock.now() + jobs.LEASE
    Job.objects.filter(pk=job.pk).update(payload=job.payload, leased_until=leased_until)


def _wish(payload: dict[str, Any]) -> LoadingWish:
    return LoadingWish(*(payload[name] for name in ("effective_date", "code_set", "accept_fewer", "is_licensed")))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError("Write the day as 2026-01-31.") from error


def _start(client_id: int) -> None:
    threading.Thread(target=_work, args=(client_id,), name=LOAD, daemon=True).start()


def _work(client_id: int) -> None:
    try:
        with _one_at_a_time, client_scope(client_id):
            work_waiting()
    finally:
        connection.close()
