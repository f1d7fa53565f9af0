"""Help with choosing codes: what the documentation supports, what it lacks.

    visit_level   the level of a visit by medical decision making and by time, with its reasoning

Promises: every answer says what was counted and where the note shows it; what is not shown is not counted, it becomes a
question to whoever wrote the note; nothing suggests a higher code without the documentation for it. Knows bare codes,
no descriptions of them; must not know claims, payers or the office.
"""

from claimwright.coding.visit_levels import (
    FAMILIES,
    Basis,
    Element,
    Family,
    Item,
    Kind,
    Level,
    Visit,
    VisitLevel,
    visit_level,
)

__all__ = ["FAMILIES", "Basis", "Element", "Family", "Item", "Kind", "Level", "Visit", "VisitLevel", "visit_level"]
