"""What a payer's refusal means, what to do about it, and by when.

    plan_denial    CARC, RARCs, group, days and payer terms in, `DenialAdvice` out

Promises: meanings come from the code lists and an unknown code has none; a remark that forbids an appeal wins over one
that allows it; every deadline says how it was counted and whether a contract or a law confirms it; no advice ever asks
to change a code without the record. Knows the code lists and payers' terms; must not know databases, claims or letters.
"""

from claimwright.denials.advice import DenialAdvice, DenialQueue, plan_denial

__all__ = ["DenialAdvice", "DenialQueue", "plan_denial"]
