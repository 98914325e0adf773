"""One browser, and one report of a hostile export, for all tests of the page."""

import os
import shutil
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.export import write_hostile_export
from tests.builders import run_steps, settings_for

#: Chromium, or what ``RULINGS_BROWSER`` names; ``make browser`` installs it where it can.
BROWSER = os.environ.get("RULINGS_BROWSER", "chromium")
#: No calls home, and none of what a machine without a screen lacks.
OPTIONS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
FONTS = """<?xml version="1.0"?>
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>{fonts}</dir>
  <cachedir>{cache}</cachedir>
</fontconfig>
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Start Chromium, with a font that has Chinese letters.

    For a module: while Playwright is open, its event loop runs in this thread, and other tests need one of their own.
    """
    found = shutil.which(BROWSER)
    assert found, f"{BROWSER} is needed: `make browser`, or name another in RULINGS_BROWSER"
    folder = tmp_path_factory.mktemp("fonts")
    settings = folder / "fonts.conf"
    fonts = Path(str(files("zhplot"))) / "fonts"
    assert any(fonts.glob("*.ttf"))
    settings.write_text(FONTS.format(fonts=fonts, cache=folder / "cache"), encoding="utf-8")
    environment: dict[str, str | float | bool] = {**os.environ, "FONTCONFIG_FILE": str(settings)}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(OPTIONS), env=environment)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory, key_for_pseudonyms: None) -> Path:  # noqa: ARG001 - sets the key
    """Run a hostile export through the pipeline and return its report."""
    root = tmp_path_factory.mktemp("hostile")
    profile = write_hostile_export(root)
    run_steps(root, profile=str(profile))
    return settings_for(root).layout.report
