"""The cast and the stage that all tests share.

The cast: Alice bills for Lakeside (practice one), Bob too; Carol bills for Hillcrest, another client of the same
billing company; Mallory is nobody's; Audrey audits Lakeside. Tests that need the office take `lakeside`: its scope is
open for the test.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from claimwright.clock import MovedClock

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"


@pytest.fixture
def samples() -> Path:
    """The folder of real X12 files, which is not part of the repository."""
    folder = SHARED / "x12-samples"
    if not folder.exists():
        pytest.skip("the real X12 samples are not here (../shared/x12-samples)")
    return folder


@pytest.fixture
def publishers() -> Path:
    """The folder of real files of CMS and others, which is not part of the repository."""
    folder = SHARED / "data"
    if not folder.exists():
        pytest.skip("the publishers' real files are not here (../shared/data)")
    return folder


@pytest.fixture
def office_clock() -> Iterator[MovedClock]:
    """The office's clock, standing at nine on Monday 5 January 2026 until a test moves it."""
    from claimwright.office.core import clock

    moved = MovedClock(datetime(2026, 1, 5, 9, 0, tzinfo=UTC))
    with clock.use_clock(moved):
        yield moved


@pytest.fixture
def lakeside(db, office_clock):
    """A practice, with its scope open."""
    from claimwright.office.core.models import Client
    from claimwright.office.core.scope import client_scope

    client = Client.objects.create(name="Lakeside Family Practice", code="lakeside")
    with client_scope(client):
        yield client


@pytest.fixture
def hillcrest(db):
    """Another practice, whose records the first one must never see."""
    from claimwright.office.core.models import Client

    return Client.objects.create(name="Hillcrest Orthopedics", code="hillcrest")


@pytest.fixture
def people(lakeside, hillcrest):
    """The cast by name; see the module."""
    from claimwright.office.core.models import Membership, User

    cast = {
        name: User.objects.create_user(name, password="correct horse battery")
        for name in ("alice", "bob", "carol", "audrey", "mallory")
    }
    role = Membership.Role
    for name, client, what in (
        ("alice", lakeside, role.BILLER),
        ("bob", lakeside, role.MANAGER),
        ("carol", hillcrest, role.BILLER),
        ("audrey", lakeside, role.AUDITOR),
    ):
        Membership.objects.create(user=cast[name], client=client, role=what)
    return cast
