"""Payers' overlays: a readable file that tightens or relaxes a guide, as companion guides do. Data, not code.

    overlay 837 005010X222A1 # Example Health Plan, 2026     set, versions of the guide it is for, whose it is
    usage   2310B R                                          a loop: R required, S situational, N not used
    usage   2300/REF[G1] R                                   a segment
    usage   2010BA/NM109 R                                   an element or component
    repeat  2400 20                                          how often a loop or segment may come; > for no limit
    codes   2300/CLM05-3 = 1 7 8                             the only codes; @name is a list of the guides
    codes   2000B/SBR09 + ZZ                                 one more code
    codes   2000B/SBR09 - OF TV                              fewer codes
    length  2010BA/NM109 9-12                                shortest and longest, or one length
    severity X12-IDN-001 error                               of a finding code: error, warning, info or off
    rules                                                    what follows is in the rule language (x12/rules)

Places are those of the rule language: `LOOP/SEGMENT[qualifiers]element-component`; `*` is any loop, `ST` the set
itself. `#` begins a comment. An overlay never changes a guide: it makes a new one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import chain

from claimwright.errors import InputError
from claimwright.findings import Finding, Where
from claimwright.x12.catalogue import finding
from claimwright.x12.guides import code_lists, find_guide, guide_names, load_guide
from claimwright.x12.guides.language import (
    UNLIMITED,
    ElementRule,
    Guide,
    LoopNode,
    Position,
    SegmentRule,
    qualifier_values,
    segment_rule,
)
from claimwright.x12.rules.binding import bind, loops_of, positions_of
from claimwright.x12.rules.language import Place, RuleError, parse_place, parse_rules
from claimwright.x12.settings import check_severity

_USAGES = ("R", "S", "N")


class _OverlayError(ValueError):
    """A line that cannot be followed; becomes a finding with its number."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One line of an overlay: a verb, the place or loop it is about, and the rest of its words."""

    line: int
    verb: str
    place: Place
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Overlay:
    """A parsed overlay. `severities` are by finding code and hold for every set; the rest is for its guides alone."""

    set_code: str
    versions: tuple[str, ...]
    name: str
    edits: tuple[Edit, ...] = ()
    severities: Mapping[str, str] = field(default_factory=dict, hash=False)
    rules: str = ""

    def check(self) -> None:
        """Apply it to every guide that it is for. Raises `InputError` as `applied_to` does, and when there is none."""
        guides = {find_guide(self.set_code, version) for version in self.versions} - {None}
        if not guides:
            raise _refused([(1, f"there is no guide for {self.set_code} {' '.join(self.versions)}")])
        for guide in guides:
            if guide:
                self.applied_to(guide)

    def applied_to(self, guide: Guide) -> Guide:
        """The guide as the payer wants it, made once; the same one where the overlay is not for it.

        Raises `InputError` with a finding for each line that names what the guide does not have.
        """
        if guide.set_code != self.set_code or not set(self.versions) & set(guide.versions):
            return guide
        return _applied(self, guide)


def parse_overlay(text: str) -> Overlay:
    """An overlay from its text. Raises `InputError` with a finding for each line that is not understood."""
    lines = [(number, *_cut(raw)) for number, raw in enumerate(text.splitlines(), 1)]
    statements = [(number, words, comment) for number, words, comment in lines if words]
    if not statements or statements[0][1][0] != "overlay" or len(statements[0][1]) < 3:
        raise _refused([(statements[0][0] if statements else 1, "it does not begin with: overlay SET VERSION")])
    (_, (_, set_code, *versions), name), *rest = statements
    edits: list[Edit] = []
    severities: dict[str, str] = {}
    wrong: list[tuple[int, str]] = []
    rules = ""
    for number, words, _ in rest:
        if words == ["rules"]:
            rules = _rules_after(text, number, set_code)
            break
        try:
            if words[0] == "severity":
                code, severity = _severity(words)
                severities[code] = severity
            else:
                edits.append(_edit(number, words))
        except ValueError as reason:
            wrong.append((number, str(reason)))
    if wrong:
        raise _refused(wrong)
    return Overlay(set_code, tuple(versions), name, tuple(edits), severities, rules)


def apply_overlay(guide_name: str, text: str) -> Guide:
    """The guide of that file name (`x222`) with the overlay of that text. Raises `InputError` as the others do."""
    if guide_name not in guide_names():
        raise _refused([(1, f"there is no guide {guide_name!r}")])
    return parse_overlay(text).applied_to(load_guide(guide_name))


def _cut(raw: str) -> tuple[list[str], str]:
    statement, _, comment = raw.partition("#")
    return statement.split(), comment.strip()


def _rules_after(text: str, number: int, set_code: str) -> str:
    """The text below the line `rules`, with as many empty lines before it, so that errors name the right line."""
    return f"rules {set_code}" + "\n" * number + "\n".join(text.splitlines()[number:]) + "\n"


