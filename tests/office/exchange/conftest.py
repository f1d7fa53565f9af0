"""A practice with a connection, and its claims in every state of sending."""

from __future__ import annotations

import asyncssh
import pytest

from claimwright.office.claims.models import Submission
from claimwright.office.claims.scrubbing import scrub_claims
from claimwright.office.exchange import batching, collecting, sending
from claimwright.office.exchange.connections import add_connection
from tests.office.exchange.mailbox import Mailbox
from tests.office.practice import Practice

HOST_KEY = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip()
ENVELOPE = {"sender_id": "LAKESIDE", "receiver_id": "CWMEADOW", "contact_phone": "608-555-0100"}


@pytest.fixture
def practice(lakeside):
    return Practice()


@pytest.fixture
def connection(practice):
    return add_connection("Meadow", "localhost", host_key=HOST_KEY, receiver_name="Meadow Clearing", **ENVELOPE)


@pytest.fixture
def mailbox(monkeypatch):
    box = Mailbox()
    monkeypatch.setattr(sending, "open_session", box.session)
    monkeypatch.setattr(collecting, "open_session", box.session)
    return box


@pytest.fixture
def ready(practice):
    """Three claims that passed the edits."""
    practice.claims(*(practice.visit(practice.covered_patient()) for _ in range(3)))
    return scrub_claims().ready


@pytest.fixture
def batch(connection, ready):
    """The three in a file, in sets of two."""
    return batching.batch_claims(connection, claims_in_a_set=2)


@pytest.fixture
def sent(batch):
    """The file on its way."""
    sending.mark_sent(batch)
    return batch


@pytest.fixture
def states():
    """The submissions' states in order."""
    return lambda: list(Submission.objects.order_by("pk").values_list("state", flat=True))
