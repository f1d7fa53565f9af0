"""Edits of what this payer asks for: authorization, referral, providers, frequency."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from claimwright.edits.registry import Case, E, Hit, Table, W, hit, hit_if, line_field


def _is_asked(case: Case) -> bool:
    """Whether the payer asks for anything of its own, or the claim has what only some payers take."""
    claim, profile = case.claim, case.profile
    if profile.asks or claim.frequency != "1" or claim.original_reference or claim.referral:
        return True
    return not profile.asked_codes.isdisjoint(case.codes)


TABLE = Table(_is_asked)
_FREQUENCY_RULE = "837P implementation guide 005010X222A1, CLM05-3 and REF F8"


@TABLE.edit(
    "EDIT-PAY-001",
    E,
    "lines.N.prior_authorization",
    "This payer asks for an authorization for {value}, and the claim has no number.",
    "Look for the authorization on file, or ask the payer for one before sending.",
    "payer profile: requires_authorization_for (denied as CARC 197)",
)
def _authorization_is_missing(case: Case) -> Collection[Hit]:
    needed = case.profile.requires_authorization_for
    if not needed or case.claim.prior_authorization:
        return ()
    return [
        hit(line_field(line, "prior_authorization"), value=line.procedure.code)
        for line in case.claim.lines
        if line.procedure.code in needed and not line.prior_authorization
    ]


@TABLE.edit(
    "EDIT-PAY-002",
    E,
    "lines.N.prior_authorization",
    "The authorization on the claim is not on file, or does not cover {value} on that day.",
    "Compare number, codes and days with the payer's letter; have it amended before sending.",
    "denied as CARC 198, 284 or 302",
)
def _authorization_does_not_cover(case: Case) -> Collection[Hit]:
    on_file = case.known.authorizations
    if on_file is None:
        return ()
    hits = []
    for line in case.claim.lines:
        number = line.prior_authorization or case.claim.prior_authorization
        if number and line.procedure.code in case.profile.requires_authorization_for:
            day = line.period.start if line.period else None
            if not any(found.number == number and found.covers(line.procedure.code, day) for found in on_file):
                hits.append(hit(line_field(line, "prior_authorization"), value=line.procedure.code))
    return hits


@TABLE.edit(
    "EDIT-PAY-003",
    E,
    "referring",
    "This payer asks who referred the patient, and the claim does not say.",
    "Enter the referring provider with name and NPI.",
    "payer profile: requires_referring, requires_referring_for",
)
def _referring_provider_is_missing(case: Case) -> Collection[Hit]:
    if case.claim.referring is not None:
        return ()
    codes = case.profile.requires_referring_for
    is_needed = case.profile.requires_referring or any(line.procedure.code in codes for line in case.claim.lines)
    return hit_if(is_needed)


@TABLE.edit(
    "EDIT-PAY-004",
    E,
    "referral",
    "This payer asks for a referral number, and there is none.",
    "Get the referral from the patient's primary care provider.",
    "payer profile: requires_referral_number (denied as CARC 288)",
)
def _referral_number_is_missing(case: Case) -> Collection[Hit]:
    return hit_if(case.profile.requires_referral_number and not case.claim.referral)


@TABLE.edit(
    "EDIT-PAY-005",
    E,
    "rendering",
    "This payer asks who gave the care, and the claim does not say.",
    "Enter the rendering provider.",
    "payer profile: requires_rendering",
)
def _rendering_provider_is_missing(case: Case) -> Collection[Hit]:
    return hit_if(case.profile.requires_rendering and case.claim.rendering is None)


@TABLE.edit(
    "EDIT-PAY-006",
    E,
    "frequency",
    "This payer does not take claims of frequency {value}.",
    "Ask for a reopening, or send a new claim for what was not processed.",
    "payer profile: supports_replacement, supports_void",
)
def _frequency_is_not_taken(case: Case) -> Collection[Hit]:
    frequency = case.claim.frequency
    return hit_if(
        frequency in ("7", "8") and frequency not in case.profile.allowed_frequencies,
        value=frequency,
    )


@TABLE.edit(
    "EDIT-PAY-007",
    E,
    "original_reference",
    "A replacement or void must say which claim it is about, and this one does not.",
    "Enter the payer's newest number of that claim, from its remittance or acknowledgement.",
    f"{_FREQUENCY_RULE} (denied with RARC M47)",
)
def _original_reference_is_missing(case: Case) -> Collection[Hit]:
    return hit_if(case.claim.frequency in ("7", "8") and not case.claim.original_reference)


@TABLE.edit(
    "EDIT-PAY-008",
    W,
    "original_reference",
    "An original claim names an earlier claim of the payer.",
    "Use frequency 7 for a replacement, or leave the number out.",
    _FREQUENCY_RULE,
)
def _original_names_an_earlier_claim(case: Case) -> Collection[Hit]:
    return hit_if(case.claim.frequency == "1" and case.claim.original_reference)


@TABLE.edit(
    "EDIT-PAY-009",
    E,
    "lines.N.quantity",
    "Authorization {number} has {left} units left; {value} asks for {units}.",
    "Have the authorization extended before sending, or bill the units that it still covers.",
    "units on the payer's authorization (denied as CARC 198)",
)
def _authorization_is_used_up(case: Case) -> Collection[Hit]:
    hits = []
    for line in case.claim.lines:
        number = line.prior_authorization or case.claim.prior_authorization
        if number and line.procedure.code in case.profile.requires_authorization_for:
            day = line.period.start if line.period else None
            left = _units_left(case, number, line.procedure.code, day)
            if left is not None and line.quantity > left:
                values = {"number": number, "left": left, "value": line.procedure.code, "units": line.quantity}
                hits.append(hit(line_field(line, "quantity"), **values))
    return hits


def _units_left(case: Case, number: str, code: str, day: date | None) -> Decimal | None:
    """The most units that any authorization of that number still covers; None where it is not counted in units."""
    found = [one for one in case.known.authorizations or () if one.number == number and one.covers(code, day)]
    counted = [one.units_left for one in found if one.units_left is not None]
    return max(counted) if found and len(counted) == len(found) else None


@TABLE.edit(
    "EDIT-PAY-010",
    W,
    "referring",
    "The claim has a referral number and does not say who referred the patient.",
    "Enter the referring provider with name and NPI.",
    "837P implementation guide 005010X222A1, loop 2310A and REF 9F",
)
def _referral_is_by_nobody(case: Case) -> Collection[Hit]:
    claim = case.claim
    is_named = claim.referring is not None or any(role in ("P3", "DN") for role, _ in claim.providers)
    return hit_if(claim.referral and not is_named)


@TABLE.edit(
    "EDIT-PAY-011",
    W,
    "original_reference",
    "The claim corrects {reference}, which is its own number and not the payer's.",
    "Enter the number that the payer gave that claim; it stands in the remittance (CLP07).",
    f"{_FREQUENCY_RULE} (denied with RARC M47)",
)
def _original_reference_is_ours(case: Case) -> Collection[Hit]:
    claim = case.claim
    is_ours = claim.frequency in ("7", "8") and claim.original_reference == claim.control_number
    return hit_if(is_ours and claim.control_number, reference=claim.original_reference)
