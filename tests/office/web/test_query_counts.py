"""No page asks the database once for each row: with ten times the rows it asks as often."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claimwright.office.core.models import Client, Membership
from claimwright.office.core.scope import client_scope
from tests.office.web.test_authorization import ADDRESS_OF_CELL, ROUTES, _records
from tests.office.web.world import World, build_world, post_unmatched

MOST = 40
"""No page needs more; that of a month, which checks all books before it is closed, needs the most."""

WITHOUT_ROWS = {"find", "paper"}
"""Shows nothing before something was asked or typed."""

READS = sorted(name for name, (method, _, _) in ROUTES.items() if method == "GET" and name not in WITHOUT_ROWS)


@pytest.fixture
def crowd(world, hillcrest, people) -> World:
    """Carol's practice has the same work, and twenty claims more in one remittance."""
    with client_scope(hillcrest):
        return build_world(more=20)


def _count(browser: Browser, name: str, world: World) -> int:
    _, _, what = ROUTES[name]
    with client_scope(Client.objects.get(pk=world.paid.client_id)):
        records = _records(world)
        if name == "remittance-claim-again":
            records["remittance claim"] = post_unmatched(world).claims.get().pk
        address = reverse(name, args=[records[what]] if what else [])
    query = ADDRESS_OF_CELL if name == "ageing-cell" else {}
    browser.get(address, query)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert browser.get(address, query).status_code == 200
    return len(queries)


def test_pages_ask_as_often_for_many_rows_as_for_few(world, crowd, people):
    Membership.objects.filter(user=people["carol"]).update(role=Membership.Role.MANAGER)
    few, many = Browser(), Browser()
    few.force_login(people["bob"])
    many.force_login(people["carol"])
    counts = {name: (_count(few, name, world), _count(many, name, crowd)) for name in READS}
    assert {name: pair for name, pair in counts.items() if pair[1] > pair[0]} == {}
    assert max(pair[0] for pair in counts.values()) <= MOST


def test_finding_asks_as_often_for_many_results_as_for_one(world, crowd, people):
    counts = []
    for name in ("bob", "carol"):
        browser = Browser()
        browser.force_login(people[name])
        browser.post(reverse("find-ask"), {"q": "C0"})
        with CaptureQueriesContext(connection) as queries:
            browser.get(reverse("find"))
        counts.append(len(queries))
    assert counts[0] == counts[1]
