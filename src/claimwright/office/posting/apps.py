"""Tells Django that this room exists."""

from django.apps import AppConfig


class PostingConfig(AppConfig):
    """The `posting` room."""

    name = "claimwright.office.posting"
    label = "posting"
    default_auto_field = "django.db.models.BigAutoField"
