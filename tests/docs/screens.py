"""Takes the pictures of the guide from a fresh demonstration: `make screens`. Everybody on them is invented."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import sync_playwright

IMAGES = Path(__file__).parents[2] / "docs" / "guide" / "images"
SIZE = {"width": 1360, "height": 850}
COMMAND = [sys.executable, "-c", "from claimwright.cli import main; main()"]
FLAGS = ("no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking")
START_SECONDS = 60


def main() -> None:
    """Run the demonstration, serve it, and take the pictures."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder, "demo")
        subprocess.run([*COMMAND, "demo", "--home", str(home)], check=True)
        name, password = (home / "keys" / "trial-sign-in").read_text(encoding="utf-8").split()
        with _served(home) as url, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=[f"--{flag}" for flag in FLAGS]
            )
            screen = browser.new_page(viewport=SIZE)
            _sign_in(screen, url, name, password)
            _take(screen, "today")
            screen.goto(f"{url}worklist/?queue=denial")
            screen.locator("a.row-link").first.click()
            screen.get_by_role("link", name="Open claim").click()
            screen.get_by_role("heading", name="Why it was not paid").wait_for()
            _take(screen, "claim")
            screen.goto(f"{url}claims/stopped/")
            screen.locator("a.row-link").first.click()
            screen.get_by_role("heading", name="What was found").wait_for()
            _take(screen, "scrub")
            screen.goto(f"{url}remittances/?tab=review")
            screen.locator("a.row-link").first.click()
            screen.get_by_role("heading", name="Does it add up?").wait_for()
            screen.locator("details", has_text="by which rule").first.evaluate("one => one.open = true")
            _take(screen, "remittance")
            browser.close()


def _sign_in(screen: Any, url: str, name: str, password: str) -> None:
    screen.goto(url)
    screen.locator("input[name=login]").fill(name)
    screen.locator("input[name=password]").fill(password)
    screen.keyboard.press("Enter")
    screen.get_by_role("heading", name="Today").wait_for()
    screen.goto(url)


def _take(screen: Any, name: str) -> None:
    screen.screenshot(path=str(IMAGES / f"{name}.png"))
    sys.stdout.write(f"{name}.png\n")


@contextmanager
def _served(home: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}/"
    environment = {**os.environ, "CLAIMWRIGHT_HOME": str(home)}
    server = subprocess.Popen([*COMMAND, "serve", "--port", str(port)], env=environment, stderr=subprocess.DEVNULL)
    try:
        for _ in range(START_SECONDS):
            try:
                urlopen(url).close()
                break
            except URLError:
                time.sleep(1)
        yield url
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
