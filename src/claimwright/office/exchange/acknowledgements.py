"""What became of what was sent: TA1 for the interchange, 999 for its sets, 277CA for each claim.

Each verb moves submissions by the machine of `claims.lifecycle` and keeps what was wrong as findings of the claims,
with what to do. An answer that is behind what is known already changes nothing. What cannot be matched comes back as
findings for a person.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from claimwright.codesets import acknowledgements as codes
from claimwright.documents.acknowledgement import (
    ClaimAcknowledgement,
    FunctionalAcknowledgement,
    InterchangeAcknowledgement,
    SegmentError,
    SetAcknowledgement,
)
from claimwright.documents.status import ClaimStatus, StatusCode, StatusInformation
from claimwright.findings import Finding, Severity, Where
from claimwright.office.claims.lifecycle import WAITING, A, S, can_move, chunks, move_adjudications, move_submissions
from claimwright.office.claims.models import Adjudication, ClaimFinding, Submission
from claimwright.office.claims.scrubbing import finding_row
from claimwright.office.core import clock
from claimwright.office.core.models import StoredFile
from claimwright.office.core.rows import write_columns
from claimwright.office.exchange.batching import KIND, batched_in
from claimwright.office.exchange.models import EligibilityCheck, StatusCheck, Transmission
from claimwright.office.exchange.places import ClaimPlace, claim_places
from claimwright.office.exchange.sending import mark_sent
from claimwright.origin import Origin

DUPLICATE_INTERCHANGE = "025"
_ACCEPTED = frozenset("AE")
_KIND_OF = {"HC": KIND, "HS": "270", "HR": "276"}
_REFUSED_CATEGORIES = frozenset(("rejected", "not_found"))
_PAYER, _UNLISTED = "PR", "U"
_MESSAGE_MAX = 5

KINDS = {
    "EXC-ACK-001": ("No file with the control number {what} was sent.", "Look which system sent it."),
    "EXC-ACK-002": ("The file was refused: {what}.", "{hint}."),
    "EXC-ACK-003": ("The other side says it has this file already.",
                    "Do not send the claims again before it is clear what became of the first file."),
    "EXC-ACK-004": ("No functional group {what} was sent.", "Look which system sent it."),
    "EXC-ACK-005": ("No claim {what} was sent.", "Look which system sent it; it may be of another practice."),
    "EXC-ACK-006": ("The set was refused; the fault is not in this claim.", "Nothing is wrong with it: send it again."),
    "EXC-ACK-007": ("{what}", "{hint}"),
}  # fmt: skip
"""The findings about answers: what is wrong, what to do."""


def finding(code: str, what: str = "", hint: str = "", severity: Severity = Severity.ERROR) -> Finding:
    """A finding about an answer."""
    message, advice = KINDS[code]
    return Finding(code, severity, message.format(what=what), advice.format(hint=hint).replace("..", "."), Where())


# TA1.


def take_interchange_acknowledgement(ack: InterchangeAcknowledgement, answer: Transmission) -> list[Finding]:
    """Take a TA1: an accepted interchange is noted, a refused one brings all its claims back."""
    sent = _sent(answer, interchange_control=ack.control_number.zfill(9))
    if sent is None:
        return [finding("EXC-ACK-001", ack.control_number)]
    if ack.code in _ACCEPTED:
        return []
    if ack.note == DUPLICATE_INTERCHANGE:
        return [finding("EXC-ACK-003")]
    note = codes.interchange_note(ack.note)
    wrong = finding("EXC-ACK-002", note.meaning if note else f"code {ack.note}", note.action if note else "Ask why")
    _answered(sent, Transmission.State.REJECTED)
    _refuse_questions(sent, f"TA1 {ack.note}")
    rows = [row for row in _batched(sent) if can_move(row, S.TA1_REJECTED)]
    _keep_findings("TA1", [(row, [wrong]) for row in rows])
    origins = dict.fromkeys([row.pk for row in rows], ack.origin)
    move_submissions(rows, S.TA1_REJECTED, wrong.message, origins=origins, file=answer.file)
    return [] if rows else [wrong]


# 999.


def take_functional(ack: FunctionalAcknowledgement, answer: Transmission) -> list[Finding]:
    """Take a 999: accepted sets are at the other side, refused ones bring their claims back with what was wrong."""
    kind = _KIND_OF.get(ack.functional_id, "")
    group = ack.group_control_number.lstrip("0") or "0"
    sent = _sent(answer, group_control=group, kind=kind) if kind else None
    if sent is None:
        return [finding("EXC-ACK-004", ack.group_control_number)]
    verdicts = {one.control_number: one for one in ack.sets}
    refused_all = ack.code not in ("A", "E", "P") and not any(one.code in _ACCEPTED for one in ack.sets)
    _note_group(sent, ack, refused_all=refused_all)
    if kind != KIND:
        return _take_question_verdict(sent, ack, refused_all=refused_all)
    rows = _batched(sent)
    refused = [row for row in rows if _is_refused(verdicts.get(row.set_control), refused_all=refused_all)]
    keys = {row.pk for row in refused}
    accepted = [row for row in rows if row.pk not in keys]
    places = claim_places(sent.file.data) if any(one.segments for one in ack.sets) else []
    by_set = _SetFaults(verdicts, places)
    _keep_findings("999", [(row, by_set.of(row, is_refused=row.pk in keys)) for row in rows])
    _move(refused, S.F999_REJECTED, "The set was refused (999)", answer.file, ack.origin)
    _move(accepted, S.F999_ACCEPTED, "The set was accepted (999)", answer.file, ack.origin)
    _set_in_process(accepted, "With the payer or clearinghouse", answer.file, ack.origin)
    return []


def _is_refused(verdict: SetAcknowledgement | None, *, refused_all: bool) -> bool:
    """A set that the 999 does not name shares the fate of the group."""
    return refused_all if verdict is None else verdict.code not in _ACCEPTED


def _note_group(sent: Transmission, ack: FunctionalAcknowledgement, *, refused_all: bool) -> None:
    state = Transmission.State
    if refused_all or (ack.sets and all(one.code not in _ACCEPTED for one in ack.sets) and ack.code == "R"):
        _answered(sent, state.REJECTED)
    else:
        is_whole = ack.code in _ACCEPTED and all(one.code in _ACCEPTED for one in ack.sets)
        _answered(sent, state.ACCEPTED if is_whole else state.PARTLY_ACCEPTED)


def _take_question_verdict(sent: Transmission, ack: FunctionalAcknowledgement, *, refused_all: bool) -> list[Finding]:
    refused = refused_all or any(one.code not in _ACCEPTED for one in ack.sets)
    if not refused:
        return []
    faults = [words for one in ack.sets for words in _words_of(one)]
    _refuse_questions(sent, "999")
    return [finding("EXC-ACK-002", "; ".join(faults[:_MESSAGE_MAX]) or "no reason given", "Tell who runs this system")]


@dataclass(frozen=True, slots=True)
class _SetFaults:
    """What a 999 says is wrong, for each claim: by the positions of the faults in the set."""

    verdicts: Mapping[str, SetAcknowledgement]
    places: Sequence[ClaimPlace]
    _by_claim: dict[tuple[str, str], ClaimPlace] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self._by_claim.update({(place.set_control, place.number): place for place in self.places})

    def of(self, row: Submission, *, is_refused: bool) -> list[Finding]:
        verdict = self.verdicts.get(row.set_control)
        if verdict is None:
            return []
        place = self._by_claim.get((row.set_control, row.claim.number))
        own = [error for error in verdict.segments if place is None or place.touches(error.position)]
        elsewhere = is_refused and (not verdict.segments or not own) and self._is_placed(verdict)
        severity = Severity.ERROR if is_refused else Severity.WARNING
        found = [_of_segment(error, severity) for error in own]
        if elsewhere:
            found.append(finding("EXC-ACK-006", severity=Severity.INFO))
        elif is_refused and not found:
            found.append(
                finding("EXC-ACK-007", "; ".join(_words_of(verdict)) or "The set was refused.", "See the 999.")
            )
        return found

    def _is_placed(self, verdict: SetAcknowledgement) -> bool:
        """Whether some claim of the set was found to be at fault."""
        return any(
            place.touches(error.position)
            for place in self.places
            if place.set_control == verdict.control_number
            for error in verdict.segments
        )


def _of_segment(error: SegmentError, severity: Severity) -> Finding:
    kind = codes.segment_error(error.code)
    said = [kind.meaning if kind else f"code {error.code}"]
    hints = [kind.action] if kind else []
    for element in error.elements:
        known = codes.element_error(element.code)
        said.append(f"{error.segment}{element.element:02d}: {known.meaning if known else f'code {element.code}'}")
        hints = [known.action] if known else hints
    where = Where(segment=error.segment, index=error.position, loop=error.loop or None, field=_place_of(error))
    return Finding(f"999-{error.code}", severity, f"{error.segment}: {'; '.join(said)}.", ". ".join(hints), where)


def _place_of(error: SegmentError) -> str:
    element = f"{error.elements[0].element:02d}" if error.elements else ""
    return f"{error.loop} {error.segment}{element}".strip()


def _words_of(verdict: SetAcknowledgement) -> Iterator[str]:
    for code in verdict.errors:
        known = codes.set_error(code)
        yield known.meaning if known else f"set error {code}"
    for error in verdict.segments:
        yield _of_segment(error, Severity.ERROR).message


# 277CA.


@dataclass(slots=True)
class _Verdict:
    """What a 277CA says of one submission."""

    row: Submission
    to: S
    origin: Origin
    codes: Sequence[StatusCode]
    payer_claim_number: str = ""
    clearinghouse_number: str = ""

    @property
    def is_refused(self) -> bool:
        return self.to in (S.CH_REJECTED, S.PAYER_REJECTED)


def take_claim_acknowledgement(ack: ClaimAcknowledgement, answer: Transmission) -> list[Finding]:
    """Take a 277CA: claims that were taken in keep the payer's number, those sent back keep what is wrong."""
    _prove_sent(ack)
    rows = _rows_of(ack)
    verdicts, findings = [], []
    for status in ack.claims:
        number = status.trace or status.control_number
        row = rows.get(number)
        if row is None:
            findings.append(finding("EXC-ACK-005", number))
        elif verdict := _verdict(row, status, ack):
            verdicts.append(verdict)
    verdicts += _whole_refusals(ack, rows, {verdict.row.pk for verdict in verdicts})
    _apply(verdicts, answer)
    return findings


