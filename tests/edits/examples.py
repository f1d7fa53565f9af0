"""For each edit a claim that triggers it: the clean claim with one thing changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from tests.edits.clean import (
    BILLING,
    CHILD,
    CLAIM,
    FACILITY,
    FIRST_DECISION,
    KNOWN,
    LINE,
    MEMBER,
    PAYER,
    PROFILE,
    RENDERING,
    SECOND_LINE,
    STREET,
    TODAY,
    decision,
)
from tests.edits.code_sets import LIBRARY

from claimwright.codesets.library import NOTHING_LOADED, CodeLibrary
from claimwright.documents.adjustments import Adjustment
from claimwright.documents.claim import Claim, ClaimLine, Diagnosis, Drug, OtherPayer, Subscriber
from claimwright.documents.parties import Period, Procedure
from claimwright.edits import ClaimContext, Coverage, CoverageState, EarlierClaim, PayerProfile


@dataclass(frozen=True)
class Example:
    """What the edit is run on, and the field that it must name."""

    field: str
    claim: Claim = CLAIM
    profile: PayerProfile = PROFILE
    known: ClaimContext = KNOWN
    today: date = TODAY
    library: CodeLibrary = NOTHING_LOADED


def coded(field: str, *codes: str, **changes: Any) -> Example:
    """The claim with these diagnoses, judged by the small code sets."""
    kinds = ("ABK", *("ABF" for _ in codes[1:]))
    diagnoses = tuple(Diagnosis(code, kind) for code, kind in zip(codes, kinds, strict=True))
    return Example(field, replace(CLAIM, diagnoses=diagnoses, **changes), library=LIBRARY)


def to_medicare(field: str, **changes: Any) -> Example:
    """A change of line 2 in a claim to a payer that follows NCCI, judged by the small code sets."""
    followed = replace(PROFILE, applies_ncci=True)
    return replace(line(field, **changes), profile=followed, library=LIBRARY)


def claim(field: str, **changes: Any) -> Example:
    return Example(field, replace(CLAIM, **changes))


def billing(field: str, **changes: Any) -> Example:
    return claim(f"billing.{field}", billing=replace(BILLING, **changes))


def line(field: str, **changes: Any) -> Example:
    """A change of line 2; the claim's charge follows the lines."""
    changed = replace(SECOND_LINE, **changes)
    number = changes.get("number", 2)
    charge = LINE.charge_cents + changed.charge_cents
    return claim(f"lines.{number}.{field}", lines=(LINE, changed), charge_cents=charge)


def member(field: str, **changes: Any) -> Example:
    return claim(f"subscriber.person.{field}", subscriber=replace(CLAIM.subscriber, person=replace(MEMBER, **changes)))


def subscriber(field: str, **changes: Any) -> Example:
    return claim(f"subscriber.{field}", subscriber=replace(CLAIM.subscriber, **changes))


def payer_asks(field: str, **rules: Any) -> Example:
    return Example(field, profile=replace(PROFILE, **rules))


def known(field: str, **facts: Any) -> Example:
    return Example(field, known=replace(KNOWN, **facts))


def second(field: str, other: OtherPayer = FIRST_DECISION, **changes: Any) -> Example:
    """A change of a claim to the second payer, which the first has decided by line."""
    return Example(field, replace(SECOND_CLAIM, other_payers=(other,), **changes))


def procedure(*modifiers: str) -> Procedure:
    return Procedure("81002", modifiers)


def coverage(state: CoverageState, **facts: Any) -> Coverage:
    return Coverage(state, **facts)


