"""Rules of the practice's own: written, tested, switched on and off; every change is kept with who made it and when.

    row = save_rule(data)             a new rule, off; `save_rule(data, rule=row)` the next version of one
    switch_on(row), switch_off(row)   only a rule that passes its own tests is switched on
    propose(proposal)                 keep a proposed rule for a person to accept or decline
    rules_in_force()                  what scrubbing asks

A rule that is on stays on when it is changed, as long as its tests pass.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from claimwright.edits.written import BackTest, Proposal, WrittenRule, failed_examples, read_rule, rule_from_data
from claimwright.errors import ConflictError, InputError
from claimwright.office.claims.models import OwnRule, OwnRuleVersion
from claimwright.office.core import audit, clock

if TYPE_CHECKING:
    from claimwright.office.core.models import User

State = OwnRule.State


def rules_in_force() -> tuple[WrittenRule, ...]:
    """The rules that are switched on, in the order of their names. Payer and day of service each rule asks itself."""
    rows = OwnRule.objects.filter(state=State.ON).order_by("slug")
    return tuple(rule_from_data(data) for data in rows.values_list("data", flat=True))


def save_rule(
    data: dict[str, Any], *, rule: OwnRule | None = None, version: int | None = None, actor: User | None = None
) -> OwnRule:
    """Keep a new rule, which is off, or the next version of one; its slug stays what it was.

    `version` is the one that the person saw. Raises `InputError` with findings for what is no rule, and for a rule that
    is on and would fail its tests; `ConflictError` when somebody changed it meanwhile or the name is taken.
    """
    read, findings = read_rule({**data, "slug": rule.slug} if rule else data)
    if read is None:
        raise InputError("The rule cannot be saved like this.", findings)
    if rule is None:
        return _make(read, State.OFF, {}, "Written", actor)
    if rule.state == State.ON:
        _hold_to_its_tests(read)
    plain = read.to_data()
    if plain == rule.data:
        return rule
    seen = rule.version if version is None else version
    return _change(rule, seen, "Changed", actor, data=plain, name=read.name)


def propose(proposal: Proposal, *, actor: User | None = None) -> OwnRule:
    """Keep a proposed rule for a person to accept, with the denials it is made of and its back-test; one that was
    proposed already is the first one."""
    read = proposal.rule
    known = OwnRule.objects.filter(slug=read.slug).first()
    if known is not None:
        return known
    origin = {"why": proposal.why, "caught": list(proposal.caught), "missed": list(proposal.missed)}
    row = _make(read, State.PROPOSED, origin, "Proposed", actor)
    return keep_back_test(row, proposal.result)


def accept(rule: OwnRule, *, actor: User | None = None) -> OwnRule:
    """A person takes a proposed rule: it is switched on. Raises `InputError` when its tests fail."""
    return _switch(rule, State.PROPOSED, State.ON, "Accepted", actor)


def decline(rule: OwnRule, *, actor: User | None = None) -> OwnRule:
    """A person wants none of a proposed rule; it is kept, so that it is not proposed again."""
    return _switch(rule, State.PROPOSED, State.DECLINED, "Declined", actor)


def switch_on(rule: OwnRule, *, actor: User | None = None) -> OwnRule:
    """Let the rule stop claims from now on. Raises `InputError` with findings when its own tests fail."""
    return _switch(rule, State.OFF, State.ON, "Switched on", actor)


def switch_off(rule: OwnRule, *, actor: User | None = None) -> OwnRule:
    """Ask the rule no more; claims that it stopped pass when they are edited again."""
    return _switch(rule, State.ON, State.OFF, "Switched off", actor)


def keep_back_test(rule: OwnRule, result: BackTest) -> OwnRule:
    """Keep what a back-test of the present version found."""
    rule.back_test, rule.tested_at, rule.tested_version = result.to_data(), clock.now(), rule.version
    rule.save(update_fields=["back_test", "tested_at", "tested_version"])
    audit.record("rule.back_test", f"rule {rule.pk}", version=rule.version, claims=result.looked_at)
    return rule


def _hold_to_its_tests(read: WrittenRule) -> None:
    if failed := failed_examples(read):
        raise InputError("The rule fails its own tests; a rule that is on must pass them.", failed)


def _switch(rule: OwnRule, begin: State, end: State, what: str, actor: User | None) -> OwnRule:
    if rule.state != begin:
        raise ConflictError(f"This rule is {rule.get_state_display().lower()} already; reload and look again.")
    if end == State.ON:
        _hold_to_its_tests(rule_from_data(rule.data))
    return _change(rule, rule.version, what, actor, state=end)


def _make(read: WrittenRule, state: State, origin: dict[str, Any], what: str, actor: User | None) -> OwnRule:
    now = clock.now()
    row = OwnRule(slug=read.slug, name=read.name, state=state, data=read.to_data(), origin=origin)
    row.made_at = row.changed_at = now
    try:
        with transaction.atomic():
            row.save()
            _keep_version(row, what, actor)
    except IntegrityError as taken:
        raise ConflictError(f"There is a rule called {read.slug} already; give this one another name.") from taken
    return row


def _change(rule: OwnRule, seen: int, what: str, actor: User | None, **columns: Any) -> OwnRule:
    with transaction.atomic():
        changed = {**columns, "version": seen + 1, "changed_at": clock.now()}
        if not OwnRule.objects.filter(pk=rule.pk, version=seen).update(**changed):
            raise ConflictError("Somebody changed this rule meanwhile; reload and look again.")
        rule.refresh_from_db()
        _keep_version(rule, what, actor)
    return rule


def _keep_version(rule: OwnRule, what: str, actor: User | None) -> None:
    OwnRuleVersion.objects.create(
        rule=rule, number=rule.version, state=rule.state, data=rule.data, what=what, at=clock.now(), actor=actor
    )
    audit.record("rule.change", f"rule {rule.pk}", version=rule.version, state=rule.state, what=what)
