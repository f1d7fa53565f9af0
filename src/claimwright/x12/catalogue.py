"""Every X12 finding: its code, severity, SNIP level, the 999 or TA1 code that says the same, its words and its remedy.

The words are formats: `{segment}`, `{name}`, `{value}`, `{expected}` ... are filled where the finding is made. Those of
the rules beyond structure stand in the files of rules; `kinds` gives both. The reference page is written from it, and a
test asks that each code has an example that triggers it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from claimwright.findings import Finding, Severity, Where


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of finding."""

    code: str
    severity: Severity
    snip: int
    ack: str | None
    message: str
    hint: str


E, W, I = Severity.ERROR, Severity.WARNING, Severity.INFO  # noqa: E741

_OWN_KINDS = {
    kind.code: kind
    for kind in (
        # What stands around the interchanges, and the envelopes.
        Kind("X12-ENV-001", E, 1, None, "There is no interchange in this file: no ISA was found.",
             "Check that this is an X12 file and that it was not cut or converted on the way."),
        Kind("X12-ENV-002", W, 1, None, "{count} bytes stand before the ISA.", "Remove what stands before the ISA."),
        Kind("X12-ENV-003", I, 1, None, "The file begins with a byte order mark.", "Save it without one."),
        Kind("X12-ENV-004", E, 1, "023", "The ISA is cut short or has no readable delimiters.",
             "Send the whole file again; the ISA has 16 elements and its own terminator."),
        Kind("X12-ENV-005", W, 1, None, "The ISA is {length} characters long instead of 105 and its terminator.",
             "Pad the ISA's elements to their fixed lengths."),
        Kind("X12-ENV-006", E, 1, "023", "The interchange has no IEA: the file was cut short.",
             "Send the whole file again."),
        Kind("X12-ENV-007", E, 1, "001", "IEA02 is {value}, ISA13 is {expected}.",
             "Use the same control number in ISA13 and IEA02."),
        Kind("X12-ENV-008", E, 1, "021", "IEA01 says {value} groups, there are {expected}.", "Count the groups again."),
        Kind("X12-ENV-009", E, 1, "024", "{segment} stands outside of any group or set.",
             "Every segment but TA1 stands between ST and SE, inside GS and GE."),
        Kind("X12-ENV-010", E, 1, "3", "The group has no GE.", "Close the group with a GE."),
        Kind("X12-ENV-011", E, 1, "4", "GE02 is {value}, GS06 is {expected}.",
             "Use the same control number in GS06 and GE02."),
        Kind("X12-ENV-012", E, 1, "5", "GE01 says {value} sets, there are {expected}.", "Count the sets again."),
        Kind("X12-ENV-013", E, 1, "2", "The set has no SE.", "Close the set with an SE; the file may have been cut."),
        Kind("X12-ENV-014", E, 1, "3", "SE02 is {value}, ST02 is {expected}.",
             "Use the same control number in ST02 and SE02."),
        Kind("X12-ENV-015", E, 1, "4", "SE01 says {value} segments, there are {expected} with ST and SE.",
             "Count the segments again, ST and SE included."),
        Kind("X12-ENV-016", E, 1, "23", "The set control number {value} occurs twice in its group.",
             "Number the sets of a group without repeating."),
        Kind("X12-ENV-017", E, 1, "19", "The group control number {value} occurs twice in its interchange.",
             "Number the groups of an interchange without repeating."),
        Kind("X12-ENV-018", E, 1, "{ack}", "{segment}{element:02d} ({name}) is {value!r}: {reason}.",
             "Correct the envelope element."),
        Kind("X12-ENV-019", E, 1, "023", "The last segment has no terminator: the file may have been cut.",
             "Send the whole file again."),
        Kind("X12-ENV-020", E, 1, "6", "GS01 is {value}, which does not go with the set {expected}.",
             "Put sets of one kind into a group of their functional identifier."),
        Kind("X12-ENV-021", I, 1, None,
             "There is no guide for {value} version {version}; only the envelope was checked.",
             "Check the version in GS08 and ST03."),
        Kind("X12-ENV-022", E, 1, None, "{count} bytes stand outside of any interchange.",
             "Remove what is not X12, or send the rest of the file."),
        Kind("X12-ENV-023", W, 1, None, "The set is of version {value} (ST03), its group of {expected} (GS08).",
             "Put sets of one version into a group that says so."),
        Kind("X12-ENV-024", W, 1, None,
             "More than {expected} control numbers came; whether this or a later one came before is not known.",
             "Send fewer groups and sets in one file, or set another limit for control numbers."),
        # Segments and loops.
        Kind("X12-SEG-001", E, 1, "1", "{segment!r} is not the name of a segment.",
             "Check for a stray terminator or a damaged line."),
        Kind("X12-SEG-002", E, 2, "2", "{segment} is not expected here.",
             "Check the order of the segments, or the qualifier that says which one it is."),
        Kind("X12-SEG-003", E, 2, "3", "{segment} ({name}) is missing before this segment.", "Add the segment."),
        Kind("X12-SEG-004", E, 2, "5", "{segment} ({name}) occurs more than {expected} times.",
             "Leave out the extra ones."),
        Kind("X12-SEG-005", E, 2, "4", "Loop {loop} ({name}) occurs more than {expected} times.",
             "Leave out the extra ones."),
        Kind("X12-SEG-006", E, 2, "3",
             "Loop {loop} ({name}), which begins with {segment}, is missing before this segment.",
             "Add the loop."),
        Kind("X12-SEG-008", E, 1, "8", "The segment is empty.", "Remove the extra terminator."),
        Kind("X12-SEG-009", E, 1, "8", "The segment is {value} bytes long, more than {expected}; it was not looked at.",
             "Send what is so long in another way, or raise the limit."),
        # Limits beyond which a rule is not asked.
        Kind("X12-LIM-001", W, 4, None,
             "More than {expected} values like {segment}{element:02d} came in one loop; whether this or a later one "
             "came before, or is named without having come, is not known.",
             "Send smaller files, or raise the limit `values`."),
        Kind("X12-LIM-002", W, 3, None,
             "Loop {loop} has more than {expected} segments; whether it breaks {value} is not known.",
             "Send smaller files, or raise the limit `look_segments`."),
        # Elements.
        Kind("X12-ELM-001", E, 2, "1", "{segment}{element:02d} ({name}) is required and missing.",
             "Fill in the element."),
        Kind("X12-ELM-002", E, 2, "I10", "{segment}{element:02d} ({name}) is not used here, but holds {value!r}.",
             "Leave the element empty."),
        Kind("X12-ELM-003", E, 1, "4",
             "{segment}{element:02d} ({name}) {value!r} is shorter than {expected} characters.",
             "Give the whole value."),
        Kind("X12-ELM-004", E, 1, "5",
             "{segment}{element:02d} ({name}) {value!r} is longer than {expected} characters.",
             "Shorten the value."),
        Kind("X12-ELM-005", E, 1, "6", "{segment}{element:02d} ({name}) {value!r} is not {expected}.",
             "Correct the value; letters, spaces and signs have no place in a number."),
        Kind("X12-ELM-006", E, 2, "7", "{segment}{element:02d} ({name}) {value!r} is not a code that may stand here.",
             "Use one of: {expected}"),
        Kind("X12-ELM-007", E, 1, "8", "{segment}{element:02d} ({name}) {value!r} is not a day of the calendar.",
             "Write days as CCYYMMDD."),
        Kind("X12-ELM-008", E, 1, "9", "{segment}{element:02d} ({name}) {value!r} is not a time of day.",
             "Write times as HHMM or HHMMSS."),
        Kind("X12-ELM-009", E, 1, "3", "{segment} has {value} elements, the standard has {expected}.",
             "Remove the extra elements."),
        Kind("X12-ELM-010", E, 1, "2", "{segment} breaks the rule {expected}: {reason}.",
             "Give both, or leave both out."),
        Kind("X12-ELM-011", E, 1, "10", "{segment} breaks the rule {expected}: only one of the elements may be given.",
             "Leave one of them out."),
        Kind("X12-ELM-012", W, 1, None, "{segment} ends with empty elements.", "Leave out trailing separators."),
        Kind("X12-ELM-013", E, 1, "12", "{segment}{element:02d} ({name}) is repeated more than {expected} times.",
             "Leave out the extra repetitions."),
        Kind("X12-ELM-014", W, 1, None, "{segment}{element:02d} ({name}) {value!r} begins or ends with a blank.",
             "Remove the blanks."),
        Kind("X12-ELM-015", E, 1, "6",
             "{segment}{element:02d} ({name}) holds a character that X12 does not allow: {value!r}.",
             "Remove control characters."),
        Kind("X12-ELM-016", E, 1, "13", "{segment}{element:02d} ({name}) has too many components: {value!r}.",
             "Remove the extra components; check for a component separator inside a value."),
        Kind("X12-ELM-017", E, 1, "7",
             "{segment}{element:02d} says {value} bytes of data, and the segment does not end after them.",
             "Count the bytes of the data, not the characters; the data end right before the segment terminator."),
        # Writing and answering.
        Kind("X12-WRT-001", E, 1, None,
             "{segment}{element:02d} cannot be written: {value!r} holds a delimiter or a control character.",
             "Remove the character from the record, or write with other delimiters."),
        Kind("X12-WRT-002", E, 1, None, "The envelope's {name} cannot be {value!r}: {reason}.",
             "Correct the settings of the trading partner."),
        Kind("X12-ACK-001", E, 1, None, "Nothing in this file asks for an answer.",
             "Answer files that hold claims, inquiries or remittances; acknowledgements are not acknowledged."),
        Kind("X12-OVL-001", E, 1, None, "Line {line} of the overlay: {reason}.",
             "Correct the line; x12/overlays.py says what an overlay may hold."),
        Kind("X12-CUT-001", E, 1, None, "Set {control} ({value}) cannot be cut by {by}.",
             "Cut 837s by claim or payer, 835s by payer, anything by set; part of a payment would not balance."),
    )
}  # fmt: skip


