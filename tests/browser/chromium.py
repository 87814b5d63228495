"""A real Chromium without a screen, and axe-core; tests skip where one of them is missing."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
DRIVER = shutil.which("chromedriver")

# the script of axe-core (npm), which no package of Python brings along in a new version
AXE = Path(os.environ.get("KMSCOST_AXE", "node_modules/axe-core/axe.min.js"))

needs_axe = pytest.mark.skipif(
    not AXE.is_file(), reason="no axe-core: npm install axe-core, or KMSCOST_AXE=its axe.min.js"
)


def start_browser():
    """A driver of Chromium; skips where there is none."""
    webdriver = pytest.importorskip("selenium.webdriver")
    if BROWSER is None or DRIVER is None:
        pytest.skip("no chromium and chromedriver")
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    # a container has no user namespaces for the sandbox; pages are our own
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options, service=Service(DRIVER))


def open_page(driver, path: Path, width: int = 900, theme: str = "light") -> None:
    """A file in a window so wide, by someone who prefers this theme. [px]"""
    driver.get_log("browser")  # what earlier pages said
    feature = {"name": "prefers-color-scheme", "value": theme}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    resize(driver, width)
    driver.get(path.as_uri())


def resize(driver, width: int) -> None:
    """Make the window so wide; the page in it stays as it is. [px]"""
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
