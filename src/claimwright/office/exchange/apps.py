"""Tells Django that this room exists."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """The `exchange` room."""

    name = "claimwright.office.exchange"
    label = "exchange"
    default_auto_field = "django.db.models.BigAutoField"
