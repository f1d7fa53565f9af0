"""Tells Django that this room exists."""

from django.apps import AppConfig


class StatementsConfig(AppConfig):
    """The `statements` room."""

    name = "claimwright.office.statements"
    label = "statements"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to the ledger."""
        from claimwright.office.statements import following  # noqa: F401
