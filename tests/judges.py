"""Independent judges: other people's programs that say whether a file of ours is right."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pyx12.errors
import pyx12.params
import pyx12.x12n_document

# Its 835 map lets PLB occur once; the guide sets no limit, and the payers' own files have many.
_MISJUDGED = tuple(f"Loop FOOTER exceeded max count.  Found {found}, should have 1" for found in range(2, 100))


def pyx12_errors(data: bytes) -> list[str]:
    """What pyx12 finds wrong with a file; an empty list is a clean verdict.

    pyx12 has 5010 guides of 837P (005010X222A1), 837I, 835 (005010X221A1), 834, 820, 277CA (005010X214) and 999. A file
    that it has no guide for is an error here too, so that no test passes by not being judged.
    """
    verdict = io.StringIO()
    logging.getLogger("pyx12").setLevel(logging.CRITICAL)
    try:
        clean = pyx12.x12n_document.x12n_document(
            pyx12.params.params(),
            io.StringIO(data.decode("utf-8", "surrogateescape")),
            fd_997=None,  # It aborts on an 835, whose ST has no version.
            fd_html=None,
            fd_json=verdict,
        )
    except pyx12.errors.EngineError as refusal:
        return [str(refusal)]
    every = list(_errors(json.loads(verdict.getvalue() or "{}"), ""))
    found = [error for error in every if not error.endswith(_MISJUDGED)]
    return found or ([] if clean or every else ["pyx12 refuses the file and does not say why"])


def _errors(node: object, path: str) -> Iterator[str]:
    """Every error in pyx12's tree of interchanges, groups, sets, segments and elements."""
    if isinstance(node, list):
        for item in node:
            yield from _errors(item, path)
    elif isinstance(node, dict):
        if "seg_id" in node:
            path = f"{node['seg_id']} (segment {node['seg_count']} of the set)"
        for error in node.get("errors", ()):
            yield f"{path}: {error['err_str']}".lstrip(": ")
        for value in node.values():
            yield from _errors(value, path)
