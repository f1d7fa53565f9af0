"""What must always hold, checked: the ledger, the remittances in it, the stored files, the audit trail, the accounting.

Codes: CHK-LED ledger, CHK-REM remittances, CHK-FIL files, CHK-ACC accounting, and those of `core.audit`.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, F, Sum

from claimwright.findings import Finding, Severity, Where
from claimwright.money import format_dollars
from claimwright.office.core import audit
from claimwright.office.core.models import Client, StoredFile
from claimwright.office.core.scope import client_scope
from claimwright.office.ledger.balances import account_totals, owed_by_patients
from claimwright.office.ledger.models import Account, JournalEntry, PeriodClosing, Posting
from claimwright.office.ledger.rollforward import report_days
from claimwright.office.posting.models import PayerItem, Remittance
from claimwright.office.reports.proofs import prove, receivable_by_kind
from claimwright.origin import sha256_of

_POSTED = (Remittance.State.POSTED, Remittance.State.REVIEW)


def check_practice(client: Client) -> list[Finding]:
    """Everything that does not hold in this practice; nothing when all is well."""
    with client_scope(client):
        return [*check_books(), *_files(), *audit.verify(client)]


def check_books() -> list[Finding]:
    """What does not hold of the money of the scope's practice: ledger, closed months, remittances, accounting."""
    return [*_ledger(), *_closings(), *_remittances(), *_items(), *_proofs()]


def _ledger() -> Iterator[Finding]:
    """Every entry balances and has two sides or more. The database refuses others; this trusts nobody."""
    sides = Posting.objects.values("entry_id").annotate(total=Sum("cents"), sides=Count("pk")).order_by()
    for row in sides.exclude(total=0):
        yield _wrong("CHK-LED-001", f"Journal entry {row['entry_id']} does not balance.", f"entry {row['entry_id']}")
    for row in sides.filter(sides__lt=2):
        yield _wrong("CHK-LED-002", f"Journal entry {row['entry_id']} has one side only.", f"entry {row['entry_id']}")
    for number in JournalEntry.objects.filter(postings=None).values_list("pk", flat=True):
        yield _wrong("CHK-LED-003", f"Journal entry {number} has no sides.", f"entry {number}")
    strangers = Posting.objects.exclude(entry__client_id=F("client_id")).values_list("entry_id", flat=True)
    for number in strangers.distinct():
        yield _wrong("CHK-LED-004", f"Journal entry {number} has a side of another practice.", f"entry {number}")


def _closings() -> Iterator[Finding]:
    """What is told of a closed month today is what was told when it was closed."""
    for closing in PeriodClosing.objects.filter(reopened_at=None).order_by("last_date"):
        if report_days(closing.first_date, closing.last_date).to_plain() != closing.report:
            month = f"{closing.first_date:%Y-%m}"
            yield _wrong("CHK-LED-005", f"The books of {month} are not what they were closed with.", f"period {month}")


def _remittances() -> Iterator[Finding]:
    """Of a posted remittance the cash is its BPR02, of any other nothing; one identity is posted once."""
    cash = dict(
        Posting.objects.filter(account=Account.CASH_DUE)
        .values_list("entry__remittance_id")
        .annotate(total=Sum("cents"))
        .order_by()
    )
    touched = set(JournalEntry.objects.exclude(remittance_id=None).values_list("remittance_id", flat=True).distinct())
    for row in Remittance.objects.only("state", "payment_cents", "trace_number"):
        name = f"remittance {row.pk}"
        posted = cash.get(row.pk, 0)
        if row.state in _POSTED and posted != row.payment_cents:
            said = f"{format_dollars(posted)} of {format_dollars(row.payment_cents)} is in the ledger"
            yield _wrong("CHK-REM-001", f"Remittance {row.trace_number}: {said}.", name)
        if row.state not in _POSTED and (posted or (row.pk in touched and row.state != Remittance.State.UNDONE)):
            yield _wrong("CHK-REM-002", f"Remittance {row.trace_number} is not posted, but has entries.", name)
    posted = Remittance.objects.filter(state__in=_POSTED).values_list("identity").annotate(times=Count("pk"))
    for identity, times in posted.order_by().filter(times__gt=1):
        yield _wrong("CHK-REM-003", f"One remittance is posted {times} times.", identity)


def _items() -> Iterator[Finding]:
    for item in PayerItem.objects.filter(open_cents__lt=0):
        yield _wrong(
            "CHK-REM-004", f"More was settled of {item.code} {item.reference} than was open.", f"item {item.pk}"
        )


def _files() -> Iterator[Finding]:
    for file in StoredFile.objects.order_by("pk").iterator(chunk_size=50):
        if sha256_of(file.data) != file.sha256 or len(file.data) != file.size_bytes:
            yield _wrong("CHK-FIL-001", f"The stored file {file.name} is not what it was.", f"file {file.pk}")


def _proofs() -> Iterator[Finding]:
    for proof in prove(account_totals(), receivable_by_kind(), sum(owed_by_patients().values())):
        if proof.difference_cents:
            said = f"{format_dollars(proof.first_cents)} and {format_dollars(proof.second_cents)}"
            yield _wrong("CHK-ACC-001", f"{proof.name.capitalize()}: {said}.", "accounting")


def _wrong(code: str, message: str, record: str) -> Finding:
    hint = "Stop posting, compare with the last backup, and report it: this must not happen."
    return Finding(code, Severity.ERROR, message, hint, Where(record=record))
