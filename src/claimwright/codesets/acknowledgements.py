"""The codes with which messages are answered: what they say and what to do, from `data/acknowledgements.tsv`.

    TA105, IK304, IK403, IK502, AK905   interchange, segment, element, set and group errors of a TA1 or 999
    category, status                    claim status category and claim status codes of a 277 or 277CA (STC01-1, -2)
    AAA03, AAA04, EB01                  why a coverage question was not answered, what to do next, what a benefit is

Meanings and actions are in our own words. The lists hold the codes that matter in daily work; a code that is not among
them may be valid all the same, so `None` means "not known here". TA105 is of the list I18: another list uses the same
numbers for other meanings.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import NamedTuple

AS_OF = date(2026, 11, 22)
"""The day on which the table was written from the sources below."""

SOURCE = "X12 005010 standard and its code lists 507 and 508 as public guides show them, in our own words"


class AnswerCode(NamedTuple):
    """One code of an answer. `area` says whose work it is, or, for a category, what became of the claim.

    Areas of a category: forwarded, received, accepted, rejected, not_found, split, pended, info_requested,
    patient_requested, finalized, error. Of a benefit: active, inactive, patient_share, limit, not_covered ...
    """

    code: str
    area: str
    meaning: str
    action: str


def interchange_note(code: str) -> AnswerCode | None:
    """A TA105 code: why an interchange was refused."""
    return _lists()["TA105"].get(code)


def group_error(code: str) -> AnswerCode | None:
    """An AK905 to AK909 code: what is wrong with a functional group."""
    return _lists()["AK905"].get(code)


def set_error(code: str) -> AnswerCode | None:
    """An IK502 to IK506 code: what is wrong with a transaction set."""
    return _lists()["IK502"].get(code)


def segment_error(code: str) -> AnswerCode | None:
    """An IK304 code: what is wrong with a segment."""
    return _lists()["IK304"].get(code)


def element_error(code: str) -> AnswerCode | None:
    """An IK403 code: what is wrong with an element."""
    return _lists()["IK403"].get(code)


def status_category(code: str) -> AnswerCode | None:
    """A claim status category code (A1, A7, P1, F2 ...): what became of the claim."""
    return _lists()["category"].get(code)


def status_code(code: str) -> AnswerCode | None:
    """A claim status code (20, 33, 562 ...): what it is about."""
    return _lists()["status"].get(code)


def eligibility_rejection(code: str) -> AnswerCode | None:
    """An AAA03 code: why a coverage question was not answered."""
    return _lists()["AAA03"].get(code)


def follow_up(code: str) -> AnswerCode | None:
    """An AAA04 code: whether to ask again."""
    return _lists()["AAA04"].get(code)


def benefit_information(code: str) -> AnswerCode | None:
    """An EB01 code: what kind of statement a benefit is."""
    return _lists()["EB01"].get(code)


@cache
def _lists() -> MappingProxyType[str, MappingProxyType[str, AnswerCode]]:
    text = files("claimwright.codesets").joinpath("data", "acknowledgements.tsv").read_text("utf-8")
    lists: dict[str, dict[str, AnswerCode]] = {}
    for line in text.splitlines()[1:]:
        name, *fields = line.split("\t")
        lists.setdefault(name, {})[fields[0]] = AnswerCode(*fields)
    return MappingProxyType({name: MappingProxyType(codes) for name, codes in lists.items()})
