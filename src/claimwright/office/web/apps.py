"""Tells Django that this room exists."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The `web` room."""

    name = "claimwright.office.web"
    label = "web"
