"""Lists come in pages, never as a whole."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest

ROWS = 50
ROWS_MAX = 100


def page_of(rows: Any, request: HttpRequest, *, size: int = ROWS) -> Page[Any]:
    """The page that `?page=` names (the nearest one there is) of a query set or a sequence."""
    return Paginator(rows, min(size, ROWS_MAX)).get_page(request.GET.get("page"))


def number_from(request: HttpRequest, name: str) -> int | None:
    """A whole number of the address; None when there is none, or when it is something else."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
