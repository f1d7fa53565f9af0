"""What can be loaded, as data: code sets, their tables, their columns.

A code set is dated in one of two ways. An *edition* holds from its effective date until the next edition's (ICD-10-CM,
MPFS, MUE). Where the *rows* carry their own dates (HCPCS II, NCCI PTP, LEIE), the newest release answers for every day.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Dating(StrEnum):
    """Where the days of a code set are written."""

    EDITION = "edition"
    ROWS = "rows"


class Kind(StrEnum):
    """What a column holds. Dates and decimals are stored as text (ISO 8601; plain digits), exactly as they compare."""

    TEXT = "text"
    INTEGER = "integer"
    DATE = "date"
    DECIMAL = "decimal"


@dataclass(frozen=True, slots=True)
class Column:
    """One column. A date or a number that is not given is None; a text that is not given is ''."""

    name: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a code set. `key` names the columns that tell its rows apart within a release.

    `searched` names columns that are looked up without the others of the key. A packed table has millions of dated
    pairs (`releases.pairs`) and is kept as one piece.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    searched: tuple[str, ...] = ()
    is_packed: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


@dataclass(frozen=True, slots=True)
class CodeSet:
    """One code set. `terms` says in one line who owns it and whether it may be passed on.

    A set that `needs_licence` is loaded only for somebody who says that they hold one.
    """

    name: str
    title: str
    publisher: str
    dating: Dating
    tables: tuple[Table, ...]
    terms: str = ""
    needs_licence: bool = False


def columns(text: str) -> tuple[Column, ...]:
    """The columns of a line such as `code name added:date units:integer`; text where no kind is given."""
    parts = (word.partition(":") for word in text.split())
    return tuple(Column(name, Kind(kind or "text")) for name, _, kind in parts)


_US_WORK = "A work of the United States government; may be passed on."

PLACES = CodeSet(
    "places",
    "Place of service codes",
    "CMS",
    Dating.EDITION,
    (Table("places", columns("code name is_facility:integer"), ("code",)),),
    _US_WORK,
)

TAXONOMY = CodeSet(
    "taxonomy",
    "Health care provider taxonomy",
    "NUCC",
    Dating.EDITION,
    (Table("taxonomy", columns("code grouping classification specialization display_name section"), ("code",)),),
    "Copyright of the American Medical Association for the NUCC; loaded from your own copy.",
)

ICD10CM = CodeSet(
    "icd10cm",
    "ICD-10-CM diagnoses",
    "NCHS and CMS",
    Dating.EDITION,
    (
        Table("icd10cm_codes", columns("code is_valid:integer description"), ("code",)),
        Table("icd10cm_sections", columns("code parent first last description"), ("code",)),
        Table("icd10cm_notes", columns("owner position:integer kind text"), ("owner", "position")),
        Table("icd10cm_extensions", columns("owner character text"), ("owner", "character")),
    ),
    _US_WORK,
)

_BY_CPT = "Rows named by CPT numbers, which the American Medical Association owns; loaded from your own copy."


def _ptp(setting: str, title: str) -> CodeSet:
    names = columns("column1 column2 effective_date:date deletion_date:date indicator rationale")
    table = Table(f"ptp_{setting}", names, ("column1", "column2", "effective_date"), is_packed=True)
    return CodeSet(
        f"ptp-{setting}", f"NCCI procedure-to-procedure edits, {title}", "CMS", Dating.ROWS, (table,), _BY_CPT
    )


def _mue(setting: str, title: str) -> CodeSet:
    table = Table(f"mue_{setting}", columns("code units:integer indicator rationale"), ("code",))
    return CodeSet(f"mue-{setting}", f"Medically unlikely edits, {title}", "CMS", Dating.EDITION, (table,), _BY_CPT)


PTP_PRACTITIONER = _ptp("practitioner", "practitioners")
PTP_OUTPATIENT = _ptp("outpatient", "outpatient hospitals")
MUE_PRACTITIONER = _mue("practitioner", "practitioners")
MUE_OUTPATIENT = _mue("outpatient", "outpatient hospitals")
MUE_SUPPLIER = _mue("supplier", "suppliers of durable equipment")
ADD_ONS = CodeSet(
    "add-ons",
    "Add-on code edits",
    "CMS",
    Dating.ROWS,
    (
        Table(
            "add_ons",
            columns("add_on primary_code edit_type effective_date:date deletion_date:date"),
            ("add_on", "primary_code", "effective_date"),
        ),
    ),
    _BY_CPT,
)

MPFS_RVU = CodeSet(
    "mpfs-rvu",
    "Medicare physician fee schedule, relative values",
    "CMS",
    Dating.EDITION,
    (
        Table(
            "mpfs_rvu",
            columns(
                "code modifier status work:decimal pe_elsewhere:decimal pe_facility:decimal malpractice:decimal"
                " is_never_elsewhere:integer is_never_facility:integer pctc global_days pre:decimal intra:decimal"
                " post:decimal multiple bilateral assistant co_surgeon team endoscopic_base conversion_factor:decimal"
                " supervision imaging_family opps_pe_elsewhere:decimal opps_pe_facility:decimal"
                " opps_malpractice:decimal"
            ),
            ("code", "modifier"),
        ),
    ),
    _BY_CPT,
)
MPFS_OPPS_CAP = CodeSet(
    "mpfs-opps-cap",
    "Medicare physician fee schedule, caps by the outpatient hospital's price",
    "CMS",
    Dating.EDITION,
    (
        Table(
            "mpfs_opps_cap",
            columns("code modifier mac locality elsewhere:decimal facility:decimal"),
            ("code", "modifier", "mac", "locality"),
        ),
    ),
    _BY_CPT,
)
MPFS_GPCI = CodeSet(
    "mpfs-gpci",
    "Medicare physician fee schedule, geographic indices",
    "CMS",
    Dating.EDITION,
    (
        Table(
            "mpfs_gpci",
            columns("mac locality state name work:decimal pe:decimal malpractice:decimal"),
            ("mac", "locality"),
        ),
    ),
    _US_WORK,
)
MPFS_LOCALITIES = CodeSet(
    "mpfs-localities",
    "Medicare physician fee schedule, localities and their counties",
    "CMS",
    Dating.EDITION,
    (Table("mpfs_localities", columns("mac locality state area counties"), ("mac", "locality")),),
    _US_WORK,
)
MPFS_ANESTHESIA = CodeSet(
    "mpfs-anesthesia",
    "Medicare anesthesia conversion factors",
    "CMS",
    Dating.EDITION,
    (Table("mpfs_anesthesia", columns("mac locality factor:decimal"), ("mac", "locality")),),
    _US_WORK,
)
ZIP_LOCALITIES = CodeSet(
    "zip-localities",
    "ZIP codes and their Medicare localities",
    "CMS",
    Dating.EDITION,
    (Table("zip_localities", columns("zip mac locality state rural is_split:integer"), ("zip",)),),
    _US_WORK,
)

HCPCS = CodeSet(
    "hcpcs",
    "HCPCS level II codes and modifiers",
    "CMS",
    Dating.ROWS,
    (
        Table(
            "hcpcs_codes",
            columns(
                "code is_modifier:integer pricing coverage betos service_types added:date acted:date ended:date action"
            ),
            ("code",),
        ),
        Table("hcpcs_descriptions", columns("code kind text"), ("code", "kind")),
    ),
    "A work of the United States government, without the dental codes; may be passed on.",
)

ICD10PCS = CodeSet(
    "icd10pcs",
    "ICD-10-PCS procedures",
    "CMS",
    Dating.EDITION,
    (Table("icd10pcs_codes", columns("code title"), ("code",)),),
    _US_WORK,
)
OPPS = CodeSet(
    "opps",
    "OPPS addendum B: status indicators and rates",
    "CMS",
    Dating.EDITION,
    (Table("opps_rates", columns("code status apc rate:decimal"), ("code",)),),
    _BY_CPT,
)
EXCLUSIONS = CodeSet(
    "exclusions",
    "Individuals and entities excluded from federal programs",
    "OIG",
    Dating.ROWS,
    (
        Table(
            "exclusions",
            columns(
                "number:integer npi last_name first_name middle_name business_name birth_date:date city state zip kind"
                " excluded:date reinstated:date waived:date waiver_state"
            ),
            ("number",),
            ("npi",),
        ),
    ),
    _US_WORK,
)
COVERAGE = CodeSet(
    "coverage",
    "Medicare's coverage articles: which diagnoses support which services, by contractor",
    "CMS",
    Dating.ROWS,
    (
        Table(
            "coverage_articles",
            columns("article version:integer number title effective_date:date end_date:date status"),
            ("article", "version"),
        ),
        Table(
            "coverage_codes",
            columns("article version:integer code code_group"),
            ("article", "version", "code", "code_group"),
        ),
        Table(
            "coverage_diagnoses",
            columns("article version:integer code code_group is_covered:integer needs_reading:integer"),
            ("article", "version", "code", "code_group", "is_covered"),
        ),
        Table(
            "coverage_contractors_of",
            columns("article version:integer contractor kind contractor_version"),
            ("article", "version", "contractor", "kind", "contractor_version"),
        ),
        Table(
            "coverage_contractors",
            columns("contractor kind contractor_version number name"),
            ("contractor", "kind", "contractor_version"),
        ),
    ),
    _BY_CPT,
)
NPI_REGISTRY = CodeSet(
    "npi-registry",
    "Providers of NPPES: the rows that you extracted",
    "CMS",
    Dating.ROWS,
    (
        Table(
            "npi_registry",
            columns("npi kind name first_name state zip enumerated:date deactivated:date reactivated:date taxonomies"),
            ("npi",),
        ),
    ),
    "Public, but large: loaded from your own extract.",
)
ADJUSTMENT_CODES = CodeSet(
    "adjustment-codes",
    "Adjustment reasons (CARC), remarks (RARC) and groups, the official texts",
    "X12 and CMS",
    Dating.ROWS,
    (
        Table(
            "adjustment_codes",
            columns("kind code text usage notes started:date modified:date ended:date"),
            ("kind", "code"),
        ),
    ),
    "Copyright of X12; loaded from your own copy.",
)
MS_DRG = CodeSet(
    "ms-drg",
    "MS-DRGs, their weights and lengths of stay",
    "CMS",
    Dating.EDITION,
    (
        Table(
            "ms_drg",
            columns(
                "drg title mdc kind weight:decimal weight_before_cap:decimal geometric_days:decimal"
                " arithmetic_days:decimal is_post_acute:integer is_special_pay:integer"
            ),
            ("drg",),
        ),
    ),
    _US_WORK,
)
CPT = CodeSet(
    "cpt",
    "CPT codes and descriptions",
    "American Medical Association",
    Dating.EDITION,
    (Table("cpt_codes", columns("code short long"), ("code",)),),
    "Sold by the American Medical Association; loaded from your own copy, under your own licence.",
    needs_licence=True,
)

CODE_SETS: MappingProxyType[str, CodeSet] = MappingProxyType(
    {
        one.name: one
        for one in (
            PLACES,
            TAXONOMY,
            ICD10CM,
            ICD10PCS,
            HCPCS,
            CPT,
            PTP_PRACTITIONER,
            PTP_OUTPATIENT,
            MUE_PRACTITIONER,
            MUE_OUTPATIENT,
            MUE_SUPPLIER,
            ADD_ONS,
            OPPS,
            EXCLUSIONS,
            COVERAGE,
            NPI_REGISTRY,
            ADJUSTMENT_CODES,
            MS_DRG,
            MPFS_RVU,
            MPFS_GPCI,
            MPFS_OPPS_CAP,
            MPFS_LOCALITIES,
            MPFS_ANESTHESIA,
            ZIP_LOCALITIES,
        )
    }
)
"""Every code set by its name."""
