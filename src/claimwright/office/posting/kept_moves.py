"""Moves as they are kept with their CLP: JSON, written by the hundred thousand, so put together from pieces."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from claimwright.origin import NOWHERE
from claimwright.remittance.plan import Move, MoveKind


def text_of(move: Move, entry: int | None = None) -> str:
    """The JSON text of `plain_move(move)`, with the number of the journal entry that the move made."""
    kind, cents, row, origin, claim_key, line_key, *words, reverses, reference, account, position = move
    text = f'{{{_words(kind, row, *words, reference, account)}, "cents": {cents}'
    if claim_key is not None:
        text += f', "claim_key": {claim_key}'
    if line_key is not None:
        text += f', "line_key": {line_key}'
    if reverses is not None:
        text += f', "reverses": {reverses}'
    if position:
        text += f', "position": {position}'
    if origin is not NOWHERE and origin != NOWHERE:
        text += f', "origin": ["", {origin.offset}, {origin.length}, {origin.index}]'
    return f"{text}}}" if entry is None else f'{text}, "entry": {entry}}}'


@lru_cache(maxsize=4096)
def _words(
    kind: MoveKind,
    row: int,
    level: str,
    to: str,
    group: str,
    reason: str,
    detail: str,
    reference: str,
    account: str,
) -> str:
    """The part of the text that most moves share with many others, without its braces."""
    texts: Mapping[str, str] = {
        "level": level,
        "to": to,
        "group": group,
        "reason": reason,
        "detail": detail,
        "reference": reference,
        "account": account,
    }
    told = {name: text for name, text in texts.items() if text}
    return json.dumps({"kind": kind.value, "row": row, **told})[1:-1]


def plain_move(move: Move) -> dict[str, Any]:
    """The move as JSON data; its origin without the file, which is the remittance's."""
    plain = move.to_plain()
    if "origin" in plain:
        plain["origin"][0] = ""
    return plain
