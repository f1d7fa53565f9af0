"""`claimwright price`: the allowed amount of codes and of claims, with every step."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from claimwright.clock import MovedClock
from claimwright.codesets.layouts import LAYOUTS
from claimwright.codesets.releases import CodeStore, Source, load
from claimwright.documents.claim import ClaimBatch
from claimwright.documents.claim_x12 import write_claims
from claimwright.documents.parties import Party, Period
from claimwright.x12 import Envelope, write_interchange
from tests.cli import desk
from tests.codesets.test_mpfs import GPCI, HEADER, OCTOBER, ROW, TITLE
from tests.pricing.claims import claim, line

DAY = "2025-11-03"
AT = ("--on", DAY, "--locality", "02102-01")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store with one code in Alaska: G0101, surgery by its indicator, worth 45.66 outside a facility."""
    path = tmp_path / "codes.sqlite3"
    clock = MovedClock(datetime(2026, 11, 25, tzinfo=UTC))
    with CodeStore(path) as opened:
        for text in (TITLE + HEADER + ROW, GPCI):
            load(opened, [Source.of("given", text.encode())], clock=clock, layouts=LAYOUTS, effective_date=OCTOBER)
    return path


def price(store: Path, *words: str) -> desk.Result:
    return desk.run("price", *words, "--codes", str(store), home=store.parent)


def test_a_code_has_its_price_with_every_step(store: Path) -> None:
    """0.45 x 1.5 + 0.62 x 1.081 + 0.05 x 0.592, times 32.3465."""
    shown = price(store, "G0101", *AT)
    assert shown.status == 0
    assert "44.47" in shown.out.splitlines()[3]
    assert "Medicare physician fee schedule 2025 October and indices of 2025, locality 02102 01" in shown.out
    assert "(0.45 x 1.5 + 0.62 x 1.081 + 0.05 x 0.592) x 32.3465 outside a facility is 44.47" in shown.out


def test_services_of_one_command_are_of_one_day(store: Path) -> None:
    (told,) = json.loads(price(store, "G0101", "G0101-59x2", *AT, "--json").out)
    assert [one["allowed_cents"] for one in told["lines"]] == [4_447, 2_224 * 2]
    assert told["allowed_cents"] == 4_447 + 4_448
    assert (told["lines"][1]["modifiers"], told["lines"][1]["units"]) == (["59"], "2")


def test_a_facility_has_another_price(store: Path) -> None:
    (told,) = json.loads(price(store, "G0101", *AT, "--pos", "22", "--json").out)
    assert told["lines"][0]["allowed_cents"] == 2_943


def test_what_has_no_price_says_why_and_ends_with_one(store: Path) -> None:
    shown = price(store, "G0102", *AT)
    assert shown.status == 1
    assert "no price: the schedule has no G0102" in shown.out
    assert "the ZIP codes of Medicare's localities are not loaded" in price(store, "G0101", "--on", DAY).out


def test_a_contract_is_read_from_toml_or_json(store: Path, tmp_path: Path) -> None:
    terms = {"name": "Plan", "medicare": {"percent": 200, "locality": "02102-01"}, "lesser_of_charge": True}
    path = tmp_path / "terms"
    path.write_text(json.dumps(terms))
    (told,) = json.loads(price(store, "G0101", "--on", DAY, "--contract", str(path), "--json").out)
    assert (told["contract"], told["allowed_cents"]) == ("Plan", 8_894)
    path.write_text('name = "Plan"\n[[rates]]\npercent_of_charge = 50\n')
    words = ("G0101", "--on", DAY, "--contract", str(path))
    assert "pays a percentage of the charge for G0101: --charge" in price(store, *words).err
    (told,) = json.loads(price(store, *words, "--charge", "80.10", "--json").out)
    assert told["allowed_cents"] == 4_005


def test_the_claims_of_a_file_are_priced(store: Path, tmp_path: Path) -> None:
    day = Period.day(datetime.fromisoformat(DAY).date())
    lines = (
        line("G0101", cents=4_000, period=day, pointers=(1,)),
        line("99999", number=2, cents=500, period=day, pointers=(1,)),
    )
    party = Party("Test", id_qualifier="46", id="T")
    batch = ClaimBatch("1", datetime(2025, 11, 4, tzinfo=UTC), party, party, (claim(*lines),))
    envelope = Envelope("ZZ", "TEST", "ZZ", "PAYER", datetime(2025, 11, 4, tzinfo=UTC), 1, 1)
    path = tmp_path / "claims.837"
    path.write_bytes(write_interchange(envelope, [write_claims(batch)]))
    shown = price(store, "--claim", str(path), "--locality", "02102-01")
    assert shown.status == 1
    assert "claim T-1" in shown.out
    assert "not more than the charge 40.00" in shown.out
    assert "no price: the schedule has no 99999" in shown.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Name either codes or, with --claim, an 837 file."),
        (("99213", "--claim", "x.837"), "Name either codes"),
        (("992",), "'992' is no service like"),
        (("G0101", "--charge", "much"), "'much' is not an amount"),
        (("G0101", "--locality", "18"), "the locality '18' is not like 01182-18"),
        (("G0101", "--contract", "nowhere.toml"), "No such file"),
        (("--claim", "nowhere.837"), "No such file"),
    ],
)
def test_a_mistake_in_the_command_is_named(store: Path, words: tuple[str, ...], said: str) -> None:
    shown = price(store, *words)
    assert shown.status == 2
    assert said in shown.err
