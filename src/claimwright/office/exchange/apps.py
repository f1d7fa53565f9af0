"""Tells Django that this room exists."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """The `exchange` room."""

    name = "claimwright.office.exchange"
    label = "exchange"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let the jobs of this room have their handlers."""
        from claimwright.office.exchange import sending  # noqa: F401
