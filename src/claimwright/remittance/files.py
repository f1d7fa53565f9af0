"""Rows 1 to 4: may this remittance be posted at all, and was its money seen?"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from claimwright.documents.remittance import Remittance
from claimwright.findings import Finding, Severity, Where, has_errors
from claimwright.money import format_dollars
from claimwright.remittance.balance import balance_findings
from claimwright.remittance.books import Books
from claimwright.remittance.plan import Queue, ReviewItem
from claimwright.workdays import business_days_after

KNOWN_STATUSES = frozenset({"1", "2", "3", "4", "19", "20", "21", "22", "23", "25"})
"""The claim statuses of a 5010 835 that a rule decides."""

PAYING_HANDLINGS = frozenset({"I", "C", "D", "U", "X"})
"""BPR01: remittance information, payment with it, payment alone, split, either."""

NOTIFICATION_ONLY = "H"
CURRENCIES = frozenset({"", "USD"})


class FileVerdict(NamedTuple):
    """What rows 1 to 4 say: `reviews` of a remittance that is not `accepted` say why."""

    accepted: bool
    findings: tuple[Finding, ...] = ()
    reviews: tuple[ReviewItem, ...] = ()
    cash_confirmed: bool = True
    hold_statements_until: date | None = None


def judge_file(remittance: Remittance, books: Books, today: date) -> FileVerdict:
    """The first row that fits. Codes: REM-BAL-00n, REM-FILE-001 test, -002 payee, -003 duplicate, -004 unusual."""
    findings = balance_findings(remittance)
    if has_errors(findings):
        reason = next(finding.message for finding in findings if finding.severity is Severity.ERROR)
        return _refused(remittance, 1, Queue.OUT_OF_BALANCE, reason, findings)
    if remittance.is_test:
        return _refused(remittance, 1, Queue.NOT_OURS, "a test file, not for production", findings, "REM-FILE-001")
    payee = remittance.payee
    if not books.is_our_payee(payee.npi, payee.tax_id):
        reason = f"the payee is {payee.name or 'not named'}, {payee.npi or payee.tax_id or 'without a number'}: not us"
        return _refused(remittance, 1, Queue.NOT_OURS, reason, findings, "REM-FILE-002")
    earlier = books.earlier_remittance(remittance)
    if earlier is not None:
        reason = f"seen before: {earlier}"
        return _refused(remittance, 2, Queue.DUPLICATE_REMITTANCE, reason, findings, "REM-FILE-003")
    unusual = what_is_unusual(remittance)
    if unusual:
        return _refused(remittance, 3, Queue.UNUSUAL_PAYMENT, unusual, findings, "REM-FILE-004")
    return _judge_cash(remittance, books, today, findings)


def what_is_unusual(remittance: Remittance) -> str:
    """Row 3: why a person must decide on the file; `''` when nothing is unusual."""
    if remittance.credit_or_debit != "C":
        return f"BPR03 is {remittance.credit_or_debit or 'empty'}: the payer takes money instead of paying it"
    if remittance.handling == NOTIFICATION_ONLY and remittance.payment_cents:
        return f"BPR01 is H, a notification only, and names {format_dollars(remittance.payment_cents)}"
    if remittance.handling not in PAYING_HANDLINGS and remittance.handling != NOTIFICATION_ONLY:
        return f"BPR01 is {remittance.handling or 'empty'}, which no rule decides"
    if remittance.payment_cents < 0:
        return f"the payment is negative: {format_dollars(remittance.payment_cents)}"
    if remittance.currency not in CURRENCIES:
        return f"the currency is {remittance.currency}"
    for position, claim in enumerate(remittance.claims, 1):
        if claim.status not in KNOWN_STATUSES:
            return f"claim {position}, {claim.control_number}, has the status {claim.status or 'empty'}"
    return ""


def _judge_cash(remittance: Remittance, books: Books, today: date, findings: tuple[Finding, ...]) -> FileVerdict:
    """Row 4. Where nothing is paid no deposit is expected (billing rules B.6)."""
    if not remittance.payment_cents or remittance.method == "NON" or books.is_cash_seen(remittance):
        return FileVerdict(accepted=True, findings=findings)
    if not books.policy.post_unconfirmed_cash:
        reason = f"the {format_dollars(remittance.payment_cents)} were not seen at the bank yet"
        return _refused(remittance, 4, Queue.CASH_NOT_SEEN, reason, findings, "REM-FILE-005")
    hold_until = business_days_after(today, books.policy.statement_hold_business_days)
    return FileVerdict(accepted=True, findings=findings, cash_confirmed=False, hold_statements_until=hold_until)


def _refused(
    remittance: Remittance, row: int, queue: Queue, reason: str, findings: tuple[Finding, ...], code: str = ""
) -> FileVerdict:
    trace = remittance.trace_number
    if code:
        origin = remittance.origin
        where = Where(index=origin.index or None, offset=origin.offset if origin.index else None, record=trace)
        hint = "Nothing of this remittance is posted; a person decides."
        findings += (Finding(code, Severity.ERROR, f"Remittance {trace}: {reason}.", hint, where),)
    item = ReviewItem(queue, row, reason, remittance.payment_cents, reference=trace, origin=remittance.origin)
    return FileVerdict(accepted=False, findings=findings, reviews=(item,))
