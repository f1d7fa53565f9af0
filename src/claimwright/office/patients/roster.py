"""Adding people, payers and coverages, and asking who pays in which order.

`check(row)` says what is wrong with a row as findings; the `add_` verbs refuse a row with errors by an `InputError`
that carries them. Findings name the column and never quote a person's data.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from claimwright.codesets.filing import FILING_CODES
from claimwright.codesets.identifiers import is_npi
from claimwright.codesets.shapes import is_taxonomy_shaped, is_zip_shaped
from claimwright.errors import ConflictError, InputError
from claimwright.findings import Finding, Severity, Where, has_errors
from claimwright.office.core import audit, clock
from claimwright.office.core.models import ScopedModel
from claimwright.office.core.numbers import take_numbers
from claimwright.office.patients.models import (
    Authorization,
    Contract,
    Coverage,
    Patient,
    Payer,
    PostalAddress,
    Provider,
)
from claimwright.office.patients.records import SELF, payer_profile
from claimwright.pricing import Contract as Terms

Row = TypeVar("Row", bound=ScopedModel)

LEVELS = "PSTABCDEFGH"
"""Payer levels in order of payment, as SBR01 writes them."""

RELATIONSHIPS = frozenset(("01", "18", "19", "20", "21", "39", "40", "53", "G8"))
"""The relationships of a patient to the subscriber that a claim knows (SBR02, PAT01)."""

_NAMES_AT_ONCE = 1000
_TAX_ID = re.compile(r"\d{9}\Z", re.ASCII)
_STATE = re.compile(r"[A-Z]{2}\Z")


def add_payer(name: str, payer_id: str, **columns: Any) -> Payer:
    """A new payer. Raises `InputError` with findings, `ConflictError` when name and id are taken."""
    return _add(Payer(name=name, payer_id=payer_id, **columns))


def add_provider(last_name: str, **columns: Any) -> Provider:
    """A new provider (`last_name` is the name of an organisation too). Raises `InputError` with findings."""
    return _add(Provider(last_name=last_name, **columns))


def add_patient(last_name: str, first_name: str = "", *, account_number: str = "", **columns: Any) -> Patient:
    """A new patient, numbered here when no `account_number` is given.

    Raises `InputError` with findings, `ConflictError` when the account number is taken.
    """
    with transaction.atomic():
        number = account_number or new_account_numbers(1)[0]
        return _add(Patient(last_name=last_name, first_name=first_name, account_number=number, **columns))


def add_coverage(patient: Patient, payer: Payer, *, member_id: str, rank: int = 1, **columns: Any) -> Coverage:
    """A policy of a patient. Raises `InputError` with findings, `ConflictError` when the patient has it already."""
    return _add(Coverage(patient=patient, payer=payer, member_id=member_id, rank=rank, **columns))


def add_authorization(
    patient: Patient, payer: Payer, *, number: str, effective_date: date, end_date: date | None = None, **columns: Any
) -> Authorization:
    """A payer's consent; `codes` lists the services, none means any. Raises `InputError` with findings."""
    dates = {"effective_date": effective_date, "end_date": end_date}
    return _add(Authorization(patient=patient, payer=payer, number=number, **dates, **columns))


def add_contract(
    payer: Payer, *, name: str, effective_date: date, terms: Mapping[str, Any], end_date: date | None = None
) -> Contract:
    """What a payer agreed to allow; `terms` as `claimwright.pricing` reads them. Raises `InputError` with findings."""
    dates = {"effective_date": effective_date, "end_date": end_date}
    return _add(Contract(payer=payer, name=name, terms=dict(terms), **dates))


def end_contract(contract: Contract, end_date: date) -> None:
    """Let a contract hold for services up to that day. Raises `InputError` for a day before it began."""
    contract.end_date = end_date
    _save(contract, "patients.contract.end")


def correct_member_id(coverage: Coverage, member_id: str) -> None:
    """Take over a member ID that the payer or the patient corrected; the coverage is to be verified again."""
    coverage.member_id = member_id
    coverage.state, coverage.verified_at, coverage.answered_member_id = Coverage.State.UNVERIFIED, None, ""
    _save(coverage, "patients.coverage.correct")


def new_account_numbers(count: int) -> list[str]:
    """Numbers for patients that no other has."""
    numbers: list[str] = []
    while len(numbers) < count:
        missing = count - len(numbers)
        first = take_numbers("patient account", missing)
        names = [f"A{number:06d}" for number in range(first, first + missing)]
        taken: set[str] = set()
        for start in range(0, missing, _NAMES_AT_ONCE):
            some = Patient.objects.filter(account_number__in=names[start : start + _NAMES_AT_ONCE])
            taken.update(some.values_list("account_number", flat=True))
        numbers += [name for name in names if name not in taken]
    return numbers


