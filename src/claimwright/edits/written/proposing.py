"""The way back: from denials of one kind the rule that would have stopped them.

A payer's reason says what kind of thing it missed; claims of the same code that it did not deny say which. Every kind
of rule that the reason suggests is written, tried on both, and the one that catches most and stops fewest paid claims
is proposed: with its back-test, the denials it is made of, and examples taken from them. A person decides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from claimwright.edits.written.back_test import BackTest, PastClaim, back_test
from claimwright.edits.written.examples import short_form
from claimwright.edits.written.matching import CompiledRule, Look, met_flags
from claimwright.edits.written.reading import read_rule
from claimwright.edits.written.rule import NO_PROCEDURES, Then, WrittenRule, slug_of

_EXAMPLES = 3
_COMMON_PERCENT = 90
"""What nearly all denied services share, or nearly all paid ones have."""
_CHAPTER = 3
"""The characters of a diagnosis code's category."""


@dataclass(frozen=True, slots=True)
class DenialGroup:
    """Denials of one kind: one payer's, with one reason (CARC), of one procedure code."""

    payer: str
    reason: str
    code: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A rule for a person to accept. `result` is its back-test over the claims it was made from; `missed` are the
    numbers of denied claims of the group that it would have let pass; `why` says what it is made of."""

    rule: WrittenRule
    result: BackTest
    caught: tuple[str, ...]
    missed: tuple[str, ...]
    why: str


@dataclass(frozen=True)
class _Contrast:
    """The services of the group that were denied, and those of the same code and payer that were not."""

    group: DenialGroup
    denied: tuple[Look, ...]
    passed: tuple[Look, ...]

    def always(self, words: Callable[[Look], Iterable[str]], looks: Sequence[Look]) -> list[str]:
        """The words that nearly all of these have, most frequent first."""
        counts = Counter(word for look in looks for word in set(words(look)))
        return [word for word, count in counts.most_common() if count * 100 >= len(looks) * _COMMON_PERCENT]

    def only_in(
        self, words: Callable[[Look], Iterable[str]], these: Sequence[Look], *, not_in: Sequence[Look]
    ) -> list[str]:
        """The words that some of these have, and none of the others, most frequent first."""
        others = {word for look in not_in for word in words(look)}
        counts = Counter(word for look in these for word in set(words(look)) - others)
        return [word for word, _ in counts.most_common()]


def propose_rule(group: DenialGroup, past: Sequence[PastClaim]) -> Proposal | None:
    """The best rule for a group of denials, tried on these claims of the payer with that code, denied and not; None
    when no rule catches more denied claims than it stops paid ones."""
    contrast = _contrast(group, past)
    if not contrast.denied:
        return None
    best: tuple[tuple[int, int], WrittenRule, BackTest] | None = None
    for rank, data in enumerate(_candidates(contrast)):
        rule = _rule(group, data)
        result = back_test(rule, past)
        score = (result.gain, -rank)
        if result.gain > 0 and (best is None or score > best[0]):
            best = score, rule, result
    return _proposal(contrast, best[1], best[2]) if best else None


def _contrast(group: DenialGroup, past: Iterable[PastClaim]) -> _Contrast:
    denied, passed = [], []
    for claim in past:
        for line in claim.case.claim.lines:
            answer = claim.answers.get(line.number)
            if line.procedure.code != group.code or answer is None:
                continue
            if answer.denied_cents > 0 and group.reason in answer.reasons:
                denied.append(Look(claim.case, line))
            elif answer.denied_cents == 0:
                passed.append(Look(claim.case, line))
    return _Contrast(group, tuple(denied), tuple(passed))


def _rule(group: DenialGroup, data: dict[str, Any]) -> WrittenRule:
    asked = dict(data)
    words = asked.pop("words")
    name = f"{group.payer}: {group.code} {words}"[:120]
    rule, findings = read_rule(
        {
            "name": name,
            "slug": slug_of(name),
            "payers": [group.payer] if group.payer else [],
            "reasons": [group.reason],
            "when": {"codes": [group.code], **asked.pop("when", {})},
            "then": asked.pop("then"),
        }
    )
    if rule is None:
        raise AssertionError(findings)
    return rule


def _proposal(contrast: _Contrast, rule: WrittenRule, result: BackTest) -> Proposal:
    compiled = CompiledRule(rule)
    caught, missed = _parted(compiled, contrast.denied)
    _, let_pass = _parted(compiled, contrast.passed)
    numbers, missed_numbers = _numbers(caught), _numbers(missed)
    why = _why(contrast, numbers)
    passes = _examples(let_pass, rule) or _of_other_payer(caught, rule)
    tested = replace(rule, catches=_examples(caught, rule), passes=passes, source=why)
    return Proposal(tested, result, numbers, missed_numbers, why)


def _parted(compiled: CompiledRule, looks: Iterable[Look]) -> tuple[list[Look], list[Look]]:
    """The services that a rule finds something in, and the others."""
    parts: tuple[list[Look], list[Look]] = ([], [])
    for look in looks:
        parts[0 if any(True for _ in compiled.hits_of(look)) else 1].append(look)
    return parts


def _numbers(looks: Iterable[Look]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(look.claim.control_number for look in looks))


def _examples(looks: Iterable[Look], rule: WrittenRule) -> tuple[str, ...]:
    return tuple(dict.fromkeys(short_form(look, rule) for look in looks))[:_EXAMPLES]


def _of_other_payer(caught: Iterable[Look], rule: WrittenRule) -> tuple[str, ...]:
    """Where nothing of the code was ever paid, the rule is at least tested not to touch another payer's claims."""
    return tuple(f"{text}; payer another payer" for text in _examples(caught, rule)[:1])


