"""Deposits: what the bank says arrived, matched to what remittances said was paid. Closed when posted = banked.

A deposit enters the ledger at once (bank / unidentified); a match moves it from unidentified to the cash due from its
remittance. Sure matches are made by themselves, sums are proposed, ties wait for a person. Each step can be undone.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import QuerySet

from claimwright.deposits import Deposit as BankDeposit
from claimwright.deposits import DepositKind, ExpectedPayment, Sureness, match_deposits, read_bank_file
from claimwright.errors import ConflictError, InputError
from claimwright.findings import Finding
from claimwright.money import format_dollars
from claimwright.office.core import audit, clock
from claimwright.office.core.files import store_file
from claimwright.office.core.models import StoredFile
from claimwright.office.ledger.journal import NewEntry, NewPosting, post_entries, reverse_entries
from claimwright.office.ledger.models import Account
from claimwright.office.posting.models import Deposit, DepositShare, Remittance
from claimwright.office.posting.turns import take_turn
from claimwright.origin import NOWHERE, Origin

State = Deposit.State
_POSTED = (Remittance.State.POSTED, Remittance.State.REVIEW)
_UNTRUSTED = ("DEP-FILE-",)
"""Findings after which a bank's file is not taken at all."""


@dataclass(frozen=True, slots=True)
class TakenBankFile:
    """What became of a bank's file: new deposits, those that were known, and everything that was found wrong."""

    taken: int
    known: int
    findings: tuple[Finding, ...]


def take_bank_file(name: str, data: bytes) -> TakenBankFile:
    """Store a bank's file, take its deposits, and match what is sure. The same statement again makes nothing twice.

    Raises `InputError` with the findings when the file cannot be trusted as a whole (cut short, totals that do not
    hold, no format that is known): nothing of it is taken then.
    """
    bank_file = read_bank_file(data)
    if any(found.code.startswith(_UNTRUSTED) for found in bank_file.findings):
        raise InputError(f"{name} was not taken: {bank_file.findings[0].message}", bank_file.findings)
    with transaction.atomic():
        take_turn()
        file, _ = store_file(name, data)
        made = _take(bank_file.deposits, file)
        audit.record("deposit.file", f"file {file.pk}", deposits=len(made))
        match_waiting()
    return TakenBankFile(len(made), len(bank_file.deposits) - len(made), bank_file.findings)


def enter_deposit(*, cents: int, deposit_date: date, reference: str, kind: str = "check", text: str = "") -> Deposit:
    """A deposit that a person enters: a check with its number, or a transfer. It is matched like any other.

    Raises `InputError` for an amount of zero or an unknown kind, `ConflictError` when it was entered before.
    """
    if not cents:
        raise InputError("A deposit is an amount above zero; one below zero is money that the bank took back.")
    if kind not in set(DepositKind):
        raise InputError(f"{kind!r} is no kind of deposit; one of {', '.join(DepositKind)} is.")
    with transaction.atomic():
        take_turn()
        made = _take([BankDeposit(cents, deposit_date, DepositKind(kind), reference=reference[:50], text=text)], None)
        if not made:
            raise ConflictError("A deposit of this day, amount and number was entered before; nothing was changed.")
        audit.record("deposit.enter", f"deposit {made[0].pk}", cents=cents)
        match_waiting()
    made[0].refresh_from_db(from_queryset=Deposit.objects.all())
    return made[0]


def _take(deposits: Sequence[BankDeposit], file: StoredFile | None) -> list[Deposit]:
    """Rows for the deposits that are not known yet, each with its entry bank / unidentified."""
    identities = _identities(deposits)
    known = set(Deposit.objects.filter(identity__in=identities).values_list("identity", flat=True))
    made = [
        Deposit.objects.create(
            file=file,
            offset=one.origin.offset,
            length=one.origin.length,
            line=one.origin.index,
            cents=one.cents,
            deposit_date=one.date,
            kind=one.kind.value,
            trace_number=one.trace,
            company_id=one.company_id[:20],
            company_name=one.company_name[:80],
            reference=one.reference[:50],
            account=one.account[:40],
            text=one.text,
            identity=identity,
            taken_at=clock.now(),
        )
        for one, identity in zip(deposits, identities, strict=True)
        if identity not in known and one.cents
    ]
    numbers = post_entries([_arrival(deposit) for deposit in made])
    for deposit, number in zip(made, numbers, strict=True):
        deposit.entries = [number]
    Deposit.objects.bulk_update(made, ["entries"])
    return made


