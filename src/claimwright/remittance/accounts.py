"""Rows 12 and 13: a payer's answer laid out over our accounts, each line and the claim as a whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date

from claimwright.documents.adjustments import Adjustment
from claimwright.documents.remittance import RemittanceClaim, RemittanceLine
from claimwright.origin import NOWHERE, Origin
from claimwright.remittance.books import KnownLine
from claimwright.remittance.draft import Account, Draft, Entry, Pool
from claimwright.remittance.lines import match_lines
from claimwright.remittance.standing import Standing
from claimwright.remittance.treatments import NEEDS_REMARK, Treatment, lacks_remark, treatment_of


def repeated_dollars(claim: RemittanceClaim) -> str:
    """The adjustment that stands on the claim and again, with the same cents, on its lines (row 13); `''`: none."""
    if not claim.adjustments or not claim.lines:
        return ""
    on_lines: Counter[tuple[str, str]] = Counter()
    for line in claim.lines:
        for adjustment in line.adjustments:
            on_lines[adjustment.group, adjustment.reason] += adjustment.amount_cents
    for adjustment in claim.adjustments:
        if adjustment.amount_cents and on_lines[adjustment.group, adjustment.reason] == adjustment.amount_cents:
            return str(adjustment)
    return ""


def lay_out(draft: Draft, standing: Standing) -> tuple[list[Pool], str]:
    """The accounts of an answer in the pools that are judged together, and why not, when its lines are not safe."""
    claim, known, day = draft.claim, standing.known, draft.context.remittance.payment_date
    if not claim.lines or not known.lines:
        whole = _whole(claim, claim.all_adjustments, claim.charge_cents, claim.paid_cents, day)
        return [_pool(draft, standing, (whole,), is_line=False)], ""
    match = match_lines(known.lines, claim)
    if match.problem:
        return [], match.problem
    accounts = _line_accounts(claim, match.lines, day)
    if claim.adjustments:
        paid_cents = -sum(adjustment.amount_cents for adjustment in claim.adjustments)
        accounts.append(_whole(claim, claim.adjustments, 0, paid_cents, day))
    if claim.adjustments or (draft.is_later and standing.owed_cents(draft.level, None)):
        return [_pool(draft, standing, tuple(accounts), is_line=False)], ""
    return [_pool(draft, standing, (account,), is_line=True) for account in accounts], ""


def _line_accounts(claim: RemittanceClaim, lines: Iterable[KnownLine], day: date | None) -> list[Account]:
    """One account per line of ours; a line that the payer split or unbundled gathers all its parts."""
    parts: dict[int, tuple[KnownLine, list[RemittanceLine]]] = {}
    for answered, line in zip(claim.lines, lines, strict=True):
        if line.key in parts:
            parts[line.key][1].append(answered)
        else:
            parts[line.key] = line, [answered]
    return [_line_account(claim, line, answered, day) for line, answered in parts.values()]


def _line_account(claim: RemittanceClaim, line: KnownLine, answered: list[RemittanceLine], day: date | None) -> Account:
    entries: list[Entry] = []
    charge_cents = paid_cents = 0
    for part in answered:
        charge_cents += part.charge_cents
        paid_cents += part.paid_cents
        remarks, origin = part.remarks + claim.remarks, part.origin
        entries += [
            _entry(one, line.key, line.code, remarks, origin, day) for one in part.adjustments if one.amount_cents
        ]
    return Account(line, charge_cents, paid_cents, tuple(entries), answered[0].origin)


def _whole(
    claim: RemittanceClaim, adjustments: tuple[Adjustment, ...], charge_cents: int, paid_cents: int, day: date | None
) -> Account:
    """The account of the claim as a whole.

    Where lines are reported too, each line's payment is before the claim's own adjustments, so what these take away is
    a negative payment of the claim as a whole (equations 1 and 2).
    """
    remarks = claim.remarks + tuple(remark for line in claim.lines for remark in line.remarks)
    entries = tuple(_entry(one, None, "", remarks, claim.origin, day) for one in adjustments if one.amount_cents)
    return Account(None, charge_cents, paid_cents, entries, claim.origin)


def _entry(
    adjustment: Adjustment,
    line_key: int | None,
    code: str,
    remarks: tuple[str, ...],
    fallback: Origin,
    day: date | None,
) -> Entry:
    treatment = treatment_of(adjustment.group, adjustment.reason, day)
    if adjustment.reason in NEEDS_REMARK and lacks_remark(adjustment.reason, remarks):
        treatment = Treatment.UNCLASSIFIED
    origin = adjustment.origin
    if not origin.length and origin == NOWHERE:
        origin = fallback
    return Entry(adjustment, adjustment.amount_cents, treatment, line_key, code, remarks, origin)


def _expected_cents(lines: Iterable[KnownLine]) -> int | None:
    """What the contract allows for all lines; None when one of them is not priced."""
    expected = [line.expected_cents for line in lines]
    priced = [cents for cents in expected if cents is not None]
    return sum(priced) if priced and len(priced) == len(expected) else None


def _pool(draft: Draft, standing: Standing, accounts: tuple[Account, ...], *, is_line: bool) -> Pool:
    first = accounts[0].line
    expected_cents = first.expected_cents if is_line and first else _expected_cents(standing.known.lines)
    room_cents = None
    if draft.is_later:
        level = draft.level
        owed = standing.owed_cents(level, accounts[0].line_key) if is_line else standing.total_owed_cents(level)
        room_cents = owed - sum(account.paid_cents for account in accounts)
    return Pool(accounts, expected_cents, room_cents)
