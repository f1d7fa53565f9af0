"""ICD-10-CM as NCHS and CMS publish it: the tabular list (XML), the order file, the file of codes.

The tabular list has everything: codes, sections, notes, seventh characters. It does not list the codes that end in a
seventh character: they are the code, `X` up to the sixth character, and each extension of the nearest definition above.
The order file and the file of codes have codes and descriptions only, so notes are not known for a release of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from xml.etree import ElementTree

from claimwright.codesets.releases.layouts import Content, Layout, Row, refuse
from claimwright.codesets.releases.sources import Source

_NOTE_KINDS = {
    "includes": "includes",
    "inclusionTerm": "inclusion",
    "excludes1": "excludes1",
    "excludes2": "excludes2",
    "useAdditionalCode": "use additional",
    "codeFirst": "code first",
    "codeAlso": "code also",
    "notes": "note",
    "sevenChrNote": "seventh character",
}
_PASSED_OVER = frozenset(("name", "desc", "diag", "section", "sectionIndex", "sevenChrDef", "visualImpairment"))
_LONGEST_CODE = 7
_WITHHELD = re.compile(
    r"7th characters ((?:[A-Z](?:, | and )?)+) do not apply to codes in category (\w+)"
    r" with 6th character (\d) - .*?(?:, or (\d) - .*)?"
)
"""A note that takes some seventh characters from some codes of a category (S06 has the only one)."""
_ORDER_LINE = re.compile(r"\d{5} ([A-Z][0-9A-Z]{2,6}) +([01]) (.{60}) ?(.*)")
_CODE_LINE = re.compile(r"([A-Z][0-9A-Z]{2,6}) +(\S.*)")


@dataclass
class _Tabular:
    """What is gathered on one way through the tabular list."""

    source: Source
    codes: list[Row] = field(default_factory=list)
    sections: list[Row] = field(default_factory=list)
    notes: list[Row] = field(default_factory=list)
    extensions: list[Row] = field(default_factory=list)
    withheld: list[re.Pattern[str]] = field(default_factory=list)

    def add_chapter(self, chapter: ElementTree.Element) -> None:
        number = chapter.findtext("name", "").strip()
        index = chapter.findall("sectionIndex/sectionRef")
        if not number or not index:
            raise self.refuse("A chapter has no number or no index of sections.")
        owner = f"chapter {number}"
        first, last = index[0].get("first", ""), index[-1].get("last", "")
        self.sections.append((owner, "", first, last, chapter.findtext("desc", "").strip()))
        self._add_notes(owner, chapter)
        for section in chapter.findall("section"):
            self._add_section(owner, section)

    def _add_section(self, chapter: str, section: ElementTree.Element) -> None:
        """A section is named by its ends (`B20-B20`, where the list has just B20), so that none is taken for a code."""
        first, _, last = section.get("id", "").partition("-")
        owner = f"{first}-{last or first}"
        description = section.findtext("desc", "").partition(f"({section.get('id')})")[0].strip()
        if not first or not description:
            raise self.refuse(f"A section of {chapter} has no name or no description.")
        self.sections.append((owner, chapter, first, last or first, description))
        self._add_notes(owner, section)
        for category in section.findall("diag"):
            self._add_diagnosis(category, ())

    def _add_diagnosis(self, diagnosis: ElementTree.Element, extensions: tuple[tuple[str, str], ...]) -> None:
        code = diagnosis.findtext("name", "").replace(".", "").strip()
        description = diagnosis.findtext("desc", "").strip()
        if not code or not description:
            raise self.refuse(f"A code ({code or 'without a name'}) has no description.")
        self._add_notes(code, diagnosis)
        own = _extensions(diagnosis)
        self.extensions += ((code, *extension) for extension in own)
        extensions = own or extensions
        children = diagnosis.findall("diag")
        is_extended = not children and bool(extensions) and len(code) < _LONGEST_CODE
        self.codes.append((code, int(not children and not is_extended), description))
        if is_extended:
            self._add_extended(code, description, extensions)
        for child in children:
            self._add_diagnosis(child, extensions)

    def _add_extended(self, code: str, description: str, extensions: tuple[tuple[str, str], ...]) -> None:
        stem = code.ljust(_LONGEST_CODE - 1, "X")
        for character, text in extensions:
            extended = stem + character
            if not any(pattern.fullmatch(extended) for pattern in self.withheld):
                self.codes.append((extended, 1, f"{description}, {text}"))

    def _add_notes(self, owner: str, element: ElementTree.Element) -> None:
        position = 0
        for part in element:
            kind = _NOTE_KINDS.get(part.tag)
            if kind is None and part.tag not in _PASSED_OVER:
                raise self.refuse(f"{owner} has a part {part.tag!r} that is not known.")
            for note in part.findall("note") if kind else ():
                position += 1
                text = " ".join("".join(note.itertext()).split())
                self.notes.append((owner, position, kind, text))
                if text.startswith("7th character") and "not apply" in text:
                    self._withhold(text)

    def _withhold(self, text: str) -> None:
        found = _WITHHELD.fullmatch(text)
        if found is None:
            raise self.refuse(f"A note on seventh characters is not understood: {text}")
        characters, category, *sixth = found.groups(default="")
        letters = "".join(re.findall(r"\b[A-Z]\b", characters))
        self.withheld.append(re.compile(f"{category}..[{''.join(sixth)}][{letters}]"))

    def refuse(self, message: str) -> Exception:
        return refuse(self.source, "LOAD-TABULAR", message, "The layout may have changed: nothing was loaded.")


def _extensions(diagnosis: ElementTree.Element) -> tuple[tuple[str, str], ...]:
    found = diagnosis.findall("sevenChrDef/extension")
    return tuple((extension.get("char", ""), (extension.text or "").strip()) for extension in found)


def _read_tabular(source: Source) -> Content:
    try:
        root = ElementTree.fromstring(source.data)  # noqa: S314 - no entities: see _is_tabular
    except ElementTree.ParseError as error:
        hint = "It is cut off or damaged: fetch it again from its publisher."
        raise refuse(source, "LOAD-XML", f"It is no XML: {error}.", hint) from error
    tabular = _Tabular(source)
    for chapter in root.findall("chapter"):
        tabular.add_chapter(chapter)
    edition = f"FY{root.findtext('version', '').strip()}"
    rows: dict[str, Iterable[Row]] = {
        "icd10cm_codes": tabular.codes,
        "icd10cm_sections": tabular.sections,
        "icd10cm_notes": tabular.notes,
        "icd10cm_extensions": tabular.extensions,
    }
    return Content(edition, None, rows)


@dataclass(frozen=True)
class _Lines:
    """A file of one code a line."""

    source: Source
    pattern: re.Pattern[str]

    @cached_property
    def content(self) -> Content:
        return Content("", None, {"icd10cm_codes": self._rows()})

    def _rows(self) -> Iterator[Row]:
        for number, line in enumerate(self.source.lines(), start=1):
            found = self.pattern.fullmatch(line.rstrip())
            if found is None and line.strip():
                hint = "The file is damaged, or its layout has changed: nothing was loaded."
                raise refuse(self.source, "LOAD-VALUE", f"Line {number} is not of this layout.", hint, index=number)
            if found is not None:
                yield self._row(*found.groups())

    @staticmethod
    def _row(code: str, *rest: str) -> Row:
        if len(rest) == 1:
            return code, 1, rest[0].strip()
        is_valid, short, long = rest
        return code, int(is_valid), (long or short).strip()


def _is_tabular(source: Source) -> bool:
    """The root's name; a document that declares entities is none of NCHS."""
    return "<ICD10CM.tabular" in source.head and "<!" not in source.head.partition("<ICD10CM.tabular")[0]


def _first_line(source: Source) -> str:
    return source.head.partition("\n")[0].rstrip()


LAYOUTS = (
    Layout("ICD-10-CM tabular list, XML", "icd10cm", _is_tabular, _read_tabular),
    Layout(
        "ICD-10-CM order file",
        "icd10cm",
        lambda source: bool(_ORDER_LINE.fullmatch(_first_line(source))),
        lambda source: _Lines(source, _ORDER_LINE).content,
    ),
    Layout(
        "ICD-10-CM codes",
        "icd10cm",
        lambda source: bool(re.fullmatch(r"[A-Z]\d[0-9A-Z][0-9A-Z]{0,4} {1,5}[A-Z].*", _first_line(source))),
        lambda source: _Lines(source, _CODE_LINE).content,
    ),
)