def coverages_on(patient: Patient, day: date) -> list[Coverage]:
    """The coverages of a patient in force on that day, first payer first.

    Only the dates decide: a coverage that the payer could not find is still billed to nobody else until a person
    corrects or ends it.
    """
    return coverages_of([patient.pk])(patient.pk, day)


def coverages_of(patient_ids: Collection[int]) -> Callable[[int, date], list[Coverage]]:
    """`coverages_on` for many patients with one query: a function of patient and day."""
    rows = Coverage.objects.filter(patient__in=patient_ids).select_related("payer", "patient").order_by("rank", "id")
    by_patient: dict[int, list[Coverage]] = defaultdict(list)
    for row in rows:
        by_patient[row.patient_id].append(row)
    return lambda patient_id, day: [row for row in by_patient[patient_id] if is_in_force(row, day)]


def is_in_force(row: Coverage | Contract | Authorization, day: date) -> bool:
    """Whether the day is within the row's dates; an open end counts as without end."""
    return (row.effective_date or day) <= day <= (row.end_date or day)


def contracts_on(payer_ids: Collection[int], day: date) -> dict[int, Contract]:
    """The contract in force on a day, by payer; of several the one that began last."""
    in_force = Q(effective_date__lte=day) & (Q(end_date=None) | Q(end_date__gte=day))
    rows = Contract.objects.filter(in_force, payer__in=payer_ids).order_by(F("effective_date"), "id")
    return {row.payer_id: row for row in rows}


def check(row: ScopedModel) -> list[Finding]:
    """What is wrong with a row of this room."""
    return list(_CHECKS[type(row)](row))


def _add(row: Row) -> Row:
    _save(row, f"patients.{type(row).__name__.lower()}.add")
    return row


def _save(row: ScopedModel, action: str) -> None:
    findings = check(row)
    if has_errors(findings):
        kind = type(row).__name__.lower()
        raise InputError(f"The {kind} cannot be stored: {findings[0].message}", findings)
    try:
        with transaction.atomic():
            row.save()
            audit.record(action, f"{type(row).__name__.lower()} {row.pk}", patient_id=_patient_id(row))
    except IntegrityError as taken:
        raise ConflictError(f"This {type(row).__name__.lower()} is there already.") from taken


def _patient_id(row: ScopedModel) -> int | None:
    if isinstance(row, Patient):
        return row.pk
    return row.patient_id if isinstance(row, Coverage | Authorization) else None


_E, _W = Severity.ERROR, Severity.WARNING

KINDS = MappingProxyType(
    {
        "PAT-001": (_E, "The name is missing.", "Enter it as the payer knows it."),
        "PAT-002": (_E, "The payer ID is missing.", "Take it from the clearinghouse's list of payers."),
        "PAT-003": (_E, "The NPI is wrong: its check digit does not fit.", "Look it up in the NPI registry."),
        "PAT-004": (_E, "The tax number has not nine digits.", "Enter nine digits without a dash."),
        "PAT-005": (_E, "The taxonomy code has not the right form.", "Ten characters that end in X."),
        "PAT-006": (_E, "The state is not two capital letters.", "Enter the postal abbreviation."),
        "PAT-007": (_E, "The ZIP code has not five or nine digits.", "Enter it without a dash."),
        "PAT-008": (_E, "The day of birth is in the future.", "Correct it."),
        "PAT-009": (_E, "The sex is not F, M or U.", "Enter what the payer has on file, U when unknown."),
        "PAT-010": (_E, "The relationship to the subscriber is not one a claim knows.", "Use 18, 01, 19 or G8."),
        "PAT-011": (_E, "The subscriber has no name.", "Name the person who holds the policy."),
        "PAT-012": (_W, "There is no member ID.", "Copy it from the card; claims will be stopped without it."),
        "PAT-013": (_E, "It ends before it begins.", "Correct one of the two days."),
        "PAT-014": (_E, "The claim filing code is not one that a claim knows.", "MB, MC, CI, BL, 16 ..."),
        "PAT-015": (_E, "The payer's rules cannot be read.", "See the reference of payer profiles."),
        "PAT-016": (_E, "The number is missing.", "Enter the number that the payer gave."),
        "PAT-017": (_E, "The contract's terms cannot be read.", "See the reference of contract terms."),
        "PAT-018": (_W, "A biller needs a street address, city, state and ZIP of nine digits.", "Complete it."),
        "PAT-019": (_E, "The rank is not 1 to 11.", "1 pays first."),
        "PAT-020": (_E, "The kind of payer is not known.", "medicare, medicaid, commercial, supplement or other."),
    }
)
"""The findings of this room: severity, what is wrong, what to do."""


