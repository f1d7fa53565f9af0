"""Every finding of reading messages into records: its code, its severity, its words and its remedy.

The words are formats, filled where the finding is made. The first seven kinds are the same for every family.
"""

from __future__ import annotations

from claimwright.findings import Finding, Kind, Severity, Where

E, W = Severity.ERROR, Severity.WARNING


def _of_values(family: str) -> tuple[Kind, ...]:
    return (
        Kind(f"DOC-{family}-001", E, "{place} {value} is not an amount of money, so {what} is left out.",
             "Ask the sender for a corrected file; amounts are plain decimals of whole cents."),
        Kind(f"DOC-{family}-002", E, "{place} {value} is not a number, so {what} is left out.",
             "Ask the sender for a corrected file."),
        Kind(f"DOC-{family}-003", W, "{place} {value} is not an amount of money; the record goes without it.",
             "Look at the file if the amount matters."),
        Kind(f"DOC-{family}-004", W, "{place} {value} is not a number; the record goes without it.",
             "Look at the file if the number matters."),
        Kind(f"DOC-{family}-005", W, "{place} {value} is not a day of the calendar; the record goes without it.",
             "Look at the file if the day matters."),
        Kind(f"DOC-{family}-006", W, "{segment} has no place in the record.",
             "It is written again only as long as the record is not changed; the file keeps it."),
        Kind(f"DOC-{family}-007", E, "{segment} stands where it cannot be told what it belongs to, and was not read.",
             "Ask the sender for a corrected file; a segment before this one may be damaged or missing."),
    )  # fmt: skip


def _of_levels(family: str) -> tuple[Kind, ...]:
    return (
        Kind(f"DOC-{family}-010", E, "The {what} has no name (NM1).", "Add the loop that names the {what}."),
        Kind(f"DOC-{family}-011", W, "There is no trace number (TRN02).",
             "Match it by patient, day and identifiers."),
        Kind(f"DOC-{family}-012", W,
             "{place} {value} does not say when the set was made; the envelope's time is taken.",
             "Write BHT04 as CCYYMMDD and BHT05 as HHMM."),
        Kind(f"DOC-{family}-013", E, "{segment} names no status: {value}.",
             "Ask the sender for a corrected file."),
    )  # fmt: skip


KINDS = {
    kind.code: kind
    for kind in (
        *_of_values("CLM"),
        Kind("DOC-CLM-010", E, "The claim has no number (CLM01) and is left out.",
             "Give every claim a number of its own."),
        Kind("DOC-CLM-011", E, "Line {value} says no service ({service}), so {what} is left out.",
             "Send professional lines as SV1, institutional ones as SV2, dental ones as SV3, each in its own format."),
        Kind("DOC-CLM-012", E, "The {what} has no name (NM1).", "Add the loop that names the {what}."),
        Kind("DOC-CLM-013", W, "{place} {value} is not a diagnosis pointer; it is left out.",
             "Point at diagnoses by their position, 1 to 12."),
        Kind("DOC-CLM-014", W, "{place} {value} does not say when the file was made; the envelope's time is taken.",
             "Write BHT04 as CCYYMMDD and BHT05 as HHMM."),
        Kind("DOC-CLM-015", W, "{place} {value} is not a line number; lines are counted instead.",
             "Number the lines from 1."),
        *_of_values("REM"),
        Kind("DOC-REM-010", E, "The remittance does not say what was paid (BPR02).",
             "Ask the payer for the remittance again; do not post this one."),
        Kind("DOC-REM-011", E, "The remittance has no trace number (TRN02).",
             "Without it neither the payment nor a duplicate can be found; ask the payer."),
        Kind("DOC-REM-012", W, "A claim came back without the provider's number (CLP01).",
             "It can be matched by the payer's number, or by patient, day and charge."),
        *_of_values("ELG"),
        *_of_levels("ELG"),
        Kind("DOC-ELG-014", W,
             "The set withdraws earlier questions (BHT02 is 01); they are read as if they were asked.",
             "Do not answer it; stop what is still to be answered."),
        Kind("DOC-ELG-015", W, "{place} {value} is not a diagnosis pointer; it is left out.",
             "Point at diagnoses by their position."),
        *_of_values("STA"),
        *_of_levels("STA"),
        *_of_values("ACK"),
        *_of_levels("ACK"),
        Kind("DOC-ACK-014", E, "The acknowledgement does not say which group it answers (AK1).",
             "Ask the sender for a corrected file; find the group by the time it was sent."),
        Kind("DOC-ACK-015", E, "The acknowledgement does not say what became of {what}.",
             "Ask the sender for a corrected file; take nothing for accepted meanwhile."),
        *_of_values("AUT"),
        *_of_levels("AUT"),
        Kind("DOC-AUT-014", E, "The request has no patient event (HL03 EV).",
             "Ask the sender for a corrected file; nothing is asked for in this one."),
        *_of_values("ATT"),
        Kind("DOC-ATT-010", E, "The {what} has no name (NM1).", "Add the loop that names the {what}."),
        Kind("DOC-ATT-011", E, "The attachment does not say which claim it is for (REF EJ).",
             "Find the claim by patient and day, or ask the sender for the claim's number."),
        Kind("DOC-ATT-012", W, "{place} {value} does not say when the set was made; the envelope's day is taken.",
             "Write BGN03 as CCYYMMDD."),
        Kind("DOC-ATT-014", E, "The attachment has no control number (TRN02).",
             "Ask the sender: without it the document cannot be joined to the claim's PWK or to the request."),
        Kind("DOC-ATT-015", E, "The attachment has no document (BIN).", "Ask the sender for the document."),
        *_of_values("PRM"),
        Kind("DOC-PRM-010", E, "The set does not say what was paid (BPR02).",
             "Ask the payer of the premium for the set again; do not book this one."),
        Kind("DOC-PRM-011", E, "The payment has no trace number (TRN02).",
             "Without it the money cannot be found; ask the payer of the premium."),
        Kind("DOC-PRM-012", E, "The {what} has no name (N1).", "Add the loop that names the {what}."),
        *_of_values("ENR"),
        Kind("DOC-ENR-010", E, "The {what} has no name (N1 or NM1).", "Add the loop that names the {what}."),
        Kind("DOC-ENR-011", E, "The member has no subscriber's number (REF 0F).",
             "Ask the sponsor: without it the members of a family cannot be joined."),
        Kind("DOC-ENR-012", W, "{place} {value} does not say when the set was made; the envelope's time is taken.",
             "Write BGN03 as CCYYMMDD and BGN04 as HHMM."),
        Kind("DOC-SET-001", W, "Set {value} of version {version} is not a message that is read into records.",
             "Read the set as X12; its segments and findings are there."),
    )
}  # fmt: skip


def finding(code: str, where: Where, **words: object) -> Finding:
    """A finding of the kind `code`."""
    return KINDS[code].finding(where, **words)
