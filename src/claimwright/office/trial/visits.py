"""Who comes when and why, and which mistakes are made on the way: all of it from a seed.

Every choice is a draw of its own (see `simulator.chance`), named after what it is about: adding a kind of mistake
does not change who comes on Tuesday.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from claimwright.office.trial.sample import MistakeKind, SamplePatient, SamplePractice, SampleProvider, VisitKind
from claimwright.simulator.chance import choose, draw

VISITS_A_DAY = 40
_WEEKDAYS = 5


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """One visit: its number from 1, its day, who, whom and what for, and the mistake made with it, if any."""

    number: int
    day: date
    patient: SamplePatient
    provider: SampleProvider
    kind: VisitKind
    mistake: MistakeKind | None


def plan_visits(sample: SamplePractice, *, count: int, first_day: date, seed: int) -> list[PlannedVisit]:
    """`count` visits from `first_day` on, at most `VISITS_A_DAY` a workday, nobody twice on one day."""
    planned: list[PlannedVisit] = []
    for day in _workdays(first_day):
        if len(planned) == count:
            break
        today: set[str] = set()
        for _ in range(min(VISITS_A_DAY, count - len(planned))):
            number = len(planned) + 1
            patient = _somebody(sample.patients, today, seed, number)
            today.add(patient.account)
            kind = _reason(sample, patient, day, seed, number)
            provider = sample.providers[choose(seed, len(sample.providers), "provider", number)]
            mistake = _mistake(sample, patient, kind, seed, number)
            planned.append(PlannedVisit(number, day, patient, provider, kind, mistake))
    return planned


def _workdays(first_day: date) -> Iterator[date]:
    day = first_day
    while True:
        if day.weekday() < _WEEKDAYS:
            yield day
        day += timedelta(days=1)


def _somebody(patients: tuple[SamplePatient, ...], today: set[str], seed: int, number: int) -> SamplePatient:
    position = choose(seed, len(patients), "patient", number)
    while patients[position].account in today:
        position = (position + 1) % len(patients)
    return patients[position]


def _reason(sample: SamplePractice, patient: SamplePatient, day: date, seed: int, number: int) -> VisitKind:
    fitting = [kind for kind in sample.visits if kind.youngest <= patient.age_on(day) <= kind.oldest]
    left = choose(seed, sum(kind.weight for kind in fitting), "reason", number)
    for kind in fitting:
        left -= kind.weight
        if left < 0:
            return kind
    raise AssertionError("the weights sum to what was chosen from")


def _mistake(
    sample: SamplePractice, patient: SamplePatient, kind: VisitKind, seed: int, number: int
) -> MistakeKind | None:
    for mistake in sample.mistakes:
        if (
            _can_be_made(mistake, sample, patient, kind)
            and draw(seed, "mistake", mistake.kind, number) < mistake.per_mille
        ):
            return mistake
    return None


def _can_be_made(mistake: MistakeKind, sample: SamplePractice, patient: SamplePatient, kind: VisitKind) -> bool:
    if not patient.coverages:
        return False
    if mistake.kind == "authorization_forgotten":
        return bool(needed_authorizations(sample, patient, kind))
    return True


def needed_authorizations(
    sample: SamplePractice, patient: SamplePatient, kind: VisitKind, position: int = 0
) -> frozenset[str]:
    """The codes of this visit that the patient's payer at that position (0 pays first) wants to be asked about."""
    if position >= len(patient.coverages):
        return frozenset()
    payer = next(payer for payer in sample.payers if payer.id == patient.coverages[position].payer_id)
    return payer.authorization_codes & frozenset(line.code for line in kind.lines)
