"""The package's front: a few names, found on demand."""

from __future__ import annotations

import subprocess
import sys

import pytest

import claimwright.simulator


@pytest.mark.parametrize("name", claimwright.simulator.__all__)
def test_every_promised_name_is_there(name):
    assert getattr(claimwright.simulator, name).__name__ == name


def test_a_name_that_is_not_promised_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'clearing_horse'"):
        claimwright.simulator.clearing_horse  # noqa: B018


def test_a_clearinghouse_without_sftp_needs_neither_asyncssh_nor_django():
    program = (
        "import sys; from claimwright.simulator import Clearinghouse;"
        " sys.exit(bool({'asyncssh', 'django'} & set(sys.modules)))"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