def _refused(wrong: list[tuple[int, str]]) -> InputError:
    findings: list[Finding] = []
    for number, reason in wrong:
        where = Where(record="overlay", field=f"line {number}")
        findings.append(finding("X12-OVL-001", where, line=number, reason=reason))
    return InputError(findings[0].message, findings)


def _severity(words: list[str]) -> tuple[str, str]:
    if len(words) != 3:
        raise _OverlayError("severity takes a finding code and error, warning, info or off")
    check_severity(words[2])
    return words[1], words[2]


def _edit(number: int, words: list[str]) -> Edit:
    verb, *rest = words
    if verb not in _VERBS:
        raise _OverlayError(f"{verb!r} is no verb; there are {', '.join(_VERBS)}, severity and rules")
    if len(rest) < 2:
        raise _OverlayError(f"{verb} takes a place and what is to be there")
    place = parse_place(rest[0]) if "/" in rest[0] else Place(rest[0], "")
    edit = Edit(number, verb, place, tuple(rest[1:]))
    if not place.segment and verb not in ("usage", "repeat"):
        raise _OverlayError(f"{verb} is about elements, not loops")
    if place.elements and verb == "repeat":
        raise _OverlayError("repeat is about loops and segments, not elements")
    if not place.elements and verb in ("codes", "length"):
        raise _OverlayError(f"{verb} is about elements: name one, as in {rest[0]}01")
    _CHECKS[verb](edit)
    return edit


def _check_usage(edit: Edit) -> None:
    if len(edit.words) != 1 or edit.words[0] not in _USAGES:
        raise _OverlayError("usage is R, S or N")


def _check_repeat(edit: Edit) -> None:
    _repeat(edit)


def _check_codes(edit: Edit) -> None:
    if edit.words[0] not in ("=", "+", "-") or len(edit.words) < 2:
        raise _OverlayError("codes takes =, + or - and then codes")
    _codes(edit)


def _check_length(edit: Edit) -> None:
    _length(edit)


_CHECKS: dict[str, Callable[[Edit], None]] = {
    "usage": _check_usage,
    "repeat": _check_repeat,
    "codes": _check_codes,
    "length": _check_length,
}
_VERBS = tuple(_CHECKS)


def _repeat(edit: Edit) -> int:
    (text, *more) = edit.words
    if text == ">" and not more:
        return UNLIMITED
    if more or not text.isdigit() or not int(text):
        raise _OverlayError("repeat is a whole number, or > for no limit")
    return int(text)


def _codes(edit: Edit) -> frozenset[str]:
    lists = code_lists()
    unknown = [word for word in edit.words[1:] if word.startswith("@") and word[1:] not in lists]
    if unknown:
        raise _OverlayError(f"there is no list {unknown[0]}")
    return frozenset(chain(*(lists[word[1:]] if word.startswith("@") else (word,) for word in edit.words[1:])))


def _length(edit: Edit) -> tuple[int, int]:
    low, _, high = edit.words[0].rpartition("-")
    if len(edit.words) != 1 or not high.isdigit() or not (low or high).isdigit() or int(low or high) > int(high):
        raise _OverlayError("length is a number, or two as in 2-9")
    return int(low or high), int(high)


# Applying.


@lru_cache(maxsize=64)
def _applied(overlay: Overlay, guide: Guide) -> Guide:
    root = _copied(guide.root, None)
    extra_rules = "\n".join(filter(None, (guide.extra_rules, overlay.rules)))
    changed = replace(guide, root=root, extra_rules=extra_rules, name=overlay.name or guide.name)
    wrong: list[tuple[int, str]] = []
    for edit in overlay.edits:
        try:
            _apply(edit, changed)
        except ValueError as reason:
            wrong.append((edit.line, str(reason)))
    if overlay.rules:
        try:
            bind(changed, [parse_rules(overlay.rules, code_lists())])
        except RuleError as reason:
            wrong.append((_line_of(reason), str(reason)))
    if wrong:
        raise _refused(wrong)
    for node in loops_of(root):
        _settle(node)
    return changed


def _line_of(reason: RuleError) -> int:
    number = str(reason).partition("line ")[2].partition(":")[0]
    return int(number) if number.isdigit() else 1


def _copied(node: LoopNode, parent: LoopNode | None) -> LoopNode:
    """The loop and everything in it anew; segment rules are shared until one is edited."""
    copy = replace(node, parent=parent, groups=[], required=[])
    for group in node.groups:
        copy.groups.append(
            [
                _copied(member, copy) if isinstance(member, LoopNode) else replace(member, loop=copy, forks={})
                for member in group
            ]
        )
    return copy


