"""Scenarios in the words of the trade: claims, remittances, and what is to come of them, as text.

    # What the scenario shows, in one sentence.
    policy small_balance_limit_cents 500
    policy provider_adjustments CS misc_income [of P] [reference QUALITY*]
    item FB T0 28.00                                 an open payer item
    claim A1 payers P S [protected] [government] [set-aside S] [number ICN9] [member M] [same-payer]
      line 99213-25 150.00 [expected 100.00] [on 2026-03-04]
    remittance T1 pays 80.00 [from S] [debit] [test] [handling H] [method NON] [unseen] [npi N] [currency CAD]
      clp A1 1 150.00 80.00 [icn ICN9] [name ROE] [member M] [to CARRIER] [interest 1.50] [remarks MA18] [share 20.00]
        cas CO-45 10.00                              of the claim as a whole
        svc 99213-25 150.00 80.00 CO-45 50.00 PR-2 20.00 [was 99214] [6R none|2] [units 2] [remarks N382]
      plb WO 40.00 A1
    again T1 1 [named A1]                            plan CLP 1 of T1, whose money waits, once more
    expect
      ...                                            as `tell` writes a plan and the books after it

Every remittance, and every `again`, has its own `expect`. An accepted plan is posted before the next one is planned.
Lines have the line control numbers A1-1, A1-2 ..., and the payer returns them in order unless `6R` says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from claimwright.documents.adjustments import Adjustment
from claimwright.documents.parties import Party, Period, Procedure, Provider
from claimwright.documents.remittance import (
    Amount,
    ProviderAdjustment,
    Remittance,
    RemittanceClaim,
    RemittanceLine,
)
from claimwright.money import format_dollars, parse_cents
from claimwright.remittance import plan_claim_again, plan_remittance
from claimwright.remittance.books import KnownClaim, KnownLevel, KnownLine, PayerItem, ProviderRule
from claimwright.remittance.memory import ClaimsInMemory
from claimwright.remittance.plan import Move, Plan

SCENARIOS = Path(__file__).parent / "scenarios"
TODAY = date(2026, 3, 20)
PAYMENT_DATE = date(2026, 3, 18)
SERVICE_DATE = date(2026, 3, 2)
OUR_NPI = "1999999984"
PAYERS = {"P": 1, "S": 2, "T": 3, "OTHER": 9}

CLP_WORDS = frozenset({"icn", "name", "member", "to", "interest", "remarks", "share"})
SVC_WORDS = frozenset({"was", "6R", "units", "remarks", "on"})
REMITTANCE_WORDS = frozenset({"pays", "from", "handling", "method", "payee", "currency", "npi"})
REMITTANCE_FLAGS = frozenset({"debit", "test", "unseen"})


@dataclass
class Step:
    """One remittance of a scenario, or one CLP planned again, and what is to come of it."""

    remittance: Remittance
    is_seen: bool = True
    again: int = 0
    named: str = ""
    expected: list[str] = field(default_factory=list)


@dataclass
class Scenario:
    """A text fixture, read."""

    title: str
    books: ClaimsInMemory
    steps: list[Step]


def words(tokens: list[str], names: frozenset[str]) -> tuple[list[str], dict[str, list[str]]]:
    """The tokens before the first name, and those after each name."""
    plain: list[str] = []
    named: dict[str, list[str]] = {}
    into = plain
    for token in tokens:
        if token in names:
            into = named.setdefault(token, [])
        else:
            into.append(token)
    return plain, named


def procedure(text: str) -> Procedure:
    code, *modifiers = text.split("-")
    return Procedure(code, tuple(modifiers))


def adjustments(tokens: list[str]) -> tuple[Adjustment, ...]:
    pairs = zip(tokens[::2], tokens[1::2], strict=True)
    return tuple(Adjustment(*code.split("-"), parse_cents(cents)) for code, cents in pairs)


def read(path: Path) -> Scenario:
    """The scenario of a text file."""
    lines = path.read_text("utf-8").splitlines()
    title = " ".join(line[1:].strip() for line in lines if line.startswith("#"))
    scenario = Scenario(title, ClaimsInMemory([], PAYERS, frozenset({OUR_NPI})), [])
    for line in lines:
        tokens = line.split()
        if not tokens or line.startswith("#"):
            continue
        if scenario.steps and tokens[0] not in STATEMENTS and tokens[0] != "expect":
            scenario.steps[-1].expected.append(line.strip())
        elif tokens[0] != "expect":
            STATEMENTS[tokens[0]](scenario, tokens[1:])
    return scenario


def _policy(scenario: Scenario, tokens: list[str]) -> None:
    name, *values = tokens
    value: object
    if name == "provider_adjustments":
        value = (*scenario.books.policy.provider_adjustments, _provider_rule(values))
    elif name == "patient_reasons":
        value = frozenset(values)
    elif name == "auto_close":
        value = ()
    elif name == "post_unconfirmed_cash":
        value = values == ["yes"]
    else:
        value = int(values[0])
    scenario.books.policy = replace(scenario.books.policy, **{name: value})


def _provider_rule(values: list[str]) -> ProviderRule:
    (code, account), named = words(values, frozenset({"of", "reference"}))
    payer_key = PAYERS[named["of"][0]] if "of" in named else None
    return ProviderRule(code, account, payer_key, " ".join(named.get("reference", ["*"])))


def _item(scenario: Scenario, tokens: list[str]) -> None:
    code, reference, cents = tokens
    scenario.books.items.append(PayerItem(len(scenario.books.items) + 1, code, reference, parse_cents(cents)))


def _claim(scenario: Scenario, tokens: list[str]) -> None:
    key = len(scenario.books.claims) + 1
    number = tokens[0]
    _, named = words(
        tokens[1:], frozenset({"payers", "protected", "government", "set-aside", "number", "same-payer", "member"})
    )
    aside = named.get("set-aside", [])
    member_id = named["member"][0] if "member" in named else f"MEMBER-{key}"
    levels = tuple(
        KnownLevel(
            level,
            PAYERS["P" if "same-payer" in named else level],
            member_id,
            is_settled=level in aside,
            is_government="government" in named,
        )
        for level in named.get("payers", ["P"])
    )
    scenario.books.claims.append(
        KnownClaim(
            key,
            number,
            0,
            levels,
            (),
            "DOE",
            "JAN",
            Period.day(SERVICE_DATE),
            OUR_NPI,
            tuple(named.get("number", [])),
            is_patient_protected="protected" in named,
        )
    )


def _line(scenario: Scenario, tokens: list[str]) -> None:
    claim = scenario.books.claims[-1]
    (code, charge), named = words(tokens, frozenset({"expected", "on", "owes"}))
    cents = parse_cents(charge)
    number = len(claim.lines) + 1
    billed = procedure(code)
    owed = (
        dict(zip(named["owes"][::2], map(parse_cents, named["owes"][1::2]), strict=True)) if "owes" in named else None
    )
    line = KnownLine(
        claim.key * 100 + number,
        number,
        f"{claim.control_number}-{number}",
        billed.code,
        billed.modifiers,
        cents,
        date.fromisoformat(named["on"][0]) if "on" in named else SERVICE_DATE,
        owed or {claim.levels[0].level: cents},
        parse_cents(named["expected"][0]) if "expected" in named else None,
    )
    scenario.books.claims[-1] = replace(claim, lines=(*claim.lines, line), charge_cents=claim.charge_cents + cents)


def _remittance(scenario: Scenario, tokens: list[str]) -> None:
    flags = [token for token in tokens if token in REMITTANCE_FLAGS]
    (trace,), named = words([token for token in tokens if token not in flags], REMITTANCE_WORDS)
    payer = named.get("from", ["P"])[0]
    remittance = Remittance(
        handling=named.get("handling", ["I"])[0],
        payment_cents=parse_cents(named["pays"][0]),
        credit_or_debit="D" if "debit" in flags else "C",
        method=named.get("method", ["ACH"])[0],
        payment_date=PAYMENT_DATE,
        trace_number=trace,
        payer_tax_id=payer,
        payer=Party(last_name=f"PAYER {payer}"),
        payee=Provider(last_name="OUR PRACTICE", id_qualifier="XX", id=named.get("npi", [OUR_NPI])[0]),
        claims=(),
        currency=named.get("currency", [""])[0],
        is_test="test" in flags,
    )
    scenario.steps.append(Step(remittance, is_seen="unseen" not in flags))


def _clp(scenario: Scenario, tokens: list[str]) -> None:
    (number, status, charge, paid), named = words(tokens, CLP_WORDS)
    claim = RemittanceClaim(
        number,
        status,
        parse_cents(charge),
        parse_cents(paid),
        parse_cents(named["share"][0]) if "share" in named else None,
        payer_claim_number=named.get("icn", [""])[0],
        patient=Party(last_name=named.get("name", ["DOE"])[0], id="".join(named.get("member", []))),
        crossover_carrier=Party(last_name=named["to"][0]) if "to" in named else None,
        remarks=tuple(named.get("remarks", [])),
        dates=(("232", SERVICE_DATE),),
        amounts=(Amount("I", parse_cents(named["interest"][0])),) if "interest" in named else (),
    )
    step = scenario.steps[-1]
    step.remittance = replace(step.remittance, claims=(*step.remittance.claims, claim))


def _change_last_clp(scenario: Scenario, **changes: object) -> None:
    step = scenario.steps[-1]
    *before, last = step.remittance.claims
    step.remittance = replace(step.remittance, claims=(*before, replace(last, **changes)))


def _cas(scenario: Scenario, tokens: list[str]) -> None:
    last = scenario.steps[-1].remittance.claims[-1]
    _change_last_clp(scenario, adjustments=last.adjustments + adjustments(tokens))


def _svc(scenario: Scenario, tokens: list[str]) -> None:
    last = scenario.steps[-1].remittance.claims[-1]
    (code, charge, paid, *given), named = words(tokens, SVC_WORDS)
    number = named.get("6R", [str(len(last.lines) + 1)])[0]
    line = RemittanceLine(
        procedure(code),
        parse_cents(charge),
        parse_cents(paid),
        adjustments(given),
        procedure(named["was"][0]) if "was" in named else None,
        quantity=Decimal(named["units"][0]) if "units" in named else None,
        period=Period.day(date.fromisoformat(named["on"][0])) if "on" in named else None,
        control_number="" if number == "none" else f"{last.control_number}-{number}",
        remarks=tuple(named.get("remarks", [])),
    )
    _change_last_clp(scenario, lines=(*last.lines, line))


def _plb(scenario: Scenario, tokens: list[str]) -> None:
    step = scenario.steps[-1]
    code, cents, *reference = tokens
    adjustment = ProviderAdjustment(OUR_NPI, None, code, " ".join(reference), parse_cents(cents))
    given = (*step.remittance.provider_adjustments, adjustment)
    step.remittance = replace(step.remittance, provider_adjustments=given)


def _again(scenario: Scenario, tokens: list[str]) -> None:
    (trace, position), named = words(tokens, frozenset({"named"}))
    remittance = next(step.remittance for step in scenario.steps if step.remittance.trace_number == trace)
    scenario.steps.append(Step(remittance, again=int(position), named=named.get("named", [""])[0]))


STATEMENTS = {
    "policy": _policy,
    "item": _item,
    "claim": _claim,
    "line": _line,
    "remittance": _remittance,
    "clp": _clp,
    "cas": _cas,
    "svc": _svc,
    "plb": _plb,
    "again": _again,
}


def play(scenario: Scenario) -> Iterator[tuple[Step, Plan, list[str]]]:
    """Plan and post every step; with each, its plan and what `tell` writes of it."""
    books = scenario.books
    for step in scenario.steps:
        if step.is_seen:
            books.seen_cash.add(step.remittance.trace_number)
        if step.again:
            named = books.claim(step.named) if step.named else None
            plan = plan_claim_again(step.remittance, step.again, books, TODAY, named)
        else:
            plan = plan_remittance(step.remittance, books, TODAY)
        if plan.accepted:
            books.apply(plan, step.remittance, is_again=bool(step.again))
        yield step, plan, list(tell(plan, books))


def tell(plan: Plan, books: ClaimsInMemory) -> Iterator[str]:
    """A plan and the balances after it, one line each; the number in brackets is the row of the decision table."""
    names = {claim.key: claim.control_number for claim in books.claims}
    numbers = {line.key: str(line.number) for claim in books.claims for line in claim.lines}

    def account(claim_key: int | None, line_key: int | None) -> str:
        claim = names.get(claim_key or 0, "")
        return f"{claim}/{numbers[line_key]}" if line_key is not None else claim

    if not plan.accepted:
        yield "refused"
    for move in plan.moves:
        yield _tell_move(move, account(move.claim_key, move.line_key))
    for outcome in plan.outcomes:
        more = [
            f"forwarded to {outcome.forwarded_to}" if outcome.forwarded_to else "",
            f"bill {outcome.bill_next}" if outcome.bill_next else "",
            f"reverses {outcome.reverses}" if outcome.reverses else "",
        ]
        name = names.get(outcome.claim_key or 0, "?")
        yield line_of("=", name, outcome.level, outcome.state, outcome.confidence, *more, row=outcome.row)
    for denial in plan.denials:
        codes = " ".join(f"{one.group}-{one.reason}" for one in denial.amounts)
        cents = format_dollars(denial.cents)
        name = names[denial.claim_key]
        yield line_of("!", denial.queue, name, denial.level, denial.category, cents, codes, row=denial.row)
    for review in plan.reviews:
        where = account(review.claim_key, review.line_key)
        cents = format_dollars(review.cents)
        yield line_of("?", review.queue, where, review.level, cents, row=review.row) + f" {review.reason}"
    for tickler in plan.ticklers:
        where = account(tickler.claim_key, tickler.line_key)
        yield line_of("@", tickler.due_date.isoformat(), where, tickler.level, row=tickler.row) + f" {tickler.reason}"
    for change in plan.item_changes:
        verb = "opens" if change.cents > 0 else "settles"
        yield line_of(verb, change.code, change.reference, format_dollars(abs(change.cents)))
    for finding in plan.findings:
        yield f"~ {finding.code} {finding.message}"
    if not plan.cash_confirmed:
        yield f"statements wait until {plan.hold_statements_until}"
    for claim in books.claims:
        for owner, cents in owed_by(claim).items():
            yield line_of("owes", claim.control_number, owner, format_dollars(cents))


def _tell_move(move: Move, account: str) -> str:
    code = f"{move.group}-{move.reason}" if move.reason else ""
    to = f"to {move.to}" if move.to else ""
    place = account or move.reference
    more = f"in {move.account}" if move.account else ""
    return line_of(place, move.level, move.kind, format_dollars(move.cents), to, code, more, row=move.row)


def line_of(*parts: str, row: int = 0) -> str:
    text = " ".join(part for part in parts if part)
    return f"{text} [{row}]" if row else text


def owed_by(claim: KnownClaim) -> dict[str, int]:
    """What each owner owes on a claim, in all; those who owe nothing are left out."""
    owed: dict[str, int] = {}
    for account in (claim.owed_cents, *(line.owed_cents for line in claim.lines)):
        for owner, cents in account.items():
            owed[owner] = owed.get(owner, 0) + cents
    return {owner: cents for owner, cents in sorted(owed.items()) if cents}
