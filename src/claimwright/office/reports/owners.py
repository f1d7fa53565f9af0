"""Who owes: the payer behind each level of each claim, and the patient, in words that group."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from claimwright.office.claims.models import Adjudication
from claimwright.remittance.plan import PATIENT

LEVEL_WORDS = MappingProxyType({"P": "primary", "S": "secondary", "T": "tertiary"})


@dataclass(frozen=True, slots=True, order=True)
class Owner:
    """Somebody who owes: `level` as the ledger writes it (a payer level or PATIENT), the payer's kind, and its name."""

    level: str
    kind: str
    name: str

    @property
    def is_patient(self) -> bool:
        return self.level == PATIENT

    @property
    def label(self) -> str:
        """`Medicare (primary)`, `Patients`."""
        return "Patients" if self.is_patient else f"{self.name} ({LEVEL_WORDS.get(self.level, self.level)})"


PATIENTS = Owner(PATIENT, "patient", "Patients")
_UNKNOWN = "Payer not on file"


def owners_of(encounter_ids: Collection[int]) -> Mapping[tuple[int, str], Owner]:
    """The payer that stands behind each level of these encounters' claims."""
    rows = Adjudication.objects.filter(claim__encounter__in=encounter_ids).values_list(
        "claim__encounter_id", "level", "payer__kind", "payer__name"
    )
    return {(encounter, level): Owner(level, kind, name) for encounter, level, kind, name in rows}


def owner_at(owners: Mapping[tuple[int, str], Owner], encounter_id: int, level: str) -> Owner:
    """Who owes at that level of that encounter."""
    if level == PATIENT:
        return PATIENTS
    return owners.get((encounter_id, level)) or Owner(level, "other", _UNKNOWN)
