"""What a payer is expected to allow: a contract and a line in, cents out.

    Contract   the terms of one payer from a day on, read from JSON or TOML data; prices lines and says how
    in_force   the contract of a day, among several
    MEDICARE   Medicare's own physician fee schedule, as a contract
    price_claim  every line of a claim, with its steps or the reason why it has no price
    compare    what was allowed against what was expected

Medicare's own rules: `medicare` (one service), `same_day` (several), `anesthesia`, `medicare_payment` (who pays what),
`medicare_basis` (which schedule a contract means). Hospital stays: `inpatient`, with the extra of that name.

Promises: exact cents, each rounding where the trade rounds (half up, to the cent, per unit of service); every price
explains itself and names the release of every table in it; what the terms or the loaded tables do not say is not
priced, with the reason, never guessed. Knows the claim record and loaded code sets; must not know databases,
remittances or payers' habits.
"""

from claimwright.pricing.claims import MEDICARE, PricedClaim, price_claim
from claimwright.pricing.comparing import Comparison, Difference, Tolerance, compare
from claimwright.pricing.contract import Contract, in_force
from claimwright.pricing.price import Price, Unpriced

__all__ = [
    "MEDICARE",
    "Comparison",
    "Contract",
    "Difference",
    "Price",
    "PricedClaim",
    "Tolerance",
    "Unpriced",
    "compare",
    "in_force",
    "price_claim",
]
