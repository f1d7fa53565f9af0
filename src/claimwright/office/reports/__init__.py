"""What the numbers say: the accounting of every dollar, the ageing of what is open, the checks that must always hold.

    account_for(client)      charges = payments + adjustments + open; unexplained 0.00, proved against the documents too
    age_balances(as_of)      what is open by who owes it and how old it is, each cell with its encounters
    check_practice(client)   findings where anything that must always hold does not
    close_month(period)      a month is closed when nothing forbids it; `preview_closing` says what would

Promises: every figure is computed from the ledger; every cell opens to the rows behind it; nothing but the closing of a
month changes anything. Knows every room below and none of the screens.
"""

from claimwright.office.reports.accounting import Accounting, account_for
from claimwright.office.reports.ageing import Ageing, age_balances
from claimwright.office.reports.checking import check_practice
from claimwright.office.reports.closing import close_month, preview_closing

__all__ = ["Accounting", "Ageing", "account_for", "age_balances", "check_practice", "close_month", "preview_closing"]
