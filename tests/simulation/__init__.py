"""Seeded years of a small practice, against payers that do everything that payers do.

payers.py      a payer with books of its own: what it decided, paid, announced, carried forward, and still is to take
years.py       seed -> claims and events: bills, files (late, twice, out of order), the bank, patients, undoing
judging.py     what must hold, worked out from the payers' books and not from the planner
in_memory.py   a year played on the planner, with books in memory
in_office.py   a year played in the office, with its database, its bank and its people

make simulate YEARS=1000 FIRST=1               the long run, with progress
python -m tests.simulation --first 7 --years 1 one year again; the same seed and commit give the same year
"""