def _why(contrast: _Contrast, numbers: Sequence[str]) -> str:
    group = contrast.group
    days = sorted(look.day for look in contrast.denied if look.day)
    span = f" for services of {days[0]} to {days[-1]}" if days else ""
    return (
        f"Made of {len(contrast.denied)} denials of {group.code} by {group.payer or 'payers'} with reason "
        f"{group.reason}{span}; it would have stopped {len(numbers)} of these claims."
    )


Candidate = dict[str, Any]
"""What a maker writes: `when` beside the code, `then`, and `words` for the name."""
Maker = Callable[[_Contrast], Iterator[Candidate]]


def _candidates(contrast: _Contrast) -> Iterator[Candidate]:
    """The kinds of rules that the reason suggests first, then all others, then a warning of the code itself."""
    first = _MAKERS_OF_REASON.get(contrast.group.reason, ())
    for maker in (*first, *(maker for maker in _MAKERS if maker not in first)):
        yield from maker(contrast)


def _modifiers(look: Look) -> Iterable[str]:
    return look.line.procedure.modifiers


def _categories(look: Look) -> Iterable[str]:
    return {code[:_CHAPTER] for code in look.diagnoses}


def _others(look: Look) -> Iterable[str]:
    return look.others_that_day()


def _missing_modifier(contrast: _Contrast) -> Iterator[Candidate]:
    for modifier in contrast.only_in(_modifiers, contrast.passed, not_in=contrast.denied)[:3]:
        then = {"modifiers": [modifier]}
        yield {"then": then, "words": f"needs modifier {modifier}"}
        for other in contrast.always(_others, contrast.denied)[:3]:
            yield {"when": {"with_codes": [other]}, "then": then, "words": f"with {other} needs modifier {modifier}"}


def _wrong_modifier(contrast: _Contrast) -> Iterator[Candidate]:
    for modifier in contrast.only_in(_modifiers, contrast.denied, not_in=contrast.passed)[:3]:
        yield {"when": {"modifiers": [modifier]}, "then": {"forbid": "yes"}, "words": f"not with modifier {modifier}"}


def _diagnosis(contrast: _Contrast) -> Iterator[Candidate]:
    wanted = contrast.only_in(_categories, contrast.passed, not_in=contrast.denied)
    if wanted:
        yield {"then": {"diagnoses": wanted[:20]}, "words": "needs a diagnosis that was paid before"}
    refused = contrast.only_in(_categories, contrast.denied, not_in=contrast.passed)
    if refused:
        yield {
            "when": {"diagnoses": refused[:20]},
            "then": {"forbid": "yes"},
            "words": f"not for {', '.join(refused[:3])}",
        }


def _place(contrast: _Contrast) -> Iterator[Candidate]:
    wanted = sorted({look.place for look in contrast.passed if look.place})
    if wanted:
        yield {"then": {"places": wanted}, "words": f"needs place of service {' or '.join(wanted)}"}


