"""The guides of coverage checks, claim status and claim acknowledgements: 270, 271, 276, 277, 277CA.

Judges: real files that other people's programs call clean, and small faults planted one at a time.
"""

import csv

import pytest

from claimwright import x12
from claimwright.x12.guides import find_guide

SETS = ("270", "271", "276", "277", "277CA")
VERSIONS = (b"005010X279", b"005010X212", b"005010X214")

PLANTED = {
    "Eligibility/TestData/_271/_5010/Example_3_1_2.txt": {"ST01", "SE01", "AAA03", "NM106", "EB03", "AAA", "HL"},
    "Eligibility/TestData/_271/_5010/Example_3_2_2.txt": {"ST01", "HL04", "EB03"},
    "Eligibility/TestData/_271/_5010/Example_ErrorWithoutBenefitInfo.txt": {"ST01", "AAA03"},
    "Eligibility/TestData/_271/_5010/ValidationForDependentName.txt": {"ST01", "SE01", "HL04", "AAA"},
    "Eligibility/TestData/_271/_5010/ValidationForReceiverName.txt": {"ST01", "SE01"},
    "Eligibility/TestData/_271/_5010/ValidationForSourceName.txt": {"ST01", "SE01"},
    "INS/_271/_5010/Example_3_1_2.txt": {"ST01", "EB03"},
    "fixtures/271_multiple_eb_segments.x12": {"ST01"},
    "fixtures/gainwell_271_redacted.edi": {"ST01"},
    "embedded/src_v005010__270_test.rs.1.x12": {"ST01"},
    "embedded/src_v005010__270_test.rs.2.x12": {"ST01", "SE01", "HL"},
    "embedded/src_v005010__276_test.rs.1.x12": {"ST01"},
    "embedded/src_v005010__277_test.rs.7.x12": {"ST01"},
    "277_5010/x12_277_x212.txt": {"IEA02", "STC03", "STC12"},
    "x270_271/x271.txt": {"IEA02", "SE01"},
}
"""Files that others believe valid and that are not, each with the places of its faults: sets of another kind than
their group, wrong counts and control numbers, codes of another level, service types parted by the component separator,
elements that the guide does not use, benefits together with a refusal, levels that deny what follows, and a 270 that
ends after the payer."""


def rows(samples):
    with (samples / "MANIFEST.tsv").open(encoding="utf-8") as manifest:
        for row in csv.DictReader(manifest, delimiter="\t"):
            is_x12 = not row["path"].endswith(".rs")  # A Rust source holds X12 and is none.
            if row["transaction_set"] in SETS and row["believed"].startswith("valid") and is_x12:
                data = (samples / row["path"]).read_bytes()
                if any(version in data for version in VERSIONS):
                    yield row, data


def errors_of(data):
    """The codes of all errors, and their places as `NM103`."""
    found = [one for one in x12.read(data).findings if one.severity == "error"]
    wheres = [one.where for one in found]
    places = {f"{where.segment}{where.element:02d}" if where.element else where.segment for where in wheres}
    return {one.code for one in found}, places


def places_of_errors(data):
    return errors_of(data)[1]


def test_every_real_file_is_accepted_or_its_faults_are_named(samples):
    judged = {row["path"]: places_of_errors(data) for row, data in rows(samples)}
    named = {path: next((faults for end, faults in PLANTED.items() if path.endswith(end)), set()) for path in judged}
    assert judged == named
    assert len(judged) > 35


def test_no_file_that_two_others_call_clean_is_refused(samples):
    clean = [row["path"] for row, _ in rows(samples) if row["stupidedi"] == "ok" and row["env"] == "ok"]
    refused = [row["path"] for row, data in rows(samples) if row["path"] in clean and places_of_errors(data)]
    assert len(clean) > 18
    assert refused == []


ISA = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260302*0930*^*00501*000000001*0*T*:~"

