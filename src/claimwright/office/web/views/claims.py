"""Claims: the list by what became of them, and one claim with everything that is known of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from claimwright.codesets.places import place
from claimwright.documents.claim import Claim as ClaimRecord
from claimwright.office.claims.building import record_of
from claimwright.office.claims.models import Adjudication, Claim, ClaimFinding, ClaimLine, Submission
from claimwright.office.claims.status_word import StatusWord, status_words
from claimwright.office.core.access import Permission
from claimwright.office.core.models import StoredFile
from claimwright.office.followup.denials import OPEN_STATES
from claimwright.office.followup.models import Denial, WorkItem
from claimwright.office.ledger.balances import owed_on_encounters
from claimwright.office.patients.models import Payer
from claimwright.office.web.allowing import allow
from claimwright.office.web.middleware import OfficeRequest
from claimwright.office.web.paging import number_from, page_of
from claimwright.office.web.segments import Listing, list_claim
from claimwright.office.web.showing import note_list, note_patient
from claimwright.office.web.words import owner_word

EVENTS_MAX = 200
_LINE_FIELD = re.compile(r"lines\.(\d+)\b")
_WORD_COLUMNS = ("number", "encounter", "current_level", "held_reason", "closed_at", "charge_cents")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list."""

    claim: Claim
    word: StatusWord
    payer_name: str
    open_cents: int


@allow(Permission.SEE_CLAIMS)
def list_claims(request: OfficeRequest) -> HttpResponse:
    """The claims, newest first; `?word=` what became of them, `?payer=`, `?patient=` by key."""
    payer_id, patient_id = number_from(request, "payer"), number_from(request, "patient")
    light = list(_filtered(payer_id, patient_id).only(*_WORD_COLUMNS).order_by("-pk"))
    words = status_words(light)
    counts = Counter(word.word for word in words.values())
    wanted = request.GET.get("word", "")
    chosen = [claim.pk for claim in light if not wanted or words[claim.pk].word == wanted]
    page = page_of(chosen, request)
    rows = _rows(list(page), words)
    note_list("claim.list", (row.claim.patient_id for row in rows))
    tones = {word.word: word for word in words.values()}
    context = {
        "section": "claims",
        "page": page,
        "rows": rows,
        "charge_cents": sum(claim.charge_cents for claim in light if not wanted or words[claim.pk].word == wanted),
        "words": [(tones[word], count) for word, count in sorted(counts.items())],
        "word": wanted,
        "total": len(light),
        "payers": list(Payer.objects.order_by("name").only("name")),
        "payer_id": payer_id,
        "patient_id": patient_id,
    }
    return render(request, "web/claims.html", context)


def _filtered(payer_id: int | None, patient_id: int | None) -> QuerySet[Claim]:
    claims = Claim.objects.all()
    if payer_id is not None:
        claims = claims.filter(adjudications__payer=payer_id).distinct()
    return claims if patient_id is None else claims.filter(patient=patient_id)


def _rows(keys: Sequence[int], words: Mapping[int, StatusWord]) -> list[Row]:
    claims = Claim.objects.filter(pk__in=keys).select_related("patient").defer("record").in_bulk()
    payers = {
        (row.claim_id, row.level): row.payer.name
        for row in Adjudication.objects.filter(claim__in=keys).select_related("payer")
    }
    owed = owed_on_encounters([claim.encounter_id for claim in claims.values() if claim.encounter_id is not None])
    return [
        Row(
            claims[key],
            words[key],
            payers.get((key, claims[key].current_level), ""),
            sum(sum(owners.values()) for owners in owed.get(claims[key].encounter_id or 0, {}).values()),
        )
        for key in keys
    ]


@allow(Permission.SEE_CLAIMS)
def show_claim(request: OfficeRequest, claim_id: int) -> HttpResponse:
    """One claim: what became of it, who owes what, what is wrong and how to mend it, what happened, and its bytes."""
    related = ("patient", "billing", "rendering", "encounter")
    claim = get_object_or_404(Claim.objects.select_related(*related), pk=claim_id)
    note_patient("claim.view", f"claim {claim.pk}", claim.patient_id)
    submissions = list(claim.submissions.order_by("-pk").defer("record", "file__content").select_related("file"))
    adjudications = _adjudications(claim)
    findings = list(claim.findings.order_by("-pk"))
    record = record_of(claim)
    owners = _owners(claim, adjudications)
    lines, denials = _lines(claim, record), _denials(claim)
    open_findings = [finding for finding in findings if finding.resolved_at is None]
    context = {
        "section": "claims",
        "claim": claim,
        "record": record,
        "place": place(record.place_of_service),
        "word": status_words([claim])[claim.pk],
        "submissions": submissions,
        "adjudications": adjudications,
        "lines": lines,
        "owners": owners,
        "open_cents": sum(cents for _, cents in owners),
        "open_findings": open_findings,
        "mended_findings": [finding for finding in findings if finding.resolved_at is not None],
        "denials": denials,
        "items": list(claim.work_items.exclude(state=WorkItem.State.DONE)),
        "results": list(claim.remittance_claims.select_related("remittance").defer("record", "moves").order_by("pk")),
        "events": _events(claim),
        "raw": _raw(claim, submissions, _in_question(lines, denials, open_findings)),
        **_neighbours(claim),
    }
    return render(request, "web/claim.html", context)


