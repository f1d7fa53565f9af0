"""What surrounds every page: who asks, for which practice, how long ago the last word was, and what browsers may do.

Order matters: headers outermost, then the session's end, then the practice. Within a request the client scope is open
for the practice in use, and the audit trail knows who acts.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from claimwright.clock import SystemClock
from claimwright.office.core import access, audit
from claimwright.office.core.models import Client, User
from claimwright.office.core.scope import client_scope

Respond = Callable[[HttpRequest], HttpResponse]

_CLOCK = SystemClock()
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


class OfficeRequest(HttpRequest):
    """A request as views see it: signed in, with the practice in use, what the user may do there, and all the
    practices of the user."""

    user: User
    client: Client
    practices: list[Client]
    allowed: frozenset[access.Permission]


class HeadersMiddleware:
    """Pages run no script and load nothing but the office's own, and no cache keeps them."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", _POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class IdleMiddleware:
    """Signs out whoever has not been heard of for `SESSION_IDLE`; the machine's clock decides, not a trial's."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = _CLOCK.now()
            seen = request.session.get("seen_at")
            if seen and now - datetime.fromisoformat(seen) > settings.SESSION_IDLE:
                logout(request)
            else:
                request.session["seen_at"] = now.isoformat()
        return self.get_response(request)


class PracticeMiddleware:
    """Opens the scope of the practice in use: the one chosen in this session, else the user's first."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        practices = access.clients_of(user) if isinstance(user, User) else []
        chosen = request.session.get("client") if practices else None
        client = next((practice for practice in practices if practice.pk == chosen), next(iter(practices), None))
        role = access.role_in(user, client) if client and isinstance(user, User) else None
        allowed = access.ALLOWED[role] if role else frozenset()
        request.practices, request.client, request.allowed = practices, client, allowed  # type: ignore[attr-defined]
        if client is None or not isinstance(user, User):
            return self.get_response(request)
        with client_scope(client), audit.acting_as(user, source="web"):
            return self.get_response(request)
