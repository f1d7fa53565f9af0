"""Paper EOBs: typed once, checked to the cent, written as an 835 of their own, and posted by the same planner.

check = PaperCheck(payer, "4711", day, 40_00, (PaperClaim("C1", "P", (PaperLine(service, "80", "100", "PR-2 20"),)),),
                   (PaperAdjustment("WO", "C0", "40"),))       what moves outside of claims: here the payer keeps 40.00
read_check(check, payee)      the 835 that says the same, and what is wrong, each finding at its claim and line
post_paper(check, payee)      the same stored as a file, received and posted; `InputError` with the findings else

What a person types stands in the records as text, so that a finding can name it; amounts are read here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from django.db import transaction

from claimwright import x12
from claimwright.codesets.reasons import carc
from claimwright.documents.adjustments import Adjustment, Amount
from claimwright.documents.parties import NOBODY, Address, Party, Period, Procedure, Provider, Reference
from claimwright.documents.remittance import ProviderAdjustment, RemittanceClaim, RemittanceLine
from claimwright.documents.remittance import Remittance as Document
from claimwright.documents.remittance_x12 import write_remittance
from claimwright.errors import ConflictError, InputError
from claimwright.findings import Finding, Severity, Where
from claimwright.money import format_dollars, parse_cents
from claimwright.office.core import audit, clock
from claimwright.office.core.files import store_file
from claimwright.office.core.numbers import take_number
from claimwright.office.patients.models import Payer
from claimwright.office.patients.models import Provider as OfficeProvider
from claimwright.office.posting.deposits import match_waiting
from claimwright.office.posting.models import Remittance
from claimwright.office.posting.posting import post_remittance
from claimwright.office.posting.receiving import findings_of, receive_remittances
from claimwright.office.posting.turns import take_turn

GROUPS = ("CO", "PR", "OA", "PI")
CONTRACT_REASON = "45"
"""The charge is above what the contract allows: the adjustment that an allowed amount says by itself."""

PROVIDER_REASONS = MappingProxyType(
    {
        "WO": "Overpayment recovery",
        "FB": "Balance forward",
        "L6": "Interest",
        "72": "Our refund, acknowledged",
        "AP": "Advance payment",
        "PI": "Periodic interim payment",
        "IR": "Tax withheld",
        "LE": "Levy",
        "50": "Late charge",
        "51": "Interest penalty",
        "J1": "Offset, not paid out",
        "CS": "Adjustment, see its text",
    }
)
"""Why money moves outside of claims (PLB03-1), in our words."""

_STATUSES = {"P": "1", "S": "2", "T": "3"}
_REASON = re.compile(r"\s*([A-Za-z]{2})[-\s]?([A-Za-z]?\d{1,3})[\s:=]+\$?(-?\d+(?:\.\d{0,2})?)\s*(?:[,;]|\Z|(?=\s))")
_SENDER = "PAPER"


@dataclass(frozen=True, slots=True)
class PaperService:
    """A service of a claim as our books know it."""

    control_number: str
    code: str
    charge_cents: int
    modifiers: tuple[str, ...] = ()
    service_date: date | None = None


@dataclass(frozen=True, slots=True)
class PaperLine:
    """What the EOB says of one service, as typed: `reasons` is `CO-45 50.00, PR-2 20`; `allowed` may be empty, and
    says the contract's reduction by itself when `reasons` has none of group CO."""

    service: PaperService
    paid: str
    allowed: str = ""
    reasons: str = ""


@dataclass(frozen=True, slots=True)
class PaperClaim:
    """One claim of the EOB, by our number; `level` is the payer's place on it (P, S, T)."""

    number: str
    level: str
    lines: tuple[PaperLine, ...]
    payer_number: str = ""
    patient: Party = NOBODY


@dataclass(frozen=True, slots=True)
class PaperAdjustment:
    """Money that moves outside of claims, as typed; it lowers the check, or raises it. `code` is one of
    `PROVIDER_REASONS`."""

    code: str
    reference: str
    amount: str
    raises: bool = False


@dataclass(frozen=True, slots=True)
class PaperCheck:
    """A check, the claims that it pays, and what moves outside of them; the amount in cents."""

    payer: Payer
    number: str
    check_date: date
    cents: int
    claims: tuple[PaperClaim, ...]
    adjustments: tuple[PaperAdjustment, ...] = ()


def read_cents(text: str) -> int:
    """An amount as people type it: `1,250.5`, `$80`. Raises `ValueError` for anything else, an empty text too."""
    return parse_cents(text.strip().replace(",", "").replace("$", ""))


def read_reasons(text: str) -> tuple[tuple[Adjustment, ...], str]:
    """Adjustments as people type them (`CO-45 50.00, PR2 20`), and the rest that could not be read."""
    found: list[Adjustment] = []
    at = 0
    text = text.rstrip(" ,;")
    while at < len(text):
        match = _REASON.match(text, at)
        if match is None:
            return tuple(found), text[at:].strip()
        group, reason, amount = match.groups()
        found.append(Adjustment(group.upper(), reason.upper(), parse_cents(amount.rstrip("."))))
        at = match.end()
    return tuple(found), ""


