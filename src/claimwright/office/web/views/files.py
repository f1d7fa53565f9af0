"""Files that came and went: the list, and one file's segments with what is wrong with them."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from claimwright.deposits import read_bank_file
from claimwright.office.core import audit
from claimwright.office.core.access import Permission
from claimwright.office.core.models import StoredFile
from claimwright.office.exchange.models import Transmission
from claimwright.office.posting.models import Remittance
from claimwright.office.web.allowing import allow
from claimwright.office.web.middleware import OfficeRequest
from claimwright.office.web.paging import number_from, page_of
from claimwright.office.web.segments import findings_of, list_segments

KINDS = ("837P", "270", "276", "TA1", "999", "277CA", "271", "277", "835")
_PDF = ".pdf"


@allow(Permission.SEE_CLAIMS, Permission.SEE_MONEY)
def list_files(request: OfficeRequest) -> HttpResponse:
    """Every X12 file, newest first; `?kind=`, `?state=` of its transmission."""
    kind, state = request.GET.get("kind", ""), request.GET.get("state", "")
    page = page_of(_chosen(kind, state), request)
    context = {
        "section": "transmissions",
        "page": page,
        "kinds": KINDS,
        "kind": kind,
        "states": Transmission.State.choices,
        "state": state,
    }
    return render(request, "web/files.html", context)


def _chosen(kind: str, state: str) -> QuerySet[StoredFile]:
    transmissions = Transmission.objects.order_by("-pk").select_related("connection").defer("findings")
    remittances = Remittance.objects.order_by("-pk").only("file", "state", "payment_cents", "claim_count")
    files = StoredFile.objects.exclude(name__endswith=_PDF).defer("content").order_by("-stored_at", "-pk")
    if kind in KINDS:
        files = files.filter(transmissions__kind=kind).distinct()
    if state in Transmission.State.values:
        files = files.filter(transmissions__state=state).distinct()
    return files.prefetch_related(Prefetch("transmissions", transmissions), Prefetch("remittances", remittances))


@allow(Permission.SEE_CLAIMS, Permission.SEE_MONEY)
def show_file(request: OfficeRequest, file_id: int) -> HttpResponse:
    """The segments of a file. `?at=` is the byte in question, with `&length=` the part that belongs to it; `?from=`
    the byte where the window begins."""
    file = get_object_or_404(StoredFile.objects.exclude(name__endswith=_PDF), pk=file_id)
    at = number_from(request, "at")
    audit.record("file.view", f"file {file.pk}", at=at)
    findings = read_bank_file(file.data).findings if file.deposits.exists() else findings_of(file.data, file.name)
    listing = list_segments(
        file.data,
        at=at,
        length=number_from(request, "length") or 0,
        start=number_from(request, "from") or 0,
        findings=findings or (),
    )
    context = {
        "section": "transmissions",
        "file": file,
        "at": at,
        "listing": listing,
        "is_read": findings is not None,
        "transmissions": list(file.transmissions.select_related("connection").order_by("pk")),
        "remittances": list(file.remittances.defer("record", "plan", "findings").order_by("pk")),
    }
    return render(request, "web/file.html", context)


@allow(Permission.SEE_CLAIMS, Permission.SEE_MONEY)
def download_file(request: OfficeRequest, file_id: int) -> HttpResponse:
    """The bytes as they came or went, to be saved and never shown by the browser itself."""
    file = get_object_or_404(StoredFile.objects.exclude(name__endswith=_PDF), pk=file_id)
    audit.record("file.download", f"file {file.pk}")
    return saved(file, "application/octet-stream")


def saved(file: StoredFile, content_type: str) -> HttpResponse:
    """A stored file as something to save."""
    name = "".join(mark if mark.isascii() and (mark.isalnum() or mark in "._-") else "_" for mark in file.name)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(file.data, content_type=content_type, headers=headers)