def _prove_sent(ack: ClaimAcknowledgement) -> None:
    """Note that the files of claims that are answered went out, where whoever sent them died before noting it."""
    numbers = [status.trace or status.control_number for status in ack.claims]
    unsent = Submission.objects.filter(state=S.BATCHED)
    files = {row.file_id for chunk in chunks(numbers) for row in unsent.filter(claim__number__in=chunk)}
    for sent in Transmission.objects.filter(file__in=files - {None}, state=Transmission.State.BUILT):
        mark_sent(sent)


def _rows_of(ack: ClaimAcknowledgement) -> dict[str, Submission]:
    """The submissions by claim number: those of the batch that is answered, else the newest that was sent."""
    numbers = [status.trace or status.control_number for status in ack.claims]
    sent = Submission.objects.exclude(sent_at=None).select_related("claim").order_by("pk")
    rows: dict[str, Submission] = {}
    for chunk in chunks(numbers):
        rows.update({row.claim.number: row for row in sent.filter(claim__number__in=chunk)})
    if ack.batch_reference:
        rows.update({row.claim.number: row for row in sent.filter(reference=ack.batch_reference)})
    return rows


def _verdict(row: Submission, status: ClaimStatus, ack: ClaimAcknowledgement) -> _Verdict | None:
    """None when the answer neither takes the claim in nor sends it back."""
    all_codes = [code for information in status.statuses for code in information.codes]
    to = _target(status.statuses, ack.source_role)
    if to is None:
        return None
    return _Verdict(row, to, status.origin, all_codes, status.payer_claim_number, status.clearinghouse_number)


