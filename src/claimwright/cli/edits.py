"""`claimwright edits`: the edits and one's own rules over the claims of 837 files, without an office."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from claimwright.cli import console
from claimwright.cli.codes import CodesOption, opened_store
from claimwright.cli.office import HomeOption, JsonOption
from claimwright.cli.x12 import inputs
from claimwright.cli.x12.inputs import FilesArgument
from claimwright.errors import InputError
from claimwright.findings import Finding, Severity

if TYPE_CHECKING:
    from claimwright.documents.claim import Claim
    from claimwright.edits import PayerProfile
    from claimwright.edits.written import WrittenRule

edits = typer.Typer(name="edits", no_args_is_help=True, help="Edits over claims; rules of your own.")
rules_group = typer.Typer(name="rules", no_args_is_help=True, help="Rules of your own.")
edits.add_typer(rules_group)


@edits.command("run")
def run(
    files: FilesArgument,
    rules: Annotated[Path | None, typer.Option("--rules", help="Rules of your own, in TOML.")] = None,
    on: Annotated[
        datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="The day of sending. [default: today]")
    ] = None,
    store: CodesOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Every edit and every rule over the claims of 837 files: what is wrong, where, what to do. Exit status 0 nothing
    that stops a claim, 1 something, 2 unreadable."""
    from claimwright.clock import SystemClock
    from claimwright.codesets.library import CodeLibrary
    from claimwright.edits import Scrubber
    from claimwright.edits.context import NOTHING_KNOWN

    own = _rules(rules) if rules else ()
    day = on.date() if on else SystemClock().today()
    counts: Counter[str] = Counter()
    with opened_store(store, home) as opened, console.progress("Reading ...") as progress:
        scrubber = Scrubber(CodeLibrary(opened), own)
        for source in inputs.sources(files):
            for claim in _claims(source):
                found = scrubber.edit(claim, _profile(claim), NOTHING_KNOWN, day)
                _count(counts, found)
                _show(claim, found, json=json)
                if counts["claims"] % 500 == 0:
                    progress.say(f"{counts['claims']:,} claims ...")
    if not json:
        console.out(
            f"{counts['claims']:,} claims: {counts['error']:,} stopped, {counts['warning']:,} with warnings only, "
            f"{counts['clean']:,} without."
        )
    raise typer.Exit(int(counts["error"] > 0))


@rules_group.command("check")
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Rules of your own, in TOML.")],
    json: JsonOption = False,
) -> None:
    """Read rules and run their own tests. Exit status 0 all pass, 1 some fail, 2 unreadable."""
    from claimwright.edits.written import failed_examples

    read = _rules(file)
    failed = {rule: failed_examples(rule) for rule in read}
    if json:
        console.out_json(
            [
                {"rule": rule.code, "name": rule.name, "findings": [console.finding_data(one) for one in found]}
                for rule, found in failed.items()
            ]
        )
    else:
        for rule, found in failed.items():
            tests = len(rule.catches) + len(rule.passes)
            word = console.paint("fails", "error") if found else console.paint("passes", "good")
            console.out(f"{rule.code}: {word} its {tests} tests")
            console.out_findings(found)
    raise typer.Exit(int(any(failed.values())))


def _rules(path: Path) -> tuple[WrittenRule, ...]:
    """The rules of a file. Raises `InputError` when it cannot be read, or something in it."""
    from claimwright.edits.written import read_rules

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as wrong:
        raise InputError(f"{path}: {getattr(wrong, 'strerror', None) or 'it is no text in UTF-8'}") from wrong
    read, findings = read_rules(text)
    if findings:
        raise InputError(f"{path} cannot be used as it is.", findings)
    if not read:
        raise InputError(f"{path} holds no rule: each begins with [[rule]].")
    return read


def _claims(source: inputs.Source) -> Iterator[Claim]:
    """The claims of a file, one at a time. Raises `InputError` for a file without any."""
    from claimwright.documents.claim import Claim
    from claimwright.documents.streaming import stream_claims

    count = 0
    with source.opened() as file:
        for part in stream_claims(file, rules=False):
            console.show_findings([one for one in part.findings if one.severity is Severity.ERROR], file=source.name)
            if isinstance(part.claim, Claim):
                count += 1
                yield part.claim
    if not count:
        raise InputError(f"{source.name} holds no claims (837).")


def _profile(claim: Claim) -> PayerProfile:
    """The payer as far as a claim itself tells: the name, the id, and of which kind it is."""
    from claimwright.edits import PayerProfile

    filing_code = claim.subscriber.filing_code
    kinds = {"MA": "medicare", "MB": "medicare", "MC": "medicaid"}
    kind = kinds.get(filing_code, "commercial")
    return PayerProfile(name=claim.payer.last_name, payer_id=claim.payer.id, kind=kind, filing_code=filing_code)


def _count(counts: Counter[str], found: Iterable[Finding]) -> None:
    weights = {one.severity for one in found}
    worst = next((weight.value for weight in (Severity.ERROR, Severity.WARNING) if weight in weights), "clean")
    counts.update(("claims", worst))


def _show(claim: Claim, found: tuple[Finding, ...], *, json: bool) -> None:
    if json:
        findings = [console.finding_data(one) for one in found]
        console.out_json_line({"claim": claim.control_number, "findings": findings})
    elif found:
        console.out(console.paint(claim.control_number, "name"))
        console.out_findings(found)
