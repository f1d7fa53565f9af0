"""Tells Django that this room exists."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """The `ledger` room."""

    name = "claimwright.office.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"
