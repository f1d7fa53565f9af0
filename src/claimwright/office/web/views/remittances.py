"""Remittances: the list, and one with its claims, lines and adjustments, what was made of each, and whether it adds
up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.contrib import messages
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from claimwright.codesets.reasons import carc, rarc
from claimwright.documents.adjustments import Adjustment
from claimwright.documents.plain import from_plain
from claimwright.documents.remittance import ProviderAdjustment, RemittanceLine
from claimwright.documents.remittance import Remittance as Document
from claimwright.documents.remittance import RemittanceClaim as DocumentClaim
from claimwright.errors import ConflictError, InputError
from claimwright.office.charges.models import Charge
from claimwright.office.core import audit
from claimwright.office.core.access import Permission
from claimwright.office.followup.models import WorkItem
from claimwright.office.ledger.models import Account, JournalEntry, Posting
from claimwright.office.posting.cash import confirm_cash
from claimwright.office.posting.decisions import EXPLANATIONS, explanations_of, waiting_money
from claimwright.office.posting.known_claims import move_from_plain
from claimwright.office.posting.models import Remittance, RemittanceClaim
from claimwright.office.posting.posting import plan_of, post_remittance, waits_for_claim
from claimwright.office.posting.receiving import findings_of
from claimwright.office.posting.undoing import undo_claim, undo_line, undo_remittance
from claimwright.office.web.acting import act, number_of, reason_of
from claimwright.office.web.allowing import allow
from claimwright.office.web.middleware import OfficeRequest
from claimwright.office.web.paging import page_of
from claimwright.office.web.showing import note_list
from claimwright.office.web.words import owner_word
from claimwright.remittance.plan import (
    RESULT_STATES,
    ClaimOutcome,
    ClaimState,
    Confidence,
    Move,
    MoveKind,
    Plan,
    ReviewItem,
)

CLAIMS_A_PAGE = 25
_WAITING = (Remittance.State.RECEIVED, Remittance.State.REFUSED, Remittance.State.UNDONE)
_POSTED = (Remittance.State.POSTED, Remittance.State.REVIEW)

_STANDING = (*RESULT_STATES, ClaimState.REVERSED)

GROUPS = MappingProxyType(
    {
        "CO": "contract: not the patient's",
        "PR": "the patient's share",
        "OA": "other",
        "PI": "the payer's own decision",
        "CR": "correction of an earlier result",
    }
)
"""CAS01 in our words."""

STATUSES = MappingProxyType(
    {
        "1": "processed as primary",
        "2": "processed as secondary",
        "3": "processed as tertiary",
        "4": "denied: patient unknown to the payer",
        "19": "processed as primary, forwarded",
        "20": "processed as secondary, forwarded",
        "21": "processed as tertiary, forwarded",
        "22": "reversal of an earlier result",
        "23": "not this payer's, forwarded",
        "25": "estimate before treatment",
    }
)
"""CLP02 in our words."""

KINDS = MappingProxyType(
    {
        "left_open": "stays open",
        "information": "information only",
        "contractual": "contract reduction",
        "unapplied": "waits unapplied",
        "auto_close": "closed by the practice's list",
    }
)
"""Kinds of moves that have better words than their names."""

_METHODS = MappingProxyType(
    {"ACH": "electronic transfer", "CHK": "check", "NON": "no payment", "FWT": "wire transfer", "BOP": "payer's choice"}
)
_HEAD_ONLY = ("record", "plan", "findings")


@dataclass(frozen=True, slots=True)
class Tab:
    """A part of the inbox: how many remittances are in it."""

    name: str
    label: str
    count: int


TABS: Mapping[str, tuple[str, Q]] = MappingProxyType(
    {
        "posted": ("Posted by rule", Q(state=Remittance.State.POSTED)),
        "review": ("Review", Q(state=Remittance.State.REVIEW)),
        "unmatched": ("Unmatched", Q(state__in=_POSTED, has_unmatched=True)),
        "exceptions": ("Exceptions", ~Q(state__in=_POSTED)),
        "plb": ("Provider adjustments", Q(record__has_key="provider_adjustments")),
    }
)
"""The parts of the inbox. Unmatched: money of a claim that was not found waits unapplied. Exceptions: not posted."""


@allow(Permission.SEE_MONEY)
def list_remittances(request: OfficeRequest) -> HttpResponse:
    """The remittances, newest first; `?tab=`."""
    tab = _tab_of(request)
    rows = _inbox(tab)
    counts = _inbox("").aggregate(all=Count("pk"), **{name: Count("pk", filter=q) for name, (_, q) in TABS.items()})
    labels = {"all": "All", **{name: label for name, (label, _) in TABS.items()}}
    context = {
        "section": "remittances",
        "page": page_of(rows.defer(*_HEAD_ONLY).order_by("-received_at", "-pk"), request),
        "tabs": [Tab("" if name == "all" else name, label, counts[name]) for name, label in labels.items()],
        "tab": tab,
        "total_cents": rows.aggregate(total=Sum("payment_cents"))["total"] or 0,
        "can_post": Permission.POST_MONEY in request.allowed,
    }
    return render(request, "web/remittances.html", context)


def _tab_of(request: OfficeRequest) -> str:
    tab = request.GET.get("tab", "")
    return tab if tab in TABS else ""


def _inbox(tab: str) -> QuerySet[Remittance]:
    unmatched = RemittanceClaim.objects.filter(remittance=OuterRef("pk"), claim=None, outcome=ClaimState.REVIEW)
    rows = Remittance.objects.annotate(has_unmatched=Exists(unmatched)).order_by()
    return rows.filter(TABS[tab][1]) if tab else rows


def _tab_context(request: OfficeRequest, remittance: Remittance) -> dict[str, Any]:
    """The part of the inbox that this remittance was opened from, with its neighbours there."""
    tab = _tab_of(request)
    at, key = remittance.received_at, remittance.pk
    newer = _inbox(tab).filter(Q(received_at__gt=at) | Q(received_at=at, pk__gt=key))
    older = _inbox(tab).filter(Q(received_at__lt=at) | Q(received_at=at, pk__lt=key))
    return {
        "tab": tab,
        "tab_label": TABS[tab][0] if tab else "",
        "before": newer.order_by("received_at", "pk").values_list("pk", flat=True).first(),
        "after": older.order_by("-received_at", "-pk").values_list("pk", flat=True).first(),
    }


@dataclass(frozen=True, slots=True)
class Reason:
    """One adjustment with its words."""

    adjustment: Adjustment

    @property
    def group(self) -> str:
        return GROUPS.get(self.adjustment.group, "a group that no guide knows")

    @property
    def meaning(self) -> str:
        known = carc(self.adjustment.reason)
        return known.meaning if known else "not on our list of reasons"


@dataclass(frozen=True, slots=True)
class Line:
    """One service of the payer's answer."""

    line: RemittanceLine
    reasons: tuple[Reason, ...]
    remarks: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """One move: what it does in words, and the row of the decision table."""

    move: Move
    is_posted: bool

    @property
    def words(self) -> str:
        kind = KINDS.get(self.move.kind, self.move.kind.replace("_", " "))
        to = f" to {owner_word(self.move.to)}" if self.move.to else ""
        return f"{kind}{to}"

    @property
    def owner(self) -> str:
        return owner_word(self.move.level) if self.move.level else ""

    @property
    def detail(self) -> str:
        """What is particular to this move, beyond the words of its row."""
        return self.move.detail


