"""The code sets of this office: one file in its home, one library for every thread of this process."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

from claimwright.clock import SystemClock
from claimwright.codesets.library import CodeLibrary
from claimwright.codesets.releases import CodeStore, open_store
from claimwright.office.core.home import Home

FILE_NAME = "codes.sqlite3"


def store_path() -> Path:
    """Where the office keeps its code sets."""
    return Home.current().path / FILE_NAME


def open_codes() -> CodeStore:
    """The store, for loading and looking at releases; a new one begins with what comes with claimwright."""
    return open_store(store_path(), SystemClock())


def library() -> CodeLibrary:
    """The library of the office, with whatever was loaded last."""
    found = _library(store_path())
    if found.refresh():
        _first_day.cache_clear()
    return found


def first_day(code_set: str) -> date | None:
    """The first day for which the set is loaded; None when it is not loaded at all."""
    library()
    return _first_day(store_path(), code_set)


@cache
def _first_day(path: Path, code_set: str) -> date | None:
    with CodeStore(path) as store:
        days = (one.effective_date for one in store.releases(code_set) if not one.is_withdrawn)
        return min(days, default=None)


@cache
def _library(path: Path) -> CodeLibrary:
    return CodeLibrary(open_store(path, SystemClock()))
