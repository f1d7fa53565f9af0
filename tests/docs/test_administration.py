"""What the administrator's guide promises."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from waitress.adjustments import Adjustments
from waitress.proxy_headers import proxy_headers_middleware

from claimwright.cli.serving import proxy_options


def _seen(https: bool, sender: str) -> tuple[str, str]:
    """The scheme and the address that the office sees of a request which says that it was forwarded."""
    settings = Adjustments(**proxy_options(https=https))
    seen = {}
    served = proxy_headers_middleware(
        lambda environ, start: seen.update(environ),
        settings.trusted_proxy,
        settings.trusted_proxy_count,
        settings.trusted_proxy_headers,
        settings.clear_untrusted_proxy_headers,
        settings.log_untrusted_proxy_headers,
    )
    served(
        {
            "REMOTE_ADDR": sender,
            "wsgi.url_scheme": "http",
            "HTTP_X_FORWARDED_FOR": "203.0.113.7",
            "HTTP_X_FORWARDED_PROTO": "https",
        },
        lambda *_: None,
    )
    return seen["wsgi.url_scheme"], seen["REMOTE_ADDR"]


def test_behind_https_the_proxy_of_this_machine_says_who_asks():
    assert _seen(True, "127.0.0.1") == ("https", "203.0.113.7")


@pytest.mark.parametrize(("https", "sender"), [(True, "192.0.2.1"), (False, "127.0.0.1")])
def test_nobody_else_can_claim_to_be_a_proxy(https, sender):
    assert _seen(https, sender) == ("http", sender)


def _run(*words: str, home: Path) -> subprocess.CompletedProcess[str]:
    code = "from claimwright.cli import main; main()"
    environment = {name: value for name, value in os.environ.items() if name != "CLAIMWRIGHT_DATABASE_URL"}
    return subprocess.run(
        [sys.executable, "-c", code, *words, "--home", str(home)],
        env=environment,
        input="a long enough password\n",
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_backup_is_restored_by_the_steps_of_the_guide_and_is_nothing_without_its_key(tmp_path):
    office, restored = tmp_path / "office", tmp_path / "restored"
    assert not _run("user", "add", "anna", "--role", "biller", home=office).returncode
    restored.mkdir(mode=0o700)
    for file in office.glob("office.sqlite3*"):
        shutil.copy2(file, restored)
    without_key = _run("check", home=restored)
    shutil.copytree(office / "keys", restored / "keys", dirs_exist_ok=True)

    assert without_key.returncode == 2
    assert "key" in without_key.stderr
    assert _run("check", home=restored).stdout == "Everything holds.\n"
    assert "anna\tbiller" in _run("user", "list", home=restored).stdout