@dataclass(frozen=True, slots=True)
class Result:
    """One CLP: what the payer says, to which claim it belongs, and what was (or would be) made of it."""

    row: RemittanceClaim
    record: DocumentClaim
    status: str
    reasons: tuple[Reason, ...]
    remarks: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]
    decisions: tuple[Decision, ...]
    reviews: tuple[ReviewItem, ...]
    charges: tuple[tuple[int, str, int], ...]
    outcome: ClaimOutcome | None

    @property
    def match(self) -> str:
        """How its claim was found, or would be."""
        return self.row.match_reason or (self.outcome.match_reason if self.outcome else "")

    @property
    def is_flagged(self) -> bool:
        """The claim was found, or would be, by something else than its number; somebody should look."""
        found = self.outcome.confidence if self.outcome else self.row.match_confidence
        return found == Confidence.FLAGGED

    @property
    def can_undo(self) -> bool:
        """It stands on a claim."""
        return self.row.claim_id is not None and self.row.outcome in _STANDING

    @property
    def waits(self) -> bool:
        """Its money waits for a claim."""
        return waits_for_claim(self.row)


@dataclass(frozen=True, slots=True)
class Balance:
    """The claims less the provider adjustments are the payment (BPR02)."""

    claims_cents: int
    provider_cents: int
    payment_cents: int

    @property
    def difference_cents(self) -> int:
        return self.claims_cents - self.provider_cents - self.payment_cents


