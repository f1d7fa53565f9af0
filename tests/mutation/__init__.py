"""Would the tests notice? Each mutant is one small mistake in the code; a test must fail of it.

    python -m tests.mutation                      the remittance room, and the share of mistakes that its tests notice
    python -m tests.mutation office/ledger        another room
    python -m tests.mutation remittance/sums.py   a module of it

`operators` says which mistakes are made, `planting` puts one into the running process, `__main__` collects the tests
once, remembers which lines each of them reaches, and forks a process per mutant that runs just those: several mutants a
second, where starting the tests anew for each would take one or more seconds.
What no test can notice, because nothing differs, is listed with its reason in `equivalent.txt`.
"""