LEVELS = """\
HL*1**20*1
NM1*PR*2*EXAMPLE PLAN*****PI*PLAN1
HL*2*1*21*1
NM1*{receiver}*2*LAKESIDE CLINIC*****{id}
"""
ELIGIBILITY = LEVELS.format(receiver="1P", id="XX*1234567893")
STATUS = LEVELS.format(receiver="41", id="46*SENDER") + "HL*3*2*19*1\nNM1*1P*2*LAKESIDE CLINIC*****XX*1234567893\n"

BODIES = {
    ("270", "HS", "005010X279A1"): f"""\
BHT*0022*13*REF1*20260302*0930
{ELIGIBILITY}HL*3*2*22*1
NM1*IL*1*DOE*JANE****MI*MEM0001
REF*6P*G100
HL*4*3*23*0
TRN*1*Q1*9CLMWRIGHT
NM1*03*1*DOE*JOHN
REF*SY*000000001
N3*12 ELM STREET
N4*SPRINGFIELD*IL*627010001
DMG*D8*20150402*M
INS*N*19
DTP*291*D8*20260305
EQ*30^98
AMT*R*50
AMT*PB*60
III*ZZ*11
REF*G1*AUTH1
EQ**HC:99213
""",
    ("271", "HB", "005010X279"): f"""\
BHT*0022*11*REF1*20260302*0930
{ELIGIBILITY}HL*3*2*22*0
TRN*2*Q1*9CLMWRIGHT
NM1*IL*1*DOE*JANE****MI*MEM0001
REF*6P*G100*ACME WORKS
AAA*Y**52*N
DMG*D8*19800402*F
INS*Y*18*001*25
DTP*346*D8*20260101
MPI*A*AE*A
EB*1*IND*30*HM*GOLD PLAN
HSD*VS*30***22
REF*18*P7*GOLD
DTP*292*RD8*20260101-20261231
MSG*CALL FIRST
III*ZZ*11
LS*2120
NM1*P3*1*WELBY*MARCUS****XX*1234567893
PER*IC**TE*5555550101
PRV*PC*PXC*207Q00000X
NM1*PR*2*FIRST PLAN
LE*2120
EB*C*FAM*30***29*412.5
""",
    ("276", "HR", "005010X212"): f"""\
BHT*0010*13*REF1*20260302*0930
{STATUS}HL*4*3*22*0
DMG*D8*19800402*F
NM1*IL*1*DOE*JANE****MI*MEM0001
TRN*1*Q1
REF*1K*ICN1
REF*EJ*CLAIM1
AMT*T3*150
DTP*472*D8*20260115
SVC*HC:99213:25*100*****1
REF*FJ*LINE1
DTP*472*D8*20260115
TRN*1*Q2
""",
    ("277", "HN", "005010X212"): f"""\
BHT*0010*08*REF1*20260302*0930*DG
{STATUS}HL*4*3*22*1
NM1*IL*1*DOE*JANE****MI*MEM0001
HL*5*4*23
NM1*QC*1*DOE*JOHN
TRN*2*Q1
STC*F1:65*20260220**90*70*20260219**20260221*EFT0001*F1:20:PR
REF*1K*ICN1
DTP*472*D8*20260115
SVC*HC:99213*90*70****1
STC*F1:65*20260220
DTP*472*D8*20260115
""",
}
IDS = [kind for kind, _, _ in BODIES]


def file_of(key, body: str) -> bytes:
    kind, functional_id, version = key
    lines = body.strip().splitlines()
    opening = [f"GS*{functional_id}*SENDER*RECEIVER*20260302*0930*1*X*{version}", f"ST*{kind}*0001*{version}"]
    return (ISA + "~".join([*opening, *lines, f"SE*{len(lines) + 2}*0001", "GE*1*1", "IEA*1*000000001"]) + "~").encode()


@pytest.mark.parametrize("key", BODIES, ids=IDS)
def test_a_set_that_uses_what_the_guide_has_is_accepted(key):
    assert places_of_errors(file_of(key, BODIES[key])) == set()


KEYS = {kind: key for key, kind in zip(BODIES, IDS, strict=True)}