def read_check(check: PaperCheck, payee: Provider) -> tuple[Document, tuple[Finding, ...]]:
    """The remittance that says what was typed, and everything that is wrong with it (`PAPER-nnn`), at its line."""
    findings = list(_check_findings(check))
    claims = tuple([_read_claim(claim, findings) for claim in check.claims])
    adjustments = tuple([_read_adjustment(check, payee, at, findings) for at in range(1, len(check.adjustments) + 1)])
    left = check.cents - sum(claim.paid_cents for claim in claims) + sum(one.amount_cents for one in adjustments)
    if left and not findings:
        said = (
            f"{format_dollars(abs(left))} {'of the check is not' if left > 0 else 'more than the check is'} given out"
        )
        hint = "Add the claims or adjustments that are missing, or mend an amount: the remainder must be zero."
        findings.append(_finding("PAPER-004", f"{said}.", hint, Where(field="cents")))
    document = Document(
        handling="I",
        payment_cents=check.cents,
        credit_or_debit="C",
        method="CHK" if check.cents else "NON",
        payment_date=check.check_date,
        trace_number=check.number,
        payer_tax_id=_company(check.payer),
        payer=_party_of(check.payer),
        payee=payee,
        claims=claims,
        provider_adjustments=adjustments,
        production_date=check.check_date,
    )
    return document, tuple(findings)


def post_paper(check: PaperCheck, payee: Provider) -> Remittance:
    """Write the check as an 835, store it as a file, receive and post it, all or nothing.

    Raises `InputError` with the findings when something is wrong or the rules refuse it, `ConflictError` when the same
    check came before, on paper or as a file.
    """
    document, wrong = read_check(check, payee)
    if wrong:
        raise InputError("Nothing was posted: see what is wrong below.", wrong)
    with transaction.atomic():
        take_turn()
        control = take_number("paper")
        file, _ = store_file(f"paper-check-{control}.835", _written(document, control))
        (remittance,) = receive_remittances(file)
        if remittance.state == Remittance.State.DUPLICATE:
            raise ConflictError(findings_of(remittance)[-1].message)
        if remittance.state != Remittance.State.RECEIVED:
            raise InputError("Nothing was posted: see what is wrong below.", findings_of(remittance))
        plan = post_remittance(remittance)
        if not plan.accepted:
            raise InputError(f"Nothing was posted: {plan.reviews[0].reason}", plan.findings)
        audit.record("remittance.paper", f"remittance {remittance.pk}", cents=check.cents, claims=len(check.claims))
        match_waiting()
    remittance.refresh_from_db(from_queryset=Remittance.objects.all())
    return remittance


def payee_of(provider: OfficeProvider) -> Provider:
    """The practice as the payee of an 835."""
    return Provider(
        last_name=provider.last_name,
        first_name=provider.first_name,
        id_qualifier="XX",
        id=provider.npi,
        tax_id=provider.tax_id.replace("-", ""),
    )


def _written(document: Document, control: int) -> bytes:
    envelope = x12.Envelope(
        sender_qualifier="ZZ",
        sender_id=_SENDER,
        receiver_qualifier="ZZ",
        receiver_id=_SENDER,
        at=clock.now(),
        control=control,
        group_control=control,
        usage="P",
        application_sender=_SENDER,
        application_receiver=_SENDER,
    )
    return x12.write_interchange(envelope, [write_remittance(document)])


def _check_findings(check: PaperCheck) -> Iterator[Finding]:
    if not check.number.strip():
        yield _finding("PAPER-001", "The check has no number.", "Write the number on the check.", Where(field="number"))
    if check.cents < 0:
        yield _finding("PAPER-002", "A check is not below zero.", "Write what it pays.", Where(field="cents"))
    if not check.claims and not check.adjustments:
        hint = "Add a claim by its number, or what moves outside of claims."
        yield _finding("PAPER-003", "The check pays no claim.", hint, Where(field="claims"))
    numbers = [claim.number for claim in check.claims]
    for number in sorted({number for number in numbers if numbers.count(number) > 1}):
        yield _finding(
            "PAPER-005", f"Claim {number} is there twice.", "Take one of the two away.", Where(record=number)
        )


def _read_adjustment(check: PaperCheck, payee: Provider, number: int, findings: list[Finding]) -> ProviderAdjustment:
    typed = check.adjustments[number - 1]
    field = f"adjustments[{number}]"
    if typed.code not in PROVIDER_REASONS:
        hint = f"It is one of {', '.join(PROVIDER_REASONS)}."
        message = f"Adjustment {number}: {typed.code or 'nothing'} is no code for it."
        findings.append(_finding("PAPER-010", message, hint, Where(field=f"{field}.code")))
    cents = 0
    try:
        cents = read_cents(typed.amount)
    except ValueError:
        hint = "Write dollars and cents, such as 80 or 80.50."
        message = f"Adjustment {number}: {typed.amount!r} is no amount."
        findings.append(_finding("PAPER-011", message, hint, Where(field=f"{field}.amount")))
    else:
        if cents <= 0:
            hint = "Say beside it whether it lowers or raises the check."
            message = f"Adjustment {number}: the amount is above zero."
            findings.append(_finding("PAPER-012", message, hint, Where(field=f"{field}.amount")))
    year_end = date(check.check_date.year, 12, 31)
    reference = typed.reference.strip()[:50]
    return ProviderAdjustment(payee.id, year_end, typed.code, reference, -cents if typed.raises else cents)


