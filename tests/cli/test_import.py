"""Files of other systems from the command line: what is taken over, what is refused, and that nothing is half done."""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps

from claimwright import x12
from claimwright.cli.app import run
from claimwright.documents.claim_x12 import write_claims
from claimwright.office.core.models import Client
from claimwright.office.core.scope import client_scope
from claimwright.office.ledger.balances import account_totals
from claimwright.office.patients.models import Provider
from claimwright.office.posting.models import Remittance
from claimwright.office.reports.checking import check_practice
from tests.cli import desk
from tests.office.posting.scenes import PAID, interchange
from tests.office.posting.scenes import Practice as PostingPractice
from tests.office.practice import luhn
from tests.simulator import cast

pytestmark = pytest.mark.django_db

NOTES = {"core_auditentry", "core_storedfile", "core_sequence", "posting_remittance", "posting_remittanceclaim"}
"""Where a refused 835 leaves its trace: the file, what it says, who looked; beside the item that tells a person."""


@pytest.fixture
def client() -> Client:
    """The only practice of the office."""
    return Client.objects.create(name="Lakeside Family Practice", code="lakeside")


@dataclass(frozen=True)
class Told:
    """What the command said."""

    status: int
    out: str
    err: str

    @property
    def reports(self) -> list[dict[str, Any]]:
        return json.loads(self.out)


@pytest.fixture
def command(client, monkeypatch, capsys):
    """Run the command in this process, on the tests' database."""

    def call(*words: object) -> Told:
        monkeypatch.setattr(sys, "argv", ["claimwright", *map(str, words)])
        status = run()
        told = capsys.readouterr()
        return Told(status, told.out, told.err)

    return call