@pytest.mark.parametrize(
    ("kind", "old", "new", "place", "code"),
    [
        ("270", "HL*4*3*23*0", "HL*4*3*23*1", "HL04", "X12-ELM-006"),
        ("270", "TRN*1*Q1*9CLMWRIGHT", "TRN*1*Q1*9", "TRN03", "X12-ELM-003"),
        ("270", "EQ*30^98", "EQ*ZZ", "EQ01", "X12-ELM-006"),
        ("270", "EQ*30^98", "EQ***FAM", "EQ01", "X12-ELM-010"),
        ("270", "INS*N*19", "INS*N*G8", "INS02", "X12-ELM-006"),
        ("270", "NM1*03*1*DOE*JOHN", "NM1*03*1*DOE*JOHN****MI*M1", "NM108 NM109", "X12-ELM-002"),
        ("270", "AMT*PB*60", "AMT*R*60", "AMT", "X12-SEG-004"),
        ("271", "LS*2120", "LS*2100", "LS01", "X12-ELM-006"),
        ("271", "EB*C*FAM", "EB*ZZ*FAM", "EB01", "X12-ELM-006"),
        ("271", "AAA*Y**52*N", "AAA*Y**52*P", "AAA04", "X12-ELM-006"),
        ("271", "NM1*P3*1", "NM1*QC*1", "NM1", "X12-SEG-002"),
        ("271", "MSG*CALL FIRST", "MSG*" + "X" * 265, "MSG01", "X12-ELM-004"),
        ("276", "TRN*1*Q1", "TRN*2*Q1", "TRN01", "X12-ELM-006"),
        ("276", "SVC*HC:99213:25*100*", "SVC*HC:99213:25*100*1", "SVC03", "X12-ELM-002"),
        ("276", "DMG*D8*19800402*F", "DMG*D8*19800402*U", "DMG03", "X12-ELM-006"),
        ("277", "HL*5*4*23", "HL*5*4*23*0", "HL04", "X12-ELM-002"),
        ("277", "STC*F1:65*20260220**", "STC*F1*20260220**", "STC01", "X12-ELM-001"),
        ("277", "SVC*HC:99213*90*70", "SVC*HC:99213*90*", "SVC03", "X12-ELM-001"),
    ],
)
def test_a_planted_fault_is_found_at_its_place(kind, old, new, place, code):
    body = BODIES[KEYS[kind]]
    assert old in body
    data = file_of(KEYS[kind], body.replace(old, new, 1))
    (codes, places) = errors_of(data)
    assert (codes, places) == ({code}, set(place.split()))


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("270", "NM1*IL*1*DOE*JANE****MI*MEM0001"),
        ("276", "NM1*1P*2*LAKESIDE CLINIC*****XX*1234567893"),
        ("277", "STC*F1:65*20260220"),
        ("277", "DTP*472*D8*20260115"),
    ],
)
def test_what_is_required_is_missed_when_it_is_gone(kind, line):
    body = BODIES[KEYS[kind]]
    start = body.rindex(line)
    data = file_of(KEYS[kind], body[:start] + body[start:].replace(line + "\n", "", 1))
    assert [one for one in x12.read(data).findings if one.code in ("X12-SEG-003", "X12-SEG-006")]


def test_the_two_kinds_of_277_have_guides_of_their_own():
    assert find_guide("277", "005010X212").name != find_guide("277", "005010X214").name


def test_both_versions_of_the_eligibility_guides_are_known():
    for kind in ("270", "271"):
        assert find_guide(kind, "005010X279") is find_guide(kind, "005010X279A1")


def test_an_element_error_names_the_loop_as_the_guide_does():
    """IK303 is made of it: subscriber and dependent have loops of their own, though they share their content."""
    data = file_of(KEYS["270"], BODIES[KEYS["270"]].replace("DMG*D8*20150402*M", "DMG*D8*20150431*M"))
    (found,) = [one for one in x12.read(data).findings if one.severity == "error"]
    assert found.where.loop.endswith("2000D/2100D")
