"""What only a dental claim says (837D): orthodontics, the state of the teeth, and where in the mouth work was done."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from claimwright.documents.parties import Provider


@dataclass(frozen=True, slots=True)
class ToothStatus:
    """A tooth that is missing (M) or is to be extracted (E), by its universal number 1 to 32 or A to T (DN2)."""

    tooth: str
    status: str


@dataclass(frozen=True, slots=True)
class Tooth:
    """A tooth that was treated and on which surfaces: M, O, D, B, L, I, F (TOO)."""

    number: str
    surfaces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DentalPart:
    """What a dentist's claim says beyond `Claim`.

    `treatment_months` and `months_remaining` are those of orthodontic treatment (DN1), `orthodontic_note` its DN104;
    `predetermination` says that the claim asks what would be paid (CLM19 PB), `predetermination_number` (REF G3) is the
    payer's number of an earlier such answer. When an appliance was placed is in `Claim.dates` under 452.
    """

    treatment_months: Decimal | None = None
    months_remaining: Decimal | None = None
    orthodontic_note: str = ""
    teeth: tuple[ToothStatus, ...] = ()
    predetermination: bool = False
    predetermination_number: str = ""
    assistant_surgeon: Provider | None = None


@dataclass(frozen=True, slots=True)
class DentalLine:
    """What a line of a dental claim says beyond `ClaimLine` (SV3, TOO).

    `oral_cavity` are the areas of the mouth (00 all of it, 01 and 02 the jaws, 10 to 40 the quadrants); `prosthesis` is
    I (first placement) or R (replacement). Days of placement are in `ClaimLine.dates`: 441 and 139 of the earlier
    prosthesis, 452 and 446 of an appliance, 196 and 198 beginning and end of the treatment.
    """

    oral_cavity: tuple[str, ...] = ()
    prosthesis: str = ""
    teeth: tuple[Tooth, ...] = ()
