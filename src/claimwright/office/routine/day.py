"""The steps of a day, each for whatever is due now. All of them are safe to repeat."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from claimwright.errors import InputError
from claimwright.office.charges.entry import hold_encounter, release_encounters
from claimwright.office.charges.models import Encounter
from claimwright.office.claims.building import build_claims
from claimwright.office.claims.scrubbing import ScrubResult, scrub_claims
from claimwright.office.core import clock
from claimwright.office.exchange.batching import batch_claims
from claimwright.office.exchange.collecting import collect
from claimwright.office.exchange.eligibility import ask_coverage, coverages_to_check
from claimwright.office.exchange.intake import Taken
from claimwright.office.exchange.models import Connection
from claimwright.office.exchange.sending import send_due
from claimwright.office.exchange.status import ask_statuses, claims_without_answer
from claimwright.office.followup.credits import show_idle_credits
from claimwright.office.followup.crossovers import show_crossovers
from claimwright.office.followup.filing_limits import show_filing_limits
from claimwright.office.followup.halves import show_halves
from claimwright.office.followup.models import WorkItem
from claimwright.office.followup.review_items import show_unsettled_items
from claimwright.office.followup.silence import show_silence
from claimwright.office.followup.worklists import open_item
from claimwright.office.patients.models import Coverage
from claimwright.office.patients.roster import coverages_of
from claimwright.office.posting.deposits import match_waiting
from claimwright.office.posting.models import Remittance
from claimwright.office.posting.next_payers import bill_next_payers
from claimwright.office.posting.posting import post_remittance
from claimwright.office.statements.billing import StatementRun, run_statements

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class SentOut:
    """What left the house, or was stopped at the door."""

    questions: int = 0
    released: int = 0
    stopped: int = 0
    claims: int = 0
    statuses: int = 0


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What came back and what became of it."""

    files: tuple[Taken, ...] = ()
    posted: int = 0
    not_posted: int = 0
    next_claims: int = 0


def send_out(connection: Connection, tell: Tell) -> SentOut:
    """Ask about coverages, release what is covered, build, edit and send claims, ask about silent ones."""
    questions = ask_coverages(connection)
    released = release_ready()
    tell(f"{len(released)} visits released, {questions} coverages asked about")
    scrubbed = build_and_scrub()
    batch = batch_claims(connection)
    statuses = ask_statuses(connection, claims_without_answer())
    send_due()
    claims = batch.item_count if batch else 0
    tell(f"{claims} claims sent, {len(scrubbed.stopped)} stopped by the edits")
    return SentOut(questions, len(released), len(scrubbed.stopped), claims, statuses.item_count if statuses else 0)


def take_back(connection: Connection, tell: Tell) -> TakenBack:
    """Fetch and read the answers, post the remittances, bill the next payers, show what stays silent or unsettled."""
    taken = collect(connection)
    posted, refused = post_received()
    match_waiting()
    billed = bill_next_payers()
    show_silence()
    show_halves()
    show_crossovers()
    show_filing_limits()
    show_unsettled_items()
    tell(f"{len(taken)} files taken in, {posted} remittances posted, {len(billed.submissions)} next payers billed")
    return TakenBack(tuple(taken), posted, refused, len(billed.submissions))


def bill_patients(tell: Tell) -> StatementRun:
    """Make the statements that are due, and show whose credit is to be given back."""
    run = run_statements()
    show_idle_credits()
    if run.statements:
        tell(f"{len(run.statements)} statements made")
    return run


def ask_coverages(connection: Connection) -> int:
    """Ask about every coverage of an open visit that was not asked about lately, per billing provider; how many."""
    open_ones = Encounter.objects.filter(state=Encounter.State.OPEN).select_related("billing").order_by("pk")
    asked = 0
    by_provider: dict[int, list[Encounter]] = {}
    for encounter in open_ones:
        by_provider.setdefault(encounter.billing_id, []).append(encounter)
    for encounters in by_provider.values():
        question = ask_coverage(connection, coverages_to_check(encounters), encounters[0].billing)
        asked += question.item_count if question else 0
    return asked


def release_ready() -> list[Encounter]:
    """Release the open visits up to today whose coverages are all in force, and those of patients without one.

    A visit that cannot be released as it is (no diagnosis, no line) is held, and a person is told.
    """
    due = Encounter.objects.filter(state=Encounter.State.OPEN, entered_at__lte=clock.now()).select_related("patient")
    encounters = list(due.prefetch_related("charges").order_by("pk"))
    coverages = coverages_of({row.patient_id for row in encounters})
    covered = [
        row
        for row in encounters
        if all(one.state == Coverage.State.ACTIVE for one in coverages(row.patient_id, row.service_date))
    ]
    ready = [row for row in covered if _is_complete(row)]
    for row in covered:
        if not _is_complete(row):
            _hold(row)
    release_encounters(ready)
    return ready


def _is_complete(encounter: Encounter) -> bool:
    return bool(encounter.diagnoses and encounter.charges.all())


def _hold(encounter: Encounter) -> None:
    hold_encounter(encounter)
    open_item(
        WorkItem.Queue.SCRUB,
        f"encounter {encounter.pk}",
        title=f"Visit {encounter.number} cannot be released",
        reason="It has no diagnosis or no line.",
        next_action="Ask the provider, complete it, and release it.",
        rule="CHG-010",
        patient=encounter.patient,
    )


def build_and_scrub() -> ScrubResult:
    """Build the claims of released visits that have none, and edit everything that was built."""
    without = Encounter.objects.filter(state=Encounter.State.RELEASED, claims=None, patient__coverages__isnull=False)
    build_claims(list(without.distinct().order_by("pk")))
    return scrub_claims()


def post_received() -> tuple[int, int]:
    """Post every remittance that was received; how many were posted, and how many the rules or the file refused."""
    received = Remittance.objects.filter(state=Remittance.State.RECEIVED).order_by("pk")
    posted = refused = 0
    for remittance in received:
        try:
            accepted = post_remittance(remittance).accepted
        except InputError:
            # It cannot be read; it stays refused with its findings, and a person was told when it was received.
            accepted = False
        posted += accepted
        refused += not accepted
    return posted, refused


def open_work(queues: Sequence[str] | None = None) -> int:
    """How many items wait for a person."""
    items = WorkItem.objects.exclude(state=WorkItem.State.DONE)
    return (items.filter(queue__in=queues) if queues else items).count()
