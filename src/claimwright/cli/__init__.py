"""The command line: thin, over the library and the office.

Promises: results on stdout, progress and complaints on stderr; exit status 0 done, 1 findings that need somebody, 2
unusable input or a mistake in the command. Knows both halves; holds no rule of its own. Heavy imports wait inside the
commands.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Run the `claimwright` command."""
    try:
        from claimwright.cli.app import run

        status = run()
    except ModuleNotFoundError as missing:
        if (missing.name or "").startswith("claimwright"):
            raise
        sys.stderr.write(f"This command needs the package {missing.name}: pip install 'claimwright[office]'\n")
        status = 2
    sys.exit(status)