def _target(statuses: Iterable[StatusInformation], source_role: str) -> S | None:
    """Where the codes send a submission. Who speaks is the source, unless a code names the payer (A2 with PR)."""
    told = list(statuses)
    areas = {area for one in told for code in one.codes if (area := _area(code))}
    by_payer = source_role == _PAYER or any(
        code.entity == _PAYER and _area(code) == "accepted" for one in told for code in one.codes
    )
    if any(one.action == _UNLISTED for one in told) or areas & _REFUSED_CATEGORIES:
        return S.PAYER_REJECTED if source_role == _PAYER else S.CH_REJECTED
    if areas & {"accepted", "split"}:
        return S.PAYER_ACCEPTED if by_payer else S.CH_ACCEPTED
    return S.CH_ACCEPTED if areas & {"received", "forwarded"} else None


def _area(code: StatusCode) -> str:
    known = codes.status_category(code.category)
    return known.area if known else ""


def _whole_refusals(ack: ClaimAcknowledgement, rows: Mapping[str, Submission], told: set[int]) -> Iterator[_Verdict]:
    """The claims that are not named because everything, or everything of their provider, was sent back."""
    batch = [row for row in rows.values() if row.reference == ack.batch_reference and row.pk not in told]
    everything = _target(ack.statuses, ack.source_role)
    providers = {
        one.provider.npi: one.statuses
        for one in ack.providers
        if one.provider.npi and _target(one.statuses, ack.source_role) in (S.CH_REJECTED, S.PAYER_REJECTED)
    }
    for row in batch:
        statuses: Sequence[StatusInformation] = providers.get(row.claim.billing.npi, ())
        if not ack.claims and everything in (S.CH_REJECTED, S.PAYER_REJECTED):
            statuses = ack.statuses
        to = _target(statuses, ack.source_role)
        if to is not None:
            yield _Verdict(row, to, ack.origin, [code for one in statuses for code in one.codes])


