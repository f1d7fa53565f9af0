"""Tells Django that this room exists."""

from django.apps import AppConfig


class RoutineConfig(AppConfig):
    """The `routine` room."""

    name = "claimwright.office.routine"
    label = "routine"

    def ready(self) -> None:
        """Bring the rooms together that may not know each other: what is received as an 835 goes to posting."""
        from claimwright.office.exchange.intake import register_remittance_intake
        from claimwright.office.posting.receiving import receive_remittances

        register_remittance_intake(receive_remittances)
