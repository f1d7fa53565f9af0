"""The trace number inside what a bank passes on: `TRN*1*<trace>*<company>` within an addenda or a description.

Banks put words around it, wrap it, and change the separators, so it is searched for, not read by position.
"""

from __future__ import annotations

import re

_TRACE = re.compile(
    r"TRN(?P<mark>[^A-Za-z0-9 ])1(?P=mark)(?P<trace>[^~\\*|]{1,50}?)"
    r"(?:(?P=mark)(?P<company>[A-Za-z0-9]{1,10}))?(?=(?P=mark)|[~\\\s]|\Z)"
)


def find_trace(text: str) -> tuple[str, str]:
    """TRN02 and TRN03 out of a bank's text; both empty when there is none.

    >>> find_trace("PAYMENT TRN*1*0012524965*1999999999~ REF")
    ('0012524965', '1999999999')
    """
    match = _TRACE.search(text)
    return (match["trace"].strip(), match["company"] or "") if match else ("", "")
