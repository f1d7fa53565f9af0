"""`claimwright x12`: what each verb says, with which exit status, and that it needs no office."""

from __future__ import annotations

import gzip
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from claimwright import x12
from claimwright.cli.app import run
from tests.judges import pyx12_errors
from tests.x12.files import CLAIM, DEPENDENT, ISA, PAYMENT, file_of, spoil, spoil_bytes

PAID = file_of("835", PAYMENT)
CLAIMS = file_of("837", CLAIM, CLAIM.replace("CLAIM1", "CLAIM2"))
UNBALANCED = spoil_bytes(PAID, "CLP*CLAIM1*1*150*118.75", "CLP*CLAIM1*1*150*118.70")
KEYS = {"code", "severity", "snip", "loop", "segment", "index", "element", "offset", "message", "hint"}


@dataclass(frozen=True)
class Told:
    """What a verb left behind."""

    status: int
    bytes: bytes
    err: str

    @property
    def out(self) -> str:
        return self.bytes.decode()

    @property
    def objects(self) -> list[Any]:
        """The JSON objects of its standard output, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]


Tell = Callable[..., Told]


@pytest.fixture
def tell(capsysbinary, monkeypatch) -> Tell:
    """Runs a verb of `claimwright x12` in this process."""

    def tell(*words: object, stdin: bytes = b"") -> Told:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        status = run(["x12", *map(str, words)])
        out, err = capsysbinary.readouterr()
        return Told(status, out, err.decode())

    return tell


@pytest.fixture
def paid(tmp_path) -> Path:
    """A payment advice that is right."""
    return written(tmp_path / "paid.835", PAID)


@pytest.fixture
def claims(tmp_path) -> Path:
    """Two claims that are right, in two sets."""
    return written(tmp_path / "claims.837", CLAIMS)


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


# Check.


def test_a_right_file_is_accepted(tell, paid):
    told = tell("check", paid)
    assert (told.status, told.err) == (0, "")
    assert told.out.splitlines() == [
        f"{paid}: accepted",
        "  835 005010X221A1: 1 accepted (0001)",
        "  1 set, 0 errors, 0 warnings",
    ]


def test_a_finding_is_told_with_its_code_place_words_and_remedy(tell, tmp_path):
    told = tell("check", written(tmp_path / "wrong", spoil_bytes(PAID, "DTM*472*20260115", "DTM*472*20260230")))
    assert told.status == 1
    assert "not accepted" in told.out
    assert "error X12-ELM-007 SNIP 1" in told.out
    assert "loop 2000/2100/2110, DTM02, byte " in told.out
    assert "'20260230' is not a day of the calendar." in told.out
    assert "→ Write days as CCYYMMDD." in told.out


def test_findings_of_one_kind_stand_together_and_only_the_first_are_shown(tell, tmp_path):
    body = PAYMENT.replace("DTM*472*20260115", "DTM*472*20260230")
    path = written(tmp_path / "many", file_of("835", *[body] * 4))
    told = tell("check", path)
    assert told.out.count("error X12-ELM-007") == 1
    assert "x 8" in told.out
    assert "... and 3 more; --all shows them" in told.out
    assert tell("check", "--all", path).out.count("is not a day of the calendar") == 8


def test_json_is_one_object_a_line_with_every_key(tell, paid, tmp_path):
    wrong = written(tmp_path / "wrong", UNBALANCED)
    told = tell("check", "--json", paid, wrong)
    right, refused = told.objects
    assert told.status == 1
    assert right == {
        "file": str(paid),
        "readable": True,
        "accepted": True,
        "sets": [{"st01": "835", "guide": "005010X221A1", "control": "0001", "accepted": True}],
        "findings": [],
    }
    assert not refused["accepted"]
    assert not refused["sets"][0]["accepted"]
    assert {finding["code"] for finding in refused["findings"]} == {"X12-PAY-002", "X12-PAY-004"}
    assert all(finding.keys() >= KEYS for finding in refused["findings"])
    place = refused["findings"][0]
    assert UNBALANCED[place["offset"] :].startswith(place["segment"].encode())


def test_what_holds_no_x12_is_unreadable(tell, tmp_path):
    told = tell("check", "--json", written(tmp_path / "letter.txt", b"Dear Sir or Madam"))
    assert told.status == 2
    assert (told.objects[0]["readable"], told.objects[0]["accepted"]) == (False, False)
    assert [finding["code"] for finding in told.objects[0]["findings"]] == ["X12-ENV-001"]


def test_a_file_that_is_not_there_is_a_finding_and_the_others_are_checked(tell, paid, tmp_path):
    told = tell("check", "--json", tmp_path / "nowhere", paid)
    assert told.status == 2
    absent, right = told.objects
    assert absent["findings"][0]["code"] == "CLI-FIL-001"
    assert "no such file" in absent["findings"][0]["hint"]
    assert right["accepted"]
    assert "Traceback" not in told.err


def test_the_worst_of_several_files_is_the_exit_status(tell, paid, tmp_path):
    wrong = written(tmp_path / "wrong", UNBALANCED)
    nothing = written(tmp_path / "nothing", b"")
    assert tell("check", paid, wrong).status == 1
    assert tell("check", nothing, wrong, paid).status == 2


@pytest.mark.parametrize(
    ("weight", "status", "severities"), [("error", 1, ["error"]), ("warning", 0, ["warning"]), ("off", 0, [])]
)
def test_what_a_wrong_check_digit_weighs_is_a_setting(tell, tmp_path, weight, status, severities):
    path = written(tmp_path / "npi", spoil_bytes(PAID, "XX*1234567893", "XX*1234567890"))
    told = tell("check", "--json", "--npi", weight, path)
    assert told.status == status
    assert [finding["severity"] for finding in told.objects[0]["findings"]] == severities


def test_a_level_leaves_the_higher_ones_out(tell, tmp_path):
    path = written(tmp_path / "unbalanced", UNBALANCED)
    assert tell("check", path).status == 1
    told = tell("check", "--json", "--level", "2", path)
    assert (told.status, told.objects[0]["findings"]) == (0, [])
    assert told.objects[0]["sets"][0]["accepted"]


def test_how_many_cores_work_changes_nothing(tell, paid):
    one, two = (tell("check", "--workers", workers, paid) for workers in ("1", "2"))

    assert one == two
    assert tell("check", "--workers", "0", paid).status == 2


def test_the_engine_may_be_named(tell, paid):
    assert tell("check", "--engine", "python", paid).status == 0
    assert tell("check", "--engine", "steam", paid).status == 2


def test_an_overlay_tightens_the_guide(tell, claims, tmp_path):
    overlay = written(tmp_path / "plan.overlay", b"overlay 837 005010X222A1 # Plan\nusage 2300/REF[G1] R\n")
    told = tell("check", "--json", "--overlay", overlay, claims)
    assert told.status == 1
    assert {(finding["code"], finding["segment"]) for finding in told.objects[0]["findings"]} == {
        ("X12-SEG-003", "REF")
    }
    assert tell("check", claims).status == 0


def test_an_overlay_that_cannot_be_followed_is_told_with_its_line(tell, claims, tmp_path):
    overlay = written(tmp_path / "plan.overlay", b"overlay 837 005010X222A1\nusage 2300/REF[G1] maybe\n")
    told = tell("check", "--overlay", overlay, claims)
    assert (told.status, told.out) == (2, "")
    assert "line 2" in told.err.lower()


def test_a_file_that_is_not_there_is_told_to_people_too(tell, tmp_path):
    told = tell("check", tmp_path / "nowhere")
    assert told.status == 2
    assert "There is no such file." in told.out
    assert "more findings" not in told.out


# Which files.


def test_standard_input_is_a_file_named_by_a_dash(tell):
    told = tell("check", "--json", "-", stdin=PAID)
    assert (told.status, told.objects[0]["file"], told.objects[0]["accepted"]) == (0, "-", True)


def test_a_packed_file_is_unpacked(tell, tmp_path):
    assert tell("check", written(tmp_path / "paid.835.gz", gzip.compress(PAID))).status == 0
    cut = tell("check", "--json", written(tmp_path / "cut.835.gz", gzip.compress(PAID)[:-20]))
    assert (cut.status, cut.objects[0]["findings"][0]["code"]) == (2, "CLI-FIL-001")
    none = tell("check", "--json", written(tmp_path / "none.835.gz", PAID))
    assert (none.status, none.objects[0]["findings"][0]["code"]) == (2, "CLI-FIL-001")


def test_a_folder_is_all_its_files_and_a_pattern_those_that_fit(tell, tmp_path):
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / ".hidden").write_bytes(b"")
    for name in ("in/b.835", "in/a.835", "in/deep/c.txt"):
        written(tmp_path / name, PAID)
    folder = tell("check", "--json", tmp_path / "in")
    assert [Path(one["file"]).name for one in folder.objects] == ["a.835", "b.835", "c.txt"]
    pattern = tell("check", "--json", f"{tmp_path}/in/**/*.835")
    assert [Path(one["file"]).name for one in pattern.objects] == ["a.835", "b.835"]


def test_a_folder_without_files_is_a_mistake(tell, tmp_path):
    (tmp_path / "empty").mkdir()
    told = tell("check", tmp_path / "empty")
    assert (told.status, told.out) == (2, "")
    assert "names no file" in told.err


# Show.


def test_a_payment_is_shown_in_plain_words(tell, paid):
    told = tell("show", paid)
    shown = " ".join(told.out.split())
    assert told.status == 0
    assert "ST Payment advice: accepted" in shown
    assert "2100 Claim payment CLP Claim payment" in shown
    assert "claim number: CLAIM1 · status: 1 (processed as primary) · charge: 150.00 · paid: 118.75" in shown
    assert "group: CO (contract: not the patient's) · reason: 45 (" in shown
    assert "day of: 472 (service) · day: 2026-01-15" in shown


def test_every_segment_is_shown_once_and_in_order(tell, tmp_path):
    data = file_of("837", DEPENDENT)
    told = tell("show", "--raw", written(tmp_path / "claims", data))
    raw = [line.strip() for line in told.out.splitlines()]
    segments = [str(segment) for segment in x12.read(data).segments()]
    assert [line for line in raw if line in segments] == segments


def test_a_finding_is_shown_at_its_place(tell, tmp_path):
    told = tell("show", written(tmp_path / "wrong", spoil_bytes(PAID, "DTM*472*20260115", "DTM*472*20260230")))
    lines = told.out.splitlines()
    place = next(number for number, line in enumerate(lines) if "X12-ELM-007" in line)
    assert told.status == 1
    assert "20260230" in lines[place - 1]
    assert "→ Write days as CCYYMMDD." in lines[place]


def test_one_set_or_one_claim_can_be_shown(tell, claims):
    one = tell("show", "--set", 2, claims)
    assert "CLAIM2" in one.out
    assert "CLAIM1" not in one.out
    claim = tell("show", "--claim", "CLAIM1", claims)
    assert "claim number: CLAIM1" in claim.out
    assert "2010BB" not in claim.out
    assert "CLAIM2" not in claim.out
    none = tell("show", "--claim", "CLAIM9", claims)
    assert "there is no such set or claim" in none.err


def test_long_files_are_shown_up_to_a_limit(tell, paid):
    told = tell("show", "--limit", 5, paid)
    total = sum(1 for _ in x12.read(PAID).segments())
    assert f"... {total - 5} more segments; --limit 0 shows all" in told.out


def test_a_set_without_a_guide_is_a_flat_list(tell, tmp_path):
    told = tell("show", written(tmp_path / "order", PAID.replace(b"ST*835", b"ST*850")))
    assert "no guide for version" in told.out
    assert "claim number: CLAIM1" in told.out


def test_what_a_stranger_wrote_does_not_move_the_cursor(tell, tmp_path):
    told = tell("show", "--raw", written(tmp_path / "evil", spoil_bytes(PAID, "DOE*JANE", "DOE\x1b[2J*JANE")))
    assert "\x1b" not in told.out


# Rewrite.


def test_a_file_is_written_again_byte_for_byte(tell, tmp_path):
    data = b"\xef\xbb\xbf noise \r\n" + PAID + b"\r\n" + CLAIMS
    path = written(tmp_path / "both", data)
    assert tell("rewrite", path).bytes == data
    told = tell("rewrite", path, "-o", tmp_path / "again")
    assert (told.status, told.out) == (0, "")
    assert (tmp_path / "again").read_bytes() == data


def test_a_file_can_be_written_over_itself(tell, paid):
    assert tell("rewrite", paid, "-o", paid).status == 0
    assert paid.read_bytes() == PAID


def test_nothing_is_left_when_a_file_cannot_be_read(tell, paid, tmp_path):
    told = tell("rewrite", paid, tmp_path / "nowhere", "-o", paid)
    assert told.status == 2
    assert "cannot be read" in told.err
    assert os.listdir(tmp_path) == ["paid.835"]
    assert paid.read_bytes() == PAID


def test_an_output_that_cannot_be_written_is_told(tell, paid, tmp_path):
    told = tell("rewrite", paid, "-o", tmp_path / "no" / "folder")
    assert (told.status, told.out) == (2, "")
    assert "cannot be written" in told.err


# Answer.

AT = ("--at", "2026-03-02T10:00", "--control", 7)


def answered(told: Told) -> list[str]:
    """The answers' segments without the envelopes of groups and sets."""
    lines = told.out.split("~")
    return [line for line in lines if line and not line.startswith(("GS*", "ST*", "SE*", "GE*"))]


