"""Rules compiled to Python: what `running` interprets, written out as source for one position and compiled.

A quick plan gives the effects of a segment whose elements are all right and of which no lookup, requirement or ban is
broken; for any other segment it gives `SLOW`, and `running.Plan` says what is wrong. So it only saves time, and a test
holds the two equal. The source is made from guides and rules, never from a file that is read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from claimwright.x12.rules.amounts import UNKNOWN, addend
from claimwright.x12.rules.binding import AtPosition, Condition, Program, Read, Rule
from claimwright.x12.rules.language import Guard
from claimwright.x12.rules.running import (
    DECIDED_BY_NUMBER,
    DECIDED_BY_TEXT,
    Doubt,
    Effects,
    Rest,
    exact_number,
    is_broken,
    is_listed,
    number_of,
)
from claimwright.x12.rules.shapes import MATCHES, SHAPES
from claimwright.x12.tree import Delimiters

SLOW: Final = ((), (), (), None)
"""Given for a segment that must be looked at closely; compared by identity."""
_GIVEN = {
    "SLOW": SLOW, "Rest": Rest, "Doubt": Doubt, "new": tuple.__new__, "addend": addend, "number": exact_number,
    "number_of": number_of, "listed": is_listed,
}  # fmt: skip
"""What the source of every plan names; `new` makes named tuples quicker than their own way does."""

QuickPlan = Callable[[list[str]], Effects | None]
_SYMBOLS = {"=": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_PLAIN_VERBS = ("fact", "sum", "count")
_OF_AMOUNTS = {
    "positive": f"(0 < a < {UNKNOWN} or {{}})",
    "not_negative": f"(0 < a < {UNKNOWN} or {{}})",
    "not_zero": f"((a and a != {UNKNOWN}) or {{}})",
    "zero": "(not a and {})",
}
"""What an amount `a` tells of its text; 0 may be one of too many decimals, so then the text is asked."""


@dataclass(slots=True)
class _Source:
    """Lines of a function under way, and the objects that it names."""

    component: str
    names: dict[str, object] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    depth: int = 1
    element: int = 0
    """The element at hand: `e` holds it, and `p` its components if there is need of them."""
    others: dict[str, str] = field(default_factory=dict)
    """Other elements that are asked for, `x4`, and their components, `y4`: the source of each, by its name."""
    totals: set[int] = field(default_factory=set)
    """The registers that something is added to: `s7` is for register 7."""

    def add(self, line: str) -> None:
        self.lines.append("    " * self.depth + line)

    def named(self, thing: object) -> str:
        """A name for an object in the source."""
        name = f"n{len(self.names)}"
        self.names[name] = thing
        return name

    def value(self, element: int, component: int) -> str:
        """The source of a value; `''` when it is absent."""
        if element == self.element:
            return _part("p", component) if component else "e"
        self.others[f"x{element}"] = f'f[{element}] if n > {element} else ""'
        if not component:
            return f"x{element}"
        self.others[f"y{element}"] = f"x{element}.split({self.component!r})"
        return _part(f"y{element}", component)

    def total(self, register: int) -> str:
        """What is added to a register by this segment."""
        self.totals.add(register)
        return f"s{register}"

    def guards(self, guards: Sequence[Guard], element: int) -> list[str]:
        """Conditions under which the guards hold."""
        found = []
        for guard in guards:
            text = self.value(guard.element or element, guard.component)
            if not guard.codes:
                found.append(f"not {text}" if guard.is_negated else text)
            elif guard.is_negated:
                found += [text, f"{text} not in {self.named(guard.codes)}"]
            elif len(guard.codes) == 1:
                found.append(f"{text} == {next(iter(guard.codes))!r}")
            else:
                found.append(f"{text} in {self.named(guard.codes)}")
        return found


def _part(parts: str, component: int) -> str:
    return f'({parts}[{component - 1}] if len({parts}) >= {component} else "")' if component > 1 else f"{parts}[0]"


def quick_plan(at: AtPosition, delimiters: Delimiters) -> QuickPlan:
    """The function that gives a segment's effects from its fields."""
    source = _Source(delimiters.component)
    for keep in at.keeps:
        _conditionally(source, source.guards(keep.guards, 0), [f"slots.append({keep.slot})"])
    _checks(source, [rule for rule in at.rules if rule.verb in ("check", "require")])
    _reads(source, [read for read in at.reads if not read.element], 0, 0)
    _elements(source, at)
    source.depth = 1
    _surround(source)
    made: QuickPlan = _compiled("plan(f)", source, dict(_GIVEN))
    return made


