"""Ordinary days over what is in the database: on which day they begin, and whose time is never moved."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from claimwright import x12
from claimwright.cli.samples import sample_folder
from claimwright.documents.claim_x12 import write_claims
from claimwright.documents.parties import Period
from claimwright.errors import ConflictError
from claimwright.office.claims.importing import import_file
from claimwright.office.claims.models import Submission
from claimwright.office.core.clock import HomeClock
from claimwright.office.core.home import Home
from claimwright.office.core.models import Client
from claimwright.office.core.scope import client_scope
from claimwright.office.exchange.models import Connection, Transmission
from claimwright.office.trial.ordinary import run_days
from tests.simulator import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return Client.objects.create(name="Lakeside Family Practice", code="lakeside")


@pytest.fixture
def home(tmp_path) -> Home:
    made = Home(tmp_path / "home")
    made.prepare()
    return made


def take_over(client: Client, number: str, first: date, last: date) -> None:
    """A claim of another system for a service from one day to another."""
    record = cast.claim(replace(cast.line(), period=Period(first, last)), number=number)
    envelope = x12.Envelope("ZZ", "OTHER", "ZZ", "OFFICE", cast.MORNING, 1, 1)
    with client_scope(client):
        import_file(f"{number}.837", x12.write_interchange(envelope, [write_claims(cast.batch(record))]))


def run_day(home: Home, client: Client) -> date:
    """One day; the day it was."""
    said: list[str] = []
    assert run_days(home, client, sample_folder(), seed=1, until_settled=False, tell=said.append) == 1
    return datetime.strptime(said[0].partition(":")[0], "%a %d %b %Y").replace(tzinfo=UTC).date()


def states(client: Client) -> dict[str, str]:
    with client_scope(client):
        return dict(Submission.objects.values_list("claim__number", "state"))


def test_the_clock_begins_after_the_last_day_of_the_last_service(client, home):
    take_over(client, "A1", date(2024, 3, 1), date(2024, 3, 20))
    assert run_day(home, client) == date(2024, 3, 21)
    assert states(client) == {"A1": "f999_accepted"}


def test_each_day_is_the_next_one(client, home):
    take_over(client, "A1", date(2024, 3, 1), date(2024, 3, 1))
    assert [run_day(home, client) for _ in range(3)] == [date(2024, 3, day) for day in (2, 3, 4)]


def test_the_clock_moves_past_the_services_of_claims_that_come_later(client, home):
    take_over(client, "A1", date(2024, 3, 1), date(2024, 3, 1))
    run_day(home, client)
    take_over(client, "A2", date(2024, 6, 1), date(2024, 6, 3))
    assert run_day(home, client) == date(2024, 6, 4)
    assert states(client)["A2"] == "f999_accepted"


def test_older_claims_do_not_move_it(client, home):
    take_over(client, "A1", date(2024, 3, 1), date(2024, 3, 1))
    run_day(home, client)
    take_over(client, "A2", date(2024, 1, 1), date(2024, 1, 1))
    assert run_day(home, client) == date(2024, 3, 3)


def test_it_does_not_follow_a_service_that_is_still_to_come(client, home):
    take_over(client, "A1", date(2024, 3, 1), date(2024, 3, 1))
    take_over(client, "A2", date(2190, 1, 1), date(2190, 1, 1))
    assert run_day(home, client) == date(2024, 3, 2)
    assert states(client)["A2"] == "scrub_failed"


def test_an_empty_office_has_a_quiet_day(client, home):
    run_day(home, client)
    with client_scope(client):
        assert not Transmission.objects.exists()


def test_the_time_of_a_practice_with_a_real_connection_is_not_moved(client, home):
    with client_scope(client):
        Connection.objects.create(name="Clearinghouse", host="sftp.example.com")
    with pytest.raises(ConflictError, match="real connection"):
        run_days(home, client, sample_folder(), seed=1, until_settled=False, tell=lambda _: None)
    assert not HomeClock(home.clock_file).is_standing
