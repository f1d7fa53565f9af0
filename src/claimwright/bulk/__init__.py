"""Files or folders of X12 as tables: Arrow, Parquet, DuckDB, Spark.

Promises: no adjustment, remark or provider adjustment is lost, money is whole cents, every row knows its bytes, and
what cannot be read is a finding. Needs pyarrow (`pip install 'claimwright[bulk]'`). Knows `x12` and no billing.
"""