def _surround(source: _Source) -> None:
    """What stands before the lines of a plan, and what gives the effects behind them."""
    body, source.lines = source.lines, []
    source.add("n = len(f)")
    for name in sorted(source.others):
        source.add(f"{name} = {source.others[name]}")
    for name in ("sets", "slots", "bounds", "doubts"):
        source.add(f"{name} = {'[]' if any(f'{name}.append' in line for line in body) else '()'}")
    for register in sorted(source.totals):
        source.add(f"s{register} = 0")
    source.lines += body
    source.add(f"adds = {'[]' if source.totals else '()'}")
    for register in sorted(source.totals):
        source.add(f"if s{register}: adds.append(({register}, s{register}))")
    source.add("rest = new(Rest, (bounds, (), doubts)) if bounds or doubts else None")
    source.add("return (adds, sets, slots, rest) if adds or sets or slots or rest else None")


def quick_test(rule: Rule, program: Program) -> Callable[[list[int | None]], bool]:
    """The function that tells from the registers whether a check is broken."""
    source = _Source("")
    source.add(f"return {_test(rule, program)} and is_broken(rule, c)")
    made: Callable[[list[int | None]], bool] = _compiled("test(c)", source, {"is_broken": is_broken, "rule": rule})
    return made


def quick_test_of_any(rules: Sequence[Rule], program: Program) -> Callable[[list[int | None]], bool]:
    """The function that tells from the registers whether any of some checks may be broken."""
    source = _Source("")
    source.add(f"return {' or '.join(f'({_test(rule, program)})' for rule in rules) or 'False'}")
    made: Callable[[list[int | None]], bool] = _compiled("test(c)", source, {})
    return made


def _test(rule: Rule, program: Program) -> str:
    """A condition without which a check is not broken; it takes what is unknown for a number."""
    needs = [f"not ({_condition(condition, program)})" for condition in rule.need]
    whens = [f"({_condition(condition, program)})" for condition in rule.when]
    return " and ".join([*needs, *whens]) or "True"


def _compiled(signature: str, source: _Source, given: dict[str, Any]) -> Any:
    """Names are bound as defaults, where Python finds them fastest."""
    names = source.names | given
    name, _, arguments = signature.partition("(")
    defaults = ", ".join([arguments[:-1], *(f"{each}={each}" for each in names)])
    text = "\n".join([f"def {name}({defaults}):", *source.lines])
    exec(compile(text, f"<rules: {name}>", "exec"), names)  # noqa: S102
    return names[name]


def _condition(condition: Condition, program: Program) -> str:
    sides, absent = [], []
    for number, is_constant in (
        (condition.left, condition.left_is_constant),
        (condition.right, condition.right_is_constant),
    ):
        sides.append(str(number) if is_constant else f"c[{number}]")
        if not is_constant and program.cells[number].verb not in _PLAIN_VERBS:
            absent.append(f"c[{number}] is None")
    return " or ".join([*absent, f"{sides[0]} {_SYMBOLS[condition.op]} {sides[1]}"])


def _conditionally(source: _Source, conditions: list[str], lines: list[str]) -> None:
    if conditions:
        source.add(f"if {' and '.join(conditions)}:")
        source.depth += 1
    for line in lines:
        source.add(line)
    if conditions:
        source.depth -= 1


def _checks(source: _Source, rules: list[Rule]) -> None:
    """Rules that do not depend on an element being given."""
    for rule in rules:
        if rule.verb == "check":
            doubt = source.named(Doubt(rule))
            _conditionally(source, source.guards(rule.guards, 0), [f"doubts.append({doubt})"])
            continue
        for element, component in rule.values:
            missing = f"not {source.value(element, component)}"
            _conditionally(source, [missing, *source.guards(rule.guards, element)], ["return SLOW"])


