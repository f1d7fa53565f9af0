"""Tells Django that this room exists."""

from django.apps import AppConfig


class ChargesConfig(AppConfig):
    """The `charges` room."""

    name = "claimwright.office.charges"
    label = "charges"
    default_auto_field = "django.db.models.BigAutoField"
