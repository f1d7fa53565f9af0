"""Who may do what in which practice: roles and what they allow, as one table.

Permissions are verbs of the office. A user without a membership in a client may do nothing there, whoever he is
elsewhere.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType

from claimwright.errors import ClaimwrightError
from claimwright.office.core.models import Client, Membership, User

_Role = Membership.Role


class Permission(StrEnum):
    """Something that a role may allow."""

    SEE_PATIENTS = "see_patients"
    EDIT_PATIENTS = "edit_patients"
    SEE_CLAIMS = "see_claims"
    EDIT_CLAIMS = "edit_claims"
    SEND_CLAIMS = "send_claims"
    OVERRULE_EDITS = "overrule_edits"
    SEE_MONEY = "see_money"
    POST_MONEY = "post_money"
    TAKE_PAYMENTS = "take_payments"
    WRITE_OFF = "write_off"
    WORK_ITEMS = "work_items"
    CLOSE_BOOKS = "close_books"
    SET_PRICES = "set_prices"
    WRITE_RULES = "write_rules"
    LOAD_CODES = "load_codes"
    SEE_AUDIT = "see_audit"
    MANAGE = "manage"


_P = Permission
_SEE = frozenset({_P.SEE_PATIENTS, _P.SEE_CLAIMS, _P.SEE_MONEY})

ALLOWED = MappingProxyType(
    {
        _Role.FRONT_DESK: frozenset({_P.SEE_PATIENTS, _P.EDIT_PATIENTS, _P.TAKE_PAYMENTS, _P.WORK_ITEMS}),
        _Role.BILLER: _SEE | {_P.EDIT_PATIENTS, _P.EDIT_CLAIMS, _P.SEND_CLAIMS, _P.WRITE_OFF, _P.WORK_ITEMS},
        _Role.POSTER: _SEE | {_P.POST_MONEY, _P.TAKE_PAYMENTS, _P.WRITE_OFF, _P.WORK_ITEMS},
        _Role.DENIALS: _SEE | {_P.EDIT_CLAIMS, _P.SEND_CLAIMS, _P.WRITE_OFF, _P.WORK_ITEMS},
        _Role.MANAGER: frozenset(_P) - {_P.MANAGE},
        _Role.AUDITOR: _SEE | {_P.SEE_AUDIT},
        _Role.ADMINISTRATOR: frozenset({_P.MANAGE, _P.SEE_AUDIT, _P.LOAD_CODES}),
    }
)
"""What each role may do; how much of it at once, `posting.limits` says. An administrator sets up users,
connections and code sets and sees no patient."""


class NotAllowed(ClaimwrightError):  # noqa: N818 - reads as what it says
    """The role of this user in this practice does not allow it."""


def role_in(user: User, client: Client) -> Membership.Role | None:
    """What the user is in the practice; None when nothing, or when the account is switched off."""
    if not user.is_active:
        return None
    role = Membership.objects.filter(user=user, client=client).values_list("role", flat=True).first()
    return _Role(role) if role else None


def may(user: User, client: Client, permission: Permission) -> bool:
    """Whether the user's role in the practice allows it."""
    role = role_in(user, client)
    return role is not None and permission in ALLOWED[role]


def require(user: User, client: Client, permission: Permission) -> None:
    """Raises `NotAllowed` when `may` says no."""
    if not may(user, client, permission):
        raise NotAllowed(f"Your role in {client} does not allow this ({permission.value.replace('_', ' ')}).")


def clients_of(user: User) -> list[Client]:
    """The practices in which the user is something, by name."""
    return list(Client.objects.filter(memberships__user=user).order_by("name")) if user.is_active else []
