"""The texts in which moves are kept with their CLP are the JSON of the moves."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from claimwright.office.posting.kept_moves import plain_move, text_of
from claimwright.office.posting.known_claims import move_from_plain
from claimwright.origin import NOWHERE, Origin
from claimwright.remittance.plan import Move, MoveKind
from claimwright.remittance.table import ROWS

words = st.sampled_from(("", "P", "CO", "45", 'says "no"\n\u00e9 \\ {}')) | st.text(max_size=8)
numbers = st.integers(-(10**12), 10**12)
moves = st.builds(
    Move,
    kind=st.sampled_from(MoveKind),
    cents=numbers,
    row=st.sampled_from(sorted(ROWS)),
    origin=st.just(NOWHERE) | st.builds(Origin, st.just("f" * 64), numbers, numbers, numbers),
    claim_key=st.none() | numbers,
    line_key=st.none() | numbers,
    level=words,
    to=words,
    group=words,
    reason=words,
    detail=words,
    reverses=st.none() | numbers,
    reference=words,
    account=words,
    position=st.integers(0, 100_000),
)


@given(moves, st.none() | st.integers(1))
def test_a_text_says_what_the_move_is_and_which_entry_it_made(move, entry):
    kept = json.loads(text_of(move, entry))
    assert kept == {**plain_move(move), **({} if entry is None else {"entry": entry})}
    back = move_from_plain(kept)
    assert back._replace(origin=NOWHERE) == move._replace(origin=NOWHERE)
    assert _place(back) == _place(move)


def _place(move):
    return move.origin.offset, move.origin.length, move.origin.index
