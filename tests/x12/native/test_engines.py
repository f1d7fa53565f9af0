"""The engine in C and the one in Python say the same, of right files and of damaged ones; the core holds its memory."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import threading

import pytest

from claimwright import x12
from claimwright.x12 import source
from claimwright.x12.guides import guide_names, load_guide
from claimwright.x12.native import NativeEngine, available, binding, why_not
from claimwright.x12.native.tables import GuideTables
from claimwright.x12.rules.binding import program_of
from tests.fuzz import native as fuzzing
from tests.fuzz.damage import bases, damaged
from tests.fuzz.engines import difference
from tests.x12.files import CLAIM, PAYMENT, file_of, spoil

needs_core = pytest.mark.skipif(not available(), reason=f"no native core: {why_not()}")
needs_compiler = pytest.mark.skipif(not shutil.which(fuzzing.COMPILER), reason="no gcc")

_DAMAGED = 300
_FUZZED = 1_000


@needs_core
@pytest.mark.parametrize("start", range(0, _DAMAGED, 50))
def test_the_engines_agree_on_damaged_files(start):
    differences = {seed: found for seed in range(start, start + 50) if (found := difference(seed))}

    assert differences == {}


@needs_core
def test_the_engines_agree_on_every_right_file_without_rules_too():
    for data in bases():
        verdicts = [x12.check(data, engine=engine, rules=False) for engine in ("native", "python")]
        assert verdicts[0].findings == verdicts[1].findings


@needs_core
def test_right_segments_never_reach_python(monkeypatch):
    """Else it would be no faster: what the core cannot prove is taken one by one."""
    taken = []
    monkeypatch.setattr(NativeEngine, "_take_some", lambda self, stretch, position, index: taken.append(position))

    for data in (file_of("837", CLAIM), file_of("835", PAYMENT)):
        x12.check(data, engine="native", rules=False)

    assert taken == []


@needs_core
@pytest.mark.parametrize("line", ["LS*2120\n", "HL*2*1*22*1\n"])
def test_where_all_segments_are_in_doubt_the_core_is_seldom_asked(line, monkeypatch):
    """Python takes more and more of them at once, so that two engines cost no more than the one."""
    head, rest = CLAIM.split("HL*1*")
    data = file_of("837", head + line * 5_000 + "HL*1*" + rest)
    asked, run = [], binding.Core.run
    monkeypatch.setattr(binding.Core, "run", lambda *given: asked.append(0) or run(*given))

    x12.check(data, engine="native")

    assert len(asked) < 50


@needs_core
@pytest.mark.parametrize("size", [5_000, 100_000])
def test_a_segment_longer_than_a_block_is_found_at_fault_as_python_does(size):
    data = file_of("837", spoil(CLAIM, "MRN1", "M" * size))

    verdicts = [x12.check(data, engine=engine) for engine in ("native", "python")]

    assert verdicts[0].findings == verdicts[1].findings
    assert "X12-ELM-004" in [found.code for found in verdicts[0].findings]


@needs_core
@pytest.mark.parametrize("window", [1, 7, 64, 500, 4096])
def test_the_size_of_the_windows_changes_nothing(window):
    data = damaged(11)

    assert (
        x12.check(io.BytesIO(data), engine="native", window=window).findings
        == x12.check(data, engine="python").findings
    )


@needs_core
@pytest.mark.parametrize("length", [0, 3, 4, 60, 255, 256, 257, 258, 259, 260, 600])
@pytest.mark.parametrize("after", [b"*", b"\xff", b"[", b"", b"A", b"z", b"5", b" ", b"\n", b"ISA*", b"IISA|"])
def test_the_core_finds_the_next_interchange_where_python_does(length, after):
    data = b"S" * length + b"ISA" + after + b"A" * (length % 7)
    places = range(len(data) + 2)

    assert [binding.find_isa(data, at) for at in places] == [source.find_isa(data, at) for at in places]


@needs_core
def test_a_set_without_its_end_leaves_nothing_to_the_next_file():
    whole = file_of("837", CLAIM)
    cut = whole[: whole.index(b"SE*")]
    wanted = {data: x12.check(data, engine="python").findings for data in (whole, cut)}

    for data in (whole, cut, cut, whole, cut, whole):
        assert x12.check(data, engine="native").findings == wanted[data]


@needs_core
@pytest.mark.parametrize(
    "amount",
    ["0", "-0", "-", ".", "-.", ".5", "-.5", "5.", "1.2.3", "1-2", "--1", "1234567", "12345678", "-1234567", "1234.567",
     "1234567.", ".1234567", "123456789", "-12345678", "123456.78", "1..", "1 2", "1,2", "-1.-", "12E4"],
)  # fmt: skip
def test_amounts_of_every_form_are_judged_as_python_does(amount):
    data, count = re.subn(rb"(BPR\*\w\*)[^*]*", rb"\g<1>" + amount.encode(), file_of("835", PAYMENT))
    verdicts = [x12.check(data, engine=engine).findings for engine in ("native", "python")]

    assert count == 1
    assert verdicts[0] == verdicts[1]


@needs_core
@pytest.mark.parametrize(
    ("total", "back", "codes"), [("0", 4_700, []), ("1", 4_700, ["X12-PAY-004"]), ("0", 0, ["X12-PAY-004"])]
)
def test_a_sum_beyond_the_registers_of_the_core_is_judged_as_python_does(total, back, codes):
    """4,700 times the largest amount is more than 2 to the 62nd cents, which the core takes for a sum not known."""
    head, claim = PAYMENT[: PAYMENT.index("CLP*")], PAYMENT[PAYMENT.index("CLP*") : PAYMENT.index("SVC*")]
    paid = spoil(claim, "*1*150*118.75*11.25*", "*1*9999999999999.99*9999999999999.99**")
    taken_back = paid.replace("*1*9", "*22*9").replace("*9", "*-9")
    head = spoil(head, "BPR*I*118.75*", f"BPR*I*{total}*")
    data = file_of("835", head + paid * 4_700 + taken_back * back)

    wanted = x12.check(data, engine="python").findings

    assert [found.code for found in wanted] == codes
    assert x12.check(data, engine="native").findings == wanted
    assert x12.check(io.BytesIO(data), engine="native", window=50_000).findings == wanted


@needs_core
def test_two_threads_check_at_once():
    data = file_of("837", *[CLAIM] * 50)
    wanted = x12.check(data, engine="python").findings
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(x12.check(data, engine="native").findings)) for _ in range(4)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [wanted] * 4


@pytest.mark.parametrize("name", guide_names())
def test_every_guide_and_its_rules_fit_into_the_tables(name):
    guide = load_guide(name)

    tables = GuideTables(guide, program_of(guide))

    assert tables.rules.unprovable == 0


def test_a_library_that_is_not_there_or_is_none_is_not_used(tmp_path):
    other = tmp_path / "other.so"
    other.write_bytes(b"no library")

    assert "not built" in binding.load_library(tmp_path / "absent.so")[1]
    assert "cannot be loaded" in binding.load_library(other)[1]


@needs_compiler
def test_a_library_of_another_version_is_not_used(tmp_path):
    source, library = tmp_path / "other.c", tmp_path / "other.so"
    source.write_text("int cw_abi(void) { return -1; }\n")
    subprocess.run([fuzzing.COMPILER, "-shared", "-fPIC", str(source), "-o", str(library)], check=True)

    assert "is of version -1" in binding.load_library(library)[1]


@needs_compiler
def test_the_core_compiles_without_a_warning(tmp_path):
    native = binding.library_path().parent
    flags = ["-std=c11", "-O2", *fuzzing.WARNINGS, "-c", "-o", str(tmp_path / "core.o")]

    subprocess.run([fuzzing.COMPILER, *flags, str(native / "core.c")], check=True)


@needs_compiler
def test_mutated_sets_break_no_memory(tmp_path):
    """A short run under the sanitizers; the long one is `make fuzz-native`."""
    program, tables = fuzzing.build(tmp_path), fuzzing.write_tables(tmp_path)

    assert fuzzing.start(program, tables, _FUZZED, seed=1).wait() == 0
