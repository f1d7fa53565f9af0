"""What only the 837D says, between X12 and `DentalPart` and `DentalLine`: DN1, DN2, predetermination; SV3, TOO."""

from __future__ import annotations

from collections.abc import Iterator

from claimwright.documents.claim_kinds_x12 import ClaimReader
from claimwright.documents.claim_providers_x12 import Providers
from claimwright.documents.dental import DentalLine, DentalPart, Tooth, ToothStatus
from claimwright.documents.values_x12 import Pool, x12_number
from claimwright.x12.tree import Segment
from claimwright.x12.writing import OutgoingSegment

PREDETERMINATION = "PB"
_UNIVERSAL_NUMBERS = "JP"


def read_dental_part(clm: Segment, pool: Pool, providers: Providers, reader: ClaimReader) -> DentalPart:
    """What a 2300 says beyond a `Claim`; what is taken is gone from the pool and from `providers`."""
    dn1 = pool.take("DN1")
    return DentalPart(
        treatment_months=reader.number_or_none(dn1, 1) if dn1 else None,
        months_remaining=reader.number_or_none(dn1, 2) if dn1 else None,
        orthodontic_note=dn1[4] if dn1 else "",
        teeth=tuple(ToothStatus(dn2[1], dn2[2]) for dn2 in pool.take_all("DN2")),
        predetermination=clm[19] == PREDETERMINATION,
        predetermination_number=pool.value("REF", "G3"),
        assistant_surgeon=providers.take("DD"),
    )


def write_dental_part(part: DentalPart) -> Iterator[OutgoingSegment]:
    """The segments of a 2300 that only a dental claim has."""
    months, remaining = x12_number(part.treatment_months), x12_number(part.months_remaining)
    if months or remaining or part.orthodontic_note:
        yield ("DN1", months, remaining, "", part.orthodontic_note)
    for one in part.teeth:
        yield ("DN2", one.tooth, one.status, "", "", "", _UNIVERSAL_NUMBERS)
    if part.predetermination_number:
        yield ("REF", "G3", part.predetermination_number)


def read_dental_line(sv3: Segment, pool: Pool) -> DentalLine:
    """What a line says beyond a `ClaimLine`; its teeth are gone from the pool."""
    return DentalLine(
        oral_cavity=tuple(area for area in sv3.components(4) if area),
        prosthesis=sv3[5],
        teeth=tuple(Tooth(too[2], tuple(filter(None, too.components(3)))) for too in pool.take_all("TOO")),
    )


def write_teeth(part: DentalLine) -> Iterator[OutgoingSegment]:
    """The TOOs of a line."""
    for tooth in part.teeth:
        yield ("TOO", _UNIVERSAL_NUMBERS, tooth.number, tooth.surfaces)
