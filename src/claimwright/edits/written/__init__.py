"""Rules that a practice writes itself: "for payer X, code Y needs modifier Z", without a programmer.

    read_rules       the rules of a TOML text, with what is wrong with it
    failed_examples  what a rule's own tests say: a rule that fails them is not switched on
    RuleBook         the rules at work: a case in, findings `RULE-<slug>` out
    back_test        what a rule would have done to past claims, whose answers are known
    propose_rule     from denials of one kind the rule that would have stopped them

Promises: a rule is data (`WrittenRule`), the same as a TOML table, a form and JSON; it is a pure function of the case;
whatever a person writes is a rule or findings that say where and what to write instead. Knows the claim record and the
context of the edits; must not know the catalogue of edits, databases or screens.
"""

from claimwright.edits.written.back_test import BackTest, LineAnswer, PastClaim, Stop, Verdict, back_test, stops
from claimwright.edits.written.examples import failed_examples, read_example
from claimwright.edits.written.matching import CompiledRule, RuleBook
from claimwright.edits.written.proposing import DenialGroup, Proposal, propose_rule
from claimwright.edits.written.reading import read_rule, read_rules, rule_from_data
from claimwright.edits.written.rule import WrittenRule

__all__ = [
    "BackTest",
    "CompiledRule",
    "DenialGroup",
    "LineAnswer",
    "PastClaim",
    "Proposal",
    "RuleBook",
    "Stop",
    "Verdict",
    "WrittenRule",
    "back_test",
    "failed_examples",
    "propose_rule",
    "read_example",
    "read_rule",
    "read_rules",
    "rule_from_data",
    "stops",
]
