"""A trial office: a sample practice, a simulated clearinghouse behind a real SFTP server, and a clock that moves.

    sample    the sample practice as its readable files say it (`examples/practice`)
    visits    who comes when and why, and which mistakes are made, from a seed
    opening   the sample practice written into an empty office
    mailbox   the simulated clearinghouse, its SFTP server, and the connection to it
    biller    what the biller and the patients do besides the routine: mend, resend, write off, pay
    days      the days themselves, one after the other, until everything is settled

Promises: the same seed gives the same files and the same cents; everything it does goes through the same verbs that
people use. Knows every room below and the simulator; nothing in the office knows it.
"""
