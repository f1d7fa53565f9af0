"""What tells the guides of the three claims apart, as far as reading and writing go: orders, places, versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from claimwright.documents.claim import ClaimKind
from claimwright.documents.parties import Period
from claimwright.documents.rows_x12 import RowReader
from claimwright.documents.values_x12 import Pool
from claimwright.x12.tree import Delimiters, Loop

HOMES = {
    "CLM": {"2300"}, "SV1": {"2400"}, "SV2": {"2400"}, "SV3": {"2400"}, "LX": {"2400"}, "CAS": {"2320", "2430"},
    "SVD": {"2430"}, "HI": {"2300"}, "SBR": {"2000B", "2320"},
}  # fmt: skip
"""The loops of the segments that carry money, or decide about it."""

DIAGNOSES = frozenset(("ABK", "ABF", "BK", "BF", "TQ"))
"""The qualifiers of the principal and the other diagnoses (HI)."""


@dataclass(frozen=True, slots=True)
class ClaimGuide:
    """One guide: which versions are read by it, which is written, and what has a place where.

    `marks` are parts of the versions' names, this guide's and that of 004010. `service` is the segment that says what
    was done on a line. The orders are those of the segments in 2300 and 2400 and of the providers (NM101) behind them.
    `said_of` is what may be said of a party by its part, as `parties_x12.write_party` reads it. `facility` is CLM05-2.
    `not_in_clm` are the elements of CLM that this guide does not use; `has_insurance_type` is true where SBR05 has
    a place, `tells_more` where a subscriber's contact, a patient's death, weight and pregnancy and the source of the
    signature have one.
    """

    kind: ClaimKind
    version: str
    marks: tuple[str, ...]
    service: str
    facility: str
    claim_order: str
    claim_parts: str
    line_order: str
    line_parts: str
    said_of: Mapping[str, str]
    not_in_clm: frozenset[int] = frozenset()
    has_insurance_type: bool = True
    tells_more: bool = False


_SAID_OF_ALL = {
    "41": "NAME PER",
    "40": "NAME",
    "PR": "NAME N3 N4 REF",
    "87": "N3 N4",
    "PE": "NAME N3 N4 REF",
    "DN": "NAME REF",
    "P3": "NAME REF",
    "DQ": "NAME REF",
    "77": "NAME N3 N4 REF",
}

PROFESSIONAL = ClaimGuide(
    ClaimKind.PROFESSIONAL,
    "005010X222A1",
    ("X222", "X098"),
    service="SV1",
    facility="B",
    claim_order="CLM DTP PWK CN1 AMT REF K3 NTE CR1 CR2 CRC HI HCP",
    claim_parts="DN P3 82 77 DQ PW 45",
    line_order="LX SV1 SV5 PWK CR1 CR3 CRC DTP QTY MEA CN1 REF AMT K3 NTE PS1 HCP",
    line_parts="82 QB 77 DQ DK DN P3 PW 45",
    said_of=_SAID_OF_ALL
    | {
        "85": "NAME N3 N4 TAX REF PER",
        "82": "NAME PRV=PE REF",
        "77": "NAME N3 N4 REF PER",
        "DK": "NAME N3 N4 REF PER",
        "QB": "ID REF",
        "PW": "N3 N4",
        "45": "NAME N3 N4",
    },
    tells_more=True,
)

INSTITUTIONAL = ClaimGuide(
    ClaimKind.INSTITUTIONAL,
    "005010X223A2",
    ("X223", "X096"),
    service="SV2",
    facility="A",
    claim_order="CLM DTP CL1 PWK CN1 AMT REF K3 NTE CRC HI HCP",
    claim_parts="71 72 ZZ 82 77 DN",
    line_order="LX SV2 PWK DTP REF AMT NTE HCP",
    line_parts="72 ZZ 82 DN",
    said_of=_SAID_OF_ALL
    | {
        "85": "NAME N3 N4 TAX PER",
        "71": "NAME PRV=AT REF",
        "72": "NAME REF",
        "ZZ": "NAME REF",
        "82": "NAME REF",
    },
    not_in_clm=frozenset((6, 10, 11, 12)),
    has_insurance_type=False,
)

DENTAL = ClaimGuide(
    ClaimKind.DENTAL,
    "005010X224A2",
    ("X224", "X097"),
    service="SV3",
    facility="B",
    claim_order="CLM DTP DN1 DN2 PWK CN1 AMT REF K3 NTE HI HCP",
    claim_parts="DN P3 82 77 DD DQ",
    line_order="LX SV3 TOO DTP CN1 REF AMT K3 HCP",
    line_parts="82 DD DQ 77",
    said_of=_SAID_OF_ALL
    | {
        "85": "NAME N3 N4 TAX REF PER",
        "DN": "NAME PRV=RF REF",
        "P3": "NAME PRV=RF REF",
        "82": "NAME PRV=PE REF",
        "DD": "NAME PRV=AS REF",
    },
    not_in_clm=frozenset((10,)),
)

GUIDES = {guide.kind: guide for guide in (PROFESSIONAL, INSTITUTIONAL, DENTAL)}


def guide_of(version: str) -> ClaimGuide | None:
    """The guide by which claims of a version are read: its own or the nearest."""
    return next((one for one in GUIDES.values() if any(mark in version for mark in one.marks)), None)


class ClaimReader(RowReader):
    """A `RowReader` that knows by which guide the claims are read, and how what is kept of their loops is read."""

    homes = HOMES

    def __init__(self, guide: ClaimGuide, sha256: str, delimiters: Delimiters) -> None:
        super().__init__("CLM", sha256, delimiters)
        self.guide = guide

    def dates(self, pool: Pool) -> tuple[tuple[str, Period], ...]:
        """The DTPs of a claim or line by qualifier; one that is no day or run of days stays in the pool."""
        dates = []
        for dtp in pool.take_all("DTP"):
            if period := self.period_or_none(dtp):
                dates.append((dtp[1], period))
            else:
                pool.give_back(dtp)
        return tuple(dates)

    def decision_day(self, pool: Pool) -> date | None:
        """When an earlier payer decided."""
        dtp = pool.take("DTP", "573")
        return self.day_or_none(dtp, 3) if dtp else None

    def named_pool(self, loop: Loop | None, what: str, above: Loop) -> Pool:
        """The segments of a party's loop; an error when there is none or it has no name."""
        if loop is None or loop.first("NM1") is None:
            self.say("012", above.segments[0], loop=above.id, what=what)
        return Pool(loop)
