"""The rule language: its parser, and the statements that are bound to guides (`binding`).

A file of rules is text, one statement a line; `\\` at a line's end goes on in the next; `#` begins a comment.

    rules x221 x222                                          the guides (or sets: 835) that the file is for
    fact  has_lines in 2100 from 2110/SVC                    yes or no: did it come since the loop opened?
    fact  is_final in 2300 from 2300/CLM05-3 = 1,7           ... with one of these values (`!=`: with another one)
    sum   left in 2110 from +2110/SVC02 -2110/CAS03,06,09    cents
    count lines in 2300 from 2400/LX                         how many came
    last  day in 2400 from 2400/DTP[472]03 end               a whole number; also `first`, `max`, `min`
    check CODE error 3 at end of 2110 when FACT and not FACT need left = paid or FACT at 2110/SVC03
    check CODE error 4 after 2400/SV1 need day <= until since 20250101 until 20261231
    lookup CODE warning 5 */NM109 in npi when 08 = XX        one value of one segment: a shape or an `@list`
    lookup CODE warning 5 2110/CAS02 not in @carc_ended      ... that it may not be
    require CODE error 4 2300/CLM11-4 when -1 = AA           an element that must be given
    forbid CODE error 4 ST/BPR07 when 04 = CHK and 06 given  an element that must not be given (`04 absent`)
    pointer CODE error 4 2400/SV107-1..4 to diagnoses        a whole number from 1 to that register
    unique CODE warning 4 2320/SBR01 in 2300 when 00 != U    no value twice (00: the element itself)
    among CODE error 4 2430/SVD01 in 2330B/NM109 of 2300     one of the values that came there since 2300 opened
    numbered CODE error 2 ack 7 2400/LX01 in 2300            1, 2, 3 ...
    below CODE error 1 ack 7 2000B/HL02 of 2000A/HL01        the number of the level that this one stands in
    look  cob_balance CODE error 3 at end of 2300 when FACT  a function over the loop's tree (`looks`)

A register (fact, sum, count ...) is empty again when the loop after `in` opens: facts are no, sums and counts 0, the
others absent; a comparison with something absent holds. `when` joins its terms by `and`, `need` by `or`. `among` says
nothing where the place it compares with was once without a value, or did not come though it must.

A place is `LOOP/SEGMENT[qualifiers]element-component`; `*` is any loop, `ST` the set itself; elements and components
may be lists (`03,06`) or runs (`1..4`). The qualifier is where the guide has it (element 1, with a few exceptions).
`start` or `end` after the places of a number takes the first or last day of a period, or the day of an instant. What
stands in a place that a guide does not have never comes; so one file serves several guides.

The words of a finding stand below the statement that makes it, two blanks in: the message, then `> ` and the hint.
Braces hold a place (`{2300/CLM01}`), a register (`{left}`) or `{value}`, the value at fault. A code that is used a
second time keeps the words of the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from claimwright.findings import Severity

ALWAYS = (0, 99999999)
"""In force from and until, as CCYYMMDD."""


class RuleError(ValueError):
    """A file of rules that does not follow the language, or names what no guide has."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands; no elements: the segment itself. `components` holds 0 for the whole element."""

    loop: str
    segment: str
    qualifiers: frozenset[str] = frozenset()
    elements: tuple[int, ...] = ()
    components: tuple[int, ...] = (0,)


@dataclass(frozen=True, slots=True)
class Guard:
    """An element of the same segment that must hold one of the codes (`is_negated`: must be given and hold none).

    `element` 0 is the element that is being looked at, `component` 0 the whole element; no codes: must be given
    (`is_negated`: must be absent).
    """

    element: int
    component: int
    codes: frozenset[str] = frozenset()
    is_negated: bool = False


@dataclass(frozen=True, slots=True)
class Register:
    """A fact, sum, count, last, first, max or min: the places it reads, each with its sign (sums only)."""

    verb: str
    name: str
    loop: str
    places: tuple[tuple[int, Place], ...]
    guards: tuple[Guard, ...] = ()
    part: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """`left op right` over registers or whole numbers; a fact alone has no `op` (`is_negated`: it must be no)."""

    left: str | int
    op: str = ""
    right: str | int = 0
    is_negated: bool = False


