"""The words of a statement that do not depend on its amounts.

Plain language, our own. They promise nothing in a practice's name: what it grants, it adds as a notice.
"""

from __future__ import annotations

INTRODUCTION = (
    "Your insurance has finished with the visits below. What is left is yours to pay, for the reason given with each "
    "amount. Nothing in this statement is still waiting for an insurer."
)
INTRODUCTION_WITHOUT_INSURANCE = "The visits below were not billed to insurance. What is left is yours to pay."

WAYS_TO_PAY = "Ways to pay"
PAY_ONLINE = "Online: scan the code on page 1, or go to {url}."
PAY_BY_PHONE = "By phone: {phone}{hours}."
PAY_BY_MAIL = "By mail: send a check to {practice} with the slip from page 1. Write {account} on the check."

HELP = "If you need help"
ASSISTANCE = (
    "If you cannot pay all of this by the due date, call us before then. Ask about paying in installments, and whether "
    "you qualify for financial assistance."
)
DISPUTE = (
    "If something looks wrong, or you have other insurance that we did not bill, call us. You may ask for an itemized "
    "bill, and you may dispute any amount."
)
GOOD_FAITH_ESTIMATE = (
    "If you were given a good-faith estimate and are billed at least $400 more than it, you may start a federal "
    "dispute within 120 days of your first bill."
)
LANGUAGE = "¿Necesita ayuda en español? Llame al {phone}. La ayuda con el idioma es gratuita."

DETACH = "Please detach and return this slip with your payment"
PAYABLE_TO = "Make checks payable to"