LINES: tuple[ClaimLine, ...] = (
    replace(LINE, adjudications=(decision(LINE.charge_cents, "99213"),)),
    replace(SECOND_LINE, adjudications=(decision(SECOND_LINE.charge_cents, "81002"),)),
)
SECOND_CLAIM = replace(
    CLAIM, subscriber=replace(CLAIM.subscriber, payer_level="S"), lines=LINES, other_payers=(FIRST_DECISION,)
)
EARLIER = EarlierClaim.of(replace(CLAIM, control_number="CW-0900"))
EARLIER_LINE_ONLY = replace(EARLIER, lines=EARLIER.lines[1:])
ELSEWHERE = EarlierClaim("CW-1001", "1245319599", (replace(EARLIER.lines[0], service_date=date(2026, 1, 5)),))
OVERPAID = replace(LINES[0].adjudications[0], paid_cents=10_100)
NEGATIVE = replace(LINES[0].adjudications[0], paid_cents=-100, adjustments=(Adjustment("CO", "45", 12_600),))
STRANGER = replace(LINES[0].adjudications[0], payer_id="XXX99")
LEFT_LINE = replace(LINES[0].adjudications[0], remaining_cents=2_500)
UNDATED_LINE = replace(LINES[0].adjudications[0], adjudication_date=None)


def decided(found: Any) -> tuple[ClaimLine, ...]:
    """The lines of a second claim with that decision about line 1."""
    return (replace(LINES[0], adjudications=(found,)), LINES[1])


MEDICARE = replace(PROFILE, kind="medicare", filing_code="MB", filing_limit_days=None, member_id_pattern="")
UNCONFIRMED = replace(PROFILE, filing_limit_days=None)