def _read_claim(claim: PaperClaim, findings: list[Finding]) -> RemittanceClaim:
    lines = tuple([_read_line(claim, number, findings) for number in range(1, len(claim.lines) + 1)])
    share = sum(one.amount_cents for line in lines for one in line.adjustments if one.group == "PR")
    return RemittanceClaim(
        control_number=claim.number,
        status=_STATUSES.get(claim.level, "1"),
        charge_cents=sum(line.charge_cents for line in lines),
        paid_cents=sum(line.paid_cents for line in lines),
        patient_responsibility_cents=share or None,
        payer_claim_number=claim.payer_number,
        patient=claim.patient,
        lines=lines,
    )


def _read_line(claim: PaperClaim, number: int, findings: list[Finding]) -> RemittanceLine:
    typed = claim.lines[number - 1]
    service = typed.service
    wrong: list[Finding] = []
    place = _Place(claim.number, number, service.code)
    paid = _amount(typed.paid or "0", place, "paid", wrong)
    allowed = _amount(typed.allowed, place, "allowed", wrong) if typed.allowed.strip() else None
    adjustments, rest = read_reasons(typed.reasons)
    wrong += _reason_findings(adjustments, rest, place)
    if allowed is not None and allowed != service.charge_cents and not any(one.group == "CO" for one in adjustments):
        adjustments = (Adjustment("CO", CONTRACT_REASON, service.charge_cents - allowed), *adjustments)
    adjusted = sum(one.amount_cents for one in adjustments)
    left = service.charge_cents - adjusted - paid
    if left and not wrong:
        charge, less = format_dollars(service.charge_cents), format_dollars(adjusted)
        said = f"{charge} less {less} is {format_dollars(service.charge_cents - adjusted)}, paid {format_dollars(paid)}"
        hint = (
            f"{format_dollars(left)} is without a reason: write the code of the EOB with its group, or mend an amount."
        )
        wrong.append(_finding("PAPER-009", f"{place.words}: {said}.", hint, place.where("reasons")))
    findings += wrong
    return RemittanceLine(
        procedure=Procedure(service.code, service.modifiers),
        charge_cents=service.charge_cents,
        paid_cents=paid,
        adjustments=adjustments,
        period=Period(service.service_date, service.service_date) if service.service_date else None,
        control_number=service.control_number,
        amounts=(Amount("B6", allowed),) if allowed is not None else (),
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """A line of the entry."""

    claim: str
    number: int
    code: str

    @property
    def words(self) -> str:
        return f"Claim {self.claim}, line {self.number} ({self.code})"

    def where(self, field: str) -> Where:
        return Where(record=self.claim, field=f"lines[{self.number}].{field}")


def _amount(text: str, place: _Place, field: str, wrong: list[Finding]) -> int:
    try:
        return read_cents(text)
    except ValueError:
        hint = "Write dollars and cents, such as 80 or 80.50."
        wrong.append(_finding("PAPER-006", f"{place.words}: {text!r} is no amount.", hint, place.where(field)))
        return 0


def _reason_findings(adjustments: Sequence[Adjustment], rest: str, place: _Place) -> Iterator[Finding]:
    where = place.where("reasons")
    if rest:
        hint = "Write group, code and amount of each, such as CO-45 50.00, PR-2 20."
        yield _finding("PAPER-007", f"{place.words}: {rest!r} cannot be read.", hint, where)
    for one in adjustments:
        if one.group not in GROUPS:
            hint = f"The group is one of {', '.join(GROUPS)}."
            yield _finding("PAPER-008", f"{place.words}: {one.group} is no group.", hint, where)
        elif carc(one.reason) is None:
            hint = "Look at the legend of the EOB; payers' own codes have a national one beside them."
            yield _finding("PAPER-008", f"{place.words}: {one.reason} is no reason code.", hint, where)


def _finding(code: str, message: str, hint: str, where: Where) -> Finding:
    return Finding(code, Severity.ERROR, message, hint, where)


def _company(payer: Payer) -> str:
    digits = payer.tax_id.replace("-", "")
    return f"1{digits}" if digits else ""


def _party_of(payer: Payer) -> Party:
    address = Address(payer.line1, payer.line2, payer.city, payer.state, payer.postal_code) if payer.line1 else None
    references = (Reference("2U", payer.payer_id),) if payer.payer_id else ()
    return Party(last_name=payer.name, address=address, references=references)
