"""A claim that nothing is wrong with, and its payer: every case of an edit changes a little of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from claimwright.documents.adjustments import Adjustment
from claimwright.documents.claim import Claim, ClaimLine, Diagnosis, OtherPayer, Subscriber
from claimwright.documents.claim import LineAdjudication as Decision
from claimwright.documents.parties import Address, Party, Period, Person, Procedure, Provider
from claimwright.edits import AuthorizationOnFile, ClaimContext, Coverage, CoverageState, PayerProfile

TODAY = date(2026, 3, 2)
SERVICE_DATE = date(2026, 2, 16)

STREET = Address("12 Elm Street", "", "Springfield", "IL", "627011234")
BILLING = Provider(
    last_name="Springfield Family Practice",
    id_qualifier="XX",
    id="1234567893",
    address=STREET,
    taxonomy="207Q00000X",
    tax_id="123456789",
    tax_id_qualifier="EI",
)
RENDERING = Provider(
    last_name="Rivera", first_name="Ana", is_person=True, id_qualifier="XX", id="1245319599", taxonomy="207Q00000X"
)
FACILITY = Provider(last_name="Springfield Hospital", id_qualifier="XX", id="1234567893", address=STREET)
MEMBER = Person(
    last_name="Doe",
    first_name="Jane",
    is_person=True,
    id_qualifier="MI",
    id="ZZT000111",
    address=STREET,
    birth_date=date(1980, 5, 4),
    sex="F",
)
CHILD = Person(last_name="Doe", first_name="Tim", is_person=True, address=STREET, birth_date=date(2012, 5, 4), sex="M")
PAYER = Party(last_name="Prairie Health", id_qualifier="PI", id="PRA01")
FIRST_PAYER = Party(last_name="First Insurance", id_qualifier="PI", id="FST01")

LINE = ClaimLine(
    number=1,
    procedure=Procedure("99213", ("25",)),
    charge_cents=12_500,
    quantity=Decimal(1),
    unit="UN",
    period=Period.day(SERVICE_DATE),
    pointers=(1,),
    control_number="L1",
)
SECOND_LINE = ClaimLine(
    number=2,
    procedure=Procedure("81002"),
    charge_cents=1_500,
    quantity=Decimal(1),
    unit="UN",
    period=Period.day(SERVICE_DATE),
    pointers=(1, 2),
    control_number="L2",
)
CLAIM = Claim(
    control_number="CW-1001",
    charge_cents=14_000,
    place_of_service="11",
    frequency="1",
    billing=BILLING,
    subscriber=Subscriber("P", MEMBER, group_number="G1", filing_code="CI"),
    payer=PAYER,
    diagnoses=(Diagnosis("E119", "ABK"), Diagnosis("R309", "ABF")),
    lines=(LINE, SECOND_LINE),
    rendering=RENDERING,
)

PROFILE = PayerProfile(
    name="Prairie Health",
    payer_id="PRA01",
    kind="commercial",
    filing_code="CI",
    filing_limit_days=90,
    member_id_pattern=r"ZZT\d{6}",
)
KNOWN = ClaimContext(
    coverage=Coverage(CoverageState.ACTIVE, date(2026, 1, 1), date(2026, 12, 31), "ZZT000111"),
    authorizations=(AuthorizationOnFile("A1", frozenset({"99213"}), date(2026, 1, 1), date(2026, 6, 30)),),
)


def decision(charge_cents: int, code: str) -> Decision:
    """What the first payer decided about a line: 80 % paid, the rest coinsurance."""
    paid_cents = charge_cents * 8 // 10
    return Decision(
        payer_id="FST01",
        paid_cents=paid_cents,
        procedure=Procedure(code),
        quantity=Decimal(1),
        adjustments=(Adjustment("PR", "2", charge_cents - paid_cents),),
        adjudication_date=date(2026, 2, 25),
    )


FIRST_DECISION = OtherPayer(Subscriber("P", MEMBER, filing_code="CI"), FIRST_PAYER, paid_cents=11_200)
SECOND_CLAIM = replace(
    CLAIM,
    subscriber=replace(CLAIM.subscriber, payer_level="S"),
    lines=(
        replace(LINE, adjudications=(decision(LINE.charge_cents, "99213"),)),
        replace(SECOND_LINE, adjudications=(decision(SECOND_LINE.charge_cents, "81002"),)),
    ),
    other_payers=(FIRST_DECISION,),
)
