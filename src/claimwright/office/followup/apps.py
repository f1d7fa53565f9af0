"""Tells Django that this room exists."""

from django.apps import AppConfig


class FollowupConfig(AppConfig):
    """The `followup` room."""

    name = "claimwright.office.followup"
    label = "followup"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to postings."""
        from claimwright.office.followup import from_posting  # noqa: F401
