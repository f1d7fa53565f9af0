"""Statements to print: an ordinary one, a long one, an odd one. Synthetic people."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from claimwright.forms import AgeingBucket, Practice, Recipient, Statement, StatementLine, Visit

PRACTICE = Practice(
    name="Springfield Family Practice",
    address=("12 Elm Street", "Springfield, IL 62701-1234"),
    phone="(217) 555-0142",
    hours="Monday to Friday, 8 to 4",
    pay_url="https://pay.example.org/springfield",
    remit_address=("P.O. Box 4410", "Springfield, IL 62708-4410"),
)
GUARANTOR = Recipient("Jane Doe", ("480 Oak Avenue, Apt 2B", "Springfield, IL 62704"))


def line(
    description: str, charge: int, insurance: int, adjusted: int, patient: int = 0, why: str = "coinsurance"
) -> StatementLine:
    owed = charge - insurance - adjusted - patient
    return StatementLine(description, charge, insurance, adjusted, patient, owed, why)


VISIT = Visit(
    date(2026, 2, 16),
    "Jane Doe",
    (
        line("Office visit, established patient", 18_500, 6_144, 7_620, 2_500, "coinsurance 20 % of 120.00"),
        line("Urine test in the office", 1_500, 0, 1_100, why="yearly deductible"),
    ),
    "Ana Rivera, MD",
    "claim CW-1001",
)
SHORT = Statement(
    number="S-2026-000123",
    statement_date=date(2026, 3, 20),
    due_date=date(2026, 4, 10),
    practice=PRACTICE,
    guarantor=GUARANTOR,
    account_number="A-10017",
    visits=(VISIT,),
    ageing=(
        AgeingBucket("0-30 days", VISIT.lines[0].owed_cents),
        AgeingBucket("31-60 days", VISIT.lines[1].owed_cents),
        AgeingBucket("61-90 days", 0),
        AgeingBucket("91-120 days", 0),
        AgeingBucket("over 120 days", 0),
    ),
)


def visits(count: int, lines: int = 2) -> tuple[Visit, ...]:
    return tuple(
        replace(
            VISIT,
            service_date=VISIT.service_date + timedelta(days=number),
            reference=f"claim CW-{1001 + number}",
            lines=(VISIT.lines * lines)[:lines],
        )
        for number in range(count)
    )


def aged(statement: Statement) -> Statement:
    """With all of its amount in the youngest bucket."""
    buckets = (AgeingBucket("0-30 days", statement.amount_due_cents), *SHORT.ageing[2:])
    return replace(statement, ageing=buckets)


LONG = aged(replace(SHORT, visits=visits(9, 3), credit_cents=1_250))
ONE_LONG_VISIT = aged(replace(SHORT, visits=visits(1, 60)))
ODD = aged(
    replace(
        SHORT,
        number="S-2026-000000000000000000123456789",
        account_number="ACCOUNT-0000000000000000000000000017",
        practice=replace(
            PRACTICE,
            name="The Very Long Named Interdisciplinary Family and Community Practice of Greater Springfield, PLLC",
            address=("1200 Martin Luther King Junior Memorial Boulevard Northwest, Building C", "Suite 1400", "X" * 90),
            hours="Monday to Thursday 8:00 to 16:30, Friday 8:00 to 12:00, closed on federal holidays",
        ),
        guarantor=Recipient(
            "Maximiliane-Theodora Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh Nguyễn Łukasz 山田",
            ("1200 Martin Luther King Junior Memorial Boulevard Northwest, Building C, Apartment 1204", "B", "C", "D"),
        ),
        visits=(
            replace(
                VISIT,
                patient_name="Maximiliane-Theodora Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh",
                provider_name="Bartholomew Oluwaseun-Featherstonehaugh Montgomery III, MD, PhD, FACP, FACC",
                lines=(
                    line("W" * 120, 1_234_567_890, 34_567_890, 100_000_000, 0, "not covered by the plan " * 12),
                    line("A long description that goes on and on " * 6, 1_00, 0, 0, why=""),
                ),
            ),
        ),
        notices=("A notice that the practice's state asks for, in the state's own words. " * 6,),
    )
)
SELF_PAY = aged(
    replace(
        SHORT,
        practice=replace(PRACTICE, pay_url="", hours="", remit_address=()),
        visits=(Visit(date(2026, 2, 16), "Jane Doe", (line("Office visit, new patient", 21_000, 0, 0, 5_000, ""),)),),
    )
)
EVERY = {"short": SHORT, "long": LONG, "one long visit": ONE_LONG_VISIT, "odd": ODD, "self-pay": SELF_PAY}