_LONGEST_WORD = 60


@cache
def kinds() -> dict[str, Kind]:
    """Every kind of finding by its code: those of this table, then those of the files of rules."""
    from claimwright.x12.rules import rule_files

    sayings = [saying for file in rule_files().values() for saying in file.sayings.values()]
    of_rules = (Kind(said.code, said.severity, said.snip, said.ack, said.message, said.hint) for said in sayings)
    return _OWN_KINDS | {kind.code: kind for kind in of_rules}


def finding(code: str, where: Where, **words: object) -> Finding:
    """A finding of the kind `code`; values are shortened, so that no finding is as long as a file."""
    kind = _OWN_KINDS[code]
    shown = {name: shortened(word) if isinstance(word, str) else word for name, word in words.items()}
    hint, ack = kind.hint, kind.ack
    if "{" in hint:
        hint = hint.format(**shown)
    if ack and "{" in ack:
        ack = ack.format(**shown) or None
    return Finding(code, kind.severity, kind.message.format(**shown), hint, where, kind.snip, ack)


def shortened(word: object) -> object:
    """A word of a finding, cut where it would be as long as a file."""
    is_long = isinstance(word, str) and len(word) > _LONGEST_WORD
    return f"{str(word)[:_LONGEST_WORD]} ..." if is_long else word
