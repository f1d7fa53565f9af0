"""What holds for every remittance, however strange: random payers' answers to random claims."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from claimwright.documents.adjustments import Adjustment
from claimwright.documents.parties import Party, Period, Procedure, Provider
from claimwright.documents.remittance import ProviderAdjustment, Remittance, RemittanceClaim, RemittanceLine
from claimwright.remittance import plan_claim_again, plan_remittance
from claimwright.remittance.books import KnownClaim, KnownLevel, KnownLine
from claimwright.remittance.memory import ClaimsInMemory
from claimwright.remittance.plan import PATIENT, WRITE_OFF_KINDS, Move, MoveKind, Plan
from claimwright.remittance.treatments import Treatment, treatment_of
from tests.remittance.trade import PAYERS, owed_by

DAY = date(2026, 3, 2)
TODAY = date(2026, 3, 20)
CODES = ("99213", "85025", "97110", "36415")
GROUPS = ("CO", "PR", "OA", "PI", "CR")
REASONS = (
    *("1", "2", "3", "16", "18", "23", "24", "29", "45", "50", "59", "94", "96", "97", "100", "104", "131", "133"),
    *("144", "193", "197", "204", "209", "223", "246", "253", "303", "B11", "P12", "999"),
)
USUAL = (("CO", "45"), ("PR", "1"), ("PR", "2"), ("OA", "23"), ("CO", "97"))
STATUSES = ("1", "1", "1", "2", "3", "4", "19", "20", "21", "22", "23", "25")
PLB_CODES = ("WO", "FB", "72", "L6", "CS", "IR", "LE", "50", "AP", "ZZ")
cents = st.integers(0, 50_000)


@st.composite
def billed_lines(draw, key: int, number: int, owner: str) -> KnownLine:
    """A line as sent; `owner` owes its charge, or a part of it when an earlier payer has decided."""
    charge = draw(cents)
    owed = charge if owner == "P" else draw(st.integers(0, charge))
    code, rate = draw(st.sampled_from(CODES)), draw(st.none() | cents)
    return KnownLine(key * 100 + number, number, f"A{key}-{number}", code, (), charge, DAY, {owner: owed}, rate)


@st.composite
def claims(draw) -> list[KnownClaim]:
    made = []
    for key in range(1, draw(st.integers(1, 3)) + 1):
        is_second = draw(st.booleans())
        levels = tuple(
            KnownLevel(level, PAYERS[level], f"MEMBER-{key}", is_settled=is_second and level == "P")
            for level in "PST"[: draw(st.integers(1 + is_second, 3))]
        )
        lines = tuple(
            draw(billed_lines(key, number, "S" if is_second else "P"))
            for number in range(1, draw(st.integers(1, 3)) + 1)
        )
        is_protected = draw(st.booleans())
        total = sum(line.charge_cents for line in lines)
        period = Period.day(DAY)
        made.append(
            KnownClaim(key, f"A{key}", total, levels, lines, "DOE", period=period, is_patient_protected=is_protected)
        )
    return made


@st.composite
def adjustments(draw, total: int) -> tuple[Adjustment, ...]:
    """Some adjustments that sum to `total`, now and then with a negative one among them."""
    codes = st.sampled_from(USUAL) | st.tuples(st.sampled_from(GROUPS), st.sampled_from(REASONS))
    parts = draw(st.lists(st.integers(-2_000, 30_000), max_size=3))
    amounts = [*parts, total - sum(parts)]
    return tuple(Adjustment(*draw(codes), amount) for amount in amounts if amount)


@st.composite
def answers(draw, known: KnownClaim) -> RemittanceClaim:
    """A balanced answer to a claim: lines in order, adjustments on lines, on the claim, or on both; or no lines."""
    whole = draw(adjustments(draw(st.sampled_from((0, 0, 0, 700)))))
    lines = []
    for line in known.lines:
        paid = draw(st.integers(0, line.charge_cents))
        given_ = draw(adjustments(line.charge_cents - paid))
        number = draw(st.sampled_from((line.control_number, line.control_number, "")))
        remarks = draw(st.sampled_from(((), ("N382",), ("MA01",), ("N782",))))
        lines.append(
            RemittanceLine(
                Procedure(line.code), line.charge_cents, paid, given_, control_number=number, remarks=remarks
            )
        )
    if draw(st.integers(0, 9)) == 0:
        whole += tuple(one for line in lines for one in line.adjustments)
        lines = []
    adjusted = sum(one.amount_cents for one in whole) + sum(
        one.amount_cents for line in lines for one in line.adjustments
    )
    charge = known.charge_cents
    remarks = draw(st.sampled_from(((), ("MA18",), ("N781",))))
    return RemittanceClaim(
        draw(st.sampled_from((known.control_number, known.control_number, known.control_number, "ELSE"))),
        draw(st.sampled_from(STATUSES)),
        charge,
        charge - adjusted,
        patient=Party(last_name="DOE"),
        adjustments=whole,
        lines=tuple(lines),
        remarks=remarks,
    )


def negated(claim: RemittanceClaim) -> RemittanceClaim:
    """The reversal of a result."""

    def opposite(given_: tuple[Adjustment, ...]) -> tuple[Adjustment, ...]:
        return tuple(replace(one, amount_cents=-one.amount_cents) for one in given_)

    lines = tuple(
        replace(
            line,
            charge_cents=-line.charge_cents,
            paid_cents=-line.paid_cents,
            adjustments=opposite(line.adjustments),
        )
        for line in claim.lines
    )
    return replace(
        claim,
        status="22",
        charge_cents=-claim.charge_cents,
        paid_cents=-claim.paid_cents,
        adjustments=opposite(claim.adjustments),
        lines=lines,
    )


def remittance(payer: str, number: int, answered: list[RemittanceClaim], moved: list[ProviderAdjustment]) -> Remittance:
    payment = sum(one.paid_cents for one in answered) - sum(one.amount_cents for one in moved)
    return Remittance(
        "I",
        payment,
        "C",
        "ACH",
        TODAY,
        f"T{number}",
        payer,
        Party(last_name=payer),
        Provider(last_name="US"),
        tuple(answered),
        tuple(moved),
    )


@st.composite
def days(draw) -> tuple[list[KnownClaim], list[Remittance]]:
    """Known claims and a run of remittances about them, with reversals of what was answered before."""
    known = draw(claims())
    answered: list[RemittanceClaim] = []
    sent = []
    for number in range(1, draw(st.integers(1, 4)) + 1):
        now = [draw(answers(draw(st.sampled_from(known)))) for _ in range(draw(st.integers(0, 3)))]
        if answered and draw(st.booleans()):
            now.append(negated(draw(st.sampled_from(answered))))
        moved = [
            ProviderAdjustment(
                "1", None, draw(st.sampled_from(PLB_CODES)), draw(st.sampled_from(("A1", "T1", ""))), amount
            )
            for amount in draw(st.lists(st.integers(-5_000, 5_000), max_size=2))
        ]
        payer = draw(st.sampled_from((*"PSTP"[number - 1], *"PST", "UNKNOWN")))
        made = remittance(payer, number, now, moved)
        if made.payment_cents < 0:
            carried = ProviderAdjustment("1", None, "FB", made.trace_number, made.payment_cents)
            made = remittance(made.payer_tax_id, number, now, [*moved, carried])
        answered.extend(one for one in now if one.status in ("1", "2", "3"))
        sent.append(made)
    return known, sent


def assert_explained(plan: Plan, made: Remittance) -> None:
    """The promises of the package, computed from the plan and the payer's words alone."""
    assert plan.cash_cents == made.payment_cents
    by_position: Counter[int] = Counter()
    for move in plan.moves:
        if move.position and move.kind not in (MoveKind.UNAPPLIED, MoveKind.SMALL_BALANCE):
            by_position[move.position] += move.cents
        assert_allowed(move)
    paid = Counter({position: claim.paid_cents for position, claim in enumerate(made.claims, 1)})
    for outcome in plan.outcomes:
        moves = plan.moves_of(outcome.position)
        cash = sum(move.cents for move in moves if move.is_cash)
        assert cash == paid[outcome.position], "the money of every claim is posted or waits"
        if any(move.kind is not MoveKind.UNAPPLIED for move in moves):
            assert by_position[outcome.position] == made.claims[outcome.position - 1].charge_cents
        elif paid[outcome.position]:
            assert any(review.position == outcome.position for review in plan.reviews), "money that waits has a person"


