"""The one way in which a view says who may use it.

    @allow(Permission.SEE_CLAIMS)
    def show_claim(request, claim_id): ...

Several permissions: one of them is enough. A role that has none of them gets 403, and the attempt stands in the audit
trail. Records of another practice are out of scope and therefore 404, whoever asks. Every view of the office carries
the decorator; `tests/office/web/test_authorization.py` holds them all to a table.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_POST, require_safe

from claimwright.office.core import audit
from claimwright.office.core.access import Permission
from claimwright.office.web.middleware import OfficeRequest

P = ParamSpec("P")
View = Callable[Concatenate[OfficeRequest, P], HttpResponseBase]
Guarded = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

NO_PRACTICE = "You are signed in, but you do not work for any practice yet. Ask an administrator to add you to one."


def allow(*permissions: Permission, post: bool = False) -> Callable[[View[P]], Guarded[P]]:
    """Let in whoever may do one of `permissions` in the practice in use; `post`: the view changes something, and
    answers to nothing but POST."""
    wanted = frozenset(permissions)

    def guard(view: View[P]) -> Guarded[P]:
        @wraps(view)
        def guarded(request: OfficeRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.allowed:
                raise PermissionDenied(NO_PRACTICE)
            if not wanted & request.allowed:
                audit.record("access.refused", view.__name__)
                raise PermissionDenied(f"Your role in {request.client} does not allow this.")
            return view(request, *args, **kwargs)

        guarded.permissions = wanted  # type: ignore[attr-defined]
        method = require_POST if post else require_safe
        return method(guarded)  # type: ignore[return-value]

    return guard
