"""Tells Django that this room exists."""

from django.apps import AppConfig


class PatientsConfig(AppConfig):
    """The `patients` room."""

    name = "claimwright.office.patients"
    label = "patients"
    default_auto_field = "django.db.models.BigAutoField"