@allow(Permission.SEE_MONEY)
def show_remittance(request: OfficeRequest, remittance_id: int) -> HttpResponse:
    """One remittance. Before it is posted its plan is shown: what posting it now would do."""
    related = Remittance.objects.select_related("payer", "file").defer("file__content")
    remittance = get_object_or_404(related, pk=remittance_id)
    plan = _dry_run(remittance)
    page = page_of(_claims(remittance), request, size=CLAIMS_A_PAGE)
    shown = [row.claim.patient_id for row in page if row.claim]
    note_list("remittance.view", shown, f"remittance {remittance.pk}")
    document = from_plain(Document, {**remittance.record, "claims": []}) if remittance.record else None
    adjustments = document.provider_adjustments if document else ()
    context = {
        "section": "remittances",
        "remittance": remittance,
        "document": document,
        "method": _METHODS.get(remittance.method, remittance.method),
        "findings": findings_of(remittance),
        "page": page,
        "results": _results(list(page), plan),
        "provider_adjustments": adjustments,
        "loose": _loose(remittance, plan),
        "loose_reviews": [review for review in plan.reviews if not review.position] if plan else [],
        "balance": _balance(remittance, adjustments) if document else None,
        "items": list(remittance.work_items.exclude(state=WorkItem.State.DONE)),
        "plan": plan,
        "totals": _totals(plan) if plan else [],
        "can_confirm": remittance.cash_seen_at is None and Permission.POST_MONEY in request.allowed,
        "can_undo": remittance.state in _POSTED and Permission.POST_MONEY in request.allowed,
        "waiting": waiting_money(remittance.pk).items(),
        "explained": [(entry, _unapplied_of(entry)) for entry in explanations_of(remittance.pk)],
        "explanations": EXPLANATIONS.keys(),
        "share": remittance.deposit_shares.filter(undone_at=None).select_related("deposit").first(),
        **_tab_context(request, remittance),
        "can_post": remittance.state in _WAITING and document and Permission.POST_MONEY in request.allowed,
    }
    return render(request, "web/remittance.html", context)


@allow(Permission.POST_MONEY, post=True)
def post(request: OfficeRequest, remittance_id: int) -> HttpResponse:
    """Post a remittance that waits, by the plan that its page shows."""
    remittance = get_object_or_404(Remittance, pk=remittance_id)
    try:
        plan = post_remittance(remittance)
    except (ConflictError, InputError) as wrong:
        messages.error(request, str(wrong))
    else:
        audit.record("remittance.post", f"remittance {remittance.pk}", accepted=plan.accepted)
        said = f"Posted; {len(plan.reviews)} to review." if plan.accepted else "Not posted: see what is wrong below."
        messages.add_message(request, messages.SUCCESS if plan.accepted else messages.ERROR, said)
    return redirect("remittance", remittance.pk)


@allow(Permission.POST_MONEY, post=True)
def see_cash(request: OfficeRequest, remittance_id: int) -> HttpResponse:
    """The deposit or check was seen at the bank."""
    remittance = get_object_or_404(Remittance, pk=remittance_id)
    try:
        confirm_cash(remittance)
    except ConflictError as wrong:
        messages.error(request, str(wrong))
    else:
        messages.success(request, "The money was seen: statements need not wait for it any longer.")
    return redirect("remittance", remittance.pk)


@allow(Permission.POST_MONEY, post=True)
def undo(request: OfficeRequest, remittance_id: int) -> HttpResponse:
    """Undo everything that posting it did; asks why. What stands on top of it must be undone first and is named."""
    remittance = get_object_or_404(Remittance, pk=remittance_id)
    reason = reason_of(request)
    if reason:
        act(request, lambda: undo_remittance(remittance, reason=reason), "Undone: it waits and can be posted again.")
    return redirect("remittance", remittance.pk)


@allow(Permission.POST_MONEY, post=True)
def undo_one(request: OfficeRequest, row_id: int) -> HttpResponse:
    """Undo one claim of a posted remittance; its money waits unapplied."""
    row = get_object_or_404(RemittanceClaim.objects.select_related("remittance"), pk=row_id)
    reason = reason_of(request)
    if reason:
        act(request, lambda: undo_claim(row, reason=reason), "Undone: the money of this claim waits unapplied.")
    return redirect(f"{reverse('remittance', args=[row.remittance_id])}#clp-{row.position}")


@allow(Permission.POST_MONEY, post=True)
def undo_charge(request: OfficeRequest, row_id: int) -> HttpResponse:
    """Undo what one claim of a posted remittance did to one service; its money waits unapplied."""
    row = get_object_or_404(RemittanceClaim.objects.select_related("remittance"), pk=row_id)
    reason, charge = reason_of(request), number_of(request, "charge")
    if reason:
        said = "Undone: the money of this service waits unapplied."
        act(request, lambda: undo_line(row, charge or 0, reason=reason), said)
    return redirect(f"{reverse('remittance', args=[row.remittance_id])}#clp-{row.position}")