def finding(code: str, row: ScopedModel, field: str, said: str = "") -> Finding:
    """A finding of `KINDS` about a column of a row; `said` adds what a reader of rules or terms said."""
    severity, message, hint = KINDS[code]
    record = f"{type(row).__name__.lower()} {row.pk}" if row.pk else type(row).__name__.lower()
    return Finding(code, severity, f"{message} {said}".strip(), hint, Where(record=record, field=field))


def _check_address(row: PostalAddress) -> Iterator[tuple[str, str]]:
    if row.state and not _STATE.match(row.state):
        yield "PAT-006", "state"
    if row.postal_code and not is_zip_shaped(row.postal_code.replace("-", "")):
        yield "PAT-007", "postal_code"


def _check_payer(row: Payer) -> Iterator[Finding]:
    hits = list(_check_address(row))
    hits += [("PAT-001", "name")] if not row.name.strip() else []
    hits += [("PAT-002", "payer_id")] if not row.payer_id.strip() else []
    hits += [("PAT-014", "filing_code")] if row.filing_code and row.filing_code not in FILING_CODES else []
    hits += [("PAT-020", "kind")] if row.kind not in Payer.Kind.values else []
    yield from (finding(code, row, field) for code, field in hits)
    if row.kind in Payer.Kind.values:
        try:
            payer_profile(row)
        except InputError as wrong:
            yield finding("PAT-015", row, "rules", str(wrong))


def _check_provider(row: Provider) -> Iterator[Finding]:
    hits = list(_check_address(row))
    hits += [("PAT-001", "last_name")] if not row.last_name.strip() else []
    hits += [("PAT-003", "npi")] if row.npi and not is_npi(row.npi) else []
    hits += [("PAT-004", "tax_id")] if row.tax_id and not _TAX_ID.match(row.tax_id.replace("-", "")) else []
    hits += [("PAT-005", "taxonomy")] if row.taxonomy and not is_taxonomy_shaped(row.taxonomy) else []
    has_address = row.line1 and row.city and row.state and len(row.postal_code.replace("-", "")) == 9
    hits += [("PAT-018", "line1")] if row.is_billing and not has_address else []
    return (finding(code, row, field) for code, field in hits)


def _check_patient(row: Patient) -> Iterator[Finding]:
    hits = list(_check_address(row))
    hits += [("PAT-001", "last_name")] if not row.last_name.strip() else []
    hits += [("PAT-008", "birth_date")] if row.birth_date and row.birth_date > clock.today() else []
    hits += [("PAT-009", "sex")] if row.sex and row.sex not in ("F", "M", "U") else []
    return (finding(code, row, field) for code, field in hits)


def _check_coverage(row: Coverage) -> Iterator[Finding]:
    hits = list(_check_dates(row))
    hits += [("PAT-012", "member_id")] if not row.member_id.strip() else []
    hits += [("PAT-010", "relationship")] if row.relationship not in RELATIONSHIPS else []
    needs_name = row.relationship != SELF and not row.subscriber_last_name.strip()
    hits += [("PAT-011", "subscriber_last_name")] if needs_name else []
    hits += [("PAT-019", "rank")] if not 1 <= row.rank <= len(LEVELS) else []
    return (finding(code, row, field) for code, field in hits)


def _check_dates(row: Coverage | Contract | Authorization) -> Iterator[tuple[str, str]]:
    if row.effective_date and row.end_date and row.end_date < row.effective_date:
        yield "PAT-013", "end_date"


def _check_authorization(row: Authorization) -> Iterator[Finding]:
    hits = list(_check_dates(row)) + ([("PAT-016", "number")] if not row.number.strip() else [])
    return (finding(code, row, field) for code, field in hits)


def _check_contract(row: Contract) -> Iterator[Finding]:
    hits = list(_check_dates(row)) + ([("PAT-001", "name")] if not row.name.strip() else [])
    yield from (finding(code, row, field) for code, field in hits)
    try:
        Terms.from_terms(row.terms)
    except InputError as wrong:
        yield finding("PAT-017", row, "terms", str(wrong))


_CHECKS: dict[type, Callable[[Any], Iterator[Finding]]] = {
    Payer: _check_payer,
    Provider: _check_provider,
    Patient: _check_patient,
    Coverage: _check_coverage,
    Authorization: _check_authorization,
    Contract: _check_contract,
}
