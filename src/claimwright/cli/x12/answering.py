"""`claimwright x12 ack`: the answers to a file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from claimwright.cli import console
from claimwright.cli.x12 import inputs, outputs, verdicts
from claimwright.cli.x12.inputs import FilesArgument, OutputOption
from claimwright.errors import InputError
from claimwright.findings import has_errors

if TYPE_CHECKING:
    from claimwright.x12 import Envelope, Interchange, OutgoingSet, Reading

_MOMENTS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


def ack(
    files: FilesArgument,
    output: OutputOption = None,
    claims: Annotated[bool, typer.Option("--claims", help="Answer each claim of an 837, too (277CA).")] = False,
    no_ta1: Annotated[bool, typer.Option("--no-ta1", help="Leave out the TA1 of each interchange.")] = False,
    control: Annotated[
        int, typer.Option("--control", min=1, help="Number of the first interchange of answers (ISA13, GS06).")
    ] = 1,
    at: Annotated[
        datetime | None,
        typer.Option(
            "--at", formats=_MOMENTS, help="The moment of the answers, UTC. [default: now]", show_default=False
        ),
    ] = None,
) -> None:
    """Answer files: TA1 for interchanges, 999 for groups, 277CA for claims; one interchange for each two parties. Exit
    status as of check, which says what is wrong."""
    from claimwright import x12
    from claimwright.clock import SystemClock

    now = at.replace(tzinfo=UTC) if at else SystemClock().now()
    status = answered = 0
    with outputs.opened(output) as written:
        for source in inputs.sources(files):
            reading = x12.read(source.read(), name=source.name)
            status = max(status, verdicts.exit_status(reading))
            for part in _by_parties(reading):
                envelope = _envelope(part.interchanges[0], now, control + answered)
                acks = [] if no_ta1 else list(x12.interchange_acknowledgements(part))
                sets = [
                    *x12.functional_acknowledgements(part, by_claim=claims),
                    *(_claim_answers(part, envelope) if claims else ()),
                ]
                if acks or sets:
                    written.write(x12.write_interchange(envelope, sets, acks=acks))
                    answered += 1
                else:
                    console.complain(f"{source.name}: nothing in it asks for an answer; answers are not answered.")
        if not answered:
            raise InputError("There is nothing to answer in what was given.")
    raise typer.Exit(status)


def _by_parties(reading: Reading) -> list[Reading]:
    """The reading cut by who sent it to whom: an answer goes to one party."""
    from claimwright.x12 import Reading

    parts: dict[tuple[object, ...], Reading] = {}
    for interchange in reading.interchanges:
        key = (interchange.sender, interchange.receiver, interchange.usage)
        parts.setdefault(key, Reading(reading.data, reading.name)).interchanges.append(interchange)
    return list(parts.values())


def _envelope(received: Interchange, now: datetime, control: int) -> Envelope:
    """Back to who sent it. What the received envelope holds is taken only as far as ours can hold it."""
    from claimwright.x12 import Envelope

    gs = received.groups[0].gs if received.groups else None
    return Envelope(
        sender_qualifier=_qualifier(received.receiver[0]),
        sender_id=_fitting(received.receiver[1], 1, 15, "UNKNOWN"),
        receiver_qualifier=_qualifier(received.sender[0]),
        receiver_id=_fitting(received.sender[1], 1, 15, "UNKNOWN"),
        at=now,
        control=control,
        group_control=control,
        usage=received.usage if received.usage in ("P", "T") else "T",
        application_sender=_fitting(gs[3], 2, 15, "UNKNOWN") if gs else "UNKNOWN",
        application_receiver=_fitting(gs[2], 2, 15, "UNKNOWN") if gs else "UNKNOWN",
    )


def _qualifier(code: str) -> str:
    from claimwright.x12.naming import code_words

    return code if code_words("ISA05", "I05", code) else "ZZ"


def _fitting(text: str, shortest: int, longest: int, otherwise: str) -> str:
    """A text of a received envelope when it fits into one of ours as it is."""
    is_plain = text.isascii() and all(sign.isalnum() or sign in " ._-/&" for sign in text)
    return text if is_plain and shortest <= len(text) <= longest else otherwise


def _claim_answers(reading: Reading, envelope: Envelope) -> Iterator[OutgoingSet]:
    """A 277CA for each set of claims in which there are claims to answer."""
    from claimwright.documents.acknowledgement_x12 import write_claim_acknowledgement
    from claimwright.documents.acknowledging import acknowledge_claims

    for transaction_set in reading.sets():
        answer = acknowledge_claims(transaction_set, now=envelope.at)
        if answer and answer.claims and not has_errors(transaction_set.group.findings):
            yield write_claim_acknowledgement(answer)
