"""Every route, every role, every kind of stranger: one table. A route that is not in it fails."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client as Browser
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from claimwright.office.core.access import ALLOWED, Permission
from claimwright.office.core.models import Client, Membership, User
from claimwright.office.core.scope import client_scope
from tests.office.web.world import World, build_world

P = Permission
ANYBODY = frozenset(P)
WORK = frozenset({P.WORK_ITEMS})
LOOK = frozenset({P.WORK_ITEMS, P.SEE_CLAIMS})
CLAIMS = frozenset({P.SEE_CLAIMS})
BYTES = frozenset({P.SEE_CLAIMS, P.SEE_MONEY})
MONEY = frozenset({P.SEE_MONEY})
POST = frozenset({P.POST_MONEY})
TAKE = frozenset({P.TAKE_PAYMENTS})
OFF = frozenset({P.WRITE_OFF})
RULES = frozenset({P.WRITE_RULES})
DECIDE = frozenset({P.WRITE_OFF, P.POST_MONEY})
EDIT = frozenset({P.EDIT_CLAIMS})
OVERRULE = frozenset({P.OVERRULE_EDITS})
LOAD = frozenset({P.LOAD_CODES})
PRICES = frozenset({P.SET_PRICES})
SEND = frozenset({P.SEND_CLAIMS})
CLOSE = frozenset({P.CLOSE_BOOKS})
PATIENTS = frozenset({P.SEE_PATIENTS})
FINDS = frozenset({P.SEE_PATIENTS, P.SEE_CLAIMS, P.SEE_MONEY})

ROUTES = {
    # name: (method, who may: one of these permissions, which record of the practice)
    "today": ("GET", ANYBODY, None),
    "switch-practice": ("POST", ANYBODY, None),
    "worklist": ("GET", LOOK, None),
    "item": ("GET", LOOK, "item"),
    "item-take": ("POST", WORK, "item"),
    "item-leave": ("POST", WORK, "item"),
    "item-note": ("POST", WORK, "item"),
    "item-date": ("POST", WORK, "item"),
    "item-done": ("POST", WORK, "item"),
    "item-file-next": ("POST", SEND, "item"),
    "item-reopen": ("POST", WORK, "item"),
    "claims": ("GET", CLAIMS, None),
    "claim": ("GET", CLAIMS, "claim"),
    "scrub": ("GET", CLAIMS, None),
    "scrub-run": ("POST", EDIT, None),
    "scrub-claim": ("GET", CLAIMS, "stopped"),
    "scrub-save": ("POST", EDIT, "stopped"),
    "scrub-overrule": ("POST", OVERRULE, "stopped"),
    "scrub-hold": ("POST", EDIT, "stopped"),
    "scrub-release": ("POST", EDIT, "stopped"),
    "scrub-return": ("POST", EDIT, "stopped"),
    "codes": ("GET", ANYBODY, None),
    "codes-find": ("GET", ANYBODY, None),
    "codes-card": ("GET", ANYBODY, None),
    "code-sets": ("GET", frozenset({P.SEE_CLAIMS, P.LOAD_CODES}), None),
    "code-sets-load": ("POST", LOAD, None),
    "code-sets-loading": ("GET", LOAD, "load"),
    "code-sets-again": ("POST", LOAD, "load"),
    "code-sets-withdraw": ("POST", LOAD, "release"),
    "code-sets-restore": ("POST", LOAD, "release"),
    "contracts": ("GET", MONEY, None),
    "contract-new": ("GET", PRICES, None),
    "contract-add": ("POST", PRICES, None),
    "contract": ("GET", MONEY, "contract"),
    "contract-end": ("POST", PRICES, "contract"),
    "transmissions": ("GET", BYTES, None),
    "file": ("GET", BYTES, "file"),
    "file-download": ("GET", BYTES, "file"),
    "remittances": ("GET", MONEY, None),
    "remittance": ("GET", MONEY, "remittance"),
    "remittance-post": ("POST", POST, "remittance"),
    "remittance-cash": ("POST", POST, "remittance"),
    "remittance-undo": ("POST", POST, "remittance"),
    "remittance-claim-undo": ("POST", POST, "remittance claim"),
    "remittance-line-undo": ("POST", POST, "remittance claim"),
    "remittance-claim-again": ("GET", POST, "remittance claim"),
    "remittance-claim-try": ("POST", POST, "remittance claim"),
    "remittance-claim-post": ("POST", POST, "remittance claim"),
    "remittance-explain": ("POST", POST, "remittance"),
    "paper": ("GET", POST, None),
    "paper-enter": ("POST", POST, None),
    "ledger": ("GET", MONEY, None),
    "ledger-account": ("GET", MONEY, "account"),
    "ledger-entry": ("GET", MONEY, "entry"),
    "entry-undo": ("POST", DECIDE, "entry"),
    "closing": ("GET", MONEY, None),
    "closing-period": ("GET", MONEY, "month"),
    "closing-close": ("POST", CLOSE, "month"),
    "closing-reopen": ("POST", CLOSE, "month"),
    "payment-take": ("POST", TAKE, "patient"),
    "payment-refund": ("POST", POST, "patient"),
    "credit-apply": ("POST", POST, "patient"),
    "credit-keep": ("POST", POST, "patient"),
    "payment-undo": ("POST", POST, "payment"),
    "deposits": ("GET", MONEY, None),
    "deposits-file": ("POST", POST, None),
    "deposits-enter": ("POST", POST, None),
    "deposit": ("GET", MONEY, "deposit"),
    "deposit-confirm": ("POST", POST, "deposit"),
    "deposit-undo": ("POST", POST, "deposit"),
    "deposit-aside": ("POST", POST, "deposit"),
    "deposit-reopen": ("POST", POST, "deposit"),
    "patients": ("GET", PATIENTS, None),
    "patients-ask": ("POST", PATIENTS, None),
    "patient": ("GET", PATIENTS, "patient"),
    "encounter": ("GET", MONEY, "encounter"),
    "encounter-write-off": ("POST", OFF, "encounter"),
    "encounter-ask": ("POST", DECIDE, "encounter"),
    "statements": ("GET", MONEY, None),
    "statements-make": ("POST", POST, None),
    "statement-page": ("GET", MONEY, "statement"),
    "statement": ("GET", MONEY, "statement"),
    "ageing": ("GET", MONEY, None),
    "ageing-cell": ("GET", MONEY, None),
    "rules": ("GET", CLAIMS, None),
    "rules-denied": ("GET", CLAIMS, None),
    "rules-propose": ("POST", RULES, None),
    "rule-new": ("GET", RULES, None),
    "rule-add": ("POST", RULES, None),
    "rule": ("GET", CLAIMS, "rule"),
    "rule-save": ("POST", RULES, "rule"),
    "rule-turn": ("POST", RULES, "rule"),
    "find": ("GET", FINDS, None),
    "find-ask": ("POST", FINDS, None),
}

OPEN_TO_ALL = {"account_login", "account_logout", "account_signup", "account_inactive", "mfa_authenticate"}
"""Pages of signing in, which show nothing of a practice and need no sign-in; nobody can sign up (it says so)."""

OWN_ACCOUNT = {"account_reauthenticate", "account_change_password", "mfa_index", "mfa_reauthenticate",
               "mfa_activate_totp", "mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes",
               "mfa_download_recovery_codes"}  # fmt: skip
"""Pages about one's own account: for whoever is signed in."""