def assert_allowed(move: Move) -> None:
    if move.kind is MoveKind.TRANSFER and move.to == PATIENT:
        assert move.group == "PR"
    if move.kind in WRITE_OFF_KINDS and move.row not in (9, 26, 34):
        assert treatment_of(move.group, move.reason) is not Treatment.DENIAL


def total_owed(books: ClaimsInMemory) -> int:
    return sum(sum(owed_by(claim).values()) for claim in books.claims)


@given(days())
@settings(max_examples=120, deadline=None)
def test_every_plan_of_any_run_of_remittances_keeps_the_promises(day) -> None:
    known, sent = day
    books = ClaimsInMemory(known, PAYERS)
    charged = total_owed(books)
    for made in sent:
        plan = plan_remittance(made, books, TODAY)
        assert plan == plan_remittance(made, books, TODAY), "the same input gives the same plan"
        if not plan.accepted:
            assert plan.moves == ()
            assert plan.reviews
            continue
        assert_explained(plan, made)
        books.apply(plan, made)
    settled = sum(
        cents_ for kind, cents_ in books.posted_cents.items() if kind in WRITE_OFF_KINDS or kind is MoveKind.PAYMENT
    )
    assert charged - settled == total_owed(books), "charges = payments + write-offs + open"
    assert books.cash_cents == sum(made.payment_cents for made in sent if _is_posted(books, made))


def _is_posted(books: ClaimsInMemory, made: Remittance) -> bool:
    return books.earlier_remittance(made) is not None


