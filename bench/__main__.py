"""Every measurement, one after the other, each in a process of its own.

python -m bench [--encounters N] [--claims N]
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
    options = parser.parse_args()
    for title, words in (
        ("Reading X12", ["bench.x12_reading"]),
        ("A claim's way through the office", ["bench.office", "--claims", options.claims]),
        ("The whole day", ["bench.day", "--encounters", options.encounters]),
    ):
        sys.stdout.write(f"\n{title}\n")
        sys.stdout.flush()
        done = subprocess.run([sys.executable, "-m", *words], check=False)
        if done.returncode:
            sys.exit(done.returncode)


if __name__ == "__main__":
    main()