@dataclass(frozen=True, slots=True)
class Saying:
    """What a rule says when it is broken. `message` holds braces; `since` and `until` are days as CCYYMMDD."""

    code: str
    severity: Severity
    snip: int
    ack: str | None
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A rule that can be broken.

    `verb` is check, lookup, require, forbid, pointer, unique, among, numbered, below or look; `place` is what is looked
    at, or after which (or `loop`: at whose end) a check is made; `name` is the shape, list, register or function it
    needs, `is_negated` for `not in`; `other` the second place of `below` and `among`; `at` where the finding points, if
    not at `place`.
    """

    verb: str
    code: str
    line: int
    place: Place | None = None
    loop: str = ""
    name: str = ""
    other: Place | None = None
    guards: tuple[Guard, ...] = ()
    is_negated: bool = False
    when: tuple[Term, ...] = ()
    need: tuple[Term, ...] = ()
    at: Place | None = None
    in_force: tuple[int, int] = ALWAYS


@dataclass(frozen=True, slots=True)
class RuleFile:
    """A parsed file: for which guides, its registers, statements and sayings."""

    guides: tuple[str, ...]
    registers: tuple[Register, ...]
    statements: tuple[Statement, ...]
    sayings: dict[str, Saying]


_PLACE = re.compile(
    r"(?P<loop>\*|[A-Z0-9]+)/(?P<segment>[A-Z][A-Z0-9]{1,2}?)(?:\[(?P<qualifiers>[^\]]+)\])?"
    r"(?:(?P<elements>\d\d(?:(?:,|\.\.)\d\d)*)(?:-(?P<components>\d+(?:\.\.\d+)?))?)?"
)
_OPERATORS = ("=", "!=", "<=", "<", ">=", ">")
_REGISTERS = ("fact", "sum", "count", "last", "first", "max", "min")
_RULES = ("check", "lookup", "require", "forbid", "pointer", "unique", "among", "numbered", "below", "look")


def parse_place(text: str) -> Place:
    """`'2110/CAS03,06'` → the place. Raises `RuleError`."""
    match = _PLACE.fullmatch(text)
    if not match:
        raise RuleError(f"{text!r} is not a place")
    qualifiers = frozenset((match["qualifiers"] or "").split(",")) - {""}
    elements = tuple(_numbers(match["elements"] or ""))
    return Place(match["loop"], match["segment"], qualifiers, elements, tuple(_numbers(match["components"] or "0")))


def _numbers(text: str) -> Iterator[int]:
    """`'03,06..08'` → 3, 6, 7, 8"""
    for run in filter(None, text.split(",")):
        first, _, last = run.partition("..")
        yield from range(int(first), int(last or first) + 1)


@dataclass(slots=True)
class _Words:
    """The words of one statement, taken from the left."""

    words: list[str]
    at: int = 0

    def peek(self) -> str:
        return self.words[self.at] if self.at < len(self.words) else ""

    def take(self) -> str:
        if self.at >= len(self.words):
            raise RuleError("the statement ends too early")
        self.at += 1
        return self.words[self.at - 1]

    def skip(self, *expected: str) -> bool:
        """Take these words if they are next."""
        if self.words[self.at : self.at + len(expected)] != list(expected):
            return False
        self.at += len(expected)
        return True

    def need(self, *expected: str) -> None:
        if not self.skip(*expected):
            raise RuleError(f"{' '.join(expected)!r} is expected before {self.peek()!r}")

    def end(self) -> None:
        if self.at < len(self.words):
            raise RuleError(f"{self.peek()!r} is not understood")


@dataclass(slots=True)
class _Parser:
    codes: dict[str, frozenset[str]]
    guides: tuple[str, ...] = ()
    registers: list[Register] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    sayings: dict[str, Saying] = field(default_factory=dict)

    def statement(self, number: int, text: str, said: list[str]) -> None:
        words = _Words(text.split())
        verb = words.take()
        if verb == "rules":
            self.guides = tuple(words.words[1:])
            return
        if verb in _REGISTERS:
            self.registers.append(self._register(verb, words))
        elif verb in _RULES:
            self.statements.append(self._rule(verb, number, words, said))
        else:
            raise RuleError(f"{verb!r} is no verb of the language")
        words.end()

    def _register(self, verb: str, words: _Words) -> Register:
        name = words.take()
        words.need("in")
        loop = words.take()
        words.need("from")
        places = []
        while "/" in words.peek():
            word = words.take()
            places.append((-1 if word[0] == "-" else 1, parse_place(word.lstrip("+-"))))
        guards: list[Guard] = []
        part = words.take() if words.peek() in ("start", "end") else ""
        if words.peek() in ("=", "!="):
            guards.append(self._guard(words, 0, places[0][1].components[0]))
        if words.skip("when"):
            guards += self._guards(words)
        return Register(verb, name, loop, tuple(places), tuple(guards), part)

    def _rule(self, verb: str, number: int, words: _Words, said: list[str]) -> Statement:
        name = words.take() if verb == "look" else ""
        code = self._saying(words, said)
        parts: dict[str, object] = {"name": name} if name else {}
        if verb in ("check", "look"):
            if words.skip("at", "end", "of"):
                parts["loop"] = words.take()
            else:
                words.need("after")
                parts["place"] = parse_place(words.take())
            if words.skip("when"):
                parts["when"] = tuple(self._terms(words, "and"))
            if verb == "check":
                words.need("need")
                parts["need"] = tuple(self._terms(words, "or"))
        else:
            parts["place"] = parse_place(words.take())
            parts |= self._object(verb, words)
        if words.skip("at"):
            parts["at"] = parse_place(words.take())
        since = int(words.take()) if words.skip("since") else ALWAYS[0]
        until = int(words.take()) if words.skip("until") else ALWAYS[1]
        return Statement(verb, code, number, in_force=(since, until), **parts)  # type: ignore[arg-type]

    def _object(self, verb: str, words: _Words) -> dict[str, object]:
        """What stands after the place that a rule looks at."""
        if verb in ("require", "forbid"):
            return {"guards": tuple(self._guards(words)) if words.skip("when") else ()}
        is_negated = verb == "lookup" and words.skip("not")
        words.need({"pointer": "to", "below": "of"}.get(verb, "in"))
        if verb == "below":
            return {"other": parse_place(words.take())}
        other = {"other": parse_place(words.take())} if verb == "among" else {}
        if other:
            words.need("of")
        name = words.take()
        guards = tuple(self._guards(words)) if words.skip("when") else ()
        if verb in ("unique", "among", "numbered"):
            return {"loop": name, "guards": guards, **other}
        return {"name": name, "guards": guards, "is_negated": is_negated}

    def _saying(self, words: _Words, said: list[str]) -> str:
        code, severity, snip = words.take(), Severity(words.take()), int(words.take())
        ack = words.take() if words.skip("ack") else None
        if said:
            if code in self.sayings:
                raise RuleError(f"{code} has words already")
            message = " ".join(line for line in said if not line.startswith(">"))
            hint = " ".join(line.lstrip("> ") for line in said if line.startswith(">"))
            self.sayings[code] = Saying(code, severity, snip, ack, message, hint)
        elif code not in self.sayings:
            raise RuleError(f"{code} has no words")
        return code

    def _terms(self, words: _Words, joined_by: str) -> Iterator[Term]:
        while True:
            is_negated = words.skip("not")
            left = _operand(words.take())
            if words.peek() in _OPERATORS:
                yield Term(left, words.take(), _operand(words.take()))
            else:
                yield Term(left, is_negated=is_negated)
            if not words.skip(joined_by):
                return

    def _guards(self, words: _Words) -> Iterator[Guard]:
        """`08 = XX and -1 != ABK`: an element of the segment, or a component of the element that is looked at."""
        while True:
            element, _, component = words.take().partition("-")
            yield self._guard(words, int(element or 0), int(component or 0))
            if not words.skip("and"):
                return

    def _guard(self, words: _Words, element: int, component: int) -> Guard:
        if words.skip("given"):
            return Guard(element, component)
        if words.skip("absent"):
            return Guard(element, component, is_negated=True)
        operator = words.take()
        if operator not in ("=", "!="):
            raise RuleError(f"{operator!r} cannot compare an element")
        codes: set[str] = set()
        for word in words.take().split(","):
            codes |= self.codes[word[1:]] if word.startswith("@") else {word}
        return Guard(element, component, frozenset(codes), operator == "!=")


def _operand(word: str) -> str | int:
    return int(word) if word.lstrip("-").isdigit() else word


def parse_rules(text: str, codes: dict[str, frozenset[str]]) -> RuleFile:
    """Parse a file of rules; `codes` are the lists that `@name` means. Raises `RuleError` with the line at fault."""
    parser = _Parser(codes)
    for number, statement, said in _statements(text):
        try:
            parser.statement(number, statement, said)
        except (ValueError, KeyError) as wrong:
            raise RuleError(f"line {number}: {statement}: {wrong}") from wrong
    if not parser.guides:
        raise RuleError("line 1: the first statement must be `rules` and the guides")
    return RuleFile(parser.guides, tuple(parser.registers), tuple(parser.statements), parser.sayings)


def _statements(text: str) -> Iterator[tuple[int, str, list[str]]]:
    """Each statement with its line number and the lines of its words."""
    number, statement, said = 0, "", list[str]()
    is_open = False
    for here, raw in enumerate(text.splitlines(), 1):
        line = raw.rstrip()
        if not line or line.startswith("#"):
            continue
        if is_open:
            statement += " " + line.strip()
        elif line.startswith("  "):
            said.append(line.strip())
        else:
            if statement:
                yield number, statement, said
            number, statement, said = here, line.partition(" # ")[0], []
        is_open = line.endswith("\\")
        statement = statement.removesuffix("\\").rstrip()
    if statement:
        yield number, statement, said