SHARED = {"account", "month", "release"}
"""Every practice has the same accounts and months, each its own entries; code sets belong to the whole office."""

ADDRESS_OF_CELL = {"level": "P", "kind": "commercial", "name": "Harbor Health", "age": "31-60"}


def _names(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _names(pattern.url_patterns)
        else:
            yield pattern.name or ""


def test_every_route_of_the_office_is_in_the_table():
    assert set(_names(get_resolver().url_patterns)) == set(ROUTES) | OPEN_TO_ALL | OWN_ACCOUNT


def _records(world: World) -> dict[str, int | str]:
    return {
        "item": world.denial_item.pk,
        "claim": world.denied.pk,
        "stopped": world.stopped.pk,
        "load": world.loading.pk,
        "release": 1,
        "contract": world.contract.pk,
        "file": world.transmission.file_id,
        "remittance": world.remittance.pk,
        "remittance claim": world.paid.remittance_claims.get().pk,
        "deposit": world.deposit.pk,
        "payment": world.payment.pk,
        "entry": world.deposit.entries[0],
        "account": "receivable",
        "month": "2025-12",
        "patient": world.patient.pk,
        "encounter": world.paid.encounter_id or 0,
        "statement": world.statement.pk,
        "rule": world.rule.pk,
    }


def _ask(browser: Browser, name: str, records: dict[str, int | str]) -> int:
    method, _, what = ROUTES[name]
    address = reverse(name, args=[records[what]] if what else [])
    if method == "POST":
        return browser.post(address).status_code
    return browser.get(address, ADDRESS_OF_CELL if name == "ageing-cell" else {}).status_code


def _signed_in(user: User) -> Browser:
    browser = Browser(raise_request_exception=False)
    browser.force_login(user)
    return browser


@pytest.mark.parametrize("role", list(Membership.Role), ids=lambda role: role.value)
def test_a_role_reaches_what_its_permissions_say_and_nothing_else(world, lakeside, role):
    user = User.objects.create_user(f"one-{role.value}")
    Membership.objects.create(user=user, client=lakeside, role=role)
    browser, records = _signed_in(user), _records(world)
    for name, (_, wanted, _) in ROUTES.items():
        status = _ask(browser, name, records)
        if not wanted & ALLOWED[role]:
            assert status == 403, name
        else:
            sees_the_queue = P.SEE_CLAIMS in ALLOWED[role]
            is_hidden = (name.startswith("item") and not sees_the_queue) or name == "switch-practice"
            assert status in ((404,) if is_hidden else (200, 302, 422)), (name, status)


@pytest.mark.parametrize("role", list(Membership.Role), ids=lambda role: role.value)
def test_the_records_of_another_practice_do_not_exist_whatever_the_role(world, hillcrest, role):
    user = User.objects.create_user(f"one-{role.value}")
    Membership.objects.create(user=user, client=hillcrest, role=role)
    browser, records = _signed_in(user), _records(world)
    nobody = {**dict.fromkeys(records, 999_999_999), "account": "nothing", "month": "never"}
    for name, (_, wanted, what) in ROUTES.items():
        if what is None or what in SHARED:
            continue
        status = _ask(browser, name, records)
        assert status == (404 if wanted & ALLOWED[role] else 403), name
        assert status == _ask(browser, name, nobody), "a record that is elsewhere looks like one that never was"


def test_lists_of_another_practice_name_nobody_from_this_one(world, people):
    browser = _signed_in(people["carol"])
    for name, (method, _, what) in ROUTES.items():
        if method == "GET" and what is None and name != "ageing-cell":
            text = browser.get(reverse(name)).content.decode()
            assert "Quill" not in text, name
            assert world.denied.number not in text, name
    for asked in ("Quill", world.denied.number, "EFT0001", "M0"):
        browser.post(reverse("find-ask"), {"q": asked})
        assert "Nothing fits" in browser.get(reverse("find")).content.decode()


def test_a_stranger_to_every_practice_is_told_so(world, people):
    browser, records = _signed_in(people["mallory"]), _records(world)
    for name in ROUTES:
        assert _ask(browser, name, records) == 403, name
    assert "do not work for any practice" in browser.get(reverse("today")).content.decode()


def test_nobody_gets_anything_without_signing_in(world):
    browser, records = Browser(), _records(world)
    for name in [*ROUTES, *OWN_ACCOUNT]:
        if name in ROUTES:
            assert _ask(browser, name, records) == 302, name
        response = browser.get(
            reverse(name, args=[records[what]] if (what := ROUTES.get(name, ("", "", None))[2]) else [])
        )
        assert response.status_code == 302, name
        assert response["Location"].startswith(reverse("account_login")), name


def test_a_switched_off_account_loses_its_open_session_at_once(world, people):
    browser = _signed_in(people["bob"])
    assert browser.get(reverse("claims")).status_code == 200
    User.objects.filter(pk=people["bob"].pk).update(is_active=False)
    assert browser.get(reverse("claims")).status_code == 302


def test_what_changes_something_needs_the_token_of_the_page(world, people):
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(people["bob"])
    for name, (method, _, what) in ROUTES.items():
        if method == "POST":
            address = reverse(name, args=[_records(world)[what]] if what else [])
            assert browser.post(address).status_code == 403, name
            assert browser.get(address).status_code == 405, name


def test_a_user_of_two_practices_sees_the_one_that_was_chosen(world, people, hillcrest):
    Membership.objects.create(user=people["bob"], client=hillcrest, role=Membership.Role.MANAGER)
    browser = _signed_in(people["bob"])
    browser.post(reverse("switch-practice"), {"client": hillcrest.pk})
    assert browser.get(reverse("claim", args=[world.denied.pk])).status_code == 404
    browser.post(reverse("switch-practice"), {"client": world.denied.client_id})
    assert browser.get(reverse("claim", args=[world.denied.pk])).status_code == 200


def test_a_practice_of_others_cannot_be_chosen(world, people, hillcrest):
    browser = _signed_in(people["bob"])
    for wanted in (hillcrest.pk, "", "x", 10**9):
        assert browser.post(reverse("switch-practice"), {"client": wanted}).status_code == 404


def test_a_refused_attempt_stands_in_the_audit_trail(world, people):
    from claimwright.office.core.models import AuditEntry

    browser = _signed_in(people["audrey"])
    assert browser.post(reverse("item-take", args=[world.denial_item.pk])).status_code == 403
    refused = AuditEntry.objects.filter(action="access.refused", actor=people["audrey"])
    assert [entry.subject for entry in refused] == ["take"]


@pytest.fixture
def twins(world, hillcrest) -> World:
    """Hillcrest has the same work as Lakeside."""
    with client_scope(Client.objects.get(pk=hillcrest.pk)):
        return build_world()


def test_two_practices_with_the_same_work_never_meet(world, twins, people):
    Membership.objects.filter(user=people["carol"]).update(role=Membership.Role.MANAGER)
    browser = _signed_in(people["carol"])
    for name, (method, _, what) in ROUTES.items():
        if method == "GET" and what and what not in SHARED:
            mine, theirs = _records(world)[what], None
            with client_scope(twins.paid.client_id):
                theirs = _records(twins)[what]
            assert browser.get(reverse(name, args=[mine])).status_code == 404, name
            status = browser.get(reverse(name, args=[theirs])).status_code
            assert status == (302 if name == "remittance-claim-again" else 200), "its payment does not wait any more"
