"""Fee schedules and contracts: what each payer agreed to allow, from which day, and what that makes of a service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render

from claimwright.errors import ConflictError, InputError
from claimwright.findings import Finding
from claimwright.office.core import clock
from claimwright.office.core.access import Permission
from claimwright.office.patients.models import Contract, Payer
from claimwright.office.patients.price_trials import TriedService, try_prices
from claimwright.office.patients.roster import add_contract, end_contract, is_in_force
from claimwright.office.patients.terms_text import read_fee_file, read_terms_text, write_terms_text
from claimwright.office.posting.paper import read_cents
from claimwright.office.web.acting import act, number_of
from claimwright.office.web.allowing import allow
from claimwright.office.web.days import read_day
from claimwright.office.web.middleware import OfficeRequest
from claimwright.pricing import Contract as Terms

FEE_FILE_MAX_BYTES = 5_000_000
TEXT_MAX = 2_000_000
FEES_SHOWN = 200
_DAY = "Write a day such as 2026-01-31 or 1/31/26."
_TRIAL = ("services", "on", "charge", "zip", "place")
_BEGINNING = """lesser_of_charge = true

[tables_cents.schedule]
99213 = 9200

[[rates]]
table = "schedule"
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A contract in the list: `state` is in force, to come or ended."""

    contract: Contract
    state: str
    says: str


@allow(Permission.SEE_MONEY)
def list_contracts(request: OfficeRequest) -> HttpResponse:
    """Every contract by payer, the newest first; payers without one."""
    today = clock.today()
    contracts = Contract.objects.select_related("payer").order_by("payer__name", "-effective_date", "-pk")
    rows = [Row(one, _state(one, today), _says(one.terms)) for one in contracts]
    with_one = {row.contract.payer_id for row in rows if row.state == "in force"}
    context = {
        "section": "contracts",
        "rows": rows,
        "without": [payer for payer in Payer.objects.order_by("name") if payer.pk not in with_one],
        "can_set": Permission.SET_PRICES in request.allowed,
    }
    return render(request, "web/contracts.html", context)


def _state(contract: Contract, day: date) -> str:
    if is_in_force(contract, day):
        return "in force"
    return "to come" if contract.effective_date > day else "ended"


def _says(terms: Mapping[str, Any]) -> str:
    """What the terms are made of, in a line."""
    tables = terms.get("tables_cents", {})
    fees, rates = sum(len(table) for table in tables.values()), len(terms.get("rates", ()))
    parts = [f"{fees:,} fee{'' if fees == 1 else 's'} in {', '.join(tables)}"] if tables else []
    parts += [f"{rates} rate{'' if rates == 1 else 's'}"] if rates else []
    percent = terms.get("medicare", {}).get("percent")
    parts += [f"{percent} % of Medicare"] if percent else []
    parts += ["never more than the charge"] if terms.get("lesser_of_charge") else []
    return "; ".join(parts) or "nothing yet"


@allow(Permission.SEE_MONEY)
def show_contract(request: OfficeRequest, contract_id: int) -> HttpResponse:
    """A contract with its terms; `?services=` what it allows for them, step by step."""
    contract = get_object_or_404(Contract.objects.select_related("payer"), pk=contract_id)
    tables = contract.terms.get("tables_cents", {})
    trial, error = _try(contract.terms, request.GET) if request.GET.get("services") else ([], "")
    context = {
        "section": "contracts",
        "contract": contract,
        "state": _state(contract, clock.today()),
        "says": _says(contract.terms),
        "text": write_terms_text({name: one for name, one in contract.terms.items() if name != "tables_cents"}),
        "tables": [
            (name, len(table), sorted(table.items())[:FEES_SHOWN], len(table) > FEES_SHOWN)
            for name, table in tables.items()
        ],
        "trial": trial,
        "trial_error": error,
        "typed": _typed_trial(request.GET),
        "can_set": Permission.SET_PRICES in request.allowed,
    }
    return render(request, "web/contract.html", context, status=422 if error else 200)


@allow(Permission.SET_PRICES)
def new_contract(request: OfficeRequest) -> HttpResponse:
    """A form for a new contract; `?payer=`; `?like=` begins with the terms of another."""
    like = request.GET.get("like", "")
    other = Contract.objects.filter(pk=like).first() if like.isascii() and like.isdigit() and len(like) < 19 else None
    payer = str(other.payer_id) if other else request.GET.get("payer", "")
    text = write_terms_text(other.terms) if other else _BEGINNING
    return _form(request, {"payer": payer, "name": other.name if other else "", "terms": text})


@allow(Permission.SET_PRICES, post=True)
def add(request: OfficeRequest) -> HttpResponse:
    """Store a contract, or check it, try prices, take fees from a file into it (`do`); nothing typed is lost."""
    typed = {name: request.POST.get(name, "") for name in ("payer", "name", "since", "until", "terms", "table")}
    wish = request.POST.get("do", "save")
    if wish == "enter":
        wish = "try" if request.POST.get("services", "").strip() else "check"
    if wish == "fees":
        return _take_fees(request, typed)
    errors: dict[str, str] = {}
    terms, since, until, payer = _read(request, typed, errors)
    if wish == "try" and "terms" not in errors:
        trial, error = _try(terms, request.POST)
        return _form(request, typed, trial=trial, trial_error=error, status=422 if error else 200)
    if errors or since is None or payer is None:
        return _form(request, typed, errors=errors, status=422)
    if wish != "save":
        return _form(request, typed, checked=_says(terms))
    try:
        contract = add_contract(payer, name=typed["name"].strip(), effective_date=since, end_date=until, terms=terms)
    except (ConflictError, InputError) as refused:
        findings = getattr(refused, "findings", ())
        return _form(request, typed, errors={"terms": str(refused)}, findings=findings, status=422)
    messages.success(request, "Stored: claims that are built from now on expect these amounts.")
    return redirect("contract", contract.pk)


@allow(Permission.SET_PRICES, post=True)
def end(request: OfficeRequest, contract_id: int) -> HttpResponse:
    """Let the contract end on a day."""
    contract = get_object_or_404(Contract, pk=contract_id)
    day = read_day(request.POST.get("until", ""), clock.today())
    if day is None:
        messages.error(request, _DAY)
    else:
        act(request, lambda: end_contract(contract, day), f"It holds until {day:%Y-%m-%d}.")
    return redirect("contract", contract.pk)


def _read(
    request: OfficeRequest, typed: Mapping[str, str], errors: dict[str, str]
) -> tuple[dict[str, Any], date | None, date | None, Payer | None]:
    today = clock.today()
    since = read_day(typed["since"], today)
    until = read_day(typed["until"], today) if typed["until"].strip() else None
    key = number_of(request, "payer")
    payer = Payer.objects.filter(pk=key).first() if key is not None else None
    errors |= {"since": _DAY} if since is None else {}
    errors |= {"until": _DAY} if typed["until"].strip() and until is None else {}
    errors |= {"payer": "Choose the payer."} if payer is None else {}
    errors |= {"name": "Give it a name, such as Commercial 2026."} if not typed["name"].strip() else {}
    terms: dict[str, Any] = {}
    try:
        terms = _terms(typed["terms"])
    except InputError as wrong:
        errors["terms"] = str(wrong)
    return terms, since, until, payer


def _terms(text: str) -> dict[str, Any]:
    """The terms that were typed. Raises `InputError` for what is no TOML, or no terms."""
    if len(text) > TEXT_MAX:
        raise InputError("The terms are too long; take large tables from a file of their own.")
    terms = read_terms_text(text)
    Terms.from_terms(terms)
    return terms


def _take_fees(request: OfficeRequest, typed: dict[str, str]) -> HttpResponse:
    """Put a file's fees into the terms as a table, to be looked at before anything is stored."""
    name, upload = typed["table"].strip() or "schedule", request.FILES.get("fees")
    if not isinstance(upload, UploadedFile):
        return _form(request, typed, errors={"fees": "Choose a file of fees first."}, status=422)
    if (upload.size or 0) > FEE_FILE_MAX_BYTES:
        return _form(request, typed, errors={"fees": "It is too large for a table of fees."}, status=422)
    try:
        terms = read_terms_text(typed["terms"])
        if name in terms.get("tables_cents", {}):
            raise InputError(f"The terms have a table {name} already; give this one another name.")
        fees = read_fee_file(upload.name or "fees", upload.read())
    except InputError as refused:
        findings: tuple[Finding, ...] = tuple(refused.findings)
        return _form(request, typed, errors={"fees": str(refused)}, findings=findings, status=422)
    typed["terms"] = f"{typed['terms'].rstrip()}\n\n{fees.text(name)}"
    is_used = any(rate.get("table") == name for rate in terms.get("rates", ()))
    return _form(request, typed, taken=(name, len(fees.cents), list(fees.cents.items())[:12], is_used))


