"""A real browser at a real server: headless Chromium, the office with its small world, and a watch on what goes wrong.

Skipped, with the reason said, where Chromium is not installed.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest

from tests.office.web.world import World, build_world

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ABSENT = "Chromium is not installed here (no `chromium` found): browser journeys are skipped. apt-get install chromium"
PASSWORD = "correct horse battery"
_GUARDED = ("core", "ledger")


@pytest.fixture(autouse=True, scope="session")
def chromium() -> None:
    """Playwright keeps an event loop running, which Django takes for asynchronous code."""
    if CHROMIUM is None:
        pytest.skip(ABSENT)
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    flags = ("no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking",
             "disable-component-update", "disable-sync")  # fmt: skip
    return {"executable_path": CHROMIUM, "headless": True, "args": [f"--{flag}" for flag in flags]}


@pytest.fixture
def emptied_afterwards(transactional_db) -> Iterator[None]:
    """Live servers see committed data only, so the database is emptied after the test; the guards that refuse to
    delete the ledger and the audit trail are lifted for that moment."""
    yield
    from django.core.management import call_command
    from django.db import connection

    migrations = [import_module(f"claimwright.office.{room}.migrations.0002_guards") for room in _GUARDED]
    editor = SimpleNamespace(connection=connection)
    for migration in migrations:
        migration.lift_guards(None, editor)
    call_command("flush", verbosity=0, interactive=False)
    for migration in migrations:
        migration.set_guards(None, editor)


@pytest.fixture
def world(emptied_afterwards, people) -> World:
    return build_world()


@dataclass
class Watch:
    """What must never happen while somebody looks at a page."""

    home: str
    console: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def on(self, page: Any) -> None:
        page.on("console", lambda message: message.type in ("error", "warning") and self._hear(message.text))
        page.on("pageerror", lambda error: self.console.append(str(error)))
        page.on("request", lambda request: self._note(request.url))

    def _hear(self, text: str) -> None:
        # A form that is answered with what is wrong in it is no fault of the page, though the browser logs its status.
        if "status of 422" not in text:
            self.console.append(text)

    def _note(self, address: str) -> None:
        if not address.startswith((self.home, "data:")):
            self.strangers.append(address)


@pytest.fixture
def office(live_server, world, page) -> Iterator[Any]:
    """A page at the office's door; afterwards nothing may have gone wrong in it and no request may have left the
    machine."""
    watch = Watch(live_server.url)
    watch.on(page)
    page.set_default_timeout(10_000)
    page.goto(live_server.url)
    yield page
    assert watch.console == []
    assert watch.strangers == []


def sign_in(page: Any, name: str = "bob") -> None:
    """By the form, with the keyboard."""
    page.get_by_label("Username").focus()
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Today", exact=True).wait_for()
    # The heading stands before the script has run that listens to the keys.
    page.wait_for_load_state("load")
