"""Every measurement, one after the other, each in a process of its own.

python -m bench [--encounters N] [--claims N] [--x12-claims N] [--gigabytes N]
"""

from __future__ import annotations

import argparse
import subprocess
import sys


def main() -> None:
    """Run them all; the exit status of the first that fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encounters", default="200", help="visits of the demonstration")
    parser.add_argument("--claims", default="1000", help="claims of the remittance that is posted")
    parser.add_argument("--x12-claims", default="20000", help="claims of the X12 files")
    parser.add_argument("--gigabytes", default="0.05", help="the size of the file that is streamed")
    options = parser.parse_args()
    for title, words in (
        ("Checking X12", ["bench.x12_checking", "--claims", options.x12_claims]),
        ("X12 to tables", ["bench.x12_tables", "--claims", options.x12_claims]),
        ("X12 to records", ["bench.x12_records", "--claims", options.x12_claims]),
        ("Large X12 files", ["bench.x12_streaming", "--gigabytes", options.gigabytes]),
        ("Editing claims", ["bench.edits", "--claims", options.x12_claims]),
        ("A claim's way through the office", ["bench.office", "--claims", options.claims]),
        ("One large remittance", ["bench.posting", "--claims", options.x12_claims]),
        ("The whole day", ["bench.day", "--encounters", options.encounters]),
    ):
        sys.stdout.write(f"\n{title}\n")
        sys.stdout.flush()
        done = subprocess.run([sys.executable, "-m", *words], check=False)
        if done.returncode:
            sys.exit(done.returncode)


if __name__ == "__main__":
    main()
