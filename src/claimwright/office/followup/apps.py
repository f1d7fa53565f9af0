"""Tells Django that this room exists."""

from django.apps import AppConfig


class FollowupConfig(AppConfig):
    """The `followup` room."""

    name = "claimwright.office.followup"
    label = "followup"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to postings, to claims and to the other side."""
        from claimwright.office.followup import from_exchange, from_posting  # noqa: F401
