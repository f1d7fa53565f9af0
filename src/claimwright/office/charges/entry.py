"""Entering encounters and releasing their charges into the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from django.db import IntegrityError, transaction
from django.db.models import prefetch_related_objects

from claimwright.codesets.places import place
from claimwright.codesets.shapes import is_modifier_shaped
from claimwright.errors import ConflictError, InputError
from claimwright.findings import Finding, Severity, Where, has_errors
from claimwright.money import CENTS_MAX
from claimwright.office.charges.models import Charge, Encounter
from claimwright.office.core import audit, clock
from claimwright.office.core.numbers import take_numbers
from claimwright.office.ledger.journal import NewEntry, NewPosting, post_entries
from claimwright.office.ledger.models import Account
from claimwright.office.patients.models import Patient, Provider
from claimwright.office.patients.roster import LEVELS, coverages_of
from claimwright.origin import NOWHERE, Origin

PATIENT = "PATIENT"
"""The owner of what no payer owes."""

THOUSANDTHS = 1000
CHUNK = 500
POINTERS_MAX, MODIFIERS_MAX, DIAGNOSES_MAX, LINES_MAX = 4, 4, 12, 50


@dataclass(frozen=True, slots=True)
class NewLine:
    """One service to enter. `pointers` are positions in the encounter's diagnoses, from 1."""

    code: str
    charge_cents: int
    modifiers: tuple[str, ...] = ()
    pointers: tuple[int, ...] = (1,)
    quantity: Decimal = Decimal(1)
    unit: str = "UN"
    description: str = ""


@dataclass(frozen=True, slots=True)
class NewEncounter:
    """One visit to enter; numbered here when `number` is empty."""

    patient: Patient
    billing: Provider
    service_date: date
    diagnoses: tuple[str, ...]
    lines: tuple[NewLine, ...]
    rendering: Provider | None = None
    referring: Provider | None = None
    place_of_service: str = "11"
    authorization_number: str = ""
    number: str = ""


def enter_encounter(new: NewEncounter) -> Encounter:
    """`enter_encounters` for one."""
    return enter_encounters([new])[0]


def enter_encounters(news: Sequence[NewEncounter]) -> list[Encounter]:
    """Store encounters with their lines, open; all or none.

    Raises `InputError` with findings for what cannot be stored, `ConflictError` when a number is taken. What a payer
    would not accept is for the edits of the claim to say.
    """
    findings = [finding for new in news for finding in check(new)]
    if has_errors(findings):
        raise InputError(f"Nothing was entered: {findings[0].message}", findings)
    if not news:
        return []
    try:
        with transaction.atomic():
            numbers = new_encounter_numbers(sum(not new.number for new in news))
            encounters = Encounter.objects.bulk_create(
                [_encounter(new, new.number or next(numbers)) for new in news], batch_size=CHUNK
            )
            Charge.objects.bulk_create(
                [
                    _charge(encounter, number, line)
                    for encounter, new in zip(encounters, news, strict=True)
                    for number, line in enumerate(new.lines, 1)
                ]
            )
            audit.record("charges.enter", encounters=len(encounters))
    except IntegrityError as taken:
        raise ConflictError("An encounter of this number is there already.") from taken
    return encounters


def new_encounter_numbers(count: int) -> Iterator[str]:
    """Numbers that no encounter of the practice has."""
    numbers: list[str] = []
    while len(numbers) < count:
        missing = count - len(numbers)
        first = take_numbers("encounter", missing)
        names = [f"E{number:06d}" for number in range(first, first + missing)]
        taken: set[str] = set()
        for start in range(0, missing, CHUNK):
            some = Encounter.objects.filter(number__in=names[start : start + CHUNK])
            taken.update(some.values_list("number", flat=True))
        numbers += [name for name in names if name not in taken]
    return iter(numbers)


def hold_encounter(encounter: Encounter) -> None:
    """Keep an open encounter from being released. Raises `ConflictError` when it is not open."""
    open_ones = Encounter.objects.filter(pk=encounter.pk, state=Encounter.State.OPEN)
    if not open_ones.update(state=Encounter.State.HELD):
        raise ConflictError(f"Encounter {encounter.number} is not open; reload it.")
    encounter.state = Encounter.State.HELD


def release_encounters(encounters: Sequence[Encounter]) -> list[int]:
    """Put the charges of encounters into the ledger, owed by the first payer of the day or by the patient.

    All or none; the numbers of the journal entries. Raises `ConflictError` when one was released before, `InputError`
    with findings when one has no diagnosis or no line.
    """
    rows = list(encounters)
    prefetch_related_objects(rows, "charges")
    findings = [finding for row in rows for finding in _check_release(row)]
    if has_errors(findings):
        raise InputError(f"Nothing was released: {findings[0].message}", findings)
    coverages = coverages_of({row.patient_id for row in rows})
    owners = [LEVELS[0] if coverages(row.patient_id, row.service_date) else PATIENT for row in rows]
    return _release(rows, owners, [NOWHERE] * len(rows))


def release_taken_over(encounters: Sequence[Encounter], origins: Sequence[Origin]) -> list[int]:
    """`release_encounters` for those whose claims another system made: nothing is asked of them, a payer owes them.

    `origins` is each one's place in a file.
    """
    rows = list(encounters)
    prefetch_related_objects(rows, "charges")
    return _release(rows, [LEVELS[0]] * len(rows), origins)


def _release(rows: Sequence[Encounter], owners: Sequence[str], origins: Sequence[Origin]) -> list[int]:
    if not rows:
        return []
    with transaction.atomic():
        _mark_released(rows)
        by_row = zip(rows, owners, origins, strict=True)
        numbers = post_entries([entry for row, owner, origin in by_row for entry in _entries(row, owner, origin)])
        audit.record("charges.release", encounters=len(rows), entries=len(numbers))
    return numbers


