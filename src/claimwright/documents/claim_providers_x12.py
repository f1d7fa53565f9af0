"""Those who took part in a claim, a line, or a claim as another payer knows it: 2310, 2420, 2330C to I."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from claimwright.documents.claim_kinds_x12 import ClaimGuide, ClaimReader
from claimwright.documents.parties import Provider
from claimwright.documents.parties_x12 import read_provider, write_party
from claimwright.documents.values_x12 import Pool
from claimwright.x12.composing import Composer, ranks_of
from claimwright.x12.tree import Loop

_AT_OTHER_PAYER = frozenset(f"2330{letter}" for letter in "CDEFGHI")


class Providers:
    """Those who took part, each with the part (NM101), to be taken by it."""

    def __init__(self, named: list[tuple[str, Provider]]) -> None:
        self.named = named

    def take(self, wanted: str) -> Provider | None:
        """The first provider of that part."""
        for position, (part, _) in enumerate(self.named):
            if part == wanted:
                return self.named.pop(position)[1]
        return None

    def rest(self) -> tuple[tuple[str, Provider], ...]:
        """Those whom nobody took."""
        return tuple(self.named)


def read_providers(above: Loop, reader: ClaimReader) -> tuple[tuple[str, Provider], ...]:
    """The providers of another payer, with their parts."""
    named = []
    for loop in above.loops:
        if loop.id in _AT_OTHER_PAYER:
            pool = Pool(loop)
            named.append((loop.value("NM1", 1), read_provider(pool)))
            reader.leave(pool)
    return tuple(named)


def write_providers(
    out: Composer,
    guide: ClaimGuide,
    named: Iterable[tuple[str, Provider | None]],
    further: Iterable[tuple[str, Provider]],
    order: str,
) -> None:
    """The providers' loops in the guide's order of their parts."""
    everyone = [(part, provider) for part, provider in named if provider] + list(further)
    if len(everyone) > 1:
        ranks = ranks_of(order)
        everyone.sort(key=lambda one: ranks.get(one[0], len(ranks)))
    for part, provider in everyone:
        out.again(part, provider, partial(write_party, part, provider, guide.said_of))