@pytest.fixture
def written(tmp_path):
    """Write a file and give its path."""

    def write(name: str, data: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


def row_counts() -> dict[str, int]:
    """How many rows every table of the office has."""
    models = [model for model in apps.get_models() if model.__module__.startswith("claimwright.office")]
    return {model._meta.db_table: model._base_manager.count() for model in models}


def ledger(client: Client) -> dict[str, int]:
    with client_scope(client):
        return account_totals()


def changes(before: dict[str, int]) -> set[str]:
    """The tables that have other counts than before."""
    return {name for name, count in row_counts().items() if count != before[name]}


def holds(client: Client) -> bool:
    return check_practice(client) == []


def claim_file(*records, control: int = 1) -> bytes:
    envelope = x12.Envelope("ZZ", "OTHER", "ZZ", "OFFICE", cast.MORNING, control, control)
    return x12.write_interchange(envelope, [write_claims(cast.batch(*(records or (cast.claim(),))))])


CLAIMS = claim_file()
NAMELESS = replace(cast.claim(number="NOBODY"), payer=replace(cast.claim().payer, last_name="", id=""))

UNUSABLE = {
    "empty": b"",
    "blank": b" \r\n\t",
    "binary": bytes(range(256)) * 20,
    "a PDF": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n",
    "cut in the envelope": CLAIMS[:90],
    "cut before any claim": CLAIMS[: CLAIMS.index(b"CLM*")],
    "cut in a claim": CLAIMS[: CLAIMS.index(b"SV1*")],
    "cut before its end": CLAIMS[: CLAIMS.index(b"SE*")],
    "the separator of another file": CLAIMS[:106] + CLAIMS[106:].replace(b"*", b"|"),
}


# Claims.


def test_claims_are_taken_over(command, written, client):
    path = written("may.837", CLAIMS)
    told = command("claims", "import", path)
    assert (told.status, told.out) == (0, f"{path}: 1 claims taken over\n"), told.err
    assert ledger(client) == {"receivable": 15_000, "charges": -15_000}
    assert holds(client)


@pytest.mark.parametrize("kind", UNUSABLE)
def test_an_unusable_claim_file_leaves_nothing_and_says_file_place_and_remedy(command, written, client, kind):
    path, before = written("broken.837", UNUSABLE[kind]), row_counts()
    told = command("claims", "import", path)
    assert told.status == 2
    assert "broken.837" in told.out
    assert "broken.837" in told.err
    assert "Ask for the file again." in told.err
    assert "Traceback" not in told.err
    assert (changes(before), ledger(client)) == (set(), {})


@pytest.mark.parametrize("kind", UNUSABLE)
def test_the_json_says_the_same(command, written, kind):
    told = command("claims", "import", written("broken.837", UNUSABLE[kind]), "--json")
    (report,) = told.reports
    assert told.status == 2
    assert report["refused"]
    assert all(finding["where"]["file"] == "broken.837" for finding in report["findings"])
    assert all(finding["hint"] for finding in report["findings"] if finding["severity"] == "error")


@pytest.mark.parametrize("words", [("claims", "import"), ("era", "import")])
def test_a_byte_order_mark_is_told_and_does_no_harm(command, written, client, words):
    data = CLAIMS if words[0] == "claims" else remittance_file(client)
    told = command(*words, written("marked.x12", b"\xef\xbb\xbf" + data), "--json")
    assert told.status == 0
    assert [one["where"]["file"] for one in told.reports[0]["findings"] if "ENV" in one["code"]]
    assert ledger(client)["receivable"] != 0


def test_the_same_claims_again_are_refused_and_change_nothing(command, written, client):
    command("claims", "import", written("may.837", CLAIMS))
    before, totals = row_counts(), ledger(client)
    told = command("claims", "import", written("again.837", CLAIMS))
    assert told.status == 2
    assert "CLM-IMP-003" in told.err
    assert "again.837" in told.err
    assert ledger(client) == totals
    assert changes(before) <= {"core_auditentry"}


def test_a_claim_without_a_party_stays_out_and_the_others_come_in(command, written, client):
    told = command("claims", "import", written("may.837", claim_file(cast.claim(), NAMELESS)), "--json")
    (report,) = told.reports
    assert (told.status, report["claims"]) == (1, 1)
    (missing,) = [one for one in report["findings"] if one["code"] == "CLM-IMP-007"]
    assert missing["where"]["record"] == "NOBODY"
    assert missing["where"]["offset"] > 0
    assert "payer" in missing["message"]
    assert missing["hint"]
    assert ledger(client)["charges"] == -15_000


def test_a_file_whose_only_claim_lacks_a_party_is_unusable(command, written, client):
    told = command("claims", "import", written("may.837", claim_file(NAMELESS)))
    assert told.status == 2
    assert "NOBODY" in told.err
    assert ledger(client) == {}


def test_a_file_cut_behind_a_whole_set_gives_the_claims_of_that_set(command, written, client):
    envelope = x12.Envelope("ZZ", "OTHER", "ZZ", "OFFICE", cast.MORNING, 1, 1)
    sets = [write_claims(cast.batch(cast.claim(number=number))) for number in ("WHOLE", "CUT")]
    data = x12.write_interchange(envelope, sets)
    told = command("claims", "import", written("may.837", data[: data.rindex(b"SE*")]), "--json")
    assert (told.status, told.reports[0]["claims"]) == (1, 1)
    assert "CLM-IMP-002" in {one["code"] for one in told.reports[0]["findings"]}
    assert ledger(client)["charges"] == -15_000


def test_a_bad_file_among_good_ones_stops_none_of_them(command, written, client):
    first = written("first.837", CLAIMS)
    second = written("second.837", claim_file(cast.claim(number="A2"), control=2))
    told = command("claims", "import", first, written("bad.837", b"no"), second, "--json")
    assert told.status == 2
    assert [report.get("claims") for report in told.reports] == [1, None, 1]
    assert ledger(client)["charges"] == -30_000
    assert holds(client)


# Remittances.


def remittance_file(client: Client, **columns: Any) -> bytes:
    """An 835 for one claim of 150.00 that is on the practice's books."""
    with client_scope(client):
        practice = PostingPractice()
        practice.bill("A1", [("99213", 150_00)])
        return interchange([practice.set("T1", 80_00, PAID, **columns)])


def test_a_remittance_is_posted(command, written, client):
    path = written("may.835", remittance_file(client))
    told = command("era", "import", path)
    assert told.status == 0
    assert "error:" not in told.err
    assert told.out == f"{path}: 1 of 1 remittances posted, 0 items for a person\n"
    assert (ledger(client)["cash_due"], ledger(client)["receivable"]) == (80_00, 20_00)
    assert holds(client)


def damaged(data: bytes) -> dict[str, bytes]:
    """What can be wrong with the file of a remittance."""
    return {
        "empty": b"",
        "binary": bytes(range(256)) * 20,
        "cut in a claim": data[: data.index(b"CAS*")],
        "cut before its end": data[: data.index(b"SE*")],
        "the separator of another file": data[:106] + data[106:].replace(b"*", b"|"),
        "does not balance": data.replace(b"CAS*CO*45*50", b"CAS*CO*45*49"),
        "pays another total": data.replace(b"BPR*I*80", b"BPR*I*81"),
    }


@pytest.mark.parametrize("kind", damaged(b"CAS*SE*"))
def test_a_bad_remittance_posts_nothing_and_says_file_place_and_remedy(command, written, client, kind):
    data = remittance_file(client)
    path = written("bad.835", damaged(data)[kind])
    assert path.read_bytes() != data
    before, totals = row_counts(), ledger(client)
    told = command("era", "import", path)
    assert told.status == 2
    assert "0 of" in told.out
    assert str(path) in told.out
    assert "error: bad.835" in told.err
    assert "Traceback" not in told.err
    assert ledger(client) == totals
    assert changes(before) <= NOTES | {"followup_workitem"}
    assert holds(client)


def test_bytes_behind_a_remittance_are_told_and_it_is_posted_all_the_same(command, written, client):
    data = remittance_file(client)
    told = command("era", "import", written("long.835", data + data[:60]), "--json")
    assert (told.status, told.reports[0]["posted"], told.reports[0]["items"]) == (1, 1, 1)
    assert [one["where"]["file"] for one in told.reports[0]["findings"] if one["code"] == "X12-ENV-022"] == ["long.835"]
    assert ledger(client)["cash_due"] == 80_00
    assert holds(client)


def test_a_remittance_for_another_payee_is_refused_by_name(command, written, client):
    data = remittance_file(client, npi=luhn(88888888))
    totals = ledger(client)
    told = command("era", "import", written("theirs.835", data), "--json")
    assert told.status == 2
    (finding,) = [one for one in told.reports[0]["findings"] if one["severity"] == "error"]
    assert (finding["code"], finding["where"]["file"]) == ("REM-FILE-002", "theirs.835")
    assert finding["hint"]
    assert ledger(client) == totals


def test_the_same_remittance_again_is_refused_as_a_duplicate(command, written, client):
    data = remittance_file(client)
    command("era", "import", written("may.835", data))
    totals = ledger(client)
    for name in ("may.835", "renamed.835"):
        told = command("era", "import", written(name, data))
        assert told.status == 2
        assert "POST-FILE-002" in told.err
        assert name in told.err
        assert ledger(client) == totals
    with client_scope(client):
        assert sorted(Remittance.objects.values_list("state", flat=True)) == ["duplicate", "duplicate", "posted"]
    assert holds(client)


def test_the_same_file_twice_in_one_command_is_posted_once(command, written, client):
    path = written("may.835", remittance_file(client))
    told = command("era", "import", path, path, "--json")
    assert told.status == 2
    assert [report["posted"] for report in told.reports] == [1, 0]
    assert ledger(client)["cash_due"] == 80_00


def test_a_bad_remittance_among_good_ones_stops_none_of_them(command, written, client):
    good = written("good.835", remittance_file(client))
    told = command("era", "import", written("bad.835", b"no"), good, "--json")
    assert told.status == 2
    assert [report["posted"] for report in told.reports] == [0, 1]
    assert ledger(client)["cash_due"] == 80_00


def test_claims_are_no_remittance_and_remittances_no_claims(command, written, client):
    data = remittance_file(client)
    totals = ledger(client)
    assert command("era", "import", written("may.837", CLAIMS)).status == 2
    assert command("claims", "import", written("may.835", data)).status == 2
    assert ledger(client) == totals


# What is no file.


@pytest.mark.parametrize("verb", ["claims", "era"])
def test_a_folder_instead_of_a_file_is_refused(command, tmp_path, client, verb):
    before = row_counts()
    told = command(verb, "import", tmp_path)
    assert told.status == 2
    assert told.out == f"{tmp_path}: It is a folder. Name the files in it.\n"
    assert changes(before) == set()


@pytest.mark.parametrize("verb", ["claims", "era"])
def test_a_file_that_is_not_there_is_refused(command, tmp_path, client, verb):
    before = row_counts()
    told = command(verb, "import", tmp_path / "nothing.x12")
    assert told.status == 2
    assert "nothing.x12" in told.out
    assert changes(before) == set()


@pytest.mark.parametrize("verb", ["claims", "era"])
def test_a_file_that_may_not_be_read_is_refused(command, written, monkeypatch, verb):
    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    before = row_counts()
    told = command(verb, "import", written("locked.x12", CLAIMS))
    assert told.status == 2
    assert "Permission denied" in told.out
    assert changes(before) == set()


def test_a_practice_that_is_not_there_is_named(command, written):
    told = command("claims", "import", written("may.837", CLAIMS), "--practice", "elsewhere")
    assert told.status == 2
    assert "'elsewhere'" in told.err


def test_of_several_practices_one_has_to_be_named(command, written):
    Client.objects.create(name="Hillcrest", code="hillcrest")
    told = command("claims", "import", written("may.837", CLAIMS))
    assert told.status == 2
    assert "--practice: hillcrest, lakeside" in told.err


def test_an_office_without_a_practice_makes_its_first(home, written):
    taken = desk.run("claims", "import", written("may.837", CLAIMS), home=home)
    assert (taken.status, taken.err) == (0, "")
    assert taken.out.endswith("1 claims taken over\n")


# Remittances that other people's systems wrote.


@pytest.fixture
def payees(client) -> None:
    """Everybody whom the published remittances pay is one of the practice's billing providers."""
    npis = ["0123456789", "1122334455", "1123454567", "5544667733", "6543210903", "9999947036", "9999999995"]
    with client_scope(client):
        for number in npis:
            Provider.objects.create(last_name=f"PAYEE {number}", npi=number, is_billing=True)
        for number in ("346608640", "3UR334563", "599944521", "999994703", "382999999"):
            Provider.objects.create(last_name=f"PAYEE {number}", tax_id=number, is_billing=True)


ISA15 = 102
"""Where ISA15 stands: most samples say T there, and a test remittance is refused as one."""


def published(samples: Path) -> dict[str, bytes]:
    """The 835 files that are believed valid."""
    with (samples / "MANIFEST.tsv").open(encoding="utf-8", newline="") as manifest:
        rows = list(csv.DictReader(manifest, delimiter="\t", quoting=csv.QUOTE_NONE))
    wanted = [row["path"] for row in rows if row["transaction_set"] == "835" and row["believed"].startswith("valid")]
    return {path: (samples / path).read_bytes() for path in wanted}


def for_production(data: bytes) -> bytes:
    return data[:ISA15] + b"P" + data[ISA15 + 1 :] if data[:3] == b"ISA" and data[ISA15 : ISA15 + 1] == b"T" else data


def test_published_remittances_that_are_tests_are_refused_as_such(command, written, client, payees, samples):
    for path, data in published(samples).items():
        if data[:3] == b"ISA" and data[ISA15 : ISA15 + 1] == b"T":
            told = command("era", "import", written(Path(path).name, data), "--json")
            assert (told.status, told.reports[0]["posted"]) == (2, 0), path
            assert {one["code"] for one in told.reports[0]["findings"] if one["severity"] == "error"}, path
    assert ledger(client) == {}
    assert holds(client)


def test_published_remittances_post_as_unapplied_money_or_say_why_not(command, tmp_path, client, payees, samples):
    paths = []
    for number, (path, data) in enumerate(published(samples).items()):
        paths.append(tmp_path / f"{number:02d}-{Path(path).name}")
        paths[-1].write_bytes(for_production(data))
    told = command("era", "import", *paths, "--json")
    assert len(told.reports) == len(paths) >= 30
    for report in told.reports:
        errors = [one for one in report["findings"] if one["severity"] == "error"]
        assert report["posted"] == report["remittances"] or errors, report["file"]
    posted = [report for report in told.reports if report["posted"]]
    assert len(posted) >= 15
    assert all(report["items"] for report in posted)
    totals = ledger(client)
    assert totals["unapplied"] < 0
    assert totals.get("receivable", 0) == 0
    assert sum(totals.values()) == 0
    assert holds(client)

    again = command("era", "import", *paths, "--json")
    assert again.status == 2
    assert sum(report["posted"] for report in again.reports) == 0
    assert ledger(client) == totals
    assert holds(client)
