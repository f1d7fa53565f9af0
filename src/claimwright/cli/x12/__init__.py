"""`claimwright x12`: read, check, show, answer, cut and turn X12 files, without an office.

    inputs      which files are meant: names, folders, patterns, standard input
    outputs     where results go: standard output or a file that is there whole or not at all
    checking    check        showing     show          rewriting   rewrite
    answering   ack          converting  convert       splitting   split        counting    stats

Promises: thin over the library, no Django, no office; whatever is wrong with a file is a finding with a remedy. Exit
status 0 accepted, 1 findings of error severity, 2 unreadable; of several files the worst.
"""

from __future__ import annotations

import typer

from claimwright.cli.x12.answering import ack
from claimwright.cli.x12.checking import check
from claimwright.cli.x12.converting import convert
from claimwright.cli.x12.counting import stats
from claimwright.cli.x12.rewriting import rewrite
from claimwright.cli.x12.showing import show
from claimwright.cli.x12.splitting import split

x12 = typer.Typer(name="x12", no_args_is_help=True, help="X12 files: check, show, answer, convert. Needs no office.")
for command in (check, show, rewrite, ack, convert, split, stats):
    x12.command()(command)

__all__ = ["x12"]
