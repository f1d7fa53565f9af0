"""A clearinghouse and payers that really answer, from a policy and a seed: for demonstrations, tests and training.

    policy         what the payers know and pay, from two TOML files
    eligibility    270 to 271
    intake         837 to 277CA, after TA1 and 999
    adjudicate     a claim to what is paid and why not
    remit          decided claims to balanced 835s, with interest, recoupment and balances carried forward
    status         276 to 277
    clearinghouse  all of it over folders of files
    sftp           these folders over a real SFTP server

    policy = read_policy(Path("examples/practice"), seed=7)
    house = Clearinghouse(policy, folder)       # folder/inbound, outbound, archive, state.db
    house.receive("claims.x12", data, now)      # or an upload to inbound
    house.work(now)                             # what is due by now lies in outbound

Promises: the same policy, seed, files and instants give the same bytes; whatever file arrives is answered or reported,
never fatal; when the process dies nothing is lost, and at worst a file is laid out again, with its name and its bytes.
Knows the documents and the rules of the trade, but nothing of the office: it sees only what a payer would see. Must not
ask the time.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from claimwright.simulator.clearinghouse import Clearinghouse
    from claimwright.simulator.policy import Policy, read_policy
    from claimwright.simulator.sftp import SftpAddress, serve_sftp

_HOMES = {
    "Clearinghouse": "clearinghouse",
    "Policy": "policy",
    "SftpAddress": "sftp",
    "read_policy": "policy",
    "serve_sftp": "sftp",
}

__all__ = ["Clearinghouse", "Policy", "SftpAddress", "read_policy", "serve_sftp"]


def __getattr__(name: str) -> object:
    """Import on demand: only who serves SFTP needs asyncssh."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
