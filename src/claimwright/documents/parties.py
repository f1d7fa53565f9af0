"""The people and organisations that every message names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address in the United States unless `country` says otherwise.

    `postal_code` is a ZIP of five or nine digits there; `subdivision` (N407) the province of another country.
    """

    line1: str = ""
    line2: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""
    subdivision: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach somebody: a name and (kind, number) pairs, kinds as in PER: TE, FX, EM, EX, UR."""

    name: str = ""
    numbers: tuple[tuple[str, str], ...] = ()
    function: str = "IC"


@dataclass(frozen=True, slots=True)
class Reference:
    """A further identifier of a party, a claim or a line: REF01 and REF02.

    `payer_id` names the payer to whom it belongs when that is not the payer of the claim (REF04 with 2U);
    `description` (REF03) names what is identified: a plan, a group, a network.
    """

    qualifier: str
    value: str
    payer_id: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """A person (NM102 = 1) or an organisation (2). `last_name` holds the organisation's name too.

    `id_qualifier`/`id` are NM108/NM109: XX an NPI, MI a member, PI a payer, 46 a submitter ...
    """

    last_name: str = ""
    first_name: str = ""
    middle_name: str = ""
    suffix: str = ""
    is_person: bool = False
    id_qualifier: str = ""
    id: str = ""
    address: Address | None = None
    contacts: tuple[Contact, ...] = ()
    references: tuple[Reference, ...] = ()

    @property
    def name(self) -> str:
        """`Last, First` or the organisation's name."""
        return f"{self.last_name}, {self.first_name}" if self.first_name else self.last_name

    def reference(self, qualifier: str) -> str:
        """The value of the first reference with that qualifier; `''` when there is none."""
        return next((ref.value for ref in self.references if ref.qualifier == qualifier), "")


NOBODY = Party()
"""The party of a message that names none."""


@dataclass(frozen=True, slots=True)
class Provider(Party):
    """A party that gives or bills care: `id` is the NPI when `id_qualifier` is XX; `tax_id` its EIN or SSN."""

    taxonomy: str = ""
    tax_id: str = ""
    tax_id_qualifier: str = ""

    @property
    def npi(self) -> str:
        return self.id if self.id_qualifier == "XX" else ""


@dataclass(frozen=True, slots=True)
class Person(Party):
    """A subscriber or patient. `sex` is F, M or U as X12 has it.

    The death date, the weight (of newborns, and for some equipment) and the pregnancy are what a claim's PAT tells.
    """

    birth_date: date | None = None
    sex: str = ""
    death_date: date | None = None
    weight_pounds: Decimal | None = None
    is_pregnant: bool = False


@dataclass(frozen=True, slots=True)
class Procedure:
    """A service code as X12 writes it: qualifier (HC, NU, AD, ER ...), code, up to four modifiers, own description."""

    code: str
    modifiers: tuple[str, ...] = ()
    qualifier: str = "HC"
    description: str = ""
    code_to: str = ""


@dataclass(frozen=True, slots=True)
class Period:
    """A day, or a run of days."""

    start: date
    end: date

    @classmethod
    def day(cls, day: date) -> Period:
        """The period of a single day."""
        return cls(day, day)
