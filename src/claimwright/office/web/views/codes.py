"""Looking up codes: a page of its own, and the parts of it that the pane over other screens asks for while one types.

The tables are public; what is asked names no patient. What the practice used before is counted, never whose it was.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from claimwright.codesets.releases import CODE_SETS
from claimwright.office.charges.code_lookup import (
    DIAGNOSES,
    PROCEDURES,
    describe_code,
    diagnoses_of,
    find_codes,
    used_codes,
)
from claimwright.office.core import clock, codesets
from claimwright.office.core.access import Permission
from claimwright.office.web.allowing import allow
from claimwright.office.web.days import read_day
from claimwright.office.web.middleware import OfficeRequest

TEXT_MAX = 100
_SYSTEMS = {"": "Every code", DIAGNOSES: "Diagnoses (ICD-10-CM)", PROCEDURES: "Services and supplies (HCPCS II)"}


@allow(*Permission)
def look_up(request: OfficeRequest) -> HttpResponse:
    """The page: `?q=` what is looked for, `?on=` the day of service, `?system=`; `?code=` the one to show, `?of=` its
    system."""
    asked = _asked(request)
    code = request.GET.get("code", "").strip()[:TEXT_MAX]
    system, found = request.GET.get("of", ""), asked["found"]
    if not code and found:
        code, system = found[0].entry.code, found[0].entry.system
    card = describe_code(code, asked["day"], system=system) if code else None
    context = {"section": "codes", "systems": _SYSTEMS.items(), "card": card, **_told(card), **asked}
    return render(request, "web/codes.html", context)


@allow(*Permission)
def find(request: OfficeRequest) -> HttpResponse:
    """The codes that fit what was typed so far, as a part of a page."""
    return render(request, "web/parts/codes_found.html", _asked(request))


@allow(*Permission)
def card(request: OfficeRequest) -> HttpResponse:
    """Everything about one code (`?code=`, `?of=` its system), as a part of a page."""
    code = request.GET.get("code", "").strip()[:TEXT_MAX]
    found = describe_code(code, _day(request), system=request.GET.get("of", "")) if code else None
    return render(request, "web/parts/code_card.html", {"card": found, "in_pane": True, **_told(found)})


def _asked(request: OfficeRequest) -> dict[str, Any]:
    text = request.GET.get("q", "").strip()[:TEXT_MAX]
    system = request.GET.get("system", "")
    system = system if system in _SYSTEMS else ""
    day = _day(request)
    diagnoses = diagnoses_of(day) if system in ("", DIAGNOSES) else None
    since = diagnoses.release.effective_date if diagnoses else day
    return {
        "q": text,
        "day": day,
        "system": system,
        "found": find_codes(text, day, system=system),
        "used": [] if text else used_codes(system or DIAGNOSES, day),
        "later": since if since > day else None,
        "not_loaded": _not_loaded(system, day),
    }


def _day(request: OfficeRequest) -> date:
    return read_day(request.GET.get("on", ""), clock.today()) or clock.today()


def _not_loaded(system: str, day: date) -> list[str]:
    """The titles of the sets that were asked and that nobody has loaded for that day."""
    asked = {DIAGNOSES: diagnoses_of(day), PROCEDURES: codesets.library().hcpcs(day)}
    return [CODE_SETS[name].title for name, found in asked.items() if found is None and system in ("", name)]


def _told(found: Any) -> dict[str, Any]:
    return {"card_missing": [CODE_SETS[name].title for name in found.missing] if found else []}