def test_a_file_is_answered_to_who_sent_it(tell, claims):
    told = tell("ack", *AT, claims)
    assert told.status == 0
    assert answered(told) == [
        "ISA*00*          *00*          *ZZ*RECEIVER       *ZZ*SENDER         *260302*1000*^*00501*000000007*0*T*:",
        "TA1*000000001*260302*0930*A*000",
        "AK1*HC*1*005010X222A1",
        "AK2*837*0001*005010X222A1",
        "IK5*A",
        "AK2*837*0002*005010X222A1",
        "IK5*A",
        "AK9*A*2*2*2",
        "IEA*1*000000007",
    ]
    assert pyx12_errors(told.bytes) == []


def test_claims_are_answered_one_by_one(tell, tmp_path):
    wrong = spoil(CLAIM, "UN*1***1:2", "UN*1***1:9").replace("CLAIM1", "CLAIM2")
    told = tell("ack", "--claims", *AT, written(tmp_path / "claims", file_of("837", CLAIM, wrong)))
    assert told.status == 1
    assert x12.read(told.bytes).findings == []
    lines = answered(told)
    assert "TRN*2*CLAIM1" in lines
    assert lines[lines.index("TRN*2*CLAIM1") + 1] == "STC*A1:19:40*20260302*WQ*150"
    assert lines[lines.index("TRN*2*CLAIM2") + 1] == "STC*A7:477*20260302*U*150"