def _elements(source: _Source, at: AtPosition) -> None:
    """What is done with each element that is given, from the first to the last."""
    rules = [rule for rule in at.rules if rule.verb not in ("check", "require")]
    used = {read.element for read in at.reads if read.element}
    used |= {element for rule in rules for element, _ in rule.values}
    for element in sorted(used):
        source.add(f"if n > {element}:")
        source.depth += 1
        source.add(f"e = f[{element}]")
        source.add("if e:")
        source.depth += 1
        source.element = element
        before = len(source.lines)
        reads = [read for read in at.reads if read.element == element]
        components = {read.component for read in reads}
        components |= {part for rule in rules for number, part in rule.values if number == element}
        for component in sorted(components):
            _values(source, rules, [read for read in reads if read.component == component], element, component)
        source.add("pass")
        if any("p[" in line for line in source.lines[before:]):
            source.lines.insert(before, "    " * source.depth + f"p = e.split({source.component!r})")
        source.depth -= 1
        source.element = 0


def _values(source: _Source, rules: list[Rule], reads: list[Read], element: int, component: int) -> None:
    """What is done with one element or component."""
    if component:
        source.add(f"v = {source.value(element, component)}")
        source.add("if v:")
        source.depth += 1
    value = "v" if component else "e"
    rules = [rule for rule in rules if (element, component) in rule.values]
    if any(read.verb == "sum" for read in reads) or any(rule.name in _OF_AMOUNTS for rule in rules):
        source.add(f"a = addend({value})")
    for rule in rules:
        _rule(source, rule, element, component, value)
    _reads(source, reads, element, component)
    if component:
        source.add("pass")
        source.depth -= 1


def _rule(source: _Source, rule: Rule, element: int, component: int, value: str) -> None:
    conditions = source.guards(rule.guards, element)
    if rule.verb == "lookup":
        if rule.codes and rule.name.startswith("@"):
            is_found = f"{value} in {source.named(rule.codes)}"
        elif rule.name in SHAPES:
            is_found = f"{source.named(MATCHES.get(rule.name) or SHAPES[rule.name])}({value})"
            if rule.name in _OF_AMOUNTS:
                is_found = _OF_AMOUNTS[rule.name].format(is_found)
        else:
            is_found = f"listed({source.named(rule)}, {value})"
        conditions.append(is_found if rule.is_negated else f"not {is_found}")
    if rule.verb in DECIDED_BY_TEXT:
        _conditionally(source, conditions, ["return SLOW"])
    else:
        _conditionally(source, conditions, [f"doubts.append({_doubt(source, rule, element, component, value)})"])


def _doubt(source: _Source, rule: Rule, element: int, component: int, value: str) -> str:
    """The source of a doubt. Pointers have few values, so theirs are made once."""
    if rule.verb == "pointer":
        made = lru_cache(maxsize=64)(lambda text: Doubt(rule, text, exact_number(text), element, component))
        return f"{source.named(made)}({value})"
    number = f"number({value})" if rule.verb in DECIDED_BY_NUMBER else "-1"
    return f"new(Doubt, ({source.named(rule)}, {value}, {number}, {element}, {component}))"


def _reads(source: _Source, reads: list[Read], element: int, component: int) -> None:
    value = "v" if component else "e"
    for guards, group in groupby(sorted(reads, key=_by_guards), key=attrgetter("guards")):
        lines: list[str] = []
        for read in group:
            lines += _read(source, read, value)
        _conditionally(source, source.guards(guards, element), lines)


def _by_guards(read: Read) -> str:
    return repr([(guard.element, guard.component, sorted(guard.codes), guard.is_negated) for guard in read.guards])


def _read(source: _Source, read: Read, value: str) -> list[str]:
    register = read.register
    if read.verb == "sum":
        return [f"{source.total(register)} {'-' if read.sign < 0 else '+'}= a"]
    if read.verb == "count":
        return [f"{source.total(register)} += 1"]
    if read.verb == "fact":
        return [f"sets.append(({register}, 1))"]
    goal = f"sets.append(({register}, m))" if read.verb == "last" else f"bounds.append(({read.verb!r}, {register}, m))"
    return [f"m = number_of({value}, {read.part!r})", f"if m is not None: {goal}"]
