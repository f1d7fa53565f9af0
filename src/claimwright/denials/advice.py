"""From reason codes to advice. The rules are those of billing rules A.6, A.7 and C."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

from claimwright.codesets import reasons
from claimwright.codesets.deadlines import Deadline, PayerTerms
from claimwright.codesets.reasons import Carc, Rarc


class DenialQueue(StrEnum):
    """Whose desk a denial goes to."""

    CORRECT = "correct"
    """Something on the claim is wrong: mend it and send it again."""
    CODING = "coding"
    ELIGIBILITY = "eligibility"
    COB = "cob"
    WRONG_PAYER = "wrong_payer"
    AUTHORIZATION = "authorization"
    NETWORK = "network"
    DOCUMENTS = "documents"
    CLINICAL = "clinical"
    BUNDLING = "bundling"
    DUPLICATE = "duplicate"
    NOT_COVERED = "not_covered"
    TIMELY_FILING = "timely_filing"
    ENROLLMENT = "enrollment"
    PATIENT = "patient"
    """The patient must act, or must not be billed before somebody looked."""
    PENDING = "pending"
    """The payer has not finished."""
    REVIEW = "review"
    """No rule says: a person decides."""


_QUEUES = MappingProxyType(
    {
        "AUTH": DenialQueue.AUTHORIZATION,
        "BUNDLING": DenialQueue.BUNDLING,
        "COB": DenialQueue.COB,
        "CODING": DenialQueue.CODING,
        "DOC_REQUEST": DenialQueue.DOCUMENTS,
        "DUPLICATE": DenialQueue.DUPLICATE,
        "ELIGIBILITY": DenialQueue.ELIGIBILITY,
        "FREQUENCY_LIMIT": DenialQueue.CLINICAL,
        "INFO_MISSING": DenialQueue.CORRECT,
        "LIABILITY_TPL": DenialQueue.WRONG_PAYER,
        "MED_NECESSITY": DenialQueue.CLINICAL,
        "NON_COVERED": DenialQueue.NOT_COVERED,
        "PATIENT_RESP": DenialQueue.PATIENT,
        "PENDING": DenialQueue.PENDING,
        "PROVIDER_ENROLL": DenialQueue.ENROLLMENT,
        "REFERRAL_NETWORK": DenialQueue.NETWORK,
        "TIMELY_FILING": DenialQueue.TIMELY_FILING,
        "WRONG_PAYER": DenialQueue.WRONG_PAYER,
    }
)
"""By category of the CARC; a category without a desk of its own goes to review."""

_REMARK_DECIDES = frozenset({"INFO_MISSING", "NON_COVERED"})
"""Categories whose CARC only says that something is wrong: the remark code says what, and so which desk."""
_CORRECTABLE = frozenset({"INFO_MISSING", "CODING", "COB", "PROVIDER_ENROLL", "AUTH", "REFERRAL_NETWORK"})
"""Categories in which a corrected claim to the same payer is a way out."""
_UNKNOWN_MEMBER = frozenset({"31", "140"})
"""CARCs of a claim that never reached a member's file: it is sent anew with the right identity."""
_PATIENT_DENIAL = "Check whether the patient may be billed before any statement."
_DOCUMENTS_WITHIN_A_YEAR_DAYS = 365

APPEAL_ALLOWED = frozenset({"MA01", "MA02", "N1", "N210"})
"""Remark codes that say an appeal is open."""
APPEAL_FORBIDDEN = frozenset({"MA130", "N211", "MA44", "N704"})
"""Remark codes that say there is none. N704 asks for a corrected claim instead; MA130 for a new one."""
UNPROCESSABLE = frozenset({"MA130", "N517", "N142"})
"""Remark codes that ask for a new claim (frequency 1), not for a replacement."""


@dataclass(frozen=True, slots=True)
class DenialAdvice:
    """What to know and do about one denial.

    `appeal_allowed` is None when neither code nor remark says. `appeal_due_date`, `resubmit_due_date` are last days for
    the payer's receipt, None where that way is closed or no limit is known. `is_confirmed` is False when a day rests on
    a usual limit that nobody has confirmed for this payer. `resubmit_frequency` is 1 (new claim), 7 (replacement) or
    empty. `reasons` say, line by line, where allowed, forbidden and due come from.
    """

    group: str
    carc: str
    rarcs: tuple[str, ...]
    category: str
    meaning: str
    remarks: tuple[str, ...]
    next_action: str
    preventable: str
    prevention: str
    queue: DenialQueue
    appeal_allowed: bool | None
    appeal_name: str
    appeal_due_date: date | None
    resubmit_frequency: str
    resubmit_due_date: date | None
    is_confirmed: bool
    reasons: tuple[str, ...]


