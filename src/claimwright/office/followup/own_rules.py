"""Rules of the practice's own and denials: rules tried on past claims, and rules proposed from what was denied."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from claimwright.edits.written import BackTest, DenialGroup, WrittenRule, back_test, propose_rule, rule_from_data
from claimwright.office.claims.models import Adjudication, ClaimLine, OwnRule
from claimwright.office.claims.rules import keep_back_test, propose
from claimwright.office.core import audit
from claimwright.office.followup.models import Denial
from claimwright.office.followup.past_claims import newest_claims, past_claims_of
from claimwright.office.patients.models import Payer

if TYPE_CHECKING:
    from claimwright.office.core.models import User

MADE_OF_MOST = 2_000
"""A rule is proposed from so many of a payer's newest claims with the code, and then tried on all."""
LOOK_BACK_DAYS = 400
"""A yearly service comes again after a year and some weeks."""
_RUN = 2_000


@dataclass(frozen=True, slots=True)
class DeniedGroup:
    """Denials of one payer, reason (CARC) and procedure code: how many claims, how much, with which modifiers."""

    payer: Payer
    reason: str
    code: str
    claims: int
    cents: int
    modifiers: tuple[str, ...]


def try_rule(rule: WrittenRule, *, progress: Callable[[int], None] = lambda _count: None) -> BackTest:
    """What a rule would have done to the claims of the past; it need not be saved."""
    return back_test(rule, past_claims_of(rule), progress=progress)


def try_own_rule(row: OwnRule) -> BackTest:
    """Try the present version of a rule, and keep what came of it."""
    result = try_rule(rule_from_data(row.data))
    keep_back_test(row, result)
    return result


def denied_groups(*, least_claims: int = 2) -> list[DeniedGroup]:
    """What payers denied, by payer, reason and code, dearest first; groups of fewer claims are left out."""
    claims: dict[tuple[int, str, str], set[int]] = defaultdict(set)
    cents: Counter[tuple[int, str, str]] = Counter()
    modifiers: dict[tuple[int, str, str], Counter[str]] = defaultdict(Counter)
    last = 0
    rows = Denial.objects.exclude(state=Denial.State.WITHDRAWN).order_by("pk").only("claim_id", "level", "lines")
    while run := list(rows.filter(pk__gt=last)[:_RUN]):
        last = run[-1].pk
        keys = {denial.claim_id for denial in run}
        payers = _payers(keys)
        services = _services(keys)
        for denial in run:
            for line in denial.lines:
                code, used = services.get(line["charge"] or 0, ("", ()))
                payer_id = payers.get((denial.claim_id, denial.level))
                if code and payer_id is not None:
                    group = (payer_id, line["carc"], code)
                    claims[group].add(denial.claim_id)
                    cents[group] += line["cents"]
                    modifiers[group].update(used or ("none",))
    named = {payer.pk: payer for payer in Payer.objects.filter(pk__in={payer_id for payer_id, _, _ in claims})}
    groups = [
        DeniedGroup(named[key[0]], key[1], key[2], len(found), cents[key], tuple(modifiers[key]))
        for key, found in claims.items()
        if len(found) >= least_claims
    ]
    return sorted(groups, key=lambda group: (-group.cents, group.payer.name, group.reason, group.code))


def _payers(claim_ids: Iterable[int]) -> dict[tuple[int, str], int]:
    rows = Adjudication.objects.filter(claim__in=claim_ids)
    return {(claim_id, level): payer for claim_id, level, payer in rows.values_list("claim_id", "level", "payer_id")}


def _services(claim_ids: Iterable[int]) -> dict[int, tuple[str, tuple[str, ...]]]:
    """The code and modifiers of every line, by its charge."""
    rows = ClaimLine.objects.filter(claim__in=claim_ids).values_list("charge_id", "code", "modifiers")
    return {charge: (code, tuple(modifiers)) for charge, code, modifiers in rows}


def propose_from(payer: Payer, reason: str, code: str, *, actor: User | None = None) -> OwnRule | None:
    """Keep the rule that would have stopped these denials, tried on all claims, for a person to accept; None when no
    rule would catch more denied claims than it stops paid ones. One that was proposed before is found again."""
    past = newest_claims(payer, code, most=MADE_OF_MOST, look_back_days=LOOK_BACK_DAYS)
    proposal = propose_rule(DenialGroup(payer.payer_id or payer.name, reason, code), past)
    audit.record("rule.propose", f"payer {payer.pk}", reason=reason, code=code, found=proposal is not None)
    if proposal is None:
        return None
    row = propose(proposal, actor=actor)
    if row.state == OwnRule.State.PROPOSED:
        try_own_rule(row)
    return row
