"""Tells Django that this room exists."""

from django.apps import AppConfig


class ClaimsConfig(AppConfig):
    """The `claims` room."""

    name = "claimwright.office.claims"
    label = "claims"
    default_auto_field = "django.db.models.BigAutoField"