def plan_denial(
    carc: str,
    rarcs: Iterable[str],
    group: str,
    *,
    remit_date: date,
    service_date: date | None = None,
    terms: PayerTerms | None = None,
) -> DenialAdvice:
    """What a denial with that CARC, RARCs and group means, what to do, and by when.

    `remit_date` is the payer's notice (the remittance's date), `service_date` the first day of the denied service.
    Deadlines: the payer's `terms` win; Medicare's are law; the usual ones of a kind of payer are marked unconfirmed.
    """
    terms = terms or PayerTerms()
    codes = tuple(dict.fromkeys(code.strip().upper() for code in rarcs if code.strip()))
    known, known_remarks = reasons.carc(carc), [found for found in map(reasons.rarc, codes) if found]
    leading = _leading_remark(known, known_remarks)
    allowed, appeal_reasons = _appeal(known, carc, codes, terms)
    appeal_due = terms.appeal_due(remit_date) if allowed is not False else None
    frequency = _resubmit_frequency(known, leading, codes, terms)
    resubmit_due = _resubmit_due(frequency, codes, remit_date, service_date, terms)
    return DenialAdvice(
        group=group,
        carc=carc,
        rarcs=codes,
        category=leading.category if leading else known.category if known else "",
        meaning=known.meaning if known else "",
        remarks=tuple(f"{found.code}: {found.meaning}" for found in known_remarks),
        next_action=_next_action(group, known, leading),
        preventable=known.preventable if known else "",
        prevention=known.prevention if known else "",
        queue=_queue(group, known, leading),
        appeal_allowed=allowed,
        appeal_name=terms.appeal_name if allowed is not False else "",
        appeal_due_date=appeal_due.due_date if appeal_due else None,
        resubmit_frequency=frequency,
        resubmit_due_date=resubmit_due.due_date if resubmit_due else None,
        is_confirmed=all(due.is_confirmed for due in (appeal_due, resubmit_due) if due),
        reasons=(
            *appeal_reasons,
            *_reopening(known, leading, frequency, terms),
            *_due_reasons(allowed, appeal_due, frequency, resubmit_due),
        ),
    )


def _leading_remark(known: Carc | None, remarks: list[Rarc]) -> Rarc | None:
    """The remark that says what the CARC leaves open; alerts never explain an adjustment."""
    if known is not None and known.category not in _REMARK_DECIDES:
        return None
    return next((found for found in remarks if not found.is_alert and found.category in _QUEUES), None)


def _queue(group: str, known: Carc | None, leading: Rarc | None) -> DenialQueue:
    if group == "PR":
        return DenialQueue.PATIENT
    if leading is not None:
        return _QUEUES[leading.category]
    if known is None:
        return DenialQueue.REVIEW
    if known.posting == "DENIAL_PATIENT_INFO":
        return DenialQueue.PATIENT
    return _QUEUES.get(known.category, DenialQueue.REVIEW)


def _next_action(group: str, known: Carc | None, leading: Rarc | None) -> str:
    """The remark's action first: it is the more exact one."""
    actions = [_PATIENT_DENIAL] if group == "PR" else []
    actions += [f"{found.next_action}." for found in (leading, known) if found]
    return " ".join(actions) or "Ask the payer what this code means, and note the answer."


def _appeal(
    known: Carc | None, reason: str, codes: tuple[str, ...], terms: PayerTerms
) -> tuple[bool | None, tuple[str, ...]]:
    """Whether an appeal is open, and why. A remark that forbids wins over everything, then one that allows."""
    forbidding = [code for code in codes if code in APPEAL_FORBIDDEN]
    if forbidding:
        return False, (f"{forbidding[0]} says that there is no appeal",)
    if terms.is_medicare and reason == "29":
        return False, ("Medicare's refusal of a late claim is no determination: ask for an exception, not an appeal",)
    if "N111" in codes:
        return True, ("N111: only the finding that it is a duplicate can be appealed",)
    allowing = [code for code in codes if code in APPEAL_ALLOWED]
    if allowing:
        return True, (f"{allowing[0]} says that an appeal is open",)
    if known is None:
        return None, ()
    note = f": {known.appeal_note}" if known.appeal_note else ""
    if known.appealable == "no":
        return False, (f"CARC {reason} is corrected, not appealed{note}",)
    return True if known.appealable == "yes" else None, (f"an appeal of CARC {reason}: {known.appealable}{note}",)


def _resubmit_frequency(known: Carc | None, leading: Rarc | None, codes: tuple[str, ...], terms: PayerTerms) -> str:
    """How to send it again: 1, 7, or not at all. Medicare part B takes no replacements: it reopens."""
    category = leading.category if leading else known.category if known else ""
    is_unknown_member = known is not None and (
        known.code in _UNKNOWN_MEMBER or (leading is not None and category == "ELIGIBILITY")
    )
    if UNPROCESSABLE & set(codes) or is_unknown_member:
        return "1"
    if category in _CORRECTABLE or "N704" in codes:
        return "7" if _takes_replacements(terms) else ""
    return ""


def _reopening(known: Carc | None, leading: Rarc | None, frequency: str, terms: PayerTerms) -> tuple[str, ...]:
    """The way to correct a processed claim where replacements are not taken."""
    category = leading.category if leading else known.category if known else ""
    if frequency or category not in _CORRECTABLE or _takes_replacements(terms):
        return ()
    return ("this payer takes no replacement claims: ask for a reopening to correct a clerical error",)


def _takes_replacements(terms: PayerTerms) -> bool:
    return terms.supports_replacement and not terms.is_medicare


def _resubmit_due(
    frequency: str, codes: tuple[str, ...], remit_date: date, service_date: date | None, terms: PayerTerms
) -> Deadline | None:
    """The last day to send it again; a new claim keeps the clock of the first one."""
    if "N366" in codes:
        due = remit_date + timedelta(days=_DOCUMENTS_WITHIN_A_YEAR_DAYS)
        return Deadline(due, is_confirmed=True, because="N366: reopened when the records come within a year")
    if service_date is None or not frequency:
        return None
    if frequency == "7":
        return terms.corrected_due(service_date, remit_date)
    return terms.filing_due(service_date)


def _due_reasons(
    allowed: bool | None,
    appeal_due: Deadline | None,
    frequency: str,
    resubmit_due: Deadline | None,
) -> list[str]:
    found = []
    if appeal_due:
        found.append(f"appeal by {appeal_due.due_date}: {appeal_due.because}")
    elif allowed is not False:
        found.append("no appeal window is on file for this payer: ask, and enter it")
    if resubmit_due:
        found.append(f"send again by {resubmit_due.due_date}: {resubmit_due.because}")
    elif frequency:
        found.append("no limit for corrected claims is on file for this payer: ask, and enter it")
    return found