def _flag(name: str, words: str) -> Maker:
    def make(contrast: _Contrast) -> Iterator[Candidate]:
        """Where the reason says so, or where paid services had it."""
        asked: dict[str, Any] = {name: True}
        then = Then(**asked)
        is_named = make in _MAKERS_OF_REASON.get(contrast.group.reason, ())
        if is_named or any(met_flags(look, then) for look in contrast.passed):
            yield {"then": {name: "yes"}, "words": words}

    return make


def _units(contrast: _Contrast) -> Iterator[Candidate]:
    paid = max((look.line.quantity for look in contrast.passed), default=None)
    if paid is not None and paid > 0:
        yield {"when": {"units_over": str(paid)}, "then": {"forbid": "yes"}, "words": f"not more than {paid:f} units"}


def _frequency(contrast: _Contrast) -> Iterator[Candidate]:
    gaps = [days[0][0] for look in contrast.denied if (days := look.earlier_days(NO_PROCEDURES))]
    if gaps:
        within = {"earlier_within_days": str(max(gaps))}
        yield {"when": within, "then": {"forbid": "yes"}, "words": f"once in {max(gaps) + 1} days"}


def _same_day(contrast: _Contrast) -> Iterator[Candidate]:
    for other in contrast.only_in(_others, contrast.denied, not_in=contrast.passed)[:3]:
        yield {"when": {"with_codes": [other]}, "then": {"forbid": "yes"}, "words": f"not on the day of {other}"}


def _age(contrast: _Contrast) -> Iterator[Candidate]:
    denied = [look.age for look in contrast.denied if look.age is not None]
    passed = [look.age for look in contrast.passed if look.age is not None]
    if denied and passed and max(denied) < min(passed):
        yield {"when": {"age_until": max(denied)}, "then": {"forbid": "yes"}, "words": f"not up to age {max(denied)}"}
    if denied and passed and min(denied) > max(passed):
        yield {"when": {"age_from": min(denied)}, "then": {"forbid": "yes"}, "words": f"not from age {min(denied)}"}


def _taxonomy(contrast: _Contrast) -> Iterator[Candidate]:
    refused = contrast.only_in(lambda look: filter(None, (look.taxonomy,)), contrast.denied, not_in=contrast.passed)
    if refused:
        yield {"when": {"taxonomies": refused[:5]}, "then": {"forbid": "yes"}, "words": "not by this specialty"}


def _the_code_itself(_contrast: _Contrast) -> Iterator[Candidate]:
    yield {"then": {"warn": "yes"}, "words": "is denied more often than not"}


_authorization = _flag("authorization", "needs an authorization")
_referral = _flag("referral", "needs a referral number")
_referring = _flag("referring", "needs a referring provider")
_note = _flag("note", "needs a note")
_attachment = _flag("attachment", "needs an attachment")

_MAKERS: tuple[Maker, ...] = (
    _missing_modifier,
    _wrong_modifier,
    _place,
    _units,
    _frequency,
    _diagnosis,
    _same_day,
    _age,
    _taxonomy,
    _authorization,
    _referral,
    _referring,
    _note,
    _attachment,
    _the_code_itself,
)
_MAKERS_OF_REASON: dict[str, tuple[Maker, ...]] = {
    "4": (_missing_modifier, _wrong_modifier),
    "182": (_wrong_modifier, _missing_modifier),
    "97": (_missing_modifier, _same_day),
    "236": (_missing_modifier, _same_day),
    "231": (_missing_modifier, _same_day),
    "5": (_place,),
    "58": (_place,),
    "171": (_taxonomy, _place),
    "6": (_age,),
    "8": (_taxonomy,),
    "170": (_taxonomy,),
    "185": (_taxonomy,),
    "11": (_diagnosis,),
    "50": (_diagnosis,),
    "167": (_diagnosis,),
    "15": (_authorization,),
    "197": (_authorization,),
    "198": (_authorization,),
    "288": (_referral,),
    "183": (_referring,),
    "206": (_referring,),
    "119": (_frequency, _units),
    "222": (_units, _frequency),
    "151": (_frequency, _units),
    "251": (_attachment,),
    "252": (_attachment, _note),
}
"""The kinds of rules that a reason (CARC) suggests, in order; what each says is in `denials`."""