@given(days())
@settings(max_examples=60, deadline=None)
def test_a_balanced_remittance_is_refused_only_for_what_the_file_rows_say(day) -> None:
    known, sent = day
    plan = plan_remittance(sent[0], ClaimsInMemory(known, PAYERS), TODAY)
    assert plan.accepted or sent[0].payment_cents < 0
    assert {review.row for review in plan.reviews}.isdisjoint({37})


@given(st.data(), claims())
@settings(max_examples=100, deadline=None)
def test_a_reversal_restores_exactly_what_was(data, known) -> None:
    answered = replace(data.draw(answers(known[0])), status="1", control_number="A1")
    books = ClaimsInMemory(known, PAYERS)
    first = remittance("P", 1, [answered], [])
    plan = plan_remittance(first, books, TODAY)
    if not plan.accepted or plan.outcomes[0].state == "review":
        return
    before = [owed_by(claim) for claim in books.claims]
    books.apply(plan, first)
    carried = ProviderAdjustment("1", None, "FB", "T2", -answered.paid_cents) if answered.paid_cents else None
    back = remittance("P", 2, [negated(answered)], [carried] if carried else [])
    undone = plan_remittance(back, books, TODAY)
    assert undone.outcomes[0].state == "reversed"
    books.apply(undone, back)
    assert [owed_by(claim) for claim in books.claims] == before
    assert books.claims[0].results == ()


def _answer(level: str, paid: int, *given_: Adjustment) -> Remittance:
    status = str("PST".index(level) + 1)
    line = RemittanceLine(Procedure("99213"), 20000, paid, given_, control_number="A1-1")
    claim = RemittanceClaim("A1", status, 20000, paid, patient=Party(last_name="DOE"), lines=(line,))
    return remittance(level, "PST".index(level) + 1, [claim], [])


THREE_ANSWERS = (
    _answer("P", 10000, Adjustment("CO", "45", 6000), Adjustment("PR", "2", 4000)),
    _answer("S", 2500, Adjustment("OA", "23", 16000), Adjustment("PR", "1", 1500)),
    _answer("T", 1000, Adjustment("OA", "23", 18500), Adjustment("PR", "3", 500)),
)


@given(st.permutations(THREE_ANSWERS))
def test_payers_may_answer_in_any_order(order) -> None:
    """Those that come too early wait; when all are posted the books are the same as in order."""
    levels = tuple(KnownLevel(level, PAYERS[level]) for level in "PST")
    line = KnownLine(1, 1, "A1-1", "99213", (), 20000, DAY, {"P": 20000}, 14000)
    books = ClaimsInMemory([KnownClaim(1, "A1", 20000, levels, (line,), "DOE", period=Period.day(DAY))], PAYERS)
    waiting: list[Remittance] = []
    for made in order:
        plan = plan_remittance(made, books, TODAY)
        books.apply(plan, made)
        waiting.extend([made] if plan.outcomes[0].state == "review" else [])
        for waited in sorted(waiting, key=lambda one: one.trace_number):
            again = plan_claim_again(waited, 1, books, TODAY)
            if again.moves:
                books.apply(again, waited, is_again=True)
                waiting.remove(waited)
    assert waiting == []
    assert owed_by(books.claims[0]) == {PATIENT: 500}
    assert books.posted_cents[MoveKind.UNAPPLIED] == 0


def test_a_result_that_had_waited_is_taken_back_like_any_other() -> None:
    """Its money came out of what waits; the reversal takes it from the claim, and leaves what waits alone."""
    levels = tuple(KnownLevel(level, PAYERS[level]) for level in "PS")
    line = KnownLine(1, 1, "A1-1", "99213", (), 20000, DAY, {"P": 20000})
    books = ClaimsInMemory([KnownClaim(1, "A1", 20000, levels, (line,), "DOE", period=Period.day(DAY))], PAYERS)
    first, second, _ = THREE_ANSWERS
    for made in (second, first):
        books.apply(plan_remittance(made, books, TODAY), made)
    books.apply(plan_claim_again(second, 1, books, TODAY), second, is_again=True)
    carried = ProviderAdjustment("1", None, "FB", "T4", -2500)
    back = remittance("S", 4, [negated(second.claims[0])], [carried])
    plan = plan_remittance(back, books, TODAY)
    assert plan.accepted, plan.findings
    assert_explained(plan, back)
    books.apply(plan, back)
    assert owed_by(books.claims[0]) == {"S": 4000}
    assert books.posted_cents[MoveKind.UNAPPLIED] == 0


def test_the_random_answers_meet_most_rows() -> None:
    """A generator that never meets the rules proves nothing."""
    rows: Counter[int] = Counter()

    @given(days())
    @settings(max_examples=200, deadline=None, derandomize=True, phases=[Phase.generate])
    def run(day) -> None:
        known, sent = day
        books = ClaimsInMemory(known, PAYERS)
        for made in sent:
            plan = plan_remittance(made, books, TODAY)
            rows.update(move.row for move in plan.moves)
            if plan.accepted:
                books.apply(plan, made)

    run()
    assert {5, 7, 9, 10, 14, 15, 18, 25, 31, 32, 35, 36} <= set(rows)
