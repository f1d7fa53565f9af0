"""The rules beyond structure as data: balances, pointers, numbering, check digits, situations (SNIP 3 to 5).

`*.rules` files say them in a small language (`language`), `binding` turns them into numbers for one guide, `running` is
the interpreter that the walk calls; `looks` and `shapes` hold what is Python. Knows guides and segments; knows
no files.
"""

from claimwright.x12.rules.binding import Program, program_of, rule_files

__all__ = ["Program", "program_of", "rule_files"]
