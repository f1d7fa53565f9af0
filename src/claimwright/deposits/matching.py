"""Which remittance a deposit pays: the ladder, from sure to not at all (CAQH CORE 370; billing rules, part B.6).

1. Trace number, company and amount agree: matched.
2. Trace number and amount agree, or a check's number and amount: matched.
3. Amount and payer agree, within three business days, and nothing else does: matched, with a flag.
4. Several remittances of one payer sum to one deposit, by trace within the text or by day: proposed, a person confirms.
5. Nothing: a deposit without a remittance, a remittance without a deposit; late after `CHASE_AFTER_BUSINESS_DAYS`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import combinations

from claimwright.deposits.records import Deposit
from claimwright.workdays import business_days_after

WINDOW_BUSINESS_DAYS = 3
CHASE_AFTER_BUSINESS_DAYS = 4
_MOST_SUMMED = 12
"""Sums are tried over at most so many remittances: beyond it a person looks."""

_Test = Callable[[Deposit, "ExpectedPayment"], bool]


class Sureness(StrEnum):
    """How sure a match is: done, done with a flag, or only proposed to a person."""

    EXACT = "exact"
    FLAGGED = "flagged"
    PROPOSED = "proposed"


@dataclass(frozen=True, slots=True)
class ExpectedPayment:
    """What a remittance announces: BPR02, TRN02, TRN03 without its first digit or with it, BPR16, and how it comes.

    `key` is the caller's. `method` is BPR04: ACH, CHK, FWT, BOP or NON.
    """

    key: int
    cents: int
    trace: str
    company_id: str
    date: date | None
    method: str = "ACH"

    @property
    def expects_money(self) -> bool:
        """Nothing is paid for a remittance of zero, or of method NON."""
        return self.cents != 0 and self.method != "NON"


@dataclass(frozen=True, slots=True)
class DepositMatch:
    """Deposit number `deposit` (its place in the list) pays the remittances with these keys."""

    deposit: int
    keys: tuple[int, ...]
    sureness: Sureness
    reason: str


@dataclass(frozen=True, slots=True)
class MatchResult:
    """All matches, and both kinds of halves that have no other half."""

    matches: tuple[DepositMatch, ...]
    deposits_without_remittance: tuple[int, ...]
    remittances_without_deposit: tuple[int, ...]
    candidates: dict[int, tuple[int, ...]]
    """For a deposit that fits several remittances equally: their keys, for a person to choose from."""


def match_deposits(deposits: Sequence[Deposit], expected: Iterable[ExpectedPayment]) -> MatchResult:
    """Match deposits to remittances. Each is used once; ties are never broken by a guess."""
    return _Ladder(deposits, expected).climb()


class _Ladder:
    def __init__(self, deposits: Sequence[Deposit], expected: Iterable[ExpectedPayment]) -> None:
        self.deposits = deposits
        self.open = {payment.key: payment for payment in expected if payment.expects_money}
        self.waiting = dict(enumerate(deposits))
        self.matches: list[DepositMatch] = []
        self.candidates: dict[int, tuple[int, ...]] = {}

    def climb(self) -> MatchResult:
        self._step(self._same_trace_and_company, Sureness.EXACT, "trace number, company and amount agree")
        self._step(self._same_trace, Sureness.EXACT, "trace number and amount agree")
        self._step(self._trace_in_text, Sureness.EXACT, "the bank's text holds the trace number, and the amount agrees")
        self._step(self._same_payer, Sureness.FLAGGED, "amount and payer agree, and the day is near")
        self._sums()
        return MatchResult(tuple(self.matches), tuple(self.waiting), tuple(self.open), self.candidates)

    def _step(self, agrees: _Test, sureness: Sureness, reason: str) -> None:
        """Match what agrees one to one; what agrees with several stays, with its candidates."""
        by_cents: dict[int, list[ExpectedPayment]] = defaultdict(list)
        for payment in self.open.values():
            by_cents[payment.cents].append(payment)
        fits = {
            number: [payment.key for payment in by_cents.get(deposit.cents, ()) if agrees(deposit, payment)]
            for number, deposit in self.waiting.items()
        }
        wanted: dict[int, int] = defaultdict(int)
        for keys in fits.values():
            for key in keys:
                wanted[key] += 1
        for number, keys in fits.items():
            if len(keys) == 1 and wanted[keys[0]] == 1:
                self._take(number, (keys[0],), sureness, reason)
                self.candidates.pop(number, None)
            elif keys:
                self.candidates[number] = tuple(keys)

    def _take(self, number: int, keys: tuple[int, ...], sureness: Sureness, reason: str) -> None:
        self.matches.append(DepositMatch(number, keys, sureness, reason))
        del self.waiting[number]
        for key in keys:
            del self.open[key]

    @staticmethod
    def _same_trace_and_company(deposit: Deposit, payment: ExpectedPayment) -> bool:
        is_same = bool(deposit.trace) and _plain(deposit.trace) == _plain(payment.trace)
        return is_same and _company(deposit.company_id) == _company(payment.company_id)

    @staticmethod
    def _same_trace(deposit: Deposit, payment: ExpectedPayment) -> bool:
        """Without a company; a check is told by its number, which is the trace number of its remittance."""
        number = deposit.trace or deposit.reference
        return bool(number) and _plain(number) == _plain(payment.trace)

    @staticmethod
    def _trace_in_text(deposit: Deposit, payment: ExpectedPayment) -> bool:
        return len(payment.trace) >= 5 and payment.trace in deposit.text

    @staticmethod
    def _same_payer(deposit: Deposit, payment: ExpectedPayment) -> bool:
        company = _company(payment.company_id)
        is_same = bool(company) and _company(deposit.company_id) == company
        return is_same and payment.date is not None and _is_near(deposit.date, payment.date)

    def _sums(self) -> None:
        """One deposit for several remittances of one payer (a card, a lump): proposed, when only one sum fits."""
        for number, deposit in list(self.waiting.items()):
            if number in self.candidates:
                continue
            near = [payment for payment in self.open.values() if self._may_be_part(deposit, payment)]
            if not 2 <= len(near) <= _MOST_SUMMED:
                continue
            found = [
                group
                for size in range(2, len(near) + 1)
                for group in combinations(near, size)
                if sum(payment.cents for payment in group) == deposit.cents
            ]
            if len(found) == 1:
                keys = tuple(payment.key for payment in found[0])
                self._take(number, keys, Sureness.PROPOSED, f"{len(keys)} remittances of one payer sum to the deposit")

    def _may_be_part(self, deposit: Deposit, payment: ExpectedPayment) -> bool:
        return self._same_payer(deposit, payment) or self._trace_in_text(deposit, payment)


def _plain(number: str) -> str:
    """A trace or check number without the zeros that banks add in front."""
    return number.strip().lstrip("0").upper()


def _company(number: str) -> str:
    """A company number without the `1` that says it is a tax number."""
    digits = number.strip()
    return digits[1:] if len(digits) == 10 and digits[0] == "1" else digits


def _is_near(one: date, other: date) -> bool:
    first, last = sorted((one, other))
    return last <= business_days_after(first, WINDOW_BUSINESS_DAYS)
