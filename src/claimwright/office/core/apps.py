"""Tells Django that this room exists."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """The `core` room."""

    name = "claimwright.office.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"