def _settle(node: LoopNode) -> None:
    """What follows from the members: their groups' numbers, and which of them are required."""
    node.groups = [group for group in node.groups if group]
    for number, group in enumerate(node.groups):
        for member in group:
            member.group = number
    node.required = [member for group in node.groups for member in group if member.usage == "R"]


def _apply(edit: Edit, guide: Guide) -> None:
    if not edit.place.segment:
        _apply_to_loops(edit, guide)
    elif edit.place.elements:
        _apply_to_elements(edit, list(_positions(edit, guide)))
    else:
        for position in list(_positions(edit, guide)):
            _apply_to_member(edit, position)


def _apply_to_loops(edit: Edit, guide: Guide) -> None:
    nodes = [node for node in loops_of(guide.root) if node.id == edit.place.loop and node.parent]
    if not nodes:
        raise _OverlayError(f"the guide has no loop {edit.place.loop}")
    for node in nodes:
        _apply_to_member(edit, node)


def _apply_to_member(edit: Edit, member: Position | LoopNode) -> None:
    """Usage or repeat of a loop or segment; what is not used is taken out, so that it fits nowhere."""
    if edit.verb == "repeat":
        member.repeat = _repeat(edit)
        return
    around = member.loop if isinstance(member, Position) else member.parent
    if edit.words[0] != "N":
        member.usage = edit.words[0]
        return
    if around is None or member is around.trigger:
        raise _OverlayError(f"{member.id} opens its loop: say of the loop that it is not used")
    for group in around.groups:
        if member in group:
            group.remove(member)


def _positions(edit: Edit, guide: Guide) -> Iterator[Position]:
    """The positions that an edit is about. Raises `_OverlayError` for none, and for one that takes other codes, too."""
    place = edit.place
    found = [
        position
        for position in positions_of(guide)
        if position.id == place.segment
        and place.loop in ("*", position.loop.id)
        and (not place.qualifiers or not position.values or position.values & place.qualifiers)
    ]
    if not found:
        raise _OverlayError(f"the guide has no such place in {place.loop}: {place.segment}")
    for position in found:
        if place.qualifiers and not position.values <= place.qualifiers:
            others = ", ".join(sorted(position.values - place.qualifiers)[:5])
            raise _OverlayError(f"this place of {place.segment} is one with {others}; name them all, or none")
        yield position


def _apply_to_elements(edit: Edit, positions: list[Position]) -> None:
    """Positions that shared a rule share the new one."""
    new: dict[int, SegmentRule] = {}
    for position in positions:
        rule = position.rule
        if id(rule) not in new:
            new[id(rule)] = _edited_rule(edit, rule)
        position.rule = new[id(rule)]
        position.values = qualifier_values(position.rule, position.qualifier)


def _edited_rule(edit: Edit, rule: SegmentRule) -> SegmentRule:
    elements = list(rule.elements)
    places = rule.standard.places
    for number in edit.place.elements:
        if number > len(places):
            raise _OverlayError(f"{rule.id} has {len(places)} elements")
        while len(elements) < number:
            elements.append(ElementRule(places[len(elements)], "N"))
        elements[number - 1] = _edited_element(edit, elements[number - 1])
    return segment_rule(rule.standard, tuple(elements), rule.name)


def _edited_element(edit: Edit, rule: ElementRule) -> ElementRule:
    components = [component for component in edit.place.components if component]
    if not components:
        return _narrowed(edit, rule)
    parts = list(rule.parts)
    for component in components:
        if component > len(rule.place.parts):
            raise _OverlayError(f"the element has {len(rule.place.parts)} components")
        while len(parts) < component:
            parts.append(ElementRule(rule.place.parts[len(parts)], "N"))
        parts[component - 1] = _narrowed(edit, parts[component - 1])
    return replace(rule, parts=tuple(parts))


def _narrowed(edit: Edit, rule: ElementRule) -> ElementRule:
    element = rule.place.element
    if edit.verb == "usage":
        if edit.words[0] == "N" and rule.place.mandatory:
            raise _OverlayError("the standard makes this element mandatory")
        if edit.words[0] != "N" and element and not rule.max:
            rule = replace(rule, min=element.min, max=element.max)
        return replace(rule, usage=edit.words[0])
    if element is None:
        raise _OverlayError("the element is made of components; name one, as in 01-2")
    if edit.verb == "length":
        low, high = _length(edit)
        if low < element.min or high > element.max:
            raise _OverlayError(f"the standard has {element.min} to {element.max} characters here")
        return replace(rule, min=low, max=high)
    codes = _codes(edit)
    if edit.words[0] == "=":
        return replace(rule, codes=codes)
    if not rule.codes:
        raise _OverlayError("any value may stand here; say = and the codes")
    codes = rule.codes | codes if edit.words[0] == "+" else rule.codes - codes
    if not codes:
        raise _OverlayError("no code would be left")
    return replace(rule, codes=codes)