def test_two_senders_are_answered_apart(tell, claims, tmp_path):
    other = written(tmp_path / "other", CLAIMS.replace(b"SENDER         ", b"SOMEBODY ELSE  "))
    told = tell("ack", *AT, claims, other)
    receivers = [interchange.receiver[1] for interchange in x12.read(told.bytes).interchanges]
    controls = [interchange.control for interchange in x12.read(told.bytes).interchanges]
    assert (receivers, controls) == (["SENDER", "SOMEBODY ELSE"], ["000000007", "000000008"])


def test_answers_are_not_answered(tell, claims, tmp_path):
    answers = tell("ack", *AT, claims)
    told = tell("ack", *AT, written(tmp_path / "answers", answers.bytes))
    assert (told.status, told.out) == (2, "")
    assert "nothing to answer" in told.err


def test_bad_parties_of_an_envelope_are_answered_in_a_good_one(tell, tmp_path):
    isa = ISA.replace("ZZ*SENDER  ", "QQ*S\x07:ND^R")
    told = tell("ack", *AT, written(tmp_path / "bad", file_of("837", CLAIM, isa=isa)))
    assert x12.read(told.bytes).findings == []


# Convert.


def test_a_set_is_a_line_of_json(tell, claims, paid):
    told = tell("convert", "--to", "json", claims, paid)
    assert told.status == 0
    assert [(one["st01"], one["kind"], one["control"]) for one in told.objects] == [
        ("837", "ClaimBatch", "0001"),
        ("837", "ClaimBatch", "0002"),
        ("835", "Remittance", "0001"),
    ]
    assert told.objects[0]["record"]["claims"][0]["charge_cents"] == 15_000
    assert PAID[told.objects[2]["offset"] :].startswith(b"ST*835")