def _apply(verdicts: Sequence[_Verdict], answer: Transmission) -> None:
    moving = [verdict for verdict in verdicts if can_move(verdict.row, verdict.to)]
    _keep_findings("277CA", [(one.row, [_of_code(code) for code in one.codes]) for one in moving if one.is_refused])
    _keep_numbers(verdicts)
    words = {one.row.pk: _words(one) for one in moving}
    by_target: dict[S, list[_Verdict]] = defaultdict(list)
    for one in moving:
        by_target[one.to].append(one)
    for to, group in by_target.items():
        origins = {one.row.pk: one.origin for one in group}
        move_submissions([one.row for one in group], to, lambda row: words[row.pk], origins=origins, file=answer.file)
    levels = _levels([one.row for one in moving])
    states = {one.row.claim_id: one for one in moving}
    now = clock.now()
    back = [row for row in levels if states[row.claim_id].is_refused and row.state in WAITING]
    taken = [row for row in levels if states[row.claim_id].to == S.PAYER_ACCEPTED]
    move_adjudications(back, A.NOT_SUBMITTED, "Sent back before it was decided", file=answer.file)
    for chunk in chunks([row.pk for row in taken]):
        Adjudication.objects.filter(pk__in=chunk, accepted_at=None).update(accepted_at=now)
    move_adjudications(
        [row for row in taken if row.state == A.NOT_SUBMITTED], A.IN_PROCESS, "Accepted by the payer", file=answer.file
    )


