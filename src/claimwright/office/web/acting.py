"""How a view that changes something says what came of it."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest

from claimwright.errors import ConflictError, InputError


def act(request: HttpRequest, verb: Callable[[], object], said: str) -> bool:
    """Carry out a verb of the office and say `said`, or say why it refused; whether it was done."""
    try:
        verb()
    except (ConflictError, InputError) as refused:
        messages.error(request, str(refused))
        return False
    messages.success(request, said)
    return True
