"""Deposits: what the bank says arrived, beside what remittances said was paid; closed when posted = banked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import Abs
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from claimwright.deposits import DepositKind
from claimwright.errors import ConflictError, InputError
from claimwright.money import parse_cents
from claimwright.office.core import clock
from claimwright.office.core.access import Permission
from claimwright.office.ledger.balances import account_totals
from claimwright.office.ledger.models import Account
from claimwright.office.posting.deposits import (
    TakenBankFile,
    confirm_match,
    enter_deposit,
    set_aside,
    take_bank_file,
    take_up,
    unbanked_remittances,
    undo_match,
)
from claimwright.office.posting.models import Deposit, DepositShare, Remittance
from claimwright.office.web.acting import act
from claimwright.office.web.allowing import allow
from claimwright.office.web.days import read_day
from claimwright.office.web.middleware import OfficeRequest
from claimwright.office.web.paging import page_of

BANK_FILE_MAX_BYTES = 20_000_000
CANDIDATES_MAX = 20
_S = Deposit.State
_HEAD_ONLY = ("record", "plan", "findings")
_NO_FILE = "Choose the file that the bank gave you first."
_TOO_LARGE = f"A bank's file is smaller than {BANK_FILE_MAX_BYTES // 1_000_000} MB; choose the statement itself."


@dataclass(frozen=True, slots=True)
class Tab:
    """The deposits of one state: how many, and their money."""

    state: str
    label: str
    count: int
    cents: int


@allow(Permission.SEE_MONEY)
def list_deposits(request: OfficeRequest) -> HttpResponse:
    """The deposits by state, the oldest first where something is to be done; `?state=`."""
    return _list(request)


def _list(request: OfficeRequest, *, status: int = 200, **said: Any) -> HttpResponse:
    state = request.GET.get("state", "")
    state = state if state in _S.values else ""
    waits = state in (_S.OPEN, _S.PROPOSED)
    rows = Deposit.objects.filter(state=state) if state else Deposit.objects.all()
    order = ("deposit_date", "pk") if waits else ("-deposit_date", "-pk")
    totals = account_totals()
    tabs = _tabs()
    context = {
        "section": "deposits",
        "page": page_of(rows.order_by(*order), request),
        "tabs": tabs,
        "state": state,
        "shown": next((tab for tab in tabs if tab.state == state), None),
        "due_cents": totals.get(Account.CASH_DUE, 0),
        "unidentified_cents": -totals.get(Account.UNIDENTIFIED, 0),
        "matched": next(tab for tab in tabs if tab.state == _S.MATCHED),
        "kinds": [kind.value for kind in DepositKind],
        "can_act": Permission.POST_MONEY in request.allowed,
        **said,
    }
    return render(request, "web/deposits.html", context, status=status)


def _tabs() -> list[Tab]:
    rows = Deposit.objects.order_by().values("state").annotate(count=Count("pk"), cents=Sum("cents"))
    found = {row["state"]: (row["count"], row["cents"]) for row in rows}
    states = [Tab(value, str(label), *found.get(value, (0, 0))) for value, label in _S.choices]
    return [Tab("", "All", sum(tab.count for tab in states), sum(tab.cents for tab in states)), *states]


@allow(Permission.POST_MONEY, post=True)
def take_file(request: OfficeRequest) -> HttpResponse:
    """Take a bank's file. One that cannot be trusted is not taken, and the page says what is wrong with it."""
    upload = request.FILES.get("file")
    if not isinstance(upload, UploadedFile):
        return _list(request, status=422, file_error=_NO_FILE)
    if (upload.size or 0) > BANK_FILE_MAX_BYTES:
        return _list(request, status=422, file_error=_TOO_LARGE)
    try:
        taken = take_bank_file(upload.name or "bank file", upload.read())
    except InputError as refused:
        return _list(request, status=422, file_error=str(refused), findings=refused.findings)
    messages.success(request, _taken_words(taken))
    if taken.findings:
        return _list(request, findings=taken.findings)
    return redirect("deposits")


def _taken_words(taken: TakenBankFile) -> str:
    known = f" {taken.known} were known and are not taken twice." if taken.known else ""
    return f"{taken.taken} deposit{'' if taken.taken == 1 else 's'} taken.{known}"


