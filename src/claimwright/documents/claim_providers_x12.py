"""Those who took part in a claim, a line, or a claim as another payer knows it: 2310, 2420, 2330C to I."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from claimwright.documents.claim_kinds_x12 import ClaimGuide, ClaimReader
from claimwright.documents.parties import Provider
from claimwright.documents.parties_x12 import read_provider, write_party
from claimwright.documents.values_x12 import Pool
from claimwright.x12.tree import Loop
from claimwright.x12.writing import OutgoingSegment

_FAMILIES = ("2310", "2420")
_AT_OTHER_PAYER = frozenset(f"2330{letter}" for letter in "CDEFGHI")


class Providers:
    """The loops of a claim, a line or another payer that name a provider, to be taken by part (NM101)."""

    def __init__(self, above: Loop, reader: ClaimReader) -> None:
        self.named: list[tuple[str, Provider]] = []
        for loop in above.loops:
            if loop.id[:4] in _FAMILIES or loop.id in _AT_OTHER_PAYER:
                pool = Pool(loop)
                part = loop.value("NM1", 1)
                self.named.append((part, read_provider(pool)))
                if not pool.is_empty:
                    reader.leave(pool)

    def take(self, wanted: str) -> Provider | None:
        """The first provider of that part."""
        for position, (part, _) in enumerate(self.named):
            if part == wanted:
                return self.named.pop(position)[1]
        return None

    def rest(self) -> tuple[tuple[str, Provider], ...]:
        """Those whom nobody took."""
        return tuple(self.named)


def write_providers(
    guide: ClaimGuide,
    named: Iterable[tuple[str, Provider | None]],
    further: Iterable[tuple[str, Provider]],
    order: str,
) -> Iterator[OutgoingSegment]:
    """The providers' loops in the guide's order of their parts."""
    everyone = [(part, provider) for part, provider in named if provider] + list(further)
    ranks = {part: rank for rank, part in enumerate(order.split())}
    for part, provider in sorted(everyone, key=lambda one: ranks.get(one[0], len(ranks))):
        yield from write_party(part, provider, guide.said_of)
