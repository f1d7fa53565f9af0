"""The edits over many claims: what is wrong is kept as findings, and the submissions go to ready or are stopped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction

from claimwright.edits import (
    AuthorizationOnFile,
    ClaimContext,
    CoverageState,
    EarlierClaim,
    EarlierLine,
    PayerProfile,
    Scrubber,
)
from claimwright.edits import Coverage as CoverageOnFile
from claimwright.edits.written import WrittenRule
from claimwright.findings import Finding, Severity, has_errors
from claimwright.office.charges.entry import THOUSANDTHS
from claimwright.office.claims.building import record_of
from claimwright.office.claims.lifecycle import CHUNK, REJECTED, UNSENT, chunks, move_submissions
from claimwright.office.claims.models import Adjudication, Claim, ClaimFinding, ClaimLine, Submission
from claimwright.office.claims.rules import rules_in_force
from claimwright.office.core import audit, clock, codesets
from claimwright.office.core.rows import write_columns
from claimwright.office.patients.models import Authorization, Coverage
from claimwright.office.patients.records import payer_profile

EDIT = "edit"
_STOPPED = REJECTED | {Submission.State.SCRUB_FAILED}


@dataclass(frozen=True, slots=True)
class ScrubResult:
    """What the edits let through and what they stopped."""

    ready: list[Submission]
    stopped: list[Submission]


def scrub_claims(claims: Iterable[Claim] | None = None) -> ScrubResult:
    """Edit the submissions of these claims that have not left the house; all that are built and not edited when None.

    Held and closed claims are passed over. Findings that are there no more are resolved; an error stops the submission.
    """
    waiting = Submission.objects.filter(claim__held_reason="", claim__closed_at=None).select_related("claim")
    if claims is None:
        keys = list(waiting.filter(state=Submission.State.BUILT).values_list("pk", flat=True))
    else:
        claim_ids = [claim.pk for claim in claims]
        unsent = waiting.filter(state__in=UNSENT)
        keys = [
            key for chunk in chunks(claim_ids) for key in unsent.filter(claim__in=chunk).values_list("pk", flat=True)
        ]
    result = ScrubResult([], [])
    rules = rules_in_force()
    for chunk in chunks(keys):
        with transaction.atomic():
            _scrub(list(waiting.filter(pk__in=chunk).order_by("pk")), rules, result)
    return result


def _scrub(submissions: Sequence[Submission], rules: Sequence[WrittenRule], result: ScrubResult) -> None:
    books = ScrubBooks(submissions, look_back_days=max((rule.look_back_days for rule in rules), default=0))
    today = clock.today()
    scrubber = Scrubber(codesets.library(), rules)
    found = {
        row.pk: scrubber.edit(record_of(row), books.profile(row), books.context(row), today) for row in submissions
    }
    _keep_findings(submissions, found)
    stopped = [row for row in submissions if has_errors(found[row.pk])]
    passed = [row for row in submissions if not has_errors(found[row.pk])]
    _move(stopped, Submission.State.SCRUB_FAILED, lambda row: _words(found[row.pk]))
    _move(passed, Submission.State.READY, lambda row: _words(found[row.pk]))
    audit.record("claims.scrub", passed=len(passed), stopped=len(stopped))
    result.ready.extend(passed)
    result.stopped.extend(stopped)


def _move(rows: Sequence[Submission], to: Submission.State, words: object) -> None:
    move_submissions([row for row in rows if row.state != to], to, words)  # type: ignore[arg-type]


def _words(findings: Sequence[Finding]) -> str:
    codes = sorted({finding.code for finding in findings if finding.severity is Severity.ERROR})
    return f"Stopped by {', '.join(codes)}" if codes else "Passed the edits"


class ScrubBooks:
    """What the edits ask about, for one run of submissions, in a handful of queries.

    Earlier claims are known of the same days, and of `look_back_days` before where a rule asks for them.
    """

    def __init__(self, submissions: Sequence[Submission], *, look_back_days: int = 0) -> None:
        claim_ids = [row.claim_id for row in submissions]
        patient_ids = {row.claim.patient_id for row in submissions}
        rows = Adjudication.objects.filter(claim__in=claim_ids).select_related("payer", "coverage")
        self._levels = {(row.claim_id, row.level): row for row in rows}
        self._profiles: dict[int, PayerProfile] = {}
        self._authorizations = _authorizations(patient_ids)
        days = {row.claim.service_date for row in submissions if row.claim.service_date}
        self._earlier = _earlier_claims(patient_ids, days, look_back_days)

    def profile(self, row: Submission) -> PayerProfile:
        payer = self._levels[row.claim_id, row.level].payer
        if payer.pk not in self._profiles:
            self._profiles[payer.pk] = payer_profile(payer)
        return self._profiles[payer.pk]

    def context(self, row: Submission) -> ClaimContext:
        level = self._levels[row.claim_id, row.level]
        account = (row.claim.patient_id, level.payer_id)
        return ClaimContext(
            coverage=_coverage_on_file(level.coverage),
            authorizations=tuple(self._authorizations[account]),
            earlier_claims=tuple(claim for key, claim in self._earlier[account] if key < row.claim_id),
        )


def _coverage_on_file(coverage: Coverage | None) -> CoverageOnFile | None:
    if coverage is None:
        return None
    state = CoverageState(coverage.state)
    return CoverageOnFile(state, coverage.effective_date, coverage.end_date, coverage.answered_member_id)


def _authorizations(patient_ids: Collection[int]) -> dict[tuple[int, int], list[AuthorizationOnFile]]:
    found: dict[tuple[int, int], list[AuthorizationOnFile]] = defaultdict(list)
    for row in Authorization.objects.filter(patient__in=patient_ids).order_by("pk"):
        on_file = AuthorizationOnFile(row.number, frozenset(row.codes), row.effective_date, row.end_date)
        found[row.patient_id, row.payer_id].append(on_file)
    return found


def _earlier_claims(
    patient_ids: Collection[int], days: Collection[date], look_back_days: int
) -> dict[tuple[int, int], list[tuple[int, EarlierClaim]]]:
    """The claims of these patients on these days that went to a payer or are about to, by patient and payer, with their
    keys."""
    claims = Claim.objects.filter(patient__in=patient_ids).select_related("billing", "rendering")
    if look_back_days and days:
        claims = claims.filter(service_date__range=(min(days) - timedelta(look_back_days), max(days)))
    else:
        claims = claims.filter(service_date__in=days)
    by_key = {claim.pk: claim for claim in claims}
    lines: dict[int, list[EarlierLine]] = defaultdict(list)
    for line in ClaimLine.objects.filter(claim__in=by_key):
        lines[line.claim_id].append(_earlier_line(line))
    levels = Adjudication.objects.filter(claim__in=by_key).exclude(state=Adjudication.State.VOID)
    payers = {(row.claim_id, row.level): row.payer_id for row in levels}
    found: dict[tuple[int, int], list[tuple[int, EarlierClaim]]] = defaultdict(list)
    for claim_id, level in _live_levels(by_key):
        if payer_id := payers.get((claim_id, level)):
            claim = by_key[claim_id]
            npi = (claim.rendering or claim.billing).npi
            found[claim.patient_id, payer_id].append(
                (claim_id, EarlierClaim(claim.number, npi, tuple(lines[claim_id])))
            )
    return found


def _live_levels(claim_ids: Mapping[int, Claim]) -> Iterator[tuple[int, str]]:
    """Claim and level of the attempts that were not rejected or stopped, as far as the newest of each level goes."""
    newest: dict[tuple[int, str], str] = {}
    rows = Submission.objects.filter(claim__in=claim_ids).order_by("pk")
    for claim_id, level, state in rows.values_list("claim_id", "level", "state"):
        newest[claim_id, level] = state
    return (key for key, state in newest.items() if state not in _STOPPED)


def _earlier_line(line: ClaimLine) -> EarlierLine:
    quantity = Decimal(line.quantity_thousandths) / THOUSANDTHS
    return EarlierLine(line.service_date, line.code, tuple(line.modifiers), quantity, line.charge_cents)


def _keep_findings(submissions: Sequence[Submission], found: Mapping[int, Sequence[Finding]]) -> None:
    """Resolve what is mended, keep what still is, add what is new."""
    now = clock.now()
    open_rows: dict[int, dict[tuple[str, str, str], ClaimFinding]] = defaultdict(dict)
    claim_ids = [row.claim_id for row in submissions]
    for row in ClaimFinding.objects.filter(claim__in=claim_ids, source=EDIT, resolved_at=None):
        open_rows[row.claim_id][row.code, row.field, row.message] = row
    new, moved = [], []
    for submission in submissions:
        for finding in found[submission.pk]:
            row = finding_row(submission, EDIT, finding)
            known = open_rows[submission.claim_id].pop((row.code, row.field, row.message), None)
            if known is None:
                new.append(row)
            elif known.submission_id != submission.pk:
                known.submission = submission
                moved.append(known)
    write_columns(moved, "submission")
    gone = [row.pk for rows in open_rows.values() for row in rows.values()]
    for chunk in chunks(gone):
        ClaimFinding.objects.filter(pk__in=chunk).update(resolved_at=now, resolution="Mended")
    ClaimFinding.objects.bulk_create(new, CHUNK)


def finding_row(submission: Submission, source: str, finding: Finding) -> ClaimFinding:
    """A finding about a submission as a row, not stored yet."""
    return ClaimFinding(
        claim_id=submission.claim_id,
        submission=submission,
        source=source,
        code=finding.code[:60],
        severity=finding.severity.value,
        message=finding.message[:400],
        hint=finding.hint[:400],
        field=(finding.where.field or "")[:120],
        found_at=clock.now(),
    )