@allow(Permission.POST_MONEY, post=True)
def enter(request: OfficeRequest) -> HttpResponse:
    """Enter a check or a transfer by hand; what was typed stays when something is wrong with it."""
    typed = {name: request.POST.get(name, "").strip() for name in ("cents", "day", "reference", "kind", "text")}
    errors: dict[str, str] = {}
    cents, day = 0, read_day(typed["day"], clock.today())
    try:
        cents = parse_cents(typed["cents"].replace(",", "").removeprefix("$"))
    except ValueError:
        errors["cents"] = "Write an amount in dollars and cents, such as 125 or 125.50."
    if day is None:
        errors["day"] = "Write a day such as 2026-01-31, 1/31/26, or t for today."
    if not typed["reference"]:
        errors["reference"] = "Write the number that stands on the check or transfer."
    if errors or day is None:
        return _list(request, status=422, typed=typed, errors=errors)
    try:
        deposit = enter_deposit(
            cents=cents, deposit_date=day, reference=typed["reference"], kind=typed["kind"], text=typed["text"][:200]
        )
    except (ConflictError, InputError) as refused:
        return _list(request, status=422, typed=typed, errors={"cents": str(refused)})
    messages.success(request, f"Entered; it is: {str(_S(deposit.state).label).lower()}.")
    return redirect("deposit", deposit.pk)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A posted remittance that no deposit pays yet: how far it is from the deposit, and whether it is proposed."""

    remittance: Remittance
    difference_cents: int
    is_proposed: bool


@allow(Permission.SEE_MONEY)
def show_deposit(request: OfficeRequest, deposit_id: int) -> HttpResponse:
    """One deposit: what the bank says, what it pays, and which remittances it may pay; `?trace=` narrows them."""
    deposit = get_object_or_404(Deposit.objects.select_related("file"), pk=deposit_id)
    shares = list(deposit.shares.select_related("remittance", "made_by").order_by("pk"))
    standing = [share for share in shares if share.undone_at is None]
    waits = deposit.state in (_S.OPEN, _S.PROPOSED)
    trace = request.GET.get("trace", "").strip()[:50]
    paid_cents = sum(share.cents for share in standing if deposit.state == _S.MATCHED)
    context = {
        "section": "deposits",
        "deposit": deposit,
        "text": _bytes_of(deposit),
        "standing": standing,
        "undone": [share for share in shares if share.undone_at],
        "candidates": _candidates(deposit, standing, trace) if waits else [],
        "trace": trace,
        "waits": waits,
        "posted_cents": paid_cents,
        "left_cents": deposit.cents - paid_cents,
        "before": _neighbour(deposit, after=False),
        "after": _neighbour(deposit, after=True),
        "can_act": Permission.POST_MONEY in request.allowed,
    }
    return render(request, "web/deposit.html", context)


def _bytes_of(deposit: Deposit) -> str:
    if deposit.file is None:
        return deposit.text
    return deposit.file.data[deposit.offset : deposit.offset + deposit.length].decode("utf-8", "replace")


def _candidates(deposit: Deposit, proposed: Sequence[DepositShare], trace: str) -> list[Candidate]:
    """Those proposed, then the others by how near their amount is, then their day."""
    waiting = unbanked_remittances()
    if trace:
        waiting = waiting.filter(trace_number__icontains=trace)
    near = waiting.defer(*_HEAD_ONLY).annotate(apart=Abs(F("payment_cents") - deposit.cents))
    found = list(near.order_by("apart", "pk")[:CANDIDATES_MAX])
    found.sort(key=lambda one: (abs(one.payment_cents - deposit.cents), _days_apart(deposit, one.payment_date)))
    chosen = [share.remittance for share in proposed]
    keys = {one.pk for one in chosen}
    others = [one for one in found if one.pk not in keys]
    return [Candidate(one, one.payment_cents - deposit.cents, one.pk in keys) for one in (*chosen, *others)]


def _days_apart(deposit: Deposit, day: date | None) -> int:
    return abs((deposit.deposit_date - day).days) if day else 10_000


def _neighbour(deposit: Deposit, *, after: bool) -> int | None:
    """The next or the previous deposit of the same state, in the order of the list of those that wait."""
    rows: QuerySet[Deposit] = Deposit.objects.filter(state=deposit.state)
    here, day = deposit.pk, deposit.deposit_date
    if after:
        same, other = rows.filter(deposit_date=day, pk__gt=here), rows.filter(deposit_date__gt=day)
        return (same | other).order_by("deposit_date", "pk").values_list("pk", flat=True).first()
    same, other = rows.filter(deposit_date=day, pk__lt=here), rows.filter(deposit_date__lt=day)
    return (same | other).order_by("-deposit_date", "-pk").values_list("pk", flat=True).first()


@allow(Permission.POST_MONEY, post=True)
def confirm(request: OfficeRequest, deposit_id: int) -> HttpResponse:
    """The deposit pays the remittances that were ticked."""
    deposit = get_object_or_404(Deposit, pk=deposit_id)
    keys = [int(key) for key in request.POST.getlist("remittance") if key.isascii() and key.isdigit() and len(key) < 19]
    chosen = list(Remittance.objects.filter(pk__in=keys))
    if not chosen:
        messages.error(request, "Tick the remittances that this deposit pays first.")
    else:
        act(request, lambda: confirm_match(deposit, chosen), "Posted = banked: this deposit is closed.")
    return redirect("deposit", deposit.pk)


@allow(Permission.POST_MONEY, post=True)
def undo(request: OfficeRequest, deposit_id: int) -> HttpResponse:
    """Take the deposit from its remittances, or decline what was proposed; asks why."""
    deposit = get_object_or_404(Deposit, pk=deposit_id)
    reason = request.POST.get("reason", "").strip()
    if not reason:
        messages.error(request, "Say why, so that the next person knows.")
    else:
        act(request, lambda: undo_match(deposit, reason=reason[:200]), "Undone: the deposit is open again.")
    return redirect("deposit", deposit.pk)


@allow(Permission.POST_MONEY, post=True)
def put_aside(request: OfficeRequest, deposit_id: int) -> HttpResponse:
    """It pays no remittance; asks what it is."""
    deposit = get_object_or_404(Deposit, pk=deposit_id)
    act(request, lambda: set_aside(deposit, note=request.POST.get("note", "")), "Set aside: it waits for nothing.")
    return redirect("deposit", deposit.pk)


@allow(Permission.POST_MONEY, post=True)
def reopen(request: OfficeRequest, deposit_id: int) -> HttpResponse:
    """A deposit that was set aside waits for a remittance again."""
    deposit = get_object_or_404(Deposit, pk=deposit_id)
    act(request, lambda: take_up(deposit), "It waits for its remittance again.")
    return redirect("deposit", deposit.pk)
