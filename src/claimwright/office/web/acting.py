"""How a view that changes something reads what was typed, and says what came of it."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest

from claimwright.errors import ConflictError, InputError
from claimwright.office.core.access import NotAllowed
from claimwright.office.posting.paper import read_cents

REASON_MAX = 200


def act(request: HttpRequest, verb: Callable[[], object], said: str) -> bool:
    """Carry out a verb of the office and say `said` (nothing when empty), or say why it refused; whether it was
    done."""
    try:
        verb()
    except (ConflictError, InputError, NotAllowed) as refused:
        messages.error(request, str(refused))
        return False
    if said:
        messages.success(request, said)
    return True


def cents_of(request: HttpRequest, *, empty: int | None = None) -> int | None:
    """The amount that was typed; `empty` when nothing was, and None, with a word on it, for what is no amount."""
    text = request.POST.get("cents", "").strip()
    if not text and empty is not None:
        return empty
    try:
        return read_cents(text)
    except ValueError:
        messages.error(request, "Write dollars and cents, such as 25 or 25.50; nothing was changed.")
        return None


def number_of(request: HttpRequest, name: str) -> int | None:
    """A whole number of the form; None when there is none, or when it is something else."""
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def reason_of(request: HttpRequest) -> str:
    """Why something is undone; empty, with a word on it, when nothing was said."""
    reason = request.POST.get("reason", "").strip()[:REASON_MAX]
    if not reason:
        messages.error(request, "Say why it is undone, so that the next person knows.")
    return reason