def _keep_numbers(verdicts: Sequence[_Verdict]) -> None:
    """The payer's and the clearinghouse's own numbers of the claims."""
    with_number = [one for one in verdicts if one.clearinghouse_number]
    for one in with_number:
        one.row.clearinghouse_number = one.clearinghouse_number[:50]
    write_columns([one.row for one in with_number], "clearinghouse_number")
    numbers = {one.row.claim_id: one.payer_claim_number for one in verdicts if one.payer_claim_number}
    levels = _levels([one.row for one in verdicts if one.payer_claim_number])
    for level in levels:
        level.payer_claim_number = numbers[level.claim_id][:50]
    write_columns(levels, "payer_claim_number")


def _of_code(code: StatusCode) -> Finding:
    category, status = codes.status_category(code.category), codes.status_code(code.code)
    said = f"{category.meaning if category else code.category}: {status.meaning if status else f'status {code.code}'}"
    about = f" ({code.entity})" if code.entity else ""
    hint = status.action if status else category.action if category else "Ask the clearinghouse what it means"
    return Finding(str(code), Severity.ERROR, f"{said}{about}.", f"{hint}.", Where(field=code.entity or None))


def _words(verdict: _Verdict) -> str:
    said = "; ".join(_of_code(code).message for code in verdict.codes) if verdict.is_refused else ""
    return said or f"{verdict.to.label}{' as ' + verdict.payer_claim_number if verdict.payer_claim_number else ''}"


# Shared.


def _sent(answer: Transmission, **columns: str) -> Transmission | None:
    """The file that was sent over the same connection under those numbers, the newest when numbers came round.

    An answer proves that a file went out, even when whoever sent it died before noting it.
    """
    out = Transmission.objects.filter(direction=Transmission.Direction.OUT, **columns).select_related("file")
    if answer.connection_id is not None:
        out = out.filter(connection=answer.connection_id)
    sent = out.order_by("pk").last()
    if sent:
        mark_sent(sent)
    return sent


def _answered(sent: Transmission, state: Transmission.State) -> None:
    Transmission.objects.filter(pk=sent.pk).update(state=state, answered_at=clock.now())
    sent.state = state


def _batched(sent: Transmission) -> list[Submission]:
    return batched_in(sent.file) if sent.kind == KIND else []


def _refuse_questions(sent: Transmission, why: str) -> None:
    """Let the questions of a refused file be asked again."""
    now = clock.now()
    if sent.kind == "270":
        asked = EligibilityCheck.objects.filter(question=sent, state=EligibilityCheck.State.ASKED)
        asked.update(state=EligibilityCheck.State.REJECTED, rejection_codes=[why], answered_at=now)
    elif sent.kind == "276":
        StatusCheck.objects.filter(question=sent, answered_at=None).update(category="", code="", answered_at=now)


def _move(rows: Sequence[Submission], to: S, text: str, file: StoredFile, origin: Origin) -> None:
    moving = [row for row in rows if can_move(row, to)]
    move_submissions(moving, to, text, origins=dict.fromkeys([row.pk for row in moving], origin), file=file)


def _set_in_process(rows: Sequence[Submission], text: str, file: StoredFile, origin: Origin) -> None:
    levels = [row for row in _levels(rows) if row.state == A.NOT_SUBMITTED]
    move_adjudications(levels, A.IN_PROCESS, text, origins=dict.fromkeys([row.pk for row in levels], origin), file=file)


def _levels(rows: Sequence[Submission]) -> list[Adjudication]:
    """The adjudications at whose level the submissions were sent."""
    wanted = {(row.claim_id, row.level) for row in rows}
    found = [
        level
        for chunk in chunks([row.claim_id for row in rows])
        for level in Adjudication.objects.filter(claim__in=chunk)
    ]
    return [level for level in found if (level.claim_id, level.level) in wanted]


def _keep_findings(source: str, found: Iterable[tuple[Submission, Sequence[Finding]]]) -> None:
    rows = [finding_row(row, source, one) for row, findings in found for one in findings]
    ClaimFinding.objects.bulk_create(rows, batch_size=1000)
