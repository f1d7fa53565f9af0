"""The code sets of the office: what is loaded, from which day it holds, where it came from; loading and taking back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from claimwright.codesets.releases import CODE_SETS, CodeSet, Release
from claimwright.errors import ConflictError, InputError
from claimwright.office.core import clock, codesets
from claimwright.office.core.access import Permission
from claimwright.office.core.loading import (
    LOAD,
    Incoming,
    LoadingWish,
    ask_again,
    ask_for_loading,
    read_loading,
    restore_release,
    start_waiting,
    withdraw_release,
)
from claimwright.office.core.models import Job
from claimwright.office.web.acting import act
from claimwright.office.web.allowing import allow
from claimwright.office.web.days import read_day
from claimwright.office.web.middleware import OfficeRequest

LOADS_SHOWN = 8

REMEDIES: Mapping[str, str] = MappingProxyType(
    {
        "LOAD-LICENCE": "If you hold the licence, tick so below and load again.",
        "LOAD-WHICH": "Choose below which set it is and load again.",
        "LOAD-DATE": "Write below the first day of the release, as its publisher's page says, and load again.",
        "LOAD-FEWER": "If the file is whole all the same, tick so below and load again.",
    }
)
"""What to do on this page; other refusals say it themselves."""


@dataclass(frozen=True, slots=True)
class Row:
    """A code set with the release in force today and the others."""

    code_set: CodeSet
    in_force: Release | None
    others: tuple[Release, ...]


@allow(Permission.SEE_CLAIMS, Permission.LOAD_CODES)
def list_sets(request: OfficeRequest) -> HttpResponse:
    """Every code set: loaded or not, from which day, from whom."""
    return _list(request)


def _list(request: OfficeRequest, *, status: int = 200, **said: Any) -> HttpResponse:
    today = clock.today()
    with codesets.open_codes() as store:
        by_set: dict[str, list[Release]] = {}
        for release in store.releases():
            by_set.setdefault(release.code_set, []).append(release)
        in_force = {name: store.release_on(name, today) for name in by_set}
    rows = [
        Row(
            code_set,
            in_force.get(name),
            tuple(one for one in by_set.get(name, ()) if one != in_force.get(name)),
        )
        for name, code_set in CODE_SETS.items()
    ]
    can_load = Permission.LOAD_CODES in request.allowed
    context = {
        "section": "code-sets",
        "rows": rows,
        "loaded": sum(row.in_force is not None for row in rows),
        "loads": [read_loading(job) for job in _jobs(request)[:LOADS_SHOWN]] if can_load else [],
        "can_load": can_load,
        "sets": CODE_SETS.values(),
        "wish": LoadingWish(),
        **said,
    }
    return render(request, "web/code_sets.html", context, status=status)


@allow(Permission.LOAD_CODES, post=True)
def load(request: OfficeRequest) -> HttpResponse:
    """Take files to be loaded in the background."""
    uploads = [one for one in request.FILES.getlist("files") if isinstance(one, UploadedFile)]
    files = [Incoming(one.name or "file", one.chunks()) for one in uploads]
    try:
        wish = _wish(request)
        job = ask_for_loading(files, wish)
    except InputError as refused:
        return _list(request, status=422, error=str(refused), typed_day=request.POST.get("effective", ""))
    return redirect("code-sets-loading", job.pk)


@allow(Permission.LOAD_CODES)
def show_loading(request: OfficeRequest, job_id: int) -> HttpResponse:
    """How far a job is, what it changed or why it was refused; `?part=1` only the part that changes."""
    found = read_loading(_job(request, job_id))
    refusals = [{**one, "hint": REMEDIES.get(one["code"], one["hint"])} for one in found.refusals]
    context = {
        "section": "code-sets",
        "loading": found,
        "refusals": refusals,
        "wish": found.wish,
        "sets": CODE_SETS.values(),
        "wanted": CODE_SETS.get(found.wish.code_set),
    }
    return render(request, "web/parts/loading.html" if "part" in request.GET else "web/loading.html", context)


@allow(Permission.LOAD_CODES, post=True)
def again(request: OfficeRequest, job_id: int) -> HttpResponse:
    """Take the files of a refused job with other options; start one that waits since the office was last started."""
    job = _job(request, job_id)
    if job.state in (Job.State.WAITING, Job.State.LEASED):
        start_waiting()
        return redirect("code-sets-loading", job.pk)
    try:
        job = ask_again(job, _wish(request))
    except (ConflictError, InputError) as refused:
        messages.error(request, str(refused))
    return redirect("code-sets-loading", job.pk)


@allow(Permission.LOAD_CODES, post=True)
def withdraw(request: OfficeRequest, release_id: int) -> HttpResponse:
    """Take a release out of force; asks why."""
    why = request.POST.get("reason", "")
    act(request, lambda: withdraw_release(release_id, why=why), "Withdrawn: the release before it answers again.")
    return redirect("code-sets")


@allow(Permission.LOAD_CODES, post=True)
def restore(request: OfficeRequest, release_id: int) -> HttpResponse:
    """Put a withdrawn release in force again; asks why."""
    why = request.POST.get("reason", "")
    act(request, lambda: restore_release(release_id, why=why), "In force again.")
    return redirect("code-sets")


def _wish(request: OfficeRequest) -> LoadingWish:
    """The options of the form. Raises `InputError` for a day that is none."""
    text = request.POST.get("effective", "").strip()
    day = read_day(text, clock.today()) if text else None
    if text and day is None:
        raise InputError("Write the first day as 2026-01-31 or 1/31/26.")
    wanted = request.POST.get("code_set", "")
    return LoadingWish(
        day.isoformat() if day else "",
        wanted if wanted in CODE_SETS else "",
        accept_fewer=bool(request.POST.get("accept_fewer")),
        is_licensed=bool(request.POST.get("licensed")),
    )


def _jobs(request: OfficeRequest) -> Any:
    return Job.objects.filter(client=request.client, kind=LOAD).order_by("-pk")


def _job(request: OfficeRequest, job_id: int) -> Job:
    job: Job = get_object_or_404(_jobs(request), pk=job_id)
    return job