def _identities(deposits: Iterable[BankDeposit]) -> list[str]:
    """A hash for each deposit of all that the bank says; equal ones of one day are told apart by their order."""
    seen: Counter[str] = Counter()
    found = []
    for one in deposits:
        words = "|".join(map(str, (one.account, one.date, one.cents, one.kind, one.trace, one.reference, one.text)))
        seen[words] += 1
        found.append(hashlib.sha256(f"{words}|{seen[words]}".encode()).hexdigest())
    return found


def _arrival(deposit: Deposit) -> NewEntry:
    reference = (deposit.trace_number or deposit.reference)[:50]
    return NewEntry(
        "deposit",
        (
            NewPosting(Account.BANK, deposit.cents, reference=reference),
            NewPosting(Account.UNIDENTIFIED, -deposit.cents, reference=f"deposit {deposit.pk}"),
        ),
        f"{deposit.company_name or 'Deposit'} {reference}".strip(),
        entry_date=deposit.deposit_date if deposit.deposit_date <= clock.today() else None,
        origin=_origin(deposit),
    )


def _origin(deposit: Deposit) -> Origin:
    if deposit.file is None:
        return NOWHERE
    return Origin(deposit.file.sha256, deposit.offset, deposit.length, deposit.line)


def match_waiting() -> int:
    """Climb the ladder with every deposit and every posted remittance that wait; how many were matched or proposed.

    What a person has undone is not matched by itself again.
    """
    with transaction.atomic():
        take_turn()
        deposits = list(Deposit.objects.filter(state=State.OPEN).select_related("file"))
        if not deposits:
            return 0
        unbanked = {remittance.pk: remittance for remittance in unbanked_remittances()}
        result = match_deposits([_as_bank_says(one) for one in deposits], map(_expected, unbanked.values()))
        undone = set(DepositShare.objects.exclude(undone_at=None).values_list("deposit_id", "remittance_id"))
        matches = [
            match
            for match in result.matches
            if not any((deposits[match.deposit].pk, key) in undone for key in match.keys)
        ]
        for match in matches:
            remittances = [unbanked[key] for key in match.keys]
            if match.sureness is Sureness.PROPOSED:
                _propose(deposits[match.deposit], remittances, match.reason)
            else:
                _match(deposits[match.deposit], remittances, match.sureness.value, match.reason)
    return len(matches)


def unbanked_remittances() -> QuerySet[Remittance]:
    """Posted remittances that brought money and that no deposit pays yet."""
    posted = Remittance.objects.filter(state__in=_POSTED).exclude(payment_cents=0).exclude(method="NON")
    banked = DepositShare.objects.filter(undone_at=None).values("remittance_id")
    return posted.exclude(pk__in=banked).order_by("pk")


def _expected(remittance: Remittance) -> ExpectedPayment:
    return ExpectedPayment(
        key=remittance.pk,
        cents=remittance.payment_cents,
        trace=remittance.trace_number,
        company_id=remittance.payer_tax_id,
        date=remittance.payment_date,
        method=remittance.method,
    )


def _as_bank_says(deposit: Deposit) -> BankDeposit:
    return BankDeposit(
        cents=deposit.cents,
        date=deposit.deposit_date,
        kind=DepositKind(deposit.kind),
        trace=deposit.trace_number,
        company_id=deposit.company_id,
        company_name=deposit.company_name,
        reference=deposit.reference,
        account=deposit.account,
        text=deposit.text,
    )


def _propose(deposit: Deposit, remittances: Sequence[Remittance], reason: str) -> None:
    DepositShare.objects.bulk_create(
        [_share(deposit, remittance, Sureness.PROPOSED.value, reason) for remittance in remittances]
    )
    _move(deposit, State.OPEN, State.PROPOSED)


def _share(deposit: Deposit, remittance: Remittance, sureness: str, reason: str) -> DepositShare:
    return DepositShare(
        deposit=deposit,
        remittance=remittance,
        cents=remittance.payment_cents,
        sureness=sureness,
        reason=reason,
        made_at=clock.now(),
        made_by_id=audit.current_actor_id(),
    )


def _match(deposit: Deposit, remittances: Sequence[Remittance], sureness: str, reason: str) -> None:
    """Give the deposit to its remittances, and let their statements go."""
    shares = [_share(deposit, remittance, sureness, reason) for remittance in remittances]
    numbers = post_entries([_identification(share) for share in shares])
    for share, number in zip(shares, numbers, strict=True):
        share.entries = [number]
    DepositShare.objects.bulk_create(shares)
    _move(deposit, deposit.state, State.MATCHED)
    keys = [remittance.pk for remittance in remittances]
    Remittance.objects.filter(pk__in=keys, cash_seen_at=None).update(cash_seen_at=clock.now())
    audit.record("deposit.match", f"deposit {deposit.pk}", remittances=",".join(map(str, keys)), cents=deposit.cents)


