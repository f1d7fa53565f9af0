"""How much a role may decide at once about money that is given up or given back."""

from __future__ import annotations

from collections.abc import Mapping

from claimwright.money import format_dollars
from claimwright.office.core.access import NotAllowed, role_in
from claimwright.office.core.models import Client, Membership, User
from claimwright.office.core.scope import required_client_id

Limits = Mapping[Membership.Role, int | None]
"""The most that a role may decide at once, in cents (None: any amount); roles that are not in it may not at all."""


def check_limit(actor: User, cents: int, usual: Limits, setting: str, verb: str) -> None:
    """Raises `NotAllowed` when the amount is beyond what the actor's role may `verb`: by the `usual` limits, or those
    that the practice has set under `Client.settings[setting]`."""
    client = Client.objects.get(pk=required_client_id())
    role = role_in(actor, client)
    limits: dict[str, int | None] = {str(one): most for one, most in usual.items()} | client.settings.get(setting, {})
    if role is None or role not in limits:
        raise NotAllowed(f"Your role may not {verb}; ask a manager.")
    limit = limits[role]
    if limit is not None and cents > limit:
        raise NotAllowed(f"Your role may {verb} up to {format_dollars(limit)}; ask a manager.")
