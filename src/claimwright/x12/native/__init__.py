"""The native core: the walk in C, for speed. What it cannot prove to be right, Python looks at again.

Promises: the same findings as the Python interpreter, in the same order, or it is not used at all. `available()` says
whether the library was built and fits; everything works without it. Knows guides (`tables`) and the library's structures
(`binding`); the words of findings it must not know.
"""

from claimwright.x12.native.binding import available, why_not

__all__ = ["available", "why_not"]
