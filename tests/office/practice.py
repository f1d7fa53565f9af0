"""A small practice for tests: one group, one doctor, payers and patients; every name and number is invented."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from claimwright.office.charges.entry import NewEncounter, NewLine, enter_encounters, release_encounters
from claimwright.office.charges.models import Encounter
from claimwright.office.claims.building import build_claims
from claimwright.office.claims.models import Claim
from claimwright.office.patients.models import Coverage, Patient, Payer, Provider
from claimwright.office.patients.roster import add_coverage, add_patient, add_payer, add_provider

ADDRESS = {"line1": "1 Pier Road", "city": "Madison", "state": "WI", "postal_code": "537035555"}
VISIT = date(2026, 1, 2)
OFFICE_VISIT = NewLine("99213", 12_500)


def luhn(number: int) -> str:
    """The NPI that begins with 1 and this number of eight digits."""
    digits = f"1{number:08d}"
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in digits[::-2])
    return f"{digits}{-(24 + doubled + sum(int(digit) for digit in digits[-2::-2])) % 10}"


@dataclass
class Practice:
    """The rows of a practice, made in the scope that is open."""

    group: Provider = field(init=False)
    doctor: Provider = field(init=False)
    aetna: Payer = field(init=False)
    supplement: Payer = field(init=False)

    def __post_init__(self) -> None:
        self.group = add_provider(
            "Lakeside Family Practice",
            npi=luhn(23456789),
            tax_id="123456789",
            taxonomy="207Q00000X",
            is_billing=True,
            phone="6085550100",
            **ADDRESS,
        )
        self.doctor = add_provider(
            "Moreau", first_name="Anne", is_person=True, npi=luhn(33456789), taxonomy="207Q00000X", is_rendering=True
        )
        self.aetna = add_payer("Harbor Health", "HARB1", kind="commercial", filing_code="CI", **ADDRESS)
        self.supplement = add_payer("Second Sail", "SAIL2", kind="supplement", filing_code="CI", **ADDRESS)

    def patient(self, last_name: str = "Quill", first_name: str = "Ida", **columns: Any) -> Patient:
        values = {"birth_date": date(1980, 5, 17), "sex": "F", **ADDRESS, **columns}
        return add_patient(last_name, first_name, **values)

    def cover(self, patient: Patient, payer: Payer | None = None, *, rank: int = 1, **columns: Any) -> Coverage:
        values = {"member_id": f"M{patient.pk:06d}{rank}", **columns}
        return add_coverage(patient, payer or self.aetna, rank=rank, **values)

    def covered_patient(self, *payers: Payer, **columns: Any) -> Patient:
        patient = self.patient(**columns)
        for rank, payer in enumerate(payers or (self.aetna,), 1):
            self.cover(patient, payer, rank=rank)
        return patient

    def visit(self, patient: Patient, *lines: NewLine, **columns: Any) -> NewEncounter:
        values = {"service_date": VISIT, "diagnoses": ("J069", "R05"), "rendering": self.doctor, **columns}
        return NewEncounter(patient=patient, billing=self.group, lines=lines or (OFFICE_VISIT,), **values)

    def released(self, *visits: NewEncounter) -> list[Encounter]:
        encounters = enter_encounters(visits)
        release_encounters(encounters)
        return encounters

    def claims(self, *visits: NewEncounter) -> list[Claim]:
        return build_claims(self.released(*visits))

    def claim(self, *payers: Payer, lines: Sequence[NewLine] = (), **columns: Any) -> Claim:
        return self.claims(self.visit(self.covered_patient(*payers), *lines, **columns))[0]


SURGERY = NewLine("17000", 30_050, modifiers=("59",), pointers=(2,), quantity=Decimal(1))
