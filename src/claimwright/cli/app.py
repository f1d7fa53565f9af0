"""The command: its verbs, and how errors leave it.

    claimwright demo                     a whole day of the sample practice
    claimwright day                      the same cycle over what is in the database
    claimwright claims import FILE ...   837P files of other systems
    claimwright era import FILE ...      835 files
    claimwright serve                    the office in a browser
    claimwright user add NAME            somebody who may sign in
    claimwright files list | save        what was sent and received
    claimwright explain CLAIM            why a balance is what it is, down to the payer's bytes
    claimwright close 2026-01            no entry is dated in that month any more
    claimwright check                    is the ledger balanced, is the audit trail whole
    claimwright codes load FILE ...      publishers' code sets: ICD-10-CM, NCCI, fee schedules ...
    claimwright price CODE ...           what Medicare or a contract allows, step by step
    claimwright edits run FILE ...       what the edits, and rules of your own, find in 837 files
    claimwright x12 check FILE ...       what is wrong with X12 files; show, ack, convert ... need no office

Every verb of the office takes `--home DIR`; without it `CLAIMWRIGHT_HOME` counts, and else `~/.claimwright`.
"""

from __future__ import annotations

from collections.abc import Sequence

import typer

from claimwright import __version__
from claimwright.cli import console
from claimwright.cli.checking import check
from claimwright.cli.codes import codes
from claimwright.cli.daily import day
from claimwright.cli.demonstration import demo
from claimwright.cli.edits import edits
from claimwright.cli.explaining import explain
from claimwright.cli.filing import files
from claimwright.cli.importing import claims, era
from claimwright.cli.people import user
from claimwright.cli.periods import close
from claimwright.cli.pricing import price
from claimwright.cli.serving import serve
from claimwright.cli.visits import em
from claimwright.cli.x12 import x12
from claimwright.errors import ClaimwrightError, InputError

app = typer.Typer(
    name="claimwright",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Medical reimbursement in the open: charges in, every dollar accounted for.",
)
for command in (demo, day, serve, explain, close, check, price):
    app.command()(command)
app.add_typer(claims)
app.add_typer(era)
app.add_typer(user)
app.add_typer(files)
app.add_typer(x12)
codes.command()(em)
app.add_typer(codes)
app.add_typer(edits)


@app.command()
def version() -> None:
    """Print the version."""
    console.out(__version__)


def run(words: Sequence[str] | None = None) -> int:
    """Run the command line, or these words of one; its exit status: 0 done, 1 findings, 2 unusable input or a mistake
    in the command."""
    try:
        app(words)
    except InputError as unusable:
        console.complain(str(unusable))
        console.show_findings(unusable.findings)
        return 2
    except ClaimwrightError as refused:
        console.complain(str(refused))
        return 2
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else 0
    return 0
