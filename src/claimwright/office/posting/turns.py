"""Postings of one practice take turns: what one decides is not changed by another before it is written down."""

from __future__ import annotations

from claimwright.office.core.models import Client
from claimwright.office.core.scope import required_client_id


def take_turn() -> None:
    """Wait for the practice's other postings to end, and hold the turn until this transaction ends.

    The embedded database writes one transaction at a time anyhow; PostgreSQL locks the practice's row.
    """
    Client.objects.select_for_update(no_key=True).get(pk=required_client_id())