def _identification(share: DepositShare) -> NewEntry:
    remittance = share.remittance
    return NewEntry(
        "deposit_match",
        (
            NewPosting(Account.UNIDENTIFIED, share.cents, reference=f"deposit {share.deposit.pk}"),
            NewPosting(
                Account.CASH_DUE, -share.cents, payer_id=remittance.payer_id, reference=remittance.trace_number[:50]
            ),
        ),
        f"{remittance.payer_name} {remittance.trace_number} is at the bank: {share.reason}",
        origin=_origin(share.deposit),
    )


def confirm_match(deposit: Deposit, remittances: Sequence[Remittance]) -> None:
    """A person says which remittances a deposit pays: those proposed, or others. Their payments must sum to it.

    Raises `InputError` when they do not, `ConflictError` when the deposit is matched, or another pays a remittance.
    """
    total = sum(remittance.payment_cents for remittance in remittances)
    if total != deposit.cents:
        said = f"{format_dollars(total)}, the deposit is {format_dollars(deposit.cents)}"
        raise InputError(f"The remittances pay {said}; a deposit is closed when both are the same.")
    with transaction.atomic():
        take_turn()
        _reload(deposit, State.OPEN, State.PROPOSED)
        _withdraw(deposit)
        waiting = {remittance.pk for remittance in unbanked_remittances()}
        if not {remittance.pk for remittance in remittances} <= waiting:
            raise ConflictError("One of the remittances is not posted, or another deposit pays it; reload and look.")
        _match(deposit, remittances, Sureness.EXACT.value, "confirmed by a person")


def undo_match(deposit: Deposit, *, reason: str) -> None:
    """Take a deposit from its remittances, by entries that reverse; it is open again, and not matched by itself again.

    A proposal is declined the same way. Raises `ConflictError` when it has no match.
    """
    with transaction.atomic():
        take_turn()
        _reload(deposit, State.MATCHED, State.PROPOSED)
        shares = list(deposit.shares.filter(undone_at=None))
        reverse_entries([number for share in shares for number in share.entries], text=reason)
        _withdraw(deposit)
        _move(deposit, deposit.state, State.OPEN)
        Remittance.objects.filter(pk__in=[share.remittance_id for share in shares]).update(cash_seen_at=None)
        audit.record("deposit.undo", f"deposit {deposit.pk}", reason=reason)


def set_aside(deposit: Deposit, *, note: str) -> None:
    """A deposit that pays no remittance (patients' cards, a tenant): it stays at the bank, and waits for nothing.

    Raises `InputError` without a note, `ConflictError` when it is matched.
    """
    if not note.strip():
        raise InputError("Say what the deposit is, so that the next person knows.")
    with transaction.atomic():
        _reload(deposit, State.OPEN, State.PROPOSED)
        _withdraw(deposit)
        Deposit.objects.filter(pk=deposit.pk).update(note=note[:200])
        _move(deposit, deposit.state, State.SET_ASIDE)
        audit.record("deposit.set_aside", f"deposit {deposit.pk}", note=note)


def take_up(deposit: Deposit) -> None:
    """A deposit that was set aside waits for its remittance again. Raises `ConflictError` when it was not."""
    with transaction.atomic():
        _reload(deposit, State.SET_ASIDE)
        Deposit.objects.filter(pk=deposit.pk).update(note="")
        _move(deposit, deposit.state, State.OPEN)
        audit.record("deposit.take_up", f"deposit {deposit.pk}")


def _reload(deposit: Deposit, *wanted: str) -> None:
    deposit.refresh_from_db(from_queryset=Deposit.objects.all())
    if deposit.state not in wanted:
        label = str(State(deposit.state).label).lower()
        raise ConflictError(f"This deposit is: {label}; reload and look again.")


def _withdraw(deposit: Deposit) -> None:
    deposit.shares.filter(undone_at=None).update(undone_at=clock.now())


def _move(deposit: Deposit, before: str, after: State) -> None:
    if not Deposit.objects.filter(pk=deposit.pk, state=before).update(state=after):
        raise ConflictError("Somebody else worked on this deposit; reload and look again.")
    deposit.state = after
