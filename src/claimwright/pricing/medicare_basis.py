"""Medicare's schedule as a contract means it: of which year, of which place, for which practitioner.

Source: Claims Processing Manual, chapter 1, section 10.1.1 (the ZIP code of the place of care decides the locality);
chapter 12, sections 110 to 210 (practitioners who are paid a percentage); 42 CFR 414.52 to 414.56.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from claimwright.codesets.library import CodeLibrary
from claimwright.codesets.medicare_factors import schedule_factor
from claimwright.codesets.mpfs import FeeSchedule, Locality
from claimwright.documents.claim import Claim, ClaimLine
from claimwright.documents.parties import Address, Provider
from claimwright.pricing.medicare import Medicare
from claimwright.pricing.price import Unpriced

PRACTITIONER_PERCENTS: Mapping[str, Decimal] = MappingProxyType(
    {
        "363L": Decimal(85),  # nurse practitioners
        "363A": Decimal(85),  # physician assistants
        "364S": Decimal(85),  # clinical nurse specialists
        "133V": Decimal(85),  # dietitians
        "1041C0700X": Decimal(75),  # clinical social workers
        "106H": Decimal(75),  # marriage and family therapists
        "101YM0800X": Decimal(75),  # mental health counselors
    }
)
"""What Medicare pays of the schedule, by the beginning of the rendering provider's taxonomy."""

_HOME = "12"
_FACILITY = "77"


@dataclass(frozen=True, slots=True)
class MedicareBasis:
    """Which schedule. `year` or `on` hold it still; without them it is the one of the day of service.

    With a year it is that of the day of service while the day lies in the year, of the year's last day after it, of
    its first day before it. `locality` is found by the ZIP code of the place of care where it is not given.
    """

    year: int | None = None
    on: date | None = None
    locality: Locality | None = None
    is_apm: bool = False
    practitioner_percents: Mapping[str, Decimal] = field(default_factory=lambda: PRACTITIONER_PERCENTS)

    def day(self, service_date: date) -> date:
        """The day whose schedule and factor hold for services of a day."""
        if self.on is not None or self.year is None:
            return self.on or service_date
        return min(max(service_date, date(self.year, 1, 1)), date(self.year, 12, 31))

    def at(self, line: ClaimLine, claim: Claim, service_date: date, library: CodeLibrary) -> Medicare | Unpriced:
        """The schedule for a line of a claim."""
        if claim.institutional is not None:
            return Unpriced("Medicare's physician fee schedule does not pay institutional claims")
        provider = line.rendering or claim.rendering or claim.billing
        return self.of_zip(
            zip_of(line, claim), service_date, library, practitioner_percent=self.practitioner_percent(provider)
        )

    def of_zip(
        self, zip_code: str, service_date: date, library: CodeLibrary, *, practitioner_percent: Decimal = Decimal(100)
    ) -> Medicare | Unpriced:
        """The schedule at a place by its ZIP code, which counts where the terms name no locality."""
        schedule = self._schedule(self.day(service_date), library)
        if isinstance(schedule, Unpriced):
            return schedule
        place = self._locality(schedule, zip_code)
        if isinstance(place, Unpriced):
            return place
        factor = schedule_factor(self.day(service_date), is_apm=self.is_apm)
        return Medicare(schedule, place, factor.factor if factor else None, practitioner_percent)

    def practitioner_percent(self, provider: Provider) -> Decimal:
        """What a provider of that taxonomy is paid of the schedule; the longest beginning counts."""
        known = sorted((one for one in self.practitioner_percents if provider.taxonomy.startswith(one)), key=len)
        return self.practitioner_percents[known[-1]] if known else Decimal(100)

    def _schedule(self, day: date, library: CodeLibrary) -> FeeSchedule | Unpriced:
        schedule = library.fee_schedule(day)
        if schedule is None:
            return Unpriced(f"Medicare's relative values or indices of {day} are not loaded")
        for what, release in (("relative values", schedule.release), ("indices", schedule.indices_release)):
            if release is not None and release.effective_date.year != day.year:
                edition = release.edition or release.effective_date
                return Unpriced(f"Medicare's {what} of {day.year} are not loaded, only those of {edition}")
        return schedule

    def _locality(self, schedule: FeeSchedule, zip_code: str) -> Locality | Unpriced:
        if self.locality is not None:
            named = schedule.locality(*self.locality)
            return named or Unpriced(f"the indices have no locality {self.locality.mac}-{self.locality.number}")
        if not schedule.zips:
            return Unpriced("the ZIP codes of Medicare's localities are not loaded for that day")
        short = zip_code[:5]
        found = schedule.zips.get(short)
        if short in schedule.split_zips:
            return Unpriced(f"the ZIP code {short} lies in several localities: name the locality in the terms")
        if found is None:
            return Unpriced(f"no locality is known for the ZIP code {short or '(none)'} of the place of care")
        named = schedule.locality(*found)
        return named or Unpriced(f"the indices have no locality {found.mac}-{found.number}")


def zip_of(line: ClaimLine, claim: Claim) -> str:
    """Where the care was given: the place that the line or the claim names, the patient's home, the practice."""
    place = dict(line.providers).get(_FACILITY) or claim.facility
    if place is None and (line.place_of_service or claim.place_of_service) == _HOME:
        return _zip(claim.patient_person.address) or _zip(claim.subscriber.person.address)
    return _zip((place or claim.billing).address) or _zip(claim.billing.address)


def _zip(address: Address | None) -> str:
    return address.postal_code if address else ""