def _try(terms: Mapping[str, Any], query: QueryDict) -> tuple[list[TriedService], str]:
    """What the terms allow for the services that were typed, or what is wrong with them."""
    typed = _typed_trial(query)
    day = read_day(typed["on"], clock.today())
    if day is None:
        return [], _DAY
    try:
        charge = read_cents(typed["charge"])
    except ValueError:
        return [], "Write the charge in dollars and cents, such as 150 or 150.50."
    try:
        contract = Terms.from_terms(terms)
        return try_prices(
            contract, typed["services"], day=day, charge_cents=charge, zip_code=typed["zip"], place=typed["place"]
        ), ""
    except InputError as wrong:
        return [], str(wrong)


def _typed_trial(query: QueryDict) -> dict[str, str]:
    typed = {name: str(query.get(name, "")).strip()[:200] for name in _TRIAL}
    return {**typed, "on": typed["on"] or clock.today().isoformat(), "place": typed["place"] or "11"}


def _form(request: OfficeRequest, typed: Mapping[str, str], *, status: int = 200, **said: Any) -> HttpResponse:
    context = {
        "section": "contracts",
        "payers": list(Payer.objects.order_by("name")),
        "contract_typed": typed,
        "typed": _typed_trial(request.POST),
        **said,
    }
    return render(request, "web/contract_new.html", context, status=status)
