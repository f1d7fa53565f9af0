"""What a payer is expected to allow: a contract and a line in, cents out.

    Contract   the terms of one payer from a day on, read from JSON or TOML data; prices lines and says how
    in_force   the contract of a day, among several
    compare    what was allowed against what was expected

Promises: exact cents, each rounding where the trade rounds (half up, to the cent, per unit of service); every price
explains itself; what the terms do not say is not priced (`None`), never guessed. Knows the claim record; must not know
databases, remittances or payers' habits.
"""

from claimwright.pricing.comparing import Comparison, Difference, Tolerance, compare
from claimwright.pricing.contract import Contract, Price, in_force

__all__ = ["Comparison", "Contract", "Difference", "Price", "Tolerance", "compare", "in_force"]
