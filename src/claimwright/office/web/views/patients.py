"""Patients: finding one, the account, and why a balance is what it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from claimwright.codesets.acknowledgements import benefit_information, eligibility_rejection
from claimwright.money import format_dollars
from claimwright.office.charges.models import Charge, Encounter
from claimwright.office.claims.models import Adjudication
from claimwright.office.claims.status_word import StatusWord, status_words
from claimwright.office.core.access import Permission
from claimwright.office.exchange.models import EligibilityCheck
from claimwright.office.followup.models import WorkItem
from claimwright.office.ledger.balances import owed_by_patients, owed_on_encounters
from claimwright.office.patients.models import Coverage, Patient
from claimwright.office.posting.decisions import TransferReason
from claimwright.office.posting.explain import explain
from claimwright.office.posting.patient_payments import (
    METHODS,
    NO_ENCOUNTER,
    RefundReason,
    credit_cents,
    last_payment_id,
    owed_by_patient,
)
from claimwright.office.posting.write_offs import Reason
from claimwright.office.statements.models import Statement
from claimwright.office.web.allowing import allow
from claimwright.office.web.middleware import OfficeRequest
from claimwright.office.web.paging import number_from, page_of
from claimwright.office.web.showing import note_list, note_patient
from claimwright.office.web.views.decisions import open_amount_key
from claimwright.office.web.views.files import saved
from claimwright.office.web.views.worklist import visible_queues
from claimwright.office.web.words import owner_word
from claimwright.remittance.plan import PATIENT

ASKED = "patients asked for"
_BENEFITS = frozenset("ABCGJF")
"""EB01 codes whose amounts are worth a line: coinsurance, copay, deductible, out of pocket, limits."""


@allow(Permission.SEE_PATIENTS)
def list_patients(request: OfficeRequest) -> HttpResponse:
    """The patients by name, or those that were asked for. What was typed stays in the session, out of the address."""
    asked = request.session.get(ASKED, "")
    page = page_of(matching(asked).order_by("last_name", "first_name", "pk"), request)
    keys = [patient.pk for patient in page]
    note_list("patient.list", keys)
    owed = owed_by_patients(keys) if Permission.SEE_MONEY in request.allowed else {}
    rows = [(patient, owed.get(patient.pk, 0)) for patient in page]
    return render(request, "web/patients.html", {"section": "patients", "page": page, "rows": rows, "asked": asked})


@allow(Permission.SEE_PATIENTS, post=True)
def ask_patients(request: OfficeRequest) -> HttpResponse:
    """Look for patients by name, account number, birth date or member ID."""
    request.session[ASKED] = request.POST.get("q", "").strip()[:80]
    return redirect("patients")


def matching(text: str) -> QuerySet[Patient]:
    """Patients whose name begins like this (`quill`, `quill, ida`, `ida quill`), or whose account or member ID does."""
    patients = Patient.objects.all()
    if not text:
        return patients
    named = Q(last_name__istartswith=text) | Q(first_name__istartswith=text)
    if "," in text:
        last, _, first = (part.strip() for part in text.partition(","))
        named |= Q(last_name__istartswith=last, first_name__istartswith=first)
    elif " " in text:
        first, _, last = text.partition(" ")
        named |= Q(first_name__istartswith=first, last_name__istartswith=last.strip())
    numbered = Q(account_number__istartswith=text) | Q(
        pk__in=Coverage.objects.filter(member_id__istartswith=text).values("patient")
    )
    return patients.filter(named | numbered)


@dataclass(frozen=True, slots=True)
class Visit:
    """One encounter on the account."""

    encounter: Encounter
    charge_cents: int
    word: StatusWord | None
    claim_id: int | None
    owed: tuple[tuple[str, int], ...]

    @property
    def open_cents(self) -> int:
        return sum(cents for _, cents in self.owed)


@dataclass(frozen=True, slots=True)
class Insurance:
    """One coverage, and the last answer about it in words."""

    coverage: Coverage
    check: EligibilityCheck | None
    rejections: tuple[str, ...]
    benefits: tuple[str, ...]


@allow(Permission.SEE_PATIENTS)
def show_patient(request: OfficeRequest, patient_id: int) -> HttpResponse:
    """The account of a patient: who he is, what covers him, what was done, who owes what."""
    patient = get_object_or_404(Patient.objects.select_related("guarantor"), pk=patient_id)
    note_patient("patient.view", f"patient {patient.pk}", patient.pk)
    encounters = Encounter.objects.filter(patient=patient).prefetch_related("charges", "claims")
    page = page_of(encounters.order_by("-service_date", "-pk"), request)
    sees_money = Permission.SEE_MONEY in request.allowed
    context: dict[str, Any] = {
        "section": "patients",
        "patient": patient,
        "insurances": _insurances(patient),
        "page": page,
        "visits": _visits(list(page)),
        "items": list(_items(request, patient)),
        "methods": sorted(METHODS),
        "keep": NO_ENCOUNTER,
        "seen": last_payment_id(patient),
    }
    if sees_money:
        owed = owed_by_patients([patient.pk])
        debts = owed_by_patient(patient)
        context |= {
            "open_cents": owed.get(patient.pk, 0),
            "owes_cents": owed_by_patients([patient.pk], owner="PATIENT").get(patient.pk, 0),
            "credit_cents": credit_cents(patient),
            "debts": [debt for debt in debts if debt.cents > 0],
            "overpaid_cents": -sum(debt.cents for debt in debts if debt.cents < 0),
            "refund_reasons": RefundReason.choices,
            "statements": list(patient.statements.order_by("-pk")),
            "payments": list(patient.payments.order_by("-pk")),
        }
    return render(request, "web/patient.html", context)


def _items(request: OfficeRequest, patient: Patient) -> QuerySet[WorkItem]:
    return patient.work_items.exclude(state=WorkItem.State.DONE).filter(queue__in=visible_queues(request))


def _visits(encounters: Sequence[Encounter]) -> list[Visit]:
    owed = owed_on_encounters([encounter.pk for encounter in encounters])
    claims = {encounter.pk: next(iter(encounter.claims.all()), None) for encounter in encounters}
    words = status_words([claim for claim in claims.values() if claim])
    visits = []
    for encounter in encounters:
        totals: dict[str, int] = {}
        for owners in owed.get(encounter.pk, {}).values():
            for owner, cents in owners.items():
                totals[owner] = totals.get(owner, 0) + cents
        claim = claims[encounter.pk]
        charged = sum(charge.charge_cents for charge in encounter.charges.all())
        owing = tuple((owner_word(owner), cents) for owner, cents in totals.items() if cents)
        word = words[claim.pk] if claim else None
        visits.append(Visit(encounter, charged, word, claim.pk if claim else None, owing))
    return visits


def _insurances(patient: Patient) -> list[Insurance]:
    checks = EligibilityCheck.objects.select_related("answer").defer("answer__findings").order_by("-pk")
    coverages = patient.coverages.select_related("payer").prefetch_related(Prefetch("checks", checks))
    return [_insurance(coverage) for coverage in coverages]


def _insurance(coverage: Coverage) -> Insurance:
    check = next(iter(coverage.checks.all()), None)
    if check is None:
        return Insurance(coverage, None, (), ())
    codes = check.rejection_codes
    known = {code: eligibility_rejection(code) for code in codes}
    rejections = tuple(f"{code}: {said.meaning}. {said.action}" if (said := known[code]) else code for code in codes)
    benefits = (check.response or {}).get("benefits", [])
    worth = [_benefit(benefit) for benefit in benefits if benefit.get("information") in _BENEFITS]
    return Insurance(coverage, check, rejections, tuple(dict.fromkeys(filter(None, worth))))


def _benefit(benefit: dict[str, Any]) -> str:
    known = benefit_information(benefit["information"])
    what = known.meaning if known else benefit["information"]
    if benefit.get("amount_cents") is not None:
        left = " left" if benefit.get("period") == "29" else ""
        return f"{what}: {format_dollars(benefit['amount_cents'])}{left}"
    if benefit.get("percent") is not None:
        return f"{what}: {float(benefit['percent']):.0%}"
    return ""


@allow(Permission.SEE_MONEY)
def show_encounter(request: OfficeRequest, encounter_id: int) -> HttpResponse:
    """Why this balance: every entry in words, with its rule and its bytes; `?charge=` for one charge alone."""
    encounter = get_object_or_404(Encounter.objects.select_related("patient", "rendering"), pk=encounter_id)
    note_patient("ledger.view", f"encounter {encounter.pk}", encounter.patient_id)
    charges = list(encounter.charges.order_by("number"))
    wanted = number_from(request, "charge")
    charge = next((one for one in charges if one.pk == wanted), None)
    explanation = explain(encounter, charge_id=charge.pk if charge else None)
    owed = owed_on_encounters([encounter.pk]).get(encounter.pk, {})
    levels = Adjudication.objects.filter(claim__encounter=encounter).select_related("payer")
    names = {row.level: f"{row.payer.name} ({owner_word(row.level)})" for row in levels}
    context = {
        "section": "patients",
        "encounter": encounter,
        "patient": encounter.patient,
        "claim": encounter.claims.defer("record").first(),
        "charge": charge,
        "charges": [
            (one, [(names.get(owner, owner_word(owner)), cents) for owner, cents in owed.get(one.pk, {}).items()])
            for one in charges
        ],
        "whole": [(names.get(owner, owner_word(owner)), cents) for owner, cents in owed.get(None, {}).items()],
        "explanation": explanation,
        "open_amounts": _open_amounts(charges, owed, names),
        "others": [*names.items(), (PATIENT, "the patient")],
        "write_off_reasons": Reason.choices,
        "transfer_reasons": TransferReason.choices,
        "owes": [
            (names.get(owner, owner_word(owner).capitalize()), cents) for owner, cents in explanation.owed_cents.items()
        ],
        "entries": [
            (
                entry,
                sum(entry.owed_cents.values()),
                [(owner_word(owner), cents) for owner, cents in entry.owed_cents.items() if cents],
            )
            for entry in explanation.entries
        ],
    }
    return render(request, "web/encounter.html", context)


def _open_amounts(
    charges: Sequence[Charge], owed: Mapping[int | None, Mapping[str, int]], names: Mapping[str, str]
) -> list[tuple[str, str]]:
    """What somebody owes on the encounter, each amount with the key by which a form names it."""
    codes: dict[int | None, str] = {charge.pk: charge.code for charge in charges}
    return [
        (
            open_amount_key(charge, owner, cents),
            f"{codes.get(charge, 'as a whole')}: {names.get(owner, owner_word(owner))} owes {format_dollars(cents)}",
        )
        for charge, owners in owed.items()
        for owner, cents in owners.items()
        if cents > 0
    ]


@allow(Permission.SEE_MONEY)
def download_statement(request: OfficeRequest, statement_id: int) -> HttpResponse:
    """The PDF of a statement, to be saved."""
    statement = get_object_or_404(Statement.objects.select_related("file"), pk=statement_id)
    note_patient("statement.view", f"statement {statement.number}", statement.guarantor_id)
    return saved(statement.file, "application/pdf")
