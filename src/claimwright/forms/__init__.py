"""Paper: records in, PDF bytes out.

    Statement       what a patient is asked to pay, and why
    statement_pdf   the statement as a PDF

Promises: a form whose amounts do not add up is refused, never printed; the same record gives the same bytes; no text
leaves the page or covers other text, however long a name is. Knows reportlab and its own records; must not know
databases, claims or the clock.
"""

from claimwright.forms.statement import AgeingBucket, Practice, Recipient, Statement, StatementLine, Visit
from claimwright.forms.statement_pdf import statement_pdf

__all__ = ["AgeingBucket", "Practice", "Recipient", "Statement", "StatementLine", "Visit", "statement_pdf"]
