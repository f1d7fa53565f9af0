"""The trade's code lists: what a code means, whether it has the shape of one, and since when.

    reasons      CARC and RARC: why a payer did not pay, in our own words, with category and default treatment
    acknowledgements  TA1, 999, 277CA, 277 and 271 codes: what they say and what to do
    places       place of service: facility or not
    filing       claim filing indicators: which kind of payer
    shapes       whether a text has the form of an ICD-10-CM, HCPCS, taxonomy, modifier or NDC code
    medicare_factors  conversion factors of the physician fee schedule and of anesthesia, by day
    deadlines    how long each kind of payer gives to file, correct and appeal
    identifiers  check digits: NPI, Medicare beneficiary identifier

Promises: a code that is not on a list has no meaning here (`None`), never a guessed one; every list says its source and
its day. Knows no claims and no payers. The publishers' own tables, by date of service, are loaded elsewhere.
"""
