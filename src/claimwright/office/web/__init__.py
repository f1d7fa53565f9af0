"""The office on screen: shell, layout, and the screens of the everyday biller.

Promises: server-rendered pages that work with the keyboard alone and without scripts; every number opens to the rows
behind it; every page that shows a patient is an event in the audit trail. Knows every room below; decides nothing: it
asks the rooms' verbs and shows what they answer.
"""
