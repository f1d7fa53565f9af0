"""Visits as they are entered, with the mistakes that are made on the way, and how each mistake is mended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from claimwright.office.charges.entry import NewEncounter, NewLine, enter_encounters
from claimwright.office.charges.models import Encounter
from claimwright.office.patients import roster
from claimwright.office.trial.opening import OpenedPractice
from claimwright.office.trial.sample import SamplePractice
from claimwright.office.trial.visits import PlannedVisit, needed_authorizations

_DAYS_IN_THE_FUTURE = 40


def enter_visits(
    sample: SamplePractice, opened: OpenedPractice, visits: Sequence[PlannedVisit]
) -> list[tuple[Encounter, PlannedVisit]]:
    """Enter these visits as their encounters; a visit that is entered twice gives two."""
    entered = []
    for visit in visits:
        if not _has(visit, "authorization_forgotten"):
            obtain_authorization(sample, opened, visit)
        entered += [visit] * (2 if _has(visit, "entered_twice") else 1)
    encounters = enter_encounters([_encounter(sample, opened, visit) for visit in entered])
    return list(zip(encounters, entered, strict=True))


def obtain_authorization(sample: SamplePractice, opened: OpenedPractice, visit: PlannedVisit) -> str:
    """Ask each payer for the authorization that this visit needs and keep it; the first payer's number, if any."""
    patient = opened.patients[visit.patient.account]
    for position, card in enumerate(visit.patient.coverages):
        codes = needed_authorizations(sample, visit.patient, visit.kind, position)
        number = authorization_number(visit, position)
        if codes and not patient.authorizations.filter(number=number).exists():
            payer = opened.payers[card.payer_id]
            roster.add_authorization(patient, payer, number=number, effective_date=visit.day, codes=sorted(codes))
    return authorization_number(visit) if needed_authorizations(sample, visit.patient, visit.kind) else ""


def authorization_number(visit: PlannedVisit, position: int = 0) -> str:
    """The number that the payer at that position (0 pays first) gives for this visit."""
    return f"AU{visit.number:06d}{'ABC'[position]}"


def mending_changes(visit: PlannedVisit) -> dict[str, Any]:
    """The fields of the claim that put this visit's mistake right, with their right values."""
    line = visit.kind.lines[0]
    kind = visit.mistake.kind if visit.mistake else ""
    changes: dict[str, dict[str, Any]] = {
        "diagnosis_malformed": {"diagnoses.1.code": visit.kind.diagnoses[0]},
        "pointer_missing": {"lines.1.pointers": line.pointers},
        "modifier_twice": {"lines.1.procedure.modifiers": line.modifiers},
        "authorization_forgotten": {"prior_authorization": authorization_number(visit)},
    }
    return changes.get(kind, {})


def _has(visit: PlannedVisit, kind: str) -> bool:
    return visit.mistake is not None and visit.mistake.kind == kind


def _encounter(sample: SamplePractice, opened: OpenedPractice, visit: PlannedVisit) -> NewEncounter:
    codes = needed_authorizations(sample, visit.patient, visit.kind)
    right = NewEncounter(
        patient=opened.patients[visit.patient.account],
        billing=opened.billing,
        rendering=opened.providers[visit.provider.key],
        service_date=visit.day,
        diagnoses=visit.kind.diagnoses,
        lines=tuple(
            NewLine(
                code=line.code,
                charge_cents=sample.charges_cents[line.code] * line.units,
                modifiers=line.modifiers,
                pointers=line.pointers,
                quantity=Decimal(line.units),
            )
            for line in visit.kind.lines
        ),
        authorization_number=authorization_number(visit) if codes else "",
    )
    return _MISTAKES[visit.mistake.kind](right) if visit.mistake else right


def _with_first_line(encounter: NewEncounter, **changes: Any) -> NewEncounter:
    first, *rest = encounter.lines
    return replace(encounter, lines=(replace(first, **changes), *rest))


def _malformed(code: str) -> str:
    """`I10` → `10I`: a slip of the fingers."""
    return code[1:] + code[0]


_MISTAKES: dict[str, Callable[[NewEncounter], NewEncounter]] = {
    "diagnosis_malformed": lambda one: replace(one, diagnoses=(_malformed(one.diagnoses[0]), *one.diagnoses[1:])),
    "diagnosis_twice": lambda one: replace(one, diagnoses=(*one.diagnoses, one.diagnoses[0])),
    "pointer_missing": lambda one: _with_first_line(one, pointers=()),
    "modifier_twice": lambda one: _with_first_line(one, modifiers=("25", "25")),
    "authorization_forgotten": lambda one: replace(one, authorization_number=""),
    "procedure_malformed": lambda one: _with_first_line(one, code=one.lines[0].code[:-1]),
    "service_date_in_the_future": lambda one: replace(
        one, service_date=one.service_date + timedelta(days=_DAYS_IN_THE_FUTURE)
    ),
    "entered_twice": lambda one: one,
}