def _dry_run(remittance: Remittance) -> Plan | None:
    if remittance.state not in _WAITING or not remittance.record:
        return None
    return plan_of(remittance)


def _claims(remittance: Remittance) -> Sequence[RemittanceClaim]:
    return remittance.claims.select_related("claim__patient").defer("claim__record").order_by("position")  # type: ignore[return-value]


def _totals(plan: Plan) -> list[tuple[str, int, int]]:
    """What a plan comes to: each kind of move in words, how many, how much."""
    sums: dict[MoveKind, list[int]] = {}
    for move in plan.moves:
        sums.setdefault(move.kind, []).append(move.cents)
    return [(KINDS.get(kind, kind.replace("_", " ")), len(cents), sum(cents)) for kind, cents in sums.items()]


def _unapplied_of(entry: JournalEntry) -> Posting:
    return next(side for side in entry.postings.all() if side.account == Account.UNAPPLIED)


def _results(rows: Sequence[RemittanceClaim], plan: Plan | None) -> list[Result]:
    charges = _charges(rows)
    return [_result(row, plan, charges.get(row.pk, ())) for row in rows]


def _charges(rows: Sequence[RemittanceClaim]) -> dict[int, tuple[tuple[int, str, int], ...]]:
    """By the key of a CLP: the charges on which something of it stands, each with its code and the cents paid on it."""
    numbers = {data["entry"]: (row.pk, data) for row in rows for data in row.moves if "entry" in data}
    standing = JournalEntry.objects.filter(pk__in=numbers, reversed_by=None).values_list("pk", flat=True)
    paid: dict[int, dict[int, int]] = {}
    for number in standing:
        key, data = numbers[number]
        charge = data.get("line_key")
        if charge is not None:
            of_row = paid.setdefault(key, {})
            of_row[charge] = of_row.get(charge, 0) + (data["cents"] if data["kind"] == MoveKind.PAYMENT else 0)
    keys = {charge for of_row in paid.values() for charge in of_row}
    codes = dict(Charge.objects.filter(pk__in=keys).values_list("pk", "code"))
    return {
        key: tuple((charge, codes.get(charge, ""), cents) for charge, cents in sorted(of_row.items()))
        for key, of_row in paid.items()
    }


def _result(row: RemittanceClaim, plan: Plan | None, charges: tuple[tuple[int, str, int], ...]) -> Result:
    record = from_plain(DocumentClaim, row.record)
    return Result(
        row,
        record,
        STATUSES.get(record.status, f"status {record.status}"),
        _reasons(record.adjustments),
        _remarks(record.remarks),
        tuple(Line(line, _reasons(line.adjustments), _remarks(line.remarks)) for line in record.lines),
        _decisions(row, plan),
        tuple(review for review in plan.reviews if review.position == row.position) if plan else (),
        charges,
        next((one for one in plan.outcomes if one.position == row.position), None) if plan else None,
    )


def _decisions(row: RemittanceClaim, plan: Plan | None) -> tuple[Decision, ...]:
    if plan:
        return tuple(Decision(move, is_posted=False) for move in plan.moves_of(row.position))
    return tuple(Decision(move_from_plain(data), is_posted="entry" in data) for data in row.moves)


def _loose(remittance: Remittance, plan: Plan | None) -> tuple[Decision, ...]:
    """What was made of the provider adjustments."""
    if plan:
        return tuple(Decision(move, is_posted=False) for move in plan.moves_of(0))
    moves = (remittance.plan or {}).get("moves", [])
    return tuple(Decision(move_from_plain(data), is_posted=remittance.state in _POSTED) for data in moves)


def _reasons(adjustments: Iterable[Adjustment]) -> tuple[Reason, ...]:
    return tuple(Reason(adjustment) for adjustment in adjustments)


def _remarks(codes: Iterable[str]) -> tuple[tuple[str, str], ...]:
    return tuple((code, known.meaning if (known := rarc(code)) else "not on our list of remarks") for code in codes)


def _balance(remittance: Remittance, adjustments: Iterable[ProviderAdjustment]) -> Balance:
    paid = remittance.claims.aggregate(total=Sum("paid_cents"))["total"] or 0
    return Balance(paid, sum(one.amount_cents for one in adjustments), remittance.payment_cents)