def _mark_released(rows: Sequence[Encounter]) -> None:
    """Each row exactly once: the update counts only those that nobody released before."""
    now, changed = clock.now(), 0
    unreleased = Encounter.objects.exclude(state=Encounter.State.RELEASED)
    for start in range(0, len(rows), CHUNK):
        keys = [row.pk for row in rows[start : start + CHUNK]]
        changed += unreleased.filter(pk__in=keys).update(state=Encounter.State.RELEASED, released_at=now)
    if changed != len(rows):
        raise ConflictError("An encounter was released already; reload the list.")
    for row in rows:
        row.state, row.released_at = Encounter.State.RELEASED, now


def _entries(row: Encounter, owner: str, origin: Origin) -> Iterator[NewEntry]:
    """One entry for each charge; a service that costs nothing makes none."""
    for charge in row.charges.all():
        if charge.charge_cents:
            yield NewEntry(
                kind="charge",
                postings=(
                    NewPosting(Account.RECEIVABLE, charge.charge_cents, charge_id=charge.pk, owner=owner),
                    NewPosting(Account.CHARGES, -charge.charge_cents, charge_id=charge.pk),
                ),
                text=f"Charge {charge.code} of {row.service_date:%Y-%m-%d}",
                patient_id=row.patient_id,
                encounter_id=row.pk,
                origin=origin,
            )


def _encounter(new: NewEncounter, number: str) -> Encounter:
    return Encounter(
        number=number,
        patient=new.patient,
        billing=new.billing,
        rendering=new.rendering,
        referring=new.referring,
        service_date=new.service_date,
        place_of_service=new.place_of_service,
        diagnoses=list(new.diagnoses),
        authorization_number=new.authorization_number,
        entered_at=clock.now(),
    )


def _charge(encounter: Encounter, number: int, line: NewLine) -> Charge:
    return Charge(
        encounter=encounter,
        number=number,
        code=line.code,
        modifiers=list(line.modifiers),
        description=line.description[:80],
        quantity_thousandths=thousandths(line.quantity),
        unit=line.unit,
        charge_cents=line.charge_cents,
        pointers=list(line.pointers),
    )


def thousandths(quantity: Decimal) -> int:
    """A quantity as stored. X12 gives three decimals at most; what is finer is rounded."""
    return int((quantity * THOUSANDTHS).to_integral_value())


_E, _W = Severity.ERROR, Severity.WARNING

KINDS = MappingProxyType(
    {
        "CHG-001": (_E, "The encounter has no line.", "Enter what was done."),
        "CHG-002": (_E, "The line has no procedure code.", "Enter the code."),
        "CHG-003": (_E, "The charge is negative or beyond all measure.", "Enter it in cents, 0 or more."),
        "CHG-004": (_E, "The quantity is not above zero.", "Enter how many units were given."),
        "CHG-005": (_E, "A modifier is not two capital letters or digits, or there are more than four.", "Correct it."),
        "CHG-006": (
            _E,
            "A diagnosis pointer points at no diagnosis, or there are more than four.",
            "Point at 1 to 12.",
        ),
        "CHG-007": (_E, "There are more than 12 diagnoses.", "Keep those that the services were given for."),
        "CHG-008": (_E, "The place of service is not an assigned code.", "11 is the office."),
        "CHG-009": (_W, "The day of service is in the future.", "Correct it, or wait with the release."),
        "CHG-010": (_E, "The encounter has no diagnosis.", "Enter why the services were given."),
        "CHG-011": (_E, "There are more than 50 lines.", "Enter the rest as another encounter."),
    }
)
"""The findings of this room: severity, what is wrong, what to do."""


def check(new: NewEncounter) -> list[Finding]:
    """What is wrong with an encounter to enter."""
    hits: list[tuple[str, str]] = []
    hits += [("CHG-001", "lines")] if not new.lines else []
    hits += [("CHG-011", "lines")] if len(new.lines) > LINES_MAX else []
    hits += [("CHG-007", "diagnoses")] if len(new.diagnoses) > DIAGNOSES_MAX else []
    hits += [("CHG-008", "place_of_service")] if place(new.place_of_service) is None else []
    hits += [("CHG-009", "service_date")] if new.service_date > clock.today() else []
    for number, line in enumerate(new.lines, 1):
        hits += [(code, f"lines.{number}.{field}") for code, field in _check_line(line, len(new.diagnoses))]
    return [_finding(code, new.number or "encounter", field) for code, field in hits]


def _check_line(line: NewLine, diagnoses: int) -> Iterator[tuple[str, str]]:
    if not line.code:
        yield "CHG-002", "code"
    if not 0 <= line.charge_cents < CENTS_MAX:
        yield "CHG-003", "charge_cents"
    if line.quantity <= 0:
        yield "CHG-004", "quantity"
    if len(line.modifiers) > MODIFIERS_MAX or not all(map(is_modifier_shaped, line.modifiers)):
        yield "CHG-005", "modifiers"
    are_right = all(1 <= pointer <= (diagnoses or DIAGNOSES_MAX) for pointer in line.pointers)
    if len(line.pointers) > POINTERS_MAX or not are_right:
        yield "CHG-006", "pointers"


def _check_release(row: Encounter) -> Iterator[Finding]:
    if not row.diagnoses:
        yield _finding("CHG-010", f"encounter {row.number}", "diagnoses")
    if not row.charges.all():
        yield _finding("CHG-001", f"encounter {row.number}", "lines")


def _finding(code: str, record: str, field: str) -> Finding:
    severity, message, hint = KINDS[code]
    return Finding(code, severity, message, hint, Where(record=record, field=field))
