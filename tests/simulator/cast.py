"""A practice, its patients and its claims for the tests of the simulator. Nobody here exists."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from claimwright.documents.adjustments import Adjustment
from claimwright.documents.claim import (
    Claim,
    ClaimBatch,
    ClaimLine,
    Diagnosis,
    LineAdjudication,
    OtherPayer,
    Subscriber,
)
from claimwright.documents.parties import Address, Contact, Party, Period, Person, Procedure, Provider
from claimwright.simulator.adjudicate import Submission
from claimwright.simulator.policy import Member, OtherCoverage, Payer, PayerKind, Policy

SEEN = date(2026, 3, 2)
RECEIVED = date(2026, 3, 4)
MORNING = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
HOME = Address("12 Elm Street", "", "Springfield", "IL", "62701")

PRACTICE = Provider(
    last_name="LAKESIDE FAMILY PRACTICE",
    id_qualifier="XX",
    id="1234567893",
    address=Address("1 Lake Road", "", "Springfield", "IL", "627010001"),
    tax_id="960000001",
    tax_id_qualifier="EI",
)
MEDICARE = Payer(
    "CWMCR",
    "PRAIRIE MEDICARE",
    PayerKind.MEDICARE,
    "970000001",
    filing_code="MB",
    fees={"99213": 10000, "93000": 2000},
    coinsurance_percent=Decimal(20),
    sequestration_percent=Decimal(2),
    deductible_cents=28300,
    forwards_to="CWOAK",
)
SUPPLEMENT = Payer("CWOAK", "OAKLEAF SUPPLEMENT", PayerKind.SUPPLEMENT, "970000005", filing_code="15", days_to_decide=6)
PLAN = Payer(
    "CWBLU",
    "BLUESTEM HEALTH PLAN",
    PayerKind.COMMERCIAL,
    "970000003",
    fees={"99213": 10000, "93000": 2000, "73721": 30000},
    coinsurance_percent=Decimal(20),
    copay_cents=2500,
    deductible_cents=50000,
    authorization_codes=frozenset({"73721"}),
    filing_days=90,
    interest_percent=Decimal(10),
)
MEDICAID = Payer("CWMCD", "LINCOLN MEDICAID", PayerKind.MEDICAID, "970000002", "MC", fees={"99213": 6000})
DEFAULT = Payer("CWOTHER", "OTHER PAYER", PayerKind.COMMERCIAL, "970000009", knows_everyone=True)

ADA = Member("CWBLU", "BLU555000001", "ABARA", "ADA", date(1980, 5, 6), "F", date(2020, 1, 1), deductible_left_cents=0)
BEN = Member(
    "CWMCR", "1EG4TE5MK10", "BARLOW", "BEN", date(1950, 7, 8), "M", date(2015, 7, 1),
    deductible_left_cents=0, other=OtherCoverage("CWOAK", "OAK70000001"),
)  # fmt: skip
BEN_AT_OAKLEAF = Member(
    "CWOAK", "OAK70000001", "BARLOW", "BEN", date(1950, 7, 8), "M", date(2015, 7, 1),
    other=OtherCoverage("CWMCR", "1EG4TE5MK10", is_primary=True),
)  # fmt: skip
CORA = Member(
    "CWMCD", "LSM900000001", "CASTRO", "CORA", date(1990, 1, 2), "F", date(2020, 1, 1), until=date(2026, 1, 31)
)


def policy(*payers: Payer, seed: int = 1, **fields) -> Policy:
    """A policy of these payers instead of the usual ones of the same ids, with the usual members."""
    known = {payer.id: payer for payer in (MEDICARE, SUPPLEMENT, PLAN, MEDICAID, *payers)}
    members = {(member.payer_id, member.id): member for member in (ADA, BEN, BEN_AT_OAKLEAF, CORA)}
    return Policy(known, DEFAULT, members, seed, **fields)


def line(number: int = 1, code: str = "99213", cents: int = 15000, **fields) -> ClaimLine:
    """One service on the day the patient was seen."""
    usual = {"unit": "UN", "period": Period.day(SEEN), "pointers": (1,), "control_number": f"L{number}"}
    return ClaimLine(number, Procedure(code), cents, fields.pop("quantity", Decimal(1)), **{**usual, **fields})


def claim(*lines: ClaimLine, number: str = "A1001", member: Member = ADA, payer: Payer = PLAN, **fields) -> Claim:
    """A primary claim of that member at that payer."""
    lines = lines or (line(),)
    person = Person(
        last_name=member.last_name, first_name=member.first_name, is_person=True, id_qualifier="MI", id=member.id,
        address=HOME, birth_date=member.birth_date, sex=member.sex,
    )  # fmt: skip
    usual = {
        "place_of_service": "11",
        "frequency": "1",
        "billing": PRACTICE,
        "subscriber": Subscriber("P", person, filing_code="CI"),
        "payer": Party(last_name=payer.name, id_qualifier="PI", id=payer.id),
        "diagnoses": (Diagnosis("J069", "ABK"),),
    }
    return Claim(number, sum(one.charge_cents for one in lines), lines=lines, **{**usual, **fields})


def secondary(primary: Claim, payer: Payer, paid: int, *adjustments: Adjustment, level: str = "S") -> Claim:
    """The claim for the next payer when the first one decided its only line so."""
    first = OtherPayer(primary.subscriber, primary.payer, paid_cents=paid)
    (only,) = primary.lines
    decided = LineAdjudication(primary.payer.id, paid, only.procedure, only.quantity, adjustments, date(2026, 3, 3))
    return replace(
        primary,
        subscriber=replace(primary.subscriber, payer_level=level),
        payer=Party(last_name=payer.name, id_qualifier="PI", id=payer.id),
        other_payers=(first,),
        lines=(replace(only, adjudications=(decided,)),),
    )


def submitted(one: Claim, *, attempt: int = 0, received_on: date = RECEIVED) -> Submission:
    """The claim as its payer took it in."""
    return Submission(one, "260630001", received_on, attempt)


def batch(*claims: Claim, reference: str = "B1", at: datetime = MORNING) -> ClaimBatch:
    """The claims as one 837."""
    contact = Contact("BILLING", (("TE", "5555550100"),))
    submitter = Party(last_name="LAKESIDE", id_qualifier="46", id="LAKESIDE", contacts=(contact,))
    receiver = Party(last_name="CLAIMWRIGHT SIMULATOR", id_qualifier="46", id="CWSIMULATOR")
    return ClaimBatch(reference, at, submitter, receiver, claims)
