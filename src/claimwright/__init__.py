"""Medical reimbursement in the open: X12, billing rules, and a billing office.

Two halves. The *library* (everything but `office` and `cli`) holds the rules of the trade as plain Python: no database,
no web, no dependency beyond the standard library for its core. The *office* is the billing application built on it.
Importing this package costs nothing; import the room you need: `from claimwright import x12, documents`.

Shared by every room, and knowing none of them: `errors`, `findings`, `money`, `origin`, `clock`.
"""

__version__ = "0.1.0"