def _neighbours(claim: Claim) -> dict[str, int | None]:
    """The claims before and after in the list, which goes from new to old."""
    keys = Claim.objects.values_list("pk", flat=True)
    return {
        "before": keys.filter(pk__gt=claim.pk).order_by("pk").first(),
        "after": keys.filter(pk__lt=claim.pk).order_by("-pk").first(),
    }


def _adjudications(claim: Claim) -> list[Adjudication]:
    order = "PSTABCDEFGH"
    rows = claim.adjudications.select_related("payer", "coverage")
    return sorted(rows, key=lambda row: order.find(row.level))


@dataclass(frozen=True, slots=True)
class Line:
    """One service: as billed, what the contract would allow, and who owes what on it now."""

    row: ClaimLine
    pointers: str
    owed: tuple[tuple[str, int], ...]

    @property
    def open_cents(self) -> int:
        return sum(cents for _, cents in self.owed)


def _lines(claim: Claim, record: ClaimRecord) -> list[Line]:
    owed = owed_on_encounters([claim.encounter_id or 0]).get(claim.encounter_id or 0, {})
    pointers = {line.number: " ".join(_letter(pointer) for pointer in line.pointers) for line in record.lines}
    return [
        Line(row, pointers.get(row.number, ""), _named(owed.get(row.charge_id, {})))
        for row in claim.lines.order_by("number")
    ]


def _letter(pointer: int) -> str:
    """Diagnoses are lettered on paper claims: A is the first."""
    return chr(ord("A") + pointer - 1) if 1 <= pointer <= 26 else str(pointer)


def _named(owed: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple((owner_word(owner), cents) for owner, cents in owed.items())


def _owners(claim: Claim, adjudications: Sequence[Adjudication]) -> list[tuple[str, int]]:
    """Who owes on the claim as a whole: the payer's name, or the patient."""
    totals: Counter[str] = Counter()
    for owed in owed_on_encounters([claim.encounter_id or 0]).get(claim.encounter_id or 0, {}).values():
        totals.update(owed)
    names = {row.level: f"{row.payer.name} ({owner_word(row.level)})" for row in adjudications}
    return [(names.get(owner, owner_word(owner).capitalize()), cents) for owner, cents in totals.items() if cents]


def _denials(claim: Claim) -> list[Denial]:
    rows = claim.denials.select_related("remittance", "item").defer("remittance__record", "remittance__plan")
    return list(rows.order_by("-pk"))


def _events(claim: Claim) -> list[Any]:
    rows = claim.events.select_related("actor", "file").defer("file__content").order_by("-pk")
    return list(rows[:EVENTS_MAX])


def _in_question(lines: Sequence[Line], denials: Sequence[Denial], findings: Sequence[ClaimFinding]) -> set[int]:
    """The numbers of the services that a payer denied, or about which a finding stands."""
    denied = {line["charge"] for denial in denials if denial.state in OPEN_STATES for line in denial.lines}
    named = {int(match[1]) for finding in findings if (match := _LINE_FIELD.match(finding.field))}
    return {line.row.number for line in lines if line.row.charge_id in denied} | named


@dataclass(frozen=True, slots=True)
class Raw:
    """The claim's own bytes, as they were sent or taken over."""

    file: StoredFile
    offset: int
    listing: Listing

    @property
    def is_questioned(self) -> bool:
        return any(line.is_question for line in self.listing.lines)


def _raw(claim: Claim, submissions: Sequence[Submission], services: Collection[int]) -> Raw | None:
    """The newest attempt that was written, else the file that the claim came from."""
    sent = next((row for row in submissions if row.file_id and row.offset is not None), None)
    place = (sent.file_id, sent.offset, sent.length) if sent else (claim.source_file_id, claim.offset, claim.length)
    key, offset, length = place
    if key is None or offset is None:
        return None
    file = StoredFile.objects.get(pk=key)
    return Raw(file, offset, list_claim(file.data, offset, length or 0, services=services))
