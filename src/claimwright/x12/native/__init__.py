"""The native core: the walk in C, for speed. What it cannot prove to be right, the Python interpreter takes.

Promises: the same findings as the Python interpreter, in the same order, or it is not used at all. `available()` says
whether the library was built and fits; everything works without it. Knows guides and rules (as `tables` and
`rule_tables`) and the library's structures (`binding`); words of findings it must not know.
"""

from claimwright.x12.native.binding import available, why_not
from claimwright.x12.native.engine import NativeEngine

__all__ = ["NativeEngine", "available", "why_not"]