def test_tables_need_a_folder(tell, paid):
    told = tell("convert", "--to", "csv", paid)
    assert (told.status, told.out) == (2, "")
    assert "-o" in told.err


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_files_become_tables(tell, claims, paid, tmp_path, form):
    pytest.importorskip("pyarrow", reason="tables need pyarrow")
    told = tell("convert", "--to", form, "-o", tmp_path / "tables", claims, paid)
    assert told.status == 0, told.err
    assert (tmp_path / "tables" / ("claims.csv" if form == "csv" else "claims")).exists()
    assert "claims" in told.out
    if form == "csv":
        assert "CLAIM1" in (tmp_path / "tables" / "claims.csv").read_text("utf-8")
        assert not list((tmp_path / "tables").glob(".*"))


def test_tables_without_their_package_name_the_remedy(tell, paid, tmp_path, monkeypatch):
    for name in [name for name in sys.modules if name.startswith(("claimwright.bulk", "pyarrow"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.delattr("claimwright.bulk", raising=False)
    told = tell("convert", "--to", "csv", "-o", tmp_path / "tables", paid)
    assert (told.status, told.out) == (2, "")
    assert "pip install 'claimwright[bulk]'" in told.err


# Split.


def pieces(folder: Path) -> list[tuple[str, bytes]]:
    return [(path.name, path.read_bytes()) for path in sorted(folder.iterdir())]


def test_every_set_becomes_a_file(tell, claims, tmp_path):
    told = tell("split", "--by", "set", "-o", tmp_path / "out", claims)
    assert told.status == 0
    assert "2 files written" in told.out
    names, data = zip(*pieces(tmp_path / "out"), strict=True)
    assert names == ("claims-00001-0001.x12", "claims-00002-0002.x12")
    for piece in data:
        assert x12.read(piece).findings == []
        assert pyx12_errors(piece) == []
    assert [x12.read(piece).interchanges[0].control for piece in data] == ["000000001", "000000002"]


def test_nothing_that_is_there_is_written_over(tell, claims, tmp_path):
    assert tell("split", "--by", "set", "-o", tmp_path / "out", claims).status == 0
    told = tell("split", "--by", "set", "-o", tmp_path / "out", claims)
    assert told.status == 1
    assert "is there already" in told.err


def test_a_payment_is_not_cut_by_claim(tell, paid, tmp_path):
    told = tell("split", "--by", "claim", "-o", tmp_path / "out", paid)
    assert told.status == 1
    assert "X12-CUT-001" in told.err
    assert "part of a payment would not balance" in told.err


# Stats.


def test_files_are_counted(tell, claims, paid):
    told = tell("stats", "--json", claims, paid)
    first, second = told.objects
    assert told.status == 0
    assert first["sets"] == [{"kind": "837 005010X222A1", "sets": 2, "claims": 2, "lines": 4, "charges_cents": 30_000}]
    assert (second["sets"][0]["payments_cents"], second["sets"][0]["paid_cents"]) == (11_875, 11_875)
    assert second["reasons"] == {"CO-45": 1, "PR-1": 1}
    assert second["bytes"] == len(PAID)
    shown = tell("stats", paid)
    assert "118.75" in shown.out
    assert "CO-45" in shown.out


# All of them.

VERBS = {
    "check": (),
    "show": (),
    "rewrite": (),
    "ack": AT,
    "convert": ("--to", "json"),
    "split": ("--by", "set", "-o", "out"),
    "stats": (),
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("data", [b"", b"no X12", ISA.encode(), b"ISA" * 1000, PAID[:300], b"\x00\xff" * 400])
def test_bad_input_is_told_and_never_a_stack_trace(tell, tmp_path, monkeypatch, verb, data):
    monkeypatch.chdir(tmp_path)
    told = tell(verb, *VERBS[verb], written(tmp_path / "bad", data))
    assert told.status in (0, 1, 2)
    if not x12.read(data).readable:
        assert told.status == 2


@pytest.mark.parametrize("verb", VERBS)
def test_a_file_that_is_not_there_is_told(tell, tmp_path, monkeypatch, verb):
    monkeypatch.chdir(tmp_path)
    told = tell(verb, *VERBS[verb], tmp_path / "nowhere")
    assert told.status == 2
    assert "cannot be read" in told.out + told.err


@pytest.mark.parametrize("verb", ["check", "show", "ack"])
def test_every_published_file_is_told_about(tell, samples, verb):
    for path in (path for path in samples.rglob("*") if path.is_file()):
        told = tell(verb, *VERBS[verb], *(("--claims",) if verb == "ack" else ()), path)
        assert told.status in (0, 1, 2)
        if verb == "ack" and told.bytes:
            assert x12.read(told.bytes).accepted, path  # NPIs are copied, wrong ones too.


def test_the_verbs_load_no_office(paid):
    """A program that checks files by the thousand does not wait for Django, rich or the tables."""
    words = f"run(['x12', 'check', {str(paid)!r}])"
    asked = "[m for m in ('django', 'rich', 'pyarrow', 'claimwright.documents') if m in sys.modules]"
    program = f"import sys; from claimwright.cli.app import run; {words}; sys.stderr.write(str({asked}))"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stderr == "[]"