EXAMPLES: dict[str, Example] = {
    "EDIT-CLM-001": claim("control_number", control_number=" "),
    "EDIT-CLM-002": claim("control_number", control_number="A" * 21),
    "EDIT-CLM-003": claim("control_number", control_number="CW*1001"),
    "EDIT-CLM-004": claim("charge_cents", charge_cents=14_001),
    "EDIT-CLM-005": claim("lines", lines=(), charge_cents=0),
    "EDIT-CLM-006": claim(
        "lines", lines=tuple(replace(LINE, number=n, control_number="") for n in range(1, 52)), charge_cents=51 * 12_500
    ),
    "EDIT-CLM-007": claim("place_of_service", place_of_service="00"),
    "EDIT-CLM-008": claim("frequency", frequency="5"),
    "EDIT-CLM-009": claim("charge_cents", charge_cents=-1),
    "EDIT-CLM-010": claim("patient_paid_cents", patient_paid_cents=14_001),
    "EDIT-CLM-011": claim("accident_state", related_causes=("AA",), dates=(("439", Period.day(date(2026, 2, 10))),)),
    "EDIT-CLM-012": claim("dates", related_causes=("OA",)),
    "EDIT-CLM-013": claim("assignment", assignment="P"),
    "EDIT-CLM-014": claim("release_of_information", release_of_information="N"),
    "EDIT-CLM-015": claim("dates", place_of_service="21"),
    "EDIT-BIL-001": billing("last_name", last_name=""),
    "EDIT-BIL-002": billing("id", id="", id_qualifier=""),
    "EDIT-BIL-003": billing("id", id="1234567890"),
    "EDIT-BIL-004": billing("address", address=replace(STREET, city="")),
    "EDIT-BIL-005": billing("address.line1", address=replace(STREET, line1="P.O. Box 12")),
    "EDIT-BIL-006": billing("address.postal_code", address=replace(STREET, postal_code="62701")),
    "EDIT-BIL-007": billing("tax_id", tax_id=""),
    "EDIT-BIL-008": billing("tax_id", tax_id="12-3456789"),
    "EDIT-BIL-009": Example(
        "billing.taxonomy",
        replace(CLAIM, billing=replace(BILLING, taxonomy="")),
        replace(PROFILE, requires_taxonomy=True),
    ),
    "EDIT-PRV-001": claim("rendering.id", rendering=replace(RENDERING, id="", id_qualifier="")),
    "EDIT-PRV-002": claim("facility.id", facility=replace(FACILITY, id="1234567890")),
    "EDIT-PRV-003": line("rendering.last_name", rendering=replace(RENDERING, last_name="")),
    "EDIT-PRV-004": claim("rendering.taxonomy", rendering=replace(RENDERING, taxonomy="207Q")),
    "EDIT-PRV-005": claim("rendering.id", rendering=replace(RENDERING, id=BILLING.id)),
    "EDIT-FAC-001": claim("facility.address", facility=replace(FACILITY, address=None)),
    "EDIT-PYR-001": claim("payer.last_name", payer=replace(PAYER, last_name="")),
    "EDIT-PYR-002": claim("payer.id", payer=replace(PAYER, id="")),
    "EDIT-PYR-003": claim("payer.id", payer=replace(PAYER, id="OTHER")),
    "EDIT-SUB-001": member("id", id=""),
    "EDIT-SUB-002": member("id", id="ZZT00011"),
    "EDIT-SUB-003": Example("subscriber.person.id", profile=MEDICARE),
    "EDIT-SUB-004": claim("subscriber.relationship", patient=CHILD),
    "EDIT-SUB-005": subscriber("payer_level", payer_level="X"),
    "EDIT-SUB-006": subscriber("filing_code", filing_code="09"),
    "EDIT-SUB-007": Example(
        "subscriber.group_number",
        replace(CLAIM, subscriber=replace(CLAIM.subscriber, group_number="")),
        replace(PROFILE, requires_group_number=True),
    ),
    "EDIT-SUB-008": member("last_name", last_name=""),
    "EDIT-PAT-001": claim(
        "patient.last_name",
        patient=replace(CHILD, last_name=""),
        subscriber=replace(CLAIM.subscriber, relationship="19"),
    ),
    "EDIT-PAT-002": member("birth_date", birth_date=None),
    "EDIT-PAT-003": member("birth_date", birth_date=date(1880, 5, 4)),
    "EDIT-PAT-004": member("birth_date", birth_date=date(2026, 2, 20)),
    "EDIT-PAT-005": member("sex", sex=""),
    "EDIT-PAT-006": member("address", address=None),
    "EDIT-ADR-001": member("address.state", address=replace(STREET, state="XX")),
    "EDIT-ADR-002": member("address.postal_code", address=replace(STREET, postal_code="62701-1234")),
    "EDIT-ADR-003": member("address.postal_code", address=replace(STREET, postal_code="627010000")),
    "EDIT-DX-001": claim("diagnoses", diagnoses=()),
    "EDIT-DX-002": claim("diagnoses.2.code", diagnoses=(Diagnosis("E119", "ABK"), Diagnosis("R30.9"))),
    "EDIT-DX-003": claim("diagnoses.2.code", diagnoses=(Diagnosis("E119", "ABK"), Diagnosis("E119"))),
    "EDIT-DX-004": claim(
        "diagnoses", diagnoses=(Diagnosis("E119", "ABK"), *(Diagnosis(f"R{n}") for n in range(20, 32)))
    ),
    "EDIT-DX-005": claim("diagnoses.1.qualifier", diagnoses=(Diagnosis("25000", "BK"), Diagnosis("R309"))),
    "EDIT-DX-006": claim("diagnoses.1.qualifier", diagnoses=(Diagnosis("E119"), Diagnosis("R309"))),
    "EDIT-DX-007": claim("diagnoses.1.code", diagnoses=(Diagnosis("W1830XA", "ABK"), Diagnosis("S0990XA"))),
    "EDIT-DX-008": claim("diagnoses.3.code", diagnoses=(*CLAIM.diagnoses, Diagnosis("I10"))),
    "EDIT-LIN-001": line("procedure.code", procedure=Procedure("8100")),
    "EDIT-LIN-002": line("procedure.modifiers", procedure=procedure("5")),
    "EDIT-LIN-003": line("procedure.modifiers", procedure=procedure("59", "59")),
    "EDIT-LIN-004": line("procedure.modifiers", procedure=procedure("59", "76", "GY", "QW", "AT")),
    "EDIT-LIN-005": line("quantity", quantity=Decimal(0)),
    "EDIT-LIN-006": line("unit", unit="DA"),
    "EDIT-LIN-007": line("charge_cents", charge_cents=-100),
    "EDIT-LIN-008": line("charge_cents", charge_cents=0),
    "EDIT-LIN-009": line("period", period=None),
    "EDIT-LIN-010": line("period", period=Period.day(date(2026, 3, 3))),
    "EDIT-LIN-011": line("period", period=Period(date(2026, 2, 16), date(2026, 2, 15))),
    "EDIT-LIN-012": line("place_of_service", place_of_service="00"),
    "EDIT-LIN-013": line("pointers", pointers=()),
    "EDIT-LIN-014": line("pointers", pointers=(2, 3)),
    "EDIT-LIN-015": line("pointers", pointers=(2, 2)),
    "EDIT-LIN-016": line("number", number=3),
    "EDIT-LIN-017": line("control_number", control_number="L1"),
    "EDIT-LIN-018": line("drug.ndc", drug=Drug("0002-8215-01", Decimal(1), "UN")),
    "EDIT-LIN-019": line("drug.quantity", drug=Drug("00028215011")),
    "EDIT-LIN-020": line("quantity", procedure=procedure("50"), quantity=Decimal(2)),
    "EDIT-LIN-021": line("procedure.modifiers", procedure=procedure("LT", "RT")),
    "EDIT-LIN-022": line("procedure.code", procedure=LINE.procedure),
    "EDIT-LIN-023": line("quantity", quantity=Decimal("1.5")),
    "EDIT-DX-101": coded("diagnoses.2.code", "E119", "T3601A"),
    "EDIT-DX-102": coded("diagnoses.1.code", "E11", "R309"),
    "EDIT-DX-103": coded("diagnoses.2.code", "E119", "E109"),
    "EDIT-DX-104": coded("diagnoses.1.code", "G63", "E119"),
    "EDIT-DX-105": coded("diagnoses.1.code", "L97", "E119"),
    "EDIT-DX-106": coded(
        "lines.2.procedure.modifiers",
        "E119",
        "M1711",
        lines=(LINE, replace(SECOND_LINE, procedure=procedure("LT"))),
    ),
    "EDIT-DX-107": coded(
        "diagnoses.2.code",
        "E119",
        "E1199",
        lines=tuple(replace(one, period=Period.day(date(2026, 10, 1))) for one in (LINE, SECOND_LINE)),
    ),
    "EDIT-LIN-101": replace(line("procedure.code", procedure=Procedure("G0109")), library=LIBRARY),
    "EDIT-LIN-102": replace(line("procedure.code", procedure=Procedure("G0102")), library=LIBRARY),
    "EDIT-NCCI-001": replace(
        to_medicare("procedure.code"),
        claim=replace(CLAIM, lines=(replace(LINE, procedure=Procedure("99214", ("25",))), SECOND_LINE)),
    ),
    "EDIT-NCCI-002": replace(
        to_medicare("procedure.modifiers"),
        claim=replace(CLAIM, lines=(replace(LINE, procedure=Procedure("99213")), SECOND_LINE)),
    ),
    "EDIT-NCCI-003": replace(
        to_medicare("procedure.modifiers"),
        claim=replace(
            CLAIM,
            lines=(
                replace(LINE, procedure=Procedure("99213", ("LT",))),
                replace(SECOND_LINE, procedure=procedure("LT")),
            ),
        ),
    ),
    "EDIT-MUE-001": to_medicare("quantity", quantity=Decimal(3)),
    "EDIT-MUE-002": to_medicare("quantity", quantity=Decimal(3), procedure=Procedure("81003")),
    "EDIT-MUE-003": to_medicare("quantity", quantity=Decimal(3), procedure=Procedure("81001")),
    "EDIT-AOC-001": to_medicare("procedure.code", procedure=Procedure("G2211")),
    "EDIT-AOC-002": to_medicare("procedure.code", procedure=Procedure("G0316")),
    "EDIT-FIL-001": Example("lines.1.period", today=date(2026, 5, 18)),
    "EDIT-FIL-002": Example("lines.1.period", profile=UNCONFIRMED, today=date(2026, 5, 18)),
    "EDIT-FIL-003": Example("lines.1.period", today=date(2026, 5, 17)),
    "EDIT-PAY-001": payer_asks("lines.2.prior_authorization", requires_authorization_for=frozenset({"81002"})),
    "EDIT-PAY-002": Example(
        "lines.1.prior_authorization",
        replace(CLAIM, prior_authorization="A2"),
        replace(PROFILE, requires_authorization_for=frozenset({"99213"})),
    ),
    "EDIT-PAY-003": payer_asks("referring", requires_referring_for=frozenset({"81002"})),
    "EDIT-PAY-004": payer_asks("referral", requires_referral_number=True),
    "EDIT-PAY-005": Example("rendering", replace(CLAIM, rendering=None), replace(PROFILE, requires_rendering=True)),
    "EDIT-PAY-006": Example(
        "frequency",
        replace(CLAIM, frequency="7", original_reference="P1"),
        replace(PROFILE, supports_replacement=False),
    ),
    "EDIT-PAY-007": claim("original_reference", frequency="8"),
    "EDIT-PAY-008": claim("original_reference", original_reference="P1"),
    "EDIT-COV-001": known("subscriber", coverage=coverage(CoverageState.INACTIVE)),
    "EDIT-COV-002": known("subscriber.person", coverage=coverage(CoverageState.REJECTED)),
    "EDIT-COV-003": known("subscriber", coverage=coverage(CoverageState.UNVERIFIED)),
    "EDIT-COV-004": known("lines", coverage=coverage(CoverageState.ACTIVE, end_date=date(2026, 2, 15))),
    "EDIT-COV-005": known("subscriber.person.id", coverage=coverage(CoverageState.ACTIVE, member_id="ZZT000112")),
    "EDIT-COB-001": Example("other_payers", replace(SECOND_CLAIM, other_payers=(), lines=CLAIM.lines)),
    "EDIT-COB-002": second("lines.1.adjudications", lines=decided(OVERPAID)),
    "EDIT-COB-003": second("other_payers.1", replace(FIRST_DECISION, paid_cents=11_201)),
    "EDIT-COB-004": second("other_payers.1.paid_cents", replace(FIRST_DECISION, paid_cents=11_201)),
    "EDIT-COB-005": second(
        "other_payers.1.subscriber.payer_level",
        replace(FIRST_DECISION, subscriber=Subscriber("S", MEMBER, filing_code="CI")),
    ),
    "EDIT-COB-006": second(
        "other_payers.1.adjudication_date", replace(FIRST_DECISION, adjudication_date=date(2026, 2, 25))
    ),
    "EDIT-COB-007": second("lines.1.adjudications", lines=decided(NEGATIVE)),
    "EDIT-COB-008": second("lines.1.adjudications", lines=decided(STRANGER)),
    "EDIT-COB-009": second(
        "other_payers.1.remaining_cents", replace(FIRST_DECISION, remaining_cents=2_800), lines=decided(LEFT_LINE)
    ),
    "EDIT-COB-010": Example(
        "subscriber.payer_level",
        replace(
            CLAIM,
            lines=LINES,
            other_payers=(replace(FIRST_DECISION, subscriber=Subscriber("S", MEMBER, filing_code="CI")),),
        ),
    ),
    "EDIT-DUP-001": known("control_number", earlier_claims=(EARLIER,)),
    "EDIT-DUP-002": known("lines.2.procedure.code", earlier_claims=(EARLIER_LINE_ONLY,)),
    "EDIT-DUP-003": known("control_number", earlier_claims=(ELSEWHERE,)),
}
